"""What a body receives over time: the reading of extracts, and the words of an explanation."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from analytics.engine import Engine
from analytics.explain.administration import explain_administration
from analytics.unasked import COLUMNS
from tests.policies import FOLDER
from tests.support import authorization, claim, opened

ON = date(2024, 6, 3)
Row = dict[str, str | None]


def given(day: str, units: int, modifier: str = "JZ", **more: str | None) -> Row:
    code: Row = {"payer": "Sum Health", "hcpcs_code": "J7719", "claim_id": f"{day}{modifier}"}
    return claim(
        **{
            **code,
            "claim_line_start_date": day,
            "service_unit_quantity": str(units),
            "hcpcs_modifier_1": modifier,
            **more,
        }
    )


def tables(lines: Sequence[Row], bsa: str | None = "1.8", regimen: str = "by area") -> dict[str, list[Row]]:
    old = claim(claim_id="old", payer="nobody", hcpcs_code="J0000", claim_line_start_date="2010-01-01")
    span: Row = {"received_at": "2024-01-01", "decided_at": "2024-01-01", "approved_from": "2024-05-01"}
    approval = authorization(payer="Sum Health", hcpcs_code="J7719", regimen=regimen, bsa_m2=bsa, **span)
    return {"medical_claim": [old, *lines], "authorization": [approval]}


#: At 1.8 m² 810 mg are allowed in a lifetime.
EIGHTY_FOUR = (given("2024-01-03", 35), given("2024-02-03", 36), given("2024-06-03", 13))


def came(tmp_path: Path, rows: dict[str, list[Row]], limit: str = "area.life") -> list[tuple[object, ...]]:
    with opened(tmp_path, rows, policies=FOLDER) as study:
        found = study.limit_result.filter(limit_id=limit).sort("administered_on").to_dicts()
    return [(row["result"], row["reason"], row["measured"], row["allowed"]) for row in found]


def test_the_size_of_the_day_that_is_judged_counts(tmp_path: Path) -> None:
    """The same sum is over at 1.8 m², measured on the last day, and was within at the 2.0 m² of the days before."""
    rows = tables(EIGHTY_FOUR, bsa=None)
    rows["observation"] = [
        {"person_id": "P1", "observation_date": day, "source_code": "3140-1", "result": area, "source_units": "m2"}
        for day, area in (("2024-01-03", "2.0"), ("2024-06-01", "1.8"))
    ]
    kept = ("ok", None)
    assert came(tmp_path, rows) == [(*kept, 350, 900), (*kept, 710, 900), ("exceeded", None, 840, 810)]


def test_discarded_units_are_not_given(tmp_path: Path) -> None:
    lines = [*EIGHTY_FOUR[:2], given("2024-06-03", 10, "JW"), given("2024-06-03", 10)]
    assert came(tmp_path, tables(lines))[-1] == ("ok", None, 810, 810)


def test_each_dose_may_be_rounded_up_by_its_own_units(tmp_path: Path) -> None:
    """Two doses by 25 mg may hold 50 mg that were not given, whatever the last one is billed by; 51 mg are too many."""
    by_25: Row = {"hcpcs_code": "J7729"}
    lines = [given("2024-01-03", 15, **by_25), given("2024-02-03", 14, **by_25), given("2024-06-03", 13)]
    assert came(tmp_path / "a", tables(lines))[-1] == ("unknown", "unit_rounding", 855, 810)
    lines[-1] = given("2024-06-03", 14)
    assert came(tmp_path / "b", tables(lines))[-1] == ("exceeded", None, 865, 810)


def test_several_payers_of_one_policy(tmp_path: Path) -> None:
    """What another payer of the policy paid for was given as well."""
    config = '[policies]\n"Sum Health" = "invented-cumulative"\n"Sum Plan" = "invented-cumulative"\n'
    lines = [EIGHTY_FOUR[0], {**EIGHTY_FOUR[1], "payer": "Sum Plan"}, EIGHTY_FOUR[2]]
    with opened(tmp_path, tables(lines), config, policies=FOLDER) as study:
        found = study.limit_result.filter(limit_id="area.life", administered_on=ON).to_dicts()
    assert [(row["result"], row["measured"]) for row in found] == [("exceeded", 840)]


def test_without_an_authorization_its_sum_is_not_tested(tmp_path: Path) -> None:
    rows = tables(EIGHTY_FOUR)
    rows["authorization"][0]["approved_from"] = "2024-07-01"
    with opened(tmp_path, rows, policies=FOLDER) as study:
        tested = set(study.limit_result["limit_id"])
    assert "area.authorization" not in tested and {"area.life", "area.window", "weight.window"} <= tested


def test_grace_in_the_sensitivity_table(tmp_path: Path) -> None:
    """24 units 27 days after each other: two days of grace forgive what one doesn't."""
    lines = [given("2024-05-08", 12), given("2024-06-03", 12)]
    with opened(tmp_path, tables(lines), policies=FOLDER) as study:
        rows = study.dosing_sensitivity.filter(policy_id="invented-cumulative", dose_tolerance_percent=0)
        assert dict(rows.select("grace_days", "n_exceeds").iter_rows()) == {0: 1, 1: 1, 2: 0, 3: 0}
        assert study.administration.filter(administered_on=ON)["breach_kind"].to_list() == ["early"]


