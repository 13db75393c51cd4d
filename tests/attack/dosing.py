"""Administrations, as an attacker reads them from the page."""

import re
from datetime import date, timedelta
from typing import Any

import polars as pl

from tests.attack.base import LEVELS, Attack, counted, link, rows_by_group, split
from tests.attack.dosing_limits import attack_limits
from tests.attack.therapies import attack_therapies
from tests.invented import A, B

PERIOD_HEADS = {
    "judged": "Judged",
    "within": "Within the limits",
    "over": "Over a limit",
    "indeterminate": "Can't be judged",
}


def attack_dosing(page: dict[str, list[dict[str, str]]], study: Any) -> Attack:
    """By policy and payer, and each payer's periods, sharing their margins."""
    heads = {
        "n": "Administrations",
        "judged": "Judged",
        "within": "Within the limits",
        "over": "Over a limit",
        "exception": "of these with an approved exception",
        "indeterminate": "Can't be judged",
    }
    status = pl.col("status")
    over = status.is_in(["exceeds", "exception"])
    what = {
        "n": pl.lit(True),
        "judged": status != "indeterminate",
        "within": status == "within",
        "over": over,
        "exception": status == "exception",
        "indeterminate": status == "indeterminate",
        "exceeds": status == "exceeds",
    }
    what = {name: pl.col("status").is_not_null() & expr for name, expr in what.items()}
    attack, frame = Attack(), study.administration
    groups = {level: counted(frame, by, what) for level, by in LEVELS.items()}
    rows = rows_by_group(page["t-dosing-payer"])
    for level, found in groups.items():
        for group, truth in found.items():
            for name, head in heads.items():
                attack.see(((level, *group), name), rows[group][head], truth[name], truth[f"{name}:p"])
            attack.guess(((level, *group), "exceeds"), truth["exceeds"], truth["exceeds:p"])
            split(attack, (level, *group), ("n", "judged", "indeterminate"), ("judged", "within", "over"))
            split(attack, (level, *group), ("over", "exceeds", "exception"))
    link(attack, groups, [*heads, "exceeds"])
    frame = frame.with_columns(stretch=stretches(study))
    pieces: dict[str, list[Any]] = {}
    for (policy, payer), _ in groups["payer"].items():
        for stretch, cells in attack_periods(attack, page, frame, policy, payer, what).items():
            pieces.setdefault(stretch, []).extend(cells)
    attack_stretches(attack, page, frame, what, pieces)
    attack_providers(attack, page, study, what)
    attack_breaches(attack, page, study)
    attack_limits(attack, page, study)
    attack_therapies(attack, page, study.administration_therapy, "t-therapies-around", "Administrations")
    return attack


def stretches(study: Any) -> pl.Expr:
    """Which of the compared stretches a day lies in: the year up to the last complete month, or the year before it."""
    waiting = study.manifest["incomplete_months"]
    end = date.fromisoformat(waiting[0]) if waiting else study.manifest["claims_through"] + timedelta(days=1)
    end = end.replace(day=1)
    first = study.manifest["period"]["from"].replace(day=1)
    recent, before = end.replace(year=end.year - 1), end.replace(year=end.year - 2)
    day = pl.col("administered_on")
    return (
        pl.when((day >= recent) & (day < end) & (first <= recent))
        .then(pl.lit("recent"))
        .when((day >= before) & (day < recent) & (first <= before))
        .then(pl.lit("before"))
        .otherwise(pl.lit("outside"))
    )


