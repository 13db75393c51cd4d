"""Pages that stand beside the published one: their template, style and script, under the strictest content policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analytics import resources
from analytics.report.templates import template
from analytics.resources import csp_hash

#: Nothing is fetched; the one style and the one script are those whose text is in the page.
_CONTENT_POLICY = "default-src 'none'; script-src {script}; style-src {style}; base-uri 'none'; form-action 'none'"


def alone(name: str, styles: Sequence[str] = ("alone.css",), **values: Any) -> str:
    """The page of the template `name`.html.j2, with its styles and the script `name`.js, if there is one."""
    folder = resources.folder("reports")
    style = "".join((folder / each).read_text(encoding="utf-8") for each in styles)
    script = folder / f"{name}.js"
    code = script.read_text(encoding="utf-8") if script.is_file() else ""
    policy = _CONTENT_POLICY.format(script=csp_hash(code) if code else "'none'", style=csp_hash(style))
    return template(f"{name}.html.j2").render(**values, style=style, script=code, policy_of_content=policy)
