"""Benign states with one thing changed that says where data is, or who receives it.

    PYTHONPATH=tests python -m support.residency_mutants --seed 1 --count 1000

prints how many bad mutants got past the rules, and how many harmless ones were stopped.
"""

import argparse
import copy
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hoheit_policy import Finding, Gap, read_declarations, report
from hoheit_policy.adapters.entries import StateError
from hoheit_policy.adapters.state import view_of
from hoheit_policy.declarations import DeclarationsError
from hoheit_policy.values import at

from . import benign_states as benign
from . import residency as r
from .residency_mutant_values import HIDDEN, HOME, KINDS, WRONG, Make

MISSING = object()
_HARMLESS = 0.4
"""Share of changes that mean no other country, where there are such."""


class Mutant(NamedTuple):
    """One change of one program."""

    what: str
    program: benign.Program
    bad: bool


@dataclass(kw_only=True)
class Figures:
    """What a run found."""

    bad: int = 0
    harmless: int = 0
    got_past: list[str] = field(default_factory=list[str])
    """Bad mutants whose report stops at nothing more than that of the program they come from."""
    stopped: list[str] = field(default_factory=list[str])
    """Harmless mutants whose report stops."""


def run(seed: int, count: int) -> Figures:
    """Make mutants and judge each; the same seed is the same mutants."""
    chance = random.Random(seed)  # noqa: S311 - chooses tests, not keys
    before = {name: _stopping(make()) for name, make in benign.PROGRAMS.items()}
    found = Figures()
    for _ in range(count):
        name = chance.choice(sorted(benign.PROGRAMS))
        mutant = _mutant(chance, benign.PROGRAMS[name]())
        new = _stopping(mutant.program) - before[name]
        if mutant.bad:
            found.bad += 1
            found.got_past += [] if new else [f"{name}: {mutant.what}"]
        else:
            found.harmless += 1
            found.stopped += [f"{name}: {mutant.what}"] if new else []
    return found


def _stopping(program: benign.Program) -> set[Finding | str]:
    document = {"version": 3, "deployment": {"resources": program.entries}}
    try:
        declared = read_declarations(program.declarations)
        return set(report(view_of(document, declared, today=r.TODAY)).stopping)
    except (StateError, DeclarationsError) as error:
        return {str(error)}


def _mutant(chance: random.Random, program: benign.Program) -> Mutant:
    ways = [_leaf] * 6 + [_encoding, _gone, _declaration, _structure, _more, _more]
    return chance.choice(ways)(chance, program)


def _leaf(chance: random.Random, program: benign.Program) -> Mutant:
    """Put another value at a leaf, or one that cannot be read."""
    leaf = chance.choice(program.leaves)
    kind = KINDS[leaf.kind]
    if kind.good and chance.random() < _HARMLESS:
        return _changed(program, leaf, chance.choice(kind.good), bad=False)
    hard = [one for one in (*HIDDEN, *WRONG) if not _means_nothing(leaf, one)]
    return _changed(program, leaf, chance.choice([*kind.bad, *hard]), bad=True)


def _means_nothing(leaf: benign.Leaf, value: Any) -> bool:
    """Tell whether a value is none to the provider, where none is allowed, or only a number."""
    number = isinstance(value, int | float) and leaf.kind in ("url", "id", "port")
    none = leaf.optional and value in ("", [], {}) and isinstance(leaf.path[-1], str)
    return number or none or (leaf.kind == "url" and value == "")


def _encoding(chance: random.Random, program: benign.Program) -> Mutant:
    """Write what stands there in another way, which no cloud takes for the same."""
    texts = [one for one in program.leaves if one.kind not in ("id", "port", "url", "image")]
    leaf = chance.choice(texts or program.leaves)
    if not texts:
        return _changed(program, leaf, f"{_value(program, leaf)} ", bad=True)
    ways: list[Make] = [
        lambda text: f"{text} ",
        lambda text: f" {text}",
        lambda text: f"{text}\n",
        lambda text: f"{text}.",
        lambda text: f"{text}\u200b",
        lambda text: text.replace("e", "\u0435").replace("s", "\u0455").replace("a", "\u0430"),
        lambda text: text.replace("1", "\uff11").replace("n", "\uff4e"),
        str.upper,
    ]
    written = _value(program, leaf)
    others = [other for way in ways if (other := way(written)) != written]
    # A dot is a letter like others in the name at the end of an ARN.
    others = [one for one in others if leaf.kind != "arn" or not one.endswith(".")]
    return _changed(program, leaf, chance.choice(others), bad=True)


