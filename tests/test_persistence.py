"""Spells of treatment against a plain-Python reading of the rule, and the curves of the page against the exact ones."""

import random
import tempfile
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.disclosure import Hidden, Ledger
from analytics.report.persistence import grid as persistence_grid
from analytics.report.persistence.curves import Persistence
from analytics.report.persistence.section import parts
from analytics.statistics import Estimate
from tests.attack.persistence import attack_persistence
from tests.invented import A, B, invented_study
from tests.reference import extracts
from tests.support import HARBOR, authorization, claim, open_study, opened, write_extract

CYCLE, LONGEST = 21, 90
GAPS = (30, 60, 90)


def doses(person: str, first: str, *after: int) -> list[dict[str, str | None]]:
    """Claims of one dose on each day: the first, and so many days after it."""
    days = [date.fromisoformat(first) + timedelta(days=days) for days in (0, *after)]
    return [claim(claim_id=f"{person} {day}", person_id=person, claim_line_start_date=day.isoformat()) for day in days]


#: person -> the first dose and the days of those after it; what the eligibility says.
PEOPLE: dict[str, tuple[tuple[Any, ...], dict[str, str]]] = {
    # 21 + 40 days between the first two doses: too long for 30 days' gap, not for 60.
    "pauses": (("2025-01-06", 61, 82), {}),
    "pauses 51 days": (("2025-01-06", 51), {}),
    "pauses 52 days": (("2025-01-06", 52), {}),
    "dies soon": (("2025-01-06",), {"death_date": "2025-01-20"}),
    "dies in the gap": (("2025-01-06",), {"death_date": "2025-02-26"}),
    "dies after it": (("2025-01-06",), {"death_date": "2025-02-27"}),
    "dies and is disenrolled": (("2025-01-06",), {"death_date": "2025-01-20", "enrollment_end_date": "2025-01-31"}),
    # Enrolled until day 176 after the first dose: to be told until day 86, while doses go on.
    "leaves": (("2025-01-06", 21, 42, 63, 84, 105), {"enrollment_end_date": "2025-07-01"}),
    "leaves too soon": (("2025-01-06", 21), {"enrollment_end_date": "2025-03-31"}),
    "goes on": (("2025-09-01", 21, 42, 63, 84, 105), {}),
    # 21 + 90 days after the extract's first service, 2024-01-01, is 2024-04-21.
    "may have begun before": (("2024-04-21",), {}),
    "is new": (("2024-04-22",), {}),
    "gets nothing the second time": (("2025-01-06",), {}),
    "frame": (("2024-01-01", 730), {}),
}


@pytest.fixture(scope="module")
def told() -> dict[str, dict[tuple[int, int], dict[str, Any]]]:
    """Each person's spells by gap and number, in an extract that reaches from 2024-01-01 to 2025-12-31."""
    claims = [row for person, (days, _) in PEOPLE.items() for row in doses(person, *days)]
    nothing = "gets nothing the second time"
    claims.append(claim(claim_id="W", person_id=nothing, claim_line_start_date="2025-01-27", hcpcs_modifier_1="JW"))
    enrolled = {"payer": "Harbor", "enrollment_start_date": "2020-01-01"}
    lives = [{"person_id": person, **enrolled, **life} for person, (_, life) in PEOPLE.items()]
    tables = {"medical_claim": claims, "authorization": [authorization()], "eligibility": lives}
    found: dict[str, dict[tuple[int, int], dict[str, Any]]] = {person: {} for person in PEOPLE}
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "data", tables, HARBOR) as study:
        for row in study.therapy_spell.iter_rows(named=True):
            found[row["person_id"]][row["gap_days"], row["spell_number"]] = row
    return found


def test_a_pause_within_the_gap_goes_on(told: Any) -> None:
    found = told["pauses"]
    assert [found[30, number]["days"] for number in (1, 2)] == [21, 42]
    assert found[60, 1]["days"] == 82 + 21 and found[60, 1]["n_administrations"] == 3
    assert {row["event"] for row in found.values()} == {"discontinued"}
    assert found[30, 1]["is_followed"] and not found[30, 2]["is_followed"]


