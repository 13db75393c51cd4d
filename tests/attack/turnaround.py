"""Time to decision, appeals, pending requests, and reviews against facts, as an attacker reads them from the page."""

import re
from typing import Any

import polars as pl

from tests.attack.base import LEVELS, Attack, Page, bound_of, counted, rate_of, rows_by_group, split
from tests.invented import A, B

TITLES = {A: "Policy of the first document", B: "Policy of the second document"}
MARKS = {"standard": 168, "expedited": 72}


def attack_turnaround(attack: Attack, page: Page, study: Any) -> None:
    """Decided requests by priority, of which a payer's are all of its decided ones; appeals, extensions, pending."""
    decided, approved = pl.col("decision").is_in(["approved", "denied"]), pl.col("decision") == "approved"
    what: dict[str, pl.Expr] = {}
    for priority, mark in MARKS.items():
        whole = decided & (pl.col("priority") == priority)
        timely = (pl.col("hours_to_decision") <= mark).fill_null(False)
        what |= {priority: whole, f"{priority}_approved": whole & approved, f"{priority}_denied": whole & ~approved}
        what |= {f"{priority}_timely": whole & timely, f"{priority}_late": whole & ~timely}
    appeals = decided & (pl.col("priority") == "standard") & pl.col("appeal_decision").is_in(["overturned", "upheld"])
    overturned = (pl.col("appeal_decision") == "overturned").fill_null(False)
    extended = decided & pl.col("extended")
    what |= {"appeals": appeals, "appeals_approved": appeals & overturned, "appeals_denied": appeals & ~overturned}
    what |= {"extended": extended, "extended_approved": extended & approved, "extended_denied": extended & ~approved}
    groups = {level: counted(study.request, by, what) for level, by in LEVELS.items()}
    by_priority = {row["row"]: row for row in page["t-metrics-decided"]}
    others = rows_by_group(page["t-metrics-other"])
    for level, found in groups.items():
        for group, truth in found.items():
            key = ("turnaround", level, *group)
            for name in what:
                attack.guess((key, name), truth[name] or 0, truth[f"{name}:p"])
            who = {"all": "All payers", "payer": group[-1] if group else ""}.get(level)
            for priority in MARKS if who else ():
                _read_priority(attack, key, priority, by_priority[f"{who}, {priority}"], truth)
            _read_others(attack, key, others[group], truth)
            split(attack, key, *(_parts(name, "approved", "denied") for name in (*MARKS, "appeals", "extended")))
            split(attack, key, *(_parts(priority, "timely", "late") for priority in MARKS))
            for whole, word in (("n", ""), ("approved", "_approved"), ("denied", "_denied")):
                attack.adds_up(((level, *group), whole), [(key, f"{priority}{word}") for priority in MARKS])
    for upper, lower in (("all", "policy"), ("policy", "payer")):
        for group in groups[upper]:
            below = [other for other in groups[lower] if other[: len(group)] == group]
            for name in what:
                cells = [(("turnaround", lower, *other), name) for other in below]
                attack.adds_up((("turnaround", upper, *group), name), cells)
    _read_pending(attack, page, study)


def _parts(whole: str, *parts: str) -> tuple[str, ...]:
    return (whole, *(f"{whole}_{part}" for part in parts))


def _read_priority(attack: Attack, key: Any, priority: str, row: dict[str, str], truth: dict[str, Any]) -> None:
    for name, head in ((priority, "Decided"), (f"{priority}_denied", "Denied")):
        attack.see((key, name), row[head], truth[name], truth[f"{name}:p"])
    _read_rate(attack, key, row, "Approved", f"{priority}_approved", f"{priority}_denied")
    _read_rate(attack, key, row, "Decided by the mark", f"{priority}_timely", f"{priority}_late")
    people = truth[f"{priority}:p"]
    for head in ("Mean time to decision", "Median time"):
        assert people >= 22 or row[head] == "withheld", f"{head} of {people} people"


def _read_others(attack: Attack, key: Any, row: dict[str, str], truth: dict[str, Any]) -> None:
    heads = {"appeals": "Appeals decided, standard requests", "extended": "Requests whose time was extended"}
    for name, head in heads.items():
        attack.see((key, name), row[head], truth[name] or 0, truth[f"{name}:p"])
    _read_rate(attack, key, row, "Approved after appeal", "appeals_approved", "appeals_denied")
    _read_rate(attack, key, row, "Approved of these", "extended_approved", "extended_denied")


def _read_rate(attack: Attack, key: Any, row: dict[str, str], head: str, part: str, rest: str) -> None:
    if rate_of(row, head):
        assert not 1 <= attack.people[key, part] <= 10, (key, part)
        attack.know((key, part))
    if bound := bound_of(row, head):
        attack.marked((key, rest if bound == "at least" else part))


