"""The attacker's tools: tables read from the HTML, cells with what is known of them, bounds by linear programming."""

import re
from collections.abc import Hashable, Mapping, Sequence
from html import unescape
from typing import Any

import numpy as np
import polars as pl
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

from tests.invented import A, B

Cell = tuple[Hashable, str]
TITLES = {"Policy of the first document": A, "Policy of the second document": B}
LEVELS: dict[str, list[str]] = {"all": [], "policy": ["policy_id"], "payer": ["policy_id", "payer"]}


class Page(dict[str, list[dict[str, str]]]):
    """The tables of a page by their ids; `text`: the whole page in words, without its tags."""

    text: str = ""


def tables(html: str) -> Page:
    """Each table of a page by its id: its rows, by column heading (the first column is `row`)."""
    found = Page()
    body = re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", html)
    found.text = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))
    for ident, body in re.findall(r'<table id="([^"]+)">(.*?)</table>', html, re.S):
        body = re.sub(r'(?s)<details class="opening"><summary>(.*?)</summary>.*?</details>', r"\1", body)
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


def rate_of(row: dict[str, str], head: str) -> str:
    """The text of a rate, if it is one with limits; such a rate tells the count that it is of."""
    text = next((text for other, text in row.items() if re.sub(r"\s+", " ", other) == f"{head} 95% limits"), "")
    return text if re.match(r"[\d.]+%\s+[\d.]+% to", text) else ""


def bound_of(row: dict[str, str], head: str) -> str:
    """ "at least" or "at most", where a rate is no more than bounded: the mark of a count."""
    text = next((text for other, text in row.items() if re.sub(r"\s+", " ", other) == f"{head} 95% limits"), "")
    return " ".join(text.split(" ")[:2]) if text.startswith("at ") else ""


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

    def slack(self, less: Cell, more: Cell) -> None:
        """One cell is at most another: what lies between them is a cell that nobody sees."""
        between = ((less, more), "between")
        self.guess(between, self.truth[more] - self.truth[less], people=0)
        self.adds_up(more, [less, between])

    def know(self, cell: Cell) -> None:
        """What is not printed, but follows exactly from what is."""
        self.boxes[cell] = (self.truth[cell], self.truth[cell])

    def marked(self, cell: Cell) -> None:
        """A count that a mark says is of 1 to 10 people."""
        assert 1 <= self.people[cell] <= 10, cell
        low, high = self.boxes[cell]
        self.boxes[cell] = (max(low, 1), 10 if self.truth[cell] <= 10 else high)

    def leaks(self) -> list[tuple[Cell, float, float]]:
        """Small cells that are bounded to less than 1 to 10."""
        found = []
        for cells, relations in self._components():
            small = [cell for cell in cells if 1 <= self.people.get(cell, 0) <= 10]
            if not small:
                continue
            place = {cell: i for i, cell in enumerate(cells)}
            entries: dict[tuple[int, int], int] = {}
            right = np.zeros(len(relations))
            for row, terms in enumerate(relations):
                for cell, sign in terms:
                    if cell in place:
                        entries[row, place[cell]] = entries.get((row, place[cell]), 0) + sign
                    else:
                        right[row] -= sign * self.boxes[cell][0]
            at = tuple(zip(*entries, strict=True)) if entries else ((), ())
            matrix = coo_matrix((list(entries.values()), at), shape=(len(relations), len(cells))).tocsr()
            bounds = [self.boxes[cell] for cell in cells]
            for cell in small:
                ends = []
                for sign in (1, -1):
                    cost = np.zeros(len(cells))
                    cost[place[cell]] = sign
                    solved = linprog(cost, A_eq=matrix, b_eq=right, bounds=bounds)
                    assert solved.status in (0, 3), solved.message
                    ends.append(solved.fun * sign if solved.status == 0 else float("inf"))
                if ends[0] > 1 + 1e-6 or ends[1] < 10 - 1e-6:
                    found.append((cell, ends[0], ends[1]))
        return found

    def _components(self) -> list[tuple[list[Cell], list[list[tuple[Cell, int]]]]]:
        """Unknown cells that relations join, with these relations; what is known joins nothing."""
        above: dict[Cell, Cell] = {cell: cell for cell, (low, high) in self.boxes.items() if low != high}

        def top(cell: Cell) -> Cell:
            while above[cell] != cell:
                above[cell] = above[above[cell]]
                cell = above[cell]
            return cell

        open_ones = [[cell for cell, _ in terms if cell in above] for terms, _ in self.relations]
        for cells in open_ones:
            for cell in cells[1:]:
                above[top(cell)] = top(cells[0])
        found: dict[Cell, tuple[list[Cell], list[list[tuple[Cell, int]]]]] = {}
        for cell in above:
            found.setdefault(top(cell), ([], []))[0].append(cell)
        for cells, (terms, _) in zip(open_ones, self.relations, strict=True):
            if cells:
                found[top(cells[0])][1].append(terms)
        return list(found.values())


def counted(
    frame: pl.DataFrame, by: Sequence[str], what: Mapping[str, pl.Expr]
) -> dict[tuple[Any, ...], dict[str, Any]]:
    """True counts and persons of each group, straight from the study."""
    sums = {name: expr.sum() for name, expr in what.items()}
    people = {f"{name}:p": pl.col("person_id").filter(expr).n_unique() for name, expr in what.items()}
    if not by:
        return {(): frame.select(**sums, **people).row(0, named=True)}
    return {tuple(row[key] for key in by): row for row in frame.group_by(by).agg(**sums, **people).to_dicts()}


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
