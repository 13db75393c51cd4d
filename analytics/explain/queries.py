"""The rows that an explanation is made of: of one person, one administration or one request, from the result tables and
from what they were made of."""

from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analytics.study import Study

Row = dict[str, Any]


def rows(study: "Study", needed: str, text: str, **parameters: Any) -> list[Row]:
    """The answer to a query of ours, as dicts. needed: the tables to make first."""
    if not study.dates:
        raise AssertionError("dates are always there")
    study.engine.make(*needed.split())
    return study.engine.query(text, **parameters).to_dicts()


def administrations(study: "Study", person: str) -> list[Row]:
    """A person's administrations, as the result table has them, with their number within the run."""
    text = """
        select a.*, d.administration_id, d.day_number, d.mg_per_unit, d.counted_units
        from administration as a
        inner join administration_day as d
            on a.policy_id = d.policy_id and a.payer = d.payer and a.person_id = d.person_id
            and a.administered_on = d.administered_on
        where a.person_id = $person
        order by a.administered_on, a.policy_id, a.payer
    """
    return rows(study, "administration administration_day", text, person=person)


def requests(study: "Study", column: str, value: str) -> list[Row]:
    """Requests by `authorization_id` or `person_id`, with what the authorization says beside the result table."""
    text = f"""
        select r.*, j.hcpcs_code, j.diagnosis_code, j.prescriber_specialty, j.requested_dose_mg_per_m2, j.regimen,
            j.approved_from, j.approved_to, j.exception_approved, j.judged_on, j.is_finally_approved
        from request as r
        inner join request_judged as j on r.authorization_id = j.authorization_id
        where r.{column} = $value
        order by r.received_on, r.authorization_id
    """
    return rows(study, "request request_judged", text, value=value)


def refused(study: "Study", table: str, column: str, value: str) -> list[Row]:
    """Rows of an extract that name a value and could not be used, with the reason."""
    text = f"select distinct reason from {table}_row where {column} = $value and reason is not null order by 1"
    return rows(study, f"{table}_row", text, value=value)


def claim_lines(study: "Study", person: str, payer: str, policy: str, on: date) -> list[Row]:
    """The claim lines of a day, those that don't count included."""
    text = """
        select claim_id, claim_line_number, hcpcs_code, service_unit_quantity, has_jw, has_jz, allowed_amount,
            place_of_service_code, reason
        from medical_claim_row
        where person_id = $person and payer = $payer and policy_id = $policy and service_date = $on
        order by claim_id, claim_line_number, service_unit_quantity desc
    """
    return rows(study, "medical_claim_row", text, person=person, payer=payer, policy=policy, on=on)


def limits(study: "Study", administration_id: int) -> list[Row]:
    """What came of each limit of each tested regimen. counted_per_shown: what is added up, in one that is shown."""
    text = """
        select t.regimen, t.limit_id, t.counted_per_shown, o.measured, o.allowed, o.result, o.reason, o.excess_units,
            g.result as regimen_result
        from tested_limit as t
        inner join limit_outcome as o
            on t.administration_id = o.administration_id and t.regimen = o.regimen and t.limit_id = o.limit_id
        inner join regimen_outcome as g on t.administration_id = g.administration_id and t.regimen = g.regimen
        where t.administration_id = $id
        order by t.regimen, t.limit_id
    """
    return rows(study, "tested_limit limit_outcome regimen_outcome", text, id=administration_id)


