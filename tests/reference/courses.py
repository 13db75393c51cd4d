"""Courses of treatment, and the cycles in which limits may count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tests.reference.claims import Administration
from tests.reference.rules import Limit
from tests.reference.schema import Row


@dataclass(eq=False)
class Treatment:
    """An administration among the others of its person, drug and policy."""

    administration: Administration
    cover: Row | None
    window: list[Administration]  # of the person, drug and policy, all payers
    hidden_before: date  # the extract's first day

    def course(self) -> tuple[int, date, bool]:
        """Which dose of its course it is, the day of the course's first, and whether none before it may be hidden."""
        gap = timedelta(days=self.administration.policy.in_force(self.administration.on).course_days)
        days = sorted({other.on for other in self.window if other.on <= self.administration.on})
        given = {other.on for other in self.window if other.administered_mg > 0}
        last, number, is_first_course = days[0], 0, True
        began = self.administration.on
        for day in days:
            if day - last > gap:
                number, is_first_course, began = 0, False, self.administration.on
            if day in given:
                began = began if number else day
                number, last = number + 1, day
        return max(number, 1), began, not is_first_course or days[0] - self.hidden_before > gap

    def cycle(self, limit: Limit) -> date | None:
        """The first day of the cycle in which it stands; none where that can't be told."""
        on, length = self.administration.on, timedelta(days=limit.window)
        if limit.cycles == "greedy":
            return self.greedy_cycle(length)
        if limit.cycles == "authorization":
            began = self.cover["approved_from"] if self.cover is not None else None
        else:
            _, first, is_known = self.course()
            began = first if is_known else None
        while began is not None and began + length <= on:
            began += length
        return began

    def greedy_cycle(self, length: timedelta) -> date | None:
        on = self.administration.on
        given = sorted({other.on for other in self.window if other.administered_mg > 0 and other.on <= on})
        began, last, is_known = None, self.hidden_before - timedelta(days=1), False
        for day in given:
            # So long after any dose before, hidden ones included, a cycle surely begins.
            is_known = is_known or day - last >= length
            last = day
            if began is None or began + length <= day:
                began = day
        if not is_known or began is None:
            return None
        return began if on < began + length else on
