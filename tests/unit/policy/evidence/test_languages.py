"""The page in German and in English, and the controls that rules support."""

import re

import pytest
from hoheit_policy import RULES
from hoheit_policy.evidence import package
from hoheit_policy.evidence.collect import evidence
from hoheit_policy.evidence.german import GERMAN
from hoheit_policy.evidence.labels import LABELS
from hoheit_policy.evidence.texts import HEADINGS, NOT_PROVEN, VERDICT_WORDS, VERDICTS
from support import evidence as ev
from support import evidence_example as ex


@pytest.fixture(scope="module")
def page() -> str:
    return ex.page().decode()


def without(language: str, page: str) -> str:
    """The page as a reader of the other language sees it."""
    return re.sub(rf'<span class="{language}" lang="{language}">.*?</span>', "", page)


def test_every_rule_has_a_title_and_a_question_in_german() -> None:
    assert [rule.id for rule in RULES] == list(GERMAN)
    for rule in RULES:
        assert GERMAN[rule.id].title != rule.title
        assert GERMAN[rule.id].asks != rule.asks


def test_each_language_shows_its_own_titles_and_not_the_other_ones(page: str) -> None:
    german, english = without("en", page), without("de", page)
    assert GERMAN["LOC-01"].title in german
    assert GERMAN["LOC-01"].asks in german
    assert "Data is in allowed countries" not in german
    assert "Data is in allowed countries" in english
    assert GERMAN["LOC-01"].title not in english


def test_a_finding_is_marked_as_english_and_stands_below_what_to_do_in_german(page: str) -> None:
    german = without("en", page)
    section = german[german.index("<h3>LOC-01") :]
    told = section.index("Die Ressource in eine Region")
    assert told < section.index('<td lang="en">AWS resource: in US')


def test_our_own_reasons_are_german_on_the_german_page(page: str) -> None:
    german = without("en", page)
    assert "niemand hat es gesagt" in german
    assert "nobody said so" not in german
    assert "im Betrieb" in german
    assert "EWR: keine Übermittlung in ein Drittland" in german


def test_a_rule_of_somebody_else_is_shown_in_english_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(GERMAN, "LOC-01")
    page = package(ex.inputs())["evidence.html"].decode()
    assert '<span lang="en">Data is in allowed countries</span>' in page


@pytest.mark.parametrize("texts", [LABELS, HEADINGS, VERDICTS, VERDICT_WORDS])
def test_every_text_is_there_in_both_languages(texts: dict[str, tuple[str, str]]) -> None:
    assert all(de and en for de, en in texts.values())
    assert len(NOT_PROVEN) == 5


def test_the_red_list_names_every_rule_that_fails_first_and_stands_on_the_first_page(
    page: str,
) -> None:
    first = page[page.index('id="red_list"') : page.index('id="basis"')]
    listed = re.findall(r'<tr class="(\w+)-row"><th scope="row">([A-Z]+-\d+)', first)
    rules = evidence(ex.inputs())["rules"]
    failing = [rule["id"] for rule in rules if rule["counts"]["FAIL"]]
    assert [name for verdict, name in listed if verdict == "FAIL"] == failing
    assert [verdict for verdict, _ in listed] == sorted(verdict for verdict, _ in listed)


def test_every_control_that_a_rule_names_was_looked_up() -> None:
    missing = [
        one["control"] for one in evidence(ev.inputs())["controls"] if not one["verified_on"]
    ]
    assert missing == [], "add them to hoheit_facts/data/controls.json, with their source"


def test_a_control_that_nobody_looked_up_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hoheit_policy.evidence.verdicts.CONTROLS", {})
    files = package(ev.inputs())
    (row,) = re.findall(r"GDPR Art\. 44</?.*?</tr>", files["evidence.html"].decode(), re.DOTALL)
    assert row.count('class="unknown"') == 2
