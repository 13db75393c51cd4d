"""What a replay says: two sections of tables, made of what its ledger shows."""

from collections.abc import Mapping, Sequence

from analytics.disclosure import Hidden, Ledger
from analytics.policy.model import Policy
from analytics.replaying.counts import STATUSES, VALUES, Flow
from analytics.replaying.judged import Replay
from analytics.replaying.limits import NEWLY, NO_LONGER, with_limits
from analytics.report.parts import Part, Section
from analytics.report.tables import Column, Kind, Row, Table, shown
from analytics.results.words import STATUSES as STATUS_WORDS

_WORDS: Mapping[str, str] = {
    **STATUS_WORDS,
    "met": "Criteria met",
    "not_met": "Criteria not met",
    "unknown": "Not documented",
    "none": "No answers in the extracts",
    "absent": "Not in scope",
}
_OVER = ("exceeds", "exception")
_NEWLY_OVER = [(one, other) for one in STATUSES if one not in _OVER for other in _OVER]
_NO_LONGER_OVER = [(other, one) for one, other in _NEWLY_OVER]
_LOST = [("met", "not_met"), ("met", "unknown"), ("unknown", "not_met")]
_GAINED = [(other, one) for one, other in _LOST]


def sections(replay: Replay, publish: bool) -> list[Section]:
    """Enter every count on one ledger, protect it, and build from what it shows.

    publish: hide small counts; else one person behind a count is enough.
    """
    ledger = Ledger(replay.fewest_people if publish else 1)
    given = Flow(ledger, "administration", with_limits(replay), "status", STATUSES)
    asked = Flow(ledger, "request", replay.request, "evaluated", VALUES)
    given.reasons("newly", _NEWLY_OVER, NEWLY)
    given.reasons("no longer", _NO_LONGER_OVER, NO_LONGER)
    asked.reasons("newly", _LOST, "unmet_after")
    asked.reasons("no longer", _GAINED, "unmet_before")
    ledger.protect()
    return [_administrations(given, replay), _requests(asked, replay)]


def _administrations(flow: Flow, replay: Replay) -> Section:
    lead = _lead(replay, flow, "administration", "administrations", "have another verdict")
    parts = [
        Part("given-all", "Before and after", tables=[_values(flow, "given", "Administrations"), _sums(flow)]),
        Part("given-flips", "Which verdicts flip", tables=[_flips(flow, "given", "Administrations")]),
        Part(
            "given-reasons",
            "Why",
            ["An administration may exceed several limits. Each is told in the words of the version that judged."],
            tables=[
                _reasons(flow, "newly", "given-newly", "Limits newly exceeded", {}),
                _reasons(flow, "no longer", "given-no-longer", "Limits no longer exceeded", {}),
            ],
        ),
        Part("given-payers", "By payer", tables=[_payers(flow, "given", "Administrations", "exceeds", "over a limit")]),
    ]
    return Section("dosing", "Dosing", lead, _filled(parts))


def _requests(flow: Flow, replay: Replay) -> Section:
    lead = _lead(replay, flow, "request", "requests", "come to another result by their documents")
    words = (
        "By the documents alone: what a reviewer recorded are the criteria of the policy that was in force. What "
        "a policy asks and a request never had to document is not documented, which is no refusal."
    )
    parts = [
        Part("asked-all", "Before and after", [words], tables=[_values(flow, "asked", "Requests")]),
        Part("asked-flips", "Which results flip", tables=[_flips(flow, "asked", "Requests")]),
        Part(
            "asked-reasons",
            "Why",
            ["Of what must all be met; a request may lack several."],
            tables=[
                _reasons(flow, "newly", "asked-newly", "Not met or not documented after", _criteria([replay.policy])),
                _reasons(
                    flow,
                    "no longer",
                    "asked-no-longer",
                    "Not met or not documented before",
                    _criteria(replay.replaced_policies),
                ),
            ],
        ),
        Part("asked-payers", "By payer", tables=[_payers(flow, "asked", "Requests", "met", "criteria met")]),
    ]
    return Section("requests", "Requests", lead, _filled(parts))


def _filled(parts: Sequence[Part]) -> list[Part]:
    kept = []
    for part in parts:
        tables = [table for table in part.tables if table.rows]
        if tables:
            kept.append(Part(part.id, part.title, part.text, tables=tables))
    return kept


