"""The criteria of a tree as an outline: labels, places, and what they hang on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from analytics.report.approvals.requests import TREE
from analytics.report.ladder import Group

#: criterion -> label, remark, is_conjunct, is_root, parent_id, operator, depth; in the policy's order
Outline = dict[str, dict[str, Any]]


def outlines(table: pl.DataFrame) -> dict[Group, Outline]:
    """The criteria of each tree in its order: label, conjunct or not, root or not, operator, depth and parent.

    The frame comes in tree order within its keys. Parents are read from it where it has them (`parent_id`), else
    from the ids, which grow from parent to child; whatever has no parent among them hangs on the root.
    """
    found: dict[Group, Outline] = {}
    for row in table.unique([*TREE, "criterion_id"], keep="first", maintain_order=True).iter_rows(named=True):
        tree = found.setdefault(tuple(row[name] for name in TREE), {})
        criterion = row["criterion_id"]
        parent = row["parent_id"] if "parent_id" in row else _parent(criterion, list(tree))
        tree[criterion] = {
            "label": row["label"],
            "remark": row.get("remark"),
            "is_conjunct": row["is_conjunct"],
            "is_root": parent is None,
            "parent_id": parent,
            "operator": row.get("operator"),
            "depth": 0,
        }
    return {key: _in_order(tree) for key, tree in found.items()}


def _in_order(tree: Outline) -> Outline:
    """The criteria of a tree, each after what it hangs on, with depths.

    One that indications share hangs in several trees: its place is the first one's, of which there may be no request.
    """
    root = next((name for name, row in tree.items() if row["is_root"]), None)
    for name, row in tree.items():
        if row["parent_id"] not in tree and not row["is_root"] and name != root:
            row["parent_id"] = root
    kept: Outline = {}

    def hang(parent: str | None, depth: int) -> None:
        for name, row in tree.items():
            if row["parent_id"] == parent and name not in kept:
                kept[name] = {**row, "depth": depth}
                hang(name, depth + 1)

    hang(None, 0)
    for name, row in tree.items():
        kept.setdefault(name, {**row, "parent_id": root, "depth": 1})
    return kept


def faced_by_all(found: Mapping[Group, Outline], frame: pl.DataFrame) -> dict[Group, Outline]:
    """The outlines without criteria that only the requests of some indications face.

    Their counts are of fewer requests than the tree has, and would not add up beside the others'.
    """
    counts = {tuple(row[:-1]): row[-1] for row in frame.group_by([*TREE, "criterion_id"]).len().rows()}
    return {
        tree: {
            name: row
            for name, row in rows.items()
            if row["is_root"] or counts.get((*tree, name)) == max(counts.get((*tree, each), 0) for each in rows)
        }
        for tree, rows in found.items()
    }


def _parent(criterion: str, before: list[str]) -> str | None:
    ancestors = [other for other in before if criterion.startswith(f"{other}.")]
    return max(ancestors, key=len, default=before[0] if before else None)


def conjuncts_of(trees: Sequence[Mapping[str, Mapping[str, Any]]]) -> Outline:
    """The root and what must all be met, as far as all of the trees have it; conjuncts hang on the root."""
    first = trees[0]
    root = next(name for name, row in first.items() if row["is_root"])
    kept: Outline = {}
    for name, row in first.items():
        if name == root:
            kept[name] = dict(row)
        elif all(name in tree and tree[name]["is_conjunct"] for tree in trees):
            kept[name] = _under(root, row)
    return kept


def faced_by_some(trees: Sequence[Outline], kept: Outline) -> tuple[Outline, tuple[str, ...]]:
    """What must be met, but isn't in `kept`, since only some of the trees' requests face it; and what can't be told.

    The latter must be met in one version and is one of several ways in another. Conjuncts hang on the root.
    """
    root = next(name for name, row in kept.items() if row["is_root"])
    left = {name: row for tree in reversed(trees) for name, row in tree.items() if row["is_conjunct"]}
    order = dict.fromkeys(name for tree in trees for name in tree if name in left and name not in kept)
    told = [name for name in order if all(name not in tree or tree[name]["is_conjunct"] for tree in trees)]
    return {name: _under(root, left[name]) for name in told}, tuple(name for name in order if name not in told)


def _under(root: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "parent_id": root, "depth": 1}
