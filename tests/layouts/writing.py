"""The facts in third parties' layouts: all columns of a file in their order, after the third party's own rows."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from tests.layouts.facts import OUTPATIENT, Row, Tables

HERE = Path(__file__).parent
# Third parties' own files are no part of the project: where they are not there, the headers here stand for them.


def header(name: str) -> list[str]:
    """The columns of a third party's file."""
    text = (HERE / f"{name}.txt").read_text(encoding="utf-8").strip()
    return text.split("|" if "|" in text else ",")


def write(
    path: Path,
    name: str,
    rows: Iterable[Mapping[str, str]],
    theirs: Path | None = None,
    *,
    bom: bool = False,
    upper: bool = False,
) -> int:
    """A file in a third party's layout: their rows as they are, then ours. How many of theirs there are."""
    columns = header(name)
    delimiter = "|" if name.startswith("rif") else ","
    kept = []
    if theirs is not None:
        first, *kept = theirs.read_text(encoding="utf-8-sig").splitlines()
        assert first.split(delimiter) == columns, f"{theirs.name} has other columns than tests/layouts/{name}.txt"
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write("\ufeff" if bom else "")
        stream.write(delimiter.join(column.upper() if upper else column for column in columns) + "\n")
        stream.writelines(f"{line}\n" for line in kept)
        writer = csv.DictWriter(stream, columns, restval="", delimiter=delimiter, lineterminator="\n")
        writer.writerows(rows)
    return len(kept)


# ---- The Tuva Input Layer.


def tuva_claims(tables: Tables) -> Iterator[Row]:
    """Final claims: what was denied is not there, and a void is a hospital's bill of that type."""
    columns = set(header("tuva_medical_claim"))
    for row in tables["medical_claim"]:
        kept = {name: value for name, value in row.items() if name in columns}
        bill = f"13{row['claim_frequency_code']}" if row["data_source"] == OUTPATIENT else ""
        if row["claim_status"] != "denied":
            yield {"claim_type": "institutional" if bill else "professional", "bill_type_code": bill} | kept


def tuva_eligibility(tables: Tables) -> list[Row]:
    return tables["eligibility"]


def tuva_fills(tables: Tables) -> Iterator[Row]:
    for number, row in enumerate(tables["pharmacy_claim"]):
        yield {"claim_id": f"-3{number:06}", "claim_line_number": "1", "payer": "Medicare", **row}


def tuva_observations(tables: Tables) -> Iterator[Row]:
    """Body sizes; every other one under the source's own code, with its LOINC beside it."""
    for number, row in enumerate(_sizes(tables)):
        code = row["source_code"]
        own = {"source_code_type": "local", "source_code": f"VIT{number % 7}", "normalized_code_type": "loinc"}
        yield row | (own | {"normalized_code": code} if number % 2 else {"source_code_type": "loinc"})


def tuva_labs(tables: Tables) -> Iterator[Row]:
    """The labs as components of panels, timed, some under the laboratory's own code; and one that was taken back."""
    for number, row in enumerate(_labs(tables)):
        on = row["observation_date"]
        times = {"collection_datetime": f"{on} 07:30:00", "result_datetime": f"{on[:4]}-12-31 23:00:00"}
        if number % 3 == 0:
            times = {"result_datetime": f"{on} 19:00:00"}
        lab = {
            "lab_result_id": str(number),
            "person_id": row["person_id"],
            "source_order_type": "loinc",
            "source_order_code": "24323-8",
            "source_component_type": "loinc",
            "source_component_code": row["source_code"],
            "status": "final",
            "result": row["result"],
            "source_units": row["source_units"],
            "source_reference_range_high": row["source_reference_range_high"],
            **times,
        }
        if number % 2:
            lab |= {"source_component_type": "local", "source_component_code": "GOT"}
            lab |= {"normalized_component_type": "loinc", "normalized_component_code": row["source_code"]}
        yield lab
        if number == 5:
            yield lab | {"status": "entered-in-error", "result": "9999"}


def _labs(tables: Tables) -> list[Row]:
    return [row for row in tables["observation"] if row.get("source_reference_range_high")]


def _sizes(tables: Tables) -> list[Row]:
    return [row for row in tables["observation"] if not row.get("source_reference_range_high")]


# ---- CMS's research files.


