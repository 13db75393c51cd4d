"""A replay is what a run under the other policy would have given: no more flips than that, and no fewer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import analytics as um
from analytics.cli import main
from analytics.disclosure import Hidden
from analytics.errors import UserError
from analytics.policy.load import FOLDER
from analytics.replaying.section import sections
from tests.support import SAMPLES, authorization, claim, write_extract

A, B = "ixempra-oncology-injectable", "emblemhealth-mg-mm-ph-153"
BOTH = f'[policies]\nEmblem = "{B}"\nHarbor = "{A}"\n'
ALL_A = f'[policies]\nEmblem = "{A}"\nHarbor = "{A}"\n'


@pytest.fixture(scope="module")
def other_payer() -> um.Replay:
    return um.replay(SAMPLES, A)


@pytest.fixture(scope="module")
def before_2024(tmp_path_factory: pytest.TempPathFactory) -> um.Replay:
    return um.replay(SAMPLES, f"{B}@2019-07-15")


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    """Emblem's patient: 72 units, 18 more after 20 days: B's 90 units in 21 days allow them, A's one dose doesn't."""

    def billed(day: str, units: str, payer: str = "Emblem") -> dict[str, str | None]:
        given = {"claim_id": f"{payer}{day}", "payer": payer, "claim_line_start_date": day, "hcpcs_modifier_1": "JZ"}
        return claim(**given, service_unit_quantity=units, allowed_amount="1800")

    lines = [
        billed("2025-03-03", "72"),
        billed("2025-03-23", "18"),
        {**billed("2025-03-03", "80", "Harbor"), "person_id": "P2"},
    ]
    request = authorization(payer="Emblem", regimen="q3w", diagnosis_code="C50A0", requested_dose_mg_per_m2="40")
    tables = {"medical_claim": lines, "authorization": [request]}
    answers = [
        {"authorization_id": "A1", "question": question, "answer": answer}
        for question, answer in {"age_years": "50", "metastatic": "yes", "oncologist_involved": "yes"}.items()
    ]
    return write_extract(tmp_path / "data", {**tables, "clinical_answer": answers}, BOTH)


def test_two_policies_on_a_worked_example(extract: Path) -> None:
    found = um.replay(extract, A)
    rows = found.administration.select("payer", "status_before", "status_after", "exceeded_limits_after").rows()
    # Harbor goes by A anyway.
    assert rows == [("Emblem", "within", "within", []), ("Emblem", "within", "exceeds", ["q3w.frequency"])]
    request = found.request.row(0, named=True)
    # C50.A0 came after B's list; A asks for C50.
    assert (request["evaluated_before"], request["evaluated_after"]) == ("not_met", "met")
    text = str(found)
    assert "1 of 2 administrations, of 1 person, would have another verdict." in text
    assert "Not met or not documented before" in text and "I.1.A.dx_code" in text


def test_it_equals_a_run_under_the_other_policy(extract: Path) -> None:
    found = um.replay(extract, A)
    (extract / "um.toml").write_text(ALL_A, encoding="utf-8")
    with um.open(extract) as study:
        judged = study.administration.filter(payer="Emblem").sort("payer", "person_id", "administered_on")
        asked = study.request.filter(payer="Emblem").sort("authorization_id")
    for column in ("status", "breach_kind", "exceeded_limits", "excess_units", "excess_allowed_amount"):
        assert found.administration[f"{column}_after"].to_list() == judged[column].to_list(), column
    assert found.request["evaluated_after"].to_list() == asked["evaluated"].to_list()


def test_the_clause_of_2024_changes_requests_and_no_dose(before_2024: um.Replay) -> None:
    assert not before_2024.administration["is_flipped"].any()
    flips = before_2024.request.filter("is_flipped")
    assert flips.height > 50
    # The clause was one more way to be approved: without it nothing is gained, and what was judged by it is untouched.
    assert set(flips.select("evaluated_before", "evaluated_after").unique().rows()) <= {
        ("not_met", "met"),
        ("not_met", "unknown"),
        ("unknown", "met"),
    }
    assert flips["policy_version_before"].unique().to_list() == ["2024-02-16"]


def test_the_version_in_force_in_its_own_place_flips_nothing(before_2024: um.Replay) -> None:
    old = before_2024.request.filter(policy_version_before="2019-07-15")
    assert old.height > 100 and not old["is_flipped"].any()


def test_every_number_of_the_text_is_of_the_tables(other_payer: um.Replay) -> None:
    flow = other_payer.administration.group_by("status_before", "status_after").len()
    told = {
        (row.values["before"], row.values["after"]): row.values["n"]
        for row in _tables(other_payer, publish=False)["t-given-flips"]
    }
    words = {
        "within": "Within the limits",
        "exceeds": "Over a limit",
        "exception": "Over a limit, with an approved exception",
        "indeterminate": "Can't be judged",
    }
    counted = {(words[one], words[other]): n for one, other, n in flow.rows() if one != other}
    assert told == counted
    sums = {row.values["what"]: row.values for row in _tables(other_payer, publish=False)["t-given-sums"]}
    over = other_payer.administration.filter(status_after="exceeds")
    assert sums["Units"]["after"] == f"{over['excess_units_after'].sum():,.0f}"


def test_what_is_published_hides_few_people(other_payer: um.Replay) -> None:
    administration = other_payer.administration.group_by("status_before", "status_after").agg(
        pl.col("person_id").n_unique().alias("people")
    )
    assert administration["people"].min() < 11, "else nothing would have to be hidden"
    for rows in _tables(other_payer, publish=True).values():
        for row in rows:
            assert not any(isinstance(value, int | float) and 0 < value < 11 for value in row.values.values())
    assert "<11 stands for" in other_payer.to_text(publish=True)
    assert "not for publication" in other_payer.to_text() and "not for publication" in other_payer.to_html()
    assert "not for publication" not in other_payer.to_html(publish=True)


def _tables(found: um.Replay, publish: bool) -> dict[str, Any]:
    listed: Iterator[Any] = (table for s in sections(found, publish) for part in s.parts for table in part.tables)
    return {table.id: table.rows for table in listed}


#: A private policy like A: first one dose in 42 days, from 2025-06-01 on one in 21.
WINDOW = "window_days = 21\nlabel = "
LABEL = "At most one administration in any 21 days"


def private(folder: Path, name: str = "mine", *changes: tuple[str, str]) -> Path:
    """Its file; changes: texts of it to replace."""
    text = (FOLDER / f"{A}.toml").read_text(encoding="utf-8")
    text = text[: text.index("# ---- Worked examples")].replace(f'id = "{A}"', f'id = "{name}"')
    start, end = text.index("[[version]]"), text.index("# ---- Notes that")
    second = text[start:end].replace("2023-12-20", "2025-06-01")
    assert WINDOW in text and LABEL in text
    first = text[start:end].replace("window_days = 21", "window_days = 42").replace(LABEL, "One dose in any 42 days")
    text = text[:start] + first + second + text[end:]
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    return file


def given(folder: Path, *days: tuple[str, str], bsa_m2: str | None = "1.8") -> Path:
    """Doses of a patient, as day and units, under a private policy."""
    lines = [
        claim(claim_id=day, payer="Emblem", claim_line_start_date=day, service_unit_quantity=n, hcpcs_modifier_1="JZ")
        for day, n in days
    ]
    asked = authorization(payer="Emblem", bsa_m2=bsa_m2, regimen=None, approved_to="2025-12-31")
    tables = {"medical_claim": lines, "authorization": [asked]}
    return write_extract(folder / "data", tables, '[policies]\nEmblem = "mine"\n')


def why(found: um.Replay, ident: str) -> dict[str, Any]:
    return {row.values["id"]: row.values["n"] for row in _tables(found, publish=False).get(f"t-{ident}", [])}


def test_what_was_exceeded_before_is_not_newly_exceeded(tmp_path: Path) -> None:
    """72 units at 1.8 m² keep 40 mg/m² and never kept the weekly 16: a draft with 35 is newly exceeded, 16 is not."""
    private(tmp_path / "policies")
    draft = private(tmp_path / "drafts", "mine", ("at_most = 40", "at_most = 35"), ("At most 40", "At most 35"))
    data = given(tmp_path, ("2025-03-03", "72"))
    found = um.replay(data, str(draft), policies=tmp_path / "policies")
    assert found.administration["exceeded_limits_after"].to_list() == [["q3w.dose", "weekly.dose"]]
    assert found.administration["limits_over_before"].to_list() == [["weekly.dose"]]
    assert why(found, "given-newly") == {"q3w.dose: At most 35 mg/m² per administration": 1}
    assert "After  mine, as the file drafts/mine.toml says, its versions by their dates" in str(found)
    # The other way round the same limit is no longer exceeded, and the weekly one still is.
    draft.replace(tmp_path / "policies" / "mine.toml")
    back = private(tmp_path / "drafts")
    found = um.replay(data, str(back), policies=tmp_path / "policies")
    assert why(found, "given-no-longer") == {"q3w.dose: At most 35 mg/m² per administration": 1}


def test_from_not_judged_to_over_names_what_is_new(tmp_path: Path) -> None:
    """Without a BSA 100 units may keep 40 mg/m² and never 16: with 30 alone they keep neither at 2.71 m²."""
    private(tmp_path / "policies")
    draft = private(tmp_path / "drafts", "mine", ("at_most = 40", "at_most = 30"))
    found = um.replay(given(tmp_path, ("2025-03-03", "100"), bsa_m2=None), str(draft), policies=tmp_path / "policies")
    assert found.administration.select("status_before", "status_after").rows() == [("indeterminate", "exceeds")]
    assert why(found, "given-newly") == {"q3w.dose: At most 40 mg/m² per administration": 1}


def test_a_limit_is_told_in_the_words_of_the_version_that_judged(tmp_path: Path) -> None:
    """35 days after the first, a dose is too early by the version of its day alone."""
    private(tmp_path / "policies")
    data = given(tmp_path, ("2025-03-03", "72"), ("2025-04-07", "72"))
    later = um.replay(data, "mine@2025-06-01", policies=tmp_path / "policies")
    assert why(later, "given-no-longer") == {"q3w.frequency: One dose in any 42 days": 1}
    data = given(tmp_path / "other", ("2025-07-01", "72"), ("2025-08-05", "72"))
    earlier = um.replay(data, "mine@2023-12-20", policies=tmp_path / "policies")
    assert why(earlier, "given-newly") == {"q3w.frequency: One dose in any 42 days": 1}


def test_where_a_regimen_is_gone_no_limit_is_new(tmp_path: Path) -> None:
    """20 units keep 40 mg/m² and not the weekly 10: with that regimen alone nothing further is exceeded."""
    fewer = ("at_most = 16", "at_most = 10")
    private(tmp_path / "policies", "mine", fewer)
    draft = private(tmp_path / "drafts", "mine", fewer)
    text = draft.read_text(encoding="utf-8")
    parts = text.split("[[version.regimen]]")
    kept = [part for part in parts if 'name = "q3w"' not in part]
    draft.write_text("[[version.regimen]]".join(kept), encoding="utf-8")
    found = um.replay(given(tmp_path, ("2025-03-03", "20")), str(draft), policies=tmp_path / "policies")
    assert found.administration["status_after"].to_list() == ["exceeds"]
    assert why(found, "given-newly") == {
        "No further limit: a regimen whose limits were not exceeded no longer applies": 1
    }


def test_sums_tell_no_single_person(tmp_path: Path) -> None:
    """Only one patient's dose is judged otherwise (an area over B's cap): the sums would tell it by subtraction."""
    lines = [
        claim(claim_id=f"C{n}", person_id=f"P{n}", payer="Emblem", service_unit_quantity="120", hcpcs_modifier_1="JZ")
        for n in range(30)
    ]
    asked = [
        authorization(authorization_id=f"A{n}", person_id=f"P{n}", payer="Emblem", bsa_m2="2.4" if n == 7 else "1.8")
        for n in range(30)
    ]
    found = um.replay(write_extract(tmp_path, {"medical_claim": lines, "authorization": asked}, BOTH), A)
    assert not found.administration["is_flipped"].any()
    before, after = (found.administration[f"excess_units_{when}"].sum() for when in ("before", "after"))
    assert before != after
    sums = _tables(found, publish=True)["t-given-sums"][0].values
    assert sums["before"] == sums["after"] == Hidden.WITHHELD
    assert _tables(found, publish=False)["t-given-sums"][0].values["before"] == f"{before:,.0f}"


def test_a_request_lacks_each_criterion_of_its_own_tree_once(tmp_path: Path) -> None:
    """A draft asks for 21 years in lung cancer, and of all for an office: what all face stands in every tree."""
    text = Path("tests/policies/invented-indications.toml").resolve().read_text(encoding="utf-8")
    files = []
    for name, years, places in (("mine", 18, '["office", "home"]'), ("draft", 21, '["office"]')):
        (tmp_path / name).mkdir()
        files.append(tmp_path / name / "mine.toml")
        changed = text[: text.index("[[example")].replace("invented-indications", "mine")
        changed = changed.replace("at_least = 18", f"at_least = {years}").replace('["office", "home"]', places)
        files[-1].write_text(changed, encoding="utf-8")
    of_all = {"payer": "Emblem", "hcpcs_code": "J1115", "prescriber_specialty": "207RX0202X"}
    answers = [
        ("A1", "C34.11", {"age_years": "19", "site_of_care": "home"}),
        ("A2", "C34.11", {"age_years": "19", "site_of_care": "outpatient_hospital"}),
        ("A3", "C43.59", {"age_years": "12", "site_of_care": "home", "setting": "adjuvant"}),
    ]
    tables = {
        "medical_claim": [claim(payer="Emblem", hcpcs_code="J1115")],
        "authorization": [
            authorization(**of_all, authorization_id=ident, person_id=f"P{ident}", diagnosis_code=code)
            for ident, code, _ in answers
        ],
        "clinical_answer": [
            {"authorization_id": ident, "question": question, "answer": answer}
            for ident, _, said in answers
            for question, answer in said.items()
        ],
    }
    data = write_extract(tmp_path / "data", tables, '[policies]\nEmblem = "mine"\n')
    found = um.replay(data, str(files[1]), policies=tmp_path / "mine")
    rows = found.request.select("authorization_id", "unmet_before", "unmet_after", "is_flipped").rows()
    assert rows == [
        ("A1", [], ["1.site", "4"], True),
        ("A2", ["1.site"], ["1.site", "4"], False),
        ("A3", [], ["1.site"], True),
    ]
    assert why(found, "asked-newly") == {
        "1.site: Given in an office or at home": 2,
        "4: The criteria of lung cancer": 1,
    }
    assert why(found, "asked-no-longer") == {}


def test_without_answers_requests_are_not_out_of_scope(tmp_path: Path) -> None:
    tables = {"medical_claim": [claim(payer="Emblem")], "authorization": [authorization(payer="Emblem")]}
    text = str(um.replay(write_extract(tmp_path, tables, BOTH), A))
    assert "The extracts hold no answers, so requests can't be compared" in text and "Not in scope" not in text


@pytest.mark.parametrize(
    ("policy", "instead_of", "sentence"),
    [
        ("nobodys-policy", (), "nobodys-policy"),
        (f"{B}@2020-01-01", (), "has no version '2020-01-01'"),
        (B, (B,), "in its own place changes nothing"),
        (A, ("unknown-policy",), "No payer goes by the policy 'unknown-policy'"),
    ],
)
def test_what_cannot_be_replayed_is_said(extract: Path, policy: str, instead_of: Any, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        um.replay(extract, policy, instead_of)


def test_where_all_go_by_it_nothing_flips(extract: Path) -> None:
    (extract / "um.toml").write_text(ALL_A, encoding="utf-8")
    text = str(um.replay(extract, A))
    assert "No payer whose policy was replaced has any administration." in text
    assert f"Replaced was {B}; right would be" in " ".join(text.split())


def test_a_policy_for_another_drug_is_refused(extract: Path) -> None:
    other = Path("tests/policies/invented-flat.toml").resolve()
    said = (
        "invented-flat is for invented two, and payers have policies for ixabepilone alone: right would be a policy for"
    )
    with pytest.raises(UserError, match=said):
        um.replay(extract, str(other))
    with pytest.raises(UserError, match="is for"):
        um.replay(extract, str(other), B)


def test_the_command_writes_a_page_and_tables(
    extract: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    main(["replay", str(extract), "--policy", A, "--instead-of", B, "--out", str(out)])
    assert "would have another verdict" in capsys.readouterr().out
    assert sorted(path.name for path in out.rglob("*") if path.is_file()) == [
        "replay.html",
        "replay_administration.parquet",
        "replay_request.parquet",
    ]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in out.rglob("*") if path.is_file())
    page = (out / "replay.html").read_text(encoding="utf-8")
    assert "P1" not in page and "A1" not in page and "<script" not in page
    main(["replay", str(extract), "--policy", A, "--out", str(out), "--publish"])
    assert (out / "replay.html").stat().st_mode & 0o777 == 0o644
    assert "can't be shown: too few people" in capsys.readouterr().out
