"""What the gate found and where every row went: counts of rows, entered on the ledger, and what may be shown."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from analytics.disclosure import Count, Hidden, Ledger

if TYPE_CHECKING:
    from analytics.report.page import Study

FATES = ("used", "excluded", "quarantined", "out_of_scope")
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
            reasons = [
                self._add(("reason", table, fate, reason["reason"]), reason["n_rows"], ("reason", table, fate), cost=3)
                for reason in self._reasons
                if reason["table_name"] == table and reason["kind"] == fate
            ]
            if reasons:
                self._ledger.total(key, reasons)

    def _enter_finding(self, number: int, row: dict[str, Any]) -> None:
        checked, failed = row["n_checked"], row["n_failed"]
        if checked is None or failed is None:
            return
        at = ("finding", number)
        whole = self._add((*at, "checked"), checked, at, cost=2)
        parts = [self._add((*at, "failed"), failed, at, cost=1)]
        parts.append(self._add((*at, "kept"), checked - failed, at, cost=1, printed=False))
        if failed <= checked:
            self._ledger.total(whole, parts)
        # A finding that counts the very rows of a reason, or of a whole table, would tell what is withheld there.
        for reason in self._reasons:
            if reason["table_name"] == row["table_name"]:
                self._same(("reason", row["table_name"], reason["kind"], reason["reason"]), parts[0])
        for fate in ("read", *FATES):
            for key in (whole, *parts):
                self._same(("rows", row["table_name"], fate), key)

    def _same(self, one: Hashable, other: Hashable) -> None:
        # Equal small numbers mean nothing, and both are hidden anyway.
        if one in self._ledger and not self._ledger.entered(one).people and self._ledger.entered(one).value:
            self._ledger.total_if_so(one, [other])

    # ---- What may be shown

    def withheld(self) -> set[float]:
        """The numbers of rows that are withheld, lest a sentence tells them."""
        keys = [("rows", row["table_name"], fate) for row in self._fates for fate in ("read", *FATES)]
        keys += [("reason", row["table_name"], row["kind"], row["reason"]) for row in self._reasons]
        entered = [key for key in keys if key in self._ledger and not self._ledger.shows(key)]
        return {self._ledger.entered(key).value for key in entered}

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
        """Why rows were not used, and how many."""
        keys = [("reason", row["table_name"], row["kind"], row["reason"]) for row in self._reasons]
        return [
            {**row, "n_rows": self._ledger[key]}
            for row, key in zip(self._reasons, keys, strict=True)
            if key in self._ledger
        ]

    def findings(self) -> list[dict[str, Any]]:
        """The expectations, failed ones first, with how many rows were checked and failed."""
        shown = []
        for number, row in enumerate(self._findings):
            counts: dict[str, float | Hidden | None] = {"n_checked": None, "n_failed": None}
            if ("finding", number, "checked") in self._ledger:
                counts["n_checked"] = self._ledger[("finding", number, "checked")]
                counts["n_failed"] = self._ledger[("finding", number, "failed")]
            shown.append({**row, **counts})
        return shown
