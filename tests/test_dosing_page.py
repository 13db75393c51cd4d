"""The page's dosing figures and the payers side by side, against the study that they are of."""

import re
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from analytics.disclosure import Hidden, Ledger
from analytics.report import section_payers
from analytics.report.approvals.requests import Requests
from analytics.report.dosing import section as section_dosing
from analytics.report.dosing.administrations import Dosing
from analytics.report.dosing.frame import LISTED, OTHERS, months_compared, with_provider
from analytics.report.dosing.section_time import is_incomplete
from analytics.report.dosing.section_waste import waste
from analytics.report.names import Names
from analytics.report.payers import Payers, differ
from analytics.report.renewals.approvals_ended import Renewals
from analytics.report.tables import Period, Rate
from analytics.statistics import Estimate, newcombe
from tests.invented import A, B, invented_study


def with_frames(**frames: Any) -> Any:
    return SimpleNamespace(**{**vars(invented_study()), **frames})


def dosing_of(study: Any) -> Dosing:
    ledger = Ledger()
    dosing = Dosing(study, ledger)
    ledger.protect()
    return dosing


@pytest.fixture(scope="module")
def dosing() -> Dosing:
    return dosing_of(invented_study())


def payers_of(study: Any) -> Payers:
    ledger = Ledger()
    dosing, requests = Dosing(study, ledger), Requests(study, ledger)
    payers = Payers(ledger, dosing, requests, Renewals(study, ledger, study.manifest["horizon"]))
    ledger.protect()
    return payers


# ---- Twelve months beside twelve months


def record(through: str, first: str, *incomplete: str) -> dict[str, Any]:
    return {"claims_through": through, "period": {"from": first}, "incomplete_months": list(incomplete)}


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        (
            record("2025-12-31", "2023-01-15", "2025-11-01", "2025-12-01"),
            {"recent": (date(2024, 11, 1), date(2025, 10, 31)), "before": (date(2023, 11, 1), date(2024, 10, 31))},
        ),
        # The month of the first administration counts as covered, the one after it leaves a stretch uncovered.
        (
            record("2025-12-31", "2024-01-31"),
            {"recent": (date(2025, 1, 1), date(2025, 12, 31)), "before": (date(2024, 1, 1), date(2024, 12, 31))},
        ),
        (record("2025-12-31", "2024-02-01"), {"recent": (date(2025, 1, 1), date(2025, 12, 31))}),
        (record("2025-12-31", "2025-02-01"), {}),
    ],
)
def test_stretches_that_the_extract_covers(manifest: dict[str, Any], expected: dict[str, Any]) -> None:
    first = date.fromisoformat(manifest["period"]["from"])
    days = pl.Series([first + timedelta(days=30 * number) for number in range(36)])
    assert months_compared(manifest, days) == expected


def test_without_claims_there_is_nothing_to_compare() -> None:
    nothing = {"claims_through": None, "period": {"from": None}, "incomplete_months": []}
    assert months_compared(nothing, pl.Series([], dtype=pl.Date)) == {}


def test_a_year_without_administrations_is_not_compared() -> None:
    days = pl.Series([date(2023, 12, 5), date(2025, 6, 1)])
    assert list(months_compared(record("2025-12-31", "2023-12-05"), days)) == ["recent"]


def test_a_stretch_counts_its_own_days(dosing: Dosing) -> None:
    first, last = dosing.stretches["recent"]
    own = invented_study().administration.filter(pl.col("administered_on").is_between(first, last))
    judged = own.filter(pl.col("status") != "indeterminate")
    row = dosing.stretch("recent")
    assert row["judged"] == judged.height > 1000
    assert row["within"] == judged.filter(pl.col("status") == "within").height
    over = own.filter(pl.col("status") == "exceeds")
    assert row["excess_units"] == over["excess_units"].sum() and row["billed_units"] == own["billed_units"].sum()
    assert row["excess_amount"] == over["excess_allowed_amount"].sum()


def test_tiles_say_the_whole_and_the_last_year(dosing: Dosing) -> None:
    kept, excess = section_dosing.tiles(dosing, invented_study().manifest)
    status = invented_study().administration["status"]
    within, judged = (status == "within").sum(), (status != "indeterminate").sum()
    assert kept.value == f"{100 * within / judged:.1f}%" and kept.counts.startswith(f"{within:,} of {judged:,} ")
    assert kept.recent and kept.recent.months == "Jan 2024 to Dec 2024"
    assert kept.measured == {"caps_kept_percent": 100 * within / judged}
    assert kept.before is None and kept.change == ""
    over = invented_study().administration.filter(pl.col("status") == "exceeds")["excess_units"].sum()
    assert excess.value == f"{over:,.0f}"
    assert re.match(r"\$[\d,]+; \d\.\d% of [\d,]+ units billed", excess.counts)
    assert excess.recent and re.match(r"\$[\d,]+; \d\.\d% of units billed", excess.recent.counts)


