"""Quarantined rows come out as files, are mended there, and go in again in the place of the bad ones."""

import json
from pathlib import Path

import polars as pl
import pytest

import analytics as um
from analytics.extracts.schema import TABLES
from analytics.quarantine import write_quarantine
from tests.support import HARBOR, authorization, claim, write_extract


@pytest.fixture
def data(tmp_path: Path) -> Path:
    lines = [claim(), claim(claim_id="C2", service_unit_quantity="sixty", claim_line_start_date="2025-03-31")]
    return write_extract(tmp_path / "data", {"medical_claim": lines, "authorization": [authorization()]}, HARBOR)


def quarantine(data: Path, folder: Path) -> Path:
    folder.mkdir()
    with um.open(data) as study:
        _ = study.as_of
        study.quarantine  # noqa: B018 (the rows are staged)
        assert write_quarantine(study.engine, TABLES["medical_claim"], folder / "medical_claim.csv")
    return folder


def test_a_mended_row_takes_the_place_of_the_bad_one(data: Path, tmp_path: Path) -> None:
    folder = quarantine(data, tmp_path / "repairs")
    path = folder / "medical_claim.csv"
    path.write_text(path.read_text().replace("sixty", "60"))
    with um.open(data) as before, um.open(data, repairs=folder) as after:
        assert before.quarantine.height == 1 and after.quarantine.height == 0
        assert before.administration.height == 1 and after.administration.height == 2
        row = after.reconciliation.filter(table_name="medical_claim").to_dicts()[0]
        assert (row["rows_read"], row["rows_used"], row["rows_repaired"]) == (2, 2, 1)


def test_repairs_that_match_nothing_are_refused(data: Path, tmp_path: Path) -> None:
    folder = quarantine(data, tmp_path / "repairs")
    frame = pl.read_csv(folder / "medical_claim.csv", infer_schema=False).with_columns(row_id=pl.lit("0"))
    frame.write_csv(folder / "medical_claim.csv")
    with pytest.raises(um.UserError, match="None of the row_ids"):
        um.open(data, repairs=folder)


def rewritten(folder: Path, frame: pl.DataFrame) -> Path:
    frame.write_csv(folder / "medical_claim.csv")
    return folder


def test_repairs_add_no_row_that_is_not_in_the_extract(data: Path, tmp_path: Path) -> None:
    """An unknown, blank or repeated row_id would come in as one more row, whatever the others are."""
    folder = quarantine(data, tmp_path / "repairs")
    good = pl.read_csv(folder / "medical_claim.csv", infer_schema=False)
    for row_id, words in (
        (pl.lit("0"), "^1 of 2 of the row_ids in the repairs 'medical_claim.csv' are not in medical_claim: "),
        (pl.lit("  "), "^1 of 2 rows of the repairs 'medical_claim.csv' have no row_id: "),
        (pl.lit(None), "^1 of 2 rows of the repairs 'medical_claim.csv' have no row_id: "),
        (pl.col("row_id"), "^1 of 1 row_ids in the repairs 'medical_claim.csv' stands there more often than in med"),
    ):
        with pytest.raises(um.UserError, match=words):
            um.open(
                data, repairs=rewritten(folder, pl.concat([good, good.with_columns(row_id=row_id.cast(pl.String))]))
            )
    with pytest.raises(um.UserError, match="hold no row: "):
        um.open(data, repairs=rewritten(folder, good.clear()))
    with um.open(data, repairs=rewritten(folder, good)) as study:
        row = study.reconciliation.filter(table_name="medical_claim").to_dicts()[0]
        assert (row["rows_read"], row["rows_repaired"]) == (2, 1)


def test_identical_rows_come_back_as_often_as_they_went_out(tmp_path: Path) -> None:
    bad = [claim(claim_id="C2", service_unit_quantity="sixty")] * 2
    data = write_extract(
        tmp_path / "data", {"medical_claim": [claim(), *bad], "authorization": [authorization()]}, HARBOR
    )
    folder = quarantine(data, tmp_path / "repairs")
    good = pl.read_csv(folder / "medical_claim.csv", infer_schema=False)
    assert good["row_id"].to_list() == [good["row_id"][0]] * 2
    mended = good.with_columns(service_unit_quantity=pl.lit("60"))
    with um.open(data, repairs=rewritten(folder, mended)) as study:
        row = study.reconciliation.filter(table_name="medical_claim").to_dicts()[0]
        assert (row["rows_read"], row["rows_used"], row["rows_excluded"], row["rows_repaired"]) == (3, 2, 1, 2)
    with pytest.raises(um.UserError, match="more often than in medical_claim"):
        um.open(data, repairs=rewritten(folder, pl.concat([mended, mended[:1]])))


def test_repairs_without_row_id_or_of_no_table_are_refused(data: Path, tmp_path: Path) -> None:
    folder = quarantine(data, tmp_path / "repairs")
    frame = pl.read_csv(folder / "medical_claim.csv", infer_schema=False)
    frame.drop("row_id").write_csv(folder / "medical_claim.csv")
    with pytest.raises(um.UserError, match="row_id"):
        um.open(data, repairs=folder)
    (folder / "medical_claim.csv").rename(folder / "medical_claims.csv")
    with pytest.raises(um.UserError, match=r"nearest is 'medical_claim'"):
        um.open(data, repairs=folder)
    with pytest.raises(um.UserError, match="no folder"):
        um.open(data, repairs=tmp_path / "nowhere")


def test_a_row_mended_into_another_counts_once(tmp_path: Path) -> None:
    tables = {
        "medical_claim": [claim(), claim(service_unit_quantity="6O")],
        "authorization": [authorization()],
    }
    data = write_extract(tmp_path / "data", tables, HARBOR)
    folder = quarantine(data, tmp_path / "repairs")
    path = folder / "medical_claim.csv"
    path.write_text(path.read_text().replace("6O", "60"))
    with um.open(data, repairs=folder) as study:
        assert study.reconciliation_reason.to_dicts() == [
            {"table_name": "medical_claim", "kind": "excluded", "reason": "duplicate_row", "n_rows": 1}
        ]


def test_whatever_a_row_holds_comes_back(tmp_path: Path) -> None:
    """Quotes, commas, line breaks, control characters and every script go out to both forms, and in again unharmed."""
    held = ['a"b', "x,y", "l1\nl2", "é¿漢😀", "\\n", "#hash", "'q'", "\x01", "NULL", '""', "\u2028", "a\rb", "\x7f"]
    bad = [claim(claim_id=f"B{n}", service_unit_quantity="none", original_claim_id=text) for n, text in enumerate(held)]
    data = write_extract(
        tmp_path / "data", {"medical_claim": [claim(), *bad], "authorization": [authorization()]}, HARBOR
    )
    with um.open(data) as study:
        written = {json.loads(row)["original_claim_id"] for row in study.quarantine["row_json"]}
    assert written == set(held)
    folder = quarantine(data, tmp_path / "repairs")
    path = folder / "medical_claim.csv"
    path.write_bytes(path.read_bytes().replace(b",none,", b",1,"))
    assert path.stat().st_mode & 0o777 == 0o600
    with um.open(data, repairs=folder) as study:
        row = study.reconciliation.filter(table_name="medical_claim").to_dicts()[0]
        _ = study.administration
        named = {text for (text,) in study.engine.rows("select original_claim_id from medical_claim_row")}
    assert (row["rows_read"], row["rows_quarantined"], row["rows_repaired"]) == (14, 0, 13)
    assert named == {*held, None}
