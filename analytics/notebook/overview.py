"""A study at a glance: what was read, as of when, under which policies, and what can be asked of it."""

from typing import TYPE_CHECKING

from analytics.intake import optional_tables
from analytics.notebook import markup
from analytics.policy import Policy

if TYPE_CHECKING:
    from analytics.study import Study


def study_html(study: "Study") -> str:
    """The study as a notebook shows it; it names the folder, never its path."""
    tables = study.tables
    facts = [
        ("plan", study.config.plan or ""),
        ("extracts", ", ".join(source.name for source in study.sources.values())),
        ("not there", ", ".join(name for name in optional_tables() if name not in study.sources)),
        ("as of", str(study.as_of)),
        ("service dates", _period(study)),
        ("claims through", str(study.claims_through or "none")),
        ("authorizations through", str(study.authorizations_through or "none")),
        ("policies", versions_in_words(study)),
        ("gate", _gate(study)),
        ("measures", "study.dosing, study.approvals, study.renewals: each with .table, .by(…), .figure(…), .sql"),
        ("queries", 'study.sql("select …") over the tables below, those of sql/ and the extracts as read'),
    ]
    return (
        markup.heading(f"Study of {study.folder.name}/")
        + markup.facts(facts)
        + markup.line("Result tables, each a Polars frame, computed when first asked for:")
        + tables._repr_html_()
    )


def policies_used(study: "Study") -> dict[str, Policy]:
    """The policies that judge any row of the study."""
    study.engine.make("payer_code")
    rows = study.engine.rows("select distinct policy_id from payer_code where policy_id is not null order by 1")
    return {policy_id: study.policies[policy_id] for (policy_id,) in rows}


def versions_in_words(study: "Study") -> str:
    """The policies that judge any row, with their versions."""
    return "; ".join(
        f"{policy_id} ({', '.join(version.name for version in policy.versions)})"
        for policy_id, policy in policies_used(study).items()
    )


def _period(study: "Study") -> str:
    """From the first to the last service date in scope, up to as_of."""
    first, last = study.engine.rows(
        "select min(in_scope_on), max(in_scope_on) from in_scope_date "
        "where table_name = 'medical_claim' and in_scope_on <= $as_of",
        as_of=study.as_of,
    )[0]
    return f"{first} to {last}" if first else "none"


def _gate(study: "Study") -> str:
    if not study.is_checked:
        return "not run yet: study.check()"
    return "; ".join(f"{name} {word}" for name, (word, _) in study.quality[1].by_measure.items())
