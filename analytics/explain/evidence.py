"""The facts that a request's criteria are tested against: their values, and where each comes from."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analytics.explain import asked, queries
from analytics.explain.explanation import amount
from analytics.explain.indication import fact_value
from analytics.explain.queries import Row
from analytics.policy.evidence import Lab
from analytics.policy.model import REQUEST_FACTS, Policy
from analytics.policy.outline import Line
from analytics.policy.saying import several

if TYPE_CHECKING:
    from analytics.study import Study


class Evidence:
    """What is known of one request, fact by fact."""

    def __init__(self, study: "Study", row: Row, policy: Policy) -> None:
        ident, self.policy, self.row = row["authorization_id"], policy, row
        self.known = asked.facts(study, ident)
        self.answers = asked.answers(study, ident)
        text = "select question, answer, reason from clinical_answer_row where authorization_id = $id"
        rows = queries.rows(study, "clinical_answer_row", f"{text} order by all", id=ident)
        self.blank = {one["question"] for one in rows if one["reason"] == "missing_answer"}
        self.written: dict[str, list[str]] = {}
        for one in rows:
            if one["reason"] is None:
                self.written.setdefault(one["question"], []).append(one["answer"])
        text = "select fact, meaning from resistance where authorization_id = $id"
        derived = queries.rows(study, "resistance", text, id=ident) if policy.resistances else []
        self.resistant = {one["fact"]: one["meaning"] for one in derived}
        text = "select fact from prior_therapy_shown where authorization_id = $id"
        shown = queries.rows(study, "prior_therapy_shown", text, id=ident) if policy.prior_therapies else []
        self.shown = {one["fact"] for one in shown}
        text = "select birth_date from person_life where person_id = $person and birth_date is not null"
        self.born = queries.rows(study, "person_life", text, person=row["person_id"])
        self.labs = [(lab, row) for lab in policy.labs for row in self._results(study, lab)]

    def _results(self, study: "Study", lab: Lab) -> list[Row]:
        """The results that may count for a lab, the latest first."""
        text = """
            select observation_date, result, source_units, source_reference_range_high as high
            from observation_row
            where person_id = $person and source_code = $code and reason is null
                and observation_date <= $on and date_diff('day', observation_date, $on) < $days
            order by observation_date desc, result desc
        """
        row = self.row
        given = {"person": row["person_id"], "code": lab.loinc, "on": row["received_on"], "days": lab.days}
        return queries.rows(study, "observation_row", text, **given)

    def sentence(self, fact: str) -> str:
        """A fact's value and where it comes from; or that nobody documented it, and what was found instead."""
        known = self.known.get(fact)
        if known is None:
            return self._unknown(fact)
        return f"{fact_value(fact, known)}, {self._source(fact)}"

    def _unknown(self, fact: str) -> str:
        written = self.written.get(fact)
        if not written:
            return "asked, and the answer was left blank" if fact in self.blank else "nobody documented it"
        if len(written) > 1:
            return f"answered differently ({', '.join(written)}), so it counts as not documented"
        return f"answered '{written[0]}', which can't be read as an answer"

    def _source(self, fact: str) -> str:
        if fact in REQUEST_FACTS:
            return "as the request says"
        beside = ""
        if fact in self.answers:
            answer = self.answers[fact]
            told = answer["meaning"] if answer["answer_number"] is None else amount(answer["answer_number"])
            beside = f"; the request's answer '{told}' stands back"
        if self.born and any(age.fact == fact for age in self.policy.ages):
            return f"from the birth date in eligibility, {self.born[0]['birth_date']}{beside}"
        since = next((each.question for each in self.policy.days_since if each.fact == fact), None)
        if since and fact not in self.answers:
            return f"the days from {since} ({self._meaning(since)}) to the received date"
        found = self._used(fact)
        if found:
            return f"laboratory, {_result(*found, self.known[fact]['number'])}{self._same_day(*found)}{beside}"
        value = self.known[fact]["word"]
        others = list(self._others(fact))
        source = next((before + words for meant, before, words in others if meant == value), "derived")
        if fact in self.answers:
            source = "as documented with the request"
        against = [f"; but {words}, which says {meant}" for meant, _, words in others if meant != value]
        return source + "".join(against)

    def _used(self, fact: str) -> tuple[Lab, Row] | None:
        """The result that a lab's value was made of."""
        value = self.known[fact]["number"]
        results = [(lab, row) for lab, row in self.labs if lab.fact == fact and value is not None]
        for lab, row in sorted(results, key=lambda one: one[1]["observation_date"], reverse=True):
            if _factor(lab, row) is not None and abs(_value(lab, row) - value) < 1e-9:
                return lab, row
        return None

    def _same_day(self, used: Lab, row: Row) -> str:
        """The day's other results that could have counted: of several the greatest does."""
        results = [
            _reported(lab, other)
            for lab, other in self.labs
            if lab.fact == used.fact and other["observation_date"] == row["observation_date"]
            if _factor(lab, other) is not None and _value(lab, other) != _value(used, row)
        ]
        others = list(dict.fromkeys(results))
        return f", the greatest of that day (beside {' and '.join(others)})" if others else ""

    def _others(self, fact: str) -> Iterator[tuple[str, str, str]]:
        """What else says something of a fact, in the order in which it counts: the value, and from what it follows,
        after the word that says so."""
        for each in self.policy.implications:
            if each.fact == fact and self._meaning(each.if_fact) == each.if_value:
                yield each.value, "since ", f"{each.if_fact} is {each.if_value}"
        for one in self.policy.resistances:
            if one.fact == fact and fact in self.resistant:
                dates = (one.progressed_question, one.last_dose_question, one.setting_question)
                said = [f"{name} {self._meaning(name) or 'not documented'}" for name in dates]
                billed = "" if self._meaning(one.last_dose_question) else "; the last dose is the last one billed"
                yield self.resistant[fact], "derived: ", f"{', '.join(said)}{billed}"
        for therapy in self.policy.prior_therapies:
            if fact == f"{therapy.fact}_contradicted" or (therapy.fact == fact and fact in self.shown):
                yield (
                    "yes",
                    "",
                    f"claims show {therapy.label} in the {several(therapy.months, 'month')} before the received date",
                )

    def _meaning(self, question: str) -> Any:
        answer = self.answers.get(question)
        return answer["meaning"] if answer else None

    def lines(self) -> Iterator[Line]:
        """Every fact that is known or was answered, asked for or not."""
        for fact in sorted({*self.known, *self.written, *self.blank}):
            question = self.policy.questions.get(fact)
            asked = "" if question or fact in self.known else " (the policy asks for no such thing)"
            yield Line(self.sentence(fact) + asked, fact)


