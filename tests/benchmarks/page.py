"""The benchmark's results as a page with plots: performance.md, performance-time.svg and performance-memory.svg.

Every figure, and whether a bar is met, is computed from the runs that `tests.benchmarks.run` has kept.
"""

import importlib.metadata
import os
import platform
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.cases import Bar, Case

_WAYS = {
    "scan": "bare filtered scan",
    "scan_and_window": "scan, one sum by member and day, one window",
    "limits": "claims → administrations → limits",
    "limits 1GB": "the same with `--memory-limit 1GB`",
    "tables": "all tables, no gate, no page",
    "report": "`um report`: gate, tables, page",
    "duckdb": "comparison in hand-written DuckDB",
    "polars": "comparison in Polars",
    "pandas": "comparison in pandas",
    "pyspark": "comparison in local PySpark, its start included",
    "limits_own": "claims → administrations → limits, our own columns",
    "limits_mapped": "the same lines in foreign columns, words and dates, mapped",
    "prepare_first": "`um prepare`, the first time",
    "prepare_unchanged": "`um prepare`, nothing changed",
    "prepare_one_of_seven": "`um prepare`, one file of seven is new",
    "tables_of_lake": "all tables from the prepared extract",
    "gate": "the gate, its libraries loaded",
    "gate_by_hand": "the same counts in hand-written SQL, one pass a source",
    "report_samples": "`um report data_samples`, Python's start included",
    "imports": "what that imports, by itself",
}
_WHAT = {"wall": "s wall", "cpu": "s CPU", "total": "s with imports", "peak_mb": "MB peak"}
_NOTES = Path(__file__).with_name("notes.md")
_BLUE, _INK = "#0072B2", "#1a1a1a"

Results = Mapping[str, dict[str, Any]]


def machine() -> dict[str, Any]:
    """What the figures were taken on; load: how many processes wanted to run in the minute before."""
    cpuinfo = Path("/proc/cpuinfo")
    models = [line.split(":")[1].strip() for line in _lines(cpuinfo) if line.startswith("model name")]
    return {
        "cores": os.cpu_count(),
        "model": models[0] if models else platform.machine(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": platform.system(),
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in ("duckdb", "polars", "pandas")},
        "load": round(os.getloadavg()[0], 1),
    }


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def write_page(folder: Path, cases: Sequence[Case], results: Results) -> None:
    """Write the page and its plots of those cases that have been timed."""
    timed = [case for case in cases if case.name in results]
    taken = [
        (f"{case.name}: {way}", runs) for case in timed for way, runs in results[case.name]["runs"].items() if runs
    ]
    for name, what, title in (("time", "cpu", "CPU seconds"), ("memory", "peak_mb", "peak memory, MB")):
        # What PySpark does is done in a Java process, whose CPU time and memory are not ours to measure.
        bars = [(label, _middle(runs, what)) for label, runs in taken if not label.endswith(": pyspark")]
        (folder / f"performance-{name}.svg").write_text(draw(title, bars), encoding="utf-8")
    missing = [case.name for case in cases if case.name not in results]
    (folder / "performance.md").write_text(_page(timed, missing, results), encoding="utf-8")


def _page(timed: Sequence[Case], missing: Sequence[str], results: Results) -> str:
    lines = [
        "# Performance",
        "",
        "Written by `make bench` (`tests/benchmarks/`); don't edit it by hand.",
        "",
        *_machines([results[case.name]["machine"] for case in timed]),
        "",
        "Each figure is the median of several runs, each in a process of its own, the ways of a case taking turns;",
        "ratios are medians of the ratios within a turn. Wall and CPU seconds leave imports out but where it says",
        "otherwise; *process* is all but Python's own start. Peak memory is the process's, its libraries included.",
        "",
        *_bars(timed, results),
        "",
        _NOTES.read_text(encoding="utf-8").strip(),
        "",
        "![CPU seconds of every case](performance-time.svg)",
        "",
        "![Peak memory of every case](performance-memory.svg)",
    ]
    for case in timed:
        lines += ["", f"## {case.name}", "", *_table(case, results[case.name])]
    if missing:
        lines += ["", "## Not timed", "", *(f"- {name}" for name in missing)]
    return "\n".join(lines) + "\n"


def _machines(machines: Sequence[dict[str, Any]]) -> list[str]:
    """Each machine once, with the load beside the benchmark when its runs began."""
    loads: dict[str, list[float]] = {}
    for one in machines:
        versions = ", ".join(f"{name} {version}" for name, version in one["versions"].items())
        words = f"{one['cores']} cores ({one['model']}), {one['memory_gb']} GB, {one['system']}, Python {one['python']}"
        loads.setdefault(f"{words}, {versions}", []).append(one["load"])
    found = []
    for words, seen in loads.items():
        load = f"{min(seen)}" if min(seen) == max(seen) else f"{min(seen)} to {max(seen)}"
        busy = (
            " (other work ran beside it: trust ratios of CPU time rather than wall times)" if max(seen) >= 0.5 else ""
        )
        found.append(f"Measured on {words}; load when it began {load}{busy}.")
    return found


