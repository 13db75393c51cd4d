"""Queries of databases become Parquet files: types kept, nothing changed, nothing secret said."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from threading import Thread
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from analytics.errors import UserError
from analytics.lake.preparing import prepare
from analytics.mapping.database import fetch
from analytics.study import open_study
from tests.server import PASSWORD, USER, Server, server
from tests.support import HARBOR, ROOT, authorization, claim, opened

# How the server lists who runs the query below; asking for it lists oneself too.
RUNNING = "pg_stat_activity where query like '%pg_sleep(0.002)%' and state = 'active' and pid <> pg_backend_pid()"
SLOWLY = "select number, pg_sleep(0.002)::text as slept from generate_series(1, 100000) as number"


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with server() as running:
        running.run(
            "create table claim as select number, 'S' || number as member from generate_series(1, 50) as number"
        )
        yield running


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a query on an address; gives the table, or the sentence of what is wrong, which says nothing secret."""

    def run(address: str | None, query: str) -> Any:
        out = tmp_path / "out" / "claims.parquet"
        out.parent.mkdir(exist_ok=True)
        monkeypatch.delenv("CLAIMS_URL", raising=False)
        if address is not None:
            monkeypatch.setenv("CLAIMS_URL", address)
        try:
            assert fetch("CLAIMS_URL", query, out, "'carrier'") == out
        except UserError as fault:
            said = str(fault)
            assert said.startswith("'carrier': ") and said.count("\n") == 0 and said.endswith(".")
            assert not any(word in said for word in (PASSWORD, "p%40ss", "w0rd", USER, "127.0.0.1", "SMITH", "S17"))
            assert not address or address.strip() not in said or not address.strip()
            assert list(out.parent.iterdir()) == []
            return said
        assert stat.S_IMODE(out.stat().st_mode) == 0o600
        assert list(out.parent.iterdir()) == [out]
        table = pq.read_table(out)
        out.unlink()
        return table

    return run


def types(table: Any) -> dict[str, str]:
    return {field.name: str(field.type) for field in table.schema}


def test_types_of_postgres_arrive(postgres: Server, ask: Any) -> None:
    table = ask(
        postgres.address(),
        """
        select 7::int2 as line, 60.5::numeric(9, 2) as units, 12.340::numeric as amount, ' x ' as code,
            date '2024-02-29' as day, timestamp '2024-01-02 03:04:05.678' as moment,
            timestamptz '2024-01-02 03:04:05+05' as instant, true as paid, null::date as nothing, 1.5::float8 as bsa,
            '3b1f8a80-0000-4000-8000-00000000000a'::uuid as id, '{"a": 1}'::jsonb as more, time '08:30' as hour -- all
        ;
        """,
    )
    assert types(table) == {
        "line": "int16",
        "units": "decimal128(9, 2)",
        "amount": "string",
        "code": "string",
        "day": "date32[day]",
        "moment": "timestamp[us]",
        "instant": "timestamp[us]",
        "paid": "bool",
        "nothing": "date32[day]",
        "bsa": "double",
        "id": "string",
        "more": "string",
        "hour": "string",
    }
    assert list(table.to_pylist()[0].values()) == [
        *(7, Decimal("60.50"), "12.340", " x ", date(2024, 2, 29), datetime(2024, 1, 2, 3, 4, 5, 678000)),
        *(datetime(2024, 1, 1, 22, 4, 5), True, None, 1.5, "3b1f8a80-0000-4000-8000-00000000000a", '{"a": 1}'),
        "08:30:00.000000",
    ]


