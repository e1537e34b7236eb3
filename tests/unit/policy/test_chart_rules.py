"""IMG-04: where charts come from, and what rewrites them."""

from typing import Any

import pytest
from hoheit_policy import Gap, Verdict
from support import residency as r

OCI = "oci://registry.example.com/charts/loki"
REPO = {"chart": "loki", "repositoryOpts": {"repo": "https://registry.example.com/charts"}}


def chart(kind: str = "v4:Chart", **inputs: Any) -> Any:
    return r.kubernetes(f"helm.sh/{kind}", {"version": "6.30.1", **inputs})


@pytest.mark.parametrize("kind", ["v3:Release", "v4:Chart", "v3:Chart"])
@pytest.mark.parametrize(
    ("inputs", "verdict"),
    [
        ({"chart": OCI}, Verdict.PASS),
        (REPO, Verdict.PASS),
        ({"chart": "./charts/loki", "version": None}, Verdict.PASS),
        ({"chart": "oci://registry.example.com.evil.org/loki"}, Verdict.FAIL),
        ({"chart": "oci://registry.example.com@evil.org/loki"}, Verdict.FAIL),
        ({"chart": "https://charts.example.org/loki-6.30.1.tgz"}, Verdict.FAIL),
        ({**REPO, "repositoryOpts": {"repo": "https://charts.example.org"}}, Verdict.FAIL),
        ({**REPO, "repositoryOpts": {"repo": "http://registry.example.com/x"}}, Verdict.FAIL),
        ({**REPO, "repositoryOpts": {"repo": Gap.UNKNOWN}}, Verdict.UNKNOWN),
        ({"chart": "grafana/loki"}, Verdict.UNKNOWN),
        ({}, Verdict.UNKNOWN),
        ({"chart": OCI, "version": None}, Verdict.FAIL),
        ({"chart": OCI, "version": "^6.0.0"}, Verdict.FAIL),
        ({"chart": OCI, "version": "6"}, Verdict.FAIL),
        ({"chart": OCI, "version": Gap.UNKNOWN}, Verdict.UNKNOWN),
        ({"chart": f"{OCI}@{r.DIGEST}", "version": None}, Verdict.PASS),
        ({"chart": OCI, "plainHttp": True}, Verdict.FAIL),
        ({"chart": OCI, "plainHttp": Gap.UNKNOWN}, Verdict.UNKNOWN),
        ({"chart": OCI, "postrender": "sed s/eu/us/"}, Verdict.FAIL),
        ({"chart": OCI, "postRenderer": {"command": "sed"}}, Verdict.FAIL),
        ({"chart": OCI, "postRenderer": Gap.SECRET}, Verdict.UNKNOWN),
    ],
)
def test_origin_version_and_rewriting_of_a_chart_decide(
    kind: str, inputs: dict[str, Any], verdict: Verdict
) -> None:
    assert r.worst("IMG-04", chart(kind, **inputs)) is verdict


def test_without_approved_registries_nobody_knows_what_is_allowed() -> None:
    assert r.worst("IMG-04", chart(chart=OCI), approved_registries=None) is Verdict.UNKNOWN


def test_a_login_in_the_address_of_a_repository_is_not_printed() -> None:
    repo = {"repo": "https://me:hunter2@charts.example.org/x"}
    text = r.messages("IMG-04", chart(chart="loki", repositoryOpts=repo))
    assert "charts.example.org" in text
    assert "hunter2" not in text
