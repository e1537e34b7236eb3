"""The typed part of `vllm serve`, and the flags that nobody else may set."""

import json
import re

import pytest
from hoheit import Dtype, InvalidArgsError, KvCacheDtype
from hoheit._flag_check import check_arguments
from hoheit._flags import serve_flags
from hoheit.engine import OWNED_FLAGS
from hoheit_facts import ENGINE, ENGINES
from hypothesis import given
from hypothesis import strategies as st
from support.golden import golden
from support.samples import engine

EVERYTHING = {
    "gpu_memory_utilization": 0.88,
    "dtype": Dtype.FLOAT16,
    "quantization": "awq_marlin",
    "kv_cache_dtype": KvCacheDtype.FP8,
    "max_num_seqs": 64,
    "max_num_batched_tokens": 8192,
    "block_size": 32,
    "pipeline_parallel_size": 2,
    "reasoning_parser": "qwen3",
    "tool_call_parser": "hermes",
    "enforce_eager": True,
    "extra_args": ("--enable-prefix-caching", "--seed=7"),
}


both_fields = pytest.mark.parametrize("field", ["extra_args", "unreviewed_args"])
each_version = pytest.mark.parametrize("version", ENGINE.rendered_versions)


def rendered(**changes: object) -> list[str]:
    return serve_flags(
        engine(**changes),
        path="/models/mistral",
        name="mistral",
        gpus=2,
        shutdown_timeout_seconds=300,
    )


def names(flags: list[str]) -> list[str]:
    return [flag.split("=", 1)[0] for flag in flags if flag.startswith("--")]


def test_every_field_renders_as_the_golden_command_line() -> None:
    lines = {"defaults": rendered(), "everything": rendered(**EVERYTHING)}
    golden("vllm_flags.json", json.dumps(lines, indent=2) + "\n")


@each_version
def test_every_command_line_that_is_rendered_is_one_that_the_engine_takes(version: str) -> None:
    for fields in ({}, EVERYTHING):
        check_arguments("serve", rendered(version=version, **fields)[2:], version)


@each_version
@pytest.mark.parametrize("kind", [Dtype, KvCacheDtype])
def test_every_choice_of_a_field_is_one_of_the_engine(
    kind: type[Dtype] | type[KvCacheDtype], version: str
) -> None:
    flag = {Dtype: "--dtype", KvCacheDtype: "--kv-cache-dtype"}[kind]
    check = [f"{flag}={choice}" for choice in kind]
    for argument in check:
        check_arguments("serve", [argument], version)


@each_version
@pytest.mark.parametrize("flag", sorted(OWNED_FLAGS))
def test_every_flag_of_ours_is_a_flag_of_the_engine(flag: str, version: str) -> None:
    assert ENGINES[version].flag(flag)


def test_every_flag_that_we_render_is_refused_in_extra_args() -> None:
    given = set(names(rendered(**EVERYTHING))) - {"--enable-prefix-caching", "--seed"}
    assert given <= set(OWNED_FLAGS)


def test_no_flag_is_rendered_twice() -> None:
    given_names = names(rendered(**EVERYTHING))
    assert len(given_names) == len(set(given_names))


def test_the_engine_listens_on_loopback_only() -> None:
    assert "--host=127.0.0.1" in rendered()


def test_what_is_not_given_is_left_to_the_engine() -> None:
    always = {"served-model-name", "host", "port", "tensor-parallel-size", "max-model-len"}
    always |= {"gpu-memory-utilization", "dtype", "kv-cache-dtype", "shutdown-timeout"}
    always |= {"disable-access-log-for-endpoints"}
    assert set(names(rendered())) == {f"--{name}" for name in always}


def test_the_gpus_of_a_replica_are_tensor_times_pipeline_parallel() -> None:
    settings = engine(pipeline_parallel_size=2)
    assert [settings.tensor_parallel_size(gpus) for gpus in (2, 4, 8)] == [1, 2, 4]
    assert engine().tensor_parallel_size(0) == 1
    assert {"--pipeline-parallel-size=2", "--tensor-parallel-size=1"} <= set(
        rendered(pipeline_parallel_size=2)
    )


def test_stages_that_do_not_divide_the_gpus_are_refused_with_both_numbers() -> None:
    text = r"^engine\.pipeline_parallel_size: 3 stages do not divide the 4 GPUs of a replica; set"
    with pytest.raises(ValueError, match=text):
        engine(pipeline_parallel_size=3).tensor_parallel_size(4)


def test_a_parser_of_tool_calls_lets_the_model_choose_tools() -> None:
    flags = rendered(tool_call_parser="hermes")
    assert {"--tool-call-parser=hermes", "--enable-auto-tool-choice"} <= set(flags)
    assert "--enable-auto-tool-choice" not in rendered(reasoning_parser="qwen3")


