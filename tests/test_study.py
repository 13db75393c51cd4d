"""What an analyst holds in Python: named frames, useful words, and errors that say what would be right."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

import analytics as um
from analytics.results import RESULTS
from tests.support import HARBOR, SAMPLES, authorization, claim, opened, write_extract


@pytest.fixture(scope="module")
def study() -> um.Study:
    return um.open(SAMPLES)


@pytest.mark.parametrize("name", [name for name in RESULTS if name != "quality_result"])
def test_tables_have_their_columns_types_and_order(study: um.Study, name: str) -> None:
    frame = getattr(study, name)
    assert frame.columns == list(RESULTS[name].columns)
    types = {
        "VARCHAR": pl.String,
        "VARCHAR[]": pl.List(pl.String),
        "BIGINT": pl.Int64,
        "DOUBLE": pl.Float64,
        "BOOLEAN": pl.Boolean,
        "DATE": pl.Date,
        "DECIMAL(18,4)": pl.Decimal(18, 4),
        "DECIMAL(18,2)": pl.Decimal(18, 2),
    }
    assert dict(frame.schema) == {column: types[kind] for column, kind in RESULTS[name].columns.items()}
    assert frame.equals(frame.sort(RESULTS[name].key, nulls_last=True, maintain_order=True))
    assert frame.height


def test_keys_are_unique(study: um.Study) -> None:
    for name in set(RESULTS) - {"quality_result", "quarantine"}:
        assert not study.frame(name).select(RESULTS[name].key).is_duplicated().any(), name


def test_tab_completion_repr_and_unknown_names(study: um.Study) -> None:
    assert set(RESULTS) <= set(dir(study))
    assert "as of 2025-12-31" in repr(study) and "administration" in repr(study)
    with pytest.raises(AttributeError, match="renewal_summary"):
        _ = study.renewal_outcomes
    with pytest.raises(KeyError, match="renewal_summary"):
        study.frame("renewal_outcomes")


def test_frames_are_computed_once(study: um.Study) -> None:
    assert study.renewal is study.renewal


def test_as_of_is_the_latest_date_in_scope_unless_given(tmp_path: Path) -> None:
    tables = {
        "medical_claim": [claim(), claim(claim_id="X", hcpcs_code="J0897", claim_line_start_date="2027-01-01")],
        "authorization": [authorization(received_at="2025-05-01T23:30:00-05:00", decided_at=None)],
    }
    with opened(tmp_path / "a", tables, HARBOR) as study:
        assert study.as_of == dt.date(2025, 5, 2)
        assert study.claims_through == study.horizon == dt.date(2025, 3, 3)
    with opened(tmp_path / "b", tables, HARBOR, as_of="2025-04-01") as study:
        assert study.as_of == dt.date(2025, 4, 1)
        assert study.authorizations_through is None
        assert study.request.height == 0
        assert study.reconciliation_reason.filter(reason="after_as_of").height == 1


def test_a_mistyped_far_date_is_pointed_out(tmp_path: Path) -> None:
    lines = [claim(claim_id=f"C{n}", claim_line_start_date=f"2025-03-{n % 28 + 1:02}") for n in range(300)]
    tables = {"medical_claim": [*lines, claim(claim_line_start_date="2052-03-01")], "authorization": [authorization()]}
    with opened(tmp_path, tables, HARBOR) as study:
        assert study.as_of == dt.date(2052, 3, 1)
        assert any("2052-03-01" in sentence and "--as-of" in sentence for sentence in study.warnings)


def test_warnings_count_what_was_set_aside(tmp_path: Path) -> None:
    tables = {
        "medical_claim": [claim(paid_date="soon", colour="red")],
        "authorization": [authorization(bsa_m2="18", regimen="daily", decided_at="2025-01-01")],
    }
    config = '[policies]\nHarbor = "ixempra-oncology-injectable"\nNowhere = "ixempra-oncology-injectable"\n'
    with opened(tmp_path, tables, config) as study:
        said = "\n".join(study.warnings)
    for words in ("paid_date", "colour", "bsa_m2: 1", "regimen: 1", "decided_at: 1", "'Nowhere'"):
        assert words in said


def test_no_policy_is_ever_lent_to_another_payer(tmp_path: Path) -> None:
    tables = {"medical_claim": [claim(), claim(payer="Summit")], "authorization": [authorization()]}
    with opened(tmp_path, tables, HARBOR) as study:
        assert study.administration["payer"].to_list() == ["Harbor"]
        reasons = {(row["table_name"], row["reason"]): row["n_rows"] for row in study.reconciliation_reason.to_dicts()}
        assert reasons["medical_claim", "no_policy"] == 1


def test_absent_tables_are_null_never_zero(tmp_path: Path) -> None:
    tables = {"medical_claim": [claim()], "authorization": [authorization(approved_to="2025-01-20")]}
    with opened(tmp_path, tables, HARBOR, as_of="2025-12-01") as study:
        assert study.request.select("reviewed", "evaluated", "consistency", "unmet_conjuncts").row(0) == (None,) * 4
        assert study.approval_by_criterion["n_met"].null_count() == study.approval_by_criterion.height
        assert study.renewal["outcome"].to_list() == [None]
        assert study.renewal_summary["retention_rate"].to_list() == [None]
        assert study.renewal_summary["n_stopped"].to_list() == [None]


def test_a_date_that_is_none_is_refused() -> None:
    with pytest.raises(um.UserError, match="2025-12-31"):
        um.open(SAMPLES, as_of="31.12.2025")


def test_config_beside_the_extracts_and_elsewhere(tmp_path: Path) -> None:
    folder = write_extract(tmp_path / "data", {"medical_claim": [claim()], "authorization": [authorization()]})
    other = tmp_path / "other.toml"
    other.write_text('[policies]\n"*" = "emblemhealth-mg-mm-ph-153"\n', encoding="utf-8")
    with um.open(folder, config=other) as study:
        assert study.administration["policy_id"].to_list() == ["emblemhealth-mg-mm-ph-153"]
