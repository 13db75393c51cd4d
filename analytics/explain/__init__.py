"""Why a case came out as it did: one request, or one administration, with every step that led to its verdict."""

from analytics.explain.case import explain_case
from analytics.explain.explanation import Explanation

__all__ = ["Explanation", "explain_case"]
