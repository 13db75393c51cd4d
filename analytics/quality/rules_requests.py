"""What is expected of requests, of what reviewers recorded and of the documented answers."""

from collections.abc import Iterator

from analytics.quality.expectation import Expectation, rule
from analytics.quality.rules_claims import npi

APPROVALS = ("approvals",)
RENEWALS = ("renewals",)
EVERYTHING = ("dosing", "approvals", "renewals")


def expectations() -> Iterator[Expectation]:
    """All expectations of requests, reviews, answers and policies' lists that are not generic."""
    yield from _identity()
    yield from _dates()
    yield from _decisions()
    yield from _clinical()
    yield from _renewals()
    yield from _reviews()
    yield from _answers()
    yield from npi("authorization", "prescriber_npi", ())


def _identity() -> Iterator[Expectation]:
    yield Expectation(
        id="authorization.authorization_id.unique",
        table="authorization",
        column="authorization_id",
        severity="warning",
        says="One row stands for one request.",
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
        why="A payer spelled in two ways is two payers: its doses find no approval, its approvals no dose.",
        advice="Spell payers alike in all tables.",
        affects=EVERYTHING,
    )
    yield rule(
        "medical_claim.payer.requested",
        source="quality_payer",
        when="has_claim",
        then="has_request",
        says="Every payer with claims also has requests, spelled alike.",
        why="A payer spelled in two ways is two payers: its doses find no approval, its approvals no dose.",
        advice="Spell payers alike in all tables.",
        affects=EVERYTHING,
    )


def _order(column: str, earlier: str, says: str, why: str, affects: tuple[str, ...]) -> Expectation:
    return rule(
        f"authorization.{column}.order",
        when=f"{earlier} is not null and {column} is not null",
        then=f"{earlier} <= {column}",
        says=says,
        why=why,
        advice="Compare both dates with the request's history; look for swapped columns and for time zones.",
        affects=affects,
    )


def _dates() -> Iterator[Expectation]:
    yield _order(
        "decided_at",
        "received_at",
        "No request is decided before it was received.",
        "Hours to decision would be negative: they are left empty, and the request out of every mean.",
        APPROVALS,
    )
    yield _order(
        "approved_to",
        "approved_from",
        "No approval ends before it begins.",
        "Such an approval covers no day: its doses look uncovered, its renewal late.",
        ("dosing", "renewals"),
    )
    yield _order(
        "appeal_received_at",
        "decided_at",
        "No appeal is received before the decision that it is about.",
        "The first and the final decision may be mixed up.",
        APPROVALS,
    )
    yield _order(
        "appeal_decided_at",
        "appeal_received_at",
        "No appeal is decided before it was received.",
        "One of the two dates is wrong.",
        APPROVALS,
    )
    yield rule(
        "authorization.received_at.outlying",
        when="received_at is not null and received_reached_on is not null",
        then="received_at < received_reached_on + interval 91 day",
        says="No request is received more than 90 days after the rest.",
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
        why="Without it there are no hours to decision, and the policy version is chosen by the received date.",
        advice="Export the time of the first decision.",
        affects=APPROVALS,
    )
    yield rule(
        "authorization.decided_at.pending",
        when="decision = 'pending'",
        then="decided_at is null",
        says="No pending request has the time of a decision.",
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
        why="A value outside is no body surface area (often a weight or a height): it reads as empty.",
        advice="Export square metres; look whether another measurement stands in the column.",
        affects=("dosing",),
        source="authorization",
        value=f"case when reason is null then {measured} end",
        gx="expect_column_values_to_be_between",
        arguments={"min_value": 0.5, "max_value": 3.5},
    )
    yield Expectation(
        id="authorization.requested_dose_mg_per_m2.range",
        table="authorization",
        column="requested_dose_mg_per_m2",
        severity="warning",
        says="Every requested dose lies above 0 and up to 100 mg/m².",
        why="A larger number is usually the whole dose in milligrams, and would count as over the limit.",
        advice="Export the dose per square metre.",
        affects=APPROVALS,
        source="authorization",
        value="case when reason is null then requested_dose_mg_per_m2 end",
        gx="expect_column_values_to_be_between",
        arguments={"min_value": 0, "max_value": 100, "strict_min": True},
    )
    yield Expectation(
        id="authorization.approved_units.range",
        table="authorization",
        column="approved_units",
        severity="warning",
        says="Every number of approved units is above 0.",
        why="Units used are held against it.",
        advice="Leave it empty where units were not limited.",
        affects=RENEWALS,
        source="authorization",
        value="case when reason is null then approved_units end",
        gx="expect_column_values_to_be_between",
        arguments={"min_value": 0, "strict_min": True},
    )
    yield rule(
        "authorization.diagnosis_code.listed",
        source="quality_request",
        when="has_list and diagnosis_code like 'C50%'",
        then="is_listed",
        says="Every breast cancer diagnosis of a request is on its policy's list.",
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
        says="A policy that lists breast cancer code by code lists all of today's codes.",
        why="Requests under the missing codes fail the diagnosis criterion as written.",
        advice="Have the policy's owner bring the list up to date.",
        severity="info",
        affects=APPROVALS,
        needs=("policy_node_value",),
    )


