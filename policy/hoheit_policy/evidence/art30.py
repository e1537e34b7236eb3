"""Export for the record of processing activities (Art. 30 GDPR): derived and declared apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .fields import Field, Origin, unknown

if TYPE_CHECKING:
    from .inputs import Inputs

_PERSONAL = ("prompts", "logs", "experiments", "artifacts")
"""Classes of data that hold or may hold personal data (hoheit's register)."""


def art30(
    inputs: Inputs, kept: list[dict[str, Any]], flows: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the points of Art. 30(1); what only the controller can say is unknown."""
    stack, project = inputs.stack()
    stores = [one for one in kept if one["data_class"] is None or one["data_class"] in _PERSONAL]
    return {
        "processing": f"{project}/{stack}",
        "a_controller": unknown("to be declared: name and contact, data protection officer"),
        "b_purposes": unknown("to be declared"),
        "c_data_subjects": unknown("to be declared"),
        "c_categories": sorted({one["data_class"] for one in stores if one["data_class"]}),
        "d_recipients": [
            {
                "recipient": one["recipient"],
                "host": one["host"],
                "country": one["fields"]["country"],
                "purpose": one["purpose"],
            }
            for one in flows
            if one["when"] in (None, "run")
        ],
        "e_transfers": [
            {"recipient": one["recipient"], "host": one["host"], "basis": one["fields"]["transfer"]}
            for one in flows
            if one["when"] in (None, "run") and not _inside(one["fields"]["transfer"])
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


def _inside(transfer: Field) -> bool:
    return transfer["source"] != Origin.UNKNOWN and str(transfer["value"]).startswith("EEA")
