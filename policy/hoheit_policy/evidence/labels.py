"""Labels of the page's tables, each in German and in English."""

from .texts import Text

LABELS: dict[str, Text] = {
    "name": Text("Was", "What"),
    "path": Text("Fundstelle", "Found at"),
    "data_class": Text("Datenart", "Data class"),
    "country": Text("Land", "Country"),
    "region": Text("Region", "Region"),
    "zone": Text("Zone", "Zone"),
    "operator": Text("Betreiber", "Operator"),
    "jurisdiction": Text("Kontrolliert aus", "Controlled from"),
    "retention": Text("Aufbewahrung", "Retention"),
    "erasure": Text("Löschung", "Erasure"),
    "encryption": Text("Verschlüsselung", "Encryption"),
    "key_holder": Text("Schlüssel bei", "Key holder"),
    "backup": Text("Sicherung", "Backup"),
    "readers": Text("Wer lesen darf", "Who may read"),
    "recipient": Text("Empfänger", "Recipient"),
    "when": Text("Wann", "When"),
    "purpose": Text("Zweck", "Purpose"),
    "transfer": Text("Drittland", "Third country"),
    "contract": Text("Vertrag nach Art. 28, vom", "Art. 28 contract, of"),
    "attestation": Text("Testat, gültig bis", "Attestation, valid until"),
    "runs": Text("Betreibt", "Runs"),
    "rule": Text("Regel", "Rule"),
    "verdict": Text("Urteil", "Verdict"),
    "message": Text("Befund", "Finding"),
    "remedy": Text("Abhilfe", "Remedy"),
    "control": Text("Anforderung", "Control"),
    "counts": Text("Urteile", "Verdicts"),
    "image": Text("Image", "Image"),
    "digest": Text("Prüfsumme", "Digest"),
    "software": Text("Software", "Software"),
    "model": Text("Modell", "Model"),
    "revision": Text("Stand", "Revision"),
    "licence": Text("Lizenz", "Licence"),
    "risk_class": Text("Risikoklasse", "Risk class"),
    "owner": Text("Verantwortlich", "Owner"),
    "reason": Text("Grund", "Reason"),
    "until": Text("Bis", "Until"),
    "status": Text("Stand", "Status"),
    "before": Text("Vorher", "Before"),
    "after": Text("Jetzt", "Now"),
    "file": Text("Datei", "File"),
    "holds": Text("Inhalt", "Content"),
    "stack": Text("Stack", "Stack"),
    "project": Text("Projekt", "Project"),
    "commit": Text("Programmstand", "Program revision"),
    "at": Text("Beurteilt zum", "Judged at"),
    "state_day": Text("Zustand vom", "State of"),
    "state_sha256": Text("SHA-256 des Zustands", "SHA-256 of the state"),
    "engine": Text("Pulumi", "Pulumi"),
    "providers": Text("Provider", "Providers"),
    "profile": Text("Profil", "Profile"),
    "declared_by": Text("Angaben von", "Declarations of"),
    "declarations_sha256": Text("SHA-256 der Angaben", "SHA-256 of the declarations"),
    "rule_set": Text("Regelwerk", "Rule set"),
    "own_rules": Text("Weitere Regeln, nicht beigelegt", "Further rules, not enclosed"),
    "resources": Text("Ressourcen", "Resources"),
    "judged": Text("davon beurteilt", "of these judged"),
    "types": Text("Arten", "Types"),
    "opaque": Text("nicht einsehbar", "cannot be looked into"),
    "external": Text("nur gelesen, nicht angelegt", "only read, not made"),
    "secrets": Text("entfernte geheime Werte", "secret values taken out"),
    "pending_operations": Text("offene Vorgänge im Zustand", "pending operations in the state"),
    "register": Text("Verzeichnis der Komponenten", "Register of the components"),
    "rules_without_object": Text("Regeln ohne Gegenstand", "Rules without object"),
    "unknown": Text("unbekannt", "unknown"),
    "unknown_fields": Text("unbekannte Angaben", "unknown fields"),
    "none": Text("keine", "none"),
    "yes": Text("ja", "yes"),
    "no": Text("nein", "no"),
    "new": Text("neu", "new"),
    "gone": Text("weggefallen", "gone"),
    "countries": Text("Länder", "Countries"),
    "recipients": Text("Empfänger", "Recipients"),
    "no_previous": Text(
        "Kein früherer Nachweis wurde angegeben.", "No earlier evidence was given."
    ),
    "nothing_changed": Text("Nichts hat sich geändert.", "Nothing changed."),
    "expired": Text("abgelaufen", "expired"),
    "unused": Text("betrifft keinen Befund", "means no finding"),
    "valid": Text("gilt", "holds"),
    "not_proven": Text("beweist nicht", "Does not prove"),
    "supports": Text("unterstützt", "Supports"),
    "verified": Text("nachgesehen am", "verified on"),
    "asks": Text("Verlangt", "Asks"),
    "asked": Text("Verlangt", "Asks"),
    "area": Text("Raum", "Area"),
    "basis": Text("Grundlage, zu prüfen bis", "Basis, review by"),
    "role": Text("Rolle nach KI-Verordnung", "Role under the AI Act"),
    "approver": Text("Genehmigt von", "Approved by"),
    "judged_at": Text("beurteilt zum", "judged at"),
    "phase": Text("Beurteilt ist", "Judged is"),
    "phase_state": Text("ein gespeicherter Zustand", "a stored state"),
    "signer": Text("Unterzeichnet von", "Signed by"),
    "signer_note": Text(
        "dem Inhaber des Schlüssels, dessen öffentlicher Teil auf anderem Weg übergeben wird",
        "the holder of the key whose public half is handed over by another way",
    ),
    "declared_by_reviewer": Text("dem Prüfer", "the reviewer"),
    "declared_by_program": Text("dem Programm", "the program"),
    "declared_by_none": Text("niemandem", "nobody"),
    "none_known": Text("keine bekannt", "none known"),
    "unknown_verdicts": Text("Urteile unbekannt", "verdicts unknown"),
    "counts_note": Text("Unbekannt ist nie erfüllt.", "Unknown is never a pass."),
    "red_note": Text(
        "Regeln, die verletzt sind, und dann solche, über die nicht alles bekannt ist. Was zu tun "
        "ist, steht unter Befunde.",
        "Rules that are violated, then those of which not all is known. What to do stands under "
        "Findings.",
    ),
    "findings_note": Text(
        "Was die Regel verlangt und was zu tun ist, steht auf Deutsch; der Wortlaut eines Befundes "
        "ist englisch, wie ihn auch die Maschinendateien enthalten.",
        "The wording of a finding is the one of the machine files.",
    ),
    "controls_note": Text(
        "Regeln unterstützen Anforderungen und beweisen keine. Fundstelle jeder Angabe: controls "
        "in evidence.json.",
        "Rules support controls and prove none. The source of each entry: controls in "
        "evidence.json.",
    ),
    "dora_note": Text(
        "Spalten der Vorlage B_02.02; mehrere Länder ergeben mehrere Zeilen. Kennungen von "
        "Unternehmen und Verträgen ergänzt das Institut.",
        "Columns of template B_02.02; several countries make several rows. Identifiers of "
        "entities and contracts are the institution's to add.",
    ),
    "a_controller": Text("a) Verantwortlicher", "a) Controller"),
    "a_data_protection_officer": Text("a) Datenschutzbeauftragter", "a) Data protection officer"),
    "b_purposes": Text("b) Zwecke", "b) Purposes"),
    "b_legal_basis": Text("b) Rechtsgrundlage", "b) Legal basis"),
    "c_data_subjects": Text("c) Kategorien betroffener Personen", "c) Categories of data subjects"),
    "c_data_categories": Text(
        "c) Kategorien personenbezogener Daten", "c) Categories of personal data"
    ),
    "c_classes": Text("c) Datenarten laut Verzeichnis", "c) Data classes of the register"),
    "d_recipients": Text("d) Empfänger im Betrieb", "d) Recipients at run time"),
    "e_transfers": Text("e) Übermittlungen, zu prüfen", "e) Transfers to look at"),
    "f_retention": Text("f) Löschfristen", "f) Periods of erasure"),
    "g_measures": Text("g) Maßnahmen", "g) Measures"),
    "g_note": Text(
        "Verschlüsselung, Schlüssel, Sicherung und Zugriff stehen je Speicher in den Abschnitten "
        "dazu; was die Regeln durchsetzen, unter Befunde.",
        "Encryption, keys, backup and access stand by store in their sections; what the rules "
        "enforce, under Findings.",
    ),
    "service": Text("0130 Dienst", "0130 Service"),
    "storage": Text("0150 Speicherung", "0150 Storage"),
    "processing": Text("0160 Verarbeitung", "0160 Processing"),
    "source_note": Text(
        "Unter jedem Wert: Quelle, Tag, Verlässlichkeit. Zustand: im gespeicherten Zustand "
        "gelesen (hoch). Programm: von einer Komponente ermittelt (mittel). Erklärt: von jemandem "
        "angegeben, mit Tag und Beleg (mittel).",
        "Below each value: source, day, confidence. State: read in the stored state (high). "
        "Program: worked out by a component (medium). Declared: said by somebody, with day and "
        "evidence (medium).",
    ),
    "access_note": Text(
        "Was von außen erreichbar ist, beurteilt Regel NET-07; wer im Cluster Rechte hat, ist "
        "hier nicht beurteilt.",
        "Rule NET-07 judges what can be reached from outside; who has rights in the cluster is "
        "not judged here.",
    ),
    "hash_note": Text(
        "Die Prüfsummen aller Dateien stehen in statement.intoto.json, die Signatur darüber in "
        "signature.dsse.json. Prüfen: hoheit evidence verify ORDNER --key SCHLÜSSEL",
        "The hashes of all files stand in statement.intoto.json, the signature over it in "
        "signature.dsse.json. To check: hoheit evidence verify DIR --key KEY",
    ),
}
