"""`um check`: the gate alone, its counts kept so that other thresholds can be tried without reading the data again."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analytics import drift
from analytics.config import Config
from analytics.errors import UserError
from analytics.quality import GateVerdict, QualityResult, rejudge, verdict
from analytics.quality.catalogue import catalogue
from analytics.runout import run_out

if TYPE_CHECKING:
    from analytics.study import Study

LAYOUT = 1
FILE = "quality.json"


@dataclass(frozen=True)
class Check:
    """What the gate found in a folder of extracts: the data's name, dates, results, drift and incomplete months."""

    data: str
    as_of: date
    results: list[QualityResult]
    verdict: GateVerdict
    drift: list[drift.Drift]
    incomplete: list[dict[str, Any]]

    def __str__(self) -> str:
        from analytics.check_formats import text

        return text(self)


def check(study: "Study", baseline: Path | None = None) -> Check:
    """Run the gate, and hold the extracts' figures against an earlier run's where there is one."""
    before = drift.read_baseline(baseline) if baseline else None
    results, found = study.quality
    drifted = drift.compare(before, drift.profile(study)) if before else []
    unpaid = run_out(study)
    months = [
        {"month": str(month), "share_paid": share} for month, share in zip(unpaid.months, unpaid.shares, strict=True)
    ]
    return Check(str(study.folder), study.as_of, results, found, drifted, months)


def save(found: Check, out: Path) -> None:
    """Keep the counts (no row, no id) in OUT/quality.json."""
    content = {
        "layout": LAYOUT,
        "data": found.data,
        "as_of": found.as_of.isoformat(),
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
        raise UserError(f"--out '{out}' can't be written: {fault.strerror or fault}.") from None


def again(out: Path, config: Config) -> Check:
    """The kept counts judged by the thresholds and severities of a configuration; no data are read."""
    path = out / FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"'{out}' holds no {FILE}: run `um check DATA --out {out}` first.") from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError):
        raise UserError(f"'{path}' is not JSON: run `um check DATA --out {out}` again.") from None
    other = UserError(f"'{path}' has another layout than {LAYOUT}: run `um check DATA --out {out}` again.")
    if not isinstance(content, dict) or content.get("layout") != LAYOUT:
        raise other
    try:
        kept = [_as_catalogued(row, config) for row in content["results"]]
        drifted = [drift.Drift(**row) for row in content["drift"]]
        as_of, data, months = date.fromisoformat(content["as_of"]), content["data"], content["incomplete_months"]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise other from None
    results = rejudge(kept, config.thresholds, config.severities)
    return Check(data, as_of, results, verdict(results), drifted, months)


def _as_catalogued(row: Mapping[str, Any], config: Config) -> QualityResult:
    """A kept result under the catalogue's own threshold and severity, so that an override taken back is gone."""
    known = catalogue()
    if row["expectation"] not in known:
        raise UserError(f"'{row['expectation']}' is no expectation of this version: run `um check` on the data again.")
    expectation = known[row["expectation"]]
    result = QualityResult(**{**row, "affects": tuple(row["affects"])})
    is_quarantine = result.expectation.endswith(".quarantined")
    threshold = config.max_quarantined_percent / 100 if is_quarantine else expectation.threshold
    return replace(result, threshold=threshold, severity=expectation.severity)
