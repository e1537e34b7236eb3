"""Which API server, as whom: the kubeconfig and the choices that the provider's settings make."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from hoheit_lab.providers.errors import ProviderError
from hoheit_lab.providers.marks import is_object

_PATHS = {
    "clusters": ("certificate-authority",),
    "users": ("client-certificate", "client-key", "tokenFile"),
}


@dataclass(frozen=True)
class Access:
    """One context of a kubeconfig, looked up."""

    cluster_name: str
    cluster: dict[str, Any]
    user_name: str
    user: dict[str, Any]
    namespace: str

    @property
    def server(self) -> str:
        """URL of the API server."""
        return str(self.cluster.get("server", ""))


def find_access(kubeconfig: str | None, context: str | None, cluster: str | None) -> Access:
    """Look up a context, by default the current one, and its cluster and user."""
    config = load(kubeconfig)
    name = context or config.get("current-context")
    if not name:
        raise ProviderError(
            "the kubeconfig has no current context; set `kubernetes:context`,"
            " or the provider's `context`"
        )
    chosen = _named(config, "contexts", "context", str(name))
    cluster_name = cluster or str(chosen.get("cluster", ""))
    user_name = str(chosen.get("user") or "")
    return Access(
        cluster_name=cluster_name,
        cluster=_named(config, "clusters", "cluster", cluster_name),
        user_name=user_name,
        user=_named(config, "users", "user", user_name) if user_name else {},
        namespace=str(chosen.get("namespace") or ""),
    )


def load(kubeconfig: str | None) -> dict[str, Any]:
    """Read a kubeconfig: its content, a path, or by default what kubectl would use."""
    if kubeconfig is None:
        return _merge([_read(path) for path in _default_paths()])
    if "\n" in kubeconfig or kubeconfig.lstrip().startswith("{"):
        return _parse(kubeconfig, "the provider's kubeconfig")
    paths = [Path(part).expanduser() for part in kubeconfig.split(os.pathsep) if part]
    return _merge([_read(path) for path in paths])


def _default_paths() -> list[Path]:
    listed = os.environ.get("KUBECONFIG")
    paths = [Path(part) for part in listed.split(os.pathsep) if part] if listed else []
    paths = [path for path in paths or [Path("~/.kube/config").expanduser()] if path.exists()]
    if not paths:
        raise ProviderError(
            "no kubeconfig: give the provider one (`kubernetes:kubeconfig`), or set KUBECONFIG"
        )
    return paths


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ProviderError(f"the kubeconfig {path} cannot be read: {error.strerror}") from error
    config = _parse(text, f"the kubeconfig {path}")
    for section, keys in _PATHS.items():
        for entry in config.get(section) or []:
            _resolve_paths(entry.get(section.removesuffix("s")) or {}, keys, path.parent)
    return config


def _resolve_paths(entry: dict[str, Any], keys: tuple[str, ...], base: Path) -> None:
    for key in keys:
        if entry.get(key):
            entry[key] = str(base / str(entry[key]))


def _parse(text: str, what: str) -> dict[str, Any]:
    try:
        config = yaml.safe_load(text)
    except yaml.YAMLError as error:
        # The error itself would quote the lines around it, and they hold credentials.
        raise ProviderError(f"{what} is not valid YAML") from error
    if not is_object(config):
        raise ProviderError(f"{what} is not a kubeconfig: it is no mapping")
    return config


def _merge(configs: list[dict[str, Any]]) -> dict[str, Any]:
    """Merge as kubectl does: the first file that sets a name or a value wins."""
    merged: dict[str, Any] = {}
    for config in configs:
        for key, value in config.items():
            if isinstance(value, list):
                known = {entry["name"] for entry in merged.setdefault(key, [])}
                merged[key] += [entry for entry in value if entry["name"] not in known]
            else:
                merged.setdefault(key, value)
    return merged


def _named(config: dict[str, Any], section: str, key: str, name: str) -> dict[str, Any]:
    entries = {str(entry.get("name")): entry for entry in config.get(section) or []}
    if name not in entries:
        names = ", ".join(sorted(entries)) or "none"
        raise ProviderError(f"the kubeconfig has no {key} {name!r}; it has: {names}")
    return entries[name].get(key) or {}
