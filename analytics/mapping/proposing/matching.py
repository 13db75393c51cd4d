"""Which table a file holds, and which of its columns is which of ours: by name, by synonym, by what it holds.

sure: the column's own name, or one that means nothing else, and what it holds agrees. likely: read too, with a remark.
unsure: not read; written down with the reason, for somebody to decide.
"""

import re
from dataclasses import dataclass, replace

from analytics.extracts.schema import TABLES, Column, Table
from analytics.mapping.proposing.contents import (
    MANY,
    blanks_of,
    code_of,
    dated,
    few_words,
    holds_own_words,
    is_code,
    number_marks,
    texts_of,
    worded,
)
from analytics.mapping.proposing.looking import Looked, Seen
from analytics.mapping.proposing.synonyms import guesses, meanings, plain

SURE, LIKELY, UNSURE = "sure", "likely", "unsure"
_RANK = {SURE: 2, LIKELY: 1, UNSURE: 0}
_NUMBERS = ("integer", "units", "amount", "measure")
# Columns whose values are codes that tell what they are.
_CODE_KINDS = {
    **{
        "hcpcs_code": "hcpcs",
        "diagnosis_code": "icd10",
        "diagnosis_code_1": "icd10",
        "prescriber_specialty": "taxonomy",
    },
    **{"rendering_npi": "npi", "billing_npi": "npi", "prescriber_npi": "npi", "source_code": "loinc"},
    **{f"hcpcs_modifier_{number}": "modifier" for number in range(1, 6)},
}
_SAYS = {
    "hcpcs": "HCPCS codes",
    "icd10": "ICD-10 codes",
    "ndc": "NDCs",
    "loinc": "LOINC codes",
    "npi": "NPIs",
    "taxonomy": "taxonomy codes of specialties",
    "modifier": "modifiers",
}
_BY_CONTENT = ("hcpcs_code", "diagnosis_code", "diagnosis_code_1", "source_code", "ndc_code", "prescriber_specialty")
# Words of a file's name that speak for a table.
_HINTS = {
    "medical_claim": ("claim", "carrier", "professional", "institutional", "837", "medical"),
    "authorization": ("auth", "prior", "pa_", "request", "um_case"),
    "criterion_review": ("criteri", "review"),
    "clinical_answer": ("answer", "question", "clinical"),
    "eligibility": ("elig", "enrol", "member", "coverage", "benefic"),
    "observation": ("lab", "obs", "vital", "result"),
    "pharmacy_claim": ("pharm", "rx", "pde", "dispens"),
}
_LEAST_SHARE = 0.6


@dataclass(frozen=True, eq=False)
class Match:
    """A column of a file for one of ours.

    because: what speaks against certainty, as a clause. formats: of its dates, where these aren't the contract's.
    words, unknown: of a word column, what its words mean, and those that nothing knows. marks: of its numbers.
    blank: words in it that stand for nothing.
    """

    column: Column
    seen: Seen
    certainty: str
    how: str
    because: str = ""
    formats: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()
    marks: tuple[tuple[str, str], ...] = ()
    blank: tuple[str, ...] = ()

    @property
    def is_own(self) -> bool:
        """Whether it is read without being named: it has our name, and nothing needs to be said of it."""
        same = self.seen.name.strip().lower() == self.column.name
        return same and not (self.formats or self.words or self.marks or self.blank)


@dataclass(frozen=True, eq=False)
class Matched:
    """A file held against a table. matches: what is read, by our columns. doubts: what isn't, with why."""

    looked: Looked
    table: Table
    matches: dict[str, Match]
    doubts: tuple[Match, ...]

    @property
    def missing(self) -> tuple[Column, ...]:
        """Required columns that nothing gives."""
        stands = {"claim_line_start_date": "claim_start_date"}
        return tuple(
            column
            for column in self.table.columns
            if column.required and not {column.name, stands.get(column.name, column.name)} & self.matches.keys()
        )

    @property
    def share(self) -> float:
        """How many of the columns that tell this table from others are there; doubtful ones count less."""
        common = {"person_id", "payer", *([] if self.table.name == "authorization" else ["authorization_id"])}
        telling = [column for column in self.table.columns if column.required and column.name not in common]
        missing = {column.name for column in self.missing}
        doubtful = {doubt.column.name for doubt in self.doubts} & missing
        found = sum(0.75 if one.name in doubtful else one.name not in missing for one in telling)
        return found / len(telling)


