"""The command line: ``hoheit-mlflow prepare``, run in each pod before the server."""

import argparse
import os
import sys
from pathlib import Path

from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from hoheit_mlflow import accounts, auth_config, bucket, database
from hoheit_mlflow.errors import PreparationError


def main() -> None:
    """Prepare, and exit with 0, or with 1 and one sentence on stderr."""
    arguments = _parser().parse_args()
    try:
        _prepare(arguments)
    except PreparationError as error:
        sys.exit(f"hoheit-mlflow: {error}")
    except (MlflowException, SQLAlchemyError) as error:
        # The text of a driver's error may show a statement with its parameters.
        first = str(getattr(error, "orig", error)).splitlines()[0]
        sys.exit(f"hoheit-mlflow: {type(error).__name__}: {first}")


def _prepare(arguments: argparse.Namespace) -> None:
    url = _variable("MLFLOW_BACKEND_STORE_URI")
    admin = _variable("MLFLOW_AUTH_ADMIN_USERNAME")
    # MLflow denies a path that no permission governs, /metrics for one, to all but administrators.
    wanted = [
        accounts.Account(
            username=admin, password=_variable("MLFLOW_AUTH_ADMIN_PASSWORD"), is_admin=True
        ),
        accounts.Account(
            username=_variable("HOHEIT_METRICS_USERNAME"),
            password=_variable("HOHEIT_METRICS_PASSWORD"),
            is_admin=True,
        ),
    ]
    engine = database.engine_of(url)
    with database.locked(engine):
        database.upgrade(url)
        done = accounts.ensure(url, wanted)
    engine.dispose()
    if arguments.create_bucket:
        bucket.ensure(arguments.create_bucket, _variable("MLFLOW_S3_ENDPOINT_URL"))
    auth_config.write(
        arguments.auth_config,
        url=url,
        admin=admin,
        default_permission=arguments.default_permission,
    )
    sys.stdout.write("\n".join([*done, "prepared"]) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hoheit-mlflow", allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    prepare = commands.add_parser("prepare", help="schema, accounts, bucket, auth configuration")
    prepare.add_argument("--auth-config", type=Path, required=True, help="file to write")
    prepare.add_argument("--default-permission", required=True, help="of accounts without a grant")
    prepare.add_argument("--create-bucket", metavar="NAME", help="create it where it is missing")
    return parser


def _variable(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise PreparationError(f"the environment variable {name} is not set, or empty")
    return value


if __name__ == "__main__":
    main()
