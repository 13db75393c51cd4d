"""Several indications in one file: which one a request is of, and what hangs on it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest

from analytics.policy.indications import alternatives, n_ways
from analytics.policy.load import load_policy, read_policy
from analytics.policy.model import CriteriaExample
from analytics.study import Study
from analytics.workbench import trial
from analytics.workbench.check import check
from analytics.workbench.diff import compare
from tests.policies import FOLDER
from tests.support import authorization, claim, opened
from tests.test_policy_evidence import changed
from tests.test_policy_examples import WORDS, evaluated, of_indication, ruled

STEM = "invented-indications"
POLICY = load_policy(FOLDER / f"{STEM}.toml")
VERSION = POLICY.versions[0]
#: One more criterion, for the tree of an indication.
EXTRA = replace(
    VERSION.indications[0].initial.children[0],
    criterion=replace(POLICY.criteria["2.adult"], id="9.extra", label="Extra"),
)
VALUES = {
    "diagnosis_code": (None, "C43.59", "C43.0", "C78.7", "C39.9", "C50.911"),
    "setting": (None, "adjuvant", "advanced"),
    "age_years": (None, "12", "17"),
    "trial_of_other": (None, "yes"),
    "site_of_care": ("home",),
}


def test_every_choice_is_what_plain_python_says() -> None:
    examples = []
    for values in product(*VALUES.values()):
        facts = {name: value for name, value in zip(VALUES, values, strict=True) if value is not None}
        indication = of_indication(VERSION, facts)
        found: dict[str, int] = {}
        evaluated(VERSION.tree("initial", indication), facts, found)
        expected = {node: WORDS[value] for node, value in found.items()}
        name = indication.name if indication else "not listed"
        day = POLICY.criteria_examples[0].on
        examples.append(CriteriaExample(str(facts), day, "initial", facts, {}, expected, {}, (), (), name))  # type: ignore[arg-type]
    assert {example.indication for example in examples} == {"adjuvant melanoma", "melanoma", "not listed"}
    _, told = trial.run(replace(POLICY, criteria_examples=tuple(examples)))
    assert [each.difference() for each in told] == [""] * len(examples)


# ---- What hangs on it, through the whole product


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    """Three requests (one not listed), each approved for a year from its day, and doses that they cover."""
    payer = {"payer": POLICY.payers[0], "hcpcs_code": "J1115"}
    requests, claims, answers = [], [], []
    for key, code, regimen in (
        ("M", "C43.0", None),
        ("A", "C43.9", None),
        ("N", "A00.0", None),
        ("F", "C43.9", "fortnightly"),
    ):
        requests.append(
            authorization(
                **payer,
                authorization_id=key,
                person_id=key,
                diagnosis_code=code,
                regimen=regimen,
                received_at="2025-01-04",
                decided_at="2025-01-04",
                approved_from="2025-01-04",
                approved_to="2026-01-03",
                bsa_m2="2.0",
            )
        )
        answers.append({"authorization_id": key, "question": "setting", "answer": "adjuvant"})
        claims.append(
            claim(**payer, claim_id=key, person_id=key, claim_line_start_date="2025-02-01", service_unit_quantity="20")
        )
    claims.append(claim(**payer, claim_id="U", person_id="U", service_unit_quantity="20"))
    reviews = [{"authorization_id": key, "criterion_id": "1.site", "determination": "met"} for key in "MAN"]
    reviews.append({"authorization_id": "N", "criterion_id": "3.tried", "determination": "met"})
    tables = {
        "medical_claim": claims,
        "authorization": requests,
        "clinical_answer": answers,
        "criterion_review": reviews,
    }
    with opened(tmp_path_factory.mktemp("indications"), tables, policies=FOLDER) as found:
        yield found


def test_an_approval_is_as_long_as_its_indication_says(study: Study) -> None:
    rows = {row["authorization_id"]: row["approved_too_long"] for row in study.request.rows(named=True)}
    assert rows == {"A": False, "F": False, "M": True, "N": True}


def test_doses_are_held_to_the_regimens_of_the_indication(study: Study) -> None:
    """20 units are the fortnightly dose; after surgery the monthly one alone is allowed, whatever is named."""
    tested: dict[str, set[str]] = {}
    for row in study.limit_result.rows(named=True):
        tested.setdefault(row["person_id"], set()).add(row["regimen"])
    both = {"fortnightly", "monthly"}
    assert tested == {"A": {"monthly"}, "F": {"monthly"}, "M": both, "N": both, "U": both}
    status = {row["person_id"]: row["status"] for row in study.administration.rows(named=True)}
    assert {key: status[key] for key in "AFM"} == {"A": "exceeds", "F": "exceeds", "M": "within"}


def test_a_request_faces_the_criteria_of_its_indication_alone(study: Study) -> None:
    faced: dict[str, set[str]] = {}
    for row in study.criterion_result.rows(named=True):
        faced.setdefault(row["authorization_id"], set()).add(row["criterion_id"])
    shared = {"1", "1.listed", "1.oncologist", "1.site"}
    own = {"2", "2.adult"}
    assert faced == {"M": shared | {"3", "3.tried"}, "A": shared | own, "F": shared | own, "N": shared}
    counts = {row["criterion_id"]: row["n_decided"] for row in study.approval_by_criterion.rows(named=True)}
    assert counts == {**dict.fromkeys(shared, 4), "2": 2, "2.adult": 2, "3": 1, "3.tried": 1}
    quarantined = study.quarantine.filter(table_name="criterion_review").rows(named=True)
    assert [row["reason"] for row in quarantined] == ["unknown_criterion"]
    conjuncts = {row["criterion_id"] for row in study.approval_by_criterion.rows(named=True) if row["is_conjunct"]}
    assert conjuncts == {"1.listed", "1.oncologist", "1.site", "2.adult", "3"}


# ---- Faults, checks and comparisons

FAULTS = [
    ("listed = true\n", 'test = { fact = "site_of_care", one_of = ["home"] }\n', "has no criterion with listed = true"),
    ('regimens = ["monthly"]', 'regimens = ["montly"]', "'montly' is no regimen of the version"),
    ('name = "melanoma"', 'name = "lung cancer"', "two have the name 'lung cancer'"),
    ('when = { any = [', "when = { some = [", "when.some: 'some' is an unknown key"),
    ('{ id = "4", all = ["4.adult"] }', '{ id = "4", all = ["1.site"] }', "'1.site' stands in the tree of 'lung"),
    ('initial = { id = "1", all =', 'initial = { id = "1", any =', "is no all, and indications add to it"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), FAULTS, ids=lambda text: text[:20])
def test_faults_of_indications(tmp_path: Path, old: str, new: str, said: str) -> None:
    found = read_policy(changed(tmp_path, STEM, (old, new)))[0].messages()
    assert any(said in message for message in found), found


def test_listed_without_indications(tmp_path: Path) -> None:
    text = (FOLDER / f"{STEM}.toml").read_text(encoding="utf-8")
    start, end = text.index("[[version.indication]]"), text.index("[[version.regimen]]")
    (tmp_path / f"{STEM}.toml").write_text(text[:start] + text[end:], encoding="utf-8")
    found = read_policy(tmp_path / f"{STEM}.toml")[0].messages()
    assert any("has a criterion with listed = true; right would be one or more" in message for message in found)


def test_an_indication_that_is_never_picked(tmp_path: Path) -> None:
    file = changed(tmp_path, STEM, ('prefixes = ["C34"], silent_prefixes = ["C39"]', 'prefixes = ["C43.5"]'))
    said = "'lung cancer' can never be picked: 'melanoma' stands before it and takes every code that it names"
    assert not any(said in finding for finding in check([file])[0].findings), "melanoma has two ways"
    text = file.read_text(encoding="utf-8")
    start = text.index("when = { any = [")
    end = text.index("\n", start)
    file.write_text(
        text[:start] + 'when = { fact = "diagnosis_code", prefixes = ["C43"] }' + text[end:], encoding="utf-8"
    )
    line = file.read_text(encoding="utf-8").splitlines().index('name = "lung cancer"') + 1
    place = f"line {line}, version[1].indication[3].name: {said}"
    assert any(place in finding for finding in check([file])[0].findings)


def test_a_regimen_that_no_indication_allows(tmp_path: Path) -> None:
    """Where every indication names its regimens, one that none names is a slip; where one names none, all are open."""
    file = changed(tmp_path, STEM)
    text = file.read_text(encoding="utf-8")
    assert not any("no indication allows" in finding for finding in check([file])[0].findings)
    before, *rest = text.split("[[version.indication]]")
    named = [part if "regimens =" in part else '\nregimens = ["monthly"]' + part.lstrip(" ") for part in rest]
    file.write_text("[[version.indication]]".join([before, *named]), encoding="utf-8")
    found = check([file])[0].findings
    line = file.read_text(encoding="utf-8").splitlines().index('name = "fortnightly"') + 1
    said = f"line {line}, version[1].regimen[1].name: no indication allows 'fortnightly', and each names the regimens"
    assert any(said in finding for finding in found), found


def test_a_criterion_that_its_indication_excludes(tmp_path: Path) -> None:
    old = 'test = { fact = "trial_of_other", one_of = ["yes"] }'
    new = old.replace("{ fact", "{ all = [{ fact").replace(
        "] }", '] }, { fact = "diagnosis_code", prefixes = ["C50"] }] }'
    )
    file = changed(tmp_path, STEM, (old, new))
    found = check([file])[0].findings
    line = file.read_text(encoding="utf-8").splitlines().index('initial = { id = "3", all = ["3.tried"] }') + 1
    said = f"line {line}, version[1].indication[2].initial: '3' can never be met"
    assert any(said in finding for finding in found), found


def test_what_a_change_of_an_indication_does(tmp_path: Path) -> None:
    text = (FOLDER / f"{STEM}.toml").read_text(encoding="utf-8")
    text = text[: text.index("[[example.")]
    text = text.replace('regimens = ["monthly"]\n', "").replace('name = "lung cancer"', 'name = "lung"')
    text = text.replace("{ months = 12,", "{ months = 9,").replace("at_least = 12", "at_least = 18")
    (tmp_path / f"{STEM}.toml").write_text(text, encoding="utf-8")
    other = load_policy(tmp_path / f"{STEM}.toml")
    found = {(change.effect, change.sentence) for change in compare(POLICY, VERSION, other, other.versions[0])}
    assert found == {
        ("looser", "For 'adjuvant melanoma', the regimens allowed are all instead of monthly."),
        ("looser", "The indication 'lung' is new: Lung cancer."),
        ("stricter", "The indication 'lung cancer' is gone: Lung cancer."),
        ("stricter", "An approval for 'adjuvant melanoma' is for 9 months instead of 12 months."),
        ("stricter", "An approval of a renewal for 'adjuvant melanoma' is for 9 months instead of 12 months."),
        ("stricter", "For 'adjuvant melanoma', '2.adult' (At least 12 years old): at least 18 instead of 12."),
    }


def test_the_order_of_indications_that_a_request_may_fit_both() -> None:
    first, second, last = VERSION.indications
    turned = replace(VERSION, indications=(second, first, last))
    (change,) = compare(POLICY, VERSION, POLICY, turned)
    assert (change.area, change.effect, change.sentence) == (
        "indication",
        "depends",
        "The indication 'melanoma' stands before 'adjuvant melanoma', and stood behind it: a request that fits both is "
        "judged by 'melanoma'.",
    )
    turned = replace(VERSION, indications=(first, last, second))
    (change,) = compare(POLICY, VERSION, POLICY, turned)
    assert change.effect == "neutral" and change.sentence.endswith("would be judged by 'lung cancer'; none does.")


def test_what_changes_for_several_indications_names_them() -> None:
    """The same criterion in two indications' trees is told once with both names; in every one of them, without."""

    def without(*names: str) -> list[str]:
        some = tuple(
            replace(each, initial=replace(each.initial, children=(*each.initial.children, EXTRA)))
            if each.name in names
            else each
            for each in VERSION.indications
        )
        return [change.sentence for change in compare(POLICY, VERSION, POLICY, replace(VERSION, indications=some))]

    said = "'9.extra' is new and must be met as well: Extra."
    assert without("melanoma") == [f"For 'melanoma', {said}"]
    assert without("adjuvant melanoma", "lung cancer") == [f"For 'adjuvant melanoma' and 'lung cancer', {said}"]
    assert without("adjuvant melanoma", "melanoma", "lung cancer") == [said]


