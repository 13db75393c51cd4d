"""The order in which files of tests are handed to the workers."""

import pytest

# The slowest by far: begun last, it would run alone at the end, with the other workers waiting.
FIRST = "test_spark.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slowest file."""
    items.sort(key=lambda item: item.path.name != FIRST)
