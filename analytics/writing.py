"""Write a report's files aside and move them into place, so that nobody ever reads half of one."""

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from analytics.errors import GateFailed, UserError
from analytics.extracts.schema import TABLES
from analytics.manifest import to_json
from analytics.quarantine import write_quarantine
from analytics.results import RESULTS
from analytics.room import unwritten

if TYPE_CHECKING:
    from analytics.study import Study

# What a report consists of; anything else in the folder is the user's and is left alone.
# What a failed gate leaves beside the last good report; a report that is complete takes it away.
FAILED = ("gate-failed.html", "gate-failed.json")
PARTS = ("report.html", "internal.html", "manifest.json", "tables", "quarantine", *FAILED)


def write_report(
    study: "Study",
    out: Path,
    progress: Callable[[str], None] = lambda step: None,
    *,
    internal: bool = False,
) -> None:
    """Write `report.html`, `manifest.json` and `tables/*.parquet` into `out`, all of them or none.

    internal: `internal.html` as well, which holds persons. Without it one of an earlier run goes: it would stand beside
    a page of other data. Tables and it are readable by their owner alone.
    Raises :class:`GateFailed` when the gate fails; what was there stays as it is, and `gate-failed.html` with its
    `gate-failed.json` say beside it what failed. Raises :class:`UserError` when `out` can't be written.
    """
    _refuse_unwritable(out)
    progress("checking the data")
    try:
        # Tables and the gate need nothing of each other: they are worked out side by side.
        _ = study.gate
        _write_parts(study, out, progress, internal)
    except GateFailed as fault:
        _write_failed(study, str(fault), out)
        raise


def _write_parts(study: "Study", out: Path, progress: Callable[[str], None], internal: bool) -> None:
    aside, was_there = out, out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
        # Inside the folder itself, so that moving into place never crosses a file system.
        aside = Path(tempfile.mkdtemp(prefix=".um-", dir=out))
        try:
            _write_tables(study, aside / "tables", progress)
        except Exception:
            # Whatever went wrong: where the data are not fit to be judged, that is what there is to say.
            _refuse_unfit(study)
            raise
        _refuse_unfit(study)
        _write_quarantine(study, aside / "quarantine")
        progress("writing the page")
        from analytics.report import render

        (aside / "report.html").write_text(render(study), encoding="utf-8")
        if internal:
            _write_internal(study, aside / "internal.html")
        (aside / "manifest.json").write_text(to_json(study.manifest), encoding="utf-8")
        _move_into_place(aside, out)
    except OSError as fault:
        raise unwritten(out, fault) from None
    finally:
        if aside != out:
            shutil.rmtree(aside, ignore_errors=True)
        if not was_there:
            # It goes again if nothing came of it; a folder that holds anything can't be removed so.
            with suppress(OSError):
                out.rmdir()


def _refuse_unfit(study: "Study") -> None:
    verdict = study.quality[1]
    if verdict.failed:
        raise GateFailed("The data-quality gate failed:\n" + "\n".join(f"- {line}" for line in verdict.failures))


def _write_internal(study: "Study", path: Path) -> None:
    from analytics.report.beside.internal import render_internal

    path.touch(mode=0o600)
    path.write_text(render_internal(study), encoding="utf-8")


def _write_failed(study: "Study", sentence: str, out: Path) -> None:
    """What failed, beside the last good report: each file written aside and moved over an earlier one of its name."""
    from analytics.report.beside.failed import record, render_failed

    texts = (render_failed(study, sentence), to_json(record(study, sentence)))
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in zip(FAILED, texts, strict=True):
            aside = out / f".{name}"
            aside.write_text(text, encoding="utf-8")
            os.replace(aside, out / name)
    except OSError as fault:
        for name in FAILED:
            (out / f".{name}").unlink(missing_ok=True)
        raise unwritten(out, fault) from None


def _refuse_unwritable(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise UserError(f"--out '{out}' is a file: name a folder, which is made where it is not there.")
    nearest = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise UserError(f"--out '{out}' can't be written: '{nearest}' allows no writing.")


def _write_tables(study: "Study", folder: Path, progress: Callable[[str], None]) -> None:
    folder.mkdir(mode=0o700)
    # What the gate has found comes last, as it may still be at work.
    for result in sorted(RESULTS.values(), key=lambda result: result.name == "quality_result"):
        progress(f"writing {result.name}")
        path = folder / f"{result.name}.parquet"
        if result.rates is None:
            study.prepare(result)
            with study.engine.held(result.made_by) as rows:
                study.engine.export(study.select(result, rows), path)
        else:
            study.engine.load_frame("rated_result", study.frame(result.name))
            study.engine.export(f"select * from rated_result order by {', '.join(result.key)}", path)


def _write_quarantine(study: "Study", folder: Path) -> None:
    """A CSV per table with quarantined rows: to be mended, and given back with --repairs."""
    folder.mkdir(mode=0o700)
    for name in study.sources:
        write_quarantine(study.engine, TABLES[name], folder / f"{name}.csv")


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
            if (aside / part).exists():
                os.replace(aside / part, out / part)
    except BaseException:
        for part in moved:
            if (old / part).exists():
                if (out / part).exists():
                    os.replace(out / part, aside / f"withdrawn-{part}")
                os.replace(old / part, out / part)
            elif (out / part).exists() and not (aside / part).exists():
                os.replace(out / part, aside / f"withdrawn-{part}")
        raise
