"""Why a case came out as it did: one request, or one administration, with every step that led to its verdict."""
