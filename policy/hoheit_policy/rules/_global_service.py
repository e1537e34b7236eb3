"""What rules answer about services that take requests all over the world."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from hoheit_facts import COUNTRIES, GLOBAL_SERVICES, GLOBAL_SETTINGS

from hoheit_policy.aws_places import is_aws
from hoheit_policy.values import Gap, at
from hoheit_policy.verdict import Judgement, failed, passed, unknown

from ._place_rule import NO_PROFILE

if TYPE_CHECKING:
    from hoheit_facts import GlobalSetting

    from hoheit_policy.resource import Resource
    from hoheit_policy.rule import OfResource
    from hoheit_policy.view import View


def handled_by(rule: str) -> OfResource:
    """Return the answer about resources of the services that one rule asks about."""
    asked = [one for one in GLOBAL_SERVICES if one.rule == rule]

    def answer(resource: Resource, view: View) -> Iterator[Judgement]:
        for service in asked:
            if is_aws(resource) and resource.type.startswith(service.prefix):
                yield _judge(service.name, view)

    return answer


def switched_by(rule: str) -> OfResource:
    """Return the answer about fields that make a resource part of such a service."""
    asked = [one for one in GLOBAL_SETTINGS if one.rule == rule]

    def answer(resource: Resource, view: View) -> Iterator[Judgement]:
        for setting in asked:
            if setting.type != resource.type or not is_aws(resource):
                continue
            value = at(resource.inputs, *setting.path.split("."))
            if value is Gap.MISSING and setting.default:
                value = setting.default
            if value is not Gap.MISSING:
                yield _judge_setting(setting, value, view)

    return answer


def both(first: OfResource, second: OfResource) -> OfResource:
    """Return the answers of two."""

    def answer(resource: Resource, view: View) -> Iterator[Judgement]:
        return chain(first(resource, view), second(resource, view))

    return answer


def _judge_setting(setting: GlobalSetting, value: Any, view: View) -> Judgement:
    path, gap = setting.path, value if isinstance(value, Gap) else Gap.WRONG
    if not isinstance(value, str):
        return unknown(path, f"{setting.name}: {path} {gap.value}", late=gap is Gap.UNKNOWN)
    if value in setting.harmless:
        return passed(path, f"no part of {setting.name}")
    return replace(_judge(setting.name, view), path=path)


def _judge(name: str, view: View) -> Judgement:
    policy = view.declarations.policy
    what, source = f"{name} takes requests at places all over the world", "type of the resource"
    if policy is None:
        return unknown("", f"{what}, but {NO_PROFILE}", provenance=source)
    if policy.allowed_countries >= COUNTRIES.keys():
        return passed("", f"{what}, which profile {policy.name} allows", source)
    text = (
        f"{what}; profile {policy.name} allows {', '.join(policy.countries)}; serve from an "
        "allowed region, or have the rule exempted where everything served is public"
    )
    return failed("", text, source)
