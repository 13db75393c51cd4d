"""Planted criteria of policy B: derived resistance, limitations, flags of a request, versions in force."""

from analytics.sample.planted_requests import RESISTANT, SINGLE, TRASTUZUMAB, asked
from analytics.sample.planted_rows import REVIEWED, claim, observed
from analytics.sample.planting import Planted, criterion, judged, plant
from analytics.sample.world import EMBLEM


def _dates(drug_class: str, progressed: str, last: str = "", setting: str = "") -> dict[str, str]:
    known = {"progressed_on": progressed, "last_dose_on": last, "setting": setting}
    return {f"{drug_class}_{name}": value for name, value in known.items() if value}


def _resistance(number: int, story: str, name: str, known: dict[str, str], leaf: str, value: str) -> Planted:
    """A single-agent request under policy B whose resistance follows from dates."""
    parts = asked(number, "approved", REVIEWED["B"], SINGLE | known, EMBLEM)
    return plant(number, name, story, (parts,), criterion(number, f"I.1.A.ii.{leaf}", evaluated=value))


RESISTANCE = (
    _resistance(
        112,
        "Anthracycline: progression 60 days after the last dose, metastatic: within three months.",
        "resistant_by_documents",
        {"taxane_resistant": "yes"} | _dates("anthracycline", "2024-03-01", "2024-01-01", "metastatic"),
        "anthracycline",
        "met",
    ),
    _resistance(
        113,
        "Anthracycline: progression five months after the last dose, metastatic: too late.",
        "not_resistant_by_documents",
        {"taxane_resistant": "yes"} | _dates("anthracycline", "2024-03-01", "2023-10-01", "metastatic"),
        "anthracycline",
        "not_met",
    ),
    _resistance(
        114,
        "Taxane: progression six months after the last dose, setting unknown: resistant only if adjuvant.",
        "resistance_hangs_on_setting",
        {"anthracycline_resistant": "yes"} | _dates("taxane", "2024-03-01", "2023-09-01"),
        "taxane",
        "unknown",
    ),
    plant(
        115,
        "resistant_by_claims",
        "Taxane: progression on 2024-03-15; the last dose, on 2024-01-10, is known from claims alone.",
        (
            asked(
                115,
                "approved",
                REVIEWED["B"],
                SINGLE | {"anthracycline_resistant": "yes"} | _dates("taxane", "2024-03-15", "", "metastatic"),
                EMBLEM,
            ),
            claim(115, "2023-12-20", 160, payer=EMBLEM, hcpcs_code="J9267"),
            claim(115, "2024-01-10", 160, which=2, payer=EMBLEM, hcpcs_code="J9267"),
        ),
        criterion(115, "I.1.A.ii.taxane", evaluated="met"),
        judged(115, evaluated="met"),
    ),
)

LIMITATIONS = (
    plant(
        116,
        "liver_tests",
        "With capecitabine, and AST at 110 of 40: more than 2.5 times the upper limit.",
        (
            asked(
                116,
                "denied",
                {
                    "I.1.A.dx_code": "met",
                    "I.1.A.disease": "met",
                    "I.1.A": "met",
                    "L.2": "met",
                    "L.3": "not_met",
                },
                RESISTANT | {"metastatic": "yes", "combination_with_capecitabine": "yes"},
                EMBLEM,
                denial_reason="criteria not met",
            ),
            observed(116, "2024-04-20", "1920-8", "110", "U/L", "40"),
            observed(116, "2024-04-20", "1742-6", "30", "U/L", "40"),
            observed(116, "2024-04-20", "1975-2", "0.6", "mg/dL", "1.2"),
        ),
        criterion(116, "L.3", evaluated="not_met", reviewed="not_met"),
        criterion(116, "L.1", evaluated="met", presumed_in_review=True, presumed_in_evaluation=True),
        judged(116, unmet_conjuncts=["L.3"], consistency="consistent"),
    ),
    plant(
        117,
        "progression_on_the_drug",
        "The disease progressed while on the drug; approved all the same.",
        (
            asked(
                117,
                "approved",
                REVIEWED["B"] | {"L.4": "not_met"},
                SINGLE | RESISTANT | {"progression_on_ixempra": "yes"},
                EMBLEM,
            ),
        ),
        criterion(117, "L.4", evaluated="not_met", presumed_in_evaluation=False),
        judged(117, consistency="approved_unmet", unmet_conjuncts=["L.4"]),
    ),
)

REQUEST_FLAGS = (
    plant(
        118,
        "breast_cancer_code_not_listed",
        "C50.A1, a breast-cancer code that is newer than policy B's list.",
        (asked(118, "approved", REVIEWED["B"], SINGLE | RESISTANT, EMBLEM, diagnosis_code="C50.A1"),),
        judged(118, flags=["breast_cancer_code_not_listed"]),
        criterion(118, "I.1.A.dx_code", evaluated="not_met"),
    ),
    plant(
        119,
        "history_code_only",
        "Z85.3, a history of breast cancer: on policy B's list, and no evidence of disease today.",
        (asked(119, "approved", REVIEWED["B"], SINGLE | RESISTANT, EMBLEM, diagnosis_code="Z85.3"),),
        judged(119, flags=["history_code_only"]),
        criterion(119, "I.1.A.dx_code", evaluated="met"),
    ),
    plant(
        120,
        "contradictory_answers",
        "Alone, and in combination with capecitabine: both answered yes.",
        (
            asked(
                120,
                "approved",
                REVIEWED["B"],
                SINGLE | RESISTANT | {"combination_with_capecitabine": "yes"},
                EMBLEM,
            ),
        ),
        judged(120, flags=["contradictory_answers"]),
    ),
)

VERSIONS = (
    plant(
        121,
        "last_day_of_the_clause",
        "With trastuzumab, decided on 2024-02-15: the clause on HER2-positive disease still stands.",
        (
            asked(
                121,
                "approved",
                REVIEWED["B"],
                TRASTUZUMAB,
                EMBLEM,
                received="2024-02-13",
                decided_at="2024-02-15T15:00Z",
                approved_from="2024-02-16",
                approved_to="2024-08-15",
            ),
        ),
        judged(121, policy_version="2019-07-15"),
        criterion(121, "I.1.A.iii", evaluated="met"),
        criterion(121, "I.1.A", evaluated="met"),
    ),
    plant(
        122,
        "first_day_without_the_clause",
        "The same request, decided a day later: the clause is gone.",
        (
            asked(
                122,
                "denied",
                REVIEWED["B"] | {"I.1.A": "not_met"},
                TRASTUZUMAB,
                EMBLEM,
                received="2024-02-13",
                decided_at="2024-02-16T15:00Z",
                denial_reason="criteria not met",
            ),
        ),
        judged(122, policy_version="2024-02-16", unmet_conjuncts=["I.1.A"]),
        criterion(122, "I.1.A", evaluated="not_met"),
    ),
    plant(
        123,
        "decided_in_another_time_zone",
        "Decided on 2024-02-15 at 22:00 five hours west of Greenwich: on 2024-02-16 in UTC.",
        (
            asked(
                123,
                "approved",
                REVIEWED["B"],
                SINGLE | RESISTANT,
                EMBLEM,
                received="2024-02-13",
                decided_at="2024-02-15T22:00:00-05:00",
                approved_from="2024-02-20",
                approved_to="2024-08-19",
            ),
        ),
        judged(123, policy_version="2024-02-16", hours_to_decision=66.0),
    ),
)

CRITERIA: tuple[Planted, ...] = RESISTANCE + LIMITATIONS + REQUEST_FLAGS + VERSIONS
