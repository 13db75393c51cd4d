"""Payers side by side, as an attacker reads them from the page: what they tell, told to the other attacks."""

import re
from typing import Any

from tests.attack.approvals import attack_approvals
from tests.attack.base import Attack
from tests.attack.dosing import attack_dosing, attack_sums
from tests.attack.renewals import attack_renewals
from tests.invented import PAYERS

#: measure -> (which attack it belongs to, the counts that a shown rate tells)
TOLD = {
    "Caps kept": ("dosing", ("judged", "within")),
    "Requests approved at first": ("approvals", ("n", "approved")),
    "Requests approved in the end": ("approvals", ("n", "finally_approved")),
    "Retained on therapy": ("renewals", ("on", "on_retained")),
    "Units over the limits per 100 units billed": ("sums", ("any", "exceeding")),
}


class Attacks:
    """Several attacks as one."""

    def __init__(self, attacks: dict[str, Attack]) -> None:
        self.attacks = attacks

    def leaks(self) -> list[Any]:
        return [leak for attack in self.attacks.values() for leak in attack.leaks()]


def attack_payers(page: dict[str, list[dict[str, str]]], study: Any) -> Attacks:
    """Whatever a payer's cell shows, or a difference with one that is shown, is taken for known in its own section."""
    attacks = {
        "dosing": attack_dosing(page, study),
        "sums": attack_sums(page, study),
        "approvals": attack_approvals(page, study),
        "renewals": attack_renewals(page, study),
    }
    pairs = [ident for ident in page if ident.startswith("t-payers-")]
    assert pairs, "no two payers are set beside each other"
    for ident in pairs:
        for row in page[ident]:
            measure, *cells = row.values()
            payers = list(row)[1:3]
            assert set(payers) <= set(PAYERS)
            if "withheld" in cells[:2]:
                assert cells[2] in ("withheld", "–"), f"{ident}: a difference with a withheld {measure}"
            if measure not in TOLD:
                continue
            where, names = TOLD[measure]
            for payer, text in zip(payers, cells, strict=False):
                assert re.match(r"[\d.]+%? \([\d.]+%?\sto\s[\d.]+%?\)$|withheld$|–$", text), text
                if text[0].isdigit():
                    known(attacks[where], ("payer", PAYERS[payer], payer), names)
    return Attacks(attacks)


def known(attack: Attack, key: Any, names: tuple[str, ...]) -> None:
    for name in names:
        people = attack.people[key, name]
        assert not 1 <= people <= 10, f"{key} {name} is told, though {people} people stand behind it"
        attack.boxes[key, name] = (attack.truth[key, name],) * 2
