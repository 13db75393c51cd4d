"""One source of a configuration being read: typed getters that note what is wrong and carry on."""

import codecs
from collections.abc import Collection, Mapping
from typing import Any

from analytics.errors import nearest
from analytics.extracts.schema import TABLES
from analytics.fhir.source import KEYS as FHIR_KEYS
from analytics.mapping import columns
from analytics.mapping.model import COMPRESSIONS, FORMATS, TableSource
from analytics.policy.faults import Faults, KeyPath

# Every key of a source, and what its value is, in words.
KEYS = {
    "name": "a name, as text",
    "path": "a file or a pattern like claims/*.csv, or a list of them",
    "format": f"one of {', '.join(FORMATS)}",
    "delimiter": "one character, like |",
    "quote": "one character, or nothing",
    "encoding": "an encoding, like utf-8, latin-1 or cp1252",
    "compression": f"one of {', '.join([*COMPRESSIONS.values(), 'none'])}",
    "header": "a list of names: those of the columns, where the first line holds none",
    "date_format": "a date format like %d-%b-%Y, or a list of them",
    "timestamp_format": "a format like %d-%b-%Y %H:%M, or a list of them",
    "blank": "a word that stands for nothing, like NULL, or a list of them",
    "decimal": "the mark before decimals: . or ,",
    "thousands": "the mark between thousands, like , or a blank",
    "keep": "an expression: which rows are of the table",
    "connection": "the name of an environment variable, which holds the database's address",
    "query": "what the database is asked, as SQL",
    "columns": "a table: a column of ours = what it is read from",
    "amends": "a preset's source, like cms-rif.carrier",
}
_ONE_CHARACTER = ("delimiter", "quote")


class Reader:
    """One source being read; what is wrong is noted, and a harmless value stands in its place."""

    def __init__(self, faults: Faults, table: str, path: KeyPath, *, is_offered: bool = False) -> None:
        self.faults, self.table, self.path, self.is_offered = faults, TABLES[table], path, is_offered

    def source(self, raw: Mapping[str, Any], name: str) -> TableSource:
        """The source that a table of the configuration describes."""
        self._check_keys(raw)
        form = self._word(raw, "format", FORMATS)
        rule = columns.general_rule(self, raw)
        listed = raw.get("columns", {})
        if not isinstance(listed, dict):
            self.fault("columns", "this is no table", KEYS["columns"])
            listed = {}
        delimiter, quote = self._text(raw, "delimiter", ","), self._text(raw, "quote", '"')
        if delimiter == quote:
            self.fault("quote", "the delimiter and the quote are the same", "quote = '\"'")
        if ("path" in raw) is ("connection" in raw):
            self.fault(None, "a source has either path or connection", 'path = "claims.csv"')
        if ("connection" in raw) is not ("query" in raw):
            self.fault(None, "connection and query go together", 'query = "select * from claims"')
        return TableSource(
            table=self.table.name,
            name=name,
            paths=self.texts(raw, "path"),
            format=form,
            delimiter=delimiter,
            quote=quote,
            encoding=self._encoding(raw),
            compression=self._word(raw, "compression", [*COMPRESSIONS.values(), "none"]),
            header=self.texts(raw, "header"),
            connection=self._text(raw, "connection", "") or None,
            query=self._text(raw, "query", "") or None,
            keep=self._text(raw, "keep", "") or None,
            rule=rule,
            columns={
                column: columns.read_column(self, column, given, rule)
                for column, given in listed.items()
                if self._is_column(column)
            },
            more={key: raw[key] for key in FHIR_KEYS if key in raw},
            is_offered=self.is_offered,
            faults=self.faults,
            at=self.path,
        )

    def fault(self, key: str | tuple[str, ...] | None, problem: str, right: str = "") -> None:
        """Note what is wrong at a key of the source, and what would be right."""
        keys = () if key is None else (key,) if isinstance(key, str) else key
        self.faults.add((*self.path, *keys), problem, right)

    def texts(self, raw: Mapping[str, Any], key: str, at: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A text or a list of texts. at: the keys that lead to the table from the source's own."""
        given = raw.get(key, [])
        given = [given] if isinstance(given, str) else given
        if not isinstance(given, list) or not all(isinstance(one, str) and one for one in given):
            self.fault((*at, key), f"it is {raw[key]!r}", KEYS.get(key) or columns.KEYS[key])
            return ()
        return tuple(given)

    def _text(self, raw: Mapping[str, Any], key: str, default: str) -> str:
        given = raw.get(key, default)
        is_right = isinstance(given, str) and (bool(given.strip()) or key in _ONE_CHARACTER)
        if is_right and key in _ONE_CHARACTER:
            is_right = len(given) == 1 or (key == "quote" and not given)
        if not is_right and key in raw:
            self.fault(key, f"it is {given!r}", KEYS[key])
            return default
        return str(given)

    def _word(self, raw: Mapping[str, Any], key: str, words: Collection[str]) -> str | None:
        given = raw.get(key)
        if given is not None and given not in words:
            self.fault(key, f"it is {given!r}", KEYS[key])
            return None
        return given

    def _encoding(self, raw: Mapping[str, Any]) -> str:
        given = raw.get("encoding", "utf-8")
        try:
            return codecs.lookup(given).name
        except (LookupError, TypeError, ValueError):
            self.fault("encoding", f"it is {given!r}", KEYS["encoding"])
            return "utf-8"

    def _check_keys(self, raw: Mapping[str, Any]) -> None:
        known = {**KEYS, **(FHIR_KEYS if raw.get("format") == "fhir" else {})}
        for key in raw:
            if key not in known:
                self.fault(key, f"a source has no key '{key}'{nearest(key, [*known])}")

    def _is_column(self, column: str) -> bool:
        if column not in self.table.names:
            near = nearest(column, list(self.table.names))
            self.fault(("columns", column), f"{self.table.name} has no column '{column}'{near}")
        return column in self.table.names
