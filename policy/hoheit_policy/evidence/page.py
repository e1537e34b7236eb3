"""The evidence as one self-contained page: no script, no font and no picture from elsewhere."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from .labels import LABELS
from .spoken import spoken
from .texts import (
    ANNEX,
    CONFIDENCES,
    HEADINGS,
    NOT_PROVEN,
    OUTCOMES,
    SOURCES,
    VERDICT_WORDS,
    VERDICTS,
    Text,
)


def page(evidence: dict[str, Any]) -> bytes:
    """Return the page; what stands in the evidence is escaped."""
    return _template().render(e=evidence, css=_css(), **_words()).encode()


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("hoheit_policy.evidence", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["both"] = _both  # pyright: ignore[reportArgumentType]
    environment.globals["said"] = _said  # pyright: ignore[reportArgumentType]
    return environment.get_template("page.html.j2")


@cache
def _css() -> Markup:
    text = (files("hoheit_policy.evidence") / "templates" / "page.css").read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704 - our own file


def _words() -> dict[str, Any]:
    return {
        "headings": HEADINGS,
        "labels": LABELS,
        "verdicts": VERDICTS,
        "words": VERDICT_WORDS,
        "outcomes": OUTCOMES,
        "not_proven": NOT_PROVEN,
        "sources": SOURCES,
        "confidences": CONFIDENCES,
        "annex": ANNEX,
    }


def _both(text: Text) -> Markup:
    """Return a text in both languages, of which style shows one."""
    return Markup(
        '<span class="de" lang="de">{}</span><span class="en" lang="en">{}</span>'
    ).format(text.de, text.en)


def _said(text: str) -> Markup | str:
    """Return a sentence of ours in both languages, and one of somebody else as it is."""
    ours = spoken(text)
    return _both(ours) if ours else text
