"""Reading the worked examples of a policy file, checked against the policy that they illustrate."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from analytics.policy.dosing import AlsoGiven, DosingExample, PreviousAdministration
from analytics.policy.labs import example_labs
from analytics.policy.language_examples import BREACH_KINDS, STATUSES, UNKNOWN_REASONS
from analytics.policy.model import (
    REQUEST_FACTS,
    REQUEST_TYPES,
    CriteriaExample,
    Policy,
    Version,
)
from analytics.policy.prior_therapy import example_claims, looked_for
from analytics.policy.reader import Table, each, one_of

T = TypeVar("T")
#: How an example says that no indication fits.
NOT_LISTED = "not listed"
#: What is said of an id that the version in force has not.
OUTSIDE = "no criterion of the tree in force"
#: What is said of a fact that is no question.
UNASKED = "no question of the file"


def added(root: Table, policy: Policy) -> Policy:
    """The policy with its worked examples, `[[example.dosing]]` and `[[example.criteria]]`."""
    outer = root.table("example")
    if outer is None:
        return policy
    dosing = _each(outer, "dosing", policy, _dosing)
    criteria = _each(outer, "criteria", policy, _criteria)
    return replace(policy, dosing_examples=dosing, criteria_examples=criteria)


def _each(outer: Table, key: str, policy: Policy, read: Callable[[Table, Policy, Version, date], T]) -> tuple[T, ...]:
    """The examples that have a day, each read against the version in force on it."""
    found = []
    for table in outer.tables(key):
        day = table.day("on")
        if day is not None and policy.versions:
            found.append(read(table, policy, policy.version_on(day), day))
    return tuple(found)


def _dosing(table: Table, policy: Policy, version: Version, day: date) -> DosingExample:
    regimens = [regimen.name for regimen in version.regimens]
    decisive = [limit.id for limit in version.limits() if not limit.advisory]
    advisory = [limit.id for limit in version.limits() if limit.advisory]
    doses = [limit.id for limit in version.limits() if limit.kind == "dose"]
    status = table.choice("status", STATUSES)
    codes = [product.hcpcs_code for product in policy.products] or [""]
    return DosingExample(
        title=table.text("title"),
        on=day,
        bsa_m2=table.optional_number("bsa_m2"),
        weight_kg=table.optional_number("weight_kg"),
        hcpcs_code=_code(table, codes),
        **_units(table),
        also=each(table, "also", lambda t: AlsoGiven(_code(t, codes), **_units(t), place=t.optional_text("place"))),
        jz=table.boolean("jz"),
        regimen=table.choice("regimen", regimens) if table.has("regimen") and regimens else None,
        exception_approved=table.boolean("exception_approved"),
        authorized_days_before=table.whole("authorized_days_before") if table.has("authorized_days_before") else 0,
        previous=each(
            table, "previous", lambda t: PreviousAdministration(_code(t, codes), t.whole("days_before"), **_units(t))
        ),
        status=status,
        breach_kind=table.choice("breach_kind", BREACH_KINDS) if table.has("breach_kind") else None,
        exceeded=_words(table, "exceeded", decisive),
        advisories=_words(table, "advisories", advisory),
        unknown_reasons=_words(table, "unknown_reasons", UNKNOWN_REASONS),
        allowed_units=table.pairs("allowed_units", doses, "no dose limit of the version in force"),
        excess_units=table.optional_number("excess_units"),
        place=table.optional_text("place"),
        facts=_documented(table, policy, policy.questions, UNASKED),
        claims=example_claims(table),
        therapy=table.pairs("therapy", looked_for(policy, around=True), "not looked for around an administration"),
    )


def _code(table: Table, codes: list[str]) -> str:
    """A billing code of the policy; its first where none is given."""
    return table.choice("hcpcs_code", codes) if table.has("hcpcs_code") else codes[0]


def _units(table: Table) -> dict[str, Decimal]:
    """Units given and discarded."""
    given, discarded = table.number("administered_units"), table.optional_number("jw_units")
    return {"administered_units": given, "jw_units": discarded or Decimal(0)}


def _criteria(table: Table, policy: Policy, version: Version, day: date) -> CriteriaExample:
    request_type = table.choice("request_type", REQUEST_TYPES)
    faced = [tree for _, tree in version.faced(request_type)]
    nodes = list(dict.fromkeys(node.criterion.id for tree in faced for node in tree.walk()))
    indications = [indication.name for indication in version.indications]
    picked = table.optional_text("indication")
    if picked is not None and picked not in [*indications, NOT_LISTED]:
        table.unknown("indication", picked, "no indication of the version", [*indications, NOT_LISTED])
    asked = [*policy.questions, *REQUEST_FACTS]
    return CriteriaExample(
        title=table.text("title"),
        on=day,
        request_type=request_type,
        facts=_documented(table, policy, asked, "no question of the file and no column of the request"),
        recorded=table.pairs("recorded", nodes, OUTSIDE),
        evaluated=table.pairs("evaluated", nodes, OUTSIDE),
        reviewed=table.pairs("reviewed", nodes, OUTSIDE),
        flags=_words(table, "flags", [flag.name for flag in policy.flags]),
        indication=picked,
        claims=example_claims(table),
        evidence=table.pairs("evidence", policy.questions, UNASKED),
        therapy=table.pairs("therapy", looked_for(policy, around=False), "not looked for before a request"),
        labs=example_labs(table, {lab.loinc for lab in policy.labs}),
    )


def _documented(table: Table, policy: Policy, asked: Collection[str], what: str) -> dict[str, str]:
    """What a request documents, each fact one that its question can be answered with. what: what any other name is."""
    good = {}
    for fact, value in table.pairs("facts", asked, what).items():
        question = policy.questions.get(fact)
        kind = REQUEST_FACTS[fact] if question is None else question.answer_type
        if right := _no_answer(kind, () if question is None else question.words, str(value)):
            table.fault("facts", f"'{value}' is no answer to '{fact}'", right, hint=fact)
        else:
            good[fact] = str(value)
    return good


def _no_answer(kind: str, words: Sequence[str], text: str) -> str:
    """What would be right in place of a text that is no answer of a kind; empty where it is one."""
    if kind in ("yes_no", "word"):
        allowed = words or ("yes", "no")
        return "" if text.lower() in allowed else one_of(allowed)
    if kind not in ("number", "date"):
        return ""
    try:
        is_sound = Decimal(text).is_finite() if kind == "number" else date.fromisoformat(text).isoformat() == text
    except (InvalidOperation, ValueError):
        is_sound = False
    return "" if is_sound else "a number" if kind == "number" else "a date such as 2024-02-16"


def _words(table: Table, key: str, allowed: Collection[str]) -> tuple[str, ...]:
    found = table.texts(key)
    for word in found:
        if word not in allowed:
            table.unknown(key, word, "unknown here", allowed)
    return tuple(found)
