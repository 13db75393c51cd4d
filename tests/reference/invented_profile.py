"""What extracts of an invented drug must hold to reach a policy's boundaries, read from its file."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.reference.from_toml import code_lists, read_policy
from tests.reference.rules import Policy

Table = dict[str, Any]
ELSEWHERE = {
    "diagnosis_code": ("Z00.00", "C50.911"),
    "prescriber_specialty": ("207Q00000X",),
    "requested_dose_mg_per_m2": ("16", "40.01"),
    "approved_units": ("90", "540"),
}


@dataclass(frozen=True)
class Profile:
    """A policy, its payers (the second by configuration), and by fact the values on either side of each bound."""

    policy: Policy
    payers: tuple[str, str]
    values: dict[str, list[str]]
    speaking_for: dict[str, str]  # one value of each fact that its first test accepts
    asked: dict[str, str]  # by question its type

    @property
    def config(self) -> dict[str, str]:
        return {self.payers[1]: self.policy.id}


def profile(file: Path) -> Profile:
    stated = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    lists = code_lists(stated, file.parent)
    values: dict[str, list[str]] = defaultdict(list)
    speaking_for: dict[str, str] = {}
    for test in _tests(stated):
        near = list(_near(test, lists))
        speaking_for.setdefault(test["fact"], near[0])
        values[test["fact"]] += near
    questions = stated.get("question", [])
    for question in questions:
        known = {"yes_no": ["yes", "no"], "word": question.get("words", []), "number": ["2"], "date": []}
        values[question["name"]] += known[question["type"]]
    for fact, others in ELSEWHERE.items():
        values[fact] += others
    policy = read_policy(file)
    payers = (stated["payers"][0], f"{stated['payers'][0]} Two")
    return Profile(policy, payers, dict(values), speaking_for, {each["name"]: each["type"] for each in questions})


def _tests(stated: Table) -> Iterator[Table]:
    """Every test of one fact: of criteria, flags and indications."""
    roots = [each["test"] for each in stated["criterion"].values() if "test" in each]
    roots += [each["test"] for each in stated.get("flag", {}).values()]
    roots += [each["when"] for version in stated["version"] for each in version.get("indication", [])]
    while roots:
        test = roots.pop(0)
        if "fact" in test:
            yield test
        for word in ("all", "any", "none", "of"):
            roots += test.get(word, [])


def _near(test: Table, lists: dict[str, frozenset[str]]) -> Iterator[str]:
    """Values about what the test asks, the first one accepted."""
    if "one_of" in test:
        yield from test["one_of"]
    if "code_list" in test:
        yield from sorted(lists[test["code_list"]])[:3]
    for prefix in (*test.get("prefixes", ()), *test.get("silent_prefixes", ())):
        yield prefix if "." in prefix else f"{prefix}.9"
    for word, step in (("at_least", 0), ("at_most", 0), ("above", 1), ("below", -1)):
        if word in test:
            bound, fine = Decimal(str(test[word])), Decimal("0.1")
            yield from (str(bound + step * fine), str(bound), str(bound - fine), str(bound + fine))
