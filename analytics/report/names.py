"""How policies and payers are called and ordered on the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from analytics.report.ladder import Group, Ladder
from analytics.report.tables import Row


def doses_by(manifest: Mapping[str, Any]) -> set[str]:
    """What the policies of a run limit doses by: m2, kg, or flat."""
    return {per for policy in manifest["policies"] for per in policy.get("dose_per", ("m2",))}


class Names:
    """Titles of the policies of a run record; payers stand under theirs."""

    def __init__(self, policies: list[Mapping[str, Any]]) -> None:
        self._titles = {str(policy["policy_id"]): str(policy["title"]) for policy in policies}

    def policy(self, policy: str) -> str:
        """A policy's title."""
        return self._titles.get(policy, policy)

    def short(self, policy: str) -> str:
        """A policy's title up to its first colon, where that tells it from the others."""
        shorts = {other: title.split(":")[0] for other, title in self._titles.items()}
        return shorts[policy] if list(shorts.values()).count(shorts.get(policy, "")) == 1 else self.policy(policy)

    def payer(self, group: Group) -> str:
        """The payer of a group (policy, payer)."""
        return str(group[1])

    def order(self, ladder: Ladder, rung: str) -> list[Group]:
        """A rung's groups, by policy and then by name."""
        return sorted(ladder.groups[rung], key=lambda group: tuple(str(part) for part in group))

    def policies_of(self, ladder: Ladder) -> list[str]:
        """The policies that a ladder has rows of."""
        return [group[0] for group in self.order(ladder, "policy")]

    def rows(self, ladder: Ladder, values: Callable[[str, Group], dict[str, Any]]) -> list[Row]:
        """The fixed rows of a table by policy and payer: all (unless there is one policy), each policy, its payers."""
        rows = []
        policies = self.order(ladder, "policy")
        if len(policies) != 1:
            rows.append(Row({"who": "All policies", **values("all", ())}, mark="total"))
        for policy in policies:
            payers = [group for group in self.order(ladder, "payer") if group[:1] == policy]
            rows.append(Row({"who": self.short(policy[0]), **values("policy", policy)}, mark="total"))
            rows += [Row({"who": self.payer(group), **values("payer", group)}, depth=1) for group in payers]
        return rows
