"""Policies as plain tables for SQL: columns with DuckDB types, and rows of Python values in a fixed order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analytics.policy import indication_tables
from analytics.policy.codes import ndc_prefix, ndc_prefixes, normalized
from analytics.policy.model import REQUEST_FACTS, REQUEST_TYPES, Policy, RequestType, Version
from analytics.policy.nodes import Place, places
from analytics.policy.vials import set_by_code, sizes_by_sets, vial_sums

Row = tuple[Any, ...]

#: Sensitivity looks at windows shortened by as many days.
GRACE_DAYS = (0, 1, 2, 3)


@dataclass(frozen=True, slots=True)
class PolicyTable:
    """A table: its columns as (name, DuckDB type), and its rows."""

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: list[Row]


#: Every table with its columns, as SQL may count on them.
COLUMNS: dict[str, str] = {
    "policy": "policy_id VARCHAR, drug VARCHAR, title VARCHAR",
    "policy_payer": "payer VARCHAR, policy_id VARCHAR",
    "policy_code": "policy_id VARCHAR, hcpcs_code VARCHAR, mg_per_unit DOUBLE, counted_per_unit DOUBLE, "
    "vial_sets INTEGER",
    "policy_version": "policy_id VARCHAR, policy_version VARCHAR, effective_from DATE, effective_until DATE, "
    "length_months INTEGER, length_days INTEGER, bsa_cap_m2 DOUBLE, longest_window_days INTEGER, "
    "weight_cap_kg DOUBLE, course_gap_days INTEGER",
    "policy_regimen": "policy_id VARCHAR, policy_version VARCHAR, regimen VARCHAR",
    "policy_limit": "policy_id VARCHAR, policy_version VARCHAR, regimen VARCHAR, limit_id VARCHAR, "
    "kind VARCHAR, amount DOUBLE, window_days INTEGER, advisory BOOLEAN, dose_per VARCHAR, "
    "rounding VARCHAR, counted_per_shown DOUBLE, "
    "from_dose INTEGER, to_dose INTEGER, span VARCHAR, cycles VARCHAR",
    "policy_limit_place": "policy_id VARCHAR, policy_version VARCHAR, limit_id VARCHAR, place VARCHAR",
    "policy_window": "policy_id VARCHAR, window_days INTEGER, grace_days INTEGER, days_counted INTEGER",
    "policy_vial": "policy_id VARCHAR, ndc_prefix VARCHAR, mg DOUBLE",
    "policy_vial_set": "policy_id VARCHAR, vial_sets INTEGER, smallest_vial_mg DOUBLE",
    "policy_vial_sum": "policy_id VARCHAR, vial_sets INTEGER, above_mg DOUBLE, up_to_mg DOUBLE",
    "policy_node": "policy_id VARCHAR, policy_version VARCHAR, request_type VARCHAR, node_id VARCHAR, "
    "parent_id VARCHAR, depth INTEGER, sequence INTEGER, tree VARCHAR, operator VARCHAR, "
    "is_criterion BOOLEAN, is_leaf BOOLEAN, is_root BOOLEAN, is_conjunct BOOLEAN, is_recordable BOOLEAN, "
    "is_presumed BOOLEAN, label VARCHAR, citation VARCHAR, remark VARCHAR, fact VARCHAR, "
    "comparison VARCHAR, number DOUBLE, needed INTEGER, indication VARCHAR",
    "policy_node_value": "policy_id VARCHAR, policy_version VARCHAR, request_type VARCHAR, node_id VARCHAR, "
    "value VARCHAR, is_prefix BOOLEAN, result SMALLINT",
    **indication_tables.COLUMNS,
    "policy_question": "policy_id VARCHAR, question VARCHAR, answer_type VARCHAR",
    "policy_question_word": "policy_id VARCHAR, question VARCHAR, word VARCHAR",
    "policy_implication": "policy_id VARCHAR, if_fact VARCHAR, if_value VARCHAR, fact VARCHAR, value VARCHAR",
    "policy_age_fact": "policy_id VARCHAR, fact VARCHAR",
    "policy_days_since": "policy_id VARCHAR, fact VARCHAR, question VARCHAR",
    "policy_lab": "policy_id VARCHAR, fact VARCHAR, source_code VARCHAR, days INTEGER, unit VARCHAR",
    "policy_lab_unit": "policy_id VARCHAR, fact VARCHAR, source_code VARCHAR, unit VARCHAR, factor DOUBLE",
    "policy_prior_therapy": "policy_id VARCHAR, fact VARCHAR, drug_class VARCHAR, months INTEGER, doses INTEGER, "
    "days INTEGER",
    "policy_therapy": "policy_id VARCHAR, therapy VARCHAR, drug_class VARCHAR, around_days INTEGER, months INTEGER, "
    "fact VARCHAR, implied_by VARCHAR, asks_pharmacy BOOLEAN",
    "policy_therapy_ndc": "policy_id VARCHAR, fact VARCHAR, ndc_prefix VARCHAR",
    "policy_resistance": "policy_id VARCHAR, fact VARCHAR, drug_class VARCHAR, progressed_question VARCHAR, "
    "last_dose_question VARCHAR, setting_question VARCHAR",
    "policy_resistance_setting": "policy_id VARCHAR, fact VARCHAR, setting VARCHAR, months INTEGER",
    "policy_class_code": "policy_id VARCHAR, drug_class VARCHAR, hcpcs_code VARCHAR",
}


def policy_tables(
    policies: Mapping[str, Policy] | Sequence[Policy], payer_rows: Sequence[tuple[str | None, str]]
) -> dict[str, PolicyTable]:
    """All policy tables by name.

    `payer_rows` are (payer, policy id) as :func:`analytics.policy.payers.resolve_payers` gives them, with a
    null payer for every other payer. Each policy's rows keep the order of its file.
    """
    ordered = list(policies.values()) if isinstance(policies, Mapping) else list(policies)
    rows: dict[str, list[Row]] = {name: [] for name in COLUMNS}
    rows["policy_payer"] = sorted(payer_rows, key=lambda row: (row[0] is None, row[0] or "", row[1]))
    for policy in sorted(ordered, key=lambda each: each.id):
        for name, more in _rows(policy):
            rows[name].extend((policy.id, *row) for row in more)
    return {name: PolicyTable(name, _columns(name), rows[name]) for name in COLUMNS}


def _columns(name: str) -> tuple[tuple[str, str], ...]:
    pairs = [column.split() for column in COLUMNS[name].split(", ")]
    return tuple((column, kind) for column, kind in pairs)


def _rows(policy: Policy) -> Iterator[tuple[str, list[Row]]]:
    """Each table's rows for one policy, without the policy's id."""
    yield "policy", [(policy.drug, policy.title)]
    counts_mg, vial_sets = policy.counts_mg(), set_by_code(policy)
    yield (
        "policy_code",
        [
            (code, float(mg), float(mg) if counts_mg else 1.0, vial_sets[code])
            for code, mg in ((each.hcpcs_code, each.mg_per_unit) for each in policy.products)
        ],
    )
    limits = [limit for version in policy.versions for limit in version.limits()]
    counted = [limit for limit in limits if limit.cycles is None and not limit.is_cumulative]
    windows = sorted({limit.window_days for limit in counted if limit.window_days})
    yield "policy_window", [(days, grace, days - grace) for days in windows for grace in GRACE_DAYS]
    yield "policy_vial", [(ndc_prefix(vial.ndc), float(vial.mg)) for vial in policy.vials]
    for day, sizes in sizes_by_sets(policy).items():
        yield "policy_vial_set", [(day, float(sizes[0]))]
        yield "policy_vial_sum", [(day, float(above), float(up_to)) for above, up_to in vial_sums(policy, sizes)]
    yield from _fact_rows(policy)
    for version in policy.versions:
        yield from _version_rows(version, policy)
        yield from indication_tables.rows(policy, version)
        for request_type in REQUEST_TYPES:
            yield from _node_rows(policy, version, request_type)


def _fact_rows(policy: Policy) -> Iterator[tuple[str, list[Row]]]:
    """Questions, and what else can answer them."""
    questions = policy.questions.values()
    yield "policy_question", [(question.name, question.answer_type) for question in questions]
    yield "policy_question_word", [(question.name, word) for question in questions for word in question.words]
    yield "policy_implication", [(i.if_fact, i.if_value, i.fact, i.value) for i in policy.implications]
    yield "policy_age_fact", [(age.fact,) for age in policy.ages]
    yield "policy_days_since", [(each.fact, each.question) for each in policy.days_since]
    yield "policy_lab", [(lab.fact, lab.loinc, lab.days, lab.unit) for lab in policy.labs]
    for lab in policy.labs:
        factors = lab.factors().items()
        yield "policy_lab_unit", [(lab.fact, lab.loinc, unit.lower(), float(factor)) for unit, factor in factors]
    for therapy in policy.prior_therapies:
        drug_class = f"prior {therapy.fact}"
        yield "policy_prior_therapy", [(therapy.fact, drug_class, therapy.months, therapy.doses, therapy.days)]
        yield "policy_class_code", [(drug_class, normalized(code)) for code in therapy.codes]
        yield "policy_therapy_ndc", [(therapy.fact, prefix) for prefix in ndc_prefixes(therapy.ndcs)]
    for one in policy.therapy_evidences:
        drug_class = f"evidence: {one.therapy}"
        says = (one.around_days, one.months, one.fact, one.implied_by, bool(one.ndcs))
        yield "policy_therapy", [(one.therapy, drug_class, *says)]
        yield "policy_class_code", [(drug_class, normalized(code)) for code in one.codes]
        yield "policy_therapy_ndc", [(drug_class, prefix) for prefix in ndc_prefixes(one.ndcs)]
    for each in policy.resistances:
        dates = (each.progressed_question, each.last_dose_question, each.setting_question)
        yield "policy_resistance", [(each.fact, each.drug_class, *dates)]
        yield "policy_resistance_setting", [(each.fact, *setting) for setting in each.months.items()]
        yield "policy_class_code", [(each.drug_class, normalized(code.code)) for code in each.codes]


def _version_rows(version: Version, policy: Policy) -> Iterator[tuple[str, list[Row]]]:
    """The version itself, its regimens and limits."""
    bsa_cap, weight_cap = (None if cap is None else float(cap) for cap in (version.bsa_cap_m2, version.weight_cap_kg))
    mg_per_unit, counts_mg = policy.products[0].mg_per_unit, policy.counts_mg()
    course = version.course_gap_days() if policy.has_courses() else None
    spans = (version.effective_from, version.effective_until, version.length_months, version.length_days)
    yield "policy_version", [(version.name, *spans, bsa_cap, max(version.windows(), default=0), weight_cap, course)]
    yield "policy_regimen", [(version.name, regimen.name) for regimen in version.regimens]
    yield (
        "policy_limit",
        [
            (
                version.name,
                regimen.name,
                each.id,
                each.stored_kind(),
                float(each.counted(mg_per_unit, counts_mg)),
                each.window_days,
                each.advisory,
                each.per,
                None if each.kind != "dose" else each.round_to or "as_billed",
                float(mg_per_unit) if counts_mg and each.kind == "units" and each.counted_in == "units" else 1.0,
                *each.doses,
                each.span,
                each.cycles,
            )
            for regimen in version.regimens
            for each in regimen.limits
        ],
    )
    yield "policy_limit_place", [(version.name, each.id, place) for each in version.limits() for place in each.places]


def _node_rows(policy: Policy, version: Version, request_type: RequestType) -> Iterator[tuple[str, list[Row]]]:
    """Each criteria tree in force for that type of request, then the flags' little trees.

    A node of several indications' trees has one number in the order of the file, and its values once.
    """
    key = (version.name, request_type)
    numbers: dict[str, int] = {}
    for indication, _ in version.faced(request_type):
        for place in places(policy, version, request_type, indication):
            is_new = place.node_id not in numbers
            number = numbers.setdefault(place.node_id, len(numbers) + 1)
            yield "policy_node", [(*key, *_node_row(place, number), indication_tables.name(indication))]
            if place.test is None or not is_new:
                continue
            is_code = REQUEST_FACTS.get(place.test.fact, "number") != "number"
            yield (
                "policy_node_value",
                [
                    (*key, place.node_id, normalized(v.value) if is_code else v.value, v.is_prefix, v.result)
                    for v in place.test.values
                ],
            )


def _node_row(place: Place, sequence: int) -> Row:
    test = place.test
    number = None if test is None or test.number is None else float(test.number)
    return (
        place.node_id,
        place.parent_id,
        place.depth,
        sequence,
        place.tree,
        "fact" if test is not None else place.operator,
        place.is_criterion,
        place.is_leaf,
        place.parent_id is None,
        place.is_conjunct,
        place.is_recordable,
        place.is_presumed,
        place.label,
        place.citation,
        place.remark,
        None if test is None else test.fact,
        None if test is None else test.comparison,
        number,
        place.needed,
    )
