"""Each limit of the policies: what came of it, entered with what readers find beside the verdicts and the breaches."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from itertools import pairwise
from typing import Any

import polars as pl

from analytics.disclosure import Ledger, count_people
from analytics.report.dosing.frame import KEY
from analytics.report.ladder import Group, Ladder

WORDS = ("ok", "exceeded", "unknown")
#: Verdicts as the payers' table has them: approved exceptions are over too.
_VERDICTS: Mapping[str, pl.Expr] = {
    "within": pl.col("status") == "within",
    "over": pl.col("status").is_in(["exceeds", "exception"]),
    "indeterminate": pl.col("status") == "indeterminate",
}
_LIMIT = ["policy_id", "regimen", "limit_id"]
#: Between a regimen and its limit, and between limits, in one text: no name holds such a sign.
_OF, _AND = "\x1f", "\x1e"


def enter_limits(ledger: Ledger, ladder: Ladder, results: pl.DataFrame) -> list[Group]:
    """Enter what came of each limit; gives back the limits (policy, regimen, limit).

    ladder: the administrations, with the rung policy entered. results: one row an administration and a limit tested.
    """
    words = {word: pl.col("result") == word for word in WORDS}
    counted = count_people(results, _LIMIT, {**words, "tested": pl.lit(True)}, ledger.threshold)
    for group, counts in counted.items():
        for word, count in counts.items():
            ledger.add(("limit", *group, word), count, row=("limit", *group))
        ledger.total(("limit", *group, "tested"), [("limit", *group, word) for word in words])
        ledger.total_if_so(ladder.key("policy", group[:1], "n"), [("limit", *group, "tested")])
    for policy in ladder.groups["policy"]:
        # Whatever is over a limit exceeds at least one of them.
        exceeded = [("limit", *group, "exceeded") for group in counted if group[:1] == policy]
        ledger.at_most(ladder.key("policy", policy, "over"), exceeded)
    for one, other in pairwise(counted):
        # A regimen is tested as a whole: each of its limits is tested as often.
        if one[:2] == other[:2]:
            ledger.total_if_so(("limit", *one, "tested"), [("limit", *other, "tested")])
    judged = results.join(ladder.frame.select(*KEY, "status", "breach_kind"), on=KEY, how="left")
    _enter_verdicts(ledger, ladder, judged, list(counted))
    _enter_overlaps(ledger, ladder, judged)
    return list(counted)


def _enter_verdicts(ledger: Ledger, ladder: Ladder, judged: pl.DataFrame, limits: list[Group]) -> None:
    """What came of a limit among the administrations of each verdict: the difference of two tables.

    A limit that can't be judged, less what can't be judged at all, are those over another limit. What no administration
    is, is not entered: a reader may know that it can't be.
    """
    found: list[tuple[Any, ...]] = []
    for group, counts in count_people(judged, [*_LIMIT, "result"], _VERDICTS, ledger.threshold).items():
        for verdict, count in counts.items():
            if count.value:
                ledger.add(("limit verdict", *group, verdict), count, printed=False)
                found.append((*group, verdict))
    for limit in limits:
        own = [(word, verdict) for *of, word, verdict in found if tuple(of) == limit]
        for word in WORDS:
            parts: list[Hashable] = [("limit verdict", *limit, *pair) for pair in own if pair[0] == word]
            ledger.total_if_so(("limit", *limit, word), parts)
        untested = count_people(_untested(ladder.frame, judged, limit), [], _VERDICTS, ledger.threshold)[()]
        for verdict, count in untested.items():
            parts = [("limit verdict", *limit, *pair) for pair in own if pair[1] == verdict]
            if count.value:
                parts.append(ledger.add(("limit untested", *limit, verdict), count, printed=False))
            ledger.total_if_so(ladder.key("policy", limit[:1], verdict), parts)


def _untested(frame: pl.DataFrame, judged: pl.DataFrame, limit: Group) -> pl.DataFrame:
    """The policy's administrations that the limit was not tested on."""
    tested = judged.filter(pl.all_horizontal(pl.col(name) == value for name, value in zip(_LIMIT, limit, strict=True)))
    return frame.filter(pl.col("policy_id") == limit[0]).join(tested, on=KEY, how="anti")


def _enter_overlaps(ledger: Ledger, ladder: Ladder, judged: pl.DataFrame) -> None:
    """Which limits an administration exceeded together, by the kind of breach: what several limits count twice."""
    exceeded = pl.concat_str("regimen", pl.lit(_OF), "limit_id").filter(pl.col("result") == "exceeded").sort()
    over = judged.filter(_VERDICTS["over"]).group_by(*KEY, "breach_kind").agg(exceeded=exceeded.str.join(_AND))
    by = ["policy_id", "breach_kind", "exceeded"]
    counted = count_people(over, by, {"n": pl.lit(True)}, ledger.threshold)
    for group, counts in counted.items():
        ledger.add(("exceeded together", *group), counts["n"], printed=False)
    keys = list(counted)
    for policy, kind in dict.fromkeys(group[:2] for group in keys):
        if ("breach", policy, kind) in ledger:
            own = [("exceeded together", *group) for group in keys if group[:2] == (policy, kind)]
            ledger.total_if_so(("breach", policy, kind), own)
    limits = dict.fromkeys((group[0], limit) for group in keys for limit in group[2].split(_AND) if limit)
    for policy, limit in limits:
        whole = ("limit verdict", policy, *limit.split(_OF), "exceeded", "over")
        own = [("exceeded together", *group) for group in keys if group[0] == policy and limit in group[2].split(_AND)]
        ledger.total_if_so(whole, own)
