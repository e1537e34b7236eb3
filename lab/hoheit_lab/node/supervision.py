"""Configuration of PID 1: Supervisor, which starts the node's programs and keeps them running."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_RETRIES = 1_000_000
"""It never gives up; between two tries it waits a second longer each time."""


@dataclass(frozen=True)
class Service:
    """A program that runs as long as the node does."""

    command: Sequence[str]
    directory: Path = Path("/")
    environment: Mapping[str, str] = field(default_factory=dict[str, str])


def supervisor_config(services: Mapping[str, Service]) -> str:
    """Renders `supervisord.conf`: the services start in the order given, and log where it runs.

    Supervisor expands names of logs twice, so no percent sign can stand in them.
    """
    sections = [
        _section(
            "supervisord",
            {
                "nodaemon": "true",
                "user": "root",
                "logfile": "supervisor.log",
                "logfile_maxbytes": "10MB",
                "logfile_backups": 1,
                "pidfile": "/run/supervisord.pid",
            },
        )
    ]
    for priority, (name, service) in enumerate(services.items(), start=1):
        environment = ",".join(f'{key}="{value}"' for key, value in service.environment.items())
        sections.append(
            _section(
                f"program:{name}",
                {
                    "command": shlex.join(service.command),
                    "directory": service.directory,
                    "environment": environment,
                    "priority": priority,
                    "autorestart": "true",
                    "startretries": _RETRIES,
                    "redirect_stderr": "true",
                    "stdout_logfile": f"{name}.log",
                    "stdout_logfile_maxbytes": "10MB",
                    "stdout_logfile_backups": 1,
                },
            )
        )
    return "\n".join(sections)


def _section(name: str, settings: Mapping[str, object]) -> str:
    # A percent sign begins an expansion.
    lines = [f"{key}={str(value).replace('%', '%%')}\n" for key, value in settings.items()]
    return f"[{name}]\n{''.join(lines)}"
