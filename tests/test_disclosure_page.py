"""An attacker at work on the page itself: it reads the HTML alone, and reckons with every total that it finds there.

For each table shape the true persons behind each cell are counted from the study; a cell of 1 to 10 persons must not be
shown, and the attacker's bounds for it, by a linear program of the test's own, must leave the whole of 1 to 10 open.
"""

import re
from collections.abc import Hashable, Mapping, Sequence
from html import unescape
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.optimize import linprog

from analytics import report
from analytics.disclosure import Ledger
from tests.test_report_invented import TREES, A, B, invented_study

Cell = tuple[Hashable, str]
TITLES = {"Policy of the first document": A, "Policy of the second document": B}


def tables(html: str) -> dict[str, list[dict[str, str]]]:
    """Each table of a page by its id: its rows, by column heading (the first column is `row`)."""
    found = {}
    for ident, body in re.findall(r'<table id="([^"]+)">(.*?)</table>', html, re.S):
        rows = [
            [
                unescape(re.sub(r"<[^>]+>", "", cell)).strip()
                for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)
            ]
            for row in re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.S)
        ]
        heads = ["row", *rows[0][1:]]
        found[ident] = [dict(zip(heads, row, strict=True)) for row in rows[1:]]
    return found


class Attack:
    """Cells as read from the page, and what adds up."""

    def __init__(self) -> None:
        self.boxes: dict[Cell, tuple[float, float | None]] = {}
        self.truth: dict[Cell, int] = {}
        self.people: dict[Cell, int] = {}
        self.relations: list[tuple[list[tuple[Cell, int]], bool]] = []
        self._below: list[tuple[Cell, Cell]] = []

    def see(self, cell: Cell, text: str, truth: int, people: int) -> None:
        """A printed cell, with its true value and persons (which only the test knows)."""
        self.truth[cell], self.people[cell] = truth, people
        if re.fullmatch(r"[\d,]+", text):
            number = int(text.replace(",", ""))
            assert number == truth, (cell, text, truth)
            assert not 1 <= people <= 10, f"{cell} shows {text}, though {people} people stand behind it"
            self.boxes[cell] = (number, number)
        elif text == "<11":
            assert 1 <= people <= 10, (cell, people)
            self.boxes[cell] = (1, 10 if truth <= 10 else None)
        else:
            assert text in ("withheld", "all but <11"), text
            self.boxes[cell] = (0, None)

    def guess(self, cell: Cell, truth: int, people: int) -> None:
        """A cell that is not printed, but can be worked out or bounded."""
        self.truth[cell], self.people[cell] = truth, people
        self.boxes[cell] = (0, None)

    def adds_up(self, whole: Cell, parts: Sequence[Cell]) -> None:
        assert self.truth[whole] == sum(self.truth[part] for part in parts), (whole, parts)
        self.relations.append(([(whole, -1), *((part, 1) for part in parts)], True))

    def leaks(self) -> list[tuple[Cell, float, float]]:
        """Small cells that are bounded to less than 1 to 10."""
        place = {cell: i for i, cell in enumerate(self.boxes)}
        matrix = np.zeros((len(self.relations), len(place)))
        for row, (terms, _) in enumerate(self.relations):
            for cell, sign in terms:
                matrix[row, place[cell]] += sign
        found = []
        for cell, people in self.people.items():
            if not 1 <= people <= 10:
                continue
            ends = []
            for sign in (1, -1):
                cost = np.zeros(len(place))
                cost[place[cell]] = sign
                solved = linprog(cost, A_eq=matrix, b_eq=np.zeros(len(matrix)), bounds=list(self.boxes.values()))
                ends.append(solved.fun * sign if solved.status == 0 else float("inf"))
            if ends[0] > 1 + 1e-6 or ends[1] < 10 - 1e-6:
                found.append((cell, ends[0], ends[1]))
        return found


def counted(
    frame: pl.DataFrame, by: Sequence[str], what: Mapping[str, pl.Expr]
) -> dict[tuple[Any, ...], dict[str, Any]]:
    """True counts and persons of each group, straight from the study."""
    sums = {name: expr.sum() for name, expr in what.items()}
    people = {f"{name}:p": pl.col("person_id").filter(expr).n_unique() for name, expr in what.items()}
    if not by:
        return {(): frame.select(**sums, **people).row(0, named=True)}
    return {tuple(row[key] for key in by): row for row in frame.group_by(by).agg(**sums, **people).to_dicts()}


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


LEVELS: dict[str, list[str]] = {"all": [], "policy": ["policy_id"], "payer": ["policy_id", "payer"]}


