"""The page's methods: every rate with its numerator, denominator, what is left out, and where it is computed."""

from __future__ import annotations

from analytics.disclosure import THRESHOLD
from analytics.report.parts import Part, Section
from analytics.report.tables import Column, Row, Table

#: measure, numerator, denominator, left out, computed in
_RATES = (
    (
        "Caps kept",
        "Administrations within their policy's limits",
        "Administrations that can be judged: within, over, and over with an approved exception",
        "Administrations that can't be judged, whose number and bounds stand beside the rate; denied, void, replaced "
        "and reversed claim lines",
        "sql/dosing/administration.sql, sql/dosing/dosing_summary_count.sql",
    ),
    (
        "Caps kept where body surface area is known",
        "Administrations of known body surface area within the limits",
        "Administrations of known body surface area that can be judged",
        "Administrations judged without a body surface area",
        "sql/dosing/administration_bsa.sql",
    ),
    (
        "Caps kept, bounds",
        "Administrations within the limits; for the upper bound also those that can't be judged",
        "All administrations",
        "Nothing",
        "sql/dosing/dosing_summary_count.sql",
    ),
    (
        "Units and dollars over the limits",
        "Of each administration over a limit, the units above it; dollars in proportion to the units billed",
        "Without denominator: a sum",
        "Approved exceptions, and administrations that can't be judged",
        "sql/dosing/administration.sql",
    ),
    (
        "Share within under grace and tolerance",
        "Administrations within, with every window shortened by the grace days and every dose limit raised",
        "All administrations, those that can't be judged among them",
        "As caps kept",
        "sql/dosing/scenario_result.sql, sql/dosing/dosing_sensitivity_count.sql",
    ),
    (
        "Approval rate",
        "Requests approved, fully or partially, at first",
        "Decided requests: approved, partially approved or denied at first",
        "Withdrawn and pending requests",
        "sql/approvals/request.sql",
    ),
    (
        "Final approval rate",
        "Decided requests approved at first or on appeal",
        "Decided requests",
        "Withdrawn and pending requests",
        "sql/approvals/request.sql",
    ),
    (
        "Approved when met, approved when not met",
        "Requests approved at first among those of the denominator",
        "Decided requests of which the reviewer recorded the criterion as met (as not met); a criterion with parts "
        "follows from them unless recorded itself",
        "Requests of which the criterion is not documented",
        "sql/approvals/criterion_result.sql, sql/approvals/approval_by_criterion_count.sql",
    ),
    (
        "Agreement and Cohen's kappa",
        "Requests of which reviewer and documented facts say the same",
        "Decided requests of which both say met or not met",
        "Criteria presumed in the absence of any record",
        "sql/approvals/reviewer_agreement_count.sql",
    ),
    (
        "Time to decision",
        "Hours from receipt to decision",
        "Without denominator: a mean and a median",
        "Decisions dated before their receipt",
        "sql/approvals/authorization_metrics_count.sql",
    ),
    (
        "Retained on therapy",
        "Approvals renewed, or approved again within 60 days of their end",
        "Approvals that ended, whose patient had an administration in their last 42 days",
        "Those who died or left the plan, and approvals that ended too recently to tell",
        "sql/renewals/renewal.sql, sql/renewals/renewal_summary_count.sql",
    ),
    (
        "Renewal requests approved",
        "Renewal requests approved in the end",
        "Decided renewal requests of the approvals that ended",
        "Withdrawn and pending renewal requests",
        "sql/renewals/renewal_request.sql",
    ),
)


def section() -> Section:
    """The whole section."""
    columns = [
        Column("measure", "Measure", "text"),
        Column("numerator", "Numerator", "text"),
        Column("denominator", "Denominator", "text"),
        Column("left_out", "Left out", "text"),
        Column("computed", "Computed in", "code"),
    ]
    names = [column.name for column in columns]
    rows = [Row(dict(zip(names, rate, strict=True))) for rate in _RATES]
    few = THRESHOLD - 1
    parts = [
        Part("methods-rates", "Every rate", tables=[Table("t-methods", "Rates", columns, rows)]),
        Part(
            "methods-limits",
            "Limits of chance",
            [
                "The limits beside a rate are Wilson's 95% limits: a range that the underlying rate would lie in for "
                "95 of 100 such samples. Administrations of one person are not independent of each other, so the true "
                "uncertainty of dosing rates is somewhat greater."
            ],
        ),
        Part(
            "methods-disclosure",
            "Small numbers",
            [
                f"“<{THRESHOLD}” stands for a count behind which 1 to {few} people stand, however many administrations "
                "or requests they have. “Withheld” stands for a number from which such a count could be worked out, "
                "and for everything within a group that is itself so small. A 0 is a true 0.",
                f"“All but <{THRESHOLD}” and “at least” say of a total what the mark of its other part says anyway. "
                "Where months or quarters are mostly too small, longer periods are shown.",
                "Before publication the page is attacked by linear programming over all of its totals: each small "
                f"count must remain possible over the whole of 1 to {few}.",
            ],
        ),
    ]
    return Section("methods", "Methods", "How every number on this page is made.", parts)
