"""Root file systems from Debian's packages, each from a dated list that names every version."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hoheit_lab.console import say
from hoheit_lab.errors import LabError
from hoheit_lab.locks import exclusive
from hoheit_lab.paths import cache_dir

LISTS = Path(__file__).parents[1] / "debian"
"""One list for each base, committed: ``name=version``, a line each."""
SUITE, RELEASE = "bookworm", "12"
_MERGED = "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr"
_FIRST = ("ca-certificates", "usr-is-merged")
_LEFT_OUT = ("doc", "info", "locale", "man")
_OPTIONS = (
    # Nobody loses anything by a power cut in the middle: the tar is renamed when it is complete.
    "--dpkgopt=force-unsafe-io",
    # A setup hook may have written a configuration file before its package comes.
    "--dpkgopt=force-confold",
    *(f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in _LEFT_OUT),
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    # Those of this machine.
    '--customize-hook=rm "$1/etc/resolv.conf" "$1/etc/hostname"',
)


@dataclass(frozen=True)
class Base:
    """One root file system, by the packages that are asked for."""

    name: str
    wanted: tuple[str, ...] = ()
    """Besides Debian's essential packages and certificate authorities."""
    hooks: tuple[str, ...] = ()
    """Options of mmdebstrap that keep out what would be made anew each time, or not at all."""

    @property
    def file(self) -> Path:
        """The committed list."""
        return LISTS / f"{self.name}.txt"

    @property
    def packages(self) -> tuple[str, ...]:
        """Every package as ``name=version``."""
        lines = self.file.read_text("utf-8").splitlines()
        return tuple(line for line in lines if line and not line.startswith("#"))

    @property
    def epoch(self) -> int:
        """The date of the list, as ``SOURCE_DATE_EPOCH``: nothing in the images is younger."""
        return _epoch(self._date)

    @property
    def version(self) -> str:
        """Debian's release and the date of the list, as a tag."""
        return f"{RELEASE}-{self._date.replace('-', '')}"

    @property
    def _date(self) -> str:
        found = re.search(r"^# date: (\S+)$", self.file.read_text("utf-8"), re.MULTILINE)
        if found is None:
            raise LabError(f"{self.file} has no line '# date: YYYY-MM-DD'; {_way_out(self)}")
        return found[1]


BASES = {
    base.name: base
    for base in (
        Base("debian"),
        Base("python", ("python3", "python3-venv", "python-is-python3", "libnuma1", "libstdc++6")),
        Base("haproxy", ("haproxy",)),
        Base(
            "postgresql",
            ("postgresql-15",),
            (
                # The package would make a database, and its certificate a key: both at random.
                '--setup-hook=mkdir -p "$1/etc/postgresql-common"',
                "--setup-hook=echo create_main_cluster=false "
                '> "$1/etc/postgresql-common/createcluster.conf"',
                '--customize-hook=rm -f "$1"/etc/ssl/*/ssl-cert-snakeoil.*',
                '--customize-hook=find "$1/etc/ssl/certs" -xtype l -delete',
            ),
        ),
    )
}
"""Every base by name."""


def rootfs(base: Base) -> Path:
    """Return the root file system of a base as a tar, made once for all checkouts of a machine.

    Raises:
        LabError: if the machine cannot make one, or Debian has no such version any more.
    """
    options = (*_OPTIONS, *base.hooks)
    stated = "\n".join((SUITE, *options, str(base.epoch), *base.packages))
    key = hashlib.sha256(stated.encode()).hexdigest()[:12]
    made = cache_dir() / "rootfs" / f"{base.name}-{key}.tar"
    with exclusive(cache_dir() / "rootfs" / f"{base.name}.lock", f"making the base '{base.name}'"):
        if not made.exists():
            for old in made.parent.glob(f"{base.name}-*.tar"):
                old.unlink()
            say(f"base '{base.name}': making it from {len(base.packages)} packages")
            unfinished = made.with_suffix(".unfinished")
            _run(base, "custom", base.packages, base.epoch, unfinished)
            _compare(base, unfinished)
            unfinished.rename(made)
    return made


def update(base: Base) -> None:
    """Write the list of a base anew, with the versions that Debian has today."""
    scratch = cache_dir() / "rootfs" / f"{base.name}.update"
    scratch.parent.mkdir(parents=True, exist_ok=True)
    today = datetime.now(UTC).date().isoformat()
    header = (
        f"# Debian {RELEASE} ({SUITE}): every package of the base '{base.name}'. Written by\n"
        f"# `python -m model_images.offline --update-base {base.name}`.\n# date: {today}\n"
    )
    try:
        _run(base, "essential", (*_FIRST, *base.wanted), _epoch(today), scratch)
        packages = "".join(f"{line}\n" for line in installed(scratch))
    finally:
        scratch.unlink(missing_ok=True)
    base.file.parent.mkdir(exist_ok=True)
    base.file.write_text(header + packages, "utf-8")


def installed(archive: Path) -> list[str]:
    """Return every package of a root file system as ``name=version``."""
    with tarfile.open(archive) as content:
        status = content.extractfile("./var/lib/dpkg/status")
        assert status is not None  # noqa: S101 - dpkg's own file
        text = status.read().decode()
    names = re.findall(r"^Package: (\S+)$", text, re.MULTILINE)
    versions = re.findall(r"^Version: (\S+)$", text, re.MULTILINE)
    return sorted(f"{name}={version}" for name, version in zip(names, versions, strict=True))


def _epoch(date: str) -> int:
    return int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp())


def _run(base: Base, variant: str, packages: tuple[str, ...], epoch: int, target: Path) -> None:
    program = shutil.which("mmdebstrap")
    if program is None or os.getuid() != 0:
        raise LabError("bases are made as root, with: apt-get install mmdebstrap")
    command = [
        *(program, f"--variant={variant}", "--format=tar", _MERGED, *_OPTIONS, *base.hooks),
        *(f"--include={','.join(packages)}", SUITE, str(target)),
    ]
    done = subprocess.run(  # noqa: S603 - our own argument list
        command,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        target.unlink(missing_ok=True)
        raise LabError(f"base '{base.name}': {_reason(done.stderr, base)}")


def _reason(said: str, base: Base) -> str:
    gone = re.findall(r"Version '(\S+)' for '(\S+)' was not found", said)
    if gone:
        named = ", ".join(f"{name}={version}" for version, name in gone)
        return f"Debian has no {named} any more; {_way_out(base)}"
    lines = [line for line in said.splitlines() if line.startswith("E: ")]
    return lines[0].removeprefix("E: ") if lines else f"mmdebstrap said: {said[-500:]}"


def _way_out(base: Base) -> str:
    return (
        "write the list anew and look at what changed: python -m model_images.offline "
        f"--update-base {base.name} && git diff model_images/debian"
    )


def _compare(base: Base, archive: Path) -> None:
    """Refuse what has another package than the list: a dependency that came uncalled."""
    differing = set(installed(archive)) ^ set(base.packages)
    if differing:
        archive.unlink()
        named = ", ".join(sorted(differing))
        raise LabError(f"base '{base.name}': its list is not what was installed ({named})")
