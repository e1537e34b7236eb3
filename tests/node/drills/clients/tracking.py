# ruff: noqa: S310, T201
"""Logs runs and metrics to MLflow, or reads them back; runs in a pod.

Standard library alone, and without a second try: what is printed as acknowledged was answered with
status 200, once.
"""

import base64
import json
import os
import signal
import sys
import threading
import time
import urllib.request
from typing import Any

ENOUGH = threading.Event()
METRICS_OF_A_RUN = 25
PAUSE_SECONDS = 0.05


def call(method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Asks MLflow's REST API once."""
    login = f"{os.environ['LOGIN_NAME']}:{os.environ['LOGIN_PASSWORD']}"
    headers = {
        "Authorization": f"Basic {base64.b64encode(login.encode()).decode()}",
        "Content-Type": "application/json",
    }
    request = urllib.request.Request(
        f"{os.environ['URL']}/api/2.0/mlflow/{path}",
        None if body is None else json.dumps(body).encode(),
        headers,
        method=method,
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def log() -> None:
    """Logs until it is told to stop; each acknowledgement, and each failure, is a line."""
    name = f"drill-{time.time_ns()}"
    experiment, run, step = "", "", 0
    until = time.time() + float(os.environ["SECONDS"])
    while not ENOUGH.is_set() and time.time() < until:
        sent = time.time()
        try:
            if not experiment:
                experiment = call("POST", "experiments/create", {"name": name})["experiment_id"]
            if step % METRICS_OF_A_RUN == 0 or not run:
                begun = {"experiment_id": experiment, "start_time": int(sent * 1000)}
                run = call("POST", "runs/create", begun)["run"]["info"]["run_id"]
            metric = {"run_id": run, "key": "n", "value": step, "step": step}
            call("POST", "runs/log-metric", {**metric, "timestamp": int(sent * 1000)})
            said = {"ok": True, "run": run, "step": step}
        except (OSError, ValueError) as error:
            said = {"ok": False, "text": repr(error)}
        print(json.dumps({"sent": sent, "at": time.time(), **said}), flush=True)
        step += 1
        ENOUGH.wait(PAUSE_SECONDS)


def read() -> None:
    """Says which metrics each of some runs has."""
    for run in json.loads(os.environ["RUNS"]):
        found = call("GET", f"metrics/get-history?run_id={run}&metric_key=n&max_results=1000")
        steps = [int(metric["step"]) for metric in found["metrics"]]
        print(json.dumps({"run": run, "steps": steps}), flush=True)


signal.signal(signal.SIGTERM, lambda *_: ENOUGH.set())
{"log": log, "read": read}[sys.argv[1]]()
