"""What is expected of claims beyond their columns: lines, claims, billed days, and the identifiers on them."""

from collections.abc import Iterator

from analytics.extracts.schema import MEDICAL_CLAIM
from analytics.quality.expectation import Expectation, rule

DOSING = ("dosing",)
BOUNDS = ("policy", "policy_code", "policy_limit")
# Since this day Medicare wants JW or JZ on every line of a single-dose vial.
JZ_FROM = "2023-07-01"
# A day's units below this look like vials rather than milligrams.
LEAST_USUAL_UNITS = 10
# A day's units over its limit may be a real breach; over this many times the limit they are a slip.
SLIP_FACTOR = 10

_MODIFIERS = [column.name for column in MEDICAL_CLAIM.columns if column.name.startswith("hcpcs_modifier_")]
_DIAGNOSES = [column.name for column in MEDICAL_CLAIM.columns if column.name.startswith("diagnosis_code_")]


def expectations() -> Iterator[Expectation]:
    """All expectations of claims that are not generic."""
    yield from _lines()
    yield from _amounts()
    yield from _claims()
    yield from _days()
    for column in ("rendering_npi", "billing_npi"):
        yield from npi("medical_claim", column, DOSING)


def _each(columns: list[str], pattern: str) -> tuple[str, str]:
    """Whether any of the columns is filled, and whether all that are match the pattern."""
    matches = (f"({name} is null or regexp_full_match({name}, '{pattern}'))" for name in columns)
    return f"coalesce({', '.join(columns)}) is not null", " and ".join(matches)


def _lines() -> Iterator[Expectation]:
    when, then = _each(_MODIFIERS, "^[0-9A-Z]{2}$")
    yield rule(
        "medical_claim.hcpcs_modifier.pattern",
        when=when,
        then=f"({then})",
        says="Every modifier is two letters or digits, as JW.",
        why="JW and JZ are found by their two letters: in another form, waste counts as given.",
        advice="Split combined modifiers into their columns, one each.",
        affects=DOSING,
    )
    when, then = _each(_DIAGNOSES, "^[A-Z][0-9][0-9A-Z][0-9A-Z]{0,4}$")
    yield rule(
        "medical_claim.diagnosis_code.pattern",
        when=when,
        then=f"({then})",
        says="Every diagnosis code has the form of ICD-10-CM.",
        why="A diagnosis of another form or system can't be matched with any list.",
        advice="Look for ICD-9 codes, descriptions, or several codes in one column.",
        severity="info",
    )
    yield rule(
        "medical_claim.claim_line_number.range",
        when="claim_line_number is not null",
        then="claim_line_number between 1 and 9999",
        says="Every line number lies between 1 and 9999.",
        why="Line numbers tell lines of a claim apart; others are usually ids of another system.",
        advice="Export the line's number within its claim.",
        affects=MEDICAL_CLAIM.measures,
    )
    # The row is quarantined for its zero, so this one looks at all rows.
    yield Expectation(
        id="medical_claim.service_unit_quantity.not_zero",
        table="medical_claim",
        column="service_unit_quantity",
        severity="warning",
        says="No line has zero units.",
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
        why="Drug codes are billed in whole units: fractions hint at milligrams, millilitres or averages.",
        advice="Look whether the column holds the billed units of the code, not the quantity dispensed.",
        severity="info",
        affects=DOSING,
    )
    yield rule(
        "medical_claim.claim_line_end_date.order",
        when="claim_line_end_date is not null and service_date is not null",
        then="claim_line_end_date >= service_date",
        says="No line ends before it starts.",
        why="One of the two dates is wrong, and the service date decides which doses share a window.",
        advice="Compare both dates with the claim form.",
        affects=DOSING,
    )
    yield rule(
        "medical_claim.claim_line_end_date.same_day",
        when="claim_line_end_date >= service_date",
        then="claim_line_end_date = service_date",
        says="A line stands for one day.",
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
        why="One of the two dates is wrong; paid dates tell which months are not yet complete.",
        advice="Compare both dates with the remittance.",
        affects=DOSING,
    )
    yield rule(
        "medical_claim.service_date.plausible",
        when="service_date is not null",
        then="service_date >= date '1990-01-01'",
        says="No service lies before 1990.",
        why="Such a date is a placeholder or a slip of the century.",
        advice="Export placeholders as empty values, and correct slips at the source.",
        affects=MEDICAL_CLAIM.measures,
    )
    yield rule(
        "medical_claim.service_date.outlying",
        when="service_date is not null and service_reached_on is not null",
        then="service_date <= service_reached_on + interval 90 day",
        says="No service lies more than 90 days after the rest of the claims.",
        why="The latest service date sets the date of the report when none is given: one slip moves every 'due by'.",
        advice="Correct the date at the source, or give the report its date with --as-of.",
        affects=MEDICAL_CLAIM.measures,
    )
    yield rule(
        "medical_claim.person_id.requested",
        when="person_id is not null",
        then="person_id in (select person_id from authorization_row where person_id is not null)",
        says="At least half of the claim lines are of persons who also have a request.",
        why="Where hardly anyone has both, the two tables number persons differently, and no dose finds its approval.",
        advice="Compare the person ids of both tables: length, leading zeros, prefixes.",
        affects=("dosing", "renewals"),
        threshold=0.5,
    )


