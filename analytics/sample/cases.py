"""What a request says of its patient and what the reviewer records of it, criterion by criterion.

A case begins with a verdict for each criterion that must be met (met, not_met, not_documented); the documents
and the recorded determinations are then written to fit, with some slips of the pen.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from analytics.sample.dice import Dice
from analytics.sample.person import Person, liver_tests
from analytics.sample.rows import Book
from analytics.sample.world import CLAUSE_REMOVED, days

MET, NOT_MET, MISSING = "met", "not_met", "not_documented"
ONCOLOGISTS = {"207RH0003X": 0.6, "207RX0202X": 0.3, "2086X0206X": 0.1}
OTHER_DOCTORS = ("207R00000X", "208600000X", "207Q00000X")

TROUBLE_A = {
    ("", MET): 0.80,
    ("1.B", NOT_MET): 0.045,
    ("1.C", NOT_MET): 0.04,
    ("1.indication", NOT_MET): 0.025,
    ("1.B", MISSING): 0.04,
    ("1.C", MISSING): 0.03,
    ("1.indication", MISSING): 0.02,
}
TROUBLE_B = {
    ("", MET): 0.745,
    ("I.1.A.dx_code", NOT_MET): 0.03,
    ("I.1.A.disease", NOT_MET): 0.02,
    ("I.1.A", NOT_MET): 0.06,
    ("L.1", NOT_MET): 0.015,
    ("L.2", NOT_MET): 0.02,
    ("L.3", NOT_MET): 0.02,
    ("L.4", NOT_MET): 0.02,
    ("L.5", NOT_MET): 0.01,
    ("I.1.A.disease", MISSING): 0.02,
    ("I.1.A", MISSING): 0.05,
}
TROUBLE_II = {("", MET): 0.86, ("II.2", NOT_MET): 0.06, ("II.3", NOT_MET): 0.04, ("II.2", MISSING): 0.04}
GATES = ("I.1.A.i.combination", "I.1.A.ii.single_agent", "I.1.A.iii.trastuzumab")
USES = {"single_agent": 0.46, "capecitabine": 0.37, "contraindicated": 0.09, "trastuzumab": 0.08}


@dataclass
class Case:
    """One request's facts (`answers`), recorded determinations (`reviews`) and columns of its own."""

    verdicts: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    reviews: dict[str, str] = field(default_factory=dict)
    diagnosis: str = ""
    specialty: str = ""
    dose: str = "40"
    use: str = "single_agent"

    def verdict(self, criterion: str) -> str:
        """The intended value of a criterion; what nobody doubts is met."""
        return self.verdicts.get(criterion, MET)

    @property
    def worst(self) -> str:
        """not_met if any criterion is, else not_documented if any is, else met."""
        return next((word for word in (NOT_MET, MISSING) if word in self.verdicts.values()), MET)


def _trouble(case: Case, table: dict[tuple[str, str], float], dice: Dice) -> None:
    criterion, word = dice.weigh(table)
    if criterion:
        case.verdicts[criterion] = word
        if dice.chance(0.15):
            second, word = dice.weigh(table)
            if second:
                case.verdicts[second] = word


def _answer(case: Case, verdict: str, question: str, when_met: str, when_not: str) -> None:
    if verdict != MISSING:
        case.answers[question] = when_met if verdict == MET else when_not


def case_a(person: Person, dice: Dice) -> Case:
    """A request under policy A, first or renewed: indication, age, disease, oncologist."""
    case = Case(specialty=dice.weigh(ONCOLOGISTS))
    _trouble(case, TROUBLE_A, dice)
    indication = case.verdict("1.indication")
    case.diagnosis = {MET: person.diagnosis, NOT_MET: "C569", MISSING: person.spread}[indication]
    case.reviews |= {"1.indication": indication, "1.A": MET}
    disease = case.verdict("1.B")
    branches = {
        "metastatic": "1.B.ii",
        "recurrent_unresectable_locoregional": "1.B.i",
        "no_response_to_preoperative_therapy": "1.B.iii",
    }
    present = dice.weigh(dict(zip(branches, (0.76, 0.17, 0.07), strict=True)))
    for question, criterion in branches.items():
        if disease == NOT_MET:
            case.answers[question], case.reviews[criterion] = "no", NOT_MET
        elif question == present:
            _answer(case, disease, question, "yes", "no")
            case.reviews[criterion] = disease
        elif dice.chance(0.4) and disease == MET:
            case.answers[question], case.reviews[criterion] = "no", NOT_MET
    oncologist = case.verdict("1.C")
    if oncologist != MET or dice.chance(0.12):
        case.specialty = dice.pick(OTHER_DOCTORS)
        _answer(case, oncologist, "oncologist_involved", "yes", "no")
    case.reviews["1.C"] = oncologist
    return case


