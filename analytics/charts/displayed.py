"""Figures as a notebook shows them: with our settings, whichever renderer draws them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from analytics.charts.base import CONFIG

if TYPE_CHECKING:
    import plotly.graph_objects as go


def displayed(figure: go.Figure) -> go.Figure:
    """The same figure, which a notebook shows without any button that would send its data away.

    A figure's settings are no part of it in Plotly: its renderers bring their own, with a button to upload. These
    settings are set on the renderers too, so that other figures shown in the same session don't have it either.
    """
    _quiet_renderers()
    shown: go.Figure = _displayed_class()(figure)
    # Made anew, it would get Plotly's default template.
    shown.layout.template = None
    # The ink is dark: a notebook in its dark theme must not shine through.
    shown.layout.update(paper_bgcolor="#ffffff", plot_bgcolor="#ffffff")
    return shown


@cache
def _displayed_class() -> type[Any]:
    import plotly.graph_objects as go
    import plotly.io as pio

    class DisplayedFigure(go.Figure):  # type: ignore[misc]
        """A Plotly figure that is always shown with our settings."""

        def show(self, *args: Any, **kwargs: Any) -> None:
            pio.show(self, *args, **{**kwargs, "config": _ours(kwargs.get("config"))})

        def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **kwargs: Any) -> Any:
            return super()._repr_mimebundle_(include, exclude, **{**kwargs, "config": _ours(None)})

        def _repr_html_(self) -> str:
            bundle = self._repr_mimebundle_()
            return str(bundle.get("text/html") or self.to_html(full_html=False, include_plotlyjs=True))

        def to_html(self, *args: Any, **kwargs: Any) -> str:
            return str(super().to_html(*args, **{**kwargs, "config": _ours(kwargs.get("config"))}))

        def write_html(self, *args: Any, **kwargs: Any) -> None:
            super().write_html(*args, **{**kwargs, "config": _ours(kwargs.get("config"))})

        def _ipython_display_(self) -> None:
            self.show()

    return DisplayedFigure


def _ours(given: dict[str, Any] | None) -> dict[str, Any]:
    """Our settings over those given, always anew: Plotly takes settings out of the dict that it is handed."""
    return {**(given or {}), **CONFIG}


@cache
def _quiet_renderers() -> None:
    import plotly.io as pio

    for name in pio.renderers:
        renderer = pio.renderers[name]
        if hasattr(renderer, "config"):
            renderer.config = _ours(renderer.config)
