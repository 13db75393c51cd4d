"""What real extracts do to clean rows: holes, typing errors, copies, contradictions, ways to write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from tests.reference import words
from tests.reference.extract_world import World
from tests.reference.schema import COLUMNS, REQUIRED, Raw

_BAD_DATE = ("2024-1-5", "20240105", "2024-02-30", "2024-01-05 00:00", "tomorrow")
_BAD_INSTANT = ("2024-01-05T25:00", "2024-01-05 Z", "05.01.2024", "2024-01-05 10", "2024-01-05 10:00 Z")
_HOLE_OR_BAD_DATE = (None, None, None, *_BAD_DATE)
_BAD_NUMBER = ("n/a", "12 mg", "1,5", "NaN", "-")

# Values to put into a column of a clean row, by table. None leaves a hole.
_DAMAGE: dict[str, dict[str, tuple[str | None, ...]]] = {
    "medical_claim": {
        "claim_id": (None,),
        "claim_line_number": (None, "one", "1.5"),
        "person_id": (None,),
        "payer": (None, "Birch Plan"),
        "claim_line_start_date": _HOLE_OR_BAD_DATE,
        "claim_start_date": (None, "2024-1-5"),
        "service_unit_quantity": (None, None, "0", "0", "0.0", *_BAD_NUMBER),
        "claim_status": ("reversed", "denied"),
        "paid_date": _BAD_DATE,
        "allowed_amount": (None, "n/a"),
        "claim_frequency_code": ("1", "8", "7"),
        "hcpcs_code": (None, "J1100"),
    },
    "authorization": {
        "authorization_id": (None,),
        "person_id": (None,),
        "payer": (None, "Birch Plan"),
        "hcpcs_code": (None, "J9999"),
        "request_type": (None, "extension"),
        "received_at": (None, None, None, *_BAD_INSTANT),
        "decided_at": _BAD_INSTANT,
        "decision": (None, "modified", "pending"),
        "approved_from": _HOLE_OR_BAD_DATE,
        "approved_to": _HOLE_OR_BAD_DATE,
        "appeal_decision": ("overturned", "dismissed"),
        "priority": ("urgent",),
        "extended": ("maybe",),
        "approved_units": ("many",),
        "bsa_m2": ("0.4", "tall", "3.51"),
        "requested_dose_mg_per_m2": ("forty",),
        "appeal_decided_at": ("soon",),
    },
    "criterion_review": {
        "authorization_id": (None, "A-none"),
        "criterion_id": (None, "I", "II", "1", "L", "L.9", "I.1.A.iii", "l.1"),
        "determination": (None, "unclear"),
    },
    "clinical_answer": {
        "authorization_id": (None, "A-none"),
        "question": (None, "favourite_colour"),
        "answer": (None, "perhaps"),
    },
    "eligibility": {
        "person_id": (None,),
        "payer": (None,),
        "birth_date": (None, "1961"),
        "death_date": ("unknown",),
        "enrollment_start_date": _HOLE_OR_BAD_DATE,
        "enrollment_end_date": _HOLE_OR_BAD_DATE,
    },
    "observation": {
        "person_id": (None,),
        "observation_date": _HOLE_OR_BAD_DATE,
        "source_code": (None, "9999-9"),
        "result": (None, "<5", "999", "0.2", *_BAD_NUMBER),
        "source_units": ("stone", "m", "kg"),
        "source_reference_range_high": ("high", None, "-1"),
    },
    "pharmacy_claim": {
        "person_id": (None,),
        "dispensing_date": _HOLE_OR_BAD_DATE,
        "ndc_code": (None,),
        "quantity": ("lots",),
    },
}
# Columns of which a contradicting copy differs, with the other value.
_CONTRADICTION: dict[str, dict[str, str]] = {
    "medical_claim": {"service_unit_quantity": "33", "billing_npi": "1999999999", "payer": "EmblemHealth"},
    "authorization": {
        "decision": "denied",
        "approved_units": "77",
        "received_at": "2030-01-01",
        "priority": "expedited",
    },
    "criterion_review": {"determination": "not_met"},
    "clinical_answer": {"answer": "no"},
    "eligibility": {"enrollment_end_date": "2024-05-31"},
    "observation": {"result": "1.91"},
    "pharmacy_claim": {"quantity": "7"},
}
_UNIMPORTANT = {
    "place_of_service_code": "11",
    "claim_line_end_date": "2024-06-30",
    "diagnosis_code_1": "C50911",
}


def make_mess(world: World) -> None:
    """Damage, copy and contradict rows, write values in every allowed way, and shuffle."""
    for name, rows in world.tables.items():
        damage(world, name, rows)
        world.tables[name] = dressed(world, name, rows)


def damage(world: World, name: str, rows: list[Raw]) -> None:
    """Damage, copy and contradict a table's rows, and shuffle."""
    share = world.pick(0.0, 0.05, 0.25 if name == "authorization" else 0.1)
    for row in list(rows):
        if world.chance(share):
            column = world.pick(*_DAMAGE[name])
            row[column] = world.pick(*_DAMAGE[name][column])
            if column == "claim_line_start_date" and row[column] is None and world.chance(0.5):
                row["claim_start_date"] = None
        if world.chance(0.02):
            rows.append(dict(row))
        if world.chance(0.01):
            column, value = world.pick(*_CONTRADICTION[name].items())
            rows.append({**row, column: value})
        if name == "medical_claim" and world.chance(0.01):
            rows.append({**row, **_UNIMPORTANT})  # not among what makes lines differ
    world.rng.shuffle(rows)


