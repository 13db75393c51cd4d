"""From a study to the page: counts onto the ledger, the ledger protected, sections built, and one HTML file written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from analytics import charts, resources
from analytics.disclosure import THRESHOLD, Ledger, fewest_shown, showing_from, without_small_numbers
from analytics.report import section_methods, section_payers, section_quality, section_therapies, section_way, therapies
from analytics.report.approvals import section as section_approvals
from analytics.report.approvals.counts import Approvals
from analytics.report.dosing import section as section_dosing
from analytics.report.dosing.administrations import Dosing
from analytics.report.dosing.sensitivity import Sensitivity
from analytics.report.names import Names
from analytics.report.parts import Section, Study, Tile
from analytics.report.payers import Payers
from analytics.report.persistence.curves import Persistence
from analytics.report.quality import Quality
from analytics.report.renewals import section as section_renewals
from analytics.report.renewals.approvals_ended import Renewals
from analytics.report.tables import month
from analytics.report.templates import template
from analytics.report.tiles import mostly_withheld, with_targets
from analytics.report.way import Way

#: Our own scripts: the first says at once that scripts run, the second draws the figures.
_SCRIPTS = ("start", "draw")
#: Nothing is fetched and no script runs but those whose text is in the page. Plotly sets styles on its elements.
_CONTENT_POLICY = (
    "default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True)
class Content:
    """What the page says, disclosed: headline tiles, a verdict for each measure, sections.

    banner: measure, verdict and what was found, for each measure that asks for care; empty where none does.
    """

    tiles: list[Tile]
    verdicts: list[dict[str, str]]
    banner: list[tuple[str, str, str]]
    sections: list[Section]

    @property
    def is_mostly_withheld(self) -> bool:
        """Whether most of the headline figures are withheld."""
        return mostly_withheld(self.tiles)


def render(study: Study) -> str:
    """The published page of a study: one HTML file as text, the same bytes for the same study.

    Holds no person-level rows. Every count passes the disclosure ledger before a table or a figure is built.
    """
    with showing_from(study.manifest.get("configuration", {}).get("fewest_people", THRESHOLD)):
        return _page(study)


def _page(study: Study) -> str:
    manifest, content = study.manifest, published(study)
    names = Names(list(manifest["policies"]))
    return _html(
        {
            "manifest": manifest,
            "content": content,
            "title": manifest.get("plan") or "Drug policy report",
            "drugs": sorted({policy["drug"] for policy in manifest["policies"]}),
            "facts": _facts(manifest),
            "policies": [_policy(policy, names) for policy in manifest["policies"]],
            "fewest": fewest_shown(),
        }
    )


def published(study: Study) -> Content:
    """Enter every count of the page on one ledger, protect it, and build from what it shows."""
    ledger, manifest = Ledger(), study.manifest
    dosing = Dosing(study, ledger)
    sensitivity = Sensitivity(study, ledger, dosing)
    approvals = Approvals(study, ledger)
    requests = approvals.requests
    before = therapies.before_requests(study, ledger, requests, approvals.criteria)
    around = therapies.around_doses(study, ledger, dosing)
    renewals = Renewals(study, ledger, _day(manifest["horizon"]))
    persistence = Persistence(study, ledger)
    way = Way(study, ledger, requests, renewals)
    payers = Payers(ledger, dosing, requests, renewals)
    quality = Quality(study, ledger)
    ledger.protect()

    names = Names(list(manifest["policies"]))
    withheld = quality.withheld()

    def safe(sentence: str) -> str:
        return without_small_numbers(sentence, ledger.threshold, withheld)

    kept, excess = section_dosing.tiles(dosing, manifest)
    tiles = [kept, section_approvals.tile(requests), section_renewals.tile(renewals), excess]
    targets = manifest.get("configuration", {}).get("targets", {})
    missing = list(manifest["missing_tables"])
    return Content(
        [with_targets(tile, targets) for tile in tiles],
        section_quality.verdicts(quality),
        section_quality.banner(quality),
        [
            section_dosing.section(dosing, sensitivity, names, manifest),
            section_approvals.section(approvals, names, missing),
            section_renewals.section(renewals, persistence, names),
            section_way.section(way, names),
            *section_therapies.sections(before, around, names, missing),
            *section_payers.sections(payers, names),
            section_quality.section(quality, [safe(sentence) for sentence in manifest["warnings"]], manifest),
            section_methods.section(manifest, quality, names),
        ],
    )


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _written(value: date | str | None, short: bool = False) -> str:
    """A date as "31 March 2025" or "31 Mar 2025", in English whatever the locale."""
    day = _day(value)
    if day is None:
        return "none"
    return f"{day.day} {month(day)}" if short else f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _facts(manifest: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What the figures cover, as (name, value, remark). Dates that are the same stand together."""
    period = manifest["period"]
    remark = "as given" if manifest["as_of_given"] else "(the latest date in the extracts)"
    facts = [("Period", f"{_written(period['from'])} to {_written(period['to'])}", "")]
    through: dict[str, list[str]] = {}
    for name, key in (("Claims", "claims_through"), ("Authorizations", "authorizations_through")):
        through.setdefault(_written(manifest[key]), []).append(name)
    facts += [(f"{' and '.join(names).capitalize()} through", day, "") for day, names in through.items()]
    facts.append(("As of", _written(manifest["as_of"]), remark))
    if manifest["horizon"] != manifest["as_of"]:
        facts.append(("Renewals told until", _written(manifest["horizon"]), ""))
    if manifest["missing_tables"]:
        facts.append(("Extracts not there", ", ".join(manifest["missing_tables"]), ""))
    if manifest["payers_without_policy"]:
        facts.append(("Payers without a policy, not judged", ", ".join(manifest["payers_without_policy"]), ""))
    return facts


def _policy(policy: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """A policy with its short name, its versions and the days on which they are in force, in words."""
    versions = []
    for version in policy["versions"]:
        start, end = _day(version["effective_from"]), _day(version["effective_until"])
        last = end - timedelta(days=1) if end else None
        words = " ".join(
            [
                f"from {_written(start, short=True)}" if start else "",
                f"until {_written(last, short=True)}" if last else "",
            ]
        ).strip()
        versions.append({"remark": None, **version, "in_force": words or "always"})
    return {**policy, "short": names.short(policy["policy_id"]), "versions": versions}


def _html(values: Mapping[str, Any]) -> str:
    folder = resources.folder("reports")
    library, scripts = (
        charts.library(),
        {name: (folder / f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS},
    )
    hashes = " ".join(resources.csp_hash(text) for text in (*scripts.values(), library))
    return template("page.html.j2").render(
        **values,
        library=library,
        dark_colours=json.dumps(charts.DARK),
        scripts=scripts,
        style=(folder / "style.css").read_text(encoding="utf-8"),
        policy_of_content=_CONTENT_POLICY.format(hashes=hashes),
    )
