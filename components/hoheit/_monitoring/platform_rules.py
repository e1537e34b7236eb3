"""Rules about all that a model service stands on: targets, GPUs, pods, and the stack itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .names import ALERTMANAGER, DCGM_EXPORTER, KUBE_STATE_METRICS, PROMETHEUS
from .rules import Alert, Group, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hoheit.monitoring_settings import AlertThresholds
    from hoheit.scrape_target import ScrapeTarget

_BYTES_PER_GIB = 1024**3


def target_group(targets: Iterable[ScrapeTarget]) -> Group:
    """Return rules about targets that do not answer, and about targets without any pod."""
    down = Alert(
        name="TargetDown",
        # Only what this library scrapes has the label.
        expr='up{exporter!=""} == 0',
        needs=("up",),
        minutes=5,
        severity=Severity.CRITICAL,
        summary="{{ $labels.exporter }} of {{ $labels.job }} does not answer on "
        "{{ or $labels.pod $labels.node }}",
        action="Look at the pod or node, then at the network rules between it and Prometheus.",
    )
    missing = [
        target_missing(
            target.job,
            target.exporter,
            summary=f"no pod of {target.job} is found where {target.exporter} should answer",
            action="Look for pods that are not scheduled; compare their labels with the target's.",
        )
        for target in targets
    ]
    return Group(name="targets", exporter=None, rules=[down, *missing])


def target_missing(job: str, exporter: str, *, summary: str, action: str) -> Alert:
    """Return the rule about a target of which discovery finds nothing at all."""
    return Alert(
        name="TargetMissing",
        expr=f'absent(up{{job="{job}", exporter="{exporter}"}})',
        needs=("up",),
        minutes=10,
        severity=Severity.CRITICAL,
        summary=summary,
        action=action,
        labels={"job": job, "exporter": exporter},
    )


def gpu_group() -> Group:
    """Return rules about GPUs that report faults, or that nobody sees."""
    return Group(
        name="gpus",
        exporter=DCGM_EXPORTER,
        rules=[
            Alert(
                name="GpuNotSeen",
                expr=f'up{{exporter="{DCGM_EXPORTER}"}} == 1 unless on (node) DCGM_FI_DEV_GPU_UTIL',
                needs=("up", "DCGM_FI_DEV_GPU_UTIL"),
                minutes=15,
                severity=Severity.WARNING,
                summary="the exporter on {{ $labels.node }} answers and sees no GPU",
                action="The container runtime may give GPUs only to pods that request one; see the "
                "log of the exporter, and the cluster's gpu_runtime_class.",
            ),
            Alert(
                name="GpuXidError",
                # A gauge that holds the last error's number, so a repeated one shows no change.
                expr="max by (node, gpu) (DCGM_FI_DEV_XID_ERRORS) > 0",
                needs=("DCGM_FI_DEV_XID_ERRORS",),
                severity=Severity.WARNING,
                summary="GPU {{ $labels.gpu }} of {{ $labels.node }} reported XID {{ $value }}",
                action="Look the number up in NVIDIA's XID catalogue; it stays until the exporter "
                "restarts.",
            ),
            Alert(
                name="GpuRowRemapFailed",
                expr="max by (node, gpu) (DCGM_FI_DEV_ROW_REMAP_FAILURE) > 0",
                needs=("DCGM_FI_DEV_ROW_REMAP_FAILURE",),
                severity=Severity.CRITICAL,
                summary="GPU {{ $labels.gpu }} of {{ $labels.node }} cannot replace broken memory",
                action="Drain the node and have the GPU replaced.",
            ),
        ],
    )


def pod_group() -> Group:
    """Return rules about pods, Deployments and StatefulSets that do not come up."""
    return Group(
        name="pods",
        exporter=KUBE_STATE_METRICS,
        rules=[
            Alert(
                name="PodNotScheduled",
                expr="max by (namespace, pod) (kube_pod_status_unschedulable) > 0",
                needs=("kube_pod_status_unschedulable",),
                minutes=15,
                severity=Severity.WARNING,
                summary="{{ $labels.pod }} in {{ $labels.namespace }} fits on no node",
                action="kubectl describe pod says what is missing: mostly a GPU, or memory.",
            ),
            Alert(
                name="ContainerRestarts",
                expr="sum by (namespace, pod, container) "
                "(increase(kube_pod_container_status_restarts_total[30m])) > 3",
                needs=("kube_pod_container_status_restarts_total",),
                severity=Severity.WARNING,
                summary="{{ $labels.container }} of {{ $labels.pod }} in {{ $labels.namespace }} "
                "restarts again and again",
                action="kubectl logs --previous shows its last words.",
            ),
            Alert(
                name="DeploymentIncomplete",
                expr="max by (namespace, deployment) (kube_deployment_spec_replicas) > "
                "max by (namespace, deployment) (kube_deployment_status_replicas_available)",
                needs=(
                    "kube_deployment_spec_replicas",
                    "kube_deployment_status_replicas_available",
                ),
                minutes=30,
                severity=Severity.WARNING,
                summary="{{ $labels.deployment }} in {{ $labels.namespace }} has fewer ready pods "
                "than it should",
                action="A large model loads for minutes; after half an hour something is wrong.",
            ),
            Alert(
                name="StatefulSetIncomplete",
                expr="max by (namespace, statefulset) (kube_statefulset_replicas) > "
                "max by (namespace, statefulset) (kube_statefulset_status_replicas_ready)",
                needs=("kube_statefulset_replicas", "kube_statefulset_status_replicas_ready"),
                # Databases and stores load no model.
                minutes=15,
                severity=Severity.WARNING,
                summary="{{ $labels.statefulset }} in {{ $labels.namespace }} has fewer ready pods "
                "than it should",
                action="Look at the pod: mostly its volume is not bound or is full, or it cannot "
                "read what lies there.",
            ),
        ],
    )


def prometheus_group(thresholds: AlertThresholds, volume_gib: int) -> Group:
    """Return rules about Prometheus: its volume, its rules, its way to Alertmanager."""
    parts = (
        "prometheus_tsdb_storage_blocks_bytes",
        "prometheus_tsdb_wal_storage_size_bytes",
        "prometheus_tsdb_head_chunks_storage_size_bytes",
    )
    volume = volume_gib * _BYTES_PER_GIB
    return Group(
        name="prometheus",
        exporter=PROMETHEUS,
        rules=[
            Alert(
                name="PrometheusVolumeFilling",
                expr=f"({' + '.join(parts)}) / {volume} > {thresholds.volume_ratio}",
                needs=parts,
                minutes=15,
                severity=Severity.CRITICAL,
                summary="{{ $value | humanizePercentage }} of the metrics volume is in use",
                action="Lower retention_size_gib, or raise volume_gib; when it is full, Prometheus "
                "stops.",
            ),
            Alert(
                name="PrometheusRuleFailures",
                expr="sum by (namespace, job, rule_group) "
                "(increase(prometheus_rule_evaluation_failures_total[10m])) > 0",
                needs=("prometheus_rule_evaluation_failures_total",),
                severity=Severity.CRITICAL,
                summary="rules of {{ $labels.rule_group }} cannot be evaluated",
                action="The log of Prometheus names the rule; its alerts do not work.",
            ),
            Alert(
                name="PrometheusCannotNotify",
                expr="sum by (namespace, job) "
                "(increase(prometheus_notifications_errors_total[10m])) > 0",
                needs=("prometheus_notifications_errors_total",),
                severity=Severity.CRITICAL,
                summary="alerts do not reach Alertmanager",
                action="Look at Alertmanager's pod; Prometheus lists the alerts meanwhile.",
            ),
        ],
    )


def alertmanager_group() -> Group:
    """Return the rule about receivers that do not answer."""
    return Group(
        name="alertmanager",
        exporter=ALERTMANAGER,
        rules=[
            Alert(
                name="AlertmanagerCannotNotify",
                expr="sum by (namespace, job, integration) "
                "(increase(alertmanager_notifications_failed_total[10m])) > 0",
                needs=("alertmanager_notifications_failed_total",),
                severity=Severity.CRITICAL,
                summary="notifications by {{ $labels.integration }} fail",
                action="The log of Alertmanager names the receiver. This alert may fail with it: "
                "Prometheus lists it.",
            )
        ],
    )
