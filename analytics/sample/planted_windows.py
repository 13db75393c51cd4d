"""Planted doses over time: windows, flags, and which authorization covers a dose."""

from analytics.sample.planted_dosing import covered
from analytics.sample.planted_rows import answers, approved, claim, enrolled, request, reviews, size
from analytics.sample.planting import Planted, claim_id, given, limit, plant, request_id, used
from analytics.sample.world import EMBLEM

WINDOWS = (
    plant(
        17,
        "advisory",
        "Policy B: two doses of 40 units in 14 days keep the 90 units; that they are two is advisory.",
        (
            covered(17, "1.80", EMBLEM),
            claim(17, 0, 40, "JZ", payer=EMBLEM),
            claim(17, 14, 40, "JZ", which=2, payer=EMBLEM),
        ),
        given(17, 14, status="within", advisories=["q3w.frequency"], exceeded_limits=[]),
    ),
    plant(
        18,
        "window_units",
        "Policy B: 72 and 72 units in 14 days are 54 over the 90 allowed.",
        (
            covered(18, "1.80", EMBLEM),
            claim(18, 0, 72, "JZ", payer=EMBLEM),
            claim(18, 14, 72, "JZ", which=2, payer=EMBLEM),
        ),
        given(18, 14, status="exceeds", breach_kind="extra", excess_units=54),
        given(18, 14, exceeded_limits=["q3w.units"]),
    ),
    plant(
        19,
        "weekly",
        "Weekly doses of 29 units (16 mg/m² at 1.80 m²): three in 28 days are allowed, the fourth is not.",
        (
            covered(19, regimen="weekly"),
            *(claim(19, 7 * week, 29, "JZ", which=week + 1) for week in range(4)),
        ),
        given(19, 14, status="within"),
        given(19, 21, status="exceeds", exceeded_limits=["weekly.frequency"], excess_units=29),
    ),
    plant(
        20,
        "any_regimen",
        "No regimen named: two doses of 29 units a week apart break the three-weekly rule, not the weekly one.",
        (covered(20, regimen=""), claim(20, 0, 29, "JZ"), claim(20, 7, 29, "JZ", which=2)),
        given(20, 7, status="within"),
        limit(20, 7, "q3w.frequency", result="exceeded"),
        limit(20, 7, "weekly.frequency", result="ok"),
    ),
    plant(
        21,
        "window_truncated",
        "A dose in the extract's first days: what came before is not known.",
        (
            enrolled(21),
            approved(21, "2023-01-01"),
            size(21, "1.80", "2023-01-02"),
            claim(21, "2023-01-03", 72, "JZ"),
        ),
        given(21, "2023-01-03", status="within", window_truncated=True),
    ),
)

FLAGS = (
    plant(
        22,
        "possible_duplicate",
        "Two claims of 36 units on one day.",
        (covered(22), claim(22, 0, 36, "JZ"), claim(22, 0, 36, "JZ", which=2)),
        given(
            22,
            0,
            flags=["possible_duplicate"],
            billed_units=72,
            claim_ids=[claim_id(22, 1), claim_id(22, 2)],
        ),
    ),
    plant(
        23,
        "possible_unit_error",
        "2 units, probably vials.",
        (covered(23), claim(23, 0, 2, "JZ")),
        given(23, 0, flags=["possible_unit_error"], status="within"),
    ),
    plant(
        24,
        "jw_without_partner",
        "6 units discarded, none given.",
        (covered(24), claim(24, 0, 6, "JW")),
        given(24, 0, flags=["jw_without_partner"], administered_units=0, wasted_units=6),
    ),
    plant(
        25,
        "jw_and_jz",
        "72 units with nothing discarded, and 3 discarded.",
        (covered(25), claim(25, 0, 72, "JZ"), claim(25, 0, 3, "JW", line=2)),
        given(25, 0, flags=["jw_and_jz"], administered_units=72),
    ),
    plant(
        26,
        "avoidable_waste",
        "18 units discarded: a vial of 15 mg need not have been opened.",
        (covered(26), claim(26, 0, 72), claim(26, 0, 18, "JW", line=2)),
        given(26, 0, flags=["avoidable_waste"], wasted_units=18, status="within"),
    ),
    plant(
        27,
        "jw_in_the_fifth_slot",
        "JW stands in the fifth modifier, behind others.",
        (covered(27), claim(27, 0, 72, "JG"), claim(27, 0, 3, "JG", "TB", "", "", "JW", line=2)),
        given(27, 0, wasted_units=3, administered_units=72, waste_attested=True, flags=[]),
    ),
)

COVER = (
    plant(
        28,
        "no_authorization",
        "A dose that nobody asked for; it is judged all the same.",
        (enrolled(28), size(28, "1.80"), claim(28, 0, 72, "JZ")),
        given(28, 0, authorization_id=None, status="within"),
    ),
    plant(
        29,
        "decided_last",
        "Two approvals cover the day; the one decided last counts.",
        (covered(29), approved(29, -3, which=2), claim(29, 0, 72, "JZ")),
        given(29, 0, authorization_id=request_id(29, 2)),
    ),
    plant(
        30,
        "overturned_covers",
        "Denied, then approved on appeal: the dose is covered.",
        (
            enrolled(30),
            request(
                30,
                "2024-04-20",
                "denied",
                approved_from="2024-05-01",
                approved_to="2025-04-30",
                regimen="q3w",
                denial_reason="not documented",
                appeal_received_at="2024-04-24T10:00Z",
                appeal_decided_at="2024-04-29T10:00Z",
                appeal_decision="overturned",
            ),
            reviews(30, {"1.indication": "met", "1.A": "met", "1.B": "not_documented", "1.C": "met"}),
            answers(30, {"metastatic": "yes"}),
            size(30, "1.80", "2024-05-02"),
            claim(30, "2024-05-06", 72, "JZ"),
        ),
        given(30, "2024-05-06", authorization_id=request_id(30), status="within"),
    ),
    plant(
        31,
        "approved_units_exceeded",
        "100 units approved, 144 billed.",
        (
            covered(31, approved_units="100"),
            claim(31, 0, 72, "JZ"),
            claim(31, 21, 72, "JZ", which=2),
        ),
        used(31, approved_units=100, units_used=144, n_administrations=2),
    ),
)

DOSING_OVER_TIME: tuple[Planted, ...] = WINDOWS + FLAGS + COVER
