"""Which engine a study runs on, as the user chooses it. Spark itself is imported only where it is chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.engine import Engine
from analytics.errors import UserError, nearest
from analytics.extracts.files import Source

if TYPE_CHECKING:
    from analytics.quality import Runner

ENGINES = ("duckdb", "spark")


@dataclass(frozen=True)
class Choice:
    """The engine by name, and for Spark the address of a Spark Connect server (None: this machine)."""

    engine: str = "duckdb"
    remote: str | None = None

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise UserError(
                f"There is no engine '{self.engine}'{nearest(self.engine, ENGINES)}: it is {' or '.join(ENGINES)}."
            )
        if self.remote is not None and not self.is_spark:
            raise UserError("A Spark Connect server goes with the engine spark alone: give --engine spark as well.")

    @property
    def is_spark(self) -> bool:
        """Whether the rows are Spark's."""
        return self.engine == "spark"

    @property
    def options(self) -> tuple[str, ...]:
        """The choice as `um` takes it."""
        remote = ("--spark-remote", self.remote) if self.remote is not None else ()
        return ("--engine", self.engine, *remote) if self.is_spark else ()

    def open(self, memory_limit: str | None) -> Engine:
        """The engine. memory_limit: of DuckDB, or of a Spark on this machine; a server has its own."""
        if not self.is_spark:
            return Engine(memory_limit)
        from analytics.spark.engine import SparkEngine

        return SparkEngine(self.remote, memory_limit)

    def check_tables(self, tables: Mapping[str, str]) -> None:
        """`UserError` where a configuration names tables of a catalog that no engine here could read."""
        if tables and not self.is_spark:
            raise UserError(
                "The configuration names tables of a catalog under [tables], which only Spark reads: "
                "give --engine spark, or leave them out."
            )

    def with_tables(
        self, engine: Engine, tables: Mapping[str, str], sources: Mapping[str, Source]
    ) -> dict[str, Source]:
        """The sources found as files, and those that are tables of a catalog."""
        if not tables:
            return dict(sources)
        from analytics.spark.engine import SparkEngine
        from analytics.spark.inputs import catalog_sources

        assert isinstance(engine, SparkEngine)
        return catalog_sources(engine.session, tables, sources)

    def gate(self, engine: Engine) -> "Runner":
        """What tests the gate's expectations where the rows are."""
        from analytics.spark.engine import SparkEngine
        from analytics.spark.gate import ClusterGate

        assert isinstance(engine, SparkEngine)
        return ClusterGate(engine)
