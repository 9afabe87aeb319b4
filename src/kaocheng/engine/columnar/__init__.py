"""The columnar evaluator: the same meaning as `reference`, computed by DuckDB on whole columns."""
