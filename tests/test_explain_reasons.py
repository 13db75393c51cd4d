"""Explanations give the reasons: what a dose comes to, which days count, why a regimen, which length, which review."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from analytics.explain.indication import fits, open_facts
from analytics.explain.limits import _listed
from analytics.policy.load import load_policy
from analytics.policy.show import show_text
from tests.policies import FOLDER
from tests.support import HARBOR, authorization, claim, opened

EMBLEM = '[policies]\nEmblem = "emblemhealth-mg-mm-ph-153"\n'

Row = dict[str, str | None]


def said(explanation: Any) -> str:
    """The text as one line, so that no sentence is broken."""
    return " ".join(re.sub(r"[│├└─]", " ", str(explanation)).split())


def rules(tmp_path: Path, stem: str, *changes: tuple[str, str]) -> Path:
    """A folder of one invented policy, with texts replaced."""
    text = (FOLDER / f"{stem}.toml").read_text(encoding="utf-8").split("[[example.")[0]
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    (tmp_path / "rules").mkdir(parents=True, exist_ok=True)
    (tmp_path / "rules" / f"{stem}.toml").write_text(text, encoding="utf-8")
    return tmp_path / "rules"


def told(
    tmp_path: Path,
    policies: Path,
    doses: Mapping[str, str],
    *more: Row,
    approved: Mapping[str, str | None] | None = None,
    weight: str = "",
    **on_claims: str | None,
) -> tuple[str, str]:
    """The status of the last dose, and its explanation. doses: units by day; more: other claim lines."""
    [file] = policies.glob("*.toml")
    policy = load_policy(file)
    code = {"payer": policy.payers[0], "hcpcs_code": policy.products[0].hcpcs_code}
    lines = [
        claim(claim_id=day, claim_line_start_date=day, service_unit_quantity=units, **{**code, **on_claims})
        for day, units in doses.items()
    ]
    # A stranger's claim long before, so that nothing is hidden before the extracts.
    stranger = claim(
        claim_id="S", person_id="S", payer="nobody's", hcpcs_code="J0000", claim_line_start_date="2023-01-01"
    )
    spans = {"received_at": "2024-01-02", "decided_at": "2024-01-02", "approved_from": "2024-01-02"}
    asked = authorization(**{**code, **spans, "approved_to": "2024-12-31", **(approved or {})})
    tables: dict[str, Sequence[Row]] = {"medical_claim": [stranger, *lines, *more], "authorization": [asked]}
    last = max(doses)
    if weight:
        tables["observation"] = [
            {"person_id": "P1", "observation_date": last, "source_code": "29463-7", "result": weight}
            | {"source_units": "kg"}
        ]
    with opened(tmp_path / "data", tables, policies=policies) as study:
        status = study.administration.filter(administered_on=date.fromisoformat(last))["status"][0]
        return status, said(study.explain(person="P1", on=last))


# ---- What a dose comes to


@pytest.mark.parametrize(
    ("stem", "regimen", "weight", "words"),
    [
        (
            "invented-rounding",
            "vials",
            "",
            "245 mg: 25 units of 10 mg, parts counted as whole; the least whole vials for it hold 280 mg (7 of 40 mg), "
            "so 28 units; given 20",
        ),
        ("invented-rounding", "percent", "", "245 mg × 1.10 = 269.5 mg: 27 units of 10 mg, parts counted as whole"),
        ("invented-rounding", "units", "", "245 mg: 25 units of 10 mg, parts counted as whole; given 20"),
        ("invented-in-units", "by weight", "70", "1.2 units/kg × 5 mg × 70 kg = 420 mg: 84 units of 5 mg"),
        (
            "invented-per-kg",
            "",
            "130",
            "6 mg/kg × 120 kg = 720 mg: 72 units of 10 mg, parts counted as whole; the least whole vials for it hold "
            "720 mg (1 of 420 mg and 2 of 150 mg), 72 units",
        ),
    ],
)
def test_what_a_dose_comes_to_adds_up(tmp_path: Path, stem: str, regimen: str, weight: str, words: str) -> None:
    approved = {"regimen": regimen}
    _, text = told(tmp_path, rules(tmp_path, stem), {"2024-03-01": "20"}, approved=approved, weight=weight)
    assert words in text


def test_a_percentage_with_parts_is_not_rounded(tmp_path: Path) -> None:
    policies = rules(tmp_path, "invented-rounding", ("percent = 10", "percent = 12.5"))
    _, text = told(tmp_path, policies, {"2024-03-01": "20"}, approved={"regimen": "percent"})
    assert "245 mg × 1.125 = 275.625 mg: 28 units of 10 mg" in text


def test_a_size_over_the_cap_is_told_with_the_cap(tmp_path: Path) -> None:
    approved = {"regimen": ""}
    _, text = told(tmp_path, rules(tmp_path, "invented-per-kg"), {"2024-03-01": "72"}, approved=approved, weight="130")
    assert "judged by 120 kg, the most that the policy counts, in place of 130 kg, as measured [dosing]" in text
    for area, words in (
        ("2.5", "2.2 m², the most that the policy counts, in place of 2.5 m², as the covering authorization says"),
        ("2.2", "judged by 2.2 m², as the covering authorization says"),
        ("", "doses are judged at 1.2 and at 2.2 m², the smallest and the largest to be expected; the policy counts"),
    ):
        tables = {
            "medical_claim": [claim(payer="Emblem")],
            "authorization": [authorization(payer="Emblem", bsa_m2=area)],
        }
        with opened(tmp_path / f"area{area}", tables, EMBLEM) as study:
            assert words in said(study.explain(person="P1", on="2025-03-03"))


def test_an_unknown_weight_is_told_with_the_least_that_would_do(tmp_path: Path) -> None:
    """57 units are kept from what 56 units of 10 mg at 6 mg/kg are over: 93.33… kg, and weights have two decimals."""
    policies, asked = rules(tmp_path, "invented-per-kg"), {"regimen": ""}
    doses = {"2024-03-01": "57"}

    def judged(weight: str) -> tuple[str, str]:
        return told(tmp_path / f"w{weight}", policies, doses, approved=asked, weight=weight, hcpcs_modifier_1="JZ")

    status, text = judged("")
    assert status == "indeterminate" and "or with a body weight of 93.34 kg or more on record" in text
    assert (judged("93.33")[0], judged("93.34")[0]) == ("exceeds", "within")


# ---- Which days count


def test_a_sum_over_an_authorization_or_a_lifetime_lists_its_days(tmp_path: Path) -> None:
    doses = {"2024-01-01": "20", "2024-02-01": "30", "2024-02-08": "40"}
    _, text = told(tmp_path, rules(tmp_path, "invented-totals"), doses)
    assert "over what A1 covers, billed units: 30 on 2024-02-01 + 40 on 2024-02-08 = 70, of at most 130" in text
    assert "over what A1 covers, administrations with a dose: 1 on 2024-02-01 + 1 on 2024-02-08 = 2, of" in text
    listed = "200 on 2024-01-01 + 300 on 2024-02-01 + 400 on 2024-02-08 = 900, of at most 2,000"
    assert f"over all that the extracts hold, mg: {listed}" in text


def test_of_many_days_the_latest_are_listed() -> None:
    first = date(2024, 1, 1)
    days = [{"treated_on": first + timedelta(days=day), "units": 10} for day in range(15)]
    assert _listed(days, "units", 1).startswith("30 on 3 days before + 10 on 2024-01-04 + ")
    assert _listed(days[:13], "units", 1).startswith("10 on 2024-01-01 + ")


# ---- What would have kept several limits

APART = """cycles = "greedy"
label = "One in 21 days"
citation = "Policy, dosing"
[[version.regimen.limit]]
id = "greedy.apart"
kind = "frequency"
at_most = 1
window_days = 14
"""


def test_of_several_limits_that_ask_for_a_later_day_the_latest_is_told_and_does(tmp_path: Path) -> None:
    policies = rules(tmp_path, "invented-cycles", ('cycles = "greedy"\n', APART))

    def dose(day: str) -> tuple[str, str]:
        doses = {"2024-03-01": "20", day: "20"}
        return told(tmp_path / day, policies, doses, approved={"regimen": "greedy"})

    status, text = dose("2024-03-08")
    assert status == "exceeds"
    assert "It would have been within the limits on or after 2024-03-22." in text
    assert "exceeded are greedy.apart and greedy.frequency" in text
    # The day that one of them alone would ask for is not enough.
    assert [dose(day)[0] for day in ("2024-03-15", "2024-03-21", "2024-03-22")] == ["exceeds", "exceeds", "within"]


def test_a_choice_that_a_later_day_makes_needless_is_left_out(tmp_path: Path) -> None:
    policies = rules(tmp_path, "invented-cycles")

    def dose(day: str, units: str = "20") -> tuple[str, str]:
        doses = {"2024-01-01": "25", "2024-01-15": "25", "2024-01-22": "25", day: units}
        return told(tmp_path / f"{day}-{units}", policies, doses, approved={"regimen": "course"})

    status, text = dose("2024-01-28")
    assert status == "exceeds"
    assert "It would have been within the limits on or after 2024-01-29." in text
    # Fewer units would keep one of the two limits alone.
    assert dose("2024-01-28", "15")[0] == "exceeds" and dose("2024-01-29")[0] == "within"


def test_no_day_is_told_beyond_the_authorization_that_cycles_end_with(tmp_path: Path) -> None:
    counts = [
        ('kind = "units"\ncounted_in = "mg"\nat_most = 600', 'kind = "frequency"\nat_most = 1'),
        ('cycles = "authorization"\n', APART.replace("greedy", "authorization", 1).replace("= 14", "= 40")),
    ]
    policies = rules(tmp_path, "invented-cycles", *counts)
    approved = {"regimen": "authorized", "approved_from": "2024-03-01", "approved_to": "2024-04-05"}
    _, text = told(tmp_path, policies, {"2024-03-01": "20", "2024-03-08": "20"}, approved=approved)
    assert "No smaller dose and no later day by itself would have kept authorized.mg." in text
    assert "within the limits" not in text


# ---- Which approval, which indication, which regimen


def cover(tmp_path: Path, **asked: str | None) -> str:
    """Of a dose under the policy with indications: what is said of its approval."""
    policies = rules(tmp_path, "invented-indications")
    other = {"setting": asked.pop("setting", None)}
    answers = [{"authorization_id": "A1", "question": name, "answer": word} for name, word in other.items() if word]
    code = {"payer": "Indications Health", "hcpcs_code": "J1115"}
    tables = {
        "medical_claim": [claim(**code)],
        "authorization": [authorization(**code, **asked)],
        "clinical_answer": answers,
    }
    with opened(tmp_path / "data", {name: rows for name, rows in tables.items() if rows}, policies=policies) as study:
        text = said(study.explain(person="P1", on="2025-03-03"))
    return text.split("Which approval covers it")[1].split("Body size")[0]


def test_the_indication_says_why_a_regimen_is_asked_for(tmp_path: Path) -> None:
    text = cover(tmp_path, diagnosis_code="C43.59", setting="adjuvant")
    assert (
        "It is of the indication 'adjuvant melanoma' (Melanoma after surgery), by diagnosis_code C43.59, setting "
        "adjuvant, and only the regimen monthly may be given for that. It names no regimen, so monthly is asked for."
        in text
    )


def test_a_regimen_of_another_indication_is_not_said_to_be_missing(tmp_path: Path) -> None:
    text = cover(tmp_path / "1", diagnosis_code="C43.59", setting="adjuvant", regimen="Fortnightly")
    assert "It names the regimen 'fortnightly', which its indication doesn't allow, so monthly is asked for." in text
    text = cover(tmp_path / "2", diagnosis_code="C43.59", setting="adjuvant", regimen="weekly")
    assert "It names the regimen 'weekly', which the policy doesn't have, so monthly is asked for." in text
    text = cover(tmp_path / "3", diagnosis_code="C34.1", regimen="Fortnightly")
    assert "by diagnosis_code C34.1, and every regimen of the policy may be given for that." in text
    assert "It names the regimen 'fortnightly'." in text


def test_no_indication_is_told_apart_from_one_that_cannot_be_told(tmp_path: Path) -> None:
    text = cover(tmp_path / "none", diagnosis_code="C50.911")
    assert "It is of none of the policy's indications. It names no regimen, so any of these will do" in text
    for place, code in enumerate((None, "C39.9")):
        text = cover(tmp_path / f"open{place}", diagnosis_code=code)
        assert "Which indication it is of can't be told: diagnosis_code" in text
    text = cover(tmp_path / "setting", diagnosis_code="C78.7")
    assert "Which indication it is of can't be told: setting leaves that open." in text


def test_what_fits_an_indication_is_what_the_policy_finds(tmp_path: Path) -> None:
    """Every request: its indication, and what the criterion of a listed one comes to, are those of the rules here."""
    policies = rules(tmp_path, "invented-indications")
    [version] = load_policy(policies / "invented-indications.toml").versions
    codes = [None, "C43.59", "C43.0", "C78.7", "C50.911", "C39.9", "C34.1"]
    cases = [(code, setting) for code in codes for setting in (None, "adjuvant", "advanced")]
    code = {"payer": "Indications Health", "hcpcs_code": "J1115"}
    tables = {
        "medical_claim": [claim(**code)],
        "authorization": [
            authorization(**code, authorization_id=f"A{place}", person_id=f"P{place}", diagnosis_code=diagnosis)
            for place, (diagnosis, _) in enumerate(cases)
        ],
        "clinical_answer": [
            {"authorization_id": f"A{place}", "question": "setting", "answer": setting or "?"}
            for place, (_, setting) in enumerate(cases)
        ],
    }
    from analytics.explain import asked

    seen = set()
    with opened(tmp_path / "data", tables, policies=policies) as study:
        listed = study.criterion_result.filter(criterion_id="1.listed")
        evaluated = dict(zip(listed["authorization_id"], listed["evaluated"], strict=True))
        for place in range(len(cases)):
            known = asked.facts(study, f"A{place}")
            fitting = [each.name for each in version.indications if fits(each.when, known) == 1]
            assert asked.indication(study, f"A{place}") == (fitting[0] if fitting else "")
            expected = "met" if fitting else "unknown" if open_facts(version, known) else "not_met"
            assert evaluated[f"A{place}"] == expected
            seen.add(expected)
            text = said(study.explain(f"A{place}"))
            if expected == "unknown":
                assert "Which of the policy's indications it is asked for can't be told" in text
            if expected == "not_met":
                assert "Asked for none of the indications that the policy lists" in text
    assert seen == {"met", "unknown", "not_met"}


def test_an_approval_for_another_code_of_the_policy_is_named(tmp_path: Path) -> None:
    approved = {"hcpcs_code": "J6662", "approved_to": "2024-06-30"}
    policies = rules(tmp_path, "invented-codes")
    _, text = told(tmp_path, policies, {"2024-03-01": "20"}, approved=approved)
    assert "None: no approval of this payer for the billing code J6661 holds on 2024-03-01." in text
    assert (
        "A1 approved from 2024-01-02 to 2024-06-30 for the billing code J6662 of the same policy: an approval covers "
        "the code that it names" in text
    )
    _, text = told(tmp_path / "late", policies, {"2024-07-03": "20"}, approved=approved)
    assert "A1 ended on 2024-06-30, 3 days before; it was for the billing code J6662" in text


def test_lines_name_their_places_where_a_place_is_limited(tmp_path: Path) -> None:
    policies = rules(tmp_path, "invented-site")
    lines = [
        claim(claim_id="C", claim_line_number=str(number), payer="Site Health", hcpcs_code="J7717")
        | {"claim_line_start_date": "2024-03-01", "service_unit_quantity": "10", "place_of_service_code": place}
        for number, place in ((2, "11"), (3, ""), (4, "X"))
    ]
    approved = {"regimen": "at home"}
    status, text = told(tmp_path, policies, {"2024-03-01": "10"}, *lines, approved=approved, place_of_service_code="22")
    assert status == "exceeds"
    for words in (
        "line 1 10 units of J7717, given, place of service 22 (on-campus outpatient hospital); allowed",
        "line 2 10 units of J7717, given, place of service 11 (office); allowed",
        "line 3 10 units of J7717, given, no place of service; allowed",
        "line 4 10 units of J7717, given, place of service 'X'; allowed",
        "Over a limit: dose above the limit; exceeded are home.dose and home.site",
    ):
        assert words in text
    _, text = told(tmp_path / "other", rules(tmp_path / "other", "invented-cycles"), {"2024-03-01": "10"})
    assert "place of service" not in text


# ---- Lengths


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (
            {"approved_to": "2025-07-04"},
            "to 2025-07-04; longer than the policy allows The policy allows 6 months, until 2025-07-03: the length of "
            "an approval [length of authorization]",
        ),
        ({"approved_to": "2025-07-03"}, "to 2025-07-03 The policy allows 6 months, until 2025-07-03: the length of an"),
        ({"request_type": "renewal"}, "12 months, until 2026-01-03: the length of a renewal [length of renewal]"),
        (
            {"request_type": "renewal", "exception_approved": "yes"},
            "30 days, until 2025-02-02: the length of an approved exception [exceptions]",
        ),
    ],
)
def test_the_length_that_is_allowed_is_told(tmp_path: Path, asked: dict[str, str], words: str) -> None:
    code = {"payer": "Renewals Health", "hcpcs_code": "J1116"}
    tables = {"medical_claim": [claim(**code)], "authorization": [authorization(**code, **asked)]}
    with opened(tmp_path / "data", tables, policies=rules(tmp_path, "invented-renewals")) as study:
        assert words in said(study.explain("A1"))


def test_an_indication_s_length_holds_for_its_renewals_too(tmp_path: Path) -> None:
    length = 'authorization_length = { months = 6, citation = "Policy, length of authorization" }\n'
    more = f'{length}renewal_length = {{ months = 9, citation = "Policy, length of renewal" }}\n'
    policies = rules(tmp_path, "invented-indications", (length, more))
    [whole] = rules(tmp_path / "whole", "invented-indications").glob("*.toml")
    assert "6 months, for a renewal too [length of authorization]" in " ".join(show_text(load_policy(whole)).split())
    shown = " ".join(show_text(load_policy(policies / "invented-indications.toml")).split())
    assert "6 months [length of authorization] 9 months for a renewal [length of renewal]" in shown
    assert "12 months ('adjuvant melanoma'), for a renewal too [length of authorization]" in shown
    code = {"payer": "Indications Health", "hcpcs_code": "J1115", "request_type": "renewal"}
    tables = {
        "medical_claim": [claim(payer="Indications Health", hcpcs_code="J1115")],
        "authorization": [
            authorization(**code, diagnosis_code="C43.59"),
            authorization(**code, authorization_id="A2", person_id="P2", diagnosis_code="C34.1"),
        ],
        "clinical_answer": [{"authorization_id": "A1", "question": "setting", "answer": "adjuvant"}],
    }
    with opened(tmp_path / "data", tables, policies=policies) as study:
        one, other = said(study.explain("A1")), said(study.explain("A2"))
    told_one = (
        "12 months, until 2026-01-03: the length of an approval of the indication 'adjuvant melanoma', for a renewal"
    )
    assert told_one in one and "9 months, until 2025-10-03: the length of a renewal [" in other


# ---- Facts and reviews


def test_a_converted_result_tells_its_factor(tmp_path: Path) -> None:
    code = {"payer": "Labs Health", "hcpcs_code": "J1114"}
    results = [("718-7", "98", "g/L", ""), ("777-3", "120", "10*3/uL", ""), ("2160-0", "1.95", "mg/dL", "1.3")]
    tables = {
        "medical_claim": [claim(**code)],
        "authorization": [authorization(**code)],
        "observation": [
            {"person_id": "P1", "observation_date": "2025-01-01", "source_code": loinc, "result": result}
            | {"source_units": unit, "source_reference_range_high": high}
            for loinc, result, unit, high in results
        ],
    }
    with opened(tmp_path / "data", tables, policies=rules(tmp_path, "invented-labs")) as study:
        text = said(study.explain("A1"))
    # Units are written as in the policy; one that it doesn't name, as extracts are read.
    assert "hemoglobin 9.8, laboratory, 2025-01-01: 98 g/L × 0.1 = 9.8 g/dL" in text
    assert "platelets 120, laboratory, 2025-01-01: 120 10*3/uL" in text
    assert "creatinine_uln 1.5, laboratory, 2025-01-01: 1.95 mg/dl of an upper limit of 1.3" in text


@pytest.mark.parametrize(
    ("written", "told"), [("c34.1", "C34.1"), ("C341", "C34.1"), ("C50", "C50"), ("0123456", "0123456"), ("C", "C")]
)
def test_a_diagnosis_is_told_with_its_dot(tmp_path: Path, written: str, told: str) -> None:
    """What is no code of ICD-10-CM stands as it is."""
    code = {"payer": "Indications Health", "hcpcs_code": "J1115"}
    request = authorization(**code, diagnosis_code=written)
    tables = {"medical_claim": [claim(**code)], "authorization": [request]}
    with opened(tmp_path / "data", tables, policies=rules(tmp_path, "invented-indications")) as study:
        text = said(study.explain("A1"))
    assert f"diagnosis_code {told}, as the request says" in text


def test_the_other_results_of_the_day_are_named(tmp_path: Path) -> None:
    """Of several on one day the greatest counts; one in a unit that says nothing, and one of the day before, don't."""
    results = [
        ("718-7", "9.8", "g/dL", "2025-01-01"),
        ("718-7", "91", "g/L", "2025-01-01"),
        ("20509-6", "9.5", "g/dL", "2025-01-01"),
        ("718-7", "9.8", "g/dL", "2025-01-01"),
        ("718-7", "99", "mmol/L", "2025-01-01"),
        ("718-7", "12", "g/dL", "2024-12-31"),
        ("777-3", "120", "10*3/uL", "2025-01-01"),
    ]
    tables = {
        "medical_claim": [claim(payer="Labs Health", hcpcs_code="J1114")],
        "authorization": [authorization(payer="Labs Health", hcpcs_code="J1114")],
        "observation": [
            {"person_id": "P1", "observation_date": on, "source_code": loinc, "result": result, "source_units": unit}
            for loinc, result, unit, on in results
        ],
    }
    with opened(tmp_path / "data", tables, policies=rules(tmp_path, "invented-labs")) as study:
        text = said(study.explain("A1"))
    greatest = "hemoglobin 9.8, laboratory, 2025-01-01: 9.8 g/dL, the greatest of that day (beside 91 g/L and 9.5 g/dL)"
    assert greatest in text
    assert text.count("the greatest of that day") == text.count("(beside 91 g/L and 9.5 g/dL)")


