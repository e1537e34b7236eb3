"""Rules about volumes that are full or will be soon.

Names, thresholds and durations are those of kubernetes-mixin (alerts/storage_alerts.libsonnet,
volumes), which users of kube-prometheus know: less than 3 % free is critical; less than 15 % free
is a warning if the trend of six hours leaves nothing after four days. The expressions are our own.
"""

from __future__ import annotations

from dataclasses import dataclass

from .names import KUBELET
from .platform_rules import target_missing
from .rules import Alert, Group, Severity

_CLAIM = "namespace, persistentvolumeclaim"
_VOLUME = "the volume of {{ $labels.persistentvolumeclaim }} in {{ $labels.namespace }}"
_CRITICAL_SHARE = 0.03
_WARNING_SHARE = 0.15
_TREND = "6h"
_SECONDS_AHEAD = 4 * 24 * 3600
_WARNING_MINUTES = 60
_READ_ONLY = "kube_pod_spec_volumes_persistentvolumeclaims_readonly"
"""1 where a pod mounts a claim to read it; without kube-state-metrics there is none."""


@dataclass(frozen=True, kw_only=True)
class _Measured:
    """What a volume can run out of, as a kubelet tells it."""

    alert: str
    what: str
    free: str
    used: str
    total: str

    @property
    def series(self) -> tuple[str, ...]:
        return (self.free, self.used, self.total)

    def below(self, share: float, further: str = "") -> str:
        """Return the share that is free where it is too low, once for each claim.

        A volume that many nodes mount has a series from each. One without capacity, or without
        anything used, is none that counts; its quotient is no number and below nothing.
        """
        low = f"{self.free} / {self.total} < {share} and {self.used} > 0{further}"
        only_read = f"min by ({_CLAIM}) ({_READ_ONLY}) == 1"
        return f"min by ({_CLAIM}) ({low}) unless on ({_CLAIM}) ({only_read})"

    @property
    def gone_soon(self) -> str:
        """Return the condition that the trend leaves nothing."""
        return f" and predict_linear({self.free}[{_TREND}], {_SECONDS_AHEAD}) < 0"


_BYTES = _Measured(
    alert="KubePersistentVolumeFillingUp",
    what="space",
    free="kubelet_volume_stats_available_bytes",
    used="kubelet_volume_stats_used_bytes",
    total="kubelet_volume_stats_capacity_bytes",
)
_INODES = _Measured(
    alert="KubePersistentVolumeInodesFillingUp",
    what="inodes",
    free="kubelet_volume_stats_inodes_free",
    used="kubelet_volume_stats_inodes_used",
    total="kubelet_volume_stats_inodes",
)
VOLUME_ALERTS = (_BYTES.alert, _INODES.alert)
"""What nobody is told about where no kubelet is asked."""


def volume_group() -> Group:
    """Return rules about volumes, and about kubelets of which none is found."""
    missing = target_missing(
        KUBELET,
        KUBELET,
        summary="no node is found whose kubelet could tell how full volumes are",
        action="Compare kubelets.node_selector with the labels of the nodes.",
    )
    rules = [rule for one in (_BYTES, _INODES) for rule in (_full(one), _filling(one))]
    return Group(name="volumes", exporter=KUBELET, rules=[missing, *rules])


def _full(measured: _Measured) -> Alert:
    return Alert(
        name=measured.alert,
        expr=measured.below(_CRITICAL_SHARE),
        needs=measured.series,
        uses=(_READ_ONLY,),
        minutes=1,
        severity=Severity.CRITICAL,
        summary=f"{_VOLUME} has {{{{ $value | humanizePercentage }}}} of its {measured.what} left",
        action="Enlarge the claim where its StorageClass allows it, or remove what is not needed; "
        "databases stop when nothing is left.",
    )


def _filling(measured: _Measured) -> Alert:
    return Alert(
        name=measured.alert,
        expr=measured.below(_WARNING_SHARE, measured.gone_soon),
        needs=measured.series,
        uses=(_READ_ONLY,),
        minutes=_WARNING_MINUTES,
        severity=Severity.WARNING,
        summary=f"{_VOLUME} has {{{{ $value | humanizePercentage }}}} of its {measured.what} left, "
        "and none in four days if it goes on like this",
        action="Enlarge the claim where its StorageClass allows it, or shorten what is kept.",
    )
