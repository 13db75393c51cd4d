"""What a limit's label says beside its numbers: another span of time, or another amount."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from analytics.policy.dosing import PER_WORDS, Limit, Span
from analytics.policy.model import Version
from analytics.policy.rules import Length
from analytics.policy.saying import number, several

#: A span of days or weeks, and how many days its unit has.
_DAYS = re.compile(r"\b(\d+)[ -]?(days?|weeks?)\b", re.IGNORECASE)
#: A span of months; an age ("over 6 months old") and a turning point ("after 6 months") are none.
_MONTHS = re.compile(r"\b(?:every|each|in|in any|within|per)\s+(\d+)[ -]?months?\b(?!\s+(?:old|of age))", re.IGNORECASE)
#: The days of the shortest and of the longest month.
_MONTH = (28, 31)
#: An amount, in what it is: `5 mg/kg`, `1,000 mg`, `90 billed units`.
_AMOUNT = re.compile(
    r"(?P<before>(?:\bof|=|\(|(?<!up )\bto)\s*)?(?<![\d.,])(?P<number>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\s*"
    r"(?P<thing>mg|(?:billed\s+)?units?)(?P<per>\s*/\s*kg|\s*/\s*m²|\s*/\s*m2|\s+per\s+kg|\s+per\s+m²|\s+per\s+m2)?\b"
    r"(?![/\w])",
    re.IGNORECASE,
)


#: A span that is no number of days.
_SPANS: Mapping[Span, re.Pattern[str]] = {
    "lifetime": re.compile(r"\b(?:lifetime|ever|in all|in total|altogether)\b", re.IGNORECASE),
    "authorization": re.compile(r"\b(?:authori[sz]ations?|approvals?|approved)\b", re.IGNORECASE),
}
_LIFETIME = re.compile(r"\blifetime\b", re.IGNORECASE)
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
#: So much in so long, in as many words: `one dose in 21 days`, `6 infusions every 24 weeks`, `90 units in 12 months`.
_RATE = re.compile(
    rf"(?:\b(?P<before>first|last|next|other|additional|loading|to|and|or|after)\s+)?"
    rf"(?:\b(?P<count>\d+|{'|'.join(_NUMBERS)})\s+(?:[a-z]+\s+)?)?"
    r"\b(?P<thing>(?:dose|administration|infusion|injection)s?|(?:mg|units?)(?:\s*/\s*(?:kg|m²|m2))?)\s+"
    r"(?:in|every|each|within|per|over)\s+(?:(?:any|each|every|a cycle of|each cycle of)\s+)?"
    r"(?P<length>\d+)[ -]?(?P<unit>day|week|month)s?\b",
    re.IGNORECASE,
)


def said_otherwise(limit: Limit, version: Version | None = None) -> Iterator[tuple[str, str, str]]:
    """A label that plainly speaks of another span or amount: as the limit's id, what is wrong, what would be right.

    version: the one that the limit is of; an approval's length is another word for what is counted under it.
    """
    if problem := _other_span(limit) or _no_span_of_days(limit, version):
        yield limit.id, problem, "one span"
    elif problem := _other_count(limit):
        yield limit.id, problem, "one number"
    others, own = _other_amounts(limit)
    if [measure for _, measure in others] == [own]:
        yield limit.id, _told(limit, others, own), "one amount"


def said_doubtfully(limit: Limit) -> str | None:
    """What a label may mean otherwise: an amount of another measure, or several of which none is the limit's."""
    others, own = _other_amounts(limit)
    is_sure = [measure for _, measure in others] == [own]
    return None if is_sure or not others else _told(limit, others, own)


def _no_span_of_days(limit: Limit, version: Version | None) -> str | None:
    """A label that counts in days what is counted over an authorization or a lifetime, or the reverse."""
    if limit.span is None:
        is_other = _LIFETIME.search(limit.label) and not (_DAYS.search(limit.label) or _MONTHS.search(limit.label))
        told = f"the label speaks of a lifetime, and window_days is {limit.stated_days}"
        return told if is_other and limit.stated_days is not None else None
    if _SPANS[limit.span].search(limit.label):
        return None
    lengths = () if version is None or limit.span == "lifetime" else _approved(version)
    for rate in _RATE.finditer(limit.label):
        low, high = _days(rate)
        if not any(low <= longest and shortest <= high for shortest, longest in lengths):
            length = several(int(rate["length"]), rate["unit"].lower())
            return f"the label speaks of {length}, and span is {limit.span}"
    return None


