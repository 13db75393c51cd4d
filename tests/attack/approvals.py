"""Decisions and criteria, as an attacker reads them from the page."""

import re
from datetime import date, timedelta
from typing import Any

import polars as pl

from tests.attack.approvals_reviews import attack_consistency, attack_denials
from tests.attack.base import LEVELS, Attack, Page, bound_of, counted, link, rate_of, rows_by_group, split
from tests.attack.partly import attack_partly
from tests.attack.therapies import attack_answers, attack_therapies
from tests.attack.turnaround import attack_agreement, attack_turnaround
from tests.attack.way import attack_way
from tests.invented import TREES, A, B

#: The cells of a criterion's table: its value by the first decision; rest is not met or not documented.
WORDS = ("met", "rest", "not_met", "unknown")
TREE = ["policy_id", "policy_version", "request_type"]
_PARTS = (("n", "approved", "denied"), ("denied", "overturned", "finally_denied"))
_SPLITS = (*_PARTS, ("finally_approved", "approved", "overturned"))
_COUNT = r"(a withheld number(?: of)?|<11|[\d,]+)"


def attack_approvals(page: Page, study: Any) -> Attack:
    """Decisions by policy and payer, the months compared, each tree's criteria, denials, and the requests' way."""
    first, final = pl.col("decision") == "approved", pl.col("final_decision") == "approved"
    what = {
        "n": pl.col("decision").is_not_null(),
        "approved": first,
        "denied": ~first,
        "overturned": ~first & final,
        "finally_approved": final,
        "finally_denied": ~final,
    }
    decided = study.request.filter(pl.col("decision").is_in(["approved", "denied"])).with_columns(
        day=pl.coalesce("decided_on", "received_on")
    )
    attack = Attack()
    groups = {level: counted(decided, by, what) for level, by in LEVELS.items()}
    rows = rows_by_group(page["t-approvals-payer"])
    for level, found in groups.items():
        for group, truth in found.items():
            see_decisions(attack, (level, *group), rows[group], truth)
    link(attack, groups, list(what))
    attack_months(attack, page, study, decided, what)
    attack_criteria(attack, page, study, decided)
    attack_denials(attack, page, study, decided)
    attack_consistency(attack, page, study, decided)
    attack_agreement(attack, page, study, decided)
    attack_turnaround(attack, page, study)
    attack_way(attack, page, study)
    before = study.request_evidence.join(decided, on="authorization_id", how="semi")
    attack_therapies(attack, page, before, "t-therapies-before", "Decided requests")
    attack_answers(attack, "t-therapies-before", breakdowns(page, study))
    return attack


def see_decisions(attack: Attack, key: Any, row: dict[str, str], truth: dict[str, Any]) -> None:
    heads = {
        "n": "Decided",
        "approved": "Approved at first",
        "denied": "Denied at first",
        "overturned": "Overturned on appeal",
    }
    for name in ("n", "approved", "denied", "overturned", "finally_approved", "finally_denied"):
        if heads.get(name) in row:
            attack.see((key, name), row[heads[name]], truth[name], truth[f"{name}:p"])
        else:
            attack.guess((key, name), truth[name], truth[f"{name}:p"])
    if rate_of(row, "Final approval rate"):
        attack.know((key, "finally_approved"))
    split(attack, key, *_SPLITS)


def attack_months(attack: Attack, page: Page, study: Any, decided: pl.DataFrame, what: Any) -> None:
    """The years compared, and what is left of all decided requests."""
    end = (study.manifest["authorizations_through"] + timedelta(days=1)).replace(day=1)
    recent, before = end.replace(year=end.year - 1), end.replace(year=end.year - 2)
    day, earliest = pl.col("day"), decided["day"].min()
    assert isinstance(earliest, date)
    ends = {recent: end}
    if earliest.replace(day=1) <= before:
        ends[before] = recent
    stretch = pl.lit("outside")
    for start, stop in ends.items():
        stretch = pl.when((day >= start) & (day < stop)).then(pl.lit(f"{start:%b %Y}")).otherwise(stretch)
    found = counted(decided.with_columns(stretch=stretch), ["stretch"], what)
    rows = {row["row"].split(" to ")[0]: row for row in page["t-approvals-months"]}
    assert set(rows) == {f"{start:%b %Y}" for start in ends}
    for (name,), truth in found.items():
        see_decisions(attack, ("months", name), rows.get(name, {}), truth)
    for name in what:
        attack.adds_up((("all",), name), [(("months", group[0]), name) for group in found])


def breakdowns(page: Page, study: Any) -> dict[str, tuple[str, tuple[str, ...], str]]:
    """The tables of criteria: their ids, and the policy, versions and request type that each is about."""
    found = {}
    for policy in (A, B):
        versions = [version for other, version in TREES if other == policy]
        for kind in ("initial", "renewal"):
            for several in [(version,) for version in versions] + ([tuple(versions)] if len(versions) > 1 else []):
                ident = "t-criteria-" + "-".join((policy, *several, kind))
                if ident in page:
                    found[ident] = (policy, several, kind)
    assert len(found) == sum(ident.startswith("t-criteria-") for ident in page)
    return found


