"""Small cells: what is hidden, what is withheld with it, and that nothing small can be worked out."""

import random
from collections.abc import Hashable, Sequence
from math import inf

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from analytics.disclosure import Count, Hidden, Ledger, count_people, fewest_people, without_small_numbers

Relation = tuple[Hashable, Sequence[Hashable]]


def persons(key: Hashable, n: int) -> Count:
    """n things of n different people."""
    return Count(n, frozenset((key, i) for i in range(n)) if n < 11 else None)


def bounds(
    ledger: Ledger, values: dict[Hashable, int], relations: Sequence[Relation], target: Hashable
) -> tuple[float, float]:
    """How narrowly an attacker who adds and subtracts can bound a cell: a program of its own, over all cells."""
    keys = list(values)
    equal = np.zeros((len(relations), len(keys)))
    for row, (whole, parts) in enumerate(relations):
        equal[row, keys.index(whole)] -= 1
        for part in parts:
            equal[row, keys.index(part)] += 1
    box = []
    for key in keys:
        shown = ledger[key]
        if not isinstance(shown, Hidden):
            box.append((shown, shown))
        elif shown is Hidden.SMALL:
            box.append((1, 10 if values[key] <= 10 else None))
        else:
            box.append((0, None))
    ends = []
    for sign in (1, -1):
        cost = np.zeros(len(keys))
        cost[keys.index(target)] = sign
        found = linprog(cost, A_eq=equal, b_eq=np.zeros(len(relations)), bounds=box)
        ends.append(found.fun * sign if found.status == 0 else inf)
    return ends[0], ends[1]


def assert_safe(ledger: Ledger, values: dict[Hashable, int], relations: Sequence[Relation]) -> None:
    for key, value in values.items():
        if not 1 <= value <= 10:
            continue
        assert isinstance(ledger[key], Hidden), key
        low, high = bounds(ledger, values, relations, key)
        assert low <= 1 + 1e-6, (key, low)
        assert high >= 10 - 1e-6, (key, high)


def filled(values: dict[Hashable, int], relations: Sequence[Relation]) -> Ledger:
    ledger = Ledger()
    for key, value in values.items():
        ledger.add(key, persons(key, value))
    for whole, parts in relations:
        ledger.total(whole, parts)
    return ledger


def two_way(inner: Sequence[Sequence[int]]) -> tuple[dict[Hashable, int], list[Relation]]:
    """A two-way table with its margins and its grand total."""
    rows, columns = range(len(inner)), range(len(inner[0]))
    values: dict[Hashable, int] = {(i, j): inner[i][j] for i in rows for j in columns}
    values |= {(i, "all"): sum(inner[i]) for i in rows}
    values |= {("all", j): sum(row[j] for row in inner) for j in columns}
    values["all", "all"] = sum(map(sum, inner))
    relations: list[Relation] = [((i, "all"), [(i, j) for j in columns]) for i in rows]
    relations += [(("all", j), [(i, j) for i in rows]) for j in columns]
    relations += [(("all", "all"), [(i, "all") for i in rows]), (("all", "all"), [("all", j) for j in columns])]
    return values, relations


def test_a_small_cell_takes_another_with_it() -> None:
    values = {"all": 500, "a": 3, "b": 480, "c": 17, "d": 0}
    ledger = filled(values, [("all", ["a", "b", "c", "d"])]).protect()
    assert ledger["a"] is Hidden.SMALL
    assert ledger["b"] is Hidden.WITHHELD, "17 would leave the small one only 1 to 9"
    assert (ledger["all"], ledger["c"], ledger["d"]) == (500, 17, 0)


def test_the_complement_is_small_too() -> None:
    ledger = Ledger()
    ledger.add("n", persons("n", 60))
    ledger.add("k", persons("k", 57))
    ledger.add("rest", persons("rest", 3), printed=False)
    ledger.total("n", ["k", "rest"])
    ledger.protect()
    assert isinstance(ledger["k"], Hidden) or isinstance(ledger["n"], Hidden)


def test_nothing_is_said_of_the_parts_of_a_small_total_not_even_zeros() -> None:
    ledger = filled({"all": 4, "a": 4, "b": 0}, [("all", ["a", "b"])]).protect()
    assert ledger["all"] is Hidden.SMALL
    assert ledger["a"] is ledger["b"] is Hidden.WITHHELD


def test_zeros_are_shown_elsewhere() -> None:
    ledger = filled({"all": 40, "a": 40, "b": 0}, [("all", ["a", "b"])]).protect()
    assert (ledger["all"], ledger["a"], ledger["b"]) == (40, 40, 0)


def test_people_count_not_things() -> None:
    ledger = Ledger()
    ledger.add("administrations", Count(25, frozenset(["x", "y", "z"])))
    ledger.protect()
    assert ledger["administrations"] is Hidden.SMALL


def test_few_people_behind_what_is_left_of_a_total() -> None:
    """Two hidden groups of the same three people: what is left of the total is theirs alone."""
    ledger = Ledger()
    ledger.add("all", Count(100, None))
    ledger.add("a", Count(20, frozenset("xyz")))
    ledger.add("b", Count(20, frozenset("xyz")))
    ledger.add("c", Count(60, None))
    ledger.total("all", ["a", "b", "c"])
    ledger.protect()
    assert not ledger.shows("c")


