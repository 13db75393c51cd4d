"""Dosing caps: are they kept?"""

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics import charts
from analytics.errors import UserError
from analytics.notebook.choosing import only_rows, sum_or_null
from analytics.notebook.measure import Measure
from analytics.rates import dosing_rates
from analytics.results import RESULTS

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from analytics.policy.dosing import Limit

#: What tells one administration's limit from another's, of one person.
_CYCLE = ("policy_id", "payer", "administered_on", "regimen", "limit_id")


class DosingMeasure(Measure):
    """Are the dosing caps kept? Counts administrations.

    >>> study.dosing.by("payer", "breach_kind")     # doctest: +SKIP
    >>> study.dosing.figure("month", payer="Harbor Health Plan")  # doctest: +SKIP
    >>> study.dosing.timeline(person_id)            # doctest: +SKIP
    """

    name = "dosing"
    question = "Are the dosing caps kept?"
    rests_on = "administration"
    dated = "administered_on"
    what = "administrations"
    headline = ("compliance_rate", "n_within", "n_judged")
    headline_words = "Caps kept"
    shown = (
        *("n_administrations", "n_persons", "n_within", "n_exceeds", "n_exception", "n_indeterminate"),
        *("compliance_rate", "compliance_rate_if_exceeding", "compliance_rate_if_within", "excess_units"),
    )

    def _counted(self, frame: pl.DataFrame, by: list[str]) -> pl.DataFrame:
        status, exceeds = pl.col("status"), pl.col("status") == "exceeds"
        known = pl.col("bsa_m2").is_not_null()
        counts = [
            pl.len().cast(pl.Int64).alias("n_administrations"),
            pl.col("person_id").n_unique().cast(pl.Int64).alias("n_persons"),
            *(
                (status == word).sum().cast(pl.Int64).alias(f"n_{word}")
                for word in ("within", "exceeds", "exception", "indeterminate")
            ),
            (status != "indeterminate").sum().cast(pl.Int64).alias("n_judged"),
            ((status == "within") & known).sum().cast(pl.Int64).alias("n_within_known_bsa"),
            ((status != "indeterminate") & known).sum().cast(pl.Int64).alias("n_judged_known_bsa"),
            pl.col("billed_units", "wasted_units").sum(),
            pl.col("excess_units").filter(exceeds).sum(),
            pl.col("excess_allowed_amount").filter(exceeds).sum(),
        ]
        return dosing_rates(frame.group_by(by).agg(counts) if by else frame.select(counts))

    def waste(self, *columns: str, **only: Any) -> pl.DataFrame:
        """Units billed, given and discarded, and how much of what was discarded need not have been opened.

        n_avoidable: administrations of which at least as much as the smallest vial holds was discarded; avoidable_units
        are as many as fill whole smallest vials, a rest that fills none left out. Sums of `administration_waste`.
        """
        waste = self._study.frame("administration_waste")
        key = RESULTS["administration_waste"].key
        rest = [name for name in self._frame().columns if name in key or name not in waste.columns]
        rows = self._frame().select(rest).join(waste, on=key, how="left", validate="1:1")
        frame, by = self._chosen(rows, columns or ("policy_id", "payer"), only)
        sums = ("billed_units", "administered_units", "wasted_units", "wasted_allowed_amount")
        avoidable = ("avoidable_units", "avoidable_allowed_amount")
        if {*sums, *avoidable} & set(by):
            raise UserError("study.dosing.waste adds units and amounts up, so it can't count by them.")
        return (
            frame.group_by(by)
            .agg(
                pl.len().cast(pl.Int64).alias("n_administrations"),
                *(sum_or_null(name) for name in sums),
                (pl.col("avoidable_vials") > 0).sum().cast(pl.Int64).alias("n_avoidable"),
                *(sum_or_null(name) for name in avoidable),
            )
            .sort(by, nulls_last=True)
        )

    def sensitivity(self, **only: Any) -> pl.DataFrame:
        """The rate by grace days (windows so many days shorter) and tolerance (dose limits so many percent higher)."""
        frame = self._study.frame("dosing_sensitivity")
        frame = only_rows(frame, only, "study.dosing.sensitivity")
        counts = frame.group_by("grace_days", "dose_tolerance_percent").agg(
            pl.col("n_within", "n_exceeds", "n_exception", "n_indeterminate").sum()
        )
        return dosing_rates(counts).sort("grace_days", "dose_tolerance_percent")

    def sensitivity_figure(self, **only: Any) -> "go.Figure":
        """How much the rate hangs on the letter of the policy: a line a dose tolerance, over the days of grace."""
        frame = self.sensitivity(**only)
        if frame.is_empty():
            raise UserError("study.dosing has nothing to draw by grace days: no row is left.")
        days = frame["grace_days"].unique().sort().to_list()
        series = []
        for percent in frame["dose_tolerance_percent"].unique().sort():
            rates = frame.filter(dose_tolerance_percent=percent).sort("grace_days")["compliance_rate"].to_list()
            series.append((f"{percent}% tolerance", rates))
        return charts.displayed(charts.lines([str(day) for day in days], series, "Days of grace"))

    def person(self, person_id: str) -> pl.DataFrame:
        """One person's administrations and what each limit measured, in order of date."""
        mine = self._frame().filter(person_id=person_id)
        if mine.is_empty():
            raise UserError(f"No administration is of the person '{person_id}'.")
        key = ["policy_id", "payer", "person_id", "hcpcs_code", "administered_on"]
        limits = self._study.frame("limit_result").filter(person_id=person_id)
        told = [*key, "administered_units", "billed_units", "bsa_m2", "status", "breach_kind", "exceeded_limits"]
        return mine.select(told).join(limits, on=key, how="left").sort("administered_on", "regimen", "limit_id")

    def timeline(self, person_id: str, limit_id: str | None = None) -> "go.Figure":
        """One person's administrations, the dose allowed for each, and the windows or cycles of a limit over time.

        limit_id: which limit's windows are drawn; by default the first of those over time that something exceeded,
        else the first of them. Holds one person: for the analyst's eyes.
        """
        rows, began = self.person(person_id), self._cycles(person_id)
        windows = self._windows()
        over_time = rows.filter(pl.col("limit_id").is_in(list(windows)))
        if limit_id is None:
            ordered = over_time.sort(pl.col("result") != "exceeded", "limit_id", maintain_order=True)
            limit_id = next(iter(ordered["limit_id"]), None)
        elif limit_id not in windows:
            raise UserError(f"'{limit_id}' is no limit over time; there are {', '.join(windows)}.")
        doses = [
            charts.Dose(row["administered_on"], float(row["administered_units"]), row["allowed"], row["status"])
            for row in self._doses(rows)
        ]
        bars = [
            charts.Window(
                row["administered_on"],
                windows[str(limit_id)].window_days or 0,
                row["measured"],
                row["allowed"],
                row["result"],
                began.get(tuple(row[name] for name in _CYCLE)),
                windows[str(limit_id)].cycles is not None,
            )
            for row in over_time.filter(limit_id=limit_id).iter_rows(named=True)
        ]
        return charts.displayed(charts.timeline(doses, bars, str(limit_id)))

    def _doses(self, rows: pl.DataFrame) -> list[dict[str, Any]]:
        """A row an administration, with the most units that any tested dose limit allows (null: not known)."""
        policies = self._study.policies.values()
        limits = {
            each.id
            for policy in policies
            for version in policy.versions
            for each in version.limits()
            if each.kind == "dose"
        }
        doses = rows.with_columns(allowed=pl.when(pl.col("limit_id").is_in(list(limits))).then(pl.col("allowed")))
        return (
            doses.group_by("administered_on", "administered_units", "status", "payer")
            .agg(pl.col("allowed").max())
            .sort("administered_on", "payer")
            .to_dicts()
        )

    def _windows(self) -> "dict[str, Limit]":
        """The limits over days, by their ids: those up to an administration, and those in cycles."""
        return {
            limit.id: limit
            for policy in self._study.policies.values()
            for version in policy.versions
            for limit in version.limits()
            if limit.window_days is not None
        }

    def _cycles(self, person_id: str) -> dict[tuple[Any, ...], date]:
        """By administration and limit of a person: the first day of its cycle, where that is known."""
        text = """
            select d.policy_id, d.payer, d.administered_on, c.regimen, c.limit_id,
                cast(date '1970-01-01' + cast(c.began_day as integer) as date) as began_on
            from cycle_result as c
            inner join administration_day as d on c.administration_id = d.administration_id
            where d.person_id = $person and c.grace_days = 0 and c.began_day is not null
        """
        engine = self._study.engine
        engine.make("cycle_result", "administration_day")
        found = engine.query(text, person=person_id).iter_rows(named=True)
        return {tuple(row[name] for name in _CYCLE): row["began_on"] for row in found}

    def _incomplete_from(self, by: str, points: list[charts.Interval]) -> int | None:
        from analytics.runout import run_out

        # Claims of these months are still coming in.
        months = run_out(self._study).months
        return self._place_from(date(months[0].year, months[0].month, 1), by, points) if months else None