def attack_stretches(
    attack: Attack, page: dict[str, list[dict[str, str]]], frame: pl.DataFrame, what: Any, pieces: dict[str, list[Any]]
) -> None:
    """The years compared are sums of the payers' periods, or of what these have in them; with the rest they are all."""
    found = counted(frame, ["stretch"], what)
    rows = {"recent" if "last twelve" in row["row"] else "before": row for row in page.get("t-dosing-stretch", [])}
    assert set(rows) == {stretch for (stretch,) in found} - {"outside"}
    for (stretch,), truth in found.items():
        for name, head in PERIOD_HEADS.items():
            cell = (("stretch", stretch), name)
            if stretch in rows:
                attack.see(cell, rows[stretch][head], truth[name], truth[f"{name}:p"])
            else:
                attack.guess(cell, truth[name], truth[f"{name}:p"])
            attack.adds_up(cell, [(piece, name) for piece in pieces[stretch]])
        split(attack, ("stretch", stretch), ("judged", "within", "over"))
    for name in PERIOD_HEADS:
        attack.adds_up((("all",), name), [(("stretch", stretch), name) for (stretch,) in found])


def attack_providers(attack: Attack, page: dict[str, list[dict[str, str]]], study: Any, what: Any) -> None:
    """Each policy's listed providers and all others are its administrations."""
    key = ["policy_id", "payer", "person_id", "administered_on"]
    npis = study.administration_provider.select(*key, "npi")
    frame = study.administration.join(npis, on=key, how="left")
    names = ("judged", "within", "over")
    for policy in (A, B):
        rows = page.get(f"t-dosing-provider-{policy}", [])
        listed = [row["row"] for row in rows if row["row"].isdigit()]
        assert len(listed) <= 15 and listed == sorted(listed)
        provider = pl.when(pl.col("npi").is_in(listed)).then(pl.col("npi")).otherwise(pl.lit("others"))
        own = frame.filter(pl.col("policy_id") == policy).with_columns(provider=provider)
        found = counted(own, ["provider"], what)
        for row in rows:
            npi = row["row"] if row["row"].isdigit() else "others"
            truth = found[npi,]
            for name in names:
                attack.see((("provider", policy, npi), name), row[PERIOD_HEADS[name]], truth[name], truth[f"{name}:p"])
            split(attack, ("provider", policy, npi), ("judged", "within", "over"))
            all_but_few(attack, row, ("provider", policy, npi), truth["over"])
        for name in names if rows else ():
            attack.adds_up((("policy", policy), name), [(("provider", policy, npi), name) for (npi,) in found])


def attack_breaches(attack: Attack, page: dict[str, list[dict[str, str]]], study: Any) -> None:
    """The kinds of breach add up to what is over a limit."""
    labels = {
        "over_dose": "Dose above the limit",
        "over_units": "One day's units above the limit",
        "early": "Up to three days earlier than allowed",
        "extra": "More, over time, than a limit allows",
    }
    over = study.administration.filter(pl.col("breach_kind").is_not_null())
    found = counted(over, ["policy_id", "breach_kind"], {"n": pl.col("status").is_not_null()})
    for policy in (A, B):
        shown = {row["row"]: row["Administrations"] for row in page.get(f"t-breach-{policy}", [])}
        for kind, label in labels.items():
            truth = found.get((policy, kind), {"n": 0, "n:p": 0})
            attack.see((("breach", policy), kind), shown.get(label, "withheld"), truth["n"], truth["n:p"])
        attack.adds_up((("policy", policy), "over"), [(("breach", policy), kind) for kind in labels])


def all_but_few(attack: Attack, row: dict[str, str], key: Any, over: int) -> None:
    """What "all but <11" says: the rest is 1 to 10."""
    if row["Within the limits"] == "all but <11":
        attack.boxes[(*key, "rest"), "few"] = (1, 10)
        attack.truth[(*key, "rest"), "few"], attack.people[(*key, "rest"), "few"] = over, 0
        attack.adds_up((key, "judged"), [(key, "within"), ((*key, "rest"), "few")])


