"""What only some of a tree's requests must meet, as an attacker reads it beside the tree itself."""

import re
from typing import Any

import polars as pl

from tests.attack.base import Attack, Page, counted, split

_WORDS = ("met", "rest", "not_met", "unknown")
_DECISIONS = ("approved", "denied")
_HEADS = {"met": "Met", "rest": "Not met or not documented", "not_met": "of these not met"}


def attack_partly(attack: Attack, page: Page, results: pl.DataFrame, ident: str, trees: list[Any], text: str) -> None:
    """ident: the tree's table, whose cells are known. results: its rows of criteria. text: the page from its title on.

    Who faces which criteria is told by nobody, but all that is counted of it adds up from requests that face the same.
    """
    rows = {row["row"].split(" ")[0]: row for row in page.get(ident.replace("t-criteria-", "t-partly-"), [])}
    hidden = re.match(r".{,700}?Some must meet these too, but no number is shown, [^:]*: ([^ ]+(?:, [^ ]+)*)\. ", text)
    if hidden and hidden.start(1) < text.index("Criteria as the reviewers recorded them"):
        rows |= {name: {"Requests that must meet it": "withheld"} for name in hidden[1].split(", ")}
    if not rows:
        return
    first, value = pl.col("decision") == "approved", pl.col("reviewed")
    whole = {"n": first.is_not_null(), "approved": first, "denied": ~first}
    faced = pl.col("criterion_id").filter(pl.col("criterion_id").is_in(list(rows))).sort().str.join("|")
    asked = results.group_by("authorization_id", "person_id", "policy_version", "decision").agg(asked=faced)
    groups = counted(asked, ["policy_version", "asked"], whole)
    keys = {group: ((ident, "asked"), *group) for group in groups}
    for group, truth in groups.items():
        for name in whole:
            attack.guess((keys[group], name), truth[name], truth[f"{name}:p"])
        split(attack, keys[group], ("n", *_DECISIONS))
    for name in whole:
        attack.adds_up(((ident, "all"), name), [(key, name) for key in keys.values()])
        for tree in trees:
            attack.adds_up((("tree", *tree), name), [(key, name) for (v, _), key in keys.items() if v == tree[1]])
    what = {word: value == word for word in ("met", "not_met", "unknown")} | {"rest": value != "met"}
    what |= {f"{word}_approved": what[word] & first for word in _WORDS}
    what |= {f"{word}_denied": what[word] & ~first for word in _WORDS}
    found = counted(results, ["criterion_id"], what | whole)
    for criterion, row in rows.items():
        _see(attack, (ident, criterion), row, found[criterion,])
        for name in whole:
            own = [(key, name) for (_, names), key in keys.items() if criterion in names.split("|")]
            attack.adds_up(((ident, criterion), name), own)


def _see(attack: Attack, key: Any, row: dict[str, str], truth: dict[str, Any]) -> None:
    attack.see((key, "n"), row["Requests that must meet it"], truth["n"], truth["n:p"])
    for name in _DECISIONS:
        attack.guess((key, name), truth[name], truth[f"{name}:p"])
    for name in (*_WORDS, *(f"{word}_{decision}" for word in _WORDS for decision in _DECISIONS)):
        if row.get(_HEADS.get(name, "")):
            attack.see((key, name), row[_HEADS[name]], truth[name], truth[f"{name}:p"])
        else:
            attack.guess((key, name), truth[name], truth[f"{name}:p"])
    if row.get(_HEADS["not_met"]) == "all but <11":
        attack.marked((key, "unknown"))
    split(attack, key, ("n", *_DECISIONS), ("n", "met", "rest"), ("rest", "not_met", "unknown"))
    split(attack, key, *((word, *(f"{word}_{decision}" for decision in _DECISIONS)) for word in _WORDS))
    split(attack, key, *((decision, f"met_{decision}", f"rest_{decision}") for decision in _DECISIONS))
    split(attack, key, *((f"rest_{one}", f"not_met_{one}", f"unknown_{one}") for one in _DECISIONS))