def test_the_gap_is_exact(told: Any) -> None:
    assert (30, 2) not in told["pauses 51 days"] and (30, 2) in told["pauses 52 days"]


def test_death_within_the_gap_ends_therapy(told: Any) -> None:
    assert [told["dies soon"][30, 1][name] for name in ("event", "days")] == ["died", 14]
    assert [told["dies in the gap"][30, 1][name] for name in ("event", "days")] == ["died", 51]


def test_death_after_the_gap_is_after_stopping(told: Any) -> None:
    found = told["dies after it"]
    assert (found[30, 1]["event"], found[30, 1]["days"]) == ("discontinued", 21)
    assert (found[60, 1]["event"], found[60, 1]["days"]) == ("died", 52)


def test_enrollment_that_ends_with_a_death_is_no_leaving(told: Any) -> None:
    assert told["dies and is disenrolled"][30, 1]["event"] == "died"


def test_leaving_the_plan_cuts_the_view_short_by_the_longest_gap(told: Any) -> None:
    found, gone = told["leaves"][30, 1], told["leaves too soon"][30, 1]
    assert (found["event"], found["days"]) == ("disenrolled", 86)
    assert (gone["days"], gone["is_followed"]) == (0, False)


def test_the_end_of_the_claims_cuts_it_short_too(told: Any) -> None:
    found = told["goes on"]
    assert {row["event"] for row in found.values()} == {"end_of_data"}
    assert found[30, 1]["days"] == (date(2025, 12, 31) - date(2025, 9, 1)).days - 90


def test_a_first_dose_soon_after_the_extract_begins_may_be_none(told: Any) -> None:
    assert [told[person][30, 1]["is_followed"] for person in ("may have begun before", "is new")] == [False, True]


def test_a_day_without_drug_given_is_no_dose(told: Any) -> None:
    assert told["gets nothing the second time"][30, 1]["days"] == 21


def test_without_eligibility_nothing_is_told(tmp_path: Path) -> None:
    tables = {"medical_claim": doses("P1", "2025-01-06", 300), "authorization": [authorization()]}
    with opened(tmp_path / "data", tables, HARBOR) as study:
        assert study.therapy_spell["event"].is_null().all() and not study.therapy_spell.is_empty()
        assert study.persistence.is_empty()


# ---- The same rule, read once more


def expected(study: Any) -> set[tuple[Any, ...]]:
    """Spells worked out person by person from the administrations."""
    first = study.engine.frame("medical_claim_extent")["first_service_on"].min()
    deaths = dict(study.engine.frame("person_life").select("person_id", "death_date").iter_rows())
    ends = {row[:2]: row[2] for row in study.engine.frame("enrollment_end").iter_rows()}
    days: dict[tuple[str, str], dict[date, str]] = {}
    given_units = study.administration.filter(pl.col("administered_units") > 0).sort("payer", descending=True)
    for row in given_units.iter_rows(named=True):
        days.setdefault((row["policy_id"], row["person_id"]), {})[row["administered_on"]] = row["payer"]
    found = set()
    for (policy, person), payers in days.items():
        for gap in GAPS:
            runs: list[list[date]] = [[min(payers)]]
            for before, day in pairwise(sorted(payers)):
                if (day - before).days > CYCLE + gap:
                    runs.append([])
                runs[-1].append(day)
            for number, run in enumerate(runs, start=1):
                left, death = ends.get((person, payers[run[-1]])), deaths.get(person)
                if left is not None and (left >= study.as_of or (death is not None and left >= death)):
                    left = None
                told = min(study.claims_through, left or date.max) - timedelta(days=LONGEST)
                stopped = run[-1] + timedelta(days=CYCLE)
                died = death is not None and death <= stopped + timedelta(days=gap)
                end = max(death, run[-1]) if died and death else stopped
                event = ("died" if died else "discontinued") if end <= told else "end_of_data"
                if event == "end_of_data" and left is not None and left < study.claims_through:
                    event = "disenrolled"
                lasted = max((min(end, told) - run[0]).days, 0)
                new = number == 1 and (run[0] - first).days > CYCLE + LONGEST and told > run[0]
                if "eligibility" not in study.sources:
                    event = None  # type: ignore[assignment]
                found.add((policy, payers[run[0]], person, gap, number, len(run), lasted, event, new))
    return found


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(seed=st.integers(0, 2**32 - 1), n_persons=st.integers(1, 8))
def test_spells_agree_with_a_second_reading(seed: int, n_persons: int) -> None:
    case = extracts.random_case(random.Random(seed), n_persons)
    config = "[policies]\n" + "".join(f'"{payer}" = "{policy}"\n' for payer, policy in case.policies.items())
    with tempfile.TemporaryDirectory() as folder:
        write_extract(Path(folder) / "data", case.tables, config)
        with open_study(Path(folder) / "data", as_of=case.as_of) as study:
            if study.claims_through is None:
                return
            columns = "policy_id payer person_id gap_days spell_number n_administrations days event is_followed"
            assert set(study.therapy_spell.select(columns.split()).iter_rows()) == expected(study)


