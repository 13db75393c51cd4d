"""Reading the dated versions of a policy: authorization length, criteria trees, regimens and limits."""

from datetime import date

from analytics.policy.model import LIMIT_KINDS, Limit, Regimen, RequestType, Version
from analytics.policy.parts import Known
from analytics.policy.reader import Table, each, repeated, unique
from analytics.policy.rules import Criterion, Node, Operator

#: Sensitivity shortens every window by up to 3 days, so a shorter window could not be shortened.
SHORTEST_WINDOW = 4


def versions(root: Table, known: Known, named: dict[str, Criterion]) -> tuple[Version, ...]:
    """The dated versions, oldest first: each runs until the next one's date, and the first has no start."""
    tables = root.tables("version", at_least=1)
    days = [table.day("dated") for table in tables]
    for table, day, before in zip(tables[1:], days[1:], days, strict=False):
        if day is not None and before is not None and day <= before:
            table.fault("dated", f"{day} is not after {before}", "versions from the oldest to the latest")
    starts = [None, *days[1:]]
    untils = [*days[1:], None]
    return tuple(
        _version(table, known, named, day, start, until)
        for table, day, start, until in zip(tables, days, starts, untils, strict=False)
    )


def _version(
    table: Table,
    known: Known,
    named: dict[str, Criterion],
    day: date | None,
    start: date | None,
    until: date | None,
) -> Version:
    months, length_days, length_citation = _length(table, known)
    cap = table.table("bsa_cap", required=False)
    version = Version(
        name="" if day is None else day.isoformat(),
        label=table.text("label"),
        citation=known.citation(table),
        effective_from=start,
        effective_until=until,
        length_months=months,
        length_days=length_days,
        length_citation=length_citation,
        bsa_cap_m2=None if cap is None else cap.number("m2", "0.5", "3.5"),
        bsa_cap_citation=None if cap is None else known.citation(cap),
        initial=_tree(table, "initial", named),
        renewal=_tree(table, "renewal", named),
        regimens=_regimens(table, known),
    )
    if cap is not None:
        cap.done()
    table.done()
    return version


def _length(table: Table, known: Known) -> tuple[int, int, str]:
    """The authorization's length as months, days and citation; one of the two is 0."""
    inner = table.table("authorization_length")
    if inner is None:
        return 0, 0, ""
    if inner.has("months") == inner.has("days"):
        inner.fault(None, "has both 'months' and 'days', or neither", "one of them")
    months = inner.whole("months", 1, 60) if "months" in inner.data else 0
    days = inner.whole("days", 1, 1830) if "days" in inner.data else 0
    citation = known.citation(inner)
    inner.done()
    return months, days, citation


def _tree(table: Table, request_type: RequestType, named: dict[str, Criterion]) -> Node:
    """One criteria tree: `{ id, all | any = [ids and trees] }`, each criterion at most once."""
    inner = table.table(request_type)
    if inner is None:
        return Node(_nameless(""), "all", ())
    tree = _node(inner, named)
    for twice in repeated(node.criterion.id for node in tree.walk()):
        table.fault(request_type, f"'{twice}' stands twice in this tree", "once", f'"{twice}"')
    return tree


def _node(table: Table, named: dict[str, Criterion]) -> Node:
    criterion = _criterion(table, "id", table.text("id"), named, is_leaf=False)
    given: list[Operator] = [operator for operator in ("all", "any") if table.has(operator)]
    children: list[Node] = []
    if len(given) != 1:
        table.fault("id", "has both 'all' and 'any', or neither", "one of them", f'"{criterion.id}"')
    for operator in given:
        items = table.data[operator]
        if not isinstance(items, list) or not items:
            table.fault(operator, "is no list with something in it", "a list of criterion ids and trees")
            continue
        for place, item in enumerate(items):
            path = (*table.path, operator, place)
            if isinstance(item, str):
                leaf = _criterion(table, operator, item, named, is_leaf=True)
                children.append(Node(leaf, None, ()))
            elif isinstance(item, dict):
                children.append(_node(Table(table.faults, path, item), named))
            else:
                table.faults.add(path, "is neither the id of a criterion nor a tree")
    table.done()
    return Node(criterion, given[0] if given else "all", tuple(children))


def _criterion(table: Table, key: str, name: str, named: dict[str, Criterion], is_leaf: bool) -> Criterion:
    """The criterion of that id: a leaf must have a test, a node over others must have none."""
    found = named.get(name)
    if found is None:
        if name:
            table.unknown(key, name, "no criterion of the file", named, hint=f'"{name}"')
        return _nameless(name)
    if is_leaf and found.rule is None:
        table.fault(key, f"'{name}' has no test", "a test, or criteria below it", f'"{name}"')
    if not is_leaf and found.rule is not None:
        table.fault(key, f"'{name}' has a test and criteria below it", "one of them", f'"{name}"')
    return found


def _nameless(name: str) -> Criterion:
    """Stands in for a criterion that is not there, so that reading can go on."""
    return Criterion(name, "", "", None, presumed=False, is_heading=False, remark=None)


def _regimens(version: Table, known: Known) -> tuple[Regimen, ...]:
    def read(t: Table) -> Regimen:
        limits = each(t, "limit", lambda limit: _limit(limit, known), at_least=1)
        if limits and all(limit.advisory for limit in limits):
            t.fault("limit", "is advisory throughout", "one limit at least that decides")
        return Regimen(t.text("name"), t.text("label"), known.citation(t), limits)

    found = each(version, "regimen", read, at_least=1)
    unique(found, lambda regimen: regimen.name.lower(), version, "regimen")
    unique([limit for regimen in found for limit in regimen.limits], lambda x: x.id, version, "regimen")
    return found


def _limit(t: Table, known: Known) -> Limit:
    kind, amount = t.choice("kind", LIMIT_KINDS), t.number("at_most", ">0")
    if kind == "frequency" and amount % 1:
        t.fault("at_most", f"{amount} administrations are not possible", "a whole number")
    window = t.whole("window_days", SHORTEST_WINDOW, 366) if t.has("window_days") else None
    if kind == "dose" and window is not None:
        t.fault("window_days", "doesn't go with a dose limit", "none, since it holds for each administration")
    if kind != "dose" and window is None:
        t.fault("window_days", "is missing", "a whole number of days")
    advisory = t.boolean("advisory")
    return Limit(t.text("id"), kind, amount, window, advisory, t.text("label"), known.citation(t))
