"""The credentials for a registry, from where Docker, Podman and skopeo keep them."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from .errors import UsageError
from .objects import mapping_at
from .programs import program

_DOCKER_HUB = "https://index.docker.io/v1/"
"""Under this name `docker login` keeps what it knows about docker.io."""
_TOKEN_USER = "<token>"  # noqa: S105 - a name of the helpers' protocol, and no password


@dataclass(frozen=True)
class Credentials:
    """A user of one registry."""

    user: str
    password: str = field(repr=False)
    origin: str
    """The file or the helper that knew them."""

    @property
    def basic(self) -> str:
        """The value of the header by which they are shown."""
        pair = f"{self.user}:{self.password}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"


def auth_file() -> Path:
    """Return the file that is in force; it need not exist."""
    if stated := os.environ.get("REGISTRY_AUTH_FILE"):
        return Path(stated)
    docker = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "config.json"
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and not docker.exists():
        podman = Path(runtime) / "containers" / "auth.json"
        return podman if podman.exists() else docker
    return docker


def credentials_for(registry: str, repository: str) -> Credentials | None:
    """Return what is known for a repository, the longest path first; None to ask as anybody.

    Raises:
        UsageError: if the file or a helper that it names cannot be read.
    """
    file = auth_file()
    if not file.exists():
        return None
    document = _document(file)
    stated = mapping_at(document, "auths")
    for key in _keys(registry, repository):
        if entry := mapping_at(stated, key):
            return _stated(entry, key, file) or _helped(document, key)
    return _helped(document, _DOCKER_HUB if registry == "docker.io" else registry)


def _document(file: Path) -> dict[str, Any]:
    try:
        document: Any = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise UsageError(f"{file} is no JSON: {error}; log in to the registry anew") from None
    return cast(dict[str, Any], document) if isinstance(document, dict) else {}


def _keys(registry: str, repository: str) -> list[str]:
    parts = [registry, *repository.split("/")]
    paths = ["/".join(parts[:length]) for length in range(len(parts), 0, -1)]
    hub = [_DOCKER_HUB] if registry == "docker.io" else []
    return [*paths, f"https://{registry}", *hub]


def _stated(entry: dict[str, Any], key: str, file: Path) -> Credentials | None:
    if entry.get("identitytoken"):
        raise UsageError(
            f"{file}: auths.{key} holds an identity token, which only Docker exchanges; log in "
            "with a password or an access token"
        )
    if not entry.get("auth"):
        return None  # the helper knows
    try:
        user, colon, password = base64.b64decode(str(entry["auth"])).decode().partition(":")
    except ValueError:
        colon = user = password = ""
    if not colon:
        raise UsageError(f"{file}: auths.{key}.auth is no user and password; log in anew")
    return Credentials(user, password, str(file))


def _helped(document: dict[str, Any], key: str) -> Credentials | None:
    helper = mapping_at(document, "credHelpers").get(key) or document.get("credsStore")
    if not helper:
        return None
    name = f"docker-credential-{helper}"
    command = program(name, "or log in without that helper")
    done = subprocess.run(  # noqa: S603 - a helper that the user's own file names
        [command, "get"], input=key, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        return None  # the helper knows nobody there
    answer: dict[str, str] = json.loads(done.stdout)
    if answer.get("Username") == _TOKEN_USER:
        raise UsageError(
            f"{name} holds an identity token for {key}, which only Docker exchanges; log in with "
            "a password or an access token"
        )
    return Credentials(answer["Username"], answer["Secret"], name)
