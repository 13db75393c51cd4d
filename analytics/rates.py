"""The rates that each table of counts gets: SQL counts, and this is where counts become rates."""

import polars as pl

from analytics.statistics import Step, cumulative_incidence, kaplan_meier, kappa, with_rate


def dosing_rates(counts: pl.DataFrame) -> pl.DataFrame:
    """Compliance, with its bounds: indeterminate administrations are left out of the rate and never hidden."""
    judged = pl.col("n_within") + pl.col("n_exceeds") + pl.col("n_exception")
    every = judged + pl.col("n_indeterminate")
    frame = with_rate(counts, "compliance_rate", "n_within", judged)
    if "n_within_known_bsa" not in counts.columns:
        return frame
    frame = with_rate(frame, "compliance_rate_known_bsa", "n_within_known_bsa", "n_judged_known_bsa", interval=False)
    frame = with_rate(frame, "compliance_rate_if_exceeding", "n_within", every, interval=False)
    return with_rate(
        frame,
        "compliance_rate_if_within",
        pl.col("n_within") + pl.col("n_indeterminate"),
        every,
        interval=False,
    )


def criterion_rates(counts: pl.DataFrame) -> pl.DataFrame:
    """How often a criterion was met, approvals given it was and was not, and denials shared out among causes."""
    frame = with_rate(counts, "met_rate", "n_met", pl.col("n_met") + pl.col("n_not_met"))
    frame = with_rate(frame, "approval_rate_met", "n_approved_met", "n_met")
    frame = with_rate(frame, "approval_rate_not_met", "n_approved_not_met", "n_not_met")
    if "denied_share_of_720720" not in counts.columns:
        return frame
    return frame.with_columns(denied_fractional=pl.col("denied_share_of_720720") / 720720)


def metric_rates(counts: pl.DataFrame) -> pl.DataFrame:
    """The rates of the CMS-0057-F-style figures, each of its own denominator."""
    frame = counts
    for name, numerator, denominator in (
        ("standard_approved_rate", "n_standard_approved", "n_standard"),
        ("standard_denied_rate", "n_standard_denied", "n_standard"),
        ("standard_approved_after_appeal_rate", "n_appeals_overturned", "n_appeals_decided"),
        ("extended_approved_rate", "n_extended_approved", "n_extended"),
        ("expedited_approved_rate", "n_expedited_approved", "n_expedited"),
        ("expedited_denied_rate", "n_expedited_denied", "n_expedited"),
    ):
        frame = with_rate(frame, name, numerator, denominator, interval=False)
    return frame


def agreement_rates(counts: pl.DataFrame) -> pl.DataFrame:
    """Agreement between reviewers and the documented facts, and Cohen's kappa."""
    cells = ("n_both_met", "n_reviewer_met_only", "n_evaluated_met_only", "n_both_not_met")
    values = [None if row[0] is None else kappa(*row) for row in counts.select(cells).iter_rows()]
    return counts.with_columns(
        n_agree=pl.col("n_both_met") + pl.col("n_both_not_met"), kappa=pl.Series(values, dtype=pl.Float64)
    )


def renewal_rates(counts: pl.DataFrame) -> pl.DataFrame:
    """Retention of those who could be retained, of those on therapy, and approval of decided renewals."""
    frame = with_rate(counts, "retention_rate", "n_retained", "n_eligible")
    frame = with_rate(frame, "retention_rate_on_therapy", "n_retained_on_therapy", "n_eligible_on_therapy")
    return with_rate(frame, "renewal_approval_rate", "n_renewed", "n_renewals_decided")


def persistence_rates(counts: pl.DataFrame) -> pl.DataFrame:
    """Persistence (death censored) and, beside it, cumulative discontinuation and death as competing events."""
    by = ("policy_id", "payer", "gap_days")
    parts = [_curves(part.sort("day")) for part in counts.partition_by(by, maintain_order=True)]
    return pl.concat(parts) if parts else _curves(counts)


def _curves(counts: pl.DataFrame) -> pl.DataFrame:
    days, stopped, died, censored = (
        counts[name].cast(pl.Int64).to_list() for name in ("day", "n_discontinued", "n_died", "n_censored")
    )
    left = [a + b for a, b in zip(died, censored, strict=True)]
    curves: dict[str, list[Step]] = {"persistence_rate": kaplan_meier(days, stopped, left)}
    curves["discontinued_rate"], curves["died_rate"] = cumulative_incidence(days, [stopped, died], censored)
    columns = {
        f"{name}{part}": [step[place] for step in steps]
        for name, steps in curves.items()
        for part, place in (("", 1), ("_low", 2), ("_high", 3))
    }
    return counts.with_columns(**{name: pl.Series(values, dtype=pl.Float64) for name, values in columns.items()})
