"""The page's section on other drugs: what documents say of them, and what claims show."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.report.names import Names
from analytics.report.parts import Part, Section
from analytics.report.tables import Column, Row, Table
from analytics.report.therapies import CASES, Therapies

_HEADS = {
    "confirmed": "Documented, and in claims",
    "not_in_claims": "Documented, not in claims",
    "contradicted": "Documented as not given, but in claims",
    "agreed": "Documented as not given, and not in claims",
    "derived": "Not documented, but in claims",
    "neither": "Not documented, nor in claims",
}


def sections(before: Therapies, around: Therapies, names: Names, missing: Sequence[str]) -> list[Section]:
    """The section; none where no policy looks for other drugs. missing: the extracts that are not there."""
    parts = [*_before(before, names), *_around(around, names)]
    if not parts:
        return []
    lead = (
        "What requests and approvals document of other drugs, held against claims. That no claim shows a drug proves "
        "nothing: it may have been given before the extracts begin, or been paid for elsewhere. It decides "
        "neither whether a limit is kept nor whether a criterion is met, but where a policy lets claims prove an "
        "earlier therapy."
    )
    if "pharmacy_claim" in missing:
        lead += " Not evaluable: fills, as there is no pharmacy_claim; claims are medical claims alone here."
    return [Section("therapies", "Other drugs: documented, and in claims", lead, parts)]


def _before(found: Therapies, names: Names) -> list[Part]:
    text = (
        "Each decided request, for each drug that its policy looks for before it: what the request documents, against "
        "the claims of any payer up to the day when it was received. Where the policy says so, a documented resistance "
        "to a drug documents that it was given."
    )
    return _part(found, names, "therapies-before", "Before a request", text, "Decided requests")


def _around(found: Therapies, names: Names) -> list[Part]:
    text = (
        "Each administration, for each drug that its policy looks for around it: what the covering authorization says "
        "is given with it, against the claims of any payer within the policy's days before and after. Where these days "
        "reach beyond the extracts and hold no claim, the drug counts as not in claims."
    )
    return _part(found, names, "therapies-around", "Around a dose", text, "Administrations")


def _part(found: Therapies, names: Names, ident: str, title: str, text: str, what: str) -> list[Part]:
    rows = _rows(found, names)
    if not rows:
        return []
    # A column of nothing but zeros says nothing, but that no answer is contradicted is worth its place.
    told = [case for case in CASES if case == "contradicted" or any(row.values[case] != 0 for row in rows)]
    columns = [Column("who", "Drug and payer", "text"), Column("n", what)]
    columns += [Column(case, _HEADS[case]) for case in told]
    table = Table(f"t-{ident}", f"{what} by what is known of other drugs", columns, rows)
    return [Part(ident, title, [text], tables=[table])]


def _rows(found: Therapies, names: Names) -> list[Row]:
    """A row for each policy and drug, and below it one for each payer."""
    at = found.ladder
    drugs = names.order(at, "policy")
    several = len({policy for policy, _ in drugs}) > 1
    rows = []
    for policy, drug in drugs:
        who = f"{names.short(policy)}: {drug}" if several else drug
        rows.append(Row({"who": who, **found.row("policy", (policy, drug))}, mark="total"))
        payers = [group for group in names.order(at, "payer") if group[:2] == (policy, drug)]
        rows += [Row({"who": str(group[2]), **found.row("payer", group)}, depth=1) for group in payers]
    return rows
