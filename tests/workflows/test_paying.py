"""Ways in which people pay, and what must become of it: pitfalls that others fell into, each with a test of its name."""

from __future__ import annotations

import itertools
import json
import time
from decimal import Decimal
from typing import Any

import pytest
from worlds import paid_market

from samphao.accounts.models import Notice
from samphao.core import clock, events
from samphao.core.errors import NotAllowed
from samphao.core.hub import settings as hub_settings
from samphao.core.money import minor_units
from samphao.payments import queries as ledger
from samphao.payments import services as payments
from samphao.payments.adapters import simulator
from samphao.payments.adapters.simulator import Payer
from samphao.payments.models import Account, PartnerEvent, Payment, StatementLine, Transfer
from samphao.payments.types import BankReport
from samphao.trade import queries as trade
from samphao.trade import services as trade_services
from samphao.trade.models import Order
from samphao.workflows import money_in, ways_to_pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def market(clock_reset: None) -> paid_market.World:
    return paid_market.make()


def report(order: Order, reference: str, amount: int, currency: str = "") -> None:
    payments.record_payments(
        simulator.METHOD, [BankReport(order.code, reference, amount, currency or order.currency, order.lot.code)]
    )
    events.deliver()


def held(currency: str = "CNY") -> int:
    return ledger.held_by_currency().get(currency, 0)


def state_of(order: Order) -> str:
    return Order.objects.get(pk=order.pk).state


def sound() -> None:
    assert ledger.check().faults == ()


def test_a_payment_that_is_too_small_pays_nothing_until_the_rest_comes(market: paid_market.World) -> None:
    order = market.order()
    report(order, "A", 4_000)
    assert state_of(order) == "held"
    assert "CNY 60.00 is missing" in Notice.objects.get(key__startswith="short-").text_en
    report(order, "B", 6_000)
    assert (state_of(order), held()) == ("paid", 10_000)
    sound()


def test_a_payment_that_stayed_too_small_goes_back_when_the_hold_runs_out(market: paid_market.World) -> None:
    order = market.order()
    report(order, "A", 4_000)
    paid_market.let_time_pass(minutes=20)
    assert (state_of(order), held(), paid_market.paid_by(order)[0].state) == ("expired", 0, "returned")
    assert "goes back to you: the time to pay was over" in Notice.objects.get(key__startswith="went-back-").text_en
    sound()


def test_a_second_payment_of_a_paid_order_goes_back_and_the_first_stays(market: paid_market.World) -> None:
    """Pitfall 5: a message that comes again must never refund what was captured."""
    order = market.order()
    report(order, "A", 10_000)
    report(order, "B", 10_000)
    first, second = paid_market.paid_by(order)
    assert (first.state, second.state) == ("received", "returned")
    assert (state_of(order), held()) == ("paid", 10_000)
    report(order, "A", 10_000)
    report(order, "B", 10_000)
    assert (state_of(order), held(), Transfer.objects.filter(kind="return").count()) == ("paid", 10_000, 1)
    sound()


def test_what_is_paid_too_much_goes_back(market: paid_market.World) -> None:
    order = market.order()
    report(order, "A", 12_500)
    assert (state_of(order), held(), paid_market.paid_by(order)[0].refunded_minor) == ("paid", 10_000, 2_500)
    sound()


def test_another_currency_than_was_asked_pays_nothing_and_goes_back(market: paid_market.World) -> None:
    order = market.order()
    report(order, "A", 10_000, "USD")
    assert (state_of(order), held("USD"), paid_market.paid_by(order)[0].state) == ("held", 0, "returned")
    report(order, "B", 10_000)
    assert (state_of(order), held()) == ("paid", 10_000)
    sound()


def test_money_for_a_cancelled_order_goes_back_whole_and_once(market: paid_market.World) -> None:
    order = market.order()
    report(order, "A", 10_000)
    Order.objects.filter(pk=order.pk).update(state="cancelled")
    for _ in range(2):
        payments.return_payments([order.code], {order.code: order.lot.code}, reason="test")
    assert (held(), Transfer.objects.filter(kind="return").count()) == (0, 1)
    sound()


def test_a_wallet_abroad_pays_the_baht_of_the_code_and_what_it_took_is_kept(market: paid_market.World) -> None:
    order = market.order()
    assert ways_to_pay.pay_by_simulator(order.code)
    payment = paid_market.paid_by(order)[0]
    assert (payment.amount_minor, payment.currency, payment.counts_minor, payment.counts_currency) == (
        40_000,
        "THB",
        10_000,
        "CNY",
    )
    assert (payment.payer_app, payment.payer_currency, payment.payer_minor) == ("simulated wallet", "CNY", 10_153)
    assert payment.payer_rate == Decimal("0.25380711")
    assert (state_of(order), held(), held("THB")) == ("paid", 10_000, 0)
    exchanged = dict(Account.objects.filter(purpose="exchange").values_list("currency", "balance_minor"))
    assert exchanged == {"THB": 40_000, "CNY": -10_000}
    sound()


