"""What is expected of claim lines beyond their columns: codes, dates, units and amounts of a line."""

from collections.abc import Iterator

from analytics.extracts.schema import MEDICAL_CLAIM, UNCLASSIFIED_CODES
from analytics.quality.columns import PATTERNS
from analytics.quality.expectation import Expectation, rule
from analytics.quality.wording import a_spoken, spoken

DOSING = ("dosing",)

_MODIFIERS = [column.name for column in MEDICAL_CLAIM.columns if column.name.startswith("hcpcs_modifier_")]
_DIAGNOSES = [column.name for column in MEDICAL_CLAIM.columns if column.name.startswith("diagnosis_code_")]


def expectations() -> Iterator[Expectation]:
    """All expectations of claim lines that are not generic."""
    yield from _codes()
    yield from _units()
    yield from _dates()
    yield from _amounts()


def _each(columns: list[str], pattern: str) -> tuple[str, str]:
    """Whether any of the columns is filled, and whether all that are match the pattern."""
    matches = (f"({name} is null or regexp_full_match({name}, '{pattern}'))" for name in columns)
    return f"coalesce({', '.join(columns)}) is not null", " and ".join(matches)


def _codes() -> Iterator[Expectation]:
    when, then = _each(_MODIFIERS, "^[0-9A-Z]{2}$")
    yield rule(
        "medical_claim.hcpcs_modifier.pattern",
        when=when,
        then=f"({then})",
        says="Every modifier is two letters or digits, as JW.",
        breaks="carry a modifier that is not two letters or digits",
        why="JW and JZ are found by their two letters: in another form, waste counts as given.",
        advice="Split combined modifiers into their columns, one each.",
        affects=DOSING,
    )
    when, then = _each(_DIAGNOSES, PATTERNS["icd10"][0])
    yield rule(
        "medical_claim.diagnosis_code.pattern",
        when=when,
        then=f"({then})",
        says="Every diagnosis code has the form of ICD-10-CM.",
        breaks="carry a diagnosis code of another form than ICD-10-CM's",
        why="A diagnosis of another form or system can't be matched with any list.",
        advice="Look for ICD-9 codes, descriptions, or several codes in one column.",
        severity="info",
    )
    # A row under such a code is out of scope: it is looked for in the whole extract.
    listed = ", ".join(f"'{code}'" for code in UNCLASSIFIED_CODES)
    # A policy names a vial by nine digits, whatever its package, or by all eleven.
    ndcs = "(select ndc_prefix from policy_vial)"
    yield rule(
        "medical_claim.hcpcs_code.unclassified",
        when=f"hcpcs_code in ({listed}) and ndc_code is not null",
        then=f"substring(ndc_code, 1, 9) not in {ndcs} and ndc_code not in {ndcs}",
        says="No line under an unclassified code (J9999, C9399) or a former one (C9240) has a policy's drug as NDC.",
        breaks="have the NDC of a policy's drug",
        rows="claim lines under an unclassified or former code",
        why="Such a line is a dose of the drug, and it is out of scope: neither limits nor totals count it.",
        advice="List these lines, and have them rebilled or recoded under the drug's own code.",
        affects=MEDICAL_CLAIM.measures,
        needs=("policy_vial",),
    )
    yield rule(
        "medical_claim.person_id.requested",
        when="person_id is not null",
        then="person_id in (select person_id from authorization_row where person_id is not null)",
        says="At least half of the claim lines are of persons who also have a request.",
        breaks="are of persons without any request",
        why="Where hardly anyone has both, the two tables number persons differently, and no dose finds its approval.",
        advice="Compare the person ids of both tables: length, leading zeros, prefixes.",
        affects=("dosing", "renewals"),
        threshold=0.5,
        covered_by="authorization.rows_in_scope",
    )
    yield rule(
        "medical_claim.claim_line_number.range",
        when="claim_line_number is not null",
        then="claim_line_number between 1 and 9999",
        says="Every line number lies between 1 and 9999.",
        breaks="have a line number outside 1 to 9999",
        why="Line numbers tell lines of a claim apart; others are usually ids of another system.",
        advice="Export the line's number within its claim.",
        affects=MEDICAL_CLAIM.measures,
    )


