"""What `um policy check` and `um policy diff` print."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from analytics.policy.model import Policy, Version
from analytics.policy.show import wrapped
from analytics.workbench.check import Checked
from analytics.workbench.diff_kinds import Change, Effect

_HEADINGS: dict[Effect, str] = {
    "stricter": "Stricter",
    "looser": "Looser",
    "depends": "Different: stricter for some and looser for others, or not to be told in general",
    "neutral": "Other",
}


def checked_text(found: Sequence[Checked]) -> str:
    """Each file with what is wrong in it, a line each, and what is only worth knowing."""
    return "\n".join(line for checked in found for line in _checked(checked))


def _checked(checked: Checked) -> Iterator[str]:
    wrong = checked.faults + checked.findings
    name = checked.file
    if not wrong:
        several_hold = (
            f"{checked.n_examples} worked examples hold" if checked.n_examples else "it has no worked example"
        )
        ran = "its worked example holds" if checked.n_examples == 1 else several_hold
        yield f"{name}: nothing is wrong; {ran}."
    else:
        can = "can't be used" if checked.faults else "can be used, but is not right"
        yield f"{name}: {can}; {len(wrong)} fault{'' if len(wrong) == 1 else 's'}:"
    for message in wrong:
        yield from wrapped("- ", "  ", message + ".", 120)
    for message in checked.notes:
        yield from wrapped("  note: ", "        ", message + ".", 120)


def compared_text(
    one: tuple[Policy, Version],
    other: tuple[Policy, Version],
    changes: Sequence[Change],
    files: tuple[Path | None, Path | None] = (None, None),
) -> str:
    """The changes under what they do, each with the passage that it rests on. files: named where ids are the same."""
    lines = [f"From {_side(*one, files[0])}", f"  to {_side(*other, files[1])}"]
    drugs = one[0].drug, other[0].drug
    if len(set(drugs)) > 1:
        lines.append(f"Policies for different drugs, {drugs[0]} and {drugs[1]}: amounts are no comparison.")
    if not changes:
        return "\n".join(
            [
                *lines,
                "",
                "Nothing that decides differs: lengths, caps, limits, criteria, answers and codes are the same.",
            ]
        )
    for effect, heading in _HEADINGS.items():
        some = [change for change in changes if change.effect == effect]
        if some:
            lines += ["", heading, "-" * len(heading)]
        for change in some:
            cited = change.after_citation or change.before_citation
            passage = f"  [{cited}]" if cited else ""
            lines += wrapped("  ", "    ", change.sentence + passage)
    return "\n".join(lines)


def _side(policy: Policy, version: Version, file: Path | None) -> str:
    where = "" if file is None else f" of {file}"
    return f"{policy.id}, version {version.name}{where}"