@pytest.mark.parametrize(
    ("field", "misspelt", "meant"),
    [
        ("quantization", "awq_marlim", "awq_marlin"),
        ("reasoning_parser", "deepseek_r2", "deepseek_r1"),
        ("tool_call_parser", "mistrl", "mistral"),
    ],
)
def test_a_name_that_the_engine_has_not_is_refused_with_those_it_has(
    field: str, misspelt: str, meant: str
) -> None:
    with pytest.raises(InvalidArgsError, match=f"{field}: .*among .*; did you mean {meant}"):
        engine(**{field: misspelt})


def test_a_plugin_may_bring_a_name_that_the_engine_has_not() -> None:
    flags = rendered(
        tool_call_parser="ours", unreviewed_args=["--tool-parser-plugin=/opt/ours/parser.py"]
    )
    assert "--tool-call-parser=ours" in flags


@pytest.mark.parametrize(
    ("version", "text"),
    [
        ("0.14.1", "'0.14.1' is for planning only; vLLM is rendered for 0.32.0, 0.33.0"),
        ("0.31.0", "'0.31.0' is not known; vLLM is rendered for 0.32.0, 0.33.0"),
        ("v0.32.0", "'v0.32.0' is not known"),
    ],
)
def test_a_release_whose_flags_are_not_rendered_is_refused(version: str, text: str) -> None:
    with pytest.raises(InvalidArgsError, match=f"version: {re.escape(text)}"):
        engine(version=version)


def test_a_flag_is_asked_of_the_release_that_serves() -> None:
    (new,) = [
        argument
        for argument in ("--reasoning-effort-map={}",)
        if not ENGINES["0.32.0"].flag("--reasoning-effort-map")
    ]
    assert new in rendered(version="0.33.0", unreviewed_args=[new])
    with pytest.raises(InvalidArgsError, match=r"unreviewed_args: vLLM 0\.32\.0 has no --reason"):
        engine(unreviewed_args=[new])


@both_fields
@pytest.mark.parametrize("flag", sorted(OWNED_FLAGS))
def test_a_flag_of_ours_is_refused_however_it_is_written(flag: str, field: str) -> None:
    for written in (flag, f"{flag}=1", f"--{flag[2:].replace('-', '_')}=1"):
        with pytest.raises(InvalidArgsError, match=f"{field}: {flag} is not yours to set: "):
            engine(**{field: [written]})


@both_fields
@pytest.mark.parametrize(
    ("written", "flag"),
    [
        ("--device-memory-utilization=0.5", "--gpu-memory-utilization"),
        ("--no-enforce-eager", "--enforce-eager"),
        ("--no-enable-lora", "--enable-lora"),
        ("--no_trust_remote_code", "--trust-remote-code"),
    ],
)
def test_a_flag_of_ours_is_refused_by_its_other_names(written: str, flag: str, field: str) -> None:
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


def test_the_beginning_of_any_other_flag_is_refused_with_the_flag_in_full() -> None:
    with pytest.raises(InvalidArgsError, match=r"no --load-forma; did you mean --load-format\?"):
        engine(unreviewed_args=["--load-forma=pt"])


@both_fields
@pytest.mark.parametrize("flag", ["-tp=4", "-q", "-dp", "", "--", "--seed 7", "7", "--Seed=7"])
def test_what_is_no_long_flag_in_one_piece_hides_what_it_sets(flag: str, field: str) -> None:
    with pytest.raises(InvalidArgsError, match=f"{field}: .*: write --flag or --flag=value"):
        engine(**{field: [flag]})


def test_flags_that_only_tune_are_passed_on_as_they_are() -> None:
    written = ["--enable_prefix_caching", "--seed=7", "--scheduling-policy=priority"]
    assert rendered(extra_args=written)[-3:] == written


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
    flags = rendered(
        extra_args=["--seed=7"], unreviewed_args=["--load-format=pt", "--enable_sleep_mode"]
    )
    assert flags[-3:] == ["--seed=7", "--load-format=pt", "--enable_sleep_mode"]


def test_a_flag_that_is_given_in_both_lists_is_refused() -> None:
    with pytest.raises(InvalidArgsError, match="--seed is there twice; the last would win"):
        engine(extra_args=["--seed=7"], unreviewed_args=["--seed=8"])


@pytest.mark.parametrize("share", [0, -0.1, 1.01])
def test_a_share_of_memory_outside_of_zero_to_one_is_refused(share: float) -> None:
    with pytest.raises(InvalidArgsError, match="gpu_memory_utilization"):
        engine(gpu_memory_utilization=share)
