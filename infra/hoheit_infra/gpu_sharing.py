"""How several pods share one GPU: slices in hardware, or turns in time."""

from typing import Annotated, Self

from hoheit.driver import GPU_RESOURCE, Args, written_as
from hoheit_facts import WITHOUT_MIG, Gpu, MigProfile, mig_profiles_of, mig_slice
from pydantic import Field, model_validator

TIME_SLICED_RESOURCE = f"{GPU_RESOURCE}.shared"
"""As the device plugin names a shared GPU with ``renameByDefault``."""
_LEAST_OF_THE_NAME = 0.75
"""A profile's name has its memory rounded up; 1g.18gb of an H200 has 16 GiB, the least known."""


class Mig(Args):
    """Slices with memory of their own (Multi-Instance GPU), all of one profile.

    The GPU's owner cuts them, with ``nvidia-smi mig`` or a MIG manager; here they are stated.
    """

    profile: Annotated[
        str,
        written_as(
            r"^[1-7]g\.[0-9]{1,3}gb$",
            "a profile is its compute slices and its memory, such as 1g.10gb",
        ),
    ]
    """As ``nvidia-smi mig -lgip`` lists it, for example ``1g.10gb``."""
    per_gpu: int = Field(ge=1, le=7)
    """Slices on each GPU."""
    memory_mib: int | None = Field(default=None, gt=0)
    """Memory of one slice in MiB; the catalogue's where None."""

    @property
    def resource(self) -> str:
        """Extended resource of one slice, as the device plugin names it (strategy ``mixed``)."""
        return f"nvidia.com/mig-{self.profile}"

    def slice_of(self, gpu: Gpu) -> Gpu:
        """Return one slice as a GPU of its own.

        Raises:
            ValueError: beginning with the field that cannot be.
        """
        known = mig_profiles_of(gpu.name)
        if gpu.name in WITHOUT_MIG:
            raise ValueError(f"mig: {gpu.name} cannot be cut into slices; leave it out")
        if self.profile in known:
            self._check_number(gpu, known[self.profile])
        if self.memory_mib is not None:
            self._check_memory(gpu, self.memory_mib)
            return mig_slice(gpu, self.profile, self.memory_mib, "mig.memory_mib of the pool")
        if self.profile not in known:
            there = f"known: {', '.join(known)}" if known else "the catalogue knows none of it"
            raise ValueError(
                f"mig.profile: no '{self.profile}' of {gpu.name}; {there}; or state mig.memory_mib "
                "as `nvidia-smi mig -lgip` shows it"
            )
        profile = known[self.profile]
        return mig_slice(gpu, self.profile, profile.memory_mib, profile.source)

    def _check_number(self, gpu: Gpu, profile: MigProfile) -> None:
        if self.per_gpu > profile.per_gpu:
            raise ValueError(
                f"mig.per_gpu: {self.per_gpu}, but {gpu.name} holds {profile.per_gpu} of "
                f"{self.profile}"
            )

    def _check_memory(self, gpu: Gpu, stated_mib: int) -> None:
        together = stated_mib * self.per_gpu
        if together > gpu.reported_memory_mib:
            raise ValueError(
                f"mig.memory_mib: {self.per_gpu} slices of {stated_mib} MiB are {together} MiB, "
                f"but {gpu.name} has {gpu.reported_memory_mib} MiB; state the memory of one slice "
                "as `nvidia-smi mig -lgip` shows it"
            )
        named_mib = int(self.profile.partition(".")[2].removesuffix("gb")) * 1024
        if stated_mib > named_mib or stated_mib < _LEAST_OF_THE_NAME * named_mib:
            raise ValueError(
                f"mig.memory_mib: {stated_mib}, but a slice of {self.profile} has a little less "
                f"than {named_mib} MiB; state it in MiB as `nvidia-smi mig -lgip` shows it"
            )


class Sharing(Args):
    """What nodes of a pool may say of sharing their GPUs."""

    mig: Mig | None = None
    """Slices with memory of their own; None leaves GPUs whole."""
    time_slices: int = Field(default=1, ge=1, le=16)
    """Pods that take turns on one GPU. They share its memory, and one that crashes takes the others
    with it: for trials, not for tenants. 1 shares nothing."""

    @model_validator(mode="after")
    def _one_way_of_sharing(self) -> Self:
        if self.mig is not None and self.time_slices > 1:
            raise ValueError("time_slices: not together with mig; leave out one of the two")
        return self

    @property
    def gpu_resource(self) -> str:
        """Extended resource that a pod asks for."""
        if self.mig is not None:
            return self.mig.resource
        return TIME_SLICED_RESOURCE if self.time_slices > 1 else GPU_RESOURCE

    @property
    def shares_per_gpu(self) -> int:
        """How many of that resource one GPU offers."""
        return self.mig.per_gpu if self.mig is not None else self.time_slices
