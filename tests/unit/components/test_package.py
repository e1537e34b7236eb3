"""The package as other teams import it."""

import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import hoheit
import hoheit_infra
import pulumi
import pytest
from hoheit import driver

MODULES = (hoheit, hoheit_infra, driver)
COMPONENTS = [
    value
    for package in (hoheit, hoheit_infra)
    for value in vars(package).values()
    if inspect.isclass(value) and issubclass(value, pulumi.ComponentResource)
]
HEAVY = ("pulumi_aws", "pulumi_hcloud", "kubernetes", "hoheit_lab")
IMPORT_CPU_SECONDS = 3.0
"""Measured: 0.9 s; more than three times that is another kind of import."""


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_everything_that_is_exported_exists_once(module: Any) -> None:
    assert len(module.__all__) == len(set(module.__all__))
    assert all(hasattr(module, name) for name in module.__all__)


def test_users_and_authors_of_drivers_have_a_namespace_each() -> None:
    assert not {*driver.__all__} & {*hoheit.__all__}


def test_every_component_is_exported() -> None:
    assert {component.__name__ for component in COMPONENTS} == {
        *("ExistingCluster", "GpuNodePool", "RestrictedNamespace", "VllmService"),
        *("WeightsMirror", "MonitoringStack", "MlflowServer", "ObjectServer"),
    }


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.__name__)
def test_every_component_and_its_arguments_are_documented(component: type) -> None:
    args = getattr(sys.modules[component.__module__], f"{component.__name__}Args")
    assert component.__doc__
    assert args.__doc__
    assert "Creates " in component.__doc__


def test_the_package_is_imported_quickly_and_without_a_clouds_sdk() -> None:
    program = (
        "import sys, time, hoheit, hoheit_infra;"
        f"print(time.process_time(), *[name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    cpu_seconds, *heavy = done.stdout.split()
    assert heavy == []
    assert float(cpu_seconds) < IMPORT_CPU_SECONDS


def test_the_package_says_that_it_is_typed() -> None:
    for package in (hoheit, hoheit_infra):
        assert (Path(package.__file__ or "").parent / "py.typed").exists()
