"""Small staged extracts for the gate's tests: plain rows of text, written as the reader stages them."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from analytics.extracts.schema import BOOLEAN_WORDS, TABLES, Column
from analytics.quality import GateContext
from analytics.quality.sources import POLICY_TABLES, staged_columns

Row = dict[str, str | None]
Rows = Sequence[Mapping[str, str | None]]

AS_OF = date(2025, 6, 30)

C50_LISTED = [f"C50{site}{sex}{side}" for site in "012345689" for sex in "12" for side in "129"]
C50_NEW = ["C50A0", "C50A1", "C50A2"]
POLICIES: dict[str, list[tuple[object, ...]]] = {
    "policy_code": [("B", "J9207", 1.0, 1.0, 1)],
    "policy_vial_set": [("B", 1, 15.0)],
    "policy_vial": [("B", "700201910", 15.0), ("B", "700201911", 45.0)],
    "policy_limit": [("B", "units", 90.0, None), ("B", "dose", 40.0, "m2")],
    "policy_regimen": [("B", "q3w")],
    "policy_node_value": [("B", code, False, 1) for code in (*C50_LISTED, *C50_NEW, "Z853")],
    "policy_question": [
        ("B", "metastatic", "yes_no"),
        ("B", "age_years", "number"),
        ("B", "taxane_last_dose_on", "date"),
        ("B", "her2_status", "word"),
    ],
    "policy_question_word": [("B", "her2_status", "positive"), ("B", "her2_status", "negative")],
}
# The policy as it was written down, before ICD-10-CM had inflammatory carcinoma of the breast.
OLD_POLICIES = POLICIES | {"policy_node_value": [("B", code, False, 1) for code in C50_LISTED]}


def value_sql(column: Column, text: str) -> str:
    """How the reader reads a column's text."""
    match column.kind:
        case "code":
            return f"upper({text})"
        case "name":
            return f"lower({text})"
        case "icd10":
            return f"replace(upper({text}), '.', '')"
        case "ndc":
            return f"replace({text}, '-', '')"
        case "date":
            return f"case when {text} ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}$' then try_cast({text} as date) end"
        case "timestamp":
            return f"try_cast({text} as timestamp)"
        case "integer":
            return f"try_cast({text} as bigint)"
        case "units":
            return f"try_cast({text} as decimal(18, 4))"
        case "amount":
            return f"try_cast({text} as decimal(18, 2))"
        case "measure":
            return f"try_cast({text} as double)"
        case "word":
            words = ", ".join(f"'{word}'" for word in column.words)
            return f"case when lower({text}) in ({words}) then lower({text}) end"
        case "boolean":
            words = " ".join(f"when '{word}' then {meaning}" for word, meaning in BOOLEAN_WORDS.items())
            return f"case lower({text}) {words} end"
        case _:
            return text


