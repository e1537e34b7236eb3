"""A container as a pod's security context makes it: a plain user, a read-only root, no right."""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Container:
    """Runs commands in the file system of an image."""

    runc: str
    rootfs: Path
    config: dict[str, Any]
    """The image's own."""
    scratch: Path
    mounts: dict[str, Path] = field(default_factory=dict)
    """Directories of this machine by their place in the container, writable."""

    def run(
        self, *arguments: str, entrypoint: list[str] | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the image's program with arguments, as the image's user."""
        name = f"hoheit-test-{uuid.uuid4().hex[:12]}"
        bundle = self.scratch / name
        bundle.mkdir()
        program = entrypoint or self.config["Entrypoint"]
        document = self._spec([*program, *arguments], environment)
        (bundle / "config.json").write_text(json.dumps(document))
        try:
            return subprocess.run(
                [self.runc, f"--root={self.scratch / 'runc'}", "run", f"--bundle={bundle}", name],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )
        finally:
            shutil.rmtree(bundle)

    def _spec(self, args: list[str], environment: dict[str, str]) -> dict[str, Any]:
        user, _, group = self.config["User"].partition(":")
        own = [f"{name}={value}" for name, value in environment.items()]
        bound = [
            {"destination": place, "type": "bind", "source": str(source), "options": ["bind", "rw"]}
            for place, source in self.mounts.items()
        ]
        return {
            "ociVersion": "1.0.2",
            "root": {"path": str(self.rootfs), "readonly": True},
            "process": {
                "user": {"uid": int(user), "gid": int(group)},
                "args": args,
                "env": [*self.config["Env"], *own],
                "cwd": self.config["WorkingDir"],
                "capabilities": {},
                "noNewPrivileges": True,
            },
            "mounts": [
                {"destination": "/proc", "type": "proc", "source": "proc"},
                {"destination": self.config["WorkingDir"], "type": "tmpfs", "source": "tmpfs"},
                {"destination": "/dev", "type": "tmpfs", "source": "tmpfs"},
                *bound,
            ],
            # The network stays this machine's, where the object store of these tests listens.
            "linux": {"namespaces": [{"type": kind} for kind in ("pid", "mount", "ipc", "uts")]},
        }
