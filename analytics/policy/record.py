"""A policy's rules as plain records for the run record: what each says in our words, and the passage it rests on.

A limit's record also tells what it grants beside its words: grace, rounding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analytics.policy.dosing import Limit
from analytics.policy.model import REQUEST_TYPES, Policy, Version
from analytics.policy.rules import Length, LengthKind
from analytics.policy.saying import ROUNDED, new_course, number, several

#: What an approval is of that has a length of its own.
_APPROVALS: Mapping[LengthKind, str] = {
    "initial": "An approval of an initial request",
    "renewal": "An approval of a renewal",
    "exception": "An approval of an exception",
}


def rules(policy: Policy) -> list[dict[str, Any]]:
    """One record a rule: kind, id, what it says, its citation, and the versions that hold it in these very words."""
    found: dict[tuple[str, ...], list[str]] = {}
    for version in policy.versions:
        for rule in _of(version):
            found.setdefault(rule, []).append(version.name)
    keys = ("kind", "id", "says", "citation", "grants")
    return [{**dict(zip(keys, rule, strict=False)), "versions": versions} for rule, versions in found.items()]


def documents(policy: Policy) -> list[dict[str, str | None]]:
    """The sources that the citations name; the first is the policy's own."""
    return [
        {"name": each.name, "title": each.title, "publisher": each.publisher, "dated": each.dated}
        for each in policy.documents
    ]


def _of(version: Version) -> Iterator[tuple[str, ...]]:
    length = spelled(Length(version.length_months, version.length_days, version.length_citation))
    yield "length", "", f"An approval is for {length}", version.length_citation
    for kind, other in version.other_lengths.items():
        yield "length", "", f"{_APPROVALS[kind]} is for {spelled(other)}", other.citation
    for indication in version.indications:
        yield "indication", indication.name, indication.label, indication.citation
        for kind, other in indication.lengths.items():
            says = f"{_APPROVALS[kind]} for {indication.name} is for {spelled(other)}"
            yield "length", "", says, other.citation
    for regimen in version.regimens:
        yield "regimen", regimen.name, regimen.label, regimen.citation
        for limit in regimen.limits:
            yield "limit", limit.id, limit.label, limit.citation, granted(limit)
    if version.bsa_cap_m2 is not None and version.bsa_cap_citation is not None:
        says = f"Body surface area counts as {version.bsa_cap_m2} m² at most"
        yield "cap", "", says, version.bsa_cap_citation
    if version.weight_cap_kg is not None and version.weight_cap_citation is not None:
        yield "weight_cap", "", f"Body weight counts as {version.weight_cap_kg} kg at most", version.weight_cap_citation
    if version.course_after_days is not None and version.course_citation is not None:
        yield "course", "", new_course(version.course_after_days), version.course_citation
    seen: set[str] = set()
    for tree in (tree for kind in REQUEST_TYPES for _, tree in version.faced(kind)):
        for node in tree.walk():
            if node.criterion.id not in seen:
                seen.add(node.criterion.id)
                yield "criterion", node.criterion.id, node.criterion.label, node.criterion.citation


def granted(limit: Limit) -> str:
    """What a limit lets pass beside its label: `2 days of grace: 19 days are looked at`; empty where it is nothing."""
    found = []
    if limit.grace_days:
        grace = several(limit.grace_days, "day")
        found.append(f"{grace} of grace: {several(limit.window_days or 0, 'day')} are looked at")
    if limit.round_percent is not None:
        found.append(f"a dose up to {number(limit.round_percent)}% over it is within")
    if limit.round_to is not None:
        found.append(ROUNDED[limit.round_to].removeprefix(", "))
    return "; ".join(found)


def spelled(length: Length) -> str:
    """A length in words."""
    return several(length.months, "month") if length.months else several(length.days, "day")
