"""What grace days and a dose tolerance would change, published so that no small change can be worked out."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.disclosure import Count, Hidden, Ledger, fewest_people
from analytics.report.dosing import Dosing
from analytics.report.tables import Rate, rate

if TYPE_CHECKING:
    from analytics.report.page import Study

_STATES = ("within", "over", "indeterminate")
Scenario = tuple[int, int]


class Sensitivity:
    """Compliance of each policy under grace days (rows) and dose tolerances (columns).

    The table has no persons, so the fewest who can stand behind a count are taken. Leniency only ever turns an
    administration from over or unjudged towards within: whoever changes is among those not within by the letter.
    """

    def __init__(self, study: Study, ledger: Ledger, dosing: Dosing) -> None:
        self._ledger, self._dosing = ledger, dosing
        table = study.dosing_sensitivity.group_by("policy_id", "grace_days", "dose_tolerance_percent").agg(
            within=pl.col("n_within").sum(),
            over=(pl.col("n_exceeds") + pl.col("n_exception")).sum(),
            indeterminate=pl.col("n_indeterminate").sum(),
        )
        self._numbers: dict[str, dict[Scenario, dict[str, int]]] = {}
        for row in table.sort("policy_id", "grace_days", "dose_tolerance_percent").iter_rows(named=True):
            scenario = (row["grace_days"], row["dose_tolerance_percent"])
            self._numbers.setdefault(row["policy_id"], {})[scenario] = {state: row[state] for state in _STATES}
        for policy in self._numbers:
            self._enter(policy)

    def _enter(self, policy: str) -> None:
        numbers, threshold = self._numbers[policy], self._ledger.threshold
        of_policy = self._dosing.frame.filter(pl.col("policy_id") == policy)
        things = {
            "within": _per_person(of_policy.filter(pl.col("status") == "within")),
            "over": _per_person(of_policy.filter(pl.col("status").is_in(["exceeds", "exception"]))),
            "indeterminate": _per_person(of_policy.filter(pl.col("status") != "within")),
        }
        for scenario, states in numbers.items():
            for state in _STATES:
                # Nobody within by the letter is ever not: at least these people are behind a greater count.
                value = states[state]
                known = min(value, numbers[0, 0]["within"]) if state == "within" else value
                people = fewest_people(known, things[state], threshold).people
                self._add(policy, scenario, state, Count(value, people))
            judged = Count(states["within"] + states["over"], self._people(policy, scenario))
            self._add(policy, scenario, "judged", judged)
            self._ledger.total(
                self._key(policy, scenario, "judged"),
                [self._key(policy, scenario, "within"), self._key(policy, scenario, "over")],
            )
            whole = self._dosing.ladder.key("policy", (policy,), "n")
            parts = [self._key(policy, scenario, "judged"), self._key(policy, scenario, "indeterminate")]
            self._ledger.total_if_so(whole, parts)
        for state in _STATES:
            same = self._dosing.ladder.key("policy", (policy,), state)
            self._ledger.total_if_so(same, [self._key(policy, (0, 0), state)])
        self._enter_changes(policy, things["indeterminate"])

    def _enter_changes(self, policy: str, things: Sequence[int]) -> None:
        """What changes from one scenario to a more lenient one can be worked out, so it must not be small either."""
        numbers = self._numbers[policy]
        for one in numbers:
            for other in numbers:
                if one == other or other[0] < one[0] or other[1] < one[1]:
                    continue
                for state in (*_STATES, "judged"):
                    less, more = self._key(policy, one, state), self._key(policy, other, state)
                    step = int(self._ledger.entered(more).value - self._ledger.entered(less).value)
                    if step < 0:
                        less, more = more, less
                    change = ("change", policy, one, other, state)
                    count = fewest_people(abs(step), things, self._ledger.threshold)
                    self._ledger.add(change, count, printed=False)
                    self._ledger.total(more, [less, change])

    def _people(self, policy: str, scenario: Scenario) -> frozenset[Hashable] | None:
        within, over = (self._ledger.entered(self._key(policy, scenario, state)).people for state in ("within", "over"))
        return None if within is None or over is None else max(within, over, key=len)

    def _add(self, policy: str, scenario: Scenario, state: str, count: Count) -> None:
        printed = state in ("within", "judged")
        cost = 15 if scenario == (0, 0) else 2
        key = self._key(policy, scenario, state)
        row = ("sensitivity", policy, scenario)
        self._ledger.add(key, count, cost=cost, printed=printed, marked=False, row=row)

    def _key(self, policy: str, scenario: Scenario, state: str) -> Hashable:
        return ("sensitivity", policy, scenario, state)

    # ---- What may be shown

    def tolerances(self, policy: str) -> list[int]:
        """The dose tolerances, in percent."""
        return sorted({tolerance for _, tolerance in self._numbers.get(policy, {})})

    def rows(self, policy: str) -> list[dict[str, Any]]:
        """A row for each number of grace days: the compliance rate by tolerance."""
        numbers = self._numbers.get(policy, {})
        rows = []
        for grace in sorted({grace for grace, _ in numbers}):
            rates: dict[str, Rate | Hidden | None] = {
                str(tolerance): rate(
                    self._ledger,
                    self._key(policy, (grace, tolerance), "within"),
                    self._key(policy, (grace, tolerance), "judged"),
                )
                for tolerance in self.tolerances(policy)
            }
            rows.append({"grace_days": grace, **rates})
        return rows


def _per_person(frame: pl.DataFrame) -> list[int]:
    """How many rows each person has, in falling order."""
    return frame.group_by("person_id").len()["len"].sort(descending=True).to_list()
