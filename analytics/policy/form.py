"""The form of a whole file, held against the policy language before its meaning is looked at."""

from analytics.policy.reader import Table, named
from analytics.policy.shape import Choice, Field


def examine(table: Table) -> None:
    """Notes everything in the table, and in what it holds, that is not of its shape."""
    shape = table.shape
    for key in table.data:
        if key in shape.absent:
            table.fault(key, *shape.absent[key])
        elif key not in shape.fields:
            table.unknown(key, key, "an unknown key", shape.fields)
    for key, field in shape.fields.items():
        if field.required or table.has(key):
            _examine_value(table, key, field)
    for choice in shape.choices:
        _examine_choice(table, choice)
    for one, other in shape.pairs:
        if table.has(one) != table.has(other):
            here, lacking = (one, other) if table.has(one) else (other, one)
            table.fault(lacking, f"is missing, and goes with {here}", shape.fields[lacking].says, hint=here)
    for case in shape.cases:
        word = table.data.get(case.key)
        if word in case.words:
            for key in case.needs:
                if not table.has(key) and not (case.unless and table.has(case.unless)):
                    table.fault(key, f"is missing, and goes with {case.key} = {word}", shape.fields[key].says, hint="")
            for key in case.bars:
                if table.has(key):
                    table.fault(key, f"doesn't go with {case.key} = {word}", f"no {key}")


def _examine_value(table: Table, key: str, field: Field) -> None:
    if field.kind == "word":
        table.choice(key, field.words)
    elif field.kind in ("text", "number", "whole", "boolean", "day", "texts"):
        getattr(table, field.kind)(key)
    elif field.kind in ("words", "wholes", "facts"):
        table.pairs(key)
    elif field.kind == "nodes":
        _examine_nodes(table, key)
    elif field.kind in ("table", "test"):
        if (inner := table.table(key)) is not None:
            examine(inner)
    elif field.kind == "named":
        for _, inner in table.named(key):
            examine(inner)
    else:
        for inner in table.tables(key):
            examine(inner)


def _examine_nodes(table: Table, key: str) -> None:
    items = table.data[key]
    if not isinstance(items, list) or not items:
        table.fault(key, "is no list with something in it", "a list of criterion ids and trees")
        return
    for place, item in enumerate(items):
        path = (*table.path, key, place)
        if isinstance(item, dict):
            examine(Table(table.faults, path, item, "tree"))
        elif not isinstance(item, str) or not item.strip():
            table.faults.add(path, f"is {named(item)}", "the id of a criterion or a tree")


def _examine_choice(table: Table, choice: Choice) -> None:
    given = [key for group in choice.groups() for key in [next(filter(table.has, group), None)] if key is not None]
    if len(given) == 1:
        return
    if choice.problem:
        how = f"{len(given)} ways ({', '.join(given)})" if given else "no way"
        said = choice.problem.format(n=len(given) or "none", how=how, fact=table.data.get("fact"))
    elif given:
        said = f"has both '{given[0]}' and '{given[1]}'"
    else:
        said = "has neither '{}' nor '{}'".format(*(group[0] for group in choice.groups()))
    hint = table.data.get(choice.at) if choice.at else None
    table.fault(choice.at, said, choice.right, f'"{hint}"' if isinstance(hint, str) else None)
