"""Hold a run's figures against an earlier run's: what has changed more than extracts of one plan should."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from analytics.errors import UserError
from analytics.extracts.schema import TABLES

if TYPE_CHECKING:
    from analytics.study import Study

LAYOUT = 1
# How much a figure of each kind may change: rows and means by a share of the old, shares and null rates in points.
ALLOWED = {"rows": 0.20, "null_rate": 0.05, "share": 0.05, "mean": 0.10}


@dataclass(frozen=True)
class Drift:
    """A figure that changed more than `allowed`: its name, kind, and both values."""

    figure: str
    kind: str
    before: float
    now: float
    allowed: float

    def sentence(self) -> str:
        """The finding in words."""
        if self.kind == "rows":
            return f"{self.figure}: {self.now:,.0f} rows, before {self.before:,.0f} (up to {self.allowed:.0%} allowed)"
        if self.kind == "mean":
            return (
                f"{self.figure}: {self.now:.2f} on average, before {self.before:.2f} (up to {self.allowed:.0%} allowed)"
            )
        what = "null" if self.kind == "null_rate" else "of rows"
        return (
            f"{self.figure}: {self.now:.1%} {what}, before {self.before:.1%} "
            f"(up to {self.allowed * 100:g} points allowed)"
        )


def profile(study: "Study") -> dict[str, dict[str, float]]:
    """The figures of a run by kind: rows read, null rates of columns in scope, shares of words, mean units."""
    engine = study.engine
    read = study.frame("reconciliation")
    figures: dict[str, dict[str, float]] = {
        "rows": {row["table_name"]: row["rows_read"] for row in read.iter_rows(named=True)},
        "null_rate": {},
        "share": {},
        "mean": {},
    }
    for name, source in study.sources.items():
        columns = [column.name for column in TABLES[name].columns if column.name in source.columns]
        engine.make(f"{name}_row")
        counted = ", ".join(f"count({column})" for column in columns)
        n_rows, *known = engine.rows(f"select count(*), {counted} from {name}_row")[0]
        if n_rows:
            figures["null_rate"].update(
                {f"{name}.{column}": round(1 - n / n_rows, 6) for column, n in zip(columns, known, strict=True)}
            )
    engine.make("column_profile")
    for figure, kind, value in engine.rows("select figure, kind, value from column_profile order by figure"):
        figures[kind][figure] = round(value, 6)
    return figures


def read_baseline(path: Path) -> dict[str, dict[str, float]]:
    """The profile in an earlier run's manifest. `UserError` where it is none, or of another layout."""
    wanted = "name the manifest.json of an earlier report."
    if path.is_dir():
        raise UserError(f"The baseline '{path}' is a folder: {wanted}")
    try:
        manifest: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"There is no baseline '{path}': {wanted}") from None
    except OSError as fault:
        raise UserError(f"The baseline '{path}' can't be read: {fault.strerror or fault}.") from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise UserError(f"The baseline '{path}' is not JSON: {wanted}") from None
    if isinstance(manifest, dict) and "results" in manifest:
        raise UserError(f"The baseline '{path}' is no run record, but the counts kept by `um check`: {wanted}")
    if not isinstance(manifest, dict) or "layout" not in manifest:
        raise UserError(f"The baseline '{path}' is no run record: {wanted}")
    layout, figures = manifest["layout"], manifest.get("profile")
    if layout != LAYOUT:
        raise UserError(
            f"The baseline '{path}' has layout {layout!r}; this version reads layout {LAYOUT}: "
            "make the earlier report again with this version."
        )
    if not _is_profile(figures):
        raise UserError(f"The baseline '{path}' is no whole run record: {wanted}")
    return figures


def _is_profile(figures: Any) -> TypeGuard[dict[str, dict[str, float]]]:
    return (
        isinstance(figures, dict)
        and set(figures) == set(ALLOWED)
        and all(isinstance(kind, dict) for kind in figures.values())
        and all(isinstance(value, int | float) for kind in figures.values() for value in kind.values())
    )


def compare(before: dict[str, dict[str, float]], now: dict[str, dict[str, float]]) -> list[Drift]:
    """The figures that changed too much; one that is there in only one run counts as 0 in the other.

    A column that is there in only one run is null in every row of the other, where that run has rows of its table.
    """
    found = []
    for kind, allowed in ALLOWED.items():
        for figure in sorted({*before[kind], *now[kind]}):
            is_known = all(_tables(run) >= {figure.split(".")[0]} for run in (before, now))
            if kind == "null_rate" and not is_known:
                continue
            absent = 1.0 if kind == "null_rate" else 0.0
            old, new = before[kind].get(figure, absent), now[kind].get(figure, absent)
            change = abs(new - old)
            relative = kind in ("rows", "mean")
            if change > (allowed * old if relative else allowed):
                found.append(Drift(figure, kind, old, new, allowed))
    return found


def _tables(figures: dict[str, dict[str, float]]) -> set[str]:
    """The tables of which a run has rows in scope."""
    return {figure.split(".")[0] for figure in figures["null_rate"]}
