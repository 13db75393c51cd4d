"""A few dozen invented members of a Medicare plan in the contract's own columns: what every layout must come to."""

from collections.abc import Iterator
from datetime import date, timedelta

Row = dict[str, str]
Tables = dict[str, list[Row]]

PAYER = "Medicare"
N_PERSONS = 24
CARRIER, OUTPATIENT = "medicare carrier", "medicare outpatient"
NDC = {15: "70020191001", 45: "70020191101"}
# Ten digits whose check digit fits.
PRESCRIBER, GROUP, HOSPITAL = "1234567893", "1245319599", "1003000126"


def facts() -> Tables:
    """All tables, rows of text by the contract's column names; a column that a row lacks is empty."""
    tables: Tables = {
        name: []
        for name in (
            "medical_claim",
            "authorization",
            "criterion_review",
            "clinical_answer",
            "eligibility",
            "observation",
            "pharmacy_claim",
        )
    }
    for number in range(N_PERSONS):
        _person(tables, number)
    # Earlier than any line of the third parties' files: what the extract doesn't reach back to is the same for all.
    tables["medical_claim"].append(_line("-2099999", 1, _id(0), date(2014, 1, 2), "J9267", 175))
    return tables


def _id(number: int) -> str:
    return f"-{1000100 + number}"


def _person(tables: Tables, number: int) -> None:
    person = _id(number)
    first = date(2024, 1, 8) + timedelta(days=25 * number)
    bsa = 1.5 + 0.03 * number
    tables["observation"] += _sizes(person, first, number)
    tables["observation"] += _labs(person, first, number)
    tables["eligibility"] += _enrollment(person, number)
    requests = [_request(person, f"-INVENTED{number:05}", 1, first, number)]
    if number % 3 == 0:
        requests.append(_request(person, f"-INVENTED{number:05}", 2, first + timedelta(days=130), 1))
    tables["authorization"] += requests
    for request in requests:
        tables["criterion_review"] += _reviews(request, number)
        tables["clinical_answer"] += _answers(request, number)
    if number % 8 == 3:
        return
    for cycle in range(4 + number % 4):
        early = 7 if number % 6 == 4 and cycle == 2 else 0
        on = first + timedelta(days=10 + 21 * cycle - early)
        tables["medical_claim"] += _infusion(person, number, cycle, on, bsa)
        tables["pharmacy_claim"].append(
            {
                "person_id": person,
                "dispensing_date": str(on),
                "ndc_code": "00004110150",
                "quantity": "112",
                "days_supply": "14",
            }
        )


def _line(claim: str, number: int, person: str, on: date, code: str, units: int, **more: str) -> Row:
    """A carrier's line, paid at a dollar a unit."""
    return {
        "claim_id": claim,
        "claim_line_number": str(number),
        "person_id": person,
        "payer": PAYER,
        "claim_start_date": str(on),
        "claim_line_start_date": str(on),
        "claim_line_end_date": str(on),
        "hcpcs_code": code,
        "service_unit_quantity": str(units),
        "place_of_service_code": "11",
        "rendering_npi": PRESCRIBER,
        "billing_npi": GROUP,
        "diagnosis_code_1": "C50911",
        "charge_amount": f"{2 * units}.00",
        "allowed_amount": f"{units}.00",
        "paid_amount": f"{units * 0.8:.2f}",
        "paid_date": str(on + timedelta(days=19)),
        "data_source": CARRIER,
        "claim_frequency_code": "1",
        "claim_status": "paid",
        **more,
    }


