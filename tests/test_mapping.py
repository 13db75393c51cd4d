"""Foreign extracts: what um.toml maps, in whatever columns, words, dates and files, says what ours says."""

import bz2
import gzip
import json
import lzma
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import analytics as um
from analytics import cli
from analytics.errors import UserError
from analytics.extracts.looking import looking
from analytics.extracts.rules import Rule, date_parts
from analytics.extracts.schema import TABLES, Column
from analytics.lake.preparing import prepare
from analytics.mapping import columns, reader
from analytics.mapping.expressions import Expression, as_text, checked
from analytics.mapping.language import Wrong
from analytics.mapping.places import files_of
from analytics.mapping.trying import tried
from analytics.results import RESULTS
from tests.foreign import write_foreign
from tests.support import HARBOR, ROOT, SAMPLES, authorization, claim, opened, write_extract

SMALL = {"medical_claim": [claim()], "authorization": [authorization()]}
MAPPED = """
[[source.medical_claim]]
path = "lines.*"
{more}
[source.medical_claim.columns]
claim_id = "ICN"
service_unit_quantity = {units}
"""


def mapped(folder: Path, *lines: dict[str, Any], more: str = "", units: str = '"UNITS"', ending: str = "csv") -> Path:
    """One request of ours, and lines of a plan that calls ids ICN and units UNITS, as text in a file of their own."""
    write_extract(folder, {"authorization": [authorization()]}, HARBOR + MAPPED.format(more=more, units=units))
    rows = [{"ICN": f"C{n}", "UNITS": "60", **_ours(), **line} for n, line in enumerate(lines or ({},))]
    text = "\n".join([",".join(rows[0]), *(",".join(str(value) for value in row.values()) for row in rows)])
    (folder / f"lines.{ending}").write_text(text + "\n", encoding="utf-8")
    return folder


def _ours() -> dict[str, str | None]:
    return {name: value for name, value in claim().items() if name not in ("claim_id", "service_unit_quantity")}


def units_of(folder: Path) -> list[str]:
    with um.open(folder) as study:
        return [f"{units.normalize():f}" for units in study.administration["billed_units"]]


def refusal(folder: Path) -> str:
    with pytest.raises(UserError) as refused, um.open(folder):
        pass
    return str(refused.value)


def test_the_samples_in_foreign_columns_give_the_same_tables(tmp_path: Path) -> None:
    with um.open(SAMPLES) as ours, um.open(write_foreign(tmp_path)) as theirs:
        for name in RESULTS:
            if name != "quality_result":
                assert theirs.frame(name).equals(ours.frame(name)), name
        assert theirs.warnings == ours.warnings


@pytest.mark.parametrize(
    ("form", "written", "kind", "read"),
    [
        ("%d-%b-%Y", "18-Mar-2018", "date", "2018-03-18"),
        ("%d-%b-%Y", "8-MAR-2018", "date", "2018-03-08"),
        ("%d-%B-%Y", "18-March-2018", "date", "2018-03-18"),
        ("%m/%d/%Y", "3/8/2018", "date", "2018-03-08"),
        ("%-m/%-d/%Y", "3/8/2018", "date", "2018-03-08"),
        ("%d.%m.%y", "31.12.68", "date", "2068-12-31"),
        ("%d.%m.%y", "31.12.69", "date", "1969-12-31"),
        ("%Y%m%d", "20180318", "date", "2018-03-18"),
        ("%Y%m%d", "2018318", "date", "2018318"),
        ("%d-%b-%Y", "18-Xyz-2018", "date", "2018-??-18"),
        ("%m/%d/%Y", "18 March", "date", "18 March"),
        ("%m/%d/%Y %H:%M", "03/18/2018 13:45", "date", "2018-03-18"),
        ("%m/%d/%Y %H:%M", "03/18/2018 13:45", "timestamp", "2018-03-18 13:45"),
        ("%m/%d/%Y %I:%M %p", "03/18/2018 1:45 pm", "timestamp", "2018-03-18 13:45"),
        ("%m/%d/%Y %I:%M %p", "03/18/2018 12:05 AM", "timestamp", "2018-03-18 00:05"),
        ("%Y-%m-%d-%H.%M.%S.%f", "2018-03-18-13.45.07.123", "timestamp", "2018-03-18 13:45:07.123"),
    ],
)
def test_dates_of_any_format(form: str, written: str, kind: str, read: str) -> None:
    text = Rule(dates=(form,)).applied("$written", Column("day", kind))
    with looking().cursor() as connection:
        assert connection.execute(f"select {text}", {"written": written}).fetchone() == (read,)


