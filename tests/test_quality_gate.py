"""Every expectation passes on tables about which all agrees, and fails on rows that break it; verdicts follow."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from analytics import gatekeeper
from analytics.errors import UserError
from analytics.quality import (
    POLICY_TABLES,
    WHOLE_EXTRACT,
    GateProcess,
    QualityResult,
    counting_sql,
    listing_sql,
    rejudge,
    run_gate,
    sentence,
    verdict,
)
from analytics.quality.catalogue import catalogue
from analytics.quality.expectation import Expectation
from analytics.quality.sources import FILES, RUN_TABLE, input_columns, statement
from tests.policies import FOLDER
from tests.support import HARBOR, authorization, claim, opened
from tests.test_quality_faults import FAULTS, MAKERS
from tests.test_quality_stage import (
    AS_OF,
    OLD_POLICIES,
    POLICIES,
    Row,
    clean_tables,
    context_of,
    write_stage,
)

CATALOGUE = catalogue()
BY_READER = [id for id, expectation in CATALOGUE.items() if not expectation.gx]
Found = dict[str, QualityResult]

# A column of each table that is not in its file in the broken stage.
DROPPED = (
    "medical_claim.billing_npi",
    "authorization.prescriber_npi",
    "criterion_review.criterion_id",
    "clinical_answer.question",
    "eligibility.payer",
    "observation.source_units",
    "pharmacy_claim.ndc_code",
)


def by_id(results: list[QualityResult]) -> Found:
    return {result.expectation: result for result in results}


@pytest.fixture(scope="module")
def process() -> Iterator[GateProcess]:
    with GateProcess() as running:
        yield running


@pytest.fixture(scope="module")
def clean(process: GateProcess, tmp_path_factory: pytest.TempPathFactory) -> Found:
    tables = clean_tables()
    stage = write_stage(tmp_path_factory.mktemp("clean"), tables)
    # What is replaced or void is excluded, which is no quarantine.
    return by_id(run_gate(stage, context_of(tables, rows_quarantined={}), process))


@pytest.fixture(scope="module")
def faulty_stage(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[Row]]]:
    tables = clean_tables()
    for faults in FAULTS.values():
        for table, row in faults:
            tables[table].append(row)
    return write_stage(tmp_path_factory.mktemp("faulty"), tables, OLD_POLICIES), tables


@pytest.fixture(scope="module")
def faulty(process: GateProcess, faulty_stage: tuple[Path, dict[str, list[Row]]]) -> Found:
    stage, tables = faulty_stage
    return by_id(run_gate(stage, context_of(tables), process))


@pytest.fixture(scope="module")
def broken(process: GateProcess, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """Each typed column has two values, and neither can be read; each table lacks a column."""
    tables: dict[str, list[Row]] = {}
    for name, make in MAKERS.items():
        columns = input_columns()[name]
        unreadable = {column.removesuffix("_text"): "??" for column in columns if column.endswith("_text")}
        tables[name] = [make(**unreadable), make(**unreadable)]
    stage = write_stage(tmp_path_factory.mktemp("broken"), tables, drop=DROPPED)
    return by_id(run_gate(stage, context_of(tables), process))


@pytest.fixture(scope="module")
def empty(process: GateProcess, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """Extracts that have rows, none of them in scope."""
    tables: dict[str, list[Row]] = {name: [] for name in MAKERS}
    stage = write_stage(tmp_path_factory.mktemp("empty"), tables)
    return by_id(run_gate(stage, context_of(tables, rows_read=dict.fromkeys(tables, 5)), process))


@pytest.mark.parametrize("id", CATALOGUE)
def test_passes_where_all_agrees(clean: Found, id: str) -> None:
    assert clean[id].status == "passed", sentence(clean[id])
    assert CATALOGUE[id].limit == "minimum" or clean[id].n_checked > 0


@pytest.mark.parametrize("id", FAULTS)
def test_fails_on_its_fault(faulty: Found, id: str) -> None:
    assert faulty[id].status == "failed"
    assert 0 < faulty[id].n_failed <= faulty[id].n_checked


@pytest.mark.parametrize("id", [id for id in CATALOGUE if id.endswith((".type", ".columns"))])
def test_fails_on_a_table_of_another_layout(broken: Found, id: str) -> None:
    assert broken[id].status == "failed"
    assert broken[id].severity == "critical"


@pytest.mark.parametrize("id", [id for id in CATALOGUE if id.endswith(".rows_in_scope")])
def test_fails_without_rows_in_scope(empty: Found, id: str) -> None:
    assert empty[id].status == "failed"


@pytest.mark.parametrize("id", [id for id in CATALOGUE if id.endswith((".populated", ".quarantined"))])
def test_fails_where_most_are_concerned(faulty: Found, id: str) -> None:
    assert faulty[id].status == "failed"


def test_every_expectation_is_seen_failing() -> None:
    """The tests above, taken together, leave none out."""
    endings = (".type", ".columns", ".rows_in_scope", ".populated", ".quarantined", ".rows_read")
    assert [id for id in CATALOGUE if id not in FAULTS and not id.endswith(endings)] == []


def of_reader(**changes: object) -> Found:
    """The results of the reader's counts alone, for which nothing has to be run."""
    wanted = {id: CATALOGUE[id] for id in BY_READER}
    tables: dict[str, list[Row]] = {name: [make()] * 20 for name, make in MAKERS.items()}
    context = context_of(tables, **changes)

    class NeverAsked(GateProcess):
        def __init__(self) -> None:
            pass

        def run(self, *_given: object) -> dict[str, dict[str, object]]:
            return {}

    return by_id(run_gate(Path("nowhere"), context, NeverAsked(), wanted))


