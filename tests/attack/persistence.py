"""How long people stay on therapy, as an attacker reads it from the page: counts, and what the curves say of them."""

import re
from itertools import combinations, pairwise, permutations
from typing import Any

import polars as pl

from tests.attack.base import Attack
from tests.invented import A, B

GAPS, MAIN = (30, 60, 90), 60
EVENTS = {
    "stopped": ["discontinued"],
    "died": ["died"],
    "left": ["disenrolled", "end_of_data"],
    "gone": ["died", "disenrolled", "end_of_data"],
}
RATE = re.compile(r"([\d.]+)%")


def attack_persistence(page: dict[str, list[dict[str, str]]], study: Any) -> Attack:
    """Both tables of each policy: the curve's days, and the days on which gaps and causes are compared."""
    attack = Attack()
    for policy in (A, B):
        spells = study.therapy_spell.filter((pl.col("policy_id") == policy) & pl.col("is_followed"))
        people = {
            gap: {
                row[0]: row[1:]
                for row in spells.filter(pl.col("gap_days") == gap).select("person_id", "days", "event").iter_rows()
            }
            for gap in GAPS
        }
        curve = page.get(f"t-persistence-{policy}", [])
        if curve:
            attack_curve(attack, policy, curve, people[MAIN])
            attack_compared(attack, policy, page.get(f"t-persistence-causes-{policy}", []), people, curve)
    return attack


def ended(spells: dict[str, tuple[int, str]], low: int, high: int, state: str) -> set[str]:
    return {person for person, (days, event) in spells.items() if (low or -1) < days <= high and event in EVENTS[state]}


def followed(spells: dict[str, tuple[int, str]], day: int) -> set[str]:
    return {person for person, (days, _) in spells.items() if days > day} if day else set(spells)


def attack_curve(attack: Attack, policy: str, rows: list[dict[str, str]], spells: dict[str, tuple[int, str]]) -> None:
    key, days = (policy, MAIN), [number(row["row"]) for row in rows]
    see(attack, (key, ("followed", 0)), rows[0]["Still on therapy and followed"], followed(spells, 0))
    for (low, high), row in zip(pairwise(days), rows[1:], strict=True):
        see(attack, (key, ("followed", high)), row["Still on therapy and followed"], followed(spells, high))
        heads = {"stopped": "Stopped since the row above", "gone": "Died, or followed no longer"}
        for state, head in heads.items():
            see(attack, (key, (state, low, high)), row[head], ended(spells, low, high, state))
        for state in ("died", "left"):
            guess(attack, (key, (state, low, high)), ended(spells, low, high, state))
        attack.adds_up((key, ("gone", low, high)), [(key, (state, low, high)) for state in ("died", "left")])
        parts = [("followed", high), ("stopped", low, high), ("gone", low, high)]
        attack.adds_up((key, ("followed", low)), [(key, part) for part in parts])
    column = next(head for head in rows[0] if "Kaplan" in head)
    from_estimates(attack, key, [(number(row["row"]), row[column]) for row in rows])


def from_estimates(attack: Attack, key: Any, values: list[tuple[int, str]]) -> None:
    """What a fall of the curve says of the count behind it: a share of those at risk, who are known within limits."""
    for (low, before), (high, after) in pairwise(values):
        one, other = RATE.match(before), RATE.match(after)
        if not one or not other:
            continue
        start, end = float(one[1]) / 100, float(other[1]) / 100
        at_risk = attack.boxes[key, ("followed", low)][1]
        left = attack.boxes[key, ("followed", high)][0]
        if at_risk is None:
            at_risk = 10**9
        least = (1 - (end + 0.0006) / (start - 0.0006)) * left
        most = (1 - (end - 0.0006) / (start + 0.0006)) * at_risk
        cell = (key, ("stopped", low, high))
        box = attack.boxes[cell]
        narrowed = max(box[0], least - 1e-9), most if box[1] is None else min(box[1], most + 1e-9)
        assert narrowed[0] <= attack.truth[cell] <= narrowed[1], (cell, narrowed, attack.truth[cell])
        attack.boxes[cell] = narrowed


def attack_compared(
    attack: Attack, policy: str, rows: list[dict[str, str]], people: dict[int, Any], curve: list[dict[str, str]]
) -> None:
    """Gaps side by side: one row less another counts the people whom the gap makes a difference for."""
    heads = {"stopped": "Stopped by then", "died": "Died by then", "left": "Followed no longer"}
    fine = [number(row["row"]) for row in curve]
    there: dict[int, list[int]] = {gap: [0] for gap in GAPS}
    for row in rows:
        day, gap = (number(text) for text in re.findall(r"[\d,]*\d", row["row"]))
        there[gap].append(day)
        key, spells = (policy, gap), people[gap]
        see(attack, (key, ("followed", day)), row["Still on therapy and followed"], followed(spells, day))
        for state, head in heads.items():
            see(attack, (key, (state, 0, day)), row[head], ended(spells, 0, day, state))
        guess(attack, (key, ("gone", 0, day)), ended(spells, 0, day, "gone"))
        attack.adds_up((key, ("gone", 0, day)), [(key, (state, 0, day)) for state in ("died", "left")])
        everybody = ((policy, MAIN), ("followed", 0))
        attack.adds_up(everybody, [(key, part) for part in (("followed", day), ("stopped", 0, day), ("gone", 0, day))])
        if gap == MAIN:
            for state in EVENTS:
                spans = [span for span in pairwise(fine) if span[1] <= day]
                if len(spans) > 1:
                    attack.adds_up((key, (state, 0, day)), [(key, (state, *span)) for span in spans])
    for gap, days in there.items():
        between(attack, (policy, gap), people[gap], days)
    for one, other in combinations(GAPS, 2):
        for day in sorted({*there[one]} & {*there[other]} - {0}):
            for state in ("followed", *heads):
                differ(attack, policy, (one, other), state, day, people)


def between(attack: Attack, key: Any, spells: Any, days: list[int]) -> None:
    """What ended between two days on which a gap stands."""
    for low, high in pairwise(days):
        for state in EVENTS:
            if low:
                cell = (key, (state, low, high))
                if cell not in attack.truth:
                    guess(attack, cell, ended(spells, low, high, state))
                attack.adds_up((key, (state, 0, high)), [(key, (state, 0, low)), cell])


def differ(attack: Attack, policy: str, gaps: tuple[int, int], state: str, day: int, people: Any) -> None:
    """One gap's count is the other's with those counted under it alone: mostly one of the two is nobody."""
    at = ("followed", day) if state == "followed" else (state, 0, day)
    sets = [followed(people[gap], day) if state == "followed" else ended(people[gap], 0, day, state) for gap in gaps]
    for (one, own), (other, theirs) in permutations(zip(gaps, sets, strict=True)):
        if own - theirs and not theirs - own:
            cell = ((policy, one, other), at)
            guess(attack, cell, own - theirs)
            attack.adds_up(((policy, one), at), [((policy, other), at), cell])


def see(attack: Attack, cell: Any, text: str, people: set[str]) -> None:
    if cell in attack.truth and attack.boxes[cell][0] == attack.boxes[cell][1]:
        return
    attack.see(cell, text, len(people), len(people))


def guess(attack: Attack, cell: Any, people: set[str]) -> None:
    if cell not in attack.truth:
        attack.guess(cell, len(people), len(people))


def number(text: str) -> int:
    return int(text.replace(",", ""))
