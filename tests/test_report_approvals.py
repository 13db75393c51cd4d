"""The approvals section and the way: counts against the tables that they come from, and how few people are told."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from analytics.disclosure import Hidden, Ledger
from analytics.report.approvals import section_reviews
from analytics.report.approvals.counts import Approvals
from analytics.report.approvals.outline import outlines
from analytics.report.approvals.requests import TREE
from analytics.report.approvals.section_criteria import _guides
from analytics.report.approvals.section_reviews import _in_words
from analytics.report.approvals.turnaround import Band, Turnaround
from analytics.report.names import Names
from analytics.report.section_way import _time
from analytics.report.tables import Between, Rate, shown
from analytics.report.way import Spread, Way
from tests.invented import A, B, invented_study


class Plain:
    """A study with some of its frames replaced."""

    def __init__(self, **frames: Any) -> None:
        self._frames, self._study = frames, invented_study()

    def __getattr__(self, name: str) -> Any:
        return self._frames[name] if name in self._frames else getattr(self._study, name)


@pytest.fixture(scope="module")
def told() -> Approvals:
    """All counts of the invented study, with nobody too few: a threshold of 1 hides nothing."""
    ledger = Ledger(threshold=1)
    found = Approvals(invented_study(), ledger)
    ledger.protect()
    return found


def decided() -> pl.DataFrame:
    return invented_study().request.filter(pl.col("decision").is_in(["approved", "denied"]))


def test_a_tree_counts_what_reviewers_recorded(told: Approvals) -> None:
    breakdown = next(b for b in told.criteria.breakdowns if b.policy == A and b.request_type == "initial")
    assert breakdown.is_full
    own = decided().filter((pl.col("policy_id") == A) & (pl.col("request_type") == "initial"))
    results = invented_study().criterion_result.join(own, on="authorization_id")
    for row in told.criteria.rows(breakdown):
        of_it = results.filter(pl.col("criterion_id") == row["criterion_id"])
        met = of_it.filter(pl.col("reviewed") == "met")
        assert (row["met"], row["rest"]) == (met.height, own.height - met.height)
        assert row["not_met"] == of_it.filter(pl.col("reviewed") == "not_met").height
        if not row["is_root"]:
            assert row["if_met"].k == met.filter(pl.col("decision") == "approved").height
            assert row["if_met"].n == met.height


def test_small_trees_of_several_versions_stand_together_and_name_what_all_have(told: Approvals) -> None:
    breakdown = next(b for b in told.criteria.breakdowns if b.policy == B and b.request_type == "renewal")
    assert breakdown.versions == ("2019-07-15", "2024-02-16") and not breakdown.is_full
    assert list(breakdown.criteria) == ["I", "I.1.A.dx_code", "I.1.A.disease", "I.1.A", "L.1", "L.2"]
    assert {row["depth"] for row in breakdown.criteria.values()} == {0, 1}
    both = decided().filter((pl.col("policy_id") == B) & (pl.col("request_type") == "renewal"))
    assert told.criteria.decided(breakdown)["n"] == both.height


def test_denials_shared_out_add_up(told: Approvals) -> None:
    for family in told.denials.families:
        rows = told.denials.rows(family)
        denied = decided().filter((pl.col("policy_id") == family.policy) & (pl.col("decision") == "denied"))
        assert told.denials.whole(family) == denied.height
        shared_out = sum(row["fractional"] for row in rows)
        without = told.denials.without(family)
        assert isinstance(without, int) and shared_out + without == pytest.approx(denied.height, abs=1e-4)
        for row in rows:
            (name,) = row["cause"].criteria
            unmet = denied.filter(pl.col("unmet_conjuncts").list.contains(name))
            assert row["any"] == unmet.height
            assert row["sole"] == unmet.filter(pl.col("unmet_conjuncts").list.len() == 1).height
            fraction = (1 / unmet["unmet_conjuncts"].list.len()).sum()
            assert row["fractional"] == pytest.approx(fraction, abs=1e-5)


def test_denials_of_few_people_stand_together() -> None:
    request = invented_study().request
    few = request.filter(pl.col("decision") == "denied", pl.col("policy_id") == A)["authorization_id"].to_list()[:6]
    rare = pl.when(pl.col("authorization_id").is_in(few)).then(pl.lit(["1.A"])).otherwise(
        pl.col("unmet_conjuncts").list.set_difference(["1.A"])
    )  # fmt: skip
    found = Approvals(Plain(request=request.with_columns(unmet_conjuncts=rare)), Ledger())
    causes = next(family for family in found.denials.families if family.policy == A).causes
    # Six denials are too few for a row, and so would they be for a row of others: the next smallest joins them.
    assert len(causes[-1].criteria) == 2 and "1.A" in causes[-1].criteria
    assert all(len(cause.criteria) == 1 for cause in causes[:-1])


def test_the_five_words_add_up_to_the_decided_requests(told: Approvals) -> None:
    for policy in (A, B):
        counts = told.consistency.row(policy)
        own = decided().filter(pl.col("policy_id") == policy)
        assert sum(counts.values()) == own.height  # type: ignore[arg-type]
        rates = told.consistency.approved(policy)
        assert rates["met"].k + rates["not_met"].k + rates["unknown"].k == (own["decision"] == "approved").sum()
        assert rates["not_met"].k == counts["approved_unmet"]


def test_what_a_mark_says_of_the_other_rate() -> None:
    """Where few of those met were denied, the rest's approvals lie between what the totals leave."""
    ledger = Ledger()
    found = Approvals(invented_study(1, 1200), ledger)
    ledger.protect()
    ranges = 0
    for breakdown in found.criteria.breakdowns:
        for row in found.criteria.rows(breakdown):
            for word in ("met", "rest"):
                value = row[f"if_{word}"]
                if isinstance(value, Between):
                    key = found.criteria.key(breakdown, row["criterion_id"], f"{word}_approved")
                    true = ledger.entered(key).value / row[word]
                    assert value.low <= true <= value.high
                    assert round((value.high - value.low) * row[word]) == ledger.threshold - 2
                    ranges += 1
    assert ranges


