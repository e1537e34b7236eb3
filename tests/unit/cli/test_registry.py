"""What a registry is asked, what it is told, and what its answers become."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hoheit import ImageReference
from hoheit_cli.errors import UsageError
from hoheit_cli.registry import Registry, Resolved
from support.registry_double import RegistryDouble, running_double

LOGIN = ("reader", "geheim:mit Doppelpunkt")


@pytest.fixture
def double() -> Iterator[RegistryDouble]:
    with running_double() as running:
        yield running


@pytest.fixture(autouse=True)
def auth_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REGISTRY_AUTH_FILE", str(tmp_path / "auth.json"))
    return tmp_path / "auth.json"


def resolve(double: RegistryDouble, name: str = "team/app:1") -> Resolved:
    return Registry().resolve(ImageReference.parse(f"{double.address}/{name}"))


def refusal(double: RegistryDouble, name: str = "team/app:1") -> str:
    with pytest.raises(UsageError) as refused:
        resolve(double, name)
    assert str(refused.value).startswith(f"{double.address}/{name}: ")
    return str(refused.value)


def log_in(file: Path, key: str, login: tuple[str, str] = LOGIN) -> None:
    auth = base64.b64encode(":".join(login).encode()).decode()
    file.write_text(json.dumps({"auths": {key: {"auth": auth}}}))


def test_an_index_is_locked_as_a_whole_with_the_platforms_that_it_lists(
    double: RegistryDouble,
) -> None:
    digest = double.add_index(
        "team/app:1",
        {"os": "linux", "architecture": "arm64", "variant": "v8"},
        {"os": "linux", "architecture": "amd64"},
        {"os": "unknown", "architecture": "unknown"},
    )
    assert resolve(double) == Resolved(digest, ("linux/amd64", "linux/arm64/v8"))


def test_the_platform_of_a_single_image_is_in_its_configuration(double: RegistryDouble) -> None:
    digest = double.add("team/app:1")
    assert resolve(double) == Resolved(digest, ("linux/amd64",))
    assert resolve(double, f"team/app@{digest}").digest == digest


def test_a_header_that_contradicts_the_content_is_not_believed(double: RegistryDouble) -> None:
    double.add("team/app:1")
    double.stated_digest = f"sha256:{'0' * 64}"
    assert f"calls sha256:{'0' * 64} what has the digest" in refusal(double)


def test_each_repository_gets_a_token_of_its_own_for_the_password_of_the_file(
    double: RegistryDouble, auth_file: Path
) -> None:
    double.login = LOGIN
    log_in(auth_file, double.address)
    registry = Registry()
    for name in ("team/app:1", "other/app:2"):
        double.add(name)
        registry.resolve(ImageReference.parse(f"{double.address}/{name}"))
    assert [shown for path, shown in double.asked if path.startswith("/v2/other")] == [
        "",
        "Bearer repository:other/app:pull",
        "",
        "Bearer repository:other/app:pull",
    ]


def test_a_registry_without_tokens_gets_the_password(
    double: RegistryDouble, auth_file: Path
) -> None:
    double.login, double.scheme = LOGIN, "basic"
    log_in(auth_file, double.address)
    assert resolve(double, "team/app:1") if double.add("team/app:1") else None


def test_the_login_of_the_longest_path_is_taken(double: RegistryDouble, auth_file: Path) -> None:
    double.login = LOGIN
    double.add("team/app:1")
    log_in(auth_file, f"{double.address}/team")
    document = json.loads(auth_file.read_text())
    document["auths"][double.address] = {"auth": base64.b64encode(b"other:x").decode()}
    auth_file.write_text(json.dumps(document))
    assert resolve(double).digest


def test_a_login_that_a_helper_keeps_is_asked_for(
    double: RegistryDouble, auth_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    double.login = LOGIN
    double.add("team/app:1")
    helper = tmp_path / "docker-credential-test"
    answer = json.dumps({"Username": LOGIN[0], "Secret": LOGIN[1]})
    helper.write_text(f"#!/bin/sh\n[ \"$(cat)\" = {double.address} ] && echo '{answer}'\n")
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    auth_file.write_text(json.dumps({"credsStore": "test"}))
    assert resolve(double).digest


def test_the_storage_that_a_registry_points_to_sees_neither_token_nor_password(
    double: RegistryDouble, auth_file: Path
) -> None:
    with running_double() as storage:
        double.login, double.storage = LOGIN, f"http://{storage.address}"
        log_in(auth_file, double.address)
        double.add("team/app:1")
        storage.blobs = double.blobs
        assert resolve(double).platforms == ("linux/amd64",)
        assert [shown for _, shown in storage.asked] == [""]


def test_no_login_and_a_wrong_one_are_told_apart(double: RegistryDouble, auth_file: Path) -> None:
    double.login = LOGIN
    double.add("team/app:1")
    told = refusal(double)
    assert f"wants a login (401), and {auth_file} has none" in told
    assert f"run: docker login {double.address}" in told
    log_in(auth_file, double.address, ("reader", "falsch"))
    told = refusal(double)
    assert f"refuses user 'reader' of {auth_file} (401)" in told
    assert "falsch" not in told


def test_a_password_is_not_sent_out_of_tls(double: RegistryDouble, auth_file: Path) -> None:
    double.login, double.realm = LOGIN, "http://tokens.example.internal/token"
    log_in(auth_file, double.address)
    assert "'http://tokens.example.internal/token', which is not https" in refusal(double)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (404, "has no such image; correct the reference"),
        (403, "wants a login (403)"),
        (429, "has had enough questions (429); log in, or wait"),
        (500, "answers 500; try again"),
    ],
)
def test_each_refusal_is_a_sentence(status: int, told: str, double: RegistryDouble) -> None:
    double.status = status
    assert told in refusal(double)


def test_a_registry_that_does_not_answer_is_named_with_the_reason() -> None:
    with running_double() as double:
        pass
    told = refusal(double)
    assert "cannot be asked: [Errno 111] Connection refused" in told
    assert "cluster.image_mirror" in told


def test_a_page_that_stands_before_the_registry_is_no_image(double: RegistryDouble) -> None:
    double.manifests["team/app:1"] = b"<html>log in</html>"
    assert "what answers is no registry" in refusal(double)
    double.manifests["team/app:1"] = b"{}"
    assert "something that is no image" in refusal(double)


def test_a_token_service_that_answers_nonsense_is_named(
    double: RegistryDouble, auth_file: Path
) -> None:
    double.login, double.token_answer = LOGIN, b"[]"
    log_in(auth_file, double.address)
    assert "is no token" in refusal(double)


def test_an_unknown_way_to_log_in_is_named(double: RegistryDouble) -> None:
    double.login, double.scheme = LOGIN, "negotiate"
    assert "asks to log in by 'Negotiate', unknown here" in refusal(double)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "is no JSON"),
        ('{"auths": {"HOST": {"identitytoken": "x"}}}', "holds an identity token"),
        ('{"auths": {"HOST": {"auth": "bm90aGluZw=="}}}', "is no user and password"),
    ],
)
def test_a_file_of_logins_that_cannot_be_used_is_named(
    content: str, told: str, double: RegistryDouble, auth_file: Path
) -> None:
    auth_file.write_text(content.replace("HOST", double.address))
    with pytest.raises(UsageError, match=told) as refused:
        resolve(double)
    assert str(auth_file) in str(refused.value)


def test_another_machine_is_asked_over_tls_unless_somebody_says_otherwise(
    double: RegistryDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hoheit_cli.registry_access._is_loopback", lambda _registry: False)
    double.add("team/app:1")
    image = ImageReference.parse(f"{double.address}/team/app:1")
    with pytest.raises(UsageError, match=r"cannot be asked: .*SSL"):
        Registry().resolve(image)
    assert Registry([double.address]).resolve(image).digest
