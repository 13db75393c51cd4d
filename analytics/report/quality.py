"""What the gate found and where every row went: counts of rows, entered on the ledger, and what may be shown."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from analytics.disclosure import Count, Ledger

if TYPE_CHECKING:
    from analytics.report.parts import Study

FATES = ("used", "excluded", "quarantined", "out_of_scope")
#: Reasons of few rows each, taken together.
OTHERS = "other reasons, each of few rows"
_FIRST = {"failed": 0, "could_not_run": 1, "not_applicable": 2, "passed": 3}
_SEVERITY = {"critical": 0, "warning": 1, "info": 2}


class Quality:
    """Rows of every input table: read, used and not used, with reasons; and the expectations' findings.

    Nobody knows the persons behind rows that can't be used, so each row is taken for a person of its own.
    """

    def __init__(self, study: Study, ledger: Ledger) -> None:
        self._ledger = ledger
        self._fates = study.reconciliation.to_dicts()
        self._reasons = study.reconciliation_reason.to_dicts()
        self._told: list[tuple[str, str, str]] = []
        found = study.quality_result.to_dicts()
        # As they come within a status and severity: by table, expectation and column.
        self._findings = sorted(found, key=lambda row: (_FIRST[row["status"]], _SEVERITY[row["severity"]]))
        for row in self._fates:
            self._enter_fates(row)
        for number, row in enumerate(self._findings):
            self._enter_finding(number, row)

    def _add(self, key: Hashable, rows: int, row: Hashable, cost: int, printed: bool = True) -> Hashable:
        few = frozenset((key, i) for i in range(rows)) if rows < self._ledger.threshold else None
        return self._ledger.add(key, Count(rows, few), cost=cost, row=row, printed=printed)

    def _enter_fates(self, row: dict[str, Any]) -> None:
        table = row["table_name"]
        read = self._add(("rows", table, "read"), row["rows_read"], ("rows", table), cost=9)
        fates = [self._add(("rows", table, fate), row[f"rows_{fate}"], ("rows", table), cost=7) for fate in FATES]
        self._ledger.total(read, fates)
        for fate, key in zip(FATES[1:], fates[1:], strict=True):
            reasons = {r["reason"]: r["n_rows"] for r in self._reasons if (r["table_name"], r["kind"]) == (table, fate)}
            few = sum(rows for rows in reasons.values() if rows < self._ledger.threshold)
            told = {reason: rows for reason, rows in reasons.items() if rows >= self._ledger.threshold}
            if few:
                told[OTHERS] = few
            parts = [
                self._add(("reason", table, fate, r), rows, ("reason", table, fate), 3) for r, rows in told.items()
            ]
            if parts:
                self._ledger.total(key, parts)
            self._told += [(table, fate, reason) for reason in told]

    def _enter_finding(self, number: int, row: dict[str, Any]) -> None:
        if row["n_failed"] is None:
            return
        failed = self._add(("finding", number), row["n_failed"], ("finding", number), cost=1)
        # A finding that counts the very rows of a reason, or of a fate, would tell what is withheld there.
        for table, fate, reason in self._told:
            if table == row["table_name"]:
                self._same(("reason", table, fate, reason), failed)
        for fate in ("read", *FATES):
            self._same(("rows", row["table_name"], fate), failed)

    def _same(self, one: Hashable, other: Hashable) -> None:
        # Equal small numbers mean nothing, and both are hidden anyway.
        if one in self._ledger and not self._ledger.entered(one).people and self._ledger.entered(one).value:
            self._ledger.total_if_so(one, [other])

    # ---- What may be shown

    def withheld(self) -> set[float]:
        """The numbers of rows that are withheld, lest a sentence tells them."""
        keys: list[Hashable] = [("rows", row["table_name"], fate) for row in self._fates for fate in ("read", *FATES)]
        keys += [("reason", *told) for told in self._told]
        return {self._ledger.entered(key).value for key in keys if not self._ledger.shows(key)}

    def fates(self) -> list[dict[str, Any]]:
        """Each input table with its rows read, used, excluded, quarantined and out of scope."""
        return [
            {
                "table_name": row["table_name"],
                **{fate: self._ledger[("rows", row["table_name"], fate)] for fate in ("read", *FATES)},
            }
            for row in self._fates
        ]

    def reasons(self) -> list[dict[str, Any]]:
        """Why rows were not used, and how many; reasons of few rows stand together as `OTHERS`."""
        return [
            {
                "table_name": table,
                "kind": fate,
                "reason": reason,
                "n_rows": self._ledger[("reason", table, fate, reason)],
            }
            for table, fate, reason in self._told
        ]

    def findings(self) -> list[dict[str, Any]]:
        """The expectations, failed ones first, with how many rows failed and about how many were checked.

        About: two expectations of one table differ by the rows that the first of them set aside, maybe a single one.
        """
        shown = []
        for number, row in enumerate(self._findings):
            key = ("finding", number)
            failed = None if row["n_failed"] is None else self._ledger[key]
            shown.append({**row, "n_failed": failed, "n_checked": _about(row["n_checked"])})
        return shown


def _about(rows: int | None) -> str | None:
    """A number of rows to two digits, in hundreds at the least: "about 19,000"."""
    if not rows:
        return None if rows is None else "0"
    if rows < 100:
        return "under 100"
    step = max(100, 10 ** (len(str(rows)) - 2))
    return f"about {(rows + step // 2) // step * step:,}"
