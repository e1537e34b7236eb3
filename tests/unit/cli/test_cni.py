"""Who enforces NetworkPolicy, recognised by what a cluster runs."""

from typing import Any

import pytest
from hoheit import NetworkPolicyEnforcement as Stated
from hoheit_cli.checks.cni import check_cni
from hoheit_cli.finding import Finding, Unread, Verdict

Object = dict[str, Any]
POLICIES = {"metadata": {"name": "kindnet"}, "rules": [{"resources": ["networkpolicies"]}]}
NODES = {"metadata": {"name": "kindnet"}, "rules": [{"resources": ["nodes"]}]}
NEVER = {"metadata": {"name": "cilium-config"}, "data": {"enable-policy": "never"}}
DEFAULT = {"metadata": {"name": "cilium-config"}, "data": {"enable-policy": "default"}}


def daemon_set(name: str, *args: str) -> Object:
    spec = {"template": {"spec": {"containers": [{"name": "one"}, {"args": list(args)}]}}}
    return {"metadata": {"name": name, "namespace": "kube-system"}, "spec": spec}


def checked(
    stated: Stated, *there: Object, settings: tuple[Object, ...] = (), version: str = "v1.36.0"
) -> Finding:
    (found,) = check_cni(stated, list(there), list(settings), version)
    return found


@pytest.mark.parametrize(
    ("stated", "there", "settings", "verdict"),
    [
        (Stated.CILIUM, daemon_set("cilium"), (), Verdict.OK),
        (Stated.CILIUM, daemon_set("cilium"), (DEFAULT,), Verdict.OK),
        (Stated.CILIUM, daemon_set("cilium"), (NEVER,), Verdict.DIFFERS),
        (Stated.CALICO, daemon_set("calico-node"), (), Verdict.OK),
        (Stated.CALICO, daemon_set("canal"), (), Verdict.OK),
        (Stated.KUBE_ROUTER, daemon_set("kube-router", "--run-firewall=true"), (), Verdict.OK),
        (Stated.KUBE_ROUTER, daemon_set("kube-router"), (), Verdict.OK),
        (
            Stated.KUBE_ROUTER,
            daemon_set("kube-router", "--run-firewall=false"),
            (),
            Verdict.DIFFERS,
        ),
        (
            Stated.VPC_CNI,
            daemon_set("aws-node", "--enable-network-policy=true"),
            (),
            Verdict.OK,
        ),
        (
            Stated.VPC_CNI,
            daemon_set("aws-node", "--enable-network-policy=false"),
            (),
            Verdict.DIFFERS,
        ),
        (Stated.VPC_CNI, daemon_set("aws-node"), (), Verdict.DIFFERS),
        (Stated.CALICO, daemon_set("cilium"), (), Verdict.DIFFERS),
        (Stated.CALICO, daemon_set("kube-flannel-ds"), (), Verdict.MISSING),
        (Stated.CALICO, daemon_set("fluentd"), (), Verdict.MISSING),
    ],
)
def test_a_stated_cni_is_there_and_enforces(
    stated: Stated, there: Object, settings: tuple[Object, ...], verdict: Verdict
) -> None:
    assert checked(stated, there, settings=settings).verdict is verdict


def test_nobody_stated_and_nobody_there_agree_and_say_so_loudly() -> None:
    for there in ((), (daemon_set("kube-flannel-ds"),)):
        found = checked(Stated.NONE, *there)
        assert found.verdict is Verdict.OK
        assert found.seen.endswith("NetworkPolicies are stored, and NOT enforced")


def test_a_cni_that_enforces_unstated_is_to_be_stated() -> None:
    found = checked(Stated.NONE, daemon_set("cilium"))
    assert (found.verdict, found.way_out) == (Verdict.DIFFERS, "state network_policy: cilium")
    found = checked(Stated.UNKNOWN, daemon_set("calico-node"))
    assert (found.verdict, found.way_out) == (Verdict.UNKNOWN, "state network_policy: calico")


def test_an_unknown_cni_that_is_not_recognised_stays_unknown() -> None:
    found = checked(Stated.UNKNOWN)
    assert found.verdict is Verdict.UNKNOWN
    assert found.way_out.startswith("find out who enforces")


@pytest.mark.parametrize(
    ("role", "said"), [(POLICIES, "kind 0.24 or newer"), (NODES, "older than kind 0.24")]
)
def test_kindnet_enforces_where_it_may_read_policies(role: Object, said: str) -> None:
    found = checked(Stated.UNKNOWN, daemon_set("kindnet"), settings=(role,))
    assert said in found.seen
    enforces = role is POLICIES
    stated = checked(Stated.KINDNET, daemon_set("kindnet"), settings=(role,))
    assert stated.verdict is (Verdict.OK if enforces else Verdict.DIFFERS)
    stated_none = checked(Stated.NONE, daemon_set("kindnet"), settings=(role,))
    assert stated_none.verdict is (Verdict.DIFFERS if enforces else Verdict.OK)


def test_k3s_hides_its_policy_controller_so_nobody_can_see_it() -> None:
    found = checked(Stated.KUBE_ROUTER, version="v1.36.1+k3s1")
    assert (found.verdict, found.way_out) == (
        Verdict.UNKNOWN,
        "try a connection that a policy forbids",
    )
    assert checked(Stated.KUBE_ROUTER, version="v1.36.1").verdict is Verdict.MISSING


def test_what_may_not_be_read_is_unknown() -> None:
    for answers in ((Unread(why="forbidden"), []), ([], Unread(why="forbidden"))):
        (found,) = check_cni(Stated.CILIUM, *answers, "v1.36.0")
        assert (found.verdict, found.seen) == (Verdict.UNKNOWN, "could not be asked: forbidden")
