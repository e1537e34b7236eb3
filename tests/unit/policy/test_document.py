"""`docs/rules.md` and `docs/residency.md`: they say what the code says."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from hoheit_facts import PROFILES, Profile
from hoheit_policy import RULES, Exemption, read_declarations
from hoheit_policy.__main__ import main
from hoheit_policy.document import reference, table
from support.documents import DOCS

PAGE = (DOCS / "residency.md").read_text("utf-8")


def test_the_table_of_rules_is_in_the_reference_and_nowhere_else() -> None:
    assert table() in (DOCS / "rules.md").read_text("utf-8")
    rows = [
        line for line in PAGE.splitlines() if line.startswith(tuple(f"| {r.id} |" for r in RULES))
    ]
    assert rows == [], "docs/rules.md has the one table of rules"


def test_the_rule_reference_is_that_of_the_code(tmp_path: Path) -> None:
    assert (DOCS / "rules.md").read_text("utf-8") == reference()
    assert main(["--check", str(DOCS / "rules.md")]) == 0
    old = tmp_path / "rules.md"
    old.write_text("# Rules\n", "utf-8")
    assert main(["--check", str(old)]) == 1
    assert main([str(old)]) == 0
    assert main(["--check", str(old)]) == 0


def test_the_rule_reference_says_everything_of_a_rule_in_both_languages() -> None:
    text = reference()
    for rule in RULES:
        for part in (rule.id, rule.title, rule.asks, rule.remediation.en, rule.remediation.de):
            assert part in text


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_every_profile_has_its_row(profile: Profile) -> None:
    places, owners = (", ".join(names) for names in (profile.countries, profile.jurisdictions))
    verb = "stop" if profile.enforcement == profile.unknown == "stop" else "are reported"
    assert f"| `{profile.name}` | {places} | {owners} | {verb} |" in PAGE


def test_the_examples_in_json_can_be_declared() -> None:
    config, exemption = re.findall(r"^```json\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert read_declarations(json.loads(config)["declarations"]["declarations"]).profile == "eu"
    assert Exemption.model_validate(json.loads(exemption)).until == date(2027, 3, 31)
