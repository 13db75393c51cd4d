"""From files to staged rows: reference tables, the extracts as views, the dates and warnings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Any

from analytics.engine import Engine
from analytics.errors import GateFailed
from analytics.extracts.files import Source
from analytics.extracts.schema import (
    BODY_SIZE_CODES,
    BODY_SIZE_SPAN,
    BODY_SIZE_UNITS,
    REASON_KINDS,
    TABLES,
    Table,
)
from analytics.opening import load_sources as load_sources
from analytics.policy import GRACE_DAYS, Policy, policy_tables
from analytics.unasked import unasked

if TYPE_CHECKING:
    import polars as pl

    from analytics.study import Study

DOSE_TOLERANCES = (0, 5, 10)
# Days that may pass after a dose's cycle before a treatment counts as stopped (permissible-gap method).
PERMISSIBLE_GAPS = (30, 60, 90)
# An "as of" so far beyond the bulk of the dates is more likely one mistyped date than today.
FAR_DAYS = 90


@dataclass(frozen=True)
class Dates:
    """The dates that the rules hang on; `far_beyond` is set when as_of lies far after nearly all dates."""

    as_of: date
    is_given: bool
    claims_through: date | None
    authorizations_through: date | None
    horizon: date
    far_beyond: date | None


def optional_tables() -> list[str]:
    """The input tables that need not be there."""
    return [table.name for table in TABLES.values() if not table.required]


def load_references(
    engine: Engine,
    policies: Mapping[str, Policy],
    payer_rows: Sequence[tuple[str | None, str]],
    sources: Mapping[str, Source],
) -> None:
    """The small tables that SQL joins its rules from."""
    tables = policy_tables(policies, payer_rows)
    for table in tables.values():
        engine.load(table.name, table.columns, table.rows)
    labs = {(row[2],) for row in tables["policy_lab"].rows}
    codes = sorted(labs | {(code,) for code in BODY_SIZE_CODES})
    engine.load("observation_code", [("source_code", "VARCHAR")], codes)
    # Bound as lists, so that the scan of an extract drops other rows before it reads the rest of their columns.
    engine.parameters["policy_codes"] = sorted({row[1] for row in tables["policy_code"].rows})
    engine.parameters["class_codes"] = sorted({row[2] for row in tables["policy_class_code"].rows})
    engine.parameters["observation_codes"] = [code for (code,) in codes]
    engine.load("body_size_code", [("source_code", "VARCHAR"), ("measure", "VARCHAR")], list(BODY_SIZE_CODES.items()))
    units = [(measure, unit, factor) for measure, row in BODY_SIZE_UNITS.items() for unit, factor in row.items()]
    engine.load("body_size_unit", [("measure", "VARCHAR"), ("unit", "VARCHAR"), ("factor", "DOUBLE")], units)
    spans = [(measure, low, high) for measure, (low, high) in BODY_SIZE_SPAN.items()]
    engine.load("body_size_span", [("measure", "VARCHAR"), ("lowest", "DOUBLE"), ("highest", "DOUBLE")], spans)
    for name, columns in unasked(tables).items():
        engine.load(name, columns, [])
    engine.load("reason_kind", [("reason", "VARCHAR"), ("kind", "VARCHAR")], list(REASON_KINDS.items()))
    engine.load(
        "scenario",
        [("grace_days", "INTEGER"), ("dose_tolerance_percent", "INTEGER"), ("digit", "BIGINT")],
        [(*each, 3**place) for place, each in enumerate(product(GRACE_DAYS, DOSE_TOLERANCES))],
    )
    engine.load("permissible_gap", [("gap_days", "INTEGER")], [(days,) for days in PERMISSIBLE_GAPS])
    engine.load("present_table", [("table_name", "VARCHAR")], [(name,) for name in sources])


def find_dates(engine: Engine, given: date | None) -> Dates:
    """as_of and how far each extract reaches. `GateFailed` where no row at all is in scope."""
    engine.make("in_scope_date")
    latest = engine.rows("select max(in_scope_on) from in_scope_date")[0][0]
    as_of = given or latest
    in_scope = "select (select count(*) from medical_claim_in_scope) + (select count(*) from authorization_in_scope)"
    if not engine.rows(in_scope)[0][0]:
        raise GateFailed(_nothing_in_scope(engine))
    if as_of is None:
        raise GateFailed("No row in scope has a service or received date that can be read: write them as 2025-12-31.")
    through: dict[str, date | None] = dict(
        engine.rows(
            "select table_name, max(in_scope_on) from in_scope_date where in_scope_on <= $as_of group by 1",
            as_of=as_of,
        )
    )
    claims, authorizations = through.get("medical_claim"), through.get("authorization")
    # The 99th percentile by the nearest rank: the date that 99 of 100 dates do not pass.
    bulk = engine.rows(
        "select min(in_scope_on) from (select in_scope_on, row_number() over (order by in_scope_on) as place, "
        "count(*) over () as n from in_scope_date) where 100 * place >= 99 * n"
    )[0][0]
    far = bulk if bulk is not None and as_of - bulk > timedelta(days=FAR_DAYS) else None
    horizon = min(day for day in (as_of, claims, authorizations) if day is not None)
    return Dates(as_of, given is not None, claims, authorizations, horizon, far)


def _nothing_in_scope(engine: Engine) -> str:
    engine.make("row_count_required")
    counts = dict(engine.rows("select table_name, n_rows from row_count_required"))
    empty = [name for name, n_rows in counts.items() if not n_rows]
    if empty:
        return f"{' and '.join(sorted(empty))} holds no row: the gate needs rows of a drug that a policy covers."
    codes = ", ".join(row[0] for row in engine.rows("select distinct hcpcs_code from policy_code order by 1"))
    return (
        f"No row is in scope: no row of medical_claim or authorization has both a policy's code ({codes}) and a payer "
        "with a policy; check hcpcs_code and payer, or name the payers under [policies] in um.toml."
    )


def warnings(study: "Study") -> list[str]:
    """What a reader should know before trusting a number, in sentences without any person's id."""
    engine, dates = study.engine, study.dates
    found = []
    if dates.far_beyond is not None:
        what = "check the date given" if dates.is_given else "one mistyped date may have set it; give --as-of"
        found.append(
            f"As of {dates.as_of} lies {(dates.as_of - dates.far_beyond).days} days after {dates.far_beyond}, by which "
            f"99 of 100 service and received dates had passed: {what}."
        )
    for what, through in (("service", dates.claims_through), ("received", dates.authorizations_through)):
        if through is None:
            found.append(f"No {what} date in scope lies on or before {dates.as_of}: what rests on it is empty.")
    found += study.reading_warnings
    found += _unused_payers(study)
    found += [
        f"{source.name}: the column{'s' if len(source.unknown) > 1 else ''} {', '.join(source.unknown)} "
        f"{'are' if len(source.unknown) > 1 else 'is'} not used."
        for source in study.sources.values()
        if source.unknown
    ]
    for name, source in study.sources.items():
        found += _left_out(engine, name, source)
        found += _unreadable(engine, TABLES[name], source)
    engine.make("request_warning")
    found += [text.format(n=n_rows) for text, n_rows in engine.rows("select * from request_warning order by 1")]
    return found


