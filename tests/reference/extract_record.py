"""Random review records and documented answers of one request."""

from __future__ import annotations

from datetime import date, timedelta

from tests.reference.extract_world import Person, World
from tests.reference.facts import add_months
from tests.reference.policies import CLASSES, PRESUMED, Node

_YES_NO = (
    "recurrent_unresectable_locoregional",
    "metastatic",
    "no_response_to_preoperative_therapy",
    "oncologist_involved",
    "recurrent",
    "anthracycline_resistant",
    "taxane_resistant",
    "capecitabine_resistant",
    "anthracycline_contraindicated",
    "combination_with_trastuzumab",
    "trastuzumab_exposed",
    "visceral_crisis",
    "endocrine_refractory",
    "symptomatic_visceral_disease",
    "combination_with_capecitabine",
    "single_agent",
    "adjuvant_use",
    "progression_on_ixempra",
    "unsupported_indication",
    "unacceptable_toxicity",
)
_OTHER: dict[str, tuple[str, ...]] = {
    "her2_status": ("positive", "negative", "negative", "equivocal"),
    "hormone_receptor_status": ("positive", "negative", "unknown"),
    "endocrine_regimens_without_benefit": ("3", "2", "3.0", "several"),
    "tumor_response": ("response", "stable", "progression", "mixed"),
    "ast_uln": ("1.0", "2.5", "2.51"),
    "alt_uln": ("1", "2.5", "3"),
    "bilirubin_uln": ("0.9", "1", "1.01"),
    "age_years": ("17", "18", "57", "unknown"),
}
_MOSTLY_NO = {*PRESUMED.values(), "unacceptable_toxicity"}


def reviews(world: World, id: str, tree: Node, decision: str) -> None:
    """A reviewer's record: complete and in line with the decision, or not at all so."""
    habit = world.pick("met", "met", "random", "random", "inner", "none")
    if habit == "none":
        return
    nodes = [node for node in tree.nodes if node.id in tree.recordable]
    conjuncts = [node.id for node in nodes if node.conjunct]
    refused = (
        {*world.rng.sample(conjuncts, min(world.pick(1, 1, 2), len(conjuncts)))} if decision == "denied" else set()
    )
    if world.chance(0.2):
        refused = {world.pick(*conjuncts)} if not refused else set()
    for node in nodes:
        if habit == "random":
            shares = {"met": 0.5, "not_met": 0.25, "not_documented": 0.15, None: 0.1}
            determination = world.weighted(shares)
        elif node.operator == "leaf" or node.id in refused:
            determination = "not_met" if node.id in refused else "met"
        else:
            determination = world.pick("met", None) if habit == "inner" else None
        if node.id in PRESUMED and node.id not in refused and world.chance(0.6):
            determination = None
        if determination is not None and world.chance(0.99):
            world.add("criterion_review", authorization_id=id, criterion_id=node.id, determination=determination)


def answers(world: World, id: str, who: Person, received: date, ideal: bool) -> None:
    """The documented facts: thorough, patchy or none; now and then answered twice."""
    habit = "ideal" if ideal else world.pick("good", "bad", "patchy", "patchy", "random", "none")
    share = {"ideal": 0.98, "good": 0.95, "bad": 0.95, "patchy": 0.5, "random": 0.85, "none": 0.0}[habit]
    plan = world.pick("single_agent", "combination_with_capecitabine", "combination_with_trastuzumab")
    for question in _YES_NO:
        if habit == "random":
            answer: str | None = world.pick("yes", "no", "perhaps")
        elif question in _MOSTLY_NO:
            answer = "no" if ideal else world.weighted({"no": 0.8, "yes": 0.2})
        elif question in ("single_agent", "combination_with_capecitabine"):
            answer = "yes" if question == plan else world.pick(None, "no", "no", "no", "yes")
        else:
            speaking_for = {"ideal": 1.0, "bad": 0.2}.get(habit, 0.7)
            answer = "yes" if world.chance(speaking_for) else "no"
        asked = share
        if question in PRESUMED.values():
            asked = share * 0.4
        elif question in ("anthracycline_resistant", "taxane_resistant"):
            asked = share * 0.35
        if answer is not None and world.chance(asked):
            _answer(world, id, question, answer)
    for question, options in _OTHER.items():
        if world.chance(share * 0.8):
            _answer(world, id, question, options[0] if ideal else world.pick(*options))
    for name in CLASSES:
        if world.chance(0.75 if habit != "none" else 0.0):
            _resistance(world, id, name, received, _class_days(world, who, name))


def _answer(world: World, id: str, question: str, answer: object) -> None:
    world.add("clinical_answer", authorization_id=id, question=question, answer=answer)
    if world.chance(0.05):
        other = world.pick("yes", "no", "TRUE", "f", "3", "perhaps", "positive", "adjuvant", "metastatic", answer)
        world.add("clinical_answer", authorization_id=id, question=question, answer=other)


def _class_days(world: World, who: Person, name: str) -> list[date]:
    """The days on which lines of the class were billed for the person."""
    return [
        date.fromisoformat(day)
        for row in world.tables["medical_claim"]
        if row["person_id"] == who.id and row["hcpcs_code"] in CLASSES[name].codes
        if (day := row["claim_line_start_date"]) is not None
    ]


def _resistance(world: World, id: str, name: str, received: date, billed: list[date]) -> None:
    """Last dose, progression and setting, the progression near the ends of the months that count."""
    last = received - timedelta(days=world.rng.randint(100, 500))
    if world.chance(0.4):  # a month's end, so that some of the months later are shorter
        last = add_months(last.replace(day=1), 1) - timedelta(days=1)
    documented = world.chance(0.5)
    if billed and not documented:
        last = world.pick(*billed)
    months = world.pick(*CLASSES[name].months.values())
    progressed = add_months(last, months) + timedelta(days=world.pick(-30, -1, 0, 0, 1, 2, 30))
    if world.chance(0.15):
        progressed = last - timedelta(days=world.pick(0, 5))
    _answer(world, id, f"{name}_progressed_on", progressed if world.chance(0.95) else "spring")
    if documented:
        _answer(world, id, f"{name}_last_dose_on", last if world.chance(0.92) else "2023-2-30")
    if world.chance(0.7):
        _answer(world, id, f"{name}_setting", world.pick("adjuvant", "metastatic", "Metastatic", "neoadjuvant"))
