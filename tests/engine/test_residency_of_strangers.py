"""The policy pack and rules of somebody else, on a program whose environment has no hoheit."""

import json
import re
import sys
from pathlib import Path

import pytest
import yaml
from support.documents import DOCS
from support.engine import Stack, stand_in_environment, write_project
from support.foreign_environment import without_hoheit
from support.residency import location

PACK = Path(__file__).parents[2] / "policy"
PAGE = (DOCS / "policy-authoring.md").read_text("utf-8")
FILES = dict(re.findall(r"^```python\n# (\w+\.py)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))

PROGRAM = """
    import importlib.util
    import pulumi

    class Manifest(pulumi.ComponentResource):
        def __init__(self, token, name, props):
            super().__init__(token, name, props)
            self.register_outputs({})

    Manifest("kubernetes:core/v1:Service", "front", {"spec": {"type": "LoadBalancer"}})
    Manifest("aws:cloudwatch/logGroup:LogGroup", "logs", {"retentionInDays": 365})
    pulumi.export("knows", [importlib.util.find_spec(n) is not None
                            for n in ("hoheit_policy", "hoheit", "pulumi_policy")])
"""


@pytest.fixture
def foreign(tmp_path: Path) -> Stack:
    own = without_hoheit(tmp_path / "venv")
    project = write_project(tmp_path / "project", PROGRAM, options={"virtualenv": str(own)})
    return Stack(project, stand_in_environment(tmp_path / "engine"))


def declared(directory: Path) -> str:
    file = directory / "config.json"
    given = {
        "profile": "eu",
        "endpoints": {},
        "state": {"backend": "file:///state", "location": location()},
        "secrets_provider": {"kind": "passphrase"},
    }
    file.write_text(json.dumps({"declarations": {"declarations": given}}))
    return str(file)


def test_a_program_without_hoheit_is_judged_by_the_pack_that_has_its_own_environment(
    foreign: Stack, tmp_path: Path
) -> None:
    foreign.up()
    assert foreign.outputs()["knows"] == [False, False, False]
    flags = ["--policy-pack", str(PACK), "--policy-pack-config", declared(tmp_path)]
    shown = foreign.preview(*flags, fails=True).text
    assert "NET-07 FAIL Service front spec.type: LoadBalancer: public" in shown
    assert "ACME-01" not in shown


def test_a_pack_of_ten_lines_judges_by_rules_of_somebody_else_too(
    foreign: Stack, tmp_path: Path
) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    for name in ("__main__.py", "acme_rules.py"):
        (pack / name).write_text(FILES[name], "utf-8")
    runtime = {"name": "python", "options": {"virtualenv": sys.prefix}}
    (pack / "PulumiPolicy.yaml").write_text(yaml.safe_dump({"runtime": runtime}))
    flags = ["--policy-pack", str(pack), "--policy-pack-config", declared(tmp_path)]
    shown = foreign.preview(*flags, fails=True).text
    assert "ACME-01 FAIL LogGroup logs retentionInDays: 365 days; state 90 at most" in shown
    assert "NET-07 FAIL Service front" in shown
