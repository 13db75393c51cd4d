"""`um check`: the gate alone, its counts kept so that other thresholds can be tried without reading the data again."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analytics import drift
from analytics.config import Config, read_config
from analytics.errors import GateFailed, UserError
from analytics.extracts.schema import TABLES
from analytics.quality import GateVerdict, QualityResult, check_overrides, rejudge, verdict
from analytics.quality.catalogue import catalogue
from analytics.quality.expectation import STATUSES
from analytics.room import unwritten
from analytics.runout import run_out

if TYPE_CHECKING:
    from analytics.study import Study

LAYOUT = 2
FILE = "quality.json"


@dataclass(frozen=True)
class Check:
    """What the gate found in a folder of extracts: the data's name, dates, results, drift and incomplete months.

    config: the configuration file that went with the data, null where there was none. refusal: the sentence with which
    the extracts were refused before anything could be tested (no row is in scope); as_of is null then.
    """

    data: str
    as_of: date | None
    results: list[QualityResult]
    verdict: GateVerdict
    drift: list[drift.Drift]
    incomplete: list[dict[str, Any]]
    # How the extracts were opened, as `um` takes it ("--config", FILE, …): the rows behind a finding need the same.
    options: tuple[str, ...] = ()
    config: str | None = None
    refusal: str = ""

    def __str__(self) -> str:
        from analytics.check_formats import text

        return text(self)


def check(study: "Study", baseline: Path | None = None) -> Check:
    """Run the gate, and hold the extracts' figures against an earlier run's where there is one.

    Extracts of which nothing is in scope come back as failed, with that one finding: every form can then say so.
    """
    before = drift.read_baseline(baseline) if baseline else None
    config = str(study.config_file.resolve()) if study.config_file else None
    try:
        as_of = study.as_of
    except GateFailed as fault:
        results = _untested(study)
        refused = _refused(results, str(fault))
        return Check(str(study.folder), None, results, refused, [], [], study.options, config, str(fault))
    results, found = study.quality
    drifted = drift.compare(before, drift.profile(study)) if before else []
    unpaid = run_out(study)
    months = [
        {"month": str(month), "share_paid": share} for month, share in zip(unpaid.months, unpaid.shares, strict=True)
    ]
    return Check(str(study.folder), as_of, results, found, drifted, months, study.options, config)


def _untested(study: "Study") -> list[QualityResult]:
    """The results where no date can be told: what the reader has counted failed, and nothing else was tested."""
    required = [name for name in study.sources if TABLES[name].required]
    engine = study.engine
    engine.make("row_count_required")
    read = dict(engine.rows("select table_name, n_rows from row_count_required"))
    in_scope = {name: engine.rows(f"select count(*) from {name}_in_scope")[0][0] for name in required}
    failed = {f"{name}.rows_read": (0, 1) for name in required if not read[name]}
    # Rows in scope without a date that can be read are quarantined, all of them.
    failed |= {f"{name}.quarantined": (n_rows, n_rows) for name, n_rows in in_scope.items() if n_rows}
    if not any(in_scope.values()):
        failed["extract.rows_in_scope"] = (0, 1)
    results = []
    for name in catalogue():
        counted = failed.get(name)
        n_checked, n_failed = counted or (0, 0)
        row = {"expectation": name, "status": "failed" if counted else "not_applicable", "fault": ""}
        results.append(_as_catalogued({**row, "n_checked": n_checked, "n_failed": n_failed}, study.config))
    return results


def _refused(results: list[QualityResult], refusal: str) -> GateVerdict:
    """The verdict on extracts that could not be tested: no setting makes it another."""
    found = verdict(results)
    return replace(found, failed=True, failures=[refusal, *found.failures])


def save(found: Check, out: Path) -> None:
    """Keep the counts (no row, no id) in OUT/quality.json."""
    content = {
        "layout": LAYOUT,
        "data": found.data,
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "options": list(found.options),
        "config": found.config,
        "refusal": found.refusal,
        "results": [asdict(result) for result in found.results],
        "drift": [asdict(one) for one in found.drift],
        "incomplete_months": found.incomplete,
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
        aside = out / f".{FILE}"
        aside.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        aside.replace(out / FILE)
    except OSError as fault:
        raise unwritten(out, fault) from None


def again(out: Path, config: Config | None = None) -> Check:
    """The kept counts judged by the thresholds and severities of a configuration; no data are read.

    config: by default the configuration that went with the data.
    """
    path = out / FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"'{out}' holds no {FILE}: run `um check DATA --out {out}` first.") from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise UserError(f"'{path}' is not JSON: run `um check DATA --out {out}` again.") from None
    other = UserError(f"'{path}' has another layout than {LAYOUT}: run `um check DATA --out {out}` again.")
    try:
        kept = _kept(content)
    except (KeyError, TypeError, ValueError):
        raise other from None
    config = config or _config_of(path, kept)
    check_overrides(config.thresholds, config.severities)
    results = [_as_catalogued(asdict(result), config) for result in kept.results]
    if kept.refusal:
        return replace(kept, results=results, verdict=_refused(results, kept.refusal))
    results = rejudge(results, config.thresholds, config.severities)
    return replace(kept, results=results, verdict=verdict(results))


def _config_of(path: Path, kept: Check) -> Config:
    """The configuration that went with the data, or that a run on them would now find beside them."""
    beside = Path(kept.data) / "um.toml"
    file = Path(kept.config) if kept.config else beside if beside.is_file() else None
    if file is not None and not file.is_file():
        raise UserError(f"The configuration '{file}', with which '{path}' was made, is gone: name one with --config.")
    return read_config(file)


def _kept(content: Any) -> Check:
    """What `save` wrote. KeyError, TypeError or ValueError for anything else, so that no damaged file passes."""
    if content["layout"] != LAYOUT:
        raise ValueError("another layout")
    results = [_as_catalogued(row, Config()) for row in _list(content["results"])]
    if [result.expectation for result in results] != list(catalogue()):
        raise ValueError("other expectations")
    drifted = [drift.Drift(**row) for row in _list(content["drift"])]
    for one in drifted:
        _word(one.figure, one.kind)
        _number(one.before, one.now, one.allowed)
    months = [{"month": row["month"], "share_paid": row["share_paid"]} for row in _list(content["incomplete_months"])]
    for month in months:
        date.fromisoformat(month["month"])
        _number(month["share_paid"] or 0)
    as_of, config, refusal = content["as_of"], content["config"], content["refusal"]
    options = tuple(_list(content["options"]))
    _word(content["data"], config or "", refusal, *options)
    if (as_of is None) != bool(refusal):
        raise ValueError("a date is missing")
    day = None if as_of is None else date.fromisoformat(as_of)
    return Check(content["data"], day, results, verdict(results), drifted, months, options, config, refusal)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(value)
    return value


def _word(*values: Any) -> None:
    if not all(isinstance(value, str) for value in values):
        raise TypeError(values)


def _number(*values: Any) -> None:
    if any(isinstance(value, bool) or not isfinite(value) for value in values):
        raise TypeError(values)


def _as_catalogued(row: Mapping[str, Any], config: Config) -> QualityResult:
    """Kept counts under the catalogue's own threshold and severity, so that an override taken back is gone."""
    expectation = catalogue()[row["expectation"]]
    status, n_checked, n_failed, fault = (row[key] for key in ("status", "n_checked", "n_failed", "fault"))
    _word(fault)
    if status not in STATUSES or not all(type(n) is int and n >= 0 for n in (n_checked, n_failed)):
        raise ValueError(status)
    if n_failed > n_checked and expectation.limit != "minimum":
        raise ValueError(n_failed)
    is_quarantine = expectation.id.endswith(".quarantined")
    return QualityResult(
        table_name=expectation.table,
        expectation=expectation.id,
        column_name=expectation.column,
        severity=expectation.severity,
        status=status,
        n_checked=n_checked,
        n_failed=n_failed,
        affects=expectation.affects,
        threshold=config.max_quarantined_percent / 100 if is_quarantine else expectation.threshold,
        fault=fault,
    )
