"""The generated admission policies, on a real API server."""

from collections.abc import Iterator
from typing import Any

import pytest
from hoheit_policy.admission import admission_policies
from support import residency as r
from support.admission import MORE, said_by_rules, said_by_server
from support.admission_cases import CASES
from support.admission_installed import install, remove, warning
from support.lab import Lab

CLUSTERS = {
    r.CLUSTER: r.cluster(
        storage_classes={
            "fast": {"encrypted": True, "location": r.location()},
            "slow": {"encrypted": False, "location": r.location()},
        }
    )
}
IDS = ("IMG-01", "IMG-02", "TEL-01", "NET-07", "EGR-01", "ENC-05")
PLACES = ("LOC-01", "LOC-02", "GOV-04")


@pytest.fixture(scope="module")
def cluster(lab: Lab) -> Iterator[Lab]:
    lab.kubectl("create", "namespace", "apps")
    yield lab
    remove(lab)
    lab.kubectl("delete", "namespace", "apps")


@pytest.fixture(scope="module")
def said(cluster: Lab) -> dict[str, set[str]]:
    """What the API server says of every case."""
    install(cluster, warning(admission_policies(r.view(clusters=CLUSTERS))))
    found = said_by_server(cluster, CASES)
    remove(cluster)
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["metadata"]["name"])
def test_the_api_server_says_of_an_object_what_the_rules_say(
    said: dict[str, set[str]], case: dict[str, Any]
) -> None:
    ids = (*IDS, *PLACES) if case["kind"] == "Service" else IDS
    of_rules = said_by_rules(case, ids, clusters=CLUSTERS)
    of_server = said[case["metadata"]["name"]]
    if MORE in of_server:
        assert of_server - {MORE} < of_rules
    else:
        assert of_server == of_rules