def test_reader_counts() -> None:
    assert {result.status for result in of_reader().values()} == {"passed"}
    no_rows = of_reader(rows_read=dict.fromkeys(MAKERS, 0))
    assert {id for id, result in no_rows.items() if result.status == "failed"} == {
        f"{name}.rows_read" for name in MAKERS
    }
    assert no_rows["medical_claim.rows_read"].severity == "critical"
    assert no_rows["observation.rows_read"].severity == "warning"


def test_quarantine_limit() -> None:
    """More than 5% fails, 5% itself does not; the limit can be set."""
    id = "authorization.quarantined"
    assert of_reader(rows_quarantined={"authorization": 1})[id].status == "passed"
    assert of_reader(rows_quarantined={"authorization": 2})[id].status == "failed"
    assert of_reader(rows_quarantined={"authorization": 2}, max_quarantined_share=0.1)[id].status == "passed"
    strict = of_reader(rows_quarantined={"authorization": 2}, max_quarantined_share=0.1, thresholds={id: 0})
    assert strict[id].status == "failed"


def test_one_unreadable_value_is_no_wrong_type() -> None:
    expectation = CATALOGUE["authorization.appeal_received_at.type"]
    assert expectation.judge(1, 1, 1.0) == "passed"
    assert expectation.judge(2, 2, 1.0) == "failed"
    assert expectation.judge(3, 2, 1.0) == "passed"
    # Whatever the limit, what no row breaks is kept.
    assert (expectation.judge(3, 0, 0), expectation.judge(3, 1, 0)) == ("passed", "failed")


def test_one_fault_is_one_finding(broken: Found, empty: Found) -> None:
    """Where the type is wrong throughout, its values are not reported once more."""
    assert broken["authorization.decided_at.readable"].status == "not_applicable"
    assert broken["authorization.decision.words"].status == "not_applicable"
    assert empty["authorization.received_at.not_null"].status == "not_applicable"


def test_what_needs_a_missing_column_could_not_run(broken: Found) -> None:
    for id in ("medical_claim.billing_npi.populated", "clinical_answer.question.not_null"):
        assert broken[id].status == "could_not_run"
        assert broken[id].fault
        assert "could not be tested" in sentence(broken[id])
    assert broken["medical_claim.rendering_npi.pattern"].status == "could_not_run"
    assert broken["medical_claim.payer.not_null"].status == "passed"


