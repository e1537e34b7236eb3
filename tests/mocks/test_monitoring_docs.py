"""The program that the documentation shows."""

from support.documents import python_block
from support.manifests import manifests, pod_templates
from support.monitor import run_source
from support.pod_security import violations


def test_the_documented_program_runs_as_it_stands() -> None:
    monitor = run_source(python_block("components/monitoring-stack.md"))
    kinds = {found["kind"] for found in manifests(monitor)}
    assert {"StatefulSet", "DaemonSet", "PersistentVolumeClaim", "NetworkPolicy"} <= kinds
    templates = pod_templates(monitor)
    assert {"watch-prometheus", "watch-grafana", "watch-dcgm-exporter-l4"} <= templates.keys()
    assert all(violations(one["spec"]) == [] for one in templates.values())