def test_a_part_of_what_came_in_baht_goes_back_in_baht(market: paid_market.World) -> None:
    order = market.order()
    ways_to_pay.pay_by_simulator(order.code)
    payments.refund_order(order.code, 3_333, "CNY", order.lot.code, key="part", reason="three fruit were bad")
    payment = paid_market.paid_by(order)[0]
    assert (payment.refunded_minor, held()) == (13_332, 6_667)
    payments.refund_order(order.code, 6_667, "CNY", order.lot.code, key="rest", reason="the others too")
    payment.refresh_from_db()
    assert (payment.refunded_minor, held()) == (40_000, 0)
    sound()


@pytest.mark.parametrize(
    "how", [Payer.PAYS, Payer.TWICE, Payer.MUCH, Payer.REPEATED, Payer.LOST, Payer.SHORT, Payer.OTHER_CURRENCY]
)
@pytest.mark.parametrize("currency", ["CNY", "THB"])
def test_however_a_buyer_pays_the_statement_and_the_ledger_agree_in_the_end(
    market: paid_market.World, how: Payer, currency: str
) -> None:
    order = market.order(currency)
    ways_to_pay.pay_by_simulator(order.code, how)
    expected = "held" if how in (Payer.LOST, Payer.SHORT, Payer.OTHER_CURRENCY) else "paid"
    assert state_of(order) == expected
    faults = ledger.differences(simulator.METHOD)
    assert bool(faults) == (how is Payer.LOST), (
        "money that came without a message is what the statement knows and the ledger does not"
    )
    money_in.book_lines(simulator.METHOD, ledger.lines_told(simulator.METHOD))
    assert state_of(order) == ("paid" if how is Payer.LOST else expected), "the statement mends a message that was lost"
    assert ledger.differences(simulator.METHOD) == []
    paid_market.let_time_pass(minutes=20)
    assert held(currency) == (10_000 if state_of(order) == "paid" else 0)
    assert ledger.differences(simulator.METHOD) == []
    sound()


@pytest.mark.parametrize("currency", ["CNY", "THB"])
def test_a_simulated_buyer_who_paid_too_little_can_pay_the_rest(market: paid_market.World, currency: str) -> None:
    order = market.order(currency)
    ways_to_pay.pay_by_simulator(order.code, Payer.SHORT)
    due = trade.dues_of([order.code])[0]
    assert (state_of(order), ways_to_pay.came_for(due)) == ("held", 9_000)
    ways_to_pay.pay_by_simulator(order.code)
    assert (state_of(order), held(currency)) == ("paid", 10_000)
    assert [row.refunded_minor for row in paid_market.paid_by(order)] == [0, 0]
    assert ledger.differences(simulator.METHOD) == []
    sound()


def sent(kind: str, about: str, data: dict[str, Any], event_id: str = "") -> bool:
    told = simulator.message(kind, about, data)
    stamp = int(time.time())
    signature = payments.signed(simulator.METHOD, event_id or told.event_id, stamp, told.body)
    headers = {"webhook-id": event_id or told.event_id, "webhook-timestamp": str(stamp), "webhook-signature": signature}
    return money_in.take_message(simulator.METHOD, headers, told.body, at_s=stamp)


def received(order: Order, reference: str = "R-1", amount: int = 10_000) -> dict[str, Any]:
    return {
        "reference": reference,
        "at": clock.now().isoformat(),
        "amount_minor": amount,
        "currency": order.currency,
        "ref1": order.code.replace("-", ""),
    }


def test_a_chargeback_that_is_told_before_its_payment_waits_for_it(market: paid_market.World) -> None:
    order = market.order()
    taken = {"reference": "R-1", "amount_minor": 10_000, "reason": "fraud"}
    assert sent("payment.charged_back", "R-1", taken)
    assert PartnerEvent.objects.get().state == "waiting"
    assert sent("payment.received", "R-1", received(order))
    events.deliver()
    assert set(PartnerEvent.objects.values_list("state", flat=True)) == {"done"}
    assert (state_of(order), held(), ledger.owed_by(["HUB"])) == ("paid", 10_000, {"CNY": 10_000})
    sound()


def test_the_hub_gets_back_what_it_bore_when_the_order_ends(market: paid_market.World) -> None:
    order = market.order()
    sent("payment.received", "R-1", received(order))
    sent("payment.charged_back", "R-1", {"reference": "R-1", "amount_minor": 10_000, "reason": "fraud"})
    events.deliver()
    Order.objects.filter(pk=order.pk).update(state="cancelled")
    for _ in range(2):
        payments.return_payments([order.code], {order.code: order.lot.code}, reason="test")
    assert (held(), ledger.owed_by(["HUB"])) == (0, {}), (
        "the payer has his money already: nothing goes back to him again"
    )
    sound()


