"""Baskets over several sellers: filled line by line, ordered whole or not at all, each line an order of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop as _

from samphao.core import clock
from samphao.core.codes import encode
from samphao.core.errors import HubError, NotFound, Refused
from samphao.trade.models import Basket, BasketLine, Offer, Order, Purchase, PurchaseLine, TradeMode
from samphao.trade.rush.statement import NUMBERS, PLACE, answers, parameters
from samphao.trade.types import OrderAnswer, OrderRequest, order_code

LINES_MAX = 50
VISITORS_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Shopper:
    """Whose baskets are meant: an organisation's, or those of whoever holds a visitor's token."""

    buyer: int | None = None
    token: str = ""

    @property
    def visitor(self) -> str:
        return hashlib.sha256(self.token.encode()).hexdigest() if self.token and self.buyer is None else ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """To whom a purchase goes; `email` is given by visitors, who have no log-in to come back with."""

    address: Mapping[str, str]
    email: str = ""


class BasketRefused(HubError):
    """Nothing was ordered: `refused` tells, for each offer that could not be had, what the order counter answered."""

    status, code = 409, "basket-refused"

    def __init__(self, refused: Mapping[int, OrderAnswer]) -> None:
        super().__init__(_("Nothing was ordered: not everything in the basket can be had."))
        self.refused = refused


def baskets_of(shopper: Shopper) -> QuerySet[Basket]:
    """Return the baskets that have not been ordered yet."""
    return _owned(shopper).filter(purchase=None)


def put_in_basket(shopper: Shopper, offer: int, quantity: int) -> str:
    """Add selling units of an offer to the basket of its city; return the basket's code.

    Raises
    ------
    NotFound
        If there is no such offer.
    Refused
        If it sells no such quantity, or the basket is full.
    """
    found = Offer.objects.filter(pk=offer, replaced_at=None).first()
    if found is None:
        raise NotFound(_("This offer is no longer there."), offer=offer)
    with transaction.atomic():
        basket = _open_basket(shopper, found.destination)
        line, is_new = BasketLine.objects.get_or_create(basket=basket, offer=found, defaults={"quantity": quantity})
        total = quantity if is_new else line.quantity + quantity
        if quantity < 1 or not found.quantity_min <= total <= found.quantity_max:
            raise Refused(_("Choose a quantity that this offer sells."), offer=offer)
        if is_new and basket.lines.count() > LINES_MAX:
            raise Refused(_("This basket is full: order what is in it first."), basket=basket.code)
        BasketLine.objects.filter(pk=line.pk).update(quantity=total)
    return basket.code


def change_basket(shopper: Shopper, code: str, quantities: Mapping[int, int]) -> None:
    """Set the quantities of lines (by id); zero takes a line out. What an offer does not sell is refused as a whole."""
    with transaction.atomic():
        basket = _locked(shopper, code)
        for line in basket.lines.select_related("offer"):
            wanted = quantities.get(line.pk, line.quantity)
            if wanted and not line.offer.quantity_min <= wanted <= line.offer.quantity_max:
                raise Refused(_("Choose a quantity that this offer sells."), offer=line.offer_id)
            if wanted:
                BasketLine.objects.filter(pk=line.pk).update(quantity=wanted)
            else:
                line.delete()


def take_over_baskets(token: str, buyer: int) -> int:
    """Move what a visitor gathered into the baskets of the buyer as whom he signed in; return how many lines."""
    moved = 0
    with transaction.atomic():
        for basket in baskets_of(Shopper(token=token)).select_for_update(of=("self",)).order_by("id"):
            mine = _open_basket(Shopper(buyer), basket.destination)
            for line in basket.lines.select_related("offer"):
                kept, is_new = BasketLine.objects.get_or_create(
                    basket=mine, offer=line.offer, defaults={"quantity": line.quantity}
                )
                if not is_new:
                    most = min(kept.quantity + line.quantity, line.offer.quantity_max)
                    BasketLine.objects.filter(pk=kept.pk).update(quantity=most)
                moved += 1
            basket.delete()
    return moved


def purchase_of_basket(shopper: Shopper, code: str) -> str | None:
    """Return the code of what a shopper's basket became, if it was ordered."""
    found = Purchase.objects.filter(basket__in=_owned(shopper), basket__code=code).values_list("code", flat=True)
    return found.first()


