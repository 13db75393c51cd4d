"""What goes on the internal page's worklists, in which order, and under which words."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from analytics.report.beside.internal_data import Worklist
from analytics.report.parts import Study
from analytics.results.words import BREACH_KINDS, CONSISTENCY, DAY_FLAGS, REQUEST_FLAGS, STATUSES, UNKNOWN_REASONS

#: What is looked at first.
_URGENCY = {"exceeds": 0, "exception": 1, "indeterminate": 2, "within": 3}
_CONSISTENCY_URGENCY = {
    "approved_unmet": 0,
    "denied_all_met": 1,
    "approved_undocumented": 2,
    "denied_undocumented": 3,
}


def administrations(study: Study) -> Worklist:
    """Administrations over a limit, not to be judged, or with a flag; by verdict, then by the excess amount."""
    frame = study.administration.filter((pl.col("status") != "within") | (pl.col("flags").list.len() > 0))
    # A dose by weight, or the same for everyone, is not to be read against a body surface area.
    others = [each["policy_id"] for each in study.manifest["policies"] if "m2" not in each.get("dose_per", ("m2",))]
    by_area = ~pl.col("policy_id").is_in(others)
    frame = frame.with_columns(pl.when(by_area).then(pl.col(name)).alias(name) for name in ("bsa_m2", "dose_mg_per_m2"))
    kinds = {kind: words[0].lower() + words[1:] for kind, words in BREACH_KINDS.items()}
    breach = pl.col("breach_kind").replace_strict(kinds, default=None, return_dtype=pl.String)
    status = pl.col("status").replace_strict(STATUSES, default=None, return_dtype=pl.String)
    said = pl.concat_list(
        pl.when(pl.col("status") != "within").then(status),
        breach,
        _in_words("unknown_reasons", UNKNOWN_REASONS),
        _in_words("flags", DAY_FLAGS),
    )
    rows = frame.with_columns(
        found=said.list.drop_nulls(), urgency=pl.col("status").replace_strict(_URGENCY, default=9)
    ).sort(
        ["urgency", "excess_allowed_amount", "excess_units", "payer", "person_id", "administered_on"],
        descending=[False, True, True, False, False, False],
        nulls_last=True,
    )
    labels = {
        "found": "Found",
        "payer": "Payer",
        "person_id": "Person",
        "administered_on": "Administered on",
        "status": "Status",
        "exceeded_limits": "Limits exceeded",
        "advisories": "Advisory limits exceeded",
        "administered_units": "Units given",
        "billed_units": "Units billed",
        "wasted_units": "Units discarded",
        "bsa_m2": "BSA, m²",
        "dose_mg_per_m2": "Dose, mg/m²",
        "excess_units": "Units over",
        "excess_allowed_amount": "Dollars over",
        "policy_version": "Policy version",
        "authorization_id": "Authorization",
        "claim_ids": "Claims",
    }
    return Worklist(
        "administrations",
        "Administrations to look at",
        "Over a limit (approved exceptions among them), not to be judged, or with something odd about them; "
        "those over a limit first, by dollars over.",
        "administration",
        rows,
        labels,
        ("status", "payer"),
    )


def requests(study: Study) -> Worklist:
    """Requests whose decision and criteria disagree, that were approved for too long, or carry a flag."""
    odd = pl.col("consistency").is_in(list(_CONSISTENCY_URGENCY))
    frame = study.request.filter(
        odd.fill_null(False) | pl.col("approved_too_long").fill_null(False) | (pl.col("flags").list.len() > 0)
    )
    consistency = pl.col("consistency").replace_strict(CONSISTENCY, default=None, return_dtype=pl.String)
    said = pl.concat_list(
        pl.when(odd).then(consistency),
        pl.when(pl.col("approved_too_long")).then(pl.lit("approved for longer than the policy allows")),
        _in_words("flags", REQUEST_FLAGS),
    )
    rows = frame.with_columns(
        found=said.list.drop_nulls(), urgency=pl.col("consistency").replace_strict(_CONSISTENCY_URGENCY, default=9)
    ).sort("urgency", "payer", "authorization_id", nulls_last=True)
    labels = {
        "found": "Found",
        "payer": "Payer",
        "authorization_id": "Request",
        "person_id": "Person",
        "request_type": "Type",
        "received_on": "Received on",
        "decision": "First decision",
        "final_decision": "Final decision",
        "consistency": "Consistency",
        "reviewed": "Criteria as reviewed",
        "evaluated": "Criteria from the facts",
        "unmet_conjuncts": "Criteria unmet",
        "hours_to_decision": "Hours to decision",
        "policy_version": "Policy version",
    }
    return Worklist(
        "requests",
        "Requests to look at",
        "Decided against what the record says, approved for too long, or with contradictory or missing codes; "
        "approvals with unmet criteria first.",
        "request",
        rows,
        labels,
        ("consistency", "payer", "request_type"),
    )


def _in_words(column: str, words: Mapping[str, str]) -> pl.Expr:
    """A list of codes as one text, null where it is empty; a code without words stands for itself."""
    spoken = pl.col(column).list.eval(pl.element().replace(words)).list.join("; ")
    return pl.when(pl.col(column).list.len() > 0).then(spoken)