@pytest.mark.parametrize("form", ["", "%Y", "%Y-%m", "%d %m", "%q", "%d %d %m %Y", "day"])
def test_formats_of_less_than_a_day_are_none(form: str) -> None:
    assert date_parts(form) is None


@pytest.mark.parametrize(
    ("units", "line", "read"),
    [
        ('{ column = "UNITS", factor = 15 }', {"UNITS": "4"}, "60"),
        ('{ column = "UNITS", factor = 0.1 }', {"UNITS": "605"}, "60.5"),
        ('{ column = "UNITS", decimal = ",", thousands = "." }', {"UNITS": '"1.060,5"'}, "1060.5"),
        ('{ column = ["QTY", "UNITS"] }', {"UNITS": "61"}, "61"),
        ('{ constant = "62" }', {"UNITS": "1"}, "62"),
        ('{ expression = "UNITS * VIALS" }', {"UNITS": "15", "VIALS": "4"}, "60"),
        ('{ expression = "case when VIALS > 1 then VIALS * 15 else UNITS end" }', {"UNITS": "7", "VIALS": " 4 "}, "60"),
    ],
)
def test_quantities_as_a_plan_has_them(units: str, line: dict[str, str], read: str, tmp_path: Path) -> None:
    assert units_of(mapped(tmp_path, line, units=units)) == [read]


def test_an_expression_that_fails_on_a_row_quarantines_the_row(tmp_path: Path) -> None:
    rows = [{"VIALS": "4"}, {"VIALS": "four", "claim_line_start_date": "2025-03-31"}]
    with um.open(mapped(tmp_path, *rows, units='{ expression = "VIALS * 15" }')) as study:
        assert study.administration["billed_units"].to_list() == [60]
        row = study.quarantine.to_dicts()[0]
        assert row["reason"] == "unreadable_service_unit_quantity"
        assert json.loads(row["row_json"])["service_unit_quantity"] == "four"


def test_an_expression_that_fails_on_all_rows_is_refused(tmp_path: Path) -> None:
    said = refusal(mapped(tmp_path, {"VIALS": "four"}, {"VIALS": "five"}, units='{ expression = "VIALS * 15" }'))
    assert "line 9, source.medical_claim[1].columns.service_unit_quantity: " in said
    assert "it can't be read in any of the 2 rows that hold anything ('lines.csv')" in said


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("A +", "can't be read as an expression"),
        ("(select 1)", "holds a subquery"),
        ("sum(A)", "uses sum()"),
        ("lpad(A, 5, '')", "what lpad() fills with must be a text"),
        ("rpad(A, 5, B)", "what rpad() fills with must be a text"),
        ("A, B", "uses row()"),
        ("random()", "uses random()"),
        ("A -> 1", "holds a lambda"),
        ("$1", "holds a parameter"),
        ("other.A", "names the column 'other.A', which is not there"),
        ("C", "names the column 'C', which is not there"),
    ],
)
def test_expressions_are_simple(text: str, wrong: str) -> None:
    with pytest.raises(Wrong, match=wrong.replace("(", r"\(").replace(")", r"\)")):
        checked(text, {"A": "VARCHAR", "B": "VARCHAR"})


def test_no_expression_fails_on_a_row() -> None:
    """What can't be read is null, or shown as it was; nothing that a row holds ends the run."""
    values = ["12", "x", "", None, " 3 ", "1e999", "-", "0", "'", "99999999999999999999"]
    texts = ["A / B", "A // B", "A % 0", "-A", "round(A)", "abs(A) + B", "cast(A as date) + 1", "A in (1, 12)"]
    texts += ["A between 1 and B", "case when A = 12 then B else A end", "coalesce(A, B) || '!'", "lpad(A, 5, '0')"]
    with looking().cursor() as connection:
        frame = pl.DataFrame({"A": [a for a in values for _ in values], "B": [b for _ in values for b in values]})
        connection.register("row", frame.to_arrow())
        for text in texts:
            made = checked(text, {"A": "VARCHAR", "B": "VARCHAR"})
            unit = TABLES["medical_claim"]["service_unit_quantity"]
            assert len(connection.execute(f"select {as_text(made, unit)} from row").fetchall()) == len(values) ** 2


