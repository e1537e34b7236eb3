"""Decides between official Pulumi programs and stand-ins, and writes the stand-ins' launchers.

A plugin that lies on PATH is used by the engine whatever its version. So a launcher exists only
where the official plugin cannot be had.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .console import say
from .errors import LabError
from .paths import MARKER, StateDir, cache_dir
from .toolchain import build
from .toolchain.programs import PULUMI_VERSION

LANGUAGE_HOST = "pulumi-language-python"
RESOURCE_PLUGINS = {"kubernetes": "pulumi-kubernetes", "random": "pulumi-random"}
"""Plugins for which the lab has a stand-in, and the Python package that asks for each."""


@dataclass(frozen=True)
class Engine:
    """The Pulumi programs that a lab uses."""

    pulumi: str
    """Path of the `pulumi` command."""
    official: bool
    """Whether `pulumi` and its language host are the official ones."""
    stand_ins: tuple[str, ...]
    """Names of the plugins for which the lab's stand-in is used."""

    def describe(self) -> str:
        """Says in one line which programs are in use."""
        names = {"python": "Python language host"}
        ours = ", ".join(names.get(plugin, plugin) for plugin in self.stand_ins)
        what = "official pulumi" if self.official else f"pulumi {PULUMI_VERSION}, built from source"
        return f"{what}; " + (f"stand-ins of the lab: {ours}" if ours else "official plugins")


def choose_engine(state: StateDir) -> Engine:
    """Decides which programs to use, makes them available and remembers the decision."""
    official = official_pulumi()
    engine = _standin_engine() if official is None else _official_engine(state, official)
    _write_launchers(state, engine)
    # Whole or not at all: a second `up` reads it while this one writes.
    fresh = state.decision.with_name(f".{state.decision.name}.{os.getpid()}")
    fresh.write_text(json.dumps(asdict(engine), indent=2))
    fresh.replace(state.decision)
    return engine


def chosen_engine(state: StateDir) -> Engine:
    """Returns what `choose_engine` decided for this lab."""
    try:
        stored = json.loads(state.decision.read_text())
    except OSError:
        raise LabError(f"there is no lab in {state.root}; start it with `hoheit-lab up`") from None
    return Engine(stored["pulumi"], stored["official"], tuple(stored["stand_ins"]))


def official_pulumi() -> str | None:
    """Returns the official `pulumi` if it and its language host are on PATH and wanted."""
    wanted = os.environ.get("HOHEIT_LAB_PULUMI", "")
    if wanted not in ("", "official", "standin"):
        raise LabError(f"HOHEIT_LAB_PULUMI is '{wanted}'; it can be 'official' or 'standin'")
    path = users_path()
    pulumi, host = (shutil.which(name, path=path) for name in ("pulumi", LANGUAGE_HOST))
    if wanted == "official" and not (pulumi and host):
        raise LabError(
            f"HOHEIT_LAB_PULUMI is 'official', but pulumi and {LANGUAGE_HOST} are not both on "
            "PATH; install Pulumi, or unset the variable"
        )
    return pulumi if host and wanted != "standin" else None


def users_path() -> str:
    """Returns PATH without the directories that a lab put there (as `exec` does)."""
    kept = [
        directory
        for directory in os.environ.get("PATH", os.defpath).split(os.pathsep)
        if not (Path(directory).parent / MARKER).exists()
        and not Path(directory).is_relative_to(cache_dir())
    ]
    return os.pathsep.join(kept)


def _standin_engine() -> Engine:
    pulumi = build(["pulumi"])["pulumi"]
    return Engine(str(pulumi), official=False, stand_ins=("python", *RESOURCE_PLUGINS))


def _official_engine(state: StateDir, pulumi: str) -> Engine:
    # Downloads are worth keeping when the lab goes.
    plugins = cache_dir() / "pulumi-plugins"
    plugins.mkdir(parents=True, exist_ok=True)
    if not (link := state.pulumi_home / "plugins").exists():
        link.symlink_to(plugins)
    # A stack that a stand-in made stays with it as long as the lab lives.
    kept = chosen_engine(state).stand_ins if state.decision.exists() else ()
    refused = [
        name
        for name, distribution in RESOURCE_PLUGINS.items()
        if name in kept or not _install_plugin(state, pulumi, name, distribution)
    ]
    return Engine(pulumi, official=True, stand_ins=tuple(refused))


def _install_plugin(state: StateDir, pulumi: str, name: str, distribution: str) -> bool:
    """Installs the plugin that the installed Python package asks for; says whether that worked."""
    try:
        wanted = version(distribution)
    except PackageNotFoundError:
        return True  # nobody here asks for it; the engine installs it if a program does
    if (state.pulumi_home / "plugins" / f"resource-{name}-v{wanted}").exists():
        return True
    say(f"installing the official plugin {name} {wanted}")
    done = subprocess.run(  # noqa: S603 - the user's own pulumi
        [pulumi, "plugin", "install", "resource", name, wanted],
        env=os.environ | {"PULUMI_HOME": str(state.pulumi_home)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        say(f"the official plugin {name} cannot be had ({reason}): using the lab's stand-in")
    return done.returncode == 0


def _write_launchers(state: StateDir, engine: Engine) -> None:
    shutil.rmtree(state.bin, ignore_errors=True)
    state.bin.mkdir()
    _launcher(state.bin / "pulumi", "hoheit_lab.pulumi_command")
    for plugin in engine.stand_ins:
        if plugin == "python":
            _launcher(state.bin / LANGUAGE_HOST, "hoheit_lab.language_host")
            # The engine looks for this file beside the language host.
            _launcher(state.bin / f"{LANGUAGE_HOST}-exec", "hoheit_lab.language_host.executor")
        else:
            _launcher(state.bin / f"pulumi-resource-{plugin}", f"hoheit_lab.providers.{plugin}")


def _launcher(path: Path, module: str) -> None:
    # -P: a file of the user's program, say random.py, must not shadow a module of ours.
    command = shlex.join([sys.executable, "-P", "-m", module])
    path.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    path.chmod(0o755)
