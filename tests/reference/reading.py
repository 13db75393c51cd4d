"""From raw rows to rows in use: scope, quarantine, duplicates, as_of and conflicts, in this order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.reference.policies import POLICIES, Node, Policy, Version, policies_of, policy_of
from tests.reference.schema import (
    LOINC_BSA,
    LOINC_HEIGHT,
    LOINC_SIZES,
    LOINC_WEIGHT,
    Raw,
    Row,
    own_fault,
    read_row,
)

# Factor to the table's own unit (cm, kg, m2) and the plausible range, by LOINC code.
_CENTIMETRES = {None: Decimal(1), "cm": Decimal(1), "m": Decimal(100), "[in_i]": Decimal("2.54")}
_KILOGRAMS = {None: Decimal(1), "kg": Decimal(1), "g": Decimal("0.001"), "[lb_av]": Decimal("0.45359237")}
_SQUARE_METRES = {None: Decimal(1), "m2": Decimal(1)}
_BODY = {
    LOINC_HEIGHT: (_CENTIMETRES, Decimal(50), Decimal(250)),
    LOINC_WEIGHT: (_KILOGRAMS, Decimal(2), Decimal(400)),
    **dict.fromkeys(LOINC_BSA, (_SQUARE_METRES, Decimal("0.5"), Decimal("3.5"))),
}


@dataclass
class Extract:
    """All rows by table (absent tables are absent keys) and the dates that bound them."""

    rows: dict[str, list[Row]]
    configured: dict[str, str]
    as_of: date
    claims_through: date | None
    authorizations_through: date | None
    _observed: dict[str, list[Row]] | None = None

    def has(self, table: str) -> bool:
        return table in self.rows

    def used(self, table: str) -> list[Row]:
        return [row for row in self.rows.get(table, ()) if row.fate is None]

    def observed(self, person: str) -> list[Row]:
        """The observations in use of a person; asked for once all rows are settled."""
        if self._observed is None:
            self._observed = defaultdict(list)
            for row in self.used("observation"):
                self._observed[row["person_id"]].append(row)
        return self._observed.get(person, [])

    @property
    def horizon(self) -> date:
        through = (self.claims_through, self.authorizations_through)
        return min([self.as_of, *(day for day in through if day is not None)])

    def policy(self, row: Row) -> Policy:
        policy = policy_of(row["payer"], row["hcpcs_code"], self.configured)
        assert policy is not None, "a used row's payer has a policy"
        return policy

    def version(self, request: Row) -> Version:
        """The version that a request's criteria are judged by."""
        decided = request["decision"] in ("approved", "partially_approved", "denied")
        at = request["decided_at"] if decided and request["decided_at"] is not None else request["received_at"]
        return self.policy(request).in_force(at.date())


def read(tables: dict[str, list[Raw]], as_of: date | None, configured: dict[str, str]) -> Extract:
    """Read all tables and settle each row's fate as far as the row-level rules go.

    Raises ValueError where no row is in scope, or where none of those has a date and no as_of is given.
    """
    rows = {name: [read_row(name, n, raw) for n, raw in enumerate(raws)] for name, raws in tables.items()}
    in_scope = {name: [r for r in rows.get(name, []) if _in_drug_scope(r, configured)] for name in _DATES}
    if not any(in_scope.values()):
        raise ValueError("no row of medical_claim or authorization is in scope")
    dates = {name: [day for row in in_scope[name] if (day := _date_of(row)) is not None] for name in _DATES}
    if as_of is None:
        as_of = max((day for days in dates.values() for day in days), default=None)
    if as_of is None:
        raise ValueError("no row in scope has a readable date, and no as_of is given")
    through = {name: max((day for day in days if day <= as_of), default=None) for name, days in dates.items()}
    extract = Extract(rows, configured, as_of, through["medical_claim"], through["authorization"])
    for name in _DATES:
        _settle(in_scope[name])
        for row in in_scope[name]:
            if row.fate is None and _date_of(row) > as_of:  # type: ignore[operator]
                row.put("excluded", "after_as_of")
    _conflicts(extract.used("authorization"), "authorization_id")
    _settle_attached(extract, {row["authorization_id"] for row in in_scope["authorization"]})
    _settle_persons(extract, {row["person_id"] for name in _DATES for row in in_scope[name]})
    return extract


