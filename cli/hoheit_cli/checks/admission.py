"""Does the API server refuse what must be refused, and allow what we have to do?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hoheit_cli.finding import Unread, missing, ok, unknown

from .created import created

if TYPE_CHECKING:
    from hoheit_cli.finding import Finding
    from hoheit_cli.kubectl import Answer
    from hoheit_cli.objects import Object
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


REVIEWED = (
    "jsonpath={.spec.resourceAttributes.namespace}/{.spec.resourceAttributes.resource}"
    '={.status.allowed}{"\\n"}'
)
"""How each answer to :func:`access_reviews` is to be printed."""


def access_reviews(stated: Stated) -> str:
    """Return the questions whether one may create what `pulumi up` creates; they store nothing."""
    items = [_review(namespace, resource) for namespace, resource in created(stated)]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})


def _review(namespace: str, resource: str) -> Object:
    name, _, group = resource.partition(".")
    attributes = {"verb": "create", "group": group, "resource": name, "namespace": namespace}
    return {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }


def check_rights(answer: Answer) -> list[Finding]:
    """Read the answers to :func:`access_reviews`."""
    subject = "rights of this user"
    if not answer.ok:
        return [Unread(why=answer.error).finding(subject)]
    refused: dict[str, list[str]] = {}
    for line in answer.text.split():
        place, _, allowed = line.partition("=")
        namespace, _, resource = place.partition("/")
        if allowed != "true":
            refused.setdefault(namespace, []).append(resource)
    if not refused:
        return [ok(subject, "may create what `pulumi up` creates")]
    told = [
        f"{', '.join(resources)} in {f'namespace {namespace}' if namespace else 'the cluster'}"
        for namespace, resources in refused.items()
    ]
    return [
        missing(
            subject,
            f"may not create {'; '.join(told)}",
            "run `pulumi up` as somebody who may, or ask for the right",
        )
    ]
