"""Gives targets, rules and dashboards to the operator that the cluster has already."""

from collections.abc import Sequence

import pulumi_kubernetes as k8s

from hoheit._labels import object_labels
from hoheit.monitoring_settings import MonitoringSettings, OperatorSettings, OptionalProgram
from hoheit.scrape_target import ScrapeTarget

from .dashboards import dashboards
from .making import Maker
from .names import GRAFANA, PROMETHEUS
from .operator import API_VERSION, DASHBOARD_LABEL, pod_monitor, prometheus_rule
from .rule_set import rules_for


def hand_over(
    maker: Maker,
    operator: OperatorSettings,
    settings: MonitoringSettings,
    targets: Sequence[ScrapeTarget],
) -> None:
    """Make a PodMonitor for each target, a PrometheusRule, and a ConfigMap for each dashboard."""
    labels = {**object_labels(PROMETHEUS, maker.stack), **operator.labels}
    metadata: k8s.meta.v1.ObjectMetaArgsDict = {"namespace": maker.namespace, "labels": labels}
    for target in targets:
        k8s.apiextensions.CustomResource(
            f"{maker.stack}-{target.job}-{target.exporter}",
            api_version=API_VERSION,
            kind="PodMonitor",
            metadata=metadata,
            spec=pod_monitor(target),
            opts=maker.options(),
        )
    k8s.apiextensions.CustomResource(
        f"{maker.stack}-rules",
        api_version=API_VERSION,
        kind="PrometheusRule",
        metadata=metadata,
        spec=prometheus_rule(rules_for(settings, targets)),
        opts=maker.options(),
    )
    # Without pools of ours an exporter of the cluster's GPU operator may feed the graphs.
    gpus = settings.runs(OptionalProgram.DCGM_EXPORTER)
    for page in dashboards(settings.thresholds, gpus=gpus):
        k8s.core.v1.ConfigMap(
            f"{maker.stack}-{page.uid}",
            metadata={
                "namespace": maker.namespace,
                "labels": {**object_labels(GRAFANA, maker.stack), **DASHBOARD_LABEL},
            },
            data={page.file: page.rendered()},
            opts=maker.options(),
        )
