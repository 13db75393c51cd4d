"""Requests and their decisions: the counts, entered on the ledger, and what may be shown of them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.disclosure import Count, Hidden, Ledger, count_people, fewest_people
from analytics.report.ladder import Group, Ladder, Measure
from analytics.report.tables import rate

if TYPE_CHECKING:
    from analytics.report.parts import Study

APPROVED = ["approved", "partially_approved"]
DECIDED = [*APPROVED, "denied"]
TREE = ["policy_id", "policy_version", "request_type"]

_SPLITS = (
    ("n", ("approved", "denied")),
    ("denied", ("overturned", "finally_denied")),
    ("finally_approved", ("approved", "overturned")),
    ("n", ("finally_approved", "finally_denied")),
)


def decided_requests(study: Study) -> pl.DataFrame:
    """The decided requests with their person, and whether they were approved at first and in the end."""
    return study.request.filter(pl.col("decision").is_in(DECIDED)).with_columns(
        is_approved=pl.col("decision").is_in(APPROVED),
        is_finally_approved=pl.col("final_decision").is_in(APPROVED),
    )


class Requests:
    """Decided requests by policy and payer, and by the criteria tree that they were judged by."""

    def __init__(self, study: Study, ledger: Ledger) -> None:
        self.ledger, self.frame = ledger, decided_requests(study)
        approved, finally_approved = pl.col("is_approved"), pl.col("is_finally_approved")
        measures = {
            "n": Measure(pl.lit(True), cost=6),
            "approved": Measure(approved, cost=5),
            "denied": Measure(~approved, cost=4),
            "overturned": Measure(~approved & finally_approved, cost=1),
            "finally_approved": Measure(finally_approved, cost=3),
            "finally_denied": Measure(~finally_approved, printed=False),
        }
        self.ladder = Ladder(ledger, "request", self.frame, measures, _SPLITS)
        self.ladder.rung("all", [], cost=40, people=True)
        self.ladder.rung("policy", ["policy_id"], cost=30, people=True)
        self.ladder.rung("payer", ["policy_id", "payer"], cost=20, people=True)
        self.ladder.rung("tree", TREE, cost=20, only=("n", "approved", "denied"))
        for upper, lower in (("all", "policy"), ("policy", "payer"), ("policy", "tree")):
            self.ladder.link(upper, lower)

    def row(self, rung: str, group: Group) -> dict[str, Any]:
        """The values of a row of the decisions' table."""
        at = self.ladder
        return {
            **at.counts(rung, group, "n", "persons", "approved", "denied", "overturned", "finally_approved"),
            "first": at.rate(rung, group, "approved", "n"),
            "final": at.rate(rung, group, "finally_approved", "n"),
        }


