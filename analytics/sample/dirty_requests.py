"""Faults of requests, of their reviews and answers, and of what a policy lists."""

from analytics.sample.draft import Draft, ask, documented, on, provider
from analytics.sample.fault import Fault, Spoil
from analytics.sample.world import EMBLEM

REQUEST, REVIEW, ANSWER = "authorization", "criterion_review", "clinical_answer"
MANY = 10


def _request(**columns: str) -> Spoil:
    """A fault in the columns of one request."""
    return lambda draft: draft.put(REQUEST, **columns)


def _appeal(**columns: str) -> Spoil:
    """A fault in the appeal of a denied request."""
    return lambda draft: draft.put(
        REQUEST, **({"decision": "denied", "approved_from": "", "approved_to": ""} | columns)
    )


def _conflict(draft: Draft) -> None:
    draft.add(REQUEST, ask(2, approved_to="2024-05-31"))


def _renewal(**columns: str) -> Spoil:
    """A renewal of the second person's approval, with a fault in it."""
    usual = {"authorization_id": "A2b", "request_type": "renewal", "prior_authorization_id": "A2"}
    return lambda draft: draft.add(REQUEST, ask(2, 170, **(usual | columns)))


def _lone_request(table: str) -> Spoil:
    """A decided request more than the table knows of."""

    def spoil(draft: Draft) -> None:
        draft.have(table)
        draft.add(REQUEST, ask(5))

    return spoil


def _other(table: str, **columns: str) -> Spoil:
    """One more row of a table, like the second person's but for these columns."""

    def spoil(draft: Draft) -> None:
        draft.have(table)
        draft.add(table, documented(table, 2) | columns)

    return spoil


def _emblem(draft: Draft) -> None:
    """Everyone is a member of a plan that policy B names."""
    for table in draft.rows:
        draft.put_all(table, payer=EMBLEM.name)
    draft.settings = ""


def _unlisted(draft: Draft) -> None:
    _emblem(draft)
    draft.put(REQUEST, diagnosis_code="C50.A1")
    draft.settings = (
        "[thresholds]\n"
        "# That the policy's list is behind today's codes is known; here is a request that it concerns.\n"
        '"policy.diagnosis_code.current" = 1\n'
    )


REQUEST_FAULTS: tuple[Fault, ...] = (
    Fault(
        "authorization.authorization_id.unique",
        "One id stands for two requests that end on different days.",
        _conflict,
        reason="conflicting_rows",
    ),
    # Dates.
    Fault(
        "authorization.decided_at.order",
        "A request was decided the day before it was received.",
        _request(decided_at=on(2, -9)),
    ),
    Fault(
        "authorization.approved_to.order",
        "An approval ends the day before it begins.",
        _request(approved_to=on(2, -6)),
    ),
    Fault(
        "authorization.appeal_received_at.order",
        "An appeal came the day before the denial.",
        _appeal(appeal_received_at=on(2, -7), appeal_decision="pending"),
    ),
    Fault(
        "authorization.appeal_decided_at.order",
        "An appeal was decided the day before it came.",
        _appeal(appeal_received_at=on(2), appeal_decided_at=on(2, -1), appeal_decision="upheld"),
    ),
    Fault(
        "authorization.received_at.outlying",
        "One request came, and was decided, nine months after all others.",
        _request(received_at="2024-12-24", decided_at="2024-12-26"),
        persons=MANY,
    ),
    # Decisions.
    Fault(
        "authorization.decision.dated_approval",
        "An approval without an end.",
        _request(approved_to=""),
        reason="approved_without_dates",
    ),
    Fault(
        "authorization.appeal_decision.after_denial",
        "An approval was overturned on appeal.",
        _request(appeal_received_at=on(2), appeal_decided_at=on(2, 3), appeal_decision="overturned"),
        reason="appeal_without_denial",
    ),
    Fault("authorization.decided_at.present", "A decision without its time.", _request(decided_at="")),
    Fault(
        "authorization.decided_at.pending",
        "A pending request with the time of a decision.",
        _request(decision="pending", approved_from="", approved_to=""),
    ),
    # Clinical columns.
    Fault("authorization.bsa_m2.range", "A body surface area of 180 m²: the height.", _request(bsa_m2="180")),
    Fault(
        "authorization.requested_dose_mg_per_m2.range",
        "160 mg/m² requested: 40 mg/m² four times.",
        _request(requested_dose_mg_per_m2="160"),
    ),
    Fault(
        "authorization.approved_units.one_dose",
        "Approved for 8, visits as it seems, where a dose is 72 units.",
        _request(approved_units="8"),
    ),
    Fault("authorization.approved_units.range", "Approved for 0 units.", _request(approved_units="0")),
    Fault("authorization.diagnosis_code.listed", "A request under C50.A1, which policy B doesn't list.", _unlisted),
    Fault("authorization.regimen.known", "A regimen that the policy doesn't name: q21d.", _request(regimen="q21d")),
    Fault(
        "authorization.prescriber_npi.check_digit",
        "A prescriber's NPI whose check digit is wrong.",
        _request(prescriber_npi=provider(good=False)),
    ),
    Fault(
        "authorization.person_id.enrolled",
        "A person with a request and no eligibility.",
        _lone_request("eligibility"),
    ),
    # Renewals.
    Fault(
        "authorization.prior_authorization_id.present",
        "A renewal that doesn't say of what.",
        _renewal(prior_authorization_id=""),
    ),
    Fault(
        "authorization.prior_authorization_id.known",
        "A renewal of a request that is not there.",
        _renewal(prior_authorization_id="A99"),
    ),
    Fault(
        "authorization.prior_authorization_id.same_person",
        "A renewal of another person's approval.",
        _renewal(prior_authorization_id="A3"),
    ),
    # Reviews and answers.
    Fault(
        "authorization.authorization_id.reviewed",
        "One decided request of five has no determination.",
        _lone_request(REVIEW),
    ),
    Fault(
        "authorization.authorization_id.answered",
        "One decided request of five has no answer.",
        _lone_request(ANSWER),
    ),
    Fault(
        "criterion_review.authorization_id.known",
        "A determination for a request that is not there.",
        _other(REVIEW, authorization_id="A99"),
        reason="unknown_authorization",
    ),
    Fault(
        "clinical_answer.authorization_id.known",
        "An answer for a request that is not there.",
        _other(ANSWER, authorization_id="A99"),
        reason="unknown_authorization",
    ),
    Fault(
        "criterion_review.criterion_id.known",
        "A determination of a criterion that the policy doesn't have: 1.D.",
        _other(REVIEW, criterion_id="1.D"),
        reason="unknown_criterion",
    ),
    Fault(
        "criterion_review.criterion_id.unique",
        "One criterion of one request is met and not met.",
        _other(REVIEW, determination="not_met"),
        reason="conflicting_rows",
    ),
    Fault(
        "clinical_answer.question.known",
        "An answer to a question that no policy asks: metastases.",
        _other(ANSWER, question="metastases"),
    ),
    Fault(
        "clinical_answer.answer.readable",
        "An age in words.",
        _other(ANSWER, question="age_years", answer="fifty-eight"),
    ),
    Fault(
        "clinical_answer.answer.agreed",
        "One question of one request is answered yes and no.",
        _other(ANSWER, answer="no"),
    ),
    Fault(
        "policy.diagnosis_code.current",
        "A plan under policy B, whose list of diagnosis codes is behind today's.",
        _emblem,
    ),
)  # fmt: skip
