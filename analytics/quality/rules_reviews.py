"""What is expected of renewals, of what reviewers recorded and of the documented answers."""

from collections.abc import Iterator

from analytics.quality.expectation import Expectation, quarantine_rule, rule

APPROVALS = ("approvals",)
RENEWALS = ("renewals",)


def expectations() -> Iterator[Expectation]:
    """All expectations of renewals, reviews and answers that are not generic."""
    yield from _renewals()
    yield from _reviews()
    yield from _answers()


def _renewals() -> Iterator[Expectation]:
    yield rule(
        "authorization.prior_authorization_id.present",
        source="quality_request",
        when="request_type = 'renewal'",
        then="prior_authorization_id is not null",
        says="Every renewal names the authorization that it renews.",
        breaks="name no prior authorization",
        rows="renewal requests",
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
        breaks="name one that is not in this extract",
        rows="requests with a prior authorization",
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
        breaks="name an authorization of another person or payer",
        rows="requests with a prior authorization",
        why="A renewal of somebody else's approval gives that person an outcome that is not theirs.",
        advice="Check the id of the prior authorization, and merged or split person ids.",
        affects=RENEWALS,
    )


def _reviews() -> Iterator[Expectation]:
    for table, what in (("criterion_review", "determination"), ("clinical_answer", "answer")):
        yield quarantine_rule(
            f"{table}.authorization_id.known",
            reason="unknown_authorization",
            says=f"Every {what} belongs to a usable request of this extract.",
            breaks="belong to no usable request",
            why="Without its request it can't be counted: it is quarantined.",
            advice="Export both tables for the same period, and ids in one form.",
            affects=APPROVALS,
        )
    yield quarantine_rule(
        "criterion_review.criterion_id.known",
        reason="unknown_criterion",
        says="Every recorded criterion is one of the policy in force.",
        breaks="are of a criterion that the policy in force does not have",
        why="A determination of an unknown criterion is quarantined, and its criterion counts as not documented.",
        advice="Use the ids that `um policy show` prints for the version in force on the day of the decision.",
        affects=APPROVALS,
    )
    yield quarantine_rule(
        "criterion_review.criterion_id.unique",
        reason="conflicting_rows",
        says="A request has one determination per criterion.",
        breaks="contradict another determination of the same criterion",
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
        breaks="have no recorded determination",
        rows="decided requests",
        why="A request without any counts as undocumented, whatever was decided.",
        advice="Export the determinations of all decided requests of the period.",
        severity="info",
        affects=APPROVALS,
        needs=("criterion_review",),
        covered_by="criterion_review.rows_in_scope",
    )


def _answers() -> Iterator[Expectation]:
    questions = ("policy_question", "policy_question_word")
    yield rule(
        "authorization.authorization_id.answered",
        source="quality_request",
        when="decision in ('approved', 'partially_approved', 'denied')",
        then="is_answered",
        says="Every decided request has documented answers.",
        breaks="have no documented answer",
        rows="decided requests",
        why="Without any, hardly a criterion can be evaluated from the facts.",
        advice="Export the answers of all decided requests of the period.",
        severity="info",
        affects=APPROVALS,
        needs=("clinical_answer",),
        covered_by="clinical_answer.rows_in_scope",
    )
    yield rule(
        "clinical_answer.question.known",
        source="quality_answer",
        when="true",
        then="is_known_question",
        says="Every answered question is one that a policy asks.",
        breaks="are asked by no policy",
        why="Answers to other questions are not read; a slip in a question's name silences it.",
        advice="Compare the names with the questions that `um policy show` prints.",
        severity="info",
        affects=APPROVALS,
        needs=questions,
    )
    yield rule(
        "clinical_answer.answer.readable",
        source="quality_answer",
        when="is_asked",
        then="n_unreadable = 0",
        says="Every answer is one of its question's words, or the number or date that it asks for.",
        breaks="have an answer that can't be read",
        why="A question with an answer that can't be read counts as unanswered.",
        advice="Map the source's words to those of the policy.",
        affects=APPROVALS,
        needs=questions,
    )
    yield rule(
        "clinical_answer.answer.agreed",
        source="quality_answer",
        when="is_asked and n_unreadable = 0",
        then="n_meanings = 1",
        says="Several answers to one question of a request agree.",
        breaks="have answers that contradict each other",
        why="A question with answers that differ counts as unanswered.",
        advice="Export the answer that the decision was based on.",
        affects=APPROVALS,
        needs=questions,
    )
