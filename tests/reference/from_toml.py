"""A policy of the twin's, read from its file as docs/policies.md says, by nothing of the product's."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from tests.reference import leaves, words
from tests.reference.rules import (
    FOREVER,
    DrugClass,
    Flag,
    Indication,
    Lab,
    Length,
    Limit,
    Node,
    Policy,
    Resistance,
    Test,
    Therapy,
    Version,
)
from tests.reference.words import Reader

Table = dict[str, Any]
T = TypeVar("T")
AFTER_INTERVAL = 60  # days without a dose, beyond the longest interval, that end a course


LIMIT = {"id", "kind", "at_most", "counted_in", "window_days", "grace_days", "cycles", "span", "doses"}
LIMIT |= {"advisory", "label", "citation"}
SITE = {"id", "kind", "places", "doses", "advisory", "label", "citation"}
# The keys of each kind of limit.
KINDS = {"dose": LIMIT | {"per", "rounding"}, "units": LIMIT | {"per"}, "frequency": LIMIT, "site_of_care": SITE}


def read_policy(file: Path) -> Policy:
    """The policy that a file states."""
    stated = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    return _File(stated, file.parent).policy()


def unknown_parts(file: Path) -> set[str]:
    """What a file's limits ask that the twin doesn't know: other kinds of limits, and other keys of one."""
    stated = tomllib.loads(file.read_text(encoding="utf-8"))
    limits = [limit for version in stated["version"] for each in version["regimen"] for limit in each["limit"]]
    kinds = {limit["kind"] for limit in limits} - KINDS.keys()
    return kinds | {key for limit in limits for key in limit.keys() - KINDS.get(limit["kind"], limit.keys())}


def _number(value: Any) -> Decimal:
    return Decimal(str(value))


def _length(stated: Table) -> Length:
    return (stated["months"], "months") if "months" in stated else (stated["days"], "days")


def _reader(question: Table) -> Reader:
    if question["type"] == "word":
        return words.one_of(*question["words"])
    readers: dict[str, Reader] = {"yes_no": words.yes_no, "number": words.number, "date": words.day}
    return readers[question["type"]]


class _File:
    def __init__(self, stated: Table, folder: Path) -> None:
        self.stated = stated
        self.folder = folder
        self.codes = {each["hcpcs_code"]: _number(each["mg_per_unit"]) for each in stated["product"]}
        self.lists = code_lists(stated, folder)
        self.criteria: dict[str, Table] = stated["criterion"]

    def policy(self) -> Policy:
        stated, many = self.stated, self._many
        tested = {id: each for id, each in self.criteria.items() if "test" in each}
        prior = many("prior_therapy", self._therapy)
        flags = [
            Flag(name, self.test(each["test"]), each.get("request_type"))
            for name, each in stated.get("flag", {}).items()
        ]
        flags += [Flag(f"{one.name}_contradicted", leaves.is_yes(f"{one.name}_contradicted")) for one in prior]
        versions = [self._version(each, n == 0) for n, each in enumerate(stated["version"])]
        ages = [each["fact"] for each in stated.get("age", [])]
        return Policy(
            id=stated["id"],
            payers=tuple(stated.get("payers", [])),
            versions=tuple(versions),
            drug=stated["drug"],
            codes=self.codes,
            vials={code: tuple(self._vials(code)) for code in self.codes},
            tests={id: self.test(each["test"]) for id, each in tested.items()},
            presumed={id: frozenset(_facts(each["test"])) for id, each in tested.items() if each.get("presumed")},
            readers={each["name"]: _reader(each) for each in stated.get("question", [])},
            flags=tuple(flags),
            age=ages[0] if ages else None,
            days_since=many("days_since", lambda each: (each["fact"], each["question"])),
            labs=many("lab", _lab),
            resistances=many("resistance", self._resistance),
            implications=many("implication", _implication),
            prior_therapies=prior,
            evidence=many("therapy_evidence", self._therapy),
            listed=frozenset(id for id, each in self.criteria.items() if each.get("listed")),
        )

    def _vials(self, code: str) -> Iterable[Decimal]:
        """What may be opened for a dose billed under a code: another maker's vial isn't it."""
        return (_number(each["mg"]) for each in self.stated["vial"] if each.get("hcpcs_code", code) == code)

    def _many(self, name: str, read: Callable[[Table], T]) -> tuple[T, ...]:
        return tuple(read(each) for each in self.stated.get(name, []))

    # ---- Tests and trees

    def test(self, stated: Table) -> Test:
        if "of" in stated:
            return leaves.some(stated["at_least"], *map(self.test, stated["of"]))
        for word, fold in (("all", leaves.both), ("any", leaves.either), ("none", leaves.neither)):
            if word in stated:
                return fold(*map(self.test, stated[word]))
        fact = stated["fact"]
        read = words.diagnosis if fact == "diagnosis_code" else words.text
        silent = [str(read(prefix)) for prefix in stated.get("silent_prefixes", [])]
        return leaves.told(fact, self._holds(stated, fact, read), silent)

    def _holds(self, stated: Table, fact: str, read: Reader) -> Callable[[Any], bool]:
        if "one_of" in stated:
            wanted = {read(value) for value in stated["one_of"]}
            return lambda value: value in wanted
        if "prefixes" in stated:
            prefixes = tuple(str(read(prefix)) for prefix in stated["prefixes"])
            return lambda value: str(value).startswith(prefixes)
        if "code_list" in stated:
            codes = self.lists[stated["code_list"]]
            return lambda value: value in codes
        bounds: dict[str, Callable[[Any, Any], bool]] = {
            "at_least": lambda value, bound: value >= bound,
            "at_most": lambda value, bound: value <= bound,
            "above": lambda value, bound: value > bound,
            "below": lambda value, bound: value < bound,
        }
        asked = [(holds, leaves.Fraction(stated[word])) for word, holds in bounds.items() if word in stated]
        assert asked, f"a test of {fact} that compares nothing"
        return lambda value: all(holds(leaves.Fraction(value), bound) for holds, bound in asked)

    def _node(self, stated: str | Table, depth: int = 0) -> Node:
        """A node; conjuncts are the root's children, and in place of a heading among these its own."""
        if isinstance(stated, str):
            return Node(stated, conjunct=depth == 1)
        operator = next(word for word in ("all", "any", "of") if word in stated)
        is_heading = bool(self.criteria[stated["id"]].get("heading"))
        below = depth if depth == 1 and is_heading else depth + 1
        children = tuple(self._node(child, below) for child in stated[operator])
        return Node(
            stated["id"],
            "at_least" if operator == "of" else operator,
            children,
            conjunct=depth == 1 and not is_heading,
            needed=stated.get("at_least", 0),
            heading=is_heading,
        )

    # ---- Versions

    def _version(self, stated: Table, is_first: bool) -> Version:
        trees = {kind: self._node(stated[kind]) for kind in ("initial", "renewal")}
        caps = {
            name: _number(stated[name][unit])
            for name, unit in (("bsa_cap", "m2"), ("weight_cap", "kg"))
            if name in stated
        }
        regimens = {each["name"]: tuple(map(self._limit, each["limit"])) for each in stated["regimen"]}
        course = stated["course"]["new_after_days"] if "course" in stated else _silent_course(regimens)
        return Version(
            name=stated["dated"].isoformat(),
            effective_from=None if is_first else stated["dated"],
            length=_length(stated["authorization_length"]),
            cap=caps.get("bsa_cap"),
            regimens=regimens,
            trees=trees,
            course_days=course,
            weight_cap=caps.get("weight_cap"),
            lengths=_lengths(stated, "renewal", "exception"),
            indications=tuple(self._indication(each, stated) for each in stated.get("indication", [])),
        )

    def _indication(self, stated: Table, version: Table) -> Indication:
        """Its own criteria hang below the version's root."""
        trees = {}
        for kind in ("initial", "renewal"):
            whole = {**version[kind], "all": [*version[kind]["all"], stated[kind]]}
            trees[kind] = self._node(whole)
        lengths = _lengths(stated, "renewal", "exception")
        if "authorization_length" in stated:
            lengths["initial"] = _length(stated["authorization_length"])
        regimens = frozenset(stated["regimens"]) if "regimens" in stated else None
        return Indication(stated["name"], self.test(stated["when"]), trees, lengths, regimens)

    def _limit(self, stated: Table) -> Limit:
        counted = stated.get("counted_in", "mg" if stated["kind"] == "dose" else "units")
        doses = stated.get("doses")
        rounding = stated.get("rounding", {})
        return Limit(
            id=stated["id"],
            kind="cumulative" if stated["kind"] == "units" and "per" in stated else stated["kind"],
            amount=_number(stated.get("at_most", 0)),
            window=stated.get("window_days", 0),
            advisory=stated.get("advisory", False),
            per=stated.get("per", "m2"),
            round_to=rounding.get("to"),
            percent=rounding.get("percent", 0),
            doses=(doses["from"], doses.get("to", FOREVER)) if doses is not None else None,
            span=stated.get("span"),
            cycles=stated.get("cycles"),
            mg_each=next(iter(self.codes.values())) if counted == "units" else Decimal(1),
            grace=stated.get("grace_days", 0),
            places=frozenset(stated.get("places", [])),
        )

    # ---- What else answers a question

    def _therapy(self, stated: Table) -> Therapy:
        return Therapy(
            name=stated.get("therapy", stated.get("fact")),
            codes=self.lists[stated["code_list"]] if "code_list" in stated else frozenset(),
            ndcs=tuple(sorted(self.lists[stated["ndc_list"]])) if "ndc_list" in stated else (),
            months=stated.get("months", 0),
            around=stated.get("around_days"),
            doses=stated.get("doses"),
            days=stated.get("days"),
            fact=stated.get("fact"),
            implied_by=stated.get("implied_by"),
        )

    def _resistance(self, stated: Table) -> Resistance:
        drug = DrugClass(self.lists[stated["code_list"]], dict(stated["months"]))
        return Resistance(stated["fact"], drug, stated["progressed_on"], stated["last_dose_on"], stated["setting"])


