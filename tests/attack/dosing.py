"""Administrations, as an attacker reads them from the page."""

import re
from typing import Any

import polars as pl

from tests.attack.base import LEVELS, Attack, counted, link, rows_by_group, split
from tests.invented import A, B


def attack_dosing(page: dict[str, list[dict[str, str]]], study: Any) -> Attack:
    """By policy and payer, and each payer's periods, sharing their margins."""
    heads = {
        "n": "Administrations",
        "judged": "Judged",
        "within": "Within the limits",
        "over": "Over a limit",
        "exception": "of these with an approved exception",
        "indeterminate": "Can't be judged",
    }
    status = pl.col("status")
    over = status.is_in(["exceeds", "exception"])
    what = {
        "n": pl.lit(True),
        "judged": status != "indeterminate",
        "within": status == "within",
        "over": over,
        "exception": status == "exception",
        "indeterminate": status == "indeterminate",
        "exceeds": status == "exceeds",
    }
    what = {name: pl.col("status").is_not_null() & expr for name, expr in what.items()}
    attack, frame = Attack(), study.administration
    groups = {level: counted(frame, by, what) for level, by in LEVELS.items()}
    rows = rows_by_group(page["t-dosing-payer"])
    for level, found in groups.items():
        for group, truth in found.items():
            for name, head in heads.items():
                attack.see(((level, *group), name), rows[group][head], truth[name], truth[f"{name}:p"])
            attack.guess(((level, *group), "exceeds"), truth["exceeds"], truth["exceeds:p"])
            split(attack, (level, *group), ("n", "judged", "indeterminate"), ("judged", "within", "over"))
            split(attack, (level, *group), ("over", "exceeds", "exception"))
    link(attack, groups, [*heads, "exceeds"])
    for (policy, payer), _ in groups["payer"].items():
        attack_periods(attack, page, frame, policy, payer, what)
    return attack


def attack_periods(
    attack: Attack, page: dict[str, list[dict[str, str]]], frame: pl.DataFrame, policy: str, payer: str, what: Any
) -> None:
    rows = page[f"t-dosing-period-{policy}-{payer.lower().replace(' ', '-')}"]
    step = {3: "1mo", 2: "1q", 1: "1y"}[2 if "Q" in rows[0]["row"] else 3 if " " in rows[0]["row"] else 1]
    own = frame.filter((pl.col("policy_id") == policy) & (pl.col("payer") == payer))
    found = counted(own.with_columns(period=pl.col("administered_on").dt.truncate(step)), ["period"], what)
    periods = sorted(found)
    assert len(rows) == len(periods)
    names = {
        "judged": "Judged",
        "within": "Within the limits",
        "over": "Over a limit",
        "indeterminate": "Can't be judged",
    }
    for row, period in zip(rows, periods, strict=True):
        for name, head in names.items():
            truth = found[period]
            attack.see(((policy, payer, period), name), row[head], truth[name], truth[f"{name}:p"])
        split(attack, (policy, payer, period), ("judged", "within", "over"))
        if row["Within the limits"] == "all but <11":
            attack.boxes[(policy, payer, *period), "few"] = (1, 10)
            attack.truth[(policy, payer, *period), "few"] = found[period]["over"]
            attack.adds_up(
                ((policy, payer, period), "judged"),
                [((policy, payer, period), "within"), ((policy, payer, *period), "few")],
            )
    for name in names:
        attack.adds_up((("payer", policy, payer), name), [((policy, payer, period), name) for period in periods])


def attack_sensitivity(page: dict[str, list[dict[str, str]]], study: Any) -> Attack:
    """Scenarios of grace and tolerance: what changes from one to the next can be worked out."""
    attack = Attack()
    table = study.dosing_sensitivity.group_by("policy_id", "grace_days", "dose_tolerance_percent").agg(
        pl.col("n_within").sum()
    )
    within = {row[:3]: row[3] for row in table.iter_rows()}
    for policy in (A, B):
        n = study.administration.filter(pl.col("policy_id") == policy).height
        rows = {int(row["row"]): row for row in page[f"t-sensitivity-{policy}"]}
        heads = {0: "Doses by the letter", 5: "Doses up to 5% over", 10: "Doses up to 10% over"}
        for grace, row in rows.items():
            for tolerance, head in heads.items():
                key, value = (policy, grace, tolerance), within[policy, grace, tolerance]
                shown = re.fullmatch(r"([\d.]+)%", row[head])
                assert shown or row[head] == "withheld"
                attack.see((key, "within"), f"{value}" if shown else "withheld", value, 900)
                assert not shown or abs(float(shown[1]) - 100 * value / n) < 0.06
        for (other, grace, tolerance), value in within.items():
            step = {0: 5, 5: 10}.get(tolerance)
            for after in ((policy, grace + 1, tolerance), (policy, grace, step)):
                if other == policy and after in within:
                    gain = within[after] - value
                    attack.guess(((policy, grace, tolerance, after), "gain"), gain, gain)
                    attack.adds_up(
                        (after, "within"),
                        [((policy, grace, tolerance), "within"), ((policy, grace, tolerance, after), "gain")],
                    )
    return attack
