"""The order counter over HTTP: `POST /orders` with a pass as bearer token and an Idempotency-Key; `GET /live/CODE` beside it.

The endpoint of orders is a bare ASGI callable below Starlette's routing, for each layer between costs orders.
Refusals are JSON problems (RFC 9457).
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from samphao.core.tokens import TokenSigner
from samphao.trade.rush.counter import BATCH_MAX, CounterBusy, OrderCounter, TooManyAtOnce
from samphao.trade.rush.live import Live
from samphao.trade.types import KEY_LENGTH_MAX, OrderAnswer, OrderRequest, Placement, offer_id

BODY_MAX = 2000
JSON = (b"content-type", b"application/json")
PROBLEM = (b"content-type", b"application/problem+json")

REFUSALS: dict[Placement, tuple[int, str, str]] = {
    Placement.KEY_REUSED: (
        422,
        "key-reused",
        "This Idempotency-Key was used with another order; send a new key with a new order.",
    ),
    Placement.UNKNOWN_OFFER: (404, "unknown-offer", "There is no such offer; take its code from the listing."),
    Placement.NOT_OPEN_YET: (409, "not-open-yet", "This lot is not on sale yet."),
    Placement.CLOSED: (409, "closed", "The sale of this lot has closed."),
    Placement.GATE_SHUT: (
        409,
        "gate-shut",
        "This lot may not be sold to this destination now; the listing says which paper is missing.",
    ),
    Placement.SOLD_OUT: (409, "sold-out", "Not enough of this lot is left."),
    Placement.OVER_LIMIT: (409, "over-limit", "This is more than one buyer may order of this lot."),
    Placement.BAD_QUANTITY: (422, "bad-quantity", "The quantity is outside what this offer sells at once."),
    Placement.NO_CORRIDOR: (409, "no-corridor", "This hub does not sell to the country of this destination."),
    Placement.PRICE_EXPIRED: (409, "price-expired", "This price is no longer valid; ask for the listing again."),
    Placement.OVER_YEAR_LIMIT: (
        409,
        "over-year-limit",
        "This is more than one person may have of this good, or spend, in a year of cross-border retail.",
    ),
    Placement.NOT_IN_TURN: (
        403,
        "not-in-turn",
        "This lot is sold in a campaign: take a place in its queue, and order with the pass that you get when it is your turn.",
    ),
}

WITH_UNITS_LEFT = (Placement.SOLD_OUT, Placement.OVER_LIMIT, Placement.OVER_YEAR_LIMIT)


UNREADABLE: dict[str, tuple[int, str]] = {
    "not-signed-in": (401, "Send a valid buyer token as `Authorization: Bearer ...`."),
    "no-key": (400, f"Send an Idempotency-Key of 1 to {KEY_LENGTH_MAX} characters, new for each order."),
    "bad-json": (400, "The body is not JSON."),
    "bad-body": (400, 'The body is an object such as {"offer": "OF-7F3K-2QJ9", "quantity": 2}.'),
    "too-large": (413, f"An order is at most {BODY_MAX} bytes."),
    "too-many-at-once": (429, "Too many of your orders wait already. Wait for their answers, then send again."),
    "busy": (
        503,
        "The counter cannot answer now. Send the same request with the same key again: it will not order twice.",
    ),
}
"""Requests that were not understood, or that nobody could answer: status and sentence of each problem."""


class BadRequest(Exception):
    """A request that the counter cannot take; `code` is a problem of UNREADABLE unless a sentence is given."""

    def __init__(self, code: str, title: str = "", status: int = 0) -> None:
        known_status, known = UNREADABLE.get(code, (status, title))
        super().__init__(title or known)
        self.status, self.code, self.title = status or known_status, code, title or known


class PlaceOrder:
    """The endpoint."""

    def __init__(self, signer: TokenSigner, counter: OrderCounter, live: Live) -> None:
        self._signer = signer
        self._counter = counter
        self._live = live

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            request, sale = await self._read(scope, receive)
            if (wanted := self._live.sales.get(request.offer)) is not None and sale != wanted:
                await self._send_to_queue(send, wanted)
                return
            answer = await self._counter.place(request)
        except BadRequest as bad:
            await respond(send, bad.status, PROBLEM, problem(bad.status, bad.code, bad.title))
        except CounterBusy as busy:
            await come_again(send, "busy", busy.again_s)
        except TooManyAtOnce:
            await come_again(send, "too-many-at-once", 1)
        else:
            await reply(send, answer)

    async def _read(self, scope: Scope, receive: Receive) -> tuple[OrderRequest, int]:
        """Return the order and the sale that its pass is for."""
        token = key = ""
        for name, value in scope["headers"]:
            if name == b"authorization":
                token = value.decode("latin-1").removeprefix("Bearer ")
            elif name == b"idempotency-key":
                key = value.decode("latin-1")
        given = self._signer.read(token) if token else None
        if given is None:
            raise BadRequest("not-signed-in")
        if not 0 < len(key) <= KEY_LENGTH_MAX:
            raise BadRequest("no-key")
        offer, quantity = parse(await read_body(receive))
        return OrderRequest(given.buyer, key, offer, quantity), given.sale

    async def _send_to_queue(self, send: Send, sale: int) -> None:
        status, code, title = REFUSALS[Placement.NOT_IN_TURN]
        await respond(send, status, PROBLEM, problem(status, code, title, campaign=self._live.codes.get(sale, "")))


async def come_again(send: Send, code: str, again_s: int) -> None:
    status, title = UNREADABLE[code]
    await respond(send, status, PROBLEM, problem(status, code, title), ((b"retry-after", b"%d" % again_s),))


def parse(body: bytes) -> tuple[int, int]:
    """Return the offer's id and the quantity; an offer code with a wrong check character is refused here already."""
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest("bad-json", f"The body is not JSON: {error}.") from None
    if not isinstance(fields, dict) or not isinstance(fields.get("offer"), str):
        raise BadRequest("bad-body")
    quantity = fields.get("quantity")
    if type(quantity) is not int or not 0 < quantity < 1_000_000:
        raise BadRequest("bad-quantity", "`quantity` is a whole number from 1.", 400)
    offer = offer_id(fields["offer"])
    if offer is None:
        raise BadRequest("unknown-offer", "There is no such offer: its code is mistyped.", 404)
    return offer, quantity


