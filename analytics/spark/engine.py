"""Run the files of `sql/` on Spark, in the order in which they need each other.

Every table in between is kept by the cluster. A private DuckDB beside it holds what is ours (policies, settings) and
what has left the cluster: result tables with their rates.
"""

import re
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from analytics.engine import FOLDED, Engine, statements
from analytics.errors import UserError
from analytics.extracts.files import Source, shaped_select
from analytics.room import usual_memory
from analytics.spark.dialect import to_spark, to_spark_with
from analytics.spark.faults import sentence
from analytics.spark.inputs import open_source
from analytics.spark.session import open_session

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

_READ = re.compile(r"\b(?:from|join)\s+([a-z_0-9]+)", re.I)


class SparkEngine(Engine):
    """A Spark session as an engine: made tables are temporary views over rows that the executors keep."""

    def __init__(self, remote: str | None = None, memory_limit: str | None = None) -> None:
        super().__init__()
        # What the cluster has put in order stays so.
        self.connection.execute("set preserve_insertion_order = true")
        self._scratch = tempfile.TemporaryDirectory(prefix="um-spark-", ignore_cleanup_errors=True)
        self._local: set[str] = set()
        self._kept: dict[str, Any] = {}
        self._persisted: list[Any] = []
        self._run_name = uuid4().hex
        self.remote = remote
        self.session, self._is_ours = open_session(remote, memory_limit or usual_memory(), Path(self._scratch.name))

    def close(self) -> None:
        self._kept.clear()
        for rows in self._persisted:
            # A server that is gone has let go of them itself.
            with suppress(Exception):
                rows.unpersist()
        if self.remote is not None or self._is_ours:
            self.session.stop()
        self._scratch.cleanup()
        super().close()

    def load(self, name: str, columns: Sequence[tuple[str, str]], rows: Sequence[tuple[Any, ...]]) -> None:
        super().load(name, columns, rows)
        self._local.add(name)
        if not rows:
            # A frame without rows says nothing of its types to a server.
            nulls = ", ".join(f"cast(null as {kind}) as {column}" for column, kind in columns)
            self.view(name, f"select {nulls} where false")
            return
        held = self.connection.sql(f"select * from {name}").to_arrow_table()
        with _unwarned():
            self.session.createDataFrame(held).createOrReplaceTempView(name)

    def load_frame(self, name: str, frame: "pl.DataFrame") -> None:
        super().load_frame(name, frame)
        self._local.add(name)

    def view(self, name: str, text: str) -> None:
        self._selected(text).createOrReplaceTempView(name)
        self._made.add(name)

    def table(self, name: str, text: str) -> None:
        self._keep(name, self._selected(text))
        self._made.add(name)

    def _selected(self, text: str, bound: dict[str, Any] | None = None) -> Any:
        """A SELECT of ours as Spark's data frame, not computed yet."""
        if "* replace (" in text:
            spark = to_spark_with(text, lambda name: self.session.table(name).columns)
        else:
            spark = to_spark(text)
        with self._explained():
            return self.session.sql(spark, args={name: self._literal(value) for name, value in (bound or {}).items()})

    def _literal(self, value: Any) -> Any:
        """A value as a statement's parameter: Spark takes lists as an array of literals alone."""
        if not isinstance(value, list):
            return value
        if self.remote is None:
            from pyspark.sql import functions as f
        else:
            from pyspark.sql.connect import functions as f
        return f.array(*[f.lit(one) for one in value])

    def _keep(self, name: str, frame: Any) -> None:
        """Compute a table and have the executors keep it: a plan that reads it begins there."""
        with self._explained():
            kept = frame.localCheckpoint()
            if self.remote is not None:
                # PySpark gives such a frame to the session that is active, which may be another study's or the user's.
                kept._session = kept._plan._spark_session = self.session
            kept.createOrReplaceTempView(name)
        self._kept[name] = kept

    def _run(self, name: str) -> None:
        text = statements()[name].read_text(encoding="utf-8")
        if "$depth" in text:
            self._fold(name, text)
            return
        held = f"{name}_held" if name in self._shown else name
        self._keep(held, self._selected(text, self._bound(text)))
        if held != name:
            self.view(name, self._shown[name])

    def _fold(self, name: str, text: str) -> None:
        kinds = ", ".join(column.split()[0] + " " + _KINDS[column.split()[1]] for column in FOLDED[name].split(", "))
        rows = self.session.createDataFrame([], kinds)
        rows.createOrReplaceTempView(name)
        for depth in range(self.parameters["deepest"], -1, -1):
            rows = rows.unionByName(self._selected(text, self._bound(text, depth=depth)))
            self._keep(name, rows)
            rows = self._kept[name]

    def _release(self, stem: str) -> None:
        for name in sorted(self._made):
            if name == stem or re.fullmatch(rf"{stem}_\d+", name):
                self.session.catalog.dropTempView(name)
                self._kept.pop(name, None)
                self._made.discard(name)

    def _is_local(self, text: str) -> bool:
        """Whether a query reads nothing but what is held beside the cluster."""
        return set(_READ.findall(text)) <= self._local

    def _collected(self, text: str, parameters: dict[str, Any]) -> "pa.Table":
        """The answer to a query of ours, brought here."""
        frame = self._selected(text, parameters)
        with self._explained(), _unwarned():
            return frame.toArrow()

    def query(self, text: str, **parameters: Any) -> "pl.DataFrame":
        if self._is_local(text):
            return super().query(text, **parameters)
        import polars as pl

        return pl.DataFrame(self._collected(text, parameters))

    def rows(self, text: str, **parameters: Any) -> list[tuple[Any, ...]]:
        if self._is_local(text):
            return super().rows(text, **parameters)
        answer = self._collected(text, parameters)
        return list(zip(*(column.to_pylist() for column in answer.columns), strict=True))

    def export(self, text: str, path: Path) -> None:
        self._export(text, path, super().export)

    def export_csv(self, text: str, path: Path) -> None:
        self._export(text, path, super().export_csv)

    def _export(self, text: str, path: Path, write: Any) -> None:
        if self._is_local(text):
            write(text, path)
            return
        answer = self._collected(text, {})
        self.connection.register("answer_to_write", answer)
        write("select * from answer_to_write", path)
        self.connection.unregister("answer_to_write")

    def open_files(self, name: str, source: Source) -> None:
        with self._explained():
            rows = open_source(self.session, source, self._run_name)
            if source.format == "csv":
                self._persisted.append(rows)
            shaped = shaped_select(source, f"{name}_all")
            rows.createOrReplaceTempView(f"{name}_all" if shaped else name)
            if shaped:
                self.session.sql(to_spark(shaped)).createOrReplaceTempView(name)
        self._made.add(name)

    def whole(self, name: str) -> Any:
        """All rows of a table that are here already; `UserError` for those that the cluster holds."""
        if name not in self._local:
            raise UserError(
                f"The rows of {name} stay on the cluster: with the engine spark a free query is about result tables "
                "and policy tables."
            )
        return super().whole(name)

    def columns(self, name: str) -> list[str]:
        """The columns of a table that is made."""
        return list(self.session.table(name).columns)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what Spark says of a file, or of the way to it, into a sentence."""
        from pyspark.errors import PySparkException

        try:
            yield
        except PySparkException as fault:
            told = sentence(fault, self.sources.values(), self.remote)
            if told is None:
                raise
            raise told from None


_KINDS = {"varchar": "string", "integer": "int"}


@contextmanager
def _unwarned() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
