"""The device plugin's configuration, and what its pod may do to a node."""

import json
from typing import Any

from hoheit._device_plugin import plugin_config, plugin_pod
from support import samples


def pod(**changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "account": "account",
        "config": "config",
        "mig": False,
        "feature_labels": False,
        "node_selector": {"hoheit/pool": "l4"},
        "tolerations": [],
        "runtime_class": None,
    }
    found: Any = plugin_pod(samples.images(), **{**given, **changes})
    return found


def test_whole_gpus_are_offered_by_default() -> None:
    config = json.loads(plugin_config(mig=False, time_slices=1))
    assert config["flags"]["migStrategy"] == "none"
    assert "sharing" not in config


def test_slices_are_offered_by_the_name_of_their_profile() -> None:
    assert json.loads(plugin_config(mig=True, time_slices=1))["flags"]["migStrategy"] == "mixed"


def test_turns_are_offered_under_a_name_of_their_own_and_one_for_each_pod() -> None:
    slicing = json.loads(plugin_config(mig=False, time_slices=4))["sharing"]["timeSlicing"]
    assert slicing["renameByDefault"] is True
    assert slicing["failRequestsGreaterThanOne"] is True
    assert slicing["resources"] == [{"name": "nvidia.com/gpu", "replicas": 4}]


def test_the_plugin_may_do_nothing_but_write_into_the_kubelets_folder() -> None:
    (plugin,) = pod()["containers"]
    security = plugin["security_context"]
    assert security["allow_privilege_escalation"] is False
    assert security["capabilities"] == {"drop": ["ALL"], "add": []}
    assert security["read_only_root_filesystem"] is True
    paths = [one["host_path"]["path"] for one in pod()["volumes"] if "host_path" in one]
    assert paths == ["/var/lib/kubelet/device-plugins"]


def test_slices_need_one_capability_more() -> None:
    (plugin,) = pod(mig=True)["containers"]
    assert plugin["security_context"]["capabilities"]["add"] == ["SYS_ADMIN"]
    assert {"name": "NVIDIA_MIG_MONITOR_DEVICES", "value": "all"} in plugin["env"]


def test_only_who_wants_labels_gets_a_privileged_container() -> None:
    privileged = [
        one["name"]
        for one in pod(feature_labels=True)["containers"]
        if one["security_context"].get("privileged")
    ]
    assert privileged == ["feature-discovery"]
    assert not any(one["security_context"].get("privileged") for one in pod()["containers"])


def test_no_pod_of_it_has_a_token() -> None:
    assert pod()["automount_service_account_token"] is False
