"""The tables that sum dosing up: by month, and by how strictly windows and doses are read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from tests.reference.dosing import Dose
from tests.reference.dosing_rows import units
from tests.reference.numbers import rate, rated

Rows = list[dict[str, Any]]
STATUSES = ("within", "exceeds", "exception", "indeterminate")
GRACE_DAYS = (0, 1, 2, 3)
TOLERANCES = (0, 5, 10)  # percent


def _judged(counts: Counter[str]) -> int:
    return counts["within"] + counts["exceeds"] + counts["exception"]


def dosing_summary(rows: Rows) -> Rows:
    """The `dosing_summary` table from the rows of `administration`."""
    groups: dict[tuple[str, str, date], Rows] = defaultdict(list)
    for row in rows:
        groups[(row["policy_id"], row["payer"], row["administered_on"].replace(day=1))].append(row)
    return [_summary(key, groups[key]) for key in sorted(groups)]


def _summary(key: tuple[str, str, date], rows: Rows) -> dict[str, Any]:
    counts = Counter(row["status"] for row in rows)
    known = Counter(row["status"] for row in rows if row["bsa_m2"] is not None)
    exceeding = [row for row in rows if row["status"] == "exceeds"]
    excepted = [row for row in rows if row["status"] == "exception"]
    return {
        "policy_id": key[0],
        "payer": key[1],
        "month": key[2],
        "n_administrations": len(rows),
        "n_persons": len({row["person_id"] for row in rows}),
        **{f"n_{status}": counts[status] for status in STATUSES},
        **rated("compliance_rate", counts["within"], _judged(counts)),
        "compliance_rate_known_bsa": rate(known["within"], _judged(known)),
        "compliance_rate_if_exceeding": rate(counts["within"], len(rows)),
        "compliance_rate_if_within": rate(counts["within"] + counts["indeterminate"], len(rows)),
        "billed_units": _total(row["billed_units"] for row in rows),
        "wasted_units": _total(row["wasted_units"] for row in rows),
        "excess_units": _total(row["excess_units"] for row in exceeding),
        "excess_units_exception": _total(row["excess_units"] for row in excepted),
        "excess_allowed_amount": _money(exceeding),
    }


def _money(exceeding: Rows) -> Decimal | None:
    """0 where nothing was over; unknown where something was over and no amount is known."""
    known = [row["excess_allowed_amount"] for row in exceeding if row["excess_allowed_amount"] is not None]
    return None if exceeding and not known else _total(known)


def _total(values: Iterable[Decimal]) -> Decimal:
    return sum(values, Decimal(0))


def dosing_sensitivity(doses: list[Dose]) -> Rows:
    """The `dosing_sensitivity` table: every administration judged again under each pair of settings."""
    groups: dict[tuple[str, str], list[Dose]] = defaultdict(list)
    for dose in doses:
        groups[(dose.administration.policy.id, dose.administration.payer)].append(dose)
    rows = []
    for policy_id, payer in sorted(groups):
        for grace in GRACE_DAYS:
            for tolerance in TOLERANCES:
                counts = Counter(dose.status(dose.verdicts(grace, tolerance)) for dose in groups[(policy_id, payer)])
                rows.append(
                    {
                        "policy_id": policy_id,
                        "payer": payer,
                        "grace_days": grace,
                        "dose_tolerance_percent": tolerance,
                        **{f"n_{status}": counts[status] for status in STATUSES},
                        "compliance_rate": rate(counts["within"], _judged(counts)),
                    }
                )
    return rows


def authorization_use(doses: list[Dose], approved: list[Any]) -> Rows:
    """The `authorization_use` table: what was billed on the administrations that each approval covers."""
    rows = []
    for row in sorted(approved, key=lambda row: row["authorization_id"]):
        covered = [dose.administration for dose in doses if dose.cover is row]
        used = _total(units(administration.billed) for administration in covered)
        approved_units = row["approved_units"]
        rows.append(
            {
                "authorization_id": row["authorization_id"],
                "payer": row["payer"],
                "person_id": row["person_id"],
                "approved_units": approved_units,
                "units_used": used,
                "n_administrations": len(covered),
                "first_administered_on": min((a.on for a in covered), default=None),
                "last_administered_on": max((a.on for a in covered), default=None),
                "over_approved_units": used > approved_units if approved_units is not None else None,
            }
        )
    return rows
