"""The server pods of a model service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from hoheit._deployment_spec import config_hash, deployment_spec

from .weights import read_grants, shared_weights
from .workload import gateway_config_map

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hoheit._compile_cache import CompileCache
    from hoheit._gateway_container import GatewaySecrets
    from hoheit._server_pod import ServerPod
    from hoheit.cluster import Cluster, WorkloadIdentity
    from hoheit.vllm_service import VllmServiceArgs

    from .parts import Parts

_DELETE_SLACK_SECONDS = 300


def server_account(
    parts: Parts, args: VllmServiceArgs, cluster: Cluster
) -> tuple[k8s.core.v1.ServiceAccount, WorkloadIdentity]:
    """Make an account that may read; a cloud's trust policy names it, so it is fixed."""
    account = f"{parts.name}-server"
    identity = cluster.workload_identity(
        parts.name,
        namespace=args.namespace,
        account=account,
        grants=read_grants(args),
        opts=parts.options(),
    )
    resource = k8s.core.v1.ServiceAccount(
        f"{parts.name}-account",
        metadata={**parts.metadata(), "name": account, "annotations": identity.annotations},
        automount_service_account_token=False,
        opts=parts.options(pulumi.ResourceOptions(delete_before_replace=True)),
    )
    return resource, identity


def server_deployment(  # noqa: PLR0913 - each is something that the pods are made of, by name
    parts: Parts,
    args: VllmServiceArgs,
    pod: ServerPod,
    *,
    account: k8s.core.v1.ServiceAccount,
    secrets: GatewaySecrets,
    after: Sequence[pulumi.Resource],
    compile_cache: CompileCache | None = None,
) -> k8s.apps.v1.Deployment:
    """Make the Deployment, which waits for ``after`` and for nodes."""
    pool = args.pool
    spec = pod.spec(
        service_account=account.metadata.name,
        secrets=secrets,
        gateway_config=gateway_config_map(parts, pod.gateway),
        placement=(pool.node_selector, pool.tolerations),
        spread_over=parts.servers,
        shared_weights=shared_weights(parts, args.weights, pod.weights_storage),
        compile_cache=compile_cache,
    )
    budget = args.startup.rollout_seconds(args.startup_seconds)
    timeout = f"{budget * args.most_pods}s"
    leave = pod.drain.grace_period_seconds + _DELETE_SLACK_SECONDS
    return k8s.apps.v1.Deployment(
        f"{parts.name}-server",
        metadata=parts.metadata(),
        spec=deployment_spec(
            spec,
            # What scales the pods owns their number: stated here, the next update would undo it.
            replicas=None if args.autoscaling else args.replicas,
            surge=args.surge,
            progress_deadline_seconds=budget,
            selector=parts.servers,
            labels=parts.labels(),
            configuration=config_hash([*pod.flags, pod.gateway]),
        ),
        opts=parts.options(
            pulumi.ResourceOptions(
                depends_on=[pool.cluster.ready, *pool.ready, *after],
                custom_timeouts=pulumi.CustomTimeouts(
                    create=timeout, update=timeout, delete=f"{leave}s"
                ),
            )
        ),
    )
