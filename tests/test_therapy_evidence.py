"""What claims show of other drugs, around an administration and before a request: evidence that decides nothing."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from analytics.policy.load import FOLDER as PRODUCT
from analytics.policy.load import load_policy, read_policy
from analytics.policy.show import show_text
from analytics.workbench.diff import compare
from tests.support import authorization, claim, opened

POLICY_B = "emblemhealth-mg-mm-ph-153"
PAYER = {"payer": "EmblemHealth"}
ASKED = "combination_with_capecitabine"


def extract(
    *others: Mapping[str, str | None], answers: Mapping[str, str] = {}, fills: list[str] | None = None
) -> dict[str, Any]:
    """A dose on 2025-03-03 under an approval asked for on 2025-02-20, in claims from 2025-01-01 to 2025-04-30."""
    days = {"F": "2025-01-01", "L": "2025-04-30"}
    ends = [
        claim(claim_id=key, person_id="P9", claim_line_start_date=day, hcpcs_code="J9207", **PAYER)
        for key, day in days.items()
    ]
    late = authorization(authorization_id="A9", person_id="P9", received_at="2025-04-30", decision="pending", **PAYER)
    asked = authorization(received_at="2025-02-20", decided_at="2025-02-21", approved_from="2025-02-21", **PAYER)
    tables: dict[str, Any] = {
        "medical_claim": [claim(**PAYER), *ends, *others],
        "authorization": [asked, late],
        "clinical_answer": [{"authorization_id": "A1", "question": q, "answer": a} for q, a in answers.items()],
    }
    if fills is not None:
        tablet = {"person_id": "P1", "ndc_code": "00004-1101-50", "quantity": "112", "days_supply": "14"}
        tables["pharmacy_claim"] = [{**tablet, "dispensing_date": day} for day in fills]
    return tables


def around(tmp_path: Path, tables: dict[str, Any], therapy: str = "with capecitabine") -> tuple[Any, ...]:
    with opened(tmp_path, tables) as study:
        rows = study.frame("administration_therapy").filter(person_id="P1", therapy=therapy).to_dicts()
    assert len(rows) == 1
    return tuple(rows[0][name] for name in ("documented", "on_claims", "days_away", "evidence"))


def test_a_fill_around_the_administration(tmp_path: Path) -> None:
    """21 days before and after count, 22 don't; of two as near the earlier is told, also what no answer says."""
    near = extract(fills=["2025-02-10", "2025-03-24"])
    assert around(tmp_path / "near", near) == (None, "yes", -21, "derived")
    far = extract(answers={ASKED: "yes"}, fills=["2025-02-09", "2025-03-25"])
    assert around(tmp_path / "far", far) == ("yes", "no", None, "documented")
    denied = extract(answers={ASKED: "no"}, fills=["2025-03-05"])
    assert around(tmp_path / "denied", denied) == ("no", "yes", 2, "contradicted")


def test_a_medical_claim_of_any_payer_and_no_pharmacy_claims(tmp_path: Path) -> None:
    assert around(tmp_path / "none", extract()) == (None, "not_evaluable", None, None)
    oral = claim(claim_id="X", payer="nobody's", hcpcs_code="J8522", claim_line_start_date="2025-03-01")
    assert around(tmp_path / "oral", extract(oral)) == (None, "yes", -2, "derived")
    reversed_line = {**oral, "claim_status": "denied"}
    assert around(tmp_path / "denied", extract(reversed_line, fills=[])) == (None, "no", None, None)


def test_days_beyond_the_extract_can_not_be_told(tmp_path: Path) -> None:
    """The doses of P9 stand on the first and the last day of claims."""
    with opened(tmp_path, extract(fills=[])) as study:
        rows = study.frame("administration_therapy").filter(person_id="P9", therapy="with trastuzumab")
    assert rows["on_claims"].to_list() == ["not_evaluable", "not_evaluable"]


def test_before_a_request(tmp_path: Path) -> None:
    taxane = claim(claim_id="X", hcpcs_code="J9267", claim_line_start_date="2025-02-20", **PAYER)
    later = claim(claim_id="Y", hcpcs_code="J9000", claim_line_start_date="2025-02-21", **PAYER)
    answers = {"anthracycline_resistant": "yes", "taxane_resistant": "no"}
    with opened(tmp_path, extract(taxane, later, answers=answers)) as study:
        rows = study.frame("request_evidence").filter(authorization_id="A1").to_dicts()
    names = ("documented", "on_claims", "latest_on", "evidence")
    told = {row["therapy"]: tuple(row[name] and str(row[name]) for name in names) for row in rows}
    assert told == {
        "anthracycline before": ("yes", "no", None, "documented"),
        # That the disease is not resistant doesn't say that none was given.
        "taxane before": (None, "yes", "2025-02-20", "derived"),
        "capecitabine before": (None, "not_evaluable", None, None),
    }


