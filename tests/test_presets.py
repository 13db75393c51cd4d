"""Each preset end to end: the same facts in a third party's layout give the tables that they give in our own."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from threading import Lock
from typing import Any

import pytest

import analytics as um
from analytics.quality import WHOLE_EXTRACT
from analytics.results import RESULTS
from analytics.study import Study
from tests.layouts import writing
from tests.layouts.facts import CARRIER, Row, Tables, facts
from tests.layouts.writing import header, write
from tests.plain_gate import PlainGate
from tests.support import ROOT, THIRD_PARTY, write_extract

NOTHING: Any = None
PRESETS = ROOT / "analytics" / "presets"
POLICY = '[policies]\nMedicare = "emblemhealth-mg-mm-ph-153"\n'
# A preset, and of each of its files: its name here, its layout, what writes the facts, the table, and theirs.
File = tuple[str, str, Any, str, str]
FILES: dict[str, tuple[File, ...]] = {
    "tuva": (
        (
            "medical_claim.csv",
            "tuva_medical_claim",
            writing.tuva_claims,
            "medical_claim",
            "tuva/tuva_integration_medical_claim_seed_71e58de.csv",
        ),
        (
            "eligibility.csv",
            "tuva_eligibility",
            writing.tuva_eligibility,
            "eligibility",
            "tuva/tuva_integration_eligibility_seed_71e58de.csv",
        ),
        (
            "pharmacy_claim.csv",
            "tuva_pharmacy_claim",
            writing.tuva_fills,
            "pharmacy_claim",
            "tuva/tuva_integration_pharmacy_claim_seed_71e58de.csv",
        ),
        (
            "observation.csv",
            "tuva_observation",
            writing.tuva_observations,
            "observation",
            "tuva/observation_excerpt.csv",
        ),
        ("lab_result.csv", "tuva_lab_result", writing.tuva_labs, "observation", ""),
    ),
    "cms-rif": (
        ("carrier.csv", "rif_carrier", writing.rif_carrier, "medical_claim", "cms/rif_synthea_carrier.csv"),
        ("outpatient.csv", "rif_outpatient", writing.rif_outpatient, "medical_claim", "cms/rif_synthea_outpatient.csv"),
        ("pde.csv", "rif_pde", writing.rif_pde, "pharmacy_claim", "cms/rif_synthea_pde.csv"),
        (
            "beneficiary_2024.csv",
            "rif_beneficiary",
            writing.rif_beneficiary,
            "eligibility",
            "cms/rif_synthea_beneficiary_2021.csv",
        ),
    ),
    "cms-pa": (
        (
            "SYNTHETIC_PRAUC.csv",
            "pa_authorization",
            writing.pa_authorizations,
            "authorization",
            "cms/idr2_samhsa_SYNTHETIC_PRAUC.csv",
        ),
    ),
}
# Rows that the layouts hold beside the facts, and that are no claims, fills or results: how many of a table.
LEFT_OUT = {
    "tuva": {"medical_claim": 3, "observation": 1},
    "cms-rif": {"medical_claim": 2, "pharmacy_claim": 1},
    "cms-pa": {},
}
# Beside these, tables whose rows differ by those of third parties alone.
COUNTED = ("reconciliation", "reconciliation_reason")


def said_by(preset: str) -> Tables:
    """The facts as far as the layout can say them: what Tuva's Input Layer holds was paid, and its void is no claim."""
    tables = facts()
    if preset == "tuva":
        tables["medical_claim"] = [
            {name: value for name, value in row.items() if not name.startswith(("ndc_", "claim_frequency"))}
            for row in tables["medical_claim"]
            if row["claim_status"] != "denied" and row["claim_frequency_code"] != "8"
        ]
    return tables