_DATES = ("medical_claim", "authorization")


def _date_of(row: Row) -> date | None:
    if row.table == "medical_claim":
        day: date | None = row["service_date"]
        return day
    return row["received_at"].date() if row["received_at"] is not None else None


def _in_drug_scope(row: Row, configured: dict[str, str]) -> bool:
    """Whether the row is of a policy's drug and payer; marks it with its reason where it is not."""
    if not any(row["hcpcs_code"] in policy.codes for policy in POLICIES.values()):
        row.put("out_of_scope", "other_drug")
    elif row["payer"] is not None and policy_of(row["payer"], row["hcpcs_code"], configured) is None:
        # Another drug is one that none of the payer's own policies is for.
        row.put("out_of_scope", "other_drug" if policies_of(row["payer"], configured) else "no_policy")
    return row.fate is None


def _settle(rows: Iterable[Row]) -> None:
    """Quarantine what cannot be used by itself, then let identical rows count once."""
    seen: dict[tuple[object, ...], Row] = {}
    for row in rows:
        fault = row.fate is None and own_fault(row)
        if fault:
            row.put("quarantined", fault)
        if row.fate is not None:
            continue
        first = seen.setdefault(row.identity(), row)
        if first is not row:
            row.put("excluded", "duplicate_row")
            # Copies of a line may differ in the place alone: whatever they say of it is said of the line.
            first.notes.setdefault("other_places", []).append(row.values.get("place"))


def _conflicts(rows: Iterable[Row], *key: str) -> None:
    groups = defaultdict(list)
    for row in rows:
        groups[tuple(row[column] for column in key)].append(row)
    for group in groups.values():
        if len(group) > 1:
            for row in group:
                row.put("quarantined", "conflicting_rows")


def _settle_attached(extract: Extract, in_scope_ids: set[str | None]) -> None:
    """Reviews and answers go with their request; at which criteria records may stand, is settled later."""
    present = {row["authorization_id"] for row in extract.rows.get("authorization", ())}
    used = {row["authorization_id"]: row for row in extract.used("authorization")}
    for name in ("criterion_review", "clinical_answer"):
        rows = extract.rows.get(name, [])
        for row in rows:
            request_id = row["authorization_id"]
            if request_id is not None and request_id in present - in_scope_ids:
                row.put("out_of_scope", "other_request")
                continue
            fault = own_fault(row)
            if fault is None and request_id not in used:
                fault = "unknown_authorization"
            if fault is not None:
                row.put("quarantined", fault)
        if name == "clinical_answer":
            _settle(row for row in rows if row.fate is None)


def settle_reviews(extract: Extract, trees: Mapping[str, Node]) -> None:
    """Records at no criterion of their request's tree, then copies, then contradictions; trees by request."""
    for row in extract.used("criterion_review"):
        if row["criterion_id"] not in trees[row["authorization_id"]].recordable:
            row.put("quarantined", "unknown_criterion")
    _settle(extract.used("criterion_review"))
    _conflicts(extract.used("criterion_review"), "authorization_id", "criterion_id")


def _settle_persons(extract: Extract, persons: set[str | None]) -> None:
    """Eligibility, observations and pharmacy claims are in scope by person (observations by code first)."""
    asked = LOINC_SIZES | {lab.loinc for policy in POLICIES.values() for lab in policy.labs}
    for name in ("eligibility", "observation", "pharmacy_claim"):
        rows = extract.rows.get(name, [])
        for row in rows:
            if name == "observation" and row["source_code"] not in asked:
                row.put("out_of_scope", "other_observation")
            elif row["person_id"] is not None and row["person_id"] not in persons:
                row.put("out_of_scope", "other_person")
            elif name == "observation" and own_fault(row) is None and row["source_code"] in _BODY:
                _measure(row)
        _settle(row for row in rows if row.fate is None)


def _measure(row: Row) -> None:
    """Note a body size in cm, kg or m2, or quarantine it."""
    units, low, high = _BODY[row["source_code"]]
    if row["source_units"] not in units:
        row.put("quarantined", "unknown_unit")
        return
    row.notes["size"] = row["result"] * units[row["source_units"]]
    if not low <= row.notes["size"] <= high:
        row.put("quarantined", "implausible_result")
