"""Sentences of the page, each in German and in English."""

from typing import NamedTuple


class Text(NamedTuple):
    """One sentence in both languages."""

    de: str
    en: str


HEADINGS: dict[str, Text] = {
    "cover": Text("Nachweis: Wo Daten sind", "Evidence: where data is"),
    "not_proven": Text("Was dieser Nachweis nicht beweist", "What this evidence does not prove"),
    "red_list": Text("Rote Liste", "Red list"),
    "basis": Text("Grundlage", "Basis"),
    "summary": Text("Befunde", "Findings"),
    "scope": Text("Umfang und Vollständigkeit", "Scope and completeness"),
    "kept": Text("Standortverzeichnis", "Location register"),
    "flows": Text("Empfänger und Übermittlungen", "Data flows and transfers"),
    "encryption": Text("Verschlüsselung und Schlüssel", "Encryption and key custody"),
    "operators": Text("Betreiber und Auftragsverarbeiter", "Operators and processors"),
    "art30": Text(
        "Auszug für das Verzeichnis nach Art. 30 DSGVO", "Export for the record of Art. 30 GDPR"
    ),
    "retention": Text("Aufbewahrung und Löschung", "Retention and erasure"),
    "access": Text("Zugriff", "Access"),
    "ai": Text("KI-Systeme", "AI systems"),
    "controls": Text("Zuordnung zu Anforderungen", "Control mapping"),
    "dora": Text("Auszug für das DORA-Informationsregister", "Extract for the DORA register"),
    "exemptions": Text("Ausnahmen", "Exceptions"),
    "changes": Text("Änderungen seit dem letzten Nachweis", "Changes since the previous evidence"),
    "limits": Text("Grenzen und Unbekanntes", "Limits and unknowns"),
    "annex": Text("Anhang: Dateien", "Annex: files"),
}
"""Headings in the order of the page."""

VERDICT_WORDS: dict[str, Text] = {
    "FAIL": Text("verletzt", "violated"),
    "UNKNOWN": Text("unbekannt", "unknown"),
    "EXEMPT": Text("ausgenommen", "exempted"),
    "PASS": Text("in Ordnung", "in order"),
    "NOT_APPLICABLE": Text("ohne Gegenstand", "without object"),
}
"""What people call a verdict; machine files have its name."""

VERDICTS: dict[str, Text] = {
    "FAIL": Text("gelesen und nicht erlaubt", "read, and not allowed"),
    "UNKNOWN": Text("nicht lesbar oder von niemandem gesagt", "cannot be read, or nobody said so"),
    "EXEMPT": Text("nicht gut; jemand steht dafür ein", "not well; somebody answers for it"),
    "PASS": Text("gelesen und in Ordnung", "read, and well"),
    "NOT_APPLICABLE": Text(
        "nichts, wonach die Regel fragt, oder eine Regel, die niemand angefordert hat",
        "nothing that the rule asks about, or a rule that nobody requested",
    ),
}

OUTCOMES: dict[str, Text] = {
    "FAIL": Text("Mindestens eine Regel ist verletzt.", "At least one rule is violated."),
    "UNKNOWN": Text(
        "Keine Regel ist sicher verletzt, aber nicht alles ist bekannt. Unbekannt ist nie erfüllt.",
        "No rule is certainly violated, but not all is known. Unknown is never a pass.",
    ),
    "PASS": Text(
        "Alles, wonach die Regeln fragen, ist bekannt und erlaubt oder ausgenommen.",
        "All that the rules ask about is known, and allowed or exempted.",
    ),
}

NOT_PROVEN: tuple[Text, ...] = (
    Text(
        "Dies ist kein Rechtsgutachten und keine Zertifizierung. Kein Profil und keine Regel "
        "zeigt, dass ein Gesetz eingehalten ist.",
        "This is no legal advice and no certificate. No profile and no rule shows that a law is "
        "met.",
    ),
    Text(
        "Geprüft ist ein gespeicherter Zustand, nicht das laufende System: kein Netzverkehr, kein "
        "Datenträger, kein Vertrag.",
        "A stored state was judged, not the running system: no traffic, no disk, no contract.",
    ),
    Text(
        "Erklärte Angaben sind gezeigt, nicht bewiesen. Wer sie gemacht hat, wann und womit "
        "belegt, steht daneben.",
        "What somebody declared is shown, not proven. Who did, when and with which evidence "
        "stands beside it.",
    ),
    Text(
        "Geheime Werte sind entfernt und nicht beurteilt. Was Charts, Skripte und Befehle "
        "anlegen, ist nicht sichtbar.",
        "Secret values were taken out and not judged. What charts, scripts and commands make is "
        "not visible.",
    ),
    Text(
        "Regeln unterstützen die genannten Anforderungen; sie beweisen keine.",
        "Rules support the controls that they name; they prove none.",
    ),
)
"""What the first page says that it does not prove."""

SOURCES: dict[str, Text] = {
    "state": Text("Zustand", "state"),
    "program": Text("Programm", "program"),
    "declared": Text("erklärt", "declared"),
    "live": Text("abgefragt", "live"),
    "unknown": Text("unbekannt", "unknown"),
}

CONFIDENCES: dict[str, Text] = {
    "high": Text("hoch", "high"),
    "medium": Text("mittel", "medium"),
    "none": Text("keine", "none"),
}

ANNEX: tuple[tuple[str, Text], ...] = (
    (
        "evidence.json",
        Text("alles auf dieser Seite, für Maschinen", "all of this page, for machines"),
    ),
    ("evidence.schema.json", Text("Format von evidence.json", "format of evidence.json")),
    ("state.json", Text("der Zustand ohne Geheimnisse", "the state without secrets")),
    ("declarations.json", Text("die Angaben, die gelten", "the declarations that count")),
    (
        "register.json",
        Text(
            "Verzeichnis der Komponenten, falls vorhanden",
            "register of the components, where there is one",
        ),
    ),
    (
        "previous.json",
        Text("womit verglichen wurde, falls angegeben", "what it was compared with, where given"),
    ),
    (
        "art30.json",
        Text("Auszug für das Verzeichnis nach Art. 30", "export for the Art. 30 record"),
    ),
    (
        "art30.jsonld",
        Text(
            "derselbe Auszug im Data Privacy Vocabulary", "the same in the Data Privacy Vocabulary"
        ),
    ),
    (
        "dora-b_02_02.csv",
        Text("Zeilen für das DORA-Informationsregister", "rows for the DORA register"),
    ),
    ("oscal-assessment-results.json", Text("OSCAL Assessment Results", "OSCAL assessment results")),
    (
        "bom.cdx.json",
        Text("CycloneDX mit Diensten und Modellen", "CycloneDX with services and models"),
    ),
    ("findings.sarif", Text("Befunde als SARIF", "findings as SARIF")),
    (
        "statement.intoto.json",
        Text("Prüfsummen und Ergebnis (in-toto)", "hashes and result (in-toto)"),
    ),
    ("signature.dsse.json", Text("Signatur, falls signiert", "signature, where signed")),
)
"""Files of a package and what they hold."""
