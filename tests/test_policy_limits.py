"""What the policy language says of doses: its faults, and the words of show and diff."""

from pathlib import Path

import pytest

from analytics.errors import UserError
from analytics.policy.load import load_policy
from analytics.policy.model import Policy
from analytics.policy.record import rules
from analytics.policy.show import show_text
from analytics.workbench.check import check
from analytics.workbench.diff import compare
from tests.policies import FOLDER

PER_KG = "invented-per-kg"
IN_UNITS = "invented-in-units"
ROUNDING = "invented-rounding"
CODES = "invented-codes"
PHASES = "invented-phases"
TOTALS = "invented-totals"
CYCLES = "invented-cycles"
SITE = "invented-site"
SUMS = "invented-cumulative"
COURSE = 'course = { new_after_days = 84, citation = "Policy, dosing" }\n'


def written(tmp_path: Path, of: str, *changes: tuple[str, str], with_examples: bool = False) -> Path:
    """An invented policy in which texts were replaced; without its worked examples unless told."""
    text = (FOLDER / f"{of}.toml").read_text(encoding="utf-8")
    text = text if with_examples else text[: text.index("# ---- Worked examples")]
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    file = tmp_path / f"{of}.toml"
    file.write_text(text, encoding="utf-8")
    return file


def changed(tmp_path: Path, of: str, *changes: tuple[str, str]) -> Policy:
    return load_policy(written(tmp_path, of, *changes))


CAP = 'weight_cap = { kg = 120, citation = "Policy, dosing" }\n'

TO_UNIT, TO_VIAL = 'rounding = { to = "whole_unit" }', 'rounding = { to = "whole_vial" }'
TENTH = "rounding = { percent = 10 }"
FLAT = "at most 245 mg per administration"

