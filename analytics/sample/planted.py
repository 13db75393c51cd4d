"""The planted findings: a list of small stories, each with its rows and what the product must report of it.

They stand at the end of every sample's files, with person ids from P900001 on. The README of a sample is
written from this list, and a test holds the product's output to it.
"""

from analytics.sample.planted_criteria import CRITERIA
from analytics.sample.planted_dosing import DOSING
from analytics.sample.planted_netting import NETTING
from analytics.sample.planted_quarantine import QUARANTINE
from analytics.sample.planted_renewals import RENEWALS
from analytics.sample.planted_requests import REQUESTS
from analytics.sample.planted_scope import SCOPE
from analytics.sample.planted_windows import DOSING_OVER_TIME
from analytics.sample.planting import Planted
from analytics.sample.rows import Book

GROUPS: dict[str, tuple[Planted, ...]] = {
    "Dosing": DOSING + DOSING_OVER_TIME,
    "Corrections of claims": NETTING,
    "Requests and criteria": REQUESTS + CRITERIA,
    "Renewals": RENEWALS,
    "Rows that can't be used": QUARANTINE,
    "Other tables and rows out of scope": SCOPE,
}
PLANTED: tuple[Planted, ...] = tuple(finding for group in GROUPS.values() for finding in group)

ENOUGH_PERSONS = 400
"""From so many persons on, the planted rows that can't be used are too few to fail the gate."""


def planted_in(persons: int) -> tuple[Planted, ...]:
    """What is planted in a sample of so many persons: all, or all that quarantine no claim and no request."""
    return tuple(finding for finding in PLANTED if persons >= ENOUGH_PERSONS or not finding.quarantines)


def add_planted(book: Book, persons: int) -> None:
    """Append the planted rows to a sample of so many persons."""
    for finding in planted_in(persons):
        for table, rows in finding.rows.items():
            book.rows[table].extend(rows)