def test_more_rows_than_a_batch_and_none_at_all(postgres: Server, ask: Any) -> None:
    many = ask(postgres.address(), "select number, repeat('x', 100) as text from generate_series(1, 100000) as number")
    assert many.num_rows == 100_000 and sorted(many["number"].to_pylist()) == list(range(1, 100_001))
    none = ask(postgres.address(), "select number, member from claim where number < 0")
    assert none.num_rows == 0 and types(none) == {"number": "int32", "member": "string"}


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("select * form claim", 'its query (syntax error at or near "form")'),
        ("select * from clam", '(relation "clam" does not exist)'),
        ("select number from claim where member = = 'SMITH'", 'syntax error at or near "="'),
        ("select member::int as n from claim", "failed on what it read (invalid input syntax for type integer)"),
        ("select 'SMITH'::date as d", "failed on what it read (invalid input syntax for type date)"),
        ("select 1 / (number - 17) as n from claim", "failed on what it read (division by zero)"),
        ("select array[1] as list", "the column 'list' is of the type _int4, which can't be carried"),
        ("select 5::money as paid", "the column 'paid' is of the type money"),
        ("select 'infinity'::date as until", "the column 'until' holds dates outside the years 1 to 9999"),
        ("select '-infinity'::timestamptz as at", "the column 'at' holds dates outside the years 1 to 9999"),
        ("select 'NaN'::numeric(5, 2) as units", "the column 'units' holds NaN"),
        ("select 1 as a, 2 as A", "its query gives the column 'a' twice"),
        ("", "its query must begin with select or with"),
        ("drop table claim", "its query must begin with select or with"),
        ("copy claim to program 'cat'", "its query must begin with select or with"),
        ("with gone as (delete from claim returning 1) select * from gone", "its query would change the database"),
        ("select 1; drop table claim", "cannot insert multiple commands"),
        ("select set_config('transaction_read_only', 'off', false)", "its query failed"),
        ("select pg_terminate_backend(pg_backend_pid())", "the database went away while its rows were read"),
    ],
)
def test_queries_that_fail_say_why_and_change_nothing(postgres: Server, ask: Any, query: str, says: str) -> None:
    assert says in ask(postgres.address(), query)
    assert postgres.run("select count(*) from claim") == [(50,)]


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ({"password": "SMITH"}, "names an account that the database does not let in"),
        ({"user": "SMITH"}, "names an account that the database does not let in"),
        ({"port": 1}, "leads to no database that answers"),
        ({"more": "?sslmode=require"}, "asks for an encrypted connection"),
        ({"more": "?sslmde=require"}, "is no address that PostgreSQL's client understands"),
        ({"more": "x"}, "names a database that the server does not have"),
    ],
)
def test_addresses_that_lead_nowhere(postgres: Server, ask: Any, address: dict[str, Any], says: str) -> None:
    assert f"what the environment variable CLAIMS_URL holds {says}" in ask(postgres.address(**address), "select 1 as a")


@pytest.mark.parametrize(
    ("address", "says"),
    [
        (None, "the environment variable CLAIMS_URL is not set: it must hold the address"),
        (" ", "the environment variable CLAIMS_URL is empty: it must hold the address"),
        ("hunter2", "is no address of a database"),
        ("postgresql://um_reader:p@ss/w0rd@127.0.0.1:x/db", "is no address that PostgreSQL's client understands"),
        ("teradatasql://um_reader:w0rd@127.0.0.1", "begins with a scheme that nothing here reads"),
        ("mysql+nothing://um_reader:w0rd@127.0.0.1/db", "begins with a scheme that nothing here reads"),
        ("sqlite+pysqlite://um_reader:w0rd@127.0.0.1:x/db", "can't be taken apart"),
        ("sqlite://", "names no file"),
        ("sqlite:////nowhere/SMITH.db", "names a file that is not there"),
        (f"sqlite:///{ROOT / 'pyproject.toml'}", "names a file that is no SQLite database"),
        (f"duckdb:///{ROOT / 'pyproject.toml'}", "names a file that is no DuckDB database"),
    ],
)
def test_variables_that_hold_no_address(ask: Any, address: str | None, says: str) -> None:
    if (address or "").startswith("postgresql"):
        pytest.importorskip("adbc_driver_postgresql", reason="the extra postgres is not installed")
    assert says in ask(address, "select name from sqlite_master")


