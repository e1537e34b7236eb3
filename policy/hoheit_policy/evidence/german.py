"""What each rule asks, in German; the rule itself says it in English."""

from typing import NamedTuple


class German(NamedTuple):
    """Title of a rule, and what has to hold."""

    title: str
    asks: str


GERMAN: dict[str, German] = {
    "LOC-01": German(
        "Daten liegen in erlaubten Ländern",
        "Cluster, Speicher, Datenträger, AWS-Ressourcen und Empfänger von Nutzerdaten sind in "
        "Ländern, die das Profil erlaubt. Eine Registry oder ein Hub, der nur Images und "
        "Gewichte ausgibt, erhält keine Nutzerdaten und ist nicht gefragt. Nach den Orten von "
        "Hetzner fragen LOC-07 bis LOC-10.",
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
        "erklärt oder außerhalb der erlaubten Länder ist, meldet sich in einer anderen Region "
        "an oder führt ein Plugin anderer Herkunft aus.",
    ),
    "LOC-05": German(
        "ARNs gehören zu erlaubten Partitionen und zugelassenen Konten",
        "Jede ARN, die eine AWS-Ressource enthält oder zeigt, gehört zu einer Partition mit "
        "einer Region in einem erlaubten Land. Wo approved_accounts erklärt sind, gehört sie zu "
        "einem davon, und kein AWS-Provider darf sich bei einem anderen anmelden.",
    ),
    "LOC-06": German(
        "Verfügbarkeitszonen liegen in erlaubten Ländern",
        "Jede Verfügbarkeitszone, die eine AWS-Ressource nennt, gehört zu einer bekannten "
        "Region in einem erlaubten Land. Eine lokale Zone, eine Zone am Netzrand und die "
        "Kennung einer Zone stehen in keiner Tabelle und sind nicht erlaubt.",
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
        "der Hetzner Cloud nennt einen Standort in einem erlaubten Land oder eine Ressource "
        "dieses Stacks, die in einem ist.",
    ),
    "LOC-11": German(
        "Cluster sind, wo ihr API-Server ist",
        "Der API-Server in der kubeconfig eines Kubernetes-Providers ist in einem erlaubten "
        "Land, erkannt an der Region in einem Host von Amazon EKS oder an einer Adresse in "
        "Hetzner Cloud. Wo der Host es nicht zeigt, ist der Cluster erklärt; eine Erklärung, "
        "der der Host widerspricht, ist ein Verstoß.",
    ),
    "LOC-12": German(
        "Das Programm wählt seinen Cluster",
        "Jeder Kubernetes-Provider hat eine kubeconfig oder nennt einen Kontext, dessen Cluster "
        "erklärt ist, und jede Kubernetes-Ressource hat einen Provider. Sonst bestimmt der "
        "gerade gewählte Kontext dessen, der das Programm ausführt, das Land.",
    ),
    "LOC-13": German(
        "Pulumis Zustand und sein Schlüssel sind in erlaubten Händen",
        "Der Ort, an dem der Zustand liegt, und wer den Schlüssel seiner Geheimnisse hat, sind "
        "in erlaubten Ländern und werden aus erlaubten Ländern kontrolliert. Eine Passphrase "
        "liegt beim Betreiber.",
    ),
    "LOC-14": German(
        "Nichts in einer Cloud-Ressource nennt einen Ort anderswo",
        "In welchem Feld auch immer: Eine Region, eine Zone, eine ARN, ein Bucket oder eine URL "
        "in einer AWS-Ressource nennt einen Ort in einem erlaubten Land. Ein Bucket, der nicht "
        "im Stack ist, und ein Host, den niemand erklärt hat, sind unbekannt. Nach Tags, "
        "Beschreibungen und dem, was nur Rechte gibt, wird nicht gefragt.",
    ),
    "REP-01": German(
        "Buckets werden nur in erlaubte Länder repliziert",
        "Jeder Bucket, in den Objekte repliziert werden, ist ein Bucket dieses Stacks in einem "
        "erlaubten Land, und ebenso der Schlüssel der Kopien. Der Name eines Buckets sagt "
        "nicht, wo er ist.",
    ),
    "REP-02": German(
        "Zugriffspunkte über mehrere Regionen führen in erlaubte Länder",
        "Jeder Bucket hinter einem S3 Multi-Region Access Point ist ein Bucket dieses Stacks in "
        "einem erlaubten Land: S3 wählt zwischen ihnen.",
    ),
    "REP-03": German(
        "Kein Bucket wird beschleunigt",
        "Kein Bucket nutzt S3 Transfer Acceleration: Seine Daten treten am Netzrand ein, an "
        "Orten in aller Welt.",
    ),
    "REP-04": German(
        "Table Buckets replizieren in erlaubte Länder",
        "Jeder Table Bucket, in den Tabellen von S3 repliziert werden, ist in einem erlaubten "
        "Land.",
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
        "Jede Quelle, jede Gegenstelle und jeder Zeuge einer replizierten Datenbank ist in "
        "einem erlaubten Land. Die Mitglieder eines globalen Clusters entstehen anderswo, also "
        "ist er unbekannt.",
    ),
    "REP-08": German(
        "Snapshots und Sicherungen bleiben in erlaubten Ländern",
        "Jede Kopie eines Snapshots, eines Images oder einer Sicherung, die eine Ressource "
        "anlegt oder ein Plan verlangt, ist in einem erlaubten Land.",
    ),
    "REP-09": German(
        "Dateisysteme, Geheimnisse und Images werden nur in erlaubte Länder repliziert",
        "Jede Kopie eines Dateisystems, eines Geheimnisses, einer Image-Registry, eines "
        "Inventars oder einer Sammlung von Vorfällen ist in einem erlaubten Land.",
    ),
    "REP-10": German(
        "Daten werden nur mit zugelassenen Konten geteilt",
        "Kein Image, Snapshot, keine Freigabe, kein Bucket, Schlüssel, keine Queue, kein Topic, "
        "Secret oder Repository von AWS wird allen gegeben oder einem Konto, das nicht zu "
        "approved_accounts gehört.",
    ),
    "REP-11": German(
        "Protokolle und Ereignisse gehen an Senken in erlaubten Ländern",
        "Jeder Bucket, Stream, jedes Topic und jede Adresse, an die ein Trail, ein Abonnement "
        "von Protokollen, ein Strom von Metriken, ein Lieferstrom, ein Flow Log, eine "
        "Ereignisregel oder ein Topic sendet, ist in einem erlaubten Land. E-Mail und Telefon "
        "einer Person sind unbekannt.",
    ),
    "REP-12": German(
        "Sicherungen von Clustern bleiben in erlaubten Ländern",
        "Jede BackupStorageLocation und VolumeSnapshotLocation von Velero, als eigene Ressource "
        "oder in den Werten seines Charts, nennt einen Speicher oder eine Region in einem "
        "erlaubten Land.",
    ),
    "GLB-01": German(
        "Nichts läuft durch Amazon CloudFront",
        "Keine Ressource von Amazon CloudFront wird angelegt und keine am Rand optimierte API, vor "
        "der es steht: Es nimmt Anfragen an Orten in aller Welt an, was seine Einstellungen zu "
        "Betrachtern und Preisen auch sagen. Eine API von API Gateway, die keinen Typ nennt, ist "
        "am Rand optimiert.",
    ),
    "GLB-02": German(
        "Nichts läuft durch AWS Global Accelerator",
        "Keine Ressource von AWS Global Accelerator entsteht: der Dienst nimmt Anfragen an "
        "Orten in aller Welt an, was auch immer über Besucher und Preisklassen eingestellt ist.",
    ),
    "GLB-03": German(
        "Keine Firewall arbeitet am Netzrand",
        "Keine Zugriffsliste, Regelgruppe, Menge von Adressen oder Mustern von AWS WAF hat den "
        "Geltungsbereich CLOUDFRONT: Sie liest Anfragen, wo immer Amazon CloudFront sie "
        "annimmt.",
    ),
    "GLB-04": German(
        "Route 53 prüft aus erlaubten Ländern und führt in erlaubte Länder",
        "Jede Region, aus der eine Zustandsprüfung von Route 53 kommt oder in die ein Eintrag "
        "oder eine Zone führt, ist in einem erlaubten Land. Ohne Regionen ist die Prüfung "
        "unbekannt. Die Namen selbst liegen in der ganzen Partition, was ein Programm auch "
        "sagt.",
    ),
    "GLB-06": German(
        "Kein Image liegt in Amazon ECR Public",
        "Kein Repository von Amazon ECR Public wird angelegt: Es gibt Images an alle aus, aus "
        "aller Welt.",
    ),
    "GLB-07": German(
        "Kein Dritter erhält stillschweigend Daten",
        "Jede Ressource und jeder Provider eines anderen Pakets als AWS, Hetzner Cloud und "
        "Kubernetes ist bei einem Dritten: Sein Betreiber wird aus einem Land kontrolliert, das "
        "das Profil erlaubt, und jemand steht dafür ein, wo seine Daten sind. Nach Paketen, die "
        "nur Werte im State erzeugen, wie random und tls, wird nicht gefragt.",
    ),
    "AI-01": German(
        "Modelle von Bedrock werden in erlaubten Ländern befragt",
        "Jedes Modell oder Inferenzprofil, das Amazon Bedrock nutzen soll, wird nur in "
        "erlaubten Ländern befragt. Ein Profil einer Geografie wird befragt, wo AWS darin "
        "wählt; das der EU ist unbekannt, weil seine Regionen von Modell zu Modell andere sind.",
    ),
    "AI-02": German(
        "Guardrails von Bedrock urteilen in erlaubten Ländern",
        "Kein Guardrail von Amazon Bedrock liest Eingaben und Antworten in Regionen außerhalb "
        "erlaubter Länder: Ohne crossRegionConfig liest er sie in seiner eigenen.",
    ),
    "AI-03": German(
        "Eingaben an Bedrock werden in erlaubten Ländern protokolliert",
        "Die Protokolle dessen, was Modelle von Amazon Bedrock gefragt werden und antworten, "
        "und jeder Bucket, in den sie gehen, sind in einem erlaubten Land.",
    ),
    "AI-04": German(
        "Eingaben gehen an keine nicht erklärte Modell-API",
        "Kein Text einer Kubernetes-Ressource, auch nicht in den Werten eines Charts, einer "
        "eigenen Ressource, einem Secret oder einer Annotation, nennt eine öffentliche "
        "Modell-API, die nicht in einem erlaubten Land erklärt ist. Ein Schlüssel für eine "
        "solche API ohne einen anderen Host ist unbekannt.",
    ),
    "AI-05": German(
        "Modelle kommen von einem Pfad oder einem erklärten Hub",
        "Jedes Modell, das vLLM bekommt, ist ein Pfad, wird bei abgeschaltetem Hub gefunden "
        "oder kommt von einem erklärten Hub; kein Container hat die Adresse eines anderen Hubs "
        "oder ein Token dafür, nutzt ModelScope oder liest hf://.",
    ),
    "TEL-01": German(
        "Telemetrie, Update-Prüfungen und Hub-Abrufe sind aus",
        "Jeder Container mit Software aus der Telemetrie-Tabelle hat alle ihre Schalter als "
        "feste Werte. Variablen aus ConfigMaps desselben Stacks zählen, andere sind unbekannt; "
        "ebenso Software, die eine Datei stumm schaltet, wenn es kein Argument tut.",
    ),
    "TEL-07": German(
        "Messwerte von Prometheus bleiben in erlaubten Ländern",
        "Jedes Remote Write in einer Konfiguration, einem Prometheus, einem PrometheusAgent "
        "oder den Werten eines Charts führt in den Cluster oder zu einem Host, der bekannt oder "
        "erklärt und in einem erlaubten Land ist, und durch keinen Proxy.",
    ),
    "TEL-12": German(
        "Traces gehen an keinen nicht erklärten Dienst",
        "Kein Text einer Kubernetes-Ressource nennt einen öffentlichen Dienst, der Traces "
        "aufbewahrt, und keine Variable eines Containers schaltet eine Bibliothek ein, die an "
        "einen sendet, außer er ist in einem erlaubten Land erklärt. Traces eines Modells "
        "enthalten Eingaben und Antworten.",
    ),
    "IMG-01": German(
        "Images kommen aus freigegebenen Registries",
        "Das Image jedes Containers in Kubernetes und jedes, das als Volume eingebunden ist, "
        "liegt, vervollständigt wie es eine Laufzeit tut, unterhalb einer der "
        "approved_registries.",
    ),
    "IMG-02": German(
        "Images sind durch ihren Digest festgelegt",
        "Das Image jedes Containers in Kubernetes und jedes, das als Volume eingebunden ist, "
        "hat einen Digest, hinter den niemand ein anderes Image setzen kann. Wo images_locked "
        "als false erklärt ist, genügt ein Tag, und latest ist keiner.",
    ),
    "IMG-03": German(
        "Zwischenspeicher von Images holen aus zugelassenen Registries",
        "Jeder Pull-Through-Cache von Amazon ECR holt aus einer Registry, die als ganze "
        "zugelassen ist: Durch den Zwischenspeicher sehen ihre Images aus wie eigene.",
    ),
    "IMG-04": German(
        "Charts kommen von zugelassenen Orten und werden nicht umgeschrieben",
        "Jedes Chart von Helm ist ein Verzeichnis des Programms oder liegt unter einem der "
        "approved_registries, nennt eine Version oder einen Digest, wird mit TLS geholt, und "
        "kein postrenderer schreibt es um.",
    ),
    "NET-01": German(
        "Die API eines EKS-Clusters ist nicht für alle offen",
        "Jeder EKS-Cluster hat einen privaten Endpunkt, oder einen öffentlichen für genannte "
        "Bereiche. Ohne endpointPublicAccess ist er öffentlich, ohne publicAccessCidrs für "
        "alle.",
    ),
    "NET-02": German(
        "Ein EKS-Cluster protokolliert seine Steuerungsebene",
        "Jeder EKS-Cluster protokolliert api, audit, authenticator, controllerManager und "
        "scheduler, und jede Protokollgruppe eines solchen behält ein halbes Jahr, was sie "
        "bekommt.",
    ),
    "NET-03": German(
        "Namespaces verbieten von vornherein alles, und der Cluster setzt es durch",
        "Jeder Namespace mit Workloads hat eine NetworkPolicy, die alle Pods auswählt und in "
        "beiden Richtungen nichts erlaubt; keine andere öffnet jedem jeden Port; kein Pod ist "
        "im Netz des Knotens; das erklärte CNI setzt Policies durch. Wo es Policies anderer Art "
        "gibt, etwa von Cilium oder Calico, ist die Antwort unbekannt.",
    ),
    "NET-04": German(
        "Firewalls lassen Pakete nur in private Netze hinaus",
        "Jede Regel einer Security Group oder einer Firewall von Hetzner für ausgehende Pakete "
        "nennt private Bereiche oder andere Gruppen. Eine Firewall von Hetzner ohne eine solche "
        "lässt alles hinaus. Wer in einem öffentlichen Bereich antwortet, ist unbekannt.",
    ),
    "NET-05": German(
        "Für Wege ins Internet steht jemand ein",
        "Kein Internet Gateway, Egress-only Gateway oder öffentliches NAT Gateway von AWS wird "
        "angelegt, ohne dass jemand dafür einsteht, was dorthin geht: Jedes ist unbekannt, bis "
        "es ausgenommen ist.",
    ),
    "NET-06": German(
        "Netze sind nur in erlaubten Ländern verbunden",
        "Jedes Netz, jede Suchdomäne und jeder Dienst, den ein Peering, ein Kernnetz, eine "
        "Verbindung oder ein Endpunkt verbindet, ist in einem erlaubten Land.",
    ),
    "NET-07": German(
        "Nichts ist von außen erreichbar, außer intern oder mit TLS und Anmeldung",
        "Kein Service der Art LoadBalancer ohne internes Schema, kein NodePort, kein hostPort, "
        "keine externalIPs, kein Ingress und kein Gateway-Listener ohne TLS. Wo TLS zu sehen "
        "ist und eine Anmeldung nicht, ist die Antwort unbekannt.",
    ),
    "NET-09": German(
        "Was wie der Cluster aussieht, führt nicht aus ihm hinaus",
        "Adressen von Endpoints und EndpointSlices, Host-Einträge und Namensserver von Pods und "
        "von CoreDNS, Server von Volumes, Hosts von Probes und URLs von Webhooks gehören zum "
        "Cluster selbst oder sind erklärt. Eine private Adresse, die niemand erklärt hat, ist "
        "unbekannt.",
    ),
    "EGR-01": German(
        "Nur erklärte Empfänger werden angesprochen",
        "Jede Regel einer NetworkPolicy, die aus dem Cluster führt, dient über ihren Port einem "
        "erklärten Empfänger; jeder Host in einer URL in command, args und env eines Containers "
        "ist erklärt, auch einer ohne Schema in einer Variablen, die nach einem Host heißt, und "
        "in Annotationen eines Ingress. Öffentliche Modell-Schnittstellen sind verletzt, wo "
        "immer sie genannt sind.",
    ),
    "EGR-02": German(
        "Kein Kubernetes-Objekt nennt einen Host, den niemand erklärt hat",
        "In welchem Feld er auch steht, offen, mit Prozentzeichen oder in Base64: Der Host einer "
        "URL in einem Kubernetes-Objekt gehört zum Cluster oder ist erklärt. Nach öffentlichen "
        "Diensten, die Tabellen kennen, fragen AI-04, TEL-12 und EGR-01.",
    ),
    "ENC-01": German(
        "Secrets eines EKS-Clusters sind mit eigenem Schlüssel verschlüsselt",
        "Jeder EKS-Cluster verschlüsselt seine Secrets mit einem KMS-Schlüssel, der genannt "
        "ist, dem Kunden gehört und in der Region des Clusters liegt.",
    ),
    "ENC-02": German(
        "Buckets sind mit eigenem Schlüssel verschlüsselt",
        "Jeder Bucket von S3 ist mit einem KMS-Schlüssel verschlüsselt, der genannt ist, dem "
        "Kunden gehört und in der Region des Buckets liegt.",
    ),
    "ENC-03": German(
        "Speicher von AWS sind mit eigenem Schlüssel verschlüsselt",
        "Jedes Volume, Dateisystem, jede Datenbank, Queue, jedes Topic, jede Protokollgruppe, "
        "jedes Secret, Repository, jeder Tresor und jede Kopie eines Snapshots ist mit einem "
        "KMS-Schlüssel verschlüsselt, der genannt ist, dem Kunden gehört und in der Region des "
        "Speichers liegt.",
    ),
    "ENC-04": German(
        "Externe Schlüsselspeicher sind in erlaubten Ländern",
        "Jeder Proxy eines externen Schlüsselspeichers, den AWS KMS bei jeder Nutzung eines "
        "Schlüssels fragt, ist unter einer erklärten Adresse in einem erlaubten Land.",
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
        "Jede Ressource, die ein Stack liest und nicht anlegt, ist an einem bekannten Ort in "
        "einem erlaubten Land.",
    ),
    "GOV-01": German(
        "Datenspeicher sagen, was sie enthalten",
        "Jeder Datenspeicher in einer Cloud trägt die Tags data-class, owner, retention und "
        "art30-record, an sich selbst oder durch Vorgabe seines Providers.",
    ),
    "GOV-03": German(
        "Leitplanken lassen nur erlaubte Regionen offen",
        "Jede Region, die eine Richtlinie von AWS Organizations durch StringNotEquals auf "
        "aws:RequestedRegion von ihrem Verbot ausnimmt, ist in einem erlaubten Land.",
    ),
    "GOV-04": German(
        "Betreiber und ihre Eigentümer sind bekannt und erlaubt",
        "Der Betreiber jedes Ortes, nach dem LOC-01 und LOC-07 bis LOC-10 fragen, ist bekannt, "
        "und das Land, aus dem sein Eigentümer kontrolliert wird, ist eines, das das Profil "
        "erlaubt.",
    ),
    "WRK-05": German(
        "Pods und Volumes sind an keine Region anderswo gebunden",
        "Jede Region oder Zone von AWS oder Hetzner Cloud, die ein Node Selector, eine Node "
        "Affinity oder die Topologie einer Storage Class nennt, ist in einem erlaubten Land. "
        "Andere Namen sind die des Clusters, dessen Ort erklärt ist.",
    ),
    "REG-01": German(
        "Das Register hat jeden Speicher",
        "In einem Programm mit Register steht jeder Volume Claim, Pfad eines Knotens, Bucket, "
        "jede Datenbank, jedes Volume, jede Storage Box und jede Protokollgruppe darin, die die "
        "Ressourcen zeigen.",
    ),
    "REG-02": German(
        "Was das Register sagt, ist da",
        "In einem Programm mit Register ist jeder eingetragene Speicher und jeder eingetragene "
        "oder erklärte Empfänger in den Ressourcen zu sehen. Nach Arbeitsspeicher, "
        "Protokolldateien und Datenträgern von Knoten und nach etcd, das keine Ressource zeigt, "
        "wird nicht gefragt.",
    ),
}
"""By the id of the rule. A rule of somebody else has none, and is shown in English."""
