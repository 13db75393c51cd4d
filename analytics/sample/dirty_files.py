"""Faults of files, of their structure and of the configuration."""

from analytics.sample.draft import SETTINGS, Draft, gzipped
from analytics.sample.fault import Fault, Files

CLAIMS = "medical_claim.csv"


def _no_table(files: Files) -> None:
    del files["authorization.csv"]


def _no_column(files: Files) -> None:
    files[CLAIMS] = files[CLAIMS].replace(b"service_unit_quantity", b"service_units", 1)


def _header_twice(files: Files) -> None:
    files[CLAIMS] = files[CLAIMS].replace(b"rendering_npi", b"PAYER", 1)


def _semicolons(files: Files) -> None:
    files[CLAIMS] = files[CLAIMS].replace(b",", b";")


def _latin_1(files: Files) -> None:
    files[CLAIMS] = files[CLAIMS].replace(b"Harbor Health Plan", "Harbor Santé".encode("latin-1"), 1)


def _cut_gzip(files: Files) -> None:
    whole = gzipped(files.pop(CLAIMS))
    files[f"{CLAIMS}.gz"] = whole[: len(whole) // 2]


def _cut_parquet(files: Files) -> None:
    del files[CLAIMS]
    files["medical_claim.parquet"] = b"PAR1" + bytes(range(256))


def _two_files(files: Files) -> None:
    files[f"{CLAIMS}.gz"] = gzipped(files[CLAIMS])


def _no_rows(files: Files) -> None:
    files[CLAIMS] = files[CLAIMS].splitlines(keepends=True)[0]


def _other_drug(draft: Draft) -> None:
    draft.put_all("medical_claim", hcpcs_code="J9267")
    draft.put_all("authorization", hcpcs_code="J9267")


def _units_in_words(draft: Draft) -> None:
    draft.put_all("medical_claim", service_unit_quantity="seventy-two")


def _too_many_bad_rows(draft: Draft) -> None:
    draft.put("medical_claim", 1, service_unit_quantity="")


def _bad_toml(draft: Draft) -> None:
    draft.settings = SETTINGS.replace("[policies]", "[policies")


def _unknown_key(draft: Draft) -> None:
    draft.settings += "\n[gate]\nmax_quarantined = 5\n"


def _unknown_policy(draft: Draft) -> None:
    draft.settings = SETTINGS.replace("ixempra-oncology-injectable", "ixempra-oncology-oral")


FILE_FAULTS: tuple[Fault, ...] = (
    Fault(
        "no_required_table",
        "There is no authorization.",
        2,
        message="has no authorization",
        break_files=_no_table,
    ),
    Fault(
        "missing_column",
        "The units' column of medical_claim has another name.",
        2,
        message="has no column 'service_unit_quantity'",
        break_files=_no_column,
    ),
    Fault(
        "header_twice",
        "medical_claim has two columns for the payer.",
        2,
        message="twice",
        break_files=_header_twice,
    ),
    Fault(
        "wrong_delimiter",
        "medical_claim is separated by semicolons.",
        2,
        message="separated by semicolons",
        break_files=_semicolons,
    ),
    Fault("not_utf8", "medical_claim is written in Latin-1.", 2, message="not UTF-8", break_files=_latin_1),
    Fault("broken_gzip", "medical_claim.csv.gz is cut off.", 2, message="gzip", break_files=_cut_gzip),
    Fault(
        "cut_off_parquet",
        "medical_claim.parquet is cut off.",
        2,
        message="not a complete Parquet file",
        break_files=_cut_parquet,
    ),
    Fault(
        "two_files",
        "medical_claim is there as CSV and as compressed CSV.",
        2,
        message="is there twice",
        break_files=_two_files,
    ),
    Fault(
        "empty_medical_claim",
        "medical_claim has a header and no rows.",
        1,
        findings=("medical_claim.rows_read", "authorization.payer.claimed"),
        break_files=_no_rows,
    ),
    Fault(
        "no_row_in_scope",
        "All claims and requests are for a drug without a policy.",
        1,
        message="scope",
        spoil=_other_drug,
    ),
    Fault(
        "units_in_words",
        "The units of medical_claim are words throughout.",
        1,
        findings=(
            "medical_claim.service_unit_quantity.type",
            "medical_claim.quarantined",
            "authorization.payer.claimed",
        ),
        reason="unreadable_service_unit_quantity",
        spoil=_units_in_words,
    ),
    Fault(
        "too_many_quarantined",
        "One of four claim lines has no units.",
        1,
        findings=("medical_claim.service_unit_quantity.not_null", "medical_claim.quarantined"),
        reason="missing_service_unit_quantity",
        spoil=_too_many_bad_rows,
    ),
    Fault("bad_toml", "A bracket of um.toml is missing.", 2, message="not valid TOML", spoil=_bad_toml),
    Fault(
        "unknown_key",
        "um.toml sets gate.max_quarantined, which is no key.",
        2,
        message="unknown key",
        spoil=_unknown_key,
    ),
    Fault(
        "unknown_policy",
        "um.toml gives a payer a policy that is not there.",
        2,
        message="ixempra-oncology-oral",
        spoil=_unknown_policy,
    ),
)
