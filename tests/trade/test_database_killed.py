"""PostgreSQL is killed in the middle of a rush: no acknowledged order is lost, nothing is sold twice, and the sale goes on."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg
import pytest

from samphao.bench import rush
from samphao.core.postgres import EmbeddedPostgres, embedded
from samphao.core.tokens import TokenSigner
from samphao.trade.types import offer_code

pytestmark = [
    pytest.mark.xdist_group("http"),
    pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="only a server of our own may be killed"),
]
UNITS, BUYERS = 600, 6


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    """Yield a server of this test alone, with the hub's tables."""
    running = embedded("killed")
    running.remove()
    running.start()
    subprocess.run(
        [sys.executable, "-m", "samphao", "migrate", "--quiet"],
        check=True,
        env={**os.environ, "DATABASE_URL": running.url, "DJANGO_SETTINGS_MODULE": "samphao.config.settings"},
    )
    yield running
    running.remove()


def post(port: int, token: str, key: str, offer: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(
            "POST",
            "/orders",
            json.dumps({"offer": offer, "quantity": 1}),
            {"Authorization": f"Bearer {token}", "Idempotency-Key": key},
        )
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()).get("order", "")
    finally:
        connection.close()


@dataclass
class Sale:
    """What buyers were told while they bought."""

    offer: str
    acknowledged: list[str] = field(default_factory=list)
    signer: TokenSigner = field(default_factory=lambda: TokenSigner(rush.SECRET))

    def buy(self, port: int, buyer: int) -> None:
        """Order one fruit after the other until there is none; an order that nobody could answer is sent again with its key."""
        token = self.signer.make(buyer + 2, sale=rush.SALE)
        for number in range(UNITS):
            status, order = self.insist(port, token, f"{buyer}-{number}")
            if status != 201:
                return
            self.acknowledged.append(order)

    def insist(self, port: int, token: str, key: str) -> tuple[int, str]:
        for _ in range(120):
            status, order = post(port, token, key, self.offer)
            if status != 503:
                break
            time.sleep(0.1)
        return status, order

    def wait_for(self, orders: int) -> None:
        deadline = time.monotonic() + 60
        while len(self.acknowledged) < orders and time.monotonic() < deadline:
            time.sleep(0.005)


def test_a_database_killed_in_a_rush_loses_no_acknowledged_order(server: EmbeddedPostgres) -> None:
    sale = Sale(offer_code(rush.prepare(server.url, UNITS, limit=UNITS)))
    with rush.server("samphao.config.counter:from_environment", SAMPHAO_COUNTER_DATABASE=server.url) as port:
        threads = [threading.Thread(target=sale.buy, args=(port, buyer)) for buyer in range(BUYERS)]
        for thread in threads:
            thread.start()
        for orders in (100, 300):
            sale.wait_for(orders)
            os.kill(server.postmaster_pid(), signal.SIGKILL)
            _wait_until_dead(server)
            server.start()
        for thread in threads:
            thread.join(120)

    with psycopg.connect(server.url) as connection:
        known = {row[0] for row in connection.execute("SELECT code FROM trade_order")}
        keys = connection.execute("SELECT count(DISTINCT (buyer_id, idempotency_key)) FROM trade_order").fetchone()
        held = connection.execute("SELECT held + sold FROM trade_lot").fetchone()
    assert set(sale.acknowledged) <= known
    assert len(sale.acknowledged) == len(set(sale.acknowledged)) == UNITS, "the sale went on to the last fruit"
    assert (keys, held) == ((UNITS,), (UNITS,))


def _wait_until_dead(server: EmbeddedPostgres) -> None:
    """Wait until the signal has come through."""
    deadline = time.monotonic() + 30
    while server.is_running() and time.monotonic() < deadline:
        time.sleep(0.05)
