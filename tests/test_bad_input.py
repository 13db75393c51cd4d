"""Unusable input gets one sentence, exit code 2, and leaves an earlier report alone."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from analytics import cli
from tests.support import HARBOR, authorization, claim, write_extract


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_extract(tmp_path / "data", {"medical_claim": [claim()], "authorization": [authorization()]}, HARBOR)


def refused(capsys: pytest.CaptureFixture[str], data: Path, *options: str, code: int = 2) -> str:
    """The sentence that `um report` leaves with; whatever an earlier report left must still be there."""
    out = data.parent / "out"
    out.mkdir(exist_ok=True)
    (out / "report.html").write_text("an earlier page")
    with pytest.raises(SystemExit) as stop:
        cli.main(["report", str(data), "--out", str(out), *options])
    assert stop.value.code == code
    assert (out / "report.html").read_text() == "an earlier page"
    beside = {"gate-failed.html", "gate-failed.json"} if code == 1 else set()
    assert {path.name for path in out.iterdir()} == {"report.html", *beside}
    assert not [path for path in data.parent.iterdir() if path.name.startswith(".out")]
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert said.startswith("um: ") and said.count("\n") == 1
    return said


def _no_folder(data: Path) -> None:
    for path in data.iterdir():
        path.unlink()
    data.rmdir()


def _no_authorization(data: Path) -> None:
    (data / "authorization.csv").rename(data / "authorisation.csv")


def _missing_column(data: Path) -> None:
    path = data / "medical_claim.csv"
    path.write_text(path.read_text().replace("service_unit_quantity", "service_units"))


def _header_twice(data: Path) -> None:
    path = data / "medical_claim.csv"
    path.write_text(path.read_text().replace("claim_id,", "claim_id,CLAIM_ID,").replace("C1,", "C1,C1,"))


def _semicolons(data: Path) -> None:
    path = data / "medical_claim.csv"
    path.write_text(path.read_text().replace(",", ";"))


def _latin_1(data: Path) -> None:
    path = data / "medical_claim.csv"
    path.write_bytes(path.read_bytes().replace(b"P1", b"Andr\xe9"))


def _latin_1_header(data: Path) -> None:
    path = data / "medical_claim.csv"
    path.write_bytes(path.read_bytes().replace(b"payer", b"pay\xe9r"))


def _binary(data: Path) -> None:
    (data / "medical_claim.csv").write_bytes(bytes(range(256)) * 20)


def _nul_header(data: Path) -> None:
    (data / "medical_claim.csv").write_bytes(b"\0\0\0claim_id,\0payer\n1,2\n")


def _broken_gzip(data: Path) -> None:
    text = (data / "medical_claim.csv").read_bytes() + b"x" * 100_000
    (data / "medical_claim.csv").unlink()
    (data / "medical_claim.csv.gz").write_bytes(gzip.compress(text, mtime=0)[:-40])


def _not_gzip(data: Path) -> None:
    (data / "medical_claim.csv").rename(data / "medical_claim.csv.gz")


def _cut_parquet(data: Path) -> None:
    import polars as pl

    frame = pl.read_csv(data / "medical_claim.csv", infer_schema=False)
    (data / "medical_claim.csv").unlink()
    frame.write_parquet(data / "medical_claim.parquet")
    whole = (data / "medical_claim.parquet").read_bytes()
    (data / "medical_claim.parquet").write_bytes(whole[: len(whole) // 2])


def _empty_file(data: Path) -> None:
    (data / "medical_claim.csv").write_text("")


def _empty_folder(data: Path) -> None:
    (data / "medical_claim.csv").unlink()
    (data / "medical_claim").mkdir()


def _two_files(data: Path) -> None:
    (data / "medical_claim.csv.gz").write_bytes(gzip.compress((data / "medical_claim.csv").read_bytes(), mtime=0))


def _ragged(data: Path) -> None:
    with (data / "medical_claim.csv").open("a", newline="") as stream:
        stream.write("C9,1,P1\r\n")


def _mixed_line_ends(data: Path) -> None:
    with (data / "medical_claim.csv").open("a", newline="") as stream:
        stream.write("C9,1,P1,Harbor,2025-03-03,J9207,60\n")


def _config(text: str) -> Callable[[Path], None]:
    def write(data: Path) -> None:
        (data / "um.toml").write_text(text)

    return write


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_no_folder, ["There is no folder", "data"]),
        (_no_authorization, ["no authorization", "authorisation.csv"]),
        (_missing_column, ["'medical_claim.csv'", "service_unit_quantity", "service_units"]),
        (_header_twice, ["'medical_claim.csv'", "CLAIM_ID", "twice"]),
        (_semicolons, ["'medical_claim.csv'", "semicolons", "commas"]),
        (_latin_1, ["'medical_claim.csv'", "line 2", "UTF-8"]),
        (_latin_1_header, ["'medical_claim.csv'", "UTF-8"]),
        (_binary, ["'medical_claim.csv'"]),
        (_nul_header, ["'medical_claim.csv'", "binary"]),
        (_broken_gzip, ["'medical_claim.csv.gz'", "gzip"]),
        (_not_gzip, ["'medical_claim.csv.gz'", "gzip"]),
        (_cut_parquet, ["'medical_claim.parquet'", "Parquet"]),
        (_empty_file, ["'medical_claim.csv'", "first line"]),
        (_empty_folder, ["medical_claim/", "Parquet"]),
        (_two_files, ["medical_claim", "twice", "medical_claim.csv.gz"]),
        (_ragged, ["'medical_claim.csv'", "line 3", "3 values", "7 columns"]),
        (_mixed_line_ends, ["'medical_claim.csv'", "line ends"]),
        (_config("[policies\n"), ["um.toml", "TOML"]),
        (
            _config('[policies]\nHarbor = "ixempra-oncology-injectible"\n'),
            ["ixempra-oncology-injectable", "emblemhealth"],
        ),
        (_config("[policies]\nHarbor = 3\n"), ["Harbor", "3", "text"]),
        (_config("[dosing]\nbsa_smalest_m2 = 1.1\n"), ["bsa_smalest_m2", "bsa_smallest_m2"]),
        (_config("[dosage]\n"), ["dosage", "dosing"]),
        (_config('[gate]\nmax_quarantined_percent = "five"\n'), ["max_quarantined_percent", "five", "number"]),
        (_config("gate = 5\n"), ["gate", "table"]),
    ],
)
def test_unusable_input(
    spoil: Callable[[Path], None], words: list[str], data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(data)
    said = refused(capsys, data)
    for word in words:
        assert word in said


def test_data_that_is_a_file(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "is a file" in refused(capsys, data / "medical_claim.csv").replace("data/", "")


def test_no_such_configuration(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "nowhere.toml" in refused(capsys, data, "--config", "nowhere.toml")


def test_out_is_a_file(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = data.parent / "page"
    out.write_text("mine")
    with pytest.raises(SystemExit) as stop:
        cli.main(["report", str(data), "--out", str(out)])
    assert stop.value.code == 2
    assert "is a file" in capsys.readouterr().err
    assert out.read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_out_not_writable(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    locked = data.parent / "locked"
    locked.mkdir(mode=0o500)
    with pytest.raises(SystemExit) as stop:
        cli.main(["report", str(data), "--out", str(locked / "out")])
    assert stop.value.code == 2
    assert "allows no writing" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["report"], ["report", "x"], ["report", "x", "--out", "y", "--as-of", "soon"], ["dance"]]
)
def test_unusable_arguments(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(words)
    assert stop.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_an_empty_extract_fails_the_gate(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_extract(data, {"medical_claim": [], "authorization": []}, HARBOR)
    assert "holds no row" in refused(capsys, data, code=1)


def test_nothing_in_scope_fails_the_gate(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "um.toml").unlink()
    said = refused(capsys, data, code=1)
    assert "J9207" in said and "[policies]" in said
