"""The database of runs and accounts: reachable, locked, at the schema of this MLflow."""

import contextlib
import time
from collections.abc import Generator

import mlflow.db
import mlflow.server.auth.db.cli
import sqlalchemy
from sqlalchemy.exc import ArgumentError, OperationalError

from hoheit_mlflow.errors import PreparationError

_LOCK = 0x686F68656974
"""Any number will do, as long as every version of this program takes the same one."""
_WAIT_SECONDS = 120
"""A database that starts at the same time as its server is up well before this."""
_PAUSE_SECONDS = 1


def engine_of(url: str) -> sqlalchemy.Engine:
    """Return an engine for ``url``, without connecting."""
    try:
        return sqlalchemy.create_engine(url)
    except (ArgumentError, ImportError):
        raise PreparationError(
            "the database URL is none that this image understands; write "
            "postgresql+psycopg://user:password@host:5432/database"
        ) from None


@contextlib.contextmanager
def locked(engine: sqlalchemy.Engine) -> Generator[None]:
    """Hold the database for oneself: of several programs at once, one works and the others wait.

    The lock belongs to the connection, so PostgreSQL frees it when this program dies. SQLite is
    for one pod alone and needs none.
    """
    with _connection(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sqlalchemy.text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        yield


def upgrade(url: str) -> None:
    """Bring the schemas of runs and of accounts to this MLflow's version; a second time: nothing.

    These are the commands ``mlflow db upgrade`` and ``mlflow.server.auth db upgrade``, called in
    this process because an argument with a password in it could be seen from outside.
    """
    mlflow.db.upgrade.main(args=[url], standalone_mode=False)
    mlflow.server.auth.db.cli.upgrade.main(args=["--url", url], standalone_mode=False)


def _connection(engine: sqlalchemy.Engine) -> sqlalchemy.Connection:
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            return engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        except OperationalError as error:
            if time.monotonic() > deadline or _refused(error):
                reason = str(error.orig).splitlines()[0]
                raise PreparationError(f"the database does not answer: {reason}") from None
        time.sleep(_PAUSE_SECONDS)


def _refused(error: OperationalError) -> bool:
    """Tell whether the server is there and does not want us: waiting would not help."""
    return "authentication failed" in str(error.orig)
