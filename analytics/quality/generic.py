"""Expectations that every input table shares, built from the description of the tables."""

from collections.abc import Iterator

from analytics.extracts.schema import Column, Table
from analytics.quality.expectation import MEASURES, Expectation, rule
from analytics.quality.sources import SOURCES, staged_columns

MAX_QUARANTINED_SHARE = 0.05

# What a single column is needed for, where that is less than what its whole table is needed for.
AFFECTS: dict[str, tuple[str, ...]] = {
    "medical_claim.charge_amount": (),
    "medical_claim.allowed_amount": ("dosing",),
    "medical_claim.paid_amount": (),
    "medical_claim.paid_date": (),
    "medical_claim.claim_line_end_date": (),
    "authorization.decided_at": ("approvals",),
    "authorization.priority": ("approvals",),
    "authorization.extended": ("approvals",),
    "authorization.approved_from": ("dosing", "renewals"),
    "authorization.approved_to": ("dosing", "renewals"),
    "authorization.approved_units": ("renewals",),
    "authorization.exception_approved": ("dosing",),
    "authorization.bsa_m2": ("dosing",),
    "authorization.requested_dose_mg_per_m2": ("approvals",),
    "authorization.appeal_received_at": ("approvals",),
    "authorization.appeal_decided_at": ("approvals",),
    "eligibility.birth_date": ("approvals",),
    "eligibility.death_date": ("renewals",),
    "eligibility.enrollment_start_date": ("renewals",),
    "eligibility.enrollment_end_date": ("renewals",),
    "observation.source_reference_range_high": ("approvals",),
}

# Columns that may be empty, but whose absence silences part of a result: allowed share of rows without a value, and
# what is lost. `hcpcs_modifier_1` stands for all modifiers.
POPULATED: dict[str, tuple[float, str]] = {
    "medical_claim.allowed_amount": (0.5, "Dollars over the limit can't be told for lines without it."),
    "medical_claim.billing_npi": (0.5, "Dosing can't be shown by provider for lines without it."),
    "medical_claim.paid_date": (0.5, "Months that are not yet complete can't be found without it."),
    "authorization.diagnosis_code": (
        0.5,
        "The diagnosis criteria can't be evaluated for requests without it.",
    ),
    "authorization.prescriber_specialty": (
        0.5,
        "An oncologist's involvement must then be documented in an answer.",
    ),
    "authorization.requested_dose_mg_per_m2": (
        0.5,
        "The requested dose can't be held against its limit without it.",
    ),
}

# Date columns with the earliest date that can be meant, and how many years after the run's date it may lie.
EARLIEST = "1990-01-01"
PLAUSIBLE_YEARS: dict[str, tuple[str, int]] = {
    "medical_claim.claim_start_date": (EARLIEST, 1),
    "medical_claim.claim_line_end_date": (EARLIEST, 1),
    "medical_claim.paid_date": (EARLIEST, 2),
    "authorization.received_at": (EARLIEST, 1),
    "authorization.decided_at": (EARLIEST, 2),
    "authorization.approved_from": (EARLIEST, 2),
    "authorization.approved_to": (EARLIEST, 10),
    "authorization.appeal_received_at": (EARLIEST, 2),
    "authorization.appeal_decided_at": (EARLIEST, 3),
    "eligibility.birth_date": ("1900-01-01", 0),
    "eligibility.death_date": (EARLIEST, 1),
    "eligibility.enrollment_start_date": ("1930-01-01", 2),
    "observation.observation_date": (EARLIEST, 1),
    "pharmacy_claim.dispensing_date": (EARLIEST, 1),
}

