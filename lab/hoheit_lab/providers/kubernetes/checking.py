"""Check: inputs as the program gave them, completed and refused as early as possible."""

from typing import Any

from hoheit_lab.providers.errors import UnsupportedError
from hoheit_lab.providers.marks import UNKNOWN, Unknown, reveal
from hoheit_lab.providers.requests import CheckFailure, CheckRequest, CheckResult

from .cluster import Cluster
from .kinds import is_not_an_object, is_patch, kind_of, refuse_lists
from .manifest import clean_inputs, mark_secrets
from .naming import metadata_of, with_metadata, with_name


def check(request: CheckRequest, cluster: Cluster) -> CheckResult:
    """Name the object, put it into a namespace, and refuse kinds that are not served."""
    _refuse_others(request.type)
    inputs = clean_inputs(request.news)
    plain = reveal(inputs)
    kind = kind_of(plain)
    if isinstance(plain.get("apiVersion"), Unknown) or isinstance(plain.get("kind"), Unknown):
        return CheckResult(inputs)
    if not kind.api_version or not kind.name:
        missing = "kind" if kind.api_version else "apiVersion"
        return CheckResult(inputs, [CheckFailure(missing, "is required")])
    resource = cluster.discovery.find_fresh(kind) if kind.built_in else cluster.discovery.find(kind)
    if resource is None and kind.built_in:
        reason = cluster.discovery.explain_missing(kind)
        return CheckResult(inputs, [CheckFailure("kind", reason)])
    if is_patch(request.type, kind.name):
        if not (metadata_of(inputs) or {"name": UNKNOWN}).get("name"):
            reason = "is required: a patch changes an object that is there already"
            return CheckResult(inputs, [CheckFailure("metadata.name", reason)])
    else:
        inputs = with_name(inputs, request)
    if resource is not None and resource.namespaced:
        inputs = _with_namespace(inputs, cluster.default_namespace)
    return CheckResult(mark_secrets(inputs, {}))


def _refuse_others(token: str) -> None:
    if is_not_an_object(token):
        raise UnsupportedError(
            f"{token} is not supported by the lab's stand-in for the Kubernetes provider: it only"
            " knows typed resources and CustomResource. The official plugin"
            " pulumi-resource-kubernetes renders charts, manifests and kustomizations"
        )
    refuse_lists(token)


def _with_namespace(inputs: dict[str, Any], namespace: str) -> dict[str, Any]:
    metadata = metadata_of(inputs)
    if metadata is None or metadata.get("namespace"):
        return inputs
    return with_metadata(inputs, {"namespace": namespace})