def _hospital(line: Row, has_date: bool) -> Row:
    """A line of a carrier as a hospital bills it, with or without its own date."""
    moved = line | {"data_source": OUTPATIENT, "place_of_service_code": "", "billing_npi": HOSPITAL}
    if "ndc_code" in line:
        content = 45 if line["ndc_code"] == NDC[45] else 15
        moved |= {"ndc_quantity": str(-(-int(line["service_unit_quantity"]) // content)), "ndc_unit": "UN"}
    if has_date:
        return moved | {"claim_line_end_date": ""}
    return moved | {"claim_line_start_date": ""}


def _infusion(person: str, number: int, cycle: int, on: date, bsa: float) -> Iterator[Row]:
    """A dose and what was discarded of its vials, a visit, and now and then a denied line or a void claim."""
    claim = f"-{2000000 + 100 * number + cycle}"
    units = round(40 * bsa) + (25 if number % 7 == 6 and cycle == 1 else 0)
    vials = 45 * -(-units // 45)
    wasted = vials - units
    mark = "JW" if wasted else "JZ"
    dose = _line(claim, 1, person, on, "J9207", units, ndc_code=NDC[45])
    if wasted and number % 2:
        lines = [dose, _line(claim, 2, person, on, "J9207", wasted, ndc_code=NDC[45], hcpcs_modifier_1=mark)]
    else:
        lines = [dose | {"hcpcs_modifier_1": "JG", "hcpcs_modifier_2": "JZ"}]
    lines.append(_line(claim, 3, person, on, "96413", 1))
    if number % 5 == 2:
        lines.append(_line(claim, 4, person, on, "J9207", 15, ndc_code=NDC[15], claim_status="denied"))
    if number % 4 == 1:
        lines = [_hospital(line, has_date=number % 8 == 1) for line in lines]
    yield from lines
    if number % 8 == 1 and cycle == 1:
        void = _line(f"{claim}9", 1, person, on, "J9207", units, claim_frequency_code="8")
        yield _hospital(void, has_date=True)


def _request(person: str, utn: str, segment: int, received: date, number: int) -> Row:
    decided = received + timedelta(days=2 + number % 5)
    decision = {3: "denied", 5: "pending"}.get(number % 8, "approved")
    row = {
        "authorization_id": f"{utn}-{segment}",
        "person_id": person,
        "payer": PAYER,
        "hcpcs_code": "J9207",
        "request_type": "initial",
        "received_at": str(received),
        "decided_at": "" if decision == "pending" else str(decided),
        "decision": decision,
        "diagnosis_code": "C50911",
        "prescriber_npi": PRESCRIBER,
    }
    if decision == "approved":
        row |= {
            "approved_from": str(decided),
            "approved_to": str(decided + timedelta(days=120)),
            "approved_units": str(300 + 60 * (number % 5)),
        }
    return row


def _reviews(request: Row, number: int) -> Iterator[Row]:
    for criterion in ("I.1.A.dx_code", "I.1.A.disease", "I.1.A", "L.2", "L.3"):
        is_unmet = request["decision"] == "denied" and criterion == ("I.1.A" if number % 2 else "L.3")
        word = "not_met" if is_unmet else "met"
        yield {"authorization_id": request["authorization_id"], "criterion_id": criterion, "determination": word}


def _answers(request: Row, number: int) -> Iterator[Row]:
    said = {
        "metastatic": "yes",
        "single_agent": "yes" if number % 2 else "no",
        "combination_with_capecitabine": "no" if number % 2 else "yes",
        "anthracycline_resistant": "yes",
        "taxane_resistant": "yes" if number % 5 else "no",
    }
    for question, answer in said.items():
        yield {"authorization_id": request["authorization_id"], "question": question, "answer": answer}


def _sizes(person: str, first: date, number: int) -> Iterator[Row]:
    """Height and weight of every visit, or a body surface area."""
    for visit in range(5):
        on = str(first + timedelta(days=10 + 30 * visit))
        if number % 4:
            yield {"person_id": person, "observation_date": on, "source_code": "3140-1", "source_units": "m2"} | {
                "result": f"{1.5 + 0.03 * number:.2f}"
            }
        else:
            for code, result, unit in (("8302-2", f"{158 + number}", "cm"), ("29463-7", f"{55 + number}.5", "kg")):
                yield {"person_id": person, "observation_date": on, "source_code": code} | {
                    "result": result,
                    "source_units": unit,
                }


def _labs(person: str, first: date, number: int) -> Iterator[Row]:
    for code, high in (("1920-8", 40), ("1742-6", 40), ("1975-2", 1)):
        result = high * (3 if number % 8 == 3 and code == "1742-6" else 0.8)
        yield {
            "person_id": person,
            "observation_date": str(first - timedelta(days=2)),
            "source_code": code,
            "result": f"{result:g}",
            "source_units": "mg/dl" if high == 1 else "u/l",
            "source_reference_range_high": str(high),
        }


def _enrollment(person: str, number: int) -> Iterator[Row]:
    """Both years; some leave in the first's February or the second's, or die, and the others' end is not known yet."""
    born = {"person_id": person, "payer": PAYER, "birth_date": f"{1940 + number}-02-17"}
    if number == 7:
        born |= {"death_date": "2024-11-30"}
    leaves_early = number in (0, 2)
    yield born | {
        "enrollment_start_date": "2024-01-01",
        "enrollment_end_date": "2024-02-29" if leaves_early else "2024-12-31",
    }
    if number != 7 and not leaves_early:
        end = {1: "2025-02-28", 2: "2025-06-30"}.get(number % 6, "")
        yield born | {"enrollment_start_date": "2025-01-01", "enrollment_end_date": end}
