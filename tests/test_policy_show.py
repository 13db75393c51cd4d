"""Policies as text: what people read, and that it is in our own words."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from analytics.policy import load_policies
from analytics.policy.load import FOLDER, load_policy
from analytics.policy.record import rules
from analytics.policy.show import WIDTH, list_text, show_text

POLICY_A = "ixempra-oncology-injectable"
POLICY_B = "emblemhealth-mg-mm-ph-153"
POLICIES = load_policies()
DOCUMENTS = Path(__file__).resolve().parents[2] / "shared" / "seeds"


def test_list_names_every_policy() -> None:
    text = list_text(POLICIES)
    for expected in (POLICY_A, POLICY_B, "EmblemHealth, ConnectiCare", "2019-07-15, 2024-02-16", "none named"):
        assert expected in text


@pytest.mark.parametrize("policy_id", POLICIES)
def test_show_fits_the_page_and_cites(policy_id: str) -> None:
    text = show_text(POLICIES[policy_id])
    assert max(len(line) for line in text.splitlines()) <= WIDTH
    policy = POLICIES[policy_id]
    flat = re.sub(r"[\s│├└─]+", " ", text)
    for each in (*policy.notes, *policy.revisions, *policy.products, *policy.vials):
        assert each.citation.removeprefix(f"{policy.documents[0].name}, ") in flat
    for node in policy.versions[-1].initial.walk():
        assert f"{node.criterion.id} " in flat
        assert node.criterion.label in flat


def test_show_marks_the_version_in_force() -> None:
    policy = POLICIES[POLICY_B]
    before, since = show_text(policy, date(2024, 2, 15)), show_text(policy, date(2024, 2, 16))
    assert "> 2019-07-15" in before and "> 2024-02-16" in since
    assert "I.1.A.iii.one_of.c" in before and "I.1.A.iii.one_of.c" not in since
    assert "in force on 2024-02-15" in before
    assert "> 2024-02-16" in show_text(policy) and "the latest version" in show_text(policy)


def test_show_draws_the_tree() -> None:
    lines = show_text(POLICIES[POLICY_A]).splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("  ├── 1.B (any of:)  One of three"))
    assert lines[start + 1].startswith("  │   │   ") and lines[start + 1].endswith("1.B]")
    assert lines[start + 2].startswith("  │   ├── 1.B.i  Local or regional")
    assert "  The same criteria as for an initial request." in lines


def test_renewal_points_to_the_criteria_already_shown() -> None:
    text = show_text(POLICIES[POLICY_B])
    assert "the same criteria as below I above" in text
    assert text.count("I.1.A.dx_code  ") == 1


# ---- our own words


def words(text: str) -> list[str]:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).split()


def texts(value: object) -> Iterator[str]:
    """Every text in a policy file."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the policies' documents are not beside the repository")
@pytest.mark.parametrize(
    "file", sorted([*FOLDER.iterdir(), Path(__file__).parents[1] / "docs" / "policies.md"]), ids=lambda f: f.name
)
def test_no_eight_words_in_a_row_are_the_documents(file: Path) -> None:
    content = file.read_text(encoding="utf-8")
    parts = list(texts(tomllib.loads(content))) if file.suffix == ".toml" else content.splitlines()
    for document in DOCUMENTS.glob("*.txt"):
        source = f" {' '.join(words(document.read_text(encoding='utf-8')))} "
        for part in parts:
            found = words(part)
            for start in range(len(found) - 7):
                run = " ".join(found[start : start + 8])
                assert f" {run} " not in source, run


def test_counts_of_one_are_singular(tmp_path: Path) -> None:
    """Every length, window and span of an invented policy at 1, where the language lets it be 1."""
    folder = Path(__file__).parent / "policies"
    for beside in folder.glob("*.csv"):
        (tmp_path / beside.name).write_bytes(beside.read_bytes())
    text = (folder / "invented-whole.toml").read_text(encoding="utf-8")
    text = text[: text.index("[[example.")]
    ones, n = re.subn(r"\b(months|days|doses|new_after_days|around_days|grace_days|adjuvant) = \d+", r"\1 = 1", text)
    assert n > 15
    file = tmp_path / "invented-whole.toml"
    file.write_text(ones, encoding="utf-8")
    policy = load_policy(file)
    told = show_text(policy, date(2000, 1, 1)) + show_text(policy)
    told += " ".join(f"{rule['says']} {rule.get('grants', '')}" for rule in rules(policy))
    told = " ".join(told.split())
    assert "1 month before" in told and "1 day of grace" in told
    assert re.findall(r".{20}\b1 (?:day|month|unit|dose|administration|week)s\b", told) == []


def test_a_limits_record_tells_its_grace_and_its_rounding() -> None:
    folder = Path(__file__).parent / "policies"
    granted = {
        rule["id"]: rule["grants"]
        for stem in ("invented-grace", "invented-rounding", "invented-flat")
        for rule in rules(load_policy(folder / f"{stem}.toml"))
        if rule["kind"] == "limit"
    }
    assert "2 days of grace: 26 days are looked at" in granted.values()
    assert any(words.endswith("% over it is within") for words in granted.values())
    assert "rounded up to whole vials" in granted.values() and "" in granted.values()


def test_lengths_are_told_in_words() -> None:
    folder = Path(__file__).parent / "policies"
    lengths = [rule for file in folder.glob("*.toml") for rule in rules(load_policy(file)) if rule["kind"] == "length"]
    says = " ".join(rule["says"] for rule in lengths)
    assert {rule["id"] for rule in lengths} == {""} and "(" not in says and "An approval of a renewal" in says
