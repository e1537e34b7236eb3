import os
from pathlib import Path

import pytest
from hoheit_lab.providers.errors import ProviderError
from hoheit_lab.providers.kubernetes.api import ApiServer
from hoheit_lab.providers.kubernetes.credentials import authorization
from hoheit_lab.providers.kubernetes.kubeconfig import Access, find_access
from hoheit_lab.providers.kubernetes.loopback import require_loopback

CONFIG = """
current-context: one
contexts:
- {name: one, context: {cluster: a, user: u, namespace: team}}
- {name: two, context: {cluster: b, user: u}}
clusters:
- {name: a, cluster: {server: "https://127.0.0.1:1", certificate-authority: ca.crt}}
- {name: b, cluster: {server: "https://127.0.0.1:2"}}
users:
- {name: u, user: {token: hunter2}}
"""


def test_the_current_context_is_the_default() -> None:
    access = find_access(CONFIG, None, None)

    assert access.server == "https://127.0.0.1:1"
    assert access.namespace == "team"
    assert access.user == {"token": "hunter2"}


def test_a_context_and_a_cluster_can_be_chosen() -> None:
    assert find_access(CONFIG, "two", None).server == "https://127.0.0.1:2"
    assert find_access(CONFIG, "one", "b").server == "https://127.0.0.1:2"


def test_a_context_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(ProviderError, match=r"no context 'three'; it has: one, two"):
        find_access(CONFIG, "three", None)


def test_paths_in_a_file_are_relative_to_it(tmp_path: Path) -> None:
    (tmp_path / "config").write_text(CONFIG)

    access = find_access(str(tmp_path / "config"), None, None)

    assert access.cluster["certificate-authority"] == str(tmp_path / "ca.crt")


def test_without_a_kubeconfig_the_environments_files_are_merged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text(
        "current-context: two\nclusters: [{name: b, cluster: {server: 'https://::1'}}]"
    )
    second.write_text(CONFIG)
    monkeypatch.setenv("KUBECONFIG", f"{first}{os.pathsep}{second}")

    assert find_access(None, None, None).server == "https://::1"


def test_no_kubeconfig_at_all_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))

    with pytest.raises(ProviderError, match="set KUBECONFIG"):
        find_access(None, None, None)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProviderError, match=r"gone cannot be read: No such file"):
        find_access(str(tmp_path / "gone"), None, None)


def test_broken_yaml_is_refused_without_quoting_it() -> None:
    with pytest.raises(ProviderError) as raised:
        find_access("token: hunter2\n\t: [", None, None)

    assert "not valid YAML" in str(raised.value)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    "server", ["https://127.0.0.1:6443", "http://127.8.9.1", "https://[::1]:1"]
)
def test_loopback_addresses_are_accepted(server: str) -> None:
    require_loopback(server)


def test_localhost_is_resolved_and_accepted() -> None:
    require_loopback("https://localhost:6443")


@pytest.mark.parametrize("server", ["https://10.0.0.1", "https://[fe80::1]", "https://0.0.0.0:1"])
def test_addresses_of_other_machines_are_refused(server: str) -> None:
    with pytest.raises(ProviderError, match="only talks to a control plane on loopback"):
        require_loopback(server)


def test_a_host_with_one_address_elsewhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(2, 1, 6, "", ("127.0.0.1", 0)), (2, 1, 6, "", ("192.0.2.1", 0))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_options: answers)

    with pytest.raises(ProviderError, match="not on this machine"):
        require_loopback("https://sneaky.example")


@pytest.mark.parametrize("server", ["", "127.0.0.1:6443", "ftp://127.0.0.1"])
def test_what_is_no_url_of_an_api_server_is_refused(server: str) -> None:
    with pytest.raises(ProviderError, match="not a URL"):
        require_loopback(server)


def test_a_proxy_is_refused_because_loopback_behind_it_is_elsewhere() -> None:
    cluster = {"server": "https://127.0.0.1:1", "proxy-url": "http://192.0.2.1:3128"}

    with pytest.raises(ProviderError, match=r"asks for the proxy http://192\.0\.2\.1:3128"):
        ApiServer(Access("c", cluster, "u", {}, ""))


def test_nobody_at_the_address_is_one_sentence_with_the_way_out() -> None:
    server = ApiServer(Access("c", {"server": "http://127.0.0.1:1"}, "u", {}, ""))

    with pytest.raises(ProviderError, match=r"127\.0\.0\.1:1 does not answer .*refused.*; start"):
        server.get("/api")


def user(**entry: object) -> Access:
    return Access("c", {"server": "https://127.0.0.1:1"}, "u", entry, "")


def test_a_token_a_password_and_a_token_file_authorize(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n")

    assert authorization(user(token="t"))() == {"Authorization": "Bearer t"}
    assert authorization(user(username="a", password="b"))() == {"Authorization": "Basic YTpi"}
    assert authorization(user(tokenFile=str(tmp_path / "token")))() == {
        "Authorization": "Bearer from-file"
    }
    assert authorization(user())() == {}


def test_a_credential_plugin_is_run_for_its_token(tmp_path: Path) -> None:
    plugin = tmp_path / "plugin"
    plugin.write_text(
        '#!/bin/sh\necho \'{"apiVersion":"client.authentication.k8s.io/v1",'
        '"kind":"ExecCredential","status":{"token":"from-plugin"}}\'\n'
    )
    plugin.chmod(0o700)
    how = {"apiVersion": "client.authentication.k8s.io/v1", "command": str(plugin)}
    how["interactiveMode"] = "Never"

    assert authorization(user(exec=how))() == {"Authorization": "Bearer from-plugin"}
