"""What the gate found and where every row went: counts of rows, entered on the ledger, and what may be shown."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, NamedTuple

from analytics.disclosure import Count, Hidden, Ledger
from analytics.quality import Expectation, QualityResult, bearing_on, gravest, rows_of, told, untold
from analytics.quality.catalogue import catalogue
from analytics.quality.expectation import MEASURES
from analytics.report.tables import percent

if TYPE_CHECKING:
    from analytics.report.parts import Study

FATES = ("used", "excluded", "quarantined", "out_of_scope")
#: Reasons of few rows each, taken together.
OTHERS = "other reasons, each of few rows"
#: What a finding is called: a failed check's severity says how grave it is.
_CALLED = {"critical": "failed", "warning": "warned", "info": "noted"}
#: Failed before warned before passed; what nobody knows stands with what failed.
ORDER = ("failed", "could not run", "warned", "noted", "passed", "not applicable")


class Quality:
    """Rows of every input table: read, used and not used, with reasons; and the expectations' findings.

    Nobody knows the persons behind rows that can't be used, so each row is taken for a person of its own.
    """

    def __init__(self, study: Study, ledger: Ledger) -> None:
        self._ledger = ledger
        self._fates = study.reconciliation.to_dicts()
        self._reasons = study.reconciliation_reason.to_dicts()
        self._told: list[tuple[str, str, str]] = []
        # As they come: by table, expectation and column.
        self._findings = study.quality_result.to_dicts()
        for row in self._fates:
            self._enter_fates(row)
        for number, row in enumerate(self._findings):
            self._enter_finding(number, row)
        self._relate_to_requests()

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

    def _relate_to_requests(self) -> None:
        """Rows used are requests, of which the approvals section tells those decided: the rest is not decided."""
        used, *parts = ("rows", "authorization", "used"), ("request", "all", "n"), ("undecided", "all")
        # A gate's page of findings has no requests.
        if all(key in self._ledger for key in (used, *parts)):
            self._ledger.total_if_so(used, parts)

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

    def findings(self) -> list[Finding]:
        """What each expectation came to, in `ORDER`, the gravest first."""
        found = {result.expectation: self._finding(number, result) for number, result in enumerate(self._disclosed())}
        graded = [finding for result in gravest(self._disclosed()) if (finding := found[result.expectation])]
        return sorted(graded, key=lambda finding: ORDER.index(finding.called))

    def verdicts(self) -> list[tuple[str, str, list[Finding]]]:
        """For each measure how far it can be trusted, and the findings for which it can't be trusted further."""
        results = self._disclosed()
        by_id = {finding.expectation.id: finding for finding in self.findings()}
        judged = []
        for measure in MEASURES:
            word, behind = bearing_on(measure, results)
            judged.append((measure, str(word), [by_id[result.expectation] for result in behind]))
        return judged

    def _disclosed(self) -> list[QualityResult]:
        """The findings with numbers of rows that anybody may work with: what is hidden counts as a single row."""
        results = []
        for number, row in enumerate(self._findings):
            shown = self._ledger[("finding", number)]
            n_failed = 1 if isinstance(shown, Hidden) else int(shown)
            n_checked = max(_rounded(row["n_checked"]) or 99 * bool(row["n_checked"]), n_failed)
            values = {**row, "affects": tuple(row["affects"]), "n_checked": n_checked, "n_failed": n_failed}
            results.append(QualityResult(**values))
        return results

    def _finding(self, number: int, result: QualityResult) -> Finding:
        expectation = catalogue()[result.expectation]
        shown, about = self._ledger[("finding", number)], _about(self._findings[number]["n_checked"])
        # "Fewer than 11 of fewer than 100" says no more than "of the".
        of = about if _rounded(self._findings[number]["n_checked"]) else "the"
        called = _CALLED[result.severity] if result.status == "failed" else result.status.replace("_", " ")
        if result.status != "failed" or expectation.limit == "minimum":
            says = untold(result)
        elif isinstance(shown, Hidden):
            few = f"fewer than {self._ledger.threshold}" if shown is Hidden.SMALL else "some"
            says = f"{told(expectation, few, of, one=False)}."
        elif _rounded(self._findings[number]["n_checked"]):
            share = percent(min(1.0, int(shown) / _rounded(self._findings[number]["n_checked"])))
            says = f"{told(expectation, share, of, one=False)}."
        else:
            says = f"{told(expectation, f'{shown:,.0f}', of, one=False)}."
        return Finding(expectation, result, called, f"{says[0].upper()}{says[1:]}", shown, about)


class Finding(NamedTuple):
    """A finding as the page may show it.

    called: one of `ORDER`. says: what was found, in a sentence. n_failed: rows that fail, disclosed; n_checked: about
    how many were checked ("about 19,000"): two expectations of one table differ by the rows that the first of them set
    aside, maybe a single one. result: the same in numbers that anybody may work with.
    """

    expectation: Expectation
    result: QualityResult
    called: str
    says: str
    n_failed: Any
    n_checked: str

    @property
    def rows(self) -> str:
        """What the rows checked are called."""
        return rows_of(self.expectation)


def _about(rows: int) -> str:
    """A number of rows as a sentence may tell it: "about 19,000"."""
    if rows == 0:
        return "0"
    return f"about {_rounded(rows):,}" if _rounded(rows) else "fewer than 100"


def _rounded(rows: int) -> int:
    """A number of rows to two digits, in hundreds at the least; 0 where it is below a hundred."""
    step = max(100, 10 ** (len(str(rows)) - 2))
    return (rows + step // 2) // step * step if rows >= 100 else 0
