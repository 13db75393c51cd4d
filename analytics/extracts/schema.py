"""The input tables: their columns, how each is read, which must be there, and which words a column may hold.

One place for what the extracts look like: the reader, the quarantine rules, the quality suites and the docs
are all built from it. Names and types follow the Tuva Input Layer where it has the column.
"""

from dataclasses import dataclass

DRUG_LINE_KEY = ("data_source", "claim_id", "claim_line_number")

BOOLEAN_WORDS = {
    **dict.fromkeys(("yes", "y", "true", "t", "1"), True),
    **dict.fromkeys(("no", "n", "false", "f", "0"), False),
}


# What a person's height (cm), weight (kg) and body surface area (m²) can plausibly be.
BODY_SIZE_SPAN = {"height": (50.0, 250.0), "weight": (2.0, 400.0), "bsa": (0.5, 3.5)}


@dataclass(frozen=True)
class Column:
    """One column of an input table.

    kind: how its text is read: `text` (trimmed), `name` (trimmed, lower-cased), `code` (trimmed, upper-cased),
    `icd10` (dots dropped), `ndc` (hyphens dropped, padded to 11 digits), `date`, `timestamp` (UTC), `integer`,
    `units` (DECIMAL(18,4)), `amount` (DECIMAL(18,2)), `measure` (DOUBLE), `word` (one of `words`), `boolean`.
    required: a row in scope without it is quarantined, and a file without the column is refused.
    must_read: text that can't be read quarantines the row; elsewhere it reads as null, with a warning.
    identity: it takes part when two rows are compared for being identical.
    default: what null stands for. plausible: a number outside counts as missing.
    """

    name: str
    kind: str = "text"
    required: bool = False
    must_read: bool = False
    identity: bool = True
    words: tuple[str, ...] = ()
    default: str | None = None
    plausible: tuple[float, float] | None = None

    @property
    def is_typed(self) -> bool:
        """Whether its text can be unreadable (text and codes never are)."""
        return self.kind not in ("text", "name", "code", "icd10", "ndc")


@dataclass(frozen=True)
class Table:
    """One input table; `key` is what must be unique in it, `measures` what suffers when it is bad or absent."""

    name: str
    columns: tuple[Column, ...]
    required: bool = False
    key: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def _many(stem: str, last: int, kind: str, identity: bool) -> tuple[Column, ...]:
    return tuple(Column(f"{stem}_{number}", kind, identity=identity) for number in range(1, last + 1))


MEDICAL_CLAIM = Table(
    "medical_claim",
    (
        Column("claim_id", required=True),
        Column("claim_line_number", "integer", required=True, must_read=True),
        Column("person_id", required=True),
        Column("payer", required=True),
        # Where it is null, claim_start_date stands for it: institutional lines often carry the header's date alone.
        Column("claim_line_start_date", "date", required=True, must_read=True),
        Column("claim_start_date", "date", identity=False),
        Column("claim_line_end_date", "date", identity=False),
        Column("hcpcs_code", "code", required=True),
        Column("service_unit_quantity", "units", required=True, must_read=True),
        *_many("hcpcs_modifier", 5, "code", identity=True),
        Column("place_of_service_code", "code", identity=False),
        Column("rendering_npi", "code", identity=False),
        Column("billing_npi", "code"),
        *_many("diagnosis_code", 25, "icd10", identity=False),
        Column("charge_amount", "amount", identity=False),
        Column("allowed_amount", "amount"),
        Column("paid_amount", "amount"),
        Column("paid_date", "date"),
        Column("data_source"),
        Column("ndc_code", "ndc"),
        # How many of the NDC, and of what: UN (vials), ML, GR, ME or F2. It is held against the units billed.
        Column("ndc_quantity", "units", identity=False),
        Column("ndc_unit", "code", identity=False),
        Column("claim_frequency_code", "code"),
        Column("original_claim_id"),
        Column("claim_status", "word", words=("paid", "denied"), must_read=True, default="paid"),
    ),
    required=True,
    key=DRUG_LINE_KEY,
    measures=("dosing", "renewals"),
)

