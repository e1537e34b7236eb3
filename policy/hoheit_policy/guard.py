"""The rules inside of a program, where nobody can forget them."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pulumi
from pulumi.runtime.settings import get_monitor

from .adapters.program import early, late, properties, sources
from .declarations import Declarations, DeclarationsError
from .guarded import FIELD, GUARD_TYPE
from .judging import judge_resource, judge_stack, report, stops
from .own_exemptions import read_declarations_for
from .own_rules import OwnRuleError, with_own
from .render import sentences
from .resource import Phase, Provider, Resource
from .rule import Rule
from .values import Gap, at
from .verdict import Finding, Verdict
from .view import StateFacts, View

_BACKEND = "PULUMI_BACKEND_URL"
_PLUGIN = "pluginDownloadURL"


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """A resource of the program: as far as it was known when it was judged, and its arguments."""

    resource: Resource
    made: pulumi.Resource
    props: Any
    provider: pulumi.ProviderResource | None


class ResidencyGuard(pulumi.ComponentResource):
    """Judges every resource of a program before it is registered.

    Create it first: a resource that exists already, and what is created below it, is not seen.
    Its inputs are the declarations, so that a policy pack and a reader of the state find them.
    Nor is what a stack transformation that is registered later changes in a resource.
    Objects that a provider makes by itself, for example from a chart, are not seen either; the
    policy pack sees them.

    Findings that only the whole stack shows stop nothing by themselves: call :meth:`report` last,
    and export what it returns.

    Args:
        name: of the component.
        declarations: what the program says of itself.
        opts: of the component.
        rules: rules of your own, beside those of hoheit, of which none can be left out.

    Raises:
        pulumi.RunError: with one sentence for each finding that the profile does not let pass.
    """

    def __init__(
        self,
        name: str,
        declarations: Declarations | dict[str, Any],
        opts: pulumi.ResourceOptions | None = None,
        *,
        rules: Iterable[Rule] = (),
    ) -> None:
        try:
            self._rules = with_own(rules)
            self._declarations = read_declarations_for(declarations, self._rules)
        except (DeclarationsError, OwnRuleError) as error:
            lines = "\n".join(f"  {line}" for line in str(error).splitlines())
            raise pulumi.RunError(f"ResidencyGuard '{name}' is not valid:\n{lines}") from None
        self._guard_name = name
        self._seen: list[_Seen] = []
        self._made: dict[pulumi.Resource, _Seen] = {}
        start = self._view(())
        self._refuse(one for one in judge_stack(start, self._rules) if one.verdict is Verdict.FAIL)
        given = self._declarations.model_dump(mode="json", exclude_none=True)
        super().__init__(GUARD_TYPE, name, {FIELD: given}, opts)
        self.register_outputs({})
        self._program = get_monitor()
        pulumi.runtime.register_stack_transformation(self._judge)

    def report(self, register: Mapping[str, Any] | None = None) -> pulumi.Output[Any]:
        """Return the verdicts over the whole program, when everything in it is known.

        Call it last, and export what it returns; the update fails where a finding has to stop.

        Args:
            register: what the components of the program keep (``stores``) and whom they contact
                (``egress``), as JSON.
        """
        return pulumi.Output.from_input(self._report(dict(register or {})))

    async def _report(self, contents: dict[str, Any]) -> dict[str, Any]:
        resources = [await self._resolved(one) for one in self._seen]
        whole = Resource(
            urn="register",
            type="hoheit:index:Register",
            name="register",
            outputs=contents,
            custom=False,
        )
        dry = pulumi.runtime.is_dry_run()
        found = report(
            replace(
                self._view((*resources, whole)),
                phase=Phase.PREVIEW if dry else Phase.UPDATE,
                complete=True,
            ),
            self._rules,
        )
        if found.stopping:
            raise self._refusal(found.stopping)
        if bad := found.counts[Verdict.FAIL] + found.counts[Verdict.UNKNOWN]:
            pulumi.log.warn(
                f"residency: {bad} findings under profile {found.profile or 'unknown'}, which "
                "stop nothing; `hoheit residency check` shows them",
                self,
            )
        return found.plain()

    async def _resolved(self, seen: _Seen) -> Resource:
        inputs = _announced(await late(seen.props), at(seen.resource.inputs, _PLUGIN))
        provider = seen.resource.provider
        own = self._made.get(seen.provider) if seen.provider else None
        if provider is not None and own is not None:
            provider = replace(provider, inputs=early(await late(own.props)))
        return replace(
            seen.resource,
            inputs=inputs,
            provider=provider,
            id=await _identity(seen.made),
            depends=await self._depends(seen.props),
        )

    async def _depends(self, props: Any) -> dict[str, tuple[str, ...]]:
        found = {name: await sources(value) for name, value in properties(props).items()}
        return {
            name: tuple(sorted(self._made[one].resource.urn for one in made if one in self._made))
            for name, made in found.items()
        }

    def _judge(self, args: pulumi.ResourceTransformationArgs) -> None:
        """Judge one resource; raised here, an error ends its constructor.

        A process may run several programs below one root, as tests do; each guard has its own.
        """
        if get_monitor() is not self._program:
            return
        opts = args.opts or pulumi.ResourceOptions()
        provider = _provider_of(args.type_, opts)
        resource = Resource(
            urn=self._urn(args, opts.parent),
            type=args.type_,
            name=args.name,
            inputs=_announced(args.props, opts.plugin_download_url),
            provider=self._read_provider(provider),
            custom=isinstance(args.resource, pulumi.CustomResource),
            external=opts.id is not None,
        )
        view = self._view([one.resource for one in self._seen])
        findings = judge_resource(resource, view, self._rules)
        self._refuse(one for one in findings if one.verdict is Verdict.FAIL)
        self._seen.append(
            _Seen(resource=resource, made=args.resource, props=args.props, provider=provider)
        )
        self._made[args.resource] = self._seen[-1]

    def _read_provider(self, provider: pulumi.ProviderResource | None) -> Provider | None:
        """Return a provider with its settings; one that was made before the guard is unknown."""
        if provider is None:
            return None
        made = self._made.get(provider)
        return Provider(
            type=provider.pulumi_resource_type,
            name=provider.pulumi_resource_name,
            inputs=made.resource.inputs if made else Gap.UNKNOWN,
        )

    def _urn(self, args: pulumi.ResourceTransformationArgs, parent: pulumi.Resource | None) -> str:
        """Return the URN that the engine will give; that of a parent holds the types above it."""
        above = ""
        if parent is not None and (made := self._made.get(parent)):
            above = made.resource.urn.split("::")[2] + "$"
        stack, project = pulumi.get_stack(), pulumi.get_project()
        return f"urn:pulumi:{stack}::{project}::{above}{args.type_}::{args.name}"

    def _view(self, resources: Sequence[Resource]) -> View:
        return View(
            declarations=self._declarations,
            resources=resources,
            phase=Phase.PROGRAM,
            state=StateFacts(backend=os.environ.get(_BACKEND) or Gap.MISSING),
            today=date.today(),
            complete=False,
        )

    def _refuse(self, findings: Iterable[Finding]) -> None:
        view = self._view(())
        if stopping := [one for one in findings if stops(one, view)]:
            raise self._refusal(stopping)

    def _refusal(self, findings: Iterable[Finding]) -> pulumi.RunError:
        profile = self._declarations.profile or "unknown"
        return pulumi.RunError(
            f"ResidencyGuard '{self._guard_name}', profile {profile}:\n{sentences(findings)}"
        )


def _announced(props: Any, plugin: Any) -> dict[str, Any]:
    """Return arguments, and whence a plugin comes, which the engine puts among them later."""
    return {**early(props), **({_PLUGIN: plugin} if isinstance(plugin, str) else {})}


async def _identity(made: pulumi.Resource) -> str | Gap:
    """Return the id of a resource that exists; a component has none."""
    if not isinstance(made, pulumi.CustomResource):
        return Gap.MISSING
    given = early(await late(made.id))
    return given if isinstance(given, str | Gap) else Gap.WRONG


def _provider_of(type_: str, opts: pulumi.ResourceOptions) -> pulumi.ProviderResource | None:
    """Return the provider that the SDK will choose: given, of a list, or of the parent."""
    package = type_.split(":", 1)[0]
    if opts.provider is not None and opts.provider.package == package:
        return opts.provider
    given = opts.providers or {}
    listed = given.values() if isinstance(given, Mapping) else given
    for provider in listed:
        if provider.package == package:
            return provider
    return opts.parent.get_provider(type_) if opts.parent is not None else None
