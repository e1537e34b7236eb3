"""What we let through and what we refuse, put to the engine's own argument parser."""

import json
import subprocess

import pytest
from hoheit._flag_check import check_arguments
from hoheit._flags import serve_flags
from hoheit_facts import ENGINE
from support.environments import vllm
from support.samples import engine

PROGRAM = """
import contextlib, io, json, sys
sys.argv = ["vllm"]
import vllm.platforms
from vllm.platforms.cpu import CpuPlatform
vllm.platforms._current_platform = CpuPlatform()
from vllm.entrypoints.launchers.cli_args import make_arg_parser, validate_parsed_serve_args
from vllm.utils.argparse_utils import FlexibleArgumentParser

parser = make_arg_parser(FlexibleArgumentParser(prog="vllm serve"))

def takes(arguments):
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            validate_parsed_serve_args(parser.parse_args(arguments))
    except (SystemExit, Exception):
        return False
    return True

print(json.dumps([takes(arguments) for arguments in json.load(sys.stdin)]))
"""
ACCEPTED = [
    "--enable-prefix-caching",
    "--no_enable_prefix_caching",
    "--seed=-1",
    "--max-num-batched-tokens=25.6k",
    "--max-num-batched-tokens=8K",
    "--max-model-len=auto",
    "--max-log-len=None",
    '--limit-mm-per-prompt={"image": 2}',
    "--hf-token",
    "--scheduling-policy=priority",
]
REFUSED = [
    "--enable-prefx-caching",
    "--seed",
    "--seed=",
    "--seed=1.5",
    "--seed=None",
    "--watermark=much",
    "--max-num-batched-tokens=8.5K",
    "--max-num-batched-tokens=auto",
    "--max-log-len=all",
    "--enable-prefix-caching=true",
    "--scheduling-policy=fifo",
    "--limit-mm-per-prompt=image:2",
]
EVERYTHING = engine(
    quantization="awq_marlin",
    max_num_seqs=64,
    max_num_batched_tokens=8192,
    block_size=32,
    pipeline_parallel_size=2,
    reasoning_parser="qwen3",
    tool_call_parser="hermes",
    enforce_eager=True,
)


def command_line(settings: object) -> list[str]:
    flags = serve_flags(
        settings,  # pyright: ignore[reportArgumentType]
        path="/models/m",
        name="m",
        gpus=2,
        shutdown_timeout_seconds=60,
    )
    return flags[1:]


@pytest.fixture(scope="module")
def answers() -> dict[str, bool]:
    """What the engine's parser says to each command line, by its text."""
    lines = [["m", argument] for argument in (*ACCEPTED, *REFUSED)]
    lines += [command_line(engine()), command_line(EVERYTHING)]
    done = subprocess.run(
        [vllm() / "bin" / "python", "-c", PROGRAM],
        input=json.dumps(lines),
        env={"PATH": "/usr/bin:/bin", "VLLM_NO_USAGE_STATS": "1", "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    return {" ".join(line[1:]): answer for line, answer in zip(lines, said, strict=True)}


@pytest.mark.parametrize("argument", ACCEPTED)
def test_the_engine_takes_what_we_accept(argument: str, answers: dict[str, bool]) -> None:
    check_arguments("extra_args", [argument], ENGINE.version)
    assert answers[argument]


@pytest.mark.parametrize("argument", REFUSED)
def test_the_engine_would_stop_at_what_we_refuse(argument: str, answers: dict[str, bool]) -> None:
    with pytest.raises(ValueError, match=r"^extra_args: "):
        check_arguments("extra_args", [argument], ENGINE.version)
    assert not answers[argument]


@pytest.mark.parametrize("settings", [engine(), EVERYTHING], ids=["defaults", "everything"])
def test_the_engine_takes_every_command_line_that_we_render(
    settings: object, answers: dict[str, bool]
) -> None:
    assert answers[" ".join(command_line(settings)[1:])]
