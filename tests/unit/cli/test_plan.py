"""`hoheit plan`: the plan of a model without any cluster."""

import json
import re
from pathlib import Path

import pytest
from hoheit_cli.main import main

MISTRAL = "TheBloke/Mistral-7B-v0.1-AWQ"
LIKE_THE_TUTORIAL = (MISTRAL, "--gpu", "nvidia-l4", "--vllm", "0.14.1")
LOGGED_TOKENS = 123_472
"""Logged by vLLM 0.14.1 for this model on an L4 at a utilization of 0.88 (F01)."""


def planned(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["plan", *arguments]) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["plan", *arguments])
    printed = capsys.readouterr()
    assert printed.out == ""
    return code, printed.err


def undecided(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["plan", *arguments]) == 3
    return capsys.readouterr().out


def tokens(text: str) -> int:
    (found,) = re.findall(r"GPU KV cache size: ([\d,]+) tokens", text)
    return int(found.replace(",", ""))


def test_the_tokens_lie_within_three_percent_of_what_the_engine_logged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = planned(capsys, *LIKE_THE_TUTORIAL, "--gpu-memory-utilization", "0.88")
    assert tokens(text) == pytest.approx(LOGGED_TOKENS, rel=0.03)


def test_given_the_blocks_tokens_and_concurrency_are_those_of_the_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = planned(
        capsys,
        *LIKE_THE_TUTORIAL,
        *("--gpu-memory-utilization", "0.88", "--num-gpu-blocks-override", "7717"),
    )
    assert tokens(text) == LOGGED_TOKENS
    assert "Maximum concurrency for 4,096 tokens per request: 30.03x" in text


def test_a_utilization_that_leaves_no_room_for_graphs_is_refused_with_a_way_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, why = refused(capsys, *LIKE_THE_TUTORIAL, "--gpu-memory-utilization", "0.95")
    assert code == 1
    assert why.startswith("does not fit: --gpu-memory-utilization: 0.95 leaves ")
    assert "set 0.94 or less" in why


def test_one_step_less_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert tokens(planned(capsys, *LIKE_THE_TUTORIAL, "--gpu-memory-utilization", "0.94"))


def test_the_json_has_the_same_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    text = planned(capsys, *LIKE_THE_TUTORIAL)
    document = json.loads(planned(capsys, *LIKE_THE_TUTORIAL, "--json"))
    assert document["fits"] is True
    assert document["plan"]["kv_tokens"] == tokens(text)
    assert document["plan"]["concurrency_by_length"].keys() == {"4096", "16384", "32768"}


def test_a_refusal_in_json_is_a_document_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", MISTRAL, "--gpu", "t4", "--weights-gib", "60", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["fits"] is False
    assert "2 x A100-40GB" in document["why"]


