"""A folder of extracts opened as a study: named result tables, each computed when it is first asked for."""

import sys
from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from analytics import intake
from analytics.config import given_day, read_config
from analytics.drift import read_baseline
from analytics.extracts.files import Source, find_repairs
from analytics.lake.opening import Lake, config_beside
from analytics.lake.record import is_lake
from analytics.mapping.opening import Mapped
from analytics.notebook.asking import Asking
from analytics.policy import Policy, load_policies, resolve_payers
from analytics.policy.substitution import Substitution
from analytics.quality import check_overrides
from analytics.quarantine import load_quarantine
from analytics.results import RESULTS, Result
from analytics.spark.choice import Choice

if TYPE_CHECKING:
    import polars as pl

    from analytics.checking import Check
    from analytics.gatekeeper import Found
    from analytics.quality import GateProcess


def open_study(
    folder: str | Path,
    *,
    as_of: date | str | None = None,
    config: str | Path | None = None,
    memory_limit: str | None = None,
    repairs: str | Path | None = None,
    baseline: str | Path | None = None,
    policies: str | Path | None = None,
    engine: str = "duckdb",
    spark_remote: str | None = None,
    instead: "Substitution | None" = None,
) -> "Study":
    """Open a folder of extracts.

    folder: holds medical_claim and authorization, as CSV, CSV.gz or Parquet, and what there is of the other tables.
    as_of: "today" for every rule; by default the latest service or received date in scope.
    config: a configuration file; by default `um.toml` beside the extracts, where there is one.
    repairs: a folder of mended quarantine files, whose rows are taken in place of those that they mend.
    baseline: the manifest.json of an earlier report, against which the figures of the extracts are held.
    policies: a folder of private policies beside those of the product; by default the configuration's policy_folder.
    memory_limit: what the database may hold in memory, like "1GB", before it spills to disk; the one that free
    queries run on, once `study.sql` is asked, may hold as much again.
    instead: a policy in the place of others, for :mod:`analytics.replaying`.
    engine: "duckdb", or "spark" for the same SQL on Spark; spark_remote: its Connect server, like "sc://host:15002".
    Raises :class:`analytics.errors.UserError` with one sentence for anything that can't be used.
    """
    if "IPython" in sys.modules:
        from analytics.notebook.frames import warn_of_persons

        warn_of_persons()
    before = read_baseline(Path(baseline)) if baseline else None
    study = Study(
        Path(folder),
        None if as_of is None else given_day(as_of, "as_of"),
        Path(config) if config else None,
        memory_limit,
        Path(repairs) if repairs else None,
        Path(policies) if policies else None,
        Choice(engine, spark_remote),
        instead,
    )
    study.baseline = before
    return study


