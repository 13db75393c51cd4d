"""How two versions differ in their regimens and limits, and which of two limits holds an administration to more."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from analytics.policy.dosing import Limit, Regimen
from analytics.policy.saying import limit_words
from analytics.workbench.diff_asked import Sides
from analytics.workbench.diff_kinds import Area, Change, Effect
from analytics.workbench.limits import are_whole


def compare_regimens(sides: Sides) -> Iterator[Change]:
    """Regimens that are new or gone, and the limits of those of one name."""
    (a_policy, a), (b_policy, b) = sides
    is_one_unit = a_policy.products[0].mg_per_unit == b_policy.products[0].mg_per_unit
    before = {regimen.name.lower(): regimen for regimen in a.regimens}
    after = {regimen.name.lower(): regimen for regimen in b.regimens}
    for name, regimen in before.items():
        if name not in after:
            # Who had a choice of regimens has one fewer; without any, nothing is limited.
            effect: Effect = "stricter" if after else "looser"
            sentence = f"The regimen '{regimen.name}' is gone: {regimen.label}."
            yield Change("regimen", effect, "gone", regimen.name, sentence, regimen.citation, None)
    for name, regimen in after.items():
        if name not in before:
            effect = "looser" if before else "stricter"
            sentence = f"The regimen '{regimen.name}' is new: {regimen.label}."
            yield Change("regimen", effect, "new", regimen.name, sentence, None, regimen.citation)
        else:
            yield from _limits(before[name], regimen, is_one_unit)


def _limits(a: Regimen, b: Regimen, is_one_unit: bool) -> Iterator[Change]:
    """Limits that say the same are one limit, else those of one id, else those of one kind in their order."""
    alike: list[Callable[[Limit, Limit], bool]] = [
        lambda one, other: said(one) == said(other),
        lambda one, other: (one.id, one.kind) == (other.id, other.kind),
        lambda one, other: (one.kind, one.span) == (other.kind, other.span),
    ]
    left, pairs = list(b.limits), dict[str, Limit]()
    for is_alike in alike:
        for limit in a.limits:
            other = next((each for each in left if is_alike(limit, each)), None)
            if limit.id not in pairs and other is not None:
                pairs[limit.id] = other
                left.remove(other)
    for limit in a.limits:
        if limit.id in pairs:
            yield from _limit(limit, pairs[limit.id], b.name, is_one_unit)
        else:
            effect: Effect = "neutral" if limit.advisory else "looser"
            sentence = f"In '{a.name}', a limit is gone: {limit_words(limit)}."
            yield Change(_area(limit), effect, "gone", limit.id, sentence, limit.citation, None)
    for limit in left:
        effect = "neutral" if limit.advisory else "stricter"
        sentence = f"In '{b.name}', a limit is new: {limit_words(limit)}."
        yield Change(_area(limit), effect, "new", limit.id, sentence, None, limit.citation)


def said(limit: Limit) -> tuple[object, ...]:
    """All that a limit decides by, the order of places aside; days of grace are in the window."""
    return *_measure(limit), *_window(limit), limit.advisory, limit.doses, frozenset(limit.places), _rounded(limit)


def _measure(limit: Limit) -> tuple[object, ...]:
    """What two limits must share to be compared by their numbers."""
    return limit.kind, limit.per, limit.counted_in


def _window(limit: Limit) -> tuple[object, ...]:
    return limit.at_most, limit.window_days, limit.span, limit.cycles


def _rounded(limit: Limit) -> tuple[object, ...]:
    return limit.round_to, limit.round_percent or 0


def _area(limit: Limit) -> Area:
    return "site" if limit.kind == "site_of_care" else "dose" if limit.kind == "dose" else "window"


def _limit(a: Limit, b: Limit, regimen: str, is_one_unit: bool) -> Iterator[Change]:
    before, after = limit_words(a), limit_words(b)
    if said(a) == said(b) and before == after:
        return
    # Units of different size are no comparison; that they differ is told by their codes.
    is_unlike = not is_one_unit and a.counted_in == b.counted_in == "units" and not (a.advisory or b.advisory)
    effect = "depends" if is_unlike else limit_effect(a, b)
    same = ", which comes to the same" if said(a) == said(b) else ""
    sentence = f"In '{regimen}', {after} instead of {before}{same}."
    yield Change(_area(b), effect, "changed", b.id, sentence, a.citation, b.citation)


def limit_effect(a: Limit, b: Limit) -> Effect:
    """Stricter where the second lets nothing pass that the first doesn't, and the reverse; else it depends."""
    if a.advisory and b.advisory:
        return "neutral"
    if a.advisory or b.advisory:
        return "stricter" if a.advisory else "looser"
    is_stricter, is_looser = _holds(b, a), _holds(a, b)
    if is_stricter and is_looser:
        return "neutral"
    return "stricter" if is_stricter else "looser" if is_looser else "depends"


def _holds(strict: Limit, loose: Limit) -> bool:
    """Whether an administration that keeps the one limit surely keeps the other, whatever came before it."""
    return (
        _measure(strict) == _measure(loose)
        and strict.at_most <= loose.at_most
        and _spans(strict, loose)
        and _is_within(loose.doses, strict.doses)
        and set(strict.places) <= set(loose.places)
        and _forgives(loose, strict)
    )


def _spans(long: Limit, short: Limit) -> bool:
    """Whether all that the one counts up to an administration is among what the other counts.

    The days up to it hold whatever a cycle of their length does. Of cycles, those alone that are made up of whole ones:
    a cycle that begins with a dose begins elsewhere once the one before it is shorter.
    """
    if long.span == "lifetime" or long.span == short.span == "authorization":
        return True
    if long.span is not None or short.span is not None:
        return False
    if long.cycles is None:
        return (long.window_days or 0) >= (short.window_days or 0)
    return short.cycles is not None and are_whole(long, short)


def _is_within(few: tuple[int | None, int | None], many: tuple[int | None, int | None]) -> bool:
    """Whether the doses of a course that a limit holds for are among another's. Null: it holds for all."""
    if many[0] is None:
        return True
    if few[0] is None:
        return False
    return few[0] >= many[0] and (many[1] is None or (few[1] is not None and few[1] <= many[1]))


def _forgives(more: Limit, less: Limit) -> bool:
    """Whether rounding lets pass all that it lets pass at another limit; percentages and vials are no comparison."""
    if _rounded(more) == _rounded(less):
        return True
    if "whole_vial" in (more.round_to, less.round_to) and (more.round_percent or less.round_percent):
        return False
    order = ("whole_unit", None, "whole_vial")
    percents = Decimal(more.round_percent or 0), Decimal(less.round_percent or 0)
    return order.index(more.round_to) >= order.index(less.round_to) and percents[0] >= percents[1]
