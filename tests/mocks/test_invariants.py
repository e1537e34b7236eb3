"""What holds for every component, whatever it makes."""

from typing import Any, TypeAlias

import pulumi
import pulumi_kubernetes as k8s
import pytest
from hoheit import GpuNodePool
from hoheit_infra import ExistingCluster
from support.components import ARGS, mapping
from support.manifests import kubernetes, manifests
from support.monitor import Monitor, Registered, run

Component: TypeAlias = type[pulumi.ComponentResource]
MAKERS = (ExistingCluster, GpuNodePool)
"""They place their objects by an explicit provider of their own."""

every_component = pytest.mark.parametrize("cls", ARGS, ids=lambda cls: cls.__name__)
every_tenant = pytest.mark.parametrize(
    "cls", [cls for cls in ARGS if cls not in MAKERS], ids=lambda cls: cls.__name__
)


def make(cls: Component, name: str, opts: pulumi.ResourceOptions | None = None) -> Any:
    constructor: Any = cls
    return constructor(name, ARGS[cls](name), opts)


def built(cls: Component, opts: pulumi.ResourceOptions | None = None) -> Monitor:
    def program() -> None:
        make(cls, "subject", opts)

    return run(program)


def descendants(monitor: Monitor, cls: Component) -> list[Registered]:
    """All that hangs below the component, at any depth, in the order of registration."""
    above, found = [f"hoheit:index:{cls.__name__}::subject"], list[Registered]()
    for registered in monitor.registered:
        if registered.request.parent.endswith(tuple(above)):
            above.append(f"{registered.type}::{registered.name}")
            found.append(registered)
    return found


@every_component
def test_the_type_token_is_package_index_and_class(cls: Component) -> None:
    token = f"hoheit:index:{cls.__name__}"
    assert [found.name for found in built(cls).of_type(token)][-1] == "subject"


@every_component
def test_every_child_is_below_its_component_and_named_after_it(cls: Component) -> None:
    children = descendants(built(cls), cls)
    assert children
    assert all(child.name.startswith("subject-") for child in children)


@every_component
def test_nothing_is_made_outside_of_a_component(cls: Component) -> None:
    for found in built(cls).registered:
        if found.request.custom:
            assert "hoheit:index:" in found.request.parent


@every_component
def test_two_instances_in_one_program_do_not_collide(cls: Component) -> None:
    def program() -> None:
        make(cls, "first")
        make(cls, "second")

    monitor = run(program)
    urns = [(found.request.parent, found.type, found.name) for found in monitor.registered]
    assert len(urns) == len(set(urns))
    places = [_place(found) for found in manifests(monitor)]
    assert len(places) == len(set(places))


def _place(found: dict[str, Any]) -> tuple[str, str, str]:
    return found["kind"], found["metadata"].get("namespace", ""), found["metadata"]["name"]


@every_component
def test_protection_reaches_every_child(cls: Component) -> None:
    protected = built(cls, pulumi.ResourceOptions(protect=True))
    assert all(found.request.protect for found in descendants(protected, cls))
    assert not any(found.request.protect for found in descendants(built(cls), cls))


@every_component
def test_what_the_component_waits_for_is_not_copied_as_an_option_of_its_children(
    cls: Component,
) -> None:
    ignored = built(cls, pulumi.ResourceOptions(ignore_changes=["spec.replicas"]))
    assert not any(found.request.ignoreChanges for found in descendants(ignored, cls))


@every_component
def test_a_component_says_once_that_it_is_finished(cls: Component) -> None:
    finished = [urn for urn, _ in built(cls).outputs if urn.endswith(f"{cls.__name__}::subject")]
    assert len(finished) == 1


@every_component
def test_arguments_may_be_a_mapping(cls: Component) -> None:
    def program() -> None:
        constructor: Any = cls
        constructor("subject", mapping(ARGS[cls]("subject")))

    assert shape(run(program)) == shape(built(cls))


def shape(monitor: Monitor) -> list[tuple[str, str, str]]:
    return sorted((found.type, found.name, str(found.inputs)) for found in monitor.registered)


@every_component
def test_wrong_arguments_are_refused_by_the_name_of_the_component(cls: Component) -> None:
    constructor: Any = cls
    with pytest.raises(pulumi.RunError, match=rf"{cls.__name__} 'subject' is not valid:\n  .*zzz"):
        run(lambda: constructor("subject", {**mapping(ARGS[cls]("subject")), "zzz": 1}))


@every_component
def test_preview_and_update_register_the_same(cls: Component) -> None:
    def program() -> None:
        make(cls, "subject")

    def registered(monitor: Monitor) -> list[tuple[str, str]]:
        return sorted((found.type, found.name) for found in monitor.registered)

    assert registered(run(program, preview=True)) == registered(run(program))


@every_component
def test_every_kubernetes_object_says_who_manages_it(cls: Component) -> None:
    for found in manifests(built(cls)):
        if found["kind"] != "Node":
            assert found["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "pulumi"
            assert found["metadata"]["labels"]["app.kubernetes.io/part-of"] == "hoheit"


@every_component
def test_every_kubernetes_object_goes_to_the_cluster_that_the_arguments_name(
    cls: Component,
) -> None:
    def program() -> None:
        make(cls, "first")
        make(cls, "second")

    for found in kubernetes(run(program)):
        owner = "second" if "second" in found.name else "first"
        assert f"::{owner}-on-provider::" in found.request.provider


def by(how: str, provider: k8s.Provider) -> pulumi.ResourceOptions:
    if how == "provider":
        return pulumi.ResourceOptions(provider=provider)
    return pulumi.ResourceOptions(providers=[provider])


@every_tenant
@pytest.mark.parametrize("how", ["provider", "providers"])
def test_the_cluster_wins_over_the_provider_of_a_parent(cls: Component, how: str) -> None:
    class Platform(pulumi.ComponentResource):
        def __init__(self) -> None:
            elsewhere = k8s.Provider("elsewhere", context="elsewhere")
            options = by(how, elsewhere)
            super().__init__("test:index:Platform", "platform", None, options)
            make(cls, "subject", pulumi.ResourceOptions(parent=self))

    monitor = run(Platform)
    placed = [found for found in descendants(monitor, cls) if found in kubernetes(monitor)]
    assert placed
    assert all("::subject-on-provider::" in found.request.provider for found in placed)


@every_tenant
@pytest.mark.filterwarnings("ignore:There is a conflict between the `provider` field")
@pytest.mark.parametrize("how", ["provider", "providers"])
def test_the_cluster_wins_over_a_provider_in_the_options(cls: Component, how: str) -> None:
    def program() -> None:
        elsewhere = k8s.Provider("elsewhere", context="elsewhere")
        options = by(how, elsewhere)
        make(cls, "subject", options)

    monitor = run(program)
    placed = [found for found in descendants(monitor, cls) if found in kubernetes(monitor)]
    assert placed
    assert all("::subject-on-provider::" in found.request.provider for found in placed)
