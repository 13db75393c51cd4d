"""The way from request to renewal, as an attacker reads it from the page."""

from typing import Any

import polars as pl

from tests.attack.base import LEVELS, Attack, Page, counted, rows_by_group, split
from tests.invented import A, B

TITLES = {A: "Policy of the first document", B: "Policy of the second document"}
STEPS = ("n", "decided", "approved", "ended", "treated", "asked", "renewed")
_SPLITS = (
    ("n", "decided", "undecided"),
    ("decided", "approved", "not_approved"),
    ("approved", "ended", "open"),
    ("ended", "treated", "untreated"),
    ("treated", "asked", "not_asked"),
    ("asked", "renewed", "not_renewed"),
)


def attack_way(attack: Attack, page: Page, study: Any) -> None:
    """Steps by policy, doses by payer, and the decisions of which initial requests are a part."""
    decided = pl.col("decision").is_in(["approved", "denied"])
    approved = pl.col("final_decision") == "approved"
    ended = approved & pl.col("is_ended")
    treated = ended & pl.col("first_administered_on").is_not_null()
    asked = treated & pl.col("renewal_authorization_id").is_not_null()
    renewed = asked & (pl.col("renewal_final_decision") == "approved").fill_null(False)
    what = {"n": pl.col("payer").is_not_null(), "decided": decided, "approved": approved, "ended": ended}
    what |= {"treated": treated, "asked": asked, "renewed": renewed, "untreated": ended & ~treated}
    what |= {"undecided": ~decided, "not_approved": decided & ~approved, "open": approved & ~ended}
    what |= {"not_asked": treated & ~asked, "not_renewed": asked & ~renewed}
    groups = {level: counted(study.authorization_way, by, what) for level, by in LEVELS.items()}
    steps = _steps(page)
    doses = rows_by_group(page["t-way-untreated"])
    heads = {"ended": "Approvals that are over", "treated": "Treated", "untreated": "Never treated"}
    for level, found in groups.items():
        for group, truth in found.items():
            key = ("way", level, *group)
            seen = steps.get(group, {}) | {name: doses[group][head] for name, head in heads.items()}
            for name in what:
                if name in seen:
                    attack.see((key, name), seen[name], truth[name], truth[f"{name}:p"])
                else:
                    attack.guess((key, name), truth[name], truth[f"{name}:p"])
            split(attack, key, *_SPLITS)
    keyed = {
        level: {("way", level, *group): truth for group, truth in found.items()} for level, found in groups.items()
    }
    assert keyed
    for upper, lower in (("all", "policy"), ("policy", "payer")):
        for group in groups[upper]:
            below = [other for other in groups[lower] if other[: len(group)] == group]
            for name in what:
                attack.adds_up((("way", upper, *group), name), [(("way", lower, *other), name) for other in below])
    _relate_to_decisions(attack, study, groups)
    _relate_to_rows(attack, page, study)


def _relate_to_rows(attack: Attack, page: Page, study: Any) -> None:
    """Rows used are requests: those decided, and those not, which are initial or renewals, and pending or withdrawn."""
    fates = next(row for row in page["t-reconciliation"] if row["row"] == "authorization")
    truth = study.reconciliation.filter(pl.col("table_name") == "authorization").row(0, named=True)
    heads = {"read": "Rows read", "used": "Used", "excluded": "Excluded by the rules", "quarantined": "Quarantined"}
    heads["out_of_scope"] = "Out of scope"
    for name, head in heads.items():
        attack.see(("rows", name), fates[head], truth[f"rows_{name}"], truth[f"rows_{name}"])
    attack.adds_up(("rows", "read"), [("rows", name) for name in list(heads)[1:]])
    undecided = study.request.filter(~pl.col("decision").is_in(["approved", "denied"]))
    for name, some in (
        ("all", undecided),
        ("renewal", undecided.filter(pl.col("request_type") == "renewal")),
        ("withdrawn", undecided.filter(pl.col("decision") != "pending")),
    ):
        attack.guess(("not decided", name), some.height, some["person_id"].n_unique())
    every = ("not decided", "all")
    attack.adds_up(("rows", "used"), [(("all",), "n"), every])
    attack.adds_up(every, [(("way", "all"), "undecided"), ("not decided", "renewal")])
    attack.adds_up(every, [("pending", "n"), ("not decided", "withdrawn")])


def _steps(page: Page) -> dict[tuple[str, ...], dict[str, str]]:
    """The steps of each policy: how many requests got there."""
    found: dict[tuple[str, ...], dict[str, str]] = {}
    group: tuple[str, ...] = ()
    for place, row in enumerate(page["t-way-steps"]):
        if place % len(STEPS) == 0:
            group = (next(policy for policy, title in TITLES.items() if row["row"].startswith(title)),)
        found.setdefault(group, {})[STEPS[place % len(STEPS)]] = row["Initial requests"]
    return found


def _relate_to_decisions(attack: Attack, study: Any, groups: dict[str, Any]) -> None:
    """Decided requests are initial ones, told here, and renewals, of which the rest is left."""
    again = study.request.filter(
        (pl.col("request_type") == "renewal") & pl.col("decision").is_in(["approved", "denied"])
    )
    final = pl.col("final_decision") == "approved"
    what = {"decided": final.is_not_null(), "approved": final, "not_approved": ~final}
    ours = {"decided": "n", "approved": "finally_approved", "not_approved": "finally_denied"}
    for level, by in LEVELS.items():
        others = counted(again, by, what)
        for group in groups[level]:
            truth = others.get(group, dict.fromkeys([*what, *(f"{name}:p" for name in what)], 0))
            for name, whole in ours.items():
                rest = (("renewal requests", level, *group), name)
                attack.guess(rest, truth[name] or 0, truth[f"{name}:p"])
                attack.adds_up(((level, *group), whole), [(("way", level, *group), name), rest])
