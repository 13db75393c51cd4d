"""What the author of a faulty policy file is told: every fault at once, with its line and what would be right."""

from pathlib import Path

import pytest

from analytics.errors import UserError
from analytics.policy import known_policy, load_policies
from analytics.policy.load import FOLDER, load_policy

POLICY_A = "ixempra-oncology-injectable"
POLICY_B = "emblemhealth-mg-mm-ph-153"


def faults(tmp_path: Path, *changes: tuple[str, str], of: str = POLICY_A) -> str:
    """What is said of a shipped file in which texts were replaced."""
    text = (FOLDER / f"{of}.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    for beside in FOLDER.glob("*.csv"):
        (tmp_path / beside.name).write_bytes(beside.read_bytes())
    (tmp_path / f"{of}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as raised:
        load_policies(tmp_path)
    return str(raised.value)


#: Old text, new text, and what is then said.
FAULTS = [
    ("[[version]]\n", "[other]\n", "version: is a table; right would be a list of tables, written [[version]]"),
    ("drug =", "drugs =", "drugs: 'drugs' is an unknown key (the nearest is 'drug')"),
    ('kind = "dose"\n', "", "kind: is missing"),
    ('label = "Vial of 15 mg"', 'label = " "', "vial[1].label: is empty"),
    ("mg = 15", 'mg = "15"', "vial[1].mg: is the text '15'; right would be a number"),
    ('type = "number"', 'type = "numbers"', "'numbers' is unknown here (the nearest is 'number')"),
    ('hcpcs_code = "J9207"', 'hcpcs_code = "9207"', "'9207' is not written like a code of HCPCS"),
    ('"70020-1910-xx"', '"7002-191-xx"', "right would be one like 70020-1910-xx"),
    ('prefixes = ["C50"]', 'prefixes = ["c50"]', "'c50' is not written like the beginning of a code of ICD"),
    ('prefixes = ["C50"]', 'prefixes = ["C509"]', "a code of ICD-10-CM; right would be C50.9"),
    ('prefixes = ["C50"]', 'prefixes = ["C5"]', "a code of ICD-10-CM; right would be one like C50"),
    ('"70020-1910-xx"', '"700201910XX"', "a code of NDC; right would be 70020-1910-xx"),
    ('"70020-1910-xx"', '"70020191001"', "a code of NDC; right would be 70020-1910-01"),
    ('hcpcs_code = "J9207"', 'hcpcs_code = "j9207"', "a code of HCPCS; right would be J9207"),
    ('code = "207RH0003X"', 'code = "207RH0003"', "'207RH0003' is not written like a code of NUCC"),
    ('code = "207RH0003X"', 'code = "207RX0202X"', "'207RX0202X' is listed twice"),
    ("mg = 15", "mg = 0", "vial[1].mg: 0 is not possible; right would be at least 0.1"),
    ("mg = 15", "mg = 15.125", "15.125 has more than two decimals"),
    ("mg = 15", "mg = 100000.01", "100000.01 is not possible; right would be at least 0.1 and at most 100000"),
    (
        "at_most = 40\n",
        "at_least = 40\n",
        "limits are maxima alone, and nothing is judged for being too little; right would be",
    ),
    ("mg_per_unit = 1", "mg_per_unit = 0", "mg_per_unit: 0 is not possible; right would be above 0"),
    ("window_days = 21", "window_days = 3", "window_days: 3 is not possible; right would be a whole"),
    (
        'id = "q3w.dose"\nkind = "dose"',
        'id = "q3w.dose"\nkind = "dose"\nwindow_days = 21',
        "window_days: doesn't go with kind = dose; right would be no window_days",
    ),
    ("window_days = 21\n", "", "window_days: is missing, and goes with kind = frequency; right would be counted over"),
    ("at_most = 1\n", "at_most = 1.5\n", "at_most: 1.5 administrations are not possible"),
    ('id = "weekly.dose"', 'id = "q3w.dose"', "two have the name 'q3w.dose'"),
    ('name = "weekly"', 'name = "Q3W"', "two have the name 'q3w'"),
    ("{ months = 12,", "{ days = 12, months = 12,", "has both 'months' and 'days'; right would be one"),
    ("{ months = 12,", "{", "has neither 'months' nor 'days'; right would be one of them"),
    (
        "authorization_length = { months = 12,",
        "weight_cap = 115\nauthorization_length = { months = 12,",
        'weight_cap: is a whole number (115); right would be a table, { kg = …, citation = "…" }',
    ),
    (
        'kind = "dose"\n',
        'kind = "dose"\ndoses = "1-5"\n',
        "doses: is the text '1-5'; right would be a table, { from = … } (also possible: to)",
    ),
    (
        '  "1.indication",',
        '  "1.indicaton",',
        "'1.indicaton' is no criterion of the file (the nearest is '1.indication')",
    ),
    ('  "1.C",\n', '  "1.C",\n  "1.A",\n', "'1.A' stands twice in this tree"),
    ('test = { fact = "age_years", at_least = 18 }', "", "'1.A' has no test"),
    (
        'Recommended Authorization Criteria 1.B"',
        'Recommended Authorization Criteria 1.B"\ntest = { fact = "age_years", at_least = 18 }',
        "'1.B' has a test and criteria below it",
    ),
    ('{ id = "1.B", any', '{ id = "1.B", all = ["1.C"], any', "has 2 of the keys all, any and of"),
    (
        '[criterion."1.A"]',
        '[criterion."1.X"]\nlabel = "x"\ncitation = "Ixempra UM policy, x"\n\n[criterion."1.A"]',
        'criterion."1.X": is used nowhere',
    ),
    (
        '[[question]]\nname = "metastatic"',
        '[[question]]\nname = "stage"\ntype = "number"\nlabel = "x"\n\n[[question]]\nname = "metastatic"',
        "'stage' is used nowhere",
    ),
    ('name = "metastatic"', 'name = "single_agent"', "two have the name 'single_agent'"),
    (
        'test = { fact = "age_years", at_least = 18 }',
        'test = { fact = "age_year", at_least = 18 }',
        "'age_year' is no question of the file and no column of the request (the nearest is 'age_years')",
    ),
    (
        'test = { fact = "age_years", at_least = 18 }',
        'test = { fact = "hcpcs_code", one_of = ["J9207"] }',
        "'hcpcs_code' is a column of the request that no test can ask for; right would be a question, or a column that "
        "tests may ask for: diagnosis_code, prescriber_specialty, requested_dose_mg_per_m2 or approved_units",
    ),
    (
        'test = { fact = "age_years", at_least = 18 }',
        'test = { fact = "xyz", at_least = 18 }',
        "'xyz' is no question of the file and no column of the request; right would be a question, or a column",
    ),
    (
        '[criterion."1"]',
        '[criterion."0"]',
        "'1' is no criterion of the file (the nearest is '1.B'); right would be [criterion.\"1\"] with a label and a "
        "citation, and no test",
    ),
    (
        'test = { fact = "age_years", at_least = 18 }',
        'test = { fact = "age_years", one_of = ["18"] }',
        "'age_years' is a number; right would be at_least, at_most, above or below",
    ),
    (
        'test = { fact = "age_years", at_least = 18 }',
        'test = { fact = "age_years" }',
        "'age_years' is compared in no way; right would be a bound",
    ),
    (
        '{ fact = "metastatic", one_of = ["yes"] }',
        '{ fact = "metastatic", one_of = ["yess"] }',
        "'yess' is no answer to 'metastatic' (the nearest is 'yes')",
    ),
    (
        '{ fact = "metastatic", one_of = ["yes"] }',
        '{ fact = "metastatic", one_of = [] }',
        "test.one_of: is empty; right would be a list with something in it, or no one_of",
    ),
    (
        '{ fact = "metastatic", one_of = ["yes"] }',
        '{ fact = "metastatic", prefixes = ["y"] }',
        "goes with codes, and 'metastatic' is none",
    ),
    ('silent_prefixes = ["Z85.3"', 'silent_prefixes = ["C50.9"', "'C50.9' is named as met too"),
    ('code_list = "oncology_specialties"', 'code_list = "oncology"', "'oncology' is no code list of the file"),
    (
        'test = { any = [\n  { fact = "oncologist',
        'test = { either = [\n  { fact = "oncologist',
        "has none of the keys fact, all, any and none",
    ),
    ('"Ixempra UM policy, Dosing A"', '"Dosing A"', "'Dosing A' names no document of the file"),
    ("dated = 2023-12-20\nsummary", "dated = 2026-12-20\nsummary", "revision: is not in the order of its dates"),
    ("[flag.history_code_only]", '[flag."1.A"]', "has the name of a criterion"),
    ('id = "ixempra-oncology-injectable"', 'id = "ixempra"', "'ixempra' is not the file's name"),
    ('then = { fact = "single_agent"', 'then = { fact = "combination_with_capecitabine"', "implies itself"),
    (
        'exceeded = ["q3w.dose", "weekly.dose"]',
        'exceeded = ["q3w.dos", "weekly.dose"]',
        "'q3w.dos' is unknown here (the nearest is 'q3w.dose')",
    ),
    ('evaluated = { "1" = "met"', 'evaluated = { "11" = "met"', "'11' is no criterion of the tree in force"),
    ('evaluated = { "1" = "met"', 'evaluated = { "1" = "yes"', "'yes' is unknown here"),
    (
        "age_years = 18, metastatic",
        'age_years = "many", metastatic',
        "'many' is no answer to 'age_years'; right would be a number",
    ),
    (
        'age_years = 18, metastatic = "yes"',
        'age_years = 18, metastatic = "maybe"',
        "'maybe' is no answer to 'metastatic'; right would be yes or no",
    ),
    (
        "age_years = 18, metastatic",
        'age_years = 18, requested_dose_mg_per_m2 = "high", metastatic',
        "'high' is no answer to 'requested_dose_mg_per_m2'; right would be a number",
    ),
    ("drug =", "drug", "is no TOML; right would be key = value"),
]


@pytest.mark.parametrize(("old", "new", "message"), FAULTS)
def test_fault(tmp_path: Path, old: str, new: str, message: str) -> None:
    found = faults(tmp_path, (old, new))
    assert message in found
    assert f"{POLICY_A}.toml" in found


SLIPS = [
    ("mg_per_unit = 1\n", "mg_per_unit = 1,5\n", "mg_per_unit", "right would be a decimal point: 1.5"),
    ("dated = 2023-12-20\nlabel", "dated = 2023-02-30\nlabel", "dated", "2023-02-30 is no day of the calendar"),
    ("dated = 2023-12-20\nlabel", "dated = 20.12.2023\nlabel", "dated", "a date written 2024-02-16, without quotes"),
    ('prefixes = ["C50"]', 'prefixes = ["C50",, "C51"]', "test", "right would be one comma between two values"),
    (
        "at_most = 40",
        "at_most = 40 mg",
        "at_most",
        "'at_most = 40 mg' is no TOML; right would be the number alone, 40,",
    ),
    ("at_most = 40", "at_most = 040", "at_most", "right would be 40, without a zero before it"),
    ("at_most = 40", "at_most = .5", "at_most", "right would be 0.5, with a zero before the point"),
    ("at_most = 40", "at_most = 40,", "at_most", "right would be no comma at the end of the line"),
    ("at_most = 40", "at_most =", "at_most", "right would be a value after the ="),
    ("at_most = 40", "at_most = 40\nat_most = 41", "at_most", "right would be each key and table once"),
    ('kind = "dose"', "kind = “dose”", "kind", 'right would be straight quotes: "'),
    ('kind = "dose"', "kind = dose", "kind", "right would be a text in quotes"),
    ('kind = "dose"', 'kind = "dose', "kind", "its text has no end; right would be a quote at the end of the text"),
    ("[[product]]", "[[product]", None, "right would be [[product]]"),
    ("jz = true", "jz = True", "jz", "right would be true or false, in lower case"),
]


@pytest.mark.parametrize(("old", "new", "key", "right"), SLIPS)
def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path, old: str, new: str, key: str | None, right: str) -> None:
    found = faults(tmp_path, (old, new))
    text = (FOLDER / f"{POLICY_A}.toml").read_text(encoding="utf-8")
    number = text[: text.index(old)].count("\n") + 1 + new.count("\n") - old.count("\n")
    assert f"{POLICY_A}.toml, line {number}{f', {key}' if key else ''}: " in found
    assert right in found and "; right would be " in found


def test_a_file_in_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "latin.toml"
    file.write_bytes('id = "latin"\ntitle = "Über"\n'.encode("latin-1"))
    with pytest.raises(UserError, match=r"latin.toml, line 2: holds a character that is not UTF-8; right would be the"):
        load_policy(file)


def test_a_name_that_comes_again_is_told_where_it_does(tmp_path: Path) -> None:
    found = faults(tmp_path, ('id = "weekly.dose"', 'id = "q3w.dose"'))
    lines = (tmp_path / f"{POLICY_A}.toml").read_text(encoding="utf-8").splitlines()
    second = [number for number, line in enumerate(lines, start=1) if line == 'id = "q3w.dose"'][1]
    said = "two have the name 'q3w.dose', the first at version[1].regimen[1].limit[1]; right would be a name for each"
    assert f"line {second}, version[1].regimen[2].limit[1].id: {said}" in found


def test_the_missing_table_of_a_root_is_told_once(tmp_path: Path) -> None:
    """Two versions have four trees, and three of them begin with I: what is missing is one table."""
    start = (FOLDER / f"{POLICY_B}.toml").read_text(encoding="utf-8")
    table = start[start.index('[criterion."I"]') :].split("\n\n")[0]
    found = faults(tmp_path, (table, ""), of=POLICY_B)
    assert found.count("is no criterion of the file") == 1 and "Unusable policy: " in found
    assert (
        "'I' is no criterion of the file (the nearest is 'II'); right would be [criterion.\"I\"] with a label" in found
    )


def test_a_file_without_a_document_is_not_told_of_each_citation(tmp_path: Path) -> None:
    many = (FOLDER / f"{POLICY_A}.toml").read_text(encoding="utf-8").count("[[document]]")
    found = faults(tmp_path, *[("[[document]]", "[[documents]]")] * many)
    assert "'documents' is an unknown key (the nearest is 'document')" in found
    assert "names no document" not in found


def test_all_faults_at_once_each_with_its_line(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        ('hcpcs_code = "J9207"', 'hcpcs_code = "J92O7"'),
        ("at_most = 16", "at_most = -16"),
        ('{ id = "1.B", any = ["1.B.i", "1.B.ii"', '{ id = "1.B", any = ["1.B.i", "1.B.2"'),
        ("window_days = 28", "window = 28"),
    )
    lines = (tmp_path / f"{POLICY_A}.toml").read_text(encoding="utf-8").splitlines()

    def line_of(text: str) -> int:
        return next(number for number, line in enumerate(lines, start=1) if text in line)

    assert "5 faults" in found  # the fifth: window_days is missing
    assert f"line {line_of('J92O7')}, product[1].hcpcs_code" in found
    assert f"line {line_of('at_most = -16')}, version[1].regimen[2].limit[1].at_most" in found
    assert f"line {line_of('1.B.2')}, version[1].initial.all[3].any: '1.B.2' is no criterion" in found
    assert f"line {line_of('window = 28')}, version[1].regimen[2].limit[2].window: 'window'" in found


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('loinc = "1920-8"', 'loinc = "1920-9"'), "'1920-9' has a last digit that doesn't check the others"),
        (('loinc = "1920-8"', 'loinc = "AST"'), "'AST' is not written like a code of LOINC"),
        (("dated = 2019-07-15", "dated = 2024-02-16"), "2024-02-16 is not after 2024-02-16"),
        (('words = ["positive", "negative"]', 'words = ["Positive", "negative"]'), "holds capitals"),
        (
            ('type = "word"\nlabel = "HER2', 'type = "yes_no"\nlabel = "HER2'),
            "words: doesn't go with type = yes_no; right would be no words",
        ),
        (
            ("months = { adjuvant = 6,", "months = { adjuvent = 6,"),
            "'adjuvent' is no answer to 'anthracycline_setting' (the nearest is 'adjuvant')",
        ),
        (('last_dose_on = "taxane_last_dose_on"', 'last_dose_on = "taxane_setting"'), "is a question of type word"),
        (('code_list = "taxanes"', 'code_list = "breast_cancer"'), "is of ICD-10-CM; right would be one of HCPCS"),
        (('.icd10.csv"', '.icd9.csv"'), "is not there; right would be the name of a CSV"),
        (("bsa_cap = { m2 = 2.2", "bsa_cap = { m2 = 22"), "22 is not possible; right would be at least 0.5 and at"),
        (('label = "Not meant as', 'heading = true\nlabel = "Not meant as'), "stands at a criterion with a test"),
        (('[criterion."I"]', '[criterion."I"]\npresumed = true'), "stands at a criterion without a test"),
    ],
)
def test_fault_of_policy_b(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    assert message in faults(tmp_path, change, of=POLICY_B)


def test_an_odd_csv(tmp_path: Path) -> None:
    for file in FOLDER.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / f"{POLICY_B}.icd10.csv").write_text("icd,label\nC50.011,x\n", encoding="utf-8")
    with pytest.raises(UserError, match="a header code,label"):
        load_policies(tmp_path)
    (tmp_path / f"{POLICY_B}.icd10.csv").write_text("code,label\nC50-011,x\nC50.1,y\nC50.1,y\n", encoding="utf-8")
    with pytest.raises(UserError) as raised:
        load_policies(tmp_path)
    assert "'C50-011' is not written like" in str(raised.value)
    assert "'C501' is listed twice" in str(raised.value)


def test_no_folder_and_no_file(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(UserError, match="holds no policy"):
            load_policies(folder)


def test_one_code_under_two_drugs(tmp_path: Path) -> None:
    text = (FOLDER / f"{POLICY_A}.toml").read_text(encoding="utf-8")
    (tmp_path / f"{POLICY_A}.toml").write_text(text, encoding="utf-8")
    other = text.replace(f'id = "{POLICY_A}"', 'id = "other"').replace('drug = "ixabepilone"', 'drug = "ixa"')
    (tmp_path / "other.toml").write_text(other, encoding="utf-8")
    with pytest.raises(UserError, match="J9207 is billed for 'ixa' here and for 'ixabepilone'"):
        load_policies(tmp_path)


def test_unknown_policy() -> None:
    with pytest.raises(UserError, match=f"the nearest is '{POLICY_B}'.*there are: {POLICY_B}, {POLICY_A}"):
        known_policy(load_policies(), "emblemhealth-mg-mm-ph-135")