def _day(text: str) -> str:
    return date.fromisoformat(text).strftime("%d-%b-%Y") if text else ""


def rif_carrier(tables: Tables) -> Iterator[Row]:
    """The carrier's lines, and one line that a later action on its claim took back."""
    lines = [row for row in tables["medical_claim"] if row["data_source"] != OUTPATIENT]
    for row in lines:
        denied = row["claim_status"] == "denied"
        yield _rif_head(row) | {
            "NCH_CLM_TYPE_CD": "71",
            "CARR_CLM_ENTRY_CD": "1",
            "CLM_DISP_CD": "1",
            "CARR_CLM_PMT_DNL_CD": "1",
            "CLM_PMT_AMT": "4711.00",
            "CARR_CLM_BLG_NPI_NUM": row["billing_npi"] if int(row["claim_id"]) % 2 else "",
            "ORG_NPI_NUM": row["billing_npi"],
            "LINE_NUM": row["claim_line_number"],
            "PRF_PHYSN_NPI": row["rendering_npi"],
            "LINE_SRVC_CNT": row["service_unit_quantity"],
            "CARR_LINE_MTUS_CNT": "1",
            "LINE_PLACE_OF_SRVC_CD": row["place_of_service_code"],
            "LINE_1ST_EXPNS_DT": _day(row["claim_line_start_date"]),
            "LINE_LAST_EXPNS_DT": _day(row["claim_line_end_date"]),
            "LINE_NCH_PMT_AMT": row["paid_amount"],
            "LINE_SBMTD_CHRG_AMT": row["charge_amount"],
            "LINE_ALOWD_CHRG_AMT": row["allowed_amount"],
            "LINE_PRCSG_IND_CD": "N" if denied else "A",
            "LINE_ICD_DGNS_CD": row["diagnosis_code_1"],
            "LINE_ICD_DGNS_VRSN_CD": "0",
            "LINE_NDC_CD": row.get("ndc_code", ""),
        }
    dose = next(line for line in lines if line["hcpcs_code"] == "J9207")
    earlier = _rif_head(dose) | {
        "LINE_NUM": dose["claim_line_number"],
        "LINE_1ST_EXPNS_DT": _day(dose["claim_line_start_date"]),
        "LINE_SRVC_CNT": "900",
    }
    yield earlier | {"FINAL_ACTION": "N"}
    yield earlier | {"DML_IND": "DELETE"}


def rif_outpatient(tables: Tables) -> Iterator[Row]:
    for row in tables["medical_claim"]:
        if row["data_source"] != OUTPATIENT:
            continue
        paid, allowed = float(row["paid_amount"]), float(row["allowed_amount"])
        yield _rif_head(row) | {
            "NCH_CLM_TYPE_CD": "40",
            "CLM_FREQ_CD": row["claim_frequency_code"] if row["claim_frequency_code"] == "8" else "7",
            "FI_ORIG_CLM_CNTL_NUM": "32490593716374487",
            "CLM_THRU_DT": _day(row["claim_line_end_date"] or row["claim_start_date"]),
            "CLM_MDCR_NON_PMT_RSN_CD": "N" if row["claim_status"] == "denied" else " ",
            "ORG_NPI_NUM": row["billing_npi"],
            "AT_PHYSN_NPI": row["rendering_npi"],
            "RNDRNG_PHYSN_NPI": row["rendering_npi"] if int(row["claim_id"]) % 2 else " ",
            "CLM_LINE_NUM": row["claim_line_number"],
            "REV_CNTR": "0636",
            "REV_CNTR_DT": _day(row["claim_line_start_date"]),
            "REV_CNTR_UNIT_CNT": row["service_unit_quantity"],
            "REV_CNTR_IDE_NDC_UPC_NUM": row.get("ndc_code", ""),
            "REV_CNTR_NDC_QTY": row.get("ndc_quantity", ""),
            "REV_CNTR_NDC_QTY_QLFR_CD": row.get("ndc_unit", ""),
            "REV_CNTR_TOT_CHRG_AMT": row["charge_amount"],
            "REV_CNTR_PRVDR_PMT_AMT": row["paid_amount"],
            "REV_CNTR_PMT_AMT_AMT": row["paid_amount"],
            "REV_CNTR_PTNT_RSPNSBLTY_PMT": f"{allowed - paid:.2f}",
        }


