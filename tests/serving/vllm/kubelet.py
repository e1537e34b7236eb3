"""The kubelet's end of a pod: preStop hook and stop signal, sidecars last, SIGKILL at the limit."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from serving.vllm.pod import GATEWAY, STOP_SIGNALS

if TYPE_CHECKING:
    from serving.vllm.pod import Pod


class Stop(threading.Thread):
    """Stops a pod while others go on; begins at once."""

    def __init__(self, pod: Pod) -> None:
        super().__init__(daemon=True)
        self.signalled = threading.Event()
        """Set when engine or router was told to stop."""
        self.exit_status: int | None = None
        """How it ended; None where it had to be killed."""
        self.seconds = 0.0
        """From the decision to the end of the last container."""
        self._pod = pod
        self._began = time.monotonic()
        self.start()

    def run(self) -> None:
        time.sleep(self._pod.pre_stop_seconds)
        main = self._pod.processes[self._pod.main]
        main.signal(STOP_SIGNALS[self._pod.main])
        self.signalled.set()
        if main.has_ended(self._left()):
            self.exit_status = main.wait(0)
        self._pod.gateway.signal(STOP_SIGNALS[GATEWAY])
        self._pod.gateway.has_ended(self._left())
        self.seconds = time.monotonic() - self._began

    def _left(self) -> float:
        return max(0.0, self._pod.grace_seconds - (time.monotonic() - self._began))
