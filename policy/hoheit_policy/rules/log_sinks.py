"""REP-11 and AI-03: logs, metrics, events and prompts go to sinks in allowed countries."""

from hoheit_policy.copies import copies_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity

from ._place_rule import of_resource
from .allowed_locations import judge_country

_REMEDIATION = Remediation(
    en="Send to sinks of the same stack in allowed regions; declare the host of any other under "
    "declarations.endpoints.",
    de="An Senken desselben Stacks in erlaubten Regionen senden; den Host jeder anderen unter "
    "declarations.endpoints erklären.",
)

LOG_SINKS = Rule(
    id="REP-11",
    title="Logs and events go to sinks in allowed countries",
    asks=(
        "Every bucket, stream, topic or address that a trail, a subscription of logs, a stream of "
        "metrics, a delivery stream, a flow log, a rule of events or a topic sends to is in an "
        "allowed country. A person's mail or telephone is unknown."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 44", "BSI C3A SOV-3-04", "BSI C5 PSS-12"),
    remediation=_REMEDIATION,
    of_resource=of_resource(judge_country, copies_of("REP-11", "sink")),
)

PROMPT_LOGS = Rule(
    id="AI-03",
    title="Prompts of Bedrock are logged in allowed countries",
    asks=(
        "The logs of what models of Amazon Bedrock are asked and answer, and every bucket that "
        "they go to, are in an allowed country."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 44", "BSI C3A SOV-3-04"),
    remediation=_REMEDIATION,
    of_resource=of_resource(judge_country, copies_of("AI-03", "log of prompts")),
)
