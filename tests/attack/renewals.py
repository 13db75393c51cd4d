"""Approvals that end, as an attacker reads them from the page."""

import re
from datetime import date, datetime
from typing import Any

import polars as pl

from tests.attack.base import LEVELS, Attack, counted, link, rows_by_group, split
from tests.invented import A, B


def attack_renewals(page: dict[str, list[dict[str, str]]], study: Any) -> Attack:
    """Approvals that end, by policy and payer, and by outcome."""
    heads = {
        "n": "Approvals that end",
        "left": "Died, left or too recent",
        "eligible": "Could be renewed",
        "on": "On therapy at the end",
        "on_retained": "of these retained",
        "on_lost": "not retained",
        "decided": "Renewal requests decided",
    }
    outcome, on = pl.col("outcome"), pl.col("on_therapy")
    left = outcome.is_in(["deceased", "disenrolled", "not_due"])
    retained = outcome.is_in(["renewed_on_time", "renewed_late", "reauthorized"])
    what = {
        "n": outcome.is_not_null(),
        "left": left,
        "eligible": ~left,
        "on": ~left & on,
        "off": ~left & ~on,
        "on_retained": retained & on,
        "on_lost": ~left & ~retained & on,
        "decided": outcome.is_in(["renewed_on_time", "renewed_late", "denied"]),
    }
    attack = Attack()
    groups = {level: counted(study.renewal, by, what) for level, by in LEVELS.items()}
    rows = rows_by_group(page.get("t-renewal-payer", []))
    for level, found in groups.items():
        for group, truth in found.items():
            for name, head in heads.items():
                attack.see(((level, *group), name), told(rows, group, head), truth[name], truth[f"{name}:p"])
            attack.guess(((level, *group), "off"), truth["off"], truth["off:p"])
            split(
                attack,
                (level, *group),
                ("n", "left", "eligible"),
                ("eligible", "on", "off"),
                ("on", "on_retained", "on_lost"),
            )
    link(attack, groups, [*heads, "off"])
    for policy in (A, B):
        attack_outcomes(attack, page.get(f"t-renewal-outcome-{policy}", []), study, policy)
        attack_periods(attack, page, study, policy, what)
    attack_stretches(attack, page, study, what)
    attack_doses(attack, page, study, groups)
    return attack


def told(rows: dict[Any, dict[str, str]], group: tuple[str, ...], head: str) -> str:
    """A cell's text; of a table that is left out, since few people stand behind all of it, everything is withheld."""
    return rows[group][head] if rows else "withheld"


LABELS = {
    "renewed_on_time": "Renewed without a gap",
    "renewed_late": "Renewed after a gap",
    "reauthorized": "Approved again on a new initial request",
    "denied": "Renewal denied",
    "pending": "Renewal pending",
    "withdrawn": "Renewal request withdrawn",
    "lapsed": "Lapsed: still treated around the end or after it, but nobody asked",
    "stopped": "Treatment had stopped, and nobody asked",
    "deceased": "Died",
    "disenrolled": "Left the plan",
    "not_due": "Too recent to tell",
}


def attack_outcomes(attack: Attack, rows: list[dict[str, str]], study: Any, policy: str) -> None:
    """Outcomes, small ones of which are told together, and late renewals by their gap."""
    own, outcome = study.renewal.filter(pl.col("policy_id") == policy), pl.col("outcome")
    retained = outcome.is_in(["renewed_on_time", "renewed_late", "reauthorized"])
    what = {kind: outcome == kind for kind in LABELS}
    what |= {"retained": retained, "off_retained": retained & ~pl.col("on_therapy")}
    shown = {row["row"]: row["Approvals"] for row in rows}
    together = {
        text: [
            kind
            for kind, label in LABELS.items()
            if label.split(":")[0].split(",")[0].lower() in text.split(": ")[1].split(", ")
        ]
        for text in shown
        if text.startswith("Other outcomes: ")
    }
    what |= {text: outcome.is_in(kinds) for text, kinds in together.items()}
    what["approved"] = outcome.is_in(["renewed_on_time", "renewed_late"])
    for text in shown:
        if days := re.fullmatch(r"after (?:(\d+) to (\d+)|more than (\d+)) days", text):
            first, last = int(days[1] or int(days[3]) + 1), int(days[2] or 10**6)
            what[text] = (outcome == "renewed_late") & pl.col("gap_days").is_between(first, last)
    found, key = counted(own, [], what)[()], (policy, "outcome")
    names = {"Renewed": "approved"} | {label: kind for kind, label in LABELS.items()}
    for text, number in shown.items():
        name = names.get(text, text)
        attack.see((key, name), number, found[name], found[f"{name}:p"])
    for name in found:
        if not name.endswith(":p") and (key, name) not in attack.boxes:
            attack.guess((key, name), found[name], found[f"{name}:p"])
    for text, kinds in together.items():
        assert len(kinds) > 1
        attack.adds_up((key, text), [(key, kind) for kind in kinds])
    if bands := [text for text in shown if text.startswith("after ")]:
        attack.adds_up((key, "renewed_late"), [(key, text) for text in bands])
    split(attack, key, ("approved", "renewed_on_time", "renewed_late"), ("retained", "approved", "reauthorized"))
    every, left = list(LABELS), ["deceased", "disenrolled", "not_due"]
    attack.adds_up((("policy", policy), "left"), [(key, kind) for kind in left])
    attack.adds_up((("policy", policy), "eligible"), [(key, kind) for kind in every if kind not in left])
    attack.adds_up((("policy", policy), "decided"), [(key, "approved"), (key, "denied")])
    attack.adds_up((key, "retained"), [(("policy", policy), "on_retained"), (key, "off_retained")])
    for name in ("approved", "denied", "stopped"):
        cell = (("policy", policy), name)
        attack.guess(cell, found[name], found[f"{name}:p"])
        attack.adds_up(cell, [(key, name)])
    other = ["pending", "withdrawn", "lapsed", "reauthorized"]
    people = own.filter(outcome.is_in(other))
    attack.guess((("policy", policy), "other"), people.height, people["person_id"].n_unique())
    attack.adds_up((("policy", policy), "other"), [(key, kind) for kind in other])


