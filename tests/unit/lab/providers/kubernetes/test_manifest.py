from typing import Any

from hoheit_lab.providers.kubernetes.manifest import (
    clean_inputs,
    from_live,
    mark_secrets,
    strip_outputs,
    to_manifest,
    to_outputs,
)
from hoheit_lab.providers.kubernetes.secret_data import merge_string_data, path_in_program
from hoheit_lab.providers.marks import UNKNOWN, Secret, reveal

SECRET: dict[str, Any] = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}}


def test_nulls_say_nothing() -> None:
    assert clean_inputs({"spec": {"a": None, "b": [{"c": None}]}}) == {"spec": {"b": [{}]}}


def test_metadata_that_only_the_server_sets_is_no_input() -> None:
    inputs = {"metadata": {"name": "a", "uid": "u", "resourceVersion": "1", "labels": {}}}

    assert clean_inputs(inputs) == {"metadata": {"name": "a", "labels": {}}}


def test_the_content_of_a_secret_is_secret_even_if_the_program_did_not_say_so() -> None:
    marked = mark_secrets({**SECRET, "stringData": {"a": "b"}, "data": {"c": "ZA=="}}, {})

    assert marked["stringData"] == Secret({"a": "b"})
    assert marked["data"] == Secret({"c": "ZA=="})


def test_the_copy_that_kubectl_keeps_of_a_secret_is_secret() -> None:
    last = "kubectl.kubernetes.io/last-applied-configuration"
    metadata = {"name": "s", "annotations": {last: '{"data":...}', "open": "x"}}

    marked = mark_secrets({**SECRET, "metadata": metadata}, {})

    assert marked["metadata"]["annotations"] == {last: Secret('{"data":...}'), "open": "x"}


def test_a_config_map_is_open_except_where_the_program_says_secret() -> None:
    config = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "1", "b": "2"}}

    assert mark_secrets(config, {}) == config
    assert mark_secrets(config, {"data": {"b": Secret("2")}})["data"] == {
        "a": "1",
        "b": Secret("2"),
    }


def test_the_manifest_has_plain_values_and_no_unknown_ones() -> None:
    inputs = {"data": {"a": Secret("1"), "b": UNKNOWN}, "list": [UNKNOWN, 1]}

    assert to_manifest(inputs) == {"data": {"a": "1"}, "list": [1]}


def test_the_fields_of_a_definition_get_their_dashes_back_and_forth() -> None:
    inputs = {"kind": "CustomResourceDefinition", "x": [{"x_kubernetes_list_type": "map"}]}

    manifest = to_manifest(inputs)

    assert manifest["x"] == [{"x-kubernetes-list-type": "map"}]
    assert from_live({**manifest, "metadata": {}})["x"] == inputs["x"]


def test_a_key_of_a_config_map_is_never_rewritten() -> None:
    inputs = {"kind": "ConfigMap", "data": {"x_kubernetes_list_type": "map"}}

    assert to_manifest(inputs) == inputs


def test_outputs_are_the_object_without_bookkeeping_and_marked_as_ours() -> None:
    live = {"kind": "ConfigMap", "metadata": {"name": "a", "managedFields": [1]}, "data": {}}

    outputs = to_outputs(live, {}, "manager-1")

    assert outputs["metadata"] == {"name": "a"}
    assert outputs["__standIn"] == "hoheit-lab"
    assert outputs["__fieldManager"] == "manager-1"
    assert strip_outputs(outputs) == {"kind": "ConfigMap", "metadata": {"name": "a"}, "data": {}}


def test_both_ways_of_writing_a_secret_compare_equal() -> None:
    plain = merge_string_data({"stringData": {"a": "b"}, "data": {"c": "ZA=="}})

    assert plain == {"data": {"a": "Yg==", "c": "ZA=="}}


def test_a_change_is_shown_where_the_program_wrote_the_value() -> None:
    program = {"stringData": {"a": "b"}, "data": {"c": "ZA=="}}

    assert path_in_program(("data", "a"), program) == ("stringData", "a")
    assert path_in_program(("data", "c"), program) == ("data", "c")
    assert path_in_program(("metadata", "name"), program) == ("metadata", "name")
    assert path_in_program(("data",), {"stringData": {"a": "b"}}) == ("stringData",)


def test_marking_changes_no_value() -> None:
    secret = {**SECRET, "data": {"a": "Yg=="}}

    assert reveal(mark_secrets(secret, {})) == secret
