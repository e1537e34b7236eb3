"""Records the state that stack `local` has after `up`, for upgrade tests of later releases.

    .venv/bin/python tests/record_release.py tests/releases/<version>.json

The secrets in it are those of a lab that is gone afterwards, encrypted with a known passphrase.
"""

import json
import sys
import tempfile
from pathlib import Path

from hoheit_lab import lab
from hoheit_lab.environment import full_environment
from hoheit_lab.paths import StateDir

sys.path.insert(0, str(Path(__file__).parent))
from support.engine import Stack
from support.monitor import stack_environment
from support.stacks import StacksProject

PASSPHRASE = "recorded releases of hoheit"


def record(file: Path) -> None:
    with tempfile.TemporaryDirectory() as directory:
        state = StateDir.at(Path(directory) / "lab")
        lab.up(state)
        try:
            environment = full_environment(state)
            del environment["PULUMI_CONFIG_PASSPHRASE_FILE"]
            environment["PULUMI_CONFIG_PASSPHRASE"] = PASSPHRASE
            project = StacksProject(Path(directory) / "project", environment, "local")
            stack = project.configure(stack_environment("local"))
            stack.up()
            file.write_text(_exported(stack), "utf-8")
            stack.destroy()
        finally:
            lab.down(state)


def _exported(stack: Stack) -> str:
    exported = json.loads(stack.state())
    for resource in exported["deployment"]["resources"]:
        # Bookkeeping of the server and of this machine means nothing to an upgrade.
        resource.pop("sourcePosition", None)
        resource.pop("stackTrace", None)
        for part in (resource.get("inputs", {}), resource.get("outputs", {})):
            if "kubeconfig" in part:
                part["kubeconfig"] = "kubeconfig of the lab"
        metadata = resource.get("outputs", {}).get("metadata")
        if isinstance(metadata, dict):
            metadata.pop("managedFields", None)
    return json.dumps(exported, indent=1) + "\n"


if __name__ == "__main__":
    record(Path(sys.argv[1]))
