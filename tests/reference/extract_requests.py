"""Random chains of authorization requests: approvals, what followed them, appeals and odd references."""

from __future__ import annotations

from datetime import date, timedelta

from tests.reference.extract_people import labs
from tests.reference.extract_record import answers, reviews
from tests.reference.extract_world import PAYERS_B, POLICIES, Person, World
from tests.reference.facts import add_months
from tests.reference.policies import ONCOLOGY, policy_of
from tests.reference.schema import Raw

_DIAGNOSES = {
    "C50.911": 0.5,
    "C50.119": 0.15,
    "C50.A1": 0.08,
    "Z85.3": 0.08,
    "C78.00": 0.04,
    "C77.3": 0.02,
    "C34.90": 0.08,
    None: 0.05,
}


def chain(world: World, who: Person) -> None:
    """Request after request of one person, from before treatment until the chain breaks off."""
    start = who.first - timedelta(days=world.rng.randint(0, 20))
    prior: Raw | None = None
    for n in range(world.rng.randint(1, 5)):
        kind = "initial" if n == 0 else world.weighted({"renewal": 0.8, "initial": 0.2})
        made = _request(world, who, kind, start, prior)
        if world.chance(0.12):  # asked twice
            _request(world, who, kind, start + timedelta(days=world.rng.randint(0, 9)), prior)
        prior = made
        to = made["approved_to"]
        end = date.fromisoformat(to) if to is not None else start + timedelta(days=60)
        gap = world.weighted({0: 0.35, -12: 0.15, 1: 0.1, 20: 0.15, 59: 0.05, 60: 0.05, 61: 0.05, 100: 0.1})
        start = end + timedelta(days=1 + gap)
        if start > world.end or world.chance(0.12):
            break


def _request(world: World, who: Person, kind: str, start: date, prior: Raw | None) -> Raw:
    """One request with its review record, its answers and its labs."""
    id = f"A{len(world.tables['authorization']) + 1:02d}"
    payer = who.payer if world.chance(0.93) else world.pick(*PAYERS_B)
    received = min(start - timedelta(days=world.rng.randint(0, 14)), world.end)
    months = world.pick(1, 2, 3, 6) if payer in PAYERS_B else world.pick(2, 3, 6, 12, 12)
    to = add_months(start, months) - timedelta(days=1 - world.pick(0, 0, 0, 1, 25))
    decision = world.weighted(
        {"approved": 0.62, "partially_approved": 0.1, "denied": 0.2, "withdrawn": 0.04, "pending": 0.04}
    )
    decided = decision not in ("pending", "withdrawn") or world.chance(0.2)
    after = world.pick(0, 1, 2, 5, 14, -1) if world.chance(0.95) else None
    appeal = _appeal(world, decision)
    ideal = world.chance(0.3)  # everything documented speaks for approval
    # A denial that was overturned has the dates of what was approved in the end.
    dated = decision in ("approved", "partially_approved") or appeal == "overturned" or world.chance(0.05)
    made = world.add(
        "authorization",
        authorization_id=id,
        person_id=who.id,
        payer=payer,
        hcpcs_code="J9207",
        request_type=kind,
        prior_authorization_id=_prior(world, id, kind, prior),
        received_at=world.instant(received),
        decided_at=world.instant(received + timedelta(days=after)) if decided and after is not None else None,
        decision=decision,
        priority=world.weighted({"standard": 0.5, None: 0.25, "expedited": 0.25}),
        extended=world.weighted({None: 0.6, "no": 0.25, "yes": 0.15}),
        approved_from=start if dated else None,
        approved_to=to if dated else None,
        approved_units=world.pick(None, 270, 540, 90) if dated else None,
        regimen=world.weighted({None: 0.5, "q3w": 0.25, "weekly": 0.2, "biweekly": 0.05}),
        exception_approved=world.weighted({None: 0.6, "no": 0.2, "yes": 0.2}),
        bsa_m2=world.weighted({who.bsa: 0.6, None: 0.35, "17.5": 0.05}),
        requested_dose_mg_per_m2=40 if ideal else world.pick(40, 32, "40.01", 16, None),
        diagnosis_code="C50.911" if ideal else world.weighted(_DIAGNOSES),
        prescriber_npi="1234567893",
        prescriber_specialty=world.weighted({world.pick(*sorted(ONCOLOGY)): 0.4, "207R00000X": 0.35, None: 0.25}),
        denial_reason="not met" if decision == "denied" else None,
        appeal_received_at=world.instant(received + timedelta(days=20)) if appeal is not None else None,
        appeal_decided_at=world.instant(received + timedelta(days=30)) if appeal == "overturned" else None,
        appeal_decision=appeal,
    )
    policy = policy_of(payer, "J9207", POLICIES)
    if policy is not None:
        tree = policy.in_force(received).trees[kind]
        reviews(world, id, tree, decision)
        answers(world, id, who, received, ideal)
        labs(world, who, received, ideal)
    return made


def _appeal(world: World, decision: str) -> str | None:
    if decision == "denied":
        return world.weighted({None: 0.4, "overturned": 0.35, "upheld": 0.15, "pending": 0.1})
    if decision == "partially_approved":
        return world.weighted({None: 0.7, "overturned": 0.2, "upheld": 0.1})
    return world.weighted({None: 0.98, "upheld": 0.02})


def _prior(world: World, id: str, kind: str, prior: Raw | None) -> str | None:
    """What a renewal names: its predecessor as a rule, else nothing, itself, something unknown or another."""
    if kind == "initial" or prior is None:
        return None
    others = [row["authorization_id"] for row in world.tables["authorization"]]
    return world.weighted(
        {prior["authorization_id"]: 0.62, None: 0.2, "A-unknown": 0.06, id: 0.05, world.pick(*others): 0.07}
    )