# ---- Lengths of first approvals, renewals and exceptions


def test_each_approval_has_the_length_of_its_kind(tmp_path: Path) -> None:
    """The last day that is not too long, and the first that is: 6 months, 12 of a renewal, 30 days of an exception."""
    policy = load_policy(FOLDER / "invented-renewals.toml")
    kinds = {("initial", "no"): "2025-07-03", ("renewal", "no"): "2026-01-03"}
    kinds |= {("initial", "yes"): "2025-02-02", ("renewal", "yes"): "2025-02-02"}
    requests = [
        authorization(
            payer=policy.payers[0],
            hcpcs_code="J1116",
            authorization_id=f"{kind}-{exception}-{more}",
            request_type=kind,
            exception_approved=exception,
            approved_from="2025-01-04",
            approved_to=str(date.fromisoformat(last) + timedelta(days=more)),
        )
        for (kind, exception), last in kinds.items()
        for more in (0, 1)
    ]
    claims = [claim(payer=policy.payers[0], hcpcs_code="J1116")]
    with opened(tmp_path, {"authorization": requests, "medical_claim": claims}, policies=FOLDER) as study:
        rows = {row["authorization_id"]: row["approved_too_long"] for row in study.request.rows(named=True)}
    assert rows == {f"{kind}-{exception}-{more}": more == 1 for kind, exception in kinds for more in (0, 1)}


