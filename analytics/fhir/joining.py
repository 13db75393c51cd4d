"""What was read of the resources put together: references looked up, older versions left out, tables assembled."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analytics import resources, room
from analytics.errors import UserError
from analytics.extracts.schema import TABLES
from analytics.fhir.compiled import Column, Compiled, Lookup
from analytics.fhir.source import FhirSource, Relation

if TYPE_CHECKING:
    import duckdb

    from analytics.fhir.flatten import Flattened

# The files of sql/fhir that put a table together, in the order in which they need each other.
STEPS = {
    "authorization": (
        "fhir_claim",
        "fhir_claim_root",
        "fhir_response_claim",
        "fhir_determination",
        "fhir_authorization",
    ),
    "clinical_answer": ("fhir_answer_chosen", "fhir_clinical_answer"),
}
# The parts that they read.
PARTS = {"authorization": ("request", "response", "response_item"), "clinical_answer": ("document", "answer")}


def joined(
    sources: Sequence[FhirSource],
    compiled: Mapping[str, Compiled],
    lookups: Sequence[Lookup],
    filled: frozenset[str],
    aside: Path,
    out: Path,
    done: "Flattened",
) -> None:
    """Write every source's table from what the pass left in `aside`. filled: relations and lookups that have rows."""
    import duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "temp_directory": str(aside),
        "memory_limit": room.usual_memory(),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    with duckdb.connect(config=settings) as connection:
        connection.execute("set preserve_insertion_order = false")
        for lookup in lookups:  # Those that another needs come before it.
            if lookup.name in filled:
                _look_up(connection, lookup, filled, aside / f"{lookup.name}.parquet")
        for name, each in compiled.items():
            _load(connection, name, each, filled if name in filled else None, aside / f"{name}.parquet", done)
        for source in sorted(sources, key=lambda source: source.assemble == "clinical_answer"):
            if source.assemble:
                _assemble(connection, source, sources)
                _warn(connection, source, done)
            number = sources.index(source)
            path = out / f"fhir-{number}.parquet"
            done.n_rows[source.name] = _write(
                connection, source, relation_name(source, source.relations[0], number), path
            )
            done.files[source.name] = path


def _look_up(connection: "duckdb.DuckDBPyConnection", lookup: Lookup, filled: frozenset[str], path: Path) -> None:
    """The lookup's values as `<name>` (key, bundle, value): the newest of each Bundle, and (bundle null) of all."""
    _view(connection, "looked_up", path)
    value, joins = _value(lookup.value, filled)
    connection.execute(
        f"""
        create table {lookup.name} as
        with valued as (
            select r._key, r._address, r._bundle, r._version, r._n, {value} as value from looked_up as r {joins}
        ),
        keyed as (
            select _key as key, * from valued where _key is not null and value is not null
            union all
            select _address, * from valued where _address is not null and value is not null
        ),
        ranked as (
            select *,
                row_number() over (partition by key order by _version desc nulls last, _n desc) as overall,
                row_number() over (partition by key, _bundle order by _version desc nulls last, _n desc) as inside
            from keyed
        )
        select key, _bundle as bundle, value from ranked where inside = 1 and _bundle is not null
        union all
        select key, null, value from ranked where overall = 1
        """
    )


def _value(column: Column, filled: frozenset[str]) -> tuple[str, str]:
    """A column's value as SQL over its row `r`, and the joins that it needs: a resource of the same Bundle first."""
    if column.is_plain:
        return f'r."{column.name}"', ""
    tried, joins = [], []
    for way, stored in zip(column.ways, column.stored, strict=True):
        tried.append(f"""case when starts_with(r."{stored}", '=') then substr(r."{stored}", 2) end""")
        if way.lookup and way.lookup.name in filled:
            alias = stored.replace(":", "_")
            for place, same in (("near", "{0}.bundle = r._bundle"), ("far", "{0}.bundle is null")):
                name = f'"{alias}_{place}"'
                key = f"'@' || {name}.key = r.\"{stored}\""
                joins.append(f"left join {way.lookup.name} as {name} on {key} and {same.format(name)}")
                tried.append(f"{name}.value")
    return f"coalesce({', '.join(tried)})", " ".join(joins)


