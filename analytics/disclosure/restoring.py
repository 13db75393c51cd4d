"""Show again what was withheld in vain: a cell withheld early may hide nothing once others were withheld after it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analytics.disclosure.bounds import is_safe

if TYPE_CHECKING:
    from analytics.disclosure.ledger import Ledger

#: How many cells are tried at once; where they leak together, each half is tried by itself.
_TOGETHER = 8


def restore(ledger: "Ledger") -> None:
    """Show the withheld cells, the dearest first, that leave every small one as unsure as it is."""
    withheld = _withheld(ledger)
    for start in range(0, len(withheld), _TOGETHER):
        _try(ledger, withheld[start : start + _TOGETHER])


def _withheld(ledger: "Ledger") -> list[int]:
    """The cells that are withheld for others' sake, the dearest first. Of a small group nothing is ever shown."""
    of_few = {
        index
        for relation in ledger.relations
        if relation.has_total and ledger.cells[relation.terms[0][0]].small
        for index, _ in relation.terms[1:]
    }
    found = [
        index
        for index, cell in enumerate(ledger.cells)
        if cell.printed and cell.hidden and not cell.small and cell.value and index not in of_few
    ]
    return sorted(found, key=lambda index: (-ledger.cells[index].cost, -ledger.cells[index].value, index))


def _try(ledger: "Ledger", cells: Sequence[int]) -> None:
    marks = [(ledger.cells[index].hidden, ledger.cells[index].plain) for index in cells]
    for index in cells:
        ledger.cells[index].hidden = None
    if is_safe(ledger, cells):
        return
    for index, (hidden, plain) in zip(cells, marks, strict=True):
        ledger.cells[index].hidden, ledger.cells[index].plain = hidden, plain
    if len(cells) > 1:
        half = len(cells) // 2
        _try(ledger, cells[:half])
        _try(ledger, cells[half:])