def test_without_the_driver_the_extra_is_named(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql", None)
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql.dbapi", None)
    assert "install um-analytics[postgres]" in ask("postgresql://um_reader:w0rd@127.0.0.1/db", "select 1 as a")


def test_a_database_that_goes_away_leaves_the_earlier_file(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAIMS_URL", postgres.address())
    out = tmp_path / "claims.parquet"
    fetch("CLAIMS_URL", "select * from claim", out, "'carrier'")
    before = out.read_bytes()
    end = f"select pg_terminate_backend(pid) from {RUNNING}"

    def pull_the_plug() -> None:
        until = time.monotonic() + 60
        while not postgres.run(end) and time.monotonic() < until:
            time.sleep(0.1)

    plug = Thread(target=pull_the_plug)
    plug.start()
    with pytest.raises(UserError, match="'carrier': the database went away while its rows were read"):
        fetch("CLAIMS_URL", SLOWLY, out, "'carrier'")
    plug.join()
    assert out.read_bytes() == before and list(tmp_path.iterdir()) == [out]


def test_stopping_cancels_the_query(postgres: Server, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from analytics.mapping.database import fetch\n"
        f"fetch('CLAIMS_URL', {SLOWLY!r}, Path(sys.argv[1]), 'x')"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "claims.parquet")],
        env={**os.environ, "CLAIMS_URL": postgres.address()},
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    busy = f"select count(*) from {RUNNING}"
    until = time.monotonic() + 60
    while postgres.run(busy) == [(0,)] and time.monotonic() < until:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=30)
    assert "KeyboardInterrupt" in said and list(tmp_path.iterdir()) == []
    assert postgres.run(busy) == [(0,)]


def sqlite_file(folder: Path) -> str:
    path = folder / "claims of 2024.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table claim (member text, line integer, units real, paid, day text, blank text)")
        rows = [("0017", 1, 60, 12, "2024-02-29", None), ("S17", 2, 30.5, "n/a", None, None)]
        connection.executemany("insert into claim values (?, ?, ?, ?, ?, ?)", rows)
    connection.close()
    return f"sqlite:///{path}"


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+pysqlite"])
def test_sqlite_columns_have_the_type_of_their_values(scheme: str, tmp_path: Path, ask: Any) -> None:
    address = sqlite_file(tmp_path).replace("sqlite", scheme, 1)
    table = ask(address, "select * from claim where member like '%17' -- both")
    assert types(table) == {
        **{"member": "string", "line": "int64", "units": "double", "paid": "string"},
        **{"day": "string", "blank": "string"},
    }
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        ("0017", 1, 60.0, "12", "2024-02-29", None),
        ("S17", 2, 30.5, "n/a", None, None),
    ]
    assert ask(address, "select * from claim where line > 9").num_rows == 0
    twice = f"{'its query failed' if '+' in scheme else 'near'}"
    assert twice in ask(address, "select * form claim where member = 'SMITH'")
    assert "values of the type bytes" in ask(address, "select x'00ff' as photo")
    assert "its query" in ask(address, "with x as (select 1) delete from claim")
    assert ask(address, "select count(*) as n from claim").to_pylist() == [{"n": 2}]


def test_duckdb_files_are_read_and_nothing_beside_them(tmp_path: Path, ask: Any) -> None:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(
            "create table claim as select i::varchar as member, date '2024-01-01' + i::int as day, "
            "i::decimal(9, 2) as units, ['A', 'N'][i % 2 + 1]::enum('A', 'N') as decision, "
            "timestamptz '2024-01-02 03:04:05+05' as at from range(100000) as numbers(i)"
        )
    address = f"duckdb:///{path}"
    table = ask(address, "select * from claim")
    assert table.num_rows == 100_000 and table["at"][0].as_py() == datetime(2024, 1, 1, 22, 4, 5)
    assert list(types(table).values()) == ["string", "date32[day]", "decimal128(9, 2)", "string", "timestamp[us]"]
    assert "Table with name clam does not exist" in ask(address, "select * from clam")
    assert "no files or other databases" in ask(address, f"select * from read_text('{ROOT / 'README.md'}')")
    assert "must be one statement" in ask(address, "select 1 as a; drop table claim")
    assert "its query" in ask(address, "with x as (select 1) delete from claim")
    assert "values of rows" in ask(address, "select ('SMITH' || member)::date as d from claim")
    assert ask(address, "select count(*) as n from claim").to_pylist() == [{"n": 100_000}]


