"""What denials rest on, and decisions against the reviews, as an attacker reads them from the page."""

import re
from typing import Any

import polars as pl

from tests.attack.base import Attack, Page
from tests.invented import TREES, A, B

TITLES = {A: "Policy of the first document", B: "Policy of the second document"}


def attack_denials(attack: Attack, page: Page, study: Any, decided: pl.DataFrame) -> None:
    """A policy's denials by unmet conjuncts: alone, with others, without any; several are counted with each."""
    for policy in (A, B):
        ident = f"t-denials-{policy}-initial-renewal"
        if ident not in page:
            continue
        denied = decided.filter((pl.col("policy_id") == policy) & (pl.col("decision") == "denied"))
        whole = (("policy", policy), "denied")
        causes = [_criteria(row["row"]) for row in page[ident][:-1]]
        unmet = pl.col("unmet_conjuncts")
        met = [unmet.list.set_intersection(list(cause)).list.len() > 0 for cause in causes]
        for row, cause in zip(page[ident], causes, strict=False):
            any_of = unmet.list.set_intersection(list(cause)).list.len() > 0
            alone = any_of & (unmet.list.set_difference(list(cause)).list.len() == 0)
            key = (ident, cause)
            _see(attack, (key, "any"), row["Denials with it unmet"], denied.filter(any_of))
            _see(attack, (key, "sole"), row.get("and nothing else", "withheld"), denied.filter(alone))
            _see(attack, (key, "shared"), None, denied.filter(any_of & ~alone))
            if row.get("and nothing else", "withheld") == "all but <11":
                attack.marked((key, "shared"))
            if row.get("and nothing else", "withheld") == "<11":
                attack.marked((key, "sole"))
            shared_out = row.get("Shared out", "withheld")
            if re.fullmatch(r"[\d.]+", shared_out):
                assert {row["Denials with it unmet"], row.get("and nothing else", "withheld")}.isdisjoint(
                    {"withheld", "<11"}
                ), row
            attack.adds_up((key, "any"), [(key, "sole"), (key, "shared")])
        none = denied.filter(unmet.list.len() == 0)
        _see(attack, (ident, "none"), page[ident][-1]["Denials with it unmet"], none)
        several = denied.filter(pl.sum_horizontal(one.cast(pl.Int64) for one in met) > 1)
        _see(attack, (ident, "mixed"), None, several)
        keys = [(ident, cause) for cause in causes]
        attack.adds_up(whole, [(ident, "none"), (ident, "mixed"), *((key, "sole") for key in keys)])
        # Each of several causes counts them once, and there are at least two.
        twice, rest = (ident, "mixed twice"), (ident, "more than twice")
        shared = [(key, "shared") for key in keys]
        attack.guess(twice, 2 * several.height, people=0)
        attack.adds_up(twice, [(ident, "mixed"), (ident, "mixed")])
        attack.guess(rest, sum(attack.truth[cell] for cell in shared) - 2 * several.height, people=0)
        attack.truth[ident, "all shared"], attack.people[ident, "all shared"] = 0, 0
        attack.guess((ident, "all shared"), sum(attack.truth[cell] for cell in shared), people=0)
        attack.adds_up((ident, "all shared"), shared)
        attack.adds_up((ident, "all shared"), [twice, rest])
        _relate_to_trees(attack, page, policy, ident, causes)


def _criteria(title: str) -> tuple[str, ...]:
    if title.startswith("One of "):
        several = title.removeprefix("One of ").split(", ")
        if all(any(name == row[0] for tree in TREES.values() for row in tree) for name in several):
            return tuple(several)
    return (title.split(" ")[0],)


def _see(attack: Attack, cell: Any, text: str | None, rows: pl.DataFrame) -> None:
    if text is None:
        attack.guess(cell, rows.height, rows["person_id"].n_unique())
    else:
        attack.see(cell, text, rows.height, rows["person_id"].n_unique())


def _relate_to_trees(attack: Attack, page: Page, policy: str, ident: str, causes: list[tuple[str, ...]]) -> None:
    """Denials with a criterion unmet are those of the trees, where all of the policy's requests are in one."""
    tables = [other for other in page if other.startswith(f"t-criteria-{policy}")]
    inside = sum(attack.truth[(table, "all"), "denied"] for table in tables)
    if inside != attack.truth[("policy", policy), "denied"]:
        return
    for cause in causes:
        cells = [((table, cause[0]), "not_met_denied") for table in tables]
        if len(cause) == 1 and all(cell in attack.boxes for cell in cells):
            attack.adds_up(((ident, cause), "any"), cells)


