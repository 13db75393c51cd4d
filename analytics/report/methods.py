"""How every rate on the page is made, as data: what is counted, of what, what is left out, and the SQL that counts it.

A rate that a section shows must be told here: a test holds the columns and tiles of the page against `columns`, both
ways, and the files against `sql/`.
"""

from __future__ import annotations

from typing import NamedTuple


class Measure(NamedTuple):
    """A rate: numerator, denominator and exclusions in words, the SQL files that count, the columns that show it.

    by: what doses must be limited by for it to say anything.
    """

    name: str
    numerator: str
    denominator: str
    left_out: str
    files: tuple[str, ...]
    columns: tuple[str, ...]
    by: str | None = None


DOSING = (
    Measure(
        "Caps kept",
        "Administrations within their policy's limits",
        "Administrations that can be judged: within, over, and over with an approved exception",
        "Administrations that can't be judged, whose number and bounds stand beside the rate; denied, void, replaced "
        "and reversed claim lines",
        ("dosing/administration.sql", "dosing/dosing_summary_count.sql"),
        ("Caps kept",),
    ),
    Measure(
        "Caps kept where body surface area is known",
        "Administrations of known body surface area within the limits",
        "Administrations of known body surface area that can be judged",
        "Administrations judged without a body surface area",
        ("dosing/administration_bsa.sql", "dosing/administration.sql"),
        (),
        "m2",
    ),
    Measure(
        "Caps kept, bounds",
        "Administrations within the limits; for the upper bound also those that can't be judged",
        "All administrations",
        "Nothing",
        ("dosing/dosing_summary_count.sql",),
        ("Caps kept if all that can't be judged are over", "… if none of them is"),
    ),
    Measure(
        "Units and dollars over the limits",
        "Of each administration over a limit, the units above it; dollars in proportion to the units billed",
        "A sum; where a share is given, all units billed",
        "Approved exceptions, and administrations that can't be judged",
        ("dosing/limit_outcome.sql", "dosing/regimen_outcome.sql", "dosing/administration.sql"),
        ("Units over the caps",),
    ),
    Measure(
        "Share within under grace and tolerance",
        "Administrations within, with every window shortened by the grace days and every dose limit raised",
        "All administrations, those that can't be judged among them",
        "As caps kept",
        ("dosing/scenario_result.sql", "dosing/dosing_sensitivity_count.sql"),
        ("Doses by the letter", "Doses up to"),
    ),
    Measure(
        "Caps kept, by provider",
        "Administrations within their policy's limits, of the provider with most of their units: a line's rendering "
        "provider, else its billing provider",
        "That provider's administrations that can be judged",
        "As caps kept; lines without a provider's number name nobody",
        ("dosing/administration_provider.sql",),
        (),
    ),
    Measure(
        "Discarded and avoidable",
        "Units on lines marked JW; of these, as many as fill whole vials of the smallest size that the codes of their "
        "day come in",
        "All units billed; dollars are the allowed amounts, shared out by units",
        "What was discarded without a mark; dollars of administrations without an allowed amount",
        ("dosing/administration_waste.sql",),
        ("Discarded, of units billed", "Avoidable, of units billed"),
    ),
)

APPROVALS = (
    Measure(
        "Approval rate",
        "Requests approved, fully or partially, at first",
        "Decided requests: approved, partially approved or denied at first",
        "Withdrawn and pending requests",
        ("approvals/request.sql",),
        ("Approval rate", "Approved at first"),
    ),
    Measure(
        "Final approval rate",
        "Decided requests approved at first or on appeal",
        "Decided requests",
        "Withdrawn and pending requests",
        ("approvals/request.sql",),
        ("Final approval rate",),
    ),
    Measure(
        "Approved when met, otherwise, and when not met",
        "Requests approved at first among those of the denominator",
        "Decided requests of which the reviewer recorded the criterion as met; as not met, or not at all; as not met. "
        "A criterion with parts follows from them unless recorded itself",
        "Nothing; what isn't documented is part of otherwise, and of neither met nor not met",
        ("approvals/node_value.sql", "approvals/criterion_result.sql", "approvals/approval_by_criterion_count.sql"),
        ("Approved when", "Approved otherwise"),
    ),
    Measure(
        "Agreement and Cohen's kappa",
        "Requests of which reviewer and documented facts say the same",
        "Decided requests of which both say met or not met",
        "Criteria presumed in the absence of any record",
        ("approvals/reviewer_agreement_count.sql",),
        ("They agree", "Cohen's kappa"),
    ),
    Measure(
        "CMS-0057-F-style shares",
        "Requests approved among the standard, the expedited and the extended ones; denials overturned on appeal",
        "Decided requests of that priority, requests whose time was extended, appeals decided",
        "Withdrawn and pending requests; appeals that are not decided",
        ("approvals/request.sql",),
        ("Approved", "Approved after appeal", "Approved of these"),
    ),
    Measure(
        "Time to decision",
        "Hours from receipt to decision: a mean and a median; requests decided within 7 days (standard) or 72 hours "
        "(expedited)",
        "Decided requests; times are of those with both dates",
        "Nothing; a decision without a date, or dated before its receipt, isn't counted as made by the mark",
        ("approvals/request.sql",),
        ("Decided by the mark",),
    ),
)

