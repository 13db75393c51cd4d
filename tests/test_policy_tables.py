"""The policy tables: the columns that SQL counts on, and the rows that the two policies give."""

from datetime import date
from pathlib import Path

import pytest

from analytics.policy import load_policies, policy_tables, resolve_payers
from analytics.policy.tables import PolicyTable
from analytics.policy.vials import sizes_of, vial_sums

POLICY_A = "ixempra-oncology-injectable"
POLICY_B = "emblemhealth-mg-mm-ph-153"
POLICIES = load_policies()
TABLES = policy_tables(POLICIES, resolve_payers(POLICIES, {"*": POLICY_A}))

COLUMNS = {
    "policy": "policy_id drug title",
    "policy_payer": "payer policy_id",
    "policy_code": "policy_id hcpcs_code mg_per_unit counted_per_unit vial_sets",
    "policy_version": "policy_id policy_version effective_from effective_until length_months length_days "
    "bsa_cap_m2 longest_window_days weight_cap_kg course_gap_days",
    "policy_regimen": "policy_id policy_version regimen",
    "policy_limit": "policy_id policy_version regimen limit_id kind amount window_days advisory dose_per rounding "
    "counted_per_shown from_dose to_dose span cycles",
    "policy_limit_place": "policy_id policy_version limit_id place",
    "policy_window": "policy_id window_days grace_days days_counted",
    "policy_vial": "policy_id ndc_prefix mg",
    "policy_vial_set": "policy_id vial_sets smallest_vial_mg",
    "policy_vial_sum": "policy_id vial_sets above_mg up_to_mg",
    "policy_node": "policy_id policy_version request_type node_id parent_id depth sequence tree operator "
    "is_criterion is_leaf is_root is_conjunct is_recordable is_presumed label citation remark fact comparison "
    "number needed indication",
    "policy_node_value": "policy_id policy_version request_type node_id value is_prefix result",
    "policy_indication_test": "policy_id policy_version indication sequence alternative test_number fact comparison "
    "number is_negated",
    "policy_indication_value": "policy_id policy_version indication alternative test_number value is_prefix result",
    "policy_indication_regimen": "policy_id policy_version indication regimen",
    "policy_length": "policy_id policy_version indication request_type is_exception length_months length_days",
    "policy_question": "policy_id question answer_type",
    "policy_question_word": "policy_id question word",
    "policy_implication": "policy_id if_fact if_value fact value",
    "policy_age_fact": "policy_id fact",
    "policy_days_since": "policy_id fact question",
    "policy_lab": "policy_id fact source_code days unit",
    "policy_lab_unit": "policy_id fact source_code unit factor",
    "policy_prior_therapy": "policy_id fact drug_class months doses days",
    "policy_therapy": "policy_id therapy drug_class around_days months fact implied_by asks_pharmacy",
    "policy_therapy_ndc": "policy_id fact ndc_prefix",
    "policy_resistance": "policy_id fact drug_class progressed_question last_dose_question setting_question",
    "policy_resistance_setting": "policy_id fact setting months",
    "policy_class_code": "policy_id drug_class hcpcs_code",
}

PYTHON = {"VARCHAR": str, "DOUBLE": float, "INTEGER": int, "SMALLINT": int, "BOOLEAN": bool, "DATE": date}


def dicts(table: PolicyTable, **where: object) -> list[dict[str, object]]:
    names = [name for name, _ in table.columns]
    rows = [dict(zip(names, row, strict=True)) for row in table.rows]
    return [row for row in rows if all(row[key] == value for key, value in where.items())]


def nodes(**where: object) -> list[dict[str, object]]:
    return dicts(TABLES["policy_node"], **where)


def test_tables_and_their_columns() -> None:
    assert list(TABLES) == list(COLUMNS)
    for name, table in TABLES.items():
        assert table.name == name
        assert [column for column, _ in table.columns] == COLUMNS[name].split()