def test_words_blanks_and_what_is_not_read(tmp_path: Path) -> None:
    more = 'blank = ["NULL", "~"]'
    rest = {"PAID_AMOUNT": "NULL", "charge_amount": "x"}
    folder = mapped(tmp_path, {"ST": "P", **rest}, {"ST": "?", **rest}, {"ST": "D", **rest}, more=more)
    config = folder / "um.toml"
    status = 'claim_status = { column = "ST", values = { p = "paid", D = "denied" }, otherwise = "denied" }\n'
    config.write_text(config.read_text() + status + "charge_amount = false\n")
    with um.open(folder) as study:
        assert study.administration.height == 1
        assert study.administration["claim_ids"].to_list() == [["C0"]]
        assert not any("can't be read" in sentence for sentence in study.warnings)


def test_rows_that_are_of_no_table_are_left_out_and_named(tmp_path: Path) -> None:
    more = "keep = \"KIND <> 'header'\""
    folder = mapped(tmp_path, {"KIND": "line "}, {"KIND": " header"}, {"KIND": ""}, more=more)
    with um.open(folder) as study:
        assert study.reconciliation.filter(table_name="medical_claim")["rows_read"].to_list() == [1]
        assert "medical_claim: rows that are left out, as the configuration's keep has it: 2." in study.warnings


def _packed(folder: Path, ending: str) -> None:
    plain = folder / "lines.csv"
    data = plain.read_bytes()
    plain.unlink()
    if ending == "zst":
        import pyarrow

        with pyarrow.CompressedOutputStream(str(folder / "lines.csv.zst"), "zstd") as stream:
            stream.write(data)
        return
    pack = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}[ending]
    (folder / f"lines.csv.{ending}").write_bytes(pack(data))


@pytest.mark.parametrize("ending", ["gz", "bz2", "xz", "zst"])
def test_packed_files(ending: str, tmp_path: Path) -> None:
    folder = mapped(tmp_path, {"UNITS": "61"})
    _packed(folder, ending)
    assert units_of(folder) == ["61"]


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig"])
def test_encodings(encoding: str, tmp_path: Path) -> None:
    folder = mapped(tmp_path, {"person_id": "Pé"}, more=f'encoding = "{encoding}"')
    lines = folder / "lines.csv"
    lines.write_bytes(lines.read_text(encoding="utf-8").encode(encoding))
    with um.open(folder) as study:
        assert study.administration["person_id"].to_list() == ["Pé"]


def test_another_encoding_than_said_is_named(tmp_path: Path) -> None:
    folder = mapped(tmp_path, {"person_id": "Pé"}, more='encoding = "utf-16"')
    assert "'lines.csv' is not utf-16 text, as source.medical_claim has it: name its encoding." in refusal(folder)


@pytest.mark.parametrize("shape", ["lines", "array"])
def test_json(shape: str, tmp_path: Path) -> None:
    folder = mapped(tmp_path)
    (folder / "lines.csv").unlink()
    rows = [{**_ours(), "ICN": "007", "UNITS": 61.5}, {**_ours(), "ICN": "8", "UNITS": 2, "hcpcs_code": "J0000"}]
    text = json.dumps(rows) if shape == "array" else "\n".join(json.dumps(row) for row in rows)
    (folder / "lines.json").write_text(text)
    with um.open(folder) as study:
        assert study.administration["claim_ids"].to_list() == [["007"]]
        assert [f"{units.normalize():f}" for units in study.administration["billed_units"]] == ["61.5"]