def doses(study: "Study", administration_id: int) -> dict[tuple[str, str], list[Row]]:
    """By regimen and dose limit: what it allows at the body size (at both of an unknown one), the smaller first.

    given_units and allowed_units are in units of mg_per_unit; size is in m² or kg, 1 for a flat dose.
    """
    text = """
        select t.regimen, t.limit_id, t.amount, t.dose_per, t.mg_per_unit, t.given_units, t.rounding, a.size,
            a.allowed_units, a.vial_units, a.vial_sets
        from tested_dose as t
        inner join dose_allowance as a
            on t.policy_id = a.policy_id and t.amount = a.amount and t.rounding = a.rounding
            and t.mg_per_unit = a.mg_per_unit and t.vial_sets = a.vial_sets
            and (t.size_low = a.size or t.size_high = a.size)
        where t.administration_id = $id and a.dose_tolerance_percent = 0
        order by a.size
    """
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows(study, "tested_dose dose_allowance", text, id=administration_id):
        found.setdefault((row["regimen"], row["limit_id"]), []).append(row)
    return found


def weight(study: "Study", administration_id: int) -> Row | None:
    """The body weight that an administration is judged by, where a dose is limited per kg."""
    text = "select weight_kg, weight_low, weight_high from administration_weight where administration_id = $id"
    return next(iter(rows(study, "administration_weight", text, id=administration_id)), None)


def cumulative(study: "Study", administration_id: int) -> dict[tuple[str, str], Row]:
    """By regimen and limit on what a body receives over time: what was given, in how many doses, and its limit."""
    text = """
        select regimen, limit_id, amount, dose_per, doses, one_unit, one_of_each, size_low, size_high
        from cumulative_result where administration_id = $id and grace_days = 0
    """
    found = rows(study, "cumulative_result", text, id=administration_id)
    return {(row["regimen"], row["limit_id"]): row for row in found}


def given_days(study: "Study", row: Row) -> list[Row]:
    """What was given on each day and under each approval, in what a limit on it counts."""
    text = """
        select day_number, cast(date '1970-01-01' + cast(day_number as integer) as date) as treated_on,
            authorization_id, cast(sum(given) as double) as given
        from given_day where person_id = $person and policy_id = $policy and is_dose = 1
        group by all order by day_number, authorization_id
    """
    return rows(study, "given_day", text, person=row["person_id"], policy=row["policy_id"])


def places(study: "Study", administration_id: int) -> list[str]:
    """The places of service that the claim lines of an administration name, where a policy limits them."""
    text = "select place from administration_place where administration_id = $id order by 1"
    return [str(row["place"]) for row in rows(study, "administration_place", text, id=administration_id)]


def course(study: "Study", row: Row) -> Row | None:
    """Which dose of its course an administration is, where a policy asks."""
    text = """
        select dose_number, is_numbered from course_day
        where policy_id = $policy and person_id = $person and day_number = $day
    """
    given = {"policy": row["policy_id"], "person": row["person_id"], "day": row["day_number"]}
    return next(iter(rows(study, "course_day", text, **given)), None)


def cycles(study: "Study", administration_id: int) -> dict[tuple[str, str], Row]:
    """By regimen and limit that counts in cycles: the first day of the administration's cycle (null: not known), and
    the last day that its authorization covers."""
    text = """
        select c.regimen, c.limit_id, cast(date '1970-01-01' + cast(c.began_day as integer) as date) as began_on,
            j.approved_to
        from cycle_result as c
        left join covering_authorization as v on c.administration_id = v.administration_id
        left join request_judged as j on v.authorization_id = j.authorization_id
        where c.administration_id = $id and c.grace_days = 0
    """
    found = rows(study, "cycle_result covering_authorization request_judged", text, id=administration_id)
    return {(row["regimen"], row["limit_id"]): row for row in found}


def body(study: "Study", administration_id: int) -> Row:
    """The body surface area that an administration is judged by, its bounds where it is unknown, and the one that the
    covering authorization documents (authorized_m2)."""
    text = """
        select b.bsa_m2, b.bsa_source, b.bsa_low, b.bsa_high, c.bsa_m2 as authorized_m2
        from administration_bsa as b
        left join covering_authorization as c on b.administration_id = c.administration_id
        where b.administration_id = $id
    """
    return rows(study, "administration_bsa covering_authorization", text, id=administration_id)[0]


