"""`um init` looks at foreign extracts and proposes their um.toml: right, or saying where it is unsure."""

import gzip
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analytics import cli
from analytics.config import read_config
from analytics.extracts.schema import TABLES
from analytics.mapping.presets import preset_names
from analytics.mapping.proposing.synonyms import FILE, plain
from analytics.sample import write_sample
from analytics.study import open_study
from tests.home import tell_again
from tests.support import SAMPLES, THIRD_PARTY, authorization, claim

CLAIMS = "CLM_NO,LN,MEMBER_ID,INSURER,SVC_DT,PROC_CD,UNITS"


@pytest.fixture
def init(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Writes files into a folder, runs `um init` there; gives the um.toml (None without one) and what was said."""

    def run(*words: str, **files: str | bytes) -> tuple[str | None, str]:
        folder = tmp_path / "data"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            path = folder / name.replace("__", ".")
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        cli.main(["init", str(folder), *words])
        written = folder / "um.toml"
        if not written.exists():
            return None, capsys.readouterr().out
        # What is written can be read as a configuration, whatever else is missing.
        read_config(written)
        return written.read_text(encoding="utf-8"), capsys.readouterr().out

    return run


def test_what_init_writes_for_a_plans_own_layout_gives_the_same_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own, home = tmp_path / "own", tmp_path / "home"
    write_sample(own, 20, 7)
    tell_again(own, home)
    cli.main(["init", str(home)])
    said = capsys.readouterr().out
    assert "with 2 lines to decide" in said and "unsure" not in said.replace("marked unsure", "")
    # No row's value is said or written, but for words of few kinds.
    written = (home / "um.toml").read_text(encoding="utf-8")
    assert not any(value in said + written for value in ("P0000", "A0000", "C0000", "Möwe", "C50", "1700"))
    # The decisions that are left to the user.
    decided = written.replace('# "Harbor Health Plan" = "…"', '"Harbor Health Plan" = "ixempra-oncology-injectable"')
    (home / "um.toml").write_text(decided, encoding="utf-8")
    names = ("administration", "request", "renewal", "reconciliation")
    with open_study(own) as ours, open_study(home) as theirs:
        for name in names:
            assert ours.frame(name).height > 0 and theirs.frame(name).equals(ours.frame(name)), name


@pytest.mark.parametrize(
    ("folder", "presets", "says"),
    [
        ("tuva", ["tuva"], "medical_claim, by the preset tuva"),
        ("cms", ["cms-pa", "cms-rif"], "medical_claim, by the preset cms-rif"),
        ("fhir", ["fhir"], "authorization, clinical_answer"),
        ("reference", [], "No extract was found"),
    ],
)
def test_third_party_folders_are_recognised(
    folder: str, presets: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not (THIRD_PARTY / folder).is_dir():
        pytest.skip(f"the third-party data '{folder}' is not here")
    if not set(presets) <= set(preset_names()):
        pytest.skip(f"the presets {presets} are not here")
    out = tmp_path / "um.toml"
    cli.main(["init", str(THIRD_PARTY / folder), "--out", str(out)])
    said = capsys.readouterr().out
    assert says in said and out.exists() is bool(presets)
    if presets:
        written = tomllib.loads(out.read_text(encoding="utf-8"))
        assert list(written["presets"]) == presets and "source" not in written
        assert read_config(out).layout is not None


def test_the_contracts_layout_needs_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "um.toml"
    cli.main(["init", str(SAMPLES), "--out", str(out)])
    said = capsys.readouterr().out
    assert [line for line in said.splitlines() if "in the contract's layout: nothing is needed." in line] == [
        f"{name}.csv: {name}, in the contract's layout: nothing is needed." for name in sorted(TABLES)
    ]
    assert said.endswith("Nothing to map, so nothing is written.\n") and not out.exists()


def test_partitions_of_the_contracts_layout_need_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, row in (("medical_claim", claim()), ("authorization", authorization())):
        for payer in ("Harbor", "Summit"):
            place = tmp_path / name / f"payer={payer}"
            place.mkdir(parents=True)
            pl.DataFrame({column: [value] for column, value in row.items() if column != "payer"}).write_parquet(
                place / "part-0.parquet"
            )
    cli.main(["init", str(tmp_path)])
    said = capsys.readouterr().out
    assert said.count("in the contract's layout: nothing is needed.") == 2 and not (tmp_path / "um.toml").exists()


def test_files_that_are_no_extracts_are_named(init: Any, tmp_path: Path) -> None:
    book = tmp_path / "book.zip"
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("a.csv", CLAIMS)
    written, said = init(
        claims__xlsx=book.read_bytes(),
        broken__csv__gz=gzip.compress(CLAIMS.encode() * 50)[:-9],
        broken__parquet=b"PAR1 and no more",
        binary__dat=b"ab\0\1\2" * 50,
        letter__txt="Dear reader,\nplease find enclosed\nnothing",
        empty__csv="",
        other__csv="store,city\n1,Rome\n2,Oslo\n",
    )
    assert written is None
    assert [line for line in said.splitlines() if not line.startswith((" ", "Not"))] == [
        "other.csv: no table of ours.",
        "binary.dat: not read, as it holds binary data, and is no format that is read.",
        "broken.csv.gz: not read, as it is no complete gzip file.",
        "broken.parquet: not read, as it is no complete Parquet file.",
        "claims.xlsx: not read, as it is a ZIP archive or an Excel workbook: unpack it, or export it as CSV.",
        "empty.csv: not read, as it is empty.",
        "letter.txt: not read, as it is text, but no table: no line has columns.",
        "No extract was found: nothing is written.",
    ]


def test_an_empty_folder_and_none_at_all(init: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written, said = init()
    assert written is None and said.endswith("No extract was found: nothing is written.\n")
    with pytest.raises(SystemExit) as left:
        cli.main(["init", str(tmp_path / "nowhere")])
    assert left.value.code == 2
    assert "is not there: name the folder that holds the extracts" in capsys.readouterr().err


def test_what_is_there_is_written_over_only_if_asked(init: Any, capsys: pytest.CaptureFixture[str]) -> None:
    row = f"{CLAIMS}\n1,1,M1,Harbor,2025-03-03,J9207,60\n"
    with pytest.raises(SystemExit) as left:
        init(claims__csv=row, um__toml="[report]\n")
    assert left.value.code == 2 and "is there already: give --force" in capsys.readouterr().err
    assert "CLM_NO" in init("--force")[0]


def source(written: str, table: str = "medical_claim") -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads(written)["source"][table][0]
    return found


def test_day_and_month_are_told_apart_by_content_or_not_at_all(init: Any) -> None:
    header = f"{CLAIMS},PD_DT\n"
    rows = [f"{n},1,M1,Harbor,03/{day}/2025,J9207,60,04/0{n}/2025\n" for n, day in enumerate(("04", "05", "17"), 1)]
    written, _ = init(claims__csv=header + "".join(rows))
    assert source(written)["date_format"] == "%m/%d/%Y" and source(written)["columns"]["paid_date"] == "PD_DT"
    assert "likely: month first, as in the file's other dates" in written
    written, said = init("--force", claims__csv=header + "".join(rows[:2]))
    assert "date_format" not in source(written) and "claim_line_start_date" not in source(written)["columns"]
    assert '# claim_line_start_date = "SVC_DT"  # unsure: its dates may be %m/%d/%Y or %d/%m/%Y' in written
    assert "unsure: claim_line_start_date from SVC_DT" in said


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2025-03-17", None),
        ("17.03.2025", "%d.%m.%Y"),
        ("20250317", "%Y%m%d"),
        ("17-Mar-2025", "%d-%b-%Y"),
        ("17MAR2025", "%d%b%Y"),
        ("2025-03-17 00:00:00", "%Y-%m-%d %H:%M:%S"),
        ("2025-03-17T00:00:00Z", "%Y-%m-%dT%H:%M:%SZ"),
        ("3/17/2025 12:00:00 AM", "%m/%d/%Y %I:%M:%S %p"),
    ],
)
def test_dates_are_known_by_their_form(text: str, form: str | None, init: Any) -> None:
    written, _ = init(claims__csv=f"{CLAIMS}\n1,1,M1,Harbor,{text},J9207,60\n2,1,M1,Harbor,{text},J9207,60\n")
    assert source(written).get("date_format") == form
    assert source(written)["columns"]["claim_line_start_date"] == "SVC_DT"


def test_marks_of_numbers_and_words_for_nothing(init: Any) -> None:
    header = f"{CLAIMS};ALLOWED_AMT;PAID_AMT".replace(",", ";")
    rows = ["1;1;M1;Harbor;2025-03-03;J9207;60,5;1.234,56;NULL", "2;1;M1;Harbor;2025-03-24;J9207;61;99,00;1300.00"]
    written, _ = init(claims__csv="\n".join([header, *rows]))
    assert source(written)["delimiter"] == ";" and source(written)["blank"] == ["NULL"]
    assert source(written)["columns"]["service_unit_quantity"] == {"column": "UNITS", "decimal": ","}
    allowed = {"column": "ALLOWED_AMT", "decimal": ",", "thousands": "."}
    assert source(written)["columns"]["allowed_amount"] == allowed
    assert source(written)["columns"]["paid_amount"] == "PAID_AMT"


def test_words_that_nobody_knows_stay_and_are_named(init: Any) -> None:
    header = "AUTH_NO,MEMBER_ID,INSURER,PROC_CD,REQ_TYPE,RCVD_DT,DECISION,STATUS\n"
    rows = "".join(f"{n},M{n},Harbor,J9207,NEW,2025-01-0{n},{word},x{n}\n" for n, word in enumerate("ANPX", 1))
    written, _ = init(auths__csv=header + rows)
    assert source(written, "authorization")["columns"]["decision"] == {
        "column": "DECISION",
        "values": {"A": "approved", "N": "denied", "P": "pending"},
    }
    assert "'X' is no known word, and would be quarantined" in written
    assert source(written, "authorization")["columns"]["request_type"]["values"] == {"NEW": "initial"}


def test_a_key_that_does_not_tell_rows_apart_is_no_sure_one(init: Any) -> None:
    header = "AUTH_NO,SEQ,MEMBER_ID,INSURER,PROC_CD,REQ_TYPE,RCVD_DT,DECISION\n"
    rows = "".join(f"7,{n},M1,Harbor,J9207,initial,2025-01-0{n},approved\n" for n in range(1, 4))
    written, said = init(auths__csv=header + rows)
    assert 'authorization_id = "AUTH_NO"  # likely: many rows share one' in written
    assert "likely: authorization_id from AUTH_NO" in said


def test_what_is_unsure_is_not_in_force(init: Any) -> None:
    header = "CLM_NO,LN,SUBSCRIBER_ID,SVC_DT,X17,QTY,PROC_CD,CPT,CLM_PMT_AMT\n"
    rows = "1,1,M1,2025-03-03,C50.911,60,J9207,J9207,5\n2,1,M2,2025-03-03,C50.912,60,J9207,J9999,5\n"
    written, said = init("--payer", "Harbor", claims__csv=header + rows)
    assert source(written)["columns"] == {
        **{"claim_id": "CLM_NO", "claim_line_number": "LN", "claim_line_start_date": "SVC_DT"},
        "payer": {"constant": "Harbor"},
    }
    for line in (
        '# person_id = "SUBSCRIBER_ID"  # unsure: it may be the subscriber\'s',
        '# service_unit_quantity = "QTY"  # unsure: it may count vials',
        "# hcpcs_code = \"PROC_CD\"  # unsure: it may be 'PROC_CD' or 'CPT'",
        "# hcpcs_code = \"CPT\"  # unsure: it may be 'PROC_CD' or 'CPT'",
        '# diagnosis_code_1 = "X17"  # unsure: its name says nothing, but its values look like ICD-10 codes',
        '# paid_amount = "CLM_PMT_AMT"  # unsure: it may be the claim\'s whole amount',
        '# "Harbor" = "…"  # missing: until then its rows are out of scope',
    ):
        assert line in written
    assert "unsure: person_id from SUBSCRIBER_ID" in said and "authorization: needed" in said
    assert "M1" not in said + written


def test_a_file_without_names_of_columns_is_unsure_throughout(init: Any) -> None:
    rows = "\n".join(f"C{n},1,M{n},Harbor,2025-03-0{n},J9207,60" for n in range(1, 6))
    written, said = init(claims__csv=rows)
    assert written is None and "claims.csv: no table of ours." in said


def test_encodings_compressions_and_other_formats(init: Any, tmp_path: Path) -> None:
    text = f"{CLAIMS},PRACTICE\n" + "".join(f"{n},1,M1,Harbor,2025-03-0{n},J9207,60,Möwe\n" for n in range(1, 4))
    packed = gzip.compress(text.encode("latin-1"))
    assert source(init(claims__csv=packed)[0]) | {"columns": 0} == {
        **{"path": "claims.csv", "encoding": "latin-1", "compression": "gzip"},
        "columns": 0,
    }
    rows = pl.read_csv(text.encode()).with_columns(pl.col("SVC_DT").str.to_datetime())
    place = tmp_path / "claims.parquet"
    rows.write_parquet(place)
    (tmp_path / "data" / "claims.csv").unlink()
    written, _ = init("--force", **{"part-1__parquet": place.read_bytes(), "part-2__parquet": place.read_bytes()})
    assert source(written)["path"] == "part-*.parquet"
    assert source(written)["date_format"] == "%Y-%m-%d %H:%M:%S"


def test_headers_of_several_lines_are_named_as_they_are(init: Any) -> None:
    header = 'CLM_NO,LN,MEMBER_ID,INSURER,"Date of\nService",PROC_CD,CPT,"Units ""billed""\\"\n'
    written, said = init(claims__csv=header + "1,1,M1,Harbor,2025-03-03,J9207,J9999,60\n")
    assert source(written)["columns"]["claim_line_start_date"] == "Date of\nService"
    assert "likely" not in said and "INSURER" in written


def test_json_and_months_in_files_of_their_own(init: Any) -> None:
    labs = '[{"memberId": "M1", "collectedDate": "2025-01-02", "loincCode": "3140-1", "resultValue": 1.8}]'
    rows = "".join(f"{n},1,M1,Harbor,2025-03-0{n},J9207,60\n" for n in range(1, 4))
    months = {f"claims_2025{month:02}__csv": f"{CLAIMS}\n{rows}" for month in (1, 2, 3)}
    elsewhere = "MEMBER_ID,EFF_DT\nM1,2025-01-01\n"
    written, _ = init(labs__json=labs, members__csv=elsewhere, **months)
    assert source(written)["path"] == "claims_*.csv"
    assert source(written, "observation")["columns"] == {
        **{"person_id": "memberId", "observation_date": "collectedDate"},
        **{"source_code": "loincCode", "result": "resultValue"},
    }
    # The one payer that other files name is offered, and not taken.
    assert '# payer = { constant = "Harbor" }  # missing, and needed' in written


def test_synonyms_mean_one_thing_each() -> None:
    known = tomllib.loads(FILE.read_text(encoding="utf-8"))
    for table, columns in known["means"].items():
        guessed = {name: given["names"] for name, given in known["may_mean"].get(table, {}).items()}
        assert set(columns) | set(guessed) <= set(TABLES[table].names)
        names = [plain(name) for several in (*columns.values(), *guessed.values()) for name in several]
        assert len(names) == len(set(names)), sorted({name for name in names if names.count(name) > 1})
        # Another column's own name means that column.
        own = {plain(name) for name in TABLES[table].names}
        assert not own & set(names), own & set(names)
    for column, meant in known["words"].items():
        table = next(table for table in TABLES.values() if column in table.names)
        assert set(meant) == set(table[column].words)
        words = [word for several in meant.values() for word in several]
        assert len(words) == len(set(words)) and all(word == word.lower() for word in words)
    for table, columns in known["without"]["columns"].items():
        assert set(columns) <= set(TABLES[table].names)
