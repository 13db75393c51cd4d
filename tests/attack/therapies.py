"""Other drugs before requests and around doses, as an attacker reads them from the page."""

import polars as pl

from tests.attack.base import TITLES, Attack, Page, counted, split
from tests.invented import B

HEADS = {
    "confirmed": "Documented, and in claims",
    "not_in_claims": "Documented, not in claims",
    "contradicted": "Documented as not given, but in claims",
    "agreed": "Documented as not given, and not in claims",
    "derived": "Not documented, but in claims",
    "neither": "Not documented, nor in claims",
}
#: What is documented, and what it is made of.
SAID = (("yes", "confirmed", "not_in_claims"), ("no", "contradicted", "agreed"))
GROUPS = {"policy": ["policy_id", "therapy"], "payer": ["policy_id", "therapy", "payer"]}


def attack_therapies(attack: Attack, page: Page, frame: pl.DataFrame, ident: str, things: str) -> None:
    """Six cases that add up to the requests, or administrations, which the attack knows by policy and payer already."""
    said, shown = pl.col("documented"), pl.col("on_claims") == "yes"
    yes, no = (said == "yes").fill_null(False), (said == "no").fill_null(False)
    what = {"n": shown.is_not_null(), "confirmed": yes & shown, "not_in_claims": yes & ~shown}
    what |= {"contradicted": no & shown, "agreed": no & ~shown, "yes": yes, "no": no}
    what |= {"derived": said.is_null() & shown, "neither": said.is_null() & ~shown}
    groups = {level: counted(frame, by, what) for level, by in GROUPS.items()}
    rows = _rows(page[ident])
    assert rows.keys() == groups["policy"].keys() | groups["payer"].keys()
    for level, found in groups.items():
        for group, truth in found.items():
            key = (ident, *group)
            for name, head in ({"n": things} | HEADS).items():
                attack.see((key, name), rows[group][head], truth[name], truth[f"{name}:p"])
            for name in ("yes", "no"):
                attack.guess((key, name), truth[name], truth[f"{name}:p"])
            split(attack, key, ("n", *HEADS), *SAID)
            attack.adds_up(((level, group[0], *group[2:]), "n"), [(key, "n")])
    for group in groups["policy"]:
        below = [other for other in groups["payer"] if other[:2] == group]
        for name in what:
            attack.adds_up(((ident, *group), name), [((ident, *other), name) for other in below])


def _rows(table: list[dict[str, str]]) -> dict[tuple[str, ...], dict[str, str]]:
    """The rows by policy, drug and payer; of one policy alone the page leaves its title out."""
    found: dict[tuple[str, ...], dict[str, str]] = {}
    drug: tuple[str, ...] = ()
    for row in table:
        title, _, name = row["row"].partition(": ")
        if title in TITLES or title == "with capecitabine":
            drug = (TITLES[title], name) if name else (B, title)
            found[drug] = row
        else:
            found[(*drug, row["row"])] = row
    return found


def attack_answers(attack: Attack, ident: str, tables: dict[str, tuple[str, tuple[str, ...], str]]) -> None:
    """Documents may be a criterion's answers: where both tables count the same, each tells what the other withholds.

    tables: the tables of criteria by id, with policy, versions and request type.
    """
    criteria: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for key, name in list(attack.truth):
        if key[0] in tables and len(key) == 2 and name == "met":
            policy, _, kind = tables[key[0]]
            for kinds in ("all", kind):
                criteria.setdefault((policy, key[1], kinds), []).append(key)
    for key, name in list(attack.truth):
        if key[0] != ident or len(key) != 3 or name not in ("yes", "no") or not attack.truth[key, name]:
            continue
        for (policy, *_), cells in criteria.items():
            for value in ("met", "not_met"):
                parts = [(cell, value) for cell in cells]
                if policy == key[1] and attack.truth[key, name] == sum(attack.truth[part] for part in parts):
                    attack.adds_up((key, name), parts)
