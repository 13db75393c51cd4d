"""Explanations tell the verdict's own arithmetic, and what they say would have kept a limit does."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import analytics as um
from analytics.cli import main
from analytics.errors import UserError
from analytics.explain.explanation import dollars
from analytics.room import put
from tests.support import HARBOR, SAMPLES, authorization, claim, opened

EMBLEM = '[policies]\nEmblem = "emblemhealth-mg-mm-ph-153"\nHarbor = "ixempra-oncology-injectable"\n'


@pytest.fixture(scope="module")
def samples() -> Iterator[um.Study]:
    with um.open(SAMPLES) as study:
        yield study


def said(explanation: Any) -> str:
    """The text as one line, so that no sentence is broken."""
    return " ".join(re.sub(r"[│├└─]", " ", str(explanation)).split())


def billed(day: str, units: str, **more: str | None) -> dict[str, str | None]:
    return claim(
        claim_id=f"C{day}{more.get('hcpcs_modifier_1', '')}",
        payer="Emblem",
        claim_line_start_date=day,
        service_unit_quantity=units,
        **more,
    )


def approved(**values: str | None) -> dict[str, str | None]:
    return authorization(**{"payer": "Emblem", **values})


# ---- Administrations


def test_a_dose_over_the_limit_tells_its_arithmetic(tmp_path: Path) -> None:
    lines = [billed("2025-03-03", "76", hcpcs_modifier_1="JZ", allowed_amount="7600")]
    with opened(tmp_path, {"medical_claim": lines, "authorization": [approved()]}, EMBLEM) as study:
        text = said(study.explain(person="P1", on="2025-03-03"))
    assert "Over a limit: dose above the limit" in text
    assert "40 mg/m² × 1.8 m² = 72 mg: 72 units of 1 mg" in text and "given 76" in text
    assert "4 of the 76 units billed are over the cap; $400.00 of the allowed amount ($7,600.00 × 4 / 76)" in text
    assert "It would have been within the limits with at most 72 units given." in text
    assert "as the covering authorization says, since no measurement counts on that day" in text


def test_what_is_said_to_keep_a_window_does(tmp_path: Path) -> None:
    first = date(2025, 3, 3)

    def told(later: int, units: str = "72") -> tuple[str, str]:
        day = first + timedelta(days=later)
        lines = [billed("2025-03-03", "72"), billed(str(day), units)]
        tables = {"medical_claim": lines, "authorization": [approved()]}
        with opened(tmp_path / f"{later}-{units}", tables, EMBLEM) as study:
            status = study.administration["status"][1]
            return status, said(study.explain(person="P1", on=day))

    status, text = told(15)
    assert status == "exceeds"
    assert "billed units: 72 on 2025-03-03 + 72 on 2025-03-18 = 144, of at most 90" in text
    kept = "within the limits on or after 2025-03-24 or with at most 18 units billed on this day."
    assert kept in text
    # The day before it is not kept, the day itself is; and so with the units.
    assert told(20)[0] == "exceeds" and told(21)[0] == "within"
    assert told(15, "19")[0] == "exceeds" and told(15, "18")[0] == "within"


def test_no_day_keeps_units_that_are_too_many_by_themselves(tmp_path: Path) -> None:
    tables = {"medical_claim": [billed("2025-03-03", "95")], "authorization": [approved(bsa_m2="2.2")]}
    with opened(tmp_path, tables, EMBLEM) as study:
        text = said(study.explain(person="P1", on="2025-03-03"))
    assert "with at most 88 units given and with at most 90 units billed on this day" in text
    assert "on or after" not in text


def test_every_regimen_that_would_do_is_told(tmp_path: Path) -> None:
    tables = {
        "medical_claim": [claim(service_unit_quantity="80", hcpcs_modifier_1="JZ")],
        "authorization": [authorization()],
    }
    with opened(tmp_path, tables, HARBOR) as study:
        regimens = study.limit_result["regimen"].unique().to_list()
        text = said(study.explain(person="P1", on="2025-03-03"))
    assert len(regimens) > 1
    for regimen in regimens:
        assert f"within the limits under {regimen} with at most" in text
    assert "All limits of any one regimen must be kept" in text


def test_an_unknown_area_is_told_with_the_least_that_would_do(tmp_path: Path) -> None:
    def told(area: str | None) -> tuple[str, str]:
        lines = [billed("2025-03-03", "62", hcpcs_modifier_1="JZ")]
        tables = {"medical_claim": lines, "authorization": [approved(bsa_m2=area)]}
        with opened(tmp_path / f"bsa{area}", tables, EMBLEM) as study:
            return study.administration["status"][0], said(study.explain(person="P1", on="2025-03-03"))

    status, text = told(None)
    assert status == "indeterminate" and "Can't be judged: no body surface area" in text
    assert "with a body surface area of 1.53 m² or more on record" in text
    assert told("1.52")[0] == "exceeds" and told("1.53")[0] == "within"


def test_rows_that_do_not_count_are_told_too(tmp_path: Path) -> None:
    lines = [
        billed("2025-03-03", "60"),
        {**billed("2025-03-03", "60"), "claim_id": "CD", "claim_status": "denied"},
        billed("2025-03-03", "12", hcpcs_modifier_1="JW", claim_line_number="2"),
    ]
    with opened(tmp_path, {"medical_claim": lines, "authorization": [approved()]}, EMBLEM) as study:
        text = said(study.explain(person="P1", on="2025-03-03"))
    assert "claim CD, line 1 not counted (denied line): 60 units" in text
    assert "12 units of J9207, discarded (JW)" in text
    assert "72 units billed = 60 given + 12 discarded" in text


def test_where_no_approval_covers_the_last_one_is_named(tmp_path: Path) -> None:
    old = approved(approved_from="2025-01-04", approved_to="2025-02-28")
    with opened(tmp_path, {"medical_claim": [billed("2025-03-03", "60")], "authorization": [old]}, EMBLEM) as study:
        text = said(study.explain(person="P1", on="2025-03-03"))
    assert "None: no approval of this payer" in text and "A1 ended on 2025-02-28, 3 days before" in text


def test_of_two_payers_on_a_day_one_must_be_named(tmp_path: Path) -> None:
    tables = {"medical_claim": [billed("2025-03-03", "60"), claim(claim_id="CH")], "authorization": [approved()]}
    with opened(tmp_path, tables, EMBLEM) as study:
        with pytest.raises(UserError, match=r"payer 'Emblem', policy .*payer 'Harbor', policy .*--payer"):
            study.explain(person="P1", on="2025-03-03")
        assert "Payer Harbor" in said(study.explain(person="P1", on="2025-03-03", payer="Harbor"))
        with pytest.raises(UserError, match=r"^--payer is 'Harbour', .* right would be 'Emblem' or 'Harbor'\.$"):
            study.explain(person="P1", on="2025-03-03", payer="Harbour")


def test_dollars_below_nothing() -> None:
    assert (dollars(-5), dollars("1234.5"), dollars(None)) == ("−$5.00", "$1,234.50", "no amount")


def test_a_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    there, link = tmp_path / "kept" / "case.txt", tmp_path / "case.txt"
    there.write_text("old", encoding="utf-8")
    link.symlink_to(there)
    put(link, lambda path: path.write_text("new", encoding="utf-8"))
    assert link.is_symlink() and there.read_text(encoding="utf-8") == "new"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["case.txt", "case.txt", "kept"]


def test_every_administration_of_the_samples_can_be_explained_and_agrees(samples: um.Study) -> None:
    """One of each kind; the sums in words are those of the result table."""
    kinds = samples.administration.group_by("policy_id", "status", "breach_kind", maintain_order=True).first()
    assert kinds.height > 8
    for row in kinds.iter_rows(named=True):
        text = said(samples.explain(person=row["person_id"], on=row["administered_on"], payer=row["payer"]))
        assert f"{int(row['billed_units'])} units billed =" in text or "billed =" in text
        if row["status"] in ("exceeds", "exception"):
            assert f"{row['excess_units'].normalize():f} of the" in text and "It would have been within" in text
        if row["status"] == "within":
            assert "It would have been" not in text


def test_where_nothing_of_the_day_would_have_helped_it_is_said(tmp_path: Path) -> None:
    earlier = [billed("2025-03-03", "72"), billed("2025-03-03", "23", hcpcs_modifier_1="JW", claim_line_number="2")]
    tables = {"medical_claim": [*earlier, billed("2025-03-20", "95", hcpcs_modifier_1="JZ")]}
    with opened(tmp_path, {**tables, "authorization": [approved()]}, EMBLEM) as study:
        text = said(study.explain(person="P1", on="2025-03-20"))
    assert "No smaller dose and no later day by itself would have kept q3w.units." in text
    assert "would have been within" not in text


def test_what_is_said_without_a_body_size_holds_for_every_one(tmp_path: Path) -> None:
    def told(units: str) -> tuple[str, str]:
        tables = {"medical_claim": [billed("2025-03-03", units, hcpcs_modifier_1="JZ")]}
        with opened(tmp_path / units, {**tables, "authorization": [approved(bsa_m2="")]}, EMBLEM) as study:
            return study.administration["status"][0], said(study.explain(person="P1", on="2025-03-03"))

    assert "with at most 48 units given, or with a body surface area of 1.53 m² or more on record" in told("62")[1]
    # The cap of 2.2 m² bars what a larger area would need.
    assert "with at most 48 units given (up to 88 with a body size on record that allows it)" in told("89")[1]
    assert told("48")[0] == "within" and told("49")[0] == "indeterminate"


def test_what_two_payers_paid_on_a_day_counts_for_both(tmp_path: Path) -> None:
    tables = {"medical_claim": [claim(), claim(claim_id="C2", payer="Other")], "authorization": [authorization()]}
    config = HARBOR + 'Other = "ixempra-oncology-injectable"\n'
    with opened(tmp_path, tables, config) as study:
        text = said(study.explain(person="P1", on="2025-03-03", payer="Other"))
    assert "on or after 2025-03-24" in text and "on or after 2025-03-03" not in text


def test_a_denied_request_is_no_approval_whatever_dates_it_has(tmp_path: Path) -> None:
    denied = approved(decision="denied", approved_from="2025-01-04", approved_to="2025-02-01")
    tables = {"medical_claim": [billed("2025-03-03", "60")], "authorization": [denied]}
    with opened(tmp_path, tables, EMBLEM) as study:
        assert "ended on" not in said(study.explain(person="P1", on="2025-03-03"))
        assert "Approved from" not in said(study.explain("A1"))


# ---- Requests


def test_a_request_tells_what_is_missing_and_why(samples: um.Study) -> None:
    denied = samples.request.filter(policy_id="emblemhealth-mg-mm-ph-153", consistency="denied_all_met").row(
        0, named=True
    )
    text = said(samples.explain(denied["authorization_id"]))
    assert "Denied, though all criteria are met" in text and "What is missing by the record" not in text
    unmet = samples.request.filter(consistency="approved_unmet", request_type="initial").row(0, named=True)
    text = said(samples.explain(unmet["authorization_id"]))
    missing = text.split("What is missing by the record")[1].split("The request ---")[0]
    for criterion in unmet["unmet_conjuncts"]:
        assert criterion in missing


def test_every_kind_of_request_of_the_samples_can_be_explained(samples: um.Study) -> None:
    kinds = samples.request.group_by("policy_id", "request_type", "consistency", "final_decision", maintain_order=True)
    rows = list(kinds.first().iter_rows(named=True))
    assert len(rows) > 10
    for row in rows:
        explanation = samples.explain(row["authorization_id"])
        text = said(explanation)
        assert row["authorization_id"] in text and "Verdict" in text
        tree = text.split("Criteria --------")[1]
        results = samples.criterion_result.filter(authorization_id=row["authorization_id"])
        for criterion in results["criterion_id"]:
            assert f"{criterion} " in tree


def test_evidence_names_its_source(tmp_path: Path) -> None:
    request = authorization(diagnosis_code="C50911", prescriber_specialty="207RX0202X", requested_dose_mg_per_m2="40")
    tables = {
        "medical_claim": [claim()],
        "authorization": [request],
        "eligibility": [
            {"person_id": "P1", "payer": "Harbor", "birth_date": "1960-01-03", "enrollment_start_date": "2020-01-01"}
        ],
        "clinical_answer": [
            {"authorization_id": "A1", "question": "age_years", "answer": "70"},
            {"authorization_id": "A1", "question": "metastatic", "answer": "yes"},
            {"authorization_id": "A1", "question": "metastatic", "answer": "no"},
            {"authorization_id": "A1", "question": "oncologist_involved", "answer": "perhaps"},
            {"authorization_id": "A1", "question": "trial_enrolled", "answer": ""},
        ],
    }
    with opened(tmp_path, tables, HARBOR) as study:
        text = said(study.explain("A1"))
    assert "trial_enrolled asked, and the answer was left blank" in text
    assert (
        "age_years: 64, from the birth date in eligibility, 1960-01-03; the request's answer '70' stands back" in text
    )
    assert "metastatic: answered differently (no, yes), so it counts as not documented" in text
    assert "oncologist_involved: answered 'perhaps', which can't be read as an answer" in text
    assert "recurrent_unresectable_locoregional: nobody documented it" in text


def test_what_a_reviewer_recorded_above_stands(tmp_path: Path) -> None:
    reviews = [{"authorization_id": "A1", "criterion_id": "1.B", "determination": "not_met"}]
    tables = {"medical_claim": [claim()], "authorization": [authorization()], "criterion_review": reviews}
    with opened(tmp_path, tables, HARBOR) as study:
        text = said(study.explain("A1"))
    assert (
        "reviewer: not met" in text
        and "reviewer: nothing recorded" in text
        and text.count("reviewer: recorded at 1.B, which stands") == 3
    )
    missing = text.split("What is missing by the record")[1].split("The request ---")[0]
    assert "1.B One of three states of disease applies: not met" in missing and "1.B.i " not in missing


# ---- Which case, and where it goes


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({}, "Name either a request"),
        ({"authorization_id": "A1", "person": "P1"}, "Name either a request"),
        ({"authorization_id": "A1", "on": "2025-03-03"}, "by its authorization id alone"),
        ({"authorization_id": "A9"}, "There is no authorization 'A9' in scope"),
        ({"authorization_id": "A2"}, r"'A2' could not be used \(missing received at\)"),
        ({"person": "P9"}, "neither an administration nor a usable request"),
        ({"person": "P9", "on": "2025-03-03"}, "Person 'P9' has no administration"),
        ({"person": "P1", "on": "2025-03-04"}, "no administration on 2025-03-04; there are those of 2025-03-03"),
        ({"person": "P1", "on": "3.3.2025"}, "must be a date like 2025-12-31"),
        ({"person": "P1", "payer": "Harbor"}, "name the day as well"),
    ],
)
def test_what_cannot_be_explained_is_said(tmp_path: Path, asked: dict[str, Any], sentence: str) -> None:
    unread = authorization(authorization_id="A2", received_at="")
    tables = {"medical_claim": [claim()], "authorization": [authorization(), unread]}
    with opened(tmp_path, tables, HARBOR) as study, pytest.raises(UserError, match=sentence):
        study.explain(**asked)


def test_the_command_writes_for_its_owner_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "case.html"
    main(["explain", str(SAMPLES), "--request", "A000025", "--format", "html", "--out", str(out)])
    assert "case.html is written. It is about one person." in capsys.readouterr().out
    assert out.stat().st_mode & 0o777 == 0o600
    page = out.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>") and "A000025" in page and "<script" not in page
    assert "This is about one person" in page


def test_the_command_says_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["explain", str(SAMPLES)])
    assert left.value.code == 2
    assert "um explain needs either --request ID, or --person ID" in capsys.readouterr().err


def test_a_notebook_shows_it_as_markdown(samples: um.Study) -> None:
    markdown = samples.explain(person="P000091", on=date(2024, 12, 4))._repr_markdown_()
    assert markdown.startswith("# Ixabepilone given on 2024-12-04")
    assert "## Limits" in markdown and "This is about one person" in markdown
    listed = str(samples.explain(person="P000091"))
    assert "2024-12-04" in listed and "A000112" in listed


# ---- Other drugs in claims


def before(
    tmp_path: Path, *others: dict[str, str | None], answers: Mapping[str, str] = {}, fills: Sequence[str] = ()
) -> str:
    """What is said of a request of 2025-02-20, of its person's claims of other drugs before it."""
    asked = approved(received_at="2025-02-20", decided_at="2025-02-21", approved_from="2025-02-21")
    tablet = {"person_id": "P1", "ndc_code": "00004-1101-50", "quantity": "112", "days_supply": "14"}
    tables = {
        "medical_claim": [billed("2025-03-03", "60"), *others],
        "authorization": [asked],
        "clinical_answer": [{"authorization_id": "A1", "question": q, "answer": a} for q, a in answers.items()],
        "pharmacy_claim": [{**tablet, "dispensing_date": day} for day in fills],
    }
    with opened(tmp_path, {name: rows for name, rows in tables.items() if rows}, EMBLEM) as study:
        for form in (study.explain("A1").to_html(), study.explain("A1").to_markdown()):
            assert "Other drugs before it, by claims" in form
        return said(study.explain("A1"))