def test_find_lists_the_gpus_that_fit_with_count_and_machines(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = planned(capsys, MISTRAL, "--find", "--weights-gib", "30")
    assert re.search(r"^1 x L40S: [\d,]+ tokens, .*\n    .*ovhcloud l40s-90", text, re.MULTILINE)
    assert "1 x L4:" not in text


def test_find_in_json_names_machines_with_enough_gpus(capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(planned(capsys, MISTRAL, "--find", "--weights-gib", "30", "--json"))
    for fit in document["gpus"]:
        assert fit["plan"]["gpus"] == fit["gpus"]
        assert all(machine["gpus"] >= fit["gpus"] for machine in fit["instance_types"])


def test_find_says_why_nothing_fits(capsys: pytest.CaptureFixture[str]) -> None:
    code, why = refused(capsys, MISTRAL, "--find", "--weights-gib", "9000")
    assert code == 1
    assert why.startswith("does not fit: not even on 8 x B200: --weights-gib: 1125.00 GiB on each")


def test_the_facts_of_a_model_can_be_given(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": 2048,
        "intermediate_size": 8192,
        "num_hidden_layers": 16,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "head_dim": 64,
        "vocab_size": 128256,
        "max_position_embeddings": 8192,
        "tie_word_embeddings": True,
        "torch_dtype": "bfloat16",
    }
    file = tmp_path / "config.json"
    file.write_text(json.dumps(config))
    document = json.loads(planned(capsys, "--config", str(file), "--gpu", "l4", "--json"))
    assert document["plan"]["kv_bytes_per_token"] == 2 * 16 * 8 * 64 * 2


def test_what_is_not_known_is_shown_as_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    text = undecided(capsys, "nobody/knows", "--gpu", "l4", "--max-model-len", "4096")
    assert "unknown model nobody/knows\n" in text
    assert "GPU KV cache size: unknown" in text
    assert "\nunknown: " in text


def test_nobody_says_that_an_unknown_model_fits(capsys: pytest.CaptureFixture[str]) -> None:
    wrong_case = ("meta-llama/meta-llama-3.1-8b", "--max-model-len", "8192", "--json")
    document = json.loads(undecided(capsys, *wrong_case, "--gpu", "l4"))
    assert document["fits"] is None
    assert "did you mean meta-llama/Meta-Llama-3.1-8B" in str(document["plan"]["unknown"])
    document = json.loads(undecided(capsys, *wrong_case, "--find"))
    assert document["fits"] is None
    assert "did you mean meta-llama/Meta-Llama-3.1-8B" in document["why"]


def test_concurrency_is_listed_from_the_longest_request_down(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = re.findall(r"concurrency for ([\d,]+) tokens", planned(capsys, *LIKE_THE_TUTORIAL))
    assert found == ["32,768", "16,384", "4,096"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--gpu", "l4"], "name a model (organisation/name), or its --config"),
        ([MISTRAL, "--gpu", "l5"], "--gpu: no 'l5' in the catalogue; known: T4"),
        ([MISTRAL, "--gpu", "l4", "--vllm", "1.0"], "--vllm: no facts about"),
        (["nobody/knows", "--gpu", "l4"], "--max-model-len: required"),
        ([MISTRAL, "--gpu", "l4", "--tensor-parallel-size", "0"], "--tensor-parallel-size: "),
        ([MISTRAL, "--gpu", "l4", "--pipeline-parallel-size", "-1"], "--pipeline-parallel-size: "),
        ([MISTRAL, "--gpu", "l4", "--tensor-parallel-size", "3"], "--tensor-parallel-size: 3 do"),
        ([MISTRAL, "--gpu", "l4", "--pipeline-parallel-size", "40"], "40 stages, but the model"),
        ([MISTRAL, "--find", "--tensor-parallel-size", "2"], "--tensor-parallel-size: --find"),
        ([MISTRAL, "--find", "--total-memory-gib", "20"], "--total-memory-gib: --find tries"),
        ([MISTRAL, "--gpu", "l4", "--max-lora-rank", "8"], "--max-lora-rank: no room without"),
        ([MISTRAL, "--gpu", "l4", "--free-memory-gib", "100"], "--free-memory-gib: 100 GiB, but"),
        ([MISTRAL, "--gpu", "t4", "--dtype", "bfloat16"], "--dtype: bfloat16 needs a GPU of"),
        ([MISTRAL, "--gpu", "l4", "--block-size", "1000000"], "--block-size: 1000000 tokens"),
        (
            [MISTRAL, "--gpu", "l4", "--max-num-batched-tokens", "8", "--max-num-seqs", "64"],
            "--max-num-batched-tokens: 8 tokens in a step, but --max-num-seqs lets 64",
        ),
        ([MISTRAL, "--gpu", "l4", "--config", __file__], "is not JSON"),
        ([MISTRAL, "--gpu", "l4", "--config", "/nowhere.json"], "/nowhere.json: No such file"),
    ],
)
def test_a_mistake_is_one_sentence_and_status_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    code, why = refused(capsys, *arguments)
    assert code == 2
    assert why.startswith("error: ")
    assert told in why


def test_an_architecture_nobody_knows_is_told_and_never_guessed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"architectures": ["FooForCausalLM"]}))
    text = undecided(
        capsys,
        "--config",
        str(file),
        "--gpu",
        "l4",
        "--max-model-len",
        "4096",
        "--weights-gib",
        "4",
    )
    assert "'FooForCausalLM' is not known" in text
    assert "GPU KV cache size: unknown" in text


def test_a_config_in_another_encoding_is_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "config.json"
    file.write_bytes('{"architectures": ["ä"]}'.encode("latin-1"))
    code, why = refused(capsys, "--config", str(file), "--gpu", "l4")
    assert code == 2
    assert "is not UTF-8 text" in why


def test_a_step_that_takes_all_memory_is_blamed_and_not_the_model(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, why = refused(capsys, MISTRAL, "--gpu", "l4", "--max-num-batched-tokens", "1000000000")
    assert code == 1
    assert "--max-num-batched-tokens: it fits with the engine's own default" in why
