"""Turn a page of metrics into JSON; run in the environment of vLLM, which has the parser."""

from __future__ import annotations

import json
import sys

from prometheus_client.parser import text_string_to_metric_families

print(  # noqa: T201 - read by the test that starts this
    json.dumps(
        {
            sample.name: [family.type, sorted(sample.labels)]
            for family in text_string_to_metric_families(sys.stdin.read())
            for sample in family.samples
        }
    )
)
