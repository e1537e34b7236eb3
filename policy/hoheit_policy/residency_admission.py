"""Admission policies as resources of a program."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from .admission import AdmissionError, admission_policies
from .declarations import Declarations, DeclarationsError, read_declarations
from .view import View

_KINDS: Mapping[str, Any] = {
    "ValidatingAdmissionPolicy": k8s.admissionregistration.v1.ValidatingAdmissionPolicy,
    "ValidatingAdmissionPolicyBinding": (
        k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding
    ),
}
_SHORT = {"ValidatingAdmissionPolicy": "policy", "ValidatingAdmissionPolicyBinding": "binding"}


class ResidencyAdmission(pulumi.ComponentResource):
    """Refuses, in one cluster, what the rules refuse and Kubernetes can express.

    A program does not know its own state, so what only the state shows is not carried over:
    recipients that components name, and exempted objects. `hoheit residency admission --stack`
    prints policies that know them.

    Raises:
        pulumi.RunError: if the declarations are wrong, or do not say which cluster is meant.
    """

    def __init__(
        self,
        name: str,
        declarations: Declarations | dict[str, Any],
        *,
        cluster: str | None = None,
        excepted: Sequence[str] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        try:
            view = View(declarations=read_declarations(declarations))
            documents = admission_policies(view, cluster, excepted=excepted)
        except (AdmissionError, DeclarationsError) as error:
            raise pulumi.RunError(f"ResidencyAdmission '{name}' is not valid: {error}") from None
        super().__init__("hoheit:index:ResidencyAdmission", name, None, opts)
        for document in documents:
            self._install(name, document)
        self.register_outputs({})

    def _install(self, name: str, document: dict[str, Any]) -> None:
        kind, own = document["kind"], document["metadata"]["name"].removeprefix("hoheit-")
        _KINDS[kind](
            f"{name}-{own}-{_SHORT[kind]}",
            metadata=document["metadata"],
            spec=document["spec"],
            opts=pulumi.ResourceOptions(parent=self),
        )
