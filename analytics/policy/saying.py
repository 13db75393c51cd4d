"""Limits and spans in a few plain words, as comparisons and new files say them."""

from collections.abc import Mapping
from decimal import Decimal

from analytics.policy.dosing import PER_WORDS, Cycles, Limit
from analytics.policy.evidence import CONTRADICTED, Lab, PriorTherapy, TherapyEvidence
from analytics.policy.model import Policy, Vial
from analytics.policy.places import places_words
from analytics.policy.rules import Flag

#: What a dose is rounded up to, after the dose.
ROUNDED = {"whole_unit": ", rounded up to whole units alone", "whole_vial": ", rounded up to whole vials"}
#: Where cycles begin, after their length.
_FROM: Mapping[Cycles, str] = {
    "first_dose": " from the first dose",
    "authorization": " from the authorization's start",
    "greedy": "",
}
#: The same as a sentence.
CYCLES_SAID: Mapping[Cycles, str] = {
    "first_dose": "cycles follow each other from the first dose of a course, whenever the later ones are given",
    "authorization": "cycles follow each other from the start of the covering authorization",
    "greedy": "a cycle begins with a dose, and the next one with the first dose at or after its end",
}


def number(value: Decimal) -> str:
    """A number without needless zeros."""
    return f"{value.normalize():f}"


def several(count: int | Decimal, thing: str) -> str:
    """So many of a thing: `1 day`, `14 days`."""
    return f"{count} {thing}{'' if count == 1 else 's'}"


def vial_words(vial: Vial) -> str:
    """What a vial holds, and of which billing code it is where it names one."""
    of = "" if vial.hcpcs_code is None else f", of {vial.hcpcs_code} alone"
    return f"it holds {number(vial.mg)} mg{of}"


def new_course(days: int) -> str:
    """When a course begins anew. Days are from dose to dose: doses so many days apart are still of one course."""
    return f"A new course begins with a dose more than {several(days, 'day')} after the one before"


def measure(limit: Limit) -> str:
    """What a dose limit's number stands for: `mg/kg`, `units`."""
    unit = "mg" if limit.counted_in != "units" else "unit" if limit.at_most == 1 else "units"
    return unit + ("" if limit.per is None else PER_WORDS[limit.per])


def _counted(limit: Limit) -> str:
    """What a limit over time counts: `mg`, `units`, `administration`."""
    if limit.is_cumulative and limit.per is not None:
        return ("mg" if limit.counted_in == "mg" else "units") + PER_WORDS[limit.per]
    if limit.counted_in == "mg":
        return "mg"
    thing = "unit" if limit.kind == "units" else "administration"
    return thing if limit.at_most == 1 else f"{thing}s"


def _span(limit: Limit) -> str:
    """What a limit over time counts over."""
    if limit.cycles is not None:
        return f"in each cycle of {several(limit.window_days or 0, 'day')}{_FROM[limit.cycles]}"
    grace = f", with {several(limit.grace_days, 'day')} of grace: in {limit.window_days}" if limit.grace_days else ""
    words = {
        None: f"in {several(limit.stated_days or 0, 'day')}{grace}",
        "authorization": "per authorization",
        "lifetime": "in a lifetime",
    }
    return words[limit.span]


def _rounding(limit: Limit) -> str:
    """What a dose may be rounded up to, where the policy says so."""
    if limit.round_percent is not None:
        return f" and {number(limit.round_percent)}% over it"
    return "" if limit.round_to is None else ROUNDED[limit.round_to]


def _phase(limit: Limit) -> str:
    """The doses that it holds for, as `, doses 1 to 3`."""
    first, last = limit.doses
    if first is None:
        return ""
    if last is None:
        return f", from dose {first} on"
    return f", dose {first}" if first == last else f", doses {first} to {last}"


def _amount(limit: Limit) -> str:
    if limit.kind == "site_of_care":
        return f"given only at {places_words(limit.places)}"
    most = number(limit.at_most)
    if limit.kind == "dose":
        return f"at most {most} {measure(limit)} per administration"
    return f"at most {most} {_counted(limit)} {_span(limit)}"


def limit_words(limit: Limit) -> str:
    """A limit as `at most 40 mg/m² per administration`, `at most 90 units in 21 days`."""
    return _amount(limit) + _rounding(limit) + _phase(limit) + (" (advisory)" if limit.advisory else "")


