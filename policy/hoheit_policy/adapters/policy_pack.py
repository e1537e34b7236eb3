"""The rules as policies of a Pulumi policy pack.

Policies on resources prevent: the engine does not create what they report. Policies on the stack
see outputs as well, and judge what only the whole shows; in an update they come after it, so a
preview has to come before.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyConfigSchema,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import Severity as PackSeverity
from pulumi_policy.policy import PolicyProviderResource
from pulumi_policy.proxy import UnknownValueError

from hoheit_policy.declarations import Declarations, DeclarationsError
from hoheit_policy.guarded import FIELD, GUARD_TYPE, agreed, declared_in
from hoheit_policy.judging import judge_resource, judge_stack, stops
from hoheit_policy.own_exemptions import read_declarations_for
from hoheit_policy.own_rules import accepted
from hoheit_policy.render import sentence
from hoheit_policy.resource import Phase, Provider, Resource
from hoheit_policy.rule import Rule
from hoheit_policy.rules import RULES
from hoheit_policy.values import Gap
from hoheit_policy.verdict import Finding, Verdict
from hoheit_policy.view import StateFacts, View

from .wire import read_wire

_BAD = (Verdict.FAIL, Verdict.UNKNOWN)
_BACKEND = "PULUMI_BACKEND_URL"


def safe_walk(value: Any) -> Any:
    """Return properties as plain data; a leaf that is unknown is a gap, and no other one is lost.

    The SDK hides mappings and lists behind proxies that are neither, raises on the first unknown
    value that is touched, and writes numbers as floats. It hands over secrets in clear and
    unmarked, which is why no message of a rule quotes a value that could be one.
    """
    if isinstance(value, Mapping):
        mapping = cast("Mapping[str, Any]", value)
        return {key: _leaf(mapping, key) for key in mapping}
    if isinstance(value, Sequence) and not isinstance(value, str):
        items = cast("Sequence[Any]", value)
        return [_leaf(items, index) for index in range(len(items))]
    if value is None or isinstance(value, str | bool | int | float):
        return read_wire(value)
    return Gap.WRONG


def _leaf(holder: Any, key: Any) -> Any:
    try:
        return safe_walk(holder[key])
    except UnknownValueError:
        return Gap.UNKNOWN


@dataclass
class Memory:
    """What one run has seen so far."""

    declarations: Declarations | None = None
    by_reviewer: bool = False
    """They come from the configuration of the pack, which counts more than the program."""
    resources: dict[str, Resource] = field(default_factory=dict[str, Resource])
    reported: set[Finding] = field(default_factory=set[Finding])

    def see(self, args: ResourceValidationArgs) -> Resource:
        """Keep a resource, and the declarations if it is the guard."""
        known = self.resources.get(args.urn)
        if known is not None:
            return known
        resource = Resource(
            urn=args.urn,
            type=args.resource_type,
            name=args.name,
            inputs=safe_walk(args.props),
            provider=_provider(args.provider),
            # The engine finds a provider for whatever is no component.
            custom=args.provider is not None,
        )
        self.resources[args.urn] = resource
        return resource

    def whole(self, args: StackValidationArgs) -> list[Resource]:
        """Return every resource with its outputs, and the inputs that it was announced with."""
        found: list[Resource] = []
        for one in args.resources:
            known = self.resources.get(one.urn) or Resource(
                urn=one.urn,
                type=one.resource_type,
                name=one.name,
                provider=_provider(one.provider),
            )
            depends = {
                name: tuple(other.urn for other in others)
                for name, others in one.property_dependencies.items()
            }
            found.append(replace(known, outputs=safe_walk(one.props), depends=depends))
        return found

    def view(self, resources: Sequence[Resource], *, complete: bool) -> View:
        """Return what rules look at."""
        return View(
            declarations=self.declarations or Declarations(),
            resources=resources,
            # The SDK does not say which it is (pulumi_policy 1.21 drops the engine's word); what
            # is late can only be so in a preview, an update knows everything by the end.
            phase=Phase.PREVIEW,
            state=StateFacts(backend=os.environ.get(_BACKEND) or Gap.MISSING),
            complete=complete,
        )


def _provider(given: PolicyProviderResource | None) -> Provider | None:
    if given is None:
        return None
    return Provider(type=given.resource_type, name=given.name, inputs=safe_walk(given.props))


def policies(rules: Sequence[Rule] = RULES) -> list[Policy]:
    """Return the policies of the pack: for each rule one that prevents and two on the stack.

    Args:
        rules: ``[*RULES, *MINE]`` adds rules of your own.

    Raises:
        OwnRuleError: if one of your own is no rule, or has an id that is taken.
    """
    asked = accepted(rules)
    memory = Memory()
    found: list[Policy] = [_declarations(memory, asked)]
    for rule in asked:
        if rule.of_resource is not None:
            found.append(_prevents(rule, memory))
        found += [_stops(rule, memory), _reports(rule, memory)]
    return found


def _declarations(memory: Memory, rules: Sequence[Rule]) -> ResourceValidationPolicy:
    def validate(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        resource = memory.see(args)
        given = args.get_config().get(FIELD)
        if memory.by_reviewer or not (given or resource.type == GUARD_TYPE):
            return
        try:
            if given:
                memory.declarations = read_declarations_for(given, rules)
                memory.by_reviewer = True
            elif found := declared_in([resource], rules):
                memory.declarations = agreed(memory.declarations or found, found)
        except DeclarationsError as error:
            report_violation(str(error), None)

    return ResourceValidationPolicy(
        name="declarations",
        description="The declarations are complete enough to be read.",
        validate=validate,
        enforcement_level=EnforcementLevel.MANDATORY,
        config_schema=PolicyConfigSchema(properties={FIELD: {"type": "object"}}),
    )


def _prevents(rule: Rule, memory: Memory) -> ResourceValidationPolicy:
    def validate(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        resource = memory.see(args)
        if memory.declarations is None:
            # The guard may be on its way; the policy on the stack judges everything again.
            args.not_applicable("no declarations so far")
        view = memory.view(list(memory.resources.values()), complete=False)
        findings = judge_resource(resource, view, [rule])
        if not findings:
            args.not_applicable("the rule asks nothing of this resource")
        for finding in findings:
            if finding.verdict is Verdict.FAIL and stops(finding, view):
                memory.reported.add(finding)
                report_violation(sentence(finding), None)

    return ResourceValidationPolicy(
        **_described(rule, rule.id, EnforcementLevel.MANDATORY), validate=validate
    )


def _stops(rule: Rule, memory: Memory) -> StackValidationPolicy:
    return _on_stack(rule, memory, f"{rule.id}-stack", EnforcementLevel.MANDATORY)


def _reports(rule: Rule, memory: Memory) -> StackValidationPolicy:
    return _on_stack(rule, memory, f"{rule.id}-report", EnforcementLevel.ADVISORY)


def _on_stack(
    rule: Rule, memory: Memory, name: str, level: EnforcementLevel
) -> StackValidationPolicy:
    mandatory = level is EnforcementLevel.MANDATORY

    def validate(args: StackValidationArgs, report_violation: ReportViolation) -> None:
        view = memory.view(memory.whole(args), complete=True)
        findings = judge_stack(view, [rule])
        if all(one.verdict is Verdict.NOT_APPLICABLE for one in findings):
            args.not_applicable(findings[0].message)
        for finding in findings:
            if finding.verdict not in _BAD or finding in memory.reported:
                continue
            if stops(finding, view) is mandatory:
                urn = finding.resource if finding.resource.startswith("urn:") else None
                report_violation(sentence(finding), urn)

    return StackValidationPolicy(**_described(rule, name, level), validate=validate)


def _described(rule: Rule, name: str, level: EnforcementLevel) -> dict[str, Any]:
    return {
        "name": name,
        "description": rule.title,
        "enforcement_level": level,
        "severity": PackSeverity(rule.severity.value),
        "tags": list(rule.controls),
        "remediation_steps": rule.remediation.en,
    }
