"""From claim lines to administrations: voids, replacements, denials, netting, conflicts, then days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from tests.reference.reading import Extract
from tests.reference.rules import Policy
from tests.reference.schema import Row

ClaimKey = tuple[str | None, str]  # data_source, claim_id


@dataclass
class Line:
    """A claim line that counts, or several netted into one."""

    rows: list[Row]
    units: Decimal
    amount: Decimal | None
    modifiers: set[str]

    @property
    def number_key(self) -> tuple[object, ...]:
        first = self.rows[0]
        return first["data_source"], first["claim_id"], first["claim_line_number"]

    @property
    def places(self) -> set[str]:
        """The places of what is left of it: what was reversed at its own place doesn't speak."""
        units: dict[str | None, Decimal] = defaultdict(Decimal)
        for row in self.rows:
            for place in {row["place"], *row.notes.get("other_places", ())}:
                units[place] += row["service_unit_quantity"]
        return {place for place, left in units.items() if place is not None and left > 0}


@dataclass(eq=False)
class Administration:
    """One payer, person, drug and service date."""

    policy: Policy
    payer: str
    person: str
    on: date
    lines: list[Line] = field(default_factory=list)

    @cached_property
    def billed_mg(self) -> Decimal:
        return sum((line.units * self._mg(line) for line in self.lines), Decimal(0))

    @cached_property
    def wasted_mg(self) -> Decimal:
        return sum((line.units * self._mg(line) for line in self.lines if "JW" in line.modifiers), Decimal(0))

    @cached_property
    def administered_mg(self) -> Decimal:
        return self.billed_mg - self.wasted_mg

    def _mg(self, line: Line) -> Decimal:
        return self.policy.codes[line.rows[0]["hcpcs_code"]]

    @cached_property
    def mg_per_unit(self) -> Decimal:
        """What one unit of its code holds: in these units it is told."""
        return self.policy.codes[self.code]

    @cached_property
    def finest_mg(self) -> Decimal:
        """The smallest of the units that it was billed in."""
        return min(self._mg(line) for line in self.lines)

    @cached_property
    def vials(self) -> tuple[Decimal, ...]:
        """What its vials may hold, in mg: those of all codes of the day."""
        codes = {line.rows[0]["hcpcs_code"] for line in self.lines}
        return tuple(sorted({mg for code in codes for mg in self.policy.vials[code]}))

    @property
    def billed(self) -> Fraction:
        return Fraction(self.billed_mg) / Fraction(self.mg_per_unit)

    @property
    def wasted(self) -> Fraction:
        return Fraction(self.wasted_mg) / Fraction(self.mg_per_unit)

    @property
    def administered(self) -> Fraction:
        return Fraction(self.administered_mg) / Fraction(self.mg_per_unit)

    @property
    def attested(self) -> bool:
        return any(line.modifiers & {"JW", "JZ"} for line in self.lines)

    @property
    def allowed_amount(self) -> Decimal | None:
        return added(line.amount for line in self.lines)

    @cached_property
    def code(self) -> str:
        """The code with the most units, then the least."""
        units: dict[str, Decimal] = defaultdict(Decimal)
        for line in self.lines:
            units[line.rows[0]["hcpcs_code"]] += line.units
        return min(units, key=lambda code: (-units[code], code))

    @cached_property
    def places(self) -> set[str]:
        """Where it was given, by all lines of units given that say so."""
        return {place for line in self.lines if "JW" not in line.modifiers for place in line.places}

    @property
    def claim_ids(self) -> list[str]:
        return sorted({line.rows[0]["claim_id"] for line in self.lines})

    def flags(self) -> list[str]:
        giving = {claim_of(line.rows[0]) for line in self.lines if "JW" not in line.modifiers}
        modifiers = {modifier for line in self.lines for modifier in line.modifiers}
        raised = {
            "possible_duplicate": len(giving) > 1,
            "possible_unit_error": 0 < self.administered < 10,
            "jw_without_partner": self.wasted_mg > 0 and self.administered_mg == 0,
            "jw_and_jz": {"JW", "JZ"} <= modifiers,
            "avoidable_waste": self.wasted_mg >= min(self.vials),
        }
        return sorted(flag for flag, is_raised in raised.items() if is_raised)


