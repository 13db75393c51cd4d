"""The wheel carries what a checkout has beside the code, and the pinned versions name no host."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.support import ROOT, SAMPLES


def test_a_wheel_works_on_its_own(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", tmp_path, ROOT],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
        names = archive.namelist()
    assert any(name.endswith("_resources/sql/dosing/administration.sql") for name in names)
    assert any(name.endswith("policies/ixempra-oncology-injectable.toml") for name in names)
    assert not any(name.startswith(("tests/", "data_samples/")) for name in names)
    script = (
        "import analytics as um, analytics.resources as r\n"
        f"assert r.folder('sql').is_relative_to({str(tmp_path)!r}), r.folder('sql')\n"
        f"print(um.open({str(SAMPLES)!r}).renewal_summary.height)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site")},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0


def test_constraints_hold_versions_and_hashes_only() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        assert re.fullmatch(
            r"[a-z0-9_.-]+(\[[a-z,]+\])?==[\w.+!-]+( ; .+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?", line
        ), line
    pinned = {line.split("==")[0] for line in lines if "==" in line and not line.startswith(" ")}
    needed = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for name in re.findall(r'^    "([a-z-]+)[><=]', needed, re.M):
        assert name in pinned, f"{name} has no exact version in constraints.txt"
