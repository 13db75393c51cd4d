"""Reading the worked examples of a policy file, checked against the policy that they illustrate."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from analytics.policy.model import (
    REQUEST_FACTS,
    REQUEST_TYPES,
    CriteriaExample,
    DosingExample,
    Policy,
    PreviousAdministration,
    Version,
)
from analytics.policy.reader import Table, each
from analytics.policy.rules import VALUES

STATUSES = ("within", "exceeds", "exception", "indeterminate")
BREACH_KINDS = ("over_dose", "over_units", "early", "extra")
UNKNOWN_REASONS = ("bsa_unknown", "vial_rounding")
DETERMINATIONS = ("met", "not_met", "not_documented")

T = TypeVar("T")
Word = TypeVar("Word", bound=str)


def added(root: Table, policy: Policy) -> Policy:
    """The policy with its worked examples, `[[example.dosing]]` and `[[example.criteria]]`."""
    outer = root.table("example")
    if outer is None:
        return policy
    dosing = _each(outer, "dosing", policy, _dosing)
    criteria = _each(outer, "criteria", policy, _criteria)
    outer.done()
    return replace(policy, dosing_examples=dosing, criteria_examples=criteria)


def _each(outer: Table, key: str, policy: Policy, read: Callable[[Table, Policy, Version, date], T]) -> tuple[T, ...]:
    """The examples that have a day, each read against the version in force on it."""
    found = []
    for table in outer.tables(key):
        day = table.day("on")
        if day is not None and policy.versions:
            found.append(read(table, policy, policy.version_on(day), day))
            table.done()
    return tuple(found)


def _dosing(table: Table, _: Policy, version: Version, day: date) -> DosingExample:
    regimens = [regimen.name for regimen in version.regimens]
    decisive = [limit.id for limit in version.limits() if not limit.advisory]
    advisory = [limit.id for limit in version.limits() if limit.advisory]
    doses = [limit.id for limit in version.limits() if limit.kind == "dose"]
    status = table.choice("status", STATUSES)
    has_kind = table.has("breach_kind")
    if has_kind != (status in ("exceeds", "exception")):
        table.fault("breach_kind", "goes with the statuses exceeds and exception, and with no other")
    return DosingExample(
        title=table.text("title"),
        on=day,
        bsa_m2=table.optional_number("bsa_m2", "0.5", "3.5"),
        administered_units=table.number("administered_units", "0"),
        jw_units=table.optional_number("jw_units", "0") or Decimal(0),
        jz=table.boolean("jz"),
        regimen=table.choice("regimen", regimens) if table.has("regimen") and regimens else None,
        exception_approved=table.boolean("exception_approved"),
        previous=each(table, "previous", _previous),
        status=status,
        breach_kind=table.choice("breach_kind", BREACH_KINDS) if has_kind else None,
        exceeded=_words(table, "exceeded", decisive),
        advisories=_words(table, "advisories", advisory),
        unknown_reasons=_words(table, "unknown_reasons", UNKNOWN_REASONS),
        allowed_units=_units(table, doses),
        excess_units=table.optional_number("excess_units", "0"),
    )


def _previous(table: Table) -> PreviousAdministration:
    return PreviousAdministration(
        days_before=table.whole("days_before", 1, 366),
        administered_units=table.number("administered_units", "0"),
        jw_units=table.optional_number("jw_units", "0") or Decimal(0),
    )


def _units(table: Table, limits: Collection[str]) -> dict[str, int]:
    """Dose limit id -> the units that it allows."""
    inner = table.table("allowed_units", required=False)
    if inner is None:
        return {}
    found = {limit: inner.whole(limit, 0, 1_000_000) for limit in limits if limit in inner.data}
    inner.done()
    return found


def _criteria(table: Table, policy: Policy, version: Version, day: date) -> CriteriaExample:
    request_type = table.choice("request_type", REQUEST_TYPES)
    nodes = [node.criterion.id for node in version.tree(request_type).walk()]
    return CriteriaExample(
        title=table.text("title"),
        on=day,
        request_type=request_type,
        facts=_pairs(table, "facts", [*policy.questions, *REQUEST_FACTS]),
        recorded=_values(table, "recorded", nodes, DETERMINATIONS),
        evaluated=_values(table, "evaluated", nodes, VALUES),
        reviewed=_values(table, "reviewed", nodes, VALUES),
        flags=_words(table, "flags", [flag.name for flag in policy.flags]),
    )


def _words(table: Table, key: str, allowed: Collection[str]) -> tuple[str, ...]:
    found = table.texts(key)
    for word in found:
        if word not in allowed:
            table.unknown(key, word, "unknown here", allowed)
    return tuple(found)


def _values(table: Table, key: str, nodes: Collection[str], words: Sequence[Word]) -> dict[str, Word]:
    """Node id -> one of the words."""
    inner = table.table(key, required=False)
    found: dict[str, Word] = {}
    if inner is None:
        return found
    for name in inner.data:
        if name in nodes:
            found[name] = inner.choice(name, words)
        else:
            table.unknown(key, name, "no criterion of the tree in force", nodes)
    return found


def _pairs(table: Table, key: str, allowed: Collection[str]) -> dict[str, str]:
    """A table of allowed names, its values as the text that an extract would hold."""
    inner = table.table(key, required=False)
    found: dict[str, str] = {}
    for name, value in ({} if inner is None else inner.data).items():
        if name not in allowed:
            table.unknown(key, name, "no question of the file and no column of the request", allowed)
        if isinstance(value, list | dict | bool):
            table.fault(key, f"'{name}' is a list, a table or true or false", "a text, a number or a date")
        found[name] = str(value)
    return found
