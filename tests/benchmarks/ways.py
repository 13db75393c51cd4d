"""The work that the benchmark times, each a function of a folder of extracts: (administrations, exceeding ones).

Every one is run in a process of its own, `python -m tests.benchmarks.ways WAY DATA [SIZE]`, which prints one line of
JSON: wall and CPU seconds of the work alone (imports apart), the process's peak memory, and what it found.
"""

import importlib
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

Found = tuple[int, int]


def lines_of(data: Path) -> list[str]:
    """The files of the claim lines."""
    folder = data / "medical_claim"
    paths = sorted(folder.glob("*.parquet")) if folder.is_dir() else sorted(data.glob("medical_claim.*"))
    return [str(path) for path in paths]


def scan(data: Path, limit: str | None) -> Found:
    """The bare filtered scan of the columns that the product reads: what all else is held against."""
    import duckdb

    files = lines_of(data)
    reader = "read_parquet" if files[0].endswith("parquet") else "read_csv"
    more = "" if reader == "read_parquet" else ", all_varchar = true, header = true"
    with duckdb.connect(config={"preserve_insertion_order": False, **_limited(limit)}) as con:
        con.execute(
            f"create temp table line as select * from {reader}($files{more}) where hcpcs_code = 'J9207'",
            {"files": files},
        )
        (n,) = con.execute("select count(*) from line").fetchone() or (0,)
    return int(n), 0


def scan_and_window(data: Path, limit: str | None) -> Found:
    """A scan, one sum by member and day, and one window over it: what a table that is all in scope is held against."""
    import duckdb

    with duckdb.connect(config={"preserve_insertion_order": False, **_limited(limit)}) as con:
        con.execute(
            "create temp table line as select * from read_parquet($files) where hcpcs_code = 'J9207'",
            {"files": lines_of(data)},
        )
        con.execute(
            "create temp table day as select payer, person_id, claim_line_start_date as on_day, "
            "sum(service_unit_quantity) as units from line group by 1, 2, 3"
        )
        con.execute(
            "create temp table total as select *, sum(units) over (partition by payer, person_id order by on_day "
            "range between interval 20 days preceding and current row) as in_window from day"
        )
        (n,) = con.execute("select count(*) from total").fetchone() or (0,)
    return int(n), 0


def _limited(limit: str | None) -> dict[str, str]:
    return {"memory_limit": limit} if limit else {}


def limits(data: Path, limit: str | None) -> Found:
    """The product, from claims to administrations and their limits, with cover, BSA and verdicts."""
    from analytics.study import open_study

    with open_study(data, memory_limit=limit) as study:
        study.engine.parameters.setdefault("as_of", study.as_of)
        study.engine.make("administration", "limit_result")
        # Many limits are a view: they are gone through, like those that are held.
        study.engine.rows("select result, count(*), max(measured), max(allowed) from limit_result group by 1")
        (found,) = study.engine.rows(
            "select count(*), count(*) filter (where status in ('exceeds', 'exception')) from administration"
        )
    return int(found[0]), int(found[1])


def tables(data: Path, limit: str | None) -> Found:
    """Every result table but the gate's."""
    from analytics.results import RESULTS
    from analytics.study import open_study

    with open_study(data, memory_limit=limit) as study:
        frames = {name: study.frame(name) for name in RESULTS if name != "quality_result"}
    return frames["administration"].height, 0


def report(data: Path, limit: str | None) -> Found:
    """`um report`: gate, all tables, the page."""
    from analytics.study import open_study
    from analytics.writing import write_report

    with tempfile.TemporaryDirectory() as out, open_study(data, memory_limit=limit) as study:
        write_report(study.start_gate(), Path(out))
        return study.frame("administration").height, 0


def by_analyst(library: str) -> Callable[[Path, str | None], Found]:
    """The same work as a good analyst would write it in a library: `tests/benchmarks/<library>_way.py`."""

    def way(data: Path, limit: str | None) -> Found:
        found: Found = importlib.import_module(f"tests.benchmarks.{library}_way").run(lines_of(data))
        return found

    return way


WAYS: dict[str, Callable[[Path, str | None], Found]] = {
    "scan": scan,
    "scan_and_window": scan_and_window,
    "limits": limits,
    "tables": tables,
    "report": report,
    "pandas": by_analyst("pandas"),
    "polars": by_analyst("polars"),
    "pyspark": by_analyst("pyspark"),
    "duckdb": by_analyst("duckdb"),
}


def main() -> None:
    """Run one way once and say what it took."""
    name, data, *more = sys.argv[1:]
    started = time.perf_counter()
    way = WAYS[name]
    for module in ("duckdb", "analytics.study") if name not in ("pandas", "polars", "pyspark") else (f"{name}",):
        importlib.import_module(module)
    begun, cpu_begun = time.perf_counter(), _cpu()
    found = way(Path(data), more[0] if more else None)
    wall, cpu = time.perf_counter() - begun, _cpu() - cpu_begun
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    print(
        json.dumps({"wall": wall, "cpu": cpu, "total": time.perf_counter() - started, "peak_mb": peak, "found": found})
    )


def _cpu() -> float:
    """CPU seconds of this process and of children that have ended (Spark's Java process, the gate's)."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