AUTHORIZATION = Table(
    "authorization",
    (
        Column("authorization_id", required=True),
        Column("person_id", required=True),
        Column("payer", required=True),
        Column("hcpcs_code", "code", required=True),
        Column("request_type", "word", required=True, must_read=True, words=("initial", "renewal")),
        Column("prior_authorization_id"),
        Column("received_at", "timestamp", required=True, must_read=True),
        Column("decided_at", "timestamp", must_read=True),
        Column(
            "decision",
            "word",
            required=True,
            must_read=True,
            words=("approved", "partially_approved", "denied", "withdrawn", "pending"),
        ),
        Column("priority", "word", words=("standard", "expedited"), default="standard"),
        Column("extended", "boolean"),
        Column("approved_from", "date", must_read=True),
        Column("approved_to", "date", must_read=True),
        Column("approved_units", "units"),
        Column("regimen", "name"),
        Column("exception_approved", "boolean"),
        Column("bsa_m2", "measure", plausible=BODY_SIZE_SPAN["bsa"]),
        Column("requested_dose_mg_per_m2", "measure"),
        Column("diagnosis_code", "icd10"),
        Column("prescriber_npi", "code"),
        Column("prescriber_specialty", "code"),
        Column("denial_reason"),
        Column("appeal_received_at", "timestamp"),
        Column("appeal_decided_at", "timestamp"),
        Column("appeal_decision", "word", must_read=True, words=("overturned", "upheld", "pending")),
    ),
    required=True,
    key=("authorization_id",),
    measures=("dosing", "approvals", "renewals"),
)

CRITERION_REVIEW = Table(
    "criterion_review",
    (
        Column("authorization_id", required=True),
        Column("criterion_id", required=True),
        Column("determination", "word", required=True, must_read=True, words=("met", "not_met", "not_documented")),
    ),
    key=("authorization_id", "criterion_id"),
    measures=("approvals",),
)

CLINICAL_ANSWER = Table(
    "clinical_answer",
    (
        Column("authorization_id", required=True),
        Column("question", "name", required=True),
        Column("answer", required=True),
    ),
    measures=("approvals",),
)

ELIGIBILITY = Table(
    "eligibility",
    (
        Column("person_id", required=True),
        Column("payer", required=True),
        Column("birth_date", "date"),
        Column("death_date", "date"),
        Column("enrollment_start_date", "date", required=True, must_read=True),
        Column("enrollment_end_date", "date", must_read=True),
    ),
    measures=("approvals", "renewals"),
)

OBSERVATION = Table(
    "observation",
    (
        Column("person_id", required=True),
        Column("observation_date", "date", required=True, must_read=True),
        Column("source_code", "code", required=True),
        Column("result", "measure", required=True, must_read=True),
        Column("source_units", "name"),
        Column("source_reference_range_high", "measure"),
    ),
    measures=("dosing", "approvals"),
)

PHARMACY_CLAIM = Table(
    "pharmacy_claim",
    (
        Column("person_id", required=True),
        Column("dispensing_date", "date", required=True, must_read=True),
        Column("ndc_code", "ndc", required=True),
        Column("quantity", "units"),
        Column("days_supply", "units"),
    ),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        MEDICAL_CLAIM,
        AUTHORIZATION,
        CRITERION_REVIEW,
        CLINICAL_ANSWER,
        ELIGIBILITY,
        OBSERVATION,
        PHARMACY_CLAIM,
    )
}

# Body size: LOINC code -> what it measures; unit -> factor to the measure's own unit.
BODY_SIZE_CODES = {"3140-1": "bsa", "8277-6": "bsa", "8302-2": "height", "29463-7": "weight"}
BODY_SIZE_UNITS = {
    "height": {"cm": 1.0, "m": 100.0, "[in_i]": 2.54},
    "weight": {"kg": 1.0, "g": 0.001, "[lb_av]": 0.45359237},
    "bsa": {"m2": 1.0},
}

# Codes under which a drug is billed that has none of its own, or had one for a time (C9240): its NDC alone names it.
UNCLASSIFIED_CODES = ("C9240", "C9399", "J3490", "J3590", "J8999", "J9999")

# Reasons that leave a row out although nothing is wrong with it; every other reason is a quarantine.
REASON_KINDS = {
    **dict.fromkeys(
        ("duplicate_row", "after_as_of", "void_record", "voided", "replaced", "denied_line", "reversed"), "excluded"
    ),
    **dict.fromkeys(("other_drug", "no_policy", "other_observation", "other_person", "other_request"), "out_of_scope"),
}
