# ruff: noqa: S310, T201
"""Writes and reads artifacts through MLflow, and says what was answered; runs in a pod.

Standard library alone, and without a second try.
"""

import base64
import hashlib
import json
import os
import urllib.error
import urllib.request

SIZE = 4 * 2**20
SHOWN = 300


def call(order: str) -> dict[str, object]:
    """Does one order, `write NAME` or `read NAME`; a name always has the same content."""
    verb, name = order.split()
    content = hashlib.shake_128(name.encode()).digest(SIZE)
    login = f"{os.environ['LOGIN_NAME']}:{os.environ['LOGIN_PASSWORD']}"
    request = urllib.request.Request(
        f"{os.environ['URL']}/api/2.0/mlflow-artifacts/artifacts/drill/{name}",
        content if verb == "write" else None,
        {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"},
        method="PUT" if verb == "write" else "GET",
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            body, status = answer.read(), answer.status
    except urllib.error.HTTPError as error:
        body, status = error.read(), error.code
    return {
        "order": order,
        "status": status,
        "same": verb == "read" and body == content,
        "text": body[:SHOWN].decode(errors="replace"),
    }


for one in json.loads(os.environ["ORDERS"]):
    print(json.dumps(call(one)), flush=True)
