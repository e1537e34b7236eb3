"""A GPU for vLLM's configurations and caches, on a machine that has none."""

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any
from unittest.mock import MagicMock

import torch
from vllm import platforms
from vllm.platforms.interface import DeviceCapability, Platform, PlatformEnum

BACKENDS = "vllm.v1.attention.backends"


class GpuWithoutKernels(Platform):
    """A Hopper GPU, as far as configurations and caches ask about it."""

    _enum = PlatformEnum.OOT
    device_name = "gpu"
    device_type = "cpu"
    dispatch_key = "CPU"
    supported_dtypes = (torch.bfloat16, torch.float16, torch.float32)

    @classmethod
    def get_device_capability(cls, device_id: int = 0) -> DeviceCapability:  # noqa: ARG003
        return DeviceCapability(9, 0)

    @classmethod
    def get_device_name(cls, device_id: int = 0) -> str:  # noqa: ARG003
        return cls.device_name

    @classmethod
    def get_device_total_memory(cls, device_id: int = 0) -> int:  # noqa: ARG003
        return 80 * 1024**3

    @classmethod
    def support_hybrid_kv_cache(cls) -> bool:
        return True

    @classmethod
    def check_and_update_config(cls, vllm_config: Any) -> None:
        vllm_config.parallel_config.worker_cls = "none"

    @classmethod
    def get_attn_backend_cls(
        cls,
        selected_backend: Any,  # noqa: ARG003
        attn_selector_config: Any,
        num_heads: int | None = None,  # noqa: ARG003
    ) -> str:
        if attn_selector_config.use_sparse:
            return f"{BACKENDS}.mla.flashmla_sparse.FlashMLASparseBackend"
        if attn_selector_config.use_mla and attn_selector_config.kv_cache_dtype == "fp8":
            return f"{BACKENDS}.mla.flashmla.FlashMLABackend"
        if attn_selector_config.use_mla:
            return f"{BACKENDS}.mla.flashattn_mla.FlashAttnMLABackend"
        return f"{BACKENDS}.flash_attn.FlashAttentionBackend"

    @classmethod
    def import_kernels(cls) -> None:
        """There are none."""


class Absent(MetaPathFinder, Loader):
    """Finds packages that are not installed and that only image processing calls."""

    packages = frozenset({"torchvision"})

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:  # noqa: ARG002
        """Find one of the packages, and all that is in it."""
        if fullname.partition(".")[0] not in self.packages:
            return None
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> Any:
        """Return something that has every attribute."""
        return MagicMock(name=spec.name)

    def exec_module(self, module: Any) -> None:
        """There is nothing to run."""


def install() -> None:
    """Make it vLLM's platform. To be called before any other module of vLLM is imported."""
    platforms._current_platform = GpuWithoutKernels()


def stand_in_for_absent_packages() -> None:
    """To be called when vLLM is imported and has seen what is installed, before its models are."""
    sys.meta_path.append(Absent())
