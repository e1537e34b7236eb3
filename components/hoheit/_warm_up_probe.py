"""Ask a server once for each of its model names. Runs inside the engine's container.

Kubernetes runs this text as the startup probe, again and again until it ends well or the startup
budget is spent. What it says at its end is what ``kubectl describe pod`` shows. It imports nothing
but the standard library: the container has no hoheit.

Arguments: the gateway's health port, the engine's port, the route to ask, and model names.
"""

import http.client
import json
import os
import sys

_BODIES = {
    # Two tokens: the first comes out of the prompt, the second out of a decoding step.
    "/v1/completions": {"prompt": "ok", "max_tokens": 2},
    "/v1/embeddings": {"input": "ok"},
}
_TIMEOUT_SECONDS = 50
_SHOWN_CHARACTERS = 300


def main(health_port: str, engine_port: str, route: str, *models: str) -> str | None:
    """Return why the server is not warm yet, or None when every model has answered."""
    try:
        status, _ = _ask(health_port, "GET", "/ready", None)
    except OSError as error:
        return f"the gateway does not answer: {error}"
    if status != http.client.OK:
        return f"the model is not served yet (/ready: {status})"
    for model in models:
        try:
            status, answer = _ask(engine_port, "POST", route, {"model": model, **_BODIES[route]})
        except OSError as error:
            return f"warm-up of '{model}': no answer, {error}"
        if status != http.client.OK:
            return f"warm-up of '{model}': {status} {answer[:_SHOWN_CHARACTERS]}"
    return None


def _ask(port: str, method: str, path: str, body: dict[str, object] | None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=_TIMEOUT_SECONDS)
    headers = {
        "Authorization": f"Bearer {os.environ.get('VLLM_API_KEY', '')}",
        "Content-Type": "application/json",
    }
    try:
        connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    except http.client.HTTPException as error:
        raise OSError(f"{type(error).__name__} {error}") from None
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