def test_explanations(tmp_path: Path) -> None:
    def explained(name: str, rows: dict[str, list[Row]]) -> str:
        with opened(tmp_path / name, rows, policies=FOLDER) as study:
            return " ".join(str(explain_administration(study, "P1", ON)).replace("│", "").split())

    told = explained("over", tables(EIGHTY_FOUR))
    sums = "350 on 2024-01-03 + 360 on 2024-02-03 + 130 on 2024-06-03 = 840 mg in 3 doses"
    assert f"Given over all that the extracts hold: {sums} 450 mg/m² × 1.8 m² = 810 mg, parts of a unit" in told
    assert "Given over what the authorization covers: 13 on 2024-06-03 (units)" in told
    assert "It would have been within the limits with at most 100 mg given on this day." in told
    window = [given("2024-05-20", 12), given("2024-06-03", 11)]
    told = explained("rounded", tables(window))
    assert "Given over the 28 days up to this one: 120 on 2024-05-20 + 110 on 2024-06-03 = 230 mg in 2 doses" in told
    assert "Can't be judged: may be what each dose was rounded up by, to whole units" in told
    assert "to whole units of 10 mg, so this can't be told from too much." in told
    assert "within the limits on or after 2024-06-17 or with at most 100 mg given on this day." in told
    several = [given("2024-05-20", 5, hcpcs_code="J7729"), given("2024-06-03", 11)]
    assert "rounded each dose up by, to whole units, so this" in explained("several", tables(several))
    told = explained("unknown", tables(window, bsa=None, regimen="by weight"))
    assert "5 mg/kg × 35 kg = 175 mg, parts of a unit counted as whole 5 mg/kg × 140 kg = 700 mg" in told
    assert "the 20 days up to this one (21, of which 1 are let pass)" in told
    assert "No body weight counts on that day" in told and "with a body size on record that allows it" in told


def test_it_costs_nothing_where_no_policy_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    run = Engine._run
    monkeypatch.setattr(Engine, "_run", lambda self, name: (made.append(name), run(self, name))[1])
    ours = {"medical_claim": [claim()], "authorization": [authorization()]}
    with opened(tmp_path, ours, '[policies]\nHarbor = "ixempra-oncology-injectable"\n') as study:
        assert study.administration.height == 1
    assert not {"given_day", "given_total", "cumulative_result"} & set(made)


def test_tables_that_nobody_asks_for_have_the_columns_of_their_files(tmp_path: Path) -> None:
    """The invented policies together ask for all of them."""
    with opened(tmp_path, tables(EIGHTY_FOUR), policies=FOLDER) as study:
        assert study.administration.height == 3
        study.engine.make(*COLUMNS)
        for name, listed in COLUMNS.items():
            told = {row[0]: row[1] for row in study.engine.rows(f"describe {name}")}
            assert {each.split()[0] for each in listed.split(", ")} == set(told), name
