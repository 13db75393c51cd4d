"""Pages that stand beside the published one: their template, style and script, under the strictest content policy."""

from __future__ import annotations

from typing import Any

from analytics import resources
from analytics.resources import csp_hash

#: Nothing is fetched; the one style and the one script are those whose text is in the page.
_CONTENT_POLICY = "default-src 'none'; script-src {script}; style-src {style}; base-uri 'none'; form-action 'none'"


def alone(name: str, **values: Any) -> str:
    """The page of the template `name`.html.j2, with the style `alone.css` and the script `name`.js, if there is one."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = resources.folder("reports")
    style = (folder / "alone.css").read_text(encoding="utf-8")
    script = folder / f"{name}.js"
    code = script.read_text(encoding="utf-8") if script.is_file() else ""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    policy = _CONTENT_POLICY.format(script=csp_hash(code) if code else "'none'", style=csp_hash(style))
    return environment.get_template(f"{name}.html.j2").render(
        **values, style=style, script=code, policy_of_content=policy
    )
