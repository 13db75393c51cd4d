"""The tables that sum requests up: by criterion, reviewer against facts, and decision metrics by payer."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from typing import Any

from tests.reference.criteria import MET, NOT_MET, UNKNOWN
from tests.reference.numbers import kappa, mean, median, rate, rated
from tests.reference.requests import Request, Rows


def approval_by_criterion(all_requests: list[Request]) -> Rows:
    """The `approval_by_criterion` table, over decided requests; labels are left to the product."""
    groups: dict[tuple[str, ...], list[Request]] = defaultdict(list)
    for r in all_requests:
        if r.is_decided:
            groups[(r.policy.id, r.version.name, r.row["payer"], r.row["request_type"])].append(r)
    rows = []
    for key in sorted(groups):
        columns = ("policy_id", "policy_version", "payer", "request_type")
        start = dict(zip(columns, key, strict=True))
        facing: dict[str, list[tuple[Request, bool]]] = defaultdict(list)
        for r in groups[key]:
            for node in r.tree.nodes:
                facing[node.id].append((r, node.conjunct))
        rows += [{**start, **_criterion(id, facing[id])} for id in sorted(facing)]
    return rows


def _criterion(id: str, facing: list[tuple[Request, bool]]) -> dict[str, Any]:
    """Of the requests that face a criterion, each with whether it is a conjunct of its tree."""
    decided = [r for r, _ in facing]
    told = [(r, r.reviewed[id]) for r in decided if r.reviewed is not None]
    known = bool(told)  # without the table no request has a value

    def count(value: int, approved_only: bool = False) -> int | None:
        return sum(1 for r, v in told if v == value and (r.is_approved or not approved_only)) if known else None

    met, not_met = count(MET), count(NOT_MET)
    approved_met, approved_not_met = count(MET, True), count(NOT_MET, True)
    # A denial of which this conjunct is unmet, by how many conjuncts it shares the denial with.
    reasons = [r.unmet_conjuncts() or [] for r, conjunct in facing if conjunct and r.decision == "denied"]
    shares = [len(unmet) for unmet in reasons if id in unmet]
    is_conjunct = any(conjunct for _, conjunct in facing)
    attributed = is_conjunct and known
    return {
        "criterion_id": id,
        "label": None,
        "is_conjunct": is_conjunct,
        "n_decided": len(decided),
        "n_persons": len({r.row["person_id"] for r in decided}),
        "n_met": met,
        "n_not_met": not_met,
        "n_unknown": count(UNKNOWN),
        **rated("met_rate", met, met + not_met if met is not None and not_met is not None else None),
        "n_approved_met": approved_met,
        "n_approved_not_met": approved_not_met,
        **rated("approval_rate_met", approved_met, met),
        **rated("approval_rate_not_met", approved_not_met, not_met),
        "n_denied_any": len(shares) if attributed else None,
        "n_denied_sole": shares.count(1) if attributed else None,
        "denied_fractional": float(sum(Fraction(1, k) for k in shares)) if attributed else None,
    }


def reviewer_agreement(all_requests: list[Request]) -> Rows:
    """The `reviewer_agreement` table: every leaf in force for a decided request."""
    leaves: dict[tuple[str, str, str], list[Request]] = defaultdict(list)
    for r in all_requests:
        for node in r.tree.nodes:
            if r.is_decided and node.operator == "leaf":
                leaves[(r.policy.id, r.version.name, node.id)].append(r)
    rows = []
    for key in sorted(leaves):
        start = dict(zip(("policy_id", "policy_version", "criterion_id"), key, strict=True))
        rows.append({**start, **_agreement(key[2], leaves[key])})
    return rows


def _agreement(leaf: str, decided: list[Request]) -> dict[str, Any]:
    names = ("n_both", "n_agree", "kappa", "n_reviewer_met_only", "n_evaluated_met_only")
    pairs = []
    for r in decided:
        if r.reviewed is None or r.evaluated is None:
            return dict.fromkeys(names)
        pair = (r.reviewed[leaf], r.evaluated[leaf])
        if UNKNOWN not in pair and leaf not in r.reviewed_presumed | r.evaluated_presumed:
            pairs.append(pair)
    met, not_met = pairs.count((MET, MET)), pairs.count((NOT_MET, NOT_MET))
    reviewer, evaluated = pairs.count((MET, NOT_MET)), pairs.count((NOT_MET, MET))
    values = (len(pairs), met + not_met, kappa(met, reviewer, evaluated, not_met), reviewer, evaluated)
    return dict(zip(names, values, strict=True))


def authorization_metrics(all_requests: list[Request], as_of: date) -> Rows:
    """The `authorization_metrics` table: first decisions by payer; pending requests beside them."""
    payers: dict[tuple[str, str], list[Request]] = defaultdict(list)
    for r in all_requests:
        payers[r.row["payer"], r.policy.drug].append(r)
    return [_metrics(*key, payers[key], as_of) for key in sorted(payers)]


def _metrics(payer: str, drug: str, of_payer: list[Request], as_of: date) -> dict[str, Any]:
    decided = [r for r in of_payer if r.is_decided]
    standard = [r for r in decided if r.row["priority"] == "standard"]
    expedited = [r for r in decided if r.row["priority"] == "expedited"]
    extended = [r for r in decided if r.row["extended"] is True]
    appealed = [r for r in standard if r.row["appeal_decision"] in ("overturned", "upheld")]
    overturned = [r for r in appealed if r.row["appeal_decision"] == "overturned"]
    ages = [float((as_of - r.row["received_at"].date()).days) for r in of_payer if r.decision == "pending"]
    row: dict[str, Any] = {"payer": payer, "drug": drug}
    for name, group in (("standard", standard), ("expedited", expedited)):
        hours = [r.hours for r in group if r.hours is not None]
        row |= {
            f"n_{name}": len(group),
            f"{name}_approved_rate": _approved(group),
            f"{name}_denied_rate": rate(sum(1 for r in group if r.decision == "denied"), len(group)),
            f"{name}_mean_hours": mean(hours),
            f"{name}_median_hours": median(hours),
        }
    return row | {
        "standard_approved_after_appeal_rate": rate(len(overturned), len(appealed)),
        "extended_approved_rate": _approved(extended),
        "n_appeals_decided": len(appealed),
        "n_extended": len(extended),
        "n_pending": len(ages),
        "pending_median_age_days": median(ages),
    }


def _approved(group: list[Request]) -> float | None:
    return rate(sum(1 for r in group if r.is_approved), len(group))
