"""A proposal in a few lines: what each file is, what is left to decide, what is not there and what that costs."""

from collections.abc import Iterator

from analytics.extracts.schema import TABLES
from analytics.mapping.proposing.looking import Looked
from analytics.mapping.proposing.matching import LIKELY, Matched
from analytics.mapping.proposing.proposal import Proposal, missing_columns
from analytics.mapping.proposing.synonyms import lost_without

_MARKS = {";": "semicolons", "\t": "tabs", "|": "pipes"}


def summary(proposal: Proposal) -> Iterator[str]:
    """The lines, without a value of any row but the words of columns that have few."""
    for one in proposal.own:
        yield f"{one.looked.called}: {one.table.name}, in the contract's layout: nothing is needed."
    for looked in dict.fromkeys(one.looked for one in proposal.presets):
        fits = [one.offer for one in proposal.presets if one.looked == looked]
        tables = ", ".join(dict.fromkeys(offer.table for offer in fits))
        yield f"{looked.called}: {tables}, by the preset {fits[0].preset}."
    for one in proposal.sources:
        yield from _source(one)
    for looked in proposal.others:
        kinds = f", FHIR of {', '.join(sorted(looked.resources))}" if looked.resources else ""
        yield f"{looked.called}: no table of ours{kinds}."
    for looked in proposal.unread:
        yield f"{looked.called}: not read, as {looked.unread}."
    yield from _lost(proposal)


def _source(one: Matched) -> Iterator[str]:
    yield f"{one.looked.called}: {one.table.name} ({', '.join(_written(one.looked))})."
    likely = [match for match in one.matches.values() if match.certainty == LIKELY]
    yield f"  sure: {len(one.matches) - len(likely)} columns"
    if likely:
        yield f"  likely: {', '.join(f'{match.column.name} from {match.seen.name}' for match in likely)}"
    for doubt in one.doubts:
        yield f"  unsure: {doubt.column.name} from {doubt.seen.name}: {doubt.because}"
    doubtful = {doubt.column.name for doubt in one.doubts}
    missing = [column.name for column in one.missing if column.name not in doubtful]
    if missing:
        yield f"  missing, and needed: {', '.join(missing)}"


def _written(looked: Looked) -> Iterator[str]:
    yield {"csv": "CSV", "parquet": "Parquet", "json": "JSON"}[looked.form]
    if looked.delimiter in _MARKS:
        yield f"separated by {_MARKS[looked.delimiter]}"
    if looked.encoding != "utf-8":
        yield looked.encoding
    if not looked.has_header:
        yield "without names of columns"


def _lost(proposal: Proposal) -> Iterator[str]:
    """Tables and columns that are not there, with what that costs."""
    lines = []
    for table in TABLES.values():
        if table.name in proposal.tables:
            continue
        if table.required:
            lines.append(f"  {table.name}: needed; there is no report without it")
        else:
            measures = f" ({', '.join(table.measures)})" if table.measures else ""
            lines.append(f"  {table.name}{measures}: {lost_without(table.name)}")
    by_preset = {one.offer.table for one in proposal.presets}
    for table in {one.table.name: one.table for one in proposal.sources if one.table.name not in by_preset}.values():
        parts = [missing_columns(one) for one in (*proposal.sources, *proposal.own) if one.table is table]
        for column in table.columns:
            cost = lost_without(table.name, column.name) if column.name in set.intersection(*parts) else None
            if cost is not None:
                lines.append(f"  {table.name}.{column.name}: {cost}")
    if lines:
        yield "Not there, and what that costs:"
        yield from dict.fromkeys(lines)
