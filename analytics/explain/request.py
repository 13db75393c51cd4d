"""One request explained: the version in force, its tree with record, documents and evidence, and what is missing."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from analytics.errors import UserError
from analytics.explain import asked, queries
from analytics.explain.evidence import Evidence
from analytics.explain.explanation import PERSONS, Explanation, lower_first
from analytics.explain.indication import by_facts, open_facts
from analytics.explain.queries import Row
from analytics.explain.therapy import before_request
from analytics.policy.model import Policy, Version
from analytics.policy.outline import Line, Outline, Part, passage_of, spelled_length
from analytics.policy.rules import Indication, Length, Node
from analytics.results.words import CONSISTENCY, REQUEST_FLAGS

if TYPE_CHECKING:
    from analytics.study import Study

_VALUES = {"met": "met", "not_met": "not met", "unknown": "not documented"}
#: What the documents say against a decision, where the record doesn't say it already.
_AGAINST = {
    ("approved", "not_met"): "Approved, though by the documents the criteria are not met",
    ("denied", "met"): "Denied, though by the documents all criteria are met",
}
_RECORDED = {1: "met", -1: "not met", 0: "nothing"}


def explain_request(study: "Study", authorization_id: str) -> Explanation:
    """Why a request's criteria came out as they did, and whether its decision agrees.

    Raises `UserError` where there is no such request, or it could not be used.
    """
    row = _one(study, authorization_id)
    rules = study.policies[row["policy_id"]]
    version = next(version for version in rules.versions if version.name == row["policy_version"])
    named = asked.indication(study, authorization_id)
    indication = next((each for each in version.indications if each.name == named), None)
    tree = version.tree(row["request_type"], indication)
    found = asked.criteria(study, authorization_id)
    evidence = Evidence(study, row, rules)
    told = _Told(found, evidence, rules, asked.recorded(study, authorization_id))
    indicated = tuple(_indication(version, indication, evidence))
    parts = (
        Part("Verdict", tuple(_verdict(row, tree, told))),
        Part("The request", (*_request(study, row, version, indication, rules), *indicated)),
        Part("Criteria", (told.node(tree),), is_tree=True),
        Part("Reviews that are not used", tuple(_unused(study, authorization_id, tree))),
        Part("What the request documents", tuple(evidence.lines())),
        Part("Other drugs before it, by claims", tuple(before_request(study, row, rules, evidence.answers))),
    )
    facts = (
        ("Request", authorization_id),
        ("Person", row["person_id"]),
        ("Payer", row["payer"]),
        ("Policy", f"{rules.id}, version {version.name}: {_why(row, version)}"),
        ("As of", str(study.as_of)),
        ("Keep safe", PERSONS),
    )
    foot = f"Citations without a document's name are of {rules.documents[0].name}."
    title = f"{row['request_type'].capitalize()} request for {rules.drug}, received on {row['received_on']}"
    outline = Outline("One request explained", title, facts, tuple(part for part in parts if part.lines), foot)
    return Explanation(outline)


def _one(study: "Study", authorization_id: str) -> Row:
    found = queries.requests(study, "authorization_id", authorization_id)
    if found:
        return found[0]
    refused = queries.refused(study, "authorization", "authorization_id", authorization_id)
    if refused:
        reasons = ", ".join(row["reason"].replace("_", " ") for row in refused)
        raise UserError(f"The authorization '{authorization_id}' could not be used ({reasons}), so it was not judged.")
    raise UserError(
        f"There is no authorization '{authorization_id}' in scope: a wrong id, another drug's, or of a payer without "
        "a policy."
    )


def _why(row: Row, version: Version) -> str:
    day: date = row["judged_on"]
    what = "decided" if row["decided_on"] == day else "received, and without a dated decision,"
    since = f" (since {version.effective_from})" if version.effective_from else ""
    return f"in force on {day}{since}, when it was {what}".rstrip(",")


def _request(
    study: "Study", row: Row, version: Version, indication: Indication | None, policy: Policy
) -> Iterator[Line]:
    decided = f"{row['decision'].replace('_', ' ')} on {row['decided_on']}" if row["decided_on"] else row["decision"]
    yield Line(f"Received on {row['received_on']}, {row['priority'] or 'standard'}; {decided.replace('_', ' ')}")
    if row["appeal_decision"]:
        yield Line(f"Appeal: {row['appeal_decision']}; finally {row['final_decision'].replace('_', ' ')}")
    if row["is_finally_approved"] and row["approved_from"]:
        long = "; longer than the policy allows" if row["approved_too_long"] else ""
        yield Line(f"Approved from {row['approved_from']} to {row['approved_to']}{long}")
        length = version.length(row["request_type"], indication, bool(row["exception_approved"]))
        until = asked.approval_end(study, row["authorization_id"])
        which = _which_length(length, row["request_type"], version, indication)
        says = f"The policy allows {spelled_length(length.months, length.days)}, until {until}: {which}"
        yield Line(says, "", passage_of(policy, length.citation))


def _which_length(length: Length, request_type: str, version: Version, indication: Indication | None) -> str:
    """Which of the stated lengths it is, as words."""
    of, stated = "", version.other_lengths
    # By identity: the version may state the same length with the same passage.
    if indication is not None and any(each is length for each in indication.lengths.values()):
        of, stated = f" of the indication '{indication.name}'", indication.lengths
    kind = next((kind for kind, each in stated.items() if each is length), "initial")
    if kind != "initial":
        return f"the length of {'a renewal' if kind == 'renewal' else 'an approved exception'}{of}"
    return f"the length of an approval{of}" + (", for a renewal too" if request_type == "renewal" else "")


def _indication(version: Version, indication: Indication | None, evidence: Evidence) -> Iterator[Line]:
    if indication is not None:
        yield Line(f"Asked for: {indication.label}, by {by_facts(indication, evidence.known)}", indication.name)
    elif version.indications:
        unknown = open_facts(version, evidence.known)
        if unknown:
            told = tuple(f"{fact}: {evidence.sentence(fact)}" for fact in unknown)
            yield Line("Which of the policy's indications it is asked for can't be told", more=told)
        else:
            yield Line("Asked for none of the indications that the policy lists")


def _unused(study: "Study", authorization_id: str, tree: Node) -> Iterator[Line]:
    """The records of reviews that could not be used, and why."""
    there = {node.criterion.id for node in tree.walk()}
    for row in asked.unused_reviews(study, authorization_id):
        why = (row["reason"] or "").replace("_", " ")
        if row["reason"] == "unknown_criterion":
            is_here = row["criterion_id"] in there
            why = "reviews count at what is below it" if is_here else "none of the criteria that this request faces"
        wrote = (row["determination"] or "something that can't be read").replace("_", " ")
        yield Line(f"{wrote}; not used: {why}", row["criterion_id"] or "no criterion")


def _verdict(row: Row, tree: Node, told: "_Told") -> Iterator[Line]:
    came = told.found[tree.criterion.id]
    record = "no record of reviews in the extracts" if came["reviewed"] is None else _VALUES[came["reviewed"]]
    answers = "no answers in the extracts" if came["evaluated"] is None else _VALUES[came["evaluated"]]
    yield Line(f"By the reviewer's record: {record}; by the documents: {answers}")
    if row["consistency"]:
        yield Line(CONSISTENCY[row["consistency"]])
    against = _AGAINST.get((row["decision"].removeprefix("partially_"), came["evaluated"]))
    if against and came["evaluated"] != came["reviewed"]:
        yield Line(against)
    for flag in row["flags"] or ():
        named = next((each.label for each in told.policy.flags if each.name == flag), REQUEST_FLAGS.get(flag, flag))
        yield Line(f"Worth noticing: {lower_first(named)}")
    for source, words in (("reviewed", "by the record"), ("evaluated", "by the documents")):
        if came[source] in ("not_met", "unknown"):
            yield Line(f"What is missing {words}", below=tuple(told.missing(tree, source)))


class _Told:
    """A tree's nodes with what the record and the documents say of each."""

    def __init__(
        self, found: dict[str, Row], evidence: Evidence, policy: Policy, recorded: dict[str, list[str]]
    ) -> None:
        self.found, self.evidence, self.policy, self.recorded = found, evidence, policy, recorded

    def node(self, node: Node, recorded_at: str = "") -> Line:
        """A criterion, and what is below it. recorded_at: the criterion above for which the reviewer spoke already."""
        criterion, came = node.criterion, self.found[node.criterion.id]
        operator = f"at least {node.needed}" if node.operator == "at_least" else node.operator
        name = criterion.id + ("" if operator is None else f" ({operator} of:)")
        passage = passage_of(self.policy, criterion.citation)
        spoken = criterion.id if came["recorded"] else recorded_at
        below = tuple(self.node(child, spoken) for child in node.children)
        return Line(criterion.label, name, passage, tuple(self._said(node, came, recorded_at)), below)

    def _said(self, node: Node, came: Row, recorded_at: str) -> Iterator[str]:
        if came["reviewed"] is not None:
            if came["recorded"]:
                yield f"reviewer: {_RECORDED[came['recorded']]}"
            elif recorded_at:
                yield f"reviewer: recorded at {recorded_at}, which stands"
            elif came["presumed_in_review"]:
                yield "reviewer: nobody raised it, so it is presumed met"
            elif node.children:
                yield f"reviewer: {_VALUES[came['reviewed']]}, as follows from what is below"
            else:
                yield f"reviewer: {' and '.join(self.recorded.get(node.criterion.id, ['nothing recorded']))}"
        if came["evaluated"] is not None:
            if came["presumed_in_evaluation"]:
                yield "documents: nobody raised it, so it is presumed met"
            else:
                yield f"documents: {_VALUES[came['evaluated']]}"
        rule = node.criterion.rule
        if rule is not None and came["evaluated"] is not None:
            for fact in dict.fromkeys(test.fact for test in rule.tests()):
                yield f"{fact}: {self.evidence.sentence(fact)}"
            yield f"asked: {rule.describe()}"
        if node.criterion.remark:
            yield f"Note: {node.criterion.remark}"

    def missing(self, node: Node, source: str) -> Iterator[Line]:
        """The criteria that stand in the way below a node that is not met: all of them, or so many of them."""
        open_ = [child for child in node.children if self.found[child.criterion.id][source] != "met"]
        is_recorded = source == "reviewed" and self.found[node.criterion.id]["recorded"]
        if not node.children or is_recorded:
            yield Line(f"{node.criterion.label}: {_VALUES[self.found[node.criterion.id][source]]}", node.criterion.id)
        elif node.operator == "all":
            for child in open_:
                yield from self.missing(child, source)
        else:
            n_met = len(node.children) - len(open_)
            needed = (node.needed if node.operator == "at_least" else 1) - n_met
            how_many = "one" if needed == 1 else str(needed)
            below = tuple(line for child in open_ for line in self._together(child, source))
            yield Line(f"{how_many} of these", node.criterion.id, below=below)

    def _together(self, child: Node, source: str) -> Iterator[Line]:
        lines = tuple(self.missing(child, source))
        if len(lines) == 1:
            yield lines[0]
        else:
            yield Line("all of these", child.criterion.id, below=lines)
