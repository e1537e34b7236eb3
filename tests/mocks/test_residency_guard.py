"""The guard around real components and SDKs, under Pulumi's mocks."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest
from hoheit import joined
from hoheit_policy import Verdict, read_declarations, report
from hoheit_policy.adapters.policy_pack import safe_walk
from hoheit_policy.adapters.state import view_of
from hoheit_policy.adapters.wire import SIGNATURE
from hoheit_policy.guard import ResidencyGuard
from pulumi_policy.proxy import unknown_checking_proxy
from support import components, samples
from support import residency as r
from support.documents import python_block
from support.monitor import Monitor, run, run_source

REGISTRIES = ["docker.io", "registry.example.internal"]


def declarations(**changes: Any) -> dict[str, Any]:
    given = {
        "clusters": {"lab": r.cluster()},
        "endpoints": {},
        "approved_registries": REGISTRIES,
        "images_locked": False,
    }
    return r.declarations(**{**given, **changes})


def guarded(body: Callable[[ResidencyGuard], Any], **changes: Any) -> tuple[Monitor, Any]:
    """Run a program below a guard; return what was registered, and its last report."""
    reports: list[Any] = []

    def program() -> None:
        guard = ResidencyGuard("guard", declarations(**changes))
        guard.report(body(guard)).apply(reports.append)

    monitor = run(program)
    return monitor, reports[-1]


def register_of(*parts: Any) -> dict[str, Any]:
    return joined(parts).model_dump(mode="json")


def platform(_: ResidencyGuard) -> dict[str, Any]:
    here = samples.declared_location(operator="Example GmbH", controlling_jurisdiction="DE")
    on = components.cluster(location=here)
    pool = components.pool(on=on, location=here)
    space = components.space(on=on)
    store = samples.object_store(location=here)
    service = components.service(on=pool, namespace=space.namespace, object_store=store)
    return register_of(on, space, pool, service)


def test_the_platform_passes_every_rule_where_all_of_it_is_declared() -> None:
    _, found = guarded(platform)
    assert found["findings"] == []
    assert found["counts"]["PASS"] > 30


def test_what_nobody_declares_of_the_platform_stops_it() -> None:
    with pytest.raises(pulumi.RunError, match="LOC-02 FAIL register stores"):
        guarded(lambda _: register_of(components.cluster()))


def test_an_enforcing_cni_is_asked_for_before_any_resource() -> None:
    clusters = {"lab": r.cluster(network_policy="none")}
    with pytest.raises(pulumi.RunError, match=r"NET-03 FAIL clusters\.lab\.network_policy"):
        guarded(platform, clusters=clusters)


def expose(_: ResidencyGuard) -> None:
    lab = components.cluster()
    options = pulumi.ResourceOptions(provider=lab.provider)
    k8s.core.v1.Service("dict", spec={"type": "LoadBalancer"}, opts=options)


def expose_by_class(_: ResidencyGuard) -> None:
    lab = components.cluster()
    options = pulumi.ResourceOptions(provider=lab.provider)
    spec = k8s.core.v1.ServiceSpecArgs(external_ips=["198.51.100.7"])
    k8s.core.v1.Service("args", spec=spec, opts=options)


def below_a_component(_: ResidencyGuard) -> None:
    lab = components.cluster()

    class Platform(pulumi.ComponentResource):
        def __init__(self) -> None:
            super().__init__(
                "t:i:Platform", "platform", None, pulumi.ResourceOptions(providers=[lab.provider])
            )
            own = pulumi.ResourceOptions(parent=self)
            k8s.core.v1.Service("child", spec={"type": "NodePort"}, opts=own)

    Platform()


@pytest.mark.parametrize("body", [expose, expose_by_class, below_a_component])
def test_a_resource_is_refused_in_its_constructor_however_it_is_written(
    body: Callable[[ResidencyGuard], Any],
) -> None:
    with pytest.raises(pulumi.RunError, match="NET-07 FAIL Service"):
        guarded(body)


def test_a_refused_resource_is_never_registered() -> None:
    def program() -> None:
        guard = ResidencyGuard("guard", declarations())
        with pytest.raises(pulumi.RunError):
            expose(guard)

    monitor = run(program)
    assert monitor.one("pulumi:providers:kubernetes")
    assert not monitor.of_type("kubernetes:core/v1:Service")


def test_a_provider_for_another_cluster_is_refused_itself() -> None:
    def elsewhere(_: ResidencyGuard) -> None:
        k8s.Provider("elsewhere", context="somewhere")

    with pytest.raises(pulumi.RunError, match=r"declarations\.clusters has no 'somewhere'"):
        guarded(elsewhere)


def test_a_resource_on_the_current_context_is_refused() -> None:
    def ambient(_: ResidencyGuard) -> None:
        k8s.core.v1.ConfigMap("ambient", data={})

    with pytest.raises(pulumi.RunError, match="current kubeconfig context"):
        guarded(ambient)


def test_what_is_only_read_cannot_be_seen_and_does_not_pass() -> None:
    def adopted(_: ResidencyGuard) -> None:
        options = pulumi.ResourceOptions(provider=components.cluster().provider)
        k8s.core.v1.Service.get("foreign", "apps/foreign", opts=options)

    with pytest.raises(pulumi.RunError, match="NET-07 UNKNOWN Service foreign"):
        guarded(adopted)


def test_a_coroutine_as_argument_is_left_to_the_sdk() -> None:
    async def kind() -> str:
        return "ClusterIP"

    def body(_: ResidencyGuard) -> None:
        options = pulumi.ResourceOptions(provider=components.cluster().provider)
        k8s.core.v1.Service("late", spec={"type": kind()}, opts=options)

    monitor, found = guarded(body, profile="local")
    assert monitor.named("late").inputs["spec"] == {"type": "ClusterIP"}
    assert [one["verdict"] for one in found["findings"] if one["rule"] == "NET-07"] == ["UNKNOWN"]


def test_an_exemption_in_the_declarations_lets_one_resource_pass() -> None:
    exemption = {
        "rule": "NET-07",
        "resource": "*kubernetes:core/v1:Service::dict",
        "owner": "platform team",
        "reason": "test",
        "until": (date.today() + timedelta(days=30)).isoformat(),
    }

    _, found = guarded(expose, exemptions=[exemption], profile="local")
    assert found["counts"]["EXEMPT"] == 1


def test_the_guard_of_an_earlier_program_does_not_judge_a_later_one() -> None:
    run(lambda: ResidencyGuard("guard", declarations()))
    assert run(lambda: k8s.core.v1.ConfigMap("ambient", data={})).named("ambient")


def test_wrong_declarations_are_refused_by_the_name_of_the_guard() -> None:
    with pytest.raises(pulumi.RunError, match=r"ResidencyGuard 'guard' is not valid:\n  profile:"):
        run(lambda: ResidencyGuard("guard", {"profile": "mars"}))


def exported(monitor: Monitor) -> dict[str, Any]:
    """What the monitor has seen, as an export would hold it."""
    urns = {
        found.name: f"urn:pulumi:test::hoheit::{found.type}::{found.name}"
        for found in monitor.registered
        if found.type.startswith("pulumi:providers:")
    }
    resources = [
        {
            "urn": urns.get(found.name, f"urn:pulumi:test::hoheit::{found.type}::{found.name}"),
            "type": found.type,
            "custom": found.request.custom,
            "inputs": found.inputs,
            "provider": _provider(found.request.provider, urns),
        }
        for found in monitor.registered
    ]
    return {"deployment": {"resources": resources}}


def _provider(reference: str, urns: dict[str, str]) -> str:
    name = reference.rpartition("::")[0].rpartition("::")[2]
    return f"{urns[name]}::id" if name else ""


def mixed(_: ResidencyGuard) -> dict[str, Any]:
    lab = components.cluster()
    options = pulumi.ResourceOptions(provider=lab.provider)
    components.space(on=lab)
    k8s.core.v1.Service("front", spec={"type": "LoadBalancer"}, opts=options)
    k8s.apps.v1.StatefulSet(
        "base",
        metadata={"namespace": "models"},
        spec={
            "service_name": "base",
            "selector": {"match_labels": {"a_b": "c"}},
            "template": {
                "metadata": {"labels": {"a_b": "c"}},
                "spec": {
                    "containers": [
                        {
                            "name": "a",
                            "image": "ghcr.io/evil/grafana:1",
                            "args": ["https://api.openai.com/v1"],
                            "env": [{"name": "GF_NEWS_NEWS_FEED_ENABLED", "value": "true"}],
                        }
                    ]
                },
            },
            "volume_claim_templates": [{"spec": {"storage_class_name": "slow"}}],
        },
        opts=options,
    )
    return {}


def test_guard_pack_and_state_say_the_same_of_the_same_resources() -> None:
    monitor, of_guard = guarded(mixed, profile="local")
    export = exported(monitor)
    declared = read_declarations(declarations(profile="local"))

    def findings(view: Any) -> set[tuple[str, str, str, str]]:
        bad = (Verdict.FAIL, Verdict.UNKNOWN)
        return {
            (one.rule, one.verdict.value, one.path, one.message)
            for one in report(view).findings
            if one.verdict in bad and not one.path.startswith(("stores", "state"))
        }

    of_state = findings(view_of(export, declared))
    proxied = {
        "deployment": {
            "resources": [
                {**one, "inputs": safe_walk(unknown_checking_proxy(clear(one["inputs"])))}
                for one in export["deployment"]["resources"]
            ]
        }
    }
    of_pack = findings(view_of(proxied, declared))
    guard = {
        (one["rule"], one["verdict"], one["path"], one["message"])
        for one in of_guard["findings"]
        if not one["path"].startswith(("stores", "state"))
    }
    assert of_state == of_pack == guard
    assert {rule for rule, verdict, _, _ in guard if verdict == "FAIL"} == {
        "LOC-02",
        "AI-04",
        "IMG-01",
        "NET-07",
        "EGR-01",
    }


def clear(value: Any) -> Any:
    """Secrets in clear, as the policy SDK hands them over."""
    if isinstance(value, dict):
        if SIGNATURE in value:
            return clear(value["value"])
        return {key: clear(inner) for key, inner in value.items()}
    return [clear(inner) for inner in value] if isinstance(value, list) else value


def test_the_declarations_travel_in_the_inputs_of_the_guard() -> None:
    monitor, _ = guarded(lambda _: {}, profile="local")
    guard = monitor.one("hoheit:index:ResidencyGuard")
    assert read_declarations(json.loads(json.dumps(guard.inputs["declarations"]))) == (
        read_declarations(declarations(profile="local"))
    )


def test_the_example_of_the_documentation_runs() -> None:
    monitor = run_source(python_block("residency.md"))
    assert monitor.one("kubernetes:core/v1:Service").name == "web"