HEADS = {
    "n": "Approvals that end",
    "left": "Died, left or too recent",
    "eligible": "Could be renewed",
    "on": "On therapy at the end",
    "on_retained": "of these retained",
    "on_lost": "not retained",
    "decided": "Renewal requests decided",
}
GROUPS = {
    "approved": "Renewed",
    "denied": "Renewal denied",
    "other": "Still treated, undecided or asked anew",
    "stopped": "Treatment had stopped",
}


def period_of(labels: list[str]) -> pl.Expr:
    """The label of the period that an approval's end falls into; the outermost may take along what lies beyond."""
    quarters = "Q" in labels[0]
    starts = []
    for label in labels:
        year, quarter = re.match(r"(\d{4})(?: Q(\d))?", label).groups()  # type: ignore[union-attr]
        starts.append(date(int(year), 3 * int(quarter or 1) - 2, 1))
    day = pl.col("approved_to").dt.truncate("1q" if quarters else "1y")
    for label in labels:
        assert label.endswith(" and earlier") <= (label == labels[0])
        assert label.endswith(" and later") <= (label == labels[-1])
    return day.clip(starts[0], starts[-1]).replace_strict(starts, labels, return_dtype=pl.String)


def attack_periods(
    attack: Attack, page: dict[str, list[dict[str, str]]], study: Any, policy: str, what: dict[str, pl.Expr]
) -> None:
    """Periods of the end, from the two tables that have them: outcomes may be told by the years that periods make."""
    own, outcome = study.renewal.filter(pl.col("policy_id") == policy), pl.col("outcome")
    retained = outcome.is_in(["renewed_on_time", "renewed_late", "reauthorized"])
    what = what | {
        "approved": outcome.is_in(["renewed_on_time", "renewed_late"]),
        "denied": outcome == "denied",
        "other": outcome.is_in(["pending", "withdrawn", "lapsed", "reauthorized"]),
        "stopped": outcome == "stopped",
        "reauthorized": outcome == "reauthorized",
        "retained": retained,
        "off_retained": retained & ~pl.col("on_therapy"),
    }
    fine = page.get(f"t-renewal-period-{policy}", [])
    coarse = page.get(f"t-renewal-groups-{policy}", [])
    if not fine:
        assert not coarse
        return
    label = period_of([row["row"] for row in fine])
    by = {"period": label}
    if coarse and [row["row"] for row in coarse] != [row["row"] for row in fine]:
        by["year"] = label.replace_strict(*zip(*years_of(fine, coarse).items(), strict=True), return_dtype=pl.String)
    for kind, expression in by.items():
        found = counted(own.with_columns(label=expression), ["label"], what)
        rows = {row["row"]: row for row in (fine if kind == "period" else coarse)}
        others = {row["row"]: row for row in coarse} if len(by) == 1 else rows
        assert set(rows) == {start for (start,) in found}
        for (start,), truth in found.items():
            read_period(attack, (policy, "period", start), truth, rows[start], others.get(start, {}))
        for name in (*HEADS, "off", *GROUPS):
            attack.adds_up((("policy", policy), name), [((policy, "period", start), name) for (start,) in found])
    if "year" in by:
        for year in dict.fromkeys(years_of(fine, coarse).values()):
            parts = [(policy, "period", part) for part, whole in years_of(fine, coarse).items() if whole == year]
            if parts != [(policy, "period", year)]:
                for name in (*HEADS, "off", *GROUPS, "reauthorized", "off_retained"):
                    attack.adds_up(((policy, "period", year), name), [(part, name) for part in parts])


