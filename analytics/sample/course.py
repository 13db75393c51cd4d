"""The way of one person through request, treatment, renewal and end."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from analytics.sample.billing import bill_infusion
from analytics.sample.dice import Dice
from analytics.sample.person import Person, bill_other, earlier_lines, enroll, measure
from analytics.sample.request import Approval, Asking, ask
from analytics.sample.rows import Book
from analytics.sample.world import CAPECITABINE_NDC, FIRST_SERVICE, LAST_DAY, days

STOP_PER_CYCLE = {0.105: 0.7, 0.03: 0.3}
RENEWAL_WAYS = {"asked": 0.70, "late": 0.09, "new_request": 0.06, "none": 0.15}


@dataclass
class Therapy:
    """The planned treatment: first and last day, weekly or every three weeks, level in mg/m² (of the full 40)."""

    first: date
    last: date
    weekly: bool
    level: int


def follow(book: Book, person: Person, received: date, dice: Dice) -> None:
    """Write everything the extracts know of one person who asks for the drug on `received`."""
    weekly = person.payer.policy != "B" and dice.chance(0.11)
    earlier_lines(book, person, received, dice)
    measure(book, person, received - days(dice.between(0, 6)))
    asking = Asking(received, weekly=weekly, units=person.bsa_hundredths * 40 // 100)
    approval = ask(book, person, asking, dice)
    if approval is None and dice.chance(0.25):
        again = received + days(dice.between(15, 50))
        if again <= LAST_DAY:
            approval = ask(book, person, Asking(again, weekly=weekly, units=asking.units), dice)
    never_treated = 0.88 if approval is None else 0.05
    if dice.chance(never_treated):
        enroll(book, person, received, dice)
        return
    start = (approval.first if approval else received) + days(dice.between(2, 14))
    therapy = Therapy(start, start + days(21 * (dice.rounds(dice.weigh(STOP_PER_CYCLE), 40) - 1)), weekly, 40)
    covered = _renewals(book, person, approval, therapy, asking, dice) if approval else []
    _treat(book, person, therapy, covered, dice)
    _end(person, therapy, dice)
    enroll(book, person, received, dice)
    if approval and approval.use in ("capecitabine", "contraindicated"):
        _capecitabine(book, person, therapy, dice)


def _renewals(
    book: Book, person: Person, approval: Approval, therapy: Therapy, asking: Asking, dice: Dice
) -> list[Approval]:
    """Ask again as each approval runs out while treatment goes on; where it is refused, treatment ends soon."""
    chain = [approval]
    while therapy.last > chain[-1].last - days(20):
        last = chain[-1]
        way = dice.weigh(RENEWAL_WAYS)
        received = last.last - days(dice.between(5, 34)) if way == "asked" else last.last + days(dice.between(1, 30))
        if way == "new_request":
            received = last.last - days(dice.between(-12, 20))
        if received > LAST_DAY:
            break
        following = None
        if way != "none":
            following = ask(
                book,
                person,
                Asking(
                    received,
                    renewal=way != "new_request",
                    names=last.request if way != "new_request" and dice.chance(0.85) else "",
                    begin=last.last + days(1),
                    use=last.use,
                    weekly=therapy.weekly,
                    units=asking.units,
                ),
                dice,
            )
        if following is None:
            more = dice.weigh({0: 0.65, 1: 0.2, 2: 0.1, 4: 0.05})
            therapy.last = min(therapy.last, last.last + days(21 * more))
            break
        chain.append(following)
    return chain


def _pause(on: date, covered: list[Approval], dice: Dice) -> date:
    """Wait for the next approval when a dose would fall into a gap, though not everyone waits."""
    for before, after in pairwise(covered):
        if before.last < on < after.first and dice.chance(0.6):
            return after.first + days(dice.between(0, 5))
    return on


def _interval(person: Person, dice: Dice) -> int:
    hurry = person.practice.hurry
    kinds = {(21, 21): 0.80, (22, 24): 0.09, (28, 29): 0.08, (18, 20): hurry, (9, 16): hurry / 3}
    return dice.between(*dice.weigh(kinds))


def _dose(person: Person, therapy: Therapy, exception: bool, dice: Dice) -> int:
    """Units given, rounded up: level times body surface area; policy B's cap mostly kept, some overdosed."""
    level = (16 if therapy.weekly else 40) * therapy.level // 40
    bsa = person.bsa_hundredths
    if person.payer.policy == "B" and not dice.chance(0.12):
        bsa = min(bsa, 220)
    if therapy.level == 40 and dice.chance(0.7 if exception else 0.030):
        level += dice.between(1, 3) if therapy.weekly else dice.between(2, 7)
    return -(-level * bsa // 100)


def _treat(book: Book, person: Person, therapy: Therapy, covered: list[Approval], dice: Dice) -> None:
    """Give the doses from the first day to the last: cycles, reductions, weighing, billing."""
    if dice.chance(0.15):
        therapy.level = 32
    on, number = therapy.first, 0
    while on <= min(therapy.last, LAST_DAY):
        on = _pause(on, covered, dice)
        if number % dice.pick((2, 3, 3)) == 0:
            person.weight_hg = max(400, person.weight_hg + int(dice.bell(-8.0, 14.0)))
            measure(book, person, on - days(dice.pick((0, 0, 1, 2))))
        exception = any(approval.exception and approval.first <= on <= approval.last for approval in covered)
        bill_infusion(book, person, _dose(person, therapy, exception, dice), on, dice)
        if on >= FIRST_SERVICE and dice.chance(0.12):
            bill_other(book, person, on, "99214", 1, 13_200, dice)
        if dice.chance(0.02 if therapy.weekly else 0.05):
            therapy.level = max(25, therapy.level - 8)
        number += 1
        if therapy.weekly:
            early = number % 3 == 0 and dice.chance(person.practice.hurry * 2)
            on += days(7 if number % 3 or early else 14)
        else:
            on += days(_interval(person, dice))


def _end(person: Person, therapy: Therapy, dice: Dice) -> None:
    """What ends treatment: mostly progression or toxicity, which claims do not show; else death or leaving."""
    why = dice.weigh({"stopped": 0.72, "died": 0.16, "left": 0.12})
    if why == "died" and therapy.last + days(60) < LAST_DAY:
        person.died = therapy.last + days(dice.between(8, 60))
    elif why == "left" and therapy.last + days(40) < LAST_DAY:
        person.left = therapy.last + days(dice.between(3, 40))
    elif dice.chance(0.3):
        died = therapy.last + days(dice.between(60, 400))
        person.died = died if died <= LAST_DAY else None


def _capecitabine(book: Book, person: Person, therapy: Therapy, dice: Dice) -> None:
    """The capecitabine beside it: two weeks' tablets every three weeks, some fills missing."""
    on = therapy.first - days(dice.between(0, 5))
    while on <= min(therapy.last, LAST_DAY):
        if on >= FIRST_SERVICE and not dice.chance(0.1):
            book.add(
                "pharmacy_claim",
                person_id=person.person_id,
                dispensing_date=on,
                ndc_code=CAPECITABINE_NDC,
                quantity=28 * dice.between(3, 5),
                days_supply=14,
            )
        on += days(21)
