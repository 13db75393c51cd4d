"""A proposal as the text of an `um.toml`: what is sure and likely in force, what is unsure behind a # with why."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from string import digits

from analytics.mapping.places import files_of
from analytics.mapping.proposing.looking import one_line
from analytics.mapping.proposing.matching import LIKELY, Match, Matched
from analytics.mapping.proposing.proposal import Proposal
from analytics.mapping.proposing.recognising import Recognised, settings

_HEAD = """\
# Proposed by `um init` from what the files look like. Look it through, then run `um check` on the folder.
# A line behind # is not in force: it is unsure or missing, and says why. A line marked "likely" is in force.
"""
# Words that stand for nothing wherever they are met; others only in columns of dates and numbers.
_EVERYWHERE = ("null", "(null)", "\\n", "nan", "~")
_SIGNS = {"\t": "\\t", "\n": "\\n"}
# What the contract says of columns that layouts often lack.
_CONSTANTS = {
    "payer": "the payer's name, as [policies] has it",
    "claim_line_number": "1, if no claim has two lines; else rows of a claim can't be told apart",
    "request_type": "initial, if the files hold no renewals",
}


def um_toml(proposal: Proposal, policies: Mapping[str, str], payer: str | None) -> str:
    """The text. policies: payers that a policy names (lower case) -> its id, and "" -> every id there is, listed."""
    parts = [_HEAD, _policies(proposal, policies, payer)]
    for preset in dict.fromkeys(one.offer.preset for one in proposal.presets):
        parts.append(_preset(preset, [one for one in proposal.presets if one.offer.preset == preset], proposal, payer))
    parts += [_source(one, proposal, payer) for one in proposal.sources]
    return "\n".join(part for part in parts if part)


def _policies(proposal: Proposal, policies: Mapping[str, str], payer: str | None) -> str:
    names = dict.fromkeys([*proposal.payers, *([payer] if payer else [])])
    unknown = [name for name in names if name.lower() not in policies]
    if not unknown:
        return ""
    lines = ["[policies]", f"# Which policy judges a payer that no policy names: {policies['']}."]
    return "\n".join(
        [*lines, *(f'# {text(name)} = "…"  # missing: until then its rows are out of scope' for name in unknown), ""]
    )


def _preset(preset: str, found: list[Recognised], proposal: Proposal, payer: str | None) -> str:
    lines = [f"[presets.{preset}]"]
    for name, given in settings(preset).items():
        value = payer if name == "payer" and payer else given.get("default")
        about = given["about"].rstrip(".")
        if value is None:
            lines.append(f'# {name} = "…"  # missing: {about}')
        elif value:
            lines.append(f"{name} = {text(value)}  # likely: {about}")
    lines.append("")
    for offer in dict.fromkeys(one.offer for one in found):
        files = [one for one in found if one.offer == offer]
        if not all(one.is_found for one in files):
            paths = [path for one in files for path in one.looked.paths]
            lines += [f"[[source.{offer.table}]]", f'amends = "{preset}.{offer.name}"']
            lines += [f"path = {_paths(paths, proposal.folder)}", ""]
    return "\n".join(lines)


def _source(matched: Matched, proposal: Proposal, payer: str | None) -> str:
    looked, table = matched.looked, matched.table.name
    lines = [
        f"# ---- {one_line(looked.called)}",
        f"[[source.{table}]]",
        f"path = {_paths(looked.paths, proposal.folder)}",
    ]
    if looked.form != "csv" or looked.paths[0].suffix.lower() not in (".csv", ".gz", ".txt", ".tsv", ".parquet"):
        lines.append(f"format = {text(looked.form)}")
    if looked.form == "csv" and looked.delimiter != ",":
        lines.append(f"delimiter = {text(looked.delimiter)}")
    if looked.encoding != "utf-8":
        lines.append(f"encoding = {text(looked.encoding)}")
    if looked.compression is not None and looked.form != "parquet":
        lines.append(f"compression = {text(looked.compression)}")
    if not looked.has_header:
        lines.append(f"header = [{', '.join(map(text, looked.names))}]  # its first line names no columns")
    shared = _shared_format(matched)
    if shared:
        lines.append(f"date_format = {text(shared)}")
    blank = sorted({word for one in matched.matches.values() for word in one.blank if word.lower() in _EVERYWHERE})
    if blank:
        lines.append(f"blank = [{', '.join(map(text, blank))}]")
    columns = list(_columns(matched, shared, payer, proposal.payers))
    if columns:
        lines += [f"[source.{table}.columns]", *columns]
    return "\n".join([*lines, ""])


def _columns(matched: Matched, shared: str | None, payer: str | None, payers: tuple[str, ...]) -> Iterator[str]:
    """The lines of a source's columns, in the table's order: what is read, then what isn't."""
    for column in matched.table.columns:
        match = matched.matches.get(column.name)
        if match is not None:
            remark = f"  # {match.certainty}: {_remark(match)}" if match.certainty == LIKELY else ""
            line = _reading(match, shared) or (f"{column.name} = {text(match.seen.name)}" if remark else "")
            if line:
                yield line + remark
    for doubt in matched.doubts:
        yield f"# {_reading(_undecided(doubt), shared)}  # unsure: {one_line(doubt.because)}"
    doubtful = {doubt.column.name for doubt in matched.doubts}
    for column in matched.missing:
        if column.name == "payer" and payer:
            yield f"payer = {{ constant = {text(payer)} }}"
        elif column.name not in doubtful:
            why = _CONSTANTS.get(column.name)
            only = payers[0] if column.name == "payer" and len(payers) == 1 else "…"
            value = f"{{ constant = {text(only)} }}" if why else '"…"'
            yield f"# {column.name} = {value}  # missing, and needed{f': {why}' if why else ''}"