@pytest.mark.parametrize("name", COLUMNS)
def test_values_are_of_their_types(name: str) -> None:
    for row in TABLES[name].rows:
        for value, (column, kind) in zip(row, TABLES[name].columns, strict=True):
            assert value is None or type(value) is PYTHON[kind], column


@pytest.mark.parametrize("name", COLUMNS)
def test_rows_are_unique_and_deterministic(name: str) -> None:
    rows = TABLES[name].rows
    assert len(set(rows)) == len(rows)
    again = policy_tables(list(reversed(POLICIES.values())), resolve_payers(POLICIES, {"*": POLICY_A}))
    assert again[name].rows == rows


def test_payers_and_codes() -> None:
    assert TABLES["policy_payer"].rows == [("ConnectiCare", POLICY_B), ("EmblemHealth", POLICY_B), (None, POLICY_A)]
    assert TABLES["policy_code"].rows == [(POLICY_B, "J9207", 1.0, 1.0, 1), (POLICY_A, "J9207", 1.0, 1.0, 1)]
    assert TABLES["policy_vial_set"].rows == [(POLICY_B, 1, 15.0), (POLICY_A, 1, 15.0)]


def test_versions() -> None:
    assert TABLES["policy_version"].rows == [
        (POLICY_B, "2019-07-15", None, date(2024, 2, 16), 6, 0, 2.2, 21, None, None),
        (POLICY_B, "2024-02-16", date(2024, 2, 16), None, 6, 0, 2.2, 21, None, None),
        (POLICY_A, "2023-12-20", None, None, 12, 0, None, 28, None, None),
    ]


def test_limits() -> None:
    b = [
        ("q3w", "q3w.dose", "dose", 40.0, None, False, "m2", "as_billed", 1.0, None, None, None, None),
        ("q3w", "q3w.units", "units", 90.0, 21, False, None, None, 1.0, None, None, None, None),
        ("q3w", "q3w.frequency", "frequency", 1.0, 21, True, None, None, 1.0, None, None, None, None),
    ]
    a = [
        ("q3w", "q3w.dose", "dose", 40.0, None, False, "m2", "as_billed", 1.0, None, None, None, None),
        ("q3w", "q3w.frequency", "frequency", 1.0, 21, False, None, None, 1.0, None, None, None, None),
        ("weekly", "weekly.dose", "dose", 16.0, None, False, "m2", "as_billed", 1.0, None, None, None, None),
        ("weekly", "weekly.frequency", "frequency", 3.0, 28, False, None, None, 1.0, None, None, None, None),
    ]
    expected = [(POLICY_B, version, *row) for version in ("2019-07-15", "2024-02-16") for row in b]
    assert TABLES["policy_limit"].rows == expected + [(POLICY_A, "2023-12-20", *row) for row in a]


def test_windows() -> None:
    b = [(POLICY_B, 21, grace, 21 - grace) for grace in range(4)]
    a = [(POLICY_A, days, grace, days - grace) for days in (21, 28) for grace in range(4)]
    assert TABLES["policy_window"].rows == b + a


@pytest.mark.parametrize("policy_id", POLICIES)
@pytest.mark.parametrize(
    ("need", "held"), [(75.6, 90), (88, 90), (29.28, 30), (0.01, 15), (15, 15), (15.01, 30), (278, 285)]
)
def test_vial_sums(policy_id: str, need: float, held: float) -> None:
    steps = dicts(TABLES["policy_vial_sum"], policy_id=policy_id)
    assert [
        step["up_to_mg"] for step in steps if float(str(step["above_mg"])) < need <= float(str(step["up_to_mg"]))
    ] == [held]
    assert steps[0]["above_mg"] == 0.0
    assert [step["above_mg"] for step in steps[1:]] == [step["up_to_mg"] for step in steps[:-1]]


