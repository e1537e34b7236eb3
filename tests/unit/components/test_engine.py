"""The typed part of `vllm serve`, and the flags that nobody else may set.

`VLLM_FLAGS` was read from vLLM 0.32.0: `vllm/engine/arg_utils.py` and
`vllm/entrypoints/launchers/cli_args.py`. It holds what we render or refuse, no more.
"""

import json

import pytest
from hoheit import Dtype, KvCacheDtype
from hoheit._flags import serve_flags
from hoheit.engine import OWNED_FLAGS
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from support.golden import golden
from support.samples import engine

VLLM_FLAGS = {
    *("--api-key", "--config", "--disable-access-log-for-endpoints", "--dtype", "--enforce-eager"),
    *("--enable-log-requests", "--gpu-memory-utilization", "--host", "--kv-cache-dtype"),
    *("--max-model-len", "--max-num-seqs", "--model", "--port", "--quantization", "--revision"),
    *("--served-model-name", "--shutdown-timeout", "--tensor-parallel-size", "--tokenizer"),
    *("--trust-remote-code", "--uds"),
}

EVERYTHING = engine(
    gpu_memory_utilization=0.88,
    dtype=Dtype.FLOAT16,
    quantization="awq_marlin",
    kv_cache_dtype=KvCacheDtype.FP8,
    max_num_seqs=64,
    enforce_eager=True,
    extra_args=("--enable-prefix-caching", "--seed=7"),
)


def rendered(**changes: object) -> list[str]:
    return _flags(engine(**changes))


def _flags(args: object) -> list[str]:
    return serve_flags(
        args,  # pyright: ignore[reportArgumentType]
        path="/models/mistral",
        name="mistral",
        gpus=2,
        shutdown_timeout_seconds=300,
    )


def names(flags: list[str]) -> list[str]:
    return [flag.split("=", 1)[0] for flag in flags if flag.startswith("--")]


def test_every_field_renders_as_the_golden_command_line() -> None:
    lines = {"defaults": rendered(), "everything": _flags(EVERYTHING)}
    golden("vllm_flags.json", json.dumps(lines, indent=2) + "\n")


def test_every_flag_that_we_render_or_refuse_is_a_flag_of_the_engine() -> None:
    ours = {*names(_flags(EVERYTHING)), *OWNED_FLAGS} - {"--enable-prefix-caching", "--seed"}
    assert ours == VLLM_FLAGS


def test_every_flag_that_we_render_is_refused_in_extra_args_except_switches() -> None:
    assert set(names(rendered())) - set(OWNED_FLAGS) == {"--disable-access-log-for-endpoints"}


def test_no_flag_is_rendered_twice() -> None:
    given_names = names(_flags(EVERYTHING))
    assert len(given_names) == len(set(given_names))


def test_the_engine_listens_on_loopback_only() -> None:
    assert "--host=127.0.0.1" in rendered()


def test_what_is_not_given_is_left_to_the_engine() -> None:
    absent = {"--quantization", "--max-num-seqs", "--enforce-eager"}
    assert not absent & set(names(rendered()))


@pytest.mark.parametrize("flag", sorted(OWNED_FLAGS))
def test_a_flag_of_ours_is_refused_however_it_is_written(flag: str) -> None:
    for written in (flag, f"{flag}=1", f"--{flag[2:].replace('-', '_')}=1"):
        with pytest.raises(ValidationError, match=f"extra_args: {flag} is not yours to set: "):
            engine(extra_args=[written])


@given(st.data())
def test_the_beginning_of_a_flag_of_ours_is_refused_as_the_engine_would_complete_it(
    data: st.DataObject,
) -> None:
    flag = data.draw(st.sampled_from(sorted(OWNED_FLAGS)))
    end = data.draw(st.integers(min_value=3, max_value=len(flag)))
    with pytest.raises(ValidationError, match="is not yours to set"):
        engine(extra_args=[f"{flag[:end]}=1"])


@pytest.mark.parametrize("flag", ["-tp=4", "-q", "-dp"])
def test_a_short_flag_is_refused_because_it_hides_what_it_sets(flag: str) -> None:
    with pytest.raises(ValidationError, match="write the flag in full"):
        engine(extra_args=[flag])


@pytest.mark.parametrize(
    "arguments",
    [
        ("--enable-prefix-caching",),
        ("--seed", "-1"),
        ("--enable-log-deltas",),
        ("--model-loader-extra-config={}",),
        ("--tokenizer-mode=mistral",),
    ],
)
def test_other_flags_are_passed_on_as_they_are(arguments: tuple[str, ...]) -> None:
    assert tuple(rendered(extra_args=arguments)[-len(arguments) :]) == arguments


@pytest.mark.parametrize("share", [0, -0.1, 1.01])
def test_a_share_of_memory_outside_of_zero_to_one_is_refused(share: float) -> None:
    with pytest.raises(ValidationError, match="gpu_memory_utilization"):
        engine(gpu_memory_utilization=share)
