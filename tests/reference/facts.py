"""The facts of a request: answers that can be read, what follows from them, labs, age and resistance."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.reference import words
from tests.reference.claims import claim_fates, claim_of
from tests.reference.reading import Extract
from tests.reference.rules import MET, NOT_MET, Indication, Lab, Node, Policy, Resistance, Therapy
from tests.reference.schema import Row


def add_months(day: date, months: int) -> date:
    """Calendar months later, clipped to the month's end."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def full_years(birth: date, on: date) -> int:
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


class Facts:
    """The facts that requests document. `paths` collects how resistance was told, for the tests' coverage."""

    def __init__(self, extract: Extract) -> None:
        self.extract = extract
        self.paths: set[str] = set()
        policies = {row["authorization_id"]: extract.policy(row) for row in extract.used("authorization")}
        self._answers: dict[str, dict[str, list[Any]]] = {}
        for row in extract.used("clinical_answer"):
            questions = self._answers.setdefault(row["authorization_id"], {})
            reader = policies[row["authorization_id"]].readers.get(row["question"], words.yes_no)
            questions.setdefault(row["question"], []).append(reader(row["answer"]))
        self._raised: dict[str, set[str]] = {}
        for row in extract.rows.get("clinical_answer", ()):
            self._raised.setdefault(row["authorization_id"], set()).add(row["question"])
        self._insured = _by_person(extract.used("eligibility"))
        self._fills = _by_person(extract.used("pharmacy_claim"))
        self._standing = self._standing_claims()
        self._known: dict[str, dict[str, Any]] = {}

    def _standing_claims(self) -> dict[str, list[Row]]:
        """By person the claim lines, of whatever drug and payer, that say that something was given."""
        lines = self.extract.rows.get("medical_claim", [])
        fates = claim_fates(lines)
        return _by_person(
            row
            for row in lines
            if row["service_date"] is not None
            and (row["service_unit_quantity"] or Decimal(0)) > 0
            and claim_of(row) not in fates
            and row["claim_status"] != "denied"
        )

    def raised(self, request: Row) -> set[str]:
        """The questions that any answer row, usable or not, is about."""
        return self._raised.get(request["authorization_id"], set())

    def answers(self, request: Row) -> dict[str, Any]:
        """The one readable answer to each question that has one, as documented."""
        given = self._answers.get(request["authorization_id"], {})
        return {
            question: values[0] for question, values in given.items() if None not in values and len(set(values)) == 1
        }

    def of(self, request: Row) -> dict[str, Any]:
        """Every known fact of a request: answers, their consequences, and what the extracts tell."""
        id = request["authorization_id"]
        if id not in self._known:
            self._known[id] = self._facts(request, self.extract.policy(request))
        return self._known[id]

    def _facts(self, request: Row, policy: Policy) -> dict[str, Any]:
        facts = self.answers(request)
        for asked, value, other, then in policy.implications:
            if facts.get(asked) == value and other not in facts:
                facts[other] = then
        for rule in policy.resistances:
            if rule.fact not in facts:
                resistant = self._resistant(rule, request, facts)
                if resistant is not None:
                    facts[rule.fact] = "yes" if resistant else "no"
        received, person = request["received_at"].date(), request["person_id"]
        for fact, question in policy.days_since:
            if question in facts and facts[question] <= received:
                facts.setdefault(fact, (received - facts[question]).days)
        for therapy in policy.prior_therapies:
            if self.shows(therapy, person, received) and facts.setdefault(therapy.name, "yes") == "no":
                facts[f"{therapy.name}_contradicted"] = "yes"
        birth = self.birth(person)
        if policy.age is not None and birth is not None:
            facts[policy.age] = full_years(birth, received)
        for fact in {lab.fact for lab in policy.labs}:
            result = self._result([lab for lab in policy.labs if lab.fact == fact], person, received)
            if result is not None:
                facts[fact] = result
        for column in ("diagnosis_code", "prescriber_specialty", "requested_dose_mg_per_m2", "approved_units"):
            facts.pop(column, None)  # the request itself says it, not an answer to a question of that name
            if request[column] is not None:
                facts[column] = request[column]
        return facts

    def indication(self, request: Row) -> tuple[Indication | None, int]:
        """The first indication that fits, and whether one does (unknown where facts are missing)."""
        indications, facts = self.extract.version(request).indications, self.of(request)
        values = [indication.when(facts) for indication in indications]
        if MET in values:
            return indications[values.index(MET)], MET
        return None, max(values, default=NOT_MET)

    def tree(self, request: Row) -> Node:
        """The criteria that the request faces: its indication's, else the version's."""
        indication, _ = self.indication(request)
        trees = self.extract.version(request).trees if indication is None else indication.trees
        return trees[request["request_type"]]

    def birth(self, person: str) -> date | None:
        return self._earliest(person, "birth_date")

    def death(self, person: str) -> date | None:
        return self._earliest(person, "death_date")

    def _earliest(self, person: str, column: str) -> date | None:
        rows = self._insured.get(person, [])
        return min((row[column] for row in rows if row[column] is not None), default=None)

    def _result(self, labs: Iterable[Lab], person: str, received: date) -> Fraction | None:
        """The latest result in its days, of whichever code; of several on one day the greatest."""
        known = []
        for lab in labs:
            first = received - timedelta(days=lab.days - 1)
            for row in self.extract.observed(person):
                if row["source_code"] == lab.loinc and first <= row["observation_date"] <= received:
                    value = _lab_value(lab, row)
                    if value is not None:
                        known.append((row["observation_date"], value))
        return max(known)[1] if known else None

    def billed(self, person: str, codes: Collection[str]) -> set[date]:
        """The days with a standing claim line of one of the codes, whoever paid."""
        return {row["service_date"] for row in self._standing.get(person, ()) if row["hcpcs_code"] in codes}

    def dispensed(self, person: str, ndcs: tuple[str, ...]) -> list[tuple[date, Decimal]]:
        """The fills of one of the NDCs, or first digits of NDCs, with their days of supply."""
        return [
            (row["dispensing_date"], row["days_supply"] or Decimal(0))
            for row in self._fills.get(person, ())
            if ndcs
            and (row["ndc_code"] or "").startswith(ndcs)
            and all(row[column] is None or row[column] > 0 for column in ("quantity", "days_supply"))
        ]

    def shows(self, therapy: Therapy, person: str, received: date) -> bool:
        """Whether claims show as many doses, or days, of a prior therapy in the months before the request."""
        days = {day for day in self.billed(person, therapy.codes) if within(day, therapy.months, received)}
        fills = [fill for fill in self.dispensed(person, therapy.ndcs) if within(fill[0], therapy.months, received)]
        if therapy.doses is not None:
            return len(days | {day for day, _ in fills}) >= therapy.doses
        return len(days) + _taken(fills, received) >= (therapy.days or 0)

    def _resistant(self, rule: Resistance, request: Row, facts: dict[str, Any]) -> bool | None:
        progressed = facts.get(rule.progressed_on)
        if progressed is None:
            return None
        last, source = facts.get(rule.last_dose_on), "documented"
        if last is None:
            before = {day for day in self.billed(request["person_id"], rule.drug.codes) if day <= progressed}
            last, source = max(before, default=None), "claims"
        if last is None:
            self.paths.add("no_last_dose")
            return None
        if progressed <= last:
            self.paths.add(f"{source}_on_therapy")
            return True
        setting = facts.get(rule.setting)
        if setting is None and rule.setting in self.raised(request):
            self.paths.add("unreadable_setting")
        ends = {word: add_months(last, months) for word, months in rule.drug.months.items()}
        if any(end.day != last.day for end in ends.values()):
            self.paths.add("clipped_month")
        found = {progressed <= end for word, end in ends.items() if setting in (None, word)}
        resistant = found.pop() if len(found) == 1 else None
        kind = setting or ("settings_agree" if resistant is not None else "settings_differ")
        self.paths.add(f"{source}_{kind}" + {True: "_resistant", False: "_sensitive", None: ""}[resistant])
        return resistant


def _by_person(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["person_id"]].append(row)
    return found


def within(day: date, months: int, received: date) -> bool:
    """Whether a day lies in so many calendar months up to the received date."""
    return day <= received <= add_months(day, months)


def _lab_value(lab: Lab, row: Row) -> Fraction | None:
    """What a result says: a multiple of its own upper limit, or an amount in the policy's unit; None: nothing."""
    if lab.factors is None:
        high = row["source_reference_range_high"] or Decimal(0)
        return Fraction(row["result"]) / Fraction(high) if high > 0 else None
    factor = lab.factors.get(row["source_units"] or "")
    return None if factor is None else Fraction(row["result"]) * Fraction(factor)


def _taken(fills: list[tuple[date, Decimal]], received: date) -> Decimal:
    """The days of supply taken before the received date, one a day from when they are dispensed."""
    stock, taken = Decimal(0), Decimal(0)
    for before in range(max(((received - day).days for day, _ in fills), default=0), 0, -1):
        stock += sum(supply for day, supply in fills if (received - day).days == before)
        today = min(stock, Decimal(1))
        stock, taken = stock - today, taken + today
    return taken