def test_vial_sums_of_odd_sizes(tmp_path: Path) -> None:
    """Vials of 0.5 and 0.75 mg: 0.25 can't be held exactly, and everything from 0.5 on comes in quarters."""
    from analytics.policy.load import FOLDER, load_policy

    text = (FOLDER / f"{POLICY_A}.toml").read_text(encoding="utf-8")
    text = text.replace("\nmg = 15\n", "\nmg = 0.5\n").replace("\nmg = 45\n", "\nmg = 0.75\n")
    (tmp_path / f"{POLICY_A}.toml").write_text(text, encoding="utf-8")
    policy = load_policy(tmp_path / f"{POLICY_A}.toml")
    sums = [(float(above), float(up_to)) for above, up_to in vial_sums(policy, sizes_of(policy, 1))]
    assert sums[:4] == [(0.0, 0.5), (0.5, 0.75), (0.75, 1.0), (1.0, 1.25)]
    assert sums[-1][1] >= 40 * 6 * 1.1


# ---- nodes

B_SINCE = {"policy_id": POLICY_B, "policy_version": "2024-02-16"}


def test_flags_of_nodes() -> None:
    def named(key: str, request_type: str = "initial") -> list[object]:
        return [n["node_id"] for n in nodes(**B_SINCE, request_type=request_type, tree="criteria") if n[key]]

    assert named("is_root") == ["I"]
    assert named("is_conjunct") == ["I.1.A.dx_code", "I.1.A.disease", "I.1.A", "L.1", "L.2", "L.3", "L.4", "L.5"]
    assert named("is_conjunct", "renewal") == ["II.1", "II.2", "II.3"]
    assert named("is_presumed") == ["L.1", "L.4", "L.5"]
    criteria, recordable = named("is_criterion"), named("is_recordable")
    assert [node for node in criteria if node not in recordable] == ["I", "L"]
    criteria, recordable = named("is_criterion", "renewal"), named("is_recordable", "renewal")
    assert [node for node in criteria if node not in recordable] == ["II", "L"]
    tested = [node for node in criteria if POLICIES[POLICY_B].criteria[str(node)].rule is not None]
    assert named("is_leaf", "renewal") == tested


def test_every_tree_is_sound() -> None:
    for key in {(n["policy_id"], n["policy_version"], n["request_type"]) for n in nodes()}:
        rows = nodes(policy_id=key[0], policy_version=key[1], request_type=key[2])
        by_id = {row["node_id"]: row for row in rows}
        assert len(by_id) == len(rows)
        assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1))
        parents = {row["parent_id"] for row in rows}
        for row in rows:
            parent = by_id.get(row["parent_id"])
            assert row["depth"] == (0 if parent is None else int(str(parent["depth"])) + 1)
            assert (parent is None) == row["is_root"]
            assert parent is None or (parent["sequence"] < row["sequence"] and parent["tree"] == row["tree"])  # type: ignore[operator]
            assert (row["operator"] == "fact") == (row["node_id"] not in parents) == (row["fact"] is not None)
            assert row["label"] and row["citation"]


def test_compound_test_of_a_leaf() -> None:
    rows = nodes(**B_SINCE, request_type="initial")
    below = [n for n in rows if str(n["node_id"]).startswith("L.3")]
    shown = [(n["node_id"], n["parent_id"], n["operator"], n["fact"], n["comparison"], n["number"]) for n in below]
    assert shown == [
        ("L.3", "L", "any", None, None, None),
        ("L.3#1", "L.3", "fact", "combination_with_capecitabine", "one_of", None),
        ("L.3#2", "L.3", "all", None, None, None),
        ("L.3#2.1", "L.3#2", "fact", "ast_uln", "at_most", 2.5),
        ("L.3#2.2", "L.3#2", "fact", "alt_uln", "at_most", 2.5),
        ("L.3#2.3", "L.3#2", "fact", "bilirubin_uln", "at_most", 1.0),
    ]