def _units() -> Iterator[Expectation]:
    # The row is quarantined for its zero, so this one looks at all rows.
    yield Expectation(
        id="medical_claim.service_unit_quantity.not_zero",
        table="medical_claim",
        column="service_unit_quantity",
        severity="warning",
        says="No line has zero units.",
        breaks="bill zero units",
        why="A line of zero units says nothing about the dose: it is quarantined.",
        advice="Look whether the units stand in another column, or were cut off when small fractions were rounded.",
        affects=MEDICAL_CLAIM.measures,
        source="medical_claim",
        value="service_unit_quantity",
        gx="expect_column_values_to_not_be_in_set",
        arguments={"value_set": [0]},
    )
    yield rule(
        "medical_claim.service_unit_quantity.whole",
        when="service_unit_quantity is not null",
        then="service_unit_quantity = floor(service_unit_quantity)",
        says="Units are whole numbers.",
        breaks="bill a fraction of a unit",
        why="Drug codes are billed in whole units: fractions hint at milligrams, millilitres or averages.",
        advice="Look whether the column holds the billed units of the code, not the quantity dispensed.",
        severity="info",
        affects=DOSING,
    )


def _dates() -> Iterator[Expectation]:
    yield rule(
        "medical_claim.claim_line_end_date.order",
        when="claim_line_end_date is not null and service_date is not null",
        then="claim_line_end_date >= service_date",
        says="No line ends before it starts.",
        breaks="end before the service date",
        why="One of the two dates is wrong, and the service date decides which doses share a window.",
        advice="Compare both dates with the claim form.",
        affects=DOSING,
    )
    yield rule(
        "medical_claim.claim_line_end_date.same_day",
        # An end in a far future is a placeholder, and no span of days.
        when="claim_line_end_date between service_date and as_of + interval 1 year",
        then="claim_line_end_date = service_date",
        says="A line stands for one day.",
        breaks="stand for several days",
        why="A line over several days may hold several infusions; all its units count on its first day.",
        advice="Ask for lines by day of service; until then read over-limit findings on such lines with care.",
        severity="info",
        affects=DOSING,
    )
    yield rule(
        "medical_claim.claim_start_date.order",
        when="claim_start_date is not null and service_date is not null",
        then="claim_start_date <= service_date",
        says="No line starts before its claim does.",
        breaks="have a service date before the claim's own start",
        why="The line's own date decides; a claim that starts later shows that one of them is wrong.",
        advice="Compare both dates with the claim form.",
        severity="info",
        affects=DOSING,
    )
    yield rule(
        "medical_claim.paid_date.order",
        when="paid_date is not null and service_date is not null",
        then="paid_date >= service_date",
        says="No line was paid before its service.",
        breaks="were paid before the service",
        why="One of the two dates is wrong; paid dates tell which months are not yet complete.",
        advice="Compare both dates with the remittance.",
        affects=DOSING,
    )
    yield rule(
        "medical_claim.claim_line_start_date.plausible",
        when="service_date is not null",
        then="service_date >= date '1990-01-01'",
        says="No service lies before 1990.",
        breaks="have a service date before 1990",
        why="Such a date is a placeholder or a slip of the century.",
        advice="Export placeholders as empty values, and correct slips at the source.",
        affects=MEDICAL_CLAIM.measures,
    )
    yield rule(
        "medical_claim.claim_line_start_date.outlying",
        when="service_date is not null and service_reached_on is not null",
        then="service_date <= service_reached_on + interval 90 day",
        says="No service lies more than 90 days after the rest of the claims.",
        breaks="have a service date more than 90 days after the rest",
        why="The latest service date sets the date of the report when none is given: one slip moves every 'due by'.",
        advice="Correct the date at the source, or give the report its date with --as-of.",
        affects=MEDICAL_CLAIM.measures,
    )


def _amounts() -> Iterator[Expectation]:
    for name in ("charge_amount", "allowed_amount", "paid_amount"):
        yield rule(
            f"medical_claim.{name}.sign",
            when=f"{name} <> 0 and service_unit_quantity <> 0",
            then=f"({name} > 0) = (service_unit_quantity > 0)",
            says=f"{name} has the sign of the line's units.",
            breaks=f"have {a_spoken(name)} without the sign of the units",
            why="A reversal takes back units and dollars together; one without the other leaves a remainder.",
            advice="Look how the source writes reversals, and export both with the same sign.",
            affects=DOSING if name == "allowed_amount" else (),
        )
    for name, greater in (("allowed_amount", "charge_amount"), ("paid_amount", "allowed_amount")):
        yield rule(
            f"medical_claim.{name}.order",
            when=f"{name} > 0 and {greater} > 0",
            then=f"{name} <= {greater}",
            says=f"{name} is at most {greater}.",
            breaks=f"have {a_spoken(name)} greater than the {spoken(greater)}",
            why="The plan allows no more than was charged, and pays no more than it allowed: columns may be swapped.",
            advice="Compare the three amounts with the remittance; look for a claim's total on its lines.",
            severity="info",
            affects=DOSING if name == "allowed_amount" else (),
        )
