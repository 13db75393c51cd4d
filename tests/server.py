"""A PostgreSQL server of one's own: Debian's programs in a temporary folder, on loopback, for as long as some tests."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

# Signs that must be written as %40, %2F and so on in an address.
PASSWORD = "sécret:p@ss/w0rd"
USER = "um_reader"


@dataclass(frozen=True)
class Server:
    """Where it listens, and its account, which may do everything."""

    port: int

    def address(self, *, user: str = USER, password: str = PASSWORD, port: int | None = None, more: str = "") -> str:
        return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{port or self.port}/postgres{more}"

    def run(self, *statements: str) -> list[Any]:
        """What the last of some statements answers, as rows."""
        import adbc_driver_postgresql.dbapi as dbapi

        with dbapi.connect(self.address(), autocommit=True) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def server() -> Iterator[Server]:
    """A running server; the test is skipped where its programs are not installed."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    found = shutil.which("initdb")
    programs = places[-1].parent if places else Path(found).parent if found else None
    if programs is None:
        pytest.skip("PostgreSQL's programs are not installed (Debian: postgresql)")
    pytest.importorskip("adbc_driver_postgresql", reason="the extra postgres is not installed")
    folder = Path(tempfile.mkdtemp(prefix="um-postgres-"))
    account = _account(folder)

    def run(program: str, *words: str) -> None:
        done = subprocess.run(
            [programs / program, *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **account, cwd=folder
        )
        assert done.returncode == 0, f"{program} failed"

    try:
        (folder / "password").write_text(PASSWORD, encoding="utf-8")
        data = str(folder / "data")
        run(
            "initdb", "-D", data, "-U", USER, f"--pwfile={folder / 'password'}", "-A", "scram-sha-256", "--no-sync",
            "-E", "UTF8", "--locale=C",
        )  # fmt: skip
        port = _free_port()
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=20"
        run("pg_ctl", "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
        try:
            yield Server(port)
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _account(folder: Path) -> dict[str, Any]:
    """The account that the server runs as: it refuses to run as root, and Debian's package brings one for it."""
    if os.geteuid() != 0:
        return {}
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("PostgreSQL doesn't run as root, and there is no account 'postgres'")
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
