"""As many model services as asked for, by the library."""

import os

import hoheit
from hoheit_infra import ExistingCluster, ExistingClusterArgs, LabelledNodes

_SERVICES = int(os.environ["BENCH_SERVICES"])

cluster = ExistingCluster(
    "bench",
    ExistingClusterArgs(
        context="bench", cluster_identifier="bench", kubeconfig="echoed, never read"
    ),
)
pool = hoheit.GpuNodePool(
    "l4",
    hoheit.GpuNodePoolArgs(
        cluster=cluster,
        spec=LabelledNodes(
            gpu="L4",
            gpus_per_node=8,
            node_selector={"example.internal/pool": "l4"},
            cpu_millicores=190_000,
            memory_mib=700_000,
            disk_gib=7_000,
            nodes=200,
        ),
    ),
)
images = hoheit.Images(
    weights_fetcher="registry.example.internal/hoheit/weights-fetcher:0.3.0", locked=False
)
store = hoheit.ObjectStore(
    endpoint="https://objects.example.internal",
    bucket="models",
    credentials_secret="object-store-credentials",  # noqa: S106 - the name of a Secret
    peer=hoheit.Peer(namespace="objects"),
)
for number in range(_SERVICES):
    hoheit.VllmService(
        f"model{number}",
        hoheit.VllmServiceArgs(
            pool=pool,
            namespace="models",
            images=images,
            object_store=store,
            weights=hoheit.ModelWeights(uri="s3://models/mistral", size_gib=3.96),
            engine=hoheit.EngineSettings(max_model_len=4096),
            served_model_name=f"model{number}",
        ),
    )
