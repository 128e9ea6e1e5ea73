"""A basket over several sellers: ordered whole or not at all, once however often it is sent, by a buyer or by a visitor."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from worlds import market_morning

from samphao.accounts.models import Letter, Organisation, User
from samphao.core import clock, events
from samphao.core.errors import NotFound, Refused
from samphao.trade import services
from samphao.trade.models import Basket, BasketLine, Lot, Offer, Order, Purchase
from samphao.trade.services import BasketRefused, Delivery, Shopper
from samphao.trade.types import Placement, offer_code
from samphao.workflows import checkout

pytestmark = pytest.mark.django_db
DURIAN, LONGAN = "CTI-MT-0430", "CPN-LG-0718"
HOME = {"name": "Li Hua", "phone": "+86 138 0000 0000", "country": "CN", "country_area": "云南省", "city": "Kunming", "street_address": "1 Test Road", "postal_code": "650000"}  # fmt: skip
FORM = {key: value for key, value in HOME.items() if key != "country"}


@pytest.fixture
def morning(clock_reset: None) -> market_morning.World:
    world = market_morning.make()
    events.deliver()
    return world


def offer(lot: str, kind: str = "wholesale", to: str = "KMG") -> Offer:
    return Offer.objects.get(lot__code=lot, destination=to, kind=kind, trade_mode="general")


def fill(shopper: Shopper, durian: int = 2, longan: int = 3) -> str:
    services.put_in_basket(shopper, offer(DURIAN).pk, durian)
    return services.put_in_basket(shopper, offer(LONGAN).pk, longan)


def buyer_of(world: market_morning.World, name: str = "baisong") -> Shopper:
    return Shopper(world.parties[name].pk)


def counts() -> dict[str, tuple[int, int]]:
    return {lot.code: (lot.held, lot.sold) for lot in Lot.objects.all()}


def test_a_basket_becomes_an_order_for_each_sellers_offer_and_adds_up_to_the_satang(
    morning: market_morning.World,
) -> None:
    shopper = buyer_of(morning)
    code = checkout.check_out(shopper, fill(shopper), Delivery(HOME))
    purchase = Purchase.objects.get(code=code)
    orders = [line.order for line in purchase.lines.select_related("order__lot__listing")]
    assert {order.lot.code for order in orders} == {DURIAN, LONGAN}
    assert {order.lot.listing.producer_id for order in orders} == {
        Lot.objects.get(code=lot).listing.producer_id for lot in (DURIAN, LONGAN)
    }
    assert (
        purchase.amount_minor
        == sum(order.amount_minor for order in orders)
        == 2 * offer(DURIAN).price_minor + 3 * offer(LONGAN).price_minor
    )
    assert {order.state for order in orders} == {"held"}
    assert purchase.address == HOME


def test_the_same_goods_put_in_twice_are_one_line_and_limits_see_the_sum(morning: market_morning.World) -> None:
    shopper = buyer_of(morning)
    fill(shopper, 2, 1)
    code = fill(shopper, 3, 1)
    assert {line.offer_id: line.quantity for line in BasketLine.objects.filter(basket__code=code)} == {
        offer(DURIAN).pk: 5,
        offer(LONGAN).pk: 2,
    }
    with pytest.raises(Refused):
        services.put_in_basket(shopper, offer(DURIAN).pk, offer(DURIAN).quantity_max)
    assert BasketLine.objects.get(offer=offer(DURIAN)).quantity == 5


def test_what_cannot_be_had_is_told_and_nothing_is_ordered(morning: market_morning.World) -> None:
    shopper, before = buyer_of(morning), counts()
    code = fill(shopper)
    Lot.objects.filter(code=LONGAN).update(closes_at=clock.now() - timedelta(minutes=1))
    with pytest.raises(BasketRefused) as refused:
        checkout.check_out(shopper, code, Delivery(HOME))
    assert {key: answer.placement for key, answer in refused.value.refused.items()} == {
        offer(LONGAN).pk: Placement.CLOSED
    }
    assert counts() == before
    assert not Purchase.objects.exists()
    services.change_basket(shopper, code, {BasketLine.objects.get(offer=offer(LONGAN)).pk: 0})
    assert checkout.check_out(shopper, code, Delivery(HOME)), "without it, the rest can be had"


def test_a_basket_that_is_sent_twice_is_ordered_once(morning: market_morning.World) -> None:
    shopper = buyer_of(morning)
    code = fill(shopper)
    first = checkout.check_out(shopper, code, Delivery(HOME))
    before = counts()
    assert checkout.check_out(shopper, code, Delivery(HOME)) == first
    assert counts() == before
    assert Purchase.objects.count() == 1
    assert fill(shopper) != code, "what is put in afterwards is another basket"


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_send_the_same_basket_at_once_order_it_once(morning: market_morning.World) -> None:
    shopper = buyer_of(morning)
    code = fill(shopper)
    start, found = threading.Barrier(2), []

    def send() -> None:
        start.wait(10)
        try:
            found.append(checkout.check_out(shopper, code, Delivery(HOME)))
        finally:
            connections.close_all()

    tabs = [threading.Thread(target=send) for _ in range(2)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join(30)
    assert len(found) == 2
    assert len(set(found)) == 1
    assert Order.objects.filter(purchase_line__purchase__code=found[0]).count() == 2


def test_nobody_orders_or_changes_somebody_elses_basket(morning: market_morning.World) -> None:
    code = fill(buyer_of(morning))
    for stranger in (buyer_of(morning, "anong"), Shopper(token="guess"), Shopper()):
        with pytest.raises(NotFound):
            services.change_basket(stranger, code, {})
        with pytest.raises(NotFound):
            services.order_basket(stranger, code, Delivery(HOME), buyer=morning.parties["anong"].pk)


def test_what_a_visitor_gathered_goes_along_when_he_signs_in(morning: market_morning.World) -> None:
    shopper = buyer_of(morning)
    fill(shopper, 1, 1)
    fill(Shopper(token="mine"), 2, 2)
    assert services.take_over_baskets("mine", morning.parties["baisong"].pk) == 2
    basket = Basket.objects.get()
    assert sorted(basket.lines.values_list("quantity", flat=True)) == [3, 3]
    assert basket.buyer_id == shopper.buyer


def visit(language: str = "zh-hans") -> Client:
    return Client(headers={"accept-language": language})


def gather(client: Client, *lots: str) -> str:
    for lot in lots:
        row = offer(lot)
        assert (
            client.post("/basket/add/", {"offer": offer_code(row.pk), "lot": lot, "quantity": "2"}).status_code == 302
        )
    return Basket.objects.order_by("-id").first().code  # type: ignore[union-attr]


def test_a_visitor_orders_without_a_log_in_pays_and_comes_back_by_the_letter(morning: market_morning.World) -> None:
    Lot.objects.update(buyer_limit=None)
    client = visit()
    code = gather(client, DURIAN, LONGAN)
    page = client.get(f"/basket/{code}/checkout/").content.decode()
    assert 'autocomplete="postal-code"' in page
    answer = client.post(f"/basket/{code}/checkout/", FORM | {"email": "li@example.org"})
    assert answer.status_code == 302, re.findall(r'class="err">.*?</p>', answer.content.decode())
    purchase = Purchase.objects.get()
    assert answer.url == f"/purchases/{purchase.code}/"
    assert (purchase.buyer.legal_form, purchase.buyer.kind, purchase.buyer.name_en) == ("person", "buyer", "Li Hua")
    assert client.post(f"/basket/{code}/checkout/", FORM | {"email": "li@example.org"}).url == answer.url
    assert Organisation.objects.filter(code__startswith="VIS-").count() == 1, "sent twice, he is one buyer"

    letter = Letter.objects.get(purpose="purchase")
    assert letter.address == "li@example.org"
    link = re.search(r"/purchases/\S+", letter.text).group()  # type: ignore[union-attr]
    stranger = visit()
    assert stranger.get(f"/purchases/{purchase.code}/").status_code == 404
    assert stranger.get(f"/purchases/{purchase.code}/?t=guess").status_code == 404
    assert stranger.get(link, follow=True).status_code == 200
    assert client.post(f"/purchases/{purchase.code}/pay/").status_code == 302
    assert set(Order.objects.filter(purchase_line__purchase=purchase).values_list("state", flat=True)) == {"paid"}


def test_what_is_limited_per_person_asks_a_visitor_to_sign_in(morning: market_morning.World) -> None:
    Lot.objects.filter(code=DURIAN).update(buyer_limit=500)
    client = visit("en")
    code = gather(client, DURIAN)
    page = client.post(f"/basket/{code}/checkout/", FORM | {"email": "li@example.org"}).content.decode()
    assert "Sign in to order this: it is limited per person." in page
    assert not Purchase.objects.exists()
    assert not Organisation.objects.filter(code__startswith="VIS-").exists(), "nobody is made for what was not ordered"


@pytest.mark.parametrize(("part", "value", "told"), [
    ("postal_code", "6500", "This is no post code of that country."), ("street_address", "", "This field is required."), ("phone", "x", "Write a phone number"),
    ("country_area", "Bavaria", "Select a valid choice"), ("email", "", "This field is required."),
])  # fmt: skip
def test_a_wrong_address_is_told_at_its_field_and_nothing_is_lost(
    part: str, value: str, told: str, morning: market_morning.World
) -> None:
    client = visit("en")
    code = gather(client, DURIAN)
    page = client.post(f"/basket/{code}/checkout/", FORM | {"email": "li@example.org"} | {part: value}).content.decode()
    assert told in page
    assert "Li Hua" in page
    assert BasketLine.objects.get().quantity == 2


def test_a_price_that_ran_out_is_said_in_the_basket(morning: market_morning.World) -> None:
    client = visit("en")
    gather(client, DURIAN)
    Offer.objects.update(valid_to=clock.now() - timedelta(seconds=1))
    assert "This price is no longer valid" in client.get("/basket/").content.decode()


def test_the_buyer_sees_a_purchase_and_nobody_else_but_the_hub(morning: market_morning.World) -> None:
    shopper = buyer_of(morning)
    code = checkout.check_out(shopper, fill(shopper), Delivery(HOME))
    for person, status in (("baisong", 200), ("hub", 200), ("anong", 404), ("somchai", 404)):
        client = visit("th")
        client.force_login(User.objects.get(username=person))
        assert client.get(f"/purchases/{code}/").status_code == status, person
        assert client.post(f"/purchases/{code}/pay/").status_code == (302 if person == "baisong" else 404), person


def test_a_basket_costs_as_many_queries_with_one_line_as_with_many(morning: market_morning.World) -> None:
    client, seen = visit(), []
    for lot in (DURIAN, LONGAN):
        gather(client, lot)
        with CaptureQueriesContext(connection) as found:
            assert client.get("/basket/").status_code == 200
        seen.append(len(found))
    assert seen[0] == seen[1] <= 8


def test_old_baskets_of_visitors_are_forgotten_and_those_of_buyers_kept(morning: market_morning.World) -> None:
    fill(Shopper(token="mine"))
    fill(buyer_of(morning))
    assert services.forget_baskets() == 0
    clock.move_to(clock.now() + timedelta(days=31))
    assert services.forget_baskets() > 0
    assert Basket.objects.get().buyer_id is not None
