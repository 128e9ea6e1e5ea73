"""The whole life of money in any order of events: paid, short, double, late, refunded, charged back, sent out, sent back by a bank.

Whatever happens: every currency's trial balance is zero, no account is below zero that may not be, statement and ledger agree but for messages
that were lost, and telling everything again changes nothing.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from worlds import paid_market

from samphao.core import clock, events
from samphao.core.errors import Refused
from samphao.payments import queries as ledger
from samphao.payments import services as payments
from samphao.payments.adapters import simulator
from samphao.payments.adapters.simulator import Message, Payer
from samphao.payments.models import Account, Payment, StatementLine, Transfer
from samphao.payments.types import PAYMENT_OUT
from samphao.trade import services
from samphao.trade.models import Order
from samphao.trade.types import TicketSpec
from samphao.workflows import money_in, payout, ways_to_pay

pytestmark = pytest.mark.django_db


class Money(RuleBasedStateMachine):
    """A market whose buyers pay as they like; each run is rolled back."""

    orders: Bundle[str] = Bundle("orders")

    @initialize()
    def open_market(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.market = paid_market.make()
        self.messages: list[Message] = []
        self.lost: set[str] = set()
        self.is_signed = False

    def hear(self, message: Message) -> None:
        self.messages.append(message)
        try:
            with transaction.atomic():
                ways_to_pay.hear(message)
        except Refused:
            self.messages.remove(message)
        events.deliver()

    @rule(target=orders, currency=st.sampled_from(["CNY", "THB"]), quantity=st.integers(1, 3))
    def place(self, currency: str, quantity: int) -> str:
        return self.market.order(currency, quantity).code

    @rule(order=orders, how=st.sampled_from(list(Payer)))
    def pay(self, order: str, how: Payer) -> None:
        if Order.objects.get(code=order).state != "held" or Payment.objects.filter(order_code=order).exists():
            return
        ways_to_pay.pay_by_simulator(order, how)
        if how is Payer.LOST:
            self.lost.add(f"SIM-{order}")

    @rule(order=orders, permille=st.integers(1, 1500), number=st.integers(1, 3))
    def pay_by_hand(self, order: str, permille: int, number: int) -> None:
        """Send some money at some time: too little, too much, too late, for an order that was paid or cancelled."""
        row = Order.objects.get(code=order)
        arrival = money_in.arrival_of(
            {"reference": f"H-{order}-{number}", "at": clock.now().isoformat(), "currency": row.currency, "amount_minor": max(1, row.amount_minor * permille // 1000), "ref1": order}
        )  # fmt: skip
        if StatementLine.objects.filter(reference=arrival.reference).exists():
            return
        simulator.write_down([arrival])
        told = {
            "reference": arrival.reference,
            "at": arrival.at.isoformat(),
            "amount_minor": arrival.amount_minor,
            "currency": arrival.currency,
            "ref1": order,
        }
        self.hear(simulator.message("payment.received", arrival.reference, told))

    @rule()
    def book_statement(self) -> None:
        money_in.book_lines(simulator.METHOD, ledger.lines_told(simulator.METHOD))
        self.lost.clear()

    @rule(minutes=st.sampled_from([5, 20, 60 * 49]))
    def wait(self, minutes: int) -> None:
        paid_market.let_time_pass(minutes=minutes)
        payout.advance_due()
        payout.settle_due()

    @rule()
    def sign(self) -> None:
        if not self.is_signed:
            spec = TicketSpec(
                self.market.lot, date(2026, 5, 7), Decimal(900), Decimal(12), Decimal("34.1"), clock.now()
            )
            services.sign_tickets([spec], through="test")
            self.is_signed = True
            events.deliver()

    @rule(order=orders)
    def deliver(self, order: str) -> None:
        services.ship_orders([order])
        services.deliver_orders({order: clock.now()})

    @rule(order=orders)
    def cancel(self, order: str) -> None:
        """End an order that has not left, as a failing lot does: what was advanced is claimed back first."""
        if Order.objects.filter(code=order, state="paid").update(state="cancelled"):
            payout.claim_back([order], reason="test")
            payments.return_payments([order], {order: self.market.lot}, reason="test")

    @rule(order=orders, permille=st.integers(1, 1000))
    def refund(self, order: str, permille: int) -> None:
        """Give a part back. What is no longer held, or was never paid, the database or the service refuses."""
        row = Order.objects.get(code=order)
        if row.state not in ("paid", "shipped", "delivered"):
            return
        part = max(1, row.amount_minor * permille // 1000)
        key = f"claim-{Transfer.objects.count()}"
        try:
            with transaction.atomic():
                payments.refund_order(order, part, row.currency, self.market.lot, key=key, reason="test")
                owed = Account.objects.filter(purpose="held", currency=row.currency).values_list(
                    "balance_minor", flat=True
                )
                transaction.set_rollback(
                    sum(owed) < self.must_be_held(row.currency)
                )  # claims take shares back first; here nobody does
        except (Refused, IntegrityError):
            return

    def must_be_held(self, currency: str) -> int:
        """Return what is still to be paid out of held money: the price of what is not settled, less what was advanced of it."""
        alive = Order.objects.filter(currency=currency, state__in=("paid", "shipped", "delivered"))
        return sum(row.amount_minor - (6_000 * 60 // 100 * row.quantity if row.advanced_at else 0) for row in alive)

    @rule(order=orders, permille=st.integers(1, 1000))
    def charge_back(self, order: str, permille: int) -> None:
        payment = Payment.objects.filter(order_code=order).first()
        reference = payment.bank_reference if payment else f"SIM-{order}"
        if any(told.event_id == f"payment.charged_back:{reference}" for told in self.messages):
            return
        if payment is None or StatementLine.objects.filter(reference=f"CB-{reference}").exists():
            return
        amount = max(1, (payment.amount_minor - payment.refunded_minor) * permille // 1000)
        if amount > payment.amount_minor - payment.refunded_minor:
            return
        self.hear(simulator.charge_back(reference, amount))
        key = f"chargeback:{simulator.METHOD}:{reference}"
        StatementLine.objects.create(
            method=simulator.METHOD, reference=f"CB-{reference}", at=clock.now(), amount_minor=-amount, currency=payment.currency, transfer_key=key, state="booked"
        )  # fmt: skip

    @rule()
    def send_to_banks(self) -> None:
        clock.move_to(clock.now() + timedelta(days=1))
        services.expire_holds()
        events.deliver()
        payout.send_to_banks()

    @rule(data=st.data())
    def bank_sends_back(self, data: st.DataObject) -> None:
        sent = list(Transfer.objects.filter(kind=PAYMENT_OUT).order_by("id").values_list("key", flat=True))
        if not sent:
            return
        key = data.draw(st.sampled_from(sent))
        self.hear(simulator.send_payout_back(key))
        for entry in Transfer.objects.get(key=f"returned:{key}").entries.filter(account__purpose="bank"):
            StatementLine.objects.get_or_create(
                method=simulator.METHOD, reference=f"RET-{key}",
                defaults={"at": clock.now(), "amount_minor": entry.amount_minor, "currency": entry.currency, "transfer_key": f"returned:{key}", "state": "booked"},
            )  # fmt: skip
        assert key not in {row.key for row in ledger.payouts(("somchai", "carriers", "HUB")) if not row.is_returned}

    @invariant()
    def the_ledger_is_sound(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        assert ledger.check().faults == ()
        assert not Account.objects.filter(may_go_negative=False, balance_minor__lt=0).exists()

    @invariant()
    def statement_and_ledger_agree_but_for_what_was_lost(self) -> None:
        assert {row.reference for row in ledger.differences(simulator.METHOD)} == self.lost

    @invariant()
    def orders_that_are_alive_are_paid(self) -> None:
        for currency in ("CNY", "THB"):
            held = sum(
                Account.objects.filter(purpose="held", currency=currency).values_list("balance_minor", flat=True)
            )
            waiting = sum(
                row.counts_minor
                for row in ledger.waiting_payments([order.code for order in Order.objects.filter(currency=currency)])
            )
            assert held >= self.must_be_held(currency)
            assert waiting <= held

    def teardown(self) -> None:
        if not hasattr(self, "atomic"):
            return
        try:
            before = (Transfer.objects.count(), Payment.objects.count())
            for message in self.messages:
                assert not ways_to_pay.hear(message)
            money_in.book_lines(
                simulator.METHOD, [row for row in ledger.lines_told(simulator.METHOD) if row.reference not in self.lost]
            )
            payout.send_to_banks()
            for order in Order.objects.filter(state__in=("expired", "cancelled")):
                payments.return_payments([order.code], {order.code: self.market.lot}, reason="again")
            sent_since = Transfer.objects.filter(
                kind__in=(PAYMENT_OUT, "currency exchange"), at__gte=clock.now() - timedelta(seconds=30)
            ).count()
            assert (Transfer.objects.count() - sent_since, Payment.objects.count()) <= before
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)
            clock.reset()


@pytest.mark.parametrize("steps", [12])
def test_money_is_never_lost_or_made(steps: int, clock_reset: None) -> None:
    run_state_machine_as_test(
        Money, settings=settings(max_examples=12, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck))
    )  # fmt: skip