def test_a_message_is_taken_once(market: paid_market.World) -> None:
    order = market.order()
    assert [sent("payment.received", "R-1", received(order)) for _ in range(3)] == [True, False, False]
    assert Payment.objects.count() == 1
    assert sent("payment.received", "R-1", received(order), event_id="told-again-under-another-number")
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("forged", ["body", "signature", "old", "none"])
def test_a_message_that_is_not_signed_is_not_taken(market: paid_market.World, forged: str) -> None:
    order = market.order()
    told = simulator.message("payment.received", "R-1", received(order))
    stamp = int(time.time()) - (3_600 if forged == "old" else 0)
    signature = payments.signed(simulator.METHOD, told.event_id, stamp, told.body)
    body = told.body.replace(b"10000", b"99999") if forged == "body" else told.body
    given = {"signature": "v1,AAAA", "none": ""}.get(forged, signature)
    headers = {"webhook-id": told.event_id, "webhook-timestamp": str(stamp), "webhook-signature": given}
    with pytest.raises(NotAllowed):
        money_in.take_message(simulator.METHOD, headers, body, at_s=int(time.time()))
    assert not Payment.objects.exists()
    assert not PartnerEvent.objects.exists()


def test_a_method_without_a_key_takes_no_message(market: paid_market.World) -> None:
    headers = {
        "webhook-id": "x",
        "webhook-timestamp": str(int(time.time())),
        "webhook-signature": payments.signed("promptpay", "x", int(time.time()), b"{}"),
    }
    with pytest.raises(NotAllowed):
        money_in.take_message("promptpay", headers, json.dumps({}).encode(), at_s=int(time.time()))


def test_the_order_of_messages_does_not_matter(market: paid_market.World) -> None:
    ends = set()
    for number, arrangement in enumerate(itertools.permutations(range(3))):
        order, name = market.order(), f"P{number}"
        messages = [
            ("payment.received", f"{name}-A", received(order, f"{name}-A")),
            ("payment.received", f"{name}-B", received(order, f"{name}-B", 4_000)),
            ("payment.charged_back", f"{name}-A", {"reference": f"{name}-A", "amount_minor": 2_500, "reason": "x"}),
        ]
        for place in arrangement:
            sent(*messages[place])
        events.deliver()
        left = sum(row.amount_minor - row.refunded_minor for row in paid_market.paid_by(order))
        ends.add((state_of(order), left))
    assert ends == {("paid", 7_500)}
    assert held() == 6 * 10_000
    sound()


def test_no_rate_of_the_day_no_price_in_baht(market: paid_market.World) -> None:
    order = market.order()
    from samphao.reference.models import ExchangeRate

    ExchangeRate.objects.all().delete()
    due = trade.dues_of([order.code])[0]
    assert ways_to_pay.in_baht(due) is None
    assert [(way.amount.currency, way.code) for way in ways_to_pay.ways(due, hub_settings())] == [("CNY", "")]


def test_an_order_is_asked_for_once_by_each_method(market: paid_market.World) -> None:
    order = market.order()
    due = trade.dues_of([order.code])[0]
    first, again = (ways_to_pay.ways(due, hub_settings()) for _ in range(2))
    assert first == again
    assert first[0].amount.minor == 40_000


def test_a_hold_that_runs_out_while_money_comes_sends_it_back(market: paid_market.World) -> None:
    order = market.order()
    payments.record_payments(simulator.METHOD, [BankReport(order.code, "A", 10_000, "CNY", order.lot.code)])
    clock.move_to(clock.now().replace(hour=23))
    trade_services.expire_holds()
    events.deliver()
    assert (state_of(order), held(), paid_market.paid_by(order)[0].state) == ("expired", 0, "returned")
    sound()


def test_a_line_of_a_statement_stays_as_it_was_told(market: paid_market.World) -> None:
    from django.db import DatabaseError, transaction

    ways_to_pay.pay_by_simulator(market.order().code)
    with pytest.raises(DatabaseError, match="as it was told"), transaction.atomic():
        StatementLine.objects.update(amount_minor=1)


MINOR = {"THB": 100, "CNY": 100, "USD": 100, "KHR": 100, "LAK": 100, "MMK": 100, "VND": 1}
"""What one of a currency has of its smallest part by ISO 4217, as banks write it; decision 8 says why not by custom."""


@pytest.mark.parametrize(
    ("currency", "rate"),
    [("USD", "0.0306"), ("LAK", "662"), ("KHR", "123.5"), ("MMK", "64.3"), ("VND", "796"), ("CNY", "0.25")],
)
def test_every_currency_of_the_corridors_is_paid_by_its_own_minor_units(
    market: paid_market.World, currency: str, rate: str
) -> None:
    from samphao.reference.models import ExchangeRate

    assert minor_units(currency) == MINOR[currency]
    order = market.order()
    Order.objects.filter(pk=order.pk).update(currency=currency)
    ExchangeRate.objects.get_or_create(
        base_currency="THB", quote_currency=currency, defaults={"rate": Decimal(rate), "kind": "test", "source": "test"}
    )
    asked = ways_to_pay.in_baht(trade.dues_of([order.code])[0])
    assert asked is not None
    worth = Decimal(asked.amount.minor) / 100 * Decimal(rate) * MINOR[currency]
    assert 0 <= worth - 10_000 < Decimal(rate) * MINOR[currency] / 100, (
        "no satang less than the price, and not one more"
    )
    ways_to_pay.pay_by_simulator(order.code)
    assert (state_of(order), held(currency)) == ("paid", 10_000)
    sound()