QUERIES = """
[policies]
Harbor = "ixempra-oncology-injectable"

[[source.medical_claim]]
name = "warehouse"
connection = "CLAIMS_URL"
query = "select * from line where code like 'J%'"
[source.medical_claim.columns]
claim_line_start_date = "day"
hcpcs_code = "code"
service_unit_quantity = "units"

[[source.authorization]]
connection = "CLAIMS_URL"
query = "select * from request"
"""
TABLES = ("administration", "request", "authorization_use")


def foreign_tables(address: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The result tables of the queries above."""
    monkeypatch.setenv("CLAIMS_URL", address)
    folder.mkdir()
    (folder / "um.toml").write_text(QUERIES, encoding="utf-8")
    with open_study(folder) as study:
        return [study.frame(name) for name in TABLES]


@pytest.fixture(scope="module")
def own_tables(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """The same of the same facts in our own layout."""
    folder = tmp_path_factory.mktemp("ours")
    tables = {"medical_claim": [claim(service_unit_quantity="60.5", paid_amount="12.34")], "authorization": [ours()]}
    with opened(folder, tables, HARBOR) as study:
        return [study.frame(name) for name in TABLES]


def ours() -> dict[str, str | None]:
    return authorization(received_at="2025-01-02 22:30:00", approved_units="200")


def test_a_report_of_postgres_is_that_of_files(
    postgres: Server, own_tables: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = "authorization_id text, person_id text, payer text, hcpcs_code text, request_type text, decision text"
    postgres.run(
        "create table line (claim_id text, claim_line_number int, person_id text, payer text, day date, code char(6), "
        "units numeric, paid_amount numeric(12, 2))",
        "insert into line values ('C1', 1, 'P1', 'Harbor', '2025-03-03', 'J9207', 60.50, 12.34)",
        f"create table request ({columns}, received_at timestamptz, decided_at timestamp, approved_from date, "
        "approved_to date, bsa_m2 float8, approved_units numeric(9, 2))",
        "insert into request values ('A1', 'P1', 'Harbor', 'J9207', 'initial', 'approved', '2025-01-03 03:30+05', "
        "'2025-01-04', '2025-01-04', '2026-01-03', 1.8, 200)",
    )
    found = foreign_tables(postgres.address(), tmp_path / "foreign", monkeypatch)
    for one, other in zip(found, own_tables, strict=True):
        assert one.equals(other)


def test_a_report_of_sqlite_is_that_of_files(
    own_tables: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = ours()
    with sqlite3.connect(tmp_path / "claims.db") as connection:
        connection.execute(
            "create table line as select 'C1' as claim_id, 1 as claim_line_number, 'P1' as person_id, "
            "'Harbor' as payer, '2025-03-03' as day, 'J9207' as code, 60.5 as units, 12.34 as paid_amount"
        )
        connection.execute(f"create table request ({', '.join(request)})")
        connection.execute(f"insert into request values ({', '.join('?' * len(request))})", [*request.values()])
    connection.close()
    found = foreign_tables(f"sqlite:///{tmp_path / 'claims.db'}", tmp_path / "foreign", monkeypatch)
    for one, other in zip(found, own_tables, strict=True):
        assert one.equals(other)


def test_a_query_is_not_prepared(tmp_path: Path) -> None:
    (tmp_path / "um.toml").write_text(QUERIES, encoding="utf-8")
    with pytest.raises(UserError, match="um prepare keeps files, and medical_claim is read from a query on CLAIMS_URL"):
        prepare(tmp_path, tmp_path / "lake")