def attack_sums(page: dict[str, list[dict[str, str]]], study: Any) -> Attack:
    """Sums of units and dollars: who knows a sum of all and of all but a few, knows that of the few.

    A population is a cell whose number counts as known where any of its sums is printed.
    """
    key = ["policy_id", "payer", "person_id", "administered_on"]
    waste = study.administration_waste.select(*key, "avoidable_units")
    frame = study.administration.join(waste, on=key, how="left").with_columns(stretch=stretches(study))
    wasted, avoidable = pl.col("wasted_units"), pl.col("avoidable_units")
    what = {
        "any": pl.col("status").is_not_null(),
        "exceeding": pl.col("status") == "exceeds",
        "wasting": wasted > 0,
        "avoiding": avoidable > 0,
    }
    heads = {
        ("t-dosing-units", "Units billed"): "any",
        ("t-dosing-units", "Units over the limits"): "exceeding",
        ("t-dosing-units", "Dollars over the limits"): "exceeding",
        ("t-dosing-waste", "Units billed"): "any",
        ("t-dosing-waste", "Discarded (JW)"): "wasting",
        ("t-dosing-waste", "of these avoidable"): "avoiding",
        ("t-dosing-waste-dollars", "Allowed for all units"): "any",
        ("t-dosing-waste-dollars", "for those discarded"): "wasting",
        ("t-dosing-waste-dollars", "for the avoidable ones"): "avoiding",
        ("t-dosing-waste-dollars", "Avoidable, in whole smallest vials"): "avoiding",
    }
    attack, groups = Attack(), {level: counted(frame, by, what) for level, by in LEVELS.items()}
    groups["stretch"] = counted(frame, ["stretch"], what)
    seen = {table: rows_by_group(page[table]) for table, _ in heads}
    years = {"recent" if "last twelve" in row["row"] else "before": row for row in page.get("t-dosing-stretch", [])}
    for level, found in groups.items():
        for group, truth in found.items():
            texts: dict[str, list[str]] = {name: [] for name in what}
            for (table, head), name in heads.items():
                row = years.get(group[0], {}) if level == "stretch" else seen[table][group]
                texts[name].append(row.get(head, "withheld"))
            for name in what:
                attack.guess(((level, *group), name), truth[name], truth[f"{name}:p"])
                if any(text != "withheld" for text in texts[name]):
                    assert not 1 <= truth[f"{name}:p"] <= 10, (level, group, name)
                    attack.boxes[(level, *group), name] = (truth[name],) * 2
    link(attack, groups, list(what))
    for name in what:
        attack.adds_up((("all",), name), [(("stretch", *group), name) for group in groups["stretch"]])
    return attack


def attack_periods(
    attack: Attack, page: dict[str, list[dict[str, str]]], frame: pl.DataFrame, policy: str, payer: str, what: Any
) -> dict[str, list[Any]]:
    """A payer's periods; gives back what each stretch of months has of them: whole periods, or pieces."""
    rows = page[f"t-dosing-period-{policy}-{payer.lower().replace(' ', '-')}"]
    step = {3: "1mo", 2: "1q", 1: "1y"}[2 if "Q" in rows[0]["row"] else 3 if " " in rows[0]["row"] else 1]
    own = frame.filter((pl.col("policy_id") == policy) & (pl.col("payer") == payer))
    own = own.with_columns(period=pl.col("administered_on").dt.truncate(step))
    found = counted(own, ["period"], what)
    periods = sorted(found)
    assert len(rows) == len(periods)
    for row, period in zip(rows, periods, strict=True):
        for name, head in PERIOD_HEADS.items():
            truth = found[period]
            attack.see(((policy, payer, period), name), row[head], truth[name], truth[f"{name}:p"])
        split(attack, (policy, payer, period), ("judged", "within", "over"))
        all_but_few(attack, row, (policy, payer, period), found[period]["over"])
    for name in PERIOD_HEADS:
        attack.adds_up((("payer", policy, payer), name), [((policy, payer, period), name) for period in periods])
    pieces: dict[str, list[Any]] = {}
    cut = counted(own, ["period", "stretch"], what)
    for period in periods:
        inside = [stretch for at, stretch in cut if (at,) == period]
        if len(inside) == 1:
            pieces.setdefault(inside[0], []).append((policy, payer, period))
            continue
        for stretch in inside:
            truth, piece = cut[(*period, stretch)], (policy, payer, period, stretch)
            pieces.setdefault(stretch, []).append(piece)
            for name in PERIOD_HEADS:
                attack.guess((piece, name), truth[name], truth[f"{name}:p"])
        for name in PERIOD_HEADS:
            parts = [((policy, payer, period, stretch), name) for stretch in inside]
            attack.adds_up(((policy, payer, period), name), parts)
    return pieces


