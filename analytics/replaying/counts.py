"""The counts of a replay, on one ledger: how many cases came out how before and after, and for which reasons."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from analytics.disclosure import Count, Hidden, Ledger, count_people
from analytics.report.ladder import Group, Ladder, Measure

#: What a case may come to. A case that only one of the policies has in scope is "absent" on the other side.
STATUSES = ("within", "exceeds", "exception", "indeterminate", "absent")
VALUES = ("met", "not_met", "unknown", "none", "absent")


class Flow:
    """Cases by what they came to before and after: all of them, and payer by payer."""

    def __init__(self, ledger: Ledger, name: str, frame: pl.DataFrame, column: str, values: Sequence[str]) -> None:
        self.ledger, self.name = ledger, name
        before, after = (_came(column, when) for when in ("before", "after"))
        self.frame = frame.with_columns(before=before, after=after)
        there = self.frame.select("before", "after").unique().rows()
        self.pairs = [(one, other) for one in values for other in values if (one, other) in there]
        self.values = [value for value in values if any(value in pair for pair in self.pairs)]
        measures = {"n": Measure(pl.lit(True), 9), "flipped": Measure(pl.col("before") != pl.col("after"), 6)}
        for value in self.values:
            measures[f"before_{value}"] = Measure(pl.col("before") == value, 5)
            measures[f"after_{value}"] = Measure(pl.col("after") == value, 5)
        for one, other in self.pairs:
            measures[f"{one}>{other}"] = Measure((pl.col("before") == one) & (pl.col("after") == other), 3)
        self.ladder = Ladder(ledger, name, self.frame, measures, self._splits())
        self.ladder.rung("all", [], 20, people=True)
        self.ladder.rung("payer", ["payer"], 0, unprinted=[f"{one}>{other}" for one, other in self.pairs])
        self.ladder.link("all", "payer")
        self._reasons: dict[str, list[str]] = {}
        self._people()

    def _splits(self) -> list[tuple[str, list[str]]]:
        splits = [
            ("n", [f"before_{value}" for value in self.values]),
            ("n", [f"after_{value}" for value in self.values]),
            ("flipped", [f"{one}>{other}" for one, other in self.pairs if one != other]),
            ("n", ["flipped", *(f"{one}>{other}" for one, other in self.pairs if one == other)]),
        ]
        for value in self.values:
            splits.append((f"before_{value}", [f"{one}>{other}" for one, other in self.pairs if one == value]))
            splits.append((f"after_{value}", [f"{one}>{other}" for one, other in self.pairs if other == value]))
        return splits

    def _people(self) -> None:
        """How many people have a case that flipped."""
        flipped = self.frame.filter(pl.col("before") != pl.col("after")).select("person_id").unique()
        self.ledger.add((self.name, "people"), self._counted(flipped), cost=25)
        self.ledger.at_most((self.name, "people"), [self.ladder.key("all", (), "flipped")])
        self.ledger.at_most((self.name, "people"), [self.ladder.key("all", (), "persons")])

    def reasons(self, name: str, pairs: Sequence[tuple[str, str]], column: str) -> None:
        """Enter how many of the cases of some pairs name each entry of a list column; a case may name several."""
        there = [pair for pair in pairs if pair in self.pairs]
        some = self.frame.filter(pl.any_horizontal([_is(pair) for pair in there] or [pl.lit(False)]))
        whole = self.ledger.add((self.name, name), self._counted(some), printed=False)
        self.ledger.total(whole, [self.ladder.key("all", (), f"{one}>{other}") for one, other in there])
        listed = some.explode(column).filter(pl.col(column).is_not_null())
        found = count_people(listed, [column], {"n": pl.lit(True)}, self.ledger.threshold)
        self._reasons[name] = [group[0] for group in found]
        keys = [self.ledger.add((self.name, name, *group), counts["n"], cost=1) for group, counts in found.items()]
        for key in keys:
            self.ledger.at_most(key, [whole])
        self.ledger.total_if_so(whole, keys)

    def _counted(self, frame: pl.DataFrame) -> Count:
        return count_people(frame, [], {"n": pl.lit(True)}, self.ledger.threshold)[()]["n"]

    # ---- Reading, once the ledger is protected

    def payers(self) -> list[Group]:
        """The payers, by name."""
        return sorted(self.ladder.groups["payer"])

    def count(self, measure: str, payer: Group = ()) -> float | Hidden:
        """A count as it may be shown; 0 of what nobody came to."""
        rung = "payer" if payer else "all"
        if measure not in self.ladder.measures:
            return 0
        return self.ladder.count(rung, payer, measure)

    def people(self) -> float | Hidden:
        """How many people have a case that flipped."""
        return self.ledger[(self.name, "people")]

    def told(self, name: str) -> list[tuple[str, float | Hidden]]:
        """Reasons with their counts, those with most first; hidden ones last, by name."""
        rows = [(reason, self.ledger[(self.name, name, reason)]) for reason in self._reasons[name]]
        return sorted(rows, key=lambda row: (float("inf") if isinstance(row[1], Hidden) else -row[1], row[0]))

    def total(self, column: str, value: str, when: str) -> Any:
        """The sum of a column over cases of a kind: None where an amount is unknown.

        Hidden where their count is, or where few people make the difference between before and after.
        """
        sums = [
            pl.when(pl.col(one) == value).then(pl.col(f"{column}_{one}")).otherwise(0) for one in ("before", "after")
        ]
        changed = self._counted(self.frame.filter(sums[0].ne_missing(sums[1])).select("person_id").unique())
        if isinstance(self.count(f"{when}_{value}"), Hidden) or changed.people:
            return Hidden.WITHHELD
        some = self.frame.filter(pl.col(when) == value)[f"{column}_{when}"]
        return None if some.null_count() == len(some) and len(some) else some.sum()


def _is(pair: tuple[str, str]) -> pl.Expr:
    return (pl.col("before") == pair[0]) & (pl.col("after") == pair[1])


def _came(column: str, when: str) -> pl.Expr:
    """What a case came to: absent where it is not in scope, none where the extracts hold nothing to judge it by."""
    nothing = pl.when(pl.col(f"policy_id_{when}").is_null()).then(pl.lit("absent")).otherwise(pl.lit("none"))
    return pl.col(f"{column}_{when}").fill_null(nothing)
