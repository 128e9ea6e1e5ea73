"""A price that was replaced is history: nobody gathers, waits for or counts by it; a lot's own claim terms hold for its claims."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from worlds import own_listing
from worlds.own_listing import durian

from samphao.core import clock, events
from samphao.core.errors import NotFound, Refused
from samphao.trade import queries
from samphao.trade.listings import change_lot, list_lot
from samphao.trade.models import BasketLine, Lot, Offer, Order
from samphao.trade.services import Shopper, change_basket, join_line, put_in_basket, withdraw_lot
from samphao.trade.types import PayoutSchedule

pytestmark = pytest.mark.django_db
SHOPPER = Shopper(token="a visitor's")


@pytest.fixture
def world(clock_reset: None) -> own_listing.World:
    return own_listing.make()


def listed(world: own_listing.World, **changes: object) -> Lot:
    written = list_lot(durian(**changes), producer=world.ids["somchai"], viewer=world.viewer("somchai"), by="somchai")
    events.deliver()
    return Lot.objects.get(code=written.lot)


def cartons(lot: Lot) -> Offer:
    found = Offer.objects.filter(lot=lot, destination="KMG", kind="wholesale", replaced_at=None).first()
    assert found is not None
    return found


def test_an_old_price_is_found_nowhere(world: own_listing.World) -> None:
    lot = listed(world)
    old = cartons(lot)
    counted = sum(queries.offers_by_mode().values())
    put_in_basket(SHOPPER, old.pk, old.quantity_min)
    change_lot(lot.code, durian(price_minor=17_000), viewer=world.viewer("somchai"), by="somchai")
    events.deliver()
    new = cartons(lot)
    assert new.price_minor > old.price_minor
    with pytest.raises(NotFound):
        put_in_basket(SHOPPER, old.pk, 1)
    with pytest.raises(NotFound):
        join_line(old.pk, world.ids["somchai"], 1)
    assert sum(queries.offers_by_mode().values()) == counted
    shown = queries.lot_with_offers(lot.code)
    assert shown is not None
    assert old.pk not in {offer.pk for offer in shown.offers.all()}
    assert old.pk not in {offer.id for offer in queries.offers_for_sale()}


def test_a_basket_holds_the_sellers_smallest_order(world: own_listing.World) -> None:
    lot = listed(world, minimum_units=180)
    offer = cartons(lot)
    assert offer.quantity_min == 10
    with pytest.raises(Refused):
        put_in_basket(SHOPPER, offer.pk, 9)
    code = put_in_basket(SHOPPER, offer.pk, 10)
    basket = queries.baskets_to_show(SHOPPER).get(code=code)
    line = basket.lines.get()
    with pytest.raises(Refused):
        change_basket(SHOPPER, code, {line.pk: 9})
    change_basket(SHOPPER, code, {line.pk: 0})
    assert not BasketLine.objects.filter(basket=basket).exists()


def test_what_was_withdrawn_is_no_declared_harvest(world: own_listing.World) -> None:
    lot = listed(world)
    start = lot.harvest_from - timedelta(days=7)
    week = queries.ripening(["durian-fresh"], start, start + timedelta(days=28))
    assert round(sum(row.declared_kg for row in week)) == 2000
    withdraw_lot(lot.code, reason="hail", viewer=world.viewer("somchai"), by="somchai")
    week = queries.ripening(["durian-fresh"], start, start + timedelta(days=28))
    assert round(sum(row.declared_kg for row in week)) == 0
    assert (
        queries.declared_by_month(["durian-fresh"], lot.harvest_from.year)[
            "durian-fresh", "TH-22", lot.harvest_from.month
        ]
        == 0
    )


def test_a_claim_is_open_as_long_as_the_lots_own_window(world: own_listing.World) -> None:
    lot = listed(world, schedule=replace(PayoutSchedule(), claim_hours=72))
    order = Order(lot=lot, state="delivered", delivered_at=clock.now() - timedelta(hours=60))
    assert queries.may_claim(order, clock.now())
    assert not queries.may_claim(order, clock.now() + timedelta(hours=12))
