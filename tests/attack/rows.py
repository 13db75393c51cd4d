"""Rows and findings, as an attacker reads them from the page."""

from typing import Any

from tests.attack.base import Attack


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
    # The invented findings of zero units and of the quarantine count just the rows of that reason, and of that fate.
    for table, said, n, same in (
        ("t-quality-failed", "bill zero units", 40, "zero_units"),
        ("t-quality-passed-medical-claim", "are quarantined", 47, "rows_quarantined"),
    ):
        finding = next(row for row in page[table] if said in row["row"])
        attack.see(("medical_claim", said), finding["Rows that fail"], n, n)
        attack.adds_up(("medical_claim", same), [("medical_claim", said)])
    return attack
