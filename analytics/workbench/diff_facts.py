"""How two policies differ in what else answers their questions: how old a result may be, and in which unit."""

from collections.abc import Iterator

from analytics.policy.model import Policy
from analytics.workbench.diff_kinds import Change, Effect


def compare_facts(a: Policy, b: Policy) -> Iterator[Change]:
    """Changes of what both policies know: an answer to a new question shows as a criterion that asks for it."""
    yield from _labs(a, b)


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
