"""One administration explained: what was billed, what covered it, the body surface area, every limit's arithmetic."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from math import floor, sqrt
from typing import TYPE_CHECKING

from analytics.errors import UserError
from analytics.explain import queries
from analytics.explain.cover import cover_lines
from analytics.explain.explanation import PERSONS, Explanation, amount, dollars, lower_first, units
from analytics.explain.limits import LimitStory, regimen_lines
from analytics.explain.queries import Row
from analytics.explain.therapy import around_administration
from analytics.explain.ways import ways
from analytics.policy.model import Version
from analytics.policy.outline import Line, Outline, Part
from analytics.policy.places import ASSIGNED, named_place
from analytics.results.words import BREACH_KINDS, DAY_FLAGS, STATUSES, UNKNOWN_REASONS

if TYPE_CHECKING:
    from analytics.study import Study

#: The largest body size that a policy counts, where it caps it, with the passage that says so.
Cap = tuple[Decimal | None, str]

_SOURCES = {
    "observation": "as measured",
    "height_weight": "from height and weight: √(cm × kg / 3600)",
    "authorization": "as the covering authorization says, since no measurement counts on that day",
}


def explain_administration(
    study: "Study", person: str, on: date, payer: str | None = None, policy: str | None = None
) -> Explanation:
    """Why an administration got its verdict.

    payer, policy: which one is meant, where the person was given drugs of several on that day.
    Raises `UserError` where there is none, or more than one.
    """
    row = _one(queries.administrations(study, person), person, on, payer, policy)
    rules = study.policies[row["policy_id"]]
    version = next(version for version in rules.versions if version.name == row["policy_version"])
    story = LimitStory(study, row, rules, version)
    others = tuple(around_administration(study, row, rules))
    parts = (
        Part("Verdict", tuple(_verdict(row, story))),
        Part("What was billed", tuple(_billed(study, row, version))),
        Part("Which approval covers it", tuple(cover_lines(study, row, version))),
        Part("Body size", tuple(_body(study, row, story, version))),
        Part("Limits", tuple(regimen_lines(story)), is_tree=True),
        *([Part("Other drugs around it, by claims", others)] if others else []),
    )
    facts = (
        ("Person", person),
        ("Payer", row["payer"]),
        ("Policy", f"{rules.id}, version {version.name}, in force on {on}"),
        ("As of", str(study.as_of)),
        ("Keep safe", PERSONS),
    )
    foot = f"Citations without a document's name are of {rules.documents[0].name}."
    title = f"{_capital(rules.drug)} given on {on}"
    return Explanation(Outline("One administration explained", title, facts, parts, foot))


def _one(found: list[Row], person: str, on: date, payer: str | None, policy: str | None) -> Row:
    if not found:
        raise UserError(
            f"Person '{person}' has no administration in these extracts: nothing usable was billed for one."
        )
    days = list(dict.fromkeys(str(row["administered_on"]) for row in found))
    meant = [row for row in found if row["administered_on"] == on]
    if not meant:
        raise UserError(f"Person '{person}' has no administration on {on}; there are those of {_several(days)}.")
    chosen = [row for row in meant if payer in (None, row["payer"]) and policy in (None, row["policy_id"])]
    if len(chosen) == 1:
        return chosen[0]
    for option, word, column in (("--payer", payer, "payer"), ("--policy", policy, "policy_id")):
        there = list(dict.fromkeys(row[column] for row in meant))
        if word is not None and word not in there:
            right = " or ".join(f"'{name}'" for name in there)
            raise UserError(
                f"{option} is '{word}', and person '{person}' has no such administration on {on}; "
                f"right would be {right}."
            )
    names = "; ".join(f"payer '{row['payer']}', policy '{row['policy_id']}'" for row in meant)
    raise UserError(f"Person '{person}' on {on}: {names}. Name one of them with --payer and --policy.")


def _several(words: list[str], few: int = 12) -> str:
    more = f" and {len(words) - few} more" if len(words) > few else ""
    return ", ".join(words[:few]) + more


def _verdict(row: Row, story: LimitStory) -> Iterator[Line]:
    kind = row["breach_kind"]
    words = STATUSES[row["status"]] + (f": {lower_first(BREACH_KINDS[kind])}" if kind else "")
    if len(exceeded := list(row["exceeded_limits"] or ())) > 1:
        words += f"; exceeded are {', '.join(exceeded[:-1])} and {exceeded[-1]}"
    reasons = [UNKNOWN_REASONS.get(reason, reason) for reason in row["unknown_reasons"] or ()]
    yield Line(words + (f": {'; '.join(reasons)}" if reasons else ""))
    if row["excess_units"]:
        is_or_are = "is" if row["excess_units"] == 1 else "are"
        over = f"{amount(row['excess_units'])} of the {units(row['billed_units'])} billed {is_or_are} over the cap"
        if row["excess_allowed_amount"] is not None:
            share = f"{dollars(row['allowed_amount'])} × {amount(row['excess_units'])} / {amount(row['billed_units'])}"
            over += f"; {dollars(row['excess_allowed_amount'])} of the allowed amount ({share})"
        yield Line(over)
    if row["status"] == "exception":
        yield Line("The covering approval says that a clinician allowed a dose outside the policy.")
    yield from (Line(f"Worth noticing: {DAY_FLAGS.get(flag, flag)}") for flag in row["flags"] or ())
    if row["window_truncated"]:
        yield Line(
            "The extracts begin within the longest window before this day: what was given before them can't be seen, "
            "so a limit over time may look kept that was not."
        )
    yield from (Line(way) for way in ways(story))


def _billed(study: "Study", row: Row, version: Version) -> Iterator[Line]:
    on = row["administered_on"]
    limits_places = any(limit.kind == "site_of_care" for limit in version.limits())
    for line in queries.claim_lines(study, row["person_id"], row["payer"], row["policy_id"], on):
        quantity = line["service_unit_quantity"]
        what = "discarded (JW)" if line["has_jw"] else "given, nothing discarded (JZ)" if line["has_jz"] else "given"
        says = f"{units(quantity)} of {line['hcpcs_code']}, {what}"
        if limits_places:
            says += f", {_place(line['place_of_service_code'])}"
        says += f"; allowed {dollars(line['allowed_amount'])}"
        if line["reason"]:
            says = f"not counted ({line['reason'].replace('_', ' ')}): {says}"
        number = "" if line["claim_line_number"] is None else f", line {line['claim_line_number']}"
        yield Line(says, f"claim {line['claim_id']}{number}")
    sums = f"{units(row['billed_units'])} billed = {amount(row['administered_units'])} given"
    sums += f" + {amount(row['wasted_units'])} discarded"
    yield Line(f"{sums}; dose {amount(row['dose_mg'])} mg; allowed {dollars(row['allowed_amount'])}", "together")


def _place(code: str | None) -> str:
    """Where a claim line says that the drug was given."""
    if not code:
        return "no place of service"
    known = code.zfill(2)
    return f"place of service {named_place(known) if known in ASSIGNED else repr(code)}"


def _body(study: "Study", row: Row, story: LimitStory, version: Version) -> Iterator[Line]:
    body, counting = story.body, {}
    for size in queries.sizes(study, row["person_id"]):
        if not size["first_day"] <= row["day_number"] <= size["last_day"]:
            continue
        counting[size["measure"]] = float(size["measure_value"])
        unit = {"height": "cm", "weight": "kg", "bsa": "m²"}[size["measure"]]
        name = "body surface area measured" if size["measure"] == "bsa" else size["measure"]
        yield Line(f"{amount(size['measure_value'])} {unit}, measured on {size['first_on']}", name)
    pers = {limit.per for _, pairs in story.regimens() for limit, _ in pairs}
    if "m2" in pers:
        cap = (version.bsa_cap_m2, story.passage(version.bsa_cap_citation))
        bounds = (body["bsa_low"], body["bsa_high"])
        if body["bsa_m2"] is None:
            yield _unknown(bounds, "body surface area", "m²", cap)
        else:
            found = _area(body, counting)
            yield _judged_by(body["bsa_m2"], found, "m²", _SOURCES[body["bsa_source"]], cap)
    weight = story.weight
    if "kg" in pers and weight:
        cap = (version.weight_cap_kg, story.passage(version.weight_cap_citation))
        if weight["weight_kg"] is None:
            yield _unknown((weight["weight_low"], weight["weight_high"]), "body weight", "kg", cap)
        else:
            yield _judged_by(weight["weight_kg"], counting["weight"], "kg", "as measured", cap)
    if not pers & {"m2", "kg"}:
        yield Line("No limit asks for a body size.")


def _area(body: Row, counting: dict[str, float]) -> float:
    """The body surface area in m² before the policy's cap, not yet rounded."""
    if body["bsa_source"] == "observation":
        return counting["bsa"]
    if body["bsa_source"] == "height_weight":
        return sqrt(counting["height"] * counting["weight"] / 3600)
    return float(body["authorized_m2"])


def _unknown(bounds: tuple[float, float], name: str, unit: str, cap: Cap) -> Line:
    low, high = (amount(bound) for bound in bounds)
    is_capped = cap[0] is not None and bounds[1] >= float(cap[0])
    most = f"; the policy counts {high} {unit} at most" if is_capped else ""
    return Line(
        f"No {name} counts on that day (a measurement does for 90 days): doses are judged at {low} and at {high} "
        f"{unit}, the smallest and the largest to be expected{most}.",
        "",
        cap[1] if is_capped else "",
    )


def _judged_by(size: float, found: float, unit: str, source: str, cap: Cap) -> Line:
    """found: the size before the policy's cap."""
    rounded = floor((found + 1e-9) * 100 + 0.5) / 100
    if rounded <= size:
        return Line(f"{amount(size)} {unit}, {source}", "judged by")
    says = f"{amount(size)} {unit}, the most that the policy counts, in place of {amount(rounded)} {unit}, {source}"
    return Line(says, "judged by", cap[1])


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]
