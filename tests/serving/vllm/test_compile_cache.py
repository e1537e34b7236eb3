"""What one pod has compiled, the next one need not, where the cluster has a volume for it.

On a CPU, vLLM 0.32.0 traces a graph anew, because it cannot read the one that it has stored
("'function' object has no attribute 'finalize_loading'"); what takes long, the kernels, it finds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hoheit import GpuNodePool, GpuNodePoolArgs
from serving.vllm.pod import ENGINE
from serving.vllm.service import CONTEXT, KV_CACHE_GIB, SERVICE, service_of
from support import components, samples

if TYPE_CHECKING:
    from pathlib import Path

    from serving.vllm.conftest import Fetched, Prepare
    from serving.vllm.model import Model
    from serving.vllm.pod import Pod
    from serving.weights.programs import Store


def pool() -> GpuNodePool:
    shared = {"name": "shared", "read_write_many": True}
    capabilities = {
        "simulated": True,
        "storage_classes": [shared],
        "compile_cache_storage_class": "shared",
    }
    on = components.cluster(capabilities=capabilities)
    return GpuNodePool("cpu", GpuNodePoolArgs(cluster=on, spec=samples.cpu_nodes()))


def kernels(folder: Path) -> dict[Path, int]:
    """Compiled kernels, and when each was written."""
    return {file: file.stat().st_mtime_ns for file in folder.rglob("*.so")}


def answer_once(pod: Pod) -> None:
    with pod.running():
        assert pod.finished_when_ready > 0


def test_the_second_pod_compiles_no_kernel_that_the_first_one_has_compiled(
    prepare: Prepare,
    fetched: Fetched,  # noqa: ARG001 - the weights are in the store
    model: Model,
    store: Store,
    tmp_path: Path,
) -> None:
    engine = samples.engine(cpu_kv_cache_gib=KV_CACHE_GIB, max_model_len=CONTEXT)
    service = service_of(model, store, pool, engine=engine)
    (claim,) = [one for one in service.objects if one["kind"] == "PersistentVolumeClaim"]
    name = claim["metadata"]["name"]
    assert name.startswith(f"{SERVICE}-compiled-")
    tmp_path.chmod(0o777)
    service = replace(service, claims={**service.claims, name: tmp_path})

    first, second = prepare(service.server), prepare(service.server)
    (volume,) = [
        one["name"]
        for one in first.rendered.container(ENGINE)["volumeMounts"]
        if one["mountPath"].endswith("/.cache/vllm")
    ]
    assert first.rendered.volume(volume) == tmp_path
    answer_once(first)
    compiled = kernels(tmp_path)
    assert compiled

    answer_once(second)
    assert kernels(tmp_path) == compiled
    # Nor did it compile any of its own, beside the volume.
    own = [one["name"] for one in second.rendered.pod["volumes"] if "emptyDir" in one]
    assert [kernels(second.rendered.volume(one)) for one in own] == [{}] * len(own)
