"""How two policies differ in what else answers their questions: how old a result may be, and in which unit."""

from collections.abc import Iterator

from analytics.policy.model import Policy
from analytics.policy.saying import therapy_words
from analytics.workbench.diff_kinds import Change, Effect


def compare_facts(a: Policy, b: Policy) -> Iterator[Change]:
    """Changes of what both policies know: an answer to a new question shows as a criterion that asks for it."""
    yield from _labs(a, b)
    yield from _therapies(a, b)


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


def _sign(more: int, less: int) -> int:
    return int(more > less) - int(more < less)
