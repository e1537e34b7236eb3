"""LOC-13: Pulumi's state, which holds what a stack knows, is where the profile allows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from hoheit_facts import service_at

from hoheit_policy.places import AWS_PARTITIONS, Place, in_region, located
from hoheit_policy.register_places import declared_location, split_port
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.values import Gap
from hoheit_policy.verdict import Judgement, Verdict, failed, passed, unknown

from .allowed_locations import judge_country
from .operators import judge_operator

if TYPE_CHECKING:
    from hoheit_policy.declarations import Declarations
    from hoheit_policy.location import Location
    from hoheit_policy.view import View

_WORST = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS)
_WITH_OPERATOR = ("passphrase",)
_SECRETS = "secrets_provider"
_BACKEND = "state.backend"
_HTTP_PORT = 80


def judge_state(view: View) -> Iterator[tuple[str, Judgement]]:
    """Answer for the backend, and for whoever holds the key of the secrets in it."""
    yield "", _backend(view)
    yield "", _secrets(view)


def _backend(view: View) -> Judgement:
    stated = view.declarations.state
    shown = view.state.backend
    declared = stated.backend if stated else None
    if not isinstance(shown, Gap) and declared and not _same(declared, shown):
        return failed(
            _BACKEND,
            f"declared as {_safe(declared)}, but this run keeps its state at {_safe(shown)}; log "
            "in to the declared backend, or correct state.backend",
        )
    url = declared if isinstance(shown, Gap) else shown
    if not url:
        return unknown(_BACKEND, "nobody declared where Pulumi keeps its state")
    location = stated.location if stated else None
    return _worst(_at(f"state at {_safe(url)}", _BACKEND, url, location, view.declarations), view)


def _secrets(view: View) -> Judgement:
    stated = view.declarations.secrets_provider
    shown = view.state.secrets_kind
    declared = stated.kind if stated else None
    kind = declared if isinstance(shown, Gap) else shown
    url = view.state.secrets_url if not isinstance(view.state.secrets_url, Gap) else None
    url = url or (stated.url if stated else None)
    if not kind:
        return unknown(_SECRETS, "nobody declared who holds the key of the secrets in the state")
    if kind == "b64":
        return failed(_SECRETS, "secrets are stored in clear (base64); choose a secrets provider")
    if kind in _WITH_OPERATOR:
        text = "passphrase: the key is with whoever runs Pulumi, nobody else's service holds it"
        return passed(_SECRETS, text, "state" if not isinstance(shown, Gap) else "declared")
    location = stated.location if stated else None
    what = f"key of the secrets ({kind})"
    if not url:
        return _worst(located(what, _SECRETS, location), view)
    return _worst(_at(f"{what} at {_safe(url)}", _SECRETS, url, location, view.declarations), view)


def _at(
    what: str, path: str, url: str, location: Location | None, declarations: Declarations
) -> Place:
    """Return where a URL leads: by what it says, by declaration, by the table of services."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    endpoint = query.get("endpoint", "")
    if parts.scheme in ("s3", "awskms") and "region" in query and not endpoint:
        return in_region(what, path, query["region"], AWS_PARTITIONS)
    stated = location if location and location.country.value else None
    known = stated or declared_location(declarations, *_host_and_port(endpoint or url))
    if known is not None:
        return located(what, path, known)
    service = service_at(host)
    if service is not None:
        return Place(
            what=what,
            path=path,
            operator=service.operator,
            jurisdiction=service.controlling_jurisdiction,
            why_unknown="the service does not say where it keeps data; declare the location",
        )
    field = path.split(".", maxsplit=1)[0]
    return Place(what=what, path=path, why_unknown=f"declare {field}.location")


def _host_and_port(url: str) -> tuple[str, int | None]:
    """Return where a URL, or ``host`` or ``host:port``, leads."""
    parts = urlsplit(url if "://" in url else f"//{url}")
    host, port = split_port(parts.netloc.rpartition("@")[2])
    return host, port or (_HTTP_PORT if parts.scheme == "http" else None)


def _worst(place: Place, view: View) -> Judgement:
    policy = view.declarations.policy
    answers = [judge_country(place, policy), judge_operator(place, policy)]
    return min(answers, key=lambda answer: _WORST.index(answer.verdict))


def _same(first: str, second: str) -> bool:
    return first.rstrip("/") == second.rstrip("/")


def _safe(url: str) -> str:
    """Return a URL without the login that some put into it, and without its query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


STATE_BACKEND = Rule(
    id="LOC-13",
    title="Pulumi's state and its key are in allowed hands",
    asks=(
        "The backend that keeps the state, and whoever holds the key of its secrets, are in "
        "allowed countries and controlled from allowed ones. A passphrase is with the operator."
    ),
    severity=Severity.HIGH,
    controls=("GDPR Art. 32", "BSI C3A SOV-3-02"),
    remediation=Remediation(
        en="Keep the state in a backend of your own and declare state.backend with its location; "
        "choose a passphrase or a key of your own as secrets provider.",
        de="Den State in einem eigenen Backend halten und state.backend mit Standort erklären; "
        "als Secrets Provider eine Passphrase oder einen eigenen Schlüssel wählen.",
    ),
    of_stack=judge_state,
)
