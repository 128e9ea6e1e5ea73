"""A lot that a seller puts on sale is priced and judged; a change makes new prices, and orders keep the old ones."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from worlds import own_listing
from worlds.own_listing import durian

from samphao.accounts.models import Organisation, Registration
from samphao.core import events
from samphao.core.models import HubSettings
from samphao.trade import queries, services
from samphao.trade.listings import list_lot
from samphao.trade.models import GateState, Lot, ModeState, Offer
from samphao.trade.types import TERMS_2018, OrderRequest, OwnLot, PayoutSchedule, Placement

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_reset")]


@pytest.fixture
def world(clock_reset: None) -> own_listing.World:
    return own_listing.make()


def listed(world: own_listing.World, own: OwnLot | None = None) -> Lot:
    who = world.viewer("somchai")
    code = list_lot(own or durian(), producer=world.ids["somchai"], viewer=who, by="somchai").lot
    assert events.deliver() >= 1
    return Lot.objects.get(code=code)


def offers(lot: Lot, **only: object) -> list[Offer]:
    return list(Offer.objects.filter(lot=lot, replaced_at=None, **only).order_by("quantity_min"))


def test_a_listed_lot_has_prices_whose_lines_add_up_and_judged_gates(world: own_listing.World) -> None:
    lot = listed(world)
    carton = offers(lot, destination="KMG", kind="wholesale")[0]
    assert carton.lot_units == 18
    assert carton.price_minor == sum(line["amount_minor"] for line in carton.lines)
    assert carton.valid_to == lot.closes_at
    assert offers(lot, destination="BKK", trade_mode="domestic")
    assert GateState.objects.get(lot=lot, destination="KMG", gate="to_list").is_open
    assert queries.offers_whose_lines_do_not_add_up() == 0


def test_delivered_twice_the_prices_stand_once(world: own_listing.World) -> None:
    from samphao.workflows.listing import lots_offered

    lot = listed(world)
    before = len(offers(lot))
    lots_offered({"lots": [lot.code]})
    assert len(offers(lot)) == before


def test_a_buyer_orders_by_the_new_price_and_the_order_before_keeps_the_old(world: own_listing.World) -> None:
    lot = listed(world)
    buyer = Organisation.objects.create(code="buyer", kind="buyer", legal_form="company", name_en="Buyer", country="CN")
    old = offers(lot, destination="KMG", kind="wholesale")[0]
    first = services.place_order(OrderRequest(buyer.pk, "first", old.pk, 2))
    services.change_lot(lot.code, durian(price_minor=12_000), viewer=world.viewer("somchai"), by="somchai")
    events.deliver()
    new = offers(lot, destination="KMG", kind="wholesale")[0]
    assert new.price_minor < old.price_minor
    assert services.place_order(OrderRequest(buyer.pk, "late", old.pk, 1)).placement == Placement.PRICE_EXPIRED
    second = services.place_order(OrderRequest(buyer.pk, "second", new.pk, 2))
    assert (first.amount_minor, second.amount_minor) == (2 * old.price_minor, 2 * new.price_minor)
    shown = queries.lot_with_offers(lot.code)
    assert shown is not None
    assert old.pk not in {offer.pk for offer in shown.offers.all()}


def test_steps_are_offers_that_begin_where_the_last_ends(world: own_listing.World) -> None:
    lot = listed(world, durian(steps=((180, 15_000), (900, 14_000)), minimum_units=36))
    rows = offers(lot, destination="KMG", kind="wholesale", trade_mode="general")
    assert [(row.quantity_min, row.quantity_max) for row in rows] == [(2, 9), (10, 49), (50, 500)]
    assert rows[0].price_minor > rows[1].price_minor > rows[2].price_minor
    assert not offers(lot, destination="KMG", kind="household"), "nobody buys two cartons by the kilogram"
    buyer = Organisation.objects.create(code="buyer", kind="buyer", legal_form="company", name_en="Buyer", country="CN")
    for offer, quantity, placed in ((rows[0], 1, False), (rows[0], 10, False), (rows[1], 10, True)):
        answer = services.place_order(OrderRequest(buyer.pk, f"{offer.pk}-{quantity}", offer.pk, quantity))
        assert (answer.placement == Placement.PLACED) is placed


def test_a_smallest_order_that_no_way_reaches_is_told_as_the_sellers_own(world: own_listing.World) -> None:
    lot = listed(world, durian(minimum_units=2000, quantity=2000))
    state = ModeState.objects.get(lot=lot, destination="BKK", trade_mode="domestic")
    wholesale = offers(lot, destination="BKK", kind="wholesale")
    assert state.is_open == bool(wholesale)
    lot = listed(world, durian(carton_units=1, minimum_units=600, quantity=2000))
    state = ModeState.objects.get(lot=lot, destination="KMG", trade_mode="general")
    assert not state.is_open
    assert state.findings[0]["rule"] == "seller-minimum"
    assert "600 kg" in state.findings[0]["refusal_en"]
    assert "600 kg" in state.findings[0]["refusal_zh"]


def test_terms_that_no_carrier_keeps_shut_the_way(world: own_listing.World) -> None:
    slow = listed(world, durian(schedule=PayoutSchedule(delivery_days=1)))
    state = ModeState.objects.get(lot=slow, destination="KMG", trade_mode="general")
    assert (state.is_open, state.findings[0]["rule"]) == (False, "seller-delivery")
    assert not offers(slow, destination="KMG")
    lot = listed(world, durian(schedule=TERMS_2018))
    assert all(row.promised_days <= 7 for row in offers(lot))


def test_a_missing_paper_shuts_the_gate_and_the_price_stands(world: own_listing.World) -> None:
    Registration.objects.filter(scheme="gacc_packing_house").update(status="suspended")
    lot = listed(world)
    gate = GateState.objects.get(lot=lot, destination="KMG", gate="to_list")
    assert not gate.is_open
    assert [row["rule"] for row in gate.findings if row["is_met"] is False] == ["list-packing-house-gacc"]


def test_only_where_the_hub_sells_to_there_is_a_price(world: own_listing.World) -> None:
    HubSettings.objects.update(corridors=["TH"])
    lot = listed(world)
    assert {row.destination for row in offers(lot)} == {"BKK"}


def test_a_withdrawn_lot_has_no_price_that_holds(world: own_listing.World) -> None:
    lot = listed(world)
    services.withdraw_lot(lot.code, reason="", viewer=world.viewer("somchai"), by="somchai")
    offer = offers(lot, destination="KMG", kind="wholesale")[0]
    buyer = Organisation.objects.create(code="buyer", kind="buyer", legal_form="company", name_en="Buyer", country="CN")
    answer = services.place_order(OrderRequest(buyer.pk, "late", offer.pk, 1))
    assert answer.placement == Placement.CLOSED
    assert not GateState.objects.filter(lot=lot, gate="to_list", passed_on=None, is_open=True).exists()


def test_what_a_seller_has_counts_for_the_tax_of_his_next_lot(world: own_listing.World) -> None:
    listed(world)
    assert queries.worth_of(["somchai"]) == {"somchai": 2000 * 16_000}
    listed(
        world,
        durian(
            harvest_from=own_listing.HARVEST_FROM + timedelta(days=3),
            harvest_to=own_listing.HARVEST_TO + timedelta(days=3),
        ),
    )
    assert queries.worth_of(["somchai"])["somchai"] == 2 * 2000 * 16_000
    assert Decimal(queries.worth_of([]).get("malee", 0)) == 0