def test_what_claims_show_before_a_request(tmp_path: Path) -> None:
    days = ["2024-05-02", "2024-05-23", "2024-05-23", "2025-02-21"]
    taxane = [billed(day, "60", hcpcs_code="J9267") | {"claim_id": f"T{place}"} for place, day in enumerate(days)]
    answers = {"anthracycline_resistant": "yes", "taxane_resistant": "no"}
    text = before(tmp_path, *taxane, answers=answers, fills=["2025-01-10", "2025-01-31", "2025-02-25"])
    assert (
        "anthracycline before Documented: an anthracycline; claims don't show it" in text
        and "anthracycline_resistant is answered with yes. Medical claims: none in the 120 months" in text
    )
    # One day with two claims, and what came after the request.
    assert "taxane before Derived: a taxane; nothing documents it, and claims show it" in text
    assert "taxane_resistant is answered with no, which says nothing of the drug." in text
    assert "Medical claims: 2 days, the first on 2024-05-02, the last on 2024-05-23." in text
    assert (
        "Pharmacy claims: 2 fills, 28 days of supply in all, the first on 2025-01-10, the last on 2025-01-31." in text
    )


def test_without_pharmacy_claims_it_is_said(tmp_path: Path) -> None:
    text = before(tmp_path)
    assert "capecitabine before Not shown: capecitabine; nothing documents it, and claims can't tell" in text
    assert "there is no pharmacy_claim among the extracts" in text


