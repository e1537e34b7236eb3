"""The guard on resources that lead to others: by ids, which only an update knows."""

from typing import Any

import pulumi
from hoheit_policy.guard import ResidencyGuard
from support import residency as r
from support.monitor import run

TAGS = {"data-class": "personal", "owner": "ml", "retention": "30d", "art30-record": "7"}


def of_volume(*, beside_a_server: bool) -> list[str]:
    """What the report of an update says of a volume that names no place of its own."""
    reports: list[Any] = []

    def program() -> None:
        guard = ResidencyGuard("guard", r.declarations(profile="local"))
        server = {"location": "fsn1", "labels": TAGS}
        made = pulumi.CustomResource("hcloud:index/server:Server", "work", server)
        volume = {"server_id": made.id if beside_a_server else 7, "labels": TAGS}
        pulumi.CustomResource("hcloud:index/volume:Volume", "data", volume)
        guard.report().apply(reports.append)

    run(program)
    return [one["message"] for one in reports[-1]["findings"] if one["rule"] == "LOC-08"]


def test_an_update_finds_the_server_of_a_volume_by_its_id() -> None:
    assert of_volume(beside_a_server=True) == []


def test_a_volume_of_a_server_that_the_program_does_not_make_is_not_well() -> None:
    (message,) = of_volume(beside_a_server=False)
    assert "serverId leads to nothing of this stack" in message
