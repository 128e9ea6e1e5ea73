"""Merge concurrent orders into one statement.

While a batch is being decided, the next one gathers: the busier the counter, the larger the batch and the cheaper each
order. A buyer stands in a batch once, so the statement's view of what a buyer already has is exact; the same key again
waits for the first answer. A caller is answered only after the commit.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import deque
from contextlib import suppress

import psycopg
from psycopg import errors

from samphao.trade.rush.statement import NUMBERS, PLACE, answers, parameters
from samphao.trade.types import OrderAnswer, OrderRequest, order_code

log = logging.getLogger(__name__)

BATCH_MAX = 400
NUMBERS_AHEAD = 2000
QUEUE_MAX = 20_000
RECONNECT_S = 20.0
ANSWER_WITHIN_S = 2.0
"""Whoever would wait longer is told at once to come again."""
AT_ONCE_PER_BUYER = 16
"""Orders of one buyer that may wait: he stands in a batch once, so more would only be in the way of others."""
ORDER_S = 0.0001
MEASURED_FROM = 32
"""Small batches say little about how fast a crowd is served."""

Waiting = tuple[OrderRequest, "asyncio.Future[OrderAnswer]"]


class CounterBusy(Exception):
    """Too many orders wait, or the database cannot be reached: try again after so many seconds; nothing is lost."""

    def __init__(self, again_s: int = 1) -> None:
        super().__init__(f"again in {again_s} s")
        self.again_s = again_s


class TooManyAtOnce(Exception):
    """One buyer has more orders waiting than anybody sends by hand."""


class OrderCounter:
    """One connection, one batch at a time: a hot lot's row is locked by one writer anyway."""

    def __init__(self, database_url: str, batch_max: int = BATCH_MAX) -> None:
        self._url = database_url
        self._batch_max = batch_max
        self._connection: psycopg.AsyncConnection[tuple[object, ...]] | None = None
        self._queue: deque[Waiting] = deque()
        self._wake = asyncio.Event()
        self._numbers: list[int] = []
        self._at_once: dict[int, int] = {}
        self._order_s = ORDER_S
        self._began: float | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._connect()
        self._task = asyncio.create_task(self._run(), name="order counter")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._connection:
            await self._connection.close()
        self._refuse_queue()

    def wait_s(self) -> float:
        """Return how long an order that comes now would wait: by the pace of late, and by the batch that is in hand."""
        wait = len(self._queue) * self._order_s
        if self._began is not None:
            wait += max(0.0, asyncio.get_running_loop().time() - self._began - self._batch_max * self._order_s)
        return wait

    def share(self) -> float:
        """Return how much of the usual number of buyers the counter can take just now, from 0 to 1."""
        return max(0.0, 1 - 2 * self.wait_s() / ANSWER_WITHIN_S)

    async def place(self, request: OrderRequest) -> OrderAnswer:
        """Return the answer after its commit; raise CounterBusy when nobody can say yet whether it was placed."""
        wait, waiting, buyer = self.wait_s(), self._at_once, request.buyer
        if wait > ANSWER_WITHIN_S or len(self._queue) >= QUEUE_MAX:
            raise CounterBusy(max(1, math.ceil(wait)))
        if (at_once := waiting.get(buyer, 0)) >= AT_ONCE_PER_BUYER:
            raise TooManyAtOnce
        future: asyncio.Future[OrderAnswer] = asyncio.get_running_loop().create_future()
        self._queue.append((request, future))
        self._wake.set()
        waiting[buyer] = at_once + 1
        try:
            return await future
        finally:
            if waiting[buyer] == 1:
                del waiting[buyer]
            else:
                waiting[buyer] -= 1

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._wake.wait()
            self._wake.clear()
            while batch := self._next_batch():
                self._began = began = loop.time()
                await self._decide(batch)
                self._began = None
                if len(batch) >= min(MEASURED_FROM, self._batch_max):
                    self._order_s += ((loop.time() - began) / len(batch) - self._order_s) / 4

    def _next_batch(self) -> list[Waiting]:
        batch: list[Waiting] = []
        later: list[Waiting] = []
        buyers: set[int] = set()
        queue = self._queue
        while queue and len(batch) < self._batch_max:
            waiting = queue.popleft()
            if waiting[1].cancelled():
                continue
            if waiting[0].buyer in buyers:
                later.append(waiting)
                continue
            buyers.add(waiting[0].buyer)
            batch.append(waiting)
        queue.extendleft(reversed(later))
        return batch

    async def _decide(self, batch: list[Waiting]) -> None:
        requests = [request for request, _ in batch]
        try:
            decided = await self._execute(requests)
        except errors.IntegrityError:
            if len(batch) == 1:
                log.exception("an order was refused by the database itself: %s", requests[0])
                self._fail(batch)
                return
            # One request spoils the batch (a buyer that was deleted): each alone, so that the others pass.
            for waiting in batch:
                await self._decide([waiting])
            return
        except (psycopg.Error, OSError, TimeoutError):
            log.exception("the order counter has no database")
            self._fail(batch)
            return
        for (_, future), answer in zip(batch, decided, strict=True):
            if not future.done():
                future.set_result(answer)

    async def _execute(self, requests: list[OrderRequest]) -> list[OrderAnswer]:
        """Run the statement; after a lost connection run it again: keys make that harmless, committed or not."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + RECONNECT_S
        while True:
            try:
                return await self._execute_once(requests)
            except errors.UniqueViolation:
                # Another counter placed the same key between our look and our insert: the second look sees it.
                return await self._execute_once(requests)
            except psycopg.OperationalError:
                if loop.time() > deadline:
                    raise
                log.warning("connection lost, trying again")
                await self._reconnect(deadline)

    async def _execute_once(self, requests: list[OrderRequest]) -> list[OrderAnswer]:
        connection = self._connection
        if connection is None or connection.closed:
            raise psycopg.OperationalError("not connected")
        while len(self._numbers) < len(requests):
            cursor = await connection.execute(NUMBERS, (NUMBERS_AHEAD,), prepare=True)
            row = await cursor.fetchone()
            self._numbers.extend(row[0])  # type: ignore[index, arg-type]
        codes = [order_code(self._numbers.pop()) for _ in requests]
        async with connection.cursor(binary=True) as cursor:
            await cursor.execute(PLACE, parameters(requests, codes), prepare=True)
            row = await cursor.fetchone()
        if row is None:
            raise psycopg.OperationalError("the statement gave no row")
        return answers(row)

    async def _connect(self) -> None:
        self._connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True)
        self._connection.prepare_threshold = 0

    async def _reconnect(self, deadline: float) -> None:
        if self._connection:
            with suppress(psycopg.Error):
                await self._connection.close()
        loop = asyncio.get_running_loop()
        while True:
            self._refuse_queue()
            await asyncio.sleep(0.1)
            try:
                await self._connect()
            except psycopg.OperationalError:
                if loop.time() > deadline:
                    raise
            else:
                return

    def _refuse_queue(self) -> None:
        """Tell those whose orders have not been sent to the database yet that they were not; the batch in hand may have been."""
        waiting, self._queue = list(self._queue), deque()
        self._fail(waiting)

    @staticmethod
    def _fail(batch: list[Waiting]) -> None:
        for _, future in batch:
            if not future.done():
                future.set_exception(CounterBusy())
