"""What came of each limit, as an attacker reads it beside the verdicts and the kinds of breach."""

from typing import Any

import polars as pl

from tests.attack.base import Attack, counted, split


def attack_limits(attack: Attack, page: dict[str, list[dict[str, str]]], study: Any) -> None:
    """What came of each limit, of all administrations of its policy."""
    heads = {"tested": "Administrations tested", "ok": "Kept", "exceeded": "Exceeded", "unknown": "Can't be judged"}
    what = {name: pl.col("result") == name for name in heads} | {"tested": pl.col("result").is_not_null()}
    for (policy, limit), truth in counted(study.limit_result, ["policy_id", "limit_id"], what).items():
        row = next((row for row in page.get(f"t-limit-{policy}", []) if row["row"] == limit), {})
        for name, head in heads.items():
            attack.see((("limit", policy, limit), name), row.get(head, "withheld"), truth[name], truth[f"{name}:p"])
        split(attack, ("limit", policy, limit), ("tested", "ok", "exceeded", "unknown"))
        if truth["tested"] == attack.truth[("policy", policy), "n"]:
            attack.adds_up((("policy", policy), "n"), [(("limit", policy, limit), "tested")])
    attack_verdicts(attack, study)


def attack_verdicts(attack: Attack, study: Any) -> None:
    """What came of a limit, beside the verdicts of the payers' table and the kinds of breach: only some pairs occur."""
    key = ["policy_id", "payer", "person_id", "administered_on"]
    status = pl.col("status").replace("exceeds", "over").replace("exception", "over")
    verdicts = study.administration.select(*key, "breach_kind", verdict=status)
    judged = study.limit_result.join(verdicts, on=key)
    n = {"n": pl.col("result").is_not_null()}
    pairs = counted(judged, ["policy_id", "limit_id", "result", "verdict"], n)
    for (policy, limit, result, verdict), truth in pairs.items():
        attack.guess((("verdict", policy, limit, result), verdict), truth["n"], truth["n:p"])
    for policy, limit in dict.fromkeys(pair[:2] for pair in pairs):
        own = [pair for pair in pairs if pair[:2] == (policy, limit)]
        for result in ("ok", "exceeded", "unknown"):
            parts = [(("verdict", *pair[:3]), pair[3]) for pair in own if pair[2] == result]
            attack.adds_up((("limit", policy, limit), result), parts)
        tested = judged.filter((pl.col("policy_id") == policy) & (pl.col("limit_id") == limit))
        others = verdicts.filter(pl.col("policy_id") == policy).join(tested, on=key, how="anti")
        untested = counted(others, ["verdict"], {"n": pl.lit(True)})
        for verdict in ("within", "over", "indeterminate"):
            parts = [(("verdict", *pair[:3]), pair[3]) for pair in own if pair[3] == verdict]
            if (verdict,) in untested:
                truth, cell = untested[verdict,], (("untested", policy, limit), verdict)
                attack.guess(cell, truth["n"], truth["n:p"])
                parts.append(cell)
            attack.adds_up((("policy", policy), verdict), parts)
    exceeded = pl.col("limit_id").filter(pl.col("result") == "exceeded").sort().str.join(", ")
    over = judged.filter(pl.col("verdict") == "over").group_by(*key, "breach_kind").agg(together=exceeded)
    together = counted(over, ["policy_id", "breach_kind", "together"], {"n": pl.col("together").is_not_null()})
    for group, truth in together.items():
        attack.guess((("together", *group), "n"), truth["n"], truth["n:p"])
    for policy, kind in dict.fromkeys(group[:2] for group in together):
        parts = [(("together", *group), "n") for group in together if group[:2] == (policy, kind)]
        attack.adds_up((("breach", policy), kind), parts)
    for policy, limit, result, verdict in pairs:
        if (result, verdict) == ("exceeded", "over"):
            parts = [(("together", *g), "n") for g in together if g[0] == policy and limit in g[2].split(", ")]
            attack.adds_up((("verdict", policy, limit, result), verdict), parts)
