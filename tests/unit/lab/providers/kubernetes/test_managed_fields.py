from typing import Any

from hoheit_lab.providers.kubernetes.ignoring import leave_ignored
from hoheit_lab.providers.kubernetes.managed_fields import owned_by_others, takeover


def entry(manager: str, fields: dict[str, Any], **more: str) -> dict[str, Any]:
    how = {"operation": "Update", "apiVersion": "apps/v1", "fieldsType": "FieldsV1", **more}
    return {"manager": manager, **how, "fieldsV1": fields}


def live(*entries: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "metadata": {"resourceVersion": "7", "managedFields": list(entries)},
        "spec": {"replicas": 4, "containers": [{"name": "c", "image": "live"}]},
    }


OURS = entry("ours", {"f:spec": {"f:paused": {}}}, operation="Apply")
HAND = entry("kubectl-edit", {"f:spec": {"f:replicas": {}}, "f:status": {"f:x": {}}})
SCALER = entry("autoscaler", {"f:spec": {"f:replicas": {}}})
REPLICAS = ("spec", "replicas")


def test_fields_set_by_hand_become_ours_and_those_of_controllers_stay() -> None:
    operations = takeover(live(OURS, HAND, SCALER), "ours")

    assert operations is not None
    books = operations[0]["value"]
    assert [book["manager"] for book in books] == ["autoscaler", "ours"]
    assert books[1]["operation"] == "Apply"
    assert books[1]["fieldsV1"] == {"f:spec": {"f:paused": {}, "f:replicas": {}}}


def test_the_takeover_fails_if_the_object_has_changed_meanwhile() -> None:
    operations = takeover(live(HAND), "ours")

    assert operations is not None
    assert operations[1] == {"op": "replace", "path": "/metadata/resourceVersion", "value": "7"}


def test_without_fields_set_by_hand_there_is_nothing_to_take() -> None:
    assert takeover(live(OURS, SCALER), "ours") is None


def test_a_field_belongs_to_others_only_if_it_is_not_ours_too() -> None:
    ours_too = entry("ours", {"f:spec": {"f:replicas": {}}}, operation="Apply")

    assert owned_by_others(live(SCALER), "ours", REPLICAS)
    assert not owned_by_others(live(SCALER, ours_too), "ours", REPLICAS)
    assert not owned_by_others(live(OURS), "ours", REPLICAS)


def test_an_ignored_field_of_a_controller_is_left_to_it() -> None:
    manifest = {"spec": {"replicas": 1, "paused": False}}

    left = leave_ignored(manifest, live(SCALER), "ours", ["spec.replicas"])

    assert left == {"spec": {"paused": False}}
    assert manifest["spec"]["replicas"] == 1


def test_an_ignored_field_of_ours_stays_at_its_live_value() -> None:
    ours = entry("ours", {"f:spec": {"f:replicas": {}}}, operation="Apply")

    left = leave_ignored({"spec": {"replicas": 1}}, live(ours), "ours", ["spec.replicas"])

    assert left == {"spec": {"replicas": 4}}


def test_an_ignored_field_inside_a_list_is_found_by_the_elements_key() -> None:
    books = {"f:spec": {"f:containers": {'k:{"name":"c"}': {"f:image": {}}}}}
    manifest = {"spec": {"containers": [{"name": "c", "image": "old"}]}}
    path = ["spec.containers[0].image"]

    theirs = leave_ignored(manifest, live(entry("updater", books)), "ours", path)
    ours = leave_ignored(manifest, live(entry("ours", books, operation="Apply")), "ours", path)

    assert theirs["spec"]["containers"] == [{"name": "c"}]
    assert ours["spec"]["containers"] == [{"name": "c", "image": "live"}]


def test_an_ignored_field_that_the_program_does_not_set_changes_nothing() -> None:
    manifest: dict[str, Any] = {"spec": {}}

    assert leave_ignored(manifest, live(SCALER), "ours", ["spec.replicas", "x[*].y"]) == manifest
