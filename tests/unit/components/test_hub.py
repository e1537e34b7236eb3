"""The hub that weights are fetched from, or a mirror of one."""

import pytest
from hoheit import InvalidArgsError
from support.samples import hub


@pytest.mark.parametrize(
    ("endpoint", "host", "port"),
    [
        ("https://huggingface.co", "huggingface.co", 443),
        ("https://hub.example.internal:8443", "hub.example.internal", 8443),
        ("https://hub.example.internal/artifactory/api/hf", "hub.example.internal", 443),
        ("https://hub.example.internal:65535/a/b/", "hub.example.internal", 65535),
    ],
)
def test_host_and_port_come_from_the_endpoint(endpoint: str, host: str, port: int) -> None:
    found = hub(endpoint=endpoint)
    assert (found.endpoint, found.host, found.port) == (endpoint, host, port)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://hub.example.internal",
        "hub.example.internal",
        "https://",
        "https://user:secret@hub.example.internal",
        "https://hub.example.internal?token=secret",
        "https://hub.example.internal/a#secret",
        "https://hub.example.internal\n",
        "https://hub.example.internal:0",
        "https://hub.example.internal:65536",
        "https://hub.example.internal:99999/a",
    ],
)
def test_an_endpoint_without_encryption_or_with_credentials_or_no_such_port_is_refused(
    endpoint: str,
) -> None:
    with pytest.raises(InvalidArgsError, match="endpoint: ") as refused:
        hub(endpoint=endpoint)
    assert "secret" not in str(refused.value)
