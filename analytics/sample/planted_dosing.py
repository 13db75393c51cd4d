"""Planted doses: each status, breach kind, reason for not knowing, and source of body size."""

from typing import Any

from analytics.sample.planted_rows import approved, claim, enrolled, observed, size
from analytics.sample.planting import Part, Planted, given, plant
from analytics.sample.world import EMBLEM, HARBOR, Payer


def covered(number: int, bsa: str = "1.80", payer: Payer = HARBOR, **columns: Any) -> tuple[Part, ...]:
    """Enrolled, approved for three-weekly doses, measured four days before (unless `bsa` is empty)."""
    measured = (size(number, bsa),) if bsa else ()
    return (enrolled(number, payer=payer), *approved(number, -5, payer=payer, **columns), *measured)


STATUSES = (
    plant(
        1,
        "within",
        "72 units of 72 allowed (40 mg/m² at 1.80 m²), nothing discarded.",
        (covered(1), claim(1, 0, 72, "JZ")),
        given(
            1,
            0,
            status="within",
            breach_kind=None,
            bsa_source="observation",
            dose_mg_per_m2=40.0,
            excess_units=0,
        ),
    ),
    plant(
        2,
        "over_dose",
        "80 units where 72 are allowed.",
        (covered(2), claim(2, 0, 80, "JZ")),
        given(2, 0, status="exceeds", breach_kind="over_dose", exceeded_limits=["q3w.dose"], excess_units=8),
        given(2, 0, excess_allowed_amount=720),
    ),
    plant(
        3,
        "over_units",
        "88 units given at 2.20 m², as allowed, and 17 discarded: 105 billed, where policy B allows 90.",
        (
            covered(3, "2.20", EMBLEM),
            claim(3, 0, 88, payer=EMBLEM),
            claim(3, 0, 17, "JW", line=2, payer=EMBLEM),
        ),
        given(3, 0, status="exceeds", breach_kind="over_units", exceeded_limits=["q3w.units"], excess_units=15),
    ),
    plant(
        4,
        "early",
        "The second dose after 19 days: within 21 days, but not within 18.",
        (covered(4), claim(4, 0, 72, "JZ"), claim(4, 19, 72, "JZ", which=2)),
        given(4, 0, status="within"),
        given(4, 19, status="exceeds", breach_kind="early", exceeded_limits=["q3w.frequency"]),
        given(4, 19, excess_units=72),
    ),
    plant(
        5,
        "extra",
        "The second dose after 10 days.",
        (covered(5), claim(5, 0, 72, "JZ"), claim(5, 10, 72, "JZ", which=2)),
        given(5, 10, status="exceeds", breach_kind="extra", exceeded_limits=["q3w.frequency"]),
    ),
    plant(
        6,
        "exception",
        "80 units where 72 are allowed, and a clinician approved the dose.",
        (covered(6, exception_approved=True), claim(6, 0, 80, "JZ")),
        given(6, 0, status="exception", breach_kind="over_dose", excess_units=8),
    ),
    plant(
        7,
        "vial_rounding",
        "75 units, the vials that hold the 72 allowed, and no word on what was discarded.",
        (covered(7), claim(7, 0, 75)),
        given(7, 0, status="indeterminate", unknown_reasons=["vial_rounding"], breach_kind=None),
    ),
    plant(
        8,
        "bsa_unknown",
        "70 units and no body size anywhere.",
        (covered(8, ""), claim(8, 0, 70, "JZ")),
        given(8, 0, status="indeterminate", unknown_reasons=["bsa_unknown"], bsa_m2=None, bsa_source=None),
    ),
    plant(
        9,
        "bsa_unknown_small_dose",
        "No body size, but 48 units are allowed to the smallest adult.",
        (covered(9, ""), claim(9, 0, 48, "JZ")),
        given(9, 0, status="within", bsa_source=None),
    ),
    plant(
        10,
        "bsa_unknown_large_dose",
        "No body size, and 110 units are too many for the largest adult.",
        (covered(10, ""), claim(10, 0, 110, "JZ")),
        given(10, 0, status="exceeds", breach_kind="over_dose"),
    ),
)

SIZES = (
    plant(
        11,
        "height_weight",
        "165 cm and 70.2 kg give 1.79 m² (Mosteller).",
        (
            covered(11, ""),
            observed(11, -16, "8302-2", "165", "cm"),
            observed(11, -4, "29463-7", "70.2", "kg"),
            claim(11, 0, 72, "JZ"),
        ),
        given(11, 0, status="within", bsa_source="height_weight", bsa_m2=1.79),
    ),
    plant(
        12,
        "authorization_bsa",
        "Nothing measured, but the request says 1.75 m².",
        (covered(12, "", bsa_m2="1.75"), claim(12, 0, 70, "JZ")),
        given(12, 0, status="within", bsa_source="authorization", bsa_m2=1.75),
    ),
    plant(
        13,
        "measured_too_long_ago",
        "2.00 m² was measured 90 days before, a day too early; the request's 1.75 m² allows 70 of 71 units.",
        (covered(13, "", bsa_m2="1.75"), size(13, "2.00", -90), claim(13, 0, 71, "JZ")),
        given(13, 0, status="exceeds", bsa_source="authorization", excess_units=1),
    ),
    plant(
        14,
        "bsa_capped",
        "Policy B counts 2.40 m² as 2.20: 88 given and 2 discarded are the 90 units it allows.",
        (
            covered(14, "2.40", EMBLEM),
            claim(14, 0, 88, payer=EMBLEM),
            claim(14, 0, 2, "JW", line=2, payer=EMBLEM),
        ),
        given(14, 0, status="within", bsa_m2=2.2, billed_units=90, wasted_units=2),
    ),
    plant(
        15,
        "bsa_cap_ignored",
        "Policy B: 96 units for 2.40 m², where the cap allows 88.",
        (covered(15, "2.40", EMBLEM), claim(15, 0, 96, "JZ", payer=EMBLEM)),
        given(15, 0, breach_kind="over_dose", exceeded_limits=["q3w.dose", "q3w.units"], excess_units=8),
    ),
    plant(
        16,
        "no_cap",
        "Policy A has no cap: 96 units for 2.40 m² are allowed.",
        (covered(16, "2.40"), claim(16, 0, 96, "JZ")),
        given(16, 0, status="within", bsa_m2=2.4),
    ),
)

DOSING: tuple[Planted, ...] = STATUSES + SIZES
