"""Reading the regimens of a version and their limits."""

from collections.abc import Sequence
from decimal import Decimal

from analytics.policy.dosing import (
    COUNTED_IN,
    CYCLES,
    DOSE_PERS,
    LIMIT_KINDS,
    ROUND_TO,
    SPANS,
    CountedIn,
    DosePer,
    Limit,
    LimitKind,
    Regimen,
)
from analytics.policy.language_limits import SHORTEST_WINDOW
from analytics.policy.parts import Known
from analytics.policy.reader import Table, each, unique, unique_among


def regimens(version: Table, known: Known) -> tuple[Regimen, ...]:
    """The schedules of a version."""

    def read(t: Table) -> Regimen:
        limits = each(t, "limit", lambda limit: _limit(limit, known))
        if limits and all(limit.advisory for limit in limits):
            t.fault("limit", "is advisory throughout", "one limit at least that decides")
        elif limits and (dose := _first_free(limits)):
            problem = f"holds dose {dose} of a course to nothing that decides"
            t.fault("limit", problem, f"a limit without doses, or with doses = {{ from = {dose} }}")
        return Regimen(t.text("name"), t.text("label"), known.citation(t), limits)

    found = each(version, "regimen", read)
    unique(found, lambda regimen: regimen.name.lower(), version, "regimen")
    ids = [
        ((*version.path, "regimen", place, "limit", number, "id"), limit.id)
        for place, regimen in enumerate(found)
        for number, limit in enumerate(regimen.limits)
    ]
    unique_among(ids, version.faults)
    _unused(version, [limit for regimen in found for limit in regimen.limits])
    return found


def _unused(version: Table, limits: list[Limit]) -> None:
    """What a version says of doses that none of its limits looks at is a slip of the pen."""
    pers = {limit.per for limit in limits}
    if version.has("weight_cap") and "kg" not in pers:
        version.fault("weight_cap", "caps what no dose is measured by", 'a dose limit with per = "kg", or no cap')
    if version.has("bsa_cap") and pers & {"kg", "flat"} and "m2" not in pers:
        version.fault("bsa_cap", "caps what no dose is measured by", "a dose limit per m2, or no cap")
    if version.has("course") and not any(limit.needs_course() for limit in limits):
        version.fault("course", "is used by no limit", "a limit with doses, or cycles from the first one, or no course")


def _first_free(limits: Sequence[Limit]) -> int | None:
    """The first dose of a course that no deciding limit holds for; none where all are held.

    A limit over an authorization holds nothing that no authorization covers. Where it is given holds a dose only in a
    regimen that limits nothing else.
    """
    dose = 1
    deciding = [each for each in limits if not each.advisory and each.span != "authorization"]
    amounts = [each for each in deciding if each.kind != "site_of_care"]
    held = [(each.from_dose or 1, each.to_dose) for each in amounts or deciding]
    for first, last in sorted(held, key=lambda each: each[0]):
        if first <= dose and last is None:
            return None
        if first <= dose and last is not None:
            dose = max(dose, last + 1)
    return dose


def _phase(t: Table) -> tuple[int | None, int | None]:
    """The first and the last dose that a limit holds for."""
    inner = t.table("doses") if t.has("doses") else None
    if inner is None:
        return None, None
    first, last = inner.whole("from"), inner.whole("to") if inner.has("to") else None
    if last is not None and last < first:
        inner.fault("to", f"{last} comes before {first}", f"{first} or more, or no last dose")
    return first, last


def _counted_in(t: Table, kind: LimitKind, known: Known) -> CountedIn | None:
    """What the limit's number stands for. Units that differ in size can't be added, so a units limit must say."""
    if t.has("counted_in") and kind != "frequency":
        return t.choice("counted_in", COUNTED_IN)
    if kind != "units":
        return "mg" if kind == "dose" else None
    first = known.products[0] if known.products else None
    for other in known.products[1:]:
        if first is not None and other.mg_per_unit != first.mg_per_unit:
            problem = f"is missing, and a unit of {other.hcpcs_code} is not one of {first.hcpcs_code}"
            t.fault("counted_in", problem, f"mg, or units (those of {first.hcpcs_code})", hint="")
            break
    return "units"


def _per(t: Table, kind: LimitKind) -> DosePer | None:
    """What a dose, or what was given over time, is measured by."""
    if not t.has("per") or kind not in ("dose", "units"):
        return "m2" if kind == "dose" else None
    per = t.choice("per", DOSE_PERS)
    if kind == "units" and per == "flat":
        t.fault("per", "is flat, and units are the same for everyone without it", "m2, kg, or no per")
    return per


def _limit(t: Table, known: Known) -> Limit:
    kind = t.choice("kind", LIMIT_KINDS)
    # Nothing elsewhere than at the places of a site of care.
    amount = t.optional_number("at_most") or Decimal(0)
    if kind == "frequency" and amount % 1:
        t.fault("at_most", f"{amount} administrations are not possible", "a whole number")
    window = t.whole("window_days") if t.has("window_days") else None
    grace = t.whole("grace_days") if t.has("grace_days") else 0
    if window is not None and grace and window - grace < SHORTEST_WINDOW:
        t.fault(
            "grace_days", f"leaves {window - grace} of {window} days", f"{SHORTEST_WINDOW} days or more that are left"
        )
        grace = 0
    advisory = t.boolean("advisory")
    per = _per(t, kind)
    counted_in = _counted_in(t, kind, known)
    first, last = _phase(t)
    rounding = t.table("rounding") if t.has("rounding") else None
    return Limit(
        id=t.text("id"),
        kind=kind,
        at_most=amount,
        window_days=None if window is None else window - grace,
        grace_days=grace,
        advisory=advisory,
        label=t.text("label"),
        citation=known.citation(t),
        per=per,
        counted_in=counted_in,
        round_to=rounding.choice("to", ROUND_TO) if rounding is not None and rounding.has("to") else None,
        round_percent=None if rounding is None else rounding.optional_number("percent"),
        from_dose=first,
        to_dose=last,
        span=t.choice("span", SPANS) if t.has("span") else None,
        cycles=t.choice("cycles", CYCLES) if t.has("cycles") else None,
        places=tuple(dict.fromkeys(t.texts("places"))),
    )
