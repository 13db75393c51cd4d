"""What else answers a question: faults of its tables, what is said of it, and what a change of it does."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from analytics.policy.evidence import ExampleClaim, ExampleLab
from analytics.policy.load import load_policy, read_policy
from analytics.policy.model import CriteriaExample, Policy
from analytics.workbench import trial
from analytics.workbench.diff import compare
from analytics.workbench.logic import unreachable
from tests.policies import FOLDER
from tests.support import authorization, claim, opened
from tests.test_policy_examples import WORDS, claimed, evaluated, measured, ruled, with_claims


def changed(tmp_path: Path, stem: str, *changes: tuple[str, str]) -> Path:
    """An invented policy's file with texts replaced."""
    text = (FOLDER / f"{stem}.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    file = tmp_path / f"{stem}.toml"
    file.write_text(text, encoding="utf-8")
    return file


def faults(tmp_path: Path, stem: str, *changes: tuple[str, str]) -> list[str]:
    return read_policy(changed(tmp_path, stem, *changes))[0].messages()


#: Old text, new text, and what is said of it.
LAB_FAULTS = [
    (
        'value = "result"\nunit = "g/dL"\n',
        'value = "result"\n',
        "lab[1].unit: is missing, and goes with value = result",
    ),
    (
        'value = "result"\nunit = "10',
        'unit = "10',
        "lab[3].unit: is of a multiple of the upper limit, which has no unit",
    ),
    ('"upper_limit_multiple"', '"upper_limit_multiple"\nunit = "1"', "lab[4].unit: doesn't go with value"),
    ('unit = "g/L"', 'unit = "G/DL"', "lab[1].conversion: 'g/dl' is given twice; right would be one factor a unit"),
    ("factor = 0.1", "factor = 0", "factor: 0 is not possible; right would be above 0"),
    ('loinc = "20509-6"', 'loinc = "718-7"', "lab: two give hemoglobin by 718-7; right would be one"),
    ('fact = "platelets"\nloinc', 'fact = "hemoglobin"\nloinc', "'hemoglobin' is in g/dL by 718-7 and in 10*3/uL by"),
    ('{ loinc = "718-7", days_before = 13', '{ loinc = "718-8", days_before = 13', "718-8' has a last digit"),
    ("below = 10", 'below = 10, above = 3, one_of = ["x"]', "is compared in 3 ways (above, below, one_of); right"),
]


@pytest.mark.parametrize(("old", "new", "said"), LAB_FAULTS, ids=lambda text: text[:20])
def test_faults_of_labs(tmp_path: Path, old: str, new: str, said: str) -> None:
    found = faults(tmp_path, "invented-labs", (old, new))
    assert any(said in message for message in found), found


def test_what_a_change_of_a_lab_does(tmp_path: Path) -> None:
    one = load_policy(FOLDER / "invented-labs.toml")
    edits = [
        ("days = 30", "days = 60"),
        ('conversion = [{ unit = "g/L", factor = 0.1 }]\n', ""),
        ("below = 10", "below = 11"),
    ]
    other = load_policy(changed(tmp_path, "invented-labs", *edits))
    found = {(change.effect, change.sentence) for change in compare(one, one.versions[0], other, other.versions[0])}
    assert found == {
        # A result of 45 days before, good or bad, now stands before the answer.
        (
            "depends",
            "Results for 'platelets' are looked at in the 60 days up to and including the received date instead of 30 "
            "(LOINC 777-3).",
        ),
        ("depends", "Results for 'hemoglobin' are looked at in g/dL instead of g/dL or g/L (LOINC 718-7)."),
        ("looser", "'1.A' (Hemoglobin below 10 g/dL): below 11 instead of 10."),
    }


def test_what_changed_alike_of_several_tests_is_told_once(tmp_path: Path) -> None:
    one = load_policy(FOLDER / "invented-labs.toml")
    other = replace(one, labs=tuple(replace(lab, days=lab.days + 1) for lab in one.labs))
    told = [change.sentence for change in compare(one, one.versions[0], other, other.versions[0])]
    both = [sentence for sentence in told if "'hemoglobin'" in sentence]
    assert len(both) == 1 and both[0].endswith("instead of 14 (LOINC 718-7, 20509-6).")


@pytest.mark.parametrize(
    ("first", "second", "is_possible"),
    [
        ("above = 10", "at_most = 10", False),
        ("at_least = 10", "at_most = 10", True),
        ("at_least = 10", "below = 10", False),
        ("above = 10", "below = 10.1", True),
    ],
)
def test_bounds_that_exclude_each_other(tmp_path: Path, first: str, second: str, is_possible: bool) -> None:
    both = f'{{ all = [{{ fact = "hemoglobin", {first} }}, {{ fact = "hemoglobin", {second} }}] }}'
    file = changed(tmp_path, "invented-labs", ('{ fact = "hemoglobin", below = 10 }', both))
    policy = load_policy(file)
    assert (unreachable(policy, policy.versions[0].initial) == []) == is_possible


# ---- Days since a date


def test_one_date_for_the_days_since(tmp_path: Path) -> None:
    edit = ('fact = "treatment_free_days"\nquestion', 'fact = "tuberculosis_test_days"\nquestion')
    (found,) = faults(tmp_path, "invented-dates", edit)
    assert "two have the name 'tuberculosis_test_days'" in found


def test_days_are_counted_from_another_date() -> None:
    one = load_policy(FOLDER / "invented-dates.toml")
    other = replace(one, days_since=(replace(one.days_since[0], question="last_treated_on"), one.days_since[1]))
    (change,) = compare(one, one.versions[0], other, other.versions[0])
    assert change.sentence == (
        "'tuberculosis_test_days', if unanswered, is the days since 'last_treated_on' instead of "
        "'tuberculosis_tested_on'."
    )


# ---- Prior therapy

STEP_FAULTS = [
    ("doses = 2\n", "doses = 2\ndays = 3\n", "has both 'doses' and 'days'; right would be one"),
    ("months = 6\ndoses = 2\n", "months = 6\n", "has neither 'doses' nor 'days'; right would be one"),
    ('code_list = "infused"\n', "", "names no codes; right would be code_list, ndc_list or both"),
    ('ndc_list = "tablets"', 'ndc_list = "infused"', "the code list 'infused' is of HCPCS; right would be one of NDC"),
    ('fact = "tablets_tried"\n', 'fact = "infused_tried"\n', "two have the name 'infused_tried'"),
    ('name = "infused_tried"', 'name = "tablets_tried_contradicted"', "'tablets_tried_contradicted' is a question too"),
    ('therapy = "infused lately"', 'therapy = "infused_tried"', "'infused_tried' is the fact of a prior_therapy too"),
    ("days_before = 183 }", "days_before = -1 }", "-1 is not possible"),
]


@pytest.mark.parametrize(("old", "new", "said"), STEP_FAULTS, ids=lambda text: text[:20])
def test_faults_of_prior_therapies(tmp_path: Path, old: str, new: str, said: str) -> None:
    found = faults(tmp_path, "invented-step", (old, new))
    assert any(said in message for message in found), found


#: Of worked examples that speak of other drugs.
DRUG_FAULTS = [
    ('claim = [{ hcpcs_code = "J9250", days_after = 7', 'claim = [{ hcpcs_code = "J9250", days_after = 0', "0 is not"),
    (
        "days_after = 7 }",
        "days_after = 7, days_before = 7 }",
        "has both 'days_before' and 'days_after'; right would be",
    ),
    (
        '{ hcpcs_code = "J9250", days_after = 7 }',
        "{ days_after = 7 }",
        "has neither 'hcpcs_code' nor 'ndc'; right would be",
    ),
    (
        'therapy = { "with the tablets" = "derived" }',
        'therapy = { "with the tablets" = "shown" }',
        "'shown' is unknown",
    ),
    ('therapy = { "with the tablets"', 'therapy = { "infused lately"', "not looked for around an administration"),
    ('therapy = { "infused lately"', 'therapy = { "with the tablets"', "not looked for before a request"),
    ('facts = { tablets_tried = "no" }\nclaim', 'facts = { tablet_tried = "no" }\nclaim', "no question of the file"),
    ("days_before = 60 }]", "days_after = 60 }]", "days_after"),
]


@pytest.mark.parametrize(("old", "new", "said"), DRUG_FAULTS, ids=lambda text: text[:20])
def test_faults_of_examples_of_other_drugs(tmp_path: Path, old: str, new: str, said: str) -> None:
    found = faults(tmp_path, "invented-step", (old, new))
    assert said in found[0], found


def test_an_example_of_another_drug_can_fail(tmp_path: Path) -> None:
    edits = [("around_days = 7", "around_days = 8"), ("months = 2\nimplied_by", "months = 1\nimplied_by")]
    dosing, criteria = trial.run(load_policy(changed(tmp_path, "invented-step", *edits)))
    assert [each.difference() for each in (*dosing, *criteria) if each.difference()] == [
        'expected therapy."with the tablets" = not shown, found therapy."with the tablets" = derived',
        'expected therapy."infused lately" = derived, found therapy."infused lately" = not shown',
    ]


def test_what_a_change_of_a_prior_therapy_does(tmp_path: Path) -> None:
    one = load_policy(FOLDER / "invented-step.toml")
    edits = [
        ("doses = 2\n", "doses = 3\n"),
        ("months = 12\n", "months = 24\n"),
        ('{ code = "Q5103"', '{ code = "Q5104"'),
    ]
    text = changed(tmp_path, "invented-step", *edits)
    other = load_policy(text)
    found = {
        (each.effect, each.id, each.sentence[:18]) for each in compare(one, one.versions[0], other, other.versions[0])
    }
    assert found == {
        ("stricter", "infused_tried", "infused_tried, if "),
        ("depends", "infused_tried", "Other codes stand "),
        ("looser", "tablets_tried", "tablets_tried, if "),
        # The same list says what claims show without deciding anything.
        ("neutral", "infused lately", "Claims of Q5104 sh"),
        ("neutral", "infused lately", "Claims of Q5103 no"),
    }


UNUSABLE = [
    ({"claim_status": "denied"}, {}),
    ({"service_unit_quantity": "-1"}, {}),
    ({"claim_frequency_code": "8"}, {}),
    ({"claim_line_start_date": "2024-09-01"}, {}),
    ({}, {"quantity": "-30"}),
    ({}, {"days_supply": "-84"}),
    ({}, {"dispensing_date": "2024-09-01"}),
    ({}, {"person_id": "someone else"}),
]


def test_claims_that_show_nothing(tmp_path: Path) -> None:
    """One change each makes a claim that would do by itself say nothing; the first persons' stand as they are."""
    policy = load_policy(FOLDER / "invented-step.toml")
    payer = {"payer": policy.payers[0]}
    requests, claims, fills = [], [], []
    for number, (medical, fill) in enumerate([({}, {}), *UNUSABLE]):
        person = f"P{number}"
        requests.append(
            authorization(
                **payer, authorization_id=person, person_id=person, hcpcs_code="J1117", received_at="2024-08-31"
            )
        )
        line = {"claim_id": person, "person_id": person, "hcpcs_code": "J1745", "service_unit_quantity": "1"}
        claims.append(claim(**payer, **line | {"claim_id": f"{person}a", "claim_line_start_date": "2024-08-01"}))
        claims.append(claim(**payer, **{**line, "claim_line_start_date": "2024-08-02", **medical}))
        fills.append(
            {"person_id": person, "dispensing_date": "2024-06-01", "ndc_code": "54321-123-01", "quantity": "84"}
        )
        fills[-1] |= {"days_supply": "84", **fill}
    tables = {"authorization": requests, "medical_claim": claims, "pharmacy_claim": fills}
    with opened(tmp_path, tables, policies=FOLDER, as_of=date(2024, 12, 31)) as study:
        assert study.request.height == 9
        rows = study.engine.rows("select authorization_id, fact from request_fact where fact like '%tried'")
    shown = {person: {fact for key, fact in rows if key == person} for person in (f"P{n}" for n in range(9))}
    both = {"infused_tried", "tablets_tried"}
    assert shown["P0"] == both
    assert [shown[f"P{n}"] for n in range(1, 9)] == [{"tablets_tried"}] * 4 + [{"infused_tried"}] * 4


# ---- At random, against plain Python


def drawn(policy: Policy, dice: random.Random, day: date) -> CriteriaExample:
    """A request with random claims or results around the bounds, and what plain Python says of it."""
    facts = {therapy.fact: "no" for therapy in policy.prior_therapies if dice.random() < 0.3}
    codes = ["J1745", "J1745", "Q5103", "J9250", "J0000"]
    fills = ["54321-0123-07", "05432-1012-30"]
    claims = [
        ExampleClaim(dice.choice(codes), None, dice.choice((0, 0, 1, 1, 181, 182, 183, 184, 365, 366, 367)), None)
        if dice.random() < 0.7
        else ExampleClaim(None, dice.choice(fills), dice.randrange(380), dice.choice((28, 42, 84)))
        for _ in range(dice.randrange(7))
    ]
    labs = [
        ExampleLab(
            dice.choice(("718-7", "20509-6", "777-3", "2160-0")),
            dice.choice((0, 13, 14, 29, 30)),
            dice.choice((Decimal("9.9"), Decimal(10), Decimal(99), Decimal(100), Decimal("1.5"))),
            dice.choice((None, "g/dL", "g/L", "10*3/uL")),
            dice.choice((None, Decimal(1), Decimal("66.6"))),
        )
        for _ in range(dice.randrange(6))
    ]
    example = CriteriaExample(
        *("drawn", day, "initial", facts, {}, {}, {}, ()),  # type: ignore[arg-type]
        labs=tuple(labs) if policy.labs else (),
        claims=tuple(claims) if policy.prior_therapies else (),
    )
    known = with_claims(facts | measured(policy, example), claimed(policy, example))
    found: dict[str, int] = {}
    evaluated(policy.versions[0].initial, known, found)
    raised = tuple(flag.name for flag in policy.flags if ruled(flag.rule, known) == 1)
    return replace(example, evaluated={node: WORDS[value] for node, value in found.items()}, flags=raised)


@pytest.mark.parametrize("stem", ["invented-step", "invented-labs"])
def test_random_evidence_is_what_plain_python_says(stem: str) -> None:
    dice = random.Random(stem)
    policy = load_policy(FOLDER / f"{stem}.toml")
    days = (date(2024, 8, 29), date(2024, 8, 31), date(2024, 9, 1))
    examples = tuple(drawn(policy, dice, dice.choice(days)) for _ in range(150))
    values = Counter(example.evaluated["1.A"] for example in examples)
    assert min(values["met"], values["not_met"], values["unknown"]) > 10, values
    _, told = trial.run(replace(policy, criteria_examples=examples))
    assert [each.difference() for each in told] == [""] * len(examples)


def test_results_that_are_no_multiples_need_no_upper_limit(tmp_path: Path) -> None:
    """The gate warns of the one lab that the policy asks for as a multiple, and of none of the others."""
    labs = ("718-7", "20509-6", "777-3", "2160-0")
    observed = {"person_id": "P1", "observation_date": "2025-01-01", "result": "9"}
    tables = {
        "medical_claim": [claim(payer="Labs Health", hcpcs_code="J1114")],
        "authorization": [authorization(payer="Labs Health", hcpcs_code="J1114")],
        "observation": [{**observed, "source_code": code} for code in labs],
    }
    with opened(tmp_path, tables, policies=FOLDER) as study:
        rows = study.frame("quality_result").filter(expectation="observation.source_reference_range_high.present")
        assert rows.select("n_checked", "n_failed").rows() == [(1, 1)]
