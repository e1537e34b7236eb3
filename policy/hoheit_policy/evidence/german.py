"""What each rule asks, in German; the rule itself says it in English."""

from typing import NamedTuple


class German(NamedTuple):
    """Title of a rule, and what has to hold."""

    title: str
    asks: str


GERMAN: dict[str, German] = {
    "LOC-01": German(
        "Daten liegen in erlaubten Ländern",
        "Cluster, Speicher, Datenträger, Cloud-Ressourcen und Empfänger von Nutzerdaten sind in "
        "Ländern, die das Profil erlaubt. Eine Registry oder ein Hub, der nur Images und Gewichte "
        "ausgibt, erhält keine Nutzerdaten und ist nicht gefragt.",
    ),
    "LOC-02": German(
        "Kein Ort ist unbekannt",
        "Jeder Ort, nach dem LOC-01 fragt, hat ein Land, das ermittelt oder erklärt ist.",
    ),
    "LOC-03": German(
        "Orte stehen fest und werden nicht berechnet",
        "Jede Region, Zone und Lokation einer Cloud-Ressource ist ein Wert, den eine Vorschau "
        "zeigt. Einen, den erst die Ausführung kennt, kann niemand beurteilen, bevor Daten dort "
        "sind.",
    ),
    "LOC-04": German(
        "Provider sprechen mit ihrer Cloud oder mit einer erklärten Adresse",
        "Kein Provider von AWS oder Hetzner hat einen Endpunkt oder Proxy, der unbekannt, nicht "
        "erklärt oder außerhalb der erlaubten Länder ist, meldet sich in einer anderen Region an "
        "oder führt ein Plugin anderer Herkunft aus.",
    ),
    "LOC-06": German(
        "Verfügbarkeitszonen liegen in erlaubten Ländern",
        "Jede Verfügbarkeitszone, die eine AWS-Ressource nennt, gehört zu einer bekannten Region "
        "in einem erlaubten Land. Eine lokale Zone, eine Zone am Netzrand und die Kennung einer "
        "Zone stehen in keiner Tabelle und sind nicht erlaubt.",
    ),
    "LOC-07": German(
        "Server bei Hetzner nennen einen erlaubten Standort",
        "Jeder Server der Hetzner Cloud nennt einen Standort oder ein Rechenzentrum in einem "
        "erlaubten Land. Ohne Angabe wählt die Schnittstelle.",
    ),
    "LOC-08": German(
        "Datenträger bei Hetzner sind an einem erlaubten Standort",
        "Jeder Datenträger der Hetzner Cloud nennt einen Standort in einem erlaubten Land oder "
        "einen Server dieses Stacks, der in einem ist.",
    ),
    "LOC-09": German(
        "Load Balancer bei Hetzner sind an einem erlaubten Standort",
        "Jeder Load Balancer der Hetzner Cloud nennt einen Standort oder eine Netzzone, deren "
        "Standorte alle in erlaubten Ländern liegen. Er beendet TLS und sieht, was durchläuft.",
    ),
    "LOC-10": German(
        "Adressen, Subnetze, Storage Boxes und Snapshots bei Hetzner sind an einem erlaubten "
        "Standort",
        "Jede primäre und jede Floating IP, jedes Subnetz, jede Storage Box und jeder Snapshot "
        "der Hetzner Cloud nennt einen Standort in einem erlaubten Land oder eine Ressource dieses "
        "Stacks, die in einem ist.",
    ),
    "LOC-13": German(
        "Pulumis Zustand und sein Schlüssel sind in erlaubten Händen",
        "Der Ort, an dem der Zustand liegt, und wer den Schlüssel seiner Geheimnisse hat, sind in "
        "erlaubten Ländern und werden aus erlaubten Ländern kontrolliert. Eine Passphrase liegt "
        "beim Betreiber.",
    ),
    "REP-01": German(
        "Buckets werden nur in erlaubte Länder repliziert",
        "Jeder Bucket, in den Objekte repliziert werden, ist ein Bucket dieses Stacks in einem "
        "erlaubten Land, und ebenso der Schlüssel der Kopien. Der Name eines Buckets sagt nicht, "
        "wo er ist.",
    ),
    "REP-05": German(
        "Schlüssel bleiben in erlaubten Ländern",
        "Jede Kopie eines KMS-Schlüssels und der Schlüssel, dessen Kopie er ist, sind in einem "
        "erlaubten Land. Ein Schlüssel, der in mehreren Regionen erlaubt ist, ist unbekannt.",
    ),
    "REP-06": German(
        "DynamoDB-Tabellen werden nur in erlaubte Länder repliziert",
        "Jede Kopie und jeder Zeuge einer DynamoDB-Tabelle ist in einem erlaubten Land.",
    ),
    "REP-07": German(
        "Datenbanken werden nur innerhalb erlaubter Länder repliziert",
        "Jede Quelle, jede Gegenstelle und jeder Zeuge einer replizierten Datenbank ist in einem "
        "erlaubten Land. Die Mitglieder eines globalen Clusters entstehen anderswo, also ist er "
        "unbekannt.",
    ),
    "REP-08": German(
        "Snapshots und Sicherungen bleiben in erlaubten Ländern",
        "Jede Kopie eines Snapshots, eines Images oder einer Sicherung, die eine Ressource anlegt "
        "oder ein Plan verlangt, ist in einem erlaubten Land.",
    ),
    "REP-09": German(
        "Dateisysteme, Geheimnisse und Images werden nur in erlaubte Länder repliziert",
        "Jede Kopie eines Dateisystems, eines Geheimnisses, einer Image-Registry, eines Inventars "
        "oder einer Sammlung von Vorfällen ist in einem erlaubten Land.",
    ),
    "GLB-01": German(
        "Nichts läuft durch Amazon CloudFront",
        "Keine Ressource von Amazon CloudFront entsteht: der Dienst nimmt Anfragen an Orten in "
        "aller Welt an, was auch immer über Besucher und Preisklassen eingestellt ist.",
    ),
    "GLB-02": German(
        "Nichts läuft durch AWS Global Accelerator",
        "Keine Ressource von AWS Global Accelerator entsteht: der Dienst nimmt Anfragen an Orten "
        "in aller Welt an, was auch immer über Besucher und Preisklassen eingestellt ist.",
    ),
    "TEL-01": German(
        "Telemetrie, Update-Prüfungen und Hub-Abrufe sind aus",
        "Jeder Container mit Software aus der Telemetrie-Tabelle hat alle ihre Schalter als feste "
        "Werte. Variablen aus ConfigMaps desselben Stacks zählen, andere sind unbekannt.",
    ),
    "IMG-01": German(
        "Images kommen aus freigegebenen Registries und sind festgelegt",
        "Das Image jedes Containers, vervollständigt wie es eine Laufzeit tut, liegt unterhalb "
        "einer der approved_registries und hat eine Prüfsumme, wo images_locked gilt.",
    ),
    "NET-03": German(
        "Namespaces verbieten von vornherein alles, und der Cluster setzt es durch",
        "Jeder Namespace mit Workloads hat eine NetworkPolicy, die alle Pods auswählt und in "
        "beiden Richtungen nichts erlaubt; keine andere öffnet jedem jeden Port; kein Pod ist im "
        "Netz des Knotens; das erklärte CNI setzt Policies durch. Wo es Policies anderer Art gibt, "
        "etwa von Cilium oder Calico, ist die Antwort unbekannt.",
    ),
    "NET-07": German(
        "Nichts ist von außen erreichbar, außer intern oder mit TLS und Anmeldung",
        "Kein Service der Art LoadBalancer ohne internes Schema, kein NodePort, kein hostPort, "
        "keine externalIPs, kein Ingress und kein Gateway-Listener ohne TLS. Wo TLS zu sehen ist "
        "und eine Anmeldung nicht, ist die Antwort unbekannt.",
    ),
    "EGR-01": German(
        "Nur erklärte Empfänger werden angesprochen",
        "Jede Regel einer NetworkPolicy, die aus dem Cluster führt, dient über ihren Port einem "
        "erklärten Empfänger; jeder Host in einer URL in command, args und env eines Containers "
        "ist erklärt. Öffentliche Modell-Schnittstellen sind verletzt, wo immer sie genannt sind.",
    ),
    "ENC-05": German(
        "Datenträger sind verschlüsselt",
        "Jeder Claim nennt eine Speicherklasse, die als verschlüsselt erklärt ist oder die der "
        "Stack anlegt und deren Parameter sie verschlüsseln. Eine Klasse, die dem Cluster "
        "überlassen ist, ist unbekannt.",
    ),
    "OPQ-01": German(
        "In alles, was andere Ressourcen verbirgt, hat jemand hineingesehen",
        "Kein Chart, kein Satz Dateien, keine eigene Ressourcenart, keine Vorlage eines anderen "
        "Werkzeugs, kein Befehl, keine dynamische Ressource und keine Startdaten einer Maschine "
        "bleiben ungesehen: alles davon ist unbekannt, bis jemand dafür einsteht.",
    ),
    "OPQ-02": German(
        "Was nur gelesen wird, ist in erlaubten Ländern",
        "Jede Ressource, die ein Stack liest und nicht anlegt, ist an einem bekannten Ort in einem "
        "erlaubten Land.",
    ),
    "GOV-01": German(
        "Datenspeicher sagen, was sie enthalten",
        "Jeder Datenspeicher in einer Cloud trägt die Tags data-class, owner, retention und "
        "art30-record, an sich selbst oder durch Vorgabe seines Providers.",
    ),
    "GOV-04": German(
        "Betreiber und ihre Eigentümer sind bekannt und erlaubt",
        "Der Betreiber jedes Ortes, nach dem LOC-01 fragt, ist bekannt, und das Land, aus dem sein "
        "Eigentümer kontrolliert wird, ist eines, das das Profil erlaubt.",
    ),
}
"""By the id of the rule. A rule of somebody else has none, and is shown in English."""
