"""Writes what a release of vLLM says of itself: options, metrics and routes.

Run in ``facts/``, by an interpreter that can import vLLM; no GPU and no model is needed::

    python -m generate.engine run > hoheit_facts/data/engines/0.32.0.json

``run`` is for the release that this interpreter has installed. ``imported`` is for the source of
another one, unpacked and first on ``PYTHONPATH``: its Python code runs, with the dependencies of
the installed release and without its compiled parts.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any, cast

from .read_metrics import read_metrics
from .read_options import parser, read_options
from .read_routes import read_routes

_SAYS = {
    "run": "the installed release itself",
    "imported": "the wheel's Python sources, imported with the dependencies of another release",
}


def main() -> None:
    """Print the catalogue of the vLLM that can be imported."""
    own = argparse.ArgumentParser(prog="engine", description=__doc__)
    own.add_argument("method", choices=_SAYS, help="what can be imported")
    method: str = own.parse_args().method
    # What vLLM logs while it is imported is not the catalogue.
    with contextlib.redirect_stdout(sys.stderr):
        text = _text(_catalogue(method))
    sys.stdout.write(text)


def _catalogue(method: str) -> dict[str, Any]:
    _forget_the_environment()
    vllm: Any = importlib.import_module("vllm")
    _stand_on_a_cpu()
    serve = parser()
    options = read_options(serve)
    metrics, untold = read_metrics(Path(vllm.__file__).parent)
    return {
        "version": vllm.__version__.partition("+")[0],
        "method": method,
        "source": f"vLLM {vllm.__version__.partition('+')[0]}: {_SAYS[method]}; options from its "
        "argument parser, routes from its application, metrics from its source",
        "missing": _missing(method, untold),
        "block_size_tokens": _block_size(),
        "flags": options,
        "metrics": metrics,
        "routes": read_routes(serve),
    }


def _missing(method: str, untold: list[str]) -> list[str]:
    """Return what this catalogue does not know, in words."""
    notes = [
        "metrics of other libraries on the same page: names beginning with http_, process_, python_"
    ]
    if method != "run":
        notes.append("nothing of this release was run: no server, no metrics page")
    return notes + untold


def _forget_the_environment() -> None:
    """Let no variable of this machine become a default."""
    for variable in [name for name in os.environ if name.startswith("VLLM_")]:
        del os.environ[variable]
    # Help texts say what is deprecated, and are made for nobody else. With "serve" beside it,
    # vLLM would keep the options from its help that it would rather not have used.
    sys.argv = ["vllm", "--help"]
    os.environ |= {"VLLM_NO_USAGE_STATS": "1", "HF_HUB_OFFLINE": "1", "VLLM_PLUGINS": ""}


def _stand_on_a_cpu() -> None:
    """Answer what the hardware is, which vLLM would else look for and perhaps not find."""
    platforms: Any = importlib.import_module("vllm.platforms")
    platform: Any = importlib.import_module("vllm.platforms.cpu").CpuPlatform
    platforms._current_platform = platform()


def _block_size() -> int | None:
    config: Any = importlib.import_module("vllm.config")
    return getattr(config.CacheConfig, "DEFAULT_BLOCK_SIZE", None)


def _text(catalogue: dict[str, Any]) -> str:
    """Return JSON with one line for each option, metric and route."""
    parts: list[str] = []
    for key, value in catalogue.items():
        if type(value) is list and value:
            rows = ",\n".join(f"    {json.dumps(row)}" for row in cast("list[Any]", value))
            parts.append(f"  {json.dumps(key)}: [\n{rows}\n  ]")
        else:
            parts.append(f"  {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    main()
