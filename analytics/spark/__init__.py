"""The same files of `sql/` on Spark: their text in Spark's dialect, a session, inputs, and an engine over them."""
