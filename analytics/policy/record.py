"""A policy's rules as plain records for the run record: what each says in our words, and the passage it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analytics.policy.model import REQUEST_TYPES, Policy, Version
from analytics.policy.rules import Length
from analytics.policy.saying import several


def rules(policy: Policy) -> list[dict[str, Any]]:
    """One record a rule: kind, id, what it says, its citation, and the versions that hold it in these very words."""
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for version in policy.versions:
        for rule in _of(version):
            found.setdefault(rule, []).append(version.name)
    return [
        {"kind": kind, "id": ident, "says": says, "citation": citation, "versions": versions}
        for (kind, ident, says, citation), versions in found.items()
    ]


def documents(policy: Policy) -> list[dict[str, str | None]]:
    """The sources that the citations name; the first is the policy's own."""
    return [
        {"name": each.name, "title": each.title, "publisher": each.publisher, "dated": each.dated}
        for each in policy.documents
    ]


def _of(version: Version) -> Iterator[tuple[str, str, str, str]]:
    length = spelled(Length(version.length_months, version.length_days, version.length_citation))
    yield "length", "", f"An approval is for {length}", version.length_citation
    for kind, other in version.other_lengths.items():
        yield "length", kind, f"An approval ({kind}) is for {spelled(other)}", other.citation
    for indication in version.indications:
        yield "indication", indication.name, indication.label, indication.citation
        for kind, other in indication.lengths.items():
            says = f"An approval for '{indication.name}' ({kind}) is for {spelled(other)}"
            yield "length", f"{indication.name}.{kind}", says, other.citation
    for regimen in version.regimens:
        yield "regimen", regimen.name, regimen.label, regimen.citation
        for limit in regimen.limits:
            yield "limit", limit.id, limit.label, limit.citation
    if version.bsa_cap_m2 is not None and version.bsa_cap_citation is not None:
        says = f"Body surface area counts as {version.bsa_cap_m2} m² at most"
        yield "cap", "", says, version.bsa_cap_citation
    if version.weight_cap_kg is not None and version.weight_cap_citation is not None:
        yield "weight_cap", "", f"Body weight counts as {version.weight_cap_kg} kg at most", version.weight_cap_citation
    if version.course_after_days is not None and version.course_citation is not None:
        says = f"A course ends after {several(version.course_after_days, 'day')} without a dose"
        yield "course", "", says, version.course_citation
    seen: set[str] = set()
    for tree in (tree for kind in REQUEST_TYPES for _, tree in version.faced(kind)):
        for node in tree.walk():
            if node.criterion.id not in seen:
                seen.add(node.criterion.id)
                yield "criterion", node.criterion.id, node.criterion.label, node.criterion.citation


def spelled(length: Length) -> str:
    """A length in words."""
    return several(length.months, "month") if length.months else several(length.days, "day")
