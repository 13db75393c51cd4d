"""How much dearer is the gate than one hand-written DuckDB pass over the same rules? Both over the same staged rows.

    python -m tests.benchmarks.generate /tmp/x --lines 10000000 --in-scope 1 && python -m tests.benchmarks.gate /tmp/x

Prints the times of both, interleaved, their ratio, the peak memory of the gate's process, and whether all counts agree.
"""

import argparse
import tempfile
import time
from pathlib import Path

import duckdb

from analytics import quality
from analytics.quality.catalogue import catalogue
from analytics.quality.process import GateProcess, _specification, _test_id
from analytics.quality.sqltext import broken
from analytics.study import open_study


def stage(data: Path, folder: Path, memory_limit: str | None = None) -> quality.GateContext:
    """Write the staged rows once, as the gate gets them; the limit is for staging, not for the gate."""
    with open_study(data, memory_limit=memory_limit) as study:
        as_of = study.as_of
        for table in study.sources:
            study.engine.make(f"{table}_row")
            study.engine.export(f"select * from {table}_row", folder / f"{table}.parquet")
        for table in quality.POLICY_TABLES:
            study.engine.export(f"select * from {table}", folder / f"{table}.parquet")
        return quality.GateContext(tuple(study.sources), {}, {}, {}, as_of)


def by_hand(folder: Path, context: quality.GateContext) -> dict[str, tuple[int, int]]:
    """One pass a source: the counts of every rule in one SELECT."""
    tested = [expectation for expectation in catalogue().values() if expectation.value]
    there = {path.stem for path in folder.glob("*.parquet")}
    spec = _specification(folder, there, context.as_of, tested)
    found = {}
    with duckdb.connect(config={"memory_limit": "1500MB", "preserve_insertion_order": False}) as connection:
        for name, table in spec["inputs"].items():
            if table["file"]:
                connection.execute(f"create view {name} as select * from read_parquet('{table['file']}')")
            else:
                listed = ", ".join(f"cast(null as {kind}) as {column}" for column, kind in table["columns"].items())
                connection.execute(f"create view {name} as select {listed} where false")
        for table in spec["tables"]:
            kind = "table" if table["is_table"] else "view"
            connection.execute(f"create {kind} {table['name']} as {table['sql']}", table["bound"] or None)
        sources: dict[str, dict[str, quality.Expectation]] = {}
        for expectation in tested:
            sources.setdefault(expectation.source, {})[_test_id(expectation)] = expectation
        for source, expectations in sources.items():
            counts = []
            for expectation in expectations.values():
                is_null_test = expectation.gx.endswith("not_be_null")
                checked = "count(*)" if is_null_test else f"count({expectation.value})"
                counts.append(f"{checked}, count(*) filter (where {broken(expectation)})")
            row = connection.execute(f"select {', '.join(counts)} from {quality.relation(source)}").fetchone()
            assert row is not None
            for place, test in enumerate(expectations):
                found[test] = (row[2 * place], row[2 * place + 1])
    return found


def peak_memory(process: GateProcess) -> float:
    """The most memory that the gate's process has held, in MB (Linux)."""
    status = Path(f"/proc/{process._child.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    """Time both, three times in turn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--memory-limit", help="for staging the rows, which is no part of what is timed")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        context, peak_mb = stage(given.data, folder, given.memory_limit), 0.0
        for _ in range(given.runs):
            begun = time.perf_counter()
            hand = by_hand(folder, context)
            by_hand_s = time.perf_counter() - begun
            with GateProcess() as process:
                time.sleep(8)  # The imports are no part of the pass: in a report they overlap with reading.
                begun = time.perf_counter()
                results = quality.run_gate(folder, context, process)
                gate_s = time.perf_counter() - begun
                peak_mb = max(peak_mb, peak_memory(process))
            known = {expectation.id: _test_id(expectation) for expectation in catalogue().values() if expectation.value}
            differ = sum(
                hand[known[result.expectation]] != (result.n_checked, result.n_failed)
                for result in results
                if result.expectation in known and result.status in ("passed", "failed")
            )
            ratio = gate_s / by_hand_s
            print(f"by hand {by_hand_s:.1f} s, gate {gate_s:.1f} s, ratio {ratio:.2f}, {differ} counts differ")
    print(f"peak memory of the gate's process {peak_mb:.0f} MB")


if __name__ == "__main__":
    main()
