"""Does the API server refuse what must be refused, and allow what we have to do?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hoheit_infra import SimulatedNodes

from hoheit_cli.finding import Unread, missing, ok, unknown

if TYPE_CHECKING:
    from hoheit_cli.finding import Finding
    from hoheit_cli.kubectl import Answer
    from hoheit_cli.stated import Stated

_ENFORCE = "pod-security.kubernetes.io/enforce"

PROBE = json.dumps(
    {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "hoheit-doctor-probe", "labels": {_ENFORCE: "no-such-level"}},
    }
)
"""A namespace that Pod Security admission refuses for its label, and nobody else does. Asked for
with a server-side dry run, so that nothing is made either way."""

_CREATED = (
    ("", "namespaces"),
    ("", "configmaps"),
    ("", "persistentvolumeclaims"),
    ("", "secrets"),
    ("", "serviceaccounts"),
    ("", "services"),
    ("apps", "deployments"),
    ("apps", "statefulsets"),
    ("batch", "jobs"),
    ("networking.k8s.io", "networkpolicies"),
    ("policy", "poddisruptionbudgets"),
)
"""Group and resource of what `pulumi up` creates."""
_CREATED_BY_MONITORING = (
    ("apps", "daemonsets"),
    ("rbac.authorization.k8s.io", "clusterroles"),
    ("rbac.authorization.k8s.io", "rolebindings"),
)
_CREATED_FOR_OPERATOR = (
    ("monitoring.coreos.com", "podmonitors"),
    ("monitoring.coreos.com", "prometheusrules"),
)
_CLUSTER_SCOPED = ("namespaces", "nodes", "clusterroles")


def check_pod_security(answer: Answer) -> list[Finding]:
    """Read the answer to the dry run of :data:`PROBE`."""
    subject = "Pod Security admission"
    if answer.ok:
        return [
            missing(
                subject,
                "a namespace with an invalid level was accepted: nobody enforces the restricted "
                "standard in this cluster",
                "enable the admission plugin PodSecurity of the API server (on by default)",
            )
        ]
    if _ENFORCE in answer.error:
        return [ok(subject, "enforces the levels of namespace labels")]
    return [unknown(subject, f"the dry run was refused before: {answer.error}")]


REVIEWED = 'jsonpath={.spec.resourceAttributes.resource}={.status.allowed}{"\\n"}'
"""How each answer to :func:`access_reviews` is to be printed."""


def access_reviews(stated: Stated) -> str:
    """Return the questions whether one may create what `pulumi up` creates; they store nothing."""
    created = [*_CREATED]
    if stated.bundled_monitoring:
        created += _CREATED_BY_MONITORING
    if stated.uses_operator:
        created += _CREATED_FOR_OPERATOR
    if any(isinstance(pool, SimulatedNodes) for pool in stated.pools.values()):
        created.append(("", "nodes"))
    items = [
        {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {
                "resourceAttributes": {
                    "verb": "create",
                    "group": group,
                    "resource": resource,
                    "namespace": "" if resource in _CLUSTER_SCOPED else stated.namespace,
                }
            },
        }
        for group, resource in created
    ]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})


def check_rights(answer: Answer) -> list[Finding]:
    """Read the answers to :func:`access_reviews`."""
    subject = "rights of this user"
    if not answer.ok:
        return [Unread(why=answer.error).finding(subject)]
    told = dict(line.split("=") for line in answer.text.split())
    refused = [resource for resource, allowed in told.items() if allowed != "true"]
    if not refused:
        return [ok(subject, "may create what `pulumi up` creates")]
    return [
        missing(
            subject,
            f"may not create {', '.join(refused)}",
            "run `pulumi up` as somebody who may, or ask for the right",
        )
    ]
