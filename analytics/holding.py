"""Where tables of many rows are held: compressed, in a database file in the folder of temporary files.

Of a table in memory the database can't put all on disk when memory runs short: the first rows of each column of each
part stay, some 5 % as measured, and ten million lines in scope leave too little of a gigabyte to work with. A file has
no such rest. Few rows are held in memory, where a table is made sooner.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

#: Tables by whose rows it is known, early in a run, whether there are many.
TELLING = ("medical_claim_known", "authorization_in_scope", "clinical_answer_in_scope")
MANY = 1_000_000
IN_MEMORY, IN_FILE = "temp table ", "table held.main."


def after(name: str, place: str, connection: "duckdb.DuckDBPyConnection", folder: str) -> str:
    """Where tables are made after this one: in a file, once one tells that there are many rows."""
    if place == IN_FILE or name not in TELLING:
        return place
    (found,) = connection.execute(f"select count(*) from {name}").fetchall()
    if found[0] <= MANY:
        return IN_MEMORY
    file = str(Path(folder) / "held.duckdb").replace("'", "''")
    connection.execute(f"attach '{file}' as held")
    # Nothing needs to be safe in the file: what is lost when a run ends is made again by the next.
    connection.execute("set checkpoint_threshold = '1TB'")
    connection.execute("pragma disable_checkpoint_on_shutdown")
    connection.execute("set search_path = 'memory.main,held.main'")
    return IN_FILE
