"""Controls: what rules support, in both languages, each with source and day."""

from datetime import date

import pytest
from hoheit_facts import CONTROLS, Control


@pytest.mark.parametrize("control", CONTROLS.values(), ids=CONTROLS)
def test_a_control_says_what_it_is_what_supports_it_and_what_that_does_not_prove(
    control: Control,
) -> None:
    for text in (control.title, control.supports, control.does_not_prove):
        assert text.de
        assert text.en
        assert text.de != text.en
    assert control.version
    assert len(control.source) > 20
    assert date.fromisoformat(control.verified_on) >= date(2026, 1, 1)
