"""1,000 states with one thing changed: what is bad stops, and what is harmless does not."""

from support.residency_mutants import run

SEED, COUNT = 1, 1000
MOST_STOPPED = 0.02


def test_no_bad_mutant_gets_past_and_hardly_a_harmless_one_is_stopped() -> None:
    found = run(SEED, COUNT)
    assert found.got_past == []
    assert len(found.stopped) <= MOST_STOPPED * found.harmless
    assert (found.bad + found.harmless, found.bad > 600, found.harmless > 200) == (
        COUNT,
        True,
        True,
    )