def test_absent_tables_are_not_applicable(process: GateProcess, tmp_path: Path) -> None:
    tables = {name: rows for name, rows in clean_tables().items() if name in ("medical_claim", "authorization")}
    stage = write_stage(tmp_path, tables, policies={})
    results = by_id(run_gate(stage, context_of(tables, rows_quarantined={}), process))
    statuses = {result.status for result in results.values()}
    assert statuses == {"passed", "not_applicable"}
    for id, result in results.items():
        expectation = CATALOGUE[id]
        elsewhere = expectation.table not in (*tables, "extract") or bool(expectation.needs)
        assert (result.status == "not_applicable") == elsewhere, id


def test_counts_are_those_of_plain_sql(faulty: Found, faulty_stage: tuple[Path, dict[str, list[Row]]]) -> None:
    """Great Expectations counts what the catalogue's own SQL counts, expectation by expectation."""
    stage, _ = faulty_stage
    connection = staged(stage)
    # Those of the whole extract are held against the extracts as read, in tests/test_rows_command.py.
    tested = [one for one in CATALOGUE.values() if one.value and one.id not in WHOLE_EXTRACT]
    assert len(tested) > 200
    for expectation in tested:
        found = connection.execute(counting_sql(expectation)).fetchone()
        assert found == (faulty[expectation.id].n_checked, faulty[expectation.id].n_failed), expectation.id
    listed = connection.execute(listing_sql(CATALOGUE["authorization.decided_at.order"])).fetchall()
    assert len(listed) == faulty["authorization.decided_at.order"].n_failed


def test_only_counts_leave_the_process(process: GateProcess, faulty_stage: tuple[Path, dict[str, list[Row]]]) -> None:
    tested = [expectation for expectation in CATALOGUE.values() if expectation.gx]
    answers = process.run(faulty_stage[0], input_columns(), AS_OF, tested)
    assert len(answers) == len(tested)
    assert {kind for counts in answers.values() for kind in counts} == {"n_checked", "n_failed"}
    assert {type(number) for counts in answers.values() for number in counts.values()} == {int}


HAND_WRITTEN = {
    "medical_claim.hcpcs_code.not_null": "select count(*), count(*) - count(hcpcs_code) from medical_claim_row",
    "medical_claim.claim_line_end_date.order": """
        select count(*), sum(cast(claim_line_end_date < service_date as integer)) from medical_claim_row
        where reason is null and service_date is not null and claim_line_end_date is not null""",
    "medical_claim.service_unit_quantity.vials": """
        with given as (
            select payer, person_id, hcpcs_code, service_date, sum(service_unit_quantity) as units
            from medical_claim_row
            where reason is null and not coalesce(list_contains([hcpcs_modifier_1, hcpcs_modifier_2, hcpcs_modifier_3,
                hcpcs_modifier_4, hcpcs_modifier_5], 'JW'), false)
            group by all)
        select count(*) filter (where units > 0), count(*) filter (where units > 0 and units < 10) from given""",
    "authorization.decision.words": """
        select count(decision_text), count(*) filter (where decision_text = '??') from authorization_row""",
    "authorization.authorization_id.unique": """
        select sum(n), sum(n) filter (where n > 1) from (
            select count(*) as n from authorization_row
            where (reason is null or reason = 'conflicting_rows') and authorization_id is not null
            group by authorization_id)""",
    "authorization.bsa_m2.range": """
        select count(try_cast(bsa_m2_text as double)),
            count(*) filter (where try_cast(bsa_m2_text as double) not between 0.5 and 3.5)
        from authorization_row where reason is null""",
    "medical_claim.person_id.enrolled": """
        select count(distinct person_id), count(distinct person_id) filter (where person_id not in (
            select person_id from eligibility_row where reason is null and person_id is not null))
        from medical_claim_row where reason is null""",
    "policy.diagnosis_code.current": """
        select 57, 57 - count(distinct value) from policy_node_value where value like 'C50%'""",
}  # fmt: skip


@pytest.mark.parametrize("id", HAND_WRITTEN)
def test_counts_are_those_of_hand_written_sql(
    faulty: Found, faulty_stage: tuple[Path, dict[str, list[Row]]], id: str
) -> None:
    found = staged(faulty_stage[0]).execute(HAND_WRITTEN[id]).fetchone()
    assert found == (faulty[id].n_checked, faulty[id].n_failed)


