"""A changed setting reaches the model service while clients ask it."""

import time
from pathlib import Path

from node.drills.client import stream, working
from node.drills.platform import UP_SECONDS, Platform
from node.drills.report import Report
from support.waiting import until

ENOUGH = 20
"""Requests before the change and after it."""


def test_a_changed_setting_is_rolled_out_and_no_request_is_lost(
    platform: Platform, tmp_path: Path, report: Report
) -> None:
    before = platform.server()["metadata"]["uid"]
    with working(platform, stream(platform, "roller", 2 * UP_SECONDS), tmp_path) as client:
        until(lambda: client.answered_since(0) >= ENOUGH)
        platform.up(("models.small.engine.max_model_len", 960))
        changed = time.time()
        after = platform.server()
        until(lambda: client.answered_since(changed) >= ENOUGH)
        client.stop()
        said = client.lines()
    assert after["metadata"]["uid"] != before
    assert "--max-model-len=960" in after["spec"]["containers"][0]["args"]
    assert [line for line in said if not line["ok"]] == []
    report.record("rolling change", requests=len(said), lost=0)
