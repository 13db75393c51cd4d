"""Sites of care and cumulative doses at random, judged by the engine and in plain Python."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from analytics.policy.dosing import AlsoGiven, DosingExample, PreviousAdministration
from analytics.policy.load import load_policy
from analytics.policy.model import Policy
from analytics.workbench import trial
from tests.plain_dosing import Judged
from tests.policies import FOLDER

ON = date(2024, 6, 3)
#: Policy, the most units of a dose, and the verdicts and reasons that so many examples come to.
POLICIES = [
    ("invented-site", 33, {"within", "over_dose", "site", "early", "extra", "place_unknown", "places_disagree"}),
    (
        "invented-cumulative",
        40,
        {"within", "over_dose", "over_units", "early", "extra", "bsa_unknown", "weight_unknown", "unit_rounding"},
    ),
]


def example(random: Random, policy: Policy, most: int, number: int) -> DosingExample:
    """A day, and up to five days before it, near each other and near the bounds."""
    code = policy.products[0].hcpcs_code
    places = (None, "11", "12", "19", "22", "49")

    def units(least: int = 0) -> Decimal:
        return Decimal(random.choice((random.randint(least, most), random.randint(10, 15))))

    def wasted() -> Decimal:
        return Decimal(random.choice((0, 0, 0, 3)))

    steps = [random.choice((6, 7, 19, 20, 21, 26, 27, 28, 29, 60, 130)) for _ in range(random.randint(0, 5))]
    before = [sum(steps[: place + 1]) for place in range(len(steps))]
    given = units(0)
    also = [AlsoGiven(code, units(1), wasted(), random.choice(places))] if random.random() < 0.2 else []
    regimens = [regimen.name for regimen in policy.versions[0].regimens]
    return DosingExample(
        title=str(number),
        on=ON + timedelta(days=number % 30),
        bsa_m2=random.choice((None, Decimal("1.2"), Decimal("1.83"), Decimal("2.4"))),
        weight_kg=random.choice((None, Decimal(70), Decimal("88.25"))),
        hcpcs_code=code,
        administered_units=given,
        jw_units=wasted() if given or also else Decimal(3),
        jz=random.random() < 0.5,
        regimen=random.choice((None, *regimens)),
        exception_approved=False,
        authorized_days_before=random.choice((0, 20, 100, 365)),
        also=tuple(also),
        previous=tuple(PreviousAdministration(code, days, units(1), wasted()) for days in before),
        status="",
        breach_kind=None,
        exceeded=(),
        advisories=(),
        unknown_reasons=(),
        allowed_units={},
        excess_units=None,
        place=random.choice(places),
    )


def told(policy: Policy, one: DosingExample) -> DosingExample:
    """The example with what plain Python says of it."""
    judged = Judged(policy, one)
    value = judged.value()
    over = value == -1
    return replace(
        one,
        status={1: "within", 0: "indeterminate", -1: "exceeds"}[value],
        breach_kind=judged.breach_kind() if over else None,
        exceeded=tuple(judged.exceeded()) if over else (),
        advisories=tuple(judged.advisories()),
        unknown_reasons=tuple(judged.reasons()) if value == 0 else (),
        excess_units=judged.excess() if over else Decimal(0),
    )


@pytest.mark.parametrize(("stem", "most", "expected"), POLICIES, ids=[each[0] for each in POLICIES])
def test_random_examples(stem: str, most: int, expected: set[str]) -> None:
    policy, random = load_policy(FOLDER / f"{stem}.toml"), Random(8)
    examples = tuple(told(policy, example(random, policy, most, number)) for number in range(600))
    found, _ = trial.run(replace(policy, dosing_examples=examples, criteria_examples=()))
    wrong = [(examples[n], each.difference()) for n, each in enumerate(found) if each.difference()]
    assert not wrong, wrong[0]
    words = {word for one in examples for word in (one.breach_kind or one.status, *one.unknown_reasons)}
    assert expected <= words, expected - words