def attack_criteria(attack: Attack, page: Page, study: Any, decided: pl.DataFrame) -> None:
    """Each tree's table: met and not met by decision, what all-of says of parents and children, and the margins."""
    first, value = pl.col("decision") == "approved", pl.col("reviewed")
    totals = counted(decided, TREE, {"n": first.is_not_null(), "approved": first, "denied": ~first})
    for tree, truth in totals.items():
        for name in ("n", "approved", "denied"):
            attack.guess((("tree", *tree), name), truth[name], truth[f"{name}:p"])
        split(attack, ("tree", *tree), ("n", "approved", "denied"))
    for policy in (A, B):
        own = [tree for tree in totals if tree[0] == policy]
        for name in ("n", "approved", "denied"):
            attack.adds_up((("policy", policy), name), [(("tree", *tree), name) for tree in own])
    is_word = {word: value == word for word in ("met", "not_met", "unknown")} | {"rest": value != "met"}
    what = {**is_word}
    what |= {f"{word}_approved": is_word[word] & first for word in WORDS}
    what |= {f"{word}_denied": is_word[word] & ~first for word in WORDS}
    results = study.criterion_result.join(decided, on="authorization_id")
    for ident, (policy, versions, kind) in breakdowns(page, study).items():
        trees = [(policy, version, kind) for version in versions]
        own = (pl.col("policy_id") == policy) & pl.col("policy_version").is_in(versions)
        own &= pl.col("request_type") == kind
        attack_breakdown(attack, page, ident, trees, decided.filter(own))
        found = counted(results.filter(own), ["criterion_id"], what)
        for row in page[ident]:
            see_criterion(attack, ident, row, found[row["row"].split(" ")[0],])
        attack_parents(attack, page, ident, TREES[policy, versions[0]])
        text = page.text[page.text.index(_title(trees)) :]
        attack_partly(attack, page, results.filter(own), ident, trees, text)


def attack_breakdown(attack: Attack, page: Page, ident: str, trees: list[Any], decided: pl.DataFrame) -> None:
    first = pl.col("decision") == "approved"
    truth = counted(decided, [], {"n": first.is_not_null(), "approved": first, "denied": ~first})[()]
    told = re.search(
        rf"{_COUNT} decided requests?: {_COUNT} approved at first, {_COUNT} denied\.",
        page.text[page.text.index(_title(trees)) :],
    )
    assert told
    for name, text in zip(("n", "approved", "denied"), told.groups(), strict=True):
        text = "withheld" if text.startswith("a withheld") else text
        attack.see(((ident, "all"), name), text, truth[name], truth[f"{name}:p"])
        attack.adds_up(((ident, "all"), name), [(("tree", *tree), name) for tree in trees])
    split(attack, (ident, "all"), ("n", "approved", "denied"))


def _title(trees: list[Any]) -> str:
    titles = {A: "Policy of the first document", B: "Policy of the second document"}
    versions = [tree[1] for tree in trees]
    said = f"version {versions[0]}" if len(versions) == 1 else f"versions {' and '.join(versions)} together"
    kind = {"initial": "Initial requests", "renewal": "Renewal requests"}[trees[0][2]]
    return f"{titles[trees[0][0]]} {kind}, {said}"


def see_criterion(attack: Attack, ident: str, row: dict[str, str], truth: dict[str, Any]) -> None:
    key = (ident, row["row"].split(" ")[0])
    heads = {"met": "Met", "rest": "Not met or not documented", "not_met": "of these not met"}
    for name in (*WORDS, *(f"{word}_{decision}" for word in WORDS for decision in ("approved", "denied"))):
        if row.get(heads.get(name, "")):
            attack.see((key, name), row[heads[name]], truth[name], truth[f"{name}:p"])
        else:
            attack.guess((key, name), truth[name], truth[f"{name}:p"])
    if row.get(heads["not_met"]) == "all but <11":
        attack.marked((key, "unknown"))
    for name, head in (("met", "when met"), ("rest", "otherwise"), ("not_met", "when not met")):
        if rate_of(row, f"Approved {head}"):
            attack.know((key, f"{name}_approved"))
        if bound := bound_of(row, f"Approved {head}"):
            attack.marked((key, f"{name}_{'denied' if bound == 'at least' else 'approved'}"))
    everyone = (ident, "all")
    attack.adds_up((everyone, "n"), [(key, "met"), (key, "rest")])
    attack.adds_up((key, "rest"), [(key, "not_met"), (key, "unknown")])
    split(attack, key, *((word, f"{word}_approved", f"{word}_denied") for word in WORDS))
    for decision in ("approved", "denied"):
        attack.adds_up((everyone, decision), [(key, f"{word}_{decision}") for word in ("met", "rest")])
        attack.adds_up((key, f"rest_{decision}"), [(key, f"{word}_{decision}") for word in ("not_met", "unknown")])


def attack_parents(attack: Attack, page: Page, ident: str, tree: list[Any]) -> None:
    """Under an all-of, none is met less often than all of them, and none not met more often."""
    rows = [row["row"].split(" ")[0] for row in page[ident]]
    for criterion, _, _, parent in tree:
        if criterion not in rows or parent not in rows:
            continue
        child, above = (ident, criterion), (ident, parent)
        if attack.truth[above, "met"] <= attack.truth[child, "met"]:
            attack.slack((above, "met"), (child, "met"))
        if attack.truth[child, "not_met"] <= attack.truth[above, "not_met"]:
            attack.slack((child, "not_met"), (above, "not_met"))