def test_claims_around_a_dose_and_what_its_approval_says(tmp_path: Path) -> None:
    asked = "combination_with_capecitabine"
    fills = [f"2025-03-{day:02}" for day in (1, 3, 5, 24, 25)]
    tables: dict[str, Any] = {
        "medical_claim": [billed(day, "60") for day in ("2025-02-01", "2025-03-03", "2025-04-30")],
        "authorization": [approved(), approved(authorization_id="A9", person_id="P9", received_at="2025-04-30")],
        "clinical_answer": [{"authorization_id": "A1", "question": asked, "answer": "no"}],
        "pharmacy_claim": [
            {"person_id": "P1", "ndc_code": "00004-1101-50", "dispensing_date": day, "days_supply": "1"}
            for day in fills
        ],
    }
    with opened(tmp_path, tables, EMBLEM) as study:
        text, first = (said(study.explain(person="P1", on=day)) for day in ("2025-03-03", "2025-02-01"))
    assert "with capecitabine Contradicted: capecitabine; documented as not given, and claims show it" in text
    assert (
        "Claims within 21 days of it: fill on 2025-03-03 (the same day, 1 day of supply); fill on 2025-03-01 (2 days "
        "before, 1 day of supply); fill on 2025-03-05 (2 days after, 1 day of supply); fill on 2025-03-24 (21 days "
        f"after, 1 day of supply). A1: {asked} is answered with no." in text
    )
    assert "2025-03-25 (" not in text
    assert "The 21 days around it reach beyond the extracts." in first


def test_step_therapy_says_what_would_be_enough(tmp_path: Path) -> None:
    from tests.policies import FOLDER

    tables = {
        "medical_claim": [claim(payer="Step Health", hcpcs_code="J1745", claim_line_start_date="2025-02-01")],
        "authorization": [authorization(payer="Step Health", hcpcs_code="J1117", received_at="2025-02-20")],
    }
    with opened(tmp_path, tables, policies=FOLDER) as study:
        text = said(study.explain("A1"))
    assert "infused_tried Not shown: the infused drug" in text
    assert "Medical claims: 1 day, on 2025-02-01. Claims show it from 2 days with a claim in 6 months on." in text
