"""Alert and recording rules: which are rendered, and whether their series exist."""

from typing import Any

import pulumi
import pytest
from hoheit import AlertThresholds, MonitoringSettings, ScrapeTarget
from hoheit._monitoring.names import KUBELET
from hoheit._monitoring.rule_set import rules_for, unwatched
from hoheit._monitoring.rules import MADE_BY_PROMETHEUS, Alert, Group, Record
from hoheit._monitoring.targets import gpu_target, server_targets
from hoheit_facts import METRICS, ExporterMetrics, known_series, series_in_all_versions
from support.samples import gateway_target, images, scrape_target
from unit.components.monitoring.promql import base_series, kept_labels, series

KUBELETS = {"cidrs": ["192.0.2.64/26"]}
SETTINGS = MonitoringSettings(kubelets=KUBELETS)
TARGETS = [
    scrape_target(),
    gateway_target(),
    *server_targets("watch", "monitoring", images()),
    gpu_target("watch", "monitoring", images()),
]
GROUPS = rules_for(SETTINGS, TARGETS)
RULES = {rule.name: rule for group in GROUPS for rule in group.rules}
EXPORTER = {rule.name: group.exporter for group in GROUPS for rule in group.rules}


def untold(targets: list[ScrapeTarget], settings: MonitoringSettings) -> list[str]:
    return unwatched(targets, settings, namespace="monitoring")


def names(groups: list[Group]) -> set[str]:
    return {rule.name for group in groups for rule in group.rules}


def test_every_kind_of_exporter_of_the_stack_brings_rules() -> None:
    assert {group.name for group in GROUPS} == {
        *("targets", "vllm", "gpus", "pods", "prometheus", "alertmanager", "volumes")
    }


@pytest.mark.parametrize("name", RULES)
def test_a_rule_reads_what_its_exporter_has_and_nothing_else(name: str) -> None:
    rule, exporter = RULES[name], EXPORTER[name]
    read = base_series(rule.expr, GROUPS)
    assert read
    uses = set(rule.uses) if isinstance(rule, Alert) else set()
    assert set(rule.needs) | uses == read
    assert uses <= known("kube-state-metrics")
    assert set(rule.needs) <= (known(exporter) if exporter else set()) | MADE_BY_PROMETHEUS


def known(exporter: str) -> frozenset[str]:
    if exporter == "kubelet":
        return series_in_all_versions(exporter)
    (version,) = {one.exporter_version for one in TARGETS if one.exporter == exporter}
    return known_series(exporter, version)


@pytest.mark.parametrize("name", [name for name in RULES if EXPORTER[name] == "vllm"])
def test_two_services_never_mix_in_a_rule(name: str) -> None:
    rule = RULES[name]
    for kept in kept_labels(rule.expr):
        assert {"namespace", "job", "model_name"} <= kept
    assert kept_labels(rule.expr) or all(":" in one for one in series(rule.expr))


def test_a_rule_without_its_series_is_not_rendered() -> None:
    old = rules_for(MonitoringSettings(), [scrape_target(exporter_version="0.11.0")])
    assert names(old) == {"TargetDown", "TargetMissing"}
    assert "VllmRequestsWaiting" in names(rules_for(SETTINGS, [scrape_target()]))


@pytest.mark.parametrize(
    ("target", "version"), [(TARGETS[0], "0.32.9"), (TARGETS[-1], "4.5.9-4.8.3")]
)
def test_a_patch_release_keeps_the_rules(target: ScrapeTarget, version: str) -> None:
    patched = target.model_copy(update={"exporter_version": version})
    assert patched != target
    assert rules_for(SETTINGS, [patched]) == rules_for(SETTINGS, [target])
    assert untold([patched], SETTINGS) == []


