"""Runs the network config analyzer of np-guard, which computes what policies let through."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from ipaddress import ip_address, ip_network, summarize_address_range
from pathlib import Path
from typing import Any, cast

import yaml

from support import environments

from .rows import Address, Network, Row, Rows
from .world import World

Policies = Sequence[dict[str, Any]]

_LINE = re.compile(r"(?P<source>\S+) => (?P<destination>\S+) : (?P<what>.+)")
_CUBE = re.compile(r"\{protocols:(?P<protocols>[A-Z, ]+?)(?:,dst_ports:(?P<ports>[\d,-]+))?\}")


def allowed(world: World, cases: Mapping[str, Policies], directory: Path) -> dict[str, set[Row]]:
    """Compute every allowed connection of a world under each of several sets of policies.

    One process answers for all of them, and reads the pods once.

    Args:
        world: Its pods.
        cases: Policies by a name that is no number, which YAML would make one of.
        directory: An empty one, for what the analyzer reads and writes.
    """
    (directory / "pods.yaml").write_text(yaml.safe_dump_all(world.topology()), "utf-8")
    for case, policies in cases.items():
        (directory / f"{case}.yaml").write_text(yaml.safe_dump_all(policies), "utf-8")
    scheme = {
        "namespaceList": "pods.yaml",
        "podList": "pods.yaml",
        "networkConfigList": [
            {"name": case, "networkPolicyList": f"{case}.yaml"} for case in cases
        ],
        "queries": [_query(case, directory) for case in cases],
    }
    (directory / "scheme.yaml").write_text(yaml.safe_dump(scheme), "utf-8")
    program = environments.synced("network-rules") / "bin" / "nca"
    done = subprocess.run(
        [program, "--scheme", directory / "scheme.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {case: _read(world, directory / f"{case}.txt") for case in cases}


def one_way(policies: Policies, direction: str) -> list[dict[str, Any]]:
    """Return the policies as if they were about one direction only, `Ingress` or `Egress`."""
    kept = {"podSelector", direction.lower()}
    return [
        {
            **policy,
            "metadata": {key: policy["metadata"][key] for key in ("name", "namespace")},
            "spec": {
                **{name: part for name, part in policy["spec"].items() if name in kept},
                "policyTypes": [direction],
            },
        }
        for policy in policies
        if direction in policy["spec"]["policyTypes"]
    ]


def _query(case: str, directory: Path) -> dict[str, Any]:
    output = {
        "outputFormat": "txt_no_fw_rules",
        "outputPath": str(directory / f"{case}.txt"),
        "outputEndpoints": "pods",
        "excludeIPv6Range": False,
    }
    return {"name": case, "connectivityMap": [case], "outputConfiguration": output}


def _read(world: World, file: Path) -> set[Row]:
    names = {pod.full: pod.full for pod in world.others}
    for pod in world.stack.values():
        names |= {f"{pod.full}-{number}": pod.full for number in (1, 2)}
    rows = Rows()
    for line in filter(None, file.read_text("utf-8").splitlines()):
        found = _LINE.fullmatch(line)
        assert found, f"not a line that this reader knows: {line}"
        for protocol, port in _connections(found["what"]):
            _add(rows, names, found, (protocol, port))
    return rows.table()


def _add(
    rows: Rows, names: Mapping[str, str], found: re.Match[str], connection: tuple[str, str]
) -> None:
    source, destination = found["source"], found["destination"]
    if source in names and destination in names:
        rows.between(names[source], names[destination], *connection)
    elif source in names:
        rows.outward(names[source], _networks(destination), *connection)
    else:
        rows.inward(_networks(source), names[destination], *connection)


def _connections(what: str) -> list[tuple[str, str]]:
    """Return protocol and port of each; `any` is every protocol, or every port."""
    if what == "All connections":
        return [("any", "any")]
    assert not _CUBE.sub("", what).strip(","), f"not connections that this reader knows: {what}"
    return [
        (protocol.strip(), port)
        for cube in _CUBE.finditer(what)
        for protocol in cube["protocols"].split(",")
        for port in (cube["ports"] or "any").split(",")
    ]


def _networks(text: str) -> list[Network]:
    if "/" in text:
        return [ip_network(text)]
    first, _, last = text.partition("-")
    begin, end = ip_address(first), ip_address(last or first)
    return list(summarize_address_range(cast("Address", begin), cast("Address", end)))
