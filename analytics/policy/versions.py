"""Reading the dated versions of a policy: authorization length and criteria trees."""

from datetime import date
from functools import partial

from analytics.errors import nearest
from analytics.policy.criteria import counted, needed
from analytics.policy.indications import indications, with_listed
from analytics.policy.indications import is_leaf as stands_alone
from analytics.policy.lengths import lengths
from analytics.policy.limits import regimens
from analytics.policy.model import REQUEST_TYPES, Version
from analytics.policy.parts import Known
from analytics.policy.reader import Table, repeated
from analytics.policy.rules import Criterion, Length, Node, Operator


def versions(root: Table, known: Known, named: dict[str, Criterion]) -> tuple[Version, ...]:
    """The dated versions, oldest first: each runs until the next one's date, and the first has no start."""
    tables = root.tables("version")
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
    stated = lengths(table, known)
    usual = stated.get("initial", Length(0, 0, ""))
    cap, weight_cap, course = table.table("bsa_cap"), table.table("weight_cap"), table.table("course")
    allowed = regimens(table, known)
    read_tree = partial(_tree, named=named)
    found = indications(table, known, [regimen.name for regimen in allowed], read_tree)
    trees = [with_listed(table, request_type, read_tree(table, request_type), found) for request_type in REQUEST_TYPES]
    return Version(
        name="" if day is None else day.isoformat(),
        label=table.text("label"),
        citation=known.citation(table),
        effective_from=start,
        effective_until=until,
        length_months=usual.months,
        length_days=usual.days,
        length_citation=usual.citation,
        bsa_cap_m2=None if cap is None else cap.number("m2"),
        bsa_cap_citation=None if cap is None else known.citation(cap),
        weight_cap_kg=None if weight_cap is None else weight_cap.number("kg"),
        weight_cap_citation=None if weight_cap is None else known.citation(weight_cap),
        course_after_days=None if course is None else course.whole("new_after_days"),
        course_citation=None if course is None else known.citation(course),
        initial=trees[0],
        renewal=trees[1],
        regimens=allowed,
        indications=found,
        other_lengths={kind: length for kind, length in stated.items() if kind != "initial"},
    )


def _tree(table: Table, request_type: str, named: dict[str, Criterion]) -> Node:
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
    given: list[Operator] = [operator for operator in ("all", "any", "at_least") if table.has(counted(operator))]
    children: list[Node] = []
    for operator in given:
        items = table.data.get(counted(operator))
        for place, item in enumerate(items if isinstance(items, list) else ()):
            path = (*table.path, counted(operator), place)
            if isinstance(item, str):
                leaf = _criterion(table, counted(operator), item, named, is_leaf=True)
                children.append(Node(leaf, None, ()))
            elif isinstance(item, dict):
                children.append(_node(Table(table.faults, path, item, "tree"), named))
    operator = given[0] if given else "all"
    return Node(criterion, operator, tuple(children), needed(table, operator, len(children)))


def _criterion(table: Table, key: str, name: str, named: dict[str, Criterion], is_leaf: bool) -> Criterion:
    """The criterion of that id: a leaf must have a test, a node over others must have none."""
    found = named.get(name)
    if found is None:
        if name and is_leaf:
            table.unknown(key, name, "no criterion of the file", named, hint=f'"{name}"')
        elif name:
            near = nearest(name, [other for other, criterion in named.items() if not stands_alone(criterion)])
            right = f'[criterion."{name}"] with a label and a citation, and no test'
            table.fault(key, f"'{name}' is no criterion of the file{near}", right, f'"{name}"')
            # Other trees name it too, and its table is missing once.
            named[name] = _nameless(name)
        return _nameless(name)
    if is_leaf and not stands_alone(found):
        table.fault(key, f"'{name}' has no test", "a test, or criteria below it", f'"{name}"')
    if not is_leaf and stands_alone(found):
        table.fault(key, f"'{name}' has a test and criteria below it", "one of them", f'"{name}"')
    return found


def _nameless(name: str) -> Criterion:
    """Stands in for a criterion that is not there, so that reading can go on."""
    return Criterion(name, "", "", None, presumed=False, is_heading=False, remark=None)
