"""What can go wrong, said in one sentence to the person who can mend it.

Every error that a user can cause is a :class:`UserError`; the command line prints its text and leaves with
its exit code, and never shows a traceback for one.
"""


class UserError(Exception):
    """Unusable input or arguments. The text names the file, column or key, what was found and what would be right."""

    exit_code = 2

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows of it: the sentence, without the way it took through our modules."""
        return [f"{type(self).__name__}: {self}"]


class GateFailed(UserError):
    """The data-quality gate refused the extracts; nothing of an earlier report was touched."""

    exit_code = 1


def nearest(name: str, known: list[str] | tuple[str, ...]) -> str:
    """The known word most like `name`, as a hint (`" (did you mean 'x'?)"`), or nothing when none is near."""
    from difflib import get_close_matches

    close = get_close_matches(name.lower(), [word.lower() for word in known], n=1, cutoff=0.5)
    if not close:
        return ""
    word = next(word for word in known if word.lower() == close[0])
    return f" (the nearest is '{word}')"
