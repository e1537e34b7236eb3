"""Objects that one rule at least answers for, and some that all rules pass."""

from typing import Any

from . import residency as r
from .admission import CARRIERS, carrier, manifest
from .benign import SILENT, VLLM

POSTGRES = f"registry.example.com/postgres@{r.DIGEST}"
LOKI = f"registry.example.com/grafana/loki@{r.DIGEST}"
WORLD = {"ipBlock": {"cidr": "0.0.0.0/0"}}


def pod(*containers: Any, **spec: Any) -> dict[str, Any]:
    return {"containers": list(containers), **spec}


def main(image: str = POSTGRES, **fields: Any) -> dict[str, Any]:
    return {"name": "main", "image": image, **fields}


GOOD_POD = pod(main(VLLM, env=SILENT, args=["https://objects.example.com/x"]))

BAD_PODS: dict[str, dict[str, Any]] = {
    "foreign-image": pod(main("nginx")),
    "foreign-path": pod(main(f"registry.example.com.evil.io/a@{r.DIGEST}")),
    "tagged-image": pod(main("registry.example.com/postgres:17")),
    "port-in-registry": pod(main(f"registry.example.com:5000/postgres@{r.DIGEST}")),
    "no-reference": pod(main("registry.example.com/a b")),
    "wrong-digest": pod(main("registry.example.com/postgres@sha256:12")),
    "init-image": pod(main(), initContainers=[{"name": "init", "image": "busybox:1"}]),
    "vllm-reports": pod(main(VLLM)),
    "vllm-one-wrong": pod(main(VLLM, env=[*SILENT, {"name": SILENT[0]["name"], "value": "0"}])),
    "vllm-hidden": pod(
        main(
            VLLM,
            env=[
                *SILENT[1:],
                {
                    "name": SILENT[0]["name"],
                    "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}},
                },
            ],
        )
    ),
    "vllm-from": pod(main(VLLM, env=SILENT[1:], envFrom=[{"secretRef": {"name": "s"}}])),
    "grafana-like": pod(main(f"registry.example.com/our-grafana-9@{r.DIGEST}", env=SILENT)),
    "unheard-of": pod(main(f"registry.example.com/unheard-of@{r.DIGEST}")),
    "copies-only": pod(main(f"registry.example.com/models@{r.DIGEST}", command=["cp", "a", "b"])),
    "newest-image": pod(main("registry.example.com/postgres:latest")),
    "floating-image": pod(main("registry.example.com:5000/postgres:")),
    "space-in-image": pod(main(f"registry.example.com/a\u00a0b@{r.DIGEST}")),
    "loki-reports": pod(main(LOKI)),
    "loki-silent": pod(
        main(LOKI, args=["--Reporting.enabled", "true", "-reporting.enabled=false"])
    ),
    "loki-wrong": pod(
        main(LOKI, command=["-reporting.enabled", "false"], args=["-reporting.enabled"])
    ),
    "loki-like": pod(main(f"registry.example.com/my-loki@{r.DIGEST}", args=["reporting.enabled"])),
    "ray-mirrored": pod(main(f"registry.example.com/x/rayproject/ray-llm@{r.DIGEST}")),
    "host-port": pod(main(ports=[{"containerPort": 80, "hostPort": 80}])),
    "public-api": pod(main(args=["--base", "https://api.openai.com/v1"])),
    "public-api-in-env": pod(
        main(env=[{"name": "A", "value": "x https://u:p@API.Anthropic.com.:443/"}])
    ),
    "regional-api": pod(main(command=["x", "https://bedrock-runtime.us-east-1.amazonaws.com"])),
    "undeclared-host": pod(main(args=["http://collector.example.org", "grpc://8.8.8.8:1"])),
    "number-as-host": pod(main(args=["http://134744072/", "http://[::ffff:808:808]/"])),
    "built-host": pod(main(env=[{"name": "A", "value": "https://$(HOST)/v1"}])),
    "hidden-host": pod(
        main(args=["https://objects.example.com\\@a.example.org/", "x://u\t:p@objects.example.com"])
    ),
    "bare-hosts": pod(
        main(
            env=[
                {"name": "API_HOST", "value": "api.openai.com:443/v1"},
                {"name": "server", "value": "collector.example.org"},
                {"name": "Targets", "value": "8.8.8.8"},
                {"name": "PROXY_URL", "value": "$(HOST).example.org"},
                {"name": "BASE_URI", "value": "objects.example.com"},
                {"name": "GREETING", "value": "collector.example.org"},
                {"name": "SERVER", "value": "1.2.3"},
                {"name": "ADDR", "value": "a.example.org b"},
            ]
        )
    ),
    "callers-only": pod(
        main(env=[{"name": "MLFLOW_SERVER_ALLOWED_HOSTS", "value": "https://a.example.org"}])
    ),
    "inside-hosts": pod(
        main(args=["http://a.b.svc:80", "http://c", "http://127.0.0.1:1", "s3://bucket.x/y"])
    ),
    "ephemeral-volume": pod(
        main(),
        volumes=[
            {
                "name": "v",
                "ephemeral": {
                    "volumeClaimTemplate": {
                        "spec": {
                            "storageClassName": "slow",
                            "accessModes": ["ReadWriteOnce"],
                            "resources": {"requests": {"storage": "1Gi"}},
                        }
                    }
                },
            }
        ],
    ),
}
"""By name; a pod that rules pass in spite of its name is among them on purpose."""

CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}


def service(name: str, notes: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    given = {"ports": [{"port": 80}], **spec}
    return manifest("Service", name, metadata={"annotations": notes or {}}, spec=given)


def rules(name: str, **spec: Any) -> dict[str, Any]:
    return manifest("NetworkPolicy", name, spec={"podSelector": {}, **spec})


def ingress(name: str, notes: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    backend = {"defaultBackend": {"service": {"name": "a", "port": {"number": 80}}}}
    return manifest("Ingress", name, metadata={"annotations": notes or {}}, spec=backend | spec)


HETZNER = "load-balancer.hetzner.cloud"
NGINX = "nginx.ingress.kubernetes.io"
AWS = "service.beta.kubernetes.io/aws-load-balancer"
TLS = [{"secretName": "t", "hosts": ["a.example.com"]}]
HTTPS = {"protocol": "TCP", "port": 443}

OTHERS: list[dict[str, Any]] = [
    service("inside"),
    service("balancer", type="LoadBalancer"),
    service("node-port", type="NodePort"),
    service("internal", {f"{AWS}-scheme": "internal"}, type="LoadBalancer"),
    service("facing", {f"{AWS}-scheme": "internet-facing"}, type="LoadBalancer"),
    service("with-tls", {f"{AWS}-ssl-cert": "arn"}, type="LoadBalancer"),
    service("external-ips", externalIPs=["192.0.2.1"]),
    service("abroad", {f"{HETZNER}/location": "ash"}),
    service("nowhere", {f"{HETZNER}/location": "atlantis"}),
    service("at-home", {f"{HETZNER}/location": "fsn1"}),
    service("zone-abroad", {f"{HETZNER}/network-zone": "us-east"}),
    service("zone-at-home", {f"{HETZNER}/network-zone": "eu-central"}),
    service("named-outside", type="ExternalName", externalName="api.openai.com", ports=[]),
    service("named-declared", type="ExternalName", externalName="objects.example.com", ports=[]),
    ingress("plain"),
    ingress("tls", tls=TLS),
    ingress("login", {"nginx.ingress.kubernetes.io/auth-url": "https://a"}, tls=TLS),
    ingress("asks", {f"{NGINX}/auth-url": "https://login.example.org/x"}, tls=TLS),
    ingress("asks-without-scheme", {f"{NGINX}/auth-url": "login.example.org"}, tls=TLS),
    ingress("asks-declared", {f"{NGINX}/auth-url": "https://objects.example.com"}, tls=TLS),
    ingress("mirrors", {f"{NGINX}/mirror-target": "https://$host.example.org"}, tls=TLS),
    ingress("runs", {"example.com/snippet": "proxy_pass http://a.example.org; # $x"}, tls=TLS),
    ingress("names-public", {"example.com/note": "see https://api.openai.com/v1"}, tls=TLS),
    ingress("internal-ingress", {"alb.ingress.kubernetes.io/scheme": "internal"}),
    rules("to-world", egress=[{"to": [WORLD], "ports": [{"port": 80}, {"port": "http"}]}]),
    rules("to-declared", egress=[{"to": [WORLD], "ports": [HTTPS]}]),
    rules("to-anybody", egress=[{"ports": [HTTPS, {"port": 1, "endPort": 9}]}]),
    rules("to-private", egress=[{"to": [{"ipBlock": {"cidr": "10.1.0.0/16"}}]}]),
    rules("to-pods", egress=[{"to": [{"podSelector": {}}]}]),
    manifest("PersistentVolumeClaim", "fast", spec={**CLAIM, "storageClassName": "fast"}),
    manifest("PersistentVolumeClaim", "slow", spec={**CLAIM, "storageClassName": "slow"}),
    manifest("PersistentVolumeClaim", "unheard", spec={**CLAIM, "storageClassName": "new"}),
    carrier(
        "StatefulSet",
        "templates",
        pod(main()),
        volumeClaimTemplates=[
            {"metadata": {"name": "a"}, "spec": {**CLAIM, "storageClassName": "fast"}},
            {"metadata": {"name": "b"}, "spec": {**CLAIM, "storageClassName": "slow"}},
        ],
    ),
    manifest(
        "StorageClass",
        "ebs-clear",
        provisioner="ebs.csi.aws.com",
        parameters={"encrypted": "false"},
    ),
    manifest(
        "StorageClass",
        "ebs-encrypted",
        provisioner="ebs.csi.aws.com",
        parameters={"encrypted": "true"},
    ),
    manifest("StorageClass", "hetzner-clear", provisioner="csi.hetzner.cloud"),
    manifest("StorageClass", "of-no-table", provisioner="example.com/x"),
]

CASES: list[dict[str, Any]] = [
    *(carrier(kind, f"good-{kind.lower()}", GOOD_POD) for kind in CARRIERS),
    *(carrier(kind, f"image-{kind.lower()}", BAD_PODS["init-image"]) for kind in CARRIERS),
    *(carrier("Pod", name, spec) for name, spec in BAD_PODS.items()),
    *OTHERS,
]