def attack_sensitivity(page: dict[str, list[dict[str, str]]], study: Any) -> Attack:
    """Scenarios of grace and tolerance: what changes from one to the next can be worked out."""
    attack = Attack()
    table = study.dosing_sensitivity.group_by("policy_id", "grace_days", "dose_tolerance_percent").agg(
        pl.col("n_within").sum()
    )
    within = {row[:3]: row[3] for row in table.iter_rows()}
    for policy in (A, B):
        n = study.administration.filter(pl.col("policy_id") == policy).height
        rows = {int(row["row"]): row for row in page.get(f"t-sensitivity-{policy}", [])}
        heads = {0: "Doses by the letter", 5: "Doses up to 5% over", 10: "Doses up to 10% over"}
        for grace, tolerance in [key[1:] for key in within if key[0] == policy]:
            key, value = (policy, grace, tolerance), within[policy, grace, tolerance]
            text = rows.get(grace, {}).get(heads[tolerance], "withheld")
            shown = re.fullmatch(r"([\d.]+)%", text)
            assert shown or text == "withheld"
            attack.see((key, "within"), f"{value}" if shown else "withheld", value, 900)
            assert not shown or abs(float(shown[1]) - 100 * value / n) < 0.06
        for (other, grace, tolerance), value in within.items():
            step = {0: 5, 5: 10}.get(tolerance)
            for after in ((policy, grace + 1, tolerance), (policy, grace, step)):
                if other == policy and after in within:
                    gain = within[after] - value
                    attack.guess(((policy, grace, tolerance, after), "gain"), gain, gain)
                    attack.adds_up(
                        (after, "within"),
                        [((policy, grace, tolerance), "within"), ((policy, grace, tolerance, after), "gain")],
                    )
        attack_forgiven(attack, page, study, policy, within)
    return attack


def attack_forgiven(
    attack: Attack, page: dict[str, list[dict[str, str]]], study: Any, policy: str, within: dict[Any, int]
) -> None:
    """What a lenient reading forgives, beside all that is over a limit and the kind of breach that it concerns."""
    own = study.administration.filter(pl.col("policy_id") == policy, pl.col("breach_kind").is_not_null())
    kinds = counted(own, ["breach_kind"], {"n": pl.col("status").is_not_null()})
    kinds["over",] = counted(own, [], {"n": pl.col("status").is_not_null()})[()]
    shown = {row["row"]: row["Administrations"] for row in page.get(f"t-breach-{policy}", [])}
    heads = {"early": "Up to three days earlier than allowed", "over_dose": "Dose above the limit"}
    texts = {kind: shown.get(head, "withheld") for kind, head in heads.items()}
    texts["over"] = rows_by_group(page["t-dosing-payer"])[policy,]["Over a limit"]
    for kind, text in texts.items():
        truth = kinds[kind,]
        attack.see((("breach", policy), kind), text, truth["n"], truth["n:p"])
    for (other, grace, tolerance), value in within.items():
        if other != policy or not (grace or tolerance):
            continue
        for kind in ("over", *([] if grace and tolerance else ["over_dose" if tolerance else "early"])):
            left = kinds[kind,]["n"] - (value - within[policy, 0, 0])
            rest, gain = ((policy, grace, tolerance, kind), "rest"), ((policy, grace, tolerance), "forgiven")
            attack.guess(rest, abs(left), abs(left))
            attack.guess(gain, value - within[policy, 0, 0], value - within[policy, 0, 0])
            attack.adds_up(((policy, grace, tolerance), "within"), [((policy, 0, 0), "within"), gain])
            whole, part = ((("breach", policy), kind), gain) if left >= 0 else (gain, (("breach", policy), kind))
            attack.adds_up(whole, [part, rest])
