"""The typed part of `vllm serve`, and the flags that nobody else may set.

`VLLM_FLAGS` was read from vLLM 0.32.0: `vllm/engine/arg_utils.py` and
`vllm/entrypoints/launchers/cli_args.py`. It holds what we render or refuse, no more.
"""

import json

import pytest
from hoheit import Dtype, InvalidArgsError, KvCacheDtype
from hoheit._flags import serve_flags
from hoheit.engine import OWNED_FLAGS
from hoheit_facts import ENGINE
from hypothesis import given
from hypothesis import strategies as st
from support.golden import golden
from support.samples import engine

VLLM_FLAGS = {
    *("--api-key", "--config", "--disable-access-log-for-endpoints", "--dtype", "--enforce-eager"),
    *("--enable-log-requests", "--gpu-memory-utilization", "--host", "--kv-cache-dtype"),
    *("--kv-cache-memory-bytes",),
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


both_fields = pytest.mark.parametrize("field", ["extra_args", "unreviewed_args"])


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


@both_fields
@pytest.mark.parametrize("flag", sorted(OWNED_FLAGS))
def test_a_flag_of_ours_is_refused_however_it_is_written(flag: str, field: str) -> None:
    for written in (flag, f"{flag}=1", f"--{flag[2:].replace('-', '_')}=1"):
        with pytest.raises(InvalidArgsError, match=f"{field}: {flag} is not yours to set: "):
            engine(**{field: [written]})


@given(st.data(), st.sampled_from(["extra_args", "unreviewed_args"]))
def test_the_beginning_of_a_flag_of_ours_is_refused_as_the_engine_would_complete_it(
    data: st.DataObject, field: str
) -> None:
    flag = data.draw(st.sampled_from(sorted(OWNED_FLAGS)))
    end = data.draw(st.integers(min_value=3, max_value=len(flag)))
    with pytest.raises(InvalidArgsError, match="is not yours to set"):
        engine(**{field: [f"{flag[:end]}=1"]})


@both_fields
@pytest.mark.parametrize("flag", ["-tp=4", "-q", "-dp", "", "--", "--seed 7", "7", "--Seed=7"])
def test_what_is_no_long_flag_in_one_piece_hides_what_it_sets(flag: str, field: str) -> None:
    with pytest.raises(InvalidArgsError, match=f"{field}: .*: write --flag or --flag=value"):
        engine(**{field: [flag]})


@pytest.mark.parametrize("flag", ENGINE.tuning_flags)
def test_flags_that_only_tune_are_passed_on_as_they_are(flag: str) -> None:
    written = f"--{flag[2:].replace('-', '_')}=1"
    assert rendered(extra_args=[flag, written])[-2:] == [flag, written]


@pytest.mark.parametrize(
    ("argument", "flag"),
    [
        ("--tensor_parallel=2", "--tensor-parallel-size"),
        ("--data-parallel-size=2", "--data-parallel-size"),
        ("--load-format=pt", "--load-format"),
        ("--enable-lora", "--enable-lora"),
        ("--tool-parser-plugin=/tmp/x.py", "--tool-parser-plugin"),
        ("--otlp-traces-endpoint=http://elsewhere", "--otlp-traces-endpoint"),
        ("--hf-overrides={}", "--hf-overrides"),
        ("--compilation-config={}", "--compilation-config"),
    ],
)
def test_a_flag_that_does_more_than_tune_is_refused_in_extra_args(argument: str, flag: str) -> None:
    with pytest.raises(InvalidArgsError, match=f"extra_args: {flag} is not"):
        engine(extra_args=[argument])


def test_a_misspelt_flag_gets_a_suggestion_and_every_flag_gets_the_way_out() -> None:
    with pytest.raises(InvalidArgsError) as refused:
        engine(extra_args=["--enable-prefx-caching"])
    text = str(refused.value)
    assert "did you mean --enable-prefix-caching?; known: " in text
    assert all(flag in text for flag in ENGINE.tuning_flags)
    assert text.endswith("unreviewed_args takes any other")


def test_flags_that_nobody_reviewed_come_last_and_as_they_are() -> None:
    flags = rendered(extra_args=["--seed=7"], unreviewed_args=["--load-format=pt", "--enable_lora"])
    assert flags[-3:] == ["--seed=7", "--load-format=pt", "--enable_lora"]


@pytest.mark.parametrize("share", [0, -0.1, 1.01])
def test_a_share_of_memory_outside_of_zero_to_one_is_refused(share: float) -> None:
    with pytest.raises(InvalidArgsError, match="gpu_memory_utilization"):
        engine(gpu_memory_utilization=share)
