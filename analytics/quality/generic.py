"""Expectations that every input table shares, built from the description of the tables."""

from collections.abc import Iterator
from dataclasses import replace

from analytics.extracts.schema import Column, Table
from analytics.quality.columns import AFFECTS, CODED, MISSHAPEN, PATTERNS, PLAUSIBLE_YEARS, POPULATED, READ_AS
from analytics.quality.expectation import MEASURES, Expectation, rule
from analytics.quality.sources import SOURCES, staged_columns
from analytics.quality.wording import a_spoken, spoken

MAX_QUARANTINED_SHARE = 0.05


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
        breaks="are in scope",
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
        breaks="are missing",
        rows="columns",
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
        breaks="are there",
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
        breaks="are in scope",
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
        says=f"Few {rows} in scope are quarantined.",
        breaks="can't be used",
        rows=f"{rows} in scope",
        why="What is left out may differ from what is left in: the measures would describe a selection.",
        advice=f"List them with `um rows DATA {table.name}.quarantined`, mend the most frequent reason at the source, "
        "and export again.",
        affects=table.measures,
        threshold=MAX_QUARANTINED_SHARE,
    )


def _not_null(table: Table, column: Column) -> Expectation:
    name, text = column.name, f"{column.name}_text" if column.is_typed else column.name
    if name == "claim_line_start_date":
        text = "coalesce(claim_line_start_date_text, claim_start_date_text)"
    # What a row is about stands in its code: without one it is out of scope, which is right for most such rows.
    is_scoping = name in ("hcpcs_code", "source_code")
    return Expectation(
        id=f"{table.name}.{name}.not_null",
        table=table.name,
        column=name,
        severity="info" if is_scoping else "warning",
        says="Every row has a service date, in claim_line_start_date or else in claim_start_date."
        if name == "claim_line_start_date"
        else f"Every row has a value in {name}.",
        breaks=f"have no {spoken(name)}",
        why="A row without a code counts as about something else, and is left out: if the code was lost, so is the row."
        if is_scoping
        else "The column is required: a row without it can't be used, and is quarantined.",
        advice="Look whether rows without a code can be of the drug or test asked for; many (a stay, a visit) can't."
        if is_scoping
        else "Find out at the source why it is empty; where it can't be known, the row stays quarantined.",
        affects=_affects(table, column),
        source=table.name,
        value=text,
        gx="expect_column_values_to_not_be_null",
    )


def _readable(table: Table, column: Column) -> Iterator[Expectation]:
    """Two expectations of one count: a few unreadable values are a warning, nothing but such is the wrong type."""
    name = column.name
    value_set: list[str | bool] = list(column.words) or [True]
    fault = "is none of the words expected" if column.words else "can't be read"
    if column.words:
        value, right = f"coalesce({name}, lower({name}_text))", f"one of {', '.join(column.words)}"
    else:
        # Body surface areas out of range are read as empty, and have an expectation of their own.
        readable = f"try_cast({name}_text as double)" if name == "bsa_m2" else name
        value, right = f"case when {name}_text is not null then {readable} is not null end", READ_AS[column.kind]
    throughout = Expectation(
        id=f"{table.name}.{name}.type",
        table=table.name,
        column=name,
        severity="critical",
        says=f"Values of {name} can be read.",
        breaks=f"have {a_spoken(name)} that {fault}",
        why="A column in which nothing can be read is another column, or is written in another way.",
        advice=f"Write each value as {right}; look whether the right column was exported.",
        affects=_affects(table, column),
        source=table.name,
        value=value,
        gx="expect_column_values_to_be_in_set",
        arguments={"value_set": value_set},
        limit="throughout",
        threshold=1.0,
    )
    yield throughout
    fate = "can't be used, and is quarantined" if column.must_read else "counts as having none"
    yield replace(
        throughout,
        id=f"{table.name}.{name}.{'words' if column.words else 'readable'}",
        severity="warning",
        says=f"Every {name} is {right}.",
        why=f"A row in which it can't be read {fate}.",
        advice=f"Write it as {right}.",
        limit="share",
        threshold=0.0,
        covered_by=throughout.id,
    )


def _plausible(table: Table, column: Column) -> Expectation:
    name = column.name
    earliest, years = PLAUSIBLE_YEARS[f"{table.name}.{name}"]
    until = f"{years} year{'s' * (years != 1)} after the report's date" if years else "the report's date"
    return rule(
        f"{table.name}.{name}.plausible",
        when=f"{name} is not null",
        then=f"cast({name} as date) between date '{earliest}' and as_of + interval {years} year",
        says=f"Every {name} lies between {earliest} and {until}.",
        breaks=f"have {a_spoken(name)} that can't be right",
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
        breaks=f"have {a_spoken(name)} of another form than its code system's",
        why=MISSHAPEN.get(
            f"{table.name}.{name}",
            "A code of another form matches no list, and counts as a code that nobody asked about.",
        ),
        advice="Look for lost leading zeros, added text, or codes of another system in this column.",
        # A laboratory's own codes beside LOINC are usual.
        severity="info" if name == "source_code" else "warning",
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
        says=f"Most {SOURCES[table.name].rows} have a value in {name}.",
        breaks=f"have no {spoken(name)}",
        why=loss,
        advice="Ask for the column in the next export, or read the figures that need it as partial.",
        affects=_affects(table, column),
        source=table.name,
        # What stands there and can't be read is reported as that.
        value=f"{name}_text" if column.is_typed else name,
        gx="expect_column_values_to_not_be_null",
        threshold=share,
    )