def _amounts() -> Iterator[Expectation]:
    for name in ("charge_amount", "allowed_amount", "paid_amount"):
        yield rule(
            f"medical_claim.{name}.sign",
            when=f"{name} <> 0 and service_unit_quantity <> 0",
            then=f"({name} > 0) = (service_unit_quantity > 0)",
            says=f"{name} has the sign of the line's units.",
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
            why="The plan allows no more than was charged, and pays no more than it allowed: columns may be swapped.",
            advice="Compare the three amounts with the remittance; look for a claim's total on its lines.",
            severity="info",
            affects=DOSING if name == "allowed_amount" else (),
        )


def _claims() -> Iterator[Expectation]:
    yield rule(
        "medical_claim.claim_line_number.unique",
        source="quality_claim_line",
        when="claim_line_number is not null",
        then="n_lines = 1",
        says="A line number stands for one line of its claim, once reversals are netted.",
        why="Lines that share a number but differ may be two versions of one line: all of them are quarantined.",
        advice="Export the final version of each claim, or its data_source where two systems number alike.",
        affects=MEDICAL_CLAIM.measures,
    )
    for name in ("charge", "allowed", "paid"):
        yield rule(
            f"medical_claim.{name}_amount.repeated",
            source="quality_claim",
            when=f"n_lines > 1 and least_units <> most_units and most_{name} <> 0",
            then=f"least_{name} <> most_{name}",
            says=f"{name}_amount differs between lines of a claim that bill different units.",
            why="Some sources print a claim's total on every line; summed, the dollars count twice or more.",
            advice="Ask for amounts by line; until then read dollars as too high.",
            affects=DOSING if name == "allowed" else (),
        )
    yield rule(
        "medical_claim.original_claim_id.linked",
        source="quality_claim",
        when="void_code is not null",
        then="original_claim_id is not null and has_original",
        says="Every void or replacement names a claim of this extract.",
        why="A void that finds no claim cancels nothing: what it meant to cancel may still count.",
        advice="Export original_claim_id as the payer's own claim number; a void of a claim from before the extract, "
        "or of a claim that bills other drugs alone, is harmless.",
        affects=MEDICAL_CLAIM.measures,
    )