def test_parquet_keeps_its_types_and_a_file_of_each_kind_may_stand_together(tmp_path: Path) -> None:
    folder = mapped(tmp_path, units='{ column = "UNITS", factor = 2 }')
    frame = pl.DataFrame([{**_ours(), "ICN": 9, "UNITS": 30, "claim_line_start_date": "2025-03-31"}])
    frame.with_columns(pl.col("claim_line_start_date").str.to_date()).write_parquet(folder / "lines.parquet")
    assert units_of(folder) == ["120", "60"]


def test_a_file_without_a_header(tmp_path: Path) -> None:
    folder = mapped(tmp_path, {"UNITS": "61"})
    lines = (folder / "lines.csv").read_text().splitlines()
    (folder / "lines.csv").write_text("\n".join(lines[1:]) + "\n")
    config = folder / "um.toml"
    config.write_text(
        config.read_text().replace('path = "lines.*"', f'path = "lines.*"\nheader = {lines[0].split(",")}')
    )
    assert units_of(folder) == ["61"]


def test_patterns_find_files_in_folders_whatever_their_case(tmp_path: Path) -> None:
    folder = mapped(tmp_path, {"UNITS": "61"}, ending="CSV")
    (folder / "2025" / "Q1").mkdir(parents=True)
    (folder / "lines.CSV").rename(folder / "2025" / "Q1" / "Lines.CSV")
    (folder / "2025" / "_lines.csv").write_text("half written")
    config = folder / "um.toml"
    config.write_text(config.read_text().replace("lines.*", "20*/**/lines.csv"))
    assert units_of(folder) == ["61"]


def test_quarantined_rows_come_back_mended(tmp_path: Path) -> None:
    """Repairs are in our columns, whatever the plan's are."""
    folder = mapped(tmp_path / "data", {"UNITS": "sixty"})
    with um.open(folder) as study:
        assert study.quarantine["reason"].to_list() == ["unreadable_service_unit_quantity"]
        study.engine.make("medical_claim_row")
        row_id = study.engine.rows("select row_text from medical_claim_row")[0][0]
    repairs = tmp_path / "repairs"
    repairs.mkdir()
    pl.DataFrame([{"row_id": row_id, **claim()}]).write_csv(repairs / "medical_claim.csv")
    with um.open(folder, repairs=repairs) as study:
        assert study.administration["billed_units"].to_list() == [60]


FAULTY = """
[presets.tuvaa]

[[source.medical_claim]]
path = "medical_claim.csv"
delimitr = "|"
date_format = "%Y-%m"
encoding = "latin-99"
[source.medical_claim.columns]
claim_idd = "ICN"
claim_status = { column = "claim_status", values = { P = "payed" } }
person_id = { column = "person_id", factor = 2 }
payer = { column = "payer", constant = "Harbor" }

[[source.claims]]
path = "x"

[source.authorization]
query = "select 1"
"""


def test_all_faults_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    said = refusal(write_extract(tmp_path, SMALL, FAULTY))
    assert said.splitlines()[0] == "Unusable configuration, 11 faults:"
    for line, words in [
        (2, "there is no preset 'tuvaa'"),
        (6, "a source has no key 'delimitr' (the nearest is 'delimiter')"),
        (7, "'%Y-%m' is no format of a whole date"),
        (8, "it is 'latin-99'"),
        (10, "medical_claim has no column 'claim_idd' (the nearest is 'claim_id')"),
        (11, "'payed' is no word of claim_status (the nearest is 'paid'); right would be paid or denied"),
        (12, "person_id is no number"),
        (13, "it must say one of column, constant and expression"),
        (15, "'claims' is no input table"),
        (18, "a source has either path or connection"),
        (18, "connection and query go together"),
    ]:
        assert any(f"um.toml, line {line}, " in one and words in one for one in said.splitlines()), (line, words)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (
            '"ICN"',
            '"ICM"',
            "line 8, source.medical_claim[1].columns.claim_id: 'lines.csv' has no column 'ICM' (the nearest",
        ),
        ('path = "lines.*"', 'path = "line/*"', "no file in '{folder}' is 'line/*'"),
        ('claim_id = "ICN"', "", "'lines.csv' has no column 'claim_id', which medical_claim needs"),
        ('"UNITS"', '{ expression = "UNIT * 2" }', "it names the column 'UNIT', which is not there"),
        ('"UNITS"', '{ expression = "substr(UNITS)" }', "it can't be worked out"),
        (
            'path = "lines.*"',
            'path = "lines.*"\nkeep = "X = 1"',
            "source.medical_claim[1].keep: it names the column 'X'",
        ),
        ('path = "lines.*"', 'path = "lines.*"\nformat = "parquet"', "'lines.csv' is not a complete Parquet file"),
    ],
)
def test_what_does_not_fit_the_files_is_refused(before: str, after: str, words: str, tmp_path: Path) -> None:
    folder = mapped(tmp_path)
    config = folder / "um.toml"
    config.write_text(config.read_text().replace(before, after, 1))
    assert words.format(folder=folder) in refusal(folder)


