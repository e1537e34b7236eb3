"""Export for the record of processing activities (Art. 30 GDPR): derived and declared apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .areas import is_inside
from .fields import of_fact

if TYPE_CHECKING:
    from .inputs import Inputs

_PERSONAL = ("prompts", "logs", "experiments", "artifacts")
"""Classes of data that hold or may hold personal data (hoheit's register)."""


def art30(
    inputs: Inputs, kept: list[dict[str, Any]], flows: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the points of Art. 30(1); what only the controller can say is declared, or unknown."""
    stack, project = inputs.stack()
    said = {name: of_fact(fact, inputs) for name, fact in inputs.record.processing}
    stores = [one for one in kept if one["data_class"] is None or one["data_class"] in _PERSONAL]
    return {
        "processing": f"{project}/{stack}",
        "a_controller": said["controller"],
        "a_data_protection_officer": said["data_protection_officer"],
        "b_purposes": said["purposes"],
        "b_legal_basis": said["legal_basis"],
        "c_data_subjects": said["data_subjects"],
        "c_data_categories": said["data_categories"],
        "c_classes": sorted({one["data_class"] for one in stores if one["data_class"]}),
        "d_recipients": [
            {
                "recipient": one["recipient"],
                "host": one["host"],
                "country": one["fields"]["country"],
                "purpose": one["purpose"],
                "contract": one["fields"]["contract"],
            }
            for one in flows
            if one["when"] in (None, "run")
        ],
        "e_transfers": [
            {
                "recipient": one["recipient"],
                "host": one["host"],
                "transfer": one["fields"]["transfer"],
                "basis": one["fields"]["basis"],
            }
            for one in flows
            if one["when"] in (None, "run") and not is_inside(one["fields"]["transfer"])
        ],
        "f_retention": [
            {"store": one["name"], **{k: one["fields"][k] for k in ("retention", "erasure")}}
            for one in stores
        ],
        "g_measures": [
            {
                "store": one["name"],
                **{k: one["fields"][k] for k in ("encryption", "key_holder", "backup", "readers")},
            }
            for one in stores
        ],
    }