def _unused_payers(study: "Study") -> list[str]:
    unseen = [payer for payer in study.config.policies if payer != "*"]
    # Most have rows of a policy's drug; the whole extracts are read for the others alone.
    for relation in ("medical_claim_extent", "authorization_extent", "medical_claim_payer", "authorization_read"):
        if unseen:
            study.engine.make(relation)
            rows = study.engine.rows(f"select distinct payer from {relation} where payer is not null")
            unseen = [payer for payer in unseen if (payer,) not in rows]
    return [f"um.toml names the payer '{payer}', but no row has it." for payer in unseen]


def _left_out(engine: Engine, name: str, source: Source) -> list[str]:
    """How many rows of a foreign layout the configuration takes for no rows of the table."""
    n_rows = 0
    for number, part in enumerate(source.parts):
        n_rows += part.n_left_out
        if part.keep:
            query = f"select count(*) from {name}_file_{number}_all where not coalesce({part.keep}, false)"
            n_rows += engine.rows(query)[0][0]
    return [f"{name}: rows that are left out, as the configuration's keep has it: {n_rows:,}."] if n_rows else []


def _unreadable(engine: Engine, table: Table, source: Source) -> list[str]:
    """Optional values that are there but can't be read count as missing; say how many, column by column."""
    columns = [c.name for c in table.columns if c.is_typed and not c.must_read and c.name in source.columns]
    if not columns:
        return []
    engine.make(f"{table.name}_row")
    counts = ", ".join(f"count(*) filter (where {name} is null and {name}_text is not null)" for name in columns)
    numbers = engine.rows(f"select {counts} from {table.name}_row")[0]
    return [
        f"{table.name}.{name}: values that can't be read, and count as missing: {n}."
        for name, n in zip(columns, numbers, strict=True)
        if n
    ]


def check_reconciliation(frame: "pl.DataFrame") -> None:
    """Every row read has exactly one fate; a sum that does not come out is our fault, and nothing may be published."""
    for row in frame.iter_rows(named=True):
        fates = {name: row[name] for name in ("rows_used", "rows_excluded", "rows_quarantined", "rows_out_of_scope")}
        if row["rows_read"] != sum(fates.values()):
            raise GateFailed(
                f"{row['table_name']}: {row['rows_read']} rows were read, but {fates} do not add up to them; "
                "this is a fault of um-analytics, please report it."
            )


def plain(value: Any) -> Any:
    """A value as JSON can carry it."""
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value
