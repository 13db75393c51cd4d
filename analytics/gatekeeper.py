"""Hand the staged rows to the quality gate, and take its findings back as a table."""

import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from analytics.engine import Engine
from analytics.errors import UserError, nearest
from analytics.extracts.schema import TABLES, UNCLASSIFIED_CODES
from analytics.quarantine import quarantined_rows

if TYPE_CHECKING:
    import polars as pl

    from analytics.quality import GateContext, GateVerdict, QualityResult
    from analytics.study import Study


#: Every expectation's result, and the verdict on them.
Found = tuple["list[QualityResult]", "GateVerdict"]


def begin(study: "Study") -> Callable[[], Found]:
    """Stage the rows in scope for the gate, and let its process count while the caller does something else.

    They pass to it through a folder that only we can read. Returns what waits for the findings. On Spark the rows are
    counted where they are, and only then.
    """
    from analytics import quality

    as_of = study.as_of  # rows are staged as of a day
    with ExitStack() as stack:
        stage = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="um-gate-")))
        _stage(study, stage)
        context = _context(study, as_of)
        # The folder outlives this call: it goes when the findings are there, or the process is gone.
        held = stack.pop_all()

    def run() -> Found:
        with held:
            runner = study.choice.gate(study.engine) if study.choice.is_spark else study.gate_process
            results = quality.run_gate(stage, context, runner)
            return results, quality.verdict(results)

    if study.choice.is_spark:
        return run
    alone = ThreadPoolExecutor(1, "gate")
    found = alone.submit(run)
    alone.shutdown(wait=False)
    return found.result


def _stage(study: "Study", stage: Path) -> None:
    from analytics import quality

    engine = study.engine
    for table in study.sources:
        engine.make(f"{table}_row")
    if not study.choice.is_spark:
        for table in study.sources:
            engine.export(_tested(engine, table), stage / f"{table}.parquet")
        for table in quality.POLICY_TABLES:
            engine.export(f"select * from {table}", stage / f"{table}.parquet")


def _context(study: "Study", as_of: date) -> "GateContext":
    from analytics import quality

    rows = study.frame("reconciliation").to_dicts()
    return quality.GateContext(
        tables_present=tuple(study.sources),
        rows_read={row["table_name"]: row["rows_read"] for row in rows},
        rows_in_scope={row["table_name"]: row["rows_read"] - row["rows_out_of_scope"] for row in rows},
        rows_quarantined={row["table_name"]: row["rows_quarantined"] for row in rows},
        as_of=as_of,
        max_quarantined_share=study.config.max_quarantined_percent / 100,
        thresholds=study.config.thresholds,
        severities=study.config.severities,
        whole_extract=_codes(study.engine),
        is_elsewhere=study.choice.is_spark,
        unasked=_unasked(study.engine),
    )


def _unasked(engine: Engine) -> list[str]:
    """The expectations that a column is filled which the policies of this run's requests have no use for."""
    from analytics.quality.columns import ASKED_BY

    asked = """
        select count(*) from (
            select policy_id from policy_node where fact = $fact
            union all
            select policy_id from policy_limit where kind = 'dose' and dose_per = $per
        ) where policy_id in (select policy_id from authorization_row)
    """
    uses = {column: engine.rows(asked, fact=fact, per=per)[0][0] for column, (fact, per) in ASKED_BY.items()}
    return [f"{column}.populated" for column, n in uses.items() if not n]


def _tested(engine: Engine, table: str) -> str:
    """The staged rows with those columns that the checks know, and no others."""
    from analytics import quality

    known = quality.staged_columns(TABLES[table])
    there = [row[0] for row in engine.rows(f"describe {table}_row") if row[0] in known]
    return f"select {', '.join(there)} from {table}_row"


