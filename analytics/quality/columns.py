"""What is known of single columns beyond their type: what needs them, their codes, their plausible dates."""

# What a single column is needed for, where that is less than what its whole table is needed for.
AFFECTS: dict[str, tuple[str, ...]] = {
    "medical_claim.charge_amount": (),
    "medical_claim.allowed_amount": ("dosing",),
    "medical_claim.paid_amount": (),
    "medical_claim.paid_date": (),
    "medical_claim.ndc_quantity": (),
    "medical_claim.claim_line_end_date": (),
    "authorization.decided_at": ("approvals",),
    "authorization.priority": ("approvals",),
    "authorization.extended": ("approvals",),
    "authorization.approved_from": ("dosing", "renewals"),
    "authorization.approved_to": ("dosing", "renewals"),
    "authorization.approved_units": ("renewals",),
    "authorization.exception_approved": ("dosing",),
    "authorization.bsa_m2": ("dosing",),
    "authorization.requested_dose_mg_per_m2": ("approvals",),
    "authorization.appeal_received_at": ("approvals",),
    "authorization.appeal_decided_at": ("approvals",),
    "eligibility.birth_date": ("approvals",),
    "eligibility.death_date": ("renewals",),
    "eligibility.enrollment_start_date": ("renewals",),
    "eligibility.enrollment_end_date": ("renewals",),
    "observation.source_reference_range_high": ("approvals",),
}

# Columns that may be empty, but whose absence silences part of a result: allowed share of rows without a value, and
# what is lost. `hcpcs_modifier_1` stands for all modifiers.
POPULATED: dict[str, tuple[float, str]] = {
    "medical_claim.allowed_amount": (0.5, "Dollars over the limit can't be told for lines without it."),
    "medical_claim.billing_npi": (0.5, "Dosing can't be shown by provider for lines without it."),
    "medical_claim.paid_date": (0.5, "Months that are not yet complete can't be found without it."),
    "authorization.diagnosis_code": (
        0.5,
        "The diagnosis criteria can't be evaluated for requests without it.",
    ),
    "authorization.prescriber_specialty": (
        0.5,
        "A specialist's involvement must then be documented in an answer.",
    ),
    "authorization.requested_dose_mg_per_m2": (
        0.5,
        "The requested dose can't be held against its limit without it.",
    ),
}

# Columns that may be empty where no policy in force tests that fact, nor limits doses by that measure.
ASKED_BY = {"authorization.requested_dose_mg_per_m2": ("requested_dose_mg_per_m2", "m2")}

# Date columns with the earliest date that can be meant, and how many years after the run's date it may lie.
EARLIEST = "1990-01-01"
PLAUSIBLE_YEARS: dict[str, tuple[str, int]] = {
    "medical_claim.claim_start_date": (EARLIEST, 1),
    "medical_claim.claim_line_end_date": (EARLIEST, 1),
    "medical_claim.paid_date": (EARLIEST, 2),
    "authorization.received_at": (EARLIEST, 1),
    "authorization.decided_at": (EARLIEST, 2),
    "authorization.approved_from": (EARLIEST, 2),
    "authorization.approved_to": (EARLIEST, 10),
    "authorization.appeal_received_at": (EARLIEST, 2),
    "authorization.appeal_decided_at": (EARLIEST, 3),
    "eligibility.birth_date": ("1900-01-01", 0),
    "eligibility.death_date": (EARLIEST, 1),
    "eligibility.enrollment_start_date": ("1930-01-01", 2),
    "observation.observation_date": (EARLIEST, 1),
    "pharmacy_claim.dispensing_date": (EARLIEST, 1),
}

# The shape of a code, once trimmed, upper-cased and freed of dots and hyphens.
PATTERNS = {
    "hcpcs": ("^[A-Z0-9][0-9]{3}[0-9A-Z]$", "five characters, letters and digits"),
    "icd10": ("^[A-Z][0-9][0-9A-Z][0-9A-Z]{0,4}$", "three to seven characters that begin with a letter"),
    "ndc": ("^[0-9]{11}$", "eleven digits, hyphens aside"),
    "loinc": ("^[0-9]{1,7}-[0-9]$", "digits, a hyphen and a check digit, as 3140-1"),
    "nucc": ("^[0-9A-Z]{9}X$", "a taxonomy code of ten characters that ends in X"),
    "frequency": ("^[0-9A-Z]$", "one character, as 1, 7 or 8, without a leading zero"),
    "place": ("^[0-9]{2}$", "two digits, as 11 or 22"),
}  # fmt: skip
CODED = {
    "medical_claim.hcpcs_code": "hcpcs",
    "medical_claim.ndc_code": "ndc",
    "medical_claim.place_of_service_code": "place",
    "medical_claim.claim_frequency_code": "frequency",
    "authorization.hcpcs_code": "hcpcs",
    "authorization.diagnosis_code": "icd10",
    "authorization.prescriber_specialty": "nucc",
    "observation.source_code": "loinc",
    "pharmacy_claim.ndc_code": "ndc",
}

# What a code of another form leads to, where that is more than its not being recognised.
MISSHAPEN = {
    "medical_claim.hcpcs_code": "A row under such a code counts as another drug's: it may hold a dose of this one.",
    "authorization.hcpcs_code": "A row under such a code counts as another drug's: it may be a request for this one.",
    "medical_claim.claim_frequency_code": (
        "Replacements (7) and voids (8) are known by this code alone: written otherwise, what they cancel still counts."
    ),
    "medical_claim.place_of_service_code": "One place under two codes counts as two places.",
    "authorization.diagnosis_code": "A code of another form is on no policy's list: the diagnosis criterion fails.",
    "authorization.prescriber_specialty": "A specialist under another code, or in words, is not recognised as one.",
}

# How each kind of column is written where it can be read.
READ_AS = {
    "date": "a date, written 2024-03-31",
    "timestamp": "a date or a date and time, written 2024-03-31 or 2024-03-31T14:05:00Z",
    "integer": "a whole number",
    "units": "a number without its unit, written 72 or 72.5",
    "amount": "an amount in dollars, written 1234.56, without $ or commas",
    "measure": "a number without its unit, written 1.80",
    "boolean": "yes or no",
}
