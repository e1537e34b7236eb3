"""LOC-13: Pulumi's state, which holds what a stack knows, is where the profile allows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hoheit_policy.known_services import completed, contradiction, endpoint_of, known_place
from hoheit_policy.logins import without_login
from hoheit_policy.places import Place, located
from hoheit_policy.register_places import declared_location
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.secrets_key import CLEAR, PASSPHRASE, key_of
from hoheit_policy.values import Gap
from hoheit_policy.verdict import Judgement, Verdict, failed, passed, unknown

from .allowed_locations import judge_country
from .operators import judge_operator

if TYPE_CHECKING:
    from hoheit_policy.location import Location
    from hoheit_policy.view import View

_WORST = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS)
_SECRETS = "secrets_provider"
_BACKEND = "state.backend"


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
    return _placed(f"state at {_safe(url)}", _BACKEND, url, location, view)


def _secrets(view: View) -> Judgement:
    stated = view.declarations.secrets_provider
    held = key_of(view.state, stated)
    if held.contradiction:
        text = f"{held.contradiction}; correct the declaration, or change the secrets provider"
        return failed(_SECRETS, text)
    if why := held.why_unknown:
        return unknown(_SECRETS, why)
    if held.kind == CLEAR:
        return failed(_SECRETS, "secrets are stored in clear (base64); choose a secrets provider")
    if held.kind == PASSPHRASE:
        text = "passphrase: the key is with whoever runs Pulumi, nobody else's service holds it"
        return passed(_SECRETS, text, held.provenance)
    what = f"key of the secrets ({held.kind})"
    if held.url:
        what = f"{what} at {_safe(held.url)}"
    location = stated.location if stated else None
    return _placed(what, _SECRETS, held.url or f"{held.kind}://", location, view)


def _placed(what: str, path: str, url: str, location: Location | None, view: View) -> Judgement:
    """Answer for where a URL leads: by what is known of it, which no declaration overrules."""
    place = Place(what=what, path=path)
    known = known_place(place, url)
    # A declaration counts for what it says, so one without a country says nothing of where.
    stated = location if location and location.country.value else None
    declared = stated or declared_location(view.declarations, *endpoint_of(url))
    if known is None and declared is None:
        field = path.split(".", maxsplit=1)[0]
        return _worst(replace(place, why_unknown=f"declare {field}.location"), view)
    claimed = located(what, path, declared, view.today)
    if known is None:
        return _worst(claimed, view)
    if why := contradiction(known, claimed):
        return failed(path, f"{what}: {why}; correct the declared location", known.provenance)
    return _worst(completed(known, claimed), view)


def _worst(place: Place, view: View) -> Judgement:
    policy = view.declarations.policy
    answers = [judge_country(place, policy), judge_operator(place, policy)]
    return min(answers, key=lambda answer: _WORST.index(answer.verdict))


def _same(first: str, second: str) -> bool:
    return without_login(first).rstrip("/") == without_login(second).rstrip("/")


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
    phases=ALWAYS,
    controls=("GDPR Art. 32", "BSI C3A SOV-3-02"),
    remediation=Remediation(
        en="Keep the state in a backend of your own and declare state.backend with its location; "
        "choose a passphrase or a key of your own as secrets provider.",
        de="Den State in einem eigenen Backend halten und state.backend mit Standort erklären; "
        "als Secrets Provider eine Passphrase oder einen eigenen Schlüssel wählen.",
    ),
    of_stack=judge_state,
)
