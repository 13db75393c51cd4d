"""The run record that goes beside the tables: dates, policies, files, warnings, the gate's verdict. No wall clock."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from analytics import __version__
from analytics.drift import LAYOUT, compare, profile
from analytics.intake import optional_tables, plain
from analytics.policy import record
from analytics.runout import as_record, run_out

if TYPE_CHECKING:
    from analytics.study import Study


def build(study: "Study") -> dict[str, Any]:
    """The manifest of a study, ready for JSON. It holds counts of rows and names of payers, and no person."""
    dates = study.dates
    results, verdict = study.quality
    figures = profile(study)
    read = {row["table_name"]: row["rows_read"] for row in study.frame("reconciliation").iter_rows(named=True)}
    return {
        "product": "um-analytics",
        "version": __version__,
        "layout": LAYOUT,
        "plan": study.config.plan,
        "as_of": plain(dates.as_of),
        "as_of_given": dates.is_given,
        "claims_through": plain(dates.claims_through),
        "authorizations_through": plain(dates.authorizations_through),
        "horizon": plain(dates.horizon),
        "period": _period(study),
        "policies": _policies(study),
        "payers_without_policy": _payers_without_policy(study),
        "missing_tables": [name for name in optional_tables() if name not in study.sources],
        "tables_read": [
            {
                "table_name": name,
                "files": source.names(study.folder),
                "rows_read": read[name],
            }
            for name, source in study.sources.items()
        ],
        "configuration": {
            "policies": study.config.policies,
            "bsa_smallest_m2": study.config.bsa_smallest_m2,
            "bsa_largest_m2": study.config.bsa_largest_m2,
            **_weights(study),
            "max_quarantined_percent": study.config.max_quarantined_percent,
            "targets": study.config.targets,
            "fewest_people": study.config.fewest_people,
        },
        **as_record(run_out(study)),
        "profile": figures,
        # What changed since an earlier run; null where none was named.
        "drift": None if study.baseline is None else [asdict(one) for one in compare(study.baseline, figures)],
        "warnings": study.warnings,
        "gate": {
            "failed": verdict.failed,
            "measures": {
                name: {"verdict": word, "reason": reason} for name, (word, reason) in verdict.by_measure.items()
            },
            "checks": {
                status: sum(result.status == status for result in results)
                for status in ("passed", "failed", "could_not_run", "not_applicable")
            },
        },
    }


def to_json(manifest: dict[str, Any]) -> str:
    """The manifest as text, in a fixed order."""
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def _period(study: "Study") -> dict[str, str | None]:
    study.engine.make("administration_day")
    first, last = study.engine.rows("select min(administered_on), max(administered_on) from administration_day")[0]
    return {"from": plain(first), "to": plain(last)}


def _policies(study: "Study") -> list[dict[str, Any]]:
    """The policies that judge any row, with the payers that they judge."""
    study.engine.make("payer_code")
    judged: dict[str, list[str]] = {}
    for payer, policy_id in study.engine.rows(
        "select distinct payer, policy_id from payer_code where policy_id is not null order by policy_id, payer"
    ):
        judged.setdefault(policy_id, []).append(payer)
    versions: dict[str, list[dict[str, str | None]]] = {}
    for policy_id, version, start, until in study.engine.rows(
        "select policy_id, policy_version, effective_from, effective_until from policy_version "
        "order by policy_id, effective_from nulls first"
    ):
        versions.setdefault(policy_id, []).append(
            {"version": version, "effective_from": plain(start), "effective_until": plain(until)}
        )
    return [
        {
            "policy_id": policy_id,
            "title": study.policies[policy_id].title,
            "drug": study.policies[policy_id].drug,
            "source": study.policies[policy_id].documents[0].title,
            "documents": record.documents(study.policies[policy_id]),
            "rules": record.rules(study.policies[policy_id]),
            "payers": payers,
            "versions": versions[policy_id],
            "dose_per": list(study.policies[policy_id].dose_pers()),
        }
        for policy_id, payers in judged.items()
    ]


def _weights(study: "Study") -> dict[str, float]:
    """The weights to be expected, where a policy limits doses per kg."""
    if not any("kg" in policy.dose_pers() for policy in study.policies.values()):
        return {}
    return {
        "weight_smallest_kg": study.config.weight_smallest_kg,
        "weight_largest_kg": study.config.weight_largest_kg,
    }


def _payers_without_policy(study: "Study") -> list[str]:
    query = "select distinct payer from payer_code where out_of_scope_reason = 'no_policy' order by 1"
    return [row[0] for row in study.engine.rows(query)]
