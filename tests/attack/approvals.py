"""Decisions and criteria, as an attacker reads them from the page."""

import re
from typing import Any

import polars as pl

from tests.attack.base import LEVELS, Attack, counted, link, rows_by_group, split
from tests.invented import A, B


def attack_approvals(page: dict[str, list[dict[str, str]]], study: Any) -> Attack:
    """Decisions by policy and payer, and each tree's criteria with the decisions on them."""
    heads = {
        "n": "Decided",
        "approved": "Approved at first",
        "denied": "Denied at first",
        "overturned": "of these overturned on appeal",
        "finally_approved": "Approved in the end",
    }
    decided = study.request.filter(pl.col("decision").is_in(["approved", "denied"]))
    first, final = pl.col("decision") == "approved", pl.col("final_decision") == "approved"
    what = {
        "n": pl.col("decision").is_not_null(),
        "approved": first,
        "denied": ~first,
        "overturned": ~first & final,
        "finally_approved": final,
        "finally_denied": ~final,
    }
    attack = Attack()
    groups = {level: counted(decided, by, what) for level, by in LEVELS.items()}
    rows = rows_by_group(page["t-approvals-payer"])
    for level, found in groups.items():
        for group, truth in found.items():
            for name, head in heads.items():
                attack.see(((level, *group), name), rows[group][head], truth[name], truth[f"{name}:p"])
            attack.guess(((level, *group), "finally_denied"), truth["finally_denied"], truth["finally_denied:p"])
            split(
                attack,
                (level, *group),
                ("n", "approved", "denied"),
                ("denied", "overturned", "finally_denied"),
                ("finally_approved", "approved", "overturned"),
            )
    link(attack, groups, [*heads, "finally_denied"])
    attack_criteria(attack, page, study, decided)
    return attack


def attack_criteria(attack: Attack, page: dict[str, list[dict[str, str]]], study: Any, decided: pl.DataFrame) -> None:
    by = ["policy_id", "policy_version", "request_type"]
    first, value = pl.col("decision") == "approved", pl.col("reviewed")
    trees = counted(decided, by, {"n": first.is_not_null(), "approved": first, "denied": ~first})
    words = {"met": "Met", "not_met": "Not met", "unknown": "Not documented"}
    what = {word: value == word for word in words}
    what |= {f"{word}_approved": (value == word) & first for word in words}
    what |= {f"{word}_denied": (value == word) & ~first for word in words}
    found = counted(study.criterion_result.join(decided, on="authorization_id"), [*by, "criterion_id"], what)
    for tree, totals in trees.items():
        for name in ("n", "approved", "denied"):
            attack.guess((tree, name), totals[name], totals[f"{name}:p"])
        split(attack, tree, ("n", "approved", "denied"))
        for row in page.get("t-criteria-" + "-".join(tree), []):
            criterion = row["row"].split(" ")[0]
            key, truth = (*tree, criterion), found[(*tree, criterion)]
            for word, head in words.items():
                attack.see((key, word), row[head], truth[word], truth[f"{word}:p"])
                for decision in ("approved", "denied"):
                    name = f"{word}_{decision}"
                    attack.guess((key, name), truth[name], truth[f"{name}:p"])
                split(attack, key, (word, f"{word}_approved", f"{word}_denied"))
            for word, head in (("met", "Approved when met95% limits"), ("not_met", "Approved when not met95% limits")):
                text = next(text for other, text in row.items() if other.replace(" ", "") == head.replace(" ", ""))
                if re.match(r"[\d.]+%", text):
                    # A rate with its counted denominator tells the count that it is of.
                    attack.boxes[key, f"{word}_approved"] = (truth[f"{word}_approved"],) * 2
            attack.adds_up((tree, "n"), [(key, word) for word in words])
            for decision in ("approved", "denied"):
                attack.adds_up((tree, decision), [(key, f"{word}_{decision}") for word in words])
    for policy in (A, B):
        own = [tree for tree in trees if tree[0] == policy]
        for name in ("n", "approved", "denied"):
            attack.adds_up((("policy", policy), name), [(tree, name) for tree in own])