def test_what_a_prior_therapy_proves_is_there_too(tmp_path: Path) -> None:
    from tests.policies import FOLDER

    policy = load_policy(FOLDER / "invented-step.toml")
    therapy = next(one for one in policy.prior_therapies if one.codes and one.doses)
    request = authorization(payer=policy.payers[0], hcpcs_code=policy.products[0].hcpcs_code, received_at="2025-02-20")
    code = {"hcpcs_code": therapy.codes[0], "payer": "nobody's"}
    days = [f"2025-02-{day:02}" for day in range(1, (therapy.doses or 0) + 1)]
    claims = [claim(claim_id=day, claim_line_start_date=day, **code) for day in days]
    answers = [{"authorization_id": "A1", "question": therapy.fact, "answer": "no"}]
    tables = {"medical_claim": claims, "authorization": [request], "clinical_answer": answers}
    with opened(tmp_path, tables, policies=FOLDER) as study:
        rows = study.frame("request_evidence").filter(therapy=therapy.fact).to_dicts()
    assert [(row["documented"], row["on_claims"], row["evidence"]) for row in rows] == [("no", "yes", "contradicted")]


#: Old text, new text, and what is said of it.
FAULTS = [
    ("around_days = 21\n", "", "therapy_evidence[1]: has neither 'around_days' nor 'months'; right would be one"),
    (
        "around_days = 21\n",
        "around_days = 21\nmonths = 2\n",
        "has both 'around_days' and 'months'; right would be one of them",
    ),
    ('fact = "combination_with_capecitabine"\ncode_list', 'fact = "her2_status"\ncode_list', "a question of type word"),
    ('implied_by = "taxane_resistant"', 'implied_by = "taxane"', "implied_by: 'taxane' is no question of the file"),
    ('therapy = "taxane before"', 'therapy = "anthracycline before"', "therapy_evidence"),
]


@pytest.mark.parametrize(("old", "new", "said"), FAULTS, ids=lambda text: text[:24])
def test_fault(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = (PRODUCT / f"{POLICY_B}.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / f"{POLICY_B}.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    (tmp_path / f"{POLICY_B}.icd10.csv").write_bytes((PRODUCT / f"{POLICY_B}.icd10.csv").read_bytes())
    found = read_policy(tmp_path / f"{POLICY_B}.toml")[0].messages()
    assert any(said in message for message in found), found


def test_shown() -> None:
    told = " ".join(show_text(load_policy(PRODUCT / f"{POLICY_B}.toml")).split())
    assert (
        "with capecitabine: what medical and pharmacy claims show of capecitabine within 21 days of each "
        "administration; it decides nothing" in told
    )
    assert "the answer to combination_with_capecitabine documents it" in told
    assert "a yes to taxane_resistant documents it, and a no says nothing" in told


#: Old text, new text, and what is said of it.
CHANGES = [
    ("around_days = 21", "around_days = 30", "within 30 days of each administration instead of within 21", "a longer"),
    (
        "months = 120",
        "months = 60",
        "in the 60 months before the received date instead of in the 120 months",
        "shorter",
    ),
    ("months = 120", "around_days = 90", "within 90 days of each administration instead of in the 120 months", ""),
    ('{ code = "J8522", label', '{ code = "J8530", label', "Claims of J8530 show 'with capecitabine' too.", ""),
    ('{ code = "J8522", label', '{ code = "J8530", label', "Claims of J8522 no longer show 'with capecitabine'.", ""),
    (
        'implied_by = "taxane_resistant"\n',
        "",
        "instead of: a yes to taxane_resistant documents it",
        "no answer documents",
    ),
    (
        'therapy = "taxane before"',
        'therapy = "a taxane once"',
        "no longer for 'taxane before': a taxane, in the 120",
        "",
    ),
    ('therapy = "taxane before"', 'therapy = "a taxane once"', "looked at for 'a taxane once', and were not", ""),
]


@pytest.mark.parametrize(("old", "new", "said", "too"), CHANGES, ids=lambda text: text[:24])
def test_a_change_of_it_is_told_and_is_neither_stricter_nor_looser(
    tmp_path: Path, old: str, new: str, said: str, too: str
) -> None:
    text = (PRODUCT / f"{POLICY_B}.toml").read_text(encoding="utf-8")
    assert old in text
    text = text.replace(old, new, 1)
    (tmp_path / f"{POLICY_B}.toml").write_text(text[: text.index("[[example.")], encoding="utf-8")
    (tmp_path / f"{POLICY_B}.icd10.csv").write_bytes((PRODUCT / f"{POLICY_B}.icd10.csv").read_bytes())
    one, other = load_policy(PRODUCT / f"{POLICY_B}.toml"), load_policy(tmp_path / f"{POLICY_B}.toml")
    found = compare(one, one.versions[-1], other, other.versions[-1])
    assert {(change.area, change.effect) for change in found} == {("fact", "neutral")}
    assert any(said in change.sentence and too in change.sentence for change in found), found
