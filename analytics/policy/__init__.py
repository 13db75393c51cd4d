"""Policies as data: one declarative file per policy, read into checked, frozen objects and policy tables."""

from analytics.policy.load import known_policy, load_policies
from analytics.policy.model import Policy
from analytics.policy.payers import resolve_payers
from analytics.policy.tables import GRACE_DAYS, policy_tables

__all__ = ["GRACE_DAYS", "Policy", "known_policy", "load_policies", "policy_tables", "resolve_payers"]