def test_what_a_change_of_lengths_does(tmp_path: Path) -> None:
    one = load_policy(FOLDER / "invented-renewals.toml")
    edits = [("renewal_length = { months = 12,", "renewal_length = { months = 6,"), ("{ days = 30,", "{ days = 60,")]
    other = load_policy(changed(tmp_path, "invented-renewals", *edits))
    found = {(change.effect, change.sentence) for change in compare(one, one.versions[0], other, other.versions[0])}
    assert found == {
        ("stricter", "The approval of a renewal is for 6 months instead of 12 months."),
        ("looser", "An approved exception is for 60 days instead of 30 days."),
    }


# ---- Told apart by more than any and all


ON = date(2024, 6, 3)
FACTS = {
    "metastatic": (None, "yes", "no"),
    "visceral_disease": (None, "yes", "no"),
    "prior_lines": (None, "0", "2"),
    "diagnosis_code": (None, "C79.3", "Z85.3", "C50.911"),
}
_M, _V = '{ fact = "metastatic", one_of = ["yes"] }', '{ fact = "visceral_disease", one_of = ["yes"] }'
_P, _D = (
    '{ fact = "prior_lines", above = 1 }',
    '{ fact = "diagnosis_code", prefixes = ["C79.3"], silent_prefixes = ["Z85"] }',
)
#: What may tell an indication, and in how many ways it can be met.
WHENS = [
    (f"{{ none = [{_D}] }}", 1),
    (f"{{ none = [{_M}, {_P}] }}", 1),
    (f"{{ at_least = 2, of = [{_M}, {_V}, {_P}] }}", 3),
    (f"{{ none = [{{ at_least = 2, of = [{_M}, {_V}, {_P}, {_D}] }}] }}", 4),
    (f"{{ all = [{{ any = [{_M}, {_V}] }}, {{ any = [{_P}, {_D}] }}] }}", 4),
    (f"{{ none = [{{ all = [{_M}, {_P}] }}, {_D}] }}", 2),
    (f"{{ none = [{{ none = [{_M}, {_D}] }}] }}", 2),
    (f"{{ at_least = 2, of = [{{ any = [{_M}, {_V}] }}, {{ none = [{_P}] }}, {_D}] }}", 5),
]