def _days() -> Iterator[Expectation]:
    day = "quality_billing_day"
    yield rule(
        "medical_claim.hcpcs_modifier.jw_without_partner",
        source=day,
        when="wasted_units > 0",
        then="administered_units > 0",
        says="Units discarded (JW) stand beside units given on the same day.",
        why="Waste without a dose means that the line with the dose is missing, or has another date.",
        advice="Look for the dose on a neighbouring day or under another claim of the same person.",
        affects=DOSING,
    )
    yield rule(
        "medical_claim.hcpcs_modifier.jw_and_jz",
        source=day,
        when="wasted_units > 0 or attested_units > 0",
        then="not (wasted_units > 0 and attested_units > 0)",
        says="No day claims both that something was discarded (JW) and that nothing was (JZ).",
        why="One of the two is wrong: the units given are then uncertain by the units discarded.",
        advice="Ask the provider's billing office which of the two holds.",
        affects=DOSING,
    )
    yield rule(
        "medical_claim.hcpcs_modifier.attested",
        source=day,
        when=f"service_date >= date '{JZ_FROM}' and administered_units > 0",
        then="wasted_units > 0 or attested_units > 0",
        says=f"Since {JZ_FROM} every dose carries JW or JZ.",
        why="Without either, rounding up to whole vials can't be told from a dose over the limit.",
        advice="Remind providers of the modifiers, and look whether the export carries all five modifier columns.",
        affects=DOSING,
    )
    yield rule(
        "medical_claim.hcpcs_modifier.avoidable_waste",
        source=day,
        when="wasted_units > 0 and smallest_vial_units is not null",
        then="wasted_units < smallest_vial_units",
        says="Less than the smallest vial is discarded on a day.",
        why="A whole smallest vial was opened for nothing, or JW stands on the wrong line.",
        advice="Check that JW marks only the discarded units; if so, raise the choice of vials with the provider.",
        severity="info",
        affects=DOSING,
        needs=BOUNDS,
    )
    yield rule(
        "medical_claim.service_unit_quantity.day_limit",
        source=day,
        when=f"unit_limit is not null and billed_units <= {SLIP_FACTOR} * unit_limit",
        then="billed_units <= unit_limit",
        says="A day's units are at most the units that a policy allows in its window (for J9207: 90).",
        why="More on one day is a breach, or two days billed as one, or a slip; the report judges it as billed.",
        advice="Look at the lines of such days first when a breach is questioned.",
        severity="info",
        affects=DOSING,
        needs=BOUNDS,
    )
    yield rule(
        "medical_claim.service_unit_quantity.slip",
        source=day,
        when="unit_limit is not null",
        then=f"billed_units <= {SLIP_FACTOR} * unit_limit",
        says=f"A day's units are at most {SLIP_FACTOR} times the units that a policy allows in its window.",
        why="So many units are no dose: usually a shifted decimal point, or an amount in the units' column.",
        advice="Correct the units at the source: a single such day moves every total of units and dollars.",
        affects=DOSING,
        needs=BOUNDS,
    )
    yield rule(
        "medical_claim.service_unit_quantity.vials",
        source=day,
        when="administered_units > 0",
        then=f"administered_units >= {LEAST_USUAL_UNITS}",
        says=f"A day's units given are {LEAST_USUAL_UNITS} or more.",
        why="One unit is one milligram for this kind of code; 1 to 9 usually count vials, and hide an over-dose.",
        advice="Ask the provider to bill milligrams; compare with the NDC quantity where it is there.",
        affects=DOSING,
    )
    yield rule(
        "medical_claim.claim_id.billed_twice",
        source=day,
        when="administered_units > 0",
        then="n_claims <= 1",
        says="One day's dose is billed by one claim.",
        why="Two claims for one person and day may be one infusion billed twice (office and hospital, or a corrected "
        "claim without a void): its units then count double.",
        advice="Compare the claims of such days; void or replace the one that is wrong.",
        affects=DOSING,
    )


def npi(table: str, column: str, affects: tuple[str, ...]) -> Iterator[Expectation]:
    """That a column's national provider identifiers are ten digits, and that their check digit fits."""
    mine = f"table_name = '{table}' and column_name = '{column}'"
    yield rule(
        f"{table}.{column}.pattern",
        source="quality_provider",
        when=mine,
        then="is_ten_digits",
        says=f"Every {column} is ten digits.",
        why="A provider under another number, or a name, can't be brought together with its other rows.",
        advice="Export the national provider identifier instead of a number of the plan's own.",
        severity="info",
        affects=affects,
    )
    yield rule(
        f"{table}.{column}.check_digit",
        source="quality_provider",
        when=f"{mine} and is_ten_digits",
        then="checksum % 10 = 0",
        says=f"The check digit of every {column} fits.",
        why="A number with a wrong check digit was mistyped, and belongs to nobody.",
        advice="Look the provider up in NPPES, and correct the number at the source.",
        severity="info",
        affects=affects,
    )