def code_lists(stated: Table, folder: Path) -> dict[str, frozenset[str]]:
    """The codes of each list as extracts are read; of an NDC of any package the first nine digits."""
    found = {}
    for name, each in stated.get("code_list", {}).items():
        codes = [one["code"] for one in each.get("codes", [])]
        if "file" in each:
            with (folder / each["file"]).open(encoding="utf-8", newline="") as stream:
                codes += [row["code"] for row in csv.DictReader(stream)]
        found[name] = frozenset(_as_read(code, each["system"]) for code in codes)
    return found


def _as_read(code: str, system: str) -> str:
    if system == "NDC":
        read = code.lower().removesuffix("xx")
        return str(words.ndc(code)) if read == code.lower() else str(words.ndc(f"{read}00"))[:9]
    return str(words.diagnosis(code) if system == "ICD-10-CM" else words.code(code))


def _facts(test: Table) -> Iterable[str]:
    """The facts that a test asks for."""
    if "fact" in test:
        yield test["fact"]
    for word in ("all", "any", "none", "of"):
        for each in test.get(word, []):
            yield from _facts(each)


def _lab(stated: Table) -> Lab:
    factors = None
    if stated.get("value", "upper_limit_multiple") == "result":
        factors = {stated["unit"].lower(): Decimal(1)}
        factors |= {each["unit"].lower(): _number(each["factor"]) for each in stated.get("conversion", [])}
    return Lab(stated["fact"], stated["loinc"], stated["days"], factors)


def _implication(stated: Table) -> tuple[str, str, str, str]:
    asked, then = stated["if"], stated["then"]
    return asked["fact"], asked["value"], then["fact"], then["value"]


def _lengths(stated: Table, *kinds: str) -> dict[str, Length]:
    return {kind: _length(stated[f"{kind}_length"]) for kind in kinds if f"{kind}_length" in stated}


def _silent_course(regimens: dict[str, tuple[Limit, ...]]) -> int:
    """Where the policy is silent: the longest interval of its frequency limits, and 60 days."""
    limits = [limit for each in regimens.values() for limit in each if limit.kind == "frequency" and limit.window]
    return AFTER_INTERVAL + max((-(-limit.window // int(limit.amount)) for limit in limits), default=0)
