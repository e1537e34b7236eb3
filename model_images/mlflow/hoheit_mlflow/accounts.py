"""The accounts that the platform itself needs, at the passwords of its Secrets."""

from dataclasses import dataclass, field

from mlflow.server.auth.sqlalchemy_store import SqlAlchemyStore


@dataclass(frozen=True, kw_only=True)
class Account:
    """One account and the password that it has to have."""

    username: str
    password: str = field(repr=False)
    is_admin: bool = False


def ensure(url: str, accounts: list[Account]) -> list[str]:
    """Create each account, or bring it to its password; return what was done.

    MLflow itself takes a configured admin password only while there is no such account.
    """
    store = SqlAlchemyStore()
    store.init_db(url)
    try:
        return [done for account in accounts if (done := _ensure(store, account))]
    finally:
        store.engine.dispose()


def _ensure(store: SqlAlchemyStore, account: Account) -> str | None:
    name, password = account.username, account.password
    if not store.has_user(name, use_primary=True):
        store.create_user(name, password, is_admin=account.is_admin)
        return f"created account {name}"
    if store.get_user(name).is_admin != account.is_admin:
        store.update_user(name, is_admin=account.is_admin)
    if store.authenticate_user(name, password, use_primary=True):
        return None
    store.update_user(name, password=password)
    return f"changed the password of account {name}"
