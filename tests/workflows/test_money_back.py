"""Money that goes the other way: an advance that is claimed back, and money that waits because a rate is missing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from worlds import market_morning

from samphao.accounts.models import Notice, User
from samphao.core import clock, events
from samphao.payments import queries as ledger
from samphao.payments import services as payments
from samphao.payments.adapters import simulator
from samphao.payments.models import Account, Transfer
from samphao.payments.types import BankReport, Posting
from samphao.reference.models import ExchangeRate
from samphao.trade import services
from samphao.trade.models import GateState, Order, Ticket
from samphao.trade.types import CLAIM_WINDOW, OrderRequest, TicketSpec
from samphao.workflows import payout, turning_away

pytestmark = pytest.mark.django_db
LOT, OTHER = "CTI-MT-0430", "CPN-LG-0718"
GROWER = "somchai"


@pytest.fixture
def morning(clock_reset: None) -> market_morning.World:
    clock.move_to(datetime(2026, 4, 24, 9, tzinfo=clock.BANGKOK))  # a day whose exchange rates are known
    world = market_morning.make()
    events.deliver()
    return world


def buy(world: market_morning.World, key: str, quantity: int, lot: str = LOT, to: str = "KMG") -> Order:
    offer = world.lots[lot].offers.get(destination=to, kind="wholesale")
    answer = services.place_order(OrderRequest(world.parties["baisong"].pk, key, offer.pk, quantity))
    payments.record_payments(
        simulator.METHOD, [BankReport(answer.order, f"B-{key}", answer.amount_minor, answer.currency, lot)]
    )
    events.deliver()
    return Order.objects.select_related("offer").get(code=answer.order)


def sign(*lots: str) -> None:
    spec = TicketSpec("", date(2026, 5, 7), Decimal(900), Decimal(12), Decimal("34.1"), clock.now())
    services.sign_tickets(
        [TicketSpec(lot, spec.cut_on, spec.accepted_kg, spec.rejected_kg, spec.dry_matter_pct, spec.signed_at) for lot in lots],
        through="test",
    )  # fmt: skip
    events.deliver()


def deliver(*orders: Order) -> None:
    codes = [order.code for order in orders]
    services.ship_orders(codes)
    services.deliver_orders(dict.fromkeys(codes, clock.now()))


def close_claim_window() -> None:
    clock.move_to(clock.now() + timedelta(hours=49))


def nothing_of_anongs(world: market_morning.World) -> None:
    """Cancel Anong's order of the lot and send her money back, so that a test's own orders are all that there is."""
    Order.objects.filter(code=world.orders["paid"]).update(state="cancelled")
    payments.return_payments([world.orders["paid"]], {world.orders["paid"]: LOT}, reason="test")


def fail(lot: str) -> None:
    finding = {"rule": "load-by2", "name_en": "no dye", "name_th": "x", "name_zh": "y", "found": "detected", "is_met": False, "source": "test"}  # fmt: skip
    GateState.objects.filter(lot__code=lot, destination="KMG", gate="to_load").update(is_open=False, findings=[finding])
    turning_away.turn_away_what_failed()
    events.deliver()


def owed() -> int:
    return ledger.owed_by([GROWER]).get("THB", 0)


def payable() -> int:
    account = Account.objects.filter(code=payments.payable(GROWER, "THB").code).first()
    return account.balance_minor if account else 0


def page(path: str) -> str:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(username=GROWER))
    return client.get(path).content.decode()


def test_an_advanced_order_whose_lot_fails_is_refunded_in_full_and_its_advance_is_owed(
    morning: market_morning.World,
) -> None:
    order = buy(morning, "first", 3)
    sign(LOT)
    advance = payable()
    assert payout.send_to_banks() > 0
    assert (payable(), advance > 0) == (0, True)
    fail(LOT)

    order.refresh_from_db()
    assert order.state == "cancelled"
    refund = Transfer.objects.get(kind="return", subject=order.code)
    assert sum(entry.amount_minor for entry in refund.entries.all() if entry.amount_minor > 0) == order.amount_minor
    assert ledger.held_for([LOT]) == {}
    assert 0 <= advance - owed() <= 2, "rounded down: nobody owes more than he had"
    assert ledger.check().faults == ()
    notice = Notice.objects.get(organisation=morning.parties[GROWER], subject=LOT, key__startswith="claim:")
    assert "to be paid back" in notice.text_en
    shown = page("/money/")
    assert "To be paid back" in shown
    assert "first share of cancelled orders" in shown

    before = owed()
    fail(LOT)
    assert owed() == before, "a second look claims nothing more"


def test_what_is_owed_is_kept_back_from_what_is_paid_next_until_nothing_is_left(morning: market_morning.World) -> None:
    nothing_of_anongs(morning)
    buy(morning, "first", 5)
    small, large = buy(morning, "small", 1, OTHER, "SHA"), buy(morning, "large", 60, OTHER, "SHA")
    sign(LOT)
    payout.send_to_banks()
    fail(LOT)
    debt = owed()
    deliver(small)
    close_claim_window()
    assert payout.settle_due() == 1
    after_small = owed()
    assert 0 < after_small < debt
    assert payable() == 0, "all of it was kept back"
    deliver(large)
    close_claim_window()
    assert payout.settle_due() == 1
    assert owed() == 0
    assert payable() > 0
    sums = ledger.earned_by([GROWER])["THB"]
    assert sums.kept_back_minor == debt
    assert sums.earned_minor == sums.sent_minor + sums.kept_back_minor + payable()
    assert ledger.check().faults == ()
    assert "kept back for what is to be paid back" in page("/money/")


def test_an_advance_that_was_not_sent_yet_is_taken_back_at_once(morning: market_morning.World) -> None:
    buy(morning, "first", 3)
    sign(LOT)
    advance = payable()
    fail(LOT)
    assert owed() == 0
    assert 0 <= payable() <= 2 < advance
    assert ledger.check().faults == ()


def test_orders_that_stay_keep_their_advance_when_others_are_cancelled(morning: market_morning.World) -> None:
    buy(morning, "kunming", 3)
    stays = buy(morning, "tokyo", 2, to="TYO")
    sign(LOT)
    payout.send_to_banks()
    fail(LOT)
    held = ledger.held_for([LOT])
    assert set(held) == {"JPY"}
    deliver(stays)
    close_claim_window()
    assert payout.settle_due() == 1
    assert ledger.held_for([LOT]) == {}
    assert ledger.check().faults == ()


def test_an_advance_is_claimed_back_once_however_late_it_is_asked_again(morning: market_morning.World) -> None:
    nothing_of_anongs(morning)
    order = buy(morning, "first", 3)
    sign(LOT)
    payout.send_to_banks()
    fail(LOT)
    debt = owed()
    clock.move_to(clock.now() + timedelta(hours=1))
    turned_away = [order.code, morning.orders["to_pay"]]
    assert payout.claim_back(turned_away, reason="told twice") == 0
    assert owed() == debt > 0
    assert Transfer.objects.filter(kind="claim").count() == 1
    assert ledger.check().faults == ()


def test_a_debt_is_never_kept_back_twice(morning: market_morning.World) -> None:
    debt, earned = payments.receivable(GROWER, "THB"), payments.payable(GROWER, "THB")
    source = payments.bank("test", "THB")
    payments.open_accounts([debt, earned, source])

    def move(key: str, entries: tuple[tuple[str, int], ...]) -> None:
        payments.post([Posting("test", key, GROWER, clock.now(), entries)])

    move("claim", ((debt.code, 100), (source.code, -100)))
    for key, amount in (("first", 30), ("second", 30), ("first", 30), ("third", 90)):
        move(key, ((source.code, amount), (earned.code, -amount)))
    assert (owed(), payable()) == (0, 50)
    assert [row.amount_minor for row in ledger.debts_of([GROWER])] == [-40, -30, -30, 100]


def test_a_missing_rate_holds_up_no_other_settlement_and_is_tried_again(
    morning: market_morning.World, caplog: pytest.LogCaptureFixture
) -> None:
    yuan, yen = buy(morning, "yuan", 3), buy(morning, "yen", 3, to="TYO")
    deliver(yuan, yen)
    close_claim_window()
    rate = ExchangeRate.objects.get(quote_currency="JPY", base_currency="THB")
    rate.delete()
    assert payout.settle_due() == 1
    yuan.refresh_from_db()
    yen.refresh_from_db()
    assert (yuan.state, yen.state) == ("settled", "delivered")
    assert "no rate of JPY" in caplog.text
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(username="hub"))
    tower = client.get("/freight/").content.decode()
    assert "No exchange rate of JPY is known" in tower
    assert LOT in tower

    assert payout.settle_due() == 0
    rate.save(force_insert=True)
    assert payout.settle_due() == 1
    assert ledger.held_for([LOT]).get("JPY", 0) == 0
    assert "No exchange rate" not in client.get("/freight/").content.decode()


def test_a_missing_rate_holds_up_no_other_advance(morning: market_morning.World) -> None:
    buy(morning, "yuan", 3)
    yen = buy(morning, "yen", 3, to="TYO")
    rate = ExchangeRate.objects.get(quote_currency="JPY", base_currency="THB")
    rate.delete()
    sign(LOT)
    first = payable()
    yen.refresh_from_db()
    assert (first > 0, yen.advanced_at) == (True, None)
    rate.save(force_insert=True)
    assert payout.advance_due() == 1
    assert payable() > first
    assert payout.advance_due() == 0


def test_lots_that_wait_for_a_rate_take_no_turn_of_those_that_can_be_advanced(
    morning: market_morning.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing_of_anongs(morning)
    first, second = sorted((LOT, OTHER), key=lambda lot: morning.lots[lot].pk)
    waits, goes = buy(morning, "yen", 1, first, "TYO"), buy(morning, "yuan", 1, second, "SHA")
    ExchangeRate.objects.filter(quote_currency="JPY", base_currency="THB").delete()
    for lot in (first, second):
        Ticket.objects.create(
            code=f"WT-{lot}", lot=morning.lots[lot], cut_on=date(2026, 5, 7), delivered_kg=10, accepted_kg=10, rejected_kg=0,
            signed_by_grower_at=clock.now(), signed_through="test",
        )  # fmt: skip
    monkeypatch.setattr(payout, "LOTS_ADVANCED_AT_ONCE", 1)
    assert payout.advance_due() == 1
    waits.refresh_from_db()
    goes.refresh_from_db()
    assert (waits.advanced_at, goes.advanced_at is not None) == (None, True)
    assert [(row.currency, row.first_lot) for row in payout.sales_without_rate()] == [("JPY", first)]
    assert payout.advance_due() == 0


def test_an_advance_whose_event_came_to_nothing_is_paid_by_the_worker(morning: market_morning.World) -> None:
    buy(morning, "first", 3)
    Ticket.objects.create(
        code="WT-1", lot=morning.lots[LOT], cut_on=date(2026, 5, 7), delivered_kg=10, accepted_kg=10, rejected_kg=0,
        signed_by_grower_at=clock.now(), signed_through="test",
    )  # fmt: skip
    assert payout.advance_due() > 0
    first = payable()
    assert first > 0
    assert payout.advance_due() == 0
    late = buy(morning, "late", 2)
    assert payout.advance_due() == 1
    late.refresh_from_db()
    assert late.advanced_at is not None
    assert late.paid_at is not None
    assert late.advanced_at >= late.paid_at


def test_settlements_of_a_batch_are_dated_by_their_own_claim_windows(morning: market_morning.World) -> None:
    early, late = buy(morning, "early", 3), buy(morning, "late", 5)
    deliver(early)
    clock.move_to(clock.now() + timedelta(hours=7))
    deliver(late)
    close_claim_window()
    assert payout.settle_due() == 2
    early.refresh_from_db()
    late.refresh_from_db()
    ends = {order.delivered_at + CLAIM_WINDOW for order in (early, late) if order.delivered_at}
    assert set(Transfer.objects.filter(kind="payout").values_list("at", flat=True)) == ends
    assert len(ends) == 2
    assert ledger.check().faults == ()


def test_the_rest_is_received_when_no_money_is_held_any_more(morning: market_morning.World) -> None:
    nothing_of_anongs(morning)

    def rest() -> str:
        shown = page("/seller/")
        return shown[shown.index("Receive the rest") :][:900]

    order, still_held = buy(morning, "first", 3), buy(morning, "second", 3)
    sign(LOT)
    assert "Completed" not in rest(), "the first share is not the rest"
    deliver(order)
    close_claim_window()
    payout.settle_due()
    assert "Completed" not in rest(), "money of another order is still held"
    deliver(still_held)
    close_claim_window()
    payout.settle_due()
    assert "Completed" in rest()


def test_a_lot_that_may_still_ripen_turns_nobody_away(morning: market_morning.World) -> None:
    buy(morning, "first", 3)
    finding = {"rule": "cut-dry-matter-monthong", "found": "31 %", "is_met": False, "source": "test"}
    GateState.objects.filter(lot__code=LOT, destination="KMG", gate="to_cut").update(is_open=False, findings=[finding])
    assert turning_away.turn_away_what_failed() == []
    clock.move_to(datetime(2026, 5, 1, 9, tzinfo=clock.BANGKOK))
    assert turning_away.turn_away_what_failed() != []
