"""Headline figures: their periods, changes and targets; tables that leave out rows without any shown value."""

from datetime import date
from pathlib import Path

import pytest

from analytics.charts import Interval
from analytics.config import Config, read_config
from analytics.disclosure import Hidden
from analytics.errors import UserError
from analytics.report.parts import in_words, k_of_n, spread
from analytics.report.renewals.section_time import _changed
from analytics.report.section_payers import _difference, _unit, _worded
from analytics.report.tables import Column, Rate, Row, Table
from analytics.report.tiles import TARGETS, Tile, change, mostly_withheld, stretch, tile_periods, with_targets
from analytics.statistics import Estimate


def rate(value: float) -> Rate:
    return Rate(round(1000 * value), 1000, value, value, value)


@pytest.mark.parametrize(
    ("last_day", "incomplete", "recent", "before"),
    [
        # The month of the last day counts only when it is over.
        (date(2025, 12, 31), (), (date(2025, 1, 1), date(2025, 12, 31)), (date(2024, 1, 1), date(2024, 12, 31))),
        (date(2025, 12, 30), (), (date(2024, 12, 1), date(2025, 11, 30)), (date(2023, 12, 1), date(2024, 11, 30))),
        # Incomplete months at the end are left out, as dates or as the run record writes them.
        (
            *(date(2025, 12, 31), ("2025-11-01", "2025-12-01")),
            *((date(2024, 11, 1), date(2025, 10, 31)), (date(2023, 11, 1), date(2024, 10, 31))),
        ),
        (
            *(date(2025, 12, 15), (date(2025, 11, 1), date(2025, 12, 1))),
            *((date(2024, 11, 1), date(2025, 10, 31)), (date(2023, 11, 1), date(2024, 10, 31))),
        ),
        # February of a leap year.
        (date(2024, 2, 29), (), (date(2023, 3, 1), date(2024, 2, 29)), (date(2022, 3, 1), date(2023, 2, 28))),
        (date(2024, 2, 28), (), (date(2023, 2, 1), date(2024, 1, 31)), (date(2022, 2, 1), date(2023, 1, 31))),
    ],
)
def test_the_last_twelve_complete_months_and_the_twelve_before(
    last_day: date, incomplete: tuple[date | str, ...], recent: tuple[date, date], before: tuple[date, date]
) -> None:
    assert tile_periods(last_day, incomplete) == (recent, before)


