"""Extracts in our own layout told again as a plan might have them: its own names, words, dates, marks and formats."""

import csv
import gzip
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from analytics.config import strict_date

Row = Mapping[str, str]
CLAIMS = {
    **{"claim_id": "CLM_NO", "claim_line_number": "LN", "person_id": "MEMBER_ID", "payer": "INSURER"},
    **{"claim_start_date": "CLM_FROM_DT", "claim_line_start_date": "SVC_DT", "hcpcs_code": "PROC_CD"},
    **{"service_unit_quantity": "UNITS", "place_of_service_code": "POS", "rendering_npi": "REND_NPI"},
    **{f"hcpcs_modifier_{number}": f"MOD{number}" for number in range(1, 6)},
    **{"billing_npi": "BILL_NPI", "diagnosis_code_1": "DIAG_1", "diagnosis_code_2": "DIAG_2", "ndc_code": "NDC"},
    **{"allowed_amount": "ALLOWED_AMT", "paid_amount": "PAID_AMT", "paid_date": "PAID_DT"},
    **{"data_source": "SOURCE_SYSTEM", "claim_frequency_code": "FREQ_CD", "original_claim_id": "ORIG_CLM_NO"},
    **{"claim_status": "LINE_STATUS"},
}
AUTHORIZATIONS = {
    **{"authorization_id": "AUTH_NO", "person_id": "MEMBER_ID", "payer": "INSURER", "hcpcs_code": "PROC_CD"},
    **{"request_type": "REQ_TYPE", "prior_authorization_id": "PREV_AUTH_NO", "received_at": "RCVD_DT"},
    **{"decided_at": "DECISION_DT", "decision": "DECISION_CD", "priority": "URGENCY", "extended": "EXTENSION_IND"},
    **{"approved_from": "APPR_FROM_DT", "approved_to": "APPR_TO_DT", "approved_units": "APPROVED_QTY"},
    **{"regimen": "DOSING_SCHEDULE", "exception_approved": "EXCEPTION_IND", "bsa_m2": "BSA"},
    **{"requested_dose_mg_per_m2": "DOSE_MG_M2", "diagnosis_code": "DIAG", "prescriber_npi": "REQUESTING_NPI"},
    **{"prescriber_specialty": "TAXONOMY", "denial_reason": "DENIAL_RSN", "appeal_received_at": "APPEAL_RCVD_DT"},
    **{"appeal_decided_at": "APPEAL_DECISION_DT", "appeal_decision": "APPEAL_OUTCOME"},
}
REVIEWS = {"authorization_id": "AUTH_NO", "criterion_id": "CRITERION", "determination": "FINDING"}
ANSWERS = {"authorization_id": "authNo", "question": "questionId", "answer": "responseValue"}
MEMBERS = {
    **{"person_id": "MBR_ID", "payer": "PAYER_NAME", "birth_date": "DOB", "death_date": "DOD"},
    **{"enrollment_start_date": "EFF_DT", "enrollment_end_date": "TERM_DT"},
}
LABS = {
    **{"person_id": "MEMBER_ID", "observation_date": "COLLECT_DT", "source_code": "LOINC", "result": "RESULT_VALUE"},
    **{"source_units": "UOM", "source_reference_range_high": "REF_HIGH"},
}
FILLS = {
    **{"person_id": "MEMBER_ID", "dispensing_date": "FILL_DT", "ndc_code": "NDC", "quantity": "QTY"},
    **{"days_supply": "DAY_SUPPLY"},
}
WORDS = {
    "decision": {"approved": "A", "denied": "N", "pending": "P", "withdrawn": "W", "partially_approved": "PARTIAL"},
    "request_type": {"initial": "I", "renewal": "R"},
    "priority": {"standard": "S", "expedited": "U"},
    "appeal_decision": {"overturned": "O", "upheld": "U", "pending": "P"},
    "claim_status": {"paid": "P", "denied": "D"},
    "determination": {"met": "Y", "not_met": "N", "not_documented": "ND"},
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def tell_again(own: Path, folder: Path) -> None:
    """Write what a folder of our own layout says into another, in a layout of the plan's."""
    folder.mkdir()
    _write_csv(folder / "Claims 2025.csv", _told(own, "medical_claim", CLAIMS, _german, ","), ";", "latin-1")
    requests = _told(own, "authorization", AUTHORIZATIONS, _american)
    _write_csv(folder / "um_cases.txt", requests, "|", "utf-8")
    _write_csv(folder / "um_findings.tsv", _told(own, "criterion_review", REVIEWS, str), "\t", "utf-16")
    answers = _told(own, "clinical_answer", ANSWERS, str)
    (folder / "um_answers.ndjson").write_text("".join(json.dumps(row) + "\n" for row in answers), encoding="utf-8")
    _write_parquet(folder / "members.parquet", _told(own, "eligibility", MEMBERS, str))
    _write_csv(folder / "labs.csv", _told(own, "observation", LABS, _in_digits), ",", "utf-8")
    packed = gzip.compress((folder / "labs.csv").read_bytes(), mtime=0)
    (folder / "labs.csv.gz").write_bytes(packed)
    (folder / "labs.csv").unlink()
    _write_csv(folder / "rx.dat", _told(own, "pharmacy_claim", FILLS, _with_month), "|", "utf-8")


def _told(
    own: Path, table: str, names: Mapping[str, str], day: Callable[[str], str], decimal: str = "."
) -> list[dict[str, str]]:
    """The rows of one of our tables under other names, with dates and words told otherwise."""
    with (own / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    found = []
    for row in rows:
        told = {}
        for name, value in row.items():
            if name in WORDS:
                value = WORDS[name].get(value.lower(), value)
            elif name.endswith(("_date", "_at", "_from", "_to")):
                value = day(value)
            elif name.endswith(("_amount", "_quantity")):
                value = value.replace(".", decimal)
            told[names[name]] = value
        found.append(told)
    return found


def _german(text: str) -> str:
    return re.sub(r"^(\d{4})-(\d\d)-(\d\d)$", r"\3.\2.\1", text)


def _american(text: str) -> str:
    """Times of day without seconds and without a zone mean UTC, in our layout too."""
    return re.sub(r"^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d)Z?)?$", _american_parts, text)


def _american_parts(found: re.Match[str]) -> str:
    year, month, day, time = found.groups()
    return f"{month}/{day}/{year}{f' {time}' if time else ''}"


def _in_digits(text: str) -> str:
    return re.sub(r"^(\d{4})-(\d\d)-(\d\d)$", r"\1\2\3", text)


def _with_month(text: str) -> str:
    found = re.match(r"^(\d{4})-(\d\d)-(\d\d)$", text)
    return f"{found[3]}-{_MONTHS[int(found[2]) - 1]}-{found[1]}" if found else text


def _write_csv(path: Path, rows: list[dict[str, str]], delimiter: str, encoding: str) -> None:
    with path.open("w", encoding=encoding, newline="") as stream:
        # A column of somebody's own, in signs that UTF-8 writes otherwise.
        more = {"PROVIDER_NAME": "Praxis Möwe"} if encoding == "latin-1" else {}
        writer = csv.DictWriter(stream, [*rows[0], *more], delimiter=delimiter)
        writer.writeheader()
        writer.writerows({**row, **more} for row in rows)


def _write_parquet(path: Path, rows: list[dict[str, str]]) -> None:
    """Rows as Parquet; columns in which every text is a date hold dates."""
    texts = {name: [row[name] or None for row in rows] for name in rows[0]}
    columns = {
        name: pl.Series(column, dtype=pl.String).str.to_date("%Y-%m-%d", strict=False) if _are_dates(column) else column
        for name, column in texts.items()
    }
    pl.DataFrame(columns).write_parquet(path)


def _are_dates(texts: list[str | None]) -> bool:
    try:
        return all(text is None or strict_date(text) for text in texts)
    except ValueError:
        return False
