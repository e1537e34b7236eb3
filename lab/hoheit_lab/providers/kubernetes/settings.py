"""The provider's own settings: what it takes, and when they mean another cluster."""

import json
from dataclasses import dataclass
from typing import Any

from hoheit_lab.providers.errors import ProviderError
from hoheit_lab.providers.marks import Unknown, has_unknown, reveal
from hoheit_lab.providers.requests import Change, CheckFailure, CheckResult, DiffResult

from .kubeconfig import Access, find_access
from .loopback import require_loopback

_TEXT = frozenset({"kubeconfig", "context", "cluster", "namespace", "clusterIdentifier"})
_SWITCHES = frozenset(
    {
        "deleteUnreachable",
        "enableConfigMapMutable",
        "enablePatchForce",
        "enableSecretMutable",
        "enableServerSideApply",
        "skipUpdateUnreachable",
        "suppressDeprecationWarnings",
        "suppressHelmHookWarnings",
        "upsertExistingObjects",
    }
)
# Without meaning here: the engine's own keys, limits of another client, and settings of charts.
_IGNORED = frozenset(
    {"version", "pluginDownloadURL", "helmReleaseSettings", "kubeClientSettings", "alwaysRender"}
)
_KNOWN = _TEXT | _SWITCHES | _IGNORED | {"renderYamlToDirectory"}


@dataclass(frozen=True)
class Settings:
    """The provider's settings, parsed."""

    kubeconfig: str | None = None
    context: str | None = None
    cluster: str | None = None
    namespace: str | None = None
    delete_unreachable: bool = False
    skip_update_unreachable: bool = False
    mutable_config_maps: bool = False
    mutable_secrets: bool = False
    force_conflicts: bool = False
    upsert: bool = False

    def access(self) -> Access:
        """The API server and user that these settings choose."""
        return find_access(self.kubeconfig, self.context, self.cluster)


def parse(properties: dict[str, Any]) -> Settings:
    """Read settings that are all known."""
    plain = reveal(properties)
    return Settings(
        kubeconfig=plain.get("kubeconfig") or None,
        context=plain.get("context") or None,
        cluster=plain.get("cluster") or None,
        namespace=plain.get("namespace") or None,
        delete_unreachable=_switch(plain, "deleteUnreachable"),
        skip_update_unreachable=_switch(plain, "skipUpdateUnreachable"),
        mutable_config_maps=_switch(plain, "enableConfigMapMutable"),
        mutable_secrets=_switch(plain, "enableSecretMutable"),
        # Client-side apply never meets a conflict: it overwrites. That is what "off" asks for.
        force_conflicts=_switch(plain, "enablePatchForce")
        or not _switch(plain, "enableServerSideApply", default=True),
        upsert=_switch(plain, "upsertExistingObjects"),
    )


def check(news: dict[str, Any]) -> CheckResult:
    """Validate settings, and refuse a cluster that is not on this machine while it is early."""
    failures = _failures(news)
    if not failures and not has_unknown(news):
        settings = parse(news)
        if settings.kubeconfig:
            try:
                require_loopback(settings.access().server)
            except ProviderError as error:
                failures.append(CheckFailure("kubeconfig", str(error)))
    return CheckResult(news, failures)


def _failures(news: dict[str, Any]) -> list[CheckFailure]:
    failures: list[CheckFailure] = []
    for key, value in news.items():
        plain = reveal(value)
        if key.startswith("__") or isinstance(plain, Unknown):
            continue
        if key not in _KNOWN:
            known = ", ".join(sorted(_TEXT | _SWITCHES))
            failures.append(CheckFailure(key, f"the provider has no such setting; it has: {known}"))
        elif key in _SWITCHES and _as_switch(plain) is None:
            failures.append(CheckFailure(key, "must be true or false"))
        elif key in _TEXT and plain is not None and not isinstance(plain, str):
            failures.append(CheckFailure(key, "must be a string"))
        elif key == "renderYamlToDirectory" and plain:
            reason = "the lab's stand-in applies objects; only the official plugin renders YAML"
            failures.append(CheckFailure(key, reason))
    return failures


def diff(olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
    """Which settings changed, and whether that means another cluster.

    With a ``clusterIdentifier``, only its change does. Without one, the cluster that the
    kubeconfig points at decides, as far as it is known.
    """
    olds, news = reveal(olds), reveal(news)
    changed = {
        key
        for key in olds.keys() | news.keys()
        if key not in _IGNORED and olds.get(key) != news.get(key)
    }
    replacing = _replacing(changed, olds, news)
    changes: dict[str, Change] = {}
    for key in sorted(changed):
        kind = Change.UPDATE
        if key not in olds:
            kind = Change.ADD
        elif key not in news:
            kind = Change.DELETE
        changes[key] = kind.replacing() if key in replacing else kind
    return DiffResult(changes)


def _replacing(changed: set[str], olds: dict[str, Any], news: dict[str, Any]) -> set[str]:
    identifier = "clusterIdentifier"
    if identifier in olds and identifier in news:
        return {identifier} & changed
    pointers = {"kubeconfig", "context", "cluster"} & changed
    if not pointers:
        return set()
    if any(isinstance(news.get(key), Unknown) for key in pointers):
        return pointers
    before, after = _target(olds), _target(news)
    return pointers if before and after and before != after else set()


def _target(properties: dict[str, Any]) -> tuple[str, str] | None:
    try:
        access = parse(properties).access()
    except ProviderError:
        # A kubeconfig file that is gone says nothing about which cluster it meant.
        return None
    return access.cluster_name, access.server


def _switch(properties: dict[str, Any], key: str, *, default: bool = False) -> bool:
    value = properties.get(key)
    parsed = None if value is None else _as_switch(value)
    return default if parsed is None else parsed


def _as_switch(value: Any) -> bool | None:
    """Stack settings arrive as strings, those of a program as booleans."""
    if isinstance(value, str):
        try:
            value = json.loads(value.lower())
        except ValueError:
            return None
    return value if isinstance(value, bool) else None
