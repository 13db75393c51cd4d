"""Reading the regimens of a version and their limits."""

from analytics.policy.dosing import COUNTED_IN, DOSE_PERS, LIMIT_KINDS, ROUND_TO, CountedIn, Limit, LimitKind, Regimen
from analytics.policy.parts import Known
from analytics.policy.reader import Table, each, unique


def regimens(version: Table, known: Known, has_bsa_cap: bool, has_weight_cap: bool) -> tuple[Regimen, ...]:
    """The schedules of a version. A cap on what no dose is measured by is a slip of the pen."""

    def read(t: Table) -> Regimen:
        limits = each(t, "limit", lambda limit: _limit(limit, known))
        if limits and all(limit.advisory for limit in limits):
            t.fault("limit", "is advisory throughout", "one limit at least that decides")
        return Regimen(t.text("name"), t.text("label"), known.citation(t), limits)

    found = each(version, "regimen", read)
    unique(found, lambda regimen: regimen.name.lower(), version, "regimen")
    unique([limit for regimen in found for limit in regimen.limits], lambda x: x.id, version, "regimen")
    pers = {limit.per for regimen in found for limit in regimen.limits}
    if has_weight_cap and "kg" not in pers:
        version.fault("weight_cap", "caps what no dose is measured by", 'a dose limit with per = "kg", or no cap')
    if has_bsa_cap and pers & {"kg", "flat"} and "m2" not in pers:
        version.fault("bsa_cap", "caps what no dose is measured by", "a dose limit per m2, or no cap")
    return found


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


def _limit(t: Table, known: Known) -> Limit:
    kind, amount = t.choice("kind", LIMIT_KINDS), t.number("at_most")
    if kind == "frequency" and amount % 1:
        t.fault("at_most", f"{amount} administrations are not possible", "a whole number")
    window = t.whole("window_days") if t.has("window_days") else None
    advisory = t.boolean("advisory")
    per = None if kind != "dose" else t.choice("per", DOSE_PERS) if t.has("per") else "m2"
    counted_in = _counted_in(t, kind, known)
    rounding = t.table("rounding") if t.has("rounding") else None
    return Limit(
        id=t.text("id"),
        kind=kind,
        at_most=amount,
        window_days=window,
        advisory=advisory,
        label=t.text("label"),
        citation=known.citation(t),
        per=per,
        counted_in=counted_in,
        round_to=rounding.choice("to", ROUND_TO) if rounding is not None and rounding.has("to") else None,
        round_percent=None if rounding is None else rounding.optional_number("percent"),
    )