def test_what_is_not_printed_cannot_be_read() -> None:
    ledger = Ledger()
    ledger.add("hidden", persons("hidden", 20), printed=False)
    with pytest.raises(KeyError):
        ledger["hidden"]


def test_numbers_that_do_not_add_up_are_refused() -> None:
    ledger = Ledger()
    for key, value in (("all", 30), ("a", 12), ("b", 12)):
        ledger.add(key, persons(key, value))
    with pytest.raises(ValueError, match="its parts are"):
        ledger.total("all", ["a", "b"])
    with pytest.raises(ValueError, match="in one place"):
        ledger.add("a", persons("a", 13))


def test_all_but_few_is_said_only_where_the_rest_is_marked() -> None:
    ledger = filled({"n": 60, "k": 57, "rest": 3}, [("n", ["k", "rest"])]).protect()
    assert ledger.among("k", "n", "rest") is Hidden.ALL_BUT_FEW
    assert ledger.is_few("rest") and not ledger.is_few("k")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(2, 5).flatmap(
        lambda columns: st.lists(
            st.lists(
                st.sampled_from([0, 1, 2, 5, 9, 10, 11, 12, 14, 20, 33, 80, 400]), min_size=columns, max_size=columns
            ),
            min_size=2,
            max_size=6,
        )
    )
)
def test_two_way_tables_hold_against_the_attacker(inner: list[list[int]]) -> None:
    values, relations = two_way(inner)
    assert_safe(filled(values, relations).protect(), values, relations)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False))
def test_trees_of_totals_hold_against_the_attacker(draw: random.Random) -> None:
    """All, payers, months; each with a part and its complement."""
    values: dict[Hashable, int] = {}
    relations: list[Relation] = []

    def grow(node: tuple[int, ...], depth: int) -> tuple[int, int]:
        if depth == 0:
            n = draw.choice([0, 3, 8, 12, 25, 60])
            k = draw.randint(0, n)
        else:
            children = [(*node, i) for i in range(draw.randint(2, 4))]
            found = [grow(child, depth - 1) for child in children]
            n, k = sum(n for n, _ in found), sum(k for _, k in found)
            for part in ("n", "k", "rest"):
                relations.append(((node, part), [(child, part) for child in children]))
        values[node, "n"], values[node, "k"], values[node, "rest"] = n, k, n - k
        relations.append(((node, "n"), [(node, "k"), (node, "rest")]))
        return n, k

    grow((), 2)
    assert_safe(filled(values, relations).protect(), values, relations)


def test_the_attacker_finds_the_leak_without_complementary_suppression() -> None:
    values, relations = two_way([[3, 40, 25], [30, 50, 60], [12, 80, 90]])
    ledger = filled(values, relations).protect(complementary=False)
    assert bounds(ledger, values, relations, (0, 0)) == pytest.approx((3, 3))


def test_the_same_ledger_gives_the_same_page() -> None:
    draw = random.Random(5)
    inner = [[draw.choice([0, 4, 9, 15, 70]) for _ in range(4)] for _ in range(12)]
    values, relations = two_way(inner)
    first, second = (filled(values, relations).protect() for _ in range(2))
    assert [first[key] for key in values] == [second[key] for key in values]


def test_counting_people() -> None:
    frame = pl.DataFrame(
        {"payer": ["a"] * 12 + ["b"] * 3, "person_id": [f"p{i % 11}" for i in range(12)] + ["q", "q", "r"]}
    )
    counted = count_people(frame, ["payer"], {"n": pl.lit(True), "none": pl.lit(None, dtype=pl.Boolean)}, 11)
    assert counted["a",]["n"] == Count(12, None)
    assert counted["b",]["n"] == Count(3, frozenset(["q", "r"]))
    assert counted["a",]["none"] == Count(0, frozenset())
    assert count_people(frame, [], {"n": pl.lit(True)}, 11)[()]["n"] == Count(15, None)


def test_fewest_people() -> None:
    assert len(fewest_people(9, [5, 3, 2, 1], 11).people or "") == 3
    assert fewest_people(0, [5], 11).people == frozenset()
    assert fewest_people(60, [3] * 40, 11).people is None


@pytest.mark.parametrize(
    ("sentence", "safe"),
    [
        (
            "medical_claim.x: values that can't be read: 3.",
            "medical_claim.x: values that can't be read: fewer than 11.",
        ),
        ("407 of 9,026 days break it (4.5%; none allowed).", "407 of 9,026 days break it (4.5%; none allowed)."),
        ("40 rows have zero units (0.8%).", "some rows have zero units."),
        ("As of 2025-03-05 lies 120 days after.", "As of 2025-03-05 lies 120 days after."),
        ("Only 0 rows.", "Only 0 rows."),
    ],
)
def test_sentences_lose_their_small_numbers(sentence: str, safe: str) -> None:
    assert without_small_numbers(sentence, 11, withheld={40}) == safe


def test_a_sentence_does_not_tell_one_from_two() -> None:
    one = "x: “Every day is one” is not true: 1 of 40 requests breaks it (2.5%; none allowed). 1 row has no date."
    two = "x: “Every day is one” is not true: 2 of 40 requests break it (5.0%; none allowed). 2 rows have no date."
    assert without_small_numbers(one, 11) == without_small_numbers(two, 11)
    assert "“Every day is one” is not true" in without_small_numbers(one, 11)
