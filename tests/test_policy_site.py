"""Where a drug is given: places as claim lines have them, and what is said of them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from analytics.engine import Engine
from analytics.errors import UserError
from analytics.explain.administration import explain_administration
from analytics.policy.load import load_policy
from analytics.study import Study
from tests.policies import FOLDER
from tests.support import authorization, claim, opened

ON = "2024-06-03"
OLD = {"claim_id": "old", "payer": "nobody", "hcpcs_code": "J0000", "claim_line_start_date": "2010-01-01"}
Row = dict[str, str | None]


def line(person: str, number: int, place: str | None, units: str = "10", **more: str | None) -> Row:
    """A line of the third dose of a course: the first two were given in a hospital."""
    values = {"claim_id": f"{person}-{number}", "person_id": person, "payer": "Site Health", "hcpcs_code": "J7717"}
    day = {"claim_line_start_date": ON, "service_unit_quantity": units, "hcpcs_modifier_1": "JZ"}
    return claim(**{**values, **day, "place_of_service_code": place, **more})


def tables(people: dict[str, Sequence[Row]]) -> dict[str, list[Row]]:
    before = [
        line(person, 90 + number, "22", claim_line_start_date=day)
        for person in people
        for number, day in enumerate(("2024-04-08", "2024-05-06"))
    ]
    approvals = [
        authorization(
            authorization_id=person,
            person_id=person,
            payer="Site Health",
            hcpcs_code="J7717",
            received_at="2024-01-01",
            decided_at="2024-01-01",
            approved_from="2024-01-01",
            approved_to="2024-12-31",
            regimen="monthly",
        )
        for person in people
    ]
    lines = [row for rows in people.values() for row in rows]
    return {"medical_claim": [claim(**OLD), *before, *lines], "authorization": approvals}


def of_site(study: Study, limit: str = "monthly.site") -> dict[str, tuple[str, str | None, float | None, float]]:
    """By person: what came of the limit on the third dose."""
    rows = study.limit_result.filter(limit_id=limit, administered_on=date.fromisoformat(ON)).to_dicts()
    return {row["person_id"]: (row["result"], row["reason"], row["measured"], row["allowed"]) for row in rows}


KEPT, ELSEWHERE = ("ok", None, 0, 0), ("exceeded", None, 1, 0)
MISSING, MIXED = ("unknown", "place_unknown", None, 0), ("unknown", "places_disagree", None, 0)
#: Person: the lines of the day, and what comes of them.
CASES: dict[str, tuple[Sequence[Row], object]] = {
    "office": ([line("office", 1, "11")], KEPT),
    "hospital": ([line("hospital", 1, "22")], ELSEWHERE),
    "nowhere": ([line("nowhere", 1, None)], MISSING),
    "unwritten": ([line("unwritten", 1, None), line("unwritten", 2, "11")], KEPT),
    "unwritten-hospital": ([line("unwritten-hospital", 1, ""), line("unwritten-hospital", 2, "19")], ELSEWHERE),
    "both": ([line("both", 1, "11"), line("both", 2, "22")], MIXED),
    "two-allowed": ([line("two-allowed", 1, "11"), line("two-allowed", 2, "12")], KEPT),
    "two-hospitals": ([line("two-hospitals", 1, "22"), line("two-hospitals", 2, "19")], ELSEWHERE),
    # 9 is 09, a prison: a place, and not allowed. What is no code of two digits is no place.
    "no-zero": ([line("no-zero", 1, "9")], ELSEWHERE),
    "no-code": ([line("no-code", 1, "OFFICE")], MISSING),
    "zero": ([line("zero", 1, "00")], MISSING),
    # Reversed where it was said to be given first, and billed again.
    "reversed": (
        [
            line("reversed", 1, "22", claim_id="r"),
            line("reversed", 1, "22", "-10", claim_id="r"),
            line("reversed", 1, "11", "8", claim_id="r"),
        ],
        KEPT,
    ),
    # A reversal is of its own line: what it says of the place takes nothing from another line's.
    "reversed-in-part": (
        [
            line("reversed-in-part", 1, "22", "4", claim_id="p"),
            line("reversed-in-part", 2, "11", "10", claim_id="q"),
            line("reversed-in-part", 2, "22", "-4", claim_id="q"),
        ],
        MIXED,
    ),
    # Copies of a line count once, and each of them speaks.
    "copied": ([line("copied", 1, None), line("copied", 1, "11")], KEPT),
    "copied-elsewhere": ([line("copied-elsewhere", 1, "22"), line("copied-elsewhere", 1, "11")], MIXED),
    "copied-and-reversed": (
        [
            line("copied-and-reversed", 1, "22", claim_id="o"),
            line("copied-and-reversed", 1, "22", claim_id="o", claim_line_end_date="2024-06-30"),
            line("copied-and-reversed", 1, "22", "-10", claim_id="o"),
            line("copied-and-reversed", 1, "11", "8", claim_id="o"),
        ],
        KEPT,
    ),
    "copied-and-denied": (
        [line("copied-and-denied", 2, "11")]
        + [line("copied-and-denied", 1, place, claim_status="denied") for place in ("22", "19")],
        KEPT,
    ),
    "discarded": ([line("discarded", 1, "11"), line("discarded", 2, "22", "2", hcpcs_modifier_1="JW")], KEPT),
    "denied": ([line("denied", 1, "11"), line("denied", 2, "22", claim_status="denied")], KEPT),
}


def test_places_as_claim_lines_have_them(tmp_path: Path) -> None:
    with opened(
        tmp_path / "x", tables({person: rows for person, (rows, _) in CASES.items()}), policies=FOLDER
    ) as study:
        assert of_site(study) == {person: came for person, (_, came) in CASES.items()}
        found = study.administration.filter(administered_on=date.fromisoformat(ON))
        told = {row["person_id"]: (row["status"], row["breach_kind"], row["excess_units"]) for row in found.to_dicts()}
        assert told["hospital"] == ("exceeds", "site", 0) and told["both"][0] == "indeterminate"
        assert told["office"] == ("within", None, 0)
        assert set(found.filter(person_id="both")["unknown_reasons"].explode()) == {"places_disagree"}
        # No days of grace and no tolerance change where it was given.
        over = study.dosing_sensitivity.filter(policy_id="invented-site")["n_exceeds"]
        assert set(over) == {sum(came is ELSEWHERE for _, came in CASES.values())}


def test_a_day_of_discarded_units_alone(tmp_path: Path) -> None:
    rows = tables({"P1": [line("P1", 1, "22", "2", hcpcs_modifier_1="JW")]})
    with opened(tmp_path / "x", rows, policies=FOLDER) as study:
        assert of_site(study, "monthly.home") == {"P1": KEPT}


def test_an_extract_without_the_column(tmp_path: Path) -> None:
    rows = tables({"P1": [line("P1", 1, None)]})
    for row in rows["medical_claim"]:
        row.pop("place_of_service_code", None)
    with opened(tmp_path / "x", rows, policies=FOLDER) as study:
        assert of_site(study) == {"P1": MISSING}


def test_which_dose_it_is_may_be_hidden(tmp_path: Path) -> None:
    """The limit holds from the third dose on: a second one seen may be a third."""
    rows = tables({"P1": [line("P1", 1, "22")]})
    rows["medical_claim"] = [row for row in rows["medical_claim"] if row["claim_id"] not in ("old", "P1-90")]
    with opened(tmp_path / "x", rows, policies=FOLDER) as study:
        assert of_site(study) == {"P1": ("unknown", "course_unknown", 1, 0)}


def test_explanations(tmp_path: Path) -> None:
    people = {name: CASES[name][0] for name in ("hospital", "both", "nowhere")}
    with opened(tmp_path / "x", tables(people), policies=FOLDER) as study:
        told = {
            person: " ".join(
                str(explain_administration(study, person, date.fromisoformat(ON))).replace("│", "").split()
            )
            for person in people
        }
    places = "allowed is 11 (office), 12 (home) or 49 (independent clinic)"
    where = "given at 11 (office), 12 (home) or 49 (independent clinic)"
    assert f"name 22 (on-campus outpatient hospital); {places}" in told["hospital"]
    assert f"It would have been within the limits {where}." in told["hospital"]
    assert "given at a place that is not allowed" in told["hospital"]
    assert f"name 11 (office) and 22 (on-campus outpatient hospital); {places}" in told["both"]
    assert f"within the limits {where}, with claim lines that all say so." in told["both"]
    assert "claim lines name places that are allowed and others" in told["both"]
    assert f"name no place of service; {places}" in told["nowhere"]


def test_it_costs_nothing_where_no_policy_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    run = Engine._run
    monkeypatch.setattr(Engine, "_run", lambda self, name: (made.append(name), run(self, name))[1])
    rows = tables({"P1": [line("P1", 1, "22")]})
    with opened(tmp_path / "x", rows, policies=FOLDER) as study:
        assert study.administration.height == 3
        assert "site_result" in made and "administration_place" in made
    made.clear()
    ours = {"medical_claim": [claim(place_of_service_code="22")], "authorization": [authorization()]}
    with opened(tmp_path / "y", ours, '[policies]\nHarbor = "ixempra-oncology-injectable"\n') as study:
        assert study.administration.height == 1
        assert "site_result" not in made and "administration_place" not in made


def test_a_policy_of_sites_alone(tmp_path: Path) -> None:
    """It limits nothing else, so each dose must be given at a place that it names."""
    text = (FOLDER / "invented-site.toml").read_text(encoding="utf-8")
    head, rest = text.split("[[version.regimen.limit]]", 1)
    site = rest[rest.index('id = "monthly.site"') : rest.index("[[version.regimen.limit]]", rest.index("monthly.site"))]
    file = tmp_path / "invented-site.toml"
    file.write_text(f"{head}[[version.regimen.limit]]\n{site}", encoding="utf-8")
    with pytest.raises(UserError, match=r"holds dose 1 of a course to nothing that decides"):
        load_policy(file)
    site = site.replace("doses = { from = 3 }\n", "")
    file.write_text(f"{head.replace('course = {', '# course = {')}[[version.regimen.limit]]\n{site}", encoding="utf-8")
    limits = list(load_policy(file).versions[0].limits())
    assert [(limit.kind, limit.places) for limit in limits] == [("site_of_care", ("11", "12", "49"))]


def test_a_site_does_not_hold_a_dose_that_other_limits_leave(tmp_path: Path) -> None:
    text = (FOLDER / "invented-site.toml").read_text(encoding="utf-8")
    text = text.replace("at_most = 300\n", "at_most = 300\ndoses = { to = 2, from = 1 }\n", 1)
    text = text.replace("window_days = 28\n", "window_days = 28\ndoses = { to = 2, from = 1 }\n", 1)
    (tmp_path / "invented-site.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"holds dose 3 of a course to nothing that decides"):
        load_policy(tmp_path / "invented-site.toml")
