"""Covering authorizations and body surface area."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

from tests.reference.claims import Administration
from tests.reference.reading import Extract
from tests.reference.schema import LOINC_BSA, LOINC_HEIGHT, LOINC_WEIGHT, Row, finally_approved

LOOK_BACK = 90  # days


def approvals(extract: Extract) -> list[Row]:
    """Every finally approved or partially approved authorization in use."""
    return [row for row in extract.used("authorization") if finally_approved(row)]


def covering(administration: Administration, approved: Iterable[Row]) -> Row | None:
    """The approval that covers the day: the one decided last, then the greatest id."""
    fitting = [
        row
        for row in approved
        if row["payer"] == administration.payer
        and row["person_id"] == administration.person
        and row["hcpcs_code"] == administration.code
        and row["approved_from"] <= administration.on <= row["approved_to"]
    ]
    return max(fitting, key=lambda row: (row["decided_at"] or datetime.min, row["authorization_id"]), default=None)


def rounded(size: Decimal) -> Decimal:
    """BSA to two decimals, half up."""
    return size.quantize(Decimal("0.01"), ROUND_HALF_UP)


def mosteller(height: Decimal, weight: Decimal) -> Decimal:
    """BSA in m2 of cm and kg, to far more places than rounding needs."""
    with localcontext() as context:
        context.prec = 60
        return (height * weight / 3600).sqrt()


def latest_size(extract: Extract, person: str, codes: Iterable[str], on: date) -> Decimal | None:
    """The latest body size of these codes in the 90 days up to the date; of one day's the greatest."""
    first = on - timedelta(days=LOOK_BACK - 1)
    known = [
        (row["observation_date"], row.notes["size"])
        for row in extract.observed(person)
        if row["source_code"] in codes and first <= row["observation_date"] <= on
    ]
    return max(known)[1] if known else None


def body_weight(extract: Extract, administration: Administration) -> Decimal | None:
    """Weight in kg as used (rounded and capped like BSA), or None where unknown."""
    found = latest_size(extract, administration.person, (LOINC_WEIGHT,), administration.on)
    if found is None:
        return None
    cap = administration.policy.in_force(administration.on).weight_cap
    return rounded(found) if cap is None else min(rounded(found), cap)


def body_surface(extract: Extract, administration: Administration, cover: Row | None) -> tuple[Decimal, str] | None:
    """BSA in m2 as used (rounded, capped) with its source, or None where unknown."""
    person, on = administration.person, administration.on
    size = latest_size(extract, person, LOINC_BSA, on)
    source = "observation"
    if size is None:
        height = latest_size(extract, person, (LOINC_HEIGHT,), on)
        weight = latest_size(extract, person, (LOINC_WEIGHT,), on)
        if height is not None and weight is not None:
            size, source = mosteller(height, weight), "height_weight"
        elif cover is not None and cover["bsa_m2"] is not None:
            size, source = cover["bsa_m2"], "authorization"
    if size is None:
        return None
    cap = administration.policy.in_force(on).cap
    size = rounded(size)
    return (min(size, cap) if cap is not None else size), source
