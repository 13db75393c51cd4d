"""A policy as plain text for people: what `um policy list` and `um policy show` print."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from textwrap import wrap

from analytics.policy.model import Policy, Version
from analytics.policy.rules import Node

WIDTH = 100


def list_text(policies: Mapping[str, Policy]) -> str:
    """Every policy with its drug, the payers that it names, and its versions."""
    blocks = []
    for policy in policies.values():
        lines = [policy.id, *_text("  ", policy.title)]
        lines += _pair("Drug", policy.drug)
        lines += _pair("Payers", _payers(policy))
        lines += _pair("Versions", ", ".join(version.name for version in policy.versions))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def show_text(policy: Policy, on: date | None = None) -> str:
    """The whole policy, with the version in force on that date; without one, with its latest version."""
    version = policy.versions[-1] if on is None else policy.version_on(on)
    lines = [policy.title, "=" * min(len(policy.title), WIDTH)]
    lines += _pair("Policy", policy.id) + _pair("Drug", policy.drug) + _pair("Payers", _payers(policy))
    lines += _pair("Citations", f"in brackets; without a document's name they are of {policy.documents[0].name}")
    for heading, section in (
        ("Sources", _sources(policy)),
        ("Products", _products(policy)),
        ("Versions", _versions(policy, version, on)),
        (f"Authorization length (version {version.name})", _length(version, policy)),
        (f"Dosing limits (version {version.name})", _limits(version, policy)),
        (f"Criteria of an initial request (version {version.name})", _tree(version.initial, policy)),
        (f"Criteria of a renewal (version {version.name})", _renewal(version, policy)),
        ("Flags (worth noticing, deciding nothing)", _flags(policy)),
        ("What a request may document", _questions(policy)),
        ("What else can answer", _derivations(policy)),
        ("Code lists", _code_lists(policy)),
        ("Notes that inform without deciding", _notes(policy)),
        ("Revision history", _revisions(policy)),
    ):
        body = list(section)
        if body:
            lines += ["", heading, "-" * len(heading), *body]
    return "\n".join(lines)


def _payers(policy: Policy) -> str:
    return ", ".join(policy.payers) or "none named; the configuration says whose policy it is"


def _sources(policy: Policy) -> Iterator[str]:
    for document in policy.documents:
        dated = "" if document.dated is None else f", {document.dated}"
        yield from _text("  ", f"{document.name}: {document.title}. Publisher: {document.publisher}{dated}.")


def _products(policy: Policy) -> Iterator[str]:
    for product in policy.products:
        text = f"{product.hcpcs_code}  {product.label}; 1 unit = {product.mg_per_unit} mg"
        yield from _cited("  ", text, policy, product.citation)
    for vial in policy.vials:
        yield from _cited("  ", f"{vial.ndc}  {vial.label}", policy, vial.citation)


def _versions(policy: Policy, shown: Version, on: date | None) -> Iterator[str]:
    for version in policy.versions:
        first = "from the start" if version.effective_from is None else f"from {version.effective_from}"
        until = version.effective_until
        last = "on" if until is None else f"to {until - timedelta(days=1)}"
        mark = "> " if version is shown else "  "
        yield from _cited(mark, f"{version.name}  in force {first} {last}. {version.label}", policy, version.citation)
    reason = "the latest version" if on is None else f"the version in force on {on}"
    yield f"  Shown below (>): {shown.name}, {reason}."


def _length(version: Version, policy: Policy) -> Iterator[str]:
    length = f"{version.length_months} months" if version.length_months else f"{version.length_days} days"
    yield from _cited("  ", length, policy, version.length_citation)


def _limits(version: Version, policy: Policy) -> Iterator[str]:
    if len(version.regimens) > 1:
        yield "  An administration must keep all limits of any one regimen."
    for regimen in version.regimens:
        yield from _cited("  ", f"{regimen.name}  {regimen.label}", policy, regimen.citation)
        for limit in regimen.limits:
            advisory = " (advisory)" if limit.advisory else ""
            yield from _cited("    ", f"{limit.id}{advisory}  {limit.label}", policy, limit.citation)
    if version.bsa_cap_m2 is not None and version.bsa_cap_citation is not None:
        text = f"Body surface area is capped at {version.bsa_cap_m2} m² before use"
        yield from _cited("  ", text, policy, version.bsa_cap_citation)


def _renewal(version: Version, policy: Policy) -> Iterator[str]:
    if version.renewal == version.initial:
        yield "  The same criteria as for an initial request."
    else:
        yield from _tree(version.renewal, policy, version.initial)


def _tree(node: Node, policy: Policy, seen: Node | None = None, first: str = "  ", rest: str = "  ") -> Iterator[str]:
    """A node and what is below it; `first` and `rest` are the branches left of its first and other lines.

    `seen` is a tree that the reader has seen already: a node with the same children only points to it.
    """
    criterion = node.criterion
    is_seen = seen is not None and bool(node.children) and node.children == seen.children
    children = () if is_seen else node.children
    below = rest + ("│   " if children else "    ")
    of = "" if node.operator is None else f" ({node.operator} of:)"
    passage = _passage(policy, criterion.citation)
    yield from _branch(first, below, f"{criterion.id}{of}  {criterion.label}  [{passage}]")
    if criterion.rule is not None:
        presumed = "; presumed when nobody raised it" if criterion.presumed else ""
        yield from _branch(below, below, f"met when {criterion.rule.describe()}{presumed}")
    if criterion.remark is not None:
        yield from _branch(below, below, f"Note: {criterion.remark}")
    if is_seen and seen is not None:
        yield from _branch(below, below, f"the same criteria as below {seen.criterion.id} above")
    for child in children:
        branch, stem = ("└── ", "    ") if child is children[-1] else ("├── ", "│   ")
        yield from _tree(child, policy, seen, rest + branch, rest + stem)


def _flags(policy: Policy) -> Iterator[str]:
    for flag in policy.flags:
        yield from _cited("  ", f"{flag.name}  {flag.label}", policy, flag.citation)
        yield from _text("    ", f"raised when {flag.rule.describe()}")


def _questions(policy: Policy) -> Iterator[str]:
    for question in policy.questions.values():
        answer = " or ".join(question.words) or question.answer_type.replace("_no", " or no")
        yield from _text("  ", f"{question.name} ({answer})  {question.label}")


def _derivations(policy: Policy) -> Iterator[str]:
    for age in policy.ages:
        yield from _cited("  ", f"{age.fact}: the birth date in eligibility, before any answer", policy, age.citation)
    for lab in policy.labs:
        text = f"{lab.fact}: {lab.label}, the latest of the {lab.days} days up to the received date"
        yield from _cited("  ", f"{text}, before any answer", policy, lab.citation)
    for each in policy.resistances:
        spans = ", ".join(f"{months} months ({setting})" for setting, months in each.months.items())
        text = f"{each.fact}, if unanswered: progression during {each.drug_class} therapy or soon after: {spans}"
        yield from _cited("  ", text, policy, each.citation)
    for each_implied in policy.implications:
        text = f"{each_implied.fact}, if unanswered: {each_implied.value} where {each_implied.if_fact}"
        yield from _cited("  ", f"{text} = {each_implied.if_value}", policy, each_implied.citation)


def _code_lists(policy: Policy) -> Iterator[str]:
    for listed in policy.code_lists.values():
        yield from _cited("  ", f"{listed.name} ({listed.system})  {listed.label}", policy, listed.citation)
        yield from _text("    ", ", ".join(code.code for code in listed.codes))


def _notes(policy: Policy) -> Iterator[str]:
    for note in policy.notes:
        yield from _cited("  ", f"{note.topic}: {note.text}", policy, note.citation)


def _revisions(policy: Policy) -> Iterator[str]:
    for revision in policy.revisions:
        yield from _cited("  ", f"{revision.dated}  {revision.summary}", policy, revision.citation)


def _pair(name: str, text: str) -> list[str]:
    return _branch(f"  {name:<9} ", " " * 12, text)


def _cited(indent: str, text: str, policy: Policy, citation: str) -> list[str]:
    return _text(indent, f"{text}  [{_passage(policy, citation)}]")


def _passage(policy: Policy, citation: str) -> str:
    """The citation as it is, or its passage alone where it is of the policy's own document."""
    return citation.removeprefix(f"{policy.documents[0].name}, ")


def _text(indent: str, text: str) -> list[str]:
    return _branch(indent, " " * (len(indent) + 2), text)


def _branch(first: str, rest: str, text: str) -> list[str]:
    """The text wrapped to the page, each line behind its indent, no code broken at a hyphen."""
    return wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
        break_long_words=False,
    )
