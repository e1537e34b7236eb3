"""Plugins that the lab's language host runs for the engine: policy packs and providers."""

import subprocess
from pathlib import Path

import pytest
import yaml
from support.engine import Stack, write_project
from uv import find_uv_bin


@pytest.fixture(scope="session")
def policy_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with pulumi-policy, which pins an older protobuf than ours."""
    directory = tmp_path_factory.mktemp("policy") / "venv"
    python = directory / "bin" / "python"
    for command in (["venv", directory], ["pip", "install", "--python", python, "pulumi-policy"]):
        subprocess.run([find_uv_bin(), "--quiet", *map(str, command)], check=True)
    return directory


def test_a_policy_pack_with_its_own_environment_stops_a_preview(
    stack: Stack, tmp_path: Path, policy_environment: Path
) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    runtime = {"name": "python", "options": {"virtualenv": str(policy_environment)}}
    (pack / "PulumiPolicy.yaml").write_text(yaml.safe_dump({"runtime": runtime}))
    (pack / "rules.py").write_text("FORBIDDEN = 'sample:index:Shelf'\n")
    (pack / "__main__.py").write_text(
        "from pulumi_policy import *\n"
        "from rules import FORBIDDEN\n"
        "def validate(args, report):\n"
        "    if args.resource_type == FORBIDDEN:\n"
        "        report('shelves fall down')\n"
        "PolicyPack('house-rules', [ResourceValidationPolicy(\n"
        "    name='no-shelves', description='No shelves.', validate=validate,\n"
        "    enforcement_level=EnforcementLevel.MANDATORY)])\n"
    )
    assert stack.preview().changes == {"to create": 3}
    shown = stack.preview("--policy-pack", str(pack), fails=True).text
    assert "no-shelves" in shown
    assert "shelves fall down" in shown
    assert "Traceback" not in shown


def test_a_provider_plugin_written_in_python_is_run(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    directory = write_project(
        tmp_path / "project",
        """
        import pulumi

        class Greeter(pulumi.ComponentResource):
            text: pulumi.Output[str]

            def __init__(self, name, whom):
                props = {"whom": whom, "text": None}
                super().__init__("greetings:index:Greeter", name, props, None, True)

        pulumi.export("text", Greeter("one", "world").text)
        """,
        plugins={"providers": [{"name": "greetings", "path": "greetings"}]},
    )
    plugin = directory / "greetings"
    plugin.mkdir()
    (plugin / "PulumiPlugin.yaml").write_text("runtime: python\n")
    (plugin / "__main__.py").write_text(
        "from typing import TypedDict\n"
        "import pulumi\n"
        "from pulumi.provider.experimental import component_provider_host\n"
        "class Args(TypedDict):\n"
        "    whom: pulumi.Input[str]\n"
        "class Greeter(pulumi.ComponentResource):\n"
        "    text: pulumi.Output[str]\n"
        "    def __init__(self, name: str, args: Args,\n"
        "                 opts: pulumi.ResourceOptions | None = None):\n"
        "        super().__init__('greetings:index:Greeter', name, {}, opts)\n"
        "        self.text = pulumi.Output.concat('Hello, ', args['whom'])\n"
        "        self.register_outputs({'text': self.text})\n"
        "component_provider_host([Greeter], 'greetings')\n"
    )
    stack = Stack(directory, environment)
    stack.up()
    assert stack.outputs() == {"text": "Hello, world"}
