"""What Spark says of a fault, as a sentence for who can mend it. Spark's own words may quote values of rows."""

import re
from collections.abc import Iterable
from pathlib import Path

from analytics.errors import UserError
from analytics.extracts.files import Source

_AGAIN = "export it again."


def sentence(fault: Exception, sources: Iterable[Source], remote: str | None) -> UserError | None:
    """The sentence for a fault of an extract, of the cluster or of the way there; None where it is none of these."""
    said = str(fault)
    if "PATH_NOT_FOUND" in said or "FileNotFoundException" in said or "FILE_NOT_EXIST" in said:
        where = _named(said, sources)
        if remote is None:
            return UserError(f"{where} is gone since the extracts were looked at: start again.")
        return UserError(
            f"The server at '{remote}' does not find {where} under the path that it has here: put the extracts where "
            "both see them, or name tables of its catalog under [tables] in um.toml."
        )
    if "MALFORMED_RECORD_IN_PARSING" in said or "MALFORMED_CSV_RECORD" in said:
        return UserError(
            f"{_named(said, sources)} has a line with more or fewer values than its header names columns: "
            "quote values that hold a comma, and export it again."
        )
    if "gzip" in said.lower() or "EOFException" in said:
        return UserError(f"{_named(said, sources)} is not a complete gzip file: {_AGAIN}")
    if "PARQUET_TYPE_ILLEGAL" in said or "PARQUET_TYPE_NOT_SUPPORTED" in said:
        return UserError(
            f"{_named(said, sources)} stores a column in a type that Spark can't read ({_kind(said)}): "
            "store it as text, or leave --engine spark out."
        )
    if "EMPTY_PARTITION_COLUMN_VALUE" in said:
        return UserError(
            "A folder of Parquet files has a name like 'payer=' without a value, which Spark refuses: call it "
            "'payer=__HIVE_DEFAULT_PARTITION__' for rows without one, or leave --engine spark out."
        )
    if "FAILED_READ_FILE" in said or "CANNOT_READ_FILE" in said or "is not a Parquet file" in said:
        return UserError(f"{_named(said, sources)} can't be read to its end (cut off or damaged): {_AGAIN}")
    return _of_cluster(said, remote)


def _of_cluster(said: str, remote: str | None) -> UserError | None:
    where = f"the cluster behind '{remote}'" if remote else "this machine"
    if "No space left on device" in said:
        return UserError(f"The disk of {where} is full: free space there.")
    if "OutOfMemoryError" in said or "Java heap space" in said:
        more = "give its executors more" if remote else "give more with --memory-limit, like 8GB"
        return UserError(f"Spark's memory on {where} is too little for these extracts: {more}.")
    if "INSUFFICIENT_PERMISSIONS" in said or "PERMISSION_DENIED" in said or "AccessControlException" in said:
        return UserError(f"{where[0].upper()}{where[1:]} does not let you read an extract: ask for the right to.")
    lost = ("UNAVAILABLE", "failed to connect", "Connection reset", "SESSION_CLOSED", "SESSION_NOT_FOUND")
    if remote is not None and any(word in said for word in lost):
        return UserError(f"The Spark Connect server at '{remote}' no longer answers: look after it, and start again.")
    return None


def _kind(said: str) -> str:
    """The type that a fault names, without anything else of its text."""
    found = re.search(r"Parquet type: ([A-Z0-9_]+(?: \([A-Z0-9_(), =a-z]*\))?)", said)
    return found.group(1) if found else "an unusual one"


def _named(said: str, sources: Iterable[Source]) -> str:
    """The file that a fault is about, as messages call it."""
    every = list(sources)
    for source in every:
        for path in source.files:
            if str(path.absolute()) in said:
                return f"'{path.name}'"
    files: list[Path] = [path for source in every for path in source.files]
    return f"'{files[0].name}'" if len(files) == 1 else "An extract"
