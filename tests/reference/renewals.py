"""What became of each approval: renewed, refused, stopped, or not to be told yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from tests.reference.bodies import approvals
from tests.reference.claims import Administration
from tests.reference.facts import Facts
from tests.reference.numbers import rated
from tests.reference.reading import Extract
from tests.reference.schema import Row, final_decision, finally_approved

Rows = list[dict[str, Any]]
AFTER = timedelta(days=60)  # how long after its end an approval may still be taken up
ON_THERAPY = timedelta(days=42)
DAY = timedelta(days=1)
OUTCOMES = (
    "renewed_on_time",
    "renewed_late",
    "denied",
    "pending",
    "withdrawn",
    "reauthorized",
    "deceased",
    "disenrolled",
    "not_due",
    "lapsed",
    "stopped",
)
NEEDS_ELIGIBILITY = OUTCOMES[5:]
RETAINED = ("renewed_on_time", "renewed_late", "reauthorized")
NOT_ELIGIBLE = ("deceased", "disenrolled", "not_due")


def _key(row: Row) -> tuple[str, str, str]:
    return row["payer"], row["person_id"], row["hcpcs_code"]


def renewal_requests(extract: Extract, approved: list[Row]) -> dict[str, list[Row]]:
    """The renewal requests of each approval, by its id."""
    by_id = {row["authorization_id"]: row for row in approved}
    found: dict[str, list[Row]] = defaultdict(list)
    for renewal in extract.used("authorization"):
        if renewal["request_type"] != "renewal":
            continue
        named = by_id.get(renewal["prior_authorization_id"])
        if named is None or named is renewal:
            received = renewal["received_at"].date()
            fitting = [
                row
                for row in approved
                if row is not renewal
                and _key(row) == _key(renewal)
                and row["approved_from"] < received
                and row["approved_to"] >= received - AFTER
            ]
            named = max(fitting, key=lambda row: (row["approved_to"], row["authorization_id"]), default=None)
        if named is not None:
            found[named["authorization_id"]].append(renewal)
    return found


def chosen(candidates: Iterable[Row]) -> Row | None:
    """Of several renewal requests the one that counts."""
    rows = list(candidates)
    approved = [row for row in rows if finally_approved(row)]
    if approved:
        return _earliest(approved)
    return max(rows, key=lambda row: (row["received_at"], row["authorization_id"]), default=None)


def _earliest(rows: list[Row]) -> Row | None:
    return min(rows, key=lambda row: (row["approved_from"], row["authorization_id"]), default=None)


class Outcomes:
    """Tells the outcome of one approval after another."""

    def __init__(self, extract: Extract, facts: Facts, given: list[Administration]) -> None:
        self.extract = extract
        self.facts = facts
        self.approved = approvals(extract)
        self.renewals = renewal_requests(extract, self.approved)
        # Someone billed under another code of the drug is treated with it all the same.
        self.days: dict[tuple[str, str, str], list[date]] = defaultdict(list)
        for a in given:
            self.days[(a.payer, a.person, a.policy.id)].append(a.on)

    def rows(self) -> Rows:
        """The `renewal` table."""
        return [self._row(subject) for subject in sorted(self.approved, key=lambda r: r["authorization_id"])]

    def _row(self, subject: Row) -> dict[str, Any]:
        outcome, successor = self._outcome(subject)
        gap = None
        if successor is not None and outcome in RETAINED:
            gap = (successor["approved_from"] - subject["approved_to"]).days - 1
        return {
            "authorization_id": subject["authorization_id"],
            "policy_id": self.extract.policy(subject).id,
            "payer": subject["payer"],
            "person_id": subject["person_id"],
            "approved_from": subject["approved_from"],
            "approved_to": subject["approved_to"],
            "renewal_authorization_id": successor["authorization_id"] if successor is not None else None,
            "outcome": outcome,
            "gap_days": gap,
            "on_therapy": self._treated(subject, subject["approved_to"]),
            "doses_uncovered": self._uncovered(subject),
        }

    def _outcome(self, subject: Row) -> tuple[str | None, Row | None]:
        renewal = chosen(self.renewals.get(subject["authorization_id"], ()))
        end = subject["approved_to"]
        if renewal is not None:
            if not finally_approved(renewal):
                return final_decision(renewal), renewal
            return "renewed_on_time" if renewal["approved_from"] <= end + DAY else "renewed_late", renewal
        if not self.extract.has("eligibility"):
            return None, None
        again = self._reauthorized(subject)
        if again is not None:
            return "reauthorized", again
        return self._left(subject), None

    def _left(self, subject: Row) -> str:
        """The outcome where nothing followed."""
        due, horizon = subject["approved_to"] + AFTER, self.extract.horizon
        death = self.facts.death(subject["person_id"])
        if death is not None and death <= due and death <= horizon:
            return "deceased"
        enrolled_to = self._enrolled_to(subject)
        if enrolled_to is not None and enrolled_to <= due and enrolled_to < horizon:
            return "disenrolled"
        if due > horizon:
            return "not_due"
        return "lapsed" if self._treated(subject, date.max) else "stopped"

    def _reauthorized(self, subject: Row) -> Row | None:
        last = subject["approved_to"] + AFTER
        return _earliest(
            [
                row
                for row in self.approved
                if row["request_type"] == "initial"
                and _key(row) == _key(subject)
                and subject["approved_from"] < row["approved_from"] <= last
            ]
        )

    def _enrolled_to(self, subject: Row) -> date | None:
        """The latest enrollment end with the payer; none while one is open or none is on record."""
        ends = [
            row["enrollment_end_date"]
            for row in self.extract.used("eligibility")
            if row["person_id"] == subject["person_id"] and row["payer"] == subject["payer"]
        ]
        return None if None in ends else max(ends, default=None)

    def _days(self, subject: Row) -> list[date]:
        """The days on which the person was given the drug."""
        return self.days[subject["payer"], subject["person_id"], self.extract.policy(subject).id]

    def _treated(self, subject: Row, until: date) -> bool:
        after = subject["approved_to"] - ON_THERAPY
        return any(after < day <= until for day in self._days(subject))

    def _uncovered(self, subject: Row) -> int:
        later = [
            row for row in self.approved if _key(row) == _key(subject) and row["approved_to"] > subject["approved_to"]
        ]
        following = _earliest(later)
        until = following["approved_from"] if following is not None else self.extract.as_of + DAY
        return sum(1 for day in self._days(subject) if subject["approved_to"] < day < until)


def renewal_summary(rows: Rows, has_eligibility: bool) -> Rows:
    """The `renewal_summary` table from the rows of `renewal`."""
    groups: dict[tuple[str, str, date], Rows] = defaultdict(list)
    for row in rows:
        end = row["approved_to"]
        quarter = date(end.year, 3 * ((end.month - 1) // 3) + 1, 1)
        groups[(row["policy_id"], row["payer"], quarter)].append(row)
    return [_summary(key, groups[key], has_eligibility) for key in sorted(groups)]


def _summary(key: tuple[str, str, date], rows: Rows, has_eligibility: bool) -> dict[str, Any]:
    counts = {name: sum(1 for row in rows if row["outcome"] == name) for name in OUTCOMES}
    eligible = [row for row in rows if row["outcome"] not in NOT_ELIGIBLE]
    treated = [row for row in eligible if row["on_therapy"]]
    renewed = counts["renewed_on_time"] + counts["renewed_late"]
    summary: dict[str, Any] = dict(zip(("policy_id", "payer", "quarter"), key, strict=True))
    summary["n_persons"] = len({row["person_id"] for row in rows})
    for name in OUTCOMES:
        summary[f"n_{name}"] = counts[name] if has_eligibility or name not in NEEDS_ELIGIBILITY else None
    for suffix, group in (("", eligible), ("_on_therapy", treated)):
        n = len(group) if has_eligibility else None
        retained = sum(1 for row in group if row["outcome"] in RETAINED) if has_eligibility else None
        summary[f"n_eligible{suffix}"] = n
        summary |= rated(f"retention_rate{suffix}", retained, n)
    return summary | rated("renewal_approval_rate", renewed, renewed + counts["denied"])