def _read_pending(attack: Attack, page: Page, study: Any) -> None:
    """Pending requests, and their ages where the page tells them apart."""
    as_of = study.manifest["as_of"]
    pending = study.request.filter(pl.col("decision") == "pending").with_columns(
        age=(pl.lit(as_of) - pl.col("received_on")).dt.total_days().clip(lower_bound=0)
    )
    said = re.search(r"(a withheld number of|<11|[\d,]+) requests? (?:is|are) not decided yet", page.text)
    assert said
    text = "withheld" if said[1].startswith("a ") else said[1]
    attack.see(("pending", "n"), text, pending.height, pending["person_id"].n_unique())
    cells = []
    for row in page.get("t-pending", []):
        numbers = [int(number) for number in re.findall(r"\d+", row["row"])]
        least, most = numbers if len(numbers) == 2 else (numbers[0] + 1, 10**6)
        some = pending.filter(pl.col("age").is_between(least, most))
        cells.append((("pending", row["row"]), "n"))
        attack.see(cells[-1], row["Pending requests"], some.height, some["person_id"].n_unique())
    if cells:
        attack.adds_up(("pending", "n"), cells)


def attack_agreement(attack: Attack, page: Page, study: Any, decided: pl.DataFrame) -> None:
    """Answers that agree and differ, by policy and criterion, and the two ways to differ."""
    if "t-agreement" not in page:
        return
    reviewed, evaluated = pl.col("reviewed"), pl.col("evaluated")
    known = reviewed.is_in(["met", "not_met"])
    both = known & evaluated.is_in(["met", "not_met"])
    both &= ~pl.col("presumed_in_review") & ~pl.col("presumed_in_evaluation")
    what = {"both": both, "agree": both & (reviewed == evaluated), "disagree": both & (reviewed != evaluated)}
    what |= {"both_met": both & (reviewed == "met") & (evaluated == "met")}
    what |= {"neither": both & (reviewed == "not_met") & (evaluated == "not_met")}
    what |= {"reviewer": both & (reviewed == "met") & (evaluated == "not_met")}
    what |= {"facts": both & (reviewed == "not_met") & (evaluated == "met")}
    results = study.criterion_result.join(decided.drop("reviewed"), on="authorization_id")
    policy, own, alone = "", results, list[str]()
    for row in page["t-agreement"]:
        title = next((name for name, words in TITLES.items() if row["row"].startswith(f"{words}:")), None)
        if title:
            policy, own, alone = title, results.filter(pl.col("policy_id") == title), []
            some = own
        elif row["row"] == "All others together":
            some = own.filter(~pl.col("criterion_id").is_in(alone))
        else:
            alone.append(row["row"].split(" ")[0])
            some = own.filter(pl.col("criterion_id") == alone[-1])
        truth = counted(some, [], what)[()]
        key = ("agreement", policy, row["row"])
        for name in what:
            attack.guess((key, name), truth[name], truth[f"{name}:p"])
        attack.see((key, "both"), row["Answers compared"], truth["both"], truth["both:p"])
        _read_rate(attack, key, row, "They agree", "agree", "disagree")
        if re.fullmatch(r"−?[\d.]+", row["Cohen's kappa"]):
            for name in ("both_met", "neither", "reviewer", "facts"):
                assert not 1 <= attack.people[key, name] <= 10, (key, name)
                attack.know((key, name))
        split(attack, key, ("both", "agree", "disagree"), ("agree", "both_met", "neither"))
        split(attack, key, ("disagree", "reviewer", "facts"))
        if title:
            _read_ways_to_differ(attack, page, key, policy)
    for policy, words in TITLES.items():
        rows = [row["row"] for row in page["t-agreement"]]
        all_of_them = ": all criteria without parts"
        start = rows.index(f"{words}{all_of_them}")
        below = [name for name in rows[start + 1 :] if not name.endswith(all_of_them)]
        stop = next((i for i, name in enumerate(rows[start + 1 :]) if name.endswith(all_of_them)), len(below))
        if below[:stop]:
            for name in what:
                cells = [(("agreement", policy, row), name) for row in below[:stop]]
                attack.adds_up((("agreement", policy, rows[start]), name), cells)


def _read_ways_to_differ(attack: Attack, page: Page, key: Any, policy: str) -> None:
    said = re.search(
        rf"{TITLES[policy]}: where they differ, (.+?) answers? met by the review alone, (.+?) answers? by the facts",
        page.text,
    )
    assert said
    for name, text in zip(("reviewer", "facts"), said.groups(), strict=True):
        if re.fullmatch(r"[\d,]+", text):
            assert int(text.replace(",", "")) == attack.truth[key, name]
            assert not 1 <= attack.people[key, name] <= 10
            attack.know((key, name))
        elif text == "<11":
            attack.marked((key, name))