def _factor(lab: Lab, row: Row) -> float | None:
    """What a lab's result is multiplied by; None where it can't be used."""
    if lab.unit is None:
        return 1 / float(row["high"]) if row["high"] else None
    factors = {unit.lower(): float(factor) for unit, factor in lab.factors().items()}
    return factors.get((row["source_units"] or "").lower())


def _unit(lab: Lab, row: Row) -> str:
    """A result's unit after a blank, as the policy writes it: extracts' units are read in lower case."""
    name = row["source_units"]
    written = {each.lower(): each for each in lab.factors()}
    return f" {written.get(name, name)}" if name else ""


def _value(lab: Lab, row: Row) -> float:
    """What a result that can be used comes to."""
    return float(row["result"]) * (_factor(lab, row) or 0)


def _reported(lab: Lab, row: Row) -> str:
    """A result as it was reported."""
    told = f"{amount(row['result'])}{_unit(lab, row)}"
    return f"{told} of an upper limit of {amount(row['high'])}" if lab.unit is None else told


def _result(lab: Lab, row: Row, value: float) -> str:
    """A result as it was reported, and the way from it to the value that counts."""
    told = f"{row['observation_date']}: {_reported(lab, row)}"
    factor = _factor(lab, row)
    return told if lab.unit is None or factor == 1 else f"{told} × {amount(factor)} = {amount(value)} {lab.unit}"
