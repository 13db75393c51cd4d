"""Approvals: decisions against the recorded reviews, and reviews against the documented facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analytics.disclosure import Hidden
from analytics.report.approvals.agreement import ALL, OTHERS, Agreement
from analytics.report.approvals.consistency import Consistency
from analytics.report.names import Names
from analytics.report.parts import Part, count_of, in_words
from analytics.report.tables import Column, Row, Table
from analytics.report.words import CONSISTENCY

#: What stands behind each of the five words, for readers who wonder what to do about it.
_MEANINGS = {
    "consistent": "Approved with all criteria met, or denied with one that must be met recorded as not met",
    "approved_unmet": "A criterion that must be met is recorded as not met",
    "approved_undocumented": "No criterion is recorded as not met, but one isn't documented",
    "denied_all_met": "The record gives no reason for the denial",
    "denied_undocumented": "Denied for want of documents, if for anything on record",
}
#: What a request's recorded criteria come to.
_RECORDS = {
    "met": "where all criteria are met,",
    "not_met": "where one that must be met isn't,",
    "unknown": "where one isn't documented,",
}
#: Cohen's kappa in words, by the customary steps (Landis and Koch).
_KAPPA = ((0.8, "almost perfect"), (0.6, "substantial"), (0.4, "moderate"), (0.2, "fair"), (0.0, "slight"))


def consistency(found: Consistency, names: Names) -> Part:
    """The five words, by policy."""
    policies = sorted(found.policies)
    values = {policy: found.row(policy) for policy in policies}
    columns = [Column("word", "Decision", "text")]
    columns += [Column(policy, names.short(policy)) for policy in policies]
    columns.append(Column("meaning", "What the record says", "text"))
    rows = [
        Row({"word": label, "meaning": _MEANINGS[word], **{policy: values[policy][word] for policy in policies}})
        for word, label in CONSISTENCY.items()
    ]
    return Part(
        "consistency",
        "Do decisions agree with the reviews?",
        [
            "The recorded criteria, put together by the policy's own all-of and any-of, against the first decision; "
            "decided requests of all versions, initial and renewal.",
            *(_approved(found.approved(policy), names.short(policy)) for policy in policies),
        ],
        tables=[Table("t-consistency", "Decisions against reviews, decided requests", columns, rows)],
    )


def _approved(rates: dict[str, Any], policy: str) -> str:
    """How often requests were approved, by what their record comes to, in a sentence."""
    told = [f"{words} {in_words(rates[value], 'requests')}" for value, words in _RECORDS.items() if rates[value]]
    return f"{policy}, approved at first: {'; '.join(told)}."


def agreement(found: Agreement, names: Names, missing: Sequence[str]) -> Part:
    """How often the reviewer and the documented facts say the same."""
    title = "Do reviewers agree with the documented facts?"
    if not found.evaluated:
        absent = [name for name in ("criterion_review", "clinical_answer") if name in missing]
        return Part("agreement", title, [f"Not evaluable: no {' and no '.join(absent) or 'documented facts'}."])
    columns = [
        Column("name", "Criterion", "text"),
        Column("both", "Answers compared"),
        Column("agree", "They agree", "rate"),
        Column("kappa", "Cohen's kappa", "ratio"),
        Column("words", "in words", "text"),
    ]
    differ = [_differ(found.differ(policy), names.short(policy)) for policy in sorted(found.rows_of)]
    rows = [_row(row, names.short(policy)) for policy in sorted(found.rows_of) for row in found.rows(policy)]
    return Part(
        "agreement",
        title,
        [
            "Answers to the criteria that have no parts, where both the reviewer and the documented facts say met or "
            "not met, and neither is presumed. A criterion stands by itself where enough people's answers differ. What "
            "was recorded of a criterion with parts as a whole isn't compared, so a difference there doesn't count.",
            *(_apart(found.apart(policy), names.short(policy)) for policy in sorted(found.rows_of)),
            "Kappa is agreement beyond what chance alone would bring: 1 is full agreement, 0 no more than chance. It "
            "is given where enough people stand behind each way to agree and to differ.",
            *differ,
        ],
        tables=[Table("t-agreement", "Agreement of reviews and facts", columns, rows)],
    )


def _row(row: dict[str, Any], policy: str) -> Row:
    name = row["criterion_id"]
    words = {"words": _in_words(row["kappa"])}
    if name == ALL:
        return Row({**row, **words, "name": f"{policy}: all criteria without parts"}, mark="total")
    label = "All others together" if name == OTHERS else f"{name} {row['label']}"
    return Row({**row, **words, "name": label}, depth=1)


def _apart(criteria: Sequence[str], policy: str) -> str:
    """Which criteria are not compared."""
    if not criteria:
        return f"{policy}: no criterion has parts, so all are compared."
    return f"{policy}: not compared, since they have parts: {', '.join(criteria)}."


def _differ(counts: dict[str, Any], policy: str) -> str:
    ours, theirs = (count_of(counts[name], "answer", "answers") for name in ("reviewer_only", "facts_only"))
    return f"{policy}: where they differ, {ours} met by the review alone, {theirs} by the facts alone."


def _in_words(kappa: float | Hidden | None) -> str | None:
    if isinstance(kappa, Hidden):
        return ""
    if kappa is None:
        return None
    return next((word for least, word in _KAPPA if kappa > least), "none beyond chance")
