"""A folder of invented extracts that reads like a plan's own: behind `um sample OUT --persons N --seed S`.

The same number of persons and the same seed give the same bytes on every platform. Beside the invented people
(`course`) stand the planted ones (`planted`), each of whom shows one thing that the product must report.
"""

import os
import shutil
from pathlib import Path
from tempfile import mkdtemp

from analytics.errors import UserError
from analytics.sample.course import follow
from analytics.sample.dice import Dice
from analytics.sample.person import bill_other, enroll, make_person
from analytics.sample.planted import add_planted
from analytics.sample.readme import readme
from analytics.sample.rows import Book, write_tables
from analytics.sample.world import FIRST_REQUEST, FIRST_SERVICE, HARBOR, LAST_DAY, PAYERS, days, practices

__all__ = ["write_sample"]

MOST_PERSONS = 800_000
MARK = "# Written by `um sample`"
SETTINGS = f"""\
{MARK}: invented data, see README.md.
# Which policy judges which payer's members. EmblemHealth and ConnectiCare are named by their own policy
# already; Summit Mutual has none, so its rows are counted and left out.

[policies]
"{HARBOR.name}" = "ixempra-oncology-injectable"

[report]
plan = "Three invented health plans"

[targets]
# What these plans have set themselves, as figures of the headline tiles; without targets none is shown.
caps_kept_percent = 95
retained_percent = 70
units_over_percent = 4
"""


def write_sample(out: Path, persons: int, seed: int) -> dict[str, int]:
    """Write a sample of so many invented persons (and the planted ones) into the folder `out`.

    Returns the number of rows by table. Raises UserError where `persons` is out of range or where `out` holds
    something that no earlier `um sample` wrote; then nothing is changed.
    """
    if not 1 <= persons <= MOST_PERSONS:
        raise UserError(f"--persons is {persons}; it must be a whole number from 1 to {MOST_PERSONS}.")
    _check_folder(out)
    book = invent(persons, seed)
    add_planted(book, persons)
    return _put_in_place(out, book, persons, seed)


def invent(persons: int, seed: int) -> Book:
    """The rows of the invented persons, without the planted ones; claims in the order of their dates."""
    book = Book()
    places = practices(seed)
    payers = {payer: payer.share for payer in PAYERS}
    span = (LAST_DAY - FIRST_REQUEST).days
    for number in range(1, persons + 1):
        dice = Dice(f"{seed}/person/{number}")
        payer, practice = dice.weigh(payers), dice.weigh(places)
        received = FIRST_REQUEST + days(dice.between(0, span))
        person = make_person(number, payer, practice, received, dice)
        if number % 25 == 0:
            bill_other(book, person, max(received, FIRST_SERVICE), "J9267", 150, 90, dice)
            enroll(book, person, received, dice)
        else:
            follow(book, person, received, dice)
    book.rows["medical_claim"].sort(
        key=lambda row: (row["claim_start_date"], row["claim_id"], row["paid_date"], row["claim_line_number"])
    )
    return book


def _check_folder(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise UserError(f"{out} is a file; name a new or empty folder for the sample.")
    if not out.is_dir() or not any(out.iterdir()):
        return
    settings = out / "um.toml"
    if not settings.is_file() or not settings.read_text("utf-8", "replace").startswith(MARK):
        raise UserError(f"{out} holds files that `um sample` did not write; name a new or empty folder.")


def _put_in_place(out: Path, book: Book, persons: int, seed: int) -> dict[str, int]:
    """Write everything aside, then move it file by file: a fault on the way leaves `out` as it was."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        aside = Path(mkdtemp(prefix=".sample-", dir=out))
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}.") from None
    try:
        counts = write_tables(aside, book.rows)
        (aside / "um.toml").write_text(SETTINGS, "utf-8", newline="\n")
        (aside / "README.md").write_text(readme(persons, seed, counts), "utf-8", newline="\n")
        for file in sorted(aside.iterdir()):
            os.replace(file, out / file.name)
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}.") from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return counts
