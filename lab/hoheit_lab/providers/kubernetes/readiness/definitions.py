"""Objects that the API server itself must take in before they work."""

from typing import Any

from hoheit_lab.providers.kubernetes.cluster import Cluster
from hoheit_lab.providers.kubernetes.sameness import same

from .verdict import READY, Verdict, condition, explain, failed, waiting


def custom_resource_definition(obj: dict[str, Any], cluster: Cluster) -> Verdict:
    """Its objects can be created."""
    del cluster
    accepted = condition(obj, "NamesAccepted")
    if accepted.get("status") == "False":
        return failed("its names are not accepted", [explain(accepted)])
    if condition(obj, "Established").get("status") == "True":
        return READY
    return waiting("waiting for it to be established")


def resource_quota(obj: dict[str, Any], cluster: Cluster) -> Verdict:
    """It is enforced as it is written."""
    del cluster
    enforced = (obj.get("status") or {}).get("hard") or {}
    wanted = obj["spec"].get("hard") or {}
    if all(same(wanted[key], enforced.get(key), path=("hard", key)) for key in wanted):
        return READY
    return waiting("waiting for it to be enforced")
