"""What is expected of persons across tables, of enrollment, observations and pharmacy claims."""

from collections.abc import Iterator

from analytics.extracts.schema import BODY_SIZE_CODES
from analytics.quality.expectation import Expectation, quarantine_rule, rule
from analytics.quality.wording import a_spoken

ELIGIBILITY = ("eligibility",)


def expectations() -> Iterator[Expectation]:
    """All expectations of persons, eligibility, observation and pharmacy_claim that are not generic."""
    yield from _persons()
    yield from _spans()
    yield from _observations()
    yield from _pharmacy()


def _persons() -> Iterator[Expectation]:
    person = "quality_person"
    for table, has, rows, affects in (
        ("medical_claim", "has_claim", "claims", ("renewals",)),
        ("authorization", "has_request", "requests", ("approvals", "renewals")),
    ):
        yield rule(
            f"{table}.person_id.enrolled",
            source=person,
            when=has,
            then="has_eligibility",
            says=f"Every person of {table} is in eligibility.",
            breaks="are not in eligibility",
            rows=f"persons with {rows}",
            why="A person without eligibility counts as enrolled and alive, and has no age.",
            advice="Export eligibility for everyone in the other tables; compare the form of the person ids.",
            affects=affects,
            needs=ELIGIBILITY,
            covered_by="eligibility.rows_in_scope",
        )
    yield rule(
        "eligibility.birth_date.agreed",
        source=person,
        when="birth_date is not null",
        then="birth_date = latest_birth_date",
        says="A person has one birth date.",
        breaks="have several birth dates",
        why="Of several the earliest counts; different ones may mean that two persons share an id.",
        advice="Look whether two members were merged, or whether a dependent carries the subscriber's id.",
        affects=("approvals",),
    )
    yield rule(
        "eligibility.death_date.agreed",
        source=person,
        when="death_date is not null",
        then="death_date = latest_death_date",
        says="A person has one death date.",
        breaks="have several death dates",
        why="Of several the earliest counts: an approval may seem to have ended by death too early.",
        advice="Correct the date at the source.",
        affects=("renewals",),
    )
    yield rule(
        "eligibility.birth_date.before_service",
        source=person,
        when="birth_date is not null and first_service_on is not null",
        then="birth_date < first_service_on",
        says="Every person was born before the first service.",
        breaks="were born on or after the first service",
        why="Another person's claim or birth date is mixed in; the age at the request is wrong.",
        advice="Check the person's id in both tables.",
        affects=("approvals",),
    )
    yield rule(
        "eligibility.birth_date.before_request",
        source=person,
        when="birth_date is not null and first_received_on is not null",
        then="birth_date < first_received_on",
        says="Every person was born before the first request.",
        breaks="were born on or after the first request",
        why="Another person's request or birth date is mixed in; the age at the request is wrong.",
        advice="Check the person's id in both tables.",
        affects=("approvals",),
    )
    yield rule(
        "eligibility.death_date.after_service",
        source=person,
        when="death_date is not null and last_service_on is not null",
        then="last_service_on <= death_date",
        says="No service follows the person's death.",
        breaks="have a service after the death date",
        rows="persons with a death date",
        why="The death date or the claim belongs to somebody else; a renewal would count as ended by death.",
        advice="Check the death date, and claims billed by date of posting rather than of service.",
        affects=("dosing", "renewals"),
    )


def _spans() -> Iterator[Expectation]:
    yield rule(
        "eligibility.enrollment_end_date.order",
        when="enrollment_start_date is not null and enrollment_end_date is not null",
        then="enrollment_start_date <= enrollment_end_date",
        says="No enrollment ends before it begins.",
        breaks="hold an enrollment that ends before it begins",
        why="The end decides whether a renewal that didn't come counts as disenrolled.",
        advice="Cancelled enrollments are often written so: leave them out of the export.",
        affects=("renewals",),
    )
    yield rule(
        "eligibility.death_date.after_birth",
        when="birth_date is not null and death_date is not null",
        then="birth_date <= death_date",
        says="No one dies before birth.",
        breaks="hold a death date before the birth date",
        why="One of the two dates is wrong, and with it the age at the request or the end by death.",
        advice="Correct the date at the source.",
        affects=("approvals", "renewals"),
    )


def _observations() -> Iterator[Expectation]:
    codes = ", ".join(f"'{code}'" for code in BODY_SIZE_CODES)
    why = "The measurement is quarantined, and the limit of the dose rests on an older one, or on none."
    yield quarantine_rule(
        "observation.source_units.known",
        reason="unknown_unit",
        when=f"source_code in ({codes})",
        says="Every body measurement is in a known unit: cm, m or [in_i]; kg, g or [lb_av]; m2.",
        breaks="are in no known unit",
        rows="body measurements",
        why=why,
        advice="Map the source's units to these.",
        affects=("dosing",),
    )
    yield quarantine_rule(
        "observation.result.plausible",
        reason="implausible_result",
        when=f"source_code in ({codes})",
        says="Every body measurement is plausible: 50 to 250 cm, 2 to 400 kg, 0.5 to 3.5 m².",
        breaks="are implausible",
        rows="body measurements",
        why=why,
        advice="Look for swapped height and weight, and for inches or pounds without their unit.",
        affects=("dosing",),
    )
    yield rule(
        "observation.source_reference_range_high.present",
        when="is_multiple",
        then="source_reference_range_high > 0",
        says="Every laboratory result that a policy asks for as a multiple has the upper limit of its reference range.",
        breaks="lack the upper limit of the reference range",
        rows="laboratory results",
        why="The policy's limits are multiples of that upper limit: a result without it is not used.",
        advice="Export the reference range with the result.",
        affects=("approvals",),
    )
    yield rule(
        "observation.observation_date.outlying",
        when="observation_date is not null and observed_reached_on is not null",
        then="observation_date <= observed_reached_on + interval 90 day",
        says="No observation lies more than 90 days after the rest.",
        breaks="are dated more than 90 days after the rest",
        why="A slip of the year makes a measurement the latest of its person, for any date after it.",
        advice="Correct the date at the source.",
        affects=("dosing", "approvals"),
    )


def _pharmacy() -> Iterator[Expectation]:
    for column in ("quantity", "days_supply"):
        yield Expectation(
            id=f"pharmacy_claim.{column}.range",
            table="pharmacy_claim",
            column=column,
            severity="info",
            says=f"Every {column} of a fill is above 0.",
            breaks=f"have {a_spoken(column)} of 0 or less",
            why="Fills of nothing are usually reversals.",
            advice="Export final fills, without their reversals.",
            source="pharmacy_claim",
            value=f"case when reason is null then {column} end",
            gx="expect_column_values_to_be_between",
            arguments={"min_value": 0, "strict_min": True},
        )
