"""The order counter over HTTP, in a process of its own, and what a kill does to it."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator

import pytest
from worlds import two_buyers_one_lot
from worlds.running_counter import Counter

from samphao.core.tokens import TokenSigner
from samphao.trade import queries
from samphao.trade.models import GateState, Offer, Order
from samphao.trade.types import offer_code

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("http")]


@pytest.fixture
def counter() -> Iterator[Counter]:
    running = Counter()
    running.start()
    yield running
    running.kill()


def test_an_order_is_answered_with_its_code_price_and_hold(counter: Counter) -> None:
    world = two_buyers_one_lot.make()
    status, answer = counter.post({"offer": offer_code(world.offer.id), "quantity": 2}, buyer=world.anong.id)
    assert (status, answer["state"], answer["amount_minor"], answer["currency"]) == (201, "held", 25_668, "CNY")
    assert Order.objects.get().code == answer["order"]


def test_each_refusal_is_a_problem_that_says_what_to_do(counter: Counter) -> None:
    world = two_buyers_one_lot.make(quantity=1)
    offer, anong = offer_code(world.offer.id), world.anong.id
    wrong = [
        (counter.post({"offer": offer, "quantity": 1}), 401, "/problems/not-signed-in"),
        (counter.post({"offer": offer, "quantity": 1}, buyer=anong, key=""), 400, "/problems/no-key"),
        (counter.post(b"{", buyer=anong), 400, "/problems/bad-json"),
        (counter.post([], buyer=anong), 400, "/problems/bad-body"),
        (counter.post({"offer": offer, "quantity": "2"}, buyer=anong), 400, "/problems/bad-quantity"),
        (counter.post({"offer": offer, "quantity": True}, buyer=anong), 400, "/problems/bad-quantity"),
        (counter.post({"offer": "OF-0000-0001", "quantity": 1}, buyer=anong), 404, "/problems/unknown-offer"),
        (counter.post({"offer": offer, "quantity": 9}, buyer=anong), 422, "/problems/bad-quantity"),
        (counter.post({"offer": offer, "quantity": 2}, buyer=anong), 409, "/problems/sold-out"),
        (counter.post(b"x" * 5000, buyer=anong), 413, "/problems/too-large"),
    ]
    for (status, problem), expected, kind in wrong:
        assert (status, problem["status"], problem["type"]) == (expected, expected, kind), problem
        assert problem["title"]


def test_a_forged_or_expired_token_is_not_taken() -> None:
    signer = TokenSigner("one")
    assert signer.read(TokenSigner("another").make(7)) is None
    assert signer.read(signer.make(7, lives_s=-1)) is None
    assert signer.read("nonsense") is None
    own = signer.make(7, sale=3)
    found = signer.read(own)
    assert found is not None
    assert (found.buyer, found.sale) == (7, 3)
    assert signer.read(own.replace("7.3.", "7.4.", 1)) is None, "the sale is signed too"


def test_a_pass_that_was_read_before_still_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    signer = TokenSigner("one")
    given = signer.make(7, lives_s=600)
    assert signer.read(given) is not None
    in_time = time.time()
    monkeypatch.setattr(time, "time", lambda: in_time + 601)
    assert signer.read(given) is None


def test_a_counter_killed_in_a_rush_loses_no_answered_order_and_sells_nothing_twice() -> None:
    world = two_buyers_one_lot.make(quantity=400)
    counter = Counter()
    counter.start()
    offer, answered, stop = offer_code(world.offer.id), [], threading.Event()

    def buy(name: int) -> None:
        buyer = (world.anong.id, world.baisong.id)[name % 2]
        for number in range(60):
            while not stop.is_set():
                try:
                    status, answer = counter.post({"offer": offer, "quantity": 2}, buyer=buyer, key=f"{name}-{number}")
                except (OSError, http.client.HTTPException):
                    time.sleep(0.02)  # the same order again with the same key
                    continue
                if status == 201:
                    answered.append(answer["order"])
                break

    threads = [threading.Thread(target=buy, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        time.sleep(0.25)
        counter.kill()
        counter.start()
    for thread in threads:
        thread.join(60)
    stop.set()
    counter.kill()
    known = set(Order.objects.values_list("code", flat=True))
    assert set(answered) <= known
    assert queries.rush_figures() == queries.RushFigures(orders=200, oversold=0, duplicated=0)
    assert len(set(answered)) == 200


def test_two_counters_keep_one_persons_yearly_limit_over_two_lots_between_them() -> None:
    world = two_buyers_one_lot.make(quantity=1000)
    Offer.objects.update(trade_mode="cbec", buyer_year_g=30_000)  # ten fruit of 3 kg in a year
    GateState.objects.update(trade_mode="cbec")
    offers = [offer_code(world.offer.id), offer_code(two_buyers_one_lot.another_lot(world, "CTI-MT-0431").id)]
    counters = [Counter(), Counter()]
    placed, refused, barrier = [], set(), threading.Barrier(4)
    for counter in counters:
        counter.start()

    def want(name: int) -> None:
        barrier.wait(20)
        for number in range(10):
            body = {"offer": offers[(name + number) % 2], "quantity": 1}
            status, answer = counters[name % 2].post(body, buyer=world.anong.id, key=f"{name}-{number}")
            if status == 201:
                placed.append(answer["order"])
            else:
                refused.add((status, answer["type"]))

    threads = [threading.Thread(target=want, args=(name,)) for name in range(4)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    finally:
        for counter in counters:
            counter.kill()
    assert len(placed) == len(set(placed)) == Order.objects.count() == 10
    assert refused == {(409, "/problems/over-year-limit")}
