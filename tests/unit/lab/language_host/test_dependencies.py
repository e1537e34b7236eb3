"""Installing and listing what a program needs."""

from dataclasses import replace
from pathlib import Path

import pytest
from hoheit_lab.language_host.dependencies import install_steps, installed, python_version
from hoheit_lab.language_host.distributions import required_name
from hoheit_lab.language_host.interpreter import own


def commands(directory: Path, **options: object) -> list[list[str]]:
    """The steps without the path of uv, which differs between machines."""
    return [command[1:] for command, _ in install_steps(directory, directory, options)]


def test_a_uv_project_is_synced_into_the_environment_that_its_program_uses(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    ((command, environment),) = install_steps(tmp_path, tmp_path, {"toolchain": "uv"})
    assert command[1:] == ["sync"]
    assert environment == {"UV_PROJECT_ENVIRONMENT": str(tmp_path / ".venv")}


def test_requirements_are_installed_into_a_new_virtual_environment(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.touch()
    venv = tmp_path / "venv"
    assert commands(tmp_path, virtualenv="venv") == [
        ["venv", str(venv)],
        ["pip", "install", "--python", f"{venv}/bin/python", "--requirement", str(requirements)],
    ]


def test_an_existing_virtual_environment_is_not_made_again(tmp_path: Path) -> None:
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "bin" / "python").touch()
    assert commands(tmp_path, virtualenv="venv") == []


def test_nothing_is_installed_for_a_program_without_an_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    (tmp_path / "requirements.txt").touch()
    assert commands(tmp_path) == []


@pytest.mark.parametrize(
    ("requirement", "name"),
    [
        ("grpcio>=1.66", "grpcio"),
        ("Ruamel.YAML (>=0.17)", "ruamel-yaml"),
        ("pulumi_random[extra]~=4.0", "pulumi-random"),
        ("colorama ; sys_platform == 'win32'", "colorama"),
        ("tomli;python_version<'3.11'", "tomli"),
        ("hatchling", "hatchling"),
    ],
)
def test_a_requirement_starts_with_a_normalized_name(requirement: str, name: str) -> None:
    assert required_name(requirement) == name


def test_direct_dependencies_leave_out_what_another_distribution_requires() -> None:
    everything = dict(installed(own(), transitive=True))
    direct = dict(installed(own(), transitive=False))
    assert "pulumi" in everything
    assert "pulumi" not in direct
    assert direct.items() <= everything.items()


def test_the_version_of_another_interpreter_is_asked_from_it(tmp_path: Path) -> None:
    link = tmp_path / "python"
    link.write_text(f'#!/bin/sh\nexec "{own().python}" "$@"\n')
    link.chmod(0o755)
    assert python_version(replace(own(), python=link)) == python_version(own())