def _gone(chance: random.Random, program: benign.Program) -> Mutant:
    leaf = chance.choice(program.leaves)
    nothing = None if isinstance(leaf.path[-1], str) and chance.random() < _HARMLESS else MISSING
    return _changed(program, leaf, nothing, bad=not leaf.optional)


def _declaration(chance: random.Random, program: benign.Program) -> Mutant:
    """Take something back that somebody declared, or declare it elsewhere."""
    declared = copy.deepcopy(program.declarations)
    cluster = next(iter(declared["clusters"].values()))
    ways: dict[str, Callable[[], Any]] = {
        "no profile": lambda: declared.pop("profile"),
        "another profile": lambda: declared.update(profile="mars"),
        "state abroad": lambda: declared["state"].update(location=r.location("US")),
        "state nowhere": lambda: declared["state"].pop("location"),
        "no state": lambda: declared.pop("state"),
        "key abroad": lambda: declared.update(
            secrets_provider={"kind": "awskms", "url": "awskms://a?region=us-east-1"}
        ),
        "no key": lambda: declared.pop("secrets_provider"),
        "cluster abroad": lambda: cluster.update(location=r.location("US")),
        "cluster nowhere": lambda: cluster.pop("location"),
        "a country of no table": lambda: cluster.update(location=r.location("XX")),
        "a country in words": lambda: cluster.update(location=r.location("Germany")),
        "a cluster that enforces nothing": lambda: cluster.update(network_policy="none"),
        "an unknown field": lambda: declared.update(exempt=["*"]),
        "an exemption of everything": lambda: declared.update(
            exemptions=[{"rule": "LOC-01", "resource": "*", **_STANDS}]
        ),
    }
    what = chance.choice(sorted(ways))
    ways[what]()
    return Mutant(what, program._replace(declarations=declared), bad=True)


_STANDS = {"owner": "x", "reason": "x", "until": "2026-12-31"}


def _structure(chance: random.Random, program: benign.Program) -> Mutant:
    """Add a resource or a field that leads elsewhere, or edit what the state says of itself."""
    entries = copy.deepcopy(program.entries)
    us = benign.provider("aws", "us", {"region": "us-east-1"})
    bucket = {**benign.aws("s3/bucket:Bucket", "extra", {}), "provider": benign.behind(us)}
    machine = benign.hcloud("server:Server", "extra", {"location": "ash"})
    hetzner = benign.provider("hcloud", "odd", {"endpoint": "https://api.evil.example.org"})
    patched = benign.provider("hcloud", "odd", {"pluginDownloadURL": "https://evil.example.org"})
    own = {"urn": "urn:pulumi:prod::shop::a:b:C$aws:s3/bucket:Bucket::extra"}
    ways: dict[str, list[dict[str, Any]]] = {
        "a bucket of another provider": [us, bucket],
        "a bucket of another provider in a component": [us, {**bucket, **own}],
        "a bucket of no provider that is there": [bucket],
        "a bucket of a provider of Hetzner": [
            {**bucket, "provider": benign.behind(benign.HETZNER)}
        ],
        "a bucket that says it is a component": [us, {**bucket, "custom": False, "id": ""}],
        "a bucket that waits to be deleted": [us, {**bucket, "delete": True}],
        "a bucket that is only read": [us, {**bucket, "external": True}],
        "a bucket that moved": [{**bucket, "outputs": {"region": "us-east-1"}}],
        "a bucket of another type": [{**bucket, "type": "random:index/randomId:RandomId"}],
        "a server abroad": [machine],
        "a provider with an endpoint": [hetzner],
        "a provider with a patched plugin": [patched],
        "a content network": [benign.aws("cloudfront/distribution:Distribution", "extra", {})],
        "a chart": [benign.kubernetes("helm.sh/v3:Release", "extra", {})],
        "a command": [benign.entry("command:local:Command", "extra", {})],
        "a dynamic resource": [benign.entry("pulumi-python:dynamic:Resource", "extra", {})],
        "a foreign stack set": [benign.aws("cloudformation/stackSet:StackSet", "extra", {})],
        "twice the same": [entries[-1]],
        "a broken entry": [{"urn": "urn"}],
    }
    what = chance.choice(sorted(ways))
    return Mutant(what, program._replace(entries=[*entries, *ways[what]]), bad=True)


