"""Arguments of `vllm serve`, checked against what a release says of itself."""

import re

import pytest
from hoheit._flag_check import check_arguments
from hoheit_facts import ENGINE, ENGINES

VERSION = ENGINE.version


def check(*arguments: str, version: str = VERSION) -> None:
    check_arguments("extra_args", arguments, version)


@pytest.mark.parametrize(
    "argument",
    [
        "--enable-prefix-caching",
        "--no-enable-prefix-caching",
        "--enable_prefix_caching",
        "--seed=7",
        "--seed=-1",
        "--watermark=0.01",
        "--max-num-batched-tokens=25.6k",
        "--max-num-batched-tokens=8K",
        "--max-num-batched-tokens=8192",
        "--max-model-len=auto",
        "--max-model-len=-1",
        "--scheduling-policy=priority",
        "--optimization-level=3",
        "--safetensors-load-strategy=None",
        "--max-log-len=None",
        '--limit-mm-per-prompt={"image": 2}',
        "--hf-overrides=a.module.function",
        "--hf-token",
        "--hf-token=read-only",
        "--attention-backend=FLASH_ATTN",
    ],
)
def test_what_the_engine_takes_is_accepted(argument: str) -> None:
    check(argument)


@pytest.mark.parametrize(
    ("argument", "refusal"),
    [
        ("--enable-prefx-caching", "has no --enable-prefx-caching; did you mean --enable-prefix"),
        ("--zzz", "vLLM 0.32.0 has no --zzz"),
        ("--seed", "--seed needs a value; write --seed=..."),
        ("--seed=", "--seed: '' is not a whole number"),
        ("--seed=1.5", "--seed: '1.5' is not a whole number"),
        ("--watermark=much", "--watermark: 'much' is not a number"),
        ("--max-num-batched-tokens=8.5K", "'8.5K' is not a whole number such as 25000, 25k"),
        ("--max-num-batched-tokens=auto", "'auto' is not a whole number such as 25000"),
        ("--max-log-len=all", "--max-log-len: 'all' is not a whole number"),
        ("--enable-prefix-caching=true", "is a switch; write it without a value"),
        ("--scheduling-policy=fifo", "'fifo' is not among fcfs, priority"),
        ("--scheduling-policy=prioriti", "fcfs, priority; did you mean priority?"),
        ("--limit-mm-per-prompt=image:2", "--limit-mm-per-prompt: 'image:2' is not JSON"),
        ("--seed=None", "--seed: 'None' is not a whole number"),
        ("--log-config-file=/etc/log.json", "--log-config-file is deprecated"),
    ],
)
def test_what_would_stop_the_engine_is_refused_with_the_way_out(
    argument: str, refusal: str
) -> None:
    with pytest.raises(ValueError, match=rf"^extra_args: .*{re.escape(refusal)}"):
        check(argument)


def test_a_flag_that_is_there_twice_is_refused_by_any_of_its_names() -> None:
    with pytest.raises(ValueError, match="--no-enable-prefix-caching is there twice"):
        check("--enable-prefix-caching", "--no-enable-prefix-caching")
    with pytest.raises(ValueError, match="--seed is there twice"):
        check_arguments("unreviewed_args", ["--seed=1"], VERSION, before=["--seed=2"])


def test_a_flag_that_collects_values_may_be_there_twice() -> None:
    check("--middleware=one.Middleware", "--middleware=another.Middleware")


@pytest.mark.parametrize("version", sorted(ENGINES))
def test_every_default_of_the_engine_is_a_value_that_it_takes(version: str) -> None:
    for flag in ENGINES[version].flags:
        single = flag.count == "one" and isinstance(flag.default, int | float | str)
        if single and flag.default != "" and not flag.deprecated:
            check(f"{flag.names[0]}={flag.default}", version=version)


@pytest.mark.parametrize("version", sorted(ENGINES))
def test_every_choice_of_the_engine_is_a_value_that_it_takes(version: str) -> None:
    for flag in ENGINES[version].flags:
        for choice in flag.choices if not flag.deprecated else ():
            check(f"{flag.names[0]}={choice}", version=version)
