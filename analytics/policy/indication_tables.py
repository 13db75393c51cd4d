"""Indications and lengths as plain tables for SQL; an empty name stands for a request of none."""

from collections.abc import Iterator
from typing import Any

from analytics.policy.codes import normalized
from analytics.policy.indications import alternatives
from analytics.policy.model import REQUEST_FACTS, REQUEST_TYPES, Policy, Version
from analytics.policy.rules import Indication

Row = tuple[Any, ...]

#: Tests of one `alternative` must hold together (a negated one must be known not to be met); an indication fits
#: where one of its alternatives does.
COLUMNS: dict[str, str] = {
    "policy_indication_test": "policy_id VARCHAR, policy_version VARCHAR, indication VARCHAR, sequence INTEGER, "
    "alternative INTEGER, test_number INTEGER, fact VARCHAR, comparison VARCHAR, number DOUBLE, is_negated BOOLEAN",
    "policy_indication_value": "policy_id VARCHAR, policy_version VARCHAR, indication VARCHAR, alternative INTEGER, "
    "test_number INTEGER, value VARCHAR, is_prefix BOOLEAN, result SMALLINT",
    "policy_indication_regimen": "policy_id VARCHAR, policy_version VARCHAR, indication VARCHAR, regimen VARCHAR",
    "policy_length": "policy_id VARCHAR, policy_version VARCHAR, indication VARCHAR, request_type VARCHAR, "
    "is_exception BOOLEAN, length_months INTEGER, length_days INTEGER",
}


def name(indication: Indication | None) -> str:
    """How an indication is named in tables."""
    return "" if indication is None else indication.name


def rows(policy: Policy, version: Version) -> Iterator[tuple[str, list[Row]]]:
    """Each table's rows for one version, without the policy's id."""
    yield "policy_indication_regimen", list(_regimens(policy, version))
    for indication in (None, *version.indications):
        key = (version.name, name(indication))
        for request_type in REQUEST_TYPES:
            for is_exception in (False, True):
                length = version.length(request_type, indication, is_exception)
                yield "policy_length", [(*key, request_type, is_exception, length.months, length.days)]
    for sequence, indication in enumerate(version.indications, start=1):
        yield from _tests(version, indication, sequence)


def _regimens(policy: Policy, version: Version) -> Iterator[Row]:
    """What may be given: all regimens, unless the request is of an indication that allows some.

    A request may be of an indication that the version of a later dose no longer has.
    """
    allowed = {indication.name: indication.regimens for indication in version.indications}
    for indication in dict.fromkeys(["", *(one.name for each in policy.versions for one in each.indications)]):
        for regimen in version.regimens:
            if not allowed.get(indication) or regimen.name in allowed[indication]:
                yield version.name, indication, regimen.name


def _tests(version: Version, indication: Indication, sequence: int) -> Iterator[tuple[str, list[Row]]]:
    for way, together in enumerate(alternatives(indication.when), start=1):
        for place, (test, is_wanted) in enumerate(together, start=1):
            number = None if test.number is None else float(test.number)
            tested = (version.name, indication.name, sequence, way, place, test.fact, test.comparison, number)
            yield "policy_indication_test", [(*tested, not is_wanted)]
            is_code = REQUEST_FACTS.get(test.fact, "number") != "number"
            key = (version.name, indication.name, way, place)
            values = [(normalized(v.value) if is_code else v.value, v.is_prefix, v.result) for v in test.values]
            yield "policy_indication_value", [(*key, *value) for value in values]