# ---- On the page


@pytest.fixture(scope="module")
def big() -> Any:
    return invented_study(5, 2600)


def entered(study: Any) -> Persistence:
    ledger = Ledger()
    found = Persistence(study, ledger)
    ledger.protect()
    return found


def test_published_incidences_are_near_those_of_everybody(big: Any) -> None:
    """They are computed from the counts on the page: half a point off at most where the exact ones can be told too."""
    persistence, checked = entered(big), 0
    for policy in (A, B):
        for row in persistence.compared(policy):
            exact = big.persistence.filter(
                (pl.col("policy_id") == policy)
                & pl.col("payer").is_null()
                & (pl.col("gap_days") == row["gap"])
                & (pl.col("day") <= row["day"])
            ).sort("day")
            for name, column in (("stopped_rate", "discontinued_rate"), ("died_rate", "died_rate")):
                if isinstance(row[name], Estimate):
                    assert row[name].value == pytest.approx(exact[column][-1], abs=0.01)
                    checked += 1
            if isinstance(row["rate"], Estimate):
                assert row["rate"].value == exact["persistence_rate"][-1]
    assert checked >= 6


def test_the_curve_never_rises_and_its_people_add_up(big: Any) -> None:
    persistence = entered(big)
    for policy in (A, B):
        rows = persistence.curve(policy)
        assert len(rows) > 3
        for before, row in pairwise(rows):
            assert row["followed"] + row["stopped"] + row["gone"] == before["followed"]
            assert value(row["rate"]) <= value(before["rate"])


def value(rate: Any) -> float:
    return float(rate.value if isinstance(rate, Estimate) else rate)


def test_few_people_have_no_curve() -> None:
    small = entered(invented_study(3, 40))
    names: Any = type("Names", (), {"policy": staticmethod(str)})
    assert [part.figure for part in parts(small, names)] == [None] * len(small.policies)
    assert "too few people" in " ".join(text for part in parts(small, names) for text in part.text)


def test_a_hidden_count_takes_the_rest_of_its_curve_along(big: Any) -> None:
    ledger = Ledger()
    persistence = Persistence(big, ledger)
    cell = persistence._cells[A].ended(persistence.main, "stopped", persistence._cells[A].grid.spans[2])
    ledger.protect()
    ledger.withhold(ledger._index[cell])
    rates = [row["rate"] for row in persistence.curve(A)]
    assert isinstance(rates[2], Estimate) and set(rates[3:]) == {Hidden.WITHHELD}


def test_the_attacker_wins_on_a_grid_that_looks_at_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """What keeps the curves safe is the choice of their days: without it, and without hiding, small counts follow."""
    from analytics import report
    from tests.attack.base import tables

    def careless(frame: pl.DataFrame, gap: int, span: tuple[int, int], states: object, threshold: int) -> bool:
        return frame.filter(persistence_grid.counts(gap, "followed", span)).height > 0

    monkeypatch.setattr(persistence_grid, "is_sound", careless)
    protect = Ledger.protect
    monkeypatch.setattr(Ledger, "protect", lambda ledger: protect(ledger, complementary=False))
    study = invented_study(7, 900)
    assert attack_persistence(tables(report.render(study)), study).leaks()
