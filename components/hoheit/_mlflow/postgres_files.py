"""What PostgreSQL is told in files: its settings, who may log in, and what to do before it starts.

Written for PostgreSQL 15 and newer.
"""

from __future__ import annotations

DATABASE = "mlflow"
ROLE = "mlflow"
"""Owns the database, and is no superuser."""

SETTINGS_FILE = "postgresql.conf"
LOGINS_FILE = "pg_hba.conf"
SCRIPT_FILE = "initialise.sh"

_SHARE_OF_MEMORY = 4
"""PostgreSQL's manual suggests a quarter of the memory for shared_buffers."""


def settings(*, port: int, memory_mib: int, configuration: str, sockets: str) -> str:
    """Return ``postgresql.conf``.

    Args:
        port: TCP port on every address of the pod.
        memory_mib: Memory of the container in MiB.
        configuration: Folder of these files.
        sockets: Folder for Unix sockets.
    """
    return f"""\
listen_addresses = '*'
port = {port}
unix_socket_directories = '{sockets}'
hba_file = '{configuration}/{LOGINS_FILE}'
password_encryption = scram-sha-256
shared_buffers = {memory_mib // _SHARE_OF_MEMORY}MB
# Parameters and names of runs stay out of the container's log, in which the server's errors are.
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
"""


def logins() -> str:
    """Return ``pg_hba.conf``: one role, to one database, with its password; nobody else at all."""
    return f"host {DATABASE} {ROLE} all scram-sha-256\n"


def script(*, data: str, password_file: str) -> str:
    """Return the shell script that runs before each start of PostgreSQL.

    Args:
        data: Folder of the database below the volume; what lies beside it is not PostgreSQL's.
        password_file: Holds the password that the role gets, letters and digits only.
    """
    return f"""\
#!/bin/sh
# In single-user mode nobody can connect, and no password is needed to set one: a volume that
# outlived its Secret takes the new password like a fresh one.
set -eu
data={data}
password=$(cat {password_file})
case $password in
  '' | *[!A-Za-z0-9]*) echo 'the password is empty, or not only letters and digits' >&2; exit 1 ;;
esac

version=$(postgres --version)
version=${{version#*) }}
major=${{version%%.*}}

run_alone() {{
  # Whatever fails ends this, and the statement, which has a password in it, is not logged.
  postgres --single -D "$1" -c exit_on_error=on -c log_min_error_statement=panic \\
    -c password_encryption=scram-sha-256 postgres >/dev/null
}}

if [ ! -e "$data" ]; then
  # Made under another name: what is interrupted here is not taken for a database next time.
  rm -rf "$data.new"
  # Collation C: an image with another C library would sort otherwise, and break indexes.
  initdb --pgdata="$data.new" --username=postgres --auth=reject --encoding=UTF8 --locale=C \\
    --data-checksums --no-instructions >/dev/null
  printf '%s\\n' 'CREATE ROLE {ROLE} LOGIN' 'CREATE DATABASE {DATABASE} OWNER {ROLE}' \\
    | run_alone "$data.new"
  mv "$data.new" "$data"
  echo "created a database of version $major"
fi

found=$(cat "$data/PG_VERSION")
if [ "$found" != "$major" ]; then
  echo "the volume has a database of version $found, this is PostgreSQL $major: go back to an \
image of version $found, and move the data with pg_dump or pg_upgrade" >&2
  exit 1
fi

# By no pipe, so that it is a child of this shell. What was killed has left the file postmaster.pid
# with process 1 in it: every container has one, and only as its parent is it no other server.
run_alone "$data" <<SQL
ALTER ROLE {ROLE} PASSWORD '$password'
SQL
echo "the database is of version $major, and its role has the current password"
"""