def judged_by(limit: Limit) -> tuple[str, ...]:
    """The numbers that a limit is judged by, as a sentence; none where its label says them in the same words."""
    words = _amount(limit)
    return () if words in limit.label.lower() else (f"judged by: {words}",)


def limit_notes(limit: Limit, policy: Policy) -> tuple[str, ...]:
    """What a limit says beyond kind, number and window, a sentence each."""
    found = []
    first = policy.products[0]
    if limit.counted_in == "units" and policy.has_unlike_units():
        found.append(f"units of {first.hcpcs_code}, of {number(first.mg_per_unit)} mg each, whatever was billed")
    if limit.is_cumulative:
        size = "body surface area" if limit.per == "m2" else "body weight"
        found.append(f"what was given counts, discarded units don't, for the {size} of the day that is judged")
    if limit.span == "lifetime":
        found.append("counted over all that the extracts hold, so what was given is at least that")
    if limit.span == "authorization":
        found.append("counted over what the authorization covers; nothing is counted where none does")
    if limit.cycles is not None:
        found.append(CYCLES_SAID[limit.cycles])
    if limit.kind == "site_of_care":
        found.append("places are those that the claim lines of the day name; where they name none, it can't be told")
    if limit.from_dose is not None:
        found.append(f"it holds for these doses of a course: {_phase(limit).removeprefix(', ')}")
    if limit.round_percent is not None:
        found.append(f"a dose may be up to {number(limit.round_percent)}% over the exact amount")
    if limit.round_to == "whole_vial":
        found.append("a dose may be rounded up to the whole vials that hold it")
    if limit.round_to == "whole_unit":
        found.append("a dose is rounded up to whole units alone: the rest of a vial excuses nothing")
    return tuple(found)


def lab_units(lab: Lab) -> tuple[str, ...]:
    """In which units a lab's results are looked at, as a sentence; a multiple of an upper limit has none."""
    if lab.unit is None:
        return ()
    others = "".join(f", and in {each.unit} × {number(each.factor)}" for each in lab.conversions)
    return (f"results in {lab.unit}{others}; a result in another unit, or without one, says nothing",)


def therapy_words(therapy: PriorTherapy) -> str:
    """What claims must show, as a sentence."""
    return f"{therapy.fact}, if unanswered: yes where {_shown(therapy)}"


def _shown(therapy: PriorTherapy) -> str:
    kinds = " or ".join(["medical"] * bool(therapy.codes) + ["pharmacy"] * bool(therapy.ndcs))
    within = f"in the {several(therapy.months, 'month')} before the received date"
    return f"{kinds} claims show {therapy.label}, {shown_from(therapy)} {within}"


def raised_when(flag: Flag, policy: Policy) -> str:
    """When a flag is raised, as a sentence; where an answer denies what claims show, what they would have to."""
    denied = (one for one in policy.prior_therapies if flag.name == one.fact + CONTRADICTED)
    when = next((f"{one.fact} = no and {_shown(one)}" for one in denied), flag.rule.describe())
    return f"raised{'' if flag.request_type is None else f' of {flag.request_type} requests'} when {when}"


def shown_from(therapy: PriorTherapy) -> str:
    """How much claims must show: `30 days of supply`, `1 day with a claim`."""
    if therapy.doses is None:
        return f"{several(therapy.days or 0, 'day')} of supply"
    return f"{several(therapy.doses, 'day')} with a claim"


def evidence_window(one: TherapyEvidence) -> str:
    """When claims are looked at."""
    if one.months is not None:
        return f"in the {several(one.months, 'month')} before the received date"
    return f"within {several(one.around_days or 0, 'day')} of each administration"


def evidence_words(one: TherapyEvidence) -> str:
    """What claims are looked at for, as a sentence."""
    kinds = " and ".join(["medical"] * bool(one.codes) + ["pharmacy"] * bool(one.ndcs))
    return f"{one.therapy}: what {kinds} claims show of {one.label} {evidence_window(one)}; it decides nothing"


def evidence_documents(one: TherapyEvidence) -> tuple[str, ...]:
    """Which answers document it, a sentence each."""
    own = () if one.fact is None else (f"the answer to {one.fact} documents it",)
    implied = () if one.implied_by is None else (f"a yes to {one.implied_by} documents it, and a no says nothing",)
    return own + implied
