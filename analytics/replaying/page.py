"""A replay as a page: its tables in the report's look, without script."""

from analytics import __version__
from analytics.replaying.judged import Replay
from analytics.replaying.section import sections
from analytics.replaying.text import facts, legend
from analytics.report.beside.alone import alone


def page(replay: Replay, publish: bool) -> str:
    """The page as text: no person, nothing from elsewhere; no small count where it is to be published."""
    return alone(
        "replay",
        ("style.css", "policy.css"),
        drug=replay.policy.drug,
        facts=facts(replay),
        sections=sections(replay, publish),
        legend=legend(publish),
        publish=publish,
        product="um-analytics",
        version=__version__,
    )
