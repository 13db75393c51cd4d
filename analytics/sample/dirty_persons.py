"""Faults of eligibility, observations and pharmacy claims, in themselves and beside claims and requests."""

from analytics.sample.draft import Draft, ask, documented, on
from analytics.sample.fault import Fault, Spoil

ELIGIBILITY, OBSERVATION, FILL = "eligibility", "observation", "pharmacy_claim"
BORN = "1966-04-15"
MANY = 10


def _coverage(**columns: str) -> Spoil:
    """A fault in one person's coverage."""

    def spoil(draft: Draft) -> None:
        draft.have(ELIGIBILITY)
        draft.put(ELIGIBILITY, **columns)

    return spoil


def _two_dates(column: str, first: str, second: str) -> Spoil:
    """A person with two rows of coverage that differ in a date."""

    def spoil(draft: Draft) -> None:
        _coverage(**{column: first})(draft)
        draft.add(ELIGIBILITY, documented(ELIGIBILITY, 2) | {column: second})

    return spoil


def _born_after_service(draft: Draft) -> None:
    _coverage(birth_date=on(2, 6))(draft)
    draft.put("authorization", received_at=on(2, 14), decided_at=on(2, 16))


def _dead_before_birth(draft: Draft) -> None:
    # Without a dose, so that no service follows the death.
    draft.have(ELIGIBILITY)
    draft.add("authorization", ask(5))
    draft.add(ELIGIBILITY, documented(ELIGIBILITY, 5) | {"birth_date": "1996-04-15", "death_date": "1995-03-10"})


def _measured(**columns: str) -> Spoil:
    """One more observation of the second person, like the first but for these columns."""

    def spoil(draft: Draft) -> None:
        draft.have(OBSERVATION)
        draft.add(OBSERVATION, documented(OBSERVATION, 2) | columns)

    return spoil


def _late_measure(draft: Draft) -> None:
    draft.have(OBSERVATION)
    draft.put(OBSERVATION, observation_date="2024-12-24")


def _filled(column: str, value: str) -> Spoil:
    def spoil(draft: Draft) -> None:
        draft.have(FILL)
        draft.put_all(FILL, quantity="56", days_supply="14")
        draft.put(FILL, **{column: value})

    return spoil


PERSON_FAULTS: tuple[Fault, ...] = (
    Fault(
        "eligibility.birth_date.agreed",
        "A person with two dates of birth.",
        _two_dates("birth_date", BORN, "1991-04-15"),
    ),
    Fault(
        "eligibility.death_date.agreed",
        "A person with two dates of death.",
        _two_dates("death_date", on(2, 30), on(2, 40)),
    ),
    Fault("eligibility.birth_date.before_service", "A dose six days before birth.", _born_after_service),
    Fault(
        "eligibility.birth_date.before_request",
        "A request a day before birth.",
        _coverage(birth_date=on(2, -7)),
    ),
    Fault("eligibility.death_date.after_service", "A dose five days after death.", _coverage(death_date=on(2, -5))),
    Fault(
        "eligibility.enrollment_end_date.order",
        "An enrollment ends the day before it begins.",
        _coverage(enrollment_end_date="2021-12-31"),
    ),
    Fault("eligibility.death_date.after_birth", "A death a year before birth.", _dead_before_birth),
    Fault(
        "observation.source_units.known",
        "A body surface area in square feet.",
        _measured(result="19.4", source_units="ft2"),
        reason="unknown_unit",
    ),
    Fault(
        "observation.result.plausible",
        "A body surface area of 180 m².",
        _measured(result="180"),
        reason="implausible_result",
    ),
    Fault(
        "observation.source_reference_range_high.present",
        "An AST of 31 without the upper limit of its range.",
        _measured(source_code="1920-8", result="31", source_units="U/L"),
    ),
    Fault(
        "observation.observation_date.outlying",
        "One measurement nine months after all others.",
        _late_measure,
        persons=MANY,
    ),
    Fault("pharmacy_claim.quantity.range", "A fill of minus 56 tablets.", _filled("quantity", "-56")),
    Fault("pharmacy_claim.days_supply.range", "A fill for 0 days.", _filled("days_supply", "0")),
)