def judge(bar: Bar, case: str, results: Results) -> tuple[float, float] | None:
    """A bar's figure and the most that it may be; None where one of them was not measured."""
    runs = results[case]["runs"].get(bar.way)
    if not runs:
        return None
    if not bar.than:
        return _middle(runs, bar.what), bar.plus
    if isinstance(bar.than, tuple):
        name, way = bar.than
        others = results[name]["runs"].get(way) if name in results else None
        if not others:
            return None
        per_line = _size(case) / _size(name)
        return _middle(runs, bar.what), bar.times * per_line * _middle(others, bar.what) + bar.plus
    base = results[case]["runs"].get(bar.than)
    if not base:
        return None
    # Turn by turn: the median share of what is allowed decides, and is shown of the median allowance.
    allowed = [bar.times * other[bar.what] + bar.plus for other in base]
    shares = [run[bar.what] / most for run, most in zip(runs, allowed, strict=False)]
    return median(shares) * median(allowed), median(allowed)


def _size(case: str) -> float:
    """The lines of a case, from its name."""
    number, unit = case.replace(" 000", "000").split()[:2]
    return float(number) * (1e6 if unit == "million" else 1)


def _bars(timed: Sequence[Case], results: Results) -> list[str]:
    judged = [(case, bar, judge(bar, case.name, results)) for case in timed for bar in case.bars]
    known = [found for _, _, found in judged if found]
    lines = [
        "## Bars",
        "",
        f"{sum(figure <= most for figure, most in known)} of {len(judged)} are met, "
        f"{sum(figure > most for figure, most in known)} missed, {len(judged) - len(known)} could not be told.",
        "",
        "Where a bar was given in words, the number is ours: nearly free is a tenth of the tables from the extract, a",
        "month of seven 0.3 of them, no more per line 1.1 times, several times 3.",
        "",
        "| case | bar | figure | at most | |",
        "|---|---|--:|--:|---|",
    ]
    for case, bar, found in judged:
        what = _WHAT[bar.what]
        if found is None:
            said = results[case.name]["faults"].get(bar.way, "not measured")
            lines.append(f"| {case.name} | {_words(bar)} | – | – | **{said}** |")
            continue
        figure, most = found
        verdict = "met" if figure <= most else f"**missed**, {figure / most:.2g} times the bar"
        lines.append(f"| {case.name} | {_words(bar)} | {_short(figure)} {what} | {_short(most)} | {verdict} |")
    return lines


def _words(bar: Bar) -> str:
    than = f"{bar.than[1]}, {bar.than[0]}, a line" if isinstance(bar.than, tuple) else bar.than
    times = f"{bar.times:.3g} × {than}" if bar.than else ""
    plus = f"{bar.plus:g} {'MB' if bar.what == 'peak_mb' else 's'}" if bar.plus else ""
    return f"{bar.way}: {' + '.join(part for part in (times, plus) if part)}"


def _short(figure: float) -> str:
    return f"{figure:,.0f}".replace(",", " ") if figure >= 100 else f"{figure:.2f}"


def _table(case: Case, found: dict[str, Any]) -> list[str]:
    n_lines = case.extract.lines if case.extract else None
    base = found["runs"][case.ways[0]]
    turns = max((len(runs) for runs in found["runs"].values()), default=0)
    lines = [
        f"{turns} turn{'' if turns == 1 else 's'}.",
        "",
        "| what | wall s | CPU s | process s | wall ratio | CPU ratio | ns CPU a line | peak MB |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for way in case.ways:
        runs = found["runs"][way]
        if not runs:
            lines.append(f"| {_WAYS[way]} | {found['faults'].get(way, 'not measured here')} | | | | | | |")
            continue
        wall, total = (f"{_middle(runs, what):.2f}" for what in ("wall", "total"))
        wall_ratio, cpu_ratio = (_ratio(runs, base, what) for what in ("wall", "cpu"))
        if way == "pyspark":
            lines.append(f"| {_WAYS[way]} | {wall} | – | {total} | {wall_ratio} | – | – | – |")
            continue
        cpu, peak = _middle(runs, "cpu"), _middle(runs, "peak_mb")
        each = f"{cpu / n_lines * 1e9:.0f}" if n_lines else "–"
        lines.append(
            f"| {_WAYS[way]} | {wall} | {cpu:.2f} | {total} | {wall_ratio} | {cpu_ratio} | {each} | {peak:.0f} |"
        )
    return lines


def _middle(runs: Sequence[dict[str, Any]], what: str) -> float:
    return float(median(run[what] for run in runs))


def _ratio(runs: Sequence[dict[str, Any]], base: Sequence[dict[str, Any]], what: str) -> str:
    ratios = [run[what] / other[what] for run, other in zip(runs, base, strict=False)]
    return f"{median(ratios):.2f}" if ratios else "–"


def draw(title: str, bars: Sequence[tuple[str, float]]) -> str:
    """Horizontal bars, each with its value beside it."""
    height, left, width = 18, 380, 360
    most = max((value for _, value in bars), default=1.0)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 90}" height="{height * len(bars) + 40}" '
        f'font-family="sans-serif" font-size="11" role="img" aria-label="{escape(title)}">',
        f'<rect width="100%" height="100%" fill="#fff"/><text x="8" y="18" font-size="13" fill="{_INK}">{title}</text>',
    ]
    for place, (label, value) in enumerate(bars):
        top = 30 + place * height
        long = max(1.0, width * value / most)
        parts.append(
            f'<text x="{left - 6}" y="{top + 11}" text-anchor="end" fill="{_INK}">{escape(label)}</text>'
            f'<rect x="{left}" y="{top}" width="{long:.1f}" height="13" fill="{_BLUE}"/>'
            f'<text x="{left + long + 5:.1f}" y="{top + 11}" fill="{_INK}">{value:,.{1 if value < 100 else 0}f}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"
