"""The wheel, as it lands in a foreign project."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ["hoheit", "hoheit_cli", "hoheit_facts", "hoheit_infra", "hoheit_policy"]
PROGRAM = """
import importlib.resources, sys
from hoheit import VllmService
from hoheit_facts import GPUS, TELEMETRY
from hoheit_infra import ExistingCluster
assert VllmService.__module__.startswith("hoheit.") and GPUS and TELEMETRY
file = importlib.resources.files("hoheit") / "__init__.py"
assert str(file).startswith(sys.prefix), file
print("imported from", sys.prefix)
"""


def uv(*arguments: str, cwd: Path) -> str:
    program = os.environ.get("UV") or shutil.which("uv")
    assert program, "no uv: run the tests with `uv run pytest`, or `make test`"
    done = subprocess.run(
        [program, *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wheel")
    uv("build", "--wheel", "--quiet", "--out-dir", str(directory), cwd=ROOT)
    (found,) = directory.glob("*.whl")
    return found


def names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_the_wheel_holds_our_packages_and_no_generic_name(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in names(wheel)}
    assert sorted(top for top in tops if not top.endswith(".dist-info")) == PACKAGES


def test_the_wheel_says_that_it_is_typed_and_brings_its_data_and_licence(wheel: Path) -> None:
    held = names(wheel)
    for package in PACKAGES:
        assert f"{package}/py.typed" in held
    for name in ("engine", "gpus", "images", "telemetry"):
        assert f"hoheit_facts/data/{name}.json" in held
    assert any(name.endswith("licenses/LICENSE") for name in held)


def test_the_wheel_brings_what_evidence_is_written_with(wheel: Path) -> None:
    below = {
        str(file.relative_to(ROOT / "policy"))
        for file in (ROOT / "policy" / "hoheit_policy" / "evidence").rglob("*")
        if file.suffix in (".j2", ".css", ".json")
    }
    assert len(below) == 4
    assert below <= set(names(wheel))
    assert "hoheit_facts/data/controls.json" in names(wheel)


def test_a_foreign_project_writes_evidence_from_the_wheel_alone(
    wheel: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    program = (
        "import hoheit_policy\n"
        "from hoheit_policy.evidence import Inputs, package\n"
        "stack = {'urn': 'urn:pulumi:s::p::t::n', 'type': 't'}\n"
        "state = {'version': 3, 'deployment': {'resources': [stack]}}\n"
        "files = package(Inputs(state=state, at='2026-11-26T10:00:00Z'))\n"
        "assert b'kein Rechtsgutachten' in files['evidence.html']\n"
        "print(hoheit_policy.__file__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(tmp_path))


def test_the_wheel_brings_no_tests_and_no_compiled_leftovers(wheel: Path) -> None:
    for_writers_of_rules = {"hoheit_policy/testing.py"}
    brought = set(names(wheel)) - for_writers_of_rules
    assert not [name for name in brought if name.endswith(".pyc") or "test" in name]


def test_a_foreign_project_installs_the_wheel_and_imports_it(wheel: Path, tmp_path: Path) -> None:
    project = tmp_path / "foreign"
    project.mkdir()
    (project / "program.py").write_text(PROGRAM)
    environment = project / ".venv"
    uv("venv", "--quiet", "--python", sys.executable, str(environment), cwd=project)
    # The versions of our lock file, so that the packages are in the cache already.
    locked = uv(
        *("export", "--quiet", "--frozen", "--no-dev", "--no-group", "lab", "--no-emit-project"),
        *("--no-hashes",),
        cwd=ROOT,
    )
    (project / "constraints.txt").write_text(locked)
    python = environment / "bin" / "python"
    uv(
        *("pip", "install", "--quiet", "--python", str(python)),
        *("--constraint", "constraints.txt", str(wheel)),
        cwd=project,
    )
    # Isolated from the user's site-packages and from this checkout.
    done = subprocess.run(
        [python, "-I", "program.py"], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"imported from {environment}"
    installed = uv("pip", "list", "--python", str(python), "--format", "freeze", cwd=project)
    assert "hoheit-lab" not in installed
    assert "pulumi-aws" not in installed
