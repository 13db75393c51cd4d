"""What is expected of claims as a whole, of what is billed on a day, and of providers' identifiers."""

from collections.abc import Iterator

from analytics.extracts.schema import MEDICAL_CLAIM
from analytics.quality.expectation import Expectation, quarantine_rule, rule
from analytics.quality.wording import spoken

DOSING = ("dosing",)
BOUNDS = ("policy_vial_set", "policy_code", "policy_limit")
# Since this day Medicare wants JW or JZ on every line of a single-dose vial.
JZ_FROM, JZ_SINCE = "2023-07-01", "July 2023"
# A day's units below this, and below what the smallest vial holds, look like a number of vials.
LEAST_USUAL_UNITS = 10
# A day's units over its limit may be a real breach; over this many times the limit they are a slip.
SLIP_FACTOR = 10


def expectations() -> Iterator[Expectation]:
    """All expectations of claims, billed days and providers."""
    yield from _claims()
    yield from _modifiers()
    yield from _units()
    for column in ("rendering_npi", "billing_npi"):
        yield from npi("medical_claim", column, DOSING)


def _claims() -> Iterator[Expectation]:
    yield quarantine_rule(
        "medical_claim.claim_line_number.unique",
        reason="conflicting_lines",
        says="A line number stands for one line of its claim, once reversals are netted.",
        breaks="share a line number with another line of the claim",
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
            breaks=f"repeat one {name} amount on lines of different units",
            why="Some sources print a claim's total on every line; summed, the dollars count twice or more.",
            advice="Ask for amounts by line; until then read dollars as too high.",
            affects=DOSING if name == "allowed" else (),
        )
    yield rule(
        "medical_claim.original_claim_id.linked",
        source="quality_void",
        when="true",
        then="original_claim_id is not null and has_original",
        says="Every void or replacement names a claim of this extract.",
        breaks="name no claim of this extract",
        why="A void that finds no claim cancels nothing: what it meant to cancel may still count.",
        advice="Export original_claim_id as the payer's own claim number; a void of a claim from before the extract, "
        "or of a claim that bills other drugs alone, is harmless.",
        affects=MEDICAL_CLAIM.measures,
    )


def _modifiers() -> Iterator[Expectation]:
    day = "quality_billing_day"
    yield rule(
        "medical_claim.hcpcs_modifier.jw_without_partner",
        source=day,
        when="wasted_units > 0",
        then="administered_units > 0",
        says="Units discarded (JW) stand beside units given on the same day.",
        breaks="hold no units given",
        rows="billed days with discarded units (JW)",
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
        breaks="carry both",
        rows="billed days with JW or JZ",
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
        breaks="carry neither JW nor JZ",
        rows=f"billed days since {JZ_SINCE}",
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
        breaks="discard as much as the smallest vial holds, or more",
        rows="billed days with discarded units (JW)",
        why="From vials of the smallest size alone, less would have been left over; or JW stands on the wrong line.",
        advice="Check that JW marks only the discarded units; if so, raise the choice of vials with the provider.",
        severity="info",
        affects=DOSING,
        needs=BOUNDS,
    )


def _units() -> Iterator[Expectation]:
    day = "quality_billing_day"
    yield rule(
        "medical_claim.service_unit_quantity.day_limit",
        source=day,
        when=f"unit_limit is not null and billed_units <= {SLIP_FACTOR} * unit_limit",
        then="billed_units <= unit_limit",
        says="A day's units are at most the units that a policy of their code allows in its window.",
        breaks="hold more units than a policy allows in its window",
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
        breaks=f"hold more than {SLIP_FACTOR} times the units that a policy allows",
        why="So many units are no dose: usually a shifted decimal point, or an amount in the units' column.",
        advice="Correct the units at the source: a single such day moves every total of units and dollars.",
        affects=DOSING,
        needs=BOUNDS,
    )
    yield rule(
        "medical_claim.service_unit_quantity.vials",
        source=day,
        when="administered_units > 0",
        then=f"administered_units >= least({LEAST_USUAL_UNITS}, coalesce(smallest_vial_units, {LEAST_USUAL_UNITS}))",
        says=f"A day's units given are {LEAST_USUAL_UNITS} or more, or as many as the smallest vial holds.",
        breaks=f"bill fewer than {LEAST_USUAL_UNITS} units and less than a vial, like a number of vials",
        why="So few units usually count vials rather than the units of the billing code, and hide an over-dose.",
        advice="Ask the provider to bill the units of the code; compare with the NDC quantity where it is there.",
        affects=DOSING,
    )
    yield rule(
        "medical_claim.ndc_quantity.units",
        source="quality_vial",
        when="true",
        # Where a vial is one unit, as many units as vials are right.
        then="units <= ndc_quantity * vial_units and (units <> ndc_quantity or vial_units = 1)",
        says="The vials of a line hold its units, by the milligrams of a vial and of a unit in the policy.",
        breaks="bill more units than their vials hold, or as many units as vials",
        why="Either the units count vials, which hides an over-dose, or the NDC or its quantity is wrong.",
        advice="Compare the line with the claim form: its units are those of the billing code, and its NDC quantity "
        "is the number of vials. What is in millilitres is not tested: it belongs under ndc_unit ML.",
        affects=DOSING,
        needs=("policy_code", "policy_vial"),
    )
    yield rule(
        "medical_claim.claim_id.billed_twice",
        source=day,
        when="administered_units > 0",
        then="not coalesce(has_several_claims, false)",
        says="One day's dose is billed by one claim.",
        breaks="are billed by more than one claim",
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
        breaks="are not ten digits",
        rows=f"{spoken(column)}s",
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
        breaks="have a check digit that does not fit",
        rows=f"{spoken(column)}s",
        why="A number with a wrong check digit was mistyped, and belongs to nobody.",
        advice="Look the provider up in NPPES, and correct the number at the source.",
        severity="info",
        affects=affects,
    )