#: Policy, old text, new text, and what is then said.
FAULTS = [
    (
        SUMS,
        'per = "m2"\nat_most = 450',
        'per = "flat"\nat_most = 450',
        "limit[2].per: is flat, and units are the same for everyone without it; right would be m2, kg, or no per",
    ),
    (SUMS, "window_days = 28", "", "limit[4].window_days: is missing, and goes with kind = units; right would be"),
    (
        SUMS,
        "window_days = 28",
        "window_days = 28\nrounding = { percent = 5 }",
        "rounding: doesn't go with kind = units",
    ),
    (
        SITE,
        '"12", "49"',
        '"12", "9"',
        "limit[3].places: '9' is not written like a code of POS; right would be one like 11",
    ),
    (
        SITE,
        '["11", "12", "49"]',
        "[11]",
        "limit[3].places: holds something that is no text; right would be a list of texts",
    ),
    (SITE, '["11", "12", "49"]', "[]", "limit[3].places: is empty; right would be a list with something in it"),
    (
        SITE,
        'places = ["11", "12", "49"]\n',
        "",
        "limit[3].places: is missing, and goes with kind = site_of_care; right would",
    ),
    (SITE, "doses = { from = 3 }", "window_days = 28", "limit[3].window_days: doesn't go with kind = site_of_care"),
    (
        SITE,
        "doses = { from = 3 }",
        "at_most = 1",
        "limit[3].at_most: doesn't go with kind = site_of_care; right would be no",
    ),
    (
        SITE,
        "at_most = 300\n",
        "",
        "limit[1].at_most: is missing, and goes with kind = dose; right would be the limit: mg",
    ),
    (SITE, "at_most = 300\n", 'at_most = 300\nplaces = ["11"]\n', "limit[1].places: doesn't go with kind = dose"),
    (
        CYCLES,
        'cycles = "greedy"',
        'cycles = "course"',
        "limit[1].cycles: 'course' is unknown here; right would be first",
    ),
    (CYCLES, 'cycles = "greedy"', 'cycles = "greedy"\ngrace_days = 2', "grace_days: doesn't go with cycles = greedy"),
    (CYCLES, 'cycles = "greedy"', "grace_days = 18", "grace_days: leaves 3 of 21 days; right would be 4 days or more"),
    (TOTALS, 'per = "flat"', 'per = "flat"\ngrace_days = 2', "grace_days: doesn't go with kind = dose"),
    (CYCLES, 'window_days = 21\ncycles = "greedy"\n', 'cycles = "greedy"\n', "window_days: is missing, and goes with"),
    (TOTALS, 'span = "lifetime"', 'span = "lifetime"\ncycles = "greedy"', "cycles: doesn't go with span = lifetime"),
    (TOTALS, 'per = "flat"', 'per = "flat"\ncycles = "greedy"', "cycles: doesn't go with kind = dose"),
    (
        TOTALS,
        'span = "authorization"',
        'span = "year"',
        "limit[3].span: 'year' is unknown here; right would be authorization",
    ),
    (TOTALS, 'span = "lifetime"', 'span = "lifetime"\nwindow_days = 7', "window_days: doesn't go with span = lifetime"),
    (TOTALS, 'span = "lifetime"', 'span = "lifetime"\ndoses = { from = 1 }', "doses: doesn't go with span = lifetime"),
    (TOTALS, 'span = "lifetime"\n', "", "window_days: is missing, and goes with kind = frequency"),
    (TOTALS, 'per = "flat"', 'span = "lifetime"', "span: doesn't go with kind = dose; right would be no span"),
    (
        PHASES,
        "{ from = 2, to = 3 }",
        "{ from = 2, to = 1 }",
        "limit[3].doses.to: 1 comes before 2; right would be 2 or more",
    ),
    (
        PHASES,
        "{ from = 2, to = 3 }",
        "{ from = 0 }",
        "doses.from: 0 is not possible; right would be a whole number from 1",
    ),
    (PHASES, "{ from = 2, to = 3 }", "{ to = 3 }", "doses.from: is missing"),
    (PHASES, "new_after_days = 84", "new_after_days = 0", "course.new_after_days: 0 is not possible"),
    (PER_KG, CAP, CAP + COURSE, "course: is used by no limit; right would be a limit with doses"),
    (
        CODES,
        'counted_in = "mg"\n',
        "",
        "limit[3].counted_in: is missing, and a unit of J6662 is not one of J6661; right would be mg, or units",
    ),
    (CODES, "[[vial]]", "[[product]]", "vial: is missing"),
    (PER_KG, 'per = "kg"', 'per = "lb"', "limit[1].per: 'lb' is unknown here"),
    (
        PER_KG,
        'per = "kg"',
        'per = "m2"',
        "weight_cap: caps what no dose is measured by; right would be a dose limit with",
    ),
    (PER_KG, CAP, CAP.replace("weight_cap", "bsa_cap").replace("kg = 120", "m2 = 2"), "bsa_cap: caps what no dose is"),
    (PER_KG, "kg = 120", "kg = 1", "weight_cap.kg: 1 is not possible; right would be at least 2 and at most 400"),
    (
        IN_UNITS,
        'counted_in = "units"',
        'counted_in = "vials"',
        "limit[1].counted_in: 'vials' is unknown here; right would be mg or units",
    ),
    (
        IN_UNITS,
        'kind = "frequency"\n',
        'kind = "frequency"\ncounted_in = "units"\n',
        "counted_in: doesn't go with kind = frequency; right would be no counted_in",
    ),
    (
        ROUNDING,
        TENTH,
        "rounding = { percent = 30 }",
        "rounding.percent: 30 is not possible; right would be above 0 and at",
    ),
    (
        ROUNDING,
        TENTH,
        'rounding = { percent = 5, to = "whole_vial" }',
        "rounding: has both 'to' and 'percent'; right would be one of them",
    ),
    (ROUNDING, TO_VIAL, 'rounding = { to = "vials" }', "rounding.to: 'vials' is unknown here"),
    (
        ROUNDING,
        'kind = "frequency"\n',
        'kind = "frequency"\nrounding = { percent = 5 }\n',
        "rounding: doesn't go with kind = frequency; right would be no rounding",
    ),
]


@pytest.mark.parametrize(("of", "old", "new", "said"), FAULTS, ids=[said[:40] for *_, said in FAULTS])
def test_fault(tmp_path: Path, of: str, old: str, new: str, said: str) -> None:
    with pytest.raises(UserError) as raised:
        changed(tmp_path, of, (old, new))
    assert said in str(raised.value)


def test_a_dose_that_nothing_decides(tmp_path: Path) -> None:
    """Doses 1 to 3 and from 5 on are held; the fourth by an advisory limit alone."""
    phases = ("doses = { from = 2 }", "doses = { from = 2, to = 3 }"), ("doses = { from = 4 }", "doses = { from = 5 }")
    with pytest.raises(UserError) as raised:
        changed(tmp_path, PHASES, *phases)
    assert "regimen[1].limit: holds dose 4 of a course to nothing that decides; right would be a limit" in str(
        raised.value
    )


