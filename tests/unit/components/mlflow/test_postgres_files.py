"""What PostgreSQL is told."""

import subprocess

from hoheit._mlflow.postgres_files import logins, script, settings


def test_nobody_gets_in_without_a_password() -> None:
    (line,) = logins().splitlines()
    assert line.split() == ["host", "mlflow", "mlflow", "all", "scram-sha-256"]


def test_a_quarter_of_the_memory_is_for_buffers() -> None:
    text = settings(port=5432, memory_mib=1024, configuration="/c", sockets="/s")
    assert "shared_buffers = 256MB" in text
    assert "hba_file = '/c/pg_hba.conf'" in text


def test_statements_stay_out_of_the_log() -> None:
    text = settings(port=1, memory_mib=512, configuration="/c", sockets="/s")
    assert "log_min_error_statement = panic" in text


def test_the_script_is_one_that_a_shell_understands() -> None:
    text = script(data="/d", password_file="/p")
    done = subprocess.run(["sh", "-n"], input=text, text=True, check=False, capture_output=True)
    assert (done.returncode, done.stderr) == (0, "")
