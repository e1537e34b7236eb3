"""What a server over a volume keeps, as an entry of the register."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit.register import DataClass, OnDestroy, Store

if TYPE_CHECKING:
    from hoheit.capabilities import StorageChoice

_IN_CLEAR = "reached without TLS, inside the pod network"


def on_volume(
    title: str,
    data_class: DataClass,
    program: str,
    volume: StorageChoice,
    on_destroy: OnDestroy,
) -> Store:
    """Return the store of one volume; place, encryption and key holder are those of its class."""
    return Store(
        name=title,
        data_class=data_class,
        medium=f"{program} on a volume of storage class {volume.storage_class}; {_IN_CLEAR}",
        location=volume.location,
        encryption=volume.encryption,
        key_holder=volume.key_holder,
        on_destroy=on_destroy,
    )
