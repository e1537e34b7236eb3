"""The ids of the rules, for what is read before the rules themselves."""

RULE_IDS = (
    "LOC-01",
    "LOC-02",
    "LOC-03",
    "LOC-04",
    "GOV-04",
    "IMG-01",
    "TEL-01",
    "NET-03",
    "NET-07",
    "ENC-05",
    "LOC-13",
    "EGR-01",
)