@pytest.mark.parametrize(
    ("start", "months", "waiting", "expected"),
    [
        (date(2025, 10, 1), 1, "2025-10-01", True),
        (date(2025, 9, 1), 1, "2025-10-01", False),
        (date(2025, 7, 1), 3, "2025-10-01", False),
        (date(2025, 10, 1), 3, "2025-12-01", True),
        (date(2025, 1, 1), 12, "2025-12-01", True),
        (date(2024, 1, 1), 12, "2025-01-01", False),
        (None, 1, "2025-01-01", False),
    ],
)
def test_a_period_waits_for_any_of_its_months(start: date | None, months: int, waiting: str, expected: bool) -> None:
    assert is_incomplete(Period(start, months), {date.fromisoformat(waiting)}) is expected


# ---- Providers


def test_providers_add_up_to_their_policy(dosing: Dosing) -> None:
    for policy in (A, B):
        rows = dosing.providers(policy)
        numbers = [row["npi"] for row in rows[:-1]]
        assert rows[-1]["npi"] == OTHERS and numbers == sorted(numbers) and 0 < len(numbers) <= LISTED
        judged = [row["judged"] for row in rows]
        assert sum(judged) == dosing.row("policy", (policy,))["judged"]


def test_those_with_the_most_are_listed(dosing: Dosing) -> None:
    judged = dosing.frame.filter((pl.col("policy_id") == B) & (pl.col("status") != "indeterminate"))
    sizes = judged.drop_nulls("npi").group_by("npi").len()
    listed = {row["npi"] for row in dosing.providers(B)} - {OTHERS}
    least = sizes.filter(pl.col("npi").is_in(listed))["len"].min()
    assert least >= sizes.filter(~pl.col("npi").is_in(listed))["len"].max()


def visits(*people_of: tuple[str | None, int]) -> pl.DataFrame:
    """One administration a person: each provider with so many people."""
    rows = [
        {"policy_id": A, "person_id": f"{npi}-{number}", "npi": npi, "status": "within"}
        for npi, people in people_of
        for number in range(people)
    ]
    return pl.DataFrame(
        rows, schema={"policy_id": pl.String, "person_id": pl.String, "npi": pl.String, "status": pl.String}
    )


@pytest.mark.parametrize(
    ("people_of", "listed"),
    [
        ([("1", 30), ("2", 11), ("3", 10)], {"1"}),
        ([("1", 30), ("2", 12), ("3", 11), ("4", 10), ("5", 2)], {"1", "2", "3"}),
        # Whom nobody names is among all others, and counts there.
        ([("1", 30), (None, 11)], {"1"}),
        ([("1", 30), ("2", 12), (None, 3)], {"1"}),
        ([("1", 30), ("2", 12)], {"1", "2"}),
        ([("1", 10), ("2", 10)], set()),
        ([], set()),
    ],
)
def test_small_providers_are_among_all_others(people_of: list[tuple[str | None, int]], listed: set[str]) -> None:
    found = with_provider(visits(*people_of), 11)
    assert set(found["provider"].to_list()) - {OTHERS} == listed
    assert found.height == sum(people for _, people in people_of)


def test_most_judged_come_first_and_not_more_than_fit() -> None:
    found = with_provider(visits(*((f"{number:02}", 20 + number) for number in range(20))), 11)
    assert set(found["provider"].to_list()) - {OTHERS} == {f"{number:02}" for number in range(20 - LISTED, 20)}


# ---- Units and dollars


def test_waste_is_what_the_study_says(dosing: Dosing) -> None:
    study = invented_study()
    row = dosing.row("all", ())
    discarded = study.administration_waste
    assert row["wasted_units"] == study.administration["wasted_units"].sum()
    assert row["given_units"] == row["billed_units"] - row["wasted_units"]
    assert row["avoidable_units"] == discarded["avoidable_units"].sum() == 15 * row["avoidable_vials"]
    assert row["avoidable_amount"] == discarded["avoidable_allowed_amount"].sum()


def test_avoidable_is_said_as_it_is_counted(dosing: Dosing) -> None:
    """Of several sizes, no vial that stayed closed need have been there: it is what vials of the smallest size save."""
    part = waste(dosing, Names(invented_study().manifest["policies"]))
    (text,) = part.text
    assert "from vials of that size alone, less than one of them would have been left over" in text
    assert part.figure is not None and "of the smallest vials hold, $" in part.figure.alt


def test_without_amounts_there_are_no_dollars_but_units() -> None:
    study = invented_study()
    nothing = pl.lit(None, dtype=pl.Decimal(18, 2))
    frame = study.administration.with_columns(allowed_amount=nothing, excess_allowed_amount=nothing)
    none = {"wasted_allowed_amount": nothing, "avoidable_allowed_amount": nothing}
    dosing = dosing_of(
        with_frames(administration=frame, administration_waste=study.administration_waste.with_columns(**none))
    )
    row = dosing.row("all", ())
    assert row["excess_amount"] is None and row["wasted_amount"] is None and row["excess_units"] > 0
    assert section_dosing.tiles(dosing, study.manifest)[1].counts.endswith("units billed")


