"""What grace days and a dose tolerance would change, published so that no small change can be worked out."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.disclosure import Count, Ledger, fewest_people
from analytics.report.dosing.administrations import Dosing
from analytics.report.tables import rate

if TYPE_CHECKING:
    from analytics.report.parts import Study

Scenario = tuple[int, int]
_STEP = ("grace_days", "dose_tolerance_percent", "next_grace_days", "next_dose_tolerance_percent")


class Sensitivity:
    """How many administrations of each policy are within under grace days (rows) and dose tolerances (columns).

    Of all administrations, not of those that can be judged: how many can be judged changes by a few from scenario to
    scenario, and would tell who they are. What changes from one scenario to the next lenient one can be worked out of
    the table, so the people behind each change are counted from `dosing_sensitivity_change` where the study has it;
    else the fewest who can stand behind it are taken, all of them among those not within by the letter.
    """

    def __init__(self, study: Study, ledger: Ledger, dosing: Dosing) -> None:
        self._ledger, self._dosing = ledger, dosing
        table = study.dosing_sensitivity.group_by("policy_id", "grace_days", "dose_tolerance_percent")
        self._within: dict[str, dict[Scenario, int]] = {}
        for row in table.agg(pl.col("n_within").sum()).sort(pl.all()).iter_rows():
            self._within.setdefault(row[0], {})[row[1], row[2]] = row[3]
        gained = _people_who_change(getattr(study, "dosing_sensitivity_change", None), ledger.threshold)
        for policy in self._within:
            self._enter(policy, gained)

    def _enter(self, policy: str, gained: Mapping[tuple[Any, ...], Count]) -> None:
        within = self._within[policy]
        by_the_letter = self._dosing.ladder.key("policy", (policy,), "within")
        behind = self._ledger.entered(by_the_letter).people
        others = self._dosing.frame.filter((pl.col("policy_id") == policy) & (pl.col("status") != "within"))
        things = others.group_by("person_id").len()["len"].sort(descending=True).to_list()
        for scenario, value in within.items():
            # Nobody within by the letter is not so under a more lenient reading: as many people at least.
            cost = 15 if scenario == (0, 0) else 2
            row = ("sensitivity", policy)
            self._ledger.add(self._key(policy, scenario), Count(value, behind), cost=cost, marked=False, row=row)
        self._ledger.total(by_the_letter, [self._key(policy, (0, 0))])
        for one, other in _steps(sorted(within)):
            gain = within[other] - within[one]
            less, more = (one, other) if gain >= 0 else (other, one)
            counted = gained.get((policy, *one, *other))
            count = (
                counted
                if counted and counted.value == gain
                else fewest_people(abs(gain), things, self._ledger.threshold)
            )
            change = self._ledger.add(("change", policy, one, other), count, printed=False)
            self._ledger.total(self._key(policy, more), [self._key(policy, less), change])
        for scenario in within:
            if scenario > (0, 0) and (0, 0) in within:
                self._enter_forgiven(policy, scenario)

    def _enter_forgiven(self, policy: str, scenario: Scenario) -> None:
        """What a lenient reading forgives beside what was over a limit, and beside the kind of breach that it concerns.

        Up to three days earlier than allowed, less what three days of grace bring within, are those that can't be
        judged even so.
        """
        grace, tolerance = scenario
        is_over = pl.col("status").is_in(["exceeds", "exception"])
        beside: dict[Hashable, pl.Expr] = {self._dosing.ladder.key("policy", (policy,), "over"): is_over}
        if not tolerance or not grace:
            kind = "over_dose" if tolerance else "early"
            beside["breach", policy, kind] = is_over & (pl.col("breach_kind") == kind)
        letter, lenient = self._key(policy, (0, 0)), self._key(policy, scenario)
        gain = self._within[policy][scenario] - self._within[policy][0, 0]
        for of, condition in beside.items():
            if of not in self._ledger:
                continue
            left = self._ledger.entered(of).value - gain
            # What is left of those over, or what is forgiven besides them: the fewest people who can stand behind it.
            concerned = condition if left > 0 else ~condition & (pl.col("status") != "within")
            whose = self._dosing.frame.filter((pl.col("policy_id") == policy) & concerned.fill_null(False))
            things = whose.group_by("person_id").len()["len"].sort(descending=True).to_list()
            count = fewest_people(int(abs(left)), things, self._ledger.threshold)
            rest = self._ledger.add(("forgiven", policy, scenario, of), count, printed=False)
            sides = ([of, letter], [lenient, rest]) if left >= 0 else ([of, letter, rest], [lenient])
            self._ledger.balance(*sides)

    def _key(self, policy: str, scenario: Scenario) -> Hashable:
        return ("sensitivity", policy, scenario)

    # ---- What may be shown

    def tolerances(self, policy: str) -> list[int]:
        """The dose tolerances, in percent."""
        return sorted({tolerance for _, tolerance in self._within.get(policy, {})})

    def rows(self, policy: str) -> list[dict[str, Any]]:
        """A row for each number of grace days: the share within, of all administrations, by tolerance."""
        whole = self._dosing.ladder.key("policy", (policy,), "n")
        return [
            {
                "grace_days": grace,
                **{str(t): rate(self._ledger, self._key(policy, (grace, t)), whole) for t in self.tolerances(policy)},
            }
            for grace in sorted({grace for grace, _ in self._within.get(policy, {})})
        ]


def _steps(scenarios: Sequence[Scenario]) -> list[tuple[Scenario, Scenario]]:
    """Each scenario with its next ones: one more grace day, or the next tolerance."""
    tolerances = sorted({tolerance for _, tolerance in scenarios})
    after = dict(pairwise(tolerances))
    return [
        (one, other)
        for one in scenarios
        for other in ((one[0] + 1, one[1]), (one[0], after.get(one[1], -1)))
        if other in scenarios
    ]


def _people_who_change(changes: pl.DataFrame | None, threshold: int) -> dict[tuple[Any, ...], Count]:
    """Policy, scenario and its next -> how many administrations come to be within, and whether few people's.

    changes: one row a policy, step, verdict before (`state_before`) and after, with n_administrations and n_persons.
    """
    if changes is None:
        return {}
    becomes = changes.filter((pl.col("state_before") != "within") & (pl.col("state_after") == "within"))
    # A person may be behind both verdicts before: the greater of the two groups is the fewest they can be.
    found = becomes.group_by("policy_id", *_STEP).agg(pl.col("n_administrations").sum(), pl.col("n_persons").max())
    return {
        row[:5]: Count(row[5], None if row[6] >= threshold else frozenset(f"?{i}" for i in range(row[6])))
        for row in found.iter_rows()
    }
