"""docs/policies.md shows what is so: its TOML is TOML, its files and keys are there, its messages are real."""

import re
import tomllib
from pathlib import Path

import pytest

from analytics.errors import UserError
from analytics.policy import load_policies
from analytics.policy.language import SHAPES
from analytics.policy.load import FOLDER
from tests.policies import FOLDER as INVENTED

PAGE = (Path(__file__).parents[1] / "docs" / "policies.md").read_text(encoding="utf-8")
FILES = [*FOLDER.glob("*.toml"), *INVENTED.glob("*.toml")]
POLICY_A = "ixempra-oncology-injectable"


def keys(value: object) -> set[str]:
    """Every key of a TOML document, at any depth."""
    if isinstance(value, dict):
        return set(value) | {key for inner in value.values() for key in keys(inner)}
    return {key for inner in value for key in keys(inner)} if isinstance(value, list) else set()


@pytest.mark.parametrize("block", re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL))
def test_toml_of_the_page(block: str) -> None:
    shipped = {key for file in FILES for key in keys(tomllib.loads(file.read_text(encoding="utf-8")))}
    assert keys(tomllib.loads(block)) <= shipped


def test_messages_of_the_page(tmp_path: Path) -> None:
    text = (FOLDER / f"{POLICY_A}.toml").read_text(encoding="utf-8")
    text = text.replace('hcpcs_code = "J9207"', 'hcpcs_code = "J92O7"').replace('"age_years", at', '"age_year", at')
    (tmp_path / f"{POLICY_A}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as raised:
        load_policies(tmp_path)
    assert str(raised.value) in PAGE


def test_files_of_the_page() -> None:
    for path in re.findall(r"`((?:analytics|tests)/[\w/.]+)`", PAGE):
        assert (Path(__file__).parents[1] / path).exists(), path


@pytest.mark.parametrize("shape", SHAPES)
def test_the_page_speaks_of_every_key(shape: str) -> None:
    words = set(re.findall(r"[a-z_0-9]+", PAGE))
    assert set(SHAPES[shape].fields) <= words
