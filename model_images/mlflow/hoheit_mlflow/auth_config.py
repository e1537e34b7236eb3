"""The file that tells MLflow's basic-auth app where its accounts are."""

import configparser
import os
from pathlib import Path


def write(file: Path, *, url: str, admin: str, default_permission: str) -> None:
    """Write ``file``, readable for this user alone: the URL has a password in it.

    The admin's password is not in it. MLflow would need one only to create the account, which
    exists by now.
    """
    config = configparser.ConfigParser(interpolation=None)
    config["mlflow"] = {
        "database_uri": _literal(url),
        "admin_username": admin,
        "default_permission": default_permission,
        "authorization_function": "mlflow.server.auth:authenticate_request_basic_auth",
    }
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        config.write(stream)


def _literal(value: str) -> str:
    """MLflow reads the file with interpolation, in which a percent sign begins a reference."""
    return value.replace("%", "%%")
