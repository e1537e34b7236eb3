"""`docs/residency.md`: its tables are those of the code, its examples can be declared."""

import json
import re
from datetime import date

import pytest
from hoheit_facts import PROFILES, Profile
from hoheit_policy import Exemption, read_declarations
from hoheit_policy.document import table
from support.documents import DOCS

PAGE = (DOCS / "residency.md").read_text("utf-8")


def test_the_table_of_rules_is_that_of_the_code() -> None:
    assert table() in PAGE, f"replace the table in docs/residency.md by:\n{table()}"


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_every_profile_has_its_row(profile: Profile) -> None:
    places, owners = (", ".join(names) for names in (profile.countries, profile.jurisdictions))
    verb = "stop" if profile.enforcement == profile.unknown == "stop" else "are reported"
    assert f"| `{profile.name}` | {places} | {owners} | {verb} |" in PAGE


def test_the_examples_in_json_can_be_declared() -> None:
    config, exemption = re.findall(r"^```json\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert read_declarations(json.loads(config)["declarations"]["declarations"]).profile == "eu"
    assert Exemption.model_validate(json.loads(exemption)).until == date(2027, 3, 31)
