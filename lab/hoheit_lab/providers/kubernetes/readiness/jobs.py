"""Work that ends."""

from typing import Any

from hoheit_lab.providers.kubernetes.cluster import Cluster

from .pods import problems
from .verdict import READY, Verdict, condition, explain, failed, waiting


def job(obj: dict[str, Any], cluster: Cluster) -> Verdict:
    """A job is ready when its work is done; a suspended one has none to do."""
    if condition(obj, "Complete").get("status") == "True" or obj["spec"].get("suspend"):
        return READY
    selector, namespace = obj["spec"].get("selector"), obj["metadata"].get("namespace")
    failure = condition(obj, "Failed")
    if failure.get("status") == "True":
        reasons = [explain(failure), *problems(cluster, namespace, selector)]
        return failed("the job failed", reasons)
    status = obj.get("status") or {}
    done, wanted = status.get("succeeded", 0), obj["spec"].get("completions") or 1
    reasons = problems(cluster, namespace, selector) or cluster.warnings(obj)[-1:]
    return waiting(f"{done} of {wanted} pods have finished", reasons)
