"""What the benchmark times: cases over invented extracts, and the bars that their figures are held against."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MILLION = 1_000_000
# From here on the bars hold; with --quick, for a look at them, they are held against less.
LARGE = 10 * MILLION
# These do the same work, so they must find the same.
LIBRARIES = ("duckdb", "polars", "pandas", "pyspark")


@dataclass(frozen=True)
class Extract:
    """An invented extract: its lines, the share in scope, lines of one heavy member, how it is stored."""

    lines: int
    share: float = 0.003
    heavy: int = 0
    form: str = "parquet"
    order: str = "date"
    parts: int = 0

    def make(self, work: Path) -> Path:
        """The extract's folder; made once, and kept for the next time."""
        name = f"{self.lines}-{self.share}-{self.heavy}-{self.form}-{self.order}"
        folder = work / (f"{name}-{self.parts}" if self.parts else name)
        if not (folder / "um.toml").exists():
            print(f"making {self} …", flush=True)
            # In a process of its own: what a process has held at most, those that it starts seem to have held too.
            given = {"lines": self.lines, "in-scope": self.share, "heavy": self.heavy, "parts": self.parts}
            given |= {"format": self.form, "order": self.order}
            words = [word for name, value in given.items() for word in (f"--{name}", str(value))]
            command = [sys.executable, "-m", "tests.benchmarks.generate", str(folder), *words]
            subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        return folder


@dataclass(frozen=True)
class Bar:
    """At most `times` what another way takes, plus so many seconds (megabytes for `peak_mb`).

    what: wall, cpu or peak_mb. than: a way of the same case (turn by turn), or (case, way): then, per line.
    """

    way: str
    what: str
    times: float = 0.0
    than: str | tuple[str, str] = ""
    plus: float = 0.0


@dataclass(frozen=True)
class Case:
    """Ways that are timed in turns over one extract; the first is what the others are held against.

    repetitions: at most so many turns. minutes: what one run may take before it is stopped.
    """

    name: str
    extract: Extract | None
    ways: tuple[str, ...]
    bars: tuple[Bar, ...] = ()
    repetitions: int = 5
    minutes: float = 5.0


def both(way: str, times: float, than: str, plus: float = 0.0) -> tuple[Bar, ...]:
    """A bar for wall and CPU seconds alike."""
    return tuple(Bar(way, what, times, than, plus) for what in ("wall", "cpu"))


def cases(quick: bool) -> list[Case]:
    """What is timed: all of it, or what a machine without much time can do."""
    sizes = [MILLION // 10, MILLION] if quick else [MILLION, 10 * MILLION, 100 * MILLION]
    middle = sizes[-1] if quick else sizes[1]
    return [
        *(_limits(n, sizes) for n in sizes),
        *(
            Case(
                f"{named(n)} lines, whole report",
                Extract(n),
                ("scan", "report"),
                (Bar("report", "wall", 2.5, "scan", 10.0),) if quick or n >= LARGE else (),
                _turns(n),
            )
            for n in sizes
        ),
        Case(
            f"{named(sizes[-1])} lines, 1 GB for the database",
            Extract(sizes[-1]),
            ("limits", "limits 1GB"),
            both("limits 1GB", 1.3, "limits"),
            _turns(sizes[-1]),
        ),
        Case(
            f"{named(middle)} lines, all in scope",
            Extract(middle, share=1.0),
            ("scan_and_window", "limits", "limits 1GB"),
            (*both("limits", 2.5, "scan_and_window"), *both("limits 1GB", 2.0, "limits")),
            2,
            # Far beyond its bar, but it ends.
            15.0,
        ),
        Case(
            f"{named(middle)} lines, libraries",
            Extract(middle),
            ("limits", *LIBRARIES),
            (
                Bar("limits", "wall", 0.5, "pandas"),
                Bar("limits", "wall", 1.0, "polars"),
                Bar("limits", "peak_mb", 0.25, "polars"),
                # "Several times".
                Bar("limits", "wall", 1 / 3, "pyspark"),
            ),
            3,
        ),
        *(
            Case(
                f"{named(middle)} lines, {form} by {order}",
                Extract(middle, form=form, order=order),
                ("scan", "limits"),
                repetitions=2 if form == "csv" else 3,
            )
            for form, order in (("parquet", "member"), ("parquet", "code"), ("csv", "date"))
        ),
        *(
            Case(
                f"{named(middle)} lines in a plan's own columns, {form}",
                Extract(middle, form=form),
                ("limits_own", "limits_mapped"),
                both("limits_mapped", 1.3, "limits_own"),
                3,
            )
            for form in ("parquet", "csv")
        ),
        *_heavy(middle),
        *_preparing(middle, 7 if quick else 0),
        Case(
            f"{named(middle)} lines, all in scope, the gate",
            Extract(middle, share=1.0),
            ("gate_by_hand", "gate"),
            (Bar("gate", "wall", 3.0, "gate_by_hand"), Bar("gate", "peak_mb", plus=2000)),
            2,
            # The first run stages the rows.
            10.0,
        ),
        Case("10 000 lines, all tables", Extract(10_000, share=0.1), ("tables",), (Bar("tables", "total", plus=1.5),)),
        Case(
            "data_samples, whole report",
            None,
            ("imports", "report_samples"),
            (Bar("report_samples", "wall", 2.0, "imports"),),
            3,
        ),
    ]


def _turns(n: int) -> int:
    """How often so many lines are timed."""
    return 2 if n > 50 * MILLION else 5


def _limits(n: int, sizes: list[int]) -> Case:
    bars = both("limits", 1.5, "scan") if n >= LARGE or sizes[-1] < LARGE else ()
    if n == sizes[-1]:
        bars += (Bar("limits", "peak_mb", plus=1000),)
        bars += (Bar("limits", "cpu", 1.2, (_name_of_limits(sizes[-2]), "limits")),)
    return Case(_name_of_limits(n), Extract(n), ("scan", "limits"), bars, _turns(n))


def _name_of_limits(n: int) -> str:
    return f"{named(n)} lines, 0.3% in scope"


def _heavy(middle: int) -> list[Case]:
    """One member with 100,000 lines, beside an extract with as many lines in scope that are many members'."""
    n = min(100_000, middle // 100)
    share = round(0.003 + n / middle, 6)
    plain = f"{named(middle)} lines, {share:.1%} in scope"
    return [
        Case(plain, Extract(middle, share=share), ("scan", "limits"), repetitions=3),
        Case(
            f"{named(middle)} lines, {named(n)} of them one member's",
            Extract(middle, share=share, heavy=n),
            ("scan", "limits"),
            # "No more per line", as far as runs tell it.
            (Bar("limits", "cpu", 1.1, (plain, "limits")),),
            3,
        ),
    ]


def _preparing(middle: int, parts: int) -> list[Case]:
    extract = Extract(middle, parts=parts)
    ways = ("tables", "prepare_first", "prepare_unchanged", "prepare_one_of_seven", "tables_of_lake")
    return [
        Case(
            f"{named(middle)} lines in seven files, `um prepare`",
            extract,
            ways,
            # "Nearly free", and "costs that month": a seventh, and what is fixed.
            (Bar("prepare_unchanged", "cpu", 0.1, "tables"), Bar("prepare_one_of_seven", "cpu", 0.3, "tables")),
            3,
        )
    ]


def named(n: int) -> str:
    """A number of lines in words."""
    return f"{n // MILLION} million" if n >= MILLION else f"{n:,}".replace(",", " ")