def _rif_head(row: Row) -> Row:
    """What carrier and outpatient lines have in common; the second diagnosis is ICD-9's."""
    return {
        "DML_IND": "INSERT",
        "FINAL_ACTION": "F",
        "BENE_ID": row["person_id"],
        "CLM_ID": row["claim_id"],
        "CLM_FROM_DT": _day(row["claim_start_date"]),
        "CLM_THRU_DT": _day(row["claim_start_date"]),
        "NCH_WKLY_PROC_DT": _day(row["paid_date"]),
        "ICD_DGNS_CD1": row["diagnosis_code_1"],
        "ICD_DGNS_VRSN_CD1": "0",
        "ICD_DGNS_CD2": "1749",
        "ICD_DGNS_VRSN_CD2": "9",
        "HCPCS_CD": row["hcpcs_code"],
        "HCPCS_1ST_MDFR_CD": row.get("hcpcs_modifier_1", ""),
        "HCPCS_2ND_MDFR_CD": row.get("hcpcs_modifier_2", ""),
    }


def rif_pde(tables: Tables) -> Iterator[Row]:
    """The fills, and one that was deleted."""
    row: Row = {}
    for number, fill in enumerate(tables["pharmacy_claim"]):
        row = {
            "DML_IND": "INSERT",
            "FINAL_ACTION": "F",
            "PDE_ID": f"-3{number:06}",
            "BENE_ID": fill["person_id"],
            "SRVC_DT": _day(fill["dispensing_date"]),
            "PROD_SRVC_ID": fill["ndc_code"],
            "QTY_DSPNSD_NUM": fill["quantity"],
            "DAYS_SUPLY_NUM": fill["days_supply"],
            "ADJSTMT_DLTN_CD": " ",
        }
        yield row
    yield row | {"ADJSTMT_DLTN_CD": "D", "PDE_ID": "-39"}


def rif_beneficiary(tables: Tables) -> Iterator[Row]:
    """A row a person and year, its months told one by one; who left did so for a plan that pays claims itself."""
    for row in tables["eligibility"]:
        year, end = row["enrollment_start_date"][:4], row["enrollment_end_date"]
        last = int(end[5:7]) if end else 9
        months = {f"MDCR_ENTLMT_BUYIN_{month}_IND": "3" for month in range(1, (12 if end else last) + 1)}
        away = {f"HMO_{month}_IND": "C" if month > last else "0" for month in range(1, 13)} if end else {}
        yield {
            "DML_IND": "UPDATE",
            "BENE_ID": row["person_id"],
            "BENE_BIRTH_DT": _day(row["birth_date"]),
            "DEATH_DT": _day(row.get("death_date", "")),
            "RFRNC_YR": year,
            "MBI_NUM": f"1S00E{row['person_id'][-6:]}",
            **months,
            **away,
        }


# ---- CMS's prior authorizations.

_DECISIONS = {"approved": "A", "denied": "N", "pending": "P"}


def pa_authorizations(tables: Tables) -> Iterator[Row]:
    """A row a segment, cells padded; validity, services and a date stand on every one, whatever was decided."""
    for row in tables["authorization"]:
        utn, segment = row["authorization_id"].rsplit("-", 1)
        yield {
            "MBI_NUM": row["person_id"],
            "UTN": utn,
            "SEGMENT_COUNT": "2",
            "CURRENT_SEGMENT": segment,
            "UTN_VALID_ST_DT": row.get("approved_from", "") or "2024-02-01",
            "UTN_VALID_EN_DT": row.get("approved_to", "") or "2024-08-01",
            "HCPCS_OR_CPT_OR_HIPPS": row["hcpcs_code"],
            "SERVICE_CNTS": row.get("approved_units", "") or "12",
            "PA_DECISION": _DECISIONS[row["decision"]],
            "PA_REQ_REC_DT": row["received_at"],
            "PA_REQ_SUB_DT": row["received_at"],
            "PA_DECISION_DT": row["decided_at"] or "2024-12-31",
            "ORDER_REFER_NPI": row["prescriber_npi"],
            "PRICE_MOD1": "  ",
            "ICD_DIAG_IND_1": "0",
            "ICD_DIAG_CODE_1": f"{row['diagnosis_code']:7}",
            "ICD_DIAG_IND_2": " ",
            "ICD_DIAG_CODE_2": "       ",
        }
