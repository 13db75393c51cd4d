"""What the database met inside a file of an extract, in one sentence."""

import re

from analytics.errors import UserError
from analytics.extracts.files import Source


def unreadable(fault: Exception, sources: list[Source]) -> UserError | None:
    """The sentence for a fault that the database met inside a file, or None where it is no fault of a file."""
    import duckdb

    text = str(fault)
    shaped = [source.name for source in sources if source.computed or source.keep]
    if shaped and isinstance(fault, (duckdb.ConversionException, duckdb.OutOfRangeException)):
        named = " or ".join(f"'{name}'" for name in shaped)
        return UserError(
            f"An expression of the configuration, for {named}, "
            "can't be worked out on one of the rows: take such rows out with a case, or use a simpler expression."
        )
    files = {str(path): path.name for source in sources for path in source.files}
    name = next((files[path] for path in files if path in text), None)
    if name is None and len(files) == 1:
        name = next(iter(files.values()))
    line = re.search(r"CSV Error on Line: (\d+)", text)
    where = f"'{name or 'an extract'}', line {line.group(1)}," if line else f"'{name or 'an extract'}'"
    columns = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text)
    if columns:
        return UserError(
            f"{where} has {columns.group(2)} values where the header names {columns.group(1)} columns: "
            "quote values that hold a comma, and export it again."
        )
    if "not utf-8" in text or "Invalid unicode" in text or ("utf-8" in text.lower() and line):
        return UserError(f"{where} is not UTF-8 text: export it as CSV in UTF-8, or as Parquet.")
    if "invalid state" in text:
        return UserError(
            f"{where} mixes Windows and Unix line ends, or breaks a quote: write it with one kind of line end."
        )
    if line:
        return UserError(f"{where} can't be read as CSV: check its quotes, or export it again.")
    if ".gz" in text or "gzip" in text.lower() or "GZIP" in text:
        return UserError(f"{where} is not a complete gzip file: export it again.")
    if name is not None:
        return UserError(f"{where} can't be read to its end (cut off or damaged): export it again.")
    return None
