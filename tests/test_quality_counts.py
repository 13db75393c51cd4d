"""The gate's counts of rules across tables, held against plain Python on random messy extracts."""

import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from threading import Lock
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.policy import load_policies, policy_tables
from analytics.quality import GateProcess
from tests.plain_gate import PlainGate
from tests.reference import extracts, words
from tests.reference.claims import lines_that_count, modifiers_of
from tests.reference.policies import _READERS, A, B
from tests.reference.reading import Extract, read
from tests.reference.schema import Row
from tests.support import HARBOR, authorization, claim, open_study, opened, write_extract

Counts = dict[str, tuple[int, int]]
#: The questions of each policy; what is asked is data, how an answer reads is the twin's own.
ASKED = {(row[0], row[1]) for row in policy_tables(load_policies(), [])["policy_question"].rows}


def tally(kept: list[bool]) -> tuple[int, int]:
    """How many were tested, and how many of them break the rule."""
    return len(kept), kept.count(False)


def in_scope(extract: Extract, table: str) -> list[Row]:
    return [row for row in extract.rows.get(table, ()) if row.fate is None or row.fate[0] != "out_of_scope"]


def by_hand(extract: Extract) -> Counts:
    lines_that_count(extract)
    return days(extract) | voids(extract) | people(extract) | requests(extract) | answers(extract)


def days(extract: Extract) -> Counts:
    """What is billed of a code for a person on a day."""
    lines: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in extract.used("medical_claim"):
        lines[row["payer"], row["person_id"], row["hcpcs_code"], row["service_date"]].append(row)
    partner, attested, once = [], [], []
    for (*_, day), rows in lines.items():
        units = {row: Decimal(row["service_unit_quantity"]) for row in rows}
        wasted = sum(units[row] for row in rows if "JW" in modifiers_of(row))
        given = sum(units.values()) - wasted
        if given + wasted <= 0:
            continue
        if wasted > 0:
            partner.append(given > 0)
        if given > 0:
            whole = sum(units[row] for row in rows if "JZ" in modifiers_of(row))
            if day >= date(2023, 7, 1):
                attested.append(wasted > 0 or whole > 0)
            claims = {
                (row["data_source"], row["claim_id"])
                for row in rows
                if units[row] > 0 and "JW" not in modifiers_of(row)
            }
            once.append(len(claims) < 2)
    return {
        "medical_claim.hcpcs_modifier.jw_without_partner": tally(partner),
        "medical_claim.hcpcs_modifier.attested": tally(attested),
        "medical_claim.claim_id.billed_twice": tally(once),
    }


def voids(extract: Extract) -> Counts:
    rows = [row for row in in_scope(extract, "medical_claim") if row["claim_id"] is not None]
    known = {(row["data_source"], row["claim_id"]) for row in rows}
    named: dict[tuple[Any, Any], set[str]] = defaultdict(set)
    for row in rows:
        if row["claim_frequency_code"] in ("7", "8"):
            named[row["data_source"], row["claim_id"]] |= {row["original_claim_id"]} - {None}
    linked = [
        bool(names) and max(names) != claim_id and (source, max(names)) in known
        for (source, claim_id), names in named.items()
    ]
    return {"medical_claim.original_claim_id.linked": tally(linked)}


def people(extract: Extract) -> Counts:
    # Whoever has a row of enrollment is known, whatever is wrong with it.
    enrolled = {row["person_id"] for row in in_scope(extract, "eligibility")}
    served: dict[str, date] = {}
    for row in extract.used("medical_claim"):
        served[row["person_id"]] = max(served.get(row["person_id"], date.min), row["service_date"])
    died: dict[str, date] = {}
    for row in extract.used("eligibility"):
        if row["death_date"] is not None:
            died[row["person_id"]] = min(died.get(row["person_id"], date.max), row["death_date"])
    asked = {row["person_id"] for row in extract.used("authorization")}
    return {
        "medical_claim.person_id.enrolled": tally([person in enrolled for person in served]),
        "authorization.person_id.enrolled": tally([person in enrolled for person in asked]),
        "eligibility.death_date.after_service": tally([day <= died[who] for who, day in served.items() if who in died]),
    }


