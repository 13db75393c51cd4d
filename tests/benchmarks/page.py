"""The benchmark's results as a page with plots: docs/performance.md, docs/performance-time.svg and -memory.svg."""

import importlib.metadata
import os
import platform
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

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
    "pyspark": "comparison in local PySpark",
}
_NOTES = Path(__file__).with_name("notes.md")
_BLUE, _INK = "#0072B2", "#1a1a1a"


def write_page(folder: Path, results: Sequence[dict[str, Any]]) -> None:
    """Write the page and its plots into a folder."""
    bars = [(f"{one['case']}: {way['way']}", way) for one in results for way in one["ways"] if way["way"] != "pyspark"]
    plots = {"time": ("cpu", "CPU seconds"), "memory": ("peak_mb", "peak memory, MB")}
    for name, (what, title) in plots.items():
        drawing = draw(title, [(label, way[what]) for label, way in bars])
        (folder / f"performance-{name}.svg").write_text(drawing, encoding="utf-8")
    (folder / "performance.md").write_text(_page(results), encoding="utf-8")


def _page(results: Sequence[dict[str, Any]]) -> str:
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("duckdb", "polars", "pandas"))
    lines = [
        "# Performance",
        "",
        "Written by `make bench` (`tests/benchmarks/`); don't edit it by hand.",
        "",
        f"Measured on {os.cpu_count()} cores, Python {platform.python_version()}, {versions}. Each figure is the",
        "median of several runs, each in a process of its own, the ways of a case taking turns; ratios are medians of",
        "the ratios within a turn. Wall and CPU seconds leave imports out; *process* is all but Python's own start.",
        "Peak memory is the process's, its libraries included.",
        "",
        _NOTES.read_text(encoding="utf-8").strip(),
        "",
        "![CPU seconds of every case](performance-time.svg)",
        "",
        "![Peak memory of every case](performance-memory.svg)",
    ]
    for one in results:
        lines += ["", f"## {one['case']}", ""]
        if one["bar"]:
            lines += [f"Bar: {one['bar']}. {one['repetitions']} repetitions.", ""]
        lines += [
            "| what | wall s | CPU s | process s | wall ratio | CPU ratio | ns CPU a line | peak MB |",
            "|---|--:|--:|--:|--:|--:|--:|--:|",
        ]
        for way in one["ways"]:
            if way["way"] == "pyspark":  # Its work is done in a Java process, which is not ours to measure.
                lines.append(
                    f"| {_WAYS['pyspark']}, its start included | {way['wall']:.2f} | – | {way['total']:.2f} "
                    f"| {way['wall_ratio']:.2f} | – | – | – |"
                )
                continue
            each = way["cpu"] / one["lines"] * 1e9
            lines.append(
                f"| {_WAYS[way['way']]} | {way['wall']:.2f} | {way['cpu']:.2f} | {way['total']:.2f} "
                f"| {way['wall_ratio']:.2f} | {way['cpu_ratio']:.2f} | {each:.0f} | {way['peak_mb']:.0f} |"
            )
    return "\n".join(lines) + "\n"


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