def _approved(version: Version) -> Iterator[tuple[int, int]]:
    """How many days an approval may have by the version, the least and the most of each length."""
    stated = [Length(version.length_months, version.length_days, ""), *version.other_lengths.values()]
    stated += [length for indication in version.indications for length in indication.lengths.values()]
    for length in stated:
        yield length.days + length.months * _MONTH[0], length.days + length.months * _MONTH[1]


def _other_count(limit: Limit) -> str | None:
    """A label with another number of doses in the very days that the limit counts over."""
    if limit.kind != "frequency" or limit.stated_days is None:
        return None
    phase = None if limit.to_dose is None else limit.to_dose - (limit.from_dose or 1) + 1
    counts = set()
    for rate in _RATE.finditer(limit.label):
        low, high = _days(rate)
        is_count = rate["count"] is not None and rate["before"] is None and rate["thing"][0].lower() in "dai"
        if is_count and low <= limit.stated_days <= high:
            word = rate["count"].lower()
            counts.add(_NUMBERS.index(word) + 1 if word in _NUMBERS else int(word))
    if not counts or counts & {int(limit.at_most), phase}:
        return None
    told = " and ".join(several(count, "dose") for count in sorted(counts))
    return f"the label speaks of {told}, and at_most is {number(limit.at_most)}"


def _days(rate: re.Match[str]) -> tuple[int, int]:
    """The days of a rate's span, the least and the most."""
    count, unit = int(rate["length"]), rate["unit"].lower()
    least, most = _MONTH if unit == "month" else (7, 7) if unit == "week" else (1, 1)
    return count * least, count * most


def _other_span(limit: Limit) -> str | None:
    days = [int(count) * (7 if unit[0] in "wW" else 1) for count, unit in _DAYS.findall(limit.label)]
    spans = {(count, count, f"{count} days") for count in days}
    for count in map(int, _MONTHS.findall(limit.label)):
        least, most = (count * days for days in _MONTH)
        spans.add((least, most, f"{several(count, 'month')} ({least} to {most} days)"))
    if limit.stated_days is None or not spans or any(low <= limit.stated_days <= high for low, high, _ in spans):
        return None
    told = " and ".join(words for _, _, words in sorted(spans))
    return f"the label speaks of {told}, and window_days is {limit.stated_days}"


def _other_amounts(limit: Limit) -> tuple[list[tuple[Decimal, str]], str]:
    """The amounts that a label speaks of, where none is the limit's own, and the limit's measure.

    What only converts another amount (`of 10 mg`, `(24 units)`) is none that the label speaks of.
    """
    if limit.kind not in ("dose", "units"):
        return [], ""
    per = "" if limit.per is None else PER_WORDS[limit.per]
    own = ("mg" if limit.counted_in == "mg" else "units") + per
    found = [(_measured(each), bool(each["before"])) for each in _AMOUNT.finditer(limit.label)]
    if any(amount == (limit.at_most, own) for amount, _ in found):
        return [], own
    return [amount for amount, is_aside in found if not is_aside], own


def _measured(found: re.Match[str]) -> tuple[Decimal, str]:
    thing = "mg" if found["thing"].lower() == "mg" else "units"
    return Decimal(found["number"].replace(",", "")), thing + _per(found)


def _per(found: re.Match[str]) -> str:
    said = (found["per"] or "").lower()
    return "/kg" if "kg" in said else "/m²" if said else ""


def _told(limit: Limit, others: list[tuple[Decimal, str]], own: str) -> str:
    told = " and ".join(f"{number(amount)} {measure}" for amount, measure in others)
    return f"the label speaks of {told}, and the limit is {number(limit.at_most)} {own}"
