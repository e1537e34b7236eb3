"""The environment of MLflow, and of the program that prepares its stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hoheit_facts import IMAGES, switches_off

from hoheit._secret_variable import secret_variable
from hoheit._stores.objects import ACCESS_KEY, OBJECTS_PORT, OBJECTS_REGION, SECRET_KEY

from .database import DATABASE_PORT
from .postgres_files import DATABASE, ROLE

if TYPE_CHECKING:
    import pulumi
    from pulumi_kubernetes.core.v1 import EnvVarArgsDict

    from hoheit.mlflow_settings import MlflowSettings

RUN = "/run/mlflow"
AUTH_FILE = f"{RUN}/basic_auth.ini"
TEMPORARY = "/tmp"  # noqa: S108 - emptyDir
SQLITE = "/var/lib/mlflow"
AUTHORITY = "/etc/hoheit/authority"
"""Where the certificate authority of a private object store is mounted."""

METRICS_READER = "hoheit-metrics"
"""The account that the gateway reads metrics with, apart from the one that people know.

MLflow gives its metrics to administrators alone, so it is one."""


@dataclass(frozen=True, kw_only=True)
class Late:
    """What other resources produce for a server pod: names of objects, and two host names."""

    service_account: pulumi.Input[str]
    gateway_config: pulumi.Input[str]
    admin_secret: pulumi.Input[str]
    """Keys ``username`` and ``password``."""
    secret: pulumi.Input[str]
    """Keys ``flask-secret-key``, ``encryption-passphrase``, ``metrics-password`` and
    ``metrics-account``."""
    dsn_secret: pulumi.Input[str] | None
    """None for SQLite."""
    objects_secret: pulumi.Input[str] | None
    """Credentials of the object store; None where pods have an identity of their own."""
    objects_host: str | None
    """Service of the bundled S3 server."""
    allowed_hosts: pulumi.Input[str]
    allowed_origins: pulumi.Input[str]


def common(settings: MlflowSettings, late: Late) -> list[EnvVarArgsDict]:
    """Return what both programs need: the database, the object store, silence."""
    fixed = {
        "HOME": TEMPORARY,
        "TMPDIR": TEMPORARY,
        # The bucket in the path: nobody has a name server for bucket.host inside a cluster.
        "MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE": "path",
        # Pods prove themselves by their own identity or Secret, never by the node's.
        "AWS_EC2_METADATA_DISABLED": "true",
        **_object_store(settings, late),
        **switches_off(IMAGES["mlflow"].software),
    }
    return [
        *({"name": name, "value": value} for name, value in fixed.items()),
        *_credentials(late),
        *_database(settings, late),
    ]


def accounts(late: Late) -> list[EnvVarArgsDict]:
    """Return the passwords that the accounts of the platform get."""
    return [
        secret_variable("MLFLOW_AUTH_ADMIN_USERNAME", late.admin_secret, "username"),
        secret_variable("MLFLOW_AUTH_ADMIN_PASSWORD", late.admin_secret, "password"),
        {"name": "HOHEIT_METRICS_USERNAME", "value": METRICS_READER},
        secret_variable("HOHEIT_METRICS_PASSWORD", late.secret, "metrics-password"),
    ]


def server(late: Late) -> list[EnvVarArgsDict]:
    """Return what the server alone needs."""
    return [
        {"name": "MLFLOW_AUTH_CONFIG_PATH", "value": AUTH_FILE},
        # Jobs ask language models outside for judgements, and nothing outside can be reached.
        {"name": "MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "value": "false"},
        {"name": "MLFLOW_SERVER_ALLOWED_HOSTS", "value": late.allowed_hosts},
        {"name": "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS", "value": late.allowed_origins},
        secret_variable("MLFLOW_FLASK_SERVER_SECRET_KEY", late.secret, "flask-secret-key"),
        # Without it, keys that people store in MLflow are encrypted with a published default.
        secret_variable("MLFLOW_CRYPTO_KEK_PASSPHRASE", late.secret, "encryption-passphrase"),
    ]


def _object_store(settings: MlflowSettings, late: Late) -> dict[str, str]:
    store = settings.existing_artifacts
    if store is None:
        endpoint = f"http://{late.objects_host}:{OBJECTS_PORT}"
        return {"MLFLOW_S3_ENDPOINT_URL": endpoint, "AWS_DEFAULT_REGION": OBJECTS_REGION}
    own = {"MLFLOW_S3_ENDPOINT_URL": store.endpoint, "AWS_DEFAULT_REGION": store.region}
    authority = {"AWS_CA_BUNDLE": f"{AUTHORITY}/ca.crt"} if store.ca_config_map is not None else {}
    return {**own, **authority}


def _credentials(late: Late) -> list[EnvVarArgsDict]:
    if late.objects_secret is None:
        return []
    return [secret_variable(name, late.objects_secret, name) for name in (ACCESS_KEY, SECRET_KEY)]


def _database(settings: MlflowSettings, late: Late) -> list[EnvVarArgsDict]:
    variable = "MLFLOW_BACKEND_STORE_URI"
    if late.dsn_secret is None:
        return [{"name": variable, "value": f"sqlite:///{SQLITE}/mlflow.db"}]
    existing = settings.existing_database
    return [secret_variable(variable, late.dsn_secret, existing.dsn_key if existing else "dsn")]


def bundled_dsn(host: str, password: str) -> str:
    """Return the URL of the bundled database, whose password needs no escaping."""
    return f"postgresql+psycopg://{ROLE}:{password}@{host}:{DATABASE_PORT}/{DATABASE}"
