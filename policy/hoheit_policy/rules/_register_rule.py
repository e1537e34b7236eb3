"""What rules that compare a register with resources share."""

from hoheit_policy.verdict import Judgement, Verdict


def no_register() -> tuple[str, Judgement]:
    """Return that there is nothing to compare with."""
    text = "no component registers stores or recipients, so there is no register to compare with"
    return "", Judgement(
        verdict=Verdict.NOT_APPLICABLE, path="", message=text, provenance="collection"
    )
