"""A load of orders over raw sockets, for the season and for `samphao bench rush`.

An ordinary HTTP client of Python would be measured instead of the counter: this one sends prepared bytes and reads the
status and the body's first field, nothing else. Loopback only.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.1"


@dataclass(slots=True)
class Outcome:
    """What the load saw: counts by HTTP status, codes of the orders answered 201, who was refused, latencies in seconds."""

    statuses: dict[int, int] = field(default_factory=dict)
    orders: list[str] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)


class _Connection:
    __slots__ = ("buffer", "number", "sent_at", "socket")

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((LOOPBACK, port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.buffer = b""
        self.sent_at = 0.0
        self.number = 0


def order_bytes(token: str, key: str, offer: str, quantity: int) -> bytes:
    body = b'{"offer":"%s","quantity":%d}' % (offer.encode(), quantity)
    head = (
        f"POST /orders HTTP/1.1\r\nHost: {LOOPBACK}\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def send_all(
    port: int, requests: Iterator[tuple[int, bytes]], connections: int, stop: Callable[[Outcome], bool] | None = None
) -> Outcome:
    """Send every (number, bytes), each on whichever of `connections` is free; stop early when `stop` says so."""
    outcome = Outcome()
    selector = selectors.DefaultSelector()
    busy = 0
    for _ in range(connections):
        request = next(requests, None)
        if request is None:
            break
        connection = _Connection(port)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        _send(connection, request)
        busy += 1
    stopping = False
    while busy:
        for key, _ in selector.select(timeout=30):
            connection = key.data
            if not _received(connection, outcome):
                continue
            stopping = stopping or (stop is not None and stop(outcome))
            request = None if stopping else next(requests, None)
            if request is None:
                selector.unregister(connection.socket)
                connection.socket.close()
                busy -= 1
            else:
                _send(connection, request)
    selector.close()
    return outcome


def _send(connection: _Connection, request: tuple[int, bytes]) -> None:
    connection.number, data = request
    connection.sent_at = time.perf_counter()
    connection.socket.sendall(data)


def _received(connection: _Connection, outcome: Outcome) -> bool:
    """Read what came; return whether an answer is complete, and count it."""
    data = connection.socket.recv(65536)
    if not data:
        raise ConnectionError("the order counter closed a connection in the middle of an answer")
    buffer = connection.buffer + data
    head = buffer.find(b"\r\n\r\n")
    if head < 0:
        connection.buffer = buffer
        return False
    at = buffer.find(b"content-length: ", 0, head) + 16
    length = int(buffer[at : buffer.find(b"\r\n", at)])
    if len(buffer) < head + 4 + length:
        connection.buffer = buffer
        return False
    connection.buffer = b""
    status = int(buffer[9:12])
    outcome.statuses[status] = outcome.statuses.get(status, 0) + 1
    outcome.latencies.append(time.perf_counter() - connection.sent_at)
    if status == 201:
        outcome.orders.append(buffer[head + 14 : head + 26].decode())  # {"order":"SO-7F3K-2QJ9"
    else:
        outcome.refused.append(connection.number)
    return True