def test_few_with_an_amount_hide_the_dollars() -> None:
    """The dollars of three people are theirs, however many others have no amount."""
    study = invented_study()
    three = study.administration.filter(pl.col("status") == "exceeds")["person_id"].unique().sort().head(3)
    kept = pl.when(pl.col("person_id").is_in(three.to_list())).then(pl.col("allowed_amount"))
    row = dosing_of(with_frames(administration=study.administration.with_columns(allowed_amount=kept))).row("all", ())
    assert row["excess_amount"] is Hidden.WITHHELD and row["billed_amount"] is Hidden.WITHHELD
    assert not isinstance(row["excess_units"], Hidden)


# ---- Payers side by side


def test_every_two_payers_with_their_differences() -> None:
    payers = payers_of(invented_study())
    assert [(one[1], other[1]) for one, other in payers.pairs()] == [
        ("Alder Health", "Birch Plan"),
        ("Alder Health", "Cedar Care"),
        ("Birch Plan", "Cedar Care"),
    ]
    frame = invented_study().administration
    counts = {}
    for payer in ("Alder Health", "Birch Plan"):
        status = frame.filter(pl.col("payer") == payer)["status"]
        counts[payer] = ((status == "within").sum(), (status != "indeterminate").sum())
    one, other = (payers.values(group)["kept"] for group in payers.pairs()[0])
    assert differ(one, other) == newcombe(*counts["Alder Health"], *counts["Birch Plan"])


def test_units_over_are_those_of_the_payer() -> None:
    payers = payers_of(invented_study())
    frame = invented_study().administration.filter(pl.col("payer") == "Birch Plan")
    over = frame.filter(pl.col("status") == "exceeds")["excess_units"].sum()
    found = payers.values((B, "Birch Plan"))["over"]
    assert isinstance(found, Estimate) and found.low < found.value < found.high
    assert found.value == pytest.approx(100 * float(over) / float(frame["billed_units"].sum()))


def test_the_median_is_of_decided_requests() -> None:
    study = invented_study()
    decided = study.request.filter((pl.col("payer") == "Birch Plan") & pl.col("decision").is_in(["approved", "denied"]))
    found = payers_of(study).values((B, "Birch Plan"))["hours"]
    assert isinstance(found, Estimate) and found.value == pytest.approx(decided["hours_to_decision"].median())
    assert found.low <= found.value <= found.high


def test_few_people_have_no_median() -> None:
    study = invented_study(3, 260)
    people = study.request.filter(pl.col("payer") == "Cedar Care")["person_id"].n_unique()
    assert people < 44
    assert payers_of(study).values((B, "Cedar Care"))["hours"] is Hidden.WITHHELD


def test_what_is_hidden_has_no_difference() -> None:
    rate = Rate(50, 60, 50 / 60, 0.7, 0.9)
    assert differ(rate, Hidden.WITHHELD) is Hidden.WITHHELD and differ(Hidden.WITHHELD, rate) is Hidden.WITHHELD
    assert differ(rate, None) is None


def test_one_payer_has_nobody_beside_it() -> None:
    study = invented_study()
    alone = {
        name: getattr(study, name).filter(pl.col("payer") == "Alder Health")
        for name in ("administration", "request", "renewal", "limit_result")
    }
    assert section_payers.sections(payers_of(with_frames(**alone)), Names(study.manifest["policies"])) == []


def test_of_many_payers_the_three_largest_are_compared() -> None:
    study = invented_study()
    later = study.manifest["claims_through"] - timedelta(days=200)
    moved = pl.when((pl.col("payer") == "Alder Health") & (pl.col("administered_on") > later)).then(pl.lit("Dune"))
    frame = study.administration.with_columns(payer=moved.otherwise(pl.col("payer")))
    payers = payers_of(with_frames(administration=frame))
    sizes = frame.group_by("payer").len().sort("len", descending=True)["payer"].to_list()
    assert payers.n_payers() == 4 and {group[1] for group in payers.groups()} == set(sizes[:3])
    (section,) = section_payers.sections(payers, Names(study.manifest["policies"]))
    assert "Of 4 payers, the 3 with the most administrations are compared." in section.lead


def test_different_policies_are_said() -> None:
    (section,) = section_payers.sections(payers_of(invented_study()), Names(invented_study().manifest["policies"]))
    texts = {part.title: " ".join(part.text) for part in section.parts}
    assert "different policies" in texts["Alder Health beside Birch Plan"]
    assert "different policies" not in texts["Birch Plan beside Cedar Care"]
    assert "Nothing is adjusted" in section.lead


# ---- Where the drug was given


def test_the_site_is_a_kind_of_breach_only_where_any_administration_is_of_it(dosing: Dosing) -> None:
    assert "site" not in dosing.breaches(A)
    study = invented_study()
    early = pl.col("breach_kind") == "early"
    moved = pl.when(early).then(pl.lit("site")).otherwise("breach_kind").alias("breach_kind")
    told = dosing_of(with_frames(administration=study.administration.with_columns(moved))).breaches(A)
    assert list(told) == ["over_dose", "over_units", "site", "early", "extra"]
    assert told["site"] == dosing.breaches(A)["early"] or isinstance(told["site"], Hidden)
