"""Files' columns held against ours: what each is read from, what is missing, which expressions can't be worked out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from analytics.errors import nearest
from analytics.extracts.files import Source, computed_name
from analytics.extracts.looking import looking
from analytics.extracts.relations import opened
from analytics.extracts.rules import PLAIN, Rule, literal
from analytics.extracts.schema import Column, Table
from analytics.mapping import expressions
from analytics.mapping.language import Wrong
from analytics.mapping.model import Reading, TableSource
from analytics.mapping.trying import all_right, tried

# Institutional lines often carry the header's date alone, so that either is enough.
_STANDS_FOR = {"claim_line_start_date": "claim_start_date"}
# An expression that fails on so many rows is tried on all.
_FEW = 1000
Stored = Mapping[str, str]


class Columns:
    """What each column of ours is read from in files with the same columns."""

    def __init__(self, source: TableSource, table: Table, stored: Stored, file: str) -> None:
        self.source, self.table, self.stored, self.file = source, table, stored, file
        self.columns: dict[str, tuple[str, str]] = {}
        self.rules: dict[str, Rule] = {}
        self.computed: list[tuple[str, str]] = []
        self._by_name = {name.lower(): name for name in stored}
        self._used: set[str] = set()
        self._tried: list[tuple[tuple[str, ...], expressions.Expression]] = []

    def add(self, column: Column) -> None:
        """Find where a column comes from."""
        reading = self.source.columns.get(column.name) or Reading(columns=(column.name,), is_offered=True)
        if reading.is_off:
            return
        rule = reading.rule if column.name in self.source.columns else self.source.rule
        if reading.constant is not None:
            self._compute(column, f"cast({literal(reading.constant)} as varchar)")
        elif reading.expression is not None:
            made = self._checked(reading.expression, ("columns", column.name), rule)
            if made is None:
                return
            rule = rule if made.is_text else _without_marks(rule)
            self._used.update(made.columns)
            self._compute(column, expressions.as_text(made, column))
        else:
            name = next((self._by_name[one.lower()] for one in reading.columns if one.lower() in self._by_name), None)
            if name is None:
                if not reading.is_offered:
                    self._missing(column, reading.columns)
                return
            self._used.add(name)
            self.columns[column.name] = (name, self.stored[name])
            rule = rule if self.stored[name] == "VARCHAR" else _without_marks(rule)
        if rule != PLAIN:
            self.rules[column.name] = rule

    def _compute(self, column: Column, text: str) -> None:
        own = self._by_name.get(computed_name(column.name))
        if own is not None:
            self.source.faults.add(
                (*self.source.at, "columns", column.name),
                f"'{self.file}' has a column '{own}', as what is worked out is called: rename it there",
            )
        self.computed.append((column.name, text))
        self.columns[column.name] = (computed_name(column.name), "VARCHAR")

    def keep(self) -> str | None:
        """The condition on the rows that are the table's."""
        keep, rule = self.source.keep, self.source.rule
        made = self._checked(keep, ("keep",), rule, is_condition=True) if keep else None
        return made.value if made else None

    def check_required(self) -> None:
        """Note the columns that the table can't do without."""
        for column in self.table.columns:
            there = {column.name, _STANDS_FOR.get(column.name, column.name)} & self.columns.keys()
            named = self.source.columns.get(column.name)
            if column.required and not there and (named is None or named.is_offered):
                near = nearest(column.name, [name for name in self.stored if name not in self._used])
                self.source.faults.add(
                    (*self.source.at, "columns", column.name),
                    f"'{self.file}' has no column '{column.name}', which {self.table.name} needs{near}",
                    f'{column.name} = "…"',
                )

    def unused(self) -> tuple[str, ...]:
        """The columns of the files that nothing reads; those of a preset's layout are known to be many."""
        return () if self.source.is_offered else tuple(sorted(name for name in self.stored if name not in self._used))

    def _missing(self, column: Column, names: Sequence[str]) -> None:
        listed = " nor ".join(f"'{name}'" for name in names)
        self.source.faults.add(
            (*self.source.at, "columns", column.name),
            f"'{self.file}' has no column {listed}{nearest(names[0], list(self.stored))}",
        )

    def _checked(
        self, text: str, at: tuple[str, ...], rule: Rule, *, is_condition: bool = False
    ) -> expressions.Expression | None:
        try:
            made = expressions.checked(text, self.stored, rule, is_condition=is_condition)
        except Wrong as wrong:
            self.source.faults.add((*self.source.at, *at), f"{wrong} ('{self.file}')")
            return None
        self._tried.append((at, made))
        return made

    def try_out(self, part: Source) -> None:
        """Note the expressions that can't be worked out, or not for a single row of the files."""
        if not self._tried:
            return
        with looking().cursor() as connection:
            rows = opened(connection, part)
            if all_right([made for _, made in self._tried], rows, _FEW):
                return
            for at, made in self._tried:
                wrong = tried(made, rows, _FEW)
                if wrong:
                    self.source.faults.add((*self.source.at, *at), f"{wrong} ('{self.file}')")


def _without_marks(rule: Rule) -> Rule:
    """A rule for what is stored or reckoned as a number or a date: its text is ours already, without a file's marks."""
    return replace(rule, dates=(), decimal=".", thousands="")
