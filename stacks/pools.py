"""What is true of all pools of an environment together."""

from collections.abc import Iterator, Mapping
from itertools import permutations

from hoheit import DevicePluginSettings
from hoheit.driver import check_namespace
from hoheit_infra import ExistingNodes

_LONGEST_NAMESPACE = 63


def plugin_namespaces(
    plugin: DevicePluginSettings | None, pools: Mapping[str, ExistingNodes]
) -> dict[str, str]:
    """Return the namespace of the device plugin of each pool with GPUs, by the pool's name."""
    if plugin is None:
        return {}
    return {
        name: f"{plugin.namespace}-{name}" for name, nodes in pools.items() if nodes.shape().gpu
    }


def check_plugin_namespaces(namespaces: Mapping[str, str], parts: Mapping[str, str]) -> None:
    """Tell whether the device plugins' namespaces can be made, apart from all others.

    Args:
        namespaces: those of the plugins, by the pool's name.
        parts: those of the other parts of the environment, by the part's name.

    Raises:
        ValueError: beginning with the field of the namespace.
    """
    field = "device_plugin.namespace"
    taken = {namespace: f"'{part}'" for part, namespace in parts.items()}
    for pool, namespace in namespaces.items():
        check_namespace(field, namespace)
        if len(namespace) > _LONGEST_NAMESPACE:
            raise ValueError(
                f"{field}: '{namespace}', with the name of pool '{pool}', has {len(namespace)} "
                f"characters, and a namespace at most {_LONGEST_NAMESPACE}; choose a shorter name"
            )
        if namespace in taken:
            raise ValueError(
                f"{field}: '{namespace}', with the name of pool '{pool}', is the namespace of "
                f"{taken[namespace]} already; choose another, since a device plugin runs "
                "privileged and nothing else may be beside it"
            )


def check_pools_are_apart(pools: Mapping[str, ExistingNodes]) -> None:
    """Tell whether no two pools count the same nodes.

    Raises:
        ValueError: beginning with the selector of a pool whose nodes another one has.
    """
    for (name, labels), (other, others) in permutations(_selectors(pools), 2):
        if labels.items() <= others.items() and _alike(pools[name], pools[other]):
            raise ValueError(
                f"pools.{name}.node_selector: selects the nodes of pool '{other}' too, so their "
                "room would be counted twice; give each pool a label that only its nodes carry, "
                "or make one pool of both"
            )


def _selectors(pools: Mapping[str, ExistingNodes]) -> Iterator[tuple[str, dict[str, str]]]:
    for name, nodes in pools.items():
        if nodes.kind != "simulated":
            yield name, nodes.node_selector


def _alike(one: ExistingNodes, other: ExistingNodes) -> bool:
    """Tell whether pods of the one could run on nodes of the other, by what these offer."""
    shapes = one.shape(), other.shape()
    offers = {shape.gpu_resource if shape.gpu else None for shape in shapes}
    return len(offers) == 1