def _resistance(case: Case, drug_class: str, verdict: str, person: Person, received: date, dice: Dice) -> None:
    """Document resistance by its word or by dates; the last dose may then be known from claims alone."""
    if verdict != MET or dice.chance(0.7):
        _answer(case, verdict, f"{drug_class}_resistant", "yes", "no")
        return
    last = person.last_dose[drug_class]
    case.answers[f"{drug_class}_progressed_on"] = min(last + days(dice.between(8, 60)), received).isoformat()
    case.answers[f"{drug_class}_setting"] = dice.pick(("metastatic", "metastatic", "adjuvant"))
    if dice.chance(0.6):
        case.answers[f"{drug_class}_last_dose_on"] = last.isoformat()


def _use_b(case: Case, person: Person, received: date, removed: bool, dice: Dice) -> None:
    """Policy B's three uses (four until 2024-02-15): what each asks for, and the gates of the others."""
    verdict = case.verdict("I.1.A")
    together = case.use in ("capecitabine", "contraindicated")
    case.answers |= {
        "single_agent": "yes" if case.use == "single_agent" else "no",
        "combination_with_capecitabine": "yes" if together else "no",
    }
    case.reviews["I.1.A.i.combination"] = MET if together else NOT_MET
    case.reviews["I.1.A.ii.single_agent"] = MET if case.use == "single_agent" else NOT_MET
    if case.use == "single_agent":
        failing = dice.pick(("anthracycline", "taxane", "capecitabine"))
        for drug_class in ("anthracycline", "taxane", "capecitabine"):
            word = verdict if drug_class == failing else MET
            case.reviews[f"I.1.A.ii.{drug_class}"] = word
            if drug_class == "capecitabine":
                _answer(case, word, "capecitabine_resistant", "yes", "no")
            else:
                _resistance(case, drug_class, word, person, received, dice)
    elif together:
        branch, second = ("a", "anthracycline") if case.use == "capecitabine" else ("b", "contraindicated")
        other = "I.1.A.i.b.contraindicated" if branch == "a" else "I.1.A.i.a.anthracycline"
        case.reviews |= {
            f"I.1.A.i.{branch}.taxane": verdict,
            f"I.1.A.i.{branch}.{second}": MET,
            other: NOT_MET,
        }
        _resistance(case, "taxane", verdict, person, received, dice)
        if branch == "a":
            _resistance(case, "anthracycline", MET, person, received, dice)
        case.answers["anthracycline_contraindicated"] = "no" if branch == "a" else "yes"
    else:
        case.answers |= {
            "combination_with_trastuzumab": "yes",
            "her2_status": "positive",
            "trastuzumab_exposed": "yes",
        }
        case.answers["symptomatic_visceral_disease"] = "no" if verdict == NOT_MET else "yes"
        if removed:
            case.verdicts["I.1.A"] = NOT_MET
        else:
            case.reviews |= {"I.1.A.iii.trastuzumab": MET, "I.1.A.iii.one_of.c": verdict}
    if not removed and case.use != "trastuzumab":
        case.answers["combination_with_trastuzumab"] = "no"
        case.reviews["I.1.A.iii.trastuzumab"] = NOT_MET


