"""What is expected of requests: their identity, dates, decisions and clinical columns; and of policies' lists."""

from collections.abc import Iterator

from analytics.quality.expectation import Expectation, rule
from analytics.quality.rules_days import npi

APPROVALS = ("approvals",)
# So many times a policy's dose per m² is no dose per m².
SLIP_FACTOR = 2.5
EVERYTHING = ("dosing", "approvals", "renewals")


def expectations() -> Iterator[Expectation]:
    """All expectations of requests and policies' lists that are not generic."""
    yield from _identity()
    yield from _dates()
    yield from _decisions()
    yield from _clinical()
    yield from npi("authorization", "prescriber_npi", ())


def _identity() -> Iterator[Expectation]:
    yield Expectation(
        id="authorization.authorization_id.unique",
        table="authorization",
        column="authorization_id",
        severity="warning",
        says="One row stands for one request.",
        breaks="share an id with a request that differs",
        why="Rows that share an id but differ can't both be true: all of them are quarantined.",
        advice="Export the final state of each request, one row each.",
        affects=EVERYTHING,
        source="authorization",
        value="case when reason is null or reason = 'conflicting_rows' then authorization_id end",
        gx="expect_column_values_to_be_unique",
    )
    yield rule(
        "authorization.payer.claimed",
        source="quality_payer",
        when="has_request",
        then="has_claim",
        says="Every payer with requests also has claims, spelled alike.",
        breaks="have no claims under the same spelling",
        rows="payers with requests",
        why="A payer spelled in two ways is two payers: its doses find no approval, its approvals no dose.",
        advice="Spell payers alike in all tables; a payer that truly has only the one kind of rows is no fault.",
        affects=EVERYTHING,
        covered_by="medical_claim.rows_in_scope",
    )
    yield rule(
        "medical_claim.payer.requested",
        source="quality_payer",
        when="has_claim",
        then="has_request",
        says="Every payer with claims also has requests, spelled alike.",
        breaks="have no requests under the same spelling",
        rows="payers with claims",
        why="A payer spelled in two ways is two payers: its doses find no approval, its approvals no dose.",
        advice="Spell payers alike in all tables; a payer that truly has only the one kind of rows is no fault.",
        affects=EVERYTHING,
        covered_by="authorization.rows_in_scope",
    )


def _order(column: str, earlier: str, says: str, breaks: str, why: str, affects: tuple[str, ...]) -> Expectation:
    return rule(
        f"authorization.{column}.order",
        when=f"{earlier} is not null and {column} is not null",
        then=f"{earlier} <= {column}",
        says=says,
        breaks=breaks,
        why=why,
        advice="Compare both dates with the request's history; look for swapped columns and for time zones.",
        affects=affects,
    )


def _dates() -> Iterator[Expectation]:
    yield _order(
        "decided_at",
        "received_at",
        "No request is decided before it was received.",
        "have a decision dated before the request",
        "Hours to decision would be negative: they are left empty, and the request out of every mean.",
        APPROVALS,
    )
    yield _order(
        "approved_to",
        "approved_from",
        "No approval ends before it begins.",
        "have an approval that ends before it begins",
        "Such an approval covers no day: its doses look uncovered, its renewal late.",
        ("dosing", "renewals"),
    )
    yield _order(
        "appeal_received_at",
        "decided_at",
        "No appeal is received before the decision that it is about.",
        "have an appeal dated before the decision",
        "The first and the final decision may be mixed up.",
        APPROVALS,
    )
    yield _order(
        "appeal_decided_at",
        "appeal_received_at",
        "No appeal is decided before it was received.",
        "have an appeal decided before it was received",
        "One of the two dates is wrong.",
        APPROVALS,
    )
    yield rule(
        "authorization.received_at.outlying",
        when="received_at is not null and received_reached_on is not null",
        then="received_at < received_reached_on + interval 91 day",
        says="No request is received more than 90 days after the rest.",
        breaks="were received more than 90 days after the rest",
        why="The latest date sets the date of the report when none is given: one slip moves every 'due by'.",
        advice="Correct the date at the source, or give the report its date with --as-of.",
        affects=EVERYTHING,
    )


def _decisions() -> Iterator[Expectation]:
    approved = "(decision in ('approved', 'partially_approved') or appeal_decision = 'overturned')"
    dated = "(reason is null or reason = 'approved_without_dates')"
    yield Expectation(
        id="authorization.decision.dated_approval",
        table="authorization",
        column="decision",
        severity="warning",
        says="Every approval says from when until when it holds.",
        breaks="lack a first or last day",
        rows="approvals",
        why="Without both dates nobody can tell which doses it covers, or when it is due for renewal: it is "
        "quarantined.",
        advice="Export approved_from and approved_to for approvals, those after appeal included.",
        affects=EVERYTHING,
        source="authorization",
        value=f"case when {dated} and {approved} then approved_from is not null and approved_to is not null end",
        gx="expect_column_values_to_be_in_set",
        arguments={"value_set": [True]},
    )
    yield Expectation(
        id="authorization.appeal_decision.after_denial",
        table="authorization",
        column="appeal_decision",
        severity="warning",
        says="Only a denied or partially approved request is overturned on appeal.",
        breaks="had not been denied",
        rows="requests overturned on appeal",
        why="An appeal that overturns an approval contradicts itself: the request is quarantined.",
        advice="Look whether decision holds the state after the appeal; it should hold the first decision.",
        affects=APPROVALS,
        source="authorization",
        value="case when (reason is null or reason = 'appeal_without_denial') and appeal_decision = 'overturned' "
        "then coalesce(decision in ('denied', 'partially_approved'), false) end",
        gx="expect_column_values_to_be_in_set",
        arguments={"value_set": [True]},
    )
    yield rule(
        "authorization.decided_at.present",
        when="decision in ('approved', 'partially_approved', 'denied')",
        then="decided_at is not null",
        says="Every decided request has the time of its decision.",
        breaks="lack the time of the decision",
        rows="decided requests",
        why="Without it there are no hours to decision, and the policy version is chosen by the received date.",
        advice="Export the time of the first decision.",
        affects=APPROVALS,
    )
    yield rule(
        "authorization.decided_at.pending",
        when="decision = 'pending'",
        then="decided_at is null",
        says="No pending request has the time of a decision.",
        breaks="carry the time of a decision",
        rows="pending requests",
        why="Either the decision was made and not exported, or the time means something else.",
        advice="Export the decision that was made, or leave the time empty.",
        severity="info",
        affects=APPROVALS,
    )