def _undecided(match: Match) -> Match:
    """A doubtful match without formats of which nobody knows the right one."""
    return replace(match, formats=match.formats if len(match.formats) == 1 else ())


def _reading(match: Match, shared: str | None) -> str:
    """`column = …` of a match; nothing where it is read without being named."""
    more = []
    if match.words:
        more.append(f"values = {{ {', '.join(f'{key(word)} = {text(meant)}' for word, meant in match.words)} }}")
    if match.formats and match.formats[0] != shared:
        name = "timestamp_format" if "%H" in match.formats[0] or "%I" in match.formats[0] else "date_format"
        more.append(f"{name} = {text(match.formats[0])}")
    more += [f"{mark} = {text(sign)}" for mark, sign in match.marks]
    blank = [word for word in match.blank if word.lower() not in _EVERYWHERE]
    if blank:
        more.append(f"blank = [{', '.join(map(text, blank))}]")
    name = match.seen.name
    if more:
        return f"{match.column.name} = {{ column = {text(name)}, {', '.join(more)} }}"
    return "" if name.strip().lower() == match.column.name else f"{match.column.name} = {text(name)}"


def _remark(match: Match) -> str:
    """What to look at, of a column that is likely."""
    remarks = [match.because] if match.because else []
    if match.words:
        remarks.append("look whether the words mean that")
    if match.unknown:
        words = ", ".join(f"'{word}'" for word in match.unknown)
        remarks.append(f"{words} {'is' if len(match.unknown) == 1 else 'are'} no known word, and would be quarantined")
    return one_line("; ".join(remarks)) or "by what it holds"


def _shared_format(matched: Matched) -> str | None:
    """The date format that most of a file's columns have."""
    found = Counter(one.formats[0] for one in matched.matches.values() if one.formats)
    return found.most_common(1)[0][0] if found else None


def _paths(paths: tuple[Path, ...] | list[Path], folder: Path) -> str:
    """The files by their names; by a pattern where they are several, and it names these and no other."""
    # Signs that would make a pattern of a name stand for themselves in brackets.
    named = [re.sub(r"[*?\[]", r"[\g<0>]", path.relative_to(folder).as_posix()) for path in paths]
    if len(named) == 1:
        return text(named[0])
    start, end = _common(named), _common([name[::-1] for name in named])[::-1]
    pattern = f"{start.rstrip(digits)}*{end.lstrip(digits)}"
    if "/" not in pattern.partition("*")[2] and set(files_of(folder, (pattern,))) == set(paths):
        return text(pattern)
    return f"[{', '.join(map(text, named))}]"


def _common(names: list[str]) -> str:
    """What all names begin with."""
    first, last = min(names), max(names)
    place = next((place for place, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), None)
    return first if place is None else first[:place]


def key(word: str) -> str:
    """A key as TOML writes it."""
    return word if re.fullmatch(r"[A-Za-z0-9_-]+", word) else text(word)


def text(value: str) -> str:
    """A text as TOML writes it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda sign: _SIGNS.get(sign[0], f"\\u{ord(sign[0]):04X}"), escaped) + '"'
