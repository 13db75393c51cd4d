"""Limits that count in cycles: beside rolling windows, where a cycle's beginning isn't known, and explained."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import analytics as um
from analytics.engine import Engine
from analytics.explain.administration import explain_administration
from tests.policies import FOLDER
from tests.support import authorization, claim, opened, write_extract

FIRST = date(2024, 3, 1)
DAYS = {0: "2024-03-01", 20: "2024-03-21", 40: "2024-04-10"}
LONG_BEFORE = "2023-01-01"


def given(day: str, units: str = "20") -> dict[str, str | None]:
    code = {"payer": "Cycle Health", "hcpcs_code": "J9990"}
    return claim(claim_id=day, claim_line_start_date=day, service_unit_quantity=units, **code)


def approved(regimen: str, since: str = "2024-03-01", until: str = "2025-02-28") -> dict[str, str | None]:
    span = {"received_at": since, "decided_at": since, "approved_from": since, "approved_to": until}
    return authorization(payer="Cycle Health", hcpcs_code="J9990", regimen=regimen, **span)


def tables(
    days: Sequence[str], *approvals: dict[str, str | None], seen_from: str = LONG_BEFORE, units: str = "20"
) -> dict:  # type: ignore[type-arg]
    """Doses on some days, and a stranger's claim on the extract's first day."""
    stranger = claim(claim_id="S", person_id="S", payer="nobody's", hcpcs_code="J0000", claim_line_start_date=seen_from)
    return {"medical_claim": [stranger, *(given(day, units) for day in days)], "authorization": list(approvals)}


def rolling(tmp_path: Path, more: str = "") -> Path:
    """The policy with rolling windows in place of the cycles that begin with a dose."""
    text = (FOLDER / "invented-cycles.toml").read_text(encoding="utf-8").replace('cycles = "greedy"\n', more)
    (tmp_path / "rolling").mkdir()
    (tmp_path / "rolling" / "invented-cycles.toml").write_text(text, encoding="utf-8")
    return tmp_path / "rolling"


def test_days_0_20_and_40(tmp_path: Path) -> None:
    told = {}
    for name, policies in (("cycles", FOLDER), ("rolling", rolling(tmp_path))):
        with opened(tmp_path / name, tables(list(DAYS.values()), approved("greedy")), policies=policies) as study:
            found = study.administration.sort("administered_on").to_dicts()
            told[name] = [(row["status"], row["breach_kind"]) for row in found]
    within, early = ("within", None), ("exceeds", "early")
    assert told == {"cycles": [within, early, within], "rolling": [within, early, early]}


def test_days_of_grace_shorten_a_rolling_window(tmp_path: Path) -> None:
    """One dose in 21 days with one of grace: after 20 days it is none too many, after 19 it is."""
    policies = rolling(tmp_path, "grace_days = 1\n")
    days = ["2024-03-01", "2024-03-21", "2024-04-09"]
    with opened(tmp_path / "data", tables(days, approved("greedy")), policies=policies) as study:
        found = study.administration.sort("administered_on").to_dicts()
        assert [row["status"] for row in found] == ["within", "within", "exceeds"]
        case = str(study.explain(person="P1", on="2024-04-09"))
        assert "Its window of 21 days is 20, as doses up to 1 day early are let pass." in case
        assert "It would have been within the limits on or after 2024-04-10." in case


def results(tmp_path: Path, rows: dict, limit: str) -> list[tuple[object, ...]]:  # type: ignore[type-arg]
    with opened(tmp_path / "data", rows, policies=FOLDER) as study:
        found = study.limit_result.filter(limit_id=limit).sort("administered_on").to_dicts()
    return [(row["result"], row["reason"], row["measured"]) for row in found]


def test_doses_that_may_be_hidden_before_the_extract(tmp_path: Path) -> None:
    """From a day on which none can be of an earlier cycle, cycles are known again: after 21 days without a dose."""
    days = ["2024-03-01", "2024-03-15", "2024-03-30", "2024-04-20", "2024-05-01"]
    seen = tables(days, approved("greedy"), seen_from="2024-02-10")
    hidden = tables(days, approved("greedy"), seen_from="2024-02-11")
    known = [("ok", None, 1), ("exceeded", None, 2), ("ok", None, 1), ("ok", None, 1), ("exceeded", None, 2)]
    unknown = ("unknown", "cycle_unknown", None)
    assert results(tmp_path / "seen", seen, "greedy.frequency") == known
    assert results(tmp_path / "hidden", hidden, "greedy.frequency") == [known[0], unknown, unknown, *known[3:]]


def test_without_an_authorization_its_cycles_are_not_known(tmp_path: Path) -> None:
    """60 units are allowed in 30 days: what any 30 days keep is kept, what a day itself exceeds is exceeded."""
    days = ["2024-03-01", "2024-03-05", "2024-03-28"]
    unknown = ("unknown", "no_authorization", None)
    few, many = tables(days, units="20"), tables(days, units="61")
    assert results(tmp_path / "few", few, "authorized.mg") == [("ok", None, n) for n in (20 * 10, 40 * 10, 60 * 10)]
    assert results(tmp_path / "many", many, "authorized.mg") == [("exceeded", None, 610)] * 3
    some = tables(days, units="30")
    assert results(tmp_path / "some", some, "authorized.mg") == [("ok", None, 300), ("ok", None, 600), unknown]


def test_an_explanation_says_where_the_cycle_began(tmp_path: Path) -> None:
    with opened(tmp_path / "data", tables(list(DAYS.values()), approved("greedy")), policies=FOLDER) as study:
        told = " ".join(str(explain_administration(study, "P1", date(2024, 3, 21))).split())
    assert "Its cycle began on 2024-03-01 and is 21 days long, until 2024-03-21." in told
    assert "1 on 2024-03-01 + 1 on 2024-03-21 = 2, of at most 1" in told
    assert "It would have been within the limits on or after 2024-03-22." in told
    assert "Later in the same cycle" not in told


def test_an_explanation_tells_the_doses_later_in_the_cycle(tmp_path: Path) -> None:
    days = ["2024-03-01", "2024-03-21", "2024-03-22"]
    with opened(tmp_path / "data", tables(days, approved("greedy")), policies=FOLDER) as study:
        told = " ".join(str(explain_administration(study, "P1", date(2024, 3, 1))).split())
    assert "Later in the same cycle, and not counted here: 1 on 2024-03-21." in told


def bars(study: um.Study, limit: str) -> dict[str, tuple[str, int, str]]:
    """By the administration's day: the first day of its bar, how many days long it is, and its words."""
    found = {}
    for trace in study.dosing.timeline("P1", limit).data:
        if trace.type == "bar":
            assert trace.name.startswith("cycle ")
            for day, base, length, said in zip(trace.y, trace.base, trace.x, trace.customdata, strict=True):
                found[day] = (base, length // (24 * 3600 * 1000), said[0])
    return found


def test_the_timeline_shows_each_dose_s_cycle(tmp_path: Path) -> None:
    with opened(tmp_path / "data", tables(list(DAYS.values()), approved("greedy")), policies=FOLDER) as study:
        found = bars(study, "greedy.frequency")
    both = "doses in it: 2024-03-01, 2024-03-21"
    cycle = "Cycle of 21 days from 2024-03-01 to 2024-03-21"
    assert found == {
        "2024-03-01": ("2024-03-01", 21, f"{cycle}: up to 2024-03-01 1 of 1<br>{both}"),
        "2024-03-21": ("2024-03-01", 21, f"{cycle}: up to 2024-03-21 2 of 1<br>{both}"),
        "2024-04-10": (
            "2024-04-10",
            21,
            "Cycle of 21 days from 2024-04-10 to 2024-04-30: up to 2024-04-10 1 of 1<br>doses in it: 2024-04-10",
        ),
    }


def test_a_cycle_of_unknown_beginning_is_drawn_as_the_day_alone(tmp_path: Path) -> None:
    rows = tables(["2024-03-01", "2024-03-05", "2024-03-28"], units="30")
    with opened(tmp_path / "data", rows, policies=FOLDER) as study:
        found = bars(study, "authorized.mg")
    assert found["2024-03-28"] == ("2024-03-28", 1, "2024-03-28: where its cycle began can't be told")


def test_an_explanation_says_why_no_cycle_is_known(tmp_path: Path) -> None:
    days = tables(["2024-03-01", "2024-03-05", "2024-03-28"], units="30")
    # Every regimen is tried; the two others are exceeded or not known either.
    with opened(tmp_path / "data", days, policies=FOLDER) as study:
        told = " ".join(str(explain_administration(study, "P1", date(2024, 3, 28))).split())
    assert "Where its cycle began can't be told: no authorization covers it, and cycles begin with one." in told


def test_a_replay_with_rolling_windows_flips_day_40(tmp_path: Path) -> None:
    data = write_extract(tmp_path / "data", tables(list(DAYS.values()), approved("greedy")))
    found = um.replay(data, str(rolling(tmp_path) / "invented-cycles.toml"), policies=FOLDER)
    assert "1 of 3 administrations, of 1 person, would have another verdict." in str(found)
    assert "Within the limits Over a limit 1" in " ".join(str(found).split())


def test_greedy_cycles_of_a_person_with_100000_days() -> None:
    """No cycle costs more for coming late; a recursion over the days would take minutes. A second or two."""
    engine = Engine(threads=1)
    engine.load(
        "policy_limit",
        (("policy_id", "varchar"), ("window_days", "integer"), ("cycles", "varchar")),
        [("p", 21, "greedy")],
    )
    engine.load("medical_claim_extent", (("first_service_on", "date"),), [(date(1700, 1, 1),)])
    engine.table(
        "treatment_day",
        "select 'p' as policy_id, 'one' as person_id, cast(i as bigint) as day_number, "
        "cast(1 as bigint) as administrations from range(100000) as t(i)",
    )
    engine.make("greedy_cycle")
    found = engine.rows(
        "select count(*), count(distinct began_day), bool_and(began_day = day_number - day_number % 21) "
        "from greedy_cycle"
    )
    engine.close()
    assert found == [(100_000, 4_762, True)]
