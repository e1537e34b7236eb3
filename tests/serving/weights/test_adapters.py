"""LoRA adapters, from the object store or on a claim, compared with what was declared of them."""

from __future__ import annotations

import json
import random
import signal
from typing import TYPE_CHECKING, Any

import pytest
from serving.weights.holding_proxy import holding_proxy
from serving.weights.models import MIB, sha256
from serving.weights.programs import BUCKET, REGION, Fetcher, Run, Store, refused

if TYPE_CHECKING:
    from pathlib import Path

BASE = "example/tiny-llama"
CONFIG: dict[str, Any] = {
    "peft_type": "LORA",
    "base_model_name_or_path": BASE,
    "r": 8,
    "target_modules": ["q_proj", "v_proj"],
    "bias": "none",
    "use_dora": False,
    "init_lora_weights": True,
}
WEIGHTS = random.Random(7).randbytes(3 * MIB)  # noqa: S311 - weights, not keys


def uploaded(store: Store, prefix: str = "adapters/legal/v1", **config: Any) -> dict[str, Any]:
    """Upload an adapter as a training run does; return what an operator declares of it."""
    return declared(store.root / BUCKET / prefix, config) | {"prefix": prefix}


def declared(folder: Path, config: dict[str, Any]) -> dict[str, Any]:
    folder.mkdir(parents=True)
    rendered = json.dumps({**CONFIG, **config}).encode()
    (folder / "adapter_config.json").write_bytes(rendered)
    (folder / "adapter_model.safetensors").write_bytes(WEIGHTS)
    return {
        "name": "legal",
        "base": BASE,
        "rank": 8,
        "target_modules": ["v_proj", "q_proj"],
        "config_sha256": sha256(rendered).removeprefix("sha256:"),
        "weights_sha256": sha256(WEIGHTS).removeprefix("sha256:"),
    }


def run(fetcher: Fetcher, *adapters: dict[str, Any]) -> Run:
    """Run the container's command, whose store arguments name no prefix."""
    process = fetcher.start_with(
        "adapters",
        f"--bucket={BUCKET}",
        f"--endpoint={fetcher.store.endpoint}",
        f"--region={REGION}",
        *(f"--adapter={json.dumps(one)}" for one in adapters),
    )
    output, complaint = process.communicate(timeout=120)
    return Run(process.returncode, output, complaint)


def test_adapters_without_a_manifest_are_copied_and_compared(
    fetcher: Fetcher, store: Store, destination: Path
) -> None:
    one = {**uploaded(store), "path": str(destination / "legal")}
    two = {**uploaded(store, "adapters/tax/v3"), "name": "tax", "path": str(destination / "tax")}

    ended = run(fetcher, one, two)

    assert ended.status == 0, ended
    assert "adapter legal: rank 8, of example/tiny-llama" in ended.output
    for name in ("legal", "tax"):
        assert (destination / name / "adapter_model.safetensors").read_bytes() == WEIGHTS
        assert json.loads((destination / name / "adapter_config.json").read_text()) == CONFIG


def test_a_second_run_copies_nothing(fetcher: Fetcher, store: Store, destination: Path) -> None:
    adapter = {**uploaded(store), "path": str(destination)}
    run(fetcher, adapter)

    assert "0 of 2 files to copy" in run(fetcher, adapter).output


