# ruff: noqa: S310, T201
"""Asks a model over and over, and says what became of each request; runs in a pod.

Standard library alone. Nothing is sent twice, so a request that got lost is seen. It ends by
itself, or on SIGTERM when it has the answers that it waits for.
"""

import json
import os
import signal
import threading
import time
import urllib.request

ENOUGH = threading.Event()
SAYING = threading.Lock()
ASKERS = int(os.environ["ASKERS"])
PAUSE_SECONDS = 0.2


def ask() -> str:
    """Sends one request on a connection of its own; returns the text of a whole answer."""
    question = {
        "model": os.environ["MODEL"],
        "messages": [{"role": "user", "content": "Wo sind meine Daten?"}],
        "max_tokens": 32,
        "temperature": 0,
        "stream": True,
    }
    headers = {"Authorization": f"Bearer {os.environ['KEY']}", "Content-Type": "application/json"}
    request = urllib.request.Request(
        f"{os.environ['URL']}/v1/chat/completions", json.dumps(question).encode(), headers
    )
    text = ""
    with urllib.request.urlopen(request, timeout=60) as answer:
        for line in answer:
            event = line.decode().removeprefix("data: ").strip()
            if event == "[DONE]":
                return text
            if event:
                for choice in json.loads(event)["choices"]:
                    text += choice["delta"].get("content") or ""
    raise ConnectionError(f"the answer broke off after {text!r}")


def asker() -> None:
    for _ in range(int(os.environ["REQUESTS"])):
        if ENOUGH.is_set():
            return
        sent = time.time()
        try:
            said = {"ok": True, "text": ask()}
        except (OSError, ValueError) as error:
            status = getattr(error, "code", None)
            said = {"ok": False, "text": repr(error), "status": status}
        with SAYING:
            print(json.dumps({"sent": sent, "at": time.time(), **said}), flush=True)
        ENOUGH.wait(PAUSE_SECONDS)


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: ENOUGH.set())
    threading.Timer(float(os.environ["SECONDS"]), ENOUGH.set).start()
    threads = [threading.Thread(target=asker) for _ in range(ASKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os._exit(0)  # without waiting for the timer


main()
