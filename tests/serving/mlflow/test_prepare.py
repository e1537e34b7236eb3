"""What runs before the server: schema, accounts, bucket; once, twice, and at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from serving.mlflow.processes import Pod

HEAD = "SELECT version_num FROM alembic_version"
ACCOUNTS = "SELECT count(*) FROM users"


@pytest.fixture
def empty(make: Callable[..., Pod]) -> Iterator[Pod]:
    """Stores that nobody has prepared."""
    one = make()
    with one.database(), one.objects():
        yield one


@pytest.fixture
def used(make: Callable[..., Pod], stopped: Pod) -> Iterator[Pod]:
    """Stores that were prepared before, with the same passwords."""
    one = make()
    one.take_over(stopped)
    with one.database(), one.objects():
        yield one


def test_a_second_time_there_is_nothing_to_do(used: Pod) -> None:
    version = used.sql(HEAD)
    again = used.prepare()
    assert (again.status, again.output.splitlines()[-1]) == (0, "prepared")
    assert "account" not in again.output
    assert used.sql(HEAD) == version


def test_two_at_the_same_time_do_the_work_once(empty: Pod) -> None:
    with ThreadPoolExecutor(2) as pool:
        runs = [one.result() for one in [pool.submit(empty.prepare) for _ in range(2)]]
    assert [run.status for run in runs] == [0, 0], runs
    assert sum("created account admin" in run.output for run in runs) == 1
    assert empty.sql(ACCOUNTS) == "2"


def test_a_server_does_not_start_on_a_schema_of_another_version(used: Pod) -> None:
    used.sql("UPDATE alembic_version SET version_num = '451aebb31d03'")
    run = used.serve_briefly(60)
    assert run.status != 0
    assert "out-of-date database schema" in run.output


def test_a_new_password_of_the_administrator_takes_effect_on_an_old_database(used: Pod) -> None:
    old = used.rendered.passwords["admin"]
    used.rendered.passwords["admin"] = new = "otherPassword0123456789"
    run = used.prepare()
    assert "changed the password of account admin" in run.output
    with used.server():
        assert used.client("refused", password=old)["status"] == 401
        assert used.client("refused", password=new)["status"] == 200


def test_after_destroy_and_up_old_volumes_work_with_every_password_a_new_one(
    make: Callable[..., Pod], stopped: Pod
) -> None:
    one = make()
    one.take_over(stopped)
    one.rendered.passwords = {
        role: f"another{password}" for role, password in one.rendered.passwords.items()
    }
    with one.database(), one.objects():
        assert one.prepare().status == 0
        with one.server():
            logged = one.client("log")
            assert one.client("read")["run"] == logged["run"]
            old = stopped.rendered.passwords["admin"]
            assert one.client("refused", password=old)["status"] == 401


def test_a_new_password_of_the_metrics_account_takes_effect_too(used: Pod) -> None:
    used.rendered.passwords["server"] = "otherPassword0123456789"
    assert "changed the password of account hoheit-metrics" in used.prepare().output
    with used.server():
        assert used.metrics().status == 200


def test_accounts_that_people_made_are_left_alone(used: Pod) -> None:
    used.sql(
        "INSERT INTO users (username, password_hash, is_admin) VALUES ('ada', 'scrypt:x', true)"
    )
    assert used.prepare().status == 0
    assert used.sql("SELECT password_hash FROM users WHERE username = 'ada'") == "scrypt:x"


def test_the_file_with_the_password_of_the_database_is_for_one_user_alone(used: Pod) -> None:
    assert used.prepare().status == 0
    file = used.folder / "run" / "basic_auth.ini"
    assert file.stat().st_mode & 0o777 == 0o600
    assert used.rendered.passwords["database"] in file.read_text()
    assert used.rendered.passwords["admin"] not in file.read_text()


def test_a_wrong_password_of_the_database_is_told_in_a_sentence_and_not_shown(used: Pod) -> None:
    used.rendered.passwords["database"] = "wrongPassword0123456789"
    run = used.prepare()
    assert run.status == 1
    assert run.output.splitlines()[-1].startswith("hoheit-mlflow: the database does not answer: ")
    assert "Traceback" not in run.output
    assert "wrongPassword" not in run.output


def test_wrong_credentials_of_the_store_are_told_in_a_sentence_and_not_shown(used: Pod) -> None:
    used.rendered.passwords["objects"] = "wrongPassword0123456789"
    run = used.prepare()
    assert run.status == 1
    assert run.output.splitlines()[-1].startswith("hoheit-mlflow: bucket mlflow: ")
    assert "wrongPassword" not in run.output