def test_flags_are_trees_of_their_own() -> None:
    roots = [n["node_id"] for n in nodes(**B_SINCE, request_type="renewal", tree="flag") if n["is_root"]]
    assert roots == ["breast_cancer_code_not_listed", "history_code_only", "contradictory_answers"]
    negated = nodes(**B_SINCE, request_type="renewal", node_id="breast_cancer_code_not_listed#2")
    assert [n["operator"] for n in negated] == ["none"]
    assert not any(n["is_criterion"] for n in nodes(tree="flag"))


def test_values_are_as_extracts_hold_them() -> None:
    values = dicts(TABLES["policy_node_value"], policy_id=POLICY_A, request_type="initial", node_id="1.indication#1")
    shown = [(v["value"], v["is_prefix"], v["result"]) for v in values]
    assert shown == [("C50", True, 1), ("Z853", True, 0), ("C77", True, 0), ("C78", True, 0), ("C79", True, 0)]
    listed = dicts(TABLES["policy_node_value"], **B_SINCE, request_type="initial", node_id="I.1.A.dx_code#1")
    assert len(listed) == 55
    assert {v["value"] for v in listed} >= {"C50011", "C50929", "Z853"}
    assert not any("." in str(v["value"]) for v in listed)


def test_what_else_answers() -> None:
    assert TABLES["policy_age_fact"].rows == [(POLICY_A, "age_years")]
    labs = [(POLICY_B, "ast_uln", "1920-8", 30, None), (POLICY_B, "alt_uln", "1742-6", 30, None)]
    assert TABLES["policy_lab"].rows == [*labs, (POLICY_B, "bilirubin_uln", "1975-2", 30, None)]
    assert TABLES["policy_resistance_setting"].rows == [
        (POLICY_B, "anthracycline_resistant", "adjuvant", 6),
        (POLICY_B, "anthracycline_resistant", "metastatic", 3),
        (POLICY_B, "taxane_resistant", "adjuvant", 12),
        (POLICY_B, "taxane_resistant", "metastatic", 4),
    ]
    classes = TABLES["policy_class_code"].rows
    assert {code for _, drug_class, code in classes if drug_class == "anthracycline"} == {
        "J9000",
        "J9178",
        "Q2049",
        "Q2050",
    }
    taxanes = {"J9267", "J9265", "J9264", "J9258", "J9259", "J9171", "J9172", "J9170"}
    assert {code for _, drug_class, code in classes if drug_class == "taxane"} == taxanes
    implied = [
        ("single_agent", "yes", "combination_with_capecitabine", "no"),
        ("combination_with_capecitabine", "yes", "single_agent", "no"),
    ]
    assert TABLES["policy_implication"].rows == [(policy, *each) for policy in (POLICY_B, POLICY_A) for each in implied]


QUESTIONS_B = """recurrent metastatic combination_with_capecitabine single_agent anthracycline_resistant
    anthracycline_progressed_on anthracycline_last_dose_on anthracycline_setting taxane_resistant taxane_progressed_on
    taxane_last_dose_on taxane_setting capecitabine_resistant anthracycline_contraindicated combination_with_trastuzumab
    trastuzumab_exposed her2_status hormone_receptor_status visceral_crisis endocrine_refractory
    endocrine_regimens_without_benefit symptomatic_visceral_disease adjuvant_use progression_on_ixempra
    unsupported_indication ast_uln alt_uln bilirubin_uln tumor_response unacceptable_toxicity"""
QUESTIONS_A = """age_years recurrent_unresectable_locoregional metastatic no_response_to_preoperative_therapy
    oncologist_involved single_agent combination_with_capecitabine"""


def test_questions() -> None:
    asked = [(policy, question) for policy, question, _ in TABLES["policy_question"].rows]
    assert asked == [(POLICY_B, q) for q in QUESTIONS_B.split()] + [(POLICY_A, q) for q in QUESTIONS_A.split()]
    words = {(question, word) for _, question, word in TABLES["policy_question_word"].rows}
    assert {word for question, word in words if question == "tumor_response"} == {"response", "stable", "progression"}
    assert {word for question, word in words if question == "her2_status"} == {"positive", "negative"}
