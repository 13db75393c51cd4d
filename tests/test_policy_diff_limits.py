"""`um policy diff` of limits over time, and of what answers a policy's questions beside the request."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from analytics.policy.load import FOLDER as SHIPPED
from analytics.policy.load import load_policy
from analytics.workbench.diff import compare
from analytics.workbench.diff_kinds import Effect
from analytics.workbench.diff_limits import limit_effect
from tests.policies import FOLDER as INVENTED

# ---- Limits


LIMIT = load_policy(INVENTED / "invented-cycles.toml").versions[0].regimens[0].limits[0]
#: A frequency limit's fields before and after, and the effect.
WINDOWS = [
    ({"window_days": 168, "cycles": "greedy"}, {"window_days": 112, "cycles": "greedy"}, "depends"),
    ({"window_days": 28, "cycles": "first_dose"}, {"window_days": 14, "cycles": "first_dose"}, "looser"),
    ({"window_days": 28, "cycles": "first_dose"}, {"window_days": 21, "cycles": "first_dose"}, "depends"),
    ({"window_days": 28, "cycles": "authorization"}, {"window_days": 28, "cycles": "greedy"}, "depends"),
    ({"window_days": 21, "cycles": "greedy"}, {"window_days": 28}, "stricter"),
    ({"window_days": 28}, {"window_days": 35, "cycles": "greedy"}, "depends"),
    ({"window_days": 56}, {"window_days": 56, "grace_days": 3}, "neutral"),
    ({"window_days": 28}, {"window_days": None, "span": "lifetime"}, "stricter"),
    ({"window_days": None, "span": "authorization"}, {"window_days": None, "span": "lifetime"}, "stricter"),
    ({"window_days": 28}, {"window_days": None, "span": "authorization"}, "depends"),
    ({"window_days": 28, "advisory": True}, {"window_days": 14, "advisory": True}, "neutral"),
    ({"window_days": 28, "advisory": True}, {"window_days": 14}, "stricter"),
]


@pytest.mark.parametrize(("before", "after", "effect"), WINDOWS)
def test_limits_over_time(before: dict[str, Any], after: dict[str, Any], effect: Effect) -> None:
    plain: dict[str, Any] = {
        "kind": "frequency",
        "at_most": Decimal(2),
        "cycles": None,
        "per": None,
        "counted_in": None,
    }
    one, other = (replace(LIMIT, **{**plain, **fields}) for fields in (before, after))
    assert limit_effect(one, other) == effect
    assert limit_effect(other, one) == {"stricter": "looser", "looser": "stricter"}.get(effect, effect)


def test_units_of_different_size_are_no_comparison() -> None:
    """90 units of 10 mg are more than 100 units of 1 mg."""
    one = load_policy(SHIPPED / "emblemhealth-mg-mm-ph-153.toml")
    version = one.versions[-1]
    (regimen,) = version.regimens
    more = tuple(replace(limit, at_most=limit.at_most + 10) for limit in regimen.limits if limit.kind == "units")
    others = tuple(limit for limit in regimen.limits if limit.kind != "units")
    changed = replace(version, regimens=(replace(regimen, limits=(*others, *more)),))
    larger = replace(one, products=(replace(one.products[0], mg_per_unit=Decimal(10)), *one.products[1:]))
    for other, effect in ((one, "looser"), (larger, "depends")):
        found = [each.effect for each in compare(one, version, other, changed) if each.area == "window"]
        assert found == [effect]


def test_days_of_grace_that_come_to_the_same() -> None:
    policy = load_policy(INVENTED / "invented-grace.toml")
    version = policy.versions[0]
    regimen = version.regimens[0]
    place, limit = next((place, one) for place, one in enumerate(regimen.limits) if one.grace_days)
    limits = (*regimen.limits[:place], replace(limit, grace_days=0), *regimen.limits[place + 1 :])
    other = replace(version, regimens=(replace(regimen, limits=limits), *version.regimens[1:]))
    (change,) = compare(policy, version, policy, other)
    assert change.effect == "neutral" and change.sentence.endswith(", which comes to the same.")


# ---- What else answers


ANSWERS = [
    ("invented-some-of", {"ages": ()}, "'age_years' no longer follows from the birth date: an answer alone tells it."),
    (
        "invented-dates",
        {"days_since": ()},
        "'tuberculosis_test_days', if unanswered, is no longer counted from a date.",
    ),
    ("invented-labs", {"labs": ()}, "Results for 'hemoglobin' are looked at no longer: "),
    ("invented-step", {"prior_therapies": ()}, "Claims no longer answer it: infused_tried, if unanswered: yes where "),
]


@pytest.mark.parametrize(("of", "gone", "said"), ANSWERS)
def test_answers_that_only_one_has(of: str, gone: dict[str, Any], said: str) -> None:
    one = load_policy(INVENTED / f"{of}.toml")
    other = replace(one, **gone)
    forward, backward = (compare(a, a.versions[0], b, b.versions[0]) for a, b in ((one, other), (other, one)))
    assert any(change.sentence.startswith(said) and change.kind == "gone" for change in forward), forward
    assert {change.kind for change in forward} == {"gone"} and {change.kind for change in backward} == {"new"}


def test_resistance_implications_and_vials() -> None:
    one = load_policy(SHIPPED / "emblemhealth-mg-mm-ph-153.toml")
    resistances = tuple(replace(each, months={**each.months, "adjuvant": 36}) for each in one.resistances)
    vials = (replace(one.vials[0], mg=Decimal(20)), *one.vials[1:])
    other = replace(one, resistances=resistances, vials=vials, implications=one.implications[1:])
    found = [(each.kind, each.sentence) for each in compare(one, one.versions[-1], other, other.versions[-1])]
    assert found == [
        (
            "changed",
            "'anthracycline_resistant', if unanswered: progression counts as resistance up to 36 months after the last "
            "dose (adjuvant) instead of 6 months.",
        ),
        (
            "changed",
            "'taxane_resistant', if unanswered: progression counts as resistance up to 36 months after the last dose "
            "(adjuvant) instead of 12 months.",
        ),
        ("gone", "'combination_with_capecitabine', if unanswered, is no longer no where single_agent = yes."),
        ("changed", f"The vial {one.vials[0].ndc} holds 20 mg instead of 15 mg."),
    ]
