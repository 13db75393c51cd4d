"""The rows of `administration` and `limit_result`."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from tests.reference.dosing import EXCEEDED, UNKNOWN, WORDS, Dose, Verdict, counts
from tests.reference.numbers import cents
from tests.reference.reading import Extract


def units(exact: Fraction) -> Decimal:
    """Units to four decimals, half up."""
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def administration_row(dose: Dose, extract: Extract, extract_starts: date) -> dict[str, object]:
    """The row of the `administration` table."""
    a = dose.administration
    verdicts = dose.verdicts()
    status = dose.status(verdicts)
    exceeding = status in ("exceeds", "exception")
    excess = units(dose.excess(verdicts) if exceeding else Fraction(0))
    amount = a.allowed_amount
    share = Fraction(excess) / Fraction(units(a.billed))  # as both are told
    version = a.policy.in_force(a.on)
    # What is unknown beside a limit that is exceeded in the same regimen leaves nothing open.
    broken = {v.regimen for v in verdicts if counts(v)}
    unknown = {v.reason for v in verdicts if v.value == UNKNOWN and not v.limit.advisory and v.regimen not in broken}
    return {
        "policy_id": a.policy.id,
        "policy_version": version.name,
        "payer": a.payer,
        "person_id": a.person,
        "hcpcs_code": a.code,
        "administered_on": a.on,
        "claim_ids": a.claim_ids,
        "billed_units": units(a.billed),
        "administered_units": units(a.administered),
        "wasted_units": units(a.wasted),
        "waste_attested": a.attested,
        "dose_mg": float(a.administered_mg),
        "flags": a.flags(),
        "bsa_m2": float(dose.bsa) if dose.bsa is not None else None,
        "bsa_source": dose.bsa_source,
        "dose_mg_per_m2": float(a.administered_mg / dose.bsa) if dose.bsa is not None else None,
        "authorization_id": dose.cover["authorization_id"] if dose.cover is not None else None,
        "status": status,
        "breach_kind": dose.breach_kind(verdicts) if exceeding else None,
        "exceeded_limits": sorted({v.limit.id for v in verdicts if counts(v)}) if exceeding else [],
        "advisories": sorted({v.limit.id for v in verdicts if v.value == EXCEEDED and v.limit.advisory}),
        "unknown_reasons": sorted(str(r) for r in unknown) if status == "indeterminate" else [],
        "excess_units": excess,
        "allowed_amount": amount,
        "excess_allowed_amount": cents(Fraction(amount) * share) if amount is not None else None,
        "window_truncated": a.on - timedelta(days=version.longest_window() - 1) < extract_starts,
    }


def _measured(verdict: Verdict) -> float | None:
    """Of a dose the units as they are told, to four decimals; of what adds up over time all of it."""
    if verdict.measured is None:
        return None
    return float(units(verdict.measured) if verdict.limit.kind == "dose" else verdict.measured)


def limit_rows(dose: Dose) -> list[dict[str, object]]:
    """The rows of the `limit_result` table: the limits of the tested regimens."""
    a = dose.administration
    return [
        {
            "policy_id": a.policy.id,
            "policy_version": a.policy.in_force(a.on).name,
            "payer": a.payer,
            "person_id": a.person,
            "hcpcs_code": a.code,
            "administered_on": a.on,
            "regimen": v.regimen,
            "limit_id": v.limit.id,
            "measured": _measured(v),
            "allowed": float(v.allowed) if v.allowed is not None else None,
            "result": WORDS[v.value],
            "reason": v.reason,
        }
        for v in dose.verdicts()
    ]