# The shape of a code, once trimmed, upper-cased and freed of dots and hyphens.
PATTERNS = {
    "hcpcs": ("^[A-Z0-9][0-9]{3}[0-9A-Z]$", "five characters, as J9207"),
    "icd10": ("^[A-Z][0-9][0-9A-Z][0-9A-Z]{0,4}$", "three to seven characters that begin with a letter, as C50911"),
    "ndc": ("^[0-9]{11}$", "eleven digits, as 70020191101"),
    "loinc": ("^[0-9]{1,7}-[0-9]$", "digits, a hyphen and a check digit, as 3140-1"),
    "nucc": ("^[0-9A-Z]{9}X$", "a taxonomy code of ten characters that ends in X, as 207RH0003X"),
    "frequency": ("^[0-9A-Z]$", "one character, as 1, 7 or 8, without a leading zero"),
    "place": ("^[0-9]{2}$", "two digits, as 11 or 22"),
}  # fmt: skip
CODED = {
    "medical_claim.hcpcs_code": "hcpcs",
    "medical_claim.ndc_code": "ndc",
    "medical_claim.place_of_service_code": "place",
    "medical_claim.claim_frequency_code": "frequency",
    "authorization.hcpcs_code": "hcpcs",
    "authorization.diagnosis_code": "icd10",
    "authorization.prescriber_specialty": "nucc",
    "observation.source_code": "loinc",
    "pharmacy_claim.ndc_code": "ndc",
}


def expectations(table: Table) -> Iterator[Expectation]:
    """All generic expectations of one input table."""
    yield from _counts(table)
    for column in table.columns:
        if column.required:
            yield _not_null(table, column)
        if column.is_typed:
            yield from _readable(table, column)
        name = f"{table.name}.{column.name}"
        if name in PLAUSIBLE_YEARS:
            yield _plausible(table, column)
        if name in CODED:
            yield _pattern(table, column)
        if name in POPULATED:
            yield _populated(table, column)


def extent() -> Expectation:
    """That the extracts hold anything to judge."""
    return Expectation(
        id="extract.rows_in_scope",
        table="extract",
        column=None,
        severity="critical",
        says="At least one claim line or request is for a drug and a payer that a policy covers.",
        why="Without one there is nothing to judge.",
        advice="Compare the codes and payer names of the extracts with `um policy list`; name the payers of the "
        "extracts under [policies] in um.toml.",
        affects=MEASURES,
        limit="minimum",
        threshold=1,
    )


def _affects(table: Table, column: Column) -> tuple[str, ...]:
    return AFFECTS.get(f"{table.name}.{column.name}", table.measures)


def _counts(table: Table) -> Iterator[Expectation]:
    rows = SOURCES[table.name].rows
    yield Expectation(
        id=f"{table.name}.columns",
        table=table.name,
        column=None,
        severity="critical",
        says=f"{table.name} has all its columns once it is read.",
        why="Every check and every measure is built on these columns.",
        advice="This is a fault of the program rather than of the extract: please report it with the manifest.",
        affects=table.measures,
        source=table.name,
        gx="expect_table_columns_to_match_set",
        arguments={"column_set": sorted(staged_columns(table)), "exact_match": False},
    )
    yield Expectation(
        id=f"{table.name}.rows_read",
        table=table.name,
        column=None,
        severity="critical" if table.required else "warning",
        says=f"{table.name} has at least one row.",
        why="An empty table passes every other check, and says nothing.",
        advice="Look whether the export ran to its end, and whether its filter left anything over.",
        affects=table.measures,
        limit="minimum",
        threshold=1,
    )
    yield Expectation(
        id=f"{table.name}.rows_in_scope",
        table=table.name,
        column=None,
        severity="warning" if table.required else "info",
        says=f"At least one of the {rows} is for a drug, payer and person of this report.",
        why="What depends on this table is empty otherwise.",
        advice="Compare person ids, payer names and codes with those of the other tables.",
        affects=table.measures,
        source=table.name,
        gx="expect_table_row_count_to_be_between",
        arguments={"min_value": 1},
        limit="minimum",
        threshold=1,
        covered_by=f"{table.name}.rows_read",
    )
    yield Expectation(
        id=f"{table.name}.quarantined",
        table=table.name,
        column=None,
        severity="critical" if table.required else "warning",
        says=f"No more than {MAX_QUARANTINED_SHARE:.0%} of the {rows} in scope are quarantined.",
        why="What is left out may differ from what is left in: the measures would describe a selection.",
        advice="Open the quarantine by reason, mend the most frequent one at the source, and export again.",
        affects=table.measures,
        threshold=MAX_QUARANTINED_SHARE,
    )


