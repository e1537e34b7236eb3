"""Read: refresh the state from the live object, or import it."""

from typing import Any

from hoheit_lab.providers.errors import PartialFailureError, ProviderError
from hoheit_lab.providers.marks import reveal
from hoheit_lab.providers.requests import ReadRequest, ReadResult

from .apply import manager_of
from .cluster import Cluster
from .importing import derive_inputs
from .kinds import identity, is_patch, kind_of, kind_of_token, parse_identity
from .manifest import clean_inputs, from_live, mark_secrets, strip_outputs, to_outputs
from .projection import project
from .readiness import check_on_read
from .secret_data import SECRET, read_string_data
from .waiting import look_once


def read(request: ReadRequest, cluster: Cluster) -> ReadResult:
    """What is there now; an empty id if nothing is."""
    obj = _target(request)
    if cluster.discovery.find_fresh(kind_of(obj)) is None:
        return ReadResult("")
    live = cluster.read(obj)
    if live is None:
        return ReadResult("")
    if not request.inputs:
        return _imported(request, live, cluster)
    return _refreshed(request, request.inputs, live, cluster)


def _target(request: ReadRequest) -> dict[str, Any]:
    """Which object to look at: the one in the state, or the one that an id names."""
    known = strip_outputs(request.outputs) or reveal(request.inputs or {})
    namespace, name = parse_identity(request.id)
    if not name:
        raise ProviderError(
            f"{request.id!r} names no object; give `namespace/name`,"
            " or `name` for a kind outside of namespaces"
        )
    kind = kind_of(known) if known.get("kind") else kind_of_token(request.type)
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": kind.api_version, "kind": kind.name, "metadata": metadata}


def _imported(request: ReadRequest, live: dict[str, Any], cluster: Cluster) -> ReadResult:
    schema = cluster.schemas.find(kind_of(live))
    inputs = from_live(derive_inputs(live, schema))
    manager = manager_of(live, request.outputs)
    outputs = to_outputs(live, inputs, manager)
    return ReadResult(identity(live), outputs, mark_secrets(inputs, {}))


def _refreshed(
    request: ReadRequest, inputs: dict[str, Any], live: dict[str, Any], cluster: Cluster
) -> ReadResult:
    old = clean_inputs(inputs)
    plain = reveal(old)
    before = strip_outputs(request.outputs)
    now = project(from_live(live), plain, cluster.schemas.find(kind_of(live)), before)
    if kind_of(live) == SECRET and "stringData" in plain:
        now["stringData"] = read_string_data(live, plain["stringData"])
    manager = manager_of(live, request.outputs)
    outputs = to_outputs(live, inputs, manager)
    new_inputs = mark_secrets(now, old)
    check = None if is_patch(request.type, live["kind"]) else check_on_read(plain)
    reasons = look_once(live, check, cluster) if check else []
    if reasons:
        raise PartialFailureError(reasons, object_id=request.id, outputs=outputs, inputs=new_inputs)
    return ReadResult(request.id, outputs, new_inputs)