def _renewals() -> Iterator[Expectation]:
    yield rule(
        "authorization.prior_authorization_id.present",
        source="quality_request",
        when="request_type = 'renewal'",
        then="prior_authorization_id is not null",
        says="Every renewal names the authorization that it renews.",
        why="Without it the renewal is matched by payer, person, code and dates.",
        advice="Export the id of the prior authorization.",
        severity="info",
        affects=RENEWALS,
    )
    yield rule(
        "authorization.prior_authorization_id.known",
        source="quality_request",
        when="prior_authorization_id is not null",
        then="has_prior and prior_authorization_id <> authorization_id",
        says="Every prior authorization is another request of this extract.",
        why="A renewal of an unknown request is matched by dates, or to nothing at all.",
        advice="Export requests far enough back, and ids in one form.",
        affects=RENEWALS,
    )
    yield rule(
        "authorization.prior_authorization_id.same_person",
        source="quality_request",
        when="has_prior and prior_authorization_id <> authorization_id",
        then="is_same_person",
        says="A renewal and the authorization that it renews are of one person and payer.",
        why="A renewal of somebody else's approval gives that person an outcome that is not theirs.",
        advice="Check the id of the prior authorization, and merged or split person ids.",
        affects=RENEWALS,
    )


def _reviews() -> Iterator[Expectation]:
    known = "authorization_id in (select authorization_id from authorization_row where reason is null and authorization_id is not null)"
    for table, what in (("criterion_review", "determination"), ("clinical_answer", "answer")):
        yield Expectation(
            id=f"{table}.authorization_id.known",
            table=table,
            column="authorization_id",
            severity="warning",
            says=f"Every {what} belongs to a usable request of this extract.",
            why="Without its request it can't be counted: it is quarantined.",
            advice="Export both tables for the same period, and ids in one form.",
            affects=APPROVALS,
            source=table,
            value=f"case when authorization_id is not null then {known} end",
            gx="expect_column_values_to_be_in_set",
            arguments={"value_set": [True]},
        )
    yield Expectation(
        id="criterion_review.criterion_id.known",
        table="criterion_review",
        column="criterion_id",
        severity="warning",
        says="Every recorded criterion is one of the policy in force.",
        why="A determination of an unknown criterion is quarantined, and its criterion counts as not documented.",
        advice="Use the ids that `um policy show` prints for the version in force on the day of the decision.",
        affects=APPROVALS,
        source="criterion_review",
        value="case when reason is null or reason = 'unknown_criterion' then reason is null end",
        gx="expect_column_values_to_be_in_set",
        arguments={"value_set": [True]},
    )
    yield rule(
        "criterion_review.criterion_id.unique",
        source="quality_review_key",
        when="true",
        then="n_rows = 1",
        says="A request has one determination per criterion.",
        why="Determinations that differ can't both be true: all of them are quarantined.",
        advice="Export the final determination of each criterion.",
        affects=APPROVALS,
    )
    yield rule(
        "authorization.authorization_id.reviewed",
        source="quality_request",
        when="decision in ('approved', 'partially_approved', 'denied')",
        then="is_reviewed",
        says="Every decided request has recorded determinations.",
        why="A request without any counts as undocumented, whatever was decided.",
        advice="Export the determinations of all decided requests of the period.",
        severity="info",
        affects=APPROVALS,
        needs=("criterion_review",),
    )


def _answers() -> Iterator[Expectation]:
    questions = ("policy_question", "policy_question_word")
    yield rule(
        "authorization.authorization_id.answered",
        source="quality_request",
        when="decision in ('approved', 'partially_approved', 'denied')",
        then="is_answered",
        says="Every decided request has documented answers.",
        why="Without any, hardly a criterion can be evaluated from the facts.",
        advice="Export the answers of all decided requests of the period.",
        severity="info",
        affects=APPROVALS,
        needs=("clinical_answer",),
    )
    yield rule(
        "clinical_answer.question.known",
        source="quality_answer",
        when="true",
        then="is_known_question",
        says="Every answered question is one that a policy asks.",
        why="Answers to other questions are not read; a slip in a question's name silences it.",
        advice="Compare the names with the questions that `um policy show` prints.",
        severity="info",
        affects=APPROVALS,
        needs=questions,
    )
    yield rule(
        "clinical_answer.answer.readable",
        source="quality_answer",
        when="is_known_question",
        then="n_unreadable = 0",
        says="Every answer is one of its question's words, or the number or date that it asks for.",
        why="A question with an answer that can't be read counts as unanswered.",
        advice="Map the source's words to those of the policy.",
        affects=APPROVALS,
        needs=questions,
    )
    yield rule(
        "clinical_answer.answer.agreed",
        source="quality_answer",
        when="is_known_question and n_unreadable = 0",
        then="n_meanings = 1",
        says="Several answers to one question of a request agree.",
        why="A question with answers that differ counts as unanswered.",
        advice="Export the answer that the decision was based on.",
        affects=APPROVALS,
        needs=questions,
    )
