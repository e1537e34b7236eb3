"""Rules for where data may be, who runs the places, and what may leave them.

Pure: no rule imports Pulumi. Adapters bring resources from a program, a policy pack or a state.
"""

from .declarations import Declarations, DeclarationsError, Exemption, read_declarations
from .judging import Report, judge_resource, judge_stack, report, stops
from .location import Fact, Location, Source, SourceKind
from .own_rules import OwnRuleError, with_own
from .render import sentence, sentences, table
from .resource import ALWAYS, Phase, Provider, Resource
from .rule import Remediation, Rule, Severity
from .rules import RULES
from .values import Gap
from .verdict import Finding, Judgement, Verdict, failed, passed, unknown
from .view import StateFacts, View

__all__ = [
    "ALWAYS",
    "RULES",
    "Declarations",
    "DeclarationsError",
    "Exemption",
    "Fact",
    "Finding",
    "Gap",
    "Judgement",
    "Location",
    "OwnRuleError",
    "Phase",
    "Provider",
    "Remediation",
    "Report",
    "Resource",
    "Rule",
    "Severity",
    "Source",
    "SourceKind",
    "StateFacts",
    "Verdict",
    "View",
    "failed",
    "judge_resource",
    "judge_stack",
    "passed",
    "read_declarations",
    "report",
    "sentence",
    "sentences",
    "stops",
    "table",
    "unknown",
    "with_own",
]
