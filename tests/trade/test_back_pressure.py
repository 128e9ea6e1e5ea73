"""A counter that cannot answer in time says so at once, and what it said nothing of is not half done."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime

import psycopg
import pytest
from worlds import own_loop

from samphao.trade.rush.counter import ANSWER_WITHIN_S, AT_ONCE_PER_BUYER, CounterBusy, OrderCounter, TooManyAtOnce
from samphao.trade.types import OrderAnswer, OrderRequest, Placement

NOW = datetime(2026, 4, 20, tzinfo=UTC)


class Slow(OrderCounter):
    """A counter whose database takes a time of the test's choice for a batch; it remembers what it decided."""

    def __init__(self, takes_s: float = 0.0, batch_max: int = 400) -> None:
        super().__init__("", batch_max)
        self.takes_s = takes_s
        self.decided: list[str] = []
        self.lost = False

    async def _connect(self) -> None:
        if self.lost:
            raise psycopg.OperationalError("gone")

    async def _execute_once(self, requests: list[OrderRequest]) -> list[OrderAnswer]:
        await asyncio.sleep(self.takes_s)
        if self.lost:
            raise psycopg.OperationalError("gone")
        self.decided += [request.key for request in requests]
        return [OrderAnswer(Placement.PLACED, "SO", 1, "CNY", 0, NOW) for _ in requests]


async def settled(works: list[Coroutine[object, object, OrderAnswer]]) -> list[object]:
    return list(await asyncio.gather(*works, return_exceptions=True))


def ask(number: int, buyer: int | None = None) -> OrderRequest:
    return OrderRequest(number if buyer is None else buyer, f"k{number}", 1, 1)


def test_whoever_would_wait_too_long_is_told_at_once_when_to_come_again() -> None:
    async def rush() -> None:
        counter = Slow(takes_s=0.1, batch_max=40)  # four hundred orders a second
        await counter.start()
        await settled([counter.place(ask(number)) for number in range(600)])  # it learns its pace
        loop = asyncio.get_running_loop()
        began = loop.time()
        many = [asyncio.ensure_future(counter.place(ask(1000 + number))) for number in range(2000)]
        await asyncio.sleep(0)
        refused = [one for one in many if one.done()]
        assert loop.time() - began < ANSWER_WITHIN_S / 4
        assert refused, "not all could be answered in time"
        errors = [one.exception() for one in refused]
        assert all(isinstance(error, CounterBusy) and error.again_s >= 1 for error in errors)
        answered = [one for one in await asyncio.gather(*many, return_exceptions=True) if isinstance(one, OrderAnswer)]
        assert loop.time() - began < 2 * ANSWER_WITHIN_S, "who was not refused was answered in time"
        assert len(answered) + len(refused) == 2000
        assert len([key for key in counter.decided if int(key[1:]) >= 1000]) == len(answered), "refused is not placed"
        assert counter.share() > 0.9, "when the queue is gone buyers are let through again"
        await counter.stop()

    own_loop.run(rush())


def test_a_batch_that_hangs_turns_new_orders_away_and_share_falls_to_nothing() -> None:
    async def hang() -> None:
        counter = Slow(takes_s=ANSWER_WITHIN_S + 0.6)
        await counter.start()
        first = asyncio.ensure_future(counter.place(ask(1)))
        await asyncio.sleep(ANSWER_WITHIN_S + 0.2)
        assert counter.share() == 0
        with pytest.raises(CounterBusy):
            await counter.place(ask(2))
        assert (await first).placement is Placement.PLACED
        assert (await counter.place(ask(3))).placement is Placement.PLACED
        assert counter.decided == ["k1", "k3"]
        await counter.stop()

    own_loop.run(hang())


def test_when_the_database_goes_those_not_yet_sent_are_told_and_the_batch_in_hand_is_tried_again() -> None:
    async def lose() -> None:
        counter = Slow(takes_s=0.05)
        await counter.start()
        in_hand = asyncio.ensure_future(counter.place(ask(1)))
        await asyncio.sleep(0.01)
        behind = asyncio.ensure_future(counter.place(ask(2)))
        counter.lost = True
        with pytest.raises(CounterBusy):
            await asyncio.wait_for(behind, ANSWER_WITHIN_S)
        counter.lost = False
        assert (await in_hand).placement is Placement.PLACED
        assert counter.decided == ["k1"], "the other one was not placed, as it was told"
        await counter.stop()

    own_loop.run(lose())


def test_one_buyer_cannot_fill_the_queue() -> None:
    async def crowd() -> None:
        counter = Slow(takes_s=0.01)
        await counter.start()
        got = await settled([counter.place(ask(number, buyer=7)) for number in range(AT_ONCE_PER_BUYER + 30)])
        assert [type(one) for one in got].count(TooManyAtOnce) == 30
        assert len(counter.decided) == AT_ONCE_PER_BUYER
        assert (await counter.place(ask(99, buyer=7))).placement is Placement.PLACED, (
            "when they are answered he may go on"
        )
        await counter.stop()

    own_loop.run(crowd())
