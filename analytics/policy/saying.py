"""Limits and spans in a few plain words, as comparisons and new files say them."""

from decimal import Decimal

from analytics.policy.dosing import PER_WORDS, Limit


def number(value: Decimal) -> str:
    """A number without needless zeros."""
    return f"{value.normalize():f}"


def _measure(limit: Limit) -> str:
    """What a dose limit's number stands for: `mg/kg`, `units`."""
    unit = "mg" if limit.counted_in != "units" else "unit" if limit.at_most == 1 else "units"
    return unit + ("" if limit.per is None else PER_WORDS[limit.per])


def limit_words(limit: Limit) -> str:
    """A limit as `at most 40 mg/m² per administration`, `at most 90 units in 21 days`."""
    most = number(limit.at_most)
    if limit.kind == "dose":
        words = f"at most {most} {_measure(limit)} per administration"
    else:
        thing = "unit" if limit.kind == "units" else "administration"
        words = f"at most {most} {thing}{'' if limit.at_most == 1 else 's'} in {limit.window_days} days"
    return words + (" (advisory)" if limit.advisory else "")