def rows_by_group(rows: list[dict[str, str]]) -> dict[tuple[str, ...], dict[str, str]]:
    """The rows of a table by policy and payer, by their keys."""
    found: dict[tuple[str, ...], dict[str, str]] = {}
    policy = ""
    for row in rows:
        if row["row"] == "All policies":
            found[()] = row
        elif row["row"] in TITLES:
            policy = TITLES[row["row"]]
            found[policy,] = row
        else:
            found[policy, row["row"]] = row
    return found


def split(attack: Attack, key: Hashable, *splits: tuple[str, ...]) -> None:
    for whole, *parts in splits:
        attack.adds_up((key, whole), [(key, part) for part in parts])


def link(attack: Attack, groups: Mapping[str, Mapping[tuple[Any, ...], Any]], names: Sequence[str]) -> None:
    """Policies add up to all, payers to their policy."""
    for upper, lower in (("all", "policy"), ("policy", "payer")):
        for group in groups[upper]:
            below = [other for other in groups[lower] if other[: len(group)] == group]
            for name in names:
                attack.adds_up(((upper, *group), name), [((lower, *other), name) for other in below])


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


def attack_rows(page: dict[str, list[dict[str, str]]], study: Any) -> Attack:
    """Rows read, their fates, the reasons, and findings that count the rows of a reason."""
    attack = Attack()
    heads = {
        "rows_read": "Rows read",
        "rows_used": "Used",
        "rows_excluded": "Excluded by the rules",
        "rows_quarantined": "Quarantined",
        "rows_out_of_scope": "Out of scope",
    }
    fates = {row["row"]: row for row in page["t-reconciliation"]}
    for row in study.reconciliation.iter_rows(named=True):
        table = row["table_name"]
        for name, head in heads.items():
            attack.see((table, name), fates[table][head], row[name], row[name])
        attack.adds_up((table, "rows_read"), [(table, name) for name in list(heads)[1:]])
    reasons = {(row["row"], row["What became of them"], row["Reason"]): row["Rows"] for row in page["t-reasons"]}
    for (table, kind), part in study.reconciliation_reason.group_by("table_name", "kind"):
        told, few = [], 0
        for reason, n in part.select("reason", "n_rows").iter_rows():
            text = reasons.get((table, heads[f"rows_{kind}"], reason.replace("_", " ")))
            if text is None:
                few += n
            else:
                attack.see((table, reason), text, n, n)
                told.append((table, reason))
        if few:
            text = reasons[table, heads[f"rows_{kind}"], "other reasons, each of few rows"]
            attack.see((table, f"others {kind}"), text, few, few)
            told.append((table, f"others {kind}"))
        attack.adds_up((table, f"rows_{kind}"), told)
    # The invented finding of zero units counts just the rows of that reason.
    finding = next(row for row in page["t-quality-failed"] if row["row"] == "medical_claim.zero_units")
    attack.see(("medical_claim", "finding"), finding["Rows that fail"], 40, 40)
    attack.adds_up(("medical_claim", "zero_units"), [("medical_claim", "finding")])
    return attack


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


ATTACKS = {
    "dosing": attack_dosing,
    "approvals": attack_approvals,
    "renewals": attack_renewals,
    "rows": attack_rows,
    "sensitivity": attack_sensitivity,
}


@pytest.fixture(scope="module", params=[(7, 900), (3, 260), (11, 2400)], ids=lambda param: f"{param[1]} persons")
def published(request: pytest.FixtureRequest) -> tuple[dict[str, list[dict[str, str]]], Any]:
    seed, persons = request.param
    study = invented_study(seed, persons)
    return tables(report.render(study)), study


@pytest.mark.parametrize("shape", ATTACKS)
def test_nothing_small_can_be_worked_out(shape: str, published: tuple[dict[str, Any], Any]) -> None:
    assert ATTACKS[shape](*published).leaks() == []


@pytest.mark.parametrize("shape", ["dosing", "approvals", "renewals", "rows"])
def test_the_attacker_wins_without_complementary_suppression(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    protect = Ledger.protect
    monkeypatch.setattr(Ledger, "protect", lambda ledger: protect(ledger, complementary=False))
    study = invented_study()
    assert ATTACKS[shape](tables(report.render(study)), study).leaks()


def test_hidden_cells_are_there_at_all(published: tuple[dict[str, Any], Any]) -> None:
    texts = [text for rows in published[0].values() for row in rows for text in row.values()]
    assert "<11" in texts and "withheld" in texts


def test_the_trees_of_the_invented_study_are_on_the_page(published: tuple[dict[str, Any], Any]) -> None:
    criteria = [ident for ident in published[0] if ident.startswith("t-criteria-")]
    assert criteria, "no tree is big enough to be broken down"
    for ident in criteria:
        policy, version = next((p, v) for p, v in TREES if ident.startswith(f"t-criteria-{p}-{v}"))
        assert [row["row"].split(" ")[0] for row in published[0][ident]] == [row[0] for row in TREES[policy, version]]
