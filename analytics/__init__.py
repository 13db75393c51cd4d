"""Are drug policies followed, and do they work? Dosing caps, approvals by criterion and renewal outcomes.

import analytics as um

study = um.open("data_samples")
study.dosing_summary
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["GateFailed", "Replay", "Study", "UserError", "__version__", "open", "replay"]

if TYPE_CHECKING:
    from analytics.errors import GateFailed, UserError
    from analytics.replaying.judged import Replay, replay
    from analytics.study import Study
    from analytics.study import open_study as open

_HOMES = {
    "open": ("analytics.study", "open_study"),
    "Replay": ("analytics.replaying.judged", "Replay"),
    "replay": ("analytics.replaying.judged", "replay"),
    "Study": ("analytics.study", "Study"),
    "UserError": ("analytics.errors", "UserError"),
    "GateFailed": ("analytics.errors", "GateFailed"),
}


def __getattr__(name: str) -> Any:
    """Public names, imported when first asked for: `um --help` must not wait for a database."""
    if name not in _HOMES:
        raise AttributeError(f"module 'analytics' has no attribute '{name}'")
    from importlib import import_module

    module, attribute = _HOMES[name]
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