def test_ranges_are_rounded_to_where_they_stay_true() -> None:
    assert shown(Between(0.2549, 0.3601), "rate") == "25% to 37%"


def test_lines_of_a_drawn_tree() -> None:
    def node(parent: str | None) -> dict[str, Any]:
        return {"parent_id": parent}

    outline = {"1": node(None), "1.A": node("1"), "1.B": node("1"), "1.B.i": node("1.B"), "1.B.ii": node("1.B")}
    outline["1.C"] = node("1")
    assert _guides(outline) == {
        "1": (),
        "1.A": ("branch",),
        "1.B": ("branch",),
        "1.B.i": ("line", "branch"),
        "1.B.ii": ("line", "last"),
        "1.C": ("last",),
    }


@pytest.mark.parametrize(
    ("kappa", "words"),
    [(0.81, "almost perfect"), (0.8, "substantial"), (0.41, "moderate"), (0.2, "slight"), (0.0, "none beyond chance")],
)
def test_kappa_in_words(kappa: float, words: str) -> None:
    assert _in_words(kappa) == words


def pending(ages: list[int]) -> Turnaround:
    """The turnaround of a study with pending requests of these ages, one person each."""
    as_of: date = invented_study().manifest["as_of"]
    request = invented_study().request.filter(pl.col("decision") != "pending")
    one = request.head(1).with_columns(decision=pl.lit("pending"), decided_on=pl.lit(None, dtype=pl.Date))
    waiting = [
        one.with_columns(
            authorization_id=pl.lit(f"waits-{i}"),
            person_id=pl.lit(f"waits-{i}"),
            received_on=pl.lit(as_of - timedelta(days=age)),
        )
        for i, age in enumerate(ages)
    ]
    ledger = Ledger()
    found = Approvals(Plain(request=pl.concat([request, *waiting])), ledger)
    ledger.protect()
    return found.turnaround


def test_pending_requests_by_age_in_as_many_bands_as_their_people_allow() -> None:
    found = pending([3] * 12 + [4] * 11 + [8] * 5 + [20] * 9 + [31] * 30)
    assert found.aged() == [(Band(0, 3), 12), (Band(4, 7), 11), (Band(8, 30), 14), (Band(31, None), 30)]
    assert found.median_age == 20


def test_few_pending_requests_are_not_told_apart() -> None:
    found = pending([1] * 8 + [40] * 5)
    assert found.pending() == 13 and found.aged() == [] and found.median_age is None


def test_time_to_decision_is_told_of_enough_people_alone() -> None:
    study, ledger = invented_study(), Ledger()
    found = Approvals(study, ledger).turnaround
    ledger.protect()
    standard = decided().filter((pl.col("priority") == "standard") & (pl.col("payer") == "Alder Health"))
    row = found.row("payer", (A, "Alder Health"), "standard")
    assert row["median"] == round(standard["hours_to_decision"].median())  # type: ignore[arg-type]
    few = found.row("payer", (B, "Cedar Care"), "expedited")
    assert few["n"] == 18 and few["median"] is Hidden.WITHHELD


def way(threshold: int = 1, **frames: Any) -> Way:
    from analytics.report.renewals.approvals_ended import Renewals

    study, ledger = Plain(**frames), Ledger(threshold)
    found = Way(study, ledger, Approvals(study, ledger).requests, Renewals(study, ledger, study.manifest["horizon"]))
    ledger.protect()
    return found


def test_steps_of_the_way_follow_each_other() -> None:
    frame = invented_study().authorization_way
    row = way().row("all", ())
    assert row["n"] == frame.height
    ended = frame.filter("is_ended")
    assert (row["ended"], row["treated"]) == (ended.height, ended["first_administered_on"].count())
    assert row["treated"] + row["untreated"] == row["ended"]
    asked = ended.filter(pl.col("first_administered_on").is_not_null() & pl.col("renewal_received_on").is_not_null())
    assert row["asked"] == asked.height
    assert row["renewed"] == (asked["renewal_final_decision"] == "approved").sum()
    assert isinstance(row["untreated_rate"], Rate) and row["untreated_rate"].n == row["ended"]