def matched_table(looked: Looked) -> Matched | None:
    """The table that a file holds, with its columns; None where it is none of ours."""
    tried = [match(looked, table) for table in TABLES.values()]
    fit = [one for one in tried if one.share >= _LEAST_SHARE]
    return max(fit, key=lambda one: (one.share + _hint(one), len(one.matches)), default=None)


def _hint(one: Matched) -> float:
    """What the file's name adds."""
    path = one.looked.paths[0]
    if one.table.name in (path.name.lower().split(".")[0], path.parent.name.lower()):
        return 1.0
    return 0.15 * any(word in path.name.lower() for word in _HINTS[one.table.name])


def match(looked: Looked, table: Table) -> Matched:
    """A file's columns held against a table's."""
    found: dict[str, list[Match]] = {}
    for seen in looked.columns:
        one = _named(seen, table)
        if one is not None:
            found.setdefault(one.column.name, []).append(one if looked.has_header else replace(one, certainty=UNSURE))
    for name, several in _by_content(looked, table, found).items():
        found.setdefault(name, []).extend(several)
    matches, doubts = {}, []
    for name, several in found.items():
        best, *others = sorted(several, key=lambda one: (-_RANK[one.certainty], one.how != "name"))
        rivals = [one for one in others if _RANK[one.certainty] == _RANK[best.certainty] and one.how == best.how]
        if rivals and any(set(texts_of(one.seen)) != set(texts_of(best.seen)) for one in rivals):
            named = " or ".join(f"'{one.seen.name}'" for one in (best, *rivals))
            doubts += [replace(one, certainty=UNSURE, because=f"it may be {named}") for one in (best, *rivals)]
        elif best.certainty == UNSURE:
            doubts += several
        else:
            matches[name] = best
    matches, undated = _settle_days(matches)
    if table.key == ("authorization_id",) and "authorization_id" in matches:
        matches["authorization_id"] = _held_key(matches["authorization_id"])
    return Matched(looked, table, matches, (*doubts, *undated))


def _named(seen: Seen, table: Table) -> Match | None:
    """What a column's name says it is, and whether what it holds agrees."""
    own, name = seen.name.strip().lower(), plain(seen.name)
    if own in table.names:
        return _held(Match(table[own], seen, SURE, "name"))
    if name in meanings(table.name):
        return _held(Match(table[meanings(table.name)[name]], seen, SURE, "synonym"))
    if name in guesses(table.name):
        column, because = guesses(table.name)[name]
        return _held(Match(table[column], seen, UNSURE, "synonym", because))
    return None


def _held(match: Match) -> Match:
    """The match with what its content says: how dates and numbers are written, what words mean, what doesn't fit."""
    column, seen = match.column, match.seen
    if not texts_of(seen):
        return match
    match = replace(match, blank=tuple(blanks_of(seen)) if column.is_typed else ())
    if column.kind in ("date", "timestamp"):
        return _held_dates(match)
    if column.kind in _NUMBERS:
        return _held_numbers(match)
    if column.kind in ("word", "boolean"):
        return _held_words(match)
    kind = _CODE_KINDS.get(column.name)
    if kind is not None and not is_code(seen, kind):
        return match if kind == "npi" else _doubted(match, f"what it holds are no {_SAYS[kind]}")
    if kind is not None and match.certainty == UNSURE and kind != "npi":
        return replace(match, certainty=LIKELY)
    if column.name == "payer" and few_words(seen) is None:
        return _doubted(match, "it holds many different values, as no column of payers does")
    return match


