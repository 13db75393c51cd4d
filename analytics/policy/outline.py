"""A policy as an outline that text, HTML and Markdown are written from: parts of lines, each with its passage."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from analytics.policy.dosing import Regimen
from analytics.policy.model import COURSE_GAP_DAYS, Policy, Version
from analytics.policy.rules import Length, LengthKind, Node
from analytics.policy.saying import (
    evidence_documents,
    evidence_words,
    judged_by,
    lab_units,
    limit_notes,
    new_course,
    raised_when,
    several,
    therapy_words,
    vial_words,
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line: what it is about (`name`), what it says, the passage that it rests on, and what hangs below it.

    `more` are sentences about the line itself. `is_chosen`: of several, the one that is shown in full.
    """

    says: str
    name: str = ""
    passage: str = ""
    more: tuple[str, ...] = ()
    below: tuple["Line", ...] = ()
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A headed part of the outline. The lines of a tree hang together by branches."""

    title: str
    lines: tuple[Line, ...]
    is_tree: bool = False


@dataclass(frozen=True, slots=True)
class Outline:
    """What text, HTML and Markdown are written from: a title, facts as name and value, and the parts.

    `kicker` says over the title what kind of thing it is, `foot` what a reader should know at the end.
    """

    kicker: str
    title: str
    facts: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    foot: str = ""


def of_policy(policy: Policy, parts: list[Part]) -> Outline:
    """Parts of a policy's outline under the policy's own head."""
    facts = (
        ("Policy", policy.id),
        ("Drug", policy.drug),
        ("Payers", payers(policy)),
        ("Citations", f"in brackets; without a document's name they are of {policy.documents[0].name}"),
    )
    foot = "Labels and notes are our own words; the documents named are the rule."
    return Outline("Drug policy", policy.title, facts, tuple(parts), foot)


def payers(policy: Policy) -> str:
    """The payers that a policy names, or where they are named instead."""
    return ", ".join(policy.payers) or "none named; the configuration says whose policy it is"


def outline(policy: Policy, on: date | None = None) -> list[Part]:
    """The whole policy, with the version in force on that date; without one, with its latest version."""
    version = policy.versions[-1] if on is None else policy.version_on(on)
    return outlined(policy, version, "the latest version" if on is None else f"the version in force on {on}")


def outlined(policy: Policy, version: Version, why: str) -> list[Part]:
    """The whole policy with one of its versions, and in words why this one."""
    of = f"(version {version.name})"
    parts = [
        Part("Sources", tuple(_sources(policy))),
        Part("Products", tuple(_products(policy))),
        Part("Versions", tuple(_versions(policy, version, why))),
        Part(f"Authorization length {of}", tuple(_lengths(version, policy))),
        Part(f"Dosing limits {of}", tuple(_limits(version, policy))),
        Part(f"Indications {of}: the first that fits", tuple(_indications(version, policy))),
        *_trees(policy, version, of),
        Part("Flags (worth noticing, deciding nothing)", tuple(_flags(policy))),
        Part("What a request may document", tuple(_questions(policy))),
        Part("What else can answer", tuple(_derivations(policy))),
        Part("Code lists", tuple(_code_lists(policy))),
        Part("Notes that inform without deciding", tuple(_notes(policy))),
        Part("Revision history", tuple(_revisions(policy))),
    ]
    return [part for part in parts if part.lines]


def passage_of(policy: Policy, citation: str | None) -> str:
    """The citation as it is, or its passage alone where it is of the policy's own document."""
    return (citation or "").removeprefix(f"{policy.documents[0].name}, ")


def _sources(policy: Policy) -> Iterator[Line]:
    for document in policy.documents:
        dated = "" if document.dated is None else f", {document.dated}"
        yield Line(f"{document.name}: {document.title}. Publisher: {document.publisher}{dated}.")


def _products(policy: Policy) -> Iterator[Line]:
    for each in policy.products:
        yield Line(f"{each.label}; 1 unit = {each.mg_per_unit} mg", each.hcpcs_code, passage_of(policy, each.citation))
    for vial in policy.vials:
        yield Line(f"{vial.label}; {vial_words(vial)}", vial.ndc, passage_of(policy, vial.citation))


