"""Reading criteria and flags, and the small language of their tests."""

from analytics.errors import nearest
from analytics.extracts.schema import TABLES
from analytics.policy import codes
from analytics.policy.language import BOUNDS, LISTS
from analytics.policy.model import REQUEST_FACTS, REQUEST_TYPES
from analytics.policy.parts import Known
from analytics.policy.reader import Table, one_of
from analytics.policy.rules import OPERATORS, Criterion, Flag, Operator, Rule, Test, TestValue

_NO_FACT = "no question of the file and no column of the request"


def criteria(root: Table, known: Known) -> dict[str, Criterion]:
    """The named criteria. Those with a test are leaves."""
    found = {}
    for name, table in root.named("criterion"):
        has_test = table.has("test")
        if "#" in name:
            table.fault(None, "has a # in its name", "none, since tests are numbered with it")
        found[name] = Criterion(
            id=name,
            label=table.text("label"),
            citation=known.citation(table),
            rule=rule(table, known) if has_test else None,
            presumed=table.boolean("presumed"),
            is_heading=table.boolean("heading"),
            remark=table.optional_text("remark"),
            is_listed=table.boolean("listed"),
        )
        if found[name].is_listed and (has_test or found[name].is_heading):
            table.fault("listed", "stands at a criterion with a test, or at a heading", "at one with neither")
        if found[name].presumed and not has_test:
            table.fault("presumed", "stands at a criterion without a test", "at one with a test")
        if found[name].is_heading and has_test:
            table.fault("heading", "stands at a criterion with a test", "at one over other criteria")
    return found


def flags(root: Table, known: Known, criteria_named: dict[str, Criterion]) -> tuple[Flag, ...]:
    """What is worth noticing about a request."""
    found = []
    for name, table in root.named("flag"):
        if name in criteria_named or "#" in name:
            table.fault(None, "has the name of a criterion, or a # in it", "another name")
        only = table.choice("request_type", REQUEST_TYPES) if table.has("request_type") else None
        found.append(Flag(name, table.text("label"), known.citation(table), rule(table, known), only))
    return tuple(found)


def rule(table: Table, known: Known, key: str = "test") -> Rule:
    """The rule under the key. A single test becomes a rule of one, so that every leaf has one form."""
    inner = table.table(key)
    if inner is None:
        return Rule("all", ())
    read = _rule_or_test(inner, known)
    return read if isinstance(read, Rule) else Rule("all", (read,))


def _rule_or_test(table: Table, known: Known) -> Rule | Test:
    if table.has("fact"):
        return _test(table, known)
    given = [operator for operator in OPERATORS if table.has(counted(operator))]
    if len(given) != 1:
        return Rule("all", ())
    children = tuple(_rule_or_test(child, known) for child in table.tables(counted(given[0])))
    return Rule(given[0], children, needed(table, given[0], len(children)))


def counted(operator: Operator) -> str:
    """The key that holds an operator's children."""
    return "of" if operator == "at_least" else operator


def needed(table: Table, operator: Operator, n_children: int) -> int:
    """The number of an `at_least`, which must leave one of its children unmet or be an `all`."""
    if operator != "at_least" or not table.has("at_least"):
        return 0
    found = table.whole("at_least")
    if found > n_children:
        table.fault("at_least", f"{found} of {n_children} are not possible", f"{n_children} at most", hint="at_least")
    return found


def _test(table: Table, known: Known) -> Test:
    fact = table.text("fact")
    known.used_questions.add(fact)
    question = known.questions.get(fact)
    kind = REQUEST_FACTS.get(fact, "" if question is None else question.answer_type)
    bounds = [key for key in BOUNDS if table.has(key)]
    lists = [key for key in LISTS if table.has(key)]
    if fact and not kind:
        _no_fact(table, known, fact)
    elif kind == "date":
        table.fault("fact", f"'{fact}' is a date", "a fact that a test can compare", f'"{fact}"')
    elif kind and bool(bounds) != bool(lists) and (kind == "number") != bool(bounds):
        is_number = kind == "number"
        right = one_of(BOUNDS) if is_number else "one_of"
        table.fault("fact", f"'{fact}' is {'a' if is_number else 'no'} number", right, f'"{fact}"')
    if bounds:
        number = table.number(bounds[0])
        return Test(fact, bounds[0], number, (), None)
    values, code_list = _values(table, known, kind)
    return Test(fact, "one_of", None, tuple(values), code_list)


def _no_fact(table: Table, known: Known, fact: str) -> None:
    """Notes a name that no test may ask for: one that is near another, one of the request's other columns, or none."""
    is_column = fact in TABLES["authorization"].names
    near = "" if is_column else nearest(fact, [*known.questions, *REQUEST_FACTS])
    what = "a column of the request that no test can ask for" if is_column else _NO_FACT
    right = "" if near else f"a question, or a column that tests may ask for: {one_of(list(REQUEST_FACTS))}"
    table.fault("fact", f"'{fact}' is {what}{near}", right, f'"{fact}"')


def _values(table: Table, known: Known, kind: str) -> tuple[list[TestValue], str | None]:
    """The values that a test lists, each sound for the fact's kind, and the name of its code list."""
    given = {key: table.texts(key) for key in LISTS[:3]}
    code_list = None
    if kind in codes.SYSTEMS:
        for key, listed in given.items():
            for value in listed:
                if problem := codes.fault(kind, value, is_prefix=key != "one_of"):
                    table.fault(key, *problem, hint=f'"{value}"')
        code_list = known.code_list(table, "code_list", kind) if table.has("code_list") else None
    elif kind in ("yes_no", "word"):
        fact = table.text("fact")
        words = known.questions[fact].words or ("yes", "no")
        for word in given["one_of"]:
            if word not in words:
                table.unknown("one_of", word, f"no answer to '{fact}'", words, hint=f'"{word}"')
        for key in LISTS[1:]:
            if table.has(key):
                table.fault(key, f"goes with codes, and '{fact}' is none", "one_of", f'"{fact}"')
    met = [*given["one_of"], *([] if code_list is None else [code.code for code in code_list.codes])]
    values = [TestValue(value, False, 1) for value in met]
    values += [TestValue(value, True, 1) for value in given["prefixes"]]
    values += [TestValue(value, True, 0) for value in given["silent_prefixes"]]
    _no_overlap(table, values)
    return values, None if code_list is None else code_list.name


def _no_overlap(table: Table, values: list[TestValue]) -> None:
    """A value that is met by one entry and says nothing by another has no meaning."""
    spoken = [codes.normalized(value.value) for value in values if value.result == 1]
    for value in values:
        silent = codes.normalized(value.value)
        if value.result == 0 and any(s.startswith(silent) or silent.startswith(s) for s in spoken):
            table.fault("silent_prefixes", f"'{value.value}' is named as met too", "one of the two")
