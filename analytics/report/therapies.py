"""Other drugs, before a request and around a dose: what documents say against claims; counts and what may be shown."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import product
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.disclosure import Ledger
from analytics.report.approvals.criteria import Criteria
from analytics.report.approvals.requests import Requests, decided_requests
from analytics.report.dosing.administrations import Dosing
from analytics.report.ladder import Group, Ladder, Measure

if TYPE_CHECKING:
    from analytics.report.parts import Study

#: What a drug can be, each thing counted being one of them.
CASES = ("confirmed", "not_in_claims", "contradicted", "agreed", "derived", "neither")

#: What is documented, and the cases that it is made of: the page prints these alone.
SAID = {"yes": ("confirmed", "not_in_claims"), "no": ("contradicted", "agreed")}


def _measures() -> dict[str, Measure]:
    said, shown = pl.col("documented"), (pl.col("on_claims") == "yes").fill_null(False)
    yes, no, nothing = said == "yes", said == "no", said.is_null()
    return {
        # Withheld last: the table without drugs would have to withhold its own with it.
        "n": Measure(pl.lit(True), cost=60),
        "confirmed": Measure(yes & shown, cost=3),
        "not_in_claims": Measure(yes & ~shown, cost=2),
        "contradicted": Measure(no & shown, cost=5),
        "agreed": Measure(no & ~shown, cost=1),
        "derived": Measure(nothing & shown, cost=4),
        "neither": Measure(nothing & ~shown, cost=1),
        **{word: Measure(said == word, printed=False) for word in SAID},
    }


class Therapies:
    """Decided requests, or administrations, by policy, other drug and payer: one row of counts each.

    frame: one row a request or administration and drug, with `documented`, `on_claims` and `person_id`. of: the
    ladder that counts the same things without the drugs.
    """

    def __init__(self, ledger: Ledger, name: str, frame: pl.DataFrame, of: Ladder) -> None:
        self.ladder = Ladder(ledger, name, frame, _measures(), [("n", CASES), *SAID.items()])
        self.ladder.rung("policy", ["policy_id", "therapy"], cost=10)
        self.ladder.rung("payer", ["policy_id", "therapy", "payer"], cost=5)
        self.ladder.link("policy", "payer")
        for rung in ("policy", "payer"):
            for group in self.ladder.groups[rung]:
                # Each is counted once for every drug, so each drug's number is the one of the table without drugs.
                whole = of.key(rung, (group[0], *group[2:]), "n")
                if whole in ledger:
                    ledger.total_if_so(whole, [self.ladder.key(rung, group, "n")])

    def row(self, rung: str, group: Group) -> dict[str, Any]:
        """The values of a row."""
        return self.ladder.counts(rung, group, "n", *CASES)

    def answered_in(self, criteria: Criteria) -> None:
        """A drug may be documented by what a criterion asks: then both tables count the same, over all of its trees.

        Who knows the policy can tell one by the other, so what the one withholds the other must not give away. Where
        requests of one type alone give the answer, the trees of that type are all.
        """
        ledger = self.ladder.ledger
        cells: dict[Group, list[Hashable]] = {}
        for breakdown in criteria.breakdowns:
            for criterion, value in product(breakdown.told, ("met", "not_met")):
                key = criteria.key(breakdown, criterion, value)
                for request_type in (None, breakdown.request_type):
                    cells.setdefault((breakdown.policy, criterion, request_type, value), []).append(key)
        for group, said in product(self.ladder.groups["policy"], SAID):
            whole = self.ladder.key("policy", group, said)
            # Trees of one type stand there twice, and a drug that nobody documents tells nothing.
            same = {tuple(own) for (policy, *_), own in cells.items() if policy == group[0]}
            for own in sorted(same, key=repr) if ledger.entered(whole).value else ():
                ledger.total_if_so(whole, own)


def before_requests(study: Study, ledger: Ledger, requests: Requests, criteria: Criteria) -> Therapies:
    """Drugs before the decided requests."""
    decided = decided_requests(study).select("authorization_id")
    frame = study.request_evidence.join(decided, on="authorization_id", how="semi")
    before = Therapies(ledger, "drugs before", frame, requests.ladder)
    before.answered_in(criteria)
    return before


def around_doses(study: Study, ledger: Ledger, dosing: Dosing) -> Therapies:
    """Drugs around the administrations."""
    return Therapies(ledger, "drugs around", study.administration_therapy, dosing.ladder)
