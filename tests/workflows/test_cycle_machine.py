"""A cycle's whole life in any order of events: every coin that buyers paid is held, went back or was settled, and every fruit is somebody's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from worlds import cycle_market
from worlds.cycle_market import DUE_AT, drain, moneys

from samphao.accounts.queries import Viewer
from samphao.core import clock
from samphao.core.errors import HubError
from samphao.payments import queries as ledger
from samphao.payments import services as payments
from samphao.payments.adapters import simulator
from samphao.payments.adapters.simulator import Payer
from samphao.payments.types import BankReport
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.models import Order, OrderCut, PreOrder
from samphao.workflows import balances, payout, ways_to_pay

pytestmark = pytest.mark.django_db
LOT = "CTI-MT-0430"
SETTLED = ("advance", "deposit", "kept deposit", "claim", "shortened", "recovered")


class Cycle(RuleBasedStateMachine):
    """One lot of one cycle; each run is rolled back."""

    orders: Bundle[str] = Bundle("orders")

    @initialize(
        target=orders, shortfall=st.sampled_from(["pro_rata", "first_come"]), deposit_pct=st.sampled_from([1, 30, 99, 100]),
        keeps=st.sampled_from([0, 33, 100]), when_sold=st.sampled_from([0, 20]),
        wanted=st.lists(st.tuples(st.sampled_from(["CNY", "THB"]), st.integers(1, 40)), min_size=2, max_size=4),
    )  # fmt: skip
    def open_cycle(
        self, shortfall: str, deposit_pct: int, keeps: int, when_sold: int, wanted: list[tuple[str, int]]
    ) -> MultipleResults[str]:
        """Open a cycle; some order at once, and all but the first pay what they are asked for."""
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.world = cycle_market.make(shortfall=shortfall, deposit_pct=deposit_pct, lapse_keeps_pct=keeps)
        lot = self.world.lot
        lot.deposit_percent = when_sold
        lot.save(update_fields=["deposit_percent"])
        self.wanted: dict[str, int] = {}
        self.fruit: int | None = None
        self.sent = 0
        placed = [self.place_one(currency, quantity) for currency, quantity in wanted]
        for order in placed[1:]:
            ways_to_pay.pay_by_simulator(order)
        return multiple(*placed)

    @rule(target=orders, currency=st.sampled_from(["CNY", "THB"]), quantity=st.integers(1, 40))
    def place(self, currency: str, quantity: int) -> str:
        return self.place_one(currency, quantity)

    def place_one(self, currency: str, quantity: int) -> str:
        try:
            order = self.world.order(currency, quantity)
        except AssertionError:  # closed, or sold out
            return ""
        self.wanted[order.code] = quantity
        return order.code

    @rule(order=orders, how=st.sampled_from([Payer.PAYS, Payer.SHORT, Payer.MUCH, Payer.TWICE, Payer.REPEATED]))
    def pay_what_is_due(self, order: str, how: Payer) -> None:
        if order:
            ways_to_pay.pay_by_simulator(order, how)

    @rule(order=orders, permille=st.integers(1, 1500))
    def pay_by_hand(self, order: str, permille: int) -> None:
        if not order:
            return
        row, self.sent = Order.objects.get(code=order), self.sent + 1
        amount = max(1, row.amount_minor * permille // 1000)
        payments.record_payments(simulator.METHOD, [BankReport(order, f"HAND-{self.sent}", amount, row.currency, LOT)])

    @rule(hours=st.sampled_from([0.3, 20, 60, 120]))
    def let_time_pass(self, hours: float) -> None:
        clock.move_to(min(clock.now() + timedelta(hours=hours), DUE_AT + timedelta(days=30)))
        services.expire_holds()

    @precondition(lambda self: self.fruit is None)
    @rule(share=st.sampled_from([0, 37, 50, 80, 95, 120]))
    def weigh(self, share: int) -> None:
        lot = self.world.lot
        self.fruit = (lot.held + lot.sold) * share // 100
        self.world.weigh(self.fruit)

    @rule(order=orders, by_seller=st.booleans())
    def give_up(self, order: str, by_seller: bool) -> None:
        if not order:
            return
        buyer = Viewer((self.world.market.buyer.pk,), ("anong",), frozenset({"buyer"}), is_hub=False)
        try:
            if by_seller:
                services.cancel_as_seller(order, "the storm took them all", viewer=self.world.seller, by="somchai")
            else:
                services.cancel_as_buyer(order, viewer=buyer, by="anong")
        except HubError:
            pass  # too late, or it has ended

    @rule()
    def run_jobs(self) -> None:
        drain()
        payout.deposit_due()
        payout.advance_due()
        balances.run_clocks()

    @invariant()
    def every_coin_is_somewhere(self) -> None:
        drain()
        assert ledger.check().faults == ()
        held = ledger.held_for([LOT])
        left = {"CNY": 0, "THB": 0}
        for row in Order.objects.select_related("pre_order"):
            found, kept = moneys(row), row.pre_order.kept_minor if hasattr(row, "pre_order") else 0
            left[row.currency] += found["left"]
            if row.state == "paid":
                assert found["left"] == row.amount_minor, (row.code, found)
            elif row.state == "held":
                assert found["back"] == 0
                assert found["left"] < row.amount_minor
            else:
                assert found["left"] == kept, (row.code, row.state, found)
        for currency, minor in left.items():
            assert held.get(currency, 0) == minor - settled(currency), currency

    @invariant()
    def every_fruit_is_somebodys(self) -> None:
        lot = self.world.lot
        assert trade.lots_whose_counts_are_wrong() == []
        assert lot.held + lot.sold <= lot.quantity <= 798
        for row in Order.objects.all():
            assert row.amount_minor == 10_000 * row.quantity
            assert row.lot_units == row.quantity <= self.wanted[row.code]
        if self.fruit is not None:
            assert lot.held + lot.sold <= self.fruit or lot.held + lot.sold <= lot.quantity

    @invariant()
    def a_deposit_holds_until_its_day(self) -> None:
        for row in PreOrder.objects.select_related("order"):
            if row.order.state == "held":
                assert row.order.hold_expires_at == DUE_AT
        for cut in OrderCut.objects.select_related("order"):
            assert cut.quantity_from == self.wanted[cut.order.code]

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)


def settled(currency: str) -> int:
    """Return what went from the money held for the lot to those who earned it, less what came back from them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT coalesce(sum(e.amount_minor), 0) FROM payments_entry e JOIN payments_account a ON a.id = e.account_id
               JOIN payments_transfer t ON t.id = e.transfer_id WHERE a.purpose = 'held' AND a.currency = %s AND t.kind = ANY (%s)""",
            [currency, list(SETTLED)],
        )
        return int(cursor.fetchone()[0])


def test_a_cycle_in_any_order_of_events(clock_reset: None) -> None:
    run_state_machine_as_test(
        Cycle,
        settings=settings(
            max_examples=12, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )  # type: ignore[no-untyped-call]