def _held_dates(match: Match) -> Match:
    kind = match.seen.kind
    if kind == "DATE" or (kind.startswith("TIMESTAMP") and match.column.kind == "timestamp"):
        return match
    found = dated(match.seen, match.column)
    if found is None:
        found = dated(match.seen, match.column, MANY)
        match = _lessened(match, "some of what it holds are no such dates")
    if found is None:
        return _doubted(match, "it holds no dates, or dates in several formats")
    return replace(match, formats=found.formats)


def _held_numbers(match: Match) -> Match:
    marks = number_marks(match.seen)
    if marks is None:
        marks = number_marks(match.seen, MANY)
        match = _lessened(match, "some of what it holds are no numbers")
    if marks is None:
        return _doubted(match, "it holds other than numbers")
    return replace(match, marks=(*marks.items(),))


def _held_key(match: Match) -> Match:
    """A column that must tell rows apart, and whether it does."""
    texts = match.seen.texts
    if len(set(texts)) > 0.98 * len(texts):
        return match
    because = (
        "many rows share one, and would be quarantined where they differ: an expression may add what tells them apart"
    )
    return _lessened(match, because)


def _lessened(match: Match, because: str) -> Match:
    """What was sure is likely; a doubt stays as it was."""
    return replace(match, certainty=LIKELY, because=because) if match.certainty == SURE else match


def _held_words(match: Match) -> Match:
    found = worded(match.seen, match.column)
    if found is None:
        return _doubted(match, "it holds many different values, and no few words")
    known, unknown = found
    if match.how == "name" and holds_own_words(match.seen, match.column):
        return match
    n_words = len(few_words(match.seen) or ())
    if len(unknown) == n_words:
        return _doubted(match, "its words are none that are known")
    match = replace(match, words=(*known.items(),), unknown=(*unknown,))
    if match.certainty == UNSURE:
        return replace(match, certainty=LIKELY) if not unknown and n_words > 1 else match
    return replace(match, certainty=LIKELY) if known or unknown else match


def _doubted(match: Match, because: str) -> Match:
    """A column of our own name is read all the same; any other isn't."""
    return replace(match, because=because, certainty=LIKELY if match.how == "name" else UNSURE)


def _by_content(looked: Looked, table: Table, found: dict[str, list[Match]]) -> dict[str, list[Match]]:
    """Columns that nothing names, whose values look like one of ours that is not there."""
    named = {one.seen.name for several in found.values() for one in several}
    wanted = {_CODE_KINDS.get(name, "ndc"): name for name in _BY_CONTENT if name in table.names and name not in found}
    more: dict[str, list[Match]] = {}
    for seen in looked.columns:
        kind = code_of(seen) if wanted and seen.name not in named else None
        if kind in wanted:
            because = f"its name says nothing, but its values look like {_SAYS[kind]}"
            match = Match(table[wanted[kind]], seen, UNSURE, "content", because)
            more.setdefault(wanted[kind], []).append(match)
    return more


def _settle_days(matches: dict[str, Match]) -> tuple[dict[str, Match], list[Match]]:
    """Dates like 03/04/2024: day or month first, as the file's other dates tell; doubtful where none does."""
    orders = {_month_first(one.formats[0]) for one in matches.values() if len(one.formats) == 1} - {None}
    settled, doubts = {}, []
    for name, one in matches.items():
        fits = [form for form in one.formats if _month_first(form) in orders]
        if len(one.formats) < 2:
            settled[name] = one
        elif len(orders) == 1 and fits:
            because = f"{'month' if orders == {True} else 'day'} first, as in the file's other dates"
            settled[name] = replace(one, certainty=LIKELY, because=because, formats=(fits[0],))
        else:
            because = f"its dates may be {' or '.join(one.formats)}: no day above 12 tells"
            doubts.append(replace(one, certainty=UNSURE, because=because))
    return settled, doubts


def _month_first(form: str) -> bool | None:
    """Whether a format has the month before the day; None where its other marks would tell, as in 2024-03-04."""
    found = re.match(r"%([md])[/-]%([md])", form)
    return found.group(1) == "m" if found else None
