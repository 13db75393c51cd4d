"""Which approval covers an administration, and why its regimen is asked for; else which ones come near."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analytics.explain import asked, queries
from analytics.explain.indication import by_facts, open_facts
from analytics.explain.queries import Row
from analytics.policy.model import Version
from analytics.policy.outline import Line
from analytics.policy.saying import several

if TYPE_CHECKING:
    from analytics.study import Study


def cover_lines(study: "Study", row: Row, version: Version) -> Iterator[Line]:
    """The approval that covers the day; without one, those for another code, and the last one that ended before."""
    approved = [
        request
        for request in queries.requests(study, "person_id", row["person_id"])
        if request["is_finally_approved"]
        and request["policy_id"] == row["policy_id"]
        and request["payer"] == row["payer"]
    ]
    covering = [request for request in approved if request["authorization_id"] == row["authorization_id"]]
    if covering:
        yield _covering(study, covering[0], version)
    else:
        yield from _none(row, approved)


def _covering(study: "Study", request: Row, version: Version) -> Line:
    indication, regimens = _indication(study, request, version)
    exception = "; a dose outside the policy was allowed" if request["exception_approved"] else ""
    says = f"approved from {request['approved_from']} to {request['approved_to']}{exception}"
    more = (*indication, _regimen(request, version, regimens))
    return Line(says, request["authorization_id"], more=more)


def _indication(study: "Study", request: Row, version: Version) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the approval was asked for, as a sentence, and the regimens that the policy has for that (empty: all)."""
    if not version.indications:
        return (), ()
    known = asked.facts(study, request["authorization_id"])
    named = asked.indication(study, request["authorization_id"])
    indication = next((each for each in version.indications if each.name == named), None)
    if indication is not None:
        which = f"It is of the indication '{named}' ({indication.label}), by {by_facts(indication, known)}"
        if not indication.regimens:
            return (f"{which}, and every regimen of the policy may be given for that.",), ()
        return (f"{which}, and {_several(indication.regimens)} may be given for that.",), indication.regimens
    if named:
        return (f"It is of the indication '{named}', which this version of the policy doesn't have.",), ()
    if unknown := open_facts(version, known):
        return (f"Which indication it is of can't be told: {_and(unknown)} leaves that open.",), ()
    return ("It is of none of the policy's indications.",), ()


def _regimen(request: Row, version: Version, allowed: tuple[str, ...]) -> str:
    """Which regimens are asked for, and why these."""
    names = allowed or tuple(regimen.name for regimen in version.regimens)
    asked = f"any of these will do: {', '.join(names)}" if len(names) > 1 else f"{names[0]} is asked for"
    named = request["regimen"]
    if not named:
        return f"It names no regimen, so {asked}."
    if named.lower() in [name.lower() for name in names]:
        return f"It names the regimen '{named}'."
    is_elsewhere = named.lower() in [regimen.name.lower() for regimen in version.regimens]
    lack = "which its indication doesn't allow" if is_elsewhere else "which the policy doesn't have"
    return f"It names the regimen '{named}', {lack}, so {asked}."


def _none(row: Row, approved: list[Row]) -> Iterator[Line]:
    on, code = row["administered_on"], row["hcpcs_code"]
    yield Line(
        f"None: no approval of this payer for the billing code {code} holds on {on}. Caps are judged all the same."
    )
    for request in approved:
        if request["hcpcs_code"] != code and request["approved_from"] <= on <= request["approved_to"]:
            yield Line(
                f"approved from {request['approved_from']} to {request['approved_to']} for the billing code "
                f"{request['hcpcs_code']} of the same policy: an approval covers the code that it names",
                request["authorization_id"],
            )
    before = [request for request in approved if request["approved_to"] < on]
    if before:
        last = max(before, key=lambda request: (request["approved_to"], request["authorization_id"]))
        days = (on - last["approved_to"]).days
        other = f"; it was for the billing code {last['hcpcs_code']}" if last["hcpcs_code"] != code else ""
        says = f"ended on {last['approved_to']}, {several(days, 'day')} before{other}"
        yield Line(says, last["authorization_id"])


def _several(names: tuple[str, ...]) -> str:
    return f"only the regimen {names[0]}" if len(names) == 1 else f"the regimens {_and(list(names))} alone"


def _and(words: list[str]) -> str:
    *some, last = words
    return f"{', '.join(some)} and {last}" if some else last
