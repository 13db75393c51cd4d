"""What the worked examples of a policy say beside answers, as rows where staging would put them."""

from datetime import timedelta
from typing import Any

from analytics.policy.model import Policy

Row = dict[str, Any]


def labs(policy: Policy) -> list[Row]:
    """The laboratory results of the examples."""
    return [
        {
            "person_id": f"c{n}",
            "observation_date": example.on - timedelta(days=lab.days_before),
            "source_code": lab.loinc,
            "result": float(lab.result),
            "source_units": lab.unit,
            "source_reference_range_high": None if lab.upper_limit is None else float(lab.upper_limit),
        }
        for n, example in enumerate(policy.criteria_examples)
        for lab in example.labs
    ]
