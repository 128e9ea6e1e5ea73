"""What a campaign looks like just now, for any number of people: one reader asks the database, all listeners get the same bytes.

The same reader moves the queues before the counter on, for here it is known how much the counter can take.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson
import psycopg
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from samphao.trade.rush.statement import ADVANCE, LIVE, SALES

log = logging.getLogger(__name__)
WATCHED_S, UNWATCHED_S = 0.25, 1.0
SALES_S = 5.0
HEARTBEAT_S = 5.0
LISTENERS_MAX = 5000
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@dataclass(frozen=True, slots=True)
class Seen:
    """A campaign as it was last read; `told_at` is when its listeners last heard."""

    facts: tuple[object, ...]
    is_running: bool
    has_queue: bool
    told_at: float
    message: bytes


class Live:
    """One connection of its own: the orders' one never waits for a look."""

    def __init__(self, database_url: str, share: Callable[[], float]) -> None:
        self._url = database_url
        self._share = share
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None
        self._task: asyncio.Task[None] | None = None
        self._seen: dict[str, Seen] = {}
        self._changed = asyncio.Event()
        self._sales_at = float("-inf")
        self.sales: dict[int, int] = {}
        """Offers that are sold in a campaign, to its id: they want a pass of that sale."""
        self.codes: dict[int, str] = {}
        self.listeners = 0
        self.reads = 0

    async def start(self) -> None:
        """Read once, so that no order comes before it is known which offers want a pass."""
        await self._look()
        self._task = asyncio.create_task(self._run(), name="live campaigns")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._connection:
            await self._connection.close()
        self._seen.clear()
        self._tell()

    async def messages(self, code: str) -> AsyncIterator[bytes]:
        """Yield what a campaign looks like whenever it has changed; whoever reads slowly misses what is in between."""
        self.listeners += 1
        try:
            yield b"retry: %d\n\n" % (2000 + self.listeners % 3000)  # not all come back in the same second
            last = None
            while (seen := self._seen.get(code)) is not None:
                changed = self._changed
                if seen.message is not last:
                    yield seen.message
                    last = seen.message
                await changed.wait()
        finally:
            self.listeners -= 1

    async def answer(self, request: Request) -> Response:
        """`GET /live/CODE`: server-sent events of a campaign."""
        code = request.path_params["code"]
        if code not in self._seen:
            return Response(status_code=404)
        if self.listeners >= LISTENERS_MAX:
            return Response(status_code=503, headers={"Retry-After": "10"})
        return StreamingResponse(self.messages(code), media_type="text/event-stream", headers=HEADERS)

    async def _run(self) -> None:
        while True:
            try:
                await self._look()
            except (psycopg.Error, OSError):
                log.warning("campaigns cannot be read, trying again")
                if self._connection:
                    with suppress(psycopg.Error):
                        await self._connection.close()
                self._connection = None
            is_watched = self.listeners or any(seen.has_queue for seen in self._seen.values())
            await asyncio.sleep(WATCHED_S if is_watched else UNWATCHED_S)

    async def _look(self) -> None:
        if self._connection is None:
            self._connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True)
        connection, now = self._connection, asyncio.get_running_loop().time()
        self.reads += 1
        if any(seen.is_running for seen in self._seen.values()):
            await connection.execute(ADVANCE, (self._share(),))
        if now - self._sales_at > SALES_S or not self._seen:
            rows = await (await connection.execute(SALES)).fetchall()
            self.sales, self._sales_at = dict(rows), now
        rows = await (await connection.execute(LIVE)).fetchall()
        self.codes = {row[0]: row[1] for row in rows}
        before, self._seen = self._seen, {row[1]: _seen(row[2:], self._seen.get(row[1]), now) for row in rows}
        if len(before) != len(self._seen) or any(before.get(code) is not seen for code, seen in self._seen.items()):
            self._tell()

    def _tell(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


def _seen(row: Sequence[Any], before: Seen | None, now: float) -> Seen:
    """Return what is to be told; the very same as before where nothing has changed and the listeners heard of late."""
    starts_at, ends_at, moment, numbered, admitted, left = row
    state = "before" if moment < starts_at else "running" if moment < ends_at else "after"
    facts = (state, starts_at, ends_at, numbered, admitted, left)
    if before is not None and before.facts == facts and now - before.told_at < HEARTBEAT_S:
        return before
    message = {"now": round(moment * 1000), "state": state, "numbered": numbered, "admitted": admitted, "left": left}
    return Seen(facts, state == "running", admitted < numbered, now, b"data: " + orjson.dumps(message) + b"\n\n")