def dressed(world: World, name: str, rows: list[Raw]) -> list[Raw]:
    """The same rows as another system would write them."""
    header: Callable[[str], str] = world.pick(str.lower, str.lower, str.upper, str.title)
    optional = [column for column in COLUMNS[name] if column not in {*REQUIRED[name], "hcpcs_code", "source_code"}]
    absent = set(world.sample(optional, 2)) if world.chance(0.1) else set()
    extra: Raw = {"load_batch": "17"} if world.chance(0.2) else {}
    blank = world.pick(None, "", " ")
    return [
        {
            header(column): _written(world, name, column, value) if value is not None else blank
            for column, value in {**row, **extra}.items()
            if column not in absent
        }
        for row in rows
    ]


_YES, _NO = ("yes", "Y", "true", "T", "1"), ("no", "N", "FALSE", "f", "0")
_ANY_CASE = {
    "request_type",
    "decision",
    "priority",
    "appeal_decision",
    "claim_status",
    "determination",
    "regimen",
    "question",
    "hcpcs_code",
    "diagnosis_code",
    "prescriber_specialty",
}


def _written(world: World, table: str, column: str, value: str) -> str:
    """One value with the freedoms that its column has; most are left alone."""
    if column in ("extended", "exception_approved", "answer") and value in ("yes", "no"):
        value = world.pick(*(_YES if value == "yes" else _NO)) if world.chance(0.3) else value
    if world.chance(0.9):
        return value
    if column in _ANY_CASE or (column == "answer" and words.day(value) is None):
        value = world.pick(str.upper, str.lower, str.title)(value)
    if column == "diagnosis_code":
        value = value.replace(".", "")
    reader = COLUMNS[table].get(column)
    if reader is words.number and words.number(value) is not None:
        value = value + ("0" if "." in value else world.pick(".", ".0"))
    if column == "claim_line_number" and words.integer(value) is not None:
        value = "0" + value
    return world.pick("", " ", "  ") + value + world.pick("", " ")


def random_as_of(world: World) -> date | None:
    """None (the default) as a rule, else a day before or after the end of the extract."""
    return world.weighted({None: 0.6, world.date_between(world.begin, world.end): 0.25, world.end: 0.15})