def _clinical() -> Iterator[Expectation]:
    measured = "try_cast(bsa_m2_text as double)"
    yield Expectation(
        id="authorization.bsa_m2.range",
        table="authorization",
        column="bsa_m2",
        severity="warning",
        says="Every body surface area lies between 0.5 and 3.5 m².",
        breaks="have a body surface area outside 0.5 to 3.5 m²",
        why="A value outside is no body surface area (often a weight or a height): it reads as empty.",
        advice="Export square metres; look whether another measurement stands in the column.",
        affects=("dosing",),
        source="authorization",
        value=f"case when reason is null then {measured} end",
        gx="expect_column_values_to_be_between",
        arguments={"min_value": 0.5, "max_value": 3.5},
    )
    yield rule(
        "authorization.requested_dose_mg_per_m2.range",
        source="quality_request",
        # A policy that doses by weight, or flat, says nothing of a dose per m².
        when="requested_dose_mg_per_m2 is not null and most_mg_per_m2 is not null",
        then=f"requested_dose_mg_per_m2 > 0 and requested_dose_mg_per_m2 <= {SLIP_FACTOR} * most_mg_per_m2",
        says=f"Every requested dose lies above 0, and up to {SLIP_FACTOR} times what the policy allows per m².",
        breaks=f"ask for a dose of 0, or of more than {SLIP_FACTOR} times what the policy allows per m²",
        why="A larger number is usually the whole dose in milligrams, and would count as over the limit.",
        advice="Export the dose per square metre.",
        affects=APPROVALS,
        needs=("policy_limit",),
    )
    yield Expectation(
        id="authorization.approved_units.range",
        table="authorization",
        column="approved_units",
        severity="warning",
        says="Every number of approved units is above 0.",
        breaks="are approved for 0 units or less",
        why="Units used are held against it: against nothing, any dose is too much.",
        advice="Leave it empty where units were not limited.",
        affects=("renewals",),
        source="authorization",
        value="case when reason is null then approved_units end",
        gx="expect_column_values_to_be_between",
        arguments={"min_value": 0, "strict_min": True},
    )
    yield rule(
        "authorization.approved_units.one_dose",
        source="quality_approved_units",
        when="true",
        then="approved_units >= most_units",
        says="An approval's units hold at least one of its doses.",
        breaks="are approved for fewer units than one of their doses holds",
        rows="approvals of a number of units, with a dose",
        why="The approval then counts visits or vials, and the claims the units of the code: each looks overdrawn.",
        advice="Export the approved quantity in the code's units; where it counts visits, leave it out.",
        affects=("renewals",),
    )
    yield rule(
        "authorization.diagnosis_code.listed",
        source="quality_request",
        when="has_list and diagnosis_code like 'C50%'",
        then="is_listed",
        says="Where a policy lists breast cancer code by code, every such diagnosis of a request is on its list.",
        breaks="carry a code that the policy's list lacks",
        rows="breast cancer requests",
        why="The policy's list is older than some codes: such a request fails the diagnosis criterion as written.",
        advice="Have the policy's owner bring the list up to date; the report flags these requests.",
        severity="info",
        affects=APPROVALS,
        needs=("policy_node_value",),
    )
    yield rule(
        "authorization.regimen.known",
        source="quality_request",
        when="regimen is not null",
        then="is_known_regimen",
        says="Every regimen is one that the payer's policy names.",
        breaks="name one that the policy does not",
        rows="requests with a regimen",
        why="Another name is ignored: the dose is then tested against every regimen of the policy.",
        advice="Use the policy's names; `um policy show` prints them.",
        affects=("dosing",),
        needs=("policy_regimen",),
    )
    yield rule(
        "policy.diagnosis_code.current",
        source="quality_diagnosis_list",
        when="true",
        then="is_listed",
        says="Where a policy lists breast cancer code by code, it lists all of today's codes.",
        breaks="are missing from a policy's list",
        rows="current breast cancer codes",
        why="Requests under the missing codes fail the diagnosis criterion as written.",
        advice="Have the policy's owner bring the list up to date.",
        severity="info",
        affects=APPROVALS,
        needs=("policy_node_value",),
    )
