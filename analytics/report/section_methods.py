"""The page's methods: every rate, every rule with the passage it rests on, the limits of chance, and the run record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.disclosure import fewest_shown
from analytics.report.methods import AREAS, Measure
from analytics.report.names import Names, doses_by
from analytics.report.parts import Part, Section, slug
from analytics.report.quality import Quality
from analytics.report.tables import Column, Row, Table
from analytics.report.words import RULES

#: Why a measure is not applicable, by what no policy of the run limits doses by.
_WITHOUT = {"m2": "no policy here limits doses by body surface area"}
#: More files of a table are counted rather than named.
MOST_FILES = 3


def section(manifest: Mapping[str, Any], quality: Quality, names: Names) -> Section:
    """The whole section."""
    parts = [_rates(manifest), *_rules(manifest, names), _chance(), _small_numbers(), _record(manifest, quality)]
    return Section("methods", "Methods", "How every number on this page is made.", parts)


def _rates(manifest: Mapping[str, Any]) -> Part:
    columns = [
        Column("name", "Measure", "text"),
        Column("numerator", "What is counted", "text"),
        Column("denominator", "Of what", "text"),
        Column("left_out", "Left out", "text"),
        Column("files", "Counted by", "code"),
    ]
    tables = [
        Table(f"t-methods-{slug(area)}", title, columns, [_row(measure, doses_by(manifest)) for measure in measures])
        for area, (title, measures) in AREAS.items()
    ]
    text = ["Each rate is what is counted over what it is of. The last column names the SQL files that count."]
    return Part("methods-rates", "Every rate", text, tables=tables)


def _row(measure: Measure, by: set[str]) -> Row:
    told = {**measure._asdict(), "files": ", ".join(f"sql/{name}" for name in measure.files)}
    if measure.by is not None and measure.by not in by:
        told["denominator"] = told["left_out"] = f"Not applicable: {_WITHOUT[measure.by]}"
    return Row(told)


def _rules(manifest: Mapping[str, Any], names: Names) -> list[Part]:
    return [_rules_of(policy, names) for policy in manifest["policies"] if policy.get("rules")]


def _rules_of(policy: Mapping[str, Any], names: Names) -> Part:
    versions = [version["version"] for version in policy["versions"]]
    own = policy["documents"][0]["name"]
    rows = [
        Row(
            {
                "rule": f"{RULES[rule['kind']]} {rule['id']}".strip(),
                "says": f"{rule['says']} ({rule['grants']})" if rule.get("grants") else rule["says"],
                "where": rule["citation"].removeprefix(f"{own}, "),
                "versions": "all" if rule["versions"] == versions else ", ".join(rule["versions"]),
            }
        )
        for rule in policy["rules"]
    ]
    columns = [
        Column("rule", "Rule", "text"),
        Column("says", "What it says, in our words", "text"),
        Column("where", "Where the document says it", "text"),
        Column("versions", "Versions", "text"),
    ]
    if len(versions) == 1:
        columns.pop()
    ident = slug("rules", policy["policy_id"])
    cited = {rule["citation"].split(", ")[0] for rule in policy["rules"]}
    sources = "; ".join(_document(each) for each in policy["documents"] if each["name"] in cited)
    return Part(
        ident,
        "Rules, and where the policy has them",
        [f"{sources}. A passage without a document's name is of {own}."],
        tables=[Table(f"t-{ident}", f"Rules of {names.short(policy['policy_id'])}", columns, rows, long=True)],
        over=names.policy(policy["policy_id"]),
    )


def _document(document: Mapping[str, str | None]) -> str:
    dated = f", {document['dated']}" if document["dated"] else ""
    return f"{document['name']} ({document['title']}; publisher: {document['publisher']}{dated})"


def _chance() -> Part:
    return Part(
        "methods-limits",
        "Limits of chance",
        [
            "The limits beside a rate are Wilson's 95% limits: a range that the underlying rate would lie in for "
            "95 of 100 such samples. Administrations of one person are not independent of each other, so the true "
            "uncertainty of dosing rates is somewhat greater.",
            "Differences of two rates have Newcombe's limits, units over the limits per 100 units billed have limits "
            "that take each person's units together, and medians those that hold for any distribution.",
        ],
    )


def _small_numbers() -> Part:
    fewest = fewest_shown()
    return Part(
        "methods-disclosure",
        "Small numbers",
        [
            f"“<{fewest}” stands for a count behind which 1 to {fewest - 1} people stand, however many administrations "
            "or requests they have. “Withheld” stands for a number from which such a count could be worked out, "
            "and for everything within a group that is itself so small. A 0 is a true 0.",
            f"“All but <{fewest}” and “at least” say of a total what the mark of its other part says anyway. "
            "Where months or quarters are mostly too small, longer periods are shown.",
            "Before publication the page is attacked by linear programming over all of its totals: each small "
            f"count must remain possible over the whole of 1 to {fewest - 1}.",
        ],
    )


def _record(manifest: Mapping[str, Any], quality: Quality) -> Part:
    read = {row["table_name"]: row["read"] for row in quality.fates()}
    rows = [
        Row({"table": table["table_name"], "files": _files(table["files"]), "read": read.get(table["table_name"])})
        for table in manifest["tables_read"]
    ]
    columns = [Column("table", "Extract", "code"), Column("files", "Read from", "text"), Column("read", "Rows read")]
    settings = [Row({"name": name, "value": value}) for name, value in _settings(manifest)]
    both = [Column("name", "Setting", "text"), Column("value", "Value", "text")]
    return Part(
        "methods-record",
        "Record of this run",
        ["The page holds no time of its making: the same extracts and settings give the same page, byte for byte."],
        tables=[
            Table("t-record-settings", "Product, policies and settings", both, settings),
            Table("t-record-files", "Extracts", columns, rows),
        ],
    )


def _files(files: list[str]) -> str:
    return ", ".join(files) if len(files) <= MOST_FILES else f"{len(files):,} files"


def _settings(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the run went by, as (setting, value)."""
    settings = [("Product", f"{manifest['product']} {manifest['version']}")]
    for policy in manifest["policies"]:
        versions = ", ".join(version["version"] for version in policy["versions"])
        settings.append((f"Policy {policy['policy_id']}", f"versions {versions}"))
    given = manifest.get("configuration", {})
    settings += [(f"Policy of {payer}", policy) for payer, policy in given.get("policies", {}).items()]
    for key, words in _SETTINGS.items():
        if key in given:
            settings.append((words[0], words[1].format(given[key])))
    settings += [(f"Target {key.removesuffix('_percent')}".replace("_", " "), f"{value:g}%")
                 for key, value in given.get("targets", {}).items()]  # fmt: skip
    return settings


#: Key of the configuration -> what it is called, and how its value reads.
_SETTINGS = {
    "bsa_smallest_m2": ("Smallest body surface area to be expected", "{:g} m²"),
    "bsa_largest_m2": ("Largest body surface area to be expected, where the policy has no cap", "{:g} m²"),
    "weight_smallest_kg": ("Smallest body weight to be expected", "{:g} kg"),
    "weight_largest_kg": ("Largest body weight to be expected, where the policy has no cap", "{:g} kg"),
    "max_quarantined_percent": ("Most rows of a required table in quarantine", "{:g}%"),
}
