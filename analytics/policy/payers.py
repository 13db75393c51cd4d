"""Which policy rules which payer."""

from collections.abc import Mapping

from analytics.errors import UserError
from analytics.policy.load import known_policy
from analytics.policy.model import Policy

#: The configuration's word for every payer that nothing else names.
EVERY_OTHER = "*"


def resolve_payers(policies: Mapping[str, Policy], configured: Mapping[str, str]) -> list[tuple[str | None, str]]:
    """(payer, policy id) rows, sorted by payer; a null payer, last, stands for every payer not listed.

    A payer's policy is the configuration's for its name, else the policy that names it, else the
    configuration's `"*"`, else none. The rule is applied drug by drug: a payer with a policy of its own for
    one drug keeps the default for another. Raises :class:`UserError` for a policy id that is not there, and
    when two policies for one drug name the same payer and the configuration doesn't choose.
    """
    chosen = {payer: known_policy(policies, policy_id) for payer, policy_id in configured.items()}
    default = chosen.pop(EVERY_OTHER, None)
    found: dict[tuple[str, str], str] = {(payer, policy.drug): policy.id for payer, policy in chosen.items()}
    naming: dict[tuple[str, str], list[str]] = {}
    for policy in policies.values():
        for payer in policy.payers:
            naming.setdefault((payer, policy.drug), []).append(policy.id)
    for key, ids in naming.items():
        if key not in found and len(ids) > 1:
            payer, drug = key
            raise UserError(
                f"The policies {' and '.join(ids)} name the same payer '{payer}' for {drug}; right would be "
                f'one of them, chosen under [policies] in the configuration: "{payer}" = "{ids[0]}".'
            )
        found.setdefault(key, ids[0])
    rows: list[tuple[str | None, str]] = [(payer, policy_id) for (payer, _), policy_id in found.items()]
    if default is not None:
        others = {payer for payer, _ in found if (payer, default.drug) not in found}
        rows += [(payer, default.id) for payer in others] + [(None, default.id)]
    return sorted(rows, key=lambda row: (row[0] is None, row[0] or "", row[1]))