def _versions(policy: Policy, shown: Version, why: str) -> Iterator[Line]:
    for version in policy.versions:
        first = "from the start" if version.effective_from is None else f"from {version.effective_from}"
        until = version.effective_until
        last = "on" if until is None else f"to {until - timedelta(days=1)}"
        says = f"in force {first} {last}. {version.label}"
        yield Line(says, version.name, passage_of(policy, version.citation), is_chosen=version is shown)
    yield Line(f"Shown below (>): {shown.name}, {why}.")


def _lengths(version: Version, policy: Policy) -> Iterator[Line]:
    """What the version states, then what its indications state in its place."""
    usual = spelled_length(version.length_months, version.length_days) + _renews(version.other_lengths)
    yield Line(usual, "", passage_of(policy, version.length_citation))
    yield from (_length(kind, length, policy) for kind, length in version.other_lengths.items())
    for indication in version.indications:
        for kind, length in indication.lengths.items():
            renews = _renews(indication.lengths) if kind == "initial" else ""
            yield _length(kind, length, policy, f" ('{indication.name}'){renews}")


def _renews(stated: Mapping[LengthKind, Length]) -> str:
    """That the length of a first approval holds for renewals too, where none of their own is stated beside it."""
    return "" if "renewal" in stated else ", for a renewal too"


def _length(kind: LengthKind, length: Length, policy: Policy, where: str = "") -> Line:
    of = {"initial": "", "renewal": " for a renewal", "exception": " for an approved exception"}[kind]
    return Line(spelled_length(length.months, length.days) + of + where, "", passage_of(policy, length.citation))


def _indications(version: Version, policy: Policy) -> Iterator[Line]:
    for indication in version.indications:
        more = [f"a request is of it when {indication.when.describe()}"]
        if indication.regimens:
            more.append(f"regimens: {', '.join(indication.regimens)}")
        yield Line(indication.label, indication.name, passage_of(policy, indication.citation), tuple(more))


def spelled_length(months: int, days: int) -> str:
    """A length of time in words."""
    return several(months, "month") if months else several(days, "day")


def _limits(version: Version, policy: Policy) -> Iterator[Line]:
    if len(version.regimens) > 1:
        yield Line("An administration must keep all limits of any one regimen.")
    yield from (_regimen(regimen, policy) for regimen in version.regimens)
    if version.bsa_cap_m2 is not None:
        says = f"Body surface area is capped at {version.bsa_cap_m2} m² before use"
        yield Line(says, "", passage_of(policy, version.bsa_cap_citation))
    if version.weight_cap_kg is not None:
        says = f"Body weight is capped at {version.weight_cap_kg} kg before use"
        yield Line(says, "", passage_of(policy, version.weight_cap_citation))
    yield from _course(version, policy)


def _course(version: Version, policy: Policy) -> Iterator[Line]:
    if policy.has_courses():
        days, own = version.course_gap_days(), version.course_after_days is None
        usual = f"{several(days - COURSE_GAP_DAYS, 'day')} between doses and {COURSE_GAP_DAYS} more"
        silent = f"; the policy doesn't say: {usual}" if own else ""
        yield Line(new_course(days) + silent, "", passage_of(policy, version.course_citation))


def _regimen(regimen: Regimen, policy: Policy) -> Line:
    limits = tuple(
        Line(
            limit.label,
            limit.id + (" (advisory)" if limit.advisory else ""),
            passage_of(policy, limit.citation),
            judged_by(limit) + limit_notes(limit, policy),
        )
        for limit in regimen.limits
    )
    return Line(regimen.label, regimen.name, passage_of(policy, regimen.citation), below=limits)


def _trees(policy: Policy, version: Version, of: str) -> Iterator[Part]:
    yield Part(f"Criteria of an initial request {of}", (_node(version.initial, policy),), is_tree=True)
    if version.renewal == version.initial:
        lines, is_tree = Line("The same criteria as for an initial request."), False
    else:
        lines, is_tree = _node(version.renewal, policy, version.initial), True
    yield Part(f"Criteria of a renewal {of}", (lines,), is_tree)
    for indication in version.indications:
        for kind, tree in (("an initial request", indication.initial), ("a renewal", indication.renewal)):
            title = f"Criteria of {kind} for '{indication.name}', beside those of every request {of}"
            yield Part(title, (_node(tree, policy),), is_tree=True)