async def read_body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > BODY_MAX:
            raise BadRequest("too-large")
    return body


def problem(status: int, code: str, title: str, **details: Any) -> bytes:
    return orjson.dumps({"type": f"/problems/{code}", "title": title, "status": status, **details})


async def reply(send: Send, answer: OrderAnswer) -> None:
    if not answer.is_order:
        status, code, title = REFUSALS[answer.placement]
        left = {"units_left": answer.units_left} if answer.placement in WITH_UNITS_LEFT else {}
        await respond(send, status, PROBLEM, problem(status, code, title, **left))
        return
    body = {
        "order": answer.order,
        "state": "held",
        "amount_minor": answer.amount_minor,
        "currency": answer.currency,
        "hold_expires_at": answer.hold_expires_at,
    }
    repeated = ((b"idempotency-replayed", b"true"),) if answer.placement is Placement.REPEATED else ()
    await respond(send, 201, JSON, orjson.dumps(body), repeated)


async def respond(
    send: Send, status: int, kind: tuple[bytes, bytes], body: bytes, more: tuple[tuple[bytes, bytes], ...] = ()
) -> None:
    headers = [kind, (b"content-length", b"%d" % len(body)), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class CounterApplication(Starlette):
    """Orders go straight to the endpoint, everything else through Starlette, whose layers cost a tenth of the rate."""

    def __init__(
        self, endpoint: PlaceOrder, live: Live, lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]]
    ) -> None:
        routes = [Route("/orders", endpoint, methods=["POST"]), Route("/live/{code}", live.answer)]
        super().__init__(routes=routes, lifespan=lifespan)
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_order = (
            scope["type"] == "http" and scope["method"] == "POST" and scope["path"] == scope["root_path"] + "/orders"
        )
        await (self._endpoint if is_order else super().__call__)(scope, receive, send)


def build(database_url: str, secret: str, batch_max: int = BATCH_MAX) -> CounterApplication:
    """Return the counter's application; its connections open with the application's lifespan."""
    counter = OrderCounter(database_url, batch_max)
    live = Live(database_url, counter.share)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await counter.start()
        await live.start()
        yield
        await live.stop()
        await counter.stop()

    return CounterApplication(PlaceOrder(TokenSigner(secret), counter, live), live, lifespan)


def from_environment() -> CounterApplication:
    """Return the application for a process of its own (`samphao up` sets its environment)."""
    batch_max = int(os.environ.get("SAMPHAO_COUNTER_BATCH", BATCH_MAX))
    return build(os.environ["SAMPHAO_COUNTER_DATABASE"], os.environ["SAMPHAO_SECRET"], batch_max)
