"""What a limit's label says beside its numbers: another span of time, or another amount."""

import re
from collections.abc import Iterator
from decimal import Decimal

from analytics.policy.dosing import PER_WORDS, Limit
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


def said_otherwise(limit: Limit) -> Iterator[tuple[str, str, str]]:
    """A label that plainly speaks of another span or amount: as the limit's id, what is wrong, what would be right."""
    if problem := _other_span(limit):
        yield limit.id, problem, "one span"
    others, own = _other_amounts(limit)
    if [measure for _, measure in others] == [own]:
        yield limit.id, _told(limit, others, own), "one amount"


def said_doubtfully(limit: Limit) -> str | None:
    """What a label may mean otherwise: an amount of another measure, or several of which none is the limit's."""
    others, own = _other_amounts(limit)
    is_sure = [measure for _, measure in others] == [own]
    return None if is_sure or not others else _told(limit, others, own)


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
