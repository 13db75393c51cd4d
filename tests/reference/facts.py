"""The facts of a request: answers that can be read, what follows from them, labs, age and resistance."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.reference import words
from tests.reference.claims import claim_fates, claim_of
from tests.reference.reading import Extract
from tests.reference.schema import LOINC_LABS, Row
from tests.reference.words import Reader

_SIGN = words.one_of("positive", "negative")
_READERS: dict[str, Reader] = {
    **dict.fromkeys(("age_years", "endocrine_regimens_without_benefit", *LOINC_LABS), words.number),
    **dict.fromkeys(("her2_status", "hormone_receptor_status"), _SIGN),
    "tumor_response": words.one_of("response", "stable", "progression"),
    **{f"{name}_progressed_on": words.day for name in ("anthracycline", "taxane")},
    **{f"{name}_last_dose_on": words.day for name in ("anthracycline", "taxane")},
    **{f"{name}_setting": words.one_of("adjuvant", "metastatic") for name in ("anthracycline", "taxane")},
}
LAB_DAYS = 30


@dataclass(frozen=True)
class DrugClass:
    """Codes of the class, and the months after the last dose within which progression means resistance."""

    codes: frozenset[str]
    months: dict[str, int]


CLASSES = {
    "anthracycline": DrugClass(frozenset({"J9000", "J9178", "Q2049", "Q2050"}), {"adjuvant": 6, "metastatic": 3}),
    "taxane": DrugClass(
        frozenset({"J9267", "J9265", "J9264", "J9258", "J9259", "J9171", "J9172", "J9170"}),
        {"adjuvant": 12, "metastatic": 4},
    ),
}


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
        self._answers: dict[str, dict[str, list[Any]]] = {}
        for row in extract.used("clinical_answer"):
            questions = self._answers.setdefault(row["authorization_id"], {})
            reader = _READERS.get(row["question"], words.yes_no)
            questions.setdefault(row["question"], []).append(reader(row["answer"]))
        self._raised: dict[str, set[str]] = {}
        for row in extract.rows.get("clinical_answer", ()):
            self._raised.setdefault(row["authorization_id"], set()).add(row["question"])
        self._fates = claim_fates(extract.rows.get("medical_claim", []))

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
        facts = self.answers(request)
        together, alone = "combination_with_capecitabine", "single_agent"
        for known, other in ((alone, together), (together, alone)):
            if facts.get(known) == "yes" and other not in facts:
                facts[other] = "no"
        for name in CLASSES:
            if f"{name}_resistant" not in facts:
                resistant = self._resistant(name, request, facts)
                if resistant is not None:
                    facts[f"{name}_resistant"] = "yes" if resistant else "no"
        received = request["received_at"].date()
        birth = self.birth(request["person_id"])
        if birth is not None:
            facts["age_years"] = full_years(birth, received)
        for fact, loinc in LOINC_LABS.items():
            multiple = self._multiple(request["person_id"], loinc, received)
            if multiple is not None:
                facts[fact] = multiple
        for column in ("diagnosis_code", "prescriber_specialty", "requested_dose_mg_per_m2"):
            facts.pop(column, None)  # the request itself says it, not an answer to a question of that name
            if request[column] is not None:
                facts[column] = request[column]
        return facts

    def birth(self, person: str) -> date | None:
        return self._earliest(person, "birth_date")

    def death(self, person: str) -> date | None:
        return self._earliest(person, "death_date")

    def _earliest(self, person: str, column: str) -> date | None:
        rows = (row for row in self.extract.used("eligibility") if row["person_id"] == person)
        return min((row[column] for row in rows if row[column] is not None), default=None)

    def _multiple(self, person: str, loinc: str, received: date) -> Fraction | None:
        """The latest lab result in the 30 days, as a multiple of its own upper limit of normal."""
        first = received - timedelta(days=LAB_DAYS - 1)
        known = [
            (row["observation_date"], Fraction(row["result"]) / Fraction(row["source_reference_range_high"]))
            for row in self.extract.used("observation")
            if row["person_id"] == person
            and row["source_code"] == loinc
            and (row["source_reference_range_high"] or Decimal(0)) > 0
            and first <= row["observation_date"] <= received
        ]
        return max(known)[1] if known else None

    def _resistant(self, name: str, request: Row, facts: dict[str, Any]) -> bool | None:
        progressed = facts.get(f"{name}_progressed_on")
        if progressed is None:
            return None
        last, source = facts.get(f"{name}_last_dose_on"), "documented"
        if last is None:
            last, source = self._last_claim(request["person_id"], CLASSES[name].codes, progressed), "claims"
        if last is None:
            self.paths.add("no_last_dose")
            return None
        if progressed <= last:
            self.paths.add(f"{source}_on_therapy")
            return True
        setting = facts.get(f"{name}_setting")
        if setting is None and f"{name}_setting" in self.raised(request):
            self.paths.add("unreadable_setting")
        ends = {word: add_months(last, months) for word, months in CLASSES[name].months.items()}
        if any(end.day != last.day for end in ends.values()):
            self.paths.add("clipped_month")
        found = {progressed <= end for word, end in ends.items() if setting in (None, word)}
        resistant = found.pop() if len(found) == 1 else None
        kind = setting or ("settings_agree" if resistant is not None else "settings_differ")
        self.paths.add(f"{source}_{kind}" + {True: "_resistant", False: "_sensitive", None: ""}[resistant])
        return resistant

    def _last_claim(self, person: str, codes: frozenset[str], until: date) -> date | None:
        """The latest day of a paid, standing claim line of the class, whoever paid."""
        return max(
            (
                row["service_date"]
                for row in self.extract.rows.get("medical_claim", ())
                if row["person_id"] == person
                and row["hcpcs_code"] in codes
                and row["service_date"] is not None
                and row["service_date"] <= until
                and (row["service_unit_quantity"] or Decimal(0)) > 0
                and claim_of(row) not in self._fates
                and row["claim_status"] != "denied"
            ),
            default=None,
        )
