"""The service of these tests: what the component renders for it, and what a cluster brings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hoheit import ModelWeights
from hoheit._api_keys import KEYS_FILE, keys_file
from hoheit._gateway_sections import ROUTER_CLIENT
from serving.vllm.model import NAME
from serving.vllm.pod import ENGINE, ROUTER
from serving.vllm.rendered import Rendered, owners
from serving.weights.programs import ACCESS_KEY, BUCKET, REGION, SECRET_KEY
from support import components, samples
from support.manifests import manifests
from support.monitor import run
from support.served import GENERATED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from hoheit import GpuNodePool
    from serving.vllm.model import Model
    from serving.weights.programs import Store

SERVICE = "tiny"
CONTEXT = 8192
KV_CACHE_GIB = 1
CLIENT_KEY = GENERATED
_CREDENTIALS = "object-store-credentials"
_ROUTER_KEY = "a-key-that-only-routers-have"


@dataclass(frozen=True)
class Service:
    objects: list[dict[str, Any]]
    plan: dict[str, Any]
    claims: Mapping[str, Path]

    def server(self, folder: Path) -> Rendered:
        """The pod of the model server; its volumes come below ``folder``."""
        (owner,) = owners(self.objects, ENGINE)
        return self._rendered(owner, folder)

    def router(self, folder: Path) -> Rendered:
        """A pod that spreads requests over model servers."""
        (owner,) = owners(self.objects, ROUTER)
        return self._rendered(owner, folder)

    def mirror(self, folder: Path) -> Rendered:
        """The pod of the Job that fetches the weights."""
        (owner,) = owners(self.objects, "mirror")
        return self._rendered(owner, folder)

    def _rendered(self, owner: dict[str, Any], folder: Path) -> Rendered:
        secrets = {
            # Exists already: the component only names it.
            _CREDENTIALS: {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY},
            # In a mocked run all generated keys are the same, which would hide a mix-up.
            f"{SERVICE}-engine-key": {"engine-key": "a-key-that-only-vllm-has"},
            f"{SERVICE}-router-key": {
                "router-key": _ROUTER_KEY,
                KEYS_FILE: keys_file([(ROUTER_CLIENT, _ROUTER_KEY)]),
            },
        }
        return Rendered(self.objects, owner, folder, self.claims, secrets)


def service_of(
    model: Model,
    store: Store,
    pool: Callable[[], GpuNodePool] = components.cpu_pool,
    **changes: Any,
) -> Service:
    """Render a service without GPU that serves ``model`` out of ``store``."""
    engine = {"cpu_kv_cache_gib": KV_CACHE_GIB, "max_model_len": CONTEXT, "enforce_eager": True}
    given: dict[str, Any] = {
        "gpus": 0,
        "served_model_name": NAME,
        "weights": ModelWeights(**model.weights),
        "engine": samples.engine(**engine),
        "memory_mib": 8192,
        "drain_seconds": 120,
        "object_store": samples.object_store(
            endpoint=store.endpoint,
            allow_plain_http=True,
            bucket=BUCKET,
            region=REGION,
            credentials_secret=_CREDENTIALS,
        ),
    }
    monitor = run(lambda: components.service(SERVICE, on=pool(), **{**given, **changes}))
    (outputs,) = [values for urn, values in monitor.outputs if "VllmService::" in urn]
    return Service(manifests(monitor), outputs["plan"], {"adapters": model.folder})