def test_a_file_under_the_tables_own_name_is_not_passed_over(tmp_path: Path) -> None:
    folder = mapped(tmp_path)
    write_extract(folder, {"medical_claim": [claim()]})
    assert "The table medical_claim is there twice, as 'medical_claim.csv' and, by um.toml, as 'lines.csv'" in refusal(
        folder
    )


def test_a_faulty_mapping_leaves_an_earlier_report_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "report.html").write_text("an earlier page")
    folder = mapped(tmp_path / "data")
    (folder / "um.toml").write_text((folder / "um.toml").read_text().replace('"ICN"', '"ICM"'))
    with pytest.raises(SystemExit) as stop:
        cli.main(["report", str(folder), "--out", str(out)])
    assert stop.value.code == 2
    assert (out / "report.html").read_text() == "an earlier page"
    assert "Traceback" not in capsys.readouterr().err


def test_our_own_columns_need_no_mapping(tmp_path: Path) -> None:
    """A source of our own layout under another name: every column is found by its name."""
    write_extract(tmp_path, {"authorization": [authorization()]}, HARBOR + '[source.medical_claim]\npath = "c.txt"\n')
    write_extract(tmp_path / "x", {"medical_claim": [claim()]})
    (tmp_path / "x" / "medical_claim.csv").rename(tmp_path / "c.txt")
    with um.open(tmp_path) as study, opened(tmp_path / "y", SMALL, HARBOR) as ours:
        assert study.administration.equals(ours.administration)


def _storable(folder: Path) -> Path:
    """The samples in foreign columns, in files that can be prepared: UTF-8."""
    write_foreign(folder)
    for path in folder.glob("claims_*.txt"):
        path.write_text(path.read_text(encoding="latin-1"), encoding="utf-8")
    config = folder / "um.toml"
    keep = "keep = \"LN <> '9999'\"\n"
    config.write_text(config.read_text().replace('encoding = "latin-1"\n', keep), encoding="utf-8")
    return folder


def test_prepared_they_give_the_same_report(tmp_path: Path) -> None:
    data, lake = _storable(tmp_path / "data"), tmp_path / "lake"
    prepare(data, lake)
    assert {one.table: one.read for one in prepare(data, lake)} == dict.fromkeys(TABLES, 0)
    with um.open(data) as directly, um.open(lake) as prepared:
        for name in RESULTS:
            if name != "quality_result":
                assert prepared.frame(name).equals(directly.frame(name)), name
        assert prepared.warnings == directly.warnings
        assert prepared.outdated is None


def test_a_changed_mapping_or_file_is_prepared_again(tmp_path: Path) -> None:
    data, lake = mapped(tmp_path / "data", {"VIALS": "4"}), tmp_path / "lake"
    prepare(data, lake)
    config = data / "um.toml"
    config.write_text(config.read_text().replace('"UNITS"', '{ expression = "VIALS * 15 + 1" }'))
    with um.open(lake) as study:
        assert study.administration["billed_units"].to_list() == [60]
        assert "um.toml is another" in (study.outdated or "")
    assert {one.table: one.read for one in prepare(data, lake)} == {"medical_claim": 1, "authorization": 0}
    assert units_of(lake) == ["61"]
    (data / "lines.csv").rename(data / "lines.txt")
    with um.open(lake) as study:
        assert "lines.csv is gone" in (study.outdated or "")


