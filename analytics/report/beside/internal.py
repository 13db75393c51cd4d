"""The internal page: every administration and request that somebody should look at, one row each. It holds persons.

Nothing of it passes the disclosure ledger, so nothing of it may be mailed or published; the published page does not
know of it. A script of our own shows the rows in view, filters, sorts and exports them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analytics.report.beside.alone import alone
from analytics.report.beside.internal_data import Worklist
from analytics.report.beside.internal_rows import administrations, requests
from analytics.report.parts import Study


def render_internal(study: Study) -> str:
    """The internal page of a study: one HTML file as text, the same bytes for the same study. It holds persons."""
    return page([administrations(study), requests(study)], study.manifest)


def page(worklists: Sequence[Worklist], manifest: Mapping[str, Any]) -> str:
    """The page of some worklists."""
    title = manifest.get("plan") or "Drug policy report"
    return alone("internal", worklists=worklists, manifest=manifest, title=title)
