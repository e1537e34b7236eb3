"""Targets that share pods, and targets whose series would mix."""

import pulumi
import pytest
from hoheit._monitoring.places import check_targets, one_for_each_namespace, places_of
from support.samples import gateway_target, scrape_target


def test_two_paths_on_one_port_are_one_place() -> None:
    (place,) = places_of([scrape_target(), gateway_target()])
    assert (place.name, place.namespace, place.port) == ("mistral-8081", "models", 8081)


def test_two_ports_of_one_service_are_two_places_with_names_of_their_own() -> None:
    places = places_of([scrape_target(), gateway_target(port=9000)])
    assert [place.name for place in places] == ["mistral-8081", "mistral-9000"]


def test_a_namespace_that_several_services_share_is_opened_once() -> None:
    shared = pulumi.Output.from_input("team")
    targets = [
        scrape_target(),
        scrape_target(job="llama"),
        scrape_target(job="qwen", namespace=shared),
        scrape_target(job="phi", namespace=shared),
    ]
    opened = one_for_each_namespace(places_of(targets))
    assert [place.name for place in opened] == ["mistral-8081", "qwen-8081"]


def test_engine_and_gateway_of_one_service_stay_apart() -> None:
    check_targets([scrape_target(), gateway_target()], kubelets=True)


def test_the_same_exporter_twice_for_one_service_is_refused() -> None:
    with pytest.raises(ValueError, match=r"targets\[1\]\.job: 'mistral' with exporter"):
        check_targets([scrape_target(), scrape_target(path="/other")], kubelets=False)


def test_one_job_for_two_sets_of_pods_is_refused() -> None:
    with pytest.raises(ValueError, match=r"targets\[1\]\.job: 'mistral' names other pods"):
        check_targets([scrape_target(), gateway_target(namespace="elsewhere")], kubelets=False)


@pytest.mark.parametrize("job", ["prometheus", "alertmanager", "dcgm-exporter", "kubelet"])
def test_a_target_with_the_name_of_a_job_of_the_stack_is_refused(job: str) -> None:
    with pytest.raises(ValueError, match=rf"targets\[0\]\.job: '{job}' is a job of the stack"):
        check_targets([scrape_target(job=job)], kubelets=True)


def test_the_job_of_kubelets_is_free_where_none_is_asked() -> None:
    check_targets([scrape_target(job="kubelet")], kubelets=False)
