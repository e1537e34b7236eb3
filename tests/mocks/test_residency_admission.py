"""Admission policies as resources of a program."""

from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest
from hoheit_policy import View, read_declarations
from hoheit_policy.admission import admission_policies
from hoheit_policy.residency_admission import ResidencyAdmission
from support import residency as r
from support.monitor import Monitor, run

GROUP = "kubernetes:admissionregistration.k8s.io/v1:"


def installed(**declared: Any) -> Monitor:
    def program() -> None:
        provider = k8s.Provider("main", cluster_identifier=r.CLUSTER)
        ResidencyAdmission(
            "admission",
            r.declarations(**declared),
            excepted=["rook-ceph"],
            opts=pulumi.ResourceOptions(provider=provider),
        )

    return run(program)


def test_a_program_installs_what_the_command_prints() -> None:
    made = [one for one in installed().registered if one.type.startswith(GROUP)]
    view = View(declarations=read_declarations(r.declarations()))
    printed = admission_policies(view, excepted=["rook-ceph"])
    # The engine hears of resources in no fixed order.
    assert {one.inputs["metadata"]["name"]: one.inputs["spec"] for one in made} == {
        one["metadata"]["name"]: one["spec"] for one in printed
    }
    assert {one.request.parent.split("::")[-1] for one in made} == {"admission"}


def test_wrong_declarations_end_the_program_in_one_sentence() -> None:
    with pytest.raises(pulumi.RunError, match="ResidencyAdmission 'admission' is not valid"):
        installed(profile="mars")


def test_two_clusters_have_to_be_told_apart() -> None:
    with pytest.raises(pulumi.RunError, match="name the cluster that the policies are for"):
        installed(clusters={"a": r.cluster(), "b": r.cluster()})
