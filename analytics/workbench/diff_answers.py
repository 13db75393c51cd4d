"""How two policies differ in what answers their questions: birth dates, dates of therapy, other answers."""

from collections.abc import Iterator

from analytics.policy.evidence import Implication, Resistance
from analytics.policy.model import Question
from analytics.workbench.diff_asked import Sides, is_asked, of_yes, shared
from analytics.workbench.diff_kinds import Change, Effect, Kind


def compare_answers(sides: Sides) -> Iterator[Change]:
    """Changes of questions, ages, resistances and implications of what both policies ask."""
    (a, _), (b, _) = sides
    for name in a.questions:
        if name in b.questions:
            yield from _question(sides, a.questions[name], b.questions[name])
    yield from _ages(sides)
    yield from _days_since(sides)
    resistant = ({each.fact: each for each in policy.resistances} for policy in (a, b))
    yield from _resistances(sides, *resistant)
    implied = ({(i.if_fact, i.if_value, i.fact, i.value): i for i in policy.implications} for policy in (a, b))
    yield from _implications(sides, *implied)


def change(sides: Sides, fact: str, kind: Kind, sentence: str, where: tuple[str | None, str | None]) -> Change:
    """A change of what answers a question, that may go either way; neutral where no criterion asks it."""
    effect: Effect = "depends" if is_asked(sides, fact) else "neutral"
    return Change("fact", effect, kind, fact, sentence, *where)


def _question(sides: Sides, one: Question, other: Question) -> Iterator[Change]:
    if one.answer_type != other.answer_type:
        now, was = (each.answer_type.replace("_no", " or no") for each in (other, one))
        yield change(sides, one.name, "changed", f"'{one.name}' is answered by {now} instead of {was}.", (None, None))
    elif set(one.words) != set(other.words):
        now, was = (" or ".join(each.words) or "any word" for each in (other, one))
        sentence = f"'{one.name}' is answered by {now}; it was: {was}."
        yield change(sides, one.name, "changed", sentence, (None, None))


def _ages(sides: Sides) -> Iterator[Change]:
    before, after = ({age.fact: age for age in policy.ages} for policy, _ in sides)
    for fact, age in before.items():
        if fact not in after and shared(sides, fact):
            sentence = f"'{fact}' no longer follows from the birth date: an answer alone tells it."
            yield change(sides, fact, "gone", sentence, (age.citation, None))
    for fact, age in after.items():
        if fact not in before and shared(sides, fact):
            sentence = f"'{fact}' follows from the birth date, before any answer, and did not."
            yield change(sides, fact, "new", sentence, (None, age.citation))


def _days_since(sides: Sides) -> Iterator[Change]:
    before, after = ({each.fact: each for each in policy.days_since} for policy, _ in sides)
    for fact in dict.fromkeys([*before, *after]):
        one, other = before.get(fact), after.get(fact)
        where = (one.citation if one else None, other.citation if other else None)
        if not shared(sides, fact) or (one and other and one.question == other.question):
            continue
        if other is None:
            sentence = f"'{fact}', if unanswered, is no longer counted from a date."
            yield change(sides, fact, "gone", sentence, where)
        elif one is None:
            sentence = f"'{fact}', if unanswered, is the days since '{other.question}', and was not."
            yield change(sides, fact, "new", sentence, where)
        else:
            sentence = f"'{fact}', if unanswered, is the days since '{other.question}' instead of '{one.question}'."
            yield change(sides, fact, "changed", sentence, where)


def _resistances(sides: Sides, before: dict[str, Resistance], after: dict[str, Resistance]) -> Iterator[Change]:
    for fact, one in before.items():
        if fact not in after and shared(sides, fact):
            sentence = f"'{fact}', if unanswered, no longer follows from the dates of {one.drug_class} therapy."
            yield change(sides, fact, "gone", sentence, (one.citation, None))
    for fact, other in after.items():
        if fact not in before and shared(sides, fact):
            sentence = f"'{fact}', if unanswered, follows from the dates of {other.drug_class} therapy, and did not."
            yield change(sides, fact, "new", sentence, (None, other.citation))
        elif fact in before:
            yield from _resistance(sides, before[fact], other)


def _resistance(sides: Sides, one: Resistance, other: Resistance) -> Iterator[Change]:
    where = (one.citation, other.citation)
    signs = {
        (now > was) - (now < was) for name, was in one.months.items() if (now := other.months.get(name)) is not None
    }
    is_alike = one.months.keys() == other.months.keys() and not signs >= {1, -1}
    for setting in dict.fromkeys([*one.months, *other.months]):
        was, now = one.months.get(setting), other.months.get(setting)
        if was != now:
            told = "no span" if now is None else f"{now} months"
            sentence = (
                f"'{other.fact}', if unanswered: progression counts as resistance up to {told} after the last dose "
                f"({setting}) instead of {'no span' if was is None else f'{was} months'}."
            )
            sign = 0 if was is None or now is None else 1 if now > was else -1
            effect = _told_by(sides, other.fact, sign) if sign and is_alike else "depends"
            yield Change("fact", effect, "changed", other.fact, sentence, *where)
    one_asks, other_asks = (
        (each.progressed_question, each.last_dose_question, each.setting_question) for each in (one, other)
    )
    if one_asks != other_asks:
        sentence = f"'{other.fact}', if unanswered, follows from {', '.join(other_asks)} instead of "
        yield change(sides, other.fact, "changed", f"{sentence}{', '.join(one_asks)}.", where)
    if {code.code for code in one.codes} != {code.code for code in other.codes}:
        sentence = (
            f"'{other.fact}', if unanswered: other billing codes show the last dose of {other.drug_class} therapy."
        )
        yield change(sides, other.fact, "changed", sentence, where)


_Key = tuple[str, str, str, str]


def _implications(sides: Sides, before: dict[_Key, Implication], after: dict[_Key, Implication]) -> Iterator[Change]:
    for key, one in before.items():
        if key not in after and shared(sides, one.fact) and shared(sides, one.if_fact):
            sentence = f"'{one.fact}', if unanswered, is no longer {one.value} where {one.if_fact} = {one.if_value}."
            effect = _implied(sides, one, is_new=False)
            yield Change("fact", effect, "gone", one.fact, sentence, one.citation, None)
    for key, other in after.items():
        if key not in before and shared(sides, other.fact) and shared(sides, other.if_fact):
            does = f"is {other.value} where {other.if_fact} = {other.if_value}, and was not."
            effect = _implied(sides, other, is_new=True)
            yield Change(
                "fact", effect, "new", other.fact, f"'{other.fact}', if unanswered, {does}", None, other.citation
            )


def _implied(sides: Sides, one: Implication, is_new: bool) -> Effect:
    """What an answer of yes in place of none does, or of no, which does the reverse."""
    return _told_by(sides, one.fact, 1 if (one.value == "yes") == is_new else -1)


def _told_by(sides: Sides, fact: str, sign: int) -> Effect:
    """What it does where a fact is told to be so more often (1) or less often; several sources may contradict."""
    sources = [
        [each.fact for each in policy.implications].count(fact)
        + [each.fact for each in policy.resistances].count(fact)
        + [each.fact for each in policy.prior_therapies].count(fact)
        for policy, _ in sides
    ]
    return of_yes(sides, fact, *((1, -1) if max(sources) > 1 else (sign,)))
