"""A campaign at the counter's own door: passes, the queue moved by the counter, and live numbers read once for all who look."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from worlds import campaign_morning, own_loop
from worlds.running_counter import Counter, database_url

from samphao.core.tokens import TokenSigner
from samphao.trade import queries, services
from samphao.trade.campaign_models import Campaign
from samphao.trade.models import Lot, Order
from samphao.trade.rush.live import Live
from samphao.trade.types import OrderRequest, offer_code

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("http")]
WAIT_S = 10


@pytest.fixture
def counter() -> Iterator[Counter]:
    running = Counter()
    yield running
    if running.process:
        running.kill()


def post(counter: Counter, token: str, offer: int, key: str = "k") -> tuple[int, dict[str, Any]]:
    door = http.client.HTTPConnection("127.0.0.1", counter.port, timeout=WAIT_S)
    body = json.dumps({"offer": offer_code(offer), "quantity": 1})
    door.request("POST", "/orders", body, {"Authorization": f"Bearer {token}", "Idempotency-Key": key})
    answer = door.getresponse()
    found = answer.status, json.loads(answer.read())
    door.close()
    return found


def test_a_lot_of_a_campaign_is_sold_to_a_pass_of_that_sale_alone(counter: Counter) -> None:
    world = campaign_morning.make()
    anong, offer = world.market.anong.pk, world.market.offer.pk
    counter.start()
    place = services.take_place(world.code, anong, address="10.0.0.1")
    world.start()
    deadline = time.monotonic() + WAIT_S
    while not place.is_admitted and time.monotonic() < deadline:  # the counter moves the queue
        time.sleep(0.1)
        found = queries.place_in_queue(world.code, anong)
        assert found is not None
        place = found
    assert place.is_admitted
    usual = counter.signer.make(anong)
    other_sale = counter.signer.make(anong, sale=Campaign.objects.get().pk + 1)
    for token in (usual, other_sale):
        status, problem = post(counter, token, offer)
        assert (status, problem["type"], problem["campaign"]) == (403, "/problems/not-in-turn", world.code)
    assert post(counter, services.pass_for(place), offer)[0] == 201
    assert Order.objects.count() == 1
    assert post(counter, TokenSigner("forged").make(anong, sale=Campaign.objects.get().pk), offer)[0] == 401


def listen(counter: Counter, code: str) -> socket.socket:
    stream = socket.create_connection(("127.0.0.1", counter.port), timeout=WAIT_S)
    stream.sendall(f"GET /live/{code} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return stream


def messages(stream: socket.socket) -> Iterator[dict[str, Any]]:
    kept = b""
    while True:
        kept += stream.recv(65536)
        while b"\n\n" in kept:
            event, _, kept = kept.partition(b"\n\n")
            if (at := event.find(b"data: ")) >= 0:
                yield json.loads(event[at + 6 :])


def test_everybody_who_listens_hears_what_is_left_and_when_it_is_by_the_hubs_clock(counter: Counter) -> None:
    world = campaign_morning.make()
    world.start()
    counter.start()
    lot = world.market.lot.code
    streams = [listen(counter, world.code) for _ in range(5)]
    heard = [messages(stream) for stream in streams]
    first = [next(one) for one in heard]
    assert all(message["left"] == {lot: 10} and message["state"] == "running" for message in first)
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM core_now())::float8")
        now = cursor.fetchone()[0]
    assert abs(first[0]["now"] / 1000 - now) < 5
    Lot.objects.update(held=3)
    for one in heard:
        assert next(message for message in one if message["left"] != {lot: 10})["left"] == {lot: 7}
    for stream in streams:
        stream.close()


def test_a_campaign_that_is_not_there_has_no_stream(counter: Counter) -> None:
    campaign_morning.make()
    counter.start()
    door = http.client.HTTPConnection("127.0.0.1", counter.port, timeout=WAIT_S)
    door.request("GET", "/live/CP-0000-0000")
    assert door.getresponse().status == 404
    door.close()


def test_two_hundred_listeners_cost_the_database_no_more_than_one() -> None:
    world = campaign_morning.make()
    world.start()
    url = database_url()

    async def reads_in_a_second(listeners: int) -> int:
        live = Live(url, lambda: 1.0)
        await live.start()

        async def hear() -> None:
            async for _ in live.messages(world.code):
                pass

        listening = [asyncio.create_task(hear()) for _ in range(listeners)]
        await asyncio.sleep(0.05)
        before = live.reads
        await asyncio.sleep(1.5)
        reads = live.reads - before
        await live.stop()
        await asyncio.gather(*listening)
        assert live.listeners == 0
        return reads

    assert 0 < own_loop.run(reads_in_a_second(200)) <= 7  # four a second, as for one


def test_page_and_counter_keep_one_limit_for_a_buyer(counter: Counter) -> None:
    world = campaign_morning.make(buyer_limit=2)
    anong, offer = world.market.anong.pk, world.market.offer.pk
    services.take_place(world.code, anong, address="10.0.0.1")
    world.start()
    campaign_morning.advance()
    counter.start()
    place = queries.place_in_queue(world.code, anong)
    assert place is not None
    assert services.place_order(OrderRequest(anong, "page", offer, 1)).is_order
    assert post(counter, services.pass_for(place), offer, "a")[0] == 201
    status, problem = post(counter, services.pass_for(place), offer, "b")
    assert (status, problem["type"], problem["units_left"]) == (409, "/problems/over-limit", 0)