def _load(
    connection: "duckdb.DuckDBPyConnection",
    name: str,
    each: Compiled,
    filled: frozenset[str] | None,
    path: Path,
    done: "Flattened",
) -> None:
    """A relation as `fhir_<name>`: its columns, and `is_newest` where no newer version of the resource was read.

    filled: None where it has no rows.
    """
    if filled is None:
        columns = ", ".join(f'"{column.name}" varchar' for column in each.columns)
        kept = (
            "_row bigint, _n bigint, _bundle bigint, _key varchar, _address varchar, _owner varchar, is_newest boolean"
        )
        connection.execute(f"create table fhir_{name} ({kept}, {columns})")
        return
    _view(connection, f"read_{name}", path)
    connection.execute(
        f"""
        create table older_{name} as
        with instance as (select distinct _n, _key, _owner, _version from read_{name} where _key is not null)
        select _n from instance
        qualify row_number() over (partition by _key, _owner order by _version desc nulls last, _n desc) > 1
        """
    )
    n_older = connection.execute(f"select count(*) from older_{name}").fetchall()[0][0]
    kind = each.relation.resource
    done.superseded[kind] = max(done.superseded[kind], n_older)
    selected, joins = [], []
    for column in each.columns:
        value, needed = _value(column, filled)
        selected.append(f'{value} as "{column.name}"')
        joins.append(needed)
    # Parts are read several times; a whole table goes straight into its file.
    made = "table" if each.source.assemble else "view"
    connection.execute(
        f"""
        create {made} fhir_{name} as
        select r._row, r._n, r._bundle, r._key, r._address, r._owner, o._n is null as is_newest, {", ".join(selected)}
        from read_{name} as r
        left join older_{name} as o on r._n = o._n
        {" ".join(joins)}
        """
    )


def _view(connection: "duckdb.DuckDBPyConnection", name: str, path: Path) -> None:
    connection.read_parquet(str(path)).create_view(name, replace=True)


def _assemble(connection: "duckdb.DuckDBPyConnection", source: FhirSource, sources: Sequence[FhirSource]) -> None:
    import duckdb

    assert source.assemble is not None
    there = {relation.name for each in sources if each.assemble for relation in each.relations}
    wanted = PARTS["authorization"] + (PARTS["clinical_answer"] if source.assemble == "clinical_answer" else ())
    for part in wanted:
        if part not in there:
            raise UserError(
                f"The FHIR source '{source.name}' needs the part '{part}', which no source has: "
                f"{source.assemble} is put together of {', '.join(wanted)}."
            )
    for step in STEPS[source.assemble]:
        text = (resources.folder("sql") / "fhir" / f"{step}.sql").read_text(encoding="utf-8")
        try:
            connection.execute(f"create or replace table {step} as {text}")
        except duckdb.BinderException as fault:
            missing = re.search(r'column (?:named )?"?(?:\w+\.)?(\w+)"?', str(fault))
            raise UserError(
                f"The parts of the FHIR source '{source.name}' have no path for "
                f"'{missing.group(1) if missing else 'a column'}', which {source.assemble} is put together of."
            ) from None


def _warn(connection: "duckdb.DuckDBPyConnection", source: FhirSource, done: "Flattened") -> None:
    """Say of how many resources nothing became, though they are of a kind that is read."""
    if source.assemble == "authorization":
        count = "select count(*) from fhir_response where is_newest and _n not in (select _n from fhir_response_claim)"
        n_lost = connection.execute(count).fetchall()[0][0]
        if n_lost:
            done.warnings.append(
                f"{_plural(n_lost, 'ClaimResponse answers', 'ClaimResponses answer')} no request that was read: "
                "export the Claims of prior authorization with them."
            )
    elif done.passed_over["QuestionnaireResponse"]:
        n_lost = done.passed_over["QuestionnaireResponse"]
        done.warnings.append(
            f"{_plural(n_lost, 'QuestionnaireResponse', 'QuestionnaireResponses')} gave no answer: "
            "name their linkIds in um.toml, as docs/preset-fhir.md has it."
        )


def _plural(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"


def relation_name(source: FhirSource, relation: Relation, number: int) -> str:
    """How SQL calls a source's relation, behind `fhir_`. number: the source's place among all."""
    return relation.name if source.assemble else f"rows_{number}"


def _write(connection: "duckdb.DuckDBPyConnection", source: FhirSource, name: str, path: Path) -> int:
    """The source's rows under the contract's names; how many they are."""
    if source.assemble:
        table, condition = f"fhir_{source.assemble}", ""
        there = {row[0] for row in connection.execute(f"describe {table}").fetchall()}
        names = [name for name in TABLES[source.table].names if name in there]
        order = ", ".join(names)
    else:
        table, condition, order = f"fhir_{name}", "where is_newest", "_row"
        names = list(source.relations[0].paths)
    listed = ", ".join(f'cast("{name}" as varchar) as "{name}"' for name in names)
    os.close(room.private(path))
    rows = connection.sql(f"select {listed} from {table} {condition} order by {order}")
    rows.write_parquet(str(path), compression="zstd")
    path.chmod(0o600)
    n_rows: int = connection.execute("select count(*) from read_parquet(?)", [str(path)]).fetchall()[0][0]
    return n_rows
