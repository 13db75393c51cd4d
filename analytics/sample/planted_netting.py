"""Planted corrections: how claim lines cancel, replace and net each other before they are administrations."""

from datetime import date

from analytics.sample.planted_rows import claim, enrolled, size
from analytics.sample.planting import (
    Part,
    Planted,
    claim_id,
    counted,
    given,
    not_given,
    person_id,
    plant,
    quarantined,
)


def _measured(number: int, when: int | str = -4) -> tuple[Part, ...]:
    return (enrolled(number), size(number, "1.80", when))


NETTING: tuple[Planted, ...] = (
    plant(
        41,
        "reversed",
        "72 units, and the same line again with minus 72.",
        (_measured(41), claim(41, 0, 72, "JZ"), claim(41, 0, -72, "JZ")),
        not_given(41, 0),
        counted("medical_claim", "excluded", "reversed", 2),
    ),
    plant(
        42,
        "netted_to_positive",
        "87 units, corrected on the same line by minus 15.",
        (_measured(42), claim(42, 0, 87, "JZ"), claim(42, 0, -15, "JZ")),
        given(42, 0, billed_units=72, allowed_amount=6480, status="within"),
    ),
    plant(
        43,
        "negative_net",
        "Minus 10 units of a line that is not there.",
        (_measured(43), claim(43, 0, 72, "JZ"), claim(43, 21, -10, "JZ", which=2)),
        given(43, 0, status="within"),
        not_given(43, 21),
        quarantined("medical_claim", "negative_net", claim_id(43, 2)),
    ),
    plant(
        44,
        "conflicting_lines",
        "One line of one claim twice, with different dates: nobody can tell which is right.",
        (_measured(44), claim(44, 0, 72, "JZ"), claim(44, 1, 72, "JZ")),
        not_given(44, 0),
        not_given(44, 1),
        quarantined("medical_claim", "conflicting_lines", claim_id(44)),
    ),
    plant(
        45,
        "voided",
        "A claim, and the record that voids it.",
        (
            _measured(45),
            claim(45, 0, 72, "JZ"),
            claim(45, 0, 72, "JZ", which=2, claim_frequency_code=8, original_claim_id=claim_id(45)),
        ),
        not_given(45, 0),
        counted("medical_claim", "excluded", "void_record"),
        counted("medical_claim", "excluded", "voided"),
    ),
    plant(
        46,
        "replaced",
        "A claim of 144 units, replaced by one of 72.",
        (
            _measured(46),
            claim(46, 0, 144, "JZ"),
            claim(46, 0, 72, "JZ", which=2, claim_frequency_code=7, original_claim_id=claim_id(46)),
        ),
        given(46, 0, billed_units=72, claim_ids=[claim_id(46, 2)], status="within"),
        counted("medical_claim", "excluded", "replaced"),
    ),
    plant(
        47,
        "replaced_without_the_drug",
        "A claim replaced by one that bills the infusion but no drug any more.",
        (
            _measured(47),
            claim(47, 0, 72, "JZ"),
            claim(
                47,
                0,
                1,
                which=2,
                hcpcs_code="96413",
                claim_frequency_code=7,
                original_claim_id=claim_id(47),
            ),
        ),
        not_given(47, 0),
        counted("medical_claim", "excluded", "replaced"),
    ),
    plant(
        48,
        "void_does_not_revive",
        "A claim is replaced, and the replacement voided: the first does not come back.",
        (
            _measured(48),
            claim(48, 0, 80, "JZ"),
            claim(48, 0, 72, "JZ", which=2, claim_frequency_code=7, original_claim_id=claim_id(48)),
            claim(48, 0, 72, "JZ", which=3, claim_frequency_code=8, original_claim_id=claim_id(48, 2)),
        ),
        not_given(48, 0),
    ),
    plant(
        49,
        "denied_line",
        "A denied claim, billed again and paid.",
        (_measured(49), claim(49, 0, 72, "JZ", claim_status="denied"), claim(49, 0, 72, "JZ", which=2)),
        given(49, 0, billed_units=72, claim_ids=[claim_id(49, 2)], flags=[]),
        counted("medical_claim", "excluded", "denied_line"),
    ),
    plant(
        50,
        "duplicate_row",
        "The same row twice counts once.",
        (_measured(50), claim(50, 0, 72, "JZ"), claim(50, 0, 72, "JZ")),
        given(50, 0, billed_units=72, flags=[]),
        counted("medical_claim", "excluded", "duplicate_row"),
    ),
    plant(
        51,
        "other_data_source",
        "A void in another data source names the same claim id and voids nothing here.",
        (
            _measured(51),
            claim(51, 0, 72, "JZ"),
            claim(
                51,
                0,
                72,
                "JZ",
                which=2,
                claim_frequency_code=8,
                original_claim_id=claim_id(51),
                data_source="harbor_legacy",
            ),
        ),
        given(51, 0, billed_units=72, claim_ids=[claim_id(51)]),
    ),
    plant(
        52,
        "line_without_date",
        "An institutional line without a date of its own: the claim's date counts.",
        (_measured(52), claim(52, 0, 72, "JZ", claim_line_start_date="", place_of_service_code="22")),
        given(52, 0, billed_units=72, status="within"),
    ),
    plant(
        53,
        "after_as_of",
        "Two doses, the second after the day for which the report is made (`--as-of 2025-06-30`).",
        (
            _measured(53, "2025-06-01"),
            claim(53, "2025-06-16", 72, "JZ"),
            claim(53, "2025-07-14", 72, "JZ", which=2),
        ),
        given(53, "2025-06-16", status="within"),
        not_given(53, "2025-07-14"),
        counted("medical_claim", "excluded", "after_as_of"),
        as_of=date(2025, 6, 30),
    ),
    plant(
        54,
        "last_day",
        "The extract ends on 2025-12-31: this dose and the request of finding 166 make it the report's day.",
        (_measured(54, "2025-12-01"), claim(54, "2025-12-31", 72, "JZ")),
        given(54, "2025-12-31", person_id=person_id(54), status="within"),
    ),
)
