"""Reading what a request may document, and what else can answer it: birth date, therapy dates."""

from analytics.policy.evidence import Age, DaysSince, Implication, Resistance
from analytics.policy.model import ANSWER_TYPES, REQUEST_FACTS, Question
from analytics.policy.parts import Known
from analytics.policy.reader import Table, each, one_of, unique


def questions(root: Table) -> dict[str, Question]:
    """What a request may document."""

    def read(t: Table) -> Question:
        found = Question(t.text("name"), t.choice("type", ANSWER_TYPES), t.text("label"), tuple(t.texts("words")))
        if found.name in REQUEST_FACTS:
            t.fault("name", f"'{found.name}' is a column of the request itself", "another name")
        if found.answer_type == "word" and t.has("words") and len(found.words) < 2:
            t.fault("words", "is one word or none", "two words or more")
        if any(word != word.lower() for word in found.words):
            t.fault("words", "holds capitals", "lower case, since answers are read in any case")
        return found

    found = each(root, "question", read)
    unique(found, lambda question: question.name, root, "question")
    return {question.name: question for question in found}


def ages(root: Table, known: Known) -> tuple[Age, ...]:
    """Facts that the birth date answers."""
    return each(root, "age", lambda t: Age(known.question(t, "fact", "number"), known.citation(t)))


def days_since(root: Table, known: Known) -> tuple[DaysSince, ...]:
    """Facts that count the days since a date that was answered."""

    def read(t: Table) -> DaysSince:
        return DaysSince(known.question(t, "fact", "number"), known.question(t, "question", "date"), known.citation(t))

    found = each(root, "days_since", read)
    unique(found, lambda one: one.fact, root, "days_since", by="fact")
    return found


def resistances(root: Table, known: Known) -> tuple[Resistance, ...]:
    """Resistance to a drug class, as derived from dates where nobody answered."""

    def read(t: Table) -> Resistance:
        setting = known.question(t, "setting", "word")
        words = known.questions[setting].words if setting in known.questions else None
        months = t.pairs("months", words, f"no answer to '{setting}'")
        missing = [word for word in words or () if word not in months]
        if missing and months:
            t.fault("months", f"lacks {one_of(missing)}", "months for each setting")
        listed = known.code_list(t, "code_list", "HCPCS")
        return Resistance(
            fact=known.question(t, "fact", "yes_no"),
            drug_class=t.text("drug_class"),
            progressed_question=known.question(t, "progressed_on", "date"),
            last_dose_question=known.question(t, "last_dose_on", "date"),
            setting_question=setting,
            months=months,
            codes=() if listed is None else listed.codes,
            citation=known.citation(t),
        )

    return each(root, "resistance", read)


def implications(root: Table, known: Known) -> tuple[Implication, ...]:
    """What one answer says about an unanswered question."""

    def side(table: Table, key: str) -> tuple[str, str]:
        inner = table.table(key)
        if inner is None:
            return "", ""
        fact = known.question(inner, "fact", "yes_no")
        value = inner.choice("value", ("yes", "no"))
        return fact, value

    def read(t: Table) -> Implication:
        (if_fact, if_value), (fact, value) = side(t, "if"), side(t, "then")
        if fact and fact == if_fact:
            t.fault("then", f"'{fact}' implies itself", "another question")
        return Implication(if_fact, if_value, fact, value, known.citation(t))

    return each(root, "implication", read)
