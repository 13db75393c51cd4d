"""The result tables about the data."""

from analytics.results.listing import result

RESULTS = (
    result(
        "quality_result",
        """
        text: table_name expectation column_name severity status
        count: n_checked n_failed
        texts: affects
        double: threshold
        """,
        "table_name expectation column_name",
    ),
    result(
        "quarantine",
        """
        text: table_name row_key reason row_json
        """,
        "table_name reason row_key row_json",
        persons=True,
    ),
    result(
        "reconciliation",
        """
        text: table_name
        count: rows_read rows_used rows_excluded rows_quarantined rows_out_of_scope rows_repaired
        """,
        "table_name",
    ),
    result(
        "reconciliation_reason",
        """
        text: table_name kind reason
        count: n_rows
        """,
        "table_name kind reason",
    ),
)
