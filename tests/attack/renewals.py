"""Approvals that end, as an attacker reads them from the page."""

from typing import Any

import polars as pl

from tests.attack.base import LEVELS, Attack, counted, link, rows_by_group, split
from tests.invented import A, B


def attack_renewals(page: dict[str, list[dict[str, str]]], study: Any) -> Attack:
    """Approvals that end, by policy and payer, and by outcome."""
    heads = {
        "n": "Approvals that end",
        "left": "Died, left or too recent",
        "eligible": "Could be renewed",
        "on": "On therapy at the end",
        "on_retained": "of these retained",
        "on_lost": "not retained",
        "decided": "Renewal requests decided",
    }
    outcome, on = pl.col("outcome"), pl.col("on_therapy")
    left = outcome.is_in(["deceased", "disenrolled", "not_due"])
    retained = outcome.is_in(["renewed_on_time", "renewed_late", "reauthorized"])
    what = {
        "n": outcome.is_not_null(),
        "left": left,
        "eligible": ~left,
        "on": ~left & on,
        "off": ~left & ~on,
        "on_retained": retained & on,
        "on_lost": ~left & ~retained & on,
        "decided": outcome.is_in(["renewed_on_time", "renewed_late", "denied"]),
    }
    attack = Attack()
    groups = {level: counted(study.renewal, by, what) for level, by in LEVELS.items()}
    rows = rows_by_group(page["t-renewal-payer"])
    for level, found in groups.items():
        for group, truth in found.items():
            for name, head in heads.items():
                attack.see(((level, *group), name), rows[group][head], truth[name], truth[f"{name}:p"])
            attack.guess(((level, *group), "off"), truth["off"], truth["off:p"])
            split(
                attack,
                (level, *group),
                ("n", "left", "eligible"),
                ("eligible", "on", "off"),
                ("on", "on_retained", "on_lost"),
            )
    link(attack, groups, [*heads, "off"])
    outcomes = counted(study.renewal, ["policy_id", "outcome"], {"n": outcome.is_not_null()})
    labels = {
        "left": {"Died": "deceased", "Left the plan": "disenrolled", "Too recent to tell": "not_due"},
        "eligible": {
            "Renewed without a gap": "renewed_on_time",
            "Renewed after a gap": "renewed_late",
            "Approved again on a new initial request": "reauthorized",
            "Renewal denied": "denied",
            "Renewal pending": "pending",
            "Renewal request withdrawn": "withdrawn",
            "Lapsed: still treated around the end or after it, but nobody asked": "lapsed",
            "Treatment had stopped, and nobody asked": "stopped",
        },
    }
    for policy in (A, B):
        shown = {row["row"]: row["Approvals"] for row in page[f"t-renewal-outcome-{policy}"]}
        for whole, kinds in labels.items():
            for label, kind in kinds.items():
                truth = outcomes.get((policy, kind), {"n": 0, "n:p": 0})
                attack.see(((policy, "outcome"), kind), shown[label], truth["n"], truth["n:p"])
            attack.adds_up((("policy", policy), whole), [((policy, "outcome"), kind) for kind in kinds.values()])
    return attack
