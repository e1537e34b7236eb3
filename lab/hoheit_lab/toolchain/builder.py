"""Builds programs into the cache: once per version, atomically, one builder at a time."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from time import monotonic

from hoheit_lab.console import heartbeat, say
from hoheit_lab.errors import LabError
from hoheit_lab.locks import exclusive
from hoheit_lab.paths import cache_dir

from .compiler import Compiler
from .go import find_go
from .programs import PROGRAMS, Group, Program


def build(names: Iterable[str]) -> dict[str, Path]:
    """Makes sure that the named programs are in the cache.

    Returns:
        The path of each program, by name.
    """
    programs = [_known(name) for name in names]
    if any(not _is_cached(program) for program in programs):
        with exclusive(cache_dir() / "build.lock", "building the tool chain"):
            _build_missing(programs)
    return {program.name: _path(program) for program in programs}


def _known(name: str) -> Program:
    try:
        return PROGRAMS[name]
    except KeyError:
        raise LabError(f"the lab cannot build '{name}'; it builds: {', '.join(PROGRAMS)}") from None


def _group_dir(group: Group) -> Path:
    return cache_dir() / "programs" / group.cache_name


def _path(program: Program) -> Path:
    return _group_dir(program.group) / program.name


def _go_caches() -> Path:
    return cache_dir() / "go-caches"


def _is_cached(program: Program) -> bool:
    return _path(program).is_file()


def _build_missing(programs: list[Program]) -> None:
    missing = [program for program in programs if not _is_cached(program)]
    if not missing:  # whoever held the lock before us has built them
        return
    _check_disk({program.group for program in missing})
    compiler = Compiler(find_go(), _go_caches(), cache_dir() / "logs")
    say(
        f"tool chain: {len(missing)} of {len(programs)} programs are to be built "
        f"with {compiler.go.version}"
    )
    started = monotonic()
    for number, program in enumerate(programs, start=1):
        label = f"[{number}/{len(programs)}] {program.name} {program.group.version}"
        if _is_cached(program):
            say(f"{label}: cached")
        else:
            _build_one(program, label, compiler)
    # Gigabytes that nothing needs any more: with all built, nothing is left to resume.
    shutil.rmtree(_go_caches(), ignore_errors=True)
    say(
        f"tool chain: built in {monotonic() - started:.0f} s, kept in {cache_dir()}; Go's own "
        "caches are removed"
    )


def _build_one(program: Program, label: str, compiler: Compiler) -> None:
    say(f"{label}: building")
    started = monotonic()
    directory = _group_dir(program.group)
    directory.mkdir(parents=True, exist_ok=True)
    unfinished = directory / f".{program.name}.unfinished"
    with heartbeat(f"building {program.name}"):
        compiler.compile(program, unfinished)
    seconds = monotonic() - started
    _record(directory / "build.json", program, compiler.go.version, seconds)
    unfinished.rename(_path(program))
    say(f"{label}: built in {seconds:.0f} s")


def _record(path: Path, program: Program, go_version: str, seconds: float) -> None:
    """Notes with which Go a program was built; only people read this."""
    known = json.loads(path.read_text()) if path.exists() else {}
    known[program.name] = {"go": go_version, "seconds": round(seconds, 1)}
    path.write_text(json.dumps(known, indent=2))


def _check_disk(groups: set[Group]) -> None:
    """Refuses to start a build that would fill the disk."""
    needed = sum(group.disk_mib for group in groups)
    cache_dir().mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(cache_dir()).free // 2**20
    if free < needed:
        names = ", ".join(sorted(group.name for group in groups))
        raise LabError(
            f"building {names} takes {needed} MiB in {cache_dir()} and {free} MiB are free; "
            f"make room, or point HOHEIT_LAB_CACHE to another disk"
        )
