"""What is proposed for a folder: for each file a preset, a source of its own, or nothing."""

from dataclasses import dataclass, replace
from pathlib import Path

from analytics.extracts.schema import TABLES
from analytics.mapping.proposing.contents import few_words
from analytics.mapping.proposing.looking import Looked, look
from analytics.mapping.proposing.matching import Match, Matched, matched_table
from analytics.mapping.proposing.recognising import Recognised, offers, recognised, settings, takes

_STANDS_FOR = {"claim_line_start_date": "claim_start_date"}


@dataclass(frozen=True)
class Proposal:
    """What each file of a folder is.

    presets: files that a preset reads. sources: those that need a source of their own. own: those in the contract's
    layout. others: no table of ours. unread: no table at all.
    """

    folder: Path
    presets: tuple[Recognised, ...] = ()
    sources: tuple[Matched, ...] = ()
    own: tuple[Matched, ...] = ()
    others: tuple[Looked, ...] = ()
    unread: tuple[Looked, ...] = ()

    @property
    def tables(self) -> set[str]:
        """The tables that any of the files gives."""
        return {one.offer.table for one in self.presets} | {one.table.name for one in (*self.sources, *self.own)}

    @property
    def payers(self) -> tuple[str, ...]:
        """The payers' names, from the columns that hold them, and from what presets take for granted."""
        found = {
            word
            for one in (*self.sources, *self.own)
            if "payer" in one.matches
            for word in few_words(one.matches["payer"].seen) or ()
        }
        for preset in {one.offer.preset for one in self.presets}:
            default = settings(preset).get("payer", {}).get("default")
            found |= {default} if default else set()
        return tuple({name.lower(): name for name in sorted(found)}.values())


def propose(folder: Path) -> Proposal:
    """Look at the files of a folder, and say what each is.

    Folders in it are looked into unless it holds both tables itself that there must be: they may be of other runs.
    """
    found = _proposed(folder, look(folder, deep=False))
    needed = {table.name for table in TABLES.values() if table.required}
    if needed <= found.tables or not any(path.is_dir() for path in folder.iterdir()):
        return found
    return _proposed(folder, look(folder, deep=True))


def _proposed(folder: Path, files: list[Looked]) -> Proposal:
    found = Proposal(folder)
    for looked in files:
        if looked.unread:
            found = replace(found, unread=(*found.unread, looked))
            continue
        fits = recognised(looked, folder)
        matched = None if fits or looked.form == "fhir" else matched_table(looked)
        if fits:
            found = replace(found, presets=(*found.presets, *fits))
        elif matched is None:
            found = replace(found, others=(*found.others, looked))
        elif _is_own_layout(matched, folder):
            found = replace(found, own=(*found.own, matched))
        else:
            found = replace(found, sources=(*found.sources, matched))
    return _together(_with_presets(found))


def _with_presets(found: Proposal) -> Proposal:
    """A preset that fits some files also takes those that it names and that have our own columns alone."""
    chosen = {one.offer.preset for one in found.presets}
    taken = {
        one: Recognised(one.looked, offer, True)
        for one in found.sources
        for offer in offers()
        if offer.preset in chosen and offer.table == one.table.name and takes(offer, one.looked, found.folder)
    }
    left = tuple(one for one in found.sources if one not in taken)
    return replace(found, presets=(*found.presets, *taken.values()), sources=left)


def _together(found: Proposal) -> Proposal:
    """A table that a source of its own is written for is read from what is written alone: so all its files are."""
    mapped = {one.table.name for one in found.sources} | {one.offer.table for one in found.presets}
    needed = tuple(one for one in found.own if one.table.name in mapped)
    written = {one.table.name for one in (*found.sources, *needed)}
    return replace(
        found,
        own=tuple(one for one in found.own if one not in needed),
        sources=(*found.sources, *needed),
        presets=tuple(replace(one, is_found=one.is_found and one.offer.table not in written) for one in found.presets),
    )


def _is_own_layout(matched: Matched, folder: Path) -> bool:
    """Whether a file is found and read without a word about it."""
    looked, name = matched.looked, matched.table.name
    for path in looked.paths:
        parts = path.relative_to(folder).parts
        is_file = len(parts) == 1 and path.name in (f"{name}.parquet", f"{name}.csv", f"{name}.csv.gz")
        if not is_file and not (parts[0] == name and path.suffix == ".parquet"):
            return False
    is_plain = looked.delimiter == "," and looked.encoding == "utf-8" and looked.compression is None
    return is_plain and looked.has_header and not matched.missing and all(map(_is_plain, matched.matches.values()))


def _is_plain(match: Match) -> bool:
    return match.how == "name" and not (match.formats or match.words or match.marks)


def missing_columns(matched: Matched) -> set[str]:
    """The columns of a table that a file has nothing for, not even in doubt."""
    there = matched.matches.keys() | {doubt.column.name for doubt in matched.doubts}
    names = matched.table.names
    return {name for name in names if name not in there and _STANDS_FOR.get(name) not in there}
