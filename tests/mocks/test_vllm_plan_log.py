"""What a preview says of a service's memory."""

from typing import Any

import pytest
from support import components, samples
from support.monitor import run

TIGHT: dict[str, Any] = {
    "engine": samples.engine(max_model_len=31_000, gpu_memory_utilization=0.42),
    "weights": samples.hub_weights(
        repository="example/full", config={**samples.MISTRAL, "sliding_window": None}
    ),
}
"""The KV cache holds one request, and within the error of the plan it does not."""


def told(caplog: pytest.LogCaptureFixture, level: str, *, preview: bool, **changes: Any) -> str:
    caplog.set_level("INFO")
    run(lambda: components.service(**changes), preview=preview)
    mine = [one.getMessage() for one in caplog.records if one.levelname == level]
    return "\n".join(text for text in mine if "VllmService" in text)


def test_a_preview_shows_the_calculation_once(caplog: pytest.LogCaptureFixture) -> None:
    text = told(caplog, "INFO", preview=True)
    assert text.startswith("memory plan of VllmService 'mistral':\nL4, 1 GPU per replica, vLLM ")
    assert text.count("GPU KV cache size: ") == 1


def test_an_update_does_not_show_it_again(caplog: pytest.LogCaptureFixture) -> None:
    assert told(caplog, "INFO", preview=False) == ""


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "update"])
def test_what_may_go_wrong_is_a_warning_with_the_name_of_the_service(
    preview: bool, caplog: pytest.LogCaptureFixture
) -> None:
    text = told(caplog, "WARNING", preview=preview, **TIGHT)
    assert text.startswith("VllmService 'mistral': engine.max_model_len: within the error of this ")
    assert text.count("\n") == 0


def test_a_warning_is_not_in_the_calculation_too(caplog: pytest.LogCaptureFixture) -> None:
    assert "warning:" not in told(caplog, "INFO", preview=True, **TIGHT)


def test_a_service_with_room_warns_of_nothing(caplog: pytest.LogCaptureFixture) -> None:
    assert told(caplog, "WARNING", preview=True) == ""
