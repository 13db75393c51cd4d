"""A query on its way to a database: what messages call it, what they must never repeat, and how it is stopped."""

import re
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Thread
from typing import TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from analytics.errors import UserError

T = TypeVar("T")
# How long a database may take to let a cancelled query or a connection go, in seconds, and how often it is asked.
_PATIENCE, _TRIES = 5.0, 10
# How often a stop is looked for, in seconds.
_GLANCE = 0.2


@dataclass(frozen=True)
class Asked:
    """what: how messages call the source. variable: where its address stands. secrets: parts of it, never repeated."""

    what: str
    variable: str
    query: str
    secrets: tuple[str, ...] = ()

    def knowing(self, address: str) -> "Asked":
        """The same, with what the address holds kept out of messages."""
        found = {address}
        with suppress(ValueError):
            parts = urlsplit(address)
            found |= {parts.netloc, parts.path.lstrip("/"), parts.query}
            found |= {word or "" for word in (parts.username, parts.password, parts.hostname)}
            found |= {value for _, value in parse_qsl(parts.query)}
        found |= {unquote(word) for word in found}
        return replace(self, secrets=tuple(sorted((word for word in found if word), key=len, reverse=True)))

    def fault(self, says: str, address: bool = False) -> UserError:
        """The sentence: of what the variable holds (`address`), or of the query's source."""
        start = f"{self.what}: what the environment variable {self.variable} holds " if address else f"{self.what}: "
        return UserError(f"{start}{says}.")

    def shown(self, message: str) -> str:
        """A database's message about a query's form, fit to be shown: one line, no literal, nothing of the address."""
        line = (message.strip().splitlines() or [""])[0]
        line = re.sub(r"'[^']*('|$)", "'…'", line)
        line = re.sub(r'"[\d.]+"', '"…"', line)
        for word in self.secrets:
            line = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "…", line)
        return line[:300].rstrip(".")

    @property
    def unshown(self) -> str:
        """Why a message is not repeated, and where to see it."""
        return (
            "its message may hold values of rows and is not repeated here: run the query in the database's own client"
        )


def waited(call: Callable[[], T], cancel: Callable[[], object] = lambda: None) -> T:
    """What `call` gives, from a thread of its own: a driver that waits for its database hears no Ctrl-C by itself.

    Stopped meanwhile, the query is cancelled, and the stop goes on.
    """
    answer: Future[T] = Future()

    def run() -> None:
        try:
            answer.set_result(call())
        except BaseException as fault:
            answer.set_exception(fault)

    Thread(target=run, daemon=True).start()
    try:
        # A wait without an end sees a signal only if it happens to reach this thread.
        while not wait((answer,), timeout=_GLANCE).done:
            pass
        return answer.result()
    except KeyboardInterrupt:
        # A query that the server hasn't begun yet can't be cancelled: so more than once.
        for _ in range(_TRIES):
            with suppress(Exception):
                cancel()
            with suppress(TimeoutError):
                answer.exception(timeout=_PATIENCE / _TRIES)
                break
        raise


def let_go(*closing: Callable[[], object]) -> None:
    """Close what was open, in this order, and wait no longer for it than for a query: a database may be gone."""

    def run() -> None:
        for close in closing:
            with suppress(Exception):
                close()

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(_PATIENCE)
