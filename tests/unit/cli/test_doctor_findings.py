"""All findings of the doctor together."""

from pathlib import Path

import pytest
import yaml
from hoheit_cli.doctor import findings
from hoheit_cli.finding import Unread, Verdict
from hoheit_cli.kubectl import Answer
from hoheit_cli.observed import Observed
from hoheit_cli.stated import Stated, read_stated

UNREAD = Unread(why="forbidden")
SILENT = Answer(ok=False, text="", error="forbidden")


def cluster(nodes: list[dict[str, object]] | Unread) -> Observed:
    """A cluster of which somebody may read the nodes at most."""
    return Observed(
        version="v1.37.0",
        nodes=nodes,
        pods=UNREAD,
        daemon_sets=UNREAD,
        cni_settings=UNREAD,
        storage_classes=UNREAD,
        runtime_classes=UNREAD,
        crds=UNREAD,
        api_services=UNREAD,
        api_server=UNREAD,
        pod_security=SILENT,
        rights=SILENT,
    )


def stated(path: Path, kubelets: object) -> Stated:
    environment = {
        "cluster": {"kind": "existing", "context": "lab", "cluster_identifier": "lab"},
        "monitoring": {"kubelets": kubelets},
    }
    file = path / "Pulumi.dev.yaml"
    file.write_text(yaml.safe_dump({"config": {"hoheit:environment": environment}}))
    return read_stated(file)


@pytest.mark.parametrize("nodes", [[], UNREAD])
def test_kubelets_that_are_not_understood_are_one_finding(
    nodes: list[dict[str, object]] | Unread, tmp_path: Path
) -> None:
    found = findings(stated(tmp_path, {"cidrs": ["0.0.0.0/0"]}), cluster(nodes))
    (said,) = [one for one in found if one.subject.startswith("monitoring.kubelets")]
    assert said.verdict is Verdict.UNKNOWN
    assert said.seen.startswith("not understood: cidrs[0]: 0.0.0.0/0 is every address")


def test_kubelets_that_are_not_stated_are_one_finding(tmp_path: Path) -> None:
    found = findings(stated(tmp_path, None), cluster([]))
    (said,) = [one for one in found if one.subject.startswith("monitoring.kubelets")]
    assert (said.verdict, said.seen.partition(",")[0]) == (Verdict.OK, "not stated")
