"""One key of a Secret as an environment variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pulumi
    from pulumi_kubernetes.core.v1 import EnvVarArgsDict


def secret_variable(variable: str, secret: pulumi.Input[str], key: str) -> EnvVarArgsDict:
    """Return a variable whose value the kubelet takes from a Secret; the pod spec has none."""
    return {"name": variable, "value_from": {"secret_key_ref": {"name": secret, "key": key}}}
