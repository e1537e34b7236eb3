"""A small state with secrets in many places, and keys to sign evidence with."""

import copy
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hoheit_policy.evidence import SIGNATURE_FILE, STATEMENT, Inputs, package, sign

from . import residency as r

AT = "2026-11-26T10:00:00Z"
SIGNATURE = "4dabf18193072939515e22adb298388d"
STACK = "urn:pulumi:prod::shop"

SECRETS = {
    "ciphertext": "v1:ciphertext-of-the-database-password",
    "output": "v1:ciphertext-of-an-output",
    "salt": "v1:salt-of-the-passphrase:v1:check",
    "literal": "hunter2-in-a-variable",
    "listed": "named-as-a-secret-output",
    "kubeconfig": "apiVersion: v1 kind: Config in-clear",
    "login": "postgres://app:pw-in-a-url@db.example.com/app",
    "token": "hf_abcdefghijklmnopqrstuvwx",
    "secret_kind": "Y2xlYXItaW4tYS1TZWNyZXQ=",
    "identity": "AKIAABCDEFGHIJKLMNOP",
    "pem": "-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----",
}
"""What must not be in any file of a package, by where it hides."""

K8S = f"{STACK}::pulumi:providers:kubernetes::main"


def hidden(ciphertext: str) -> dict[str, str]:
    return {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": ciphertext}


def entry(token: str, name: str, **fields: Any) -> dict[str, Any]:
    given = {"urn": f"{STACK}::{token}::{name}", "type": token, "custom": True}
    if token.startswith("kubernetes:"):
        given["provider"] = f"{K8S}::id"
    return {**given, **fields}


def variable(name: str, value: Any) -> dict[str, Any]:
    return {"name": name, "value": value}


def fact(value: str | None) -> dict[str, Any]:
    return {"value": value, "source": r.SOURCE} if value else {}


STORE = {
    "name": "prompts of the gateway",
    "data_class": "prompts",
    "medium": "claim",
    "location": r.location(),
    "retention": fact("30 days"),
    "encryption": fact("LUKS"),
    "on_destroy": "delete",
}
EGRESS = {
    "recipient": "Example objects",
    "host": "objects.example.com",
    "port": 443,
    "purpose": "artifacts",
    "when": "run",
    "location": r.location(),
}
DEPLOYMENT = {
    "metadata": {"namespace": "apps"},
    "spec": {
        "template": {
            "spec": {
                "containers": [
                    {
                        "name": "app",
                        "image": f"registry.example.com/postgres@{r.DIGEST}",
                        "args": ["--model", "mistral-7b", "--db", SECRETS["login"]],
                        "env": [
                            variable("DB_PASSWORD", SECRETS["literal"]),
                            variable("GREETING", SECRETS["token"]),
                            variable("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"),
                            variable("TLS", SECRETS["pem"]),
                            variable("FROM_OUTPUT", "before [secret] after"),
                        ],
                    }
                ]
            }
        }
    },
}
STATE: dict[str, Any] = {
    "version": 3,
    "deployment": {
        "manifest": {"time": "2026-11-25T09:30:00.123456789+01:00", "version": "v3.259.0"},
        "secrets_providers": {"type": "passphrase", "state": {"salt": SECRETS["salt"]}},
        "pending_operations": [{"type": "creating", "resource": {"urn": "urn:pulumi:x"}}],
        "resources": [
            entry("pulumi:pulumi:Stack", "shop-prod", custom=False, outputs={}),
            entry(
                "hoheit:index:ResidencyGuard",
                "guard",
                custom=False,
                inputs={"declarations": r.declarations(profile="de-only")},
            ),
            entry(
                "pulumi:providers:kubernetes",
                "main",
                inputs={"clusterIdentifier": "main", "kubeconfig": SECRETS["kubeconfig"]},
            ),
            entry(
                "hoheit:index:VllmService",
                "chat",
                custom=False,
                outputs={"modelNames": ["mistral"], "stores": [STORE], "egress": [EGRESS]},
            ),
            entry("kubernetes:apps/v1:Deployment", "app", inputs=DEPLOYMENT),
            entry(
                "kubernetes:core/v1:Secret",
                "db",
                inputs={"stringData": {"plain": SECRETS["secret_kind"]}},
                outputs={"data": hidden(SECRETS["ciphertext"])},
            ),
            entry(
                "random:index/randomPassword:RandomPassword",
                "db",
                outputs={"result": SECRETS["listed"], "bcryptHash": hidden(SECRETS["output"])},
                additionalSecretOutputs=["result"],
            ),
            entry("kubernetes:helm.sh/v3:Release", "chart", inputs={"chart": "loki"}),
            entry(
                "kubernetes:core/v1:PersistentVolumeClaim",
                "data",
                inputs={"metadata": {"namespace": "apps"}, "spec": {"storageClassName": "fast"}},
            ),
            entry(
                "aws:s3/bucket:Bucket",
                "foreign",
                external=True,
                id=SECRETS["identity"],
                inputs={},
                outputs={"region": "us-east-1", "bucketRegion": "us-east-1"},
            ),
        ],
    },
}
REGISTER = {"stores": [STORE], "egress": [EGRESS]}


def state() -> dict[str, Any]:
    """A copy of the state that a test may change."""
    return copy.deepcopy(STATE)


def inputs(**changes: Any) -> Inputs:
    return Inputs(**{"state": state(), "at": AT, "register": REGISTER, **changes})


def pem_of(key: Any) -> tuple[bytes, bytes]:
    """Private and public half of a key."""
    private = key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
    public = key.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)
    return private, public


@cache
def ed25519_keys() -> tuple[bytes, bytes]:
    return pem_of(ed25519.Ed25519PrivateKey.generate())


@cache
def ecdsa_keys() -> tuple[bytes, bytes]:
    return pem_of(ec.generate_private_key(ec.SECP256R1()))


def signed(**changes: Any) -> dict[str, bytes]:
    """A package with a signature of the Ed25519 key."""
    files = package(inputs(**changes))
    return {**files, SIGNATURE_FILE: sign(files[STATEMENT], ed25519_keys()[0])}


def state_of_a_stack_alone() -> list[dict[str, Any]]:
    """The resources of a program that made nothing."""
    return state()["deployment"]["resources"][:1]
