"""The bundled database: made once, given its password at each start, closed to everybody else."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hoheit_facts import IMAGES
from support.environments import missing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from serving.mlflow.processes import Pod


@pytest.fixture(params=["postgres", "older_postgres"])
def fresh(make: Callable[..., Pod], request: pytest.FixtureRequest) -> Pod:
    """A volume that nobody has used, for each version of PostgreSQL."""
    return replace(make(), postgres=request.getfixturevalue(request.param))


def test_a_retained_volume_takes_the_password_of_a_new_secret(fresh: Pod) -> None:
    with fresh.database():
        fresh.sql("CREATE TABLE kept AS SELECT 42 AS answer")
    old = fresh.rendered.passwords["database"]
    fresh.rendered.passwords["database"] = "otherPassword0123456789"
    with fresh.database():
        assert fresh.sql("SELECT answer FROM kept") == "42"
        fresh.rendered.passwords["database"] = old
        assert "password authentication failed" in fresh.sql("SELECT 1")


def test_the_kubelet_sees_whether_it_is_up(fresh: Pod) -> None:
    assert not fresh.database_is_ready()
    with fresh.database():
        assert fresh.database_is_ready()
    assert not fresh.database_is_ready()


def test_the_role_owns_its_database_and_is_no_superuser(fresh: Pod) -> None:
    with fresh.database():
        owner = "SELECT rolname, rolsuper FROM pg_roles JOIN pg_database ON datdba = pg_roles.oid"
        assert fresh.sql(f"{owner} WHERE datname = 'mlflow'") == "mlflow|f"
        fresh.sql("CREATE TABLE kept (line text)")
        assert "pg_execute_server_program" in fresh.sql("COPY kept FROM PROGRAM 'id'")


def test_passwords_rest_as_scram_and_pages_have_checksums(fresh: Pod) -> None:
    with fresh.database():
        assert fresh.sql("SHOW password_encryption") == "scram-sha-256"
        assert fresh.sql("SHOW data_checksums") == "on"


@pytest.mark.parametrize(
    "dsn", ["postgresql://postgres@{}/postgres", "postgresql://mlflow:{1}@{0}/postgres"]
)
def test_nobody_else_gets_in_and_nobody_into_another_database(fresh: Pod, dsn: str) -> None:
    with fresh.database():
        address = f"127.0.0.1:{fresh.rendered.ports[5432]}"
        target = dsn.format(address, fresh.rendered.passwords["database"])
        done = subprocess.run(
            [fresh.postgres / "psql", "-c", "SELECT 1", target],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "no pg_hba.conf entry" in done.stderr


def test_an_interrupted_creation_is_begun_again(fresh: Pod) -> None:
    assert fresh.initialise().status == 0
    remains = fresh.folder / "database" / "database"
    (remains / "global" / "pg_control").unlink()
    remains.rename(remains.with_name("database.new"))
    with fresh.database():
        assert fresh.sql("SELECT 1") == "1"


def test_a_password_that_would_need_quoting_is_refused_before_anything_happens(fresh: Pod) -> None:
    fresh.rendered.passwords["database"] = "it's; DROP"
    run = fresh.initialise()
    assert run.status == 1
    assert "not only letters and digits" in run.output
    assert not (fresh.folder / "database" / "database").exists()


def test_a_statement_that_fails_is_not_in_the_log(fresh: Pod) -> None:
    with fresh.database():
        assert "does not exist" in fresh.sql("SELECT 'private parameter' FROM nowhere")
        assert "private parameter" not in fresh.log("postgres").read_text()


def test_the_catalogue_and_the_tests_have_the_same_major_version(postgres: Path) -> None:
    version = subprocess.check_output([postgres / "postgres", "--version"], text=True)
    reference = IMAGES["postgres"].reference
    assert reference
    major = reference.rpartition(":")[2].partition(".")[0]
    assert version.startswith(f"postgres (PostgreSQL) {major}.")


def test_a_volume_of_an_older_version_is_refused_by_a_newer_one(
    make: Callable[..., Pod], postgres: Path, older_postgres: Path
) -> None:
    one = make()
    assert replace(one, postgres=older_postgres).initialise().status == 0
    run = replace(one, postgres=postgres).initialise()
    assert run.status == 1
    assert "go back to an image of version" in run.output
    with replace(one, postgres=older_postgres).database():
        assert one.sql("SELECT 1") == "1"


def test_a_database_whose_container_was_killed_starts_in_the_next(fresh: Pod) -> None:
    if os.getuid() != 0:
        missing("process 1 of a container is made as root")
    with fresh.database():
        pass
    lock = fresh.folder / "database" / "database" / "postmaster.pid"
    lock.write_text("1\n")
    done = fresh.initialise_as_process_one()
    assert done.status == 0, done
    assert not lock.exists()
