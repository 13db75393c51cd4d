"""How columns are called in sentences, and how a sentence about many rows reads of one."""

# Columns whose name with blanks for underscores would not be understood.
_SPOKEN = {
    "authorization_id": "authorization id",
    "received_at": "received date",
    "decided_at": "decision date",
    "appeal_received_at": "date on which the appeal was received",
    "appeal_decided_at": "date of the appeal's decision",
    "approved_from": "first day of approval",
    "approved_to": "last day of approval",
    "approved_units": "number of approved units",
    "extended": "mark of an extended review",
    "exception_approved": "mark of an approved exception",
    "claim_line_start_date": "service date",
    "service_unit_quantity": "number of units",
    "hcpcs_code": "drug code",
    "ndc_code": "NDC",
    "rendering_npi": "rendering NPI",
    "billing_npi": "billing NPI",
    "prescriber_npi": "prescriber NPI",
    "bsa_m2": "body surface area",
    "requested_dose_mg_per_m2": "requested dose",
    "source_code": "test code",
    "source_units": "unit of measurement",
    "source_reference_range_high": "upper limit of the reference range",
    "quantity": "quantity dispensed",
    "days_supply": "number of days supplied",
}
# Verbs with which a sentence about rows may begin and that do not simply take an s.
_OF_ONE = {
    "have": "has",
    "are": "is",
    "were": "was",
    "do": "does",
    "carry": "carries",
    "had": "had",
    "can't": "can't",
}


def spoken(column: str) -> str:
    """A column as people call it: `approved_to` is the "last day of approval"."""
    return _SPOKEN.get(column, column.replace("_", " "))


def a_spoken(column: str) -> str:
    """The same with its article: "a service date", "an NDC"."""
    name = spoken(column)
    return f"an {name}" if name[0] in "aeio" or name.startswith(("NDC", "upper")) else f"a {name}"


def agreeing(predicate: str, one: bool) -> str:
    """What many rows do ("lack a date"), as one of them does it ("lacks a date")."""
    if not one:
        return predicate
    verb, _, rest = predicate.partition(" ")
    return f"{_OF_ONE.get(verb, f'{verb}s')} {rest}".strip()