def test_medians_have_enough_people_on_both_sides() -> None:
    frame = invented_study().authorization_way
    treated = frame.filter(pl.col("is_ended") & pl.col("days_to_first_dose").is_not_null())
    for people, told in ((21, None), (22, (False,)), (43, (False,)), (44, (True,))):
        some = treated.unique("person_id", maintain_order=True).head(people)
        spread = way(11, authorization_way=some)._times["all"][()]["dose"]
        assert (spread is None) == (told is None)
        if spread is not None:
            assert (spread.low is not None, spread.high is not None) == (told == (True,),) * 2
            assert spread.median == round(some["days_to_first_dose"].median())  # type: ignore[arg-type]


def test_times_are_told_in_the_unit_of_their_median() -> None:
    assert _time(Spread(40, 20, 60), "decision") == "40 h (20 to 60)"
    assert _time(Spread(72, 36, 120), "decision") == "3.0 days (1.5 to 5.0)"
    assert _time(Spread(8, -2, 12), "dose") == "8 days (−2 to 12)"
    assert _time(Spread(1, None, None), "dose") == "1 day"
    assert _time(Hidden.WITHHELD, "dose") == "withheld" and _time(None, "dose") == "–"


def test_rows_used_do_not_tell_how_few_renewals_wait() -> None:
    """Used less decided is undecided, of which the initial ones are told: five undecided renewals would be left."""
    from analytics.report.quality import Quality
    from analytics.report.renewals.approvals_ended import Renewals

    request = invented_study().request
    waits = ~pl.col("decision").is_in(["approved", "denied"]) & (pl.col("request_type") == "renewal")
    request = pl.concat([request.filter(~waits), request.filter(waits).head(5)])
    rows = invented_study().reconciliation
    own = pl.col("table_name") == "authorization"
    rows = rows.with_columns(
        rows_used=pl.when(own).then(request.height).otherwise("rows_used"),
        rows_read=pl.when(own).then(request.height + 27).otherwise("rows_read"),
    )
    study, ledger = Plain(request=request, reconciliation=rows), Ledger()
    requests = Approvals(study, ledger).requests
    found = Way(study, ledger, requests, Renewals(study, ledger, study.manifest["horizon"]))
    quality = Quality(study, ledger)
    ledger.protect()
    assert found.ladder.shows("all", (), "n", "decided") and requests.ladder.shows("all", (), "n")
    fates = next(row for row in quality.fates() if row["table_name"] == "authorization")
    assert fates["used"] is Hidden.WITHHELD and [fates["read"], fates["excluded"], fates["quarantined"]].count(
        Hidden.WITHHELD
    )


def test_no_denials_are_told_from_few() -> None:
    """Nobody denied is no secret; a few denials are one."""
    from analytics.report.approvals.section_criteria import _denials
    from analytics.report.names import Names

    study = invented_study()
    denied, names = pl.col("decision") == "denied", Names(study.manifest["policies"])
    for few, said in ((0, "no request was denied"), (5, "how many were denied is withheld")):
        own = denied & (pl.col("policy_id") == A)
        request = pl.concat([study.request.filter(~own), study.request.filter(own).head(few)])
        ledger = Ledger()
        found = Approvals(Plain(request=request), ledger)
        ledger.protect()
        sentences = _denials(found.denials, names).text
        assert sentences[-1].endswith(f"initial requests and renewal requests: {said}.")


def test_a_hidden_kappa_is_withheld_and_a_kappa_of_nothing_is_not_there(told: Approvals) -> None:
    ledger = Ledger()
    found = Approvals(invented_study(), ledger)
    ledger.protect()
    rows = [row for policy in (A, B) for row in found.agreement.rows(policy)]
    assert any(row["kappa"] is Hidden.WITHHELD for row in rows)
    assert all(isinstance(row["kappa"], float) for row in told.agreement.rows(A))


def test_a_criterion_that_indications_share_needs_no_request_of_the_other() -> None:
    """`A.x` stands under A.need for one indication and under K for another; no request is of the first."""
    rows = [("A.x", "K"), ("K", None)]  # in the order of the policy, whose first tree has A.x
    table = pl.DataFrame(
        [
            {
                **dict.fromkeys(TREE, "one"),
                "criterion_id": name,
                "parent_id": parent,
                "label": name,
                "is_conjunct": True,
            }
            for name, parent in rows
        ]
    )
    ((_, found),) = outlines(table).items()
    assert [(name, row["parent_id"], row["depth"]) for name, row in found.items()] == [("K", None, 0), ("A.x", "K", 1)]


def test_the_page_names_the_criteria_whose_records_are_not_compared(told: Approvals) -> None:
    assert told.agreement.apart(A) == ["1", "1.B"]
    assert told.agreement.apart(B) == ["I", "I.1.A", "L"]
    text = " ".join(section_reviews.agreement(told.agreement, Names(invented_study().manifest["policies"]), []).text)
    assert "a difference there doesn't count" in text and "not compared, since they have parts: 1, 1.B." in text
