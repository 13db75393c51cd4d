"""Both policies' leaves by hand: what each asks of the facts."""

from __future__ import annotations

from tests.reference.leaves import at_least, at_most, both, either, is_no, is_one_of, is_yes, told
from tests.reference.rules import Flag, Test

B_DIAGNOSES = {
    f"C50{site}{sex}{side}" for site in "012345689" for sex in "12" for side in "129"
} | {"Z853"}  # fmt: skip
ONCOLOGY = {"207RH0003X", "207RX0202X", "207VX0201X", "2080P0207X", "2085R0001X", "2086X0206X"}
PRESUMED = {"L.1": "adjuvant_use", "L.4": "progression_on_ixempra", "L.5": "unsupported_indication"}

_INDICATION = told("diagnosis_code", lambda code: code.startswith("C50"), ("Z853", "C77", "C78", "C79"))
_ANTHRACYCLINE, _TAXANE = is_yes("anthracycline_resistant"), is_yes("taxane_resistant")
_HER2_NEGATIVE = is_one_of("her2_status", "negative")

TESTS: dict[str, Test] = {
    "1.indication": _INDICATION,
    "1.A": at_least("age_years", 18),
    "1.B.i": is_yes("recurrent_unresectable_locoregional"),
    "1.B.ii": is_yes("metastatic"),
    "1.B.iii": is_yes("no_response_to_preoperative_therapy"),
    "1.C": either(is_yes("oncologist_involved"), is_one_of("prescriber_specialty", *ONCOLOGY)),
    "I.1.A.dx_code": is_one_of("diagnosis_code", *B_DIAGNOSES),
    "I.1.A.disease": either(is_yes("recurrent"), is_yes("metastatic")),
    "I.1.A.i.combination": is_yes("combination_with_capecitabine"),
    "I.1.A.i.a.anthracycline": _ANTHRACYCLINE,
    "I.1.A.i.a.taxane": _TAXANE,
    "I.1.A.i.b.taxane": _TAXANE,
    "I.1.A.i.b.contraindicated": is_yes("anthracycline_contraindicated"),
    "I.1.A.ii.single_agent": is_yes("single_agent"),
    "I.1.A.ii.anthracycline": _ANTHRACYCLINE,
    "I.1.A.ii.taxane": _TAXANE,
    "I.1.A.ii.capecitabine": is_yes("capecitabine_resistant"),
    "I.1.A.iii.trastuzumab": both(
        is_yes("combination_with_trastuzumab"), is_one_of("her2_status", "positive"), is_yes("trastuzumab_exposed")
    ),
    "I.1.A.iii.one_of.a": both(
        is_one_of("hormone_receptor_status", "positive"), _HER2_NEGATIVE, is_yes("visceral_crisis")
    ),
    "I.1.A.iii.one_of.b": both(
        _HER2_NEGATIVE,
        either(
            is_one_of("hormone_receptor_status", "negative"),
            both(is_one_of("hormone_receptor_status", "positive"), is_yes("endocrine_refractory")),
        ),
    ),
    "I.1.A.iii.one_of.c": either(
        at_least("endocrine_regimens_without_benefit", 3), is_yes("symptomatic_visceral_disease")
    ),
    "L.1": is_no("adjuvant_use"),
    "L.2": at_most("requested_dose_mg_per_m2", "40"),
    "L.3": either(
        is_no("combination_with_capecitabine"),
        both(at_most("ast_uln", "2.5"), at_most("alt_uln", "2.5"), at_most("bilirubin_uln", "1")),
    ),
    "L.4": is_no("progression_on_ixempra"),
    "L.5": is_no("unsupported_indication"),
    "II.2": is_one_of("tumor_response", "response", "stable"),
    "II.3": is_no("unacceptable_toxicity"),
}

_HISTORY = Flag("history_code_only", is_one_of("diagnosis_code", "Z853"))
_BOTH = Flag("contradictory_answers", both(is_yes("combination_with_capecitabine"), is_yes("single_agent")))
_NOT_LISTED = told("diagnosis_code", lambda code: code.startswith("C50") and code not in B_DIAGNOSES)
FLAGS_A = (_HISTORY, _BOTH)
FLAGS_B = (*FLAGS_A, Flag("breast_cancer_code_not_listed", _NOT_LISTED))
