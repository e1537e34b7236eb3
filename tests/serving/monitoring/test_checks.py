"""The programs' own checkers read what is rendered."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from hoheit import MonitoringSettings
from hoheit._monitoring.names import version_of
from hoheit._monitoring.targets import gpu_target, server_targets
from hoheit_facts import IMAGES
from serving.monitoring.stack import alertmanager_server, prometheus_server
from support.samples import gateway_target, images, scrape_target, webhook

if TYPE_CHECKING:
    from pathlib import Path

    from serving.monitoring.conftest import Programs

TARGETS = [
    scrape_target(),
    gateway_target(auth_secret="gateway-token"),
    *server_targets("watch", "monitoring", images()),
    gpu_target("watch", "monitoring", images()),
]

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
KUBELETS: dict[str, Any] = {"cidrs": ["192.0.2.64/26"]}


def said(*command: Any) -> str:
    done = subprocess.run(
        [str(one) for one in command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("program", ["prometheus", "alertmanager"])
def test_the_version_under_test_is_that_of_the_catalogue(program: str, programs: Programs) -> None:
    reference = IMAGES[program].reference
    assert reference
    found = re.search(r"version (\S+)", said(getattr(programs, program), "--version"))
    assert found
    assert found[1] == version_of(reference)


def test_rules_pass_the_checker(programs: Programs, tmp_path: Path) -> None:
    server = prometheus_server(
        programs.prometheus, tmp_path, TARGETS, settings=MonitoringSettings(kubelets=KUBELETS)
    )
    file = server.root / "etc/prometheus/rules/rules.yml"
    told = said(programs.promtool, "check", "rules", "--lint=all", "--lint-fatal", file)
    rules = file.read_text().count('"expr"')
    assert f"SUCCESS: {rules} rules found" in told


@pytest.mark.parametrize(
    "kubelets",
    [
        None,
        KUBELETS,
        {**KUBELETS, "verify_certificates": False},
        {**KUBELETS, "node_selector": {"a": "b", "c/d": "e"}, "namespaces": ["models", "mlflow"]},
    ],
)
def test_the_configuration_passes_the_checker_as_it_is_rendered(
    kubelets: dict[str, Any] | None, programs: Programs, tmp_path: Path
) -> None:
    settings = MonitoringSettings(kubelets=kubelets)
    server = prometheus_server(programs.prometheus, tmp_path, TARGETS, settings=settings)
    server.place("token-1", "token", "secret")
    file = server.root / "etc/prometheus/config/prometheus.yml"
    # What every pod has at a fixed place, and promtool wants to see.
    for name in ("token", "ca.crt"):
        (tmp_path / name).touch()
    file.write_text(file.read_text().replace(ACCOUNT, str(tmp_path)))
    assert "kubernetes_sd_configs" in file.read_text()
    told = said(programs.promtool, "check", "config", "--lint=all", "--lint-fatal", file)
    assert "is valid prometheus config file syntax" in told


@pytest.mark.parametrize("receivers", [(), (webhook(),), (webhook(), webhook(name="security"))])
def test_the_alertmanagers_configuration_passes_its_checker(
    receivers: tuple[Any, ...], programs: Programs, tmp_path: Path
) -> None:
    server = alertmanager_server(programs.alertmanager, tmp_path, receivers, quick=False)
    file = server.root / "etc/alertmanager/config/alertmanager.yml"
    assert "SUCCESS" in said(programs.amtool, "check-config", file)