def written(folder: Path, preset: str, *, with_theirs: bool) -> tuple[Path, dict[str, int]]:
    """The facts in the preset's layout, its other tables in ours; and how many rows by table are third parties'."""
    folder.mkdir()
    counts: dict[str, int] = {}
    for name, layout, write_rows, table, place in FILES[preset]:
        path = THIRD_PARTY / place if with_theirs and place else None
        more = {"bom": layout == "rif_beneficiary", "upper": preset == "tuva" and with_theirs}
        n_theirs = write(folder / name, layout, write_rows(facts()), path, **more)
        counts[table] = counts.get(table, 0) + n_theirs
    mapped = {table for *_, table, _ in FILES[preset]}
    beside = {table: rows for table, rows in said_by(preset).items() if table not in mapped}
    write_extract(folder, beside, f"{POLICY}[presets.{preset}]\n")
    return folder, counts


@pytest.fixture(scope="module", params=sorted(FILES))
def preset(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def ours(preset: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    folder = tmp_path_factory.mktemp("ours")
    with um.open(write_extract(folder, said_by(preset), POLICY)) as study:
        yield study


def findings(study: Study) -> dict[str, tuple[str, int, int]]:
    """What the gate finds among the rows in scope, by the catalogue's own SQL."""
    study.gate_process = PlainGate(NOTHING, Lock(), set())
    return {
        one.expectation: (one.status, one.n_checked, one.n_failed)
        for one in study.check().results
        if one.expectation not in WHOLE_EXTRACT and not one.expectation.endswith(".rows_read")
    }


def differing(ours: Study, mapped: Study) -> list[str]:
    return [
        name
        for name in RESULTS
        if name not in (*COUNTED, "quality_result") and not ours.frame(name).equals(mapped.frame(name))
    ]


def test_a_layout_gives_the_tables_of_the_same_facts(preset: str, ours: Study, tmp_path: Path) -> None:
    folder, _ = written(tmp_path / "data", preset, with_theirs=False)
    with um.open(folder) as mapped:
        assert differing(ours, mapped) == []
        for name in COUNTED:
            assert ours.frame(name).equals(mapped.frame(name)), name
        assert findings(ours) == findings(mapped)
        said = {warning.split(":")[0]: warning for warning in mapped.warnings if "left out" in warning}
        assert said.keys() == LEFT_OUT[preset].keys()
        assert all(said[name].endswith(f": {n_rows}.") for name, n_rows in LEFT_OUT[preset].items())


def test_third_parties_rows_are_out_of_scope_and_counted(preset: str, ours: Study, tmp_path: Path) -> None:
    missing = [place for *_, place in FILES[preset] if place and not (THIRD_PARTY / place).is_file()]
    if missing:
        pytest.skip(f"{THIRD_PARTY} has no {' nor '.join(missing)}")
    folder, n_theirs = written(tmp_path / "data", preset, with_theirs=True)
    with um.open(folder) as mapped:
        assert differing(ours, mapped) == []
        before = {row["table_name"]: row for row in ours.reconciliation.rows(named=True)}
        for row in mapped.reconciliation.rows(named=True):
            more = n_theirs.get(row["table_name"], 0)
            known = before[row["table_name"]]
            assert row == known | {
                "rows_read": known["rows_read"] + more,
                "rows_out_of_scope": known["rows_out_of_scope"] + more,
            }
    assert all(n_theirs.values())


def test_facts_reach_what_presets_decide() -> None:
    """A denied line, a void, a line without its own date, two ways to leave, and each decision."""
    tables = facts()
    claims = tables["medical_claim"]
    assert {row["claim_status"] for row in claims} == {"paid", "denied"}
    assert {row["claim_frequency_code"] for row in claims} == {"1", "8"}
    assert {row["data_source"] == CARRIER for row in claims if not row["claim_line_start_date"]} == {False}
    assert {row["decision"] for row in tables["authorization"]} == {"approved", "denied", "pending"}
    assert {"", "2024-02-29", "2025-02-28"} <= {row["enrollment_end_date"] for row in tables["eligibility"]}


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_file_of_a_preset_is_tried(name: str) -> None:
    content = tomllib.loads((PRESETS / f"{name}.toml").read_text(encoding="utf-8"))
    sources = [source["name"] for listed in content["source"].values() for source in listed]
    assert len(sources) == len(FILES[name])
    assert (ROOT / "docs" / f"preset-{name}.md").is_file()


# ---- What a preset decides, one row at a time.


def rif_lines(tmp_path: Path, *lines: Mapping[str, str]) -> Study:
    """A study of carrier lines of one person, each a claim of 60 units on a day of its own, but for what is given."""
    usual = {
        "DML_IND": "INSERT",
        "FINAL_ACTION": "F",
        "BENE_ID": "-7",
        "LINE_NUM": "1",
        "HCPCS_CD": "J9207",
        "LINE_SRVC_CNT": "60",
        "HCPCS_1ST_MDFR_CD": "JZ",
    }
    rows = [
        {**usual, "CLM_ID": f"-{number}", "LINE_1ST_EXPNS_DT": f"{number:02}-Mar-2025", **line}
        for number, line in enumerate(lines, 1)
    ]
    write(tmp_path / "carrier.csv", "rif_carrier", rows)
    return opened(tmp_path, "cms-rif", authorization=[request()])


def request(**values: str) -> Row:
    return {
        "authorization_id": "A1",
        "person_id": "-7",
        "payer": "Medicare",
        "hcpcs_code": "J9207",
        "request_type": "initial",
        "received_at": "2025-01-02",
        "decision": "denied",
        **values,
    }


def opened(folder: Path, *presets: str, **tables: list[Row]) -> Study:
    named = "".join(f"[presets.{name}]\n" for name in presets)
    return um.open(write_extract(folder, tables, POLICY + named))


def reasons(study: Study) -> dict[str, int]:
    return {row["reason"]: row["n_rows"] for row in study.reconciliation_reason.rows(named=True)}


def test_a_carriers_denials(tmp_path: Path) -> None:
    """A claim is denied by 0, D or another insurer's turn; a line by any code but A, R and S; else it was paid."""
    paid = [{}, {"CARR_CLM_PMT_DNL_CD": "2"}, {"LINE_PRCSG_IND_CD": "R"}, {"LINE_PRCSG_IND_CD": "S"}]
    denied = [
        {"CARR_CLM_PMT_DNL_CD": "0", "LINE_PRCSG_IND_CD": "A"},
        {"CARR_CLM_PMT_DNL_CD": "D"},
        {"CARR_CLM_PMT_DNL_CD": "12"},
        {"LINE_PRCSG_IND_CD": "N"},
        {"CARR_CLM_PMT_DNL_CD": "B", "LINE_PRCSG_IND_CD": "M"},
    ]
    with rif_lines(tmp_path, *paid, *denied) as study:
        assert study.administration.height == len(paid)
        assert reasons(study) == {"denied_line": len(denied)}


def test_credits_and_cancelled_claims_are_void(tmp_path: Path) -> None:
    with rif_lines(tmp_path, {}, {"CARR_CLM_ENTRY_CD": "3"}, {"CLM_DISP_CD": "03"}, {"CLM_DISP_CD": "01"}) as study:
        assert study.administration.height == 2
        assert reasons(study) == {"void_record": 2}


def test_replaced_and_deleted_rows_are_not_read(tmp_path: Path) -> None:
    lines = ({}, {"FINAL_ACTION": "N"}, {"DML_IND": "DELETE"}, {"DML_IND": "UPDATE", "FINAL_ACTION": " "})
    with rif_lines(tmp_path, *lines) as study:
        assert study.administration.height == 2
        assert reasons(study) == {}


MONTHS: tuple[tuple[str, dict[str, str], tuple[str, str | None] | None], ...] = (
    ("333333333333", {}, ("2024-01-01", "2024-12-31")),
    ("001333333333", {}, ("2024-04-01", "2024-12-31")),
    ("333000000000", {}, ("2024-01-01", "2024-03-31")),
    ("33000000000", {}, ("2024-01-01", "2024-02-29")),
    ("330000000000", {"RFRNC_YR": "2023"}, ("2023-01-01", "2023-02-28")),
    # What is blank is still to come.
    ("33", {}, ("2024-01-01", None)),
    # A plan that pays the claims itself (C), and one that does not (1).
    ("CCCCCC", {"HMO_6_IND": "C"}, ("2024-01-01", "2024-05-31")),
    ("333333333333", {"HMO_12_IND": "1"}, ("2024-01-01", "2024-12-31")),
    ("2200BB000000", {}, ("2024-01-01", "2024-06-30")),
    # Part A alone, and a row that is taken back.
    ("11111AAA1111", {}, None),
    ("", {"HMO_1_IND": "C"}, None),
    ("333333333333", {"DML_IND": "DELETE"}, None),
)


def test_enrollment_from_a_beneficiarys_months(tmp_path: Path) -> None:
    rows = []
    for person, (months, mine, _) in enumerate(MONTHS):
        told = {f"MDCR_ENTLMT_BUYIN_{number}_IND": month for number, month in enumerate(months, 1)}
        rows.append({"BENE_ID": f"-{person}", "RFRNC_YR": "2024", "DML_IND": "UPDATE", **told, **mine})
    write(tmp_path / "beneficiary_2024.csv", "rif_beneficiary", rows, bom=True)
    with rif_lines(tmp_path, *({"BENE_ID": row["BENE_ID"]} for row in rows)) as study:
        study.engine.make("eligibility_row")
        found = study.engine.rows(
            "select person_id, cast(enrollment_start_date as varchar), cast(enrollment_end_date as varchar), reason "
            "from eligibility_row"
        )
    expected = [(f"-{person}", *span, None) for person, (*_, span) in enumerate(MONTHS) if span]
    assert sorted(found) == sorted(expected)


def test_mixed_decisions_under_one_number_are_requests_of_their_own(tmp_path: Path) -> None:
    usual = {
        "MBI_NUM": "-7",
        "UTN": "-ABC",
        "HCPCS_OR_CPT_OR_HIPPS": "J9207",
        "PA_REQ_REC_DT": "2025-01-02",
        "PA_DECISION_DT": "2025-01-05",
        "UTN_VALID_ST_DT": "2025-01-05",
        "UTN_VALID_EN_DT": "2025-07-04",
        "SERVICE_CNTS": "540",
    }
    decisions = ["A", "N", "p ", "A"]
    rows = [{**usual, "CURRENT_SEGMENT": f"{number} ", "PA_DECISION": word} for number, word in enumerate(decisions, 1)]
    rows.append({**usual, "CURRENT_SEGMENT": "5", "PA_DECISION": "A", "HCPCS_OR_CPT_OR_HIPPS": "G0299"})
    write(tmp_path / "SYNTHETIC_PRAUC.csv", "pa_authorization", rows)
    claim = {
        "claim_id": "C1",
        "claim_line_number": "1",
        "person_id": "-7",
        "payer": "Medicare",
        "claim_line_start_date": "2025-03-03",
        "hcpcs_code": "J9207",
        "service_unit_quantity": "60",
    }
    with opened(tmp_path, "cms-pa", medical_claim=[claim]) as study:
        found = {row["authorization_id"]: row["decision"] for row in study.request.rows(named=True)}
        assert found == {"-ABC-1": "approved", "-ABC-2": "denied", "-ABC-3": "pending", "-ABC-4": "approved"}
        assert study.authorization_use["authorization_id"].to_list() == ["-ABC-1", "-ABC-4"]
        assert study.request.filter(authorization_id="-ABC-3")["hours_to_decision"].to_list() == [None]
        assert reasons(study) == {"other_drug": 1}


def test_claims_and_prior_authorizations_together(tmp_path: Path) -> None:
    """Medicare numbers in the one and research ids in the other: the column that joins them is put beside."""
    tables = facts()
    rif = written(tmp_path / "data", "cms-rif", with_theirs=False)[0]
    (rif / "authorization.csv").unlink()
    requests = [
        row | {"BENE_ID": row["MBI_NUM"], "MBI_NUM": "1S00E00AA06"} for row in writing.pa_authorizations(tables)
    ]
    lines = [",".join([*header("pa_authorization"), "BENE_ID"])]
    lines += [",".join(row.get(name, "") for name in [*header("pa_authorization"), "BENE_ID"]) for row in requests]
    (rif / "prior_auth.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    both = "[presets.cms-rif]\npayer = 'Part B'\n[presets.cms-pa]\npayer = 'Part B'\n"
    (rif / "um.toml").write_text(POLICY.replace("Medicare", '"Part B"') + both, encoding="utf-8")
    with um.open(rif) as study:
        assert set(study.administration["payer"]) == {"Part B"}
        covered = study.administration["authorization_id"].drop_nulls().to_list()
        assert len(covered) > 50 and all(one.startswith("-INVENTED") for one in covered)


def test_what_the_docs_say_of_other_layouts(tmp_path: Path) -> None:
    """Partial affirmations, laboratory results as they were before, files without the marks of a final action."""
    pa, tuva = (_snippets(name)[-1] for name in ("cms-pa", "tuva"))
    ccw = "".join(
        f'[[source.medical_claim]]\namends = "cms-rif.{name}"\nkeep = "true"\n' for name in ("carrier", "outpatient")
    )
    line = {"BENE_ID": "-7", "CLM_ID": "-1", "LINE_NUM": "1", "HCPCS_CD": "J9207", "LINE_SRVC_CNT": "60"}
    line |= {"LINE_1ST_EXPNS_DT": "03-Mar-2025", "HCPCS_1ST_MDFR_CD": "JZ"}
    columns = [name for name in header("rif_carrier") if name not in ("FINAL_ACTION", "DML_IND")]
    content = ["|".join(columns), "|".join(line.get(name, "") for name in columns)]
    (tmp_path / "bcarrier.txt").write_text("\n".join(content) + "\n", encoding="utf-8")
    segment = {"MBI_NUM": "-7", "UTN": "-ABC", "CURRENT_SEGMENT": "1", "PA_DECISION": "P", "SERVICE_CNTS": "540"}
    segment |= {"HCPCS_OR_CPT_OR_HIPPS": "J9207", "PA_REQ_REC_DT": "2025-01-02", "PA_DECISION_DT": "2025-01-05"}
    segment |= {"UTN_VALID_ST_DT": "2025-01-05", "UTN_VALID_EN_DT": "2025-07-04"}
    write(tmp_path / "PRAUC.csv", "pa_authorization", [segment])
    lab = (
        "person_id,source_code,status,result,result_date,collection_date\n-7,3140-1,final,1.80,2025-03-09,2025-03-01\n"
    )
    (tmp_path / "lab_result.csv").write_text(lab, encoding="utf-8")
    chosen = "[presets.cms-rif]\n[presets.cms-pa]\n[presets.tuva]\n"
    (tmp_path / "um.toml").write_text(POLICY + chosen + ccw + pa + tuva, encoding="utf-8")
    with um.open(tmp_path) as study:
        dose = study.administration.row(0, named=True)
        assert (dose["authorization_id"], dose["bsa_m2"], dose["status"]) == ("-ABC-1", 1.8, "within")
        assert study.request["decision"].to_list() == ["partially_approved"]
        assert study.authorization_use["approved_units"].to_list() == [540]


def test_a_column_that_an_amendment_names_must_be_there(tmp_path: Path) -> None:
    """What a preset offers the file may lack; what the configuration itself asks for it may not."""
    folder, _ = written(tmp_path / "data", "cms-pa", with_theirs=False)
    amended = '[[source.authorization]]\namends = "cms-pa.prior_authorization"\n[source.authorization.columns]\n'
    with (folder / "um.toml").open("a", encoding="utf-8") as file:
        file.write(amended + 'approved_units = "SERVICE_CNT"\n')
    with pytest.raises(um.UserError, match=r"has no column 'SERVICE_CNT' \(the nearest is 'SERVICE_CNTS'\)"):
        um.open(folder)


def _snippets(name: str) -> list[str]:
    """The configurations in a preset's page."""
    text = (ROOT / "docs" / f"preset-{name}.md").read_text(encoding="utf-8")
    return [
        dedent(f"  {part}") if part.startswith("[[") else part
        for part in re.findall(r"```toml\n *(.*?)```", text, re.S)
    ]