def staged(stage: Path) -> duckdb.DuckDBPyConnection:
    """The stage as the gate's process sees it, without Great Expectations."""
    connection = duckdb.connect()
    for name in input_columns():
        view = name if name in POLICY_TABLES else f"{name}_row"
        connection.execute(f"create view {view} as select * from '{stage / name}.parquet'")
    connection.execute(f"create table {RUN_TABLE} as {statement(RUN_TABLE)}", {"as_of": AS_OF})
    for name in FILES:
        connection.execute(f"create view {name} as {statement(name)}")
    return connection


def test_an_expectation_that_raises_could_not_run(process: GateProcess, tmp_path: Path) -> None:
    """An exception inside an expectation, here of the data alone, is neither a failure nor a pass, nor contagious."""
    good = CATALOGUE["authorization.payer.not_null"]
    bad = replace(good, id="authorization.payer.bad", value="cast(payer as integer)", severity="critical")
    tables = clean_tables()
    stage = write_stage(tmp_path, tables)
    results = run_gate(stage, context_of(tables), process, {"good": good, "bad": bad})
    assert [result.status for result in results] == ["passed", "could_not_run"]
    assert "Harbor" not in results[1].fault


def test_a_lost_process_passes_nothing(tmp_path: Path) -> None:
    tables = clean_tables()
    stage = write_stage(tmp_path, tables)
    lost = GateProcess()
    lost.close()
    results = run_gate(stage, context_of(tables, rows_quarantined={}), lost)
    tested = [result for result in results if CATALOGUE[result.expectation].gx]
    assert {result.status for result in tested} == {"could_not_run"}
    judged = verdict(results)
    assert judged.failed
    assert {word for word, _ in judged.by_measure.values()} == {"unusable"}


def test_a_gate_that_ran_nothing_fails() -> None:
    judged = verdict([])
    assert judged.failed
    assert judged.failures == ["No check of the data could be run, so nothing vouches for them."]
    assert judged.by_measure["dosing"].word == "unusable"


def test_verdicts(clean: Found, faulty: Found) -> None:
    judged = verdict(list(clean.values()))
    assert not judged.failed
    assert judged.failures == []
    assert {word for word, _ in judged.by_measure.values()} == {"usable"}
    assert verdict(list(faulty.values())).failed

    late = replace(clean["authorization.decided_at.order"], status="failed", n_failed=3)
    judged = verdict([*clean.values(), late])
    assert not judged.failed
    assert judged.by_measure["dosing"].word == "usable"
    word, reason = judged.by_measure["approvals"]
    assert word == "usable with care"
    assert reason == (
        "3 of 13 requests have a decision dated before the request (23.1%; none allowed). "
        "Hours to decision would be negative: they are left empty, and the request out of every mean."
    )
    untold = replace(clean["authorization.diagnosis_code.listed"], status="failed", n_failed=3)
    assert verdict([*clean.values(), untold]).by_measure["approvals"].word == "usable"

    wrong = replace(clean["authorization.decision.type"], status="could_not_run")
    judged = verdict([*clean.values(), wrong])
    assert judged.failed
    assert {word for word, _ in judged.by_measure.values()} == {"unusable"}


def test_thresholds_and_severities_are_judged_again(faulty: Found) -> None:
    id = "authorization.decided_at.order"
    results = list(faulty.values())
    lenient = by_id(rejudge(results, {id: 0.9}, {id: "info"}))
    assert (lenient[id].status, lenient[id].severity, lenient[id].threshold) == ("passed", "info", 0.9)
    assert lenient["authorization.approved_to.order"] == faulty["authorization.approved_to.order"]
    assert by_id(rejudge(list(lenient.values()), {id: 0}, {}))[id].status == "failed"


def test_what_a_finding_covered_is_judged_anew(faulty: Found) -> None:
    """A value that can't be read is reported once more when the wrong type, which covered it, holds no longer."""
    type, readable = "authorization.decided_at.type", "authorization.decided_at.readable"
    assert (faulty[type].status, faulty[readable].status) == ("passed", "failed")
    strict = rejudge(list(faulty.values()), {type: 0.001}, {})
    assert (by_id(strict)[type].status, by_id(strict)[readable].status) == ("failed", "not_applicable")
    assert rejudge(strict, {type: 1.0}, {}) == list(faulty.values())


