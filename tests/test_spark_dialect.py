"""What sqlglot would pass over on the way to Spark is put right. No Spark is needed to see it."""

from analytics.spark.dialect import to_spark, to_spark_with


def test_a_pattern_ends_at_the_end_and_nowhere_before() -> None:
    # Java's $ also matches before a last line separator.
    assert to_spark("select regexp_matches(x, '^[0-9]+$') from t").endswith("RLIKE '^[0-9]+\\\\z' FROM t")
    assert "'^(?:[0-9]{2})\\\\z'" in to_spark("select regexp_full_match(x, '^[0-9]{2}$') from t")


def test_a_hash_is_wide_enough_to_tell_claims_apart() -> None:
    assert to_spark("select hash(a, b) from t") == "SELECT XXHASH64(a, b) FROM t"


def test_nulls_stand_last_where_nothing_else_is_said() -> None:
    assert to_spark("select a from t order by a").endswith("ORDER BY a NULLS LAST")


def test_replaced_columns_are_listed() -> None:
    said = to_spark_with("select * replace (a + 1 as a) from t", lambda name: {"t": ["a", "b"]}[name])
    assert said == "SELECT a + 1 AS a, `b` FROM t"
