"""`um policy new`, `show`, `list`, `schema`, and policies of one's own beside those of the product."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from analytics.errors import UserError
from analytics.policy import load_policies
from analytics.policy.load import FOLDER, load_policy
from analytics.policy.outline import outline
from analytics.policy.schema import json_schema
from analytics.study import open_study
from analytics.workbench.check import check
from analytics.workbench.new import new_text
from analytics.workbench.page import html, markdown
from tests.policies import um
from tests.support import authorization, claim, write_extract

POLICY_A, POLICY_B = "ixempra-oncology-injectable", "emblemhealth-mg-mm-ph-153"


# ---- new


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--dose", "12.5", "--mg-per-unit", "0.5", "--every", "7", "--payer", "Acme Health", "--diagnosis", "G35"),
        (
            "--drug",
            "new drug",
            "--title",
            "A policy: of a drug",
            "--months",
            "6",
            "--dated",
            "2024-02-29",
            "--vial",
            "2.5",
        ),
        ("--code", "90378", "--ndc", "12345-6789-1", "--every", "365", "--dose", "1000", "--mg-per-unit", "50"),
        ("--diagnosis", "C50.9", "--dose", "0.1", "--mg-per-unit", "0.1"),
        ("--per", "kg", "--dose", "6", "--mg-per-unit", "10"),
        ("--per", "flat", "--dose", "240"),
        ("--per", "kg", "--dose", "1000", "--mg-per-unit", "500", "--vial", "40000"),
        ("--per", "units", "--dose", "155", "--mg-per-unit", "0.5"),
    ],
)
def test_a_new_file_is_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]) -> None:
    code, out, err = um(capsys, "policy", "new", "acme-drug", "--out", str(tmp_path), *options)
    assert (code, err) == (0, "")
    assert f"um policy check {tmp_path / 'acme-drug.toml'}" in out
    checked = check([tmp_path / "acme-drug.toml"])[0]
    assert checked.faults + checked.findings + checked.notes == []
    assert checked.n_examples == 5
    assert "«" not in (tmp_path / "acme-drug.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("per", "label", "given"),
    [
        ("m2", "At most 40 mg/m² per administration", 72),
        ("kg", "At most 40 mg/kg per administration", 3200),
        ("flat", "At most 40 mg per administration", 40),
        ("units", "At most 40 units per administration", 40),
    ],
)
def test_a_new_file_says_what_a_dose_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], per: str, label: str, given: int
) -> None:
    """At 1.80 m² or 80 kg, a unit being 1 mg."""
    um(capsys, "policy", "new", "acme-drug", "--out", str(tmp_path), "--per", per)
    policy = load_policy(tmp_path / "acme-drug.toml")
    assert next(policy.versions[0].limits()).label == label
    assert policy.dosing_examples[0].administered_units == given


@pytest.mark.parametrize(
    ("words", "publisher"),
    [
        (("--payer", "Lakeshore Health"), "Lakeshore Health"),
        (("--payer", "Lakeshore Health", "--publisher", "Acme"), "Acme"),
        ((), "the payer"),
    ],
)
def test_a_new_files_document_is_of_the_payer_unless_somebody_else_published_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], publisher: str
) -> None:
    um(capsys, "policy", "new", "acme-drug", "--out", str(tmp_path), *words)
    assert load_policy(tmp_path / "acme-drug.toml").documents[0].publisher == publisher


def test_new_leaves_a_file_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "acme.toml").write_text("mine", encoding="utf-8")
    code, _, err = um(capsys, "policy", "new", "acme", "--out", str(tmp_path))
    assert code == 2 and "is there already, and is left as it is" in err
    assert (tmp_path / "acme.toml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "um policy new needs the policy's id"),
        (("Acme Drug",), "'Acme Drug' is no id for a policy; right would be lower case"),
        (("acme", "--per", "lb"), "--per is 'lb', but must be like m2, kg, flat or units"),
        (("acme", "--every", "3"), "--every is '3', but must be like 21: whole days from 4 to 366."),
        (("acme", "--dose", "0"), "--dose is '0', but must be like 40, and above 0."),
        (("acme", "--mg-per-unit", "0.0"), "--mg-per-unit is '0.0', but must be like 10, and above 0."),
        (("acme", "--vial", "0"), "--vial is '0', but must be like 45, at least 0.1 and at most 100000."),
        (("acme", "--vial", "100001"), "--vial is '100001', but must be like 45, at least 0.1 and at most 100000."),
        (("acme", "--vial", "0.125"), "--vial is '0.125', but must be like 45"),
        (("acme", "--dated", "2025-13-01"), "--dated is '2025-13-01', but must be like 2025-01-01."),
        (("acme", "--code", "J92O7"), "--code is 'J92O7', but must be like J9207"),
        (("acme", "--drug", 'a "b"'), "must be like text without quotes"),
        (
            ("acme", "--out", "/nowhere/at/all"),
            "There is no folder '/nowhere/at/all'; right would be one that is there",
        ),
    ],
)
def test_new_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str) -> None:
    code, _, err = um(capsys, "policy", "new", "--out", str(tmp_path), *words)
    assert code == 2 and message in err
    assert not list(tmp_path.iterdir())


# ---- show


class Reader(HTMLParser):
    """What a page says, and whether its tags close."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.said = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)
        self.ids += [str(value) for name, value in attributes if name == "id"]
        self.links += [str(value) for name, value in attributes if name in ("href", "src")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said += data


@pytest.mark.parametrize("policy_id", [POLICY_A, POLICY_B])
def test_html_says_everything_and_needs_nothing(policy_id: str) -> None:
    policy = load_policies()[policy_id]
    page = html(policy, outline(policy))
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    assert sorted(link.removeprefix("#") for link in reader.links) == sorted(reader.ids)
    assert all(link.startswith("#") for link in reader.links)
    assert "default-src 'none'" in page and "<script" not in page
    for node in policy.versions[-1].initial.walk():
        assert node.criterion.id in reader.said and node.criterion.label in reader.said
    for limit in policy.versions[-1].limits():
        assert limit.label in reader.said


def test_markdown_is_a_list_of_lists() -> None:
    policy = load_policies()[POLICY_A]
    text = markdown(policy, outline(policy))
    assert text.startswith(f"# {policy.title}\n")
    assert "  - `1.A` Adult: at least 18 years old when the request was received *[Recommended" in text
    assert all(re.match(r"(#{1,2} |(  )*- |$)", line) for line in text.splitlines())


def test_show_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = um(capsys, "policy", "show", f"{POLICY_B}@2019-07-15")
    assert code == 0 and "> 2019-07-15" in out and "the version asked for" in out
    code, out, _ = um(capsys, "policy", "show", str(FOLDER / f"{POLICY_A}.toml"), "--format", "markdown")
    assert code == 0 and out.startswith("# ")
    code, out, _ = um(capsys, "policy", "show", POLICY_A, "--format", "html", "--out", str(tmp_path / "a.html"))
    assert code == 0 and (tmp_path / "a.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    code, _, err = um(capsys, "policy", "show", f"{POLICY_B}@2019")
    assert code == 2 and "has no version '2019' (the nearest is '2019-07-15')" in err and "2024-02-16" in err
    # 2019-07-15 is nearer as a text, and what is meant is the rule of that day.
    code, out, err = um(capsys, "policy", "show", f"{POLICY_B}@2024-07-15")
    assert code == 2 and "has no version '2024-07-15' (on that day '2024-02-16' is in force); there are:" in err
    code, _, err = um(capsys, "policy", "show", f"{POLICY_A}@")
    assert code == 2 and f"'{POLICY_A}@' names no version after its @; {POLICY_A} has 2023-12-20." in err
    code, _, err = um(capsys, "policy", "show", f"{POLICY_B}@2019-07-15", "--on", "2024-02-16")
    assert code == 2 and "leave one of them out" in err
    code, _, err = um(capsys, "policy", "show", "gone.toml")
    assert code == 2 and "There is no policy file 'gone.toml'" in err


def test_schema_command(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = um(capsys, "policy", "schema")
    assert code == 0 and json.loads(out) == json_schema()


# ---- policies of one's own


def private(tmp_path: Path) -> Path:
    """A folder with one policy of another drug."""
    folder = tmp_path / "private"
    folder.mkdir()
    answers = {
        "id": "acme-drug", "title": "Acme", "drug": "new drug", "payer": "Acme Health", "publisher": "Acme",
        "code": "J1234", "mg-per-unit": "10", "ndc": "12345-1234-xx", "vial": "100", "dose": "100", "every": "21",
        "months": "6", "diagnosis": "C34", "dated": "2020-01-01",
    }  # fmt: skip
    (folder / "acme-drug.toml").write_text(new_text(answers), encoding="utf-8")
    return folder


def test_private_policies_stand_beside_those_of_the_product(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = private(tmp_path)
    assert list(load_policies(private=folder)) == ["acme-drug", POLICY_B, POLICY_A]
    code, out, _ = um(capsys, "policy", "list", "--policies", str(folder))
    assert code == 0 and "acme-drug" in out and POLICY_B in out
    assert um(capsys, "policy", "show", "acme-drug", "--policies", str(folder))[0] == 0
    assert um(capsys, "policy", "check", "--policies", str(folder))[0] == 0
    code, out, _ = um(capsys, "policy", "diff", "acme-drug", POLICY_A, "--policies", str(folder))
    assert code == 0 and "Policies for different drugs, new drug and ixabepilone: amounts are no comparison." in out


@pytest.mark.parametrize("how", ["option", "configuration"])
def test_a_study_under_a_private_policy(tmp_path: Path, how: str) -> None:
    private(tmp_path)
    more = {"person_id": "P1", "payer": "Acme Health", "hcpcs_code": "J1234"}
    tables = {
        "medical_claim": [claim(service_unit_quantity="18", **more)],
        "authorization": [authorization(diagnosis_code="C34.1", **more)],
    }
    config = "" if how == "option" else 'policy_folder = "../private"\n'
    data = write_extract(tmp_path / "data", tables, config)
    with open_study(data, policies=tmp_path / "private" if how == "option" else None) as study:
        assert study.administration["status"].to_list() == ["within"]
        assert study.administration["policy_id"].to_list() == ["acme-drug"]


def test_ids_that_clash_are_refused(tmp_path: Path) -> None:
    (tmp_path / f"{POLICY_A}.toml").write_text(
        (FOLDER / f"{POLICY_A}.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    with pytest.raises(UserError, match=f"'{POLICY_A}' is the id of .* too; right would be another id"):
        load_policies(private=tmp_path)


def test_a_folder_without_policies_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no policy; right would be a folder with one TOML file per policy"):
        load_policies(private=tmp_path)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("policy_folder = 3\n", "policy_folder is 3, but must be a folder's name"),
        (
            'policies = "private"\n',
            "policies must be a table, written .policies. .a folder of private policies is policy_folder",
        ),
        ('policy_folder = "gone"\n', "gone holds no policy"),
    ],
)
def test_configured_folder_that_is_none(tmp_path: Path, config: str, message: str) -> None:
    data = write_extract(tmp_path / "data", {"medical_claim": [claim()], "authorization": [authorization()]}, config)
    with pytest.raises(UserError, match=message):
        open_study(data)


def test_a_policy_file_that_is_a_folder_or_gone(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="can't be read"):
        load_policy(tmp_path)