def test_what_bears_on_no_measure_says_why_it_fails_the_gate(broken: Found, clean: Found) -> None:
    """Every measure is usable then, and the gate fails all the same."""
    unused = next(
        result for id, result in broken.items() if id.endswith(".type") and not result.affects and result.n_failed
    )
    why = "no measure depends on it, but the gate fails on any column that can't be read"
    assert sentence(unused).endswith(f"(100.0%; fails from 100%); {why}.")
    judged = verdict([*(result for id, result in clean.items() if id != unused.expectation), unused])
    assert judged.failed and why in judged.failures[0]
    for word, reason in judged.by_measure.values():
        assert word == "usable" and reason.endswith("passed; what fails the gate does not bear on it.")
    assert why not in sentence(replace(unused, severity="warning"))
    assert why not in sentence(broken["authorization.decided_at.type"])


@pytest.mark.parametrize(
    ("thresholds", "severities", "words"),
    [
        ({"authorization.quarantine": 0.1}, {}, "the nearest is 'authorization.quarantined'"),
        ({"authorization.quarantined": "5%"}, {}, "is '5%', but must be a share of rows from 0 to 1, like 0.05"),
        ({"authorization.quarantined": float("nan")}, {}, "but must be a share of rows"),
        ({"authorization.quarantined": True}, {}, "but must be a share of rows"),
        ({"authorization.quarantined": 5}, {}, "is 5, but must be a share of rows"),
        ({}, {"authorization.quarantined": "fatal"}, "must be one of critical, warning, info"),
    ],
)
def test_overrides_that_mean_nothing_are_refused(
    thresholds: dict[str, float], severities: dict[str, str], words: str
) -> None:
    with pytest.raises(UserError, match=r"authorization\.quarantine") as refused:
        of_reader(thresholds=thresholds, severities=severities)
    assert words in str(refused.value)


def test_catalogue_is_complete_in_every_entry() -> None:
    for id, expectation in CATALOGUE.items():
        assert id.startswith(f"{expectation.table}.")
        for text in (expectation.says, expectation.why, expectation.advice):
            assert text.endswith(".") and not text.startswith(" "), id
        assert expectation.breaks and not expectation.breaks.endswith("."), id
        assert bool(expectation.source) == bool(expectation.gx), id
        assert isinstance(expectation, Expectation)


def test_policies_of_the_stage_are_those_that_are_asked_for() -> None:
    assert set(POLICIES) == set(POLICY_TABLES)


def test_a_requested_dose_per_m2_is_asked_for_where_a_policy_uses_it(tmp_path: Path) -> None:
    name = "authorization.requested_dose_mg_per_m2.populated"
    by_weight = {"payer": "Weight Health", "hcpcs_code": "J3333"}
    plans = {"weight": [by_weight], "area": [{}], "both": [by_weight, {"authorization_id": "A2"}]}
    for plan, changes in plans.items():
        tables = {
            "medical_claim": [claim(**change, claim_id=str(n)) for n, change in enumerate(changes)],
            "authorization": [authorization(**change) for change in changes],
        }
        with opened(tmp_path / plan, tables, HARBOR, policies=FOLDER) as study:
            as_of = study.as_of
            gatekeeper._stage(study, tmp_path)
            unasked = gatekeeper._context(study, as_of).unasked
        assert list(unasked) == ([name] if plan == "weight" else [])


def test_what_no_policy_asks_for_is_not_tested(process: GateProcess, tmp_path: Path) -> None:
    name = "authorization.requested_dose_mg_per_m2.populated"
    tables = clean_tables()
    stage = write_stage(tmp_path, tables)
    for unasked, status in (((), "passed"), ((name,), "not_applicable")):
        found = by_id(run_gate(stage, context_of(tables, unasked=unasked), process))[name]
        assert found.status == status and bool(found.n_checked) == (not unasked)