def write_stage(
    folder: Path,
    tables: Mapping[str, Rows],
    policies: Mapping[str, Sequence[tuple[object, ...]]] = POLICIES,
    drop: Sequence[str] = (),
) -> Path:
    """A stage folder of the tables; a row may name its `reason`. drop: staged `table.column`s to leave out."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    for name, rows in tables.items():
        table = TABLES[name]
        given = [*table.names, "reason", "is_multiple"]
        listed = ", ".join(f"{column}_given varchar" for column in given)
        connection.execute(f"create or replace table given ({listed})")
        if rows:
            marks = ", ".join("?" for _ in given)
            connection.executemany(
                f"insert into given values ({marks})", [[row.get(column) for column in given] for row in rows]
            )
        values = {column.name: value_sql(column, f"{column.name}_given") for column in table.columns}
        values |= {f"{column.name}_text": f"{column.name}_given" for column in table.columns if column.is_typed}
        values |= {"service_date": "coalesce(claim_line_start_date, claim_start_date)", "policy_id": "'B'"}
        values |= {"reason": "reason_given", "is_multiple": "is_multiple_given = 'true'"}
        if name == "clinical_answer":
            yes_no = value_sql(Column("answer", "boolean"), "answer_given")
            values |= {"answer_yes_no": f"case {yes_no} when true then 'yes' when false then 'no' end"}
            values |= {"answer_number": value_sql(Column("answer", "measure"), "answer_given")}
            values |= {"answer_on": value_sql(Column("answer", "date"), "answer_given")}
        selected = ", ".join(
            f"cast({values[column]} as {kind}) as {column}" for column, kind in staged_columns(table).items()
        )
        gone = [column for column in staged_columns(table) if f"{name}.{column}" in drop]
        kept = f"* exclude ({', '.join(gone)})" if gone else "*"
        target = folder / f"{name}.parquet"
        connection.execute(f"copy (select {kept} from (select {selected} from given)) to '{target}'")
    for name, rows_of in policies.items():
        listed = ", ".join(f"{column} {kind}" for column, kind in POLICY_TABLES[name].items())
        connection.execute(f"create or replace table given ({listed})")
        connection.executemany(f"insert into given values ({', '.join('?' * len(rows_of[0]))})", rows_of)
        connection.execute(f"copy given to '{folder / name}.parquet'")
    connection.close()
    return folder


def context_of(tables: Mapping[str, Rows], **changes: object) -> GateContext:
    """What the reader would tell of the tables: all rows in scope, those with a reason quarantined."""
    counts = {name: len(rows) for name, rows in tables.items()}
    quarantined = {name: sum(1 for row in rows if row.get("reason")) for name, rows in tables.items()}
    known: dict[str, object] = {
        "tables_present": frozenset(tables),
        "rows_read": counts,
        "rows_in_scope": counts,
        "rows_quarantined": quarantined,
        "as_of": AS_OF,
        **changes,
    }
    return GateContext(**known)  # type: ignore[arg-type]


def claim(**values: str | None) -> Row:
    """A claim line of 60 units of J9207 with nothing discarded."""
    return {
        "claim_id": "C0",
        "claim_line_number": "1",
        "person_id": "P0",
        "payer": "Harbor",
        "claim_line_start_date": "2025-03-03",
        "hcpcs_code": "J9207",
        "service_unit_quantity": "60",
        "hcpcs_modifier_1": "JZ",
        **values,
    }


def request(**values: str | None) -> Row:
    """An approved initial request."""
    return {
        "authorization_id": "A0",
        "person_id": "P0",
        "payer": "Harbor",
        "hcpcs_code": "J9207",
        "request_type": "initial",
        "received_at": "2025-01-02T09:00:00",
        "decided_at": "2025-01-03T09:00:00",
        "decision": "approved",
        "approved_from": "2025-01-03",
        "approved_to": "2025-07-02",
        **values,
    }


def review(**values: str | None) -> Row:
    """A criterion that was recorded as met."""
    return {"authorization_id": "A1", "criterion_id": "1.A", "determination": "met", **values}


def answer(**values: str | None) -> Row:
    """A documented yes."""
    return {"authorization_id": "A1", "question": "metastatic", "answer": "yes", **values}


def enrollment(**values: str | None) -> Row:
    """A person who is enrolled."""
    return {"person_id": "P0", "payer": "Harbor", "enrollment_start_date": "2024-01-01", **values}


def observation(**values: str | None) -> Row:
    """A body surface area of 1.8 m²."""
    return {
        "person_id": "P0",
        "observation_date": "2025-03-01",
        "source_code": "3140-1",
        "result": "1.8",
        "source_units": "m2",
        **values,
    }


def fill(**values: str | None) -> Row:
    """A pharmacy fill."""
    return {"person_id": "P0", "dispensing_date": "2025-03-01", "ndc_code": "00004-1100-20", **values}


def clean_tables() -> dict[str, list[Row]]:
    """Twelve persons about whom everything agrees; every expectation finds something to test."""
    tables: dict[str, list[Row]] = {name: [] for name in TABLES}
    for number in range(1, 13):
        person, claim_id, authorization_id = f"P{number}", f"C{number}", f"A{number}"
        whole = claim(
            claim_id=claim_id,
            person_id=person,
            claim_start_date="2025-03-03",
            claim_line_end_date="2025-03-03",
            service_unit_quantity="80",
            place_of_service_code="11",
            rendering_npi="1234567893",
            billing_npi="1245319599",
            diagnosis_code_1="C50.911",
            charge_amount="9000.00",
            allowed_amount="8000.00",
            paid_amount="7000.00",
            paid_date="2025-04-01",
            data_source="core",
            ndc_code="70020-1911-01",
            ndc_quantity="2",
            ndc_unit="UN",
            claim_frequency_code="1",
            claim_status="paid",
        )
        if number % 2:
            tables["medical_claim"].append(whole)
        else:
            # The same dose with its discarded rest on a line of its own.
            wasted = {"claim_line_number": "2", "hcpcs_modifier_1": "JW", "service_unit_quantity": "10"}
            amounts = {"charge_amount": "1100.00", "allowed_amount": "1000.00", "paid_amount": "900.00"}
            tables["medical_claim"] += [whole | {"hcpcs_modifier_1": None}, whole | wasted | amounts]
        tables["authorization"].append(
            request(
                authorization_id=authorization_id,
                person_id=person,
                priority="standard",
                extended="no",
                approved_units="500",
                regimen="q3w",
                exception_approved="no",
                bsa_m2="1.8",
                requested_dose_mg_per_m2="40",
                diagnosis_code="C50.911",
                prescriber_npi="1234567893",
                prescriber_specialty="207RH0003X",
            )
        )
        tables["criterion_review"].append(review(authorization_id=authorization_id))
        tables["clinical_answer"].append(answer(authorization_id=authorization_id))
        tables["eligibility"].append(
            enrollment(
                person_id=person,
                birth_date="1960-05-05",
                death_date="2025-06-01",
                enrollment_end_date="2025-12-31",
            )
        )
        tables["observation"] += [
            observation(person_id=person),
            observation(
                person_id=person,
                source_code="1920-8",
                result="30",
                source_units="U/L",
                source_reference_range_high="40",
                is_multiple="true",
            ),
        ]
        tables["pharmacy_claim"].append(fill(person_id=person, quantity="30", days_supply="30"))
    # Another drug's vial under an unclassified code.
    other = {"claim_id": "C90", "hcpcs_code": "J9999", "ndc_code": "00015-3070-20"}
    tables["medical_claim"].insert(1, tables["medical_claim"][0] | other)
    # What a faulty row says of a person or request unless it is the fault: enrolled, reviewed and answered.
    tables["eligibility"] += [
        enrollment(person_id=person) for person in ("P0", *(f"Q{number}" for number in range(1, 9)))
    ]
    tables["criterion_review"].append(review(authorization_id="A0"))
    tables["clinical_answer"].append(answer(authorization_id="A0"))
    # A replacement of the last claim, a pending request, and a renewal that was denied and then overturned.
    last = tables["medical_claim"][-2]
    tables["medical_claim"].append(
        last | {"claim_id": "C12R", "claim_frequency_code": "7", "original_claim_id": "C12", "hcpcs_modifier_1": "JZ"}
    )
    for line in tables["medical_claim"][-3:-1]:
        line["reason"] = "replaced"
    renewal = {
        "request_type": "renewal",
        "prior_authorization_id": "A2",
        "person_id": "P2",
        "received_at": "2025-06-20",
    }
    first = tables["authorization"][0]
    tables["authorization"] += [
        first | renewal | {"authorization_id": "A13", "decision": "pending", "decided_at": None, "approved_from": None,
                           "approved_to": None},
        first | renewal | {"authorization_id": "A14", "decision": "denied", "decided_at": "2025-06-21",
                           "appeal_received_at": "2025-06-22", "appeal_decided_at": "2025-06-23",
                           "appeal_decision": "overturned"},
    ]  # fmt: skip
    tables["criterion_review"].append(review(authorization_id="A14"))
    tables["clinical_answer"].append(answer(authorization_id="A14"))
    return tables
