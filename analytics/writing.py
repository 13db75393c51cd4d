"""Write a report's files aside and move them into place, so that nobody ever reads half of one."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from analytics.errors import GateFailed, UserError
from analytics.extracts.schema import TABLES
from analytics.intake import quarantined_rows
from analytics.manifest import to_json
from analytics.results import RESULTS

if TYPE_CHECKING:
    from analytics.study import Study

# What a report consists of; anything else in the folder is the user's and is left alone.
PARTS = ("report.html", "manifest.json", "tables", "quarantine")


def write_report(study: "Study", out: Path, progress: Callable[[str], None] = lambda step: None) -> None:
    """Write `report.html`, `manifest.json` and `tables/*.parquet` into `out`, all of them or none.

    Raises :class:`GateFailed` before anything is written when the gate fails, and :class:`UserError` when `out`
    can't be written. Tables hold persons and are readable by their owner alone.
    """
    _refuse_unwritable(out)
    progress("checking the data")
    verdict = study.quality[1]
    if verdict.failed:
        raise GateFailed("The data-quality gate failed:\n" + "\n".join(f"- {line}" for line in verdict.failures))
    aside = out
    try:
        out.mkdir(parents=True, exist_ok=True)
        # Inside the folder itself, so that moving into place never crosses a file system.
        aside = Path(tempfile.mkdtemp(prefix=".um-", dir=out))
        _write_tables(study, aside / "tables", progress)
        _write_quarantine(study, aside / "quarantine")
        progress("writing the page")
        from analytics.report import render

        (aside / "report.html").write_text(render(study), encoding="utf-8")
        (aside / "manifest.json").write_text(to_json(study.manifest), encoding="utf-8")
        _move_into_place(aside, out)
    except OSError as fault:
        raise UserError(f"'{out}' can't be written: {fault.strerror or fault}.") from None
    finally:
        if aside != out:
            shutil.rmtree(aside, ignore_errors=True)


def _refuse_unwritable(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise UserError(f"--out '{out}' is a file: name a folder, which is made where it is not there.")
    nearest = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise UserError(f"--out '{out}' can't be written: '{nearest}' allows no writing.")


def _write_tables(study: "Study", folder: Path, progress: Callable[[str], None]) -> None:
    folder.mkdir(mode=0o700)
    for result in RESULTS.values():
        progress(f"writing {result.name}")
        path = folder / f"{result.name}.parquet"
        if result.rates is None:
            study.prepare(result)
            study.engine.export(study.select(result), path)
        else:
            study.engine.load_frame("rated_result", study.frame(result.name))
            study.engine.export(f"select * from rated_result order by {', '.join(result.key)}", path)


def _write_quarantine(study: "Study", folder: Path) -> None:
    """A CSV per table with quarantined rows: to be mended, and given back with --repairs."""
    folder.mkdir(mode=0o700)
    for name in study.sources:
        rows = quarantined_rows(study.engine, TABLES[name])
        if rows.height:
            path = folder / f"{name}.csv"
            path.touch(mode=0o600)
            rows.write_csv(path)


def _move_into_place(aside: Path, out: Path) -> None:
    """Swap the new parts in; should one not go, the old ones come back, so that a report is never half of two."""
    old = aside / "old"
    old.mkdir()
    moved: list[str] = []
    try:
        for part in PARTS:
            moved.append(part)
            if (out / part).exists():
                os.replace(out / part, old / part)
            os.replace(aside / part, out / part)
    except BaseException:
        for part in moved:
            if (old / part).exists():
                if (out / part).exists():
                    os.replace(out / part, aside / f"withdrawn-{part}")
                os.replace(old / part, out / part)
            elif not (aside / part).exists():
                os.replace(out / part, aside / f"withdrawn-{part}")
        raise