def sizes(study: "Study", person: str) -> list[Row]:
    """A person's measurements of body size, each with the days on which it counts."""
    text = """
        select measure, measure_value, cast(date '1970-01-01' + cast(first_day as integer) as date) as first_on,
            first_day, last_day
        from body_size where person_id = $person order by first_day, measure
    """
    return rows(study, "body_size", text, person=person)


def treatment_days(study: "Study", person: str, policy: str) -> list[Row]:
    """What was billed on each day on which the person was treated under the policy, whichever payer paid."""
    text = """
        select cast(date '1970-01-01' + cast(day_number as integer) as date) as treated_on, day_number, units,
            administrations
        from treatment_day where person_id = $person and policy_id = $policy order by day_number
    """
    return rows(study, "treatment_day", text, person=person, policy=policy)


def covered_days(study: "Study", row: Row) -> list[Row]:
    """What was billed on each day under the approval that covers an administration."""
    text = """
        select d.day_number, d.administered_on as treated_on, cast(sum(d.counted_units) as decimal(18, 4)) as units,
            count(*) filter (where d.administered_units > 0) as administrations
        from administration_day as d
        inner join covering_authorization as c on d.administration_id = c.administration_id
        where c.authorization_id = $id and d.policy_id = $policy
        group by all order by d.day_number
    """
    given = {"id": row["authorization_id"], "policy": row["policy_id"]}
    return rows(study, "administration_day covering_authorization", text, **given)


def request_evidence(study: "Study", authorization_id: str) -> dict[str, Row]:
    """By other drug that a request's policy looks for: what is documented, and whether claims show it."""
    text = "select therapy, documented, on_claims from request_evidence where authorization_id = $id"
    return {row["therapy"]: row for row in rows(study, "request_evidence", text, id=authorization_id)}


def request_claims(study: "Study", authorization_id: str) -> dict[str, list[Row]]:
    """By class of drugs: the claims before a request, in their order."""
    text = """
        select drug_class, is_fill, claimed_on, days_supplied
        from request_therapy_claim where authorization_id = $id order by all
    """
    return _by("drug_class", rows(study, "request_therapy_claim", text, id=authorization_id))


def request_taken(study: "Study", authorization_id: str) -> dict[str, Row]:
    """By class of drugs: how many doses, and days of therapy, a person had taken when the request was received."""
    text = "select drug_class, n_doses, n_days from prior_therapy_taken where authorization_id = $id"
    return {row["drug_class"]: row for row in rows(study, "prior_therapy_taken", text, id=authorization_id)}


def administration_evidence(study: "Study", row: Row) -> dict[str, Row]:
    """By other drug that a policy looks for around a dose: what is documented, and whether claims show it."""
    text = """
        select therapy, authorization_id, documented, on_claims
        from administration_therapy
        where policy_id = $policy and payer = $payer and person_id = $person and administered_on = $on
    """
    given = {"policy": row["policy_id"], "payer": row["payer"], "person": row["person_id"]}
    found = rows(study, "administration_therapy", text, **given, on=row["administered_on"])
    return {told["therapy"]: told for told in found}


def administration_claims(study: "Study", administration_id: int) -> dict[str, list[Row]]:
    """By other drug: the claims around an administration, the nearest first; of two as near, the earlier."""
    text = """
        select therapy, is_fill, claimed_on, days_away, days_supplied
        from administration_therapy_claim where administration_id = $id
        order by abs(days_away), claimed_on, is_fill, days_supplied
    """
    return _by("therapy", rows(study, "administration_therapy_claim", text, id=administration_id))


def has_fills(study: "Study") -> bool:
    """Whether the extracts have a table of pharmacy claims."""
    return bool(rows(study, "present_table", "select * from present_table where table_name = 'pharmacy_claim'"))


def _by(column: str, found: list[Row]) -> dict[str, list[Row]]:
    told: dict[str, list[Row]] = {}
    for row in found:
        told.setdefault(row[column], []).append(row)
    return told
