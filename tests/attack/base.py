"""The attacker's tools: tables read from the HTML, cells with what is known of them, bounds by linear programming."""

import re
from collections.abc import Hashable, Mapping, Sequence
from html import unescape
from typing import Any

import numpy as np
import polars as pl
from scipy.optimize import linprog

from tests.invented import A, B

Cell = tuple[Hashable, str]
TITLES = {"Policy of the first document": A, "Policy of the second document": B}
LEVELS: dict[str, list[str]] = {"all": [], "policy": ["policy_id"], "payer": ["policy_id", "payer"]}


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