def added(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of the known amounts, null where none is known."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None


def modifiers_of(row: Row) -> set[str]:
    return {row[f"hcpcs_modifier_{n}"] for n in range(1, 6)} - {None}


def claim_of(row: Row) -> ClaimKey | None:
    return (row["data_source"], row["claim_id"]) if row["claim_id"] is not None else None


def claim_fates(rows: list[Row]) -> dict[ClaimKey, str]:
    """Void records, voided and replaced claims, told from every line there is, whatever it bills."""
    frequencies: dict[ClaimKey, set[str]] = defaultdict(set)
    originals: dict[ClaimKey, set[str]] = defaultdict(set)
    for row in rows:
        claim = claim_of(row)
        if claim is not None:
            frequencies[claim] |= {row["claim_frequency_code"]} - {None}
            originals[claim] |= {row["original_claim_id"]} - {None}
    fates: dict[ClaimKey, str] = {}
    for frequency, reason in (("7", "replaced"), ("8", "voided")):  # the stronger reason written last
        for claim, names in originals.items():
            if frequency in frequencies[claim]:
                fates |= {(claim[0], name): reason for name in names if name != claim[1]}
    return fates | {claim: "void_record" for claim, codes in frequencies.items() if "8" in codes}


def lines_that_count(extract: Extract) -> list[Line]:
    """The lines in use after each exclusion; settles the fate of every other line."""
    fates = claim_fates(extract.rows["medical_claim"])
    for row in extract.used("medical_claim"):
        if (reason := fates.get(claim_of(row))) is not None:  # type: ignore[arg-type]
            row.put("excluded", reason)
        elif row["claim_status"] == "denied":
            row.put("excluded", "denied_line")
    lines = _netted(extract.used("medical_claim"))
    repeats: dict[tuple[object, ...], list[Line]] = defaultdict(list)
    for line in lines:
        repeats[line.number_key].append(line)
    for group in repeats.values():
        if len(group) > 1:
            for row in (row for line in group for row in line.rows):
                row.put("quarantined", "conflicting_lines")
    return [line for line in lines if all(row.fate is None for row in line.rows)]


def _netted(rows: list[Row]) -> list[Line]:
    groups: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in rows:
        same = (
            row["payer"],
            row["person_id"],
            row["service_date"],
            row["hcpcs_code"],
            "JW" in modifiers_of(row),
        )
        groups[(row["data_source"], row["claim_id"], row["claim_line_number"], *same)].append(row)
    lines = []
    for group in groups.values():
        if not any(row["service_unit_quantity"] < 0 for row in group):
            lines += [_line([row]) for row in group]
            continue
        net = _line(group)
        if net.units > 0:
            lines.append(net)
        for row in group:
            if net.units == 0:
                row.put("excluded", "reversed")
            elif net.units < 0:
                row.put("quarantined", "negative_net")
    return lines


def _line(rows: list[Row]) -> Line:
    return Line(
        rows,
        sum((row["service_unit_quantity"] for row in rows), Decimal(0)),
        added(row["allowed_amount"] for row in rows),
        set().union(*(modifiers_of(row) for row in rows)),
    )


def administrations(extract: Extract) -> list[Administration]:
    """The administrations, by payer, person, date and policy (a payer has one for a drug)."""
    days: dict[tuple[str, str, date, str], Administration] = {}
    for line in lines_that_count(extract):
        row = line.rows[0]
        policy, day = extract.policy(row), (row["payer"], row["person_id"], row["service_date"])
        days.setdefault((*day, policy.id), Administration(policy, *day)).lines.append(line)
    return [days[key] for key in sorted(days)]