class Study(Asking):
    """The extracts of a folder under their policies.

    `study.dosing`, `study.approvals` and `study.renewals` are the three measures, each with `.table`, `.by(…)`,
    `.figure(…)` and `.sql`.
    Every result table is an attribute that gives a Polars frame: `study.administration`, `study.renewal_summary`, …
    (`study.tables` lists them with their grain; they complete by tab). `study.sql("select …")` asks anything else.
    `study.as_of`, `study.claims_through`, `study.authorizations_through` and `study.horizon` are the dates that the
    rules hang on.

    >>> study = um.open("data_samples")  # doctest: +SKIP
    >>> study.dosing.figure("month")     # doctest: +SKIP
    >>> study.administration.filter(status="exceeds")  # doctest: +SKIP
    >>> study.sql("select payer, count(*) as n from renewal group by all")  # doctest: +SKIP
    """

    def __init__(
        self,
        folder: Path,
        as_of: date | None,
        config: Path | None,
        memory_limit: str | None,
        repairs: Path | None = None,
        policies: Path | None = None,
        choice: Choice | None = None,
        instead: Substitution | None = None,
    ) -> None:
        self.folder = folder
        self.choice = choice or Choice()
        self.lake = Lake(folder) if is_lake(folder) else None
        self.config_file, self.config = (config, read_config(config)) if config else config_beside(folder, self.lake)
        self.choice.check_tables(self.config.tables)
        self._mapped = Mapped(self.config.layout)
        found = self.lake.sources() if self.lake else self._mapped.sources(folder, self.config.tables)
        self.reading_warnings = self._mapped.warnings
        check_overrides(self.config.thresholds, self.config.severities)
        self.policies: Mapping[str, Policy] = load_policies(private=policies or self.config.policy_folder)
        self.payers = resolve_payers(self.policies, self.config.policies)
        if instead:
            self.policies, self.payers = instead.policies(self.policies), instead.payers(self.payers)
        if self.lake:
            self.lake.check(self.policies)
        self._frames: dict[str, pl.DataFrame] = {}
        self._given_as_of = as_of
        given = {"--as-of": as_of, "--config": config, "--repairs": repairs, "--policies": policies}
        self.options = tuple(word for name, value in given.items() if value is not None for word in (name, str(value)))
        self.options += self.choice.options
        self.gate_process: GateProcess | None = None
        self.baseline: dict[str, dict[str, float]] | None = None
        self.engine = self.choice.open(memory_limit)
        self.sources: dict[str, Source] = self.choice.with_tables(self.engine, self.config.tables, found)
        mended = find_repairs(repairs, self.sources) if repairs else {}
        intake.load_references(self.engine, self.policies, self.payers, self.sources)
        intake.load_sources(self.engine, self.sources, mended)
        self.engine.parameters.update(
            bsa_smallest=self.config.bsa_smallest_m2,
            bsa_largest=self.config.bsa_largest_m2,
            weight_smallest=self.config.weight_smallest_kg,
            weight_largest=self.config.weight_largest_kg,
            has_review="criterion_review" in self.sources,
            has_answer="clinical_answer" in self.sources,
            has_eligibility="eligibility" in self.sources,
            deepest=max(row[0] for row in self.engine.rows("select max(depth) from policy_node")),
        )

    @cached_property
    def outdated(self) -> str | None:
        """In a sentence, how the extracts have changed since they were prepared; None where they can't be seen."""
        return self.lake.outdated(with_config="--config" not in self.options) if self.lake else None

    @cached_property
    def dates(self) -> intake.Dates:
        """as_of, how far each extract reaches, and the horizon; `GateFailed` where no row is in scope."""
        dates = intake.find_dates(self.engine, self._given_as_of)
        days = {"as_of": dates.as_of, "horizon": dates.horizon, "claims_through": dates.claims_through or dates.as_of}
        self.engine.parameters.update(days)
        return dates

    @property
    def as_of(self) -> date:
        """ "Today" for every rule."""
        return self.dates.as_of

    @property
    def claims_through(self) -> date | None:
        """The latest service date in scope, not after as_of."""
        return self.dates.claims_through

    @property
    def authorizations_through(self) -> date | None:
        """The latest received date in scope, not after as_of."""
        return self.dates.authorizations_through

    @property
    def horizon(self) -> date:
        """What is due after it can't be told yet."""
        return self.dates.horizon

    @property
    def is_checked(self) -> bool:
        """Whether the gate has run already (it takes some seconds, so nothing runs it in passing)."""
        return "quality" in self.__dict__

    @cached_property
    def quality(self) -> "Found":
        """The data-quality gate's findings and verdict."""
        return self.gate()

    @cached_property
    def gate(self) -> "Callable[[], Found]":
        """The gate at work, beside whatever is done meanwhile; called, it waits for what is found."""
        from analytics import gatekeeper

        return gatekeeper.begin(self)

    def start_gate(self) -> "Study":
        """Let the gate's process load its libraries (some seconds) while the extracts are read."""
        from analytics.quality import GateProcess

        if not self.choice.is_spark:
            self.gate_process = self.gate_process or GateProcess()
        return self

    def check(self, baseline: str | Path | None = None) -> "Check":
        """The gate's findings; printed, they are in words. baseline: manifest.json of an earlier report, for drift."""
        from analytics.checking import check

        return check(self, Path(baseline) if baseline else None)

    @cached_property
    def warnings(self) -> list[str]:
        """What a reader should know before trusting a number, in sentences."""
        return intake.warnings(self)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The run record: dates, policies, files and warnings; no person, no wall clock."""
        from analytics.manifest import build

        return build(self)

    def frame(self, name: str) -> "pl.DataFrame":
        """A result table as a Polars frame, computed once."""
        if name not in RESULTS:
            raise KeyError(f"there is no result table '{name}'; there are {', '.join(RESULTS)}")
        if name not in self._frames:
            from analytics.notebook.tables import headed

            self._frames[name] = headed(self, RESULTS[name], self._compute(RESULTS[name]))
        return self._frames[name]

    def has_computed(self, name: str) -> bool:
        """Whether a result table's frame is there already."""
        return name in self._frames

    def select(self, result: Result, rows: str | None = None) -> str:
        """The query that gives a result table whose SQL needs no rates, typed and in order; rows: where they are."""
        columns = ", ".join(f"cast({column} as {kind}) as {column}" for column, kind in result.columns.items())
        return f"select {columns} from {rows or result.made_by} order by {', '.join(result.key)}"

    def prepare(self, result: Result) -> None:
        """Make what the table is read from, so that `select` and `frame` find it."""
        _ = self.dates  # rows are read as of a day
        if result.name == "quality_result":
            from analytics import gatekeeper

            gatekeeper.load_results(self.engine, self.quality[0])
        elif result.name == "quarantine":
            load_quarantine(self.engine)
        else:
            self.engine.make(result.made_by)

    def _compute(self, result: Result) -> "pl.DataFrame":
        self.prepare(result)
        if result.rates is None:
            frame = self.engine.query(self.select(result))
            if result.name == "reconciliation":
                intake.check_reconciliation(frame)
            return frame
        self.engine.load_frame(f"{result.name}_rated", result.rated(self.engine.frame(result.made_by)))
        columns = ", ".join(f"cast({column} as {kind}) as {column}" for column, kind in result.columns.items())
        return self.engine.query(f"select {columns} from {result.name}_rated order by {', '.join(result.key)}")

    def __getattr__(self, name: str) -> "pl.DataFrame":
        if name in RESULTS:
            return self.frame(name)
        raise AttributeError(f"a study has no '{name}'; its tables are {', '.join(RESULTS)}")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *RESULTS})

    def __repr__(self) -> str:
        rows = [
            f"Study of {self.folder.name}/ as of {self.as_of}"
            f" (claims through {self.claims_through}, authorizations through {self.authorizations_through})"
        ]
        rows += [f"  warning: {self.outdated}"] if self.outdated else []
        rows += [f"  extract {source.table.name}: {source.name}" for source in self.sources.values()]
        absent = [name for name in intake.optional_tables() if name not in self.sources]
        if absent:
            rows.append(f"  not there: {', '.join(absent)}")
        rows.append(f"  tables: {', '.join(RESULTS)}")
        return "\n".join(rows)

    def close(self) -> None:
        """Let the database, its spill files and the gate's process go."""
        self.close_queries()
        if self.gate_process is not None:
            self.gate_process.close()
        self.engine.close()
        self._mapped.close()
        if self.lake:
            self.lake.close()

    def __enter__(self) -> "Study":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