class Metrics:
    """The figures that CMS-0057-F asks for, by payer and drug.

    Where requests carry their `priority`, `extended` and `appeal_decision`, the people behind each count are counted;
    else the fewest of the payer's who can stand behind it are taken.
    """

    _PARTS = ("standard", "expedited")

    def __init__(self, study: Study, ledger: Ledger, requests: Requests) -> None:
        self._ledger, self._table = ledger, study.authorization_metrics
        self._things = {
            payer: of_payer.group_by("person_id").len()["len"].sort(descending=True).to_list()
            for (payer,), of_payer in study.request.group_by("payer")
        }
        self._people = _people_by_metric(study.request, ledger.threshold)
        for row in self._table.iter_rows(named=True):
            self._enter(row)
            self._relate(row, requests)

    def _enter(self, row: dict[str, Any]) -> None:
        for part in self._PARTS:
            self._split(row, part, row[f"n_{part}"], row[f"{part}_approved_rate"])
        self._split(row, "appeals", row["n_appeals_decided"], row["standard_approved_after_appeal_rate"])
        self._split(row, "extended", row["n_extended"], row["extended_approved_rate"])
        self._add(row, "pending", row["n_pending"], printed=True)

    def _split(self, row: dict[str, Any], name: str, n: int, approved_rate: float | None) -> None:
        approved = round(n * (approved_rate or 0))
        self._add(row, name, n, printed=True)
        self._add(row, f"{name}_approved", approved, printed=True, marked=False)
        self._add(row, f"{name}_denied", n - approved, printed=False)
        parts = [self._key(row, f"{name}_approved"), self._key(row, f"{name}_denied")]
        self._ledger.total(self._key(row, name), parts)

    def _add(self, row: dict[str, Any], name: str, value: int, printed: bool, marked: bool = True) -> None:
        count = fewest_people(value, self._things.get(row["payer"], []), self._ledger.threshold)
        counted = self._people.get((row["payer"],), {}).get(name)
        if counted is not None and counted.value == value:
            count = counted
        of = ("metrics", row["payer"], row["drug"])
        self._ledger.add(self._key(row, name), count, cost=2, printed=printed, marked=marked, row=of)

    def _relate(self, row: dict[str, Any], requests: Requests) -> None:
        """A payer's standard and expedited requests are its decided ones, which another table of the page counts."""
        for group in requests.ladder.groups["payer"]:
            if group[1] != row["payer"]:
                continue
            whole = requests.ladder.key("payer", group, "n")
            self._ledger.total_if_so(whole, [self._key(row, part) for part in self._PARTS])
            for word in ("approved", "denied"):
                whole = requests.ladder.key("payer", group, word)
                self._ledger.total_if_so(whole, [self._key(row, f"{part}_{word}") for part in self._PARTS])
            overturned = requests.ladder.key("payer", group, "overturned")
            self._ledger.total_if_so(overturned, [self._key(row, "appeals_approved")])
            self._ledger.at_most(self._key(row, "appeals_approved"), [overturned])

    def _key(self, row: dict[str, Any], name: str) -> Hashable:
        return ("metrics", row["payer"], row["drug"], name)

    def rows(self) -> list[dict[str, Any]]:
        """A row for each payer and drug, as it may be shown."""
        return [self._shown(row) for row in self._table.iter_rows(named=True)]

    def _shown(self, row: dict[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = {"payer": row["payer"], "drug": row["drug"]}
        for name in (*self._PARTS, "appeals", "extended"):
            values[name] = self._ledger[self._key(row, name)]
            values[f"{name}_approved"] = rate(self._ledger, self._key(row, f"{name}_approved"), self._key(row, name))
        for name in (*self._PARTS, "pending"):
            known = self._ledger.shows(self._key(row, name))
            columns = (
                ["pending_median_age_days"] if name == "pending" else [f"{name}_mean_hours", f"{name}_median_hours"]
            )
            values |= {column: row[column] if known else Hidden.WITHHELD for column in columns}
        values["pending"] = self._ledger[self._key(row, "pending")]
        return values


def _people_by_metric(request: pl.DataFrame, threshold: int) -> dict[Group, dict[str, Count]]:
    """The people behind each of a payer's metrics, counted from its requests, by the metrics' names."""
    if not {"priority", "extended", "appeal_decision"} <= set(request.columns):
        return {}
    decided, approved = pl.col("decision").is_in(DECIDED), pl.col("decision").is_in(APPROVED)
    expedited = (pl.col("priority") == "expedited").fill_null(False)
    appealed = decided & ~expedited & pl.col("appeal_decision").is_in(["overturned", "upheld"])
    overturned = pl.col("appeal_decision") == "overturned"
    wholes = {
        "standard": (decided & ~expedited, approved),
        "expedited": (decided & expedited, approved),
        "appeals": (appealed, overturned),
        "extended": (decided & pl.col("extended"), approved),
    }
    conditions = {"pending": pl.col("decision") == "pending"}
    for name, (whole, part) in wholes.items():
        conditions |= {name: whole, f"{name}_approved": whole & part, f"{name}_denied": whole & ~part}
    return count_people(request, ["payer"], conditions, threshold)