def test_what_must_be_written_anew_is_not_prepared(tmp_path: Path) -> None:
    data = mapped(tmp_path / "data")
    _packed(data, "xz")
    with pytest.raises(UserError, match=r"'lines\.csv\.xz', from which medical_claim is read, is none"):
        prepare(data, tmp_path / "lake")


def test_the_example_of_the_docs_is_as_it_says(tmp_path: Path) -> None:
    """docs/mapping.md: its two files under its um.toml."""
    text = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
    claims, requests = re.findall(r"```csv\n(.*?)```", text, re.S)
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "2025-01.txt").write_text(claims)
    (tmp_path / "pa.csv").write_text(requests)
    [config] = re.findall(r"```toml\n(.*?)```", text, re.S)
    [answers] = re.findall(r"```\n(\[\[source\.clinical_answer.*?)```", text, re.S)
    (tmp_path / "um.toml").write_text(config)
    with um.open(tmp_path) as study:
        assert study.administration.select("person_id", "billed_units", "authorization_id").rows() == [
            ("M1", 60, "77-1"),
            ("M1", 60, "77-1"),
        ]
        assert study.reconciliation_reason["reason"].to_list() == ["denied_line"]
        assert study.request["final_decision"].to_list() == ["approved", "denied"]
        assert study.warnings == []
    lines = (tmp_path / "pa.csv").read_text().splitlines()
    asked = [f"{lines[0]},METASTATIC", f"{lines[1]},yes", f"{lines[2]},"]
    (tmp_path / "pa.csv").write_text("\n".join(asked) + "\n")
    (tmp_path / "um.toml").write_text(config + answers)
    with um.open(tmp_path) as study:
        leaf = study.criterion_result.filter(criterion_id="1.B.ii")
        assert leaf["evaluated"].to_list() == ["met", "unknown"]


def test_the_docs_name_every_key() -> None:
    text = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
    for key in {*reader.KEYS, *columns.KEYS} - {"timestamp_format", "columns"}:
        assert f"`{key}`" in text, key


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("not A", "must be true or false itself"),
        ("A and B = 'x'", "must be true or false itself"),
        ("case when A then B end", "must be true or false itself"),
        ("A = true", "must be true or false itself"),
        ("regexp_matches(A, B)", "must be a text, written as it is"),
        ("cast(A as date) > B", "compares text with DATE"),
        ("nullif(cast(A as integer), B)", "compares text with INTEGER"),
        ("A) from B where (1 = 1", "must be one expression"),
    ],
)
def test_what_would_fail_on_a_row_is_refused(text: str, wrong: str) -> None:
    with pytest.raises(Wrong, match=wrong):
        checked(text, {"A": "VARCHAR", "B": "VARCHAR"})


def test_dates_and_counts_beyond_what_can_be_held_are_null() -> None:
    values = ["12", "x", None, "-128", "2147483647", "99999999999", "2025-01-01", "("]
    texts = ["cast(A as date) + cast(B as integer)", "abs(cast(A as tinyint))", "substr(A, cast(B as bigint))"]
    texts += ["rpad(A, cast(B as integer), 'x')", "cast(A as integer) = B", "cast(A as date) > '2025-01-01'"]
    with looking().cursor() as connection:
        frame = pl.DataFrame({"A": [a for a in values for _ in values], "B": [b for _ in values for b in values]})
        connection.register("row", frame.to_arrow())
        for text in texts:
            value = checked(text, {"A": "VARCHAR", "B": "VARCHAR"}).value
            assert len(connection.execute(f"select {value} from row").fetchall()) == len(values) ** 2


def test_no_message_about_an_expression_repeats_a_value(tmp_path: Path) -> None:
    with looking().cursor() as connection:
        rows = connection.sql("select 'SECRET1' as A")
        said = tried(Expression("cast(A as integer)", None, ("A",)), rows, 1000)
    assert said == "it can't be worked out (a value in a row, or a type that is not known, stops it)"
    said = refusal(mapped(tmp_path, {"UNITS": "60"}, units='{ expression = "cast(UNITS as inet)" }'))
    assert "is not in the catalog" in said


