"""One policy in the place of others: what a replay changes before the extracts are judged again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from analytics.errors import UserError
from analytics.policy.model import Policy, Version

PayerRows = Sequence[tuple[str | None, str]]


@dataclass(frozen=True)
class Substitution:
    """A policy, maybe with one version for all days, that payers go by in place of those in `replaced`."""

    policy: Policy
    replaced: tuple[str, ...]

    def policies(self, policies: Mapping[str, Policy]) -> dict[str, Policy]:
        """All policies, with this one as it is to be judged by."""
        return {**policies, self.policy.id: self.policy}

    def payers(self, rows: PayerRows) -> list[tuple[str | None, str]]:
        """Whose policy is which, as `resolve_payers` gives it, with this one in the others' place."""
        changed = {(payer, self.policy.id if policy in self.replaced else policy) for payer, policy in rows}
        return sorted(changed, key=lambda row: (row[0] is None, row[0] or "", row[1]))


def pinned(policy: Policy, version: Version) -> Policy:
    """The policy as if one version had been in force on every day."""
    return replace(policy, versions=(replace(version, effective_from=None, effective_until=None),))


def substitution(
    policies: Mapping[str, Policy],
    rows: PayerRows,
    policy: Policy,
    version: Version | None,
    instead_of: Sequence[str] = (),
) -> Substitution:
    """A policy in the place of those named, else of itself (one version for all days), else of all of its drug.

    Raises `UserError` where nobody goes by what is to be replaced, or it is for another drug.
    """
    used = list(dict.fromkeys(policy_id for _, policy_id in rows))
    chosen = policy if version is None else pinned(policy, version)
    if instead_of:
        replaced = list(dict.fromkeys(instead_of))
    elif policy.id in used and (version is not None or policies[policy.id] != policy):
        # One of its versions, or a changed file of the same id.
        replaced = [policy.id]
    else:
        replaced = [name for name in used if policies[name].drug == policy.drug and name != policy.id]
    if not replaced:
        raise UserError(_nothing_to_replace(policies, used, policy))
    for name in replaced:
        if name not in used:
            raise UserError(f"No payer goes by the policy '{name}': those in use are {', '.join(used)}.")
        if policies[name].drug != policy.drug:
            raise UserError(f"{policy.id} is for {policy.drug}, but {name} is for {policies[name].drug}.")
    if version is None and replaced == [policy.id] and policies[policy.id] == policy:
        raise UserError(f"{policy.id} in its own place changes nothing: name a version of it (@VERSION).")
    return Substitution(chosen, tuple(sorted(replaced)))


def _nothing_to_replace(policies: Mapping[str, Policy], used: Sequence[str], policy: Policy) -> str:
    """Why a policy takes nobody's place, and what would be right. used: the policies that payers go by."""
    if policy.id in used:
        return (
            f"No payer goes by another policy for {policy.drug} than {policy.id}: name a version of it (@VERSION), or "
            "another policy."
        )
    drugs = ", ".join(dict.fromkeys(policies[name].drug for name in used))
    found = f"payers have policies for {drugs} alone" if used else "payers have no policies at all"
    right = (
        f"a policy for {'one of these' if ', ' in drugs else drugs}, or one for {policy.drug} that a payer goes by"
        if used
        else f"a policy for {policy.drug} that a payer goes by"
    )
    return f"{policy.id} is for {policy.drug}, and {found}: right would be {right} (under [policies] in um.toml)."
