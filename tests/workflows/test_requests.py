"""From a request to a signature: who is told, who sees what, versions that stay, validity by the clock, two tabs, a permit."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from worlds import requested
from worlds.requested import BUYER, CARTONS, LOTS, MATE, OUTSIDER, SELLERS, STAFF, World

from samphao.accounts.models import Notice
from samphao.core import clock
from samphao.core.errors import Conflict, HubError, NotFound, Refused
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.contract_models import Contract, Quote, QuoteVersion, Rfq
from samphao.trade.models import GateState, Lot, Offer, Order
from samphao.trade.types import OrderRequest, Placement
from samphao.workflows import requests
from samphao.workflows.quote_prices import QuotePricer

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(clock_reset: None) -> World:
    return requested.make()


def told(world: World, party: str, subject: str) -> list[Notice]:
    return list(Notice.objects.filter(organisation=world.morning.parties[party], subject=subject).order_by("id"))


def test_every_seller_whose_goods_fit_is_told_in_three_languages_and_nobody_else(world: World) -> None:
    code = requested.ask(world)
    for seller in SELLERS:
        (notice,) = told(world, seller, code)
        assert "900 kg" in notice.text_en
        assert "ทุเรียน" in notice.text_th
        assert "昆明" in notice.text_zh
    assert not told(world, "malee", code), "weavers grow no durian"
    assert [row.code for row in trade.requests_for_sellers(world.viewer("pranee"))] == [code]
    assert not trade.requests_for_sellers(world.viewer("malee"))
    assert trade.request_for(code, world.viewer("malee")) is None
    assert trade.request_for(code, world.viewer(OUTSIDER)) is None
    assert trade.request_for(code, world.viewer(MATE)) is not None


def test_only_a_buyer_asks_and_only_for_what_can_be(world: World) -> None:
    with pytest.raises(Refused, match="buys"):
        requests.ask(requested.spec(), viewer=world.viewer("somchai"), by="somchai")
    today = clock.today()
    for wrong in ({"quantity_kg": 0}, {"wanted_by": today}, {"incoterm": "FOB"}, {"certificates": ("fame",)}, {"good": "dragon"}, {"destination": "MOON"}, {"closes_at": clock.now()}):  # fmt: skip
        with pytest.raises(Refused):
            requested.ask(world, **wrong)
    assert not Rfq.objects.exists()


def test_a_quote_is_priced_to_the_door_step_by_step_and_the_lines_add_up(world: World) -> None:
    code = requested.quote(world, requested.ask(world))
    version = QuoteVersion.objects.get(quote__code=code)
    assert [row["from_kg"] for row in version.doors] == [0, 2_000]
    for row in version.doors:
        assert row["door_minor"] == sum(line["amount_minor"] for line in row["lines"])
        assert row["unit_minor"] == row["kg_minor"] * 3
    assert version.doors[0]["door_minor"] > version.doors[1]["door_minor"]
    assert version.importer == world.morning.parties["importer"]
    assert told(world, BUYER, code)


@pytest.mark.parametrize(
    ("term", "borne"),
    [
        ("CPT", {"carriage_to_entry"}),
        ("CIP", {"carriage_to_entry", "insurance"}),
        ("DAP", {"carriage_to_entry", "insurance", "inland_carriage"}),
        ("DDP", {"carriage_to_entry", "insurance", "inland_carriage", "duty", "vat", "importer"}),
    ],
)
def test_what_the_term_makes_the_seller_pay_comes_out_of_his_price(world: World, term: str, borne: set[str]) -> None:
    lot = trade.quoted_lot(LOTS["somchai"])
    assert lot is not None
    pricer = QuotePricer()
    (door, *_) = pricer.price(lot, requested.terms(17_000, incoterm=term), "KMG").doors
    amounts = {str(line["kind"]): int(str(line["amount_minor"])) for line in door.lines}
    whole = amounts["goods"] + sum(amounts[kind] for kind in borne)
    quoted = round(170 * 18 * 0.219 * 100)
    one_satang_more = 0.219 * 6 * 1.2
    assert quoted - one_satang_more - 2 <= whole <= quoted
    assert door.door_minor == whole + sum(amount for kind, amount in amounts.items() if kind not in borne | {"goods"})


def test_a_price_below_what_its_term_costs_has_no_price_to_the_door_and_cannot_be_signed(world: World) -> None:
    code = requested.quote(world, requested.ask(world), price=600, steps=((0, 600),), incoterm="DAP")
    version = QuoteVersion.objects.get(quote__code=code)
    assert not version.doors
    assert version.refusals[0]["rule"] == "quote-covers-its-term"
    with pytest.raises(Refused, match="no price"):
        requested.sign(world, code)


def test_a_competitor_sees_neither_quote_nor_that_there_is_one(world: World) -> None:
    request = requested.ask(world)
    first, second = requested.quote(world, request), requested.quote(world, request, "pranee")
    rival = world.viewer("pranee")
    found = trade.request_for(request, rival)
    assert found is not None
    assert [row.code for row in trade.quotes_of(found.pk, rival)] == [second]
    assert trade.quote_for(first, rival) is None
    for step in (
        lambda: requests.counter(first, requested.terms(), viewer=rival, by="pranee"),
        lambda: requests.withdraw(first, viewer=rival, by="pranee"),
        lambda: requests.sign(first, 1, viewer=rival, by="pranee"),
    ):
        with pytest.raises(NotFound):
            step()
    assert {row.code for row in trade.quotes_of(found.pk, world.viewer(MATE))} == {first, second}
    assert trade.quotes_of(found.pk, world.viewer(OUTSIDER)) == []


def test_a_seller_quotes_once_from_a_lot_of_his_own(world: World) -> None:
    request = requested.ask(world)
    with pytest.raises(NotFound):
        requests.quote(request, LOTS["pranee"], requested.terms(), viewer=world.viewer("somchai"), by="somchai")
    requested.quote(world, request)
    with pytest.raises(Conflict, match="already"):
        requested.quote(world, request)
    quoted = Quote.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Quote.objects.create(
            code="QT-TWICE", rfq=quoted.rfq, seller=quoted.seller, lot=quoted.lot, quoted_at=clock.now()
        )
    requests.withdraw(quoted.code, viewer=world.viewer("somchai"), by="somchai")
    assert requested.quote(world, request), "after withdrawing he may quote anew"


def test_each_counter_is_a_new_dated_version_and_both_stay(world: World) -> None:
    code = requested.quote(world, requested.ask(world))
    assert (
        requests.counter(code, requested.terms(15_000, steps=((0, 15_000),)), viewer=world.viewer(MATE), by=MATE) == 2
    )
    assert (
        requests.counter(
            code, requested.terms(16_000, steps=((0, 16_000),)), viewer=world.viewer("somchai"), by="somchai"
        )
        == 3
    )
    versions = list(QuoteVersion.objects.filter(quote__code=code))
    assert [(row.side, row.steps[0][1]) for row in versions] == [
        ("seller", 17_000),
        ("buyer", 15_000),
        ("seller", 16_000),
    ]
    assert all(earlier.at <= later.at for earlier, later in itertools.pairwise(versions))
    for change in (lambda: QuoteVersion.objects.filter(number=1).update(lead_days=1), versions[0].delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert len(told(world, "somchai", code)) == 1
    assert len(told(world, BUYER, code)) == 2


def test_nobody_signs_his_own_word_an_old_version_or_one_whose_time_is_over(world: World) -> None:
    code = requested.quote(world, requested.ask(world))
    with pytest.raises(Refused, match="yours"):
        requested.sign(world, code, by="somchai")
    requests.counter(code, requested.terms(16_500, steps=((0, 16_500),)), viewer=world.viewer(BUYER), by=BUYER)
    with pytest.raises(Conflict, match="moved on"):
        requested.sign(world, code, 1)
    clock.move_to(clock.now() + timedelta(days=3, minutes=1))
    with pytest.raises(Refused, match="no longer valid"):
        requested.sign(world, code, 2, by="somchai")
    assert not Contract.objects.exists()


def test_the_seller_signs_a_buyers_counter(world: World) -> None:
    code = requested.quote(world, requested.ask(world))
    requests.counter(code, requested.terms(16_500, steps=((0, 16_500),)), viewer=world.viewer(BUYER), by=BUYER)
    contract = requested.sign(world, code, 2, by="somchai-mate")
    assert contract.version.steps == [[0, 16_500]]
    assert contract.order.offer.lines[0]["rule"].startswith("฿ 495 ×")


def test_a_signature_places_an_order_at_the_price_of_the_version_and_tells_who_was_not_chosen(world: World) -> None:
    request = requested.ask(world)
    code = requested.quote(world, request)
    requested.quote(world, request, "pranee")
    contract = requested.sign(world, code)
    order, lot = contract.order, Lot.objects.get(code=LOTS["somchai"])
    assert (order.state, order.quantity, order.lot_units, order.has_contract) == ("held", CARTONS, CARTONS * 6, True)
    assert lot.held >= CARTONS * 6
    assert order.amount_minor == CARTONS * contract.version.doors[0]["door_minor"]
    assert order.hold_expires_at - order.placed_at == timedelta(hours=72)
    assert [(row.trigger, row.percent) for row in contract.milestones.all()] == [
        ("money", 20),
        ("ticket", 50),
        ("arrival", 30),
    ]
    assert any("another seller" in row.text_en for row in told(world, "pranee", request))
    assert not trade.offers_whose_lines_do_not_add_up()


def test_nobody_else_orders_through_the_offer_of_a_contract_and_no_page_offers_it(world: World) -> None:
    contract = requested.signed(world, pay=False)
    request = OrderRequest(world.morning.parties["anong"].pk, "sly", contract.offer_id, CARTONS)
    assert services.place_order(request).placement == Placement.PRICE_EXPIRED
    assert contract.offer_id not in [row.id for row in trade.offers_for_sale()]
    shown = trade.lot_with_offers(contract.order.lot.code)
    assert shown is not None
    assert contract.offer_id not in [offer.pk for offer in shown.offers.all()]


def test_without_a_permit_for_all_of_it_nothing_is_signed(clock_reset: None) -> None:
    world = requested.make(permit_kg=899)
    code = requested.quote(world, requested.ask(world))
    with pytest.raises(Refused, match="No permit") as caught:
        requested.sign(world, code)
    assert caught.value.details["found"] == "899 kg"
    assert not Contract.objects.exists()
    assert not Order.objects.filter(has_contract=True).exists()
    assert Quote.objects.get().state == "open"


def test_a_permit_that_ends_before_the_goods_come_does_not_cover_them(world: World) -> None:
    code = requested.quote(world, requested.ask(world), lead_days=90)
    with pytest.raises(Refused, match="No permit"):
        requested.sign(world, code)


def test_a_shut_gate_or_too_little_of_the_lot_signs_nothing(world: World) -> None:
    code = requested.quote(world, requested.ask(world))
    GateState.objects.filter(lot__code=LOTS["somchai"], destination="KMG", gate="to_list").update(is_open=False)
    with pytest.raises(Refused, match="gate"):
        requested.sign(world, code)
    GateState.objects.filter(lot__code=LOTS["somchai"], destination="KMG", gate="to_list").update(is_open=True)
    lot = Lot.objects.get(code=LOTS["somchai"])
    Lot.objects.filter(pk=lot.pk).update(quantity=lot.held + lot.sold + CARTONS * 6 - 1)
    with pytest.raises(Refused, match="Less"):
        requested.sign(world, code)
    assert not Offer.objects.filter(kind="contract").exists()


def test_signing_twice_is_one_contract_and_another_quote_of_the_request_is_refused(world: World) -> None:
    request = requested.ask(world)
    first, second = requested.quote(world, request), requested.quote(world, request, "pranee")
    contract = requested.sign(world, first)
    assert requested.sign(world, first, by=MATE) == contract
    with pytest.raises(Conflict, match="already"):
        requested.sign(world, second)
    with pytest.raises(Conflict):
        requests.withdraw(first, viewer=world.viewer("somchai"), by="somchai")
    assert Order.objects.filter(has_contract=True).count() == 1


def test_a_closed_request_takes_no_quotes_and_its_last_day_stops_new_ones_only(world: World) -> None:
    request = requested.ask(world)
    code = requested.quote(world, request)
    for name in (OUTSIDER, "somchai", STAFF):
        with pytest.raises(NotFound):
            services.close_request(request, viewer=world.viewer(name), by=name)
    clock.move_to(clock.now() + timedelta(days=5, minutes=1))
    with pytest.raises(NotFound):
        requested.quote(world, request, "pranee")
    assert requests.counter(code, requested.terms(), viewer=world.viewer("somchai"), by="somchai") == 2
    services.close_request(request, viewer=world.viewer(MATE), by=MATE)
    with pytest.raises(Conflict):
        requested.sign(world, code, 2)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_sign_two_quotes_of_one_request_and_one_contract_is_made(clock_reset: None) -> None:
    world = requested.make()
    request = requested.ask(world)
    quotes = [requested.quote(world, request, seller) for seller in SELLERS]
    viewer = world.viewer(BUYER)
    answers = together([partial(requests.sign, code, 1, viewer=viewer, by=BUYER) for code in (*quotes, *quotes)])
    codes = {answer for answer in answers if isinstance(answer, str)}
    assert len(codes) == Contract.objects.count() == Order.objects.filter(has_contract=True).count() == 1
    assert all(isinstance(answer, str | Conflict) for answer in answers), answers
    call_command("flush", interactive=False, verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_withdrawing_and_signing_at_once_end_in_one_of_the_two(clock_reset: None) -> None:
    world = requested.make()
    code = requested.quote(world, requested.ask(world))
    buyer, seller = world.viewer(BUYER), world.viewer("somchai")
    answers = together(
        [
            partial(requests.sign, code, 1, viewer=buyer, by=BUYER),
            partial(requests.withdraw, code, viewer=seller, by="somchai"),
        ]
    )
    assert sum(isinstance(answer, Conflict) for answer in answers) == 1, answers
    assert Contract.objects.exists() == (Quote.objects.get().state == "accepted")
    call_command("flush", interactive=False, verbosity=0)


def together(steps: list[Callable[[], Any]]) -> list[Any]:
    """Take steps at the same time, each on a connection of its own; return what each came to."""
    gate, answers = threading.Barrier(len(steps)), [None] * len(steps)

    def take(number: int, step: Callable[[], Any]) -> None:
        gate.wait()
        try:
            answers[number] = step()
        except HubError as error:
            answers[number] = error  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=row) for row in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
