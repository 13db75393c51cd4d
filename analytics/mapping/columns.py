"""What a column of ours is read from, as a configuration writes it: a name, or a table of what to do with it."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from analytics.errors import nearest
from analytics.extracts.rules import Rule, date_parts
from analytics.extracts.schema import BOOLEAN_WORDS, Column
from analytics.mapping.model import Reading

if TYPE_CHECKING:
    from analytics.mapping.reader import Reader

KEYS = {
    "column": "a column of the file, or a list of which the file has one",
    "constant": "a text that holds for every row",
    "expression": "an expression over the file's columns",
    "values": 'a table of words, like { A = "approved", N = "denied" }',
    "otherwise": "the word for all that values doesn't list",
    "date_format": "a date format like %d-%b-%Y, or a list of them",
    "timestamp_format": "a format like %d-%b-%Y %H:%M, or a list of them",
    "factor": "a number that the file's is multiplied by, from 0.000001 up to a million",
    "blank": "a word that stands for nothing, like NULL, or a list of them",
    "decimal": "the mark before decimals: . or ,",
    "thousands": "the mark between thousands, like , or a blank",
}
_FROM = ("column", "constant", "expression")
_NUMBERS = ("integer", "units", "amount", "measure")


def general_rule(reader: "Reader", raw: Mapping[str, Any]) -> Rule:
    """What a source says of all its columns."""
    return _ruled(reader, raw, (), Rule())


def read_column(reader: "Reader", name: str, given: Any, general: Rule) -> Reading:
    """What a column is read from."""
    column = reader.table[name]
    if given is False:
        return Reading(is_off=True)
    if isinstance(given, str) and given:
        given = {"column": given}
    at = ("columns", name)
    if not isinstance(given, dict):
        reader.fault(at, f"it is {given!r}", "a column of the file, a table like { column = … }, or false")
        return Reading()
    for key in given:
        if key not in KEYS:
            reader.fault((*at, key), f"a column has no key '{key}'{nearest(key, [*KEYS])}")
    if sum(key in given for key in _FROM) != 1:
        reader.fault(at, "it must say one of column, constant and expression", '{ column = "…" }')
        return Reading()
    for key in ("constant", "expression"):
        if key in given and not (isinstance(given[key], str) and given[key].strip()):
            reader.fault((*at, key), f"it is {given[key]!r}", KEYS[key])
            return Reading()
    rule = _words(reader, column, given, at, _ruled(reader, given, at, general))
    return Reading(
        columns=reader.texts(given, "column", at),
        constant=given.get("constant"),
        expression=given.get("expression"),
        rule=_number(reader, column, given, at, rule),
        is_offered=reader.is_offered,
    )


def _ruled(reader: "Reader", raw: Mapping[str, Any], at: tuple[str, ...], rule: Rule) -> Rule:
    """A rule with what a table says of blank words, dates and numbers, where it says it."""
    dates = reader.texts(raw, "date_format", at) + reader.texts(raw, "timestamp_format", at)
    for form in dates:
        if date_parts(form) is None:
            key = "date_format" if "date_format" in raw else "timestamp_format"
            reader.fault((*at, key), f"'{form}' is no format of a whole date", "day, month and year like %d-%b-%Y")
            dates = ()
    forms = [parts[0] for parts in map(date_parts, dates) if parts]
    if len(set(forms)) < len(forms):
        listed = " or ".join(f"'{form}'" for form in dates)
        reader.fault(
            (*at, "date_format"), f"two of the formats {listed} can't be told apart", "one order of day and month"
        )
    marks = {"decimal": rule.decimal, "thousands": rule.thousands}
    for key in marks:
        if key in raw:
            if raw[key] not in (".", ",", *((" ", "'", "") if key == "thousands" else ())):
                reader.fault((*at, key), f"it is {raw[key]!r}", KEYS[key])
            else:
                marks[key] = raw[key]
    if marks["decimal"] == marks["thousands"]:
        reader.fault((*at, "thousands"), "decimals and thousands have the same mark", 'decimal = ",", thousands = "."')
    blank = tuple(word.strip() for word in reader.texts(raw, "blank", at))
    return replace(
        rule,
        dates=dates or rule.dates,
        blank=blank or rule.blank,
        decimal=marks["decimal"],
        thousands=marks["thousands"],
    )


def _words(reader: "Reader", column: Column, given: Mapping[str, Any], at: tuple[str, ...], rule: Rule) -> Rule:
    values, otherwise = given.get("values", {}), given.get("otherwise")
    if not isinstance(values, dict) or not all(isinstance(word, str) for word in values.values()):
        reader.fault((*at, "values"), f"it is {values!r}", KEYS["values"])
        return rule
    if otherwise is not None and not isinstance(otherwise, str):
        reader.fault((*at, "otherwise"), f"it is {otherwise!r}", KEYS["otherwise"])
        return rule
    for word in values:
        same = [other for other in values if other.strip().lower() == word.strip().lower()]
        if len(same) > 1 and word == same[0]:
            listed = " and ".join(f"'{other}'" for other in same)
            reader.fault((*at, "values"), f"{listed} are the same word: case and blanks around it don't count")
    known = column.words if column.kind == "word" else tuple(BOOLEAN_WORDS) if column.kind == "boolean" else ()
    for word in [*values.values(), *([] if otherwise is None else [otherwise])]:
        if known and word.strip() and word.strip().lower() not in known:
            near = nearest(word, list(known))
            reader.fault((*at, "values"), f"'{word}' is no word of {column.name}{near}", " or ".join(known))
    return replace(rule, words=tuple((word.strip(), to.strip()) for word, to in values.items()), otherwise=otherwise)


def _number(reader: "Reader", column: Column, given: Mapping[str, Any], at: tuple[str, ...], rule: Rule) -> Rule:
    if "factor" not in given:
        return rule
    factor = given["factor"]
    if isinstance(factor, bool) or not isinstance(factor, (int, float)) or not 0.000001 <= factor < 1_000_000:
        reader.fault((*at, "factor"), f"it is {factor!r}", KEYS["factor"])
        return rule
    if column.kind not in _NUMBERS:
        reader.fault((*at, "factor"), f"{column.name} is no number", "no factor")
    return replace(rule, factor=f"{Decimal(str(factor)):f}")
