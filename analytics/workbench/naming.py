"""Naming a policy on the command line: an id, an id with a version, or a file."""

from datetime import date
from pathlib import Path

from analytics.errors import UserError, nearest
from analytics.policy import known_policy, load_policies
from analytics.policy.load import load_policy
from analytics.policy.model import Policy, Version


def policy_file(given: str) -> Path | None:
    """The file that is named, whether or not it is there; none where an id is."""
    path = Path(given.partition("@")[0])
    return path if path.suffix == ".toml" or path.is_file() else None


def named_version(given: str, private: Path | None = None) -> tuple[Policy, Version | None]:
    """The policy of `ID`, `ID@VERSION`, `FILE` or `FILE@VERSION`, and the version, where one is named."""
    name, at, version_name = given.partition("@")
    path = policy_file(given)
    if path is not None and not path.is_file():
        raise UserError(f"There is no policy file '{name}'.")
    policy = known_policy(load_policies(private=private), name) if path is None else load_policy(path)
    if not at:
        return policy, None
    names = [version.name for version in policy.versions]
    if not version_name:
        raise UserError(f"'{given}' names no version after its @; {policy.id} has {', '.join(names)}.")
    if version_name not in names:
        meant = _in_force(policy, version_name) or nearest(version_name, names)
        raise UserError(f"{policy.id} has no version '{version_name}'{meant}; there are: {', '.join(names)}.")
    return policy, policy.versions[names.index(version_name)]


def _in_force(policy: Policy, name: str) -> str:
    """Where a day was given for a version: the one in force on it, as a hint."""
    try:
        day = date.fromisoformat(name)
    except ValueError:
        return ""
    return f" (on that day '{policy.version_on(day).name}' is in force)"


def named_file(given: str) -> str | None:
    """The file of `FILE` or `FILE@VERSION` as its folder and name: `drafts/acme-drug.toml`; none of an id."""
    path = policy_file(given)
    return None if path is None else "/".join(path.parts[-2:]).lstrip("/")
