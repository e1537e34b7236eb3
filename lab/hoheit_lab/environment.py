"""The environment in which `pulumi` and `kubectl` mean the lab, and nothing of the user's."""

import os
import secrets
import sysconfig
from pathlib import Path

from . import node
from .paths import StateDir
from .plugins import chosen_engine, users_path

REMOVED = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_ACCESS_TOKEN")
"""Variables of the user that would override the lab's own."""


def engine_environment(state: StateDir) -> dict[str, str]:
    """Returns the variables that a lab sets; they go on top of the user's environment."""
    engine = chosen_engine(state)
    path = [
        str(state.bin),
        str(Path(engine.pulumi).parent),
        sysconfig.get_path("scripts"),  # kubectl
        users_path(),
    ]
    variables = {
        "PATH": os.pathsep.join(path),
        "KUBECONFIG": str(state.kubeconfig),
        "KUBECACHEDIR": str(state.root / "kubectl"),  # else kubectl writes to the user's home
        "PULUMI_BACKEND_URL": f"file://{state.pulumi_state}",
        "PULUMI_HOME": str(state.pulumi_home),
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(state.passphrase_file),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "HOHEIT_LAB_STATE": str(state.root),
    }
    if node.is_running(state):
        variables["HOHEIT_LAB_REGISTRY"] = f"127.0.0.1:{node.registry_port(state)}"
    if not engine.official:
        # There is nothing to download from; an error at once is better than a wait for one.
        variables["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "true"
    return variables


def full_environment(state: StateDir) -> dict[str, str]:
    """Returns the user's environment with the lab's variables in it."""
    kept = {name: value for name, value in os.environ.items() if name not in REMOVED}
    return kept | engine_environment(state)


def ensure_passphrase(state: StateDir) -> None:
    """Makes the random passphrase that encrypts secrets in the lab's stacks, once."""
    if state.passphrase_file.exists():
        return
    fresh = state.passphrase_file.with_name(".passphrase.new")
    fresh.touch(mode=0o600)
    fresh.write_text(secrets.token_urlsafe(32))
    fresh.replace(state.passphrase_file)
