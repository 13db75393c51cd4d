"""Administrations against the policies' limits: the counts, entered on the ledger, and what may be shown of them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.disclosure import Hidden, Ledger, count_people
from analytics.report.dosing.frame import OTHERS, details, months_compared, straddling, with_provider, with_stretch
from analytics.report.dosing.limits import enter_limits
from analytics.report.dosing.sums import Sums
from analytics.report.grain import choose, with_period
from analytics.report.ladder import Group, Ladder, Measure
from analytics.report.tables import Bound, Period, Rate, rate_of
from analytics.report.words import BREACH_KINDS

if TYPE_CHECKING:
    from analytics.report.parts import Study

_SPLITS = (
    ("n", ("judged", "indeterminate")),
    ("judged", ("within", "over")),
    ("over", ("exceeds", "exception")),
    ("judged", ("judged_known", "judged_unknown")),
    ("within", ("within_known", "within_unknown")),
    ("over", ("over_known", "over_unknown")),
    ("judged_known", ("within_known", "over_known")),
    ("judged_unknown", ("within_unknown", "over_unknown")),
)
_BALANCES = ((("judged", "within_known"), ("within", "judged_known", "over_unknown")),)
_BY_PERIOD = ("judged", "within", "over", "indeterminate")
_STRETCH = ("n", *_BY_PERIOD)
_BY_PAYER = ["policy_id", "payer"]


def _measures() -> dict[str, Measure]:
    status, known = pl.col("status"), pl.col("bsa_m2").is_not_null()
    judged, within, over = status != "indeterminate", status == "within", status.is_in(["exceeds", "exception"])
    return {
        "n": Measure(pl.lit(True), cost=6),
        "judged": Measure(judged, cost=5),
        "within": Measure(within, cost=5),
        "over": Measure(over, cost=4),
        "exceeds": Measure(status == "exceeds", printed=False),
        "exception": Measure(status == "exception", cost=2),
        "indeterminate": Measure(~judged, cost=2),
        "judged_known": Measure(judged & known, cost=1, marked=False),
        "within_known": Measure(within & known, cost=1, marked=False),
        "over_known": Measure(over & known, printed=False),
        "judged_unknown": Measure(judged & ~known, printed=False),
        "within_unknown": Measure(within & ~known, printed=False),
        "over_unknown": Measure(over & ~known, printed=False),
    }


class Dosing:
    """Counts of administrations by policy, payer and period, of breaches and of limits.

    lengths: of each payer's periods, in months.
    """

    def __init__(self, study: Study, ledger: Ledger) -> None:
        self.ledger = ledger
        over = pl.col("status").is_in(["exceeds", "exception"])
        judged = {"over": over, "within": pl.col("status") == "within"}
        frame = with_provider(details(study), ledger.threshold)
        self.stretches = months_compared(study.manifest, frame["administered_on"])
        frame = with_stretch(frame, self.stretches)
        self.lengths = choose(frame, _BY_PAYER, "administered_on", judged, (1, 3, 12), ledger.threshold)
        self.frame = with_period(frame, _BY_PAYER, "administered_on", self.lengths)
        self.ladder = Ladder(ledger, "dosing", self.frame, _measures(), _SPLITS, _BALANCES)
        self.sums = Sums(ledger, self.frame)
        known = [name for name in _measures() if name.endswith(("_known", "_unknown"))]
        others = [name for name in _measures() if name not in known]
        self.ladder.rung("all", [], cost=40, people=True)
        self.ladder.rung("policy", ["policy_id"], cost=30, only=others, people=True)
        self.ladder.rung("payer", _BY_PAYER, cost=20, only=others, people=True)
        self.ladder.rung("period", [*_BY_PAYER, "period"], cost=10, only=_BY_PERIOD)
        self.ladder.rung("provider", ["policy_id", "provider"], cost=8, only=("judged", "within", "over"))
        for upper, lower in (("all", "policy"), ("policy", "payer"), ("payer", "period"), ("policy", "provider")):
            self.ladder.link(upper, lower)
        self._enter_stretches()
        self._enter_breaches()
        self.limits = enter_limits(ledger, self.ladder, study.limit_result)

    def _enter_stretches(self) -> None:
        """The stretches of months that are compared, and what they share with the payers' periods."""
        names, frame, at = _STRETCH, self.frame, self.ladder
        outside, period = pl.col("stretch") == "outside", [*_BY_PAYER, "period"]
        at.rung("stretch", ["stretch"], cost=12, only=names, among=frame.filter(~outside))
        at.rung("outside", ["stretch"], cost=1, only=names, unprinted=names, among=frame.filter(outside))
        rows = [(rung, group) for rung in ("stretch", "outside") for group in at.groups[rung]]
        for name in names:
            self.ledger.total(at.key("all", (), name), [at.key(rung, group, name) for rung, group in rows])
        # A quarter or a year may lie in several stretches: readers may reckon with what it has in each.
        cut = straddling(frame, period)
        at.rung("piece", [*period, "stretch"], cost=1, only=_BY_PERIOD, unprinted=_BY_PERIOD, among=cut)
        for group in dict.fromkeys(piece[:3] for piece in at.groups["piece"]):
            pieces = [piece for piece in at.groups["piece"] if piece[:3] == group]
            for name in _BY_PERIOD:
                self.ledger.total(at.key("period", group, name), [at.key("piece", piece, name) for piece in pieces])
        whole = frame.join(cut, on=period, how="anti").select(*period, "stretch").unique().sort(pl.all()).rows()
        for (stretch,) in at.groups["stretch"]:
            parts = [("period", row[:3]) for row in whole if row[3] == stretch]
            parts += [("piece", group) for group in at.groups["piece"] if group[3] == stretch]
            for name in _BY_PERIOD:
                self.ledger.total(at.key("stretch", (stretch,), name), [at.key(*part, name) for part in parts])

    def _enter_breaches(self) -> None:
        over = self.frame.filter(pl.col("status").is_in(["exceeds", "exception"]))
        # Few policies say where a drug is to be given: that kind is told where any administration is of it.
        told = [kind for kind in BREACH_KINDS if kind != "site" or (over["breach_kind"] == kind).any()]
        kinds = {kind: pl.col("breach_kind") == kind for kind in told}
        for group, counts in count_people(over, ["policy_id"], kinds, self.ledger.threshold).items():
            row = ("breach", *group)
            keys = [self.ledger.add(("breach", *group, kind), counts[kind], cost=8, row=row) for kind in kinds]
            self.ledger.total_if_so(self.ladder.key("policy", group, "over"), keys)

    # ---- What may be shown

    def row(self, rung: str, group: Group) -> dict[str, Any]:
        """The values of a row of the payers' table (rung all, policy or payer)."""
        names = ("n", "persons", "judged", "within", "over", "exception", "indeterminate")
        values: dict[str, Any] = self.ladder.counts(rung, group, *names)
        return values | self._rates(rung, group) | self._sums_of(rung, group)

    def stretch(self, name: str) -> dict[str, Any]:
        """The values of a stretch of months that headline figures compare."""
        values: dict[str, Any] = self.ladder.counts("stretch", (name,), *_STRETCH)
        return values | self._rates("stretch", (name,)) | self._sums_of("stretch", (name,))

    def _rates(self, rung: str, group: Group) -> dict[str, Any]:
        """Compliance, and what it is if all that can't be judged are over, or none of them is."""
        at = self.ladder
        values: dict[str, Any] = {"compliance": at.rate(rung, group, "within", "judged", "over")}
        if not at.shows(rung, group, "judged", "within", "indeterminate"):
            return values | {"if_exceeding": Hidden.WITHHELD, "if_within": Hidden.WITHHELD}
        judged, within, unjudged = (at.count(rung, group, name) for name in ("judged", "within", "indeterminate"))
        n = judged + unjudged  # type: ignore[operator]
        return values | {"if_exceeding": rate_of(within, n), "if_within": rate_of(within + unjudged, n)}  # type: ignore[operator]

    def _sums_of(self, rung: str, group: Group) -> dict[str, Any]:
        """Units and dollars; a sum is not shown where the count that it belongs to is not."""
        values = self.sums.of(rung, group)
        if not self.ladder.shows(rung, group, "n"):
            values |= dict.fromkeys(values, Hidden.WITHHELD)
        if not self.ladder.shows(rung, group, "over"):
            values |= {"excess_units": Hidden.WITHHELD, "excess_amount": Hidden.WITHHELD}
        return values

    def known_bsa(self) -> Rate | Bound | Hidden | None:
        """Compliance over all administrations of known body surface area."""
        return self.ladder.rate("all", (), "within_known", "judged_known")

    def period(self, group: Group) -> dict[str, Any]:
        """The values of a row of the periods' table."""
        at = self.ladder
        return {
            **at.counts("period", group, "judged", "over", "indeterminate"),
            "period": Period(group[-1], self.lengths[group[:2]]),
            "within": self.ledger.among(*(at.key("period", group, name) for name in ("within", "judged", "over"))),
            **self._rates("period", group),
        }

    def providers(self, policy: str) -> list[dict[str, Any]]:
        """The listed providers of a policy, by number, and all others together last."""
        at = self.ladder
        found = [group for group in at.groups["provider"] if group[0] == policy]
        return [
            {
                "npi": group[1],
                **at.counts("provider", group, "judged", "over"),
                "within": self.ledger.among(
                    *(at.key("provider", group, name) for name in ("within", "judged", "over"))
                ),
                "compliance": at.rate("provider", group, "within", "judged", "over"),
            }
            for group in sorted(found, key=lambda group: (group[1] == OTHERS, group[1]))
        ]

    def breaches(self, policy: str) -> dict[str, Any]:
        """Administrations over a limit by kind of breach; empty where none is."""
        keys: dict[str, Hashable] = {kind: ("breach", policy, kind) for kind in BREACH_KINDS}
        return {kind: self.ledger[key] for kind, key in keys.items() if key in self.ledger}

    def limit_rows(self, policy: str) -> list[dict[str, Any]]:
        """The limits of a policy with how many administrations kept and exceeded each."""
        return [
            {
                "limit_id": group[2],
                "regimen": group[1],
                **{word: self.ledger[("limit", *group, word)] for word in ("tested", "ok", "exceeded", "unknown")},
            }
            for group in self.limits
            if group[0] == policy
        ]