def _more(chance: random.Random, program: benign.Program) -> Mutant:
    """Add what is allowed, or write the same in another order."""
    paris = benign.provider("aws", "paris", {"region": "eu-west-3"})
    bucket = benign.aws("s3/bucket:Bucket", "extra", {"region": chance.choice(HOME)})
    bucket["provider"] = benign.behind(paris)
    location = {"location": chance.choice(KINDS["location"].good)}
    server = benign.hcloud("server:Server", "extra", location, id="77")
    beside = benign.hcloud("volume:Volume", "extra", {"serverId": 77})
    hetzner = {**benign.HETZNER, "urn": f"{benign.HETZNER['urn']}-extra"}
    for one in (server, beside):
        one["provider"] = benign.behind(hetzner)
    shelf = benign.entry("team:index:Shelf", "extra", {}, custom=False, id="")
    ways: dict[str, list[dict[str, Any]]] = {
        "another order": [],
        "a bucket": [paris, bucket],
        "a volume beside a server": [hetzner, server, beside],
        "a component": [shelf],
        "a password": [benign.entry("random:index/randomPassword:RandomPassword", "extra", {})],
    }
    if any("stores" in one.get("outputs", {}) for one in program.entries):
        # A store that is in no register is a difference, which REG-01 reports.
        del ways["a bucket"], ways["a volume beside a server"]
    what = chance.choice(sorted(ways))
    entries = [*copy.deepcopy(program.entries), *ways[what]]
    chance.shuffle(entries)
    return Mutant(what, program._replace(entries=entries), bad=False)


def _value(program: benign.Program, leaf: benign.Leaf) -> Any:
    value: Any = _entry(program.entries, leaf)
    for part in leaf.path:
        value = value[part]
    return value


def _entry(entries: list[dict[str, Any]], leaf: benign.Leaf) -> dict[str, Any]:
    named = [one for one in entries if one["urn"].endswith(f"::{leaf.name}")]
    return next(one for one in named if not isinstance(at(one, *leaf.path), Gap))


def _changed(program: benign.Program, leaf: benign.Leaf, value: Any, *, bad: bool) -> Mutant:
    entries = copy.deepcopy(program.entries)
    holder: Any = _entry(entries, leaf)
    for part in leaf.path[:-1]:
        holder = holder[part]
    if value is MISSING:
        del holder[leaf.path[-1]]
    else:
        holder[leaf.path[-1]] = value
    shown = "nothing" if value is MISSING else repr(value)
    what = f"{leaf.name} {'.'.join(map(str, leaf.path))} = {shown}"
    return Mutant(what, program._replace(entries=entries), bad)


def main() -> None:
    """Print the figures of one run, and every mutant that was judged wrongly."""
    parser = argparse.ArgumentParser(description="Mutate benign states, and judge the mutants.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1000)
    options = parser.parse_args()
    found = run(options.seed, options.count)
    print(f"{found.bad} bad mutants, {len(found.got_past)} got past")  # noqa: T201
    print(f"{found.harmless} harmless mutants, {len(found.stopped)} stopped")  # noqa: T201
    for one in (*sorted(set(found.got_past)), "", *sorted(set(found.stopped))):
        print(one)  # noqa: T201


if __name__ == "__main__":
    main()
