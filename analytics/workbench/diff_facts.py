"""How two policies differ in what else answers their questions: how old a result may be, and in which unit."""

from collections.abc import Iterator

from analytics.policy.codes import ndc_prefixes
from analytics.policy.evidence import Lab, PriorTherapy, TherapyEvidence
from analytics.policy.model import Policy
from analytics.policy.saying import evidence_documents, evidence_window, number, several, therapy_words
from analytics.workbench.diff_answers import change, compare_answers
from analytics.workbench.diff_asked import Sides, of_yes, shared
from analytics.workbench.diff_kinds import Change


def compare_facts(sides: Sides) -> Iterator[Change]:
    """Changes of what both policies know: an answer to a new question shows as a criterion that asks for it."""
    (a, _), (b, _) = sides
    yield from compare_answers(sides)
    yield from _labs(sides)
    yield from _therapies(sides)
    yield from _evidence(a, b)


def _labs(sides: Sides) -> Iterator[Change]:
    """A result stands before the answer, so that one more or fewer may help or harm a request."""
    before, after = ({(lab.fact, lab.loinc): lab for lab in policy.labs} for policy, _ in sides)
    for key, lab in before.items():
        if key not in after and shared(sides, lab.fact):
            sentence = f"Results for '{lab.fact}' are looked at no longer: {lab.label} (LOINC {lab.loinc})."
            yield change(sides, lab.fact, "gone", sentence, (lab.citation, None))
    # What changed alike of several tests that give one fact is told once.
    alike: dict[tuple[str, str], list[tuple[Lab, Lab]]] = {}
    for key, lab in after.items():
        if key in before:
            for said in _looked_at_otherwise(before[key], lab):
                alike.setdefault((lab.fact, said), []).append((before[key], lab))
        elif shared(sides, lab.fact):
            sentence = f"Results for '{lab.fact}' are looked at, and were not: {lab.label} (LOINC {lab.loinc})."
            yield change(sides, lab.fact, "new", sentence, (None, lab.citation))
    for (fact, said), pairs in alike.items():
        one, lab = pairs[0]
        codes = ", ".join(each.loinc for _, each in pairs)
        sentence = f"Results for '{fact}' are looked at in {said} (LOINC {codes})."
        yield change(sides, fact, "changed", sentence, (one.citation, lab.citation))


def _looked_at_otherwise(one: Lab, other: Lab) -> Iterator[str]:
    """In which other days and units results of one test are looked at; the received date is the last of the days."""
    if one.days != other.days:
        yield f"the {several(other.days, 'day')} up to and including the received date instead of {one.days}"
    if (one.unit, one.factors()) != (other.unit, other.factors()):
        has_factors = one.factors().keys() == other.factors().keys()
        yield " instead of ".join(_units(each, has_factors) for each in (other, one))


def _units(lab: Lab, has_factors: bool) -> str:
    """The lab's units, on request with the factors of those that are converted."""
    others = (each.unit + (f" (× {number(each.factor)})" if has_factors else "") for each in lab.conversions)
    return "multiples of their upper limit" if lab.unit is None else " or ".join((lab.unit, *others))


def _therapies(sides: Sides) -> Iterator[Change]:
    before, after = ({therapy.fact: therapy for therapy in policy.prior_therapies} for policy, _ in sides)
    for fact, one in before.items():
        if fact not in after and shared(sides, fact):
            sentence = f"Claims no longer answer it: {therapy_words(one)}."
            yield Change("fact", of_yes(sides, fact, -1), "gone", fact, sentence, one.citation, None)
    for fact, therapy in after.items():
        if fact in before:
            yield from _therapy(sides, before[fact], therapy)
        elif shared(sides, fact):
            sentence = f"Claims answer it, and did not: {therapy_words(therapy)}."
            yield Change("fact", of_yes(sides, fact, 1), "new", fact, sentence, None, therapy.citation)


def _therapy(sides: Sides, one: PriorTherapy, therapy: PriorTherapy) -> Iterator[Change]:
    where = (one.citation, therapy.citation)
    if (one.months, one.doses, one.days) != (therapy.months, therapy.doses, therapy.days):
        signs = {_sign(therapy.months, one.months), _sign(one.doses or 0, therapy.doses or 0)}
        signs |= {_sign(one.days or 0, therapy.days or 0)}
        signs |= {1, -1} if (one.doses is None) != (therapy.doses is None) else set()
        sentence = f"{therapy_words(therapy)}; it was: {therapy_words(one)}."
        yield Change("fact", of_yes(sides, one.fact, *signs), "changed", therapy.fact, sentence, *where)
    added, taken = _more_codes(one, therapy), _more_codes(therapy, one)
    if added or taken:
        signs = {1} if not taken else {-1} if not added else {1, -1}
        sentence = f"Other codes stand for '{therapy.fact}' in claims."
        yield Change("fact", of_yes(sides, one.fact, *signs), "changed", therapy.fact, sentence, *where)


def _more_codes(one: PriorTherapy, other: PriorTherapy) -> bool:
    """Whether the second names codes that the first doesn't, packages of a product named whole aside."""
    wide = ndc_prefixes(one.ndcs)
    return bool({*other.codes} - {*one.codes}) or any(
        not any(code.startswith(each) for each in wide) for code in ndc_prefixes(other.ndcs)
    )


def _evidence(a: Policy, b: Policy) -> Iterator[Change]:
    """What claims are looked at for: it decides nothing, so none of it is stricter or looser."""
    before = {one.therapy: one for one in a.therapy_evidences}
    after = {one.therapy: one for one in b.therapy_evidences}
    for name, one in before.items():
        if name not in after:
            sentence = f"Claims are looked at no longer for '{name}': {one.label}, {evidence_window(one)}."
            yield Change("fact", "neutral", "gone", name, sentence, one.citation, None)
    for name, other in after.items():
        if name not in before:
            sentence = f"Claims are looked at for '{name}', and were not: {other.label}, {evidence_window(other)}."
            yield Change("fact", "neutral", "new", name, sentence, None, other.citation)
        else:
            where = (before[name].citation, other.citation)
            for sentence in _looked_at(before[name], other):
                yield Change("fact", "neutral", "changed", name, sentence, *where)


def _looked_at(one: TherapyEvidence, other: TherapyEvidence) -> Iterator[str]:
    """What changed of the days, the codes and the questions of one drug, a sentence each."""
    name = other.therapy
    if (one.around_days, one.months) != (other.around_days, other.months):
        sign = _sign(other.around_days or 0, one.around_days or 0) + _sign(other.months or 0, one.months or 0)
        is_same_kind = (one.months is None) == (other.months is None)
        word = {1: ", a longer time", -1: ", a shorter time"}[sign] if is_same_kind else ""
        yield f"'{name}' is looked for {evidence_window(other)} instead of {evidence_window(one)}{word}."
    new, gone = {*other.codes, *other.ndcs}, {*one.codes, *one.ndcs}
    if added := sorted(new - gone):
        yield f"Claims of {', '.join(added)} show '{name}' too."
    if removed := sorted(gone - new):
        yield f"Claims of {', '.join(removed)} no longer show '{name}'."
    if (one.fact, one.implied_by) != (other.fact, other.implied_by):
        says = (" or ".join(evidence_documents(each)) or "no answer documents it" for each in (other, one))
        yield f"'{name}': {' instead of: '.join(says)}."


def _sign(more: int, less: int) -> int:
    return int(more > less) - int(more < less)