#: Policy, old text, new text, the effect of the change, and its sentence.
CHANGES = [
    (
        SUMS,
        "at_most = 450\n",
        "at_most = 550\n",
        "looser",
        "In 'by area', at most 550 mg/m² in a lifetime instead of at most 450 mg/m² in a lifetime.",
    ),
    (
        SUMS,
        'per = "m2"\nat_most = 24\n',
        "at_most = 24\n",
        "depends",
        "In 'by area', at most 24 units per authorization instead of at most 24 units/m² per authorization.",
    ),
    (
        SUMS,
        "window_days = 28\n",
        "window_days = 35\n",
        "stricter",
        "In 'by area', at most 120 mg/m² in 35 days instead of at most 120 mg/m² in 28 days.",
    ),
    (
        SITE,
        '["11", "12", "49"]',
        '["12", "49"]',
        "stricter",
        "In 'monthly', given only at 12 (home) or 49 (independent clinic), from dose 3 on instead of "
        "given only at 11 (office), 12 (home) or 49 (independent clinic), from dose 3 on.",
    ),
    (
        SITE,
        '["11", "12", "49"]',
        '["12", "22"]',
        "depends",
        "In 'monthly', given only at 12 (home) or 22 (on-campus outpatient hospital), from dose 3 on instead of "
        "given only at 11 (office), 12 (home) or 49 (independent clinic), from dose 3 on.",
    ),
    (
        SITE,
        '["12"]\nlabel = "At home"',
        '["12", "27"]\nlabel = "At home"',
        "looser",
        "In 'at home', given only at 12 (home) or 27 instead of given only at 12 (home).",
    ),
    (
        CYCLES,
        'cycles = "greedy"\n',
        "",
        "stricter",
        "In 'greedy', at most 1 administration in 21 days instead of "
        "at most 1 administration in each cycle of 21 days.",
    ),
    (
        CYCLES,
        'at_most = 600\nwindow_days = 30\ncycles = "authorization"',
        'at_most = 500\nwindow_days = 30\ncycles = "authorization"',
        "stricter",
        "In 'authorized', at most 500 mg in each cycle of 30 days from the authorization's start instead of "
        "at most 600 mg in each cycle of 30 days from the authorization's start.",
    ),
    (
        CYCLES,
        'window_days = 30\ncycles = "authorization"',
        'window_days = 30\ncycles = "greedy"',
        "depends",
        "In 'authorized', at most 600 mg in each cycle of 30 days instead of "
        "at most 600 mg in each cycle of 30 days from the authorization's start.",
    ),
    (
        TOTALS,
        "at_most = 6\n",
        "at_most = 8\n",
        "looser",
        "In 'usual', at most 8 administrations in a lifetime instead of at most 6 administrations in a lifetime.",
    ),
    (
        TOTALS,
        'at_most = 130\nspan = "authorization"',
        "at_most = 130\nwindow_days = 365",
        "depends",
        "In 'usual', at most 130 units in 365 days instead of at most 130 units per authorization.",
    ),
    (
        PHASES,
        COURSE,
        "",
        "depends",
        "A new course begins with a dose more than 88 days after the one before instead of 84.",
    ),
    (
        PHASES,
        "at_most = 8\n",
        "at_most = 7\n",
        "stricter",
        "In 'usual', at most 7 mg/kg per administration, dose 1 instead of at most 8 mg/kg per administration, dose 1.",
    ),
    (
        PHASES,
        "doses = { from = 4 }",
        "doses = { from = 3 }",
        "stricter",
        "In 'usual', at most 1 administration in 28 days, from dose 3 on instead of "
        "at most 1 administration in 28 days, from dose 4 on.",
    ),
    (
        CODES,
        "at_most = 1300",
        "at_most = 1200",
        "stricter",
        "In 'usual', at most 1200 mg in 56 days instead of at most 1300 mg in 56 days.",
    ),
    (
        CODES,
        'counted_in = "units"',
        'counted_in = "mg"',
        "depends",
        "In 'usual', at most 90 mg in 28 days instead of at most 90 units in 28 days.",
    ),
    (
        ROUNDING,
        TO_UNIT,
        TO_VIAL,
        "looser",
        f"In 'units', {FLAT}, rounded up to whole vials instead of {FLAT}, rounded up to whole units alone.",
    ),
    (ROUNDING, TO_VIAL, "", "stricter", f"In 'vials', {FLAT} instead of {FLAT}, rounded up to whole vials."),
    (ROUNDING, TENTH, "", "stricter", f"In 'percent', {FLAT} instead of {FLAT} and 10% over it."),
    (
        ROUNDING,
        TENTH,
        TO_VIAL,
        "depends",
        f"In 'percent', {FLAT}, rounded up to whole vials instead of {FLAT} and 10% over it.",
    ),
    (PER_KG, CAP, "", "looser", "Body weight is capped no longer; it was at 120 kg."),
    (PER_KG, "kg = 120", "kg = 100", "stricter", "Body weight is capped at 100 kg instead of 120 kg."),
    (
        PER_KG,
        "at_most = 6\n",
        "at_most = 8\n",
        "looser",
        "In 'usual', at most 8 mg/kg per administration instead of at most 6 mg/kg per administration.",
    ),
    (
        IN_UNITS,
        'counted_in = "units"',
        'counted_in = "mg"',
        "depends",
        "In 'usual', at most 84 mg per administration instead of at most 84 units per administration.",
    ),
    (
        IN_UNITS,
        "at_most = 1.2\n",
        "at_most = 1\n",
        "stricter",
        "In 'by weight', at most 1 unit/kg per administration instead of at most 1.2 units/kg per administration.",
    ),
]


