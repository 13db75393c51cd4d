"""What the comparison scripts do, so that they do the same: claims, netted over all lines, to the caps of one policy.

The rules are those of a plan that judges every payer by the billing cap alone: lines of void, voided and replaced
claims, denied lines and repeated rows are out; what is left of one claim's line nets; a day's units may not pass 90,
nor those of the 21 days up to it. It is less than the product does (no cover, no body surface, one regimen, no reasons
kept), and the same work in each script.
"""

DRUG = "J9207"
CAP, WINDOW_DAYS = 90, 21
KEY = ["data_source", "claim_id", "claim_line_number"]
COLUMNS = [
    *KEY,
    "person_id",
    "payer",
    "claim_line_start_date",
    "hcpcs_code",
    "service_unit_quantity",
    "hcpcs_modifier_1",
    "allowed_amount",
    "claim_frequency_code",
    "original_claim_id",
    "claim_status",
]
