"""The facts that a request's criteria are tested against: their values, and where each comes from."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analytics.explain import queries
from analytics.explain.explanation import amount
from analytics.explain.queries import Row
from analytics.policy.evidence import Lab
from analytics.policy.model import REQUEST_FACTS, Policy
from analytics.policy.outline import Line

if TYPE_CHECKING:
    from analytics.study import Study


class Evidence:
    """What is known of one request, fact by fact."""

    def __init__(self, study: "Study", row: Row, policy: Policy) -> None:
        ident, self.policy, self.row = row["authorization_id"], policy, row
        self.known = queries.facts(study, ident)
        self.answers = queries.answers(study, ident)
        text = "select question, answer from clinical_answer_row where authorization_id = $id and reason is null"
        self.written: dict[str, list[str]] = {}
        for one in queries.rows(study, "clinical_answer_row", f"{text} order by all", id=ident):
            self.written.setdefault(one["question"], []).append(one["answer"])
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
        value = amount(known["number"]) if known["number"] is not None else str(known["word"])
        return f"{value}, {self._source(fact)}"

    def _unknown(self, fact: str) -> str:
        written = self.written.get(fact)
        if not written:
            return "nobody documented it"
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
        used = self._used(fact)
        if used:
            limit = f" of an upper limit of {amount(used['high'])}" if used["high"] is not None else ""
            unit = f" {used['source_units']}" if used["source_units"] else ""
            return f"laboratory, {used['observation_date']}: {amount(used['result'])}{unit}{limit}{beside}"
        if fact in self.answers:
            against = self.known[fact]["evidence"] == "contradicted"
            return "as documented with the request" + (
                "; something else that is known says otherwise" if against else ""
            )
        return self._derived(fact)

    def _used(self, fact: str) -> Row | None:
        """The result that a lab's value was made of."""
        value = self.known[fact]["number"]
        results = [(lab, row) for lab, row in self.labs if lab.fact == fact and value is not None]
        for lab, row in sorted(results, key=lambda one: one[1]["observation_date"], reverse=True):
            factors = {unit.lower(): float(factor) for unit, factor in lab.factors().items()}
            factor = factors.get((row["source_units"] or "").lower())
            if lab.unit is None:
                factor = 1 / float(row["high"]) if row["high"] else None
            if factor is not None and abs(float(row["result"]) * factor - value) < 1e-9:
                return row
        return None

    def _derived(self, fact: str) -> str:
        for each in self.policy.implications:
            if each.fact == fact and self._meaning(each.if_fact) == each.if_value:
                return f"since {each.if_fact} is {each.if_value}"
        for one in self.policy.resistances:
            if one.fact == fact:
                dates = (one.progressed_question, one.last_dose_question, one.setting_question)
                said = [f"{name} {self._meaning(name) or 'not documented'}" for name in dates]
                billed = "" if self._meaning(one.last_dose_question) else "; the last dose is the last one billed"
                return f"derived: {', '.join(said)}{billed}"
        for therapy in self.policy.prior_therapies:
            if fact in (therapy.fact, f"{therapy.fact}_contradicted"):
                return f"claims show {therapy.label} in the {therapy.months} months before the received date"
        return "derived"

    def _meaning(self, question: str) -> Any:
        answer = self.answers.get(question)
        return answer["meaning"] if answer else None

    def lines(self) -> Iterator[Line]:
        """Every fact that is known or was answered, asked for or not."""
        for fact in sorted({*self.known, *self.written}):
            question = self.policy.questions.get(fact)
            asked = "" if question or fact in self.known else " (the policy asks for no such thing)"
            yield Line(self.sentence(fact) + asked, fact)