def _limitations_b(book: Book, case: Case, person: Person, received: date, dice: Dice) -> None:
    """Policy B's limitations: adjuvant use, dose, liver tests with capecitabine, progression, support."""
    for criterion, question in (
        ("L.1", "adjuvant_use"),
        ("L.4", "progression_on_ixempra"),
        ("L.5", "unsupported_indication"),
    ):
        if case.verdict(criterion) != MET or dice.chance(0.3):
            _answer(case, case.verdict(criterion), question, "no", "yes")
            case.reviews[criterion] = case.verdict(criterion)
    case.dose = str(dice.between(42, 50)) if case.verdict("L.2") == NOT_MET else dice.weigh({"40": 0.85, "32": 0.15})
    case.reviews["L.2"] = case.verdict("L.2")
    if case.use not in ("capecitabine", "contraindicated"):
        case.verdicts.pop("L.3", None)
    elif dice.chance(0.75):
        day = received - days(dice.between(0, 20))
        liver_tests(book, person, day, case.verdict("L.3") == NOT_MET, dice)
    else:
        raised = "3.1" if case.verdict("L.3") == NOT_MET else "1.1"
        case.answers |= {"ast_uln": raised, "alt_uln": "0.9", "bilirubin_uln": "0.7"}
    case.reviews["L.3"] = case.verdict("L.3")


def _documents_b(book: Book, case: Case, person: Person, received: date, removed: bool, dice: Dice) -> None:
    listed = case.verdict("I.1.A.dx_code")
    unlisted = dice.weigh({"C50A1": 0.3, person.spread: 0.4, "C569": 0.3})
    case.diagnosis = person.diagnosis if listed == MET else unlisted
    if listed == MET and dice.chance(0.015):
        case.diagnosis = "Z853"
    disease = case.verdict("I.1.A.disease")
    case.reviews |= {"I.1.A.dx_code": listed, "I.1.A.disease": disease}
    _answer(case, disease, "metastatic", "yes", "no")
    if disease == NOT_MET or dice.chance(0.3):
        case.answers["recurrent"] = "no"
    _use_b(case, person, received, removed, dice)
    _limitations_b(book, case, person, received, dice)


def first_case_b(book: Book, person: Person, received: date, decided: date, dice: Dice) -> Case:
    """An initial request under policy B, by the version in force when it is decided."""
    removed = decided >= CLAUSE_REMOVED
    use = dice.weigh(USES if not removed else USES | {"trastuzumab": 0.03})
    case = Case(specialty=dice.weigh(ONCOLOGISTS), use=use)
    _trouble(case, TROUBLE_B, dice)
    _documents_b(book, case, person, received, removed, dice)
    return case


def renewal_case_b(book: Book, person: Person, received: date, decided: date, use: str, dice: Dice) -> Case:
    """A renewal under policy B: the initial criteria (mostly recorded as one), response, tolerance."""
    case = Case(specialty=dice.weigh(ONCOLOGISTS), use=use)
    removed = decided >= CLAUSE_REMOVED
    _documents_b(book, case, person, received, removed, dice)
    if dice.chance(0.85):
        kept = case.verdict("I.1.A")
        case.reviews = {"II.1": kept}
    _trouble(case, TROUBLE_II, dice)
    response, tolerance = case.verdict("II.2"), case.verdict("II.3")
    _answer(case, response, "tumor_response", dice.pick(("response", "stable")), "progression")
    _answer(case, tolerance, "unacceptable_toxicity", "no", "yes")
    case.reviews |= {"II.2": response, "II.3": tolerance}
    return case


def write_case(book: Book, request: str, case: Case, dice: Dice) -> None:
    """Write answers and determinations, with the slips of everyday records."""
    for question, answer in case.answers.items():
        if dice.chance(0.015):
            continue
        book.add("clinical_answer", authorization_id=request, question=question, answer=_spell(answer, dice.chance))
        if dice.chance(0.004) and answer in ("yes", "no"):
            other = "no" if answer == "yes" else "yes"
            book.add("clinical_answer", authorization_id=request, question=question, answer=other)
    for criterion, word in case.reviews.items():
        slip = dice.roll()
        if slip < 0.01:
            continue
        if slip < 0.03:
            word = dice.pick((MET, NOT_MET, MISSING))
        elif word == NOT_MET and criterion not in GATES and slip < 0.12:
            word = MET
        book.add("criterion_review", authorization_id=request, criterion_id=criterion, determination=word)


def _spell(answer: str, chance: Callable[[float], bool]) -> str:
    """Yes and no as different systems write them."""
    if answer in ("yes", "no") and chance(0.06):
        return {"yes": "TRUE", "no": "FALSE"}[answer] if chance(0.5) else answer.upper()[0]
    return answer