@pytest.mark.parametrize(
    ("units", "value", "read"),
    [
        ('{ expression = "UNITS * 1.5", decimal = ",", thousands = "." }', "60", "90"),
        ('{ expression = "UNITS * 2", decimal = ",", thousands = "." }', '"1.060,5"', "2121"),
        ('{ column = "UNITS", decimal = ",", thousands = "." }', "60.5", "60.5"),
        ('{ column = "UNITS", factor = 0.333333333333 }', "180", "60"),
    ],
)
def test_marks_of_numbers_are_read_where_the_file_writes_them(
    units: str, value: str, read: str, tmp_path: Path
) -> None:
    assert units_of(mapped(tmp_path, {"UNITS": value}, units=units)) == [read]


def test_misplaced_thousands_are_unreadable_not_a_hundredfold(tmp_path: Path) -> None:
    rows = [{"UNITS": "60"}, {"UNITS": '"60,50"', "claim_line_start_date": "2025-03-31"}]
    with um.open(mapped(tmp_path, *rows, units='{ column = "UNITS", thousands = "," }')) as study:
        assert study.quarantine["reason"].to_list() == ["unreadable_service_unit_quantity"]


def test_numbers_that_a_file_stores_have_no_marks(tmp_path: Path) -> None:
    folder = mapped(
        tmp_path, {"UNITS": "1.125"}, units='{ column = "UNITS", factor = 8, decimal = ",", thousands = "." }'
    )
    lines = pl.read_csv(folder / "lines.csv", infer_schema=False).with_columns(pl.col("UNITS").cast(pl.Float64))
    lines.write_parquet(folder / "lines.parquet")
    (folder / "lines.csv").unlink()
    assert units_of(folder) == ["9"]


def test_words_with_blanks_around_them_and_words_for_nothing(tmp_path: Path) -> None:
    more = '[source.medical_claim.columns]\nclaim_status = { column = "ST", values = { "p " = "paid", "~" = "" } }'
    folder = mapped(tmp_path, {"ST": "P"}, {"ST": "~", "claim_line_start_date": "2025-03-31"})
    text = (folder / "um.toml").read_text(encoding="utf-8")
    (folder / "um.toml").write_text(text.replace("[source.medical_claim.columns]", more), encoding="utf-8")
    with um.open(folder) as study:
        assert study.administration.height == 2
        assert study.quarantine.is_empty()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('date_format = ["%m/%d/%Y", "%d/%m/%Y"]', "can't be told apart"),
        ('delimiter = ";"\nquote = ";"', "the delimiter and the quote are the same"),
        (
            '[source.medical_claim.columns.claim_status]\ncolumn = "ST"\nvalues = { P = "paid", p = "denied" }',
            "same word",
        ),
    ],
)
def test_what_contradicts_itself_is_refused(more: str, words: str, tmp_path: Path) -> None:
    folder = mapped(tmp_path, {"ST": "P"})
    text = (folder / "um.toml").read_text(encoding="utf-8")
    place = "[source.medical_claim.columns]" if "columns" not in more else "\n\n"
    new = f"{more}\n{place}" if "columns" not in more else None
    (folder / "um.toml").write_text(text.replace(place, new, 1) if new else f"{text}\n{more}\n", encoding="utf-8")
    assert words in refusal(folder)


def test_patterns_of_files_that_none_can_have(tmp_path: Path) -> None:
    folder = mapped(tmp_path)
    text = (folder / "um.toml").read_text(encoding="utf-8")
    (folder / "um.toml").write_text(text.replace("lines.*", "[z-a]*.csv"), encoding="utf-8")
    assert "The path '[z-a]*.csv' can't be looked for" in refusal(folder)
    (folder / "um.toml").write_text(text.replace("lines.*", "[!x]ines.csv"), encoding="utf-8")
    assert units_of(folder) == ["60"]


def test_what_writers_have_not_finished_is_no_file_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "claims" / "_temporary").mkdir(parents=True)
    for name in ("claims/a.csv", "claims/_temporary/b.csv", "claims/.c.csv"):
        (tmp_path / name).touch()
    assert files_of(tmp_path, ("claims",)) == (tmp_path / "claims" / "a.csv",)
