"""The hub's own web application, each answer telling in `x-queries` what it asked of the database: for `bench pages` alone.

The benchmark sends one request at a time, so that one tally is enough.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.backends.signals import connection_created
from starlette.types import Message, Receive, Scope, Send

from samphao.config.asgi import application as hub


class Tally:
    """Counts what Django sends to the database; the health check of a connection that is taken up again is not its own."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], *asked: Any) -> Any:
        self.count += 1
        return execute(*asked)

    def watch(self, connection: Any, **_: Any) -> None:
        if self not in connection.execute_wrappers:
            connection.execute_wrappers.append(self)


tally = Tally()
connection_created.connect(tally.watch)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    before = tally.count

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            queries = str(tally.count - before).encode()
            message = {**message, "headers": [*message["headers"], (b"x-queries", queries)]}
        await send(message)

    await hub(scope, receive, told)