def _node(node: Node, policy: Policy, seen: Node | None = None) -> Line:
    """A node and what is below it; one with the same children as `seen`, which was shown already, points to it."""
    criterion = node.criterion
    is_seen = seen is not None and bool(node.children) and node.children == seen.children
    more = []
    if criterion.rule is not None:
        presumed = "; not met where no indication fits" if criterion.is_listed else ""
        presumed += "; presumed when nobody raised it" if criterion.presumed else ""
        more.append(f"met when {criterion.rule.describe()}{presumed}")
    if criterion.remark is not None:
        more.append(f"Note: {criterion.remark}")
    if is_seen and seen is not None:
        more.append(f"the same criteria as below {seen.criterion.id} above")
    operator = f"at least {node.needed}" if node.operator == "at_least" else node.operator
    name = criterion.id + ("" if operator is None else f" ({operator} of:)")
    below = () if is_seen else tuple(_node(child, policy, seen) for child in node.children)
    return Line(criterion.label, name, passage_of(policy, criterion.citation), tuple(more), below)


def _flags(policy: Policy) -> Iterator[Line]:
    for flag in policy.flags:
        yield Line(flag.label, flag.name, passage_of(policy, flag.citation), (raised_when(flag, policy),))


def _questions(policy: Policy) -> Iterator[Line]:
    for question in policy.questions.values():
        answer = " or ".join(question.words) or question.answer_type.replace("_no", " or no")
        yield Line(question.label, f"{question.name} ({answer})")


def _derivations(policy: Policy) -> Iterator[Line]:
    for age in policy.ages:
        says = f"{age.fact}: the birth date in eligibility, before any answer"
        yield Line(says, "", passage_of(policy, age.citation))
    for since in policy.days_since:
        says = f"{since.fact}, if unanswered: the days from {since.question} to the received date"
        yield Line(says, "", passage_of(policy, since.citation))
    for lab in policy.labs:
        days = several(lab.days, "day")
        says = f"{lab.fact}: {lab.label}, the latest of the {days} up to the received date, before any answer"
        yield Line(says, "", passage_of(policy, lab.citation), lab_units(lab))
    for therapy in policy.prior_therapies:
        yield Line(therapy_words(therapy), "", passage_of(policy, therapy.citation))
    for one in policy.therapy_evidences:
        yield Line(evidence_words(one), "", passage_of(policy, one.citation), evidence_documents(one))
    for each in policy.resistances:
        spans = ", ".join(f"{several(months, 'month')} ({setting})" for setting, months in each.months.items())
        says = f"{each.fact}, if unanswered: progression during {each.drug_class} therapy or soon after: {spans}"
        yield Line(says, "", passage_of(policy, each.citation))
    for implied in policy.implications:
        says = f"{implied.fact}, if unanswered: {implied.value} where {implied.if_fact} = {implied.if_value}"
        yield Line(says, "", passage_of(policy, implied.citation))


def _code_lists(policy: Policy) -> Iterator[Line]:
    for listed in policy.code_lists.values():
        more = (", ".join(code.code for code in listed.codes),)
        yield Line(listed.label, f"{listed.name} ({listed.system})", passage_of(policy, listed.citation), more)


def _notes(policy: Policy) -> Iterator[Line]:
    for note in policy.notes:
        yield Line(f"{note.topic}: {note.text}", "", passage_of(policy, note.citation))


def _revisions(policy: Policy) -> Iterator[Line]:
    for revision in policy.revisions:
        yield Line(revision.summary, str(revision.dated), passage_of(policy, revision.citation))


def as_text_list(policies: Mapping[str, Policy]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every policy's id with what a list says of it, as name and value."""
    return [
        (
            policy.id,
            [
                ("", policy.title),
                ("Drug", policy.drug),
                ("Payers", payers(policy)),
                ("Versions", ", ".join(version.name for version in policy.versions)),
            ],
        )
        for policy in policies.values()
    ]
