"""A study -> one HTML page that may be published: offline, without person-level rows, small counts hidden.

:mod:`.page` puts it together. The counts of each subject are entered on the disclosure ledger in a module of its own
(:mod:`.dosing`, :mod:`.requests`, :mod:`.criteria`, …); the `section_` modules turn what may be shown into sentences,
tables and figures; `reports/` holds the template, the style and the scripts.
"""

from analytics.report.page import render

__all__ = ["render"]