def _lead(replay: Replay, flow: Flow, one: str, many: str, what: str) -> str:
    n, flipped, people = flow.count("n"), flow.count("flipped"), flow.people()
    if n == 0:
        return (
            f"No payer whose policy was replaced has any {one}. Replaced was {' and '.join(replay.replaced)}; right "
            "would be the policy that a payer of these extracts goes by (--instead-of)."
        )
    if n == flow.count("before_none"):
        return f"The extracts hold no answers, so {many} can't be compared by their documents."
    if isinstance(flipped, Hidden) or isinstance(n, Hidden) or isinstance(people, Hidden):
        return f"How many {many} would {what} can't be shown: too few people."
    if flipped == 0:
        return f"None of {shown(n, 'count')} {many} would {what}."
    return f"{shown(flipped, 'count')} of {shown(n, 'count')} {many}, of {_people(people)}, would {what}."


def _people(count: float) -> str:
    return "1 person" if count == 1 else f"{shown(count, 'count')} people"


def _values(flow: Flow, ident: str, what: str) -> Table:
    columns = [
        Column("value", what, "text"),
        Column("before", "Before"),
        Column("after", "After"),
        Column("both", "The same"),
    ]
    rows = [
        Row(
            {
                "value": _WORDS[value],
                "before": flow.count(f"before_{value}"),
                "after": flow.count(f"after_{value}"),
                "both": flow.count(f"{value}>{value}"),
            }
        )
        for value in flow.values
    ]
    total = {"value": "All", "before": flow.count("n"), "after": flow.count("n"), "both": None}
    return Table(
        f"t-{ident}-all", f"{what} before and after", columns, [*rows, Row(total, mark="total")] if rows else []
    )


def _sums(flow: Flow) -> Table:
    columns = [
        Column("what", "Over the cap", "text"),
        Column("before", "Before", "units"),
        Column("after", "After", "units"),
    ]
    rows = []
    if any(flow.count(f"{when}_exceeds") for when in ("before", "after")):
        kinds: tuple[tuple[str, str, Kind], ...] = (
            ("excess_units", "Units", "units"),
            ("excess_allowed_amount", "Dollars", "amount"),
        )
        for column, label, kind in kinds:
            values = {when: flow.total(column, "exceeds", when) for when in ("before", "after")}
            told = {
                when: shown(value, kind) if not isinstance(value, Hidden) else value for when, value in values.items()
            }
            rows.append(Row({"what": label, **told}))
    notes = ["Of administrations over a limit; those with an approved exception are left out."]
    return Table("t-given-sums", "Units and dollars over the cap", columns, rows, notes)


def _flips(flow: Flow, ident: str, what: str) -> Table:
    columns = [Column("before", "Before", "text"), Column("after", "After", "text"), Column("n", what)]
    rows = [
        Row({"before": _WORDS[one], "after": _WORDS[other], "n": flow.count(f"{one}>{other}")})
        for one, other in flow.pairs
        if one != other
    ]
    return Table(f"t-{ident}-flips", f"{what} that flip", columns, rows)


def _payers(flow: Flow, ident: str, what: str, value: str, words: str) -> Table:
    columns = [
        Column("payer", "Payer", "text"),
        Column("n", what),
        Column("before", f"{words.capitalize()} before"),
        Column("after", f"{words.capitalize()} after"),
        Column("flipped", "That flip"),
    ]
    rows = [
        Row(
            {
                "payer": str(payer[0]),
                "n": flow.count("n", payer),
                "before": flow.count(f"before_{value}", payer),
                "after": flow.count(f"after_{value}", payer),
                "flipped": flow.count("flipped", payer),
            }
        )
        for payer in flow.payers()
    ]
    return Table(f"t-{ident}-payers", f"{what} by payer", columns, rows if len(rows) > 1 else [])


def _reasons(flow: Flow, name: str, ident: str, caption: str, labels: Mapping[str, str]) -> Table:
    columns = [Column("id", caption, "text"), Column("n", "Of those that flip")]
    rows: list[Row] = []
    for reason, count in flow.told(name):
        label = f"{reason}: {labels[reason]}" if reason in labels else reason
        rows.append(Row({"id": label, "n": count}))
    return Table(f"t-{ident}", caption, columns, rows)


def _criteria(policies: Sequence[Policy]) -> dict[str, str]:
    return {each.id: each.label for policy in policies for each in policy.criteria.values()}
