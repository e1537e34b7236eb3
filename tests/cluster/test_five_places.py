"""The same facts judged in five places: one rule set, one answer.

A program under mocks, the policy pack in the real engine, a preview and an export of the state,
the guard inside the program, and admission policies in a real API server.
"""

import json
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from hoheit_cli.main import main
from hoheit_policy import report, sentence
from hoheit_policy.adapters.state import view_of
from hoheit_policy.admission import admission_policies
from hoheit_policy.verdict import Finding
from support import residency as r
from support.admission import MORE, said_by_server
from support.admission_cases import CASES
from support.admission_installed import install, remove, warning
from support.engine import Stack, stand_in_environment, write_project
from support.lab import Lab
from support.monitor import run

PACK = Path(__file__).parents[2] / "policy"
DECLARED = r.declarations(profile="local")
"""A profile that only reports, so that every place says everything."""

IN_CLUSTER = ("IMG-01", "IMG-02", "TEL-01", "NET-07", "EGR-01")
"""Rules that answer to one object, wherever its cluster is."""

SENTENCE = re.compile(r"([A-Z]{3}-\d\d (?:FAIL|UNKNOWN)(?: \(the update will know\))? \S+ \S+ .*)")
LATE = " (the update will know)"

PROGRAM = """
    import json
    from pathlib import Path

    import pulumi
    import pulumi_random as random
    from hoheit_policy.guard import ResidencyGuard

    class Manifest(pulumi.ComponentResource):
        def __init__(self, token, name, props):
            super().__init__(token, name, props)
            self.register_outputs({})

    given = json.loads((Path(__file__).parent / "given.json").read_text())
    guard = ResidencyGuard("guard", given["declarations"])
    for case in given["cases"]:
        version, kind = case.pop("apiVersion"), case.pop("kind")
        token = version if "/" in version else f"core/{version}"
        Manifest(f"kubernetes:{token}:{kind}", case["metadata"]["name"], case)

    number = random.RandomPassword("number", length=8)
    late = number.id.apply(lambda _: "LoadBalancer")
    Manifest("kubernetes:core/v1:Service", "late", {"spec": {"type": late}})
    hidden = {"name": "a", "image": "registry.example.com/postgres:17",
              "args": [pulumi.Output.secret("https://api.openai.com")]}
    Manifest("kubernetes:core/v1:Pod", "hidden", {"spec": {"containers": [hidden]}})
    found = guard.report()
    pulumi.export("residency", found)
"""

Said = dict[str, set[str]]
"""What is not a pass, by the name of the object."""


def by_name(found: list[str]) -> Said:
    said: Said = {}
    for one in found:
        plain = one.replace(LATE, "")
        if plain.startswith(IN_CLUSTER):
            said.setdefault(plain.split()[3], set()).add(plain)
    return said


def of_findings(found: list[dict[str, Any]]) -> Said:
    return by_name([sentence(Finding(**one)) for one in found])


class Places:
    """One program, asked everywhere once."""

    def __init__(self, directory: Path, lab: Lab) -> None:
        environment = stand_in_environment(directory / "engine")
        project = write_project(directory / "project", PROGRAM)
        given = {"declarations": DECLARED, "cases": CASES}
        (project / "given.json").write_text(json.dumps(given))
        stack = Stack(project, environment)
        self.directory = directory
        pack = ("--policy-pack", str(PACK))
        # What the CLI says of plugins comes before the document.
        self.preview = json.loads("{" + stack.preview("--json").text.partition("\n{")[2])
        self.pack_in_preview = by_name(SENTENCE.findall(stack.preview(*pack).text))
        self.pack = by_name(SENTENCE.findall(stack.up(*pack).text))
        self.guard = of_findings(stack.outputs()["residency"]["findings"])
        self.export = stack.state()
        self.mocks = self._under_mocks(project)
        self.server = self._in_the_cluster(lab)

    def _under_mocks(self, project: Path) -> Said:
        kept: list[dict[str, Any]] = []
        program = str(project / "__main__.py")
        run(lambda: runpy.run_path(program)["found"].apply(kept.append))
        (found,) = kept
        return of_findings(found["findings"])

    def _in_the_cluster(self, lab: Lab) -> Said:
        view = r.view(profile="local")
        lab.kubectl("create", "namespace", "apps")
        install(lab, warning(admission_policies(view)))
        said = said_by_server(lab, CASES)
        remove(lab)
        lab.kubectl("delete", "namespace", "apps")
        return {
            name: {one for one in found if one.startswith((*IN_CLUSTER, MORE))}
            for name, found in said.items()
        }

    def of_export(self, capsys: pytest.CaptureFixture[str]) -> Said:
        file = self.directory / "export.json"
        file.write_text(self.export)
        main(["residency", "check", "--state", str(file), "--json"])
        return of_findings(json.loads(capsys.readouterr().out)["findings"])

    def of_preview(self) -> Said:
        return of_findings(report(view_of(self.preview)).plain()["findings"])


@pytest.fixture(scope="module")
def places(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Places:
    return Places(tmp_path_factory.mktemp("places"), lab)


NAMES = [case["metadata"]["name"] for case in CASES]


@pytest.mark.parametrize("name", NAMES)
def test_every_place_says_the_same_of_an_object(
    places: Places, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    known = places.of_export(capsys).get(name, set())
    said = {
        "mocks": places.mocks.get(name, set()),
        "pack": places.pack.get(name, set()),
        "preview": places.of_preview().get(name, set()),
        "guard": places.guard.get(name, set()),
    }
    assert said == dict.fromkeys(said, known)
    server = places.server[name]
    assert server - {MORE} < known if MORE in server else server == known


def test_what_only_the_update_knows_is_unknown_before_it_and_the_same_everywhere_after_it(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    before = [places.pack_in_preview["late"], places.of_preview()["late"]]
    assert [[one.split()[1] for one in said] for said in before] == [["UNKNOWN"]] * 2
    after = [places.pack["late"], places.guard["late"], places.of_export(capsys)["late"]]
    assert [[one.split()[1] for one in said] for said in after] == [["FAIL"]] * 3
    assert after == [after[0]] * 3


def test_a_secret_is_unknown_wherever_it_arrives_as_one(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    said = [places.guard, places.mocks, places.of_export(capsys), places.of_preview()]
    found = [{one for one in each["hidden"] if one.startswith("EGR")} for each in said]
    path = "spec.containers[0].args[0]"
    text = f"EGR-01 UNKNOWN Pod hidden {path}: a text is a secret, which is not looked into"
    assert found == [{text}] * len(said)


def test_the_engine_hands_secrets_to_the_pack_in_clear_and_none_of_them_passes(
    places: Places,
) -> None:
    (found,) = [one for one in places.pack["hidden"] if one.startswith("EGR")]
    assert found.startswith("EGR-01 FAIL Pod hidden spec.containers[0].args[0]")
