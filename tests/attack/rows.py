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
    # The invented finding of zero units counts just the rows of that reason.
    finding = next(row for row in page["t-quality-failed"] if row["row"] == "medical_claim.zero_units")
    attack.see(("medical_claim", "finding"), finding["Rows that fail"], 40, 40)
    attack.adds_up(("medical_claim", "zero_units"), [("medical_claim", "finding")])
    return attack
