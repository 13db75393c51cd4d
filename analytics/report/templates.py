"""The door to Jinja2: templates with what every page needs to print a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics import resources
from analytics.disclosure import Hidden
from analytics.report.tables import Rate, limits, shown
from analytics.statistics import Estimate

if TYPE_CHECKING:
    from jinja2 import Template


def template(name: str) -> Template:
    """The template of a page. A name that nobody gives a value is an error; values are escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(resources.folder("reports")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(shown=shown, limits=limits)
    environment.tests["rate"] = lambda value: isinstance(value, Rate | Estimate)
    environment.tests["hidden"] = lambda value: isinstance(value, Hidden)
    return environment.get_template(name)
