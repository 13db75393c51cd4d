"""What documents and claims say of other drugs: before a request, and around an administration."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from analytics.explain import asked, queries
from analytics.explain.explanation import amount
from analytics.explain.queries import Row
from analytics.policy.evidence import PriorTherapy, TherapyEvidence
from analytics.policy.model import Policy
from analytics.policy.outline import Line, passage_of

if TYPE_CHECKING:
    from analytics.study import Study

#: By what is documented and what claims show: what follows of a drug.
_SAYS = {
    ("yes", "yes"): "Documented: {drug}; claims show it",
    ("yes", "no"): "Documented: {drug}; claims don't show it",
    ("yes", "not_evaluable"): "Documented: {drug}; claims can't tell",
    ("no", "yes"): "Contradicted: {drug}; documented as not given, and claims show it",
    ("no", "no"): "Documented as not given: {drug}; claims don't show it either",
    ("no", "not_evaluable"): "Documented as not given: {drug}; claims can't tell",
    (None, "yes"): "Derived: {drug}; nothing documents it, and claims show it",
    (None, "no"): "Not shown: {drug}; nothing documents it, and claims don't show it",
    (None, "not_evaluable"): "Not shown: {drug}; nothing documents it, and claims can't tell",
}
_NO_FILLS = "Pharmacy claims: there is no pharmacy_claim among the extracts."
#: So many claims around a dose are listed, the nearest first.
_FEW = 6


def before_request(study: "Study", row: Row, policy: Policy, answers: dict[str, Row]) -> Iterator[Line]:
    """A line for each drug that the policy looks for before a request. answers: the request's, by question."""
    found = queries.request_evidence(study, row["authorization_id"])
    claims = queries.request_claims(study, row["authorization_id"])
    taken = queries.request_taken(study, row["authorization_id"])
    has_fills = queries.has_fills(study)
    for one in policy.therapy_evidences:
        if one.months is not None:
            own = claims.get(f"evidence: {one.therapy}", [])
            more = [*_answered(one, answers), *_spans(one, own, has_fills)]
            yield _line(one.therapy, one, found[one.therapy], passage_of(policy, one.citation), more)
    for proof in policy.prior_therapies:
        own = claims.get(f"prior {proof.fact}", [])
        more = [*_spans(proof, own, has_fills), *_taken(proof, taken.get(f"prior {proof.fact}"))]
        yield _line(proof.fact, proof, found[proof.fact], passage_of(policy, proof.citation), more)


def around_administration(study: "Study", row: Row, policy: Policy) -> Iterator[Line]:
    """A line for each drug that the policy looks for around a dose: its claims, and whether the approval agrees."""
    found = queries.administration_evidence(study, row)
    claims = queries.administration_claims(study, row["administration_id"])
    has_fills = queries.has_fills(study)
    for one in policy.therapy_evidences:
        if one.around_days is None:
            continue
        told, own = found[one.therapy], claims.get(one.therapy, [])
        days = _number(one.around_days, "day")
        more = [_listed(own, days)] if own else [_none_around(one, told, days, has_fills)]
        if told["authorization_id"] is None:
            more += ["No approval covers the day, so nothing is documented for it."] * bool(one.fact or one.implied_by)
        else:
            answers = asked.answers(study, told["authorization_id"])
            more += [f"{told['authorization_id']}: {sentence}" for sentence in _answered(one, answers)]
        yield _line(one.therapy, one, told, passage_of(policy, one.citation), more)


def _line(name: str, one: TherapyEvidence | PriorTherapy, told: Row, passage: str, more: Sequence[str]) -> Line:
    says = _SAYS[told["documented"], told["on_claims"]].format(drug=one.label)
    return Line(says, name, passage, tuple(more))


def _answered(one: TherapyEvidence, answers: dict[str, Row]) -> Iterator[str]:
    """The answers that document a drug, and that a no to one which only implies it says nothing."""
    for question in filter(None, (one.fact, one.implied_by)):
        if question in answers:
            meaning = answers[question]["meaning"]
            silent = ", which says nothing of the drug" if question == one.implied_by and meaning != "yes" else ""
            yield f"{question} is answered with {meaning}{silent}."


def _spans(one: TherapyEvidence | PriorTherapy, claims: Sequence[Row], has_fills: bool) -> Iterator[str]:
    """How many claims of either kind there are, from when to when."""
    for codes, is_fill, kind in ((one.codes, False, "Medical claims"), (one.ndcs, True, "Pharmacy claims")):
        own = [claim for claim in claims if claim["is_fill"] == is_fill]
        if not codes:
            continue
        if is_fill and not has_fills:
            yield _NO_FILLS
        elif not own:
            months = _number(one.months or 0, "month")
            yield f"{kind}: none in the {months} before the received date, which proves nothing."
        else:
            yield f"{kind}: {_counted(own, is_fill)}."


def _taken(proof: PriorTherapy, taken: Row | None) -> Iterator[str]:
    """What claims must come to, and of supply what they come to: part of a fill may not be taken yet."""
    months = _number(proof.months, "month")
    if proof.doses is not None:
        yield f"Claims show it from {_number(proof.doses, 'day')} with a claim in {months} on."
        return
    if taken is not None:
        yield f"Taken by the received date: {_number(taken['n_days'], 'day')}."
    yield f"Claims show it from {_number(proof.days, 'day')} of therapy in {months} on."


def _counted(claims: Sequence[Row], is_fill: bool) -> str:
    """So many fills, or days with a medical claim, and from when to when."""
    days = sorted({claim["claimed_on"] for claim in claims})
    supplied = sum(claim["days_supplied"] or 0 for claim in claims)
    much = f", {_number(supplied, 'day')} of supply in all" if supplied else ""
    number = _number(len(claims), "fill") if is_fill else _number(len(days), "day")
    when = f"on {days[0]}" if len(days) == 1 else f"the first on {days[0]}, the last on {days[-1]}"
    return f"{number}{much}, {when}"


def _listed(claims: Sequence[Row], days: str) -> str:
    """The nearest claims around a dose, with how far away each is."""
    words = []
    for claim in claims[:_FEW]:
        supply = f", {_number(claim['days_supplied'], 'day')} of supply" if claim["days_supplied"] else ""
        kind = "fill" if claim["is_fill"] else "medical claim"
        words.append(f"{kind} on {claim['claimed_on']} ({_away(claim['days_away'])}{supply})")
    rest = f"; and {len(claims) - _FEW} more" if len(claims) > _FEW else ""
    return f"Claims within {days} of it: {'; '.join(words)}{rest}."


def _away(days: int) -> str:
    if days == 0:
        return "the same day"
    return f"{_number(abs(days), 'day')} {'before' if days < 0 else 'after'}"


def _none_around(one: TherapyEvidence, told: Row, days: str, has_fills: bool) -> str:
    if told["on_claims"] == "no":
        return f"No such claim within {days} of it, which proves nothing."
    return _NO_FILLS if one.ndcs and not has_fills else f"The {days} around it reach beyond the extracts."


def _number(count: Any, thing: str) -> str:
    return f"{amount(count)} {thing}{'' if count == 1 else 's'}"
