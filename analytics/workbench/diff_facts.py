"""How two policies differ in what else answers their questions: how old a result may be, and in which unit."""

from collections.abc import Iterator

from analytics.policy.evidence import TherapyEvidence
from analytics.policy.model import Policy
from analytics.policy.saying import evidence_documents, evidence_window, therapy_words
from analytics.workbench.diff_kinds import Change, Effect


def compare_facts(a: Policy, b: Policy) -> Iterator[Change]:
    """Changes of what both policies know: an answer to a new question shows as a criterion that asks for it."""
    yield from _labs(a, b)
    yield from _therapies(a, b)
    yield from _evidence(a, b)


def _labs(a: Policy, b: Policy) -> Iterator[Change]:
    before = {(lab.fact, lab.loinc): lab for lab in a.labs}
    for lab in b.labs:
        one = before.get((lab.fact, lab.loinc))
        if one is None:
            continue
        where = (one.citation, lab.citation)
        if one.days != lab.days:
            sentence = f"Results for '{lab.fact}' may be {lab.days} days old instead of {one.days}."
            effect: Effect = "stricter" if lab.days < one.days else "looser"
            yield Change("fact", effect, "changed", lab.fact, sentence, *where)
        if one.factors() != lab.factors():
            said = (" or ".join(each.factors()) or "multiples of their upper limit" for each in (lab, one))
            sentence = f"Results for '{lab.fact}' are looked at in {' instead of '.join(said)}."
            yield Change("fact", "depends", "changed", lab.fact, sentence, *where)


def _therapies(a: Policy, b: Policy) -> Iterator[Change]:
    before = {therapy.fact: therapy for therapy in a.prior_therapies}
    for therapy in b.prior_therapies:
        one = before.get(therapy.fact)
        if one is None:
            continue
        where = (one.citation, therapy.citation)
        if (one.months, one.doses, one.days) != (therapy.months, therapy.doses, therapy.days):
            signs = {_sign(therapy.months, one.months), _sign(one.doses or 0, therapy.doses or 0)}
            signs |= {_sign(one.days or 0, therapy.days or 0)}
            signs.discard(0)
            effect: Effect = "depends" if len(signs) != 1 else "looser" if signs == {1} else "stricter"
            sentence = f"{therapy_words(therapy)}; it was: {therapy_words(one)}."
            yield Change("fact", effect, "changed", therapy.fact, sentence, *where)
        if {*one.codes, *one.ndcs} != {*therapy.codes, *therapy.ndcs}:
            sentence = f"Other codes stand for '{therapy.fact}' in claims."
            yield Change("fact", "depends", "changed", therapy.fact, sentence, *where)


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
