"""A `kubectl` that answers from a folder: what one cluster has, and a way to a port here."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_SCRIPT = """\
#!{python} -SE
import json, sys, time
from pathlib import Path

folder, words = Path({folder!r}), sys.argv[1:]
with (folder / "asked").open("a") as log:
    log.write(json.dumps(words) + "\\n")
verbs = [word for word in words if not word.startswith("--")]
answers = json.loads((folder / "answers").read_text())
if verbs[0] == "port-forward":
    found = answers["port-forward"]
elif verbs[:2] == ["config", "get-contexts"]:
    found = {{"text": "lab"}}
else:
    found = answers.get(verbs[1], {{"items": []}})
if "refused" in found:
    sys.exit(found["refused"])
if "text" in found:
    if found["text"]:
        print(found["text"], flush=True)
    if verbs[0] == "port-forward":
        time.sleep(60)
else:
    print(json.dumps({{"kind": "List", **found}}))
"""


@dataclass(frozen=True)
class KubectlDouble:
    """The double, first on PATH."""

    folder: Path

    @classmethod
    def on_path(cls, folder: Path, monkeypatch: pytest.MonkeyPatch) -> "KubectlDouble":
        """Put one on PATH that knows no object yet."""
        programs = folder / "bin"
        programs.mkdir()
        script = programs / "kubectl"
        script.write_text(_SCRIPT.format(python=sys.executable, folder=str(folder)))
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
        double = cls(folder)
        (folder / "answers").write_text("{}")
        double.answers("/version", text=json.dumps({"gitVersion": "v1.37.2"}))
        return double

    def answers(self, asked: str, *items: Any, **answer: str) -> None:
        """Answer with objects, or with ``text`` or ``refused``."""
        file = self.folder / "answers"
        known = json.loads(file.read_text())
        file.write_text(json.dumps({**known, asked: answer or {"items": items}}))

    def forwards_to(self, port: int) -> None:
        """Let a forwarded port be one that somebody listens on already."""
        self.answers("port-forward", text=f"Forwarding from 127.0.0.1:{port} -> 8080")

    @property
    def asked(self) -> list[list[str]]:
        """The words of every call."""
        lines = (self.folder / "asked").read_text().splitlines()
        return [json.loads(line) for line in lines]
