"""Which reasons, flags, statuses and outcomes a result reached, and which there are to be reached."""

from __future__ import annotations

from tests.reference.dosing_tables import STATUSES
from tests.reference.policies import POLICIES, PRESUMED
from tests.reference.renewals import OUTCOMES
from tests.reference.schema import MUST_KNOW, MUST_READ, REQUIRED
from tests.reference.twin import Result


def coverage(result: Result) -> set[str]:
    """What the result reached, each as `kind:what`."""
    tables = result.tables
    reached = {f"resistance:{path}" for path in result.paths}
    reached |= {f"{r['kind']}:{r['table_name']}:{r['reason']}" for r in tables["reconciliation_reason"]}
    for row in tables["administration"]:
        reached |= {f"flag:{flag}" for flag in row["flags"]}
        reached |= {f"unknown:{reason}" for reason in row["unknown_reasons"]}
        reached |= {f"advisory:{limit}" for limit in row["advisories"]}
        reached |= {f"exceeded:{row['policy_id']}:{limit}" for limit in row["exceeded_limits"]}
        reached |= {f"bsa:{row['bsa_source']}", f"status:{row['status']}"}
        reached |= {f"breach:{row['breach_kind']}", f"truncated:{row['window_truncated']}"}
        reached |= {f"dosing_version:{row['policy_version']}"}
    for row in tables["limit_result"]:
        reached |= {f"limit:{row['policy_id']}:{row['limit_id']}:{row['result']}", f"reason:{row['reason']}"}
    for row in tables["request"]:
        reached |= {f"request_flag:{flag}" for flag in row["flags"]}
        reached |= {f"version:{row['policy_version']}:{row['request_type']}:{row['decision']}"}
        reached |= {f"{side}:root:{row['policy_id']}:{row[side]}" for side in ("reviewed", "evaluated")}
        reached |= {f"consistency:{row['consistency']}", f"final:{row['final_decision']}"}
        reached |= {f"too_long:{row['approved_too_long']}"}
    for row in tables["criterion_result"]:
        reached |= {f"{side}:{row['criterion_id']}:{row[side]}" for side in ("reviewed", "evaluated")}
        for column in ("presumed_in_review", "presumed_in_evaluation"):
            if row[column]:
                reached.add(f"{column}:{row['criterion_id']}")
    for row in tables["renewal"]:
        reached |= {f"outcome:{row['outcome']}", f"on_therapy:{row['on_therapy']}"}
        reached |= {f"uncovered:{row['doses_uncovered'] > 0}"}
    reached |= {f"over_approved:{row['over_approved_units']}" for row in tables["authorization_use"]}
    reached |= {f"kappa:{row['kappa'] is not None}" for row in tables["reviewer_agreement"]}
    return reached


def _row_fates() -> set[str]:
    wanted = {f"quarantined:{t}:missing_{c}" for t, columns in REQUIRED.items() for c in columns}
    wanted |= {f"quarantined:{t}:unreadable_{c}" for t, columns in MUST_READ.items() for c in columns}
    wanted |= {f"quarantined:{t}:unknown_{c}" for t, columns in MUST_KNOW.items() for c in columns}
    wanted |= {f"excluded:{t}:duplicate_row" for t in REQUIRED}
    for kind, table, reasons in (
        ("quarantined", "medical_claim", "zero_units negative_net conflicting_lines"),
        ("quarantined", "authorization", "appeal_without_denial approved_without_dates conflicting_rows"),
        ("quarantined", "criterion_review", "unknown_authorization unknown_criterion conflicting_rows"),
        ("quarantined", "clinical_answer", "unknown_authorization"),
        ("quarantined", "observation", "unknown_unit implausible_result"),
        ("excluded", "medical_claim", "after_as_of void_record voided replaced denied_line reversed"),
        ("excluded", "authorization", "after_as_of"),
        ("out_of_scope", "medical_claim", "other_drug no_policy"),
        ("out_of_scope", "authorization", "other_drug no_policy"),
        ("out_of_scope", "criterion_review", "other_request"),
        ("out_of_scope", "clinical_answer", "other_request"),
        ("out_of_scope", "observation", "other_observation other_person"),
        ("out_of_scope", "eligibility", "other_person"),
        ("out_of_scope", "pharmacy_claim", "other_person"),
    ):
        wanted |= {f"{kind}:{table}:{reason}" for reason in reasons.split()}
    return wanted


def _dosing() -> set[str]:
    flags = "possible_duplicate possible_unit_error jw_without_partner jw_and_jz avoidable_waste"
    wanted = {f"flag:{flag}" for flag in flags.split()} | {f"status:{status}" for status in STATUSES}
    wanted |= {f"breach:{kind}" for kind in ("over_dose", "over_units", "early", "extra", None)}
    wanted |= {f"bsa:{source}" for source in ("observation", "height_weight", "authorization", None)}
    wanted |= {f"unknown:{reason}" for reason in ("vial_rounding", "bsa_unknown")}
    wanted |= {"truncated:True", "truncated:False", "advisory:q3w.frequency"}
    for policy in POLICIES.values():
        for version in policy.versions:
            wanted.add(f"dosing_version:{version.name}")
            for limit in (limit for limits in version.regimens.values() for limit in limits):
                results = ("ok", "exceeded") + (("unknown",) if limit.kind == "dose" else ())
                wanted |= {f"limit:{policy.id}:{limit.id}:{result}" for result in results}
                if not limit.advisory:
                    wanted.add(f"exceeded:{policy.id}:{limit.id}")
    return wanted


def _criteria() -> set[str]:
    values = ("met", "unknown", "not_met")
    wanted = {f"consistency:{word}" for word in ("consistent", "approved_unmet", "approved_undocumented")}
    wanted |= {f"consistency:{word}" for word in ("denied_all_met", "denied_undocumented", None)}
    wanted |= {"request_flag:breast_cancer_code_not_listed", "request_flag:history_code_only"}
    wanted |= {"request_flag:contradictory_answers", "kappa:True", "kappa:False"}
    wanted |= {f"too_long:{value}" for value in (True, False, None)}
    for policy in POLICIES.values():
        for version in policy.versions:
            for request_type, tree in version.trees.items():
                wanted.add(f"version:{version.name}:{request_type}:approved")
                for side in ("reviewed", "evaluated"):
                    wanted |= {f"{side}:{node.id}:{value}" for node in tree.nodes for value in values}
                    wanted |= {f"{side}:root:{policy.id}:{value}" for value in (*values, None)}
    for column in ("presumed_in_review", "presumed_in_evaluation"):
        wanted |= {f"{column}:{leaf}" for leaf in PRESUMED}
    return wanted


def _resistance() -> set[str]:
    sources = ("documented", "claims")
    settings = ("adjuvant", "metastatic", "settings_agree")
    told = {f"{s}_{word}_{how}" for s in sources for word in settings for how in ("resistant", "sensitive")}
    told |= {f"{source}_{word}" for source in sources for word in ("on_therapy", "settings_differ")}
    return {f"resistance:{path}" for path in told | {"no_last_dose", "clipped_month", "unreadable_setting"}}


WANTED = (
    _row_fates()
    | _dosing()
    | _criteria()
    | _resistance()
    | {f"outcome:{outcome}" for outcome in (*OUTCOMES, None)}
    | {f"over_approved:{value}" for value in (True, False, None)}
    | {f"on_therapy:{value}" for value in (True, False)}
    | {f"uncovered:{value}" for value in (True, False)}
)
