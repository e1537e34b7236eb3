"""Facts: data only, each with the place where it was read."""

import ast
import json
import re
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any, cast

import hoheit_facts
import pytest
from hoheit.engine import OWNED_FLAGS
from hoheit.images import ImageReference
from hoheit_facts import ENGINE, GPUS, IMAGES, TELEMETRY, switches_off

DATA = Path(str(resources.files("hoheit_facts"))) / "data"


OUR_OWN = {"profiles"}
"""Not read anywhere: what an organisation can declare as its policy."""


def records(name: str) -> list[dict[str, Any]]:
    found: Any = json.loads((DATA / f"{name}.json").read_text("utf-8"))
    if isinstance(found, list):
        return cast("list[Any]", found)
    tables = [value for value in found.values() if isinstance(value, list)]
    named = "source" in found or "sources" in found
    return [found] if named else [record for table in tables for record in table]


@pytest.mark.parametrize("file", sorted({path.stem for path in DATA.glob("*.json")} - OUR_OWN))
def test_every_record_says_where_it_was_read(file: str) -> None:
    for record in records(file):
        sources = record.get("sources") or {"the record": record.get("source")}
        assert all(isinstance(text, str) and len(text) > 10 for text in sources.values()), record


def test_every_number_of_a_gpu_has_a_source_of_its_own() -> None:
    for record in records("gpus"):
        numbers = {name for name, value in record.items() if value is not None}
        assert set(record["sources"]) == numbers - {"name", "sources"}


def test_a_measured_memory_is_never_larger_than_the_reported_one() -> None:
    for gpu in GPUS.values():
        assert (gpu.measured_memory_mib or 0) <= gpu.reported_memory_mib


def test_the_measured_memory_wins_and_brings_its_own_source() -> None:
    measured = GPUS["L4"]
    reported = replace(measured, measured_memory_mib=None)
    assert measured.memory_mib == measured.measured_memory_mib == 22_580
    assert "DCGM" in measured.memory_source
    assert reported.memory_mib == reported.reported_memory_mib
    assert reported.memory_source == reported.sources["reported_memory_mib"]


def test_every_name_is_there_once() -> None:
    for file in ("gpus", "images"):
        names = [record["name"] for record in records(file)]
        assert len(names) == len(set(names))
    variables = [(switch.software, switch.env) for switch in TELEMETRY]
    assert len(variables) == len(set(variables))


def test_every_image_of_the_catalogue_is_full_and_does_not_float() -> None:
    references = [image.reference for image in IMAGES.values() if image.reference]
    assert references
    for reference in references:
        assert ImageReference.parse(reference)


def test_the_image_of_the_engine_is_the_version_whose_flags_we_render() -> None:
    assert IMAGES["vllm"].reference is not None
    assert ImageReference.parse(IMAGES["vllm"].reference).tag == f"v{ENGINE.version}"


def test_only_inference_paths_are_known() -> None:
    assert set(ENGINE.inference_paths) == {
        *("/v1/completions", "/v1/chat/completions", "/v1/responses", "/v1/embeddings"),
        *("/tokenize", "/detokenize"),
    }


def test_flags_that_tune_are_written_in_full_in_order_and_none_is_ours() -> None:
    flags = ENGINE.tuning_flags
    assert list(flags) == sorted(set(flags))
    assert all(re.fullmatch(r"--[a-z]+(-[a-z]+)*", flag) for flag in flags)
    assert not set(flags) & set(OWNED_FLAGS)


def test_no_flag_that_tunes_names_a_file_a_place_or_a_number_of_gpus() -> None:
    told = ("parallel", "plugin", "-dir", "path", "-file", "endpoint", "url", "host", "load-format")
    assert not [flag for flag in ENGINE.tuning_flags for word in told if word in flag]


def test_the_switches_of_several_programs_come_together() -> None:
    assert switches_off(["vllm", "huggingface_hub", "huggingface_hub-offline"]) == {
        "VLLM_NO_USAGE_STATS": "1",
        "DO_NOT_TRACK": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
    }


@pytest.mark.parametrize("name", ["vlm", "", "VLLM"])
def test_a_misspelt_program_is_an_error_and_not_silence(name: str) -> None:
    with pytest.raises(KeyError, match="no telemetry switches known"):
        switches_off(["vllm", name])


def test_facts_import_nothing_but_the_standard_library() -> None:
    package = Path(hoheit_facts.__file__ or "").parent
    imported: set[str] = set()
    for file in package.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                imported.add((node.module or "").split(".")[0])
    assert imported <= {
        *("collections", "dataclasses", "fnmatch", "functools", "importlib", "json", "typing"),
    }
