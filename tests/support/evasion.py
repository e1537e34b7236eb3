"""Programs that try to get data out, and a project to run them in beside thin doubles of clouds."""

import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any

from hoheit_policy import Finding, read_declarations, report
from hoheit_policy.adapters.state import view_of

from . import residency as r
from .engine import Result, Stack, stand_in_environment, write_program, write_project
from .thin_cloud import PACKAGE

ROOT = Path(__file__).parents[2]
PACKAGES = ("aws", "hcloud", "kubernetes", "pulumi-python")

HEAD = f"""
import json
import pulumi

TAGS = {{"data-class": "personal", "owner": "ml", "retention": "30d", "art30-record": "7"}}
IMAGE = "registry.example.com/postgres@{r.DIGEST}"
VLLM = "registry.example.com/vllm/vllm-openai@{r.DIGEST}"
ABROAD = "docker.io/other/image@{r.DIGEST}"

def provider(package, name, inputs, **options):
    return pulumi.ProviderResource(package, name, inputs, pulumi.ResourceOptions(**options))

home = provider("aws", "home", {{"region": "eu-central-1"}})
main = provider("kubernetes", "main", {{"clusterIdentifier": "main", "context": "main"}})

def made(token, name, inputs, **options):
    return pulumi.CustomResource(token, name, inputs, pulumi.ResourceOptions(**options))

def bucket(name, inputs=None, **options):
    return made("aws:s3/bucket:Bucket", name, {{"tags": TAGS, **(inputs or {{}})}}, **options)

def kube(token, name, inputs):
    return made(f"kubernetes:{{token}}", name, inputs, provider=main)

def work(name, pod, token="apps/v1:Deployment", namespace="apps"):
    spec = {{"template": {{"spec": pod}}}}
    return kube(token, name, {{"metadata": {{"namespace": namespace}}, "spec": spec}})

def deny(name, namespace, selector):
    spec = {{"podSelector": selector, "policyTypes": ["Ingress", "Egress"]}}
    token = "networking.k8s.io/v1:NetworkPolicy"
    return kube(token, name, {{"metadata": {{"namespace": namespace}}, "spec": spec}})

class Group(pulumi.ComponentResource):
    def __init__(self, token, name, inputs=None, outputs=None, **options):
        super().__init__(token, name, inputs or {{}}, pulumi.ResourceOptions(**options))
        self.register_outputs(outputs or {{}})

deny("quiet", "apps", {{}})
"""


class Reviewed:
    """A project, and what a reviewer declares of it."""

    def __init__(self, directory: Path, **variables: str) -> None:
        environment = stand_in_environment(directory / "engine")
        for package in PACKAGES:
            self._launch(directory / "engine" / "bin", package)
        self.environment = {**environment, **variables}
        self.directory = write_project(directory / "project", HEAD)
        backend = environment["PULUMI_BACKEND_URL"]
        state = {"backend": backend, "location": r.location()}
        self.declared: dict[str, Any] = r.declarations(state=state)
        self.config = directory / "config.json"
        self.review()
        self.stack = Stack(self.directory, self.environment)

    def _launch(self, where: Path, package: str) -> None:
        launcher = where / f"pulumi-resource-{package}"
        python = f"PYTHONPATH={shlex.quote(str(ROOT / 'tests'))} {PACKAGE}={package}"
        module = f"exec {shlex.quote(sys.executable)} -m support.thin_cloud"
        launcher.unlink(missing_ok=True)
        launcher.write_text(f'#!/bin/sh\n{python} {module} "$@"\n')
        launcher.chmod(0o755)

    def review(self, **config: Any) -> None:
        """Write the configuration of the pack: the declarations, and what else is given."""
        given = {"declarations": {"declarations": self.declared}, **config}
        self.config.write_text(json.dumps(given))

    def write(self, body: str) -> None:
        write_program(self.directory, f"{HEAD}\n{body}")

    @property
    def pack(self) -> tuple[str, ...]:
        """Options of the CLI that ask the rules."""
        config = ("--policy-pack-config", str(self.config))
        return ("--policy-pack", str(ROOT / "policy"), *config)

    def checked(self) -> tuple[Finding, ...]:
        """What stops in a check of the stored state."""
        document = json.loads(self.stack.state())
        return report(view_of(document, read_declarations(self.declared))).stopping


def names_in(found: tuple[Finding, ...]) -> set[str]:
    """The resources that findings are about."""
    return {one.resource.rpartition("::")[2] for one in found}


def names_late(shown: Result) -> set[str]:
    """The resources of which the pack says that the update will know."""
    return set(re.findall(r"[A-Z]+-\d+ UNKNOWN \(the update will know\) \w+ ([\w.-]+)", shown.text))


def names_stopped(shown: Result) -> set[str]:
    """The resources of which the pack says something that stops; what is late does not."""
    return set(re.findall(r"[A-Z]+-\d+ (?:FAIL|UNKNOWN) \w+ ([\w.-]+)", shown.text))
