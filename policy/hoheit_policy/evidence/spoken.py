"""German words for the sentences that hoheit itself writes as values and reasons.

What people declare stays in the language in which they said it.
"""

from .texts import Text

_GERMAN: dict[str, str] = {
    "nobody said so": "niemand hat es gesagt",
    "nobody declared it": "niemand hat es erklärt",
    "no table says it": "keine Tabelle sagt es",
    "the state does not say it": "der Zustand sagt es nicht",
    "build": "beim Bauen",
    "start": "beim Start",
    "run": "im Betrieb",
    "none is needed": "keine nötig",
    "EU": "EU",
    "EEA": "EWR",
    "third country": "Drittland",
    "the table of countries does not have it": "die Tabelle der Länder hat es nicht",
    "the country is unknown": "das Land ist unbekannt",
    "not written as a fact": "nicht als Angabe geschrieben",
    "its location says 'unknown'": "die Angabe sagt 'unbekannt'",
    "its source does not say by whom or what": "die Quelle sagt nicht, von wem oder woraus",
    "its declaration has no evidence": "die Erklärung hat keinen Beleg",
    "EEA: no transfer to a third country": "EWR: keine Übermittlung in ein Drittland",
    "third country with an adequacy decision (Art. 45 GDPR)": (
        "Drittland mit Angemessenheitsbeschluss (Art. 45 DSGVO)"
    ),
    "third country, adequacy partial: commercial organisations only; basis to be declared": (
        "Drittland, Angemessenheit nur für bestimmte Unternehmen; Grundlage ist zu erklären"
    ),
    "third country without an adequacy decision; basis (Art. 46, 49) to be declared": (
        "Drittland ohne Angemessenheitsbeschluss; Grundlage (Art. 46, 49) ist zu erklären"
    ),
}


def spoken(text: str) -> Text | None:
    """Return a sentence of ours in both languages, or None where somebody else wrote it."""
    german = _GERMAN.get(text)
    return Text(german, text) if german else None