def test_what_says_otherwise_is_named(tmp_path: Path) -> None:
    answers = {"single_agent": "yes", "combination_with_capecitabine": "yes"}
    tables = {
        "medical_claim": [claim(payer="Emblem")],
        "authorization": [authorization(payer="Emblem")],
        "clinical_answer": [{"authorization_id": "A1", "question": q, "answer": a} for q, a in answers.items()],
    }
    with opened(tmp_path / "answers", tables, EMBLEM) as study:
        text = said(study.explain("A1"))
    assert (
        "single_agent: yes, as documented with the request; but combination_with_capecitabine is yes, which says no"
        in text
    )
    code = {"payer": "Step Health", "hcpcs_code": "J1117"}
    tables = {
        "medical_claim": [
            claim(payer="Step Health", hcpcs_code="J1745", claim_id=day, claim_line_start_date=day)
            for day in ("2025-02-01", "2025-02-08")
        ],
        "authorization": [authorization(**code, received_at="2025-02-20")],
        "clinical_answer": [{"authorization_id": "A1", "question": "infused_tried", "answer": "no"}],
    }
    with opened(tmp_path / "claims", tables, policies=rules(tmp_path, "invented-step")) as study:
        text = said(study.explain("A1"))
    assert (
        "infused_tried: no, as documented with the request; but claims show the infused drug in the 6 months before "
        "the received date, which says yes" in text
    )


