"""An expectation's test as SQL that people can run: what is counted, and which rows break it."""

from analytics.quality.expectation import Expectation
from analytics.quality.sources import RUN_COLUMNS, RUN_TABLE, relation

# A row without a drug's or a test's code, or with one that has no code's form, is out of scope for that very reason:
# these are counted over the whole extract, whatever else may be wrong with a row. So are lines under a code of no drug.
WHOLE_EXTRACT = frozenset(
    f"{column}.{rule}"
    for column in ("medical_claim.hcpcs_code", "authorization.hcpcs_code", "observation.source_code")
    for rule in ("not_null", "pattern")
) | {"medical_claim.hcpcs_code.unclassified"}


def counting_sql(expectation: Expectation) -> str:
    """How many rows are tested and how many break it; empty where the reader's counts or the columns decide."""
    if not expectation.value:
        return ""
    tested, breaking = counted(expectation, "v")
    rows = rows_behind(expectation)
    # The run's dates are joined for all rules of a source; here only where this one reads them.
    if not any(column in expectation.value for column in RUN_COLUMNS):
        rows = rows.removesuffix(f" cross join {RUN_TABLE}")
    return f"select {tested}, {breaking} from (select {value_tested(expectation)} as v from {rows})"


def counted(expectation: Expectation, value: str) -> tuple[str, str]:
    """How many rows are tested, and how many of them break it, over rows where what is tested is called `value`."""
    tested = "count(*)" if expectation.gx.endswith("_not_be_null") else f"count({value})"
    breaks = f"not {value}" if expectation.arguments == {"value_set": [True]} else broken(expectation, value)
    return tested, f"count(*) filter (where {breaks})"


def listing_sql(expectation: Expectation) -> str:
    """The rows that break it, with whatever they hold: for the terminal of who may see them, and for nothing else."""
    if not expectation.value:
        return ""
    return f"select *\nfrom {rows_behind(expectation)}\nwhere {broken(expectation)}"


def rows_behind(expectation: Expectation) -> str:
    """What stands behind FROM: the rows as staged, or the whole extract as read."""
    if expectation.id in WHOLE_EXTRACT:
        return f"{expectation.table}_read"
    return relation(expectation.source)


def value_tested(expectation: Expectation) -> str:
    """What is tested per row. Rows as read have no reason yet."""
    if expectation.id in WHOLE_EXTRACT:
        return expectation.value.replace("reason is null and ", "")
    return expectation.value


def broken(expectation: Expectation, value: str = "") -> str:
    """The condition of a row that breaks the expectation; `value`: the name that what is tested already has."""
    value, arguments = value or f"({value_tested(expectation)})", expectation.arguments
    match expectation.gx:
        case "expect_column_values_to_not_be_null":
            return f"{value} is null"
        case "expect_column_values_to_be_in_set":
            return f"{value} not in ({_listed(arguments['value_set'])})"
        case "expect_column_values_to_not_be_in_set":
            return f"{value} in ({_listed(arguments['value_set'])})"
        case "expect_column_values_to_be_between":
            least = "<=" if arguments.get("strict_min") else "<"
            conditions = [f"{value} {least} {arguments['min_value']}"]
            conditions += [f"{value} > {arguments['max_value']}"] if "max_value" in arguments else []
            return " or ".join(conditions)
        case "expect_column_values_to_be_unique":
            inner = f"select {expectation.value} from {relation(expectation.source)} group by 1 having count(*) > 1"
            return f"{value} in ({inner})"
        case other:
            raise KeyError(f"{other} has no condition of rows")


def _listed(values: list[object]) -> str:
    return ", ".join(f"'{value}'" if isinstance(value, str) else str(value).lower() for value in values)
