"""What seldom changes is kept in memory while it stays as it is: a page reads at its start which revision holds.

Statements that change such rows give them a new number by a trigger, in their own transaction. Numbers come from the
database's clock, so that one of a transaction that was undone never comes again with other rows behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
KEPT = 64  # answers of one read: as many days or countries as pages ask for at a time

_seen: ContextVar[int | None] = ContextVar("the revision of reference rows that a page has seen", default=None)


@contextmanager
def seen(number: int | None) -> Iterator[None]:
    """Let reads within use what they kept of this revision; with None they ask the database each time, as outside a page."""
    token = _seen.set(number)
    try:
        yield
    finally:
        _seen.reset(token)


def kept(read: Callable[P, T]) -> Callable[P, T]:
    """Keep what a read of reference rows returned for the pages of the same revision; nobody may change what it returned."""

    @lru_cache(maxsize=KEPT)
    def of_revision(_number: int, *args: P.args, **kwargs: P.kwargs) -> T:
        return read(*args, **kwargs)

    @wraps(read)
    def answer(*args: P.args, **kwargs: P.kwargs) -> T:
        number = _seen.get()
        if number is None:
            return read(*args, **kwargs)
        return of_revision(number, *args, **kwargs)  # type: ignore[arg-type]  # days and codes, which can be hashed

    return answer
