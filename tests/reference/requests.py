"""Every request judged: its decision, its criteria as reviewed and as evaluated, and what follows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.reference.criteria import MET, NOT_MET, UNKNOWN, WORDS, Values, evaluated, reviewed
from tests.reference.facts import Facts, add_months
from tests.reference.reading import Extract
from tests.reference.rules import Indication, Length, Node, Policy, Version
from tests.reference.schema import Row, final_decision, finally_approved

Rows = list[dict[str, Any]]
APPROVED = ("approved", "partially_approved")
DECIDED = (*APPROVED, "denied")


@dataclass(eq=False)
class Request:
    """A request in use with its tree's values; None where the table they come from is absent."""

    row: Row
    policy: Policy
    version: Version
    tree: Node
    reviewed: Values | None
    reviewed_presumed: set[str]
    evaluated: Values | None
    evaluated_presumed: set[str]
    facts: dict[str, Any]
    length: Length

    @property
    def id(self) -> str:
        return str(self.row["authorization_id"])

    @property
    def decision(self) -> str:
        return str(self.row["decision"])

    @property
    def is_decided(self) -> bool:
        return self.decision in DECIDED

    @property
    def is_approved(self) -> bool:
        """By the first decision."""
        return self.decision in APPROVED

    @property
    def hours(self) -> float | None:
        if self.row["decided_at"] is None:
            return None
        hours = (self.row["decided_at"] - self.row["received_at"]) / timedelta(hours=1)
        return hours if hours >= 0 else None

    def unmet_conjuncts(self) -> list[str] | None:
        if self.reviewed is None:
            return None
        return sorted(n.id for n in self.tree.nodes if n.conjunct and self.reviewed[n.id] == NOT_MET)

    def consistency(self) -> str | None:
        """The root as reviewed against the first decision."""
        if self.reviewed is None or not self.is_decided:
            return None
        root = self.reviewed[self.tree.id]
        if self.is_approved:
            return {MET: "consistent", NOT_MET: "approved_unmet", UNKNOWN: "approved_undocumented"}[root]
        return {MET: "denied_all_met", NOT_MET: "consistent", UNKNOWN: "denied_undocumented"}[root]

    def flags(self) -> list[str]:
        return sorted(
            flag.name
            for flag in self.policy.flags
            if flag.request_type in (None, self.row["request_type"]) and flag.test(self.facts) == MET
        )

    def approved_too_long(self) -> bool | None:
        if not finally_approved(self.row):
            return None
        number, unit = self.length
        begin = self.row["approved_from"]
        end = add_months(begin, number) if unit == "months" else begin + timedelta(days=number)
        return bool(self.row["approved_to"] >= end)


def requests(extract: Extract, facts: Facts) -> list[Request]:
    """Every request in use, by id."""
    record: dict[str, dict[str, str]] = defaultdict(dict)
    for row in extract.used("criterion_review"):
        record[row["authorization_id"]][row["criterion_id"]] = row["determination"]
    about = {(r["authorization_id"], r["criterion_id"]) for r in extract.rows.get("criterion_review", ())}
    found = []
    for row in sorted(extract.used("authorization"), key=lambda row: row["authorization_id"]):
        version, id = extract.version(row), row["authorization_id"]
        policy, tree, (indication, listed) = extract.policy(row), facts.tree(row), facts.indication(row)
        of_record: tuple[Values | None, set[str]] = (None, set())
        of_facts: tuple[Values | None, set[str]] = (None, set())
        if extract.has("criterion_review"):
            of_record = reviewed(policy, tree, record[id], {criterion for of, criterion in about if of == id})
        if extract.has("clinical_answer"):
            of_facts = evaluated(policy, tree, facts.of(row), facts.raised(row), listed)
        length = allowed_length(row, version, indication)
        found.append(Request(row, policy, version, tree, *of_record, *of_facts, facts.of(row), length))
    return found


def allowed_length(row: Row, version: Version, indication: Indication | None) -> Length:
    """How long an approval may be: an exception's, else a renewal's, else the first one's; the indication's before."""
    own = indication.lengths if indication is not None else {}
    if row["exception_approved"] is True and "exception" in {**version.lengths, **own}:
        return {**version.lengths, **own}["exception"]
    first = own.get("initial", version.length)
    if row["request_type"] == "initial":
        return first
    # A length of the indication's own holds for its renewals too.
    return own.get("renewal") or (first if "initial" in own else version.lengths.get("renewal", first))


def request_rows(all_requests: list[Request]) -> Rows:
    """The `request` table."""
    return [
        {
            "authorization_id": r.id,
            "policy_id": r.policy.id,
            "policy_version": r.version.name,
            "payer": r.row["payer"],
            "request_type": r.row["request_type"],
            "decision": r.decision,
            "final_decision": final_decision(r.row),
            "hours_to_decision": r.hours,
            "reviewed": _word(r.reviewed, r.tree),
            "evaluated": _word(r.evaluated, r.tree),
            "consistency": r.consistency(),
            "unmet_conjuncts": r.unmet_conjuncts(),
            "approved_too_long": r.approved_too_long(),
            "flags": r.flags(),
        }
        for r in all_requests
    ]


def criterion_rows(all_requests: list[Request]) -> Rows:
    """The `criterion_result` table."""
    return [
        {
            "authorization_id": r.id,
            "criterion_id": node.id,
            "reviewed": _word(r.reviewed, node),
            "evaluated": _word(r.evaluated, node),
            "presumed_in_review": node.id in r.reviewed_presumed if r.reviewed is not None else None,
            "presumed_in_evaluation": node.id in r.evaluated_presumed if r.evaluated is not None else None,
        }
        for r in all_requests
        for node in sorted(r.tree.nodes, key=lambda node: node.id)
    ]


def _word(values: Values | None, node: Node) -> str | None:
    return WORDS[values[node.id]] if values is not None else None
