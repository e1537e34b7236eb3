"""TEL-07: samples of Prometheus stay in allowed countries."""

from hoheit_policy.remote_writes import remote_write_places
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity

from ._place_rule import of_resource
from ._stated import judge_stated

REMOTE_WRITES = Rule(
    id="TEL-07",
    title="Samples of Prometheus stay in allowed countries",
    asks=(
        "Every remote write in a configuration, a Prometheus, a PrometheusAgent or the values of a "
        "chart leads into the cluster, or to a host that is known or declared, in an allowed "
        "country, and through no proxy."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 44", "BSI C3A SOV-3-01-C2"),
    remediation=Remediation(
        en="Write to a store of your own, or declare its host with its location under "
        "declarations.endpoints.",
        de="In einen eigenen Speicher schreiben, oder seinen Host mit Standort unter "
        "declarations.endpoints erklären.",
    ),
    of_resource=of_resource(judge_stated, remote_write_places),
)
