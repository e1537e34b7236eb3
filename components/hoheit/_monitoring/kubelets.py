"""Kubelets as targets: how they are found and asked, and what of their answer is kept.

They are asked directly, with the one right to read metrics (ADR 25). What a kubelet serves besides,
logs and commands in containers, needs other rights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hoheit_facts import series_in_all_versions

from .names import KUBELET
from .relabelling import Step

if TYPE_CHECKING:
    from pulumi_kubernetes.rbac.v1 import PolicyRuleArgsDict

    from hoheit.kubelet_settings import KubeletSettings

KUBELET_SERIES = series_in_all_versions(KUBELET)
"""What is kept: nodes of one cluster may run kubelets of several versions."""
_ACCOUNT_DIR = "/var/run/secrets/kubernetes.io/serviceaccount"
"""Where Kubernetes mounts a pod's token, and the certificate of the cluster's authority."""
_INTERVAL_SECONDS = 60
"""A kubelet measures volumes once a minute (KubeletConfiguration, ``volumeStatsAggPeriod``)."""
_TIMEOUT_SECONDS = 30
"""Most of what a kubelet tells is about its own calls, and is dropped here."""


def kubelet_rules() -> list[PolicyRuleArgsDict]:
    """Return the rights to find nodes and to read kubelets' metrics, and none to act by them."""
    return [
        # Prometheus 3.15 gets no single one (discovery/kubernetes/kubernetes.go).
        {"api_groups": [""], "resources": ["nodes"], "verbs": ["list", "watch"]},
        # Not nodes/proxy, by which pods are listed and commands run in them.
        {"api_groups": [""], "resources": ["nodes/metrics"], "verbs": ["get"]},
    ]


def kubelet_scrape_config(kubelets: KubeletSettings) -> dict[str, Any]:
    """Return the scrape configuration of all kubelets."""
    return {
        "job_name": f"{KUBELET}/{KUBELET}",
        "scheme": "https",
        "metrics_path": "/metrics",
        "scrape_interval": f"{_INTERVAL_SECONDS}s",
        "scrape_timeout": f"{_TIMEOUT_SECONDS}s",
        "authorization": {"type": "Bearer", "credentials_file": f"{_ACCOUNT_DIR}/token"},
        "tls_config": (
            {"ca_file": f"{_ACCOUNT_DIR}/ca.crt"}
            if kubelets.verify_certificates
            else {"insecure_skip_verify": True}
        ),
        # A kubelet sends nobody elsewhere. Prometheus would take the token along: to any port of
        # the host, unencrypted too (prometheus/common 0.71, config/http_config.go).
        "follow_redirects": False,
        "kubernetes_sd_configs": [{"role": "node", **_selectors(kubelets)}],
        "relabel_configs": [
            step.prometheus()
            for step in (
                Step(source_label="__meta_kubernetes_node_name", target_label="node"),
                Step(replacement=KUBELET, target_label="job"),
                Step(replacement=KUBELET, target_label="exporter"),
            )
        ],
        "metric_relabel_configs": [step.prometheus() for step in _kept(kubelets)],
    }


def _selectors(kubelets: KubeletSettings) -> dict[str, Any]:
    labels = ",".join(f"{name}={value}" for name, value in sorted(kubelets.node_selector.items()))
    return {"selectors": [{"role": "node", "label": labels}]} if labels else {}


def _kept(kubelets: KubeletSettings) -> list[Step]:
    """Return the steps that keep series about the volumes of claims and nothing else."""
    series = Step(action="keep", source_label="__name__", regex="|".join(sorted(KUBELET_SERIES)))
    if not kubelets.namespaces:
        return [series]
    namespaces = "|".join(kubelets.namespaces)
    return [series, Step(action="keep", source_label="namespace", regex=namespaces)]