def _not_null(table: Table, column: Column) -> Expectation:
    name, text = column.name, f"{column.name}_text" if column.is_typed else column.name
    if name == "claim_line_start_date":
        text = "coalesce(claim_line_start_date_text, claim_start_date_text)"
    return Expectation(
        id=f"{table.name}.{name}.not_null",
        table=table.name,
        column=name,
        severity="warning",
        says=f"Every row has a {name}." if name[0] not in "aeiou" else f"Every row has an {name}.",
        why="The column is required: a row without it is quarantined.",
        advice="Find out at the source why it is empty; where it can't be known, the row stays quarantined.",
        affects=_affects(table, column),
        source=table.name,
        value=text,
        gx="expect_column_values_to_not_be_null",
    )


def _readable(table: Table, column: Column) -> Iterator[Expectation]:
    """Two expectations of one count: a few unreadable values are a warning, nothing but such is the wrong type."""
    name = column.name
    if column.words:
        value, value_set = f"coalesce({name}, lower({name}_text))", list(column.words)
        form, right = "words", "one of " + ", ".join(column.words)
    else:
        readable = f"try_cast({name}_text as double)" if name == "bsa_m2" else name
        value, value_set = f"case when {name}_text is not null then {readable} is not null end", [True]
        form, right = "readable", _READ_AS[column.kind]
    fate = "quarantines its row" if column.must_read else "reads as empty"
    for rule_name, severity, limit, threshold in (
        ("type", "critical", "throughout", 1.0),
        (form, "warning", "share", 0.0),
    ):
        throughout = rule_name == "type"
        yield Expectation(
            id=f"{table.name}.{name}.{rule_name}",
            table=table.name,
            column=name,
            severity="critical" if severity == "critical" else "warning",
            says=f"Not all values of {name} are unreadable." if throughout else f"Every {name} is {right}.",
            why="A column in which nothing can be read is another column, or is written another way."
            if throughout
            else f"A value that can't be read {fate}.",
            advice=f"Write it as {right}; look whether the right column was exported.",
            affects=_affects(table, column),
            source=table.name,
            value=value,
            gx="expect_column_values_to_be_in_set",
            arguments={"value_set": value_set},
            limit="throughout" if limit == "throughout" else "share",
            threshold=threshold,
            covered_by=None if throughout else f"{table.name}.{name}.type",
        )


_READ_AS = {
    "date": "a date, written 2024-03-31",
    "timestamp": "a date or a date and time, written 2024-03-31 or 2024-03-31T14:05:00Z",
    "integer": "a whole number",
    "units": "a number",
    "amount": "an amount in dollars, written 1234.56",
    "measure": "a number",
    "boolean": "yes or no",
}


def _plausible(table: Table, column: Column) -> Expectation:
    name = column.name
    earliest, years = PLAUSIBLE_YEARS[f"{table.name}.{name}"]
    until = f"{years} year{'s' * (years != 1)} after the report's date" if years else "the report's date"
    return rule(
        f"{table.name}.{name}.plausible",
        when=f"{name} is not null",
        then=f"cast({name} as date) between date '{earliest}' and as_of + interval {years} year",
        says=f"Every {name} lies between {earliest} and {until}.",
        why="A date far outside any real time is a placeholder (1900-01-01, 9999-12-31) or a slip of the century.",
        advice="Export placeholders as empty values, and correct slips at the source.",
        severity="warning",
        affects=_affects(table, column),
    )


def _pattern(table: Table, column: Column) -> Expectation:
    name = column.name
    pattern, form = PATTERNS[CODED[f"{table.name}.{name}"]]
    return rule(
        f"{table.name}.{name}.pattern",
        when=f"{name} is not null",
        then=f"regexp_full_match({name}, '{pattern}')",
        says=f"Every {name} has the form of its code system: {form}.",
        why="A code of another form matches no list, and counts as a code that nobody asked about.",
        advice="Look for lost leading zeros, added text, or codes of another system in this column.",
        affects=_affects(table, column),
    )


def _populated(table: Table, column: Column) -> Expectation:
    name = column.name
    share, loss = POPULATED[f"{table.name}.{name}"]
    return Expectation(
        id=f"{table.name}.{name}.populated",
        table=table.name,
        column=name,
        severity="info",
        says=f"At least {1 - share:.0%} of the {SOURCES[table.name].rows} have a value in {name}.",
        why=loss,
        advice="Ask for the column in the next export, or read the figures that need it as partial.",
        affects=_affects(table, column),
        source=table.name,
        value=name,
        gx="expect_column_values_to_not_be_null",
        threshold=share,
    )
