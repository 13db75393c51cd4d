"""Time the product on large invented extracts, and write what came out to docs/performance.md (`make bench`).

    python -m tests.benchmarks.run [--quick] [--work FOLDER] [--spark-python PATH] [--repetitions 5] [--only CASE …]

Every run is a process of its own; the ways of a case take turns, so that what else the machine does strikes all alike.
--quick takes 1 million lines at most and three turns. The full size needs about 2 GB of disk and an hour.
PySpark is timed where --spark-python names an interpreter that has it (and Java is there).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.generate import Plan, generate
from tests.benchmarks.page import write_page

ROOT = Path(__file__).resolve().parents[2]
MILLION = 1_000_000
# These do the same work, so they must find the same.
LIBRARIES = ("duckdb", "polars", "pandas", "pyspark")


@dataclass(frozen=True)
class Extract:
    """An invented extract: its lines, the share in scope, how it is stored."""

    lines: int
    share: float = 0.003
    heavy: int = 0
    form: str = "parquet"
    order: str = "date"

    def make(self, work: Path) -> Path:
        """The extract's folder; made once, and kept for the next time."""
        folder = work / f"{self.lines}-{self.share}-{self.heavy}-{self.form}-{self.order}"
        if not (folder / "um.toml").exists():
            print(f"making {self} …", flush=True)
            plan = Plan(self.lines, max(1, round(self.lines * self.share)), self.heavy, seed=1)
            generate(folder, plan, self.form, self.order)
        return folder


@dataclass(frozen=True)
class Case:
    """Ways that are timed in turns over one extract; the first is what the others are held against."""

    name: str
    extract: Extract
    ways: tuple[str, ...]
    bar: str = ""


def cases(quick: bool) -> list[Case]:
    """What is timed: all of it, or what a machine without much time can do."""
    sizes = [MILLION // 10, MILLION] if quick else [MILLION, 10 * MILLION, 100 * MILLION]
    middle = sizes[-1] if quick else sizes[1]
    found = [
        Case(f"{_named(n)} lines, 0.3% in scope", Extract(n), ("scan", "limits"), "limits at most 1.5 times scan")
        for n in sizes
    ]
    found += [
        Case(
            f"{_named(n)} lines, whole report",
            Extract(n),
            ("scan", "report"),
            "report at most 2.5 times scan plus 10 s",
        )
        for n in sizes
    ]
    found.append(
        Case(
            f"{_named(sizes[-1])} lines, 1 GB for the database",
            Extract(sizes[-1]),
            ("limits", "limits 1GB"),
            "limits 1GB at most 1.3 times limits",
        )
    )
    everything = Extract(middle, share=1.0)
    found.append(
        Case(
            f"{_named(middle)} lines, all in scope",
            everything,
            ("scan_and_window", "limits", "limits 1GB"),
            "limits at most 2.5 times scan_and_window, limits 1GB at most twice limits",
        )
    )
    found.append(
        Case(
            f"{_named(middle)} lines, libraries",
            Extract(middle),
            ("limits", "duckdb", "polars", "pandas", "pyspark"),
            "pandas at least 2 times limits, polars as much with four times the memory, pyspark several times",
        )
    )
    for form, order in (("parquet", "member"), ("parquet", "code"), ("csv", "date")):
        name = f"{_named(middle)} lines, {form} by {order}"
        found.append(Case(name, Extract(middle, form=form, order=order), ("scan", "limits")))
    heavy = Extract(middle, heavy=min(100_000, middle // 500))
    found.append(Case(f"{_named(middle)} lines, one member with many of them", heavy, ("scan", "limits")))
    found.append(Case("10 000 lines, all tables", Extract(10_000, share=0.1), ("tables",), "1.5 s with imports"))
    return found


def _named(n: int) -> str:
    return f"{n // MILLION} million" if n >= MILLION else f"{n:,}".replace(",", " ")


def measure(way: str, folder: Path, spark_python: str | None) -> dict[str, Any] | None:
    """One run of one way in a process of its own; None where the library is not there."""
    name, _, limit = way.partition(" ")
    python = spark_python if name == "pyspark" else sys.executable
    if python is None:
        return None
    command = [python, "-m", "tests.benchmarks.ways", name, str(folder), *([limit] if limit else [])]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    if done.returncode:
        raise SystemExit(f"{way} failed on {folder}:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def time_case(case: Case, work: Path, repetitions: int, spark_python: str | None) -> dict[str, Any]:
    """The medians of a case's ways, and of their ratios to the first one within each turn."""
    folder = case.extract.make(work)
    runs: dict[str, list[dict[str, Any]]] = {way: [] for way in case.ways}
    for turn in range(repetitions + 1):
        for way in case.ways:
            run = measure(way, folder, spark_python)
            # The first turn only warms the disk's cache.
            if run is not None and turn:
                runs[way].append(run)
                print(f"{case.name}: {way} {run['wall']:.2f} s, CPU {run['cpu']:.2f} s", flush=True)
    if len({tuple(runs[way][0]["found"]) for way in LIBRARIES if runs.get(way)}) > 1:
        raise SystemExit(f"{case.name}: the libraries' numbers differ: {runs}")
    base = runs[case.ways[0]]
    ways = [
        {
            "way": way,
            **{what: statistics.median(run[what] for run in taken) for what in ("wall", "cpu", "total", "peak_mb")},
            **{
                f"{what}_ratio": statistics.median(
                    run[what] / first[what] for run, first in zip(taken, base, strict=True)
                )
                for what in ("wall", "cpu")
            },
            "found": taken[0]["found"],
        }
        for way, taken in runs.items()
        if taken
    ]
    return {"case": case.name, "bar": case.bar, "lines": case.extract.lines, "ways": ways}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--work", type=Path, default=ROOT / "reports" / "out" / "bench")
    parser.add_argument("--spark-python", help="an interpreter that has pyspark")
    parser.add_argument("--repetitions", type=int)
    parser.add_argument(
        "--only", nargs="*", default=[], help="words of the cases to run; the others keep their figures"
    )
    given = parser.parse_args()
    repetitions = given.repetitions or (3 if given.quick else 5)
    kept = given.work / ("quick.json" if given.quick else "results.json")
    given.work.mkdir(parents=True, exist_ok=True)
    results = {one["case"]: one for one in json.loads(kept.read_text())} if kept.exists() else {}
    chosen = cases(given.quick)
    for case in chosen:
        if not given.only or any(word in case.name for word in given.only):
            results[case.name] = time_case(case, given.work, repetitions, given.spark_python)
            results[case.name]["repetitions"] = repetitions
            kept.write_text(json.dumps(list(results.values()), indent=1))
    write_page(ROOT / "docs", [results[case.name] for case in chosen if case.name in results])


if __name__ == "__main__":
    main()
