"""All that the page counts of requests and criteria, entered on the ledger in one go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.disclosure import Ledger
from analytics.report.approvals.agreement import Agreement
from analytics.report.approvals.consistency import Consistency
from analytics.report.approvals.criteria import Criteria
from analytics.report.approvals.denials import Denials
from analytics.report.approvals.requests import Requests
from analytics.report.approvals.turnaround import Turnaround

if TYPE_CHECKING:
    from analytics.report.parts import Study


class Approvals:
    """Requests and their decisions, criterion by criterion, against the facts, and in time."""

    def __init__(self, study: Study, ledger: Ledger) -> None:
        self.requests = Requests(study, ledger)
        self.turnaround = Turnaround(study, ledger, self.requests)
        self.criteria = Criteria(study, ledger, self.requests)
        self.denials = Denials(ledger, self.criteria)
        self.consistency = Consistency(ledger, self.criteria, self.denials)
        self.agreement = Agreement(study, ledger, self.criteria)