def test_an_incomplete_month_amid_complete_ones_shortens_nothing() -> None:
    assert tile_periods(date(2025, 12, 31), ["2025-06-01"])[0] == (date(2025, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("recent", "before", "words"),
    [
        (rate(0.925), rate(0.913), "up 1.2 points"),
        (rate(0.913), rate(0.925), "down 1.2 points"),
        (rate(0.91), rate(0.90), "up 1.0 point"),
        (rate(0.9), rate(0.9), "unchanged"),
        # As printed: 90.04% and 89.96% both read 90.0%.
        (rate(0.9004), rate(0.8996), "unchanged"),
        (Hidden.WITHHELD, rate(0.9), ""),
        (rate(0.9), Hidden.SMALL, ""),
        (rate(0.9), None, ""),
    ],
)
def test_a_change_is_told_only_of_two_shown_rates(recent: object, before: object, words: str) -> None:
    assert change(recent, before) == words


def test_a_stretch_says_its_months_and_counts() -> None:
    found = stretch((date(2024, 11, 1), date(2025, 10, 31)), Rate(1824, 1998, 0.9129, 0.9, 0.92))
    assert (found.months, found.value, found.counts) == ("Nov 2024 to Oct 2025", "91.3%", "1,824 of 1,998")
    hidden = stretch((date(2024, 11, 1), date(2025, 10, 31)), Hidden.WITHHELD)
    assert (hidden.value, hidden.counts) == ("withheld", "")


@pytest.mark.parametrize(
    ("key", "measured", "target", "verdict"),
    [
        ("caps_kept_percent", 95.0, 95.0, "met"),
        ("caps_kept_percent", 94.96, 95.0, "not met"),
        ("units_over_percent", 2.0, 2.0, "met"),
        ("units_over_percent", 2.01, 2.0, "not met"),
        ("retained_percent", None, 60.0, "can't be told"),
    ],
)
def test_targets_are_least_or_greatest_values(key: str, measured: float | None, target: float, verdict: str) -> None:
    tile = with_targets(Tile("A tile", "95.0%", measured={key: measured}), {key: target})
    assert [found.verdict for found in tile.targets] == [verdict]
    assert tile.targets[0].words.startswith("at most" if key == "units_over_percent" else "at least")


def test_a_target_that_nobody_set_is_not_shown() -> None:
    assert with_targets(Tile("A tile", "95.0%", measured={"caps_kept_percent": 95.0}), {}).targets == []


def config_of(folder: Path, text: str) -> Config:
    (folder / "um.toml").write_text(text, encoding="utf-8")
    return read_config(folder / "um.toml")


def test_targets_are_read(tmp_path: Path) -> None:
    lines = "\n".join(f"{key} = {place + 0.5}" for place, key in enumerate(TARGETS))
    assert config_of(tmp_path, f"[targets]\n{lines}\n").targets == {k: p + 0.5 for p, k in enumerate(TARGETS)}
    assert config_of(tmp_path, "").targets == {}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("caps_kept_percent = 101", ["caps_kept_percent", "101", "0 to 100"]),
        ("caps_kept_percent = -1", ["caps_kept_percent", "-1", "0 to 100"]),
        ("caps_kept_percent = nan", ["caps_kept_percent", "nan", "0 to 100"]),
        ("caps_kept_percent = true", ["caps_kept_percent", "True", "0 to 100"]),
        ('retained_percent = "70%"', ["retained_percent", "70%", "0 to 100"]),
        ("caps_kept_precent = 95", ["caps_kept_precent", "caps_kept_percent"]),
    ],
)
def test_a_wrong_target_gives_one_sentence(tmp_path: Path, line: str, words: list[str]) -> None:
    with pytest.raises(UserError) as fault:
        config_of(tmp_path, f"[targets]\n{line}\n")
    assert "\n" not in str(fault.value)
    for word in words:
        assert word in str(fault.value)


# ---- Tables

COLUMNS = [Column("name", "Criterion", "text"), Column("n", "Met"), Column("rate", "Rate", "rate")]


def table(*rows: tuple[str, int, object, object], further: tuple[str, str] | None) -> Table:
    made = [Row({"name": name, "n": n, "rate": value}, depth) for name, depth, n, value in rows]
    return Table("t", "A table", COLUMNS, made, further=further)


NOUN = ("criterion", "criteria")
TREE = (
    ("a", 0, Hidden.WITHHELD, Hidden.WITHHELD),
    ("a.1", 1, Hidden.WITHHELD, None),
    ("a.2", 1, Hidden.SMALL, Hidden.WITHHELD),
    ("a.2.i", 2, 12, Hidden.WITHHELD),
    ("a.2.ii", 2, Hidden.SMALL, None),
    ("b", 0, 0, None),
    ("c", 0, Hidden.WITHHELD, Hidden.WITHHELD),
)


def test_rows_without_a_shown_value_are_left_out_but_those_that_head_others() -> None:
    found = table(*TREE, further=NOUN)
    assert [row.values["name"] for row in found.printed] == ["a", "a.2", "a.2.i", "b"]
    assert found.closing == "3 further criteria: too few people to show."


def test_without_a_noun_every_row_stays() -> None:
    found = table(*TREE, further=None)
    assert len(found.printed) == len(TREE) and found.closing == ""


def test_one_row_and_all_rows_read_well() -> None:
    assert table(TREE[3], TREE[1], further=NOUN).closing == "1 further criterion: too few people to show."
    nothing = table(TREE[1], further=NOUN)
    assert nothing.printed == [] and nothing.closing == "No criterion has enough people behind it to be shown."


