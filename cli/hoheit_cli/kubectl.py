"""Questions to one cluster, through `kubectl`: none of them changes anything."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import UsageError
from .finding import Unread
from .programs import program

if TYPE_CHECKING:
    from .objects import Object

_TIMEOUT = "20s"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one call printed."""

    ok: bool
    text: str
    error: str


class Kubectl:
    """The cluster of one context, never of the current one.

    Args:
        context: Context of the kubeconfig.
        kubeconfig: File; None takes `$KUBECONFIG` or its default place.
    """

    def __init__(self, context: str, kubeconfig: str | None = None) -> None:
        kubectl = program("kubectl", "from https://kubernetes.io/docs/tasks/tools/")
        self._context = context
        self._command = [kubectl, *([f"--kubeconfig={kubeconfig}"] if kubeconfig else [])]

    def ask(self, *arguments: str, stdin: str | None = None) -> Answer:
        """Return the answer to one call, refused or not."""
        return self._run(
            f"--context={self._context}", f"--request-timeout={_TIMEOUT}", *arguments, stdin=stdin
        )

    def command(self, *arguments: str) -> list[str]:
        """Return the words of a call that goes on until somebody ends it."""
        return [*self._command, f"--context={self._context}", *arguments]

    def version(self) -> str:
        """Return the version of the API server, such as ``v1.37.2``.

        Raises:
            UsageError: if there is no such context, or if the server does not answer.
        """
        answer = self.ask("get", "--raw", "/version")
        if not answer.ok:
            contexts = self._run("config", "get-contexts", "--output=name").text.split()
            raise UsageError(
                f"cluster.context: no answer from the cluster of context '{self._context}': "
                f"{answer.error}; contexts of the kubeconfig: {', '.join(contexts) or 'none'}"
            )
        return str(json.loads(answer.text)["gitVersion"])

    def objects(self, *arguments: str) -> list[Object] | Unread:
        """Return the objects that `kubectl get` finds."""
        answer = self.ask("get", *arguments, "--ignore-not-found", "--output=json")
        if not answer.ok:
            return Unread(why=answer.error)
        if not answer.text.strip():
            return []
        found: Object = json.loads(answer.text)
        return found["items"] if found["kind"].endswith("List") else [found]

    def names(self, kind: str) -> list[str] | Unread:
        """Return the names of all objects of a kind."""
        answer = self.ask("get", kind, "--output=name")
        if not answer.ok:
            return Unread(why=answer.error)
        return [line.partition("/")[2] for line in answer.text.split()]

    def _run(self, *arguments: str, stdin: str | None = None) -> Answer:
        done = subprocess.run(  # noqa: S603 - our own argument list
            [*self._command, *arguments], input=stdin, capture_output=True, text=True, check=False
        )
        # The last line is the error; kubectl logs retries above it.
        lines = done.stderr.strip().splitlines() or [""]
        error = lines[-1].removeprefix("error: ").removeprefix("Error from server ")
        return Answer(ok=done.returncode == 0, text=done.stdout, error=error)
