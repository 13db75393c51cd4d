"""Both judgements of the same extracts, side by side: a row an administration, a row a request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analytics.disclosure import showing_from
from analytics.policy.model import Policy
from analytics.policy.substitution import Substitution, substitution
from analytics.study import Study, open_study
from analytics.workbench.naming import named_file, named_version

if TYPE_CHECKING:
    import polars as pl

_ADMINISTRATION = "payer, person_id, administered_on"
_JUDGED = "policy_id, policy_version, status, breach_kind, exceeded_limits, excess_units, excess_allowed_amount"
_REQUEST = "authorization_id, payer, person_id, request_type, received_on, decision, final_decision"
_REQUEST_JUDGED = "policy_id, policy_version, reviewed, evaluated, approved_too_long"


@dataclass(frozen=True)
class Replay:
    """The extracts of payers whose policy was replaced, judged as they are (`_before`) and by the other (`_after`).

    administration: one row a payer, person and service date; `is_flipped`: another status. request: one row a request;
    `is_flipped`: the documents come to another result; `unmet_before`, `unmet_after`: the criteria among the root's
    conditions that they don't meet. `limits_over_before`, `limits_over_after`: every limit that decides and is exceeded
    in a regimen that applies, also where another regimen is kept (`exceeded_limits_*` are empty there). file: folder
    and name of the file that the policy was given as, if it was. Printed it is text with all numbers, small ones too.
    """

    administration: "pl.DataFrame"
    request: "pl.DataFrame"
    policy: Policy
    version: str | None
    replaced: tuple[str, ...]
    as_of: date
    fewest_people: int
    replaced_policies: tuple[Policy, ...]
    file: str | None = None

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self, *, publish: bool = False) -> str:
        """All of it in words and tables; publish: small counts hidden, and what they could be worked out from."""
        from analytics.replaying.text import text

        with showing_from(self.fewest_people):
            told: str = text(self, publish)
        return told

    def to_html(self, *, publish: bool = False) -> str:
        """The same as a page that needs nothing from elsewhere."""
        from analytics.replaying.page import page

        with showing_from(self.fewest_people):
            made: str = page(self, publish)
        return made


def replay(
    data: str | Path, policy: str, instead_of: str | Sequence[str] = (), *, progress: Any = None, **options: Any
) -> Replay:
    """Judge a folder of extracts as it is, and again with a policy in the place of others.

    policy: ID, ID@VERSION (that version on every day), FILE or FILE@VERSION. instead_of: ids of the policies that it
    takes the place of; by default the same policy's versions where one is named, else all others of the drug.
    options: as `analytics.open` takes them. Raises :class:`analytics.errors.UserError` with one sentence.
    """
    tell = progress or (lambda step: None)
    tell("judging the extracts as they are")
    with open_study(data, **options) as study:
        private = Path(options["policies"]) if options.get("policies") else study.config.policy_folder
        chosen, version = named_version(str(policy), private)
        ids = [instead_of] if isinstance(instead_of, str) else list(instead_of or ())
        other = substitution(study.policies, study.payers, chosen, version, [name for name in ids if name])
        as_of, fewest = study.as_of, study.config.fewest_people
        before = _judged(study, other.replaced, other)
        by_itself = _payers_of(study, other)
        replaced = tuple(study.policies[name] for name in other.replaced)
    tell(f"judging them again under {policy}")
    with open_study(data, **{**options, "as_of": as_of, "instead": other}) as study:
        after = _judged(study, (other.policy.id,), other)
    # Payers that go by the policy anyway are no part of the replay.
    administrations, requests = (frame.filter(~frame["payer"].is_in(by_itself)) for frame in after)
    name = version.name if version else None
    administration = _side_by_side(before[0], administrations, _ADMINISTRATION.split(", "), "status")
    request = _side_by_side(before[1], requests, _REQUEST.split(", "), "evaluated")
    file = named_file(str(policy))
    return Replay(administration, request, other.policy, name, other.replaced, as_of, fewest, replaced, file)


def _payers_of(study: Study, other: Substitution) -> list[str]:
    """The payers that go by the policy already, unless it takes its own place."""
    if other.policy.id in other.replaced:
        return []
    return [payer for payer, policy in study.payers if policy == other.policy.id and payer is not None]


def _judged(study: Study, policies: Sequence[str], other: Substitution) -> "tuple[pl.DataFrame, pl.DataFrame]":
    import polars as pl

    dates = study.dates
    if not dates:
        raise AssertionError("dates are always there")
    engine = study.engine
    engine.make("administration", "limit_outcome", "administration_day")
    engine.make("request", "criterion_result", "request_tree")
    given = f"select {_ADMINISTRATION}, billed_units, {_JUDGED} from administration order by all"
    asked = f"select {_REQUEST}, {_REQUEST_JUDGED} from request order by all"
    over = f"""
        select a.policy_id, {", ".join(f"a.{name}" for name in _ADMINISTRATION.split(", "))},
            list_sort(list(distinct o.limit_id)) as limits_over
        from limit_outcome as o
        inner join administration_day as a on o.administration_id = a.administration_id
        where o.result = -1 and not o.advisory
        group by all
    """
    unmet = """
        select c.authorization_id, list_sort(list(c.criterion_id)) as unmet
        from criterion_result as c
        inner join request_tree as r on c.authorization_id = r.authorization_id
        inner join policy_node as n
            on r.policy_id = n.policy_id and r.policy_version = n.policy_version and r.request_type = n.request_type
            and r.indication = n.indication and c.criterion_id = n.node_id
        where n.is_conjunct and c.evaluated <> 'met'
        group by 1
    """
    administration, request = engine.query(given), engine.query(asked)
    key = ["policy_id", *_ADMINISTRATION.split(", ")]
    administration = administration.join(engine.query(over), on=key, how="left", nulls_equal=True).with_columns(
        pl.col("limits_over").fill_null([])
    )
    request = request.join(engine.query(unmet), on="authorization_id", how="left").with_columns(
        pl.col("unmet").fill_null([])
    )
    mine = pl.col("policy_id").is_in(list(policies))
    return administration.filter(mine), request.filter(mine)


def _side_by_side(before: "pl.DataFrame", after: "pl.DataFrame", key: list[str], judged: str) -> "pl.DataFrame":
    """Both judgements in one row; what only one of them has in scope has nulls on the other side."""
    import polars as pl

    shared = [*key, "billed_units"] if "billed_units" in before.columns else key
    one, other = (
        frame.rename({name: f"{name}_{when}" for name in frame.columns if name not in shared})
        for frame, when in ((before, "before"), (after, "after"))
    )
    joined = one.join(other, on=key, how="full", coalesce=True, nulls_equal=True)
    if "billed_units_right" in joined.columns:
        joined = joined.with_columns(billed_units=pl.coalesce("billed_units", "billed_units_right"))
        joined = joined.drop("billed_units_right")
    flipped = pl.col(f"{judged}_before").ne_missing(pl.col(f"{judged}_after"))
    return joined.with_columns(is_flipped=flipped).sort(key)