RENEWALS = (
    Measure(
        "Retained on therapy",
        "Approvals renewed, or approved again within 60 days of their end",
        "Approvals that ended, whose patient had an administration in their last 42 days",
        "Those who died or left the plan, and approvals that ended too recently to tell",
        ("renewals/renewal.sql", "renewals/renewal_summary_count.sql"),
        ("Retained on therapy",),
    ),
    Measure(
        "Renewal requests approved",
        "Renewal requests approved in the end",
        "Decided renewal requests of the approvals that ended",
        "Withdrawn and pending renewal requests",
        ("renewals/renewal_request.sql", "renewals/renewal_link.sql"),
        ("of these approved",),
    ),
    Measure(
        "Doses without cover",
        "Approvals after whose end the drug was given before another approval began",
        "Final approvals",
        "Nothing; doses are counted up to the day of the report",
        ("renewals/therapy_around_end.sql",),
        ("Share",),
    ),
    Measure(
        "Still on therapy",
        "By Kaplan and Meier: one less the people whose treatment stopped on a day (the last dose's cycle ended and no "
        "other came within the permissible gap) by those at risk; multiplied up to the day",
        "People still on therapy and followed on that day. Limits: Greenwood's variance on the scale of log(−log)",
        "People whose first dose in the extract may continue an earlier treatment, and spells after the first; death "
        "and leaving the plan end the view, as does the time 90 days before the claims or the coverage end",
        ("renewals/therapy_spell.sql", "renewals/persistence_count.sql"),
        ("Still on therapy (Kaplan–Meier)",),
    ),
    Measure(
        "Have stopped, have died",
        "By Aalen and Johansen: cumulative incidence of stopping and of death as competing events",
        "People still on therapy and followed. Limits: Dinse and Larson's variance on the scale of log(−log)",
        "As for still on therapy; on the page computed from its own counts, as if evenly spread between their days",
        ("renewals/therapy_spell.sql", "renewals/persistence_count.sql"),
        ("Have stopped", "Have died"),
    ),
)

PAYERS = (
    Measure(
        "Difference of two payers' rates",
        "The one payer's rate less the other's",
        "Limits: Newcombe's hybrid score limits (1998, method 10), from the Wilson limits of both",
        "A difference of which either rate is withheld",
        ("dosing/administration.sql", "approvals/request.sql", "renewals/renewal.sql"),
        (),
    ),
    Measure(
        "Units over the limits per 100 units billed",
        "Units over, as above; limits from the spread between people (a ratio of sums)",
        "All units billed",
        "As units over the limits",
        ("dosing/administration.sql",),
        (),
    ),
    Measure(
        "Median time to decision",
        "The middle one of the hours from receipt to decision; limits by rank",
        "Decided requests",
        "Decisions dated before their receipt; payers with few people behind their decisions",
        ("approvals/request.sql",),
        (),
    ),
)

WAY = (
    Measure(
        "From step to step",
        "Initial requests that reached the step",
        "Those that reached the step before it",
        "From the end of approvals on: those that ended less than three months before the date until which renewals "
        "can be told",
        ("approvals/authorization_way.sql",),
        ("Share",),
    ),
    Measure(
        "Never treated",
        "Approvals of which no dose was billed on any day of the approved period",
        "Approvals of initial requests that ended at least three months before that date",
        "Approvals still running, and those that ended later",
        ("approvals/authorization_way.sql",),
        ("Never treated, share",),
    ),
)

#: A section's id -> its title, and the rates that it shows.
AREAS = {
    "dosing": ("Dosing", DOSING),
    "approvals": ("Approvals", APPROVALS),
    "renewals": ("Renewals", RENEWALS),
    "way": ("The way from request to renewal", WAY),
    "payers": ("Payers side by side", PAYERS),
}


def is_told(section: str, label: str) -> bool:
    """Whether a rate's column of a section is told here; "Doses up to" tells all columns that begin so."""
    told = [each for measure in AREAS[section][1] for each in measure.columns] if section in AREAS else []
    return any(label == each or label.startswith(f"{each} ") for each in told)