def requests(extract: Extract) -> Counts:
    people: dict[str, set[Any]] = defaultdict(set)
    payers: dict[str, set[Any]] = defaultdict(set)
    for row in in_scope(extract, "authorization"):
        people[row["authorization_id"]] |= {row["person_id"]} - {None}
        payers[row["authorization_id"]] |= {row["payer"]} - {None}
    known, same = [], []
    for row in extract.used("authorization"):
        prior = row["prior_authorization_id"]
        if prior is None:
            continue
        known.append(prior in people and prior != row["authorization_id"])
        if known[-1]:
            key = min(people[prior], default=None), min(payers[prior], default=None)
            same.append(key == (row["person_id"], row["payer"]))
    billed = {row["payer"] for row in in_scope(extract, "medical_claim")}
    asking = {row["payer"] for row in in_scope(extract, "authorization")} - {None}
    return {
        "authorization.prior_authorization_id.known": tally(known),
        "authorization.prior_authorization_id.same_person": tally(same),
        "authorization.payer.claimed": tally([payer in billed for payer in asking]),
    }


def answers(extract: Extract) -> Counts:
    policy = {row["authorization_id"]: extract.policy(row).id for row in extract.used("authorization")}
    read_as: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in extract.used("clinical_answer"):
        if (policy[row["authorization_id"]], row["question"]) in ASKED:
            reader = _READERS.get(row["question"], words.yes_no)
            read_as[row["authorization_id"], row["question"]].append(reader(row["answer"]))
    readable = [None not in meanings for meanings in read_as.values()]
    return {
        "clinical_answer.answer.readable": tally(readable),
        "clinical_answer.answer.agreed": tally(
            [len(set(meanings)) == 1 for meanings in read_as.values() if None not in meanings]
        ),
    }


@pytest.fixture(scope="module")
def process() -> Iterator[GateProcess]:
    with GateProcess() as running:
        yield running


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32 - 1), n_persons=st.integers(1, 8))
def test_gate_and_plain_python_agree(process: GateProcess, seed: int, n_persons: int) -> None:
    case = extracts.random_case(random.Random(seed), n_persons)
    config = "[policies]\n" + "".join(f'"{payer}" = "{policy}"\n' for payer, policy in case.policies.items())
    try:
        expected = by_hand(read(case.tables, case.as_of, case.policies))
    except ValueError:
        return
    with tempfile.TemporaryDirectory() as folder:
        write_extract(Path(folder) / "data", case.tables, config)
        with open_study(Path(folder) / "data", as_of=case.as_of) as study:
            study.gate_process = PlainGate(process, Lock(), set(expected))
            results = {result.expectation: result for result in study.quality[0]}
    found = {name: (results[name].n_checked, results[name].n_failed) for name in expected}
    for name in expected:
        if results[name].status == "not_applicable" and not found[name][0]:
            expected[name] = (0, 0)
    assert found == expected


def test_the_random_extracts_break_every_rule() -> None:
    broken: set[str] = set()
    for seed in range(60):
        case = extracts.random_case(random.Random(seed), 8)
        found = by_hand(read(case.tables, case.as_of, case.policies))
        broken |= {name for name, (_, n_failed) in found.items() if n_failed}
    assert set(found) - broken == set()


#: question, answer, and whether the measures can read it
ANSWERS = [
    ("age_years", "61", True),
    ("age_years", "nan", False),
    ("age_years", "1_000", False),
    ("age_years", "0x10", False),
    ("age_years", "1e400", False),
    ("anthracycline_last_dose_on", "2024-02-29", True),
    ("anthracycline_last_dose_on", "2024-02-30", False),
    ("anthracycline_last_dose_on", "2024-2-3", False),
    ("metastatic", "TRUE", True),
    ("metastatic", "maybe", False),
]


def test_an_answer_counts_as_unreadable_where_the_measures_cannot_read_it(tmp_path: Path) -> None:
    payers = {A: "Harbor", B: "EmblemHealth"}
    requests, said = [], []
    for number, (question, answer, _) in enumerate(ANSWERS):
        payer = payers[next(policy for policy, asked in sorted(ASKED) if asked == question)]
        requests.append(authorization(authorization_id=f"R{number}", payer=payer))
        said.append({"authorization_id": f"R{number}", "question": question, "answer": answer})
    tables = {"medical_claim": [claim()], "authorization": requests, "clinical_answer": said}
    with opened(tmp_path, tables, HARBOR) as study:
        _ = study.as_of
        study.engine.make("quality_answer", "answer")
        counted = dict(study.engine.rows("select authorization_id, n_unreadable from quality_answer where is_asked"))
        measured = {id for (id,) in study.engine.rows("select authorization_id from answer")}
    for number, (_, answer, is_read) in enumerate(ANSWERS):
        assert counted[f"R{number}"] == int(not is_read), answer
        assert (f"R{number}" in measured) == is_read, answer
