"""What decides and no finding names: the last look before a comparison may say that nothing differs.

It goes by the fields of policies and versions themselves, so that what is added to them is looked at too, whether
or not anything else compares it.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal

from analytics.policy.model import Policy, Version
from analytics.policy.rules import Indication, Node, Rule
from analytics.workbench.diff_asked import Sides
from analytics.workbench.diff_kinds import Change
from analytics.workbench.diff_limits import said
from analytics.workbench.diff_logic import ALWAYS, formula
from analytics.workbench.diff_rules import form

#: Fields of a policy that decide nothing, or are looked at where they are used (code lists, criteria).
_SILENT = {"id", "title", "drug", "payers", "documents", "code_lists", "criteria", "flags", "versions", "notes"}
_SILENT |= {"revisions", "dosing_examples", "criteria_examples"}
#: The same of a version; of its dates the replay speaks.
_SILENT_OF_VERSION = {"name", "label", "citation", "effective_from", "effective_until", "length_citation"}
_SILENT_OF_VERSION |= {"bsa_cap_citation", "weight_cap_citation", "course_citation"}
#: What is said of a thing, and decides nothing, wherever it stands.
_WORDS = {"label", "citation", "remark", "drug_class"}
#: Field -> the areas whose findings may name it.
_AREAS: Mapping[str, set[str]] = {
    "products": {"code"},
    "vials": {"code"},
    "length_months": {"length"},
    "length_days": {"length"},
    "other_lengths": {"length"},
    "bsa_cap_m2": {"cap"},
    "weight_cap_kg": {"cap"},
    "course_after_days": {"course", "dose", "window", "site", "regimen"},
    "initial": {"criterion"},
    "renewal": {"criterion"},
    "regimens": {"regimen", "dose", "window", "site"},
    "indications": {"indication", "criterion", "length"},
}


def untold(sides: Sides, found: Sequence[Change]) -> Iterator[Change]:
    """What differs and none of the findings can mean, by the names that policy files have for it."""
    (a, a_version), (b, b_version) = sides
    areas = {change.area for change in found}
    told = {change.id for change in found if change.area == "fact"}
    left = [
        field
        for field, one, other in (*_pairs(a, b, _SILENT), *_pairs(a_version, b_version, _SILENT_OF_VERSION))
        if _plain(field, one, sides) != _plain(field, other, sides)
        and not (_AREAS[field] & areas if field in _AREAS else _unlike(one, other, sides) <= told)
    ]
    if left:
        sentence = f"Something else that decides differs, in {', '.join(left)}: both files tell more."
        yield Change("rest", "neutral", "changed", "", sentence, a_version.citation, b_version.citation)


def _pairs(one: Policy | Version, other: Policy | Version, silent: set[str]) -> Iterator[tuple[str, object, object]]:
    for field in fields(one):
        if field.name not in silent:
            yield field.name, getattr(one, field.name), getattr(other, field.name)


def _unlike(one: object, other: object, sides: Sides) -> set[str]:
    """The facts, therapies and questions by name that only one side has like that; a field's own value has no name."""
    found: list[dict[Hashable, str]] = []
    for value in (one, other):
        things = value.values() if isinstance(value, Mapping) else value if isinstance(value, tuple) else (value,)
        shared = [thing for thing in things if _is_shared(thing, sides)]
        found.append({_thing(thing): _name(thing) for thing in shared})
    before, after = found
    return {name for thing, name in (before | after).items() if (thing in before) != (thing in after)} or {""}


def _name(thing: object) -> str:
    return next((str(getattr(thing, name)) for name in ("therapy", "fact", "name") if hasattr(thing, name)), "")


def _plain(field: str, value: object, sides: Sides) -> Hashable:
    """A field's value as it decides: without order where there is none, without words and ids."""
    if isinstance(value, Node):
        return _tree(value)
    if field == "regimens" and isinstance(value, tuple):
        return frozenset((each.name.lower(), _bag(said(limit) for limit in each.limits)) for each in value)
    if field == "indications" and isinstance(value, tuple):
        return tuple(_indication(each) for each in value)
    if field == "course_after_days":
        # It decides where limits go by courses alone, and a policy that is silent has days all the same.
        by_course = [any(limit.needs_course() for limit in version.limits()) for _, version in sides]
        return value if all(by_course) and len({version.course_gap_days() for _, version in sides}) > 1 else None
    if field in ("vials", "products"):
        return _bag(_thing(each) for each in value) if isinstance(value, tuple) else ()
    if isinstance(value, Mapping):
        return frozenset((key, _thing(each)) for key, each in value.items() if _is_shared(each, sides))
    if isinstance(value, tuple):
        return _bag(_thing(each) for each in value if _is_shared(each, sides))
    return _thing(value)


def _is_shared(thing: object, sides: Sides) -> bool:
    """Whether both policies ask what the thing answers: else it shows as a criterion that asks for it."""
    names = [getattr(thing, name, None) for name in ("fact", "if_fact")]
    own = thing.name if hasattr(thing, "answer_type") and hasattr(thing, "name") else None
    return all(name in policy.questions for name in (*names, own) if name is not None for policy, _ in sides)


def _thing(thing: object) -> Hashable:
    if is_dataclass(thing):
        return tuple(
            (each.name, _thing(getattr(thing, each.name))) for each in fields(thing) if each.name not in _WORDS
        )
    if isinstance(thing, Mapping):
        return frozenset((key, _thing(value)) for key, value in thing.items())
    if isinstance(thing, tuple):
        return _bag(_thing(each) for each in thing)
    assert isinstance(thing, Hashable)
    return thing


def _bag(things: Iterable[Hashable]) -> Hashable:
    """Things without an order, each as often as it is there."""
    return frozenset(Counter(things).items())


def _tree(tree: Node) -> Hashable:
    """What a tree asks, of leaves by what they test."""
    asked = {
        # What is listed are the indications, which are looked at by themselves.
        node.criterion.id: f"{node.criterion.presumed} {'' if node.criterion.is_listed else _rule(node.criterion.rule)}"
        for node in tree.walk()
        if not node.children
    }
    return formula(tree, asked, lambda _: True) or ALWAYS


def _rule(rule: Rule | None) -> str:
    return _ordered(form(rule))


def _ordered(thing: object) -> str:
    """A form as text, the same for the same form in any order."""
    if isinstance(thing, frozenset):
        return "{" + ", ".join(sorted(_ordered(each) for each in thing)) + "}"
    if isinstance(thing, tuple):
        return "(" + ", ".join(_ordered(each) for each in thing) + ")"
    return f"{thing.normalize():f}" if isinstance(thing, Decimal) else repr(thing)


def _indication(one: Indication) -> Hashable:
    regimens = frozenset(name.lower() for name in one.regimens)
    return one.name, _rule(one.when), _tree(one.initial), _tree(one.renewal), regimens, _thing(one.lengths)