def test_an_adapter_on_a_claim_is_checked_where_it_lies_and_needs_no_store(
    fetcher: Fetcher, destination: Path
) -> None:
    adapter = {**declared(destination, {}), "path": str(destination)}
    fetcher.store = Store("http://127.0.0.1:9", fetcher.store.root)
    assert run(fetcher, adapter).status == 0

    (destination / "adapter_model.safetensors").write_bytes(b"other")

    sentence = refused(run(fetcher, adapter))
    assert f"{destination}/adapter_model.safetensors is not what was expected: " in sentence
    assert f"got {sha256(b'other')}" in sentence


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"base_model_name_or_path": "other/base"}, "names other/base as its base, and example/"),
        ({"r": 32}, "has rank 32, and 8 was declared"),
        ({"rank_pattern": {"q_proj": 64}}, "has rank 64, and 8 was declared"),
        ({"target_modules": ["q_proj"]}, "changes q_proj, and v_proj, q_proj was declared"),
        ({"target_modules": "all-linear"}, "changes all-linear, and "),
        ({"peft_type": "IA3"}, "is of type IA3, which is no LoRA"),
        ({"use_dora": True}, "has use_dora: True, which vLLM cannot serve"),
        ({"bias": "all"}, "has bias: all, which vLLM cannot serve"),
        ({"init_lora_weights": "pissa"}, "has init_lora_weights: pissa, which vLLM cannot serve"),
        ({"modules_to_save": ["lm_head"]}, "has modules_to_save: ['lm_head'], which vLLM"),
    ],
)
def test_an_adapter_that_is_another_than_declared_is_refused_before_the_server_starts(
    fetcher: Fetcher, store: Store, destination: Path, config: dict[str, Any], said: str
) -> None:
    adapter = {**uploaded(store, **config), "path": str(destination)}

    sentence = refused(run(fetcher, adapter))

    assert f"adapter legal: adapter_config.json {said}" in sentence


@pytest.mark.parametrize("file", ["adapter_model.safetensors", "adapter_config.json"])
def test_other_bytes_than_the_declared_ones_never_lie_under_their_name(
    fetcher: Fetcher, store: Store, destination: Path, file: str
) -> None:
    adapter = {**uploaded(store), "path": str(destination)}
    (store.root / BUCKET / adapter["prefix"] / file).write_bytes(b"other")

    sentence = refused(run(fetcher, adapter))

    assert f"s3://{BUCKET}/adapters/legal/v1/{file} is not what was expected: " in sentence
    assert not (destination / file).exists()


def test_an_adapter_that_is_not_there_is_named(fetcher: Fetcher, store: Store) -> None:
    adapter = {**uploaded(store), "prefix": "adapters/none", "path": str(store.root / "x")}

    sentence = refused(run(fetcher, adapter))

    assert f"adapter legal: there is no s3://{BUCKET}/adapters/none/adapter_config.json" in sentence


def test_a_copy_killed_midway_is_carried_on(
    fetcher: Fetcher, store: Store, destination: Path
) -> None:
    adapter = {**uploaded(store), "path": str(destination)}
    with holding_proxy(int(store.endpoint.rpartition(":")[2]), hold_after=2 * MIB) as proxy:
        process = fetcher.start_with(
            "adapters",
            f"--bucket={BUCKET}",
            f"--endpoint={proxy.endpoint}",
            f"--region={REGION}",
            f"--adapter={json.dumps(adapter)}",
        )
        assert proxy.held.wait(60)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=10)
    assert not (destination / "adapter_model.safetensors").exists()

    ended = run(fetcher, adapter)

    assert ended.status == 0, ended
    assert "1 of 2 files to copy" in ended.output
    assert sorted(file.name for file in destination.iterdir() if file.name[0] != ".") == [
        "adapter_config.json",
        "adapter_model.safetensors",
    ]


@pytest.mark.parametrize(
    "change", [{"rank": "high"}, {"base_model": BASE}, {"target_modules": None}], ids=str
)
def test_an_adapter_that_is_told_wrongly_is_a_usage_error(
    fetcher: Fetcher, destination: Path, change: dict[str, Any]
) -> None:
    told = {**declared(destination, {}), "path": str(destination), **change}
    process = fetcher.start_with("adapters", f"--adapter={json.dumps(told)}")
    _, complaint = process.communicate(timeout=60)

    assert process.returncode == 2
    assert "is no adapter" in complaint


@pytest.mark.parametrize("argument", ["{}", "legal", "[]"])
def test_what_is_no_adapter_at_all_is_a_usage_error(fetcher: Fetcher, argument: str) -> None:
    process = fetcher.start_with("adapters", f"--adapter={argument}")
    _, complaint = process.communicate(timeout=60)

    assert process.returncode == 2
    assert "is no adapter" in complaint
