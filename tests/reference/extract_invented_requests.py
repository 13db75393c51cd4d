"""Random chains of requests for an invented drug, with what its policy asks of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from tests.reference import words
from tests.reference.extract_invented_rows import observe, other_drug
from tests.reference.extract_record import reviews
from tests.reference.extract_world import Person, World
from tests.reference.facts import add_months
from tests.reference.invented_profile import Profile
from tests.reference.rules import MET, Indication, Length, Node, Therapy
from tests.reference.schema import Raw

Documented = tuple[dict[str, str | None], str | None]  # the answers, and the diagnosis
APPROVED = ("approved", "partially_approved")


def chain(world: World, profile: Profile, who: Person, days: Sequence[date]) -> None:
    """Request after request of one person, from before treatment on."""
    start, prior = days[0] - timedelta(days=world.pick(0, 0, 3, 20)), None
    for n in range(world.rng.randint(1, 4)):
        kind = "initial" if n == 0 else world.weighted({"renewal": 0.8, "initial": 0.2})
        prior = _request(world, profile, who, kind, start, prior)
        end = date.fromisoformat(prior["approved_to"] or start.isoformat())
        start = end + timedelta(days=1 + world.pick(0, 0, -12, 1, 20, 60, 61))
        if start > world.end:
            break


def _request(world: World, profile: Profile, who: Person, kind: str, start: date, prior: Raw | None) -> Raw:
    policy, values = profile.policy, profile.values
    id = f"{who.id}-{len(world.tables['authorization']) + 1:03d}"
    received = min(start - timedelta(days=world.rng.randint(0, 9)), world.end)
    version = policy.in_force(received)
    lengths = [version.length, *version.lengths.values()]
    lengths += [length for indication in version.indications for length in indication.lengths.values()]
    decision = world.weighted({"approved": 0.68, "partially_approved": 0.1, "denied": 0.16, "pending": 0.06})
    overturned = decision == "denied" and world.chance(0.3)
    dated = decision in APPROVED or overturned
    speaks = world.weighted({"for": 0.3, "against": 0.2, None: 0.5})  # what is documented speaks for approval, or not

    def value(fact: str, rarely: float = 0.15) -> str | None:
        accepted = profile.speaking_for.get(fact)
        if speaks == "for" and accepted is not None:
            return accepted
        others = [each for each in values[fact] if each != accepted] if speaks == "against" else []
        return None if world.chance(rarely) else world.pick(*(others or values[fact]))

    def documented() -> Documented:
        answers = {question: value(question, 0.3) for question, asked in profile.asked.items() if asked != "date"}
        return answers, world.pick(*values["diagnosis_code"]) if world.chance(0.9) else None

    answers, diagnosis = documented()
    if version.indications and world.chance(0.8):  # most ask for what the policy lists
        wanted = world.pick(*version.indications)
        drawn = [(answers, diagnosis), *(documented() for _ in range(30))]
        answers, diagnosis = next(
            (each for each in drawn if wanted in _fitting(profile, *each, received)[:1]), drawn[0]
        )
    made = world.add(
        "authorization",
        authorization_id=id,
        person_id=who.id,
        payer=who.payer if world.chance(0.95) else world.pick(*profile.payers),
        hcpcs_code=world.pick(*policy.codes),
        request_type=kind,
        prior_authorization_id=prior["authorization_id"] if prior and kind == "renewal" else None,
        received_at=world.instant(received),
        decided_at=world.instant(received + timedelta(days=world.pick(0, 1, 5))) if decision != "pending" else None,
        decision=decision,
        priority=world.pick("standard", "expedited", None),
        extended=world.pick("no", "yes", None),
        approved_from=start if dated else None,
        approved_to=_end(start, world.pick(*lengths)) + timedelta(days=world.pick(0, 0, 1, -1)) if dated else None,
        approved_units=world.pick(None, *values["approved_units"]) if dated else None,
        regimen=world.pick(None, None, *version.regimens, "biweekly"),
        exception_approved=world.weighted({None: 0.6, "no": 0.2, "yes": 0.2}),
        bsa_m2=world.pick(who.bsa, None),
        requested_dose_mg_per_m2=value("requested_dose_mg_per_m2"),
        diagnosis_code=diagnosis,
        prescriber_npi="1234567893",
        prescriber_specialty=value("prescriber_specialty"),
        denial_reason=None,
        appeal_received_at=world.instant(received + timedelta(days=20)) if overturned else None,
        appeal_decided_at=world.instant(received + timedelta(days=30)) if overturned else None,
        appeal_decision="overturned" if overturned else None,
    )
    for question, answer in answers.items():
        if answer is not None:
            _answer(world, id, question, answer)
    reviews(world, id, _tree(world, profile, kind, _fitting(profile, answers, diagnosis, received), received), decision)
    _labs(world, profile, who, received)
    for therapy in (*policy.prior_therapies, *policy.evidence):
        if therapy.around is None and world.chance(0.6):
            _before(world, who, therapy, received)
    _resistances(world, profile, who, id, received)
    for fact, question in policy.days_since:
        if world.chance(0.7):
            bound = int(Decimal(world.pick(*values[fact])))
            _answer(world, id, question, received - timedelta(days=world.pick(bound, bound, bound + 1, 0, -1)))
    return made


def _end(start: date, length: Length) -> date:
    """The last day of an approval that is exactly as long as it may be."""
    number, unit = length
    after = add_months(start, number) if unit == "months" else start + timedelta(days=number)
    return after - timedelta(days=1)


def _answer(world: World, id: str, question: str, answer: object) -> None:
    world.add("clinical_answer", authorization_id=id, question=question, answer=answer)
    if world.chance(0.04):
        other = world.pick("yes", "no", "3", "perhaps", answer)
        world.add("clinical_answer", authorization_id=id, question=question, answer=other)


def _fitting(
    profile: Profile, answers: dict[str, str | None], diagnosis: str | None, received: date
) -> list[Indication]:
    """The indications that fit what a request documents."""
    facts = {fact: profile.policy.readers[fact](answer) for fact, answer in answers.items() if answer is not None}
    if diagnosis is not None:
        facts["diagnosis_code"] = words.diagnosis(diagnosis)
    return [each for each in profile.policy.in_force(received).indications if each.when(facts) == MET]


def _tree(world: World, profile: Profile, kind: str, fitting: list[Indication], received: date) -> Node:
    """The tree that a reviewer would have used: as a rule that of the indication which the request documents."""
    version = profile.policy.in_force(received)
    if version.indications and world.chance(0.1):
        return world.pick(*version.indications).trees[kind]
    return fitting[0].trees[kind] if fitting else version.trees[kind]


def _labs(world: World, profile: Profile, who: Person, received: date) -> None:
    """Results about the bounds, as old as they may be or a day older, in whichever unit; some say nothing."""
    for lab in profile.policy.labs:
        for _ in range(world.rng.randint(0, 2)):
            on = received - timedelta(days=world.pick(0, 1, lab.days - 1, lab.days, -1))
            bound = Decimal(world.pick(*profile.values[lab.fact]))
            if lab.factors is None:
                high = Decimal(world.pick(40, 35))
                more: dict[str, object] = {"source_reference_range_high": world.weighted({high: 0.9, None: 0.1})}
                result = bound * high
            else:
                unit, factor = world.pick(*lab.factors.items())
                result = bound / factor
                more = {"source_units": world.weighted({unit: 0.5, unit.upper(): 0.3, "mmol/L": 0.1, None: 0.1})}
            observe(world, who, on, lab.loinc, result, **more)


def _before(world: World, who: Person, therapy: Therapy, received: date) -> None:
    """Claims of another drug about the first and the last day that count."""
    first = add_months(received, -therapy.months)
    for _ in range(world.rng.randint(1, 4)):
        inside = world.date_between(first, received)
        on = world.pick(first, received, inside, inside) + timedelta(days=world.pick(0, 0, 1, -1))
        other_drug(world, who, sorted(therapy.codes), therapy.ndcs, on)


def _resistances(world: World, profile: Profile, who: Person, id: str, received: date) -> None:
    """Progression about the ends of the months that count, after a last dose that is answered or claimed."""
    for rule in profile.policy.resistances:
        last = received - timedelta(days=world.rng.randint(60, 300))
        progressed = add_months(last, world.pick(*rule.drug.months.values())) + timedelta(
            days=world.pick(-30, 0, 1, 30)
        )
        _answer(world, id, rule.progressed_on, progressed)
        if world.chance(0.6):
            _answer(world, id, rule.last_dose_on, last)
        else:
            other_drug(world, who, sorted(rule.drug.codes), (), last)
        if world.chance(0.7):
            _answer(world, id, rule.setting, world.pick(*rule.drug.months))
