"""Reading laboratory facts: results over their own upper limit, or results in the unit that a policy speaks of."""

from analytics.policy.evidence import Conversion, ExampleLab, Lab
from analytics.policy.language_facts import LAB_VALUES
from analytics.policy.parts import Known
from analytics.policy.reader import Table, each, repeated


def labs(root: Table, known: Known) -> tuple[Lab, ...]:
    """Facts that observations answer."""
    found = each(root, "lab", lambda table: _lab(table, known))
    for twice in repeated(f"{lab.fact} by {lab.loinc}" for lab in found):
        root.fault("lab", f"two give {twice}", "one", f'"{twice.split(" by ")[0]}"')
    for lab in found:
        first = next(each for each in found if each.fact == lab.fact)
        if lab.unit != first.unit:
            # The latest of all counts: a multiple beside a result, or another unit, would be compared with one bound.
            one, other = (f"in {each.unit or 'multiples'} by {each.loinc}" for each in (first, lab))
            said = f"'{lab.fact}' is {one} and {other}"
            root.fault("lab", said, "one unit for a fact, and conversions to it", f'"{lab.loinc}"')
    return found


def _lab(table: Table, known: Known) -> Lab:
    value = table.choice("value", LAB_VALUES) if table.has("value") else LAB_VALUES[0]
    unit = table.optional_text("unit")
    if value != "result":
        for key in ("unit", "conversion"):
            if table.has(key) and not table.has("value"):
                table.fault(key, "is of a multiple of the upper limit, which has no unit", 'value = "result" beside it')
    read = each(table, "conversion", lambda t: Conversion(t.text("unit"), t.number("factor")))
    for twice in repeated(name.lower() for name in [unit or "", *(conversion.unit for conversion in read)]):
        table.fault("conversion", f"'{twice}' is given twice", "one factor a unit", f'"{twice}"')
    return Lab(
        fact=known.question(table, "fact", "number"),
        loinc=table.text("loinc"),
        days=table.whole("days"),
        unit=unit if value == "result" else None,
        conversions=read,
        label=table.text("label"),
        citation=known.citation(table),
    )


def example_labs(table: Table, known_codes: set[str]) -> tuple[ExampleLab, ...]:
    """The observations of a worked example, each of a code that one of the policy's labs asks for."""

    def read(t: Table) -> ExampleLab:
        loinc = t.text("loinc")
        if loinc and loinc not in known_codes:
            t.unknown("loinc", loinc, "the code of no lab of the file", sorted(known_codes))
        return ExampleLab(
            loinc, t.whole("days_before"), t.number("result"), t.optional_text("unit"), t.optional_number("upper_limit")
        )

    return each(table, "lab", read)
