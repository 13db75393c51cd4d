"""Tables of many rows are held in a file: they are what they would be in memory, and the file goes with the run."""

from pathlib import Path

import pytest

from analytics import holding
from analytics.results import RESULTS
from analytics.sample import write_sample
from analytics.study import open_study


def test_tables_in_a_file_are_those_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sample(tmp_path / "data", 30, 7)
    names = [name for name in RESULTS if name != "quality_result"]
    with open_study(tmp_path / "data") as study:
        plain = {name: study.frame(name) for name in names}
    monkeypatch.setattr(holding, "MANY", 0)
    with open_study(tmp_path / "data", memory_limit="500MB") as study:
        held = {name: study.frame(name) for name in names}
        file = Path(study.engine.spill) / "held.duckdb"
        assert file.exists()
        found = study.engine.rows("select table_name from duckdb_tables() where database_name = 'held'")
        assert {"administration_day", "request_node"} <= {name for (name,) in found}
        assert str(study.explain(held["request"]["authorization_id"][0]))
    assert plain["administration"].height > 0
    for name in names:
        assert plain[name].equals(held[name]), name
    assert not file.exists()
