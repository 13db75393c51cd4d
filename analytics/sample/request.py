"""One prior-authorization request: its case, its decision, its appeal, its approved period."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from analytics.sample.cases import (
    MET,
    MISSING,
    NOT_MET,
    Case,
    case_a,
    first_case_b,
    renewal_case_b,
    write_case,
)
from analytics.sample.dice import Dice
from analytics.sample.person import Person
from analytics.sample.rows import Book
from analytics.sample.world import DRUG, LAST_DAY, add_months, days, whole_vials

DECISIONS = {
    MET: {"approved": 0.935, "partially_approved": 0.025, "denied": 0.025, "withdrawn": 0.015},
    NOT_MET: {"approved": 0.13, "denied": 0.82, "withdrawn": 0.05},
    MISSING: {"approved": 0.40, "partially_approved": 0.05, "denied": 0.45, "withdrawn": 0.10},
}
DENIAL_REASONS = {NOT_MET: "criteria not met", MISSING: "not documented", MET: "administrative"}


@dataclass(frozen=True)
class Approval:
    """A finally approved request: its id, its days, the use it was asked for."""

    request: str
    first: date
    last: date
    use: str
    exception: bool


@dataclass(frozen=True)
class Asking:
    """What is asked: the day, the kind, the approval to be renewed, the earliest day it may begin."""

    received: date
    renewal: bool = False
    names: str = ""
    begin: date | None = None
    use: str = ""
    weekly: bool = False
    units: int = 75


@dataclass(frozen=True)
class Appeal:
    """An appeal: when it was received and closed, and what came of it; all empty where there was none."""

    received: datetime | None = None
    closed: datetime | None = None
    word: str | None = None


def _moment(day: date, dice: Dice) -> datetime:
    return datetime.combine(day, time(dice.between(7, 18), dice.between(0, 59)))


def _decided(received: datetime, expedited: bool, extended: bool, dice: Dice) -> datetime:
    """Days for a standard request, hours for an expedited one, up to two weeks more when extended."""
    hours = dice.between(4, 64) if expedited else dice.between(18, 160)
    if dice.chance(0.05):
        hours *= 2
    return received + timedelta(hours=hours + (dice.between(48, 336) if extended else 0), minutes=dice.between(0, 59))


def _case(book: Book, person: Person, asking: Asking, decided: date, dice: Dice) -> Case:
    if person.payer.policy != "B":
        return case_a(person, dice)
    if asking.renewal:
        return renewal_case_b(book, person, asking.received, decided, asking.use or "single_agent", dice)
    return first_case_b(book, person, asking.received, decided, dice)


def ask(book: Book, person: Person, asking: Asking, dice: Dice) -> Approval | None:
    """Write one request with its documents and reviews; the approval it ends in, if any."""
    request = book.next_request()
    received = _moment(asking.received, dice)
    expedited, extended = dice.chance(0.2), dice.chance(0.07)
    decided = _decided(received, expedited, extended, dice)
    left_open = asking.received > LAST_DAY - days(50) and dice.chance(0.1)
    pending = left_open or decided.date() > LAST_DAY
    case = _case(book, person, asking, asking.received if pending else decided.date(), dice)
    decision = "pending" if pending else dice.weigh(DECISIONS[case.worst])
    appeal = _appeal(decision, decided, dice)
    approval = None
    if decision in ("approved", "partially_approved") or appeal.word == "overturned":
        approved_on = appeal.closed if appeal.closed else decided
        approval = _approval(request, person, case.use, max(approved_on.date(), asking.begin or date.min), dice)
    regimen = "weekly" if asking.weekly else "q3w"
    book.add(
        "authorization",
        authorization_id=request,
        person_id=person.person_id,
        payer=person.payer.name,
        hcpcs_code=DRUG,
        request_type="renewal" if asking.renewal else "initial",
        prior_authorization_id=asking.names,
        received_at=received,
        decided_at=None if decision in ("pending", "withdrawn") else decided,
        decision=decision,
        priority="expedited" if expedited else "standard",
        extended=extended,
        approved_from=approval.first if approval else None,
        approved_to=approval.last if approval else None,
        approved_units=_units(approval, asking, dice),
        regimen=regimen if dice.chance(0.8) or asking.weekly else None,
        exception_approved=True if approval and approval.exception else None,
        bsa_m2=person.bsa if person.scale != "nowhere" and dice.chance(0.9) else None,
        requested_dose_mg_per_m2="16" if asking.weekly else case.dose,
        diagnosis_code=f"{case.diagnosis[:3]}.{case.diagnosis[3:]}",
        prescriber_npi=person.practice.doctors[0],
        prescriber_specialty=case.specialty,
        denial_reason=DENIAL_REASONS[case.worst] if decision == "denied" else None,
        appeal_received_at=appeal.received,
        appeal_decided_at=appeal.closed,
        appeal_decision=appeal.word,
    )
    write_case(book, request, case, dice)
    return approval


def _appeal(decision: str, decided: datetime, dice: Dice) -> Appeal:
    """The appeal that follows three denials of ten: four of ten overturned, some still open at the end."""
    received = decided + timedelta(days=dice.between(4, 30))
    closed = received + timedelta(days=dice.between(5, 28))
    if decision != "denied" or received.date() > LAST_DAY or not dice.chance(0.3):
        return Appeal()
    if closed.date() > LAST_DAY:
        return Appeal(received, None, "pending")
    return Appeal(received, closed, "overturned" if dice.chance(0.42) else "upheld")


def _approval(request: str, person: Person, use: str, first: date, dice: Dice) -> Approval:
    months = 6 if person.payer.policy == "B" and not dice.chance(0.05) else 12
    return Approval(request, first, add_months(first, months) - days(1), use, dice.chance(0.02))


def _units(approval: Approval | None, asking: Asking, dice: Dice) -> int | None:
    if approval is None or dice.chance(0.2):
        return None
    span = (approval.last - approval.first).days + 1
    doses = span * 3 // 28 + 1 if asking.weekly else span // 21 + 1
    return whole_vials(asking.units) * doses