@pytest.mark.parametrize(
    ("version", "series"),
    [
        ("1.2.3", {"old"}),
        ("1.2.9", {"new"}),
        ("1.2.10", {"new"}),
        ("1.20.3", set()),
        ("2.2.3", set()),
        ("1.2.4-rc.1", set()),
        ("1.2", set()),
        (None, set()),
    ],
)
def test_a_release_without_a_record_has_the_metrics_of_the_newest_of_its_minor_version(
    version: str | None, series: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [
        ExporterMetrics(exporter=exporter, version=release, source="", metrics={name: "gauge"})
        for exporter, release, name in (
            ("x", "1.2.10", "new"),
            ("x", "1.2.3", "old"),
            ("y", "1.2.11", "other"),
        )
    ]
    monkeypatch.setattr("hoheit_facts.metrics.METRICS", tuple(records))
    assert known_series("x", version) == series


def test_one_target_of_a_known_version_is_enough_for_its_rules() -> None:
    mixed = [scrape_target(), scrape_target(job="old", exporter_version="0.14.1")]
    assert "VllmPreemptions" in names(rules_for(SETTINGS, mixed))


def test_every_target_is_missed_by_its_own_name() -> None:
    missing = [one for one in GROUPS[0].rules if one.name == "TargetMissing"]
    assert [one.expr for one in missing][:2] == [
        'absent(up{job="mistral", exporter="vllm"})',
        'absent(up{job="mistral", exporter="haproxy"})',
    ]
    assert len(missing) == len(TARGETS)


def test_thresholds_are_the_settings() -> None:
    thresholds = AlertThresholds(
        requests_waiting=7,
        requests_waiting_critical=11,
        kv_cache_ratio=0.77,
        time_to_first_token_seconds=1.5,
        success_ratio=0.95,
        volume_ratio=0.66,
    )
    found = rules_for(MonitoringSettings(thresholds=thresholds), TARGETS)
    limits = {rule.name: rule.expr.rsplit(" ", 1)[1] for group in found for rule in group.rules}
    assert limits["VllmRequestsWaiting"] == "7"
    assert limits["VllmQueueTooLong"] == "11"
    assert limits["VllmKvCacheNearlyFull"] == "0.77"
    assert limits["VllmTimeToFirstTokenSlow"] == "1.5"
    assert limits["VllmSuccessRateLow"] == "0.95"
    assert limits["PrometheusVolumeFilling"] == "0.66"


def test_the_volume_alert_knows_the_size_of_the_volume() -> None:
    found = rules_for(MonitoringSettings(volume_gib=100), TARGETS)
    (rule,) = [one for group in found for one in group.rules if "VolumeFilling" in one.name]
    assert f"/ {100 * 2**30} >" in rule.expr


def test_a_rule_file_has_no_two_rules_that_are_the_same() -> None:
    seen = [(rule.name, rule.expr) for group in GROUPS for rule in group.rules]
    assert len(seen) == len(set(seen))


def test_every_alert_says_what_is_wrong_and_what_to_do() -> None:
    for rule in RULES.values():
        if isinstance(rule, Alert):
            found: dict[str, Any] = rule.rendered()
            assert all(len(text) > 10 for text in found["annotations"].values())
            assert found["labels"]["severity"] in ("warning", "critical")
        else:
            assert isinstance(rule, Record)


def test_what_no_rule_watches_is_said() -> None:
    assert untold(TARGETS, SETTINGS) == []
    old: ScrapeTarget = scrape_target(exporter_version="0.11.0")
    (said,) = untold([old, gateway_target()], SETTINGS)
    assert said.startswith("vllm 0.11.0 (mistral): its metrics are not known")


def test_a_program_that_is_left_out_takes_its_alerts_with_it_by_name() -> None:
    settings = MonitoringSettings(leave_out=("kube-state-metrics",), kubelets=KUBELETS)
    targets = server_targets("watch", "monitoring", images(), settings.leave_out)
    assert [target.job for target in targets] == ["prometheus", "alertmanager"]
    without = names(rules_for(SETTINGS, targets))
    (said,) = untold(targets, settings)
    lost = ["PodNotScheduled", "ContainerRestarts", "DeploymentIncomplete", "StatefulSetIncomplete"]
    assert said == f"kube-state-metrics is left out: there is no alert {', '.join(lost)}"
    assert not set(lost) & set(without)
    assert set(lost) <= set(names(GROUPS))


VOLUME_ALERTS = ("KubePersistentVolumeFillingUp", "KubePersistentVolumeInodesFillingUp")


def test_a_full_volume_goes_untold_where_no_kubelet_is_asked_and_that_is_said() -> None:
    settings = MonitoringSettings()
    assert not {*VOLUME_ALERTS} & names(rules_for(settings, TARGETS))
    (said,) = untold(TARGETS, settings)
    assert said == (
        "kubelets: not given, so nobody is told that a volume gets full: there is no alert "
        f"{', '.join(VOLUME_ALERTS)}; name the addresses of the nodes in kubelets.cidrs"
    )
    assert {*VOLUME_ALERTS} <= names(GROUPS)


@pytest.mark.parametrize(
    ("kept", "left_out"),
    [
        (("models",), "monitoring"),
        (("monitoring", "objects"), "models"),
        (("objects",), "models, monitoring"),
    ],
)
def test_a_namespace_whose_volumes_are_dropped_is_said(
    kept: tuple[str, ...], left_out: str
) -> None:
    settings = MonitoringSettings(kubelets={**KUBELETS, "namespaces": kept})
    late = scrape_target(job="late", namespace=pulumi.Output.from_input("elsewhere"))
    (said,) = untold([*TARGETS, late], settings)
    assert said.startswith(
        f"kubelets.namespaces leaves out {left_out}: there is no alert "
        f"{', '.join(VOLUME_ALERTS)} about a volume there; "
    )


def test_nothing_is_said_of_namespaces_where_all_or_enough_are_kept() -> None:
    enough = {**KUBELETS, "namespaces": ("models", "monitoring", "objects")}
    for kubelets in (KUBELETS, enough):
        assert untold(TARGETS, MonitoringSettings(kubelets=kubelets)) == []


def test_an_operators_prometheus_asks_kubelets_by_itself() -> None:
    operator = {"labels": {"release": "x"}, "prometheus": {"namespace": "observability"}}
    assert untold(TARGETS, MonitoringSettings(mode="operator", operator=operator)) == []


def test_rules_about_volumes_read_what_kubelets_of_every_known_version_tell() -> None:
    versions = [
        known_series(one.exporter, one.version) for one in METRICS if one.exporter == KUBELET
    ]
    assert len(versions) > 1
    (rules,) = [group.rules for group in GROUPS if group.exporter == KUBELET]
    assert sorted(rule.name for rule in rules) == sorted((*VOLUME_ALERTS * 2, "TargetMissing"))
    for rule in rules:
        assert {*rule.needs, *rule.uses} == base_series(rule.expr, GROUPS)
        assert all(set(rule.needs) <= told | MADE_BY_PROMETHEUS for told in versions)
    # Between 1.36 and 1.37 a metric of volumes went.
    assert len({len(told) for told in versions}) > 1


@pytest.mark.parametrize("tag", ["v3.15.1", "3.15.1-0.1.0", "v3.15.1-distroless"])
def test_a_build_of_our_own_is_watched_like_the_release_in_it(tag: str) -> None:
    built = images(prometheus=f"registry.example.internal/prometheus:{tag}")
    (target, *_) = server_targets("watch", "monitoring", built)
    assert target.exporter_version == "3.15.1"
    assert "PrometheusRuleFailures" in names(rules_for(SETTINGS, [target]))
