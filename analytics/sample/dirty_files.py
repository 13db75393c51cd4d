"""Faults of files, of whole tables and of the configuration."""

from collections.abc import Iterator

from analytics.extracts.schema import TABLES, Table
from analytics.sample.draft import Draft, dose, gzipped, settings
from analytics.sample.fault import Break, Fault, Files, Spoil
from analytics.sample.world import HARBOR

CLAIMS = "medical_claim.csv"
OTHER_DRUG = "J9267"

# A column of each table that it can't do without, and the name that it has instead.
RENAMED = {
    "medical_claim": ("service_unit_quantity", "units"),
    "authorization": ("decision", "status"),
    "criterion_review": ("determination", "result"),
    "clinical_answer": ("answer", "value"),
    "eligibility": ("person_id", "member_id"),
    "observation": ("source_code", "loinc"),
    "pharmacy_claim": ("ndc_code", "ndc"),
}
# Why rows of a table are quarantined, and the column whose emptiness is accepted: only its consequence is not.
LOST = {
    "authorization": "received_at",
    "criterion_review": "determination",
    "clinical_answer": "answer",
    "eligibility": "enrollment_start_date",
    "observation": "result",
    "pharmacy_claim": "dispensing_date",
}


def table_faults() -> tuple[Fault, ...]:
    """A fault for every expectation of a table as a whole."""
    return (*(fault for table in TABLES.values() for fault in _of_table(table)), *NOTHING_IN_SCOPE)


def _of_table(table: Table) -> Iterator[Fault]:
    name, required = table.name, int(table.required)
    old, new = RENAMED[name]
    yield Fault(
        f"{name}.columns",
        f"The column {old} is called {new}.",
        _with(name),
        exit_code=2,
        message=f"has no column '{old}'",
        break_files=_renamed(name, old, new),
    )
    yield Fault(
        f"{name}.rows_read", f"{name} has a header and no rows.", _with(name), required, break_files=_no_rows(name)
    )
    yield Fault(f"{name}.rows_in_scope", _ELSEWHERE[name], _out_of_scope(name))
    if name in LOST:
        yield Fault(
            f"{name}.quarantined",
            f"One {LOST[name]} of few is empty. um.toml accepts that by itself, and not what it leads to.",
            _lost(name, LOST[name]),
            exit_code=required,
            reason=f"missing_{LOST[name]}",
        )
    else:
        yield Fault(
            f"{name}.quarantined",
            "One line of five takes back units that were never billed.",
            lambda draft: draft.add(name, dose(1, 21, claim_id="C1b", service_unit_quantity="-10", allowed_amount="")),
            exit_code=required,
            reason="negative_net",
        )


def _with(table: str) -> Spoil:
    return lambda draft: None if table in draft.rows else draft.have(table)


def _renamed(table: str, old: str, new: str) -> Break:
    def break_files(files: Files) -> None:
        name = f"{table}.csv"
        files[name] = files[name].replace(old.encode(), new.encode(), 1)

    return break_files


def _no_rows(table: str) -> Break:
    def break_files(files: Files) -> None:
        name = f"{table}.csv"
        files[name] = files[name].splitlines(keepends=True)[0]

    return break_files


_ELSEWHERE = {
    "medical_claim": "All claims are for a drug without a policy.",
    "authorization": "All requests are for a drug without a policy.",
    "criterion_review": "All determinations are of a request for another drug.",
    "clinical_answer": "All answers are of a request for another drug.",
    "eligibility": "Eligibility numbers its persons in another way.",
    "observation": "Observations number their persons in another way.",
    "pharmacy_claim": "Pharmacy claims number their persons in another way.",
}


def _out_of_scope(table: str) -> Spoil:
    def spoil(draft: Draft) -> None:
        if table in ("medical_claim", "authorization"):
            draft.put_all(table, hcpcs_code=OTHER_DRUG)
            return
        draft.have(table)
        if table in ("criterion_review", "clinical_answer"):
            draft.add(
                "authorization", draft.rows["authorization"][0] | {"authorization_id": "A9", "hcpcs_code": OTHER_DRUG}
            )
            draft.put_all(table, authorization_id="A9")
            return
        for row in draft.rows[table]:
            row["person_id"] = row["person_id"].replace("P", "0000")

    return spoil


def _lost(table: str, column: str) -> Spoil:
    def spoil(draft: Draft) -> None:
        if table not in draft.rows:
            draft.have(table)
        draft.put(table, **{column: ""})
        draft.settings += f'\n[thresholds]\n"{table}.{column}.not_null" = 1\n'

    return spoil


def _other_drug(draft: Draft) -> None:
    draft.put_all("medical_claim", hcpcs_code=OTHER_DRUG)
    draft.put_all("authorization", hcpcs_code=OTHER_DRUG)


NOTHING_IN_SCOPE = (
    Fault(
        "extract.rows_in_scope",
        "All claims and requests are for a drug without a policy.",
        _other_drug,
        exit_code=1,
        message="No row is in scope",
    ),
)


def _no_table(files: Files) -> None:
    del files["authorization.csv"]


def _header_twice(files: Files) -> None:
    files[CLAIMS] = files[CLAIMS].replace(b"billing_npi", b"PAYER", 1)


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


def _bad_toml(draft: Draft) -> None:
    draft.settings = draft.settings.replace("[policies]", "[policies")


def _unknown_key(draft: Draft) -> None:
    draft.settings += "\n[gate]\nmax_quarantined = 5\n"


def _unknown_policy(draft: Draft) -> None:
    draft.settings = settings(HARBOR.name, policy="ixempra-oncology-oral")


def _refused(name: str, story: str, message: str, spoil: Spoil | None = None, broken: Break | None = None) -> Fault:
    return Fault(name, story, spoil, exit_code=2, message=message, group="input", break_files=broken)


FILE_FAULTS: tuple[Fault, ...] = (
    Fault("clean", "Nothing: compare the others with this one.", group="clean"),
    _refused("no_required_table", "There is no authorization.", "has no authorization", broken=_no_table),
    _refused("header_twice", "medical_claim has two columns for the payer.", "twice", broken=_header_twice),
    _refused(
        "wrong_delimiter",
        "medical_claim is separated by semicolons.",
        "separated by semicolons",
        broken=_semicolons,
    ),
    _refused("not_utf8", "medical_claim is written in Latin-1.", "not UTF-8", broken=_latin_1),
    _refused("broken_gzip", "medical_claim.csv.gz is cut off.", "gzip", broken=_cut_gzip),
    _refused(
        "cut_off_parquet", "medical_claim.parquet is cut off.", "not a complete Parquet file", broken=_cut_parquet
    ),
    _refused("two_files", "medical_claim is there as CSV and as compressed CSV.", "is there twice", broken=_two_files),
    _refused("bad_toml", "A bracket of um.toml is missing.", "not valid TOML", _bad_toml),
    _refused("unknown_key", "um.toml sets gate.max_quarantined, which is no key.", "unknown key", _unknown_key),
    _refused(
        "unknown_policy",
        "um.toml gives a payer a policy that is not there.",
        "ixempra-oncology-oral",
        _unknown_policy,
    ),
)