@pytest.mark.parametrize(("when", "ways"), WHENS, ids=[str(number) for number in range(len(WHENS))])
def test_every_way_is_what_plain_python_says(tmp_path: Path, when: str, ways: int) -> None:
    text = (FOLDER / "invented-lines.toml").read_text(encoding="utf-8")
    lines = [f"when = {when}" if line.startswith("when = { all") else line for line in text.splitlines()]
    (tmp_path / "invented-lines.toml").write_text("\n".join(lines), encoding="utf-8")
    policy = replace(load_policy(tmp_path / "invented-lines.toml"), dosing_examples=())
    version = policy.versions[0]
    rule = version.indications[0].when
    assert len(alternatives(rule)) == ways <= n_ways(rule)
    examples = []
    for values in product(*FACTS.values()):
        facts = {name: value for name, value in zip(FACTS, values, strict=True) if value is not None}
        indication = of_indication(version, facts)
        found: dict[str, int] = {}
        evaluated(version.tree("initial", indication), facts, found)
        expected = {node: WORDS[value] for node, value in found.items()}
        name = indication.name if indication else "not listed"
        flags = tuple(flag.name for flag in policy.flags if ruled(flag.rule, facts) == 1)
        examples.append(CriteriaExample(str(facts), ON, "initial", facts, {}, expected, {}, flags, (), name))  # type: ignore[arg-type]
    _, told = trial.run(replace(policy, criteria_examples=tuple(examples)))
    assert [each.difference() for each in told] == [""] * len(examples)


def test_too_many_ways(tmp_path: Path) -> None:
    tests = ", ".join(f'{{ fact = "prior_lines", at_least = {number} }}' for number in range(1, 14))
    old = "when = { none = ["
    found = read_policy(changed(tmp_path, "invented-lines", (old, f"when = {{ at_least = 5, of = [{tests}, ")))[0]
    said = "indication[2].when: can be met in 3003 ways; right would be 500 at most: fewer tests, or indications of"
    assert any(said in message for message in found.messages()), found.messages()


def test_no_way(tmp_path: Path) -> None:
    when = f"when = {{ all = [{_M}, {{ none = [{_M}] }}, {{ any = ["
    edits = (("when = { none = [", when), ("above = 0 }] }", "above = 0 }] }] }"))
    found = read_policy(changed(tmp_path, "invented-lines", *edits))[0].messages()
    assert any("indication[2].when: asks that a test be met and not met; right would be" in each for each in found)


def test_none_takes_no_code_from_a_later_indication(tmp_path: Path) -> None:
    file = changed(tmp_path, STEM, ("when = { any = [", "when = { none = ["))
    assert not any("can never be picked" in finding for finding in check([file])[0].findings)
