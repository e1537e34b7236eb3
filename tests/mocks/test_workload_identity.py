"""Which rights a service and its mirror ask of a cluster, and what they do with the answer."""

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_random as random
from hoheit import (
    Access,
    GpuNodePool,
    GpuNodePoolArgs,
    InputStr,
    ObjectStoreGrant,
    WorkloadIdentity,
)
from hoheit_infra import ExistingCluster
from support import components, samples
from support.manifests import manifest
from support.monitor import Monitor, run
from support.served import DEPLOYMENT, JOB, waits_for

ACCOUNT = "kubernetes:core/v1:ServiceAccount"
PREFIX = f"models/TheBloke/Mistral-7B-v0.1-AWQ/{samples.COMMIT}"


class Cloud(ExistingCluster):
    """A cluster whose driver makes a role for each account, known only after it is made."""

    asked: dict[str, list[ObjectStoreGrant]]

    def workload_identity(
        self,
        name: str,
        *,
        namespace: InputStr,
        account: str,
        grants: Sequence[ObjectStoreGrant],
        opts: pulumi.ResourceOptions,
    ) -> WorkloadIdentity:
        self.asked[account] = list(grants)
        role = random.RandomPassword(f"{name}-role", length=20, opts=opts)
        arn = pulumi.Output.concat("arn:", namespace, ":", account, ":", role.id)
        return WorkloadIdentity(annotations={"cloud.example/role": arn}, ready=(role,))


def built(**changes: Any) -> tuple[Monitor, dict[str, list[ObjectStoreGrant]]]:
    asked: dict[str, list[ObjectStoreGrant]] = {}

    def program() -> None:
        cloud = Cloud("lab", samples.cluster())
        cloud.asked = asked
        pool = GpuNodePool("l4", GpuNodePoolArgs(cluster=cloud, spec=samples.simulated_nodes()))
        components.service(on=pool, **changes)

    return run(program), asked


def test_servers_may_read_their_weights_and_the_mirror_alone_may_write_them() -> None:
    _, asked = built()
    assert asked == {
        "mistral-server": [ObjectStoreGrant(bucket="models", prefix=PREFIX, access=Access.READ)],
        "mistral-weights-mirror": [
            ObjectStoreGrant(bucket="models", prefix=PREFIX, access=Access.READ_WRITE)
        ],
    }


def test_servers_that_pull_nothing_ask_for_nothing() -> None:
    _, asked = built(weights=samples.stored_weights("pvc://claim/x"))
    assert asked == {"mistral-server": []}


def test_the_accounts_carry_what_the_driver_learns_late_under_names_that_a_role_can_trust() -> None:
    monitor, _ = built()
    accounts = [manifest(found)["metadata"] for found in monitor.of_type(ACCOUNT)]
    roles = {one["name"]: one["annotations"]["cloud.example/role"] for one in accounts}
    assert roles == {
        "mistral-server": "arn:models:mistral-server:mistral-role-id",
        "mistral-weights-mirror": "arn:models:mistral-weights-mirror:mistral-weights-role-id",
    }


def test_pods_wait_until_their_account_may_do_what_they_need() -> None:
    monitor, _ = built()
    assert "mistral-role" in waits_for(monitor.one(DEPLOYMENT))
    assert "mistral-weights-role" in waits_for(monitor.one(JOB))


def test_what_a_driver_makes_for_an_account_hangs_below_its_component() -> None:
    monitor, _ = built()
    assert monitor.named("mistral-role").request.parent.endswith("VllmService::mistral")
    assert monitor.named("mistral-weights-role").request.parent.endswith(
        "WeightsMirror::mistral-weights"
    )
