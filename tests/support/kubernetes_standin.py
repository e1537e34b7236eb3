"""The Kubernetes stand-in against the lab's API server."""

import secrets
from collections.abc import Iterator

import pytest
from hoheit_lab.providers.host import Severity
from hoheit_lab.providers.kubernetes.provider import KubernetesProvider

from support.lab import Lab
from support.standin import StandIn, serving


class RecordingHost:
    """Remembers the progress that users would see."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def status(self, urn: str, message: str) -> None:
        del urn
        self.shown.append(message)

    def log(self, severity: Severity, urn: str, message: str) -> None:
        raise AssertionError((severity, urn, message))


@pytest.fixture
def host() -> RecordingHost:
    """Where progress goes."""
    return RecordingHost()


@pytest.fixture
def standin(lab: Lab, host: RecordingHost) -> Iterator[StandIn]:
    """The provider, configured for the lab."""
    provider = KubernetesProvider()
    with serving(provider) as served:
        served.configure({"kubeconfig": str(lab.state.kubeconfig)})
        provider.attach(host)
        yield served


@pytest.fixture
def namespace(lab: Lab) -> Iterator[str]:
    """A namespace of the test's own, removed in the background afterwards."""
    name = f"t{secrets.token_hex(4)}"
    lab.kubectl("create", "namespace", name)
    yield name
    lab.kubectl("delete", "namespace", name, "--wait=false", "--ignore-not-found")