@pytest.mark.parametrize(("of", "old", "new", "effect", "sentence"), CHANGES, ids=[each[-1][:60] for each in CHANGES])
def test_difference(tmp_path: Path, of: str, old: str, new: str, effect: str, sentence: str) -> None:
    one, other = load_policy(FOLDER / f"{of}.toml"), changed(tmp_path, of, (old, new))
    told = [(change.effect, change.sentence) for change in compare(one, one.versions[-1], other, other.versions[-1])]
    assert told == [(effect, sentence)]


#: Policy, and what `um policy show` says of its limits beyond their labels.
SHOWN = [
    (SUMS, "what was given counts, discarded units don't, for the body surface area of the day that is judged"),
    (SUMS, "what was given counts, discarded units don't, for the body weight of the day that is judged"),
    (SUMS, "judged by: at most 400 mg/m² in a lifetime"),
    (SITE, "judged by: given only at 11 (office), 12 (home) or 49 (independent clinic)"),
    (SITE, "places are those that the claim lines of the day name; where they name none, it can't be told"),
    (SITE, "it holds for these doses of a course: from dose 3 on"),
    (CYCLES, "a cycle begins with a dose, and the next one with the first dose at or after its end"),
    (CYCLES, "cycles follow each other from the first dose of a course, whenever the later ones are given"),
    (CYCLES, "cycles follow each other from the start of the covering authorization"),
    (CYCLES, "A new course begins with a dose more than 84 days after the one before"),
    (TOTALS, "counted over all that the extracts hold, so what was given is at least that"),
    (TOTALS, "counted over what the authorization covers; nothing is counted where none does"),
    (PHASES, "it holds for these doses of a course: doses 2 to 3"),
    (PHASES, "A new course begins with a dose more than 84 days after the one before"),
    (CODES, "units of J6661, of 10 mg each, whatever was billed"),
    (PER_KG, "Body weight is capped at 120 kg before use"),
    (ROUNDING, "a dose is rounded up to whole units alone: the rest of a vial excuses nothing"),
    (ROUNDING, "a dose may be rounded up to the whole vials that hold it"),
    (ROUNDING, "a dose may be up to 10% over the exact amount"),
]


def test_show_says_the_numbers_that_a_label_does_not(tmp_path: Path) -> None:
    """A label is free text: what is judged by stands below it, unless it says just that."""
    numbers = 'at_most = 1\nwindow_days = 21\ncycles = "greedy"'
    told = show_text(changed(tmp_path, CYCLES, (numbers, numbers.replace("1", "2", 1))))
    assert "judged by: at most 2 administrations in each cycle of 21 days\n" in told
    assert "judged by: at most 245 mg" not in show_text(load_policy(FOLDER / "invented-flat.toml"))


def test_a_course_ends_after_whole_days_between_doses(tmp_path: Path) -> None:
    """Two doses in 21 days are 11 days apart, as where spells of therapy are told apart (therapy_spell.sql)."""
    often = ('at_most = 1\nwindow_days = 21\ncycles = "greedy"', 'at_most = 2\nwindow_days = 21\ncycles = "greedy"')
    policy = changed(tmp_path, CYCLES, (COURSE, ""), often)
    assert policy.versions[-1].course_gap_days() == 11 + 60
    told = " ".join(show_text(policy).split())
    assert (
        "a dose more than 71 days after the one before; the policy doesn't say: 11 days between doses and 60 more"
        in told
    )


def test_days_of_grace_make_a_course_end_sooner(tmp_path: Path) -> None:
    """Where the policy is silent, doses that are as early as grace lets them be are what an interval is told by."""
    grace = ("window_days = 28\ndoses = { from = 4 }", "window_days = 28\ngrace_days = 2\ndoses = { from = 4 }")
    policy = changed(tmp_path, PHASES, (COURSE, ""), grace)
    assert policy.versions[-1].course_gap_days() == 26 + 60
    told = " ".join(show_text(policy).split())
    assert "a dose more than 86 days after the one before; the policy doesn't say: 26 days between doses" in told


