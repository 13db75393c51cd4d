"""Criteria trees, three-valued: the leaves' tests on documented facts, and the reviewer's record."""

from __future__ import annotations

from tests.reference.rules import MET, NOT_MET, UNKNOWN, Facts, Node, Policy

WORDS = {MET: "met", UNKNOWN: "unknown", NOT_MET: "not_met"}
Values = dict[str, int]


def _inner(node: Node, values: Values) -> int:
    given = [values[child.id] for child in node.children]
    if node.operator == "at_least":
        return sorted(given, reverse=True)[node.needed - 1]
    return min(given) if node.operator == "all" else max(given)


def evaluated(
    policy: Policy, tree: Node, facts: Facts, raised: set[str], listed: int = UNKNOWN
) -> tuple[Values, set[str]]:
    """Every node's value from documented facts, and the limitations presumed not to apply.

    `raised` are the questions that any answer row, usable or not, is about; `listed` says whether an indication fits.
    """
    values: Values = {}
    presumed = set()
    for node in reversed(tree.nodes):  # children before their parents
        if node.operator != "leaf":
            values[node.id] = _inner(node, values)
        elif node.id in policy.listed:
            values[node.id] = listed
        elif node.id in policy.presumed and not policy.presumed[node.id] & raised:
            values[node.id] = MET
            presumed.add(node.id)
        else:
            values[node.id] = policy.tests[node.id](facts)
    return values, presumed


def reviewed(policy: Policy, tree: Node, record: dict[str, str], raised: set[str]) -> tuple[Values, set[str]]:
    """Every node's value from the reviewer's usable record, and the limitations presumed not to apply.

    `raised` are the criteria that any review row, usable or not, is about.
    """
    recorded = {"met": MET, "not_met": NOT_MET}
    values: Values = {}
    presumed = set()
    for node in reversed(tree.nodes):
        if record.get(node.id) in recorded:
            values[node.id] = recorded[record[node.id]]
        elif node.operator != "leaf":
            values[node.id] = _inner(node, values)
        elif node.id in policy.presumed and node.id not in raised:
            values[node.id] = MET
            presumed.add(node.id)
        else:
            values[node.id] = UNKNOWN
    return values, presumed