WORDS = {
    "Decision agrees with the review": ("consistent", ("met_approved", "not_met_denied")),
    "Approved, though the criteria are not met": ("approved_unmet", ("not_met_approved",)),
    "Approved, though the record leaves criteria open": ("approved_undocumented", ("unknown_approved",)),
    "Denied, though all criteria are met": ("denied_all_met", ("met_denied",)),
    "Denied, and the record leaves criteria open": ("denied_undocumented", ("unknown_denied",)),
}
RECORDS = {"met": "where all criteria are met,", "not_met": "where one that must be met isn't,"}
RECORDS["unknown"] = "where one isn't documented,"
#: A policy's requests, those approved and those denied: how the cells of a value are called of which they are the sum.
SUFFIXES = {"n": "", "approved": "_approved", "denied": "_denied"}


def attack_consistency(attack: Attack, page: Page, study: Any, decided: pl.DataFrame) -> None:
    """The five words by policy, which the roots of its trees add up to, and the sentence of rates above them."""
    if "t-consistency" not in page:
        return
    roots = [tree[0][0] for tree in TREES.values()]
    rooted = study.criterion_result.filter(pl.col("criterion_id").is_in(roots))
    rooted = rooted.select("authorization_id", "reviewed").join(decided.drop("reviewed"), on="authorization_id")
    for policy in (A, B):
        key, own = ("consistency", policy), rooted.filter(pl.col("policy_id") == policy)
        for decision in ("approved", "denied"):
            for value in RECORDS:
                some = own.filter((pl.col("reviewed") == value) & (pl.col("decision") == decision))
                _see(attack, (key, f"{value}_{decision}"), None, some)
        for value in RECORDS:
            _see(attack, (key, value), None, own.filter(pl.col("reviewed") == value))
            attack.adds_up((key, value), [(key, f"{value}_approved"), (key, f"{value}_denied")])
        for row in page["t-consistency"]:
            word, cells = WORDS[row["row"]]
            _see(attack, (key, word), row[TITLES[policy]], own.filter(pl.col("consistency") == word))
            attack.adds_up((key, word), [(key, cell) for cell in cells])
        attack.adds_up((("policy", policy), "n"), [(key, word) for word, _ in WORDS.values()])
        for whole, suffix in SUFFIXES.items():
            attack.adds_up((("policy", policy), whole), [(key, f"{value}{suffix}") for value in RECORDS])
        _read_rates(attack, page, key, policy)
        _relate_to_roots(attack, page, key, policy, own)
        denials = f"t-denials-{policy}-initial-renewal"
        if denials in page:
            words = [(key, "denied_all_met"), (key, "denied_undocumented")]
            attack.adds_up((denials, "none"), words)


def _relate_to_roots(attack: Attack, page: Page, key: Any, policy: str, own: pl.DataFrame) -> None:
    """What a policy's requests come to is told at the roots of its trees, but for the trees without a table."""
    tables = [other for other in page if other.startswith(f"t-criteria-{policy}")]
    roots = [(table, page[table][0]["row"].split(" ")[0]) for table in tables]
    told = pl.concat_str("policy_id", "policy_version", "request_type", separator="-")
    inside = [f"{policy}-{version}-{kind}" for table in tables for version, kind in _trees(table, policy)]
    elsewhere = own.filter(~told.is_in(inside))
    for value in RECORDS:
        for suffix in SUFFIXES.values():
            cell, some = f"{value}{suffix}", elsewhere.filter(pl.col("reviewed") == value)
            if suffix:
                some = some.filter(pl.col("decision") == suffix[1:])
            parts = [(root, cell) for root in roots]
            if not elsewhere.is_empty():
                parts.append((("elsewhere", policy), cell))
                _see(attack, parts[-1], None, some)
            attack.adds_up((key, cell), parts)


def _trees(table: str, policy: str) -> list[tuple[str, str]]:
    """The versions and the request type that a table of criteria is about, by its id."""
    kind = table.rsplit("-", 1)[-1]
    return [(version, kind) for other, version in TREES if other == policy and version in table]


def _read_rates(attack: Attack, page: Page, key: Any, policy: str) -> None:
    said = re.search(rf"{TITLES[policy]}, approved at first: (.*?)\. (?=Policy|Decisions)", page.text)
    assert said
    for value, words in RECORDS.items():
        told = re.search(rf"{words} [\d.]+% \(([\d,]+) of ([\d,]+) requests\)", said[1])
        if told:
            for cell, text in ((f"{value}_approved", told[1]), (value, told[2])):
                assert int(text.replace(",", "")) == attack.truth[key, cell]
                assert not 1 <= attack.people[key, cell] <= 10
                attack.know((key, cell))
        else:
            assert f"{words} a withheld share" in said[1] or words not in said[1]
