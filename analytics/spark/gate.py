"""The gate's expectations counted on the cluster, so that no row in scope has to leave it.

Great Expectations would need the rows, or a connection of its own to the cluster. The catalogue's tests are SQL anyway:
each becomes two counts here, all of a source in one query. The verdict is made from them as from any others.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from analytics.extracts.schema import TABLES
from analytics.quality.expectation import Expectation
from analytics.quality.sources import RUN_TABLE, SOURCES, relation, staged_columns
from analytics.quality.sqltext import counted
from analytics.spark.engine import SparkEngine

Counts = dict[str, Any]


class ClusterGate:
    """Answers as the process of Great Expectations does (`analytics.quality.process`)."""

    def __init__(self, engine: SparkEngine) -> None:
        self._engine = engine

    def __enter__(self) -> "ClusterGate":
        return self

    def __exit__(self, *fault: object) -> None:
        """There is nothing to end."""

    def run(
        self, stage: Path | None, there: Iterable[str], as_of: date, expectations: list[Expectation]
    ) -> dict[str, Counts]:
        """The counts of each expectation by its id, or `{"fault": kind}` where it could not run."""
        counts: dict[str, Counts] = {}
        for name in SOURCES:
            mine = [expectation for expectation in expectations if expectation.source == name]
            if mine:
                counts |= self._counted(name, mine)
        return counts

    def _counted(self, source: str, expectations: list[Expectation]) -> dict[str, Counts]:
        """One query for a source; where that fails, one for each expectation, to find which can't run."""
        try:
            self._engine.make(*relation(source).split(" cross join "))
            found = {one.id: self._columns(one) for one in expectations if one.gx.endswith("columns_to_match_set")}
            found |= {one.id: self._repeated(one) for one in expectations if one.gx.endswith("values_to_be_unique")}
            return found | self._summed(source, [one for one in expectations if one.id not in found])
        except KeyboardInterrupt:
            raise
        except Exception as fault:
            if len(expectations) == 1:
                return {expectations[0].id: {"fault": type(fault).__name__}}
            return {key: counts for one in expectations for key, counts in self._counted(source, [one]).items()}

    def _summed(self, source: str, expectations: list[Expectation]) -> dict[str, Counts]:
        if not expectations:
            return {}
        values = list(dict.fromkeys(one.value for one in expectations if one.value))
        tested = ", ".join(f"{value} as value_{place}" for place, value in enumerate(values)) or "1 as nothing"
        counts = ", ".join(
            f"{n_tested}, {n_broken}" for n_tested, n_broken in (_two(one, values) for one in expectations)
        )
        row = self._engine.rows(f"select {counts} from (select {tested} from {relation(source)})")[0]
        return {
            one.id: _as_judged(one, int(row[2 * place]), int(row[2 * place + 1]))
            for place, one in enumerate(expectations)
        }

    def _repeated(self, expectation: Expectation) -> Counts:
        """Values that are there more than once: grouped first, as every row would be held against all others."""
        grouped = f"select {expectation.value} as v, count(*) as n from {relation(expectation.source)} group by 1"
        text = (
            f"select coalesce(sum(n), 0), coalesce(sum(n) filter (where n > 1), 0) from ({grouped}) where v is not null"
        )
        n_checked, n_failed = self._engine.rows(text)[0]
        return {"n_checked": int(n_checked), "n_failed": int(n_failed)}

    def _columns(self, expectation: Expectation) -> Counts:
        known = staged_columns(TABLES[expectation.table])
        there = {name for name in self._engine.columns(f"{expectation.table}_row") if name in known}
        there |= set(self._engine.columns(RUN_TABLE))
        expected = set(expectation.arguments["column_set"])
        return {"n_checked": len(expected), "n_failed": len(expected - there)}


def _two(expectation: Expectation, values: list[str]) -> tuple[str, str]:
    """How many rows are tested, and how many of them break the expectation, as SQL over its value."""
    if expectation.gx == "expect_table_row_count_to_be_between":
        return "count(*)", "0"
    return counted(expectation, f"value_{values.index(expectation.value)}")


def _as_judged(expectation: Expectation, n_checked: int, n_failed: int) -> Counts:
    if expectation.gx == "expect_table_row_count_to_be_between":
        n_failed = int(n_checked < expectation.arguments["min_value"])
    return {"n_checked": n_checked, "n_failed": n_failed}
