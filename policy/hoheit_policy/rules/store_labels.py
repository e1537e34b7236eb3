"""GOV-01: every store of data says what it holds, for whom, and how long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hoheit_facts import DATA_STORES, REQUIRED_TAGS

from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.values import Gap, map_at, text_at
from hoheit_policy.verdict import Judgement, passed, unknown

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View


def judge_labels(resource: Resource, _view: View) -> Iterator[Judgement]:
    """Answer for each tag that a store needs: on itself, or by default of its provider."""
    field = DATA_STORES.get(resource.type)
    if field is None:
        return
    sources = [map_at(resource.inputs, field), map_at(resource.outputs, f"{field}All")]
    if resource.provider is not None:
        sources.append(map_at(resource.provider.inputs, "defaultTags", "tags"))
    for tag in REQUIRED_TAGS:
        yield _judge(f"{field}.{tag}", [_read(source, tag) for source in sources])


def _read(source: Any, tag: str) -> str | Gap:
    value = source if isinstance(source, Gap) else text_at(source, tag)
    return Gap.MISSING if isinstance(value, str) and not value.strip() else value


def _judge(path: str, found: list[str | Gap]) -> Judgement:
    """Answer by the first source that says anything, as AWS takes a tag of its own first."""
    for value in found:
        if isinstance(value, str):
            return passed(path, "stated")
        if value is not Gap.MISSING:
            return unknown(path, f"it {value.value}", late=value is Gap.UNKNOWN)
    return unknown(
        path, "nobody says it; set it on the resource, or in defaultTags of the provider"
    )


STORE_LABELS = Rule(
    id="GOV-01",
    title="Stores of data say what they hold",
    asks=(
        "Every store of data in a cloud has the tags data-class, owner, retention and "
        "art30-record, on itself or by default of its provider."
    ),
    severity=Severity.MEDIUM,
    phases=ALWAYS,
    controls=("GDPR Art. 30(1)", "BSI C5 AM"),
    remediation=Remediation(
        en="Set the tags (labels on Hetzner) on the resource, or once in defaultTags of the AWS "
        "provider.",
        de="Die Tags (bei Hetzner Labels) an der Ressource setzen, oder einmal in defaultTags des "
        "AWS-Providers.",
    ),
    of_resource=judge_labels,
)
