"""Make a large invented extract for timing: `python -m tests.benchmarks.generate OUT --lines 10000000`.

Everything is drawn by DuckDB from hashes of row numbers and the seed, part by part, so that the same arguments
give the same rows (under one version of DuckDB) and memory stays small however many lines there are.

In-scope lines are infusions of J9207 every three weeks to persons with requests, reviews, answers, enrollment and
measurements; some are voided or replaced. All other lines are visits, laboratory tests and other drugs.
"""

import argparse
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tests.benchmarks.lines import (
    INFUSION,
    MACROS,
    ORDERS,
    OTHER_CODES,
    OTHER_DIAGNOSES,
    PART,
    PAYERS,
    PERSON,
    REQUEST,
    SCOPE_LINE,
    SETTINGS,
    TABLES,
)

FIRST_DAY, DAYS = "2023-01-01", 1096
CYCLES = 10
LINES_PER_PERSON, LINES_PER_CYCLE = 11.5, 1.8
LINES_PER_MEMBER = 40
LINES_PER_PART = 1_500_000


@dataclass(frozen=True)
class Plan:
    """What to make: lines in all, lines of the drug, lines of one heavy member among them, seed, files of lines."""

    lines: int
    in_scope: int
    heavy: int
    seed: int
    parts: int = 0

    @property
    def members(self) -> int:
        return max(self.lines // LINES_PER_MEMBER, self.persons)

    @property
    def persons(self) -> int:
        return max(1, int((self.in_scope - self.heavy) / LINES_PER_PERSON * 1.05))


def generate(out: Path, plan: Plan, form: str = "parquet", order: str = "date") -> dict[str, int]:
    """Write the extract into `out`, in place of an earlier one there, and count its rows by table."""
    for table in ("medical_claim", *TABLES):
        for earlier in (out / table, *out.glob(f"{table}.*")):
            shutil.rmtree(earlier) if earlier.is_dir() else earlier.unlink(missing_ok=True)
    (out / "medical_claim").mkdir(parents=True)
    con = duckdb.connect()
    con.execute(MACROS.format(seed=plan.seed, first_day=FIRST_DAY))
    numbers = {
        "persons": plan.persons,
        "members": plan.members,
        "cycles": CYCLES,
        "heavy": int(plan.heavy / LINES_PER_CYCLE),
        "days": DAYS,
        "in_scope": plan.in_scope,
    }
    for statement in (PERSON, INFUSION, SCOPE_LINE, REQUEST):
        _run(con, statement, numbers)
    lines = _write_claims(con, out / "medical_claim", plan, numbers)
    counts = {"medical_claim": lines}
    for table, query in TABLES.items():
        con.execute(f"copy ({query}) to '{out / table}.{form}' ({_format(form)})")
        counts[table] = con.sql(f"select count(*) from ({query})").fetchall()[0][0]
    _rearrange(con, out, form, order)
    (out / "um.toml").write_text(SETTINGS, "utf-8")
    return counts


def _run(con: duckdb.DuckDBPyConnection, statement: str, values: Mapping[str, object]) -> None:
    """Run a statement with those of the values that it names."""
    named = duckdb.extract_statements(statement)[0].named_parameters
    con.execute(statement, {name: values[name] for name in named})


def _write_claims(con: duckdb.DuckDBPyConnection, folder: Path, plan: Plan, numbers: dict[str, int]) -> int:
    """Write the claim lines in the order of their days, one file for each stretch of time; count them."""
    in_scope = con.sql("select count(*) from scope_line").fetchall()[0][0]
    others = plan.lines - in_scope
    parts = plan.parts or max(1, min(DAYS // 8, -(-plan.lines // LINES_PER_PART)))
    lists = {"payers": list(PAYERS), "codes": list(OTHER_CODES), "diagnoses": list(OTHER_DIAGNOSES)}
    for part in range(parts):
        from_day, until_day = part * DAYS // parts, (part + 1) * DAYS // parts
        # The lines of a stretch begin where the first whole claim reaches its first day.
        first, last = (-(-(day * others) // (DAYS * 3)) * 3 for day in (from_day, until_day))
        values = numbers | lists | {"others": max(others, 1), "first": first, "last": min(last, others)}
        values |= {"from_day": from_day, "until_day": until_day}
        target = folder / f"part-{part:03d}.parquet"
        _run(con, f"copy ({PART}) to '{target}' ({_format('parquet')})", values)
    return int(con.sql(f"select count(*) from read_parquet('{folder}/*.parquet')").fetchall()[0][0])


def _format(form: str) -> str:
    return "format parquet, compression zstd" if form == "parquet" else "format csv, header"


def _rearrange(con: duckdb.DuckDBPyConnection, out: Path, form: str, order: str) -> None:
    """Sort the claim lines otherwise than by date, or make one CSV of them."""
    if form == "parquet" and order == "date":
        return
    parts = out / "medical_claim"
    by = f" order by {ORDERS[order]}" if order in ORDERS else ""
    lines = f"select * from read_parquet('{parts}/*.parquet'){by}"
    con.execute(f"copy ({lines}) to '{out / 'medical_claim'}.{form}' ({_format(form)})")
    shutil.rmtree(parts)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Make a large invented extract for timing.")
    parser.add_argument("out", type=Path, help="the folder; an earlier extract in it is replaced")
    parser.add_argument("--lines", type=int, default=1_000_000, help="claim lines in all (default: 1000000)")
    parser.add_argument("--in-scope", type=float, default=0.003, help="share of them of the drug (default: 0.003)")
    parser.add_argument("--heavy", type=int, default=0, help="lines in scope of one single member (default: 0)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--parts", type=int, default=0, help="files of claim lines (default: by their number)")
    parser.add_argument("--format", choices=("parquet", "csv"), default="parquet")
    parser.add_argument("--order", choices=("date", *ORDERS), default="date", help="how claim lines are sorted")
    given = parser.parse_args()
    plan = Plan(given.lines, max(1, round(given.lines * given.in_scope)), given.heavy, given.seed, given.parts)
    start = time.perf_counter()
    for table, count in generate(given.out, plan, given.format, given.order).items():
        print(f"{table:18} {count:>12,}")
    print(f"{time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