def order_basket(shopper: Shopper, code: str, delivery: Delivery, *, buyer: int) -> str:
    """Order everything in a basket, or nothing; return the purchase's code. Sent twice, it is ordered once.

    Raises
    ------
    NotFound
        If the basket is not this shopper's.
    Refused
        If it is empty, or a visitor wants what is only sold to somebody who is known.
    BasketRefused
        If the order counter refuses a line.
    """
    with transaction.atomic():
        basket = _locked(shopper, code)
        before = purchase_of_basket(shopper, code)  # the other tab was first, and this one waited for it
        if before:
            return before
        lines = list(basket.lines.select_related("offer__lot").order_by("offer__lot", "offer"))
        if not lines:
            raise Refused(_("The basket is empty."), basket=code)
        if shopper.buyer is None:
            _require_open_to_visitors(lines)
        placed = _place(basket, lines, buyer)
        purchase = _record(basket, placed, delivery, buyer)
    return purchase.code


def _place(basket: Basket, lines: list[BasketLine], buyer: int) -> list[OrderAnswer]:
    """Ask the order counter's statement line by line, so that each sees the ones before it; any refusal undoes them all.

    Locks come as the statement takes them: the buyer's yearly limits before lots, lots in the order of their ids.
    """
    with connection.cursor() as cursor:
        if any(line.offer.buyer_year_g or line.offer.buyer_year_minor for line in lines):
            cursor.execute("SELECT pg_advisory_xact_lock(20190101, %s::integer)", [buyer])
        cursor.execute(NUMBERS, [len(lines)])
        placed = []
        for line, number in zip(lines, cursor.fetchone()[0], strict=True):
            request = OrderRequest(buyer, f"{basket.code}/{line.offer_id}", line.offer_id, line.quantity)
            cursor.execute(PLACE, parameters([request], [order_code(number)]))
            placed += answers(cursor.fetchone())
    refused = {line.offer_id: answer for line, answer in zip(lines, placed, strict=True) if not answer.is_order}
    if refused:
        raise BasketRefused(refused)
    return placed


def _record(basket: Basket, placed: list[OrderAnswer], delivery: Delivery, buyer: int) -> Purchase:
    number = _next_number("trade_purchase")
    purchase = Purchase.objects.create(
        id=number, code=encode("PU", number), basket=basket, buyer_id=buyer, address=dict(delivery.address), email=delivery.email,
        currency=placed[0].currency, amount_minor=sum(answer.amount_minor for answer in placed), placed_at=clock.now(),
    )  # fmt: skip
    ids = Order.objects.filter(code__in=[answer.order for answer in placed]).values_list("id", flat=True)
    PurchaseLine.objects.bulk_create(PurchaseLine(purchase=purchase, order_id=order) for order in sorted(ids))
    return purchase


def _require_open_to_visitors(lines: list[BasketLine]) -> None:
    """Limits per person mean nothing for somebody whom nobody knows: he has to sign in for these."""
    for line in lines:
        if line.offer.trade_mode == TradeMode.CBEC or line.offer.lot.buyer_limit is not None:
            raise Refused(_("Sign in to order this: it is limited per person."), lot=line.offer.lot.code)


def _owned(shopper: Shopper) -> QuerySet[Basket]:
    if shopper.buyer is not None:
        return Basket.objects.filter(buyer=shopper.buyer)
    return Basket.objects.filter(visitor=shopper.visitor) if shopper.visitor else Basket.objects.none()


def _locked(shopper: Shopper, code: str) -> Basket:
    basket = _owned(shopper).select_for_update().filter(code=code).first()
    if basket is None:
        raise NotFound(_("There is no such basket."), basket=code)
    return basket


def _open_basket(shopper: Shopper, destination: str) -> Basket:
    """Return the basket for a city; two tabs that begin one wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(20190102, hashtext(%s))", [f"{shopper.buyer}/{shopper.visitor}/{destination}"]
        )
    found = baskets_of(shopper).filter(destination=destination).order_by("id").first()
    if found:
        Basket.objects.filter(pk=found.pk).update(changed_at=clock.now())
        return found
    number = _next_number("trade_basket")
    return Basket.objects.create(
        id=number,
        code=encode("BK", number),
        buyer_id=shopper.buyer,
        visitor=shopper.visitor,
        destination=destination,
        changed_at=clock.now(),
    )


def _next_number(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        return int(cursor.fetchone()[0])


def forget_baskets() -> int:
    """Delete visitors' baskets that nobody has touched for a month."""
    before = clock.now() - VISITORS_KEPT
    gone, _rows = Basket.objects.filter(changed_at__lt=before, purchase=None).exclude(visitor="").delete()
    return int(gone)