@pytest.mark.parametrize(
    ("rows", "is_withheld"),
    [
        ([("a", 0, Hidden.WITHHELD, Hidden.SMALL), ("b", 0, Hidden.WITHHELD, None)], True),
        ([("a", 0, Hidden.WITHHELD, Hidden.WITHHELD), ("b", 0, 0, None)], False),
        # Where there is nothing to count at all, nothing is withheld.
        ([("a", 0, None, None)], False),
        ([], False),
    ],
)
def test_a_table_of_marks_alone_is_withheld(rows: list[tuple[str, int, object, object]], is_withheld: bool) -> None:
    found = table(*rows, further=None)
    assert found.is_withheld is is_withheld


# ---- Sentences


@pytest.mark.parametrize(
    ("k", "n", "words"),
    [
        (1824, 1998, "1,824 of 1,998 approvals"),
        (Hidden.SMALL, 90, "<11 of 90 approvals"),
        # A count beside the noun of a hidden one would read as if it were that one.
        (255, Hidden.WITHHELD, "few people stand behind a count of the approvals"),
        (Hidden.SMALL, Hidden.WITHHELD, "few people stand behind a count of the approvals"),
        (Hidden.WITHHELD, 90, "few people stand behind a count of the approvals"),
    ],
)
def test_k_never_stands_with_the_noun_of_a_hidden_n(k: object, n: object, words: str) -> None:
    assert k_of_n(k, n, "approvals") == words


def test_a_share_is_a_noun_in_a_sentence_whatever_it_is() -> None:
    assert in_words(rate(0.9), "approvals") == "90.0% (900 of 1,000 approvals)"
    assert in_words(Hidden.WITHHELD, "approvals").startswith("a withheld share (")
    assert in_words(None, "approvals") == "none (there are no approvals)"


def test_the_spread_of_a_chart_reads_well() -> None:
    points = [Interval("2023", 0.8), Interval("2024", 0.9), Interval("2025", None)]
    assert spread(points, "Kept", "year") == "Kept: from 80.0% (2023) to 90.0% (2024). 1 of 3 years is not shown."
    assert spread([*points, points[2]], "Kept", "year").endswith(" 2 of 4 years are not shown.")
    assert spread([Interval("2023", 1.0), Interval("2024", 1.0)], "Kept", "year") == "Kept: 100.0% in each year shown."


def test_medians_and_their_difference_have_one_unit() -> None:
    long, short = Estimate(84.0, 72.0, 96.0), Estimate(36.0, 24.0, 47.0)
    assert (_unit("hours", long, short), _unit("hours", short, short), _unit("kept", rate(0.9))) == (
        "days", "hours", "points",
    )  # fmt: skip
    assert _worded(short, "days").startswith("1.5 days ") and _worded(short, "hours").startswith("36.0 hours ")
    assert _difference(Estimate(48.0, 24.0, 72.0), "days").startswith("+2.0 days ")
    assert _difference(Estimate(-0.05, -0.1, 0.02), "points").startswith("−5.0 points ")


@pytest.mark.parametrize(
    ("values", "is_mostly_withheld"),
    [
        (["withheld", "88.4%", "withheld", "<11"], True),
        (["withheld", "88.4%", "withheld", "120"], False),
        (["withheld", "88.4%", "not evaluable", "withheld"], True),
        (["90.0%", "88.4%", "not evaluable", "withheld"], False),
        (["not evaluable"], False),
    ],
)
def test_it_is_said_when_most_headline_figures_are_withheld(values: list[str], is_mostly_withheld: bool) -> None:
    assert mostly_withheld([Tile("A tile", value) for value in values]) is is_mostly_withheld


def test_a_change_reads_the_same_in_the_headline_and_in_the_renewals_section() -> None:
    recent, before = (Rate(k, n, k / n, k / n, k / n) for k, n in ((76, 107), (59, 90)))
    assert change(recent, before) == "up 5.4 points"
    assert "from 65.6% to 71.0%: up 5.4 points (95% limits of the change: " in _changed(recent, before)