def years_of(fine: list[dict[str, str]], coarse: list[dict[str, str]]) -> dict[str, str]:
    """The year's label of each quarter's."""
    years = {row["row"][:4]: row["row"] for row in coarse}
    return {row["row"]: years[row["row"][:4]] for row in fine}


def read_period(attack: Attack, key: Any, truth: dict[str, Any], row: dict[str, str], other: dict[str, str]) -> None:
    for name, head in (HEADS | GROUPS).items():
        text = row.get(head, other.get(head))
        if text is None:
            attack.guess((key, name), truth[name], truth[f"{name}:p"])
        else:
            attack.see((key, name), text, truth[name], truth[f"{name}:p"])
    for name in ("off", "off_retained", "retained", "reauthorized"):
        attack.guess((key, name), truth[name], truth[f"{name}:p"])
    rate = next((text for head, text in (other | row).items() if head.startswith("of these approved")), "")
    if re.match(r"[\d.]+%", rate):
        # A rate with its counted denominator tells the count that it is of.
        attack.boxes[key, "approved"] = (truth["approved"],) * 2
    split(
        attack,
        key,
        ("n", "left", "eligible"),
        ("eligible", "on", "off"),
        ("on", "on_retained", "on_lost"),
        ("retained", "on_retained", "off_retained"),
        ("eligible", "approved", "denied", "other", "stopped"),
        ("decided", "approved", "denied"),
        ("retained", "approved", "reauthorized"),
    )


def attack_stretches(
    attack: Attack, page: dict[str, list[dict[str, str]]], study: Any, what: dict[str, pl.Expr]
) -> None:
    """Twelve months beside twelve months, which may cut the periods of both policies into pieces."""
    names = ("on", "on_retained", "on_lost")
    rows = {row["row"]: row for row in page.get("t-renewal-stretch", [])}
    label = pl.lit("outside")
    for text in rows:
        first, last = re.search(r"\((\w+ \d+) to (\w+ \d+)\)", text).groups()  # type: ignore[union-attr]
        start, end = (datetime.strptime(month, "%b %Y").date() for month in (first, last))
        label = (
            pl.when(pl.col("approved_to").dt.truncate("1mo").is_between(start, end)).then(pl.lit(text)).otherwise(label)
        )
    frames = []
    for policy in (A, B):
        fine = [row["row"] for row in page.get(f"t-renewal-period-{policy}", [])]
        own = study.renewal.filter(pl.col("policy_id") == policy)
        frames.append(own.with_columns(period=period_of(fine) if fine else pl.lit("all"), stretch=label))
    frame = pl.concat(frames)
    whole = counted(frame, ["stretch"], what)
    pieces = counted(frame, ["policy_id", "period", "stretch"], what)
    for (stretch,), truth in whole.items():
        for name in names:
            cell, people = (("stretch", stretch), name), truth[f"{name}:p"]
            if stretch in rows:
                attack.see(cell, rows[stretch][HEADS[name]], truth[name], people)
            else:
                attack.guess(cell, truth[name], people)
        split(attack, ("stretch", stretch), names)
    for piece, truth in pieces.items():
        for name in names:
            attack.guess((("piece", *piece), name), truth[name], truth[f"{name}:p"])
        split(attack, ("piece", *piece), names)
    for name in names:
        attack.adds_up((("all",), name), [(("stretch", stretch), name) for (stretch,) in whole])
        for (stretch,) in whole:
            parts = [(("piece", *piece), name) for piece in pieces if piece[2] == stretch]
            attack.adds_up((("stretch", stretch), name), parts)
        for policy, period in {piece[:2] for piece in pieces}:
            parts = [(("piece", *piece), name) for piece in pieces if piece[:2] == (policy, period)]
            key = ("policy", policy) if period == "all" else (policy, "period", period)
            attack.adds_up((key, name), parts)


def attack_doses(attack: Attack, page: dict[str, list[dict[str, str]]], study: Any, groups: Any) -> None:
    """Doses without cover, and the approvals that they follow."""
    rows = rows_by_group(page.get("t-renewal-uncovered", []))
    some, doses = pl.col("doses_uncovered") > 0, pl.col("doses_uncovered")
    for level, by in LEVELS.items():
        for group, truth in counted(study.renewal, by, {"uncovered": some, "covered": ~some}).items():
            own = study.renewal.filter(pl.lit(True), **dict(zip(by, group, strict=True)))
            given, people = own.select(doses.sum()).item(), truth["uncovered:p"]
            key = (level, *group)
            text = told(rows, group, "followed by doses without cover")
            attack.see((key, "uncovered"), text, truth["uncovered"], people)
            attack.see((key, "doses"), told(rows, group, "Doses without cover"), given, people)
            attack.guess((key, "covered"), truth["covered"], truth["covered:p"])
            split(attack, key, ("n", "uncovered", "covered"))
    link(attack, groups, ["uncovered", "covered", "doses"])
