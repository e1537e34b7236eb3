"""Times one command and samples the memory it adds: `python3 bench/measure.py make local`."""

import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

INTERVAL_SECONDS = 0.5
_KIB_PER_MIB = 1024


def main(command: list[str]) -> int:
    """Run ``command`` and print what it took; exit as it does.

    Memory is what the whole machine uses above what it used before, at its highest sample: the
    control plane outlives the command that starts it, so a process tree would miss it. On a
    machine with other work the number is an upper bound.
    """
    if not command:
        sys.stderr.write("usage: bench/measure.py COMMAND [ARGUMENT ...]\n")
        return 2
    before = _used_kib()
    highest = before
    done = threading.Event()

    def sample() -> None:
        nonlocal highest
        while not done.wait(INTERVAL_SECONDS):
            highest = max(highest, _used_kib())

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    start = time.monotonic()
    code = subprocess.run(command, check=False).returncode  # noqa: S603 - that is its purpose
    wall = time.monotonic() - start
    done.set()
    sampler.join()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    sys.stdout.write(
        f"wall {wall:.1f} s, CPU {used.ru_utime + used.ru_stime:.1f} s, "
        f"memory at most {(highest - before) // _KIB_PER_MIB} MiB above the start\n"
    )
    return code


def _used_kib() -> int:
    lines = Path("/proc/meminfo").read_text("utf-8").splitlines()
    amounts = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return amounts["MemTotal"] - amounts["MemAvailable"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