def test_the_record_tells_when_a_course_begins_anew() -> None:
    """Doses 84 days apart are of one course and 85 of two, as examples of the policy have it: 83 days lie between."""
    (said,) = (each["says"] for each in rules(load_policy(FOLDER / f"{PHASES}.toml")) if each["kind"] == "course")
    assert said == "A new course begins with a dose more than 84 days after the one before"


def test_a_denied_therapy_is_shown_with_what_claims_show() -> None:
    told = " ".join(show_text(load_policy(FOLDER / "invented-step.toml")).split())
    assert "'infused_tried' is answered with no, and claims show the infused drug" in told
    assert (
        "raised when infused_tried = no and medical claims show the infused drug, 2 days with a claim in the 6 months "
        "before the received date" in told
    )
    assert "_contradicted = yes" not in told


@pytest.mark.parametrize(("of", "said"), SHOWN)
def test_shown(of: str, said: str) -> None:
    assert said in " ".join(show_text(load_policy(FOLDER / f"{of}.toml")).split())


#: Policy, old text, new text, and what a check then finds.
FINDINGS = [
    (
        SUMS,
        "at_most = 120\n",
        "at_most = 74\n",
        "at most 74 mg/m² in 28 days hold no whole dose: 'area.dose' allows 75; right would be 75 or more",
    ),
    (
        SUMS,
        'at_most = 24\nspan = "authorization"',
        'at_most = 7\nspan = "authorization"',
        "at most 7 units/m² per authorization hold no whole dose: 'area.dose' allows 7.5",
    ),
    (
        SUMS,
        'at_most = 400\nspan = "lifetime"\nadvisory = true',
        'at_most = 400\nspan = "lifetime"',
        "at most 450 mg/m² in a lifetime never bites beside 'area.warning', which allows 400 mg/m² in a lifetime",
    ),
    (
        SITE,
        'id = "home.frequency"\nkind = "frequency"\nat_most = 1\nwindow_days = 7',
        'id = "home.frequency"\nkind = "site_of_care"\nplaces = ["11"]',
        "and 'home.site' allow no place both; right would be a place that both name, or one of them",
    ),
    (
        SITE,
        'id = "home.frequency"\nkind = "frequency"\nat_most = 1\nwindow_days = 7',
        'id = "home.frequency"\nkind = "site_of_care"\nplaces = ["11", "12"]',
        "given only at 11 (office) or 12 (home) never bites beside 'home.site', only at 12 (home)",
    ),
    (
        SITE,
        'places = ["12"]',
        'places = ["12", "88"]',
        "'88' is no place of service that CMS has assigned; right would be one of CMS's code set: 11, say",
    ),
    (
        CYCLES,
        'id = "course.units"\nkind = "units"\nat_most = 90\nwindow_days = 28\ncycles = "first_dose"',
        'id = "course.units"\nkind = "frequency"\nat_most = 2\nwindow_days = 56\ncycles = "first_dose"',
        "at most 3 administrations in each cycle of 28 days from the first dose never bites beside 'course.units'",
    ),
    (
        TOTALS,
        "at_most = 2000\nspan",
        "at_most = 290\nspan",
        "290 mg hold no whole dose: 'usual.dose' allows 300 mg",
    ),
    (
        TOTALS,
        'at_most = 4\nspan = "authorization"',
        'at_most = 7\nspan = "lifetime"',
        "at most 7 administrations in a lifetime never bites beside 'life.count', which allows 6 administrations in a",
    ),
    (CODES, "at_most = 1300", "at_most = 400", "400 mg hold no whole dose: 'usual.dose' allows 450 mg"),
    (CODES, "at_most = 90\n", "at_most = 44\n", "44 units hold no whole dose: 'usual.dose' allows 45 units"),
    (
        IN_UNITS,
        'kind = "frequency"\nat_most = 1',
        'kind = "units"\nat_most = 83',
        "83 units hold no whole dose: 'usual.dose' allows 84 units",
    ),
    (
        PER_KG,
        'kind = "frequency"\nat_most = 1',
        'kind = "units"\nat_most = 20',
        "20 units hold no whole dose: 'usual.dose' allows 21 units at 35 kg",
    ),
]


@pytest.mark.parametrize(("of", "old", "new", "said"), FINDINGS)
def test_finding(tmp_path: Path, of: str, old: str, new: str, said: str) -> None:
    checked = check([written(tmp_path, of, (old, new))])[0]
    assert checked.faults == [] and any(said in finding for finding in checked.findings), checked.findings
