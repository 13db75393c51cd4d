"""Every file of sql/ says what it is, and runs on another engine too: one SELECT, one question, portable forms."""

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from analytics import resources
from analytics.engine import PARAMETER, needs, statements
from analytics.results import RESULTS

FILES = sorted(statements().values())
# What puts tables together out of FHIR resources, before a study begins.
OF_FHIR = sorted((resources.folder("sql") / "fhir").glob("*.sql"))

# What sqlglot passes through, or turns into something else, on the way to Spark.
BROKEN_ON_SPARK = {
    "ASOF JOIN": re.compile(r"\basof\b", re.I),
    "UNION BY NAME": re.compile(r"\bunion\s+(all\s+)?by\s+name\b", re.I),
    "QUANTILE_CONT": re.compile(r"\bquantile_(cont|disc)\b", re.I),
    "an ordered list": re.compile(r"\b(list|array_agg|string_agg)\s*\([^()]*\border\s+by\b", re.I),
    "ILIKE ANY, POSITIONAL JOIN, PIVOT": re.compile(r"\b(positional\s+join|pivot|unpivot)\b", re.I),
    "TO_MONTHS": re.compile(r"\bto_(months|days|years)\s*\(", re.I),
    "FROM first": re.compile(r"^\s*from\b", re.I),
    "a COLUMNS expression": re.compile(r"\bcolumns\s*\(", re.I),
}


def code(path: Path) -> str:
    return re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8"))


def header(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    return " ".join(line[2:].strip() for line in lines if line.startswith("--"))


@pytest.mark.parametrize("path", [*FILES, *OF_FHIR], ids=lambda path: path.stem)
def test_header_says_question_grain_and_parameters(path: Path) -> None:
    said = header(path)
    assert re.match(r"[A-Z][^?]*\?|Every ", said), "the first sentence is the question that the file answers"
    assert "Grain:" in said
    parameters = re.search(r"Parameters: (none\b|[^.]*)", said)
    assert parameters, "the header must name the parameters"
    assert set(PARAMETER.findall(parameters.group(1))) == set(PARAMETER.findall(code(path)))


@pytest.mark.parametrize("path", [*FILES, *OF_FHIR], ids=lambda path: path.stem)
def test_one_portable_select(path: Path) -> None:
    trees = sqlglot.parse(code(path), read="duckdb")
    assert len(trees) == 1 and isinstance(trees[0], exp.Query)
    spark = trees[0].sql("spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    for construct, pattern in BROKEN_ON_SPARK.items():
        assert not pattern.search(code(path)), f"{construct} does not run on Spark"
        assert not pattern.search(spark), f"{construct} does not run on Spark"
    assert sqlglot.parse_one(spark, read="spark")
    for frame in trees[0].find_all(exp.WindowSpec):
        for side in (frame.args.get("start"), frame.args.get("end")):
            assert not isinstance(side, exp.Column), "a frame's bound must not be a column on Spark"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_a_file_needs_is_what_a_parser_finds(path: Path) -> None:
    tree = sqlglot.parse_one(code(path), read="duckdb")
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    assert needs(path.stem) == {table.name for table in tree.find_all(exp.Table)} - own


@pytest.mark.parametrize("path", [*FILES, *OF_FHIR], ids=lambda path: path.stem)
def test_lower_case_words_and_no_pasted_dates(path: Path) -> None:
    bare = re.sub(r"'[^']*'", "''", code(path))
    assert bare == bare.lower()
    assert "current_date" not in bare and "now(" not in bare, "no wall clock in results"


def test_no_table_is_made_twice_and_none_for_nothing() -> None:
    names = [path.stem for path in FILES]
    assert len(names) == len(set(names))
    wanted = {result.made_by for result in RESULTS.values()}
    wanted |= {"in_scope_date", "row_count_required", "request_warning", "column_profile", "payment_lag"}
    # The view medical_claim_digest adds digests to it.
    wanted |= {"medical_claim_unsure"}
    # The gate reads its own from the staged rows, in its own process.
    wanted |= {path.stem for path in FILES if path.stem.startswith("quality_")}
    used = wanted | {needed for name in names for needed in needs(name)}
    assert set(names) <= used, f"nobody reads {sorted(set(names) - used)}"