def _codes(engine: Engine) -> dict[str, tuple[int, int]]:
    """Rows without a code, or with one that has no code's form, over each whole extract.

    A row with such a code is out of scope for that very reason, so the rows in scope can't tell.
    """
    from analytics.quality.columns import CODED, PATTERNS

    counted = {
        "medical_claim.hcpcs_code": "medical_claim_extent",
        "authorization.hcpcs_code": "authorization_extent",
        "observation.source_code": (
            "(select source_code, 1 as n_rows from observation_read "
            "union all select source_code, n_rows from observation_rest)"
        ),
    }
    found = {}
    for name, relation in counted.items():
        column = name.split(".")[1]
        n_all, n_coded, n_misshapen = engine.rows(
            "select coalesce(sum(n_rows), 0), "
            f"coalesce(sum(n_rows) filter (where {column} is not null), 0), "
            f"coalesce(sum(n_rows) filter (where not regexp_matches({column}, $form)), 0) from {relation}",
            form=PATTERNS[CODED[name]][0],
        )[0]
        found[f"{name}.not_null"] = (int(n_all), int(n_all - n_coded))
        found[f"{name}.pattern"] = (int(n_coded), int(n_misshapen))
    return found | _unclassified(engine)


def _unclassified(engine: Engine) -> dict[str, tuple[int, int]]:
    """Lines under an unclassified code with an NDC, and those of them that name a policy's drug by it.

    Such codes are few: only where one is spelled are the lines looked at.
    """
    from analytics.quality.catalogue import catalogue
    from analytics.quality.sqltext import counted, value_tested

    name = "medical_claim.hcpcs_code.unclassified"
    spelled = "select hcpcs_code_stored from medical_claim_spelling where list_contains($codes, hcpcs_code)"
    codes = list(UNCLASSIFIED_CODES)
    if not engine.rows(f"select count(*) from ({spelled})", codes=codes)[0][0]:
        return {name: (0, 0)}
    expectation = catalogue()[name]
    engine.make("medical_claim_named", "policy_vial")
    n_tested, n_broken = counted(expectation, "v")
    rows = f"select {value_tested(expectation)} as v from medical_claim_named where hcpcs_code_stored in ({spelled})"
    n_checked, n_failed = engine.rows(f"select {n_tested}, {n_broken} from ({rows})", codes=codes)[0]
    return {name: (int(n_checked), int(n_failed))}


def failing_rows(study: "Study", expectation_id: str) -> "pl.DataFrame":
    """The rows that break an expectation, with whatever they hold, persons included.

    Quarantined rows come in the form in which they can be mended and given back.
    """
    from analytics import quality
    from analytics.quality.catalogue import catalogue

    known = catalogue()
    if expectation_id not in known:
        raise UserError(f"There is no expectation '{expectation_id}'{nearest(expectation_id, list(known))}.")
    expectation = known[expectation_id]
    # Rows of no known code are listed even where nothing is in scope: they may be the very reason.
    if expectation_id in quality.WHOLE_EXTRACT and study.lake:
        study.lake.refuse_if_counted(expectation.table)
    if expectation_id not in quality.WHOLE_EXTRACT:
        study.engine.parameters.setdefault("as_of", study.as_of)
    if expectation_id.endswith(".quarantined"):
        return quarantined_rows(study.engine, TABLES[expectation.table])
    if not expectation.value:
        raise UserError(f"'{expectation_id}' is about a whole table, so no row breaks it. {expectation.advice}")
    study.engine.make(*quality.rows_behind(expectation).split(" cross join "))
    frame = study.engine.query(quality.listing_sql(expectation))
    inner = [name for name in frame.columns if name.endswith("_stored")]
    return frame.drop("row_identity", "row_text", *inner, strict=False)


def load_results(engine: Engine, results: "list[QualityResult]") -> None:
    """The table `quality_result`."""
    columns = {
        "table_name": "VARCHAR",
        "expectation": "VARCHAR",
        "column_name": "VARCHAR",
        "severity": "VARCHAR",
        "status": "VARCHAR",
        "n_checked": "BIGINT",
        "n_failed": "BIGINT",
        "affects": "VARCHAR[]",
        "threshold": "DOUBLE",
    }
    rows = [tuple(_plain(getattr(result, column)) for column in columns) for result in results]
    engine.load("quality_result", list(columns.items()), rows)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, (tuple, list, frozenset)) else value
