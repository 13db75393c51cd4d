"""How text in a plan's own words becomes text as the contract writes it: an expression, the same for every engine.

A rule belongs to one column of one source. It is applied to trimmed text before that is read as a value, so that each
spelling of a code, a word or a date is put into the contract's words once, and what no rule fits stays as it was: it is
then unreadable or unknown like any other.
"""

import re
from dataclasses import dataclass

from analytics.extracts.schema import Column

# White space, as itself: engines differ in the escapes that they know.
BLANK = "' \t\r\n\x0b\x0c\xa0'"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# What a date format may name, each as a pattern of one group; the other characters stand for themselves.
_PARTS = {
    "Y": "([0-9]{4})",
    "y": "([0-9]{2})",
    "m": "([0-9]{1,2})",
    "d": "([0-9]{1,2})",
    "b": "([A-Za-z]{3})",
    "B": "([A-Za-z]{3})[A-Za-z]*",
    "H": "([0-9]{1,2})",
    "I": "([0-9]{1,2})",
    "p": "([AaPp])[Mm]",
    "M": "([0-9]{2})",
    "S": "([0-9]{2})",
    "f": "([0-9]{1,9})",
}
_ALIKE = {"T": "%H:%M:%S", "F": "%Y-%m-%d", "R": "%H:%M"}
_IN_DIGITS_ALONE = {**_PARTS, "m": "([0-9]{2})", "d": "([0-9]{2})", "H": "([0-9]{2})"}


@dataclass(frozen=True)
class Rule:
    """What is done to the text of a column.

    blank: words that stand for nothing. words: (the plan's word, the contract's), in any case; otherwise: the word for
    all others; an empty word is null. dates: formats (`%d-%b-%Y`) that are tried in turn. decimal, thousands: the marks
    of numbers.
    factor: what a number is multiplied by, as text.
    """

    blank: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    otherwise: str | None = None
    dates: tuple[str, ...] = ()
    decimal: str = "."
    thousands: str = ""
    factor: str | None = None

    @property
    def changes_values(self) -> bool:
        """Whether also a value that is stored as a number or a date must be read as text first."""
        return bool(self.words or self.otherwise or self.factor)

    def applied(self, text: str, column: Column) -> str:
        """The SQL of the text as the contract writes it, from the SQL of the trimmed text."""
        if self.blank:
            listed = ", ".join(literal(word.lower()) for word in self.blank)
            text = f"case when lower({text}) not in ({listed}) then {text} end"
        if self.dates and column.kind in ("date", "timestamp"):
            text = self._dated(text, column)
        if column.kind in ("integer", "units", "amount", "measure"):
            text = self._numbered(text)
        if self.words or self.otherwise is not None:
            text = self._worded(text)
        return text

    def _worded(self, text: str) -> str:
        whens = " ".join(
            f"when {literal(word.lower())} then {literal(to) if to else 'null'}" for word, to in self.words
        )
        other = text
        if self.otherwise is not None:
            other = f"case when {text} is not null then {literal(self.otherwise)} end" if self.otherwise else "null"
        return f"case lower({text}) {whens} else {other} end" if whens else other

    def _dated(self, text: str, column: Column) -> str:
        tries = [_date_text(text, form, column) for form in self.dates]
        return f"case {' '.join(tries)} else {text} end"

    def _numbered(self, text: str) -> str:
        if self.thousands:
            # Where they stand: 6000,00 is not 600000.
            mark, decimal = (f"[{sign}]" for sign in (self.thousands, self.decimal))
            grouped = literal(f"^[+-]?[0-9]{{1,3}}({mark}[0-9]{{3}})+({decimal}[0-9]*)?$")
            bare = f"replace({text}, {literal(self.thousands)}, '')"
            text = f"case when regexp_matches({text}, {grouped}) then {bare} else {text} end"
        if self.decimal != ".":
            text = f"replace({text}, {literal(self.decimal)}, '.')"
        if self.factor:
            number = f"try_cast({text} as decimal(18, 6)) * cast({literal(self.factor)} as decimal(18, 12))"
            text = f"coalesce(cast({number} as varchar), {text})"
        return text


PLAIN = Rule()


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def date_parts(form: str) -> tuple[str, list[str]] | None:
    """A format's pattern, and which part each of its groups is; None where it names parts that dates don't have."""
    for short, long in {**_ALIKE, "-": "%"}.items():
        form = form.replace(f"%{short}", long)
    pattern, found, place = "", [], 0
    # Without marks between them, parts must be as long as they can be.
    patterns = _PARTS if re.search(r"%.[^%A-Za-z0-9]", form) else _IN_DIGITS_ALONE
    while place < len(form):
        if form[place] == "%":
            part = form[place + 1 : place + 2]
            if part not in patterns or part in found:
                return None
            pattern, place = pattern + patterns[part], place + 2
            found.append(part)
        else:
            pattern += "[" + form[place] + "]" if form[place] not in "^[]\\" else "\\" + form[place]
            place += 1
    has_day = "d" in found and bool({"m", "b", "B"} & {*found}) and bool({"y", "Y"} & {*found})
    return (f"^{pattern}$", found) if has_day else None


def _date_text(text: str, form: str, column: Column) -> str:
    """One branch of a case: where the text has the format, it as `2024-02-16`, or `2024-02-16 13:45:00`."""
    parts = date_parts(form)
    if parts is None:
        raise AssertionError(f"no date format: {form}")
    pattern, found = parts
    group = {part: f"regexp_extract({text}, {literal(pattern)}, {n})" for n, part in enumerate(found, 1)}
    two = {part: f"right(concat('0', {group[part]}), 2)" for part in ("m", "d", "H", "I") if part in group}
    year = group.get("Y") or f"concat(case when {group['y']} <= '68' then '20' else '19' end, {group['y']})"
    month = two.get("m") or _month(group[next(part for part in ("b", "B") if part in group)])
    iso = f"{year}, '-', {month}, '-', {two['d']}"
    hour = two.get("H") or (_hour(group["I"], group.get("p")) if "I" in group else None)
    if column.kind == "timestamp" and hour:
        iso += f", ' ', {hour}, ':', {group.get('M', literal('00'))}"
        if "S" in group:
            iso += f", ':', {group['S']}" + (f", '.', {group['f']}" if "f" in group else "")
    return f"when regexp_matches({text}, {literal(pattern)}) then concat({iso})"


def _month(name: str) -> str:
    whens = " ".join(f"when '{month}' then '{n:02}'" for n, month in enumerate(_MONTHS, 1))
    return f"case lower({name}) {whens} else '??' end"


def _hour(hour: str, half: str | None) -> str:
    """An hour of twelve as one of twenty-four."""
    number = f"cast({hour} as integer) % 12"
    if half:
        number += f" + case when lower({half}) = 'p' then 12 else 0 end"
    return f"right(concat('0', cast({number} as varchar)), 2)"
