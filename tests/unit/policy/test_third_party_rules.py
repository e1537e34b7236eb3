"""A rule of somebody else in one file, as docs/policy-authoring.md shows it, in every place."""

import json
import re
import runpy
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hoheit_cli.main import main
from hoheit_policy import (
    ALWAYS,
    RULES,
    Gap,
    Judgement,
    OwnRuleError,
    Phase,
    Resource,
    Rule,
    Verdict,
    View,
    passed,
    report,
    table,
    with_own,
)
from hoheit_policy.adapters.policy_pack import policies
from hoheit_policy.rule_file import read_rule_file
from hoheit_policy.testing import slips
from support import evidence as ev
from support import residency as r
from support.documents import DOCS

PAGE = (DOCS / "policy-authoring.md").read_text("utf-8")
FILES = dict(re.findall(r"^```python\n# (\w+\.py)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
TOKEN = "aws:cloudwatch/logGroup:LogGroup"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of the page."""
    path = tmp_path / "acme_rules.py"
    path.write_text(FILES["acme_rules.py"], "utf-8")
    return path


@pytest.fixture
def rule(file: Path) -> Rule:
    (found,) = runpy.run_path(str(file))["RULES"]
    return found


def log_group(days: Any) -> Resource:
    return r.other(TOKEN, {"retentionInDays": days}, "logs")


def verdict(rule: Rule, *resources: Resource) -> Verdict:
    (found,) = report(View(resources=resources), [rule]).findings
    return found.verdict


def state(**changes: Any) -> dict[str, Any]:
    """A state with one log group, whose program declares what tests change."""
    found = ev.state()
    resources: list[Any] = found["deployment"]["resources"]
    resources[1]["inputs"]["declarations"] |= changes
    resources.append(ev.entry(TOKEN, "logs", inputs={"retentionInDays": 365}))
    return found


def written(tmp_path: Path, **changes: Any) -> str:
    path = tmp_path / "state.json"
    path.write_text(json.dumps(state(**changes)), "utf-8")
    return str(path)


EXEMPTION = {
    "rule": "ACME-01",
    "resource": "*::logs",
    "owner": "platform team",
    "reason": "ticket 42",
    "until": (date.today() + timedelta(days=30)).isoformat(),
}


# The page


def test_the_tests_of_the_page_pass(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(file.parent)
    monkeypatch.delitem(sys.modules, "acme_rules", raising=False)
    page = file.parent / "test_acme_rules.py"
    page.write_text(FILES[page.name], "utf-8")
    tests = [one for name, one in runpy.run_path(str(page)).items() if name.startswith("test_")]
    assert len(tests) == 3
    for test in tests:
        test()


def test_the_pack_of_the_page_has_the_policies_of_the_rule(rule: Rule) -> None:
    names = {policy.name for policy in policies([*RULES, rule])}
    assert {"ACME-01", "ACME-01-stack", "ACME-01-report", "LOC-01"} <= names
    assert "policies([*RULES, *MINE])" in FILES["__main__.py"]


# The helper


def test_slips_names_the_gap_that_a_careless_rule_passes() -> None:
    def careless(resource: Resource, _view: View) -> Any:
        if resource.look("retentionInDays") != 365:
            yield passed("retentionInDays", "short")

    rule = replace(RULES[0], id="ACME-02", of_resource=careless, of_stack=None)
    with pytest.raises(ValueError, match="no value of 'bad' fails ACME-02"):
        slips(rule, [log_group(30)], bad=[1])


def test_slips_refuses_a_program_that_does_not_pass(rule: Rule) -> None:
    with pytest.raises(ValueError, match="does not pass these resources"):
        slips(rule, [log_group(365)], bad=[0])


def test_slips_finds_every_kind_of_value_that_is_not_read(rule: Rule) -> None:
    def careless(resource: Resource, view: View) -> Any:
        days = resource.look("retentionInDays")
        if isinstance(days, int):
            yield from rule.of_resource(resource, view)  # pyright: ignore[reportOptionalCall]
        else:
            yield passed("retentionInDays", "nobody said otherwise")

    found = slips(replace(rule, of_resource=careless), [log_group(30)], bad=[365])
    assert {slip.put for slip in found if isinstance(slip.put, Gap)} == set(Gap)
    assert all(slip.path == (0, "inputs", "retentionInDays") for slip in found)


# What is no rule


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "LOC-01"}, "rule 'LOC-01': id: is a rule of hoheit"),
        ({"id": "logs"}, "rule 'logs': id: is not of the form ACME-01"),
        ({"phases": ()}, "rule 'ACME-01': phases: without a phase it never judges"),
        ({"phases": ("always",)}, "rule 'ACME-01': phases: "),
        ({"remediation": None}, "rule 'ACME-01': remediation: say what to do"),
        ({"severity": "high"}, "rule 'ACME-01': severity: is none"),
        ({"asks": " "}, "rule 'ACME-01': asks: is no text"),
        ({"of_resource": None}, "rule 'ACME-01': judges nothing"),
    ],
)
def test_a_rule_that_cannot_judge_is_refused_by_its_field(
    rule: Rule, change: Any, message: str
) -> None:
    with pytest.raises(OwnRuleError) as refused:
        with_own([replace(rule, **change)])
    assert str(refused.value).startswith(message)


def test_two_rules_of_one_id_are_refused(rule: Rule) -> None:
    with pytest.raises(OwnRuleError, match="stands there twice"):
        with_own([rule, replace(rule, title="Another")])


def test_what_is_no_rule_is_refused_by_its_place() -> None:
    with pytest.raises(OwnRuleError, match=rf"entry {len(RULES) + 1} of the rules is a str"):
        with_own(["ACME-01"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it has no RULES; write RULES = (YOUR_RULE,)"),
        ("RULES = ()", "it has no RULES"),
        ("RULES = 'ACME-01'", "it has no RULES"),
        ("RULES = (1,)", "is a int, and no rule"),
        ("raise KeyError('a')", "it raises KeyError: 'a'; mend the file"),
        ("import sys; sys.exit(0)", "it raises SystemExit: 0"),
        ("def", "it raises SyntaxError: "),
        ("from hoheit_policy import Rule; RULES = (Rule(id='ACME-01'),)", "it raises TypeError: "),
    ],
)
def test_a_file_without_rules_ends_with_2_and_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    file = tmp_path / "bad.py"
    file.write_text(text, "utf-8")
    check = ["residency", "check", "--state", written(tmp_path), "--rules", str(file)]
    assert main(check) == 2
    shown = capsys.readouterr().err
    assert shown.startswith(f"error: {file}: ")
    assert message in shown
    assert shown.count("\n") == 1


def test_a_file_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check = ["residency", "check", "--state", written(tmp_path), "--rules", str(tmp_path / "no.py")]
    assert main(check) == 2
    assert "no.py: No such file or directory; name a file of Python" in capsys.readouterr().err


# A rule that does not keep to the contract


def raising(_resource: Resource, _view: View) -> Any:
    raise KeyError("hunter2")
    yield


@pytest.mark.parametrize(
    "function",
    [
        raising,
        lambda *_: None,
        lambda *_: ["well"],
        lambda *_: [Judgement(verdict="PASS", path="", message="well")],  # pyright: ignore[reportArgumentType]
    ],
)
def test_a_rule_that_raises_or_answers_nonsense_is_unknown(rule: Rule, function: Any) -> None:
    (*_, own) = with_own([replace(rule, of_resource=function)])
    found = report(View(resources=[log_group(30)]), [own])
    assert [one.verdict for one in found.findings] == [Verdict.UNKNOWN]
    assert found.stopping
    assert "the rule raised" in found.findings[0].message
    assert "hunter2" not in found.findings[0].message


def test_a_rule_on_the_stack_that_raises_is_unknown(rule: Rule) -> None:
    (*_, own) = with_own([replace(rule, of_resource=None, of_stack=lambda _: 1 / 0)])
    assert verdict(own, log_group(30)) is Verdict.UNKNOWN


# Verdicts, in every place


@pytest.mark.parametrize(
    ("days", "wanted"),
    [
        (30, Verdict.PASS),
        (365, Verdict.FAIL),
        (0, Verdict.FAIL),
        (Gap.MISSING, Verdict.FAIL),
        (Gap.SECRET, Verdict.UNKNOWN),
        ("30", Verdict.UNKNOWN),
    ],
)
@pytest.mark.parametrize("phase", ALWAYS)
def test_the_rule_of_the_page_judges(rule: Rule, days: Any, wanted: Verdict, phase: Phase) -> None:
    view = View(resources=[log_group(days)], phase=phase)
    (found,) = report(view, [rule]).findings
    assert found.verdict is wanted


def test_a_state_is_judged_by_both_and_the_table_names_the_rule(
    tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check = ["residency", "check", "--state", written(tmp_path), "--rules", str(file)]
    assert main(check) == 1
    shown = capsys.readouterr().out
    assert "FAIL ACME-01 Logs are deleted in time" in shown
    assert "LogGroup logs retentionInDays: 365 days; state 90 at most" in shown
    assert "UNKNOWN GOV-01" in shown


def test_an_exemption_of_the_rule_counts_where_the_rule_is_known(
    tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check = ["residency", "check", "--state", written(tmp_path, exemptions=[EXEMPTION])]
    assert main(check) == 2
    assert "exemptions.0.rule: no rule has this id" in capsys.readouterr().err
    main([*check, "--rules", str(file)])
    assert "EXEMPT ACME-01" in capsys.readouterr().out


def test_a_reviewers_exemption_of_the_rule_counts_and_a_wrong_one_is_named_by_its_path(
    tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    declared = tmp_path / "declared.json"
    declared.write_text(json.dumps(r.declarations(exemptions=[EXEMPTION])), "utf-8")
    state_file = written(tmp_path)
    check = ["residency", "check", "--state", state_file, "--rules", str(file)]
    check += ["--declarations", str(declared)]
    main(check)
    assert "EXEMPT ACME-01" in capsys.readouterr().out
    endless = {key: value for key, value in EXEMPTION.items() if key != "until"}
    declared.write_text(json.dumps(r.declarations(exemptions=[endless])), "utf-8")
    assert main(check) == 2
    assert "exemptions.0.until: " in capsys.readouterr().err


def test_the_register_of_a_state_with_such_an_exemption_is_still_printed(tmp_path: Path) -> None:
    assert main(["register", "--state", written(tmp_path, exemptions=[EXEMPTION])]) == 0


def test_the_table_shows_the_rules_that_were_asked(rule: Rule) -> None:
    shown = table(report(View(resources=[log_group(365)]), [rule]))
    assert "FAIL ACME-01" in shown


# Evidence


def made(tmp_path: Path, file: Path, **changes: Any) -> tuple[Path, str]:
    package, state_file = tmp_path / "package", written(tmp_path, **changes)
    (tmp_path / "key.pem").write_bytes(ev.ed25519_keys()[0])
    (tmp_path / "key.pub").write_bytes(ev.ed25519_keys()[1])
    key = ["--key", str(tmp_path / "key.pem")]
    given = ["--state", state_file, "--out", str(package), "--rules", str(file)]
    assert main(["evidence", *given, *key]) == 1
    return package, str(tmp_path / "key.pub")


def test_a_package_names_the_rules_and_the_hash_of_their_file(tmp_path: Path, file: Path) -> None:
    package, _ = made(tmp_path, file, exemptions=[EXEMPTION])
    found = json.loads((package / "evidence.json").read_text("utf-8"))
    own = read_rule_file(file)
    expected = {"file": "acme_rules.py", "sha256": own.sha256, "ids": ["ACME-01"]}
    assert found["cover"]["own_rules"] == expected
    assert [one["verdict"] for one in found["findings"] if one["rule"] == "ACME-01"] == ["EXEMPT"]
    assert own.sha256 in (package / "evidence.html").read_text("utf-8")
    statement = json.loads((package / "statement.intoto.json").read_text("utf-8"))
    (_, configured) = statement["predicate"]["configuration"]
    assert configured == {"name": "acme_rules.py", "digest": {"sha256": own.sha256}}


def test_verify_says_what_it_could_not_repeat_until_the_same_file_is_given(
    tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package, key = made(tmp_path, file)
    verify = ["evidence", "verify", str(package), "--key", key]
    capsys.readouterr()
    assert main(verify) == 3
    assert "UNKNOWN rules: ACME-01 judged too, of acme_rules.py" in capsys.readouterr().out
    assert main([*verify, "--rules", str(file)]) == 0
    assert "GOOD evaluation" in capsys.readouterr().out
    file.write_text(f"{FILES['acme_rules.py']}\n# changed\n", "utf-8")
    assert main([*verify, "--rules", str(file)]) == 3
    assert "the given acme_rules.py is another one" in capsys.readouterr().out