def test_reviews_that_are_not_used_are_listed(tmp_path: Path) -> None:
    wrote = [("1.B", "met"), ("9.Z", "not_met"), ("1", "met"), ("1.A", "perhaps")]
    reviews = [{"authorization_id": "A1", "criterion_id": name, "determination": word} for name, word in wrote]
    tables = {"medical_claim": [claim()], "authorization": [authorization()], "criterion_review": reviews}
    with opened(tmp_path, tables, HARBOR) as study:
        text = said(study.explain("A1"))
        refused = set(study.quarantine.filter(table_name="criterion_review")["reason"])
    part = text.split("Reviews that are not used")[1].split("What the request documents")[0]
    assert "9.Z not met; not used: none of the criteria that this request faces" in part
    assert "unknown_criterion" in refused and "1.B" not in part
    with opened(tmp_path / "none", {**tables, "criterion_review": reviews[:1]}, HARBOR) as study:
        assert "Reviews that are not used" not in said(study.explain("A1"))


def test_days_are_explained_by_their_date(tmp_path: Path) -> None:
    answers = [{"authorization_id": "A1", "question": "tuberculosis_tested_on", "answer": "2024-12-31"}]
    tables = {
        "medical_claim": [claim(payer="Dates Health", hcpcs_code="J1119")],
        "authorization": [authorization(payer="Dates Health", hcpcs_code="J1119", received_at="2025-01-02T08:00:00")],
        "clinical_answer": answers,
    }
    with opened(tmp_path / "data", tables, policies=rules(tmp_path, "invented-dates")) as study:
        text = said(study.explain("A1"))
    assert "tuberculosis_test_days 2, the days from tuberculosis_tested_on (2024-12-31) to the received date" in text


@pytest.mark.parametrize(
    ("decision", "day", "says"),
    [
        ("approved", "2020-01-01", "Approved, though by the documents the criteria are not met"),
        ("denied", "2024-12-31", "Denied, though by the documents all criteria are met"),
        ("approved", "2024-12-31", None),
    ],
)
def test_documents_that_speak_against_the_decision_are_told(
    tmp_path: Path, decision: str, day: str, says: str | None
) -> None:
    answers = {"tuberculosis_tested_on": day, "last_treated_on": "2024-01-01"}
    request = authorization(payer="Dates Health", hcpcs_code="J1119", received_at="2025-01-02T08:00:00")
    tables = {
        "medical_claim": [claim(payer="Dates Health", hcpcs_code="J1119")],
        "authorization": [request | {"decision": decision}],
        "clinical_answer": [
            {"authorization_id": "A1", "question": question, "answer": answer} for question, answer in answers.items()
        ],
    }
    with opened(tmp_path / "data", tables, policies=rules(tmp_path, "invented-dates")) as study:
        text = said(study.explain("A1"))
    assert says in text if says else "though by the documents" not in text
