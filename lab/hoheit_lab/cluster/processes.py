"""The processes of one cluster, recognised by what they are and not by a number in a file.

A process id from a file may belong to somebody else after a crash or a reboot. The programs
of a cluster carry the cluster's directory in their arguments, so they are found, and only they.
"""

import psutil

from hoheit_lab.ending import end

from .layout import Layout

COMPONENTS = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kwok-controller",
)
"""The programs that make a cluster."""

GRACE_SECONDS = 2.0
"""Time to end by itself; nothing but the database has anything to lose."""

DATABASE_GRACE_SECONDS = 10.0


def running(layout: Layout) -> dict[str, psutil.Process]:
    """Returns the running processes of this cluster, by program name."""
    return dict(_ours(layout))


def stop_all(layout: Layout) -> int:
    """Ends every process of this cluster and waits until all are gone.

    Returns:
        How many processes were ended.
    """
    found = _ours(layout)
    # The database goes last: without it, the API server waits for it instead of ending.
    end([process for name, process in found if name != "etcd"], GRACE_SECONDS)
    end([process for name, process in found if name == "etcd"], DATABASE_GRACE_SECONDS)
    return len(found)


def stop_one(layout: Layout, name: str) -> None:
    """Ends one process of this cluster, if it runs."""
    if process := running(layout).get(name):
        end([process], GRACE_SECONDS)
    # kwokctl takes a process that ended a moment ago, a zombie, for a running one.
    (layout.work / "pids" / f"{name}.pid").unlink(missing_ok=True)


def _ours(layout: Layout) -> list[tuple[str, psutil.Process]]:
    directory = f"{layout.root}/"
    found: list[tuple[str, psutil.Process]] = []
    for process in psutil.process_iter(["cmdline"]):
        command: list[str] = process.info["cmdline"] or []
        if not command:
            continue
        name = command[0].rpartition("/")[2]
        if name in (*COMPONENTS, "kwokctl") and any(directory in word for word in command[1:]):
            found.append((name, process))
    return found
