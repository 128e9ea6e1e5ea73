"""A partner's statement as a file: faults by row and column, a preview that writes nothing, and a second import that changes nothing."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from worlds import paid_market

from samphao.accounts.models import Notice
from samphao.core import clock, files
from samphao.core.errors import BadRows, Conflict, NotFound, Refused
from samphao.core.hub import Hub
from samphao.payments import queries as ledger
from samphao.payments import services as payments
from samphao.payments.models import Account, Payment, StatementLine, Transfer
from samphao.payments.types import Amount
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.models import Order
from samphao.workflows import money_in, payout, statement_file, ways_to_pay

pytestmark = pytest.mark.django_db
HEADER = "booked_at,reference,amount,currency,ref1,ref2,payer,payer_app,payer_amount,payer_currency,payer_rate\n"
WITH_NOTE = HEADER.replace("payer,", "payer,note,", 1)
PARTNER = Hub("Hub", ("en",), frozenset({"CN"}), "partner", is_demo=False)


@pytest.fixture
def market(clock_reset: None, settings: Any) -> paid_market.World:
    settings.PROMPTPAY_BILLER, settings.BANK_ACCOUNT = "099400016550100", "Bank of the tests, 123-4-56789-0"
    return paid_market.make()


def csv(*rows: str, header: str = HEADER) -> bytes:
    return (header + "".join(f"{row}\n" for row in rows)).encode()


def asked(order: Order, method: str = "promptpay") -> ways_to_pay.Way:
    due = trade.dues_of([order.code])[0]
    return next(way for way in ways_to_pay.ways(due, PARTNER) if way.method == method)


def paid_row(way: ways_to_pay.Way, reference: str, amount: str) -> str:
    return f"2026-04-24T12:05:00+07:00,{reference},{amount},THB,{way.ref1},{way.ref2},Mr Li,Alipay+,101.20,CNY,0.253"


def suspense() -> int:
    return sum(Account.objects.filter(purpose="suspense").values_list("balance_minor", flat=True))


def state_of(order: Order) -> str:
    return Order.objects.get(pk=order.pk).state


def test_a_statement_pays_orders_by_their_references_and_keeps_who_paid_with_what(market: paid_market.World) -> None:
    order = market.order()
    content = csv(paid_row(asked(order), "BK-1", "400.00"))
    shown = statement_file.read("promptpay", content)
    assert [(row.number, row.order, row.is_known) for row in shown.rows] == [(2, order.code, False)]
    assert not StatementLine.objects.exists(), "a preview writes nothing"
    assert statement_file.book("promptpay", content) == (1, 0)
    payment = Payment.objects.get()
    assert (payment.payer, payment.payer_app, payment.payer_minor, payment.payer_currency) == (
        "Mr Li",
        "Alipay+",
        10_120,
        "CNY",
    )
    assert state_of(order) == "paid"
    assert ledger.differences("promptpay") == []
    assert ledger.check().faults == ()


def test_the_same_file_again_changes_nothing(market: paid_market.World) -> None:
    order = market.order()
    content = csv(paid_row(asked(order), "BK-1", "400.00"), "2026-04-24T13:00:00+07:00,BK-2,55.50,THB,,,somebody,,,,")
    assert statement_file.book("promptpay", content) == (1, 1)
    before = (Transfer.objects.count(), Payment.objects.count(), StatementLine.objects.count())
    assert [row.is_known for row in statement_file.read("promptpay", content).rows] == [True, True]
    assert statement_file.book("promptpay", content) == (0, 0)
    assert (Transfer.objects.count(), Payment.objects.count(), StatementLine.objects.count()) == before


def test_a_message_and_a_statement_of_one_payment_are_one_payment(market: paid_market.World) -> None:
    order = market.order()
    way = asked(order)
    content = csv(paid_row(way, "BK-1", "400.00"))
    arrival = statement_file.read("promptpay", content).rows[0].arrival
    payments.record_payments("promptpay", list(money_in.match("promptpay", [arrival]).values()))
    assert statement_file.book("promptpay", content) == (1, 0)
    assert (Payment.objects.count(), ledger.differences("promptpay"), state_of(order)) == (1, [], "paid")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("2026-04-24T12:05:00+07:00,BK-1,400.005,THB,,,,,,,", "amount"),
        ("2026-04-24T12:05:00+07:00,BK-1,0,THB,,,,,,,", "amount"),
        ("2026-04-24T12:05:00+07:00,BK-1,12.5,VND,,,,,,,", "amount"),
        ("2026-04-24T12:05:00+07:00,BK-1,lots,THB,,,,,,,", "amount"),
        ("2026-04-24T12:05:00+07:00,BK-1,400,BAHT,,,,,,,", "currency"),
        ("2026-04-24T12:05:00,BK-1,400,THB,,,,,,,", "booked_at"),
        ("2569-04-24T12:05:00+07:00,BK-1,400,THB,,,,,,,", "booked_at"),
        ("2026-04-24T12:05:00+07:00,,400,THB,,,,,,,", "reference"),
        ("2026-04-24T12:05:00+07:00,BK-1,400,THB,,,,,12.345,CNY,", "payer_amount"),
    ],
)
def test_what_is_wrong_is_told_by_row_and_column_and_nothing_is_written(
    market: paid_market.World, row: str, column: str
) -> None:
    content = csv("2026-04-24T12:00:00+07:00,BK-0,1.00,THB,,,,,,,", row)
    file = statement_file.read("promptpay", content)
    assert [(fault.row, fault.column) for fault in file.faults] == [(3, column)]
    with pytest.raises(BadRows):
        statement_file.book("promptpay", content)
    assert not StatementLine.objects.exists()
    assert statement_file.book("promptpay", content, keep_good=True) == (0, 1)


def test_a_reference_that_stands_twice_is_a_fault(market: paid_market.World) -> None:
    line = "2026-04-24T12:05:00+07:00,BK-1,1.00,THB,,,,,,,"
    assert [fault.row for fault in statement_file.read("promptpay", csv(line, line)).faults] == [2, 3]


@pytest.mark.parametrize(("amount", "state"), [("399.99", "held"), ("400.00", "paid"), ("500.00", "paid")])
def test_what_is_due_is_due_to_the_satang(market: paid_market.World, amount: str, state: str) -> None:
    order = market.order()
    statement_file.book("promptpay", csv(paid_row(asked(order), "BK-1", amount)))
    assert state_of(order) == state
    back = sum(row.amount_minor for row in ledger.back_to_send())
    assert back == (10_000 if amount == "500.00" else 0), "what was too much waits to be sent back"
    assert ledger.check().faults == ()


def test_money_that_nobody_knows_waits_until_a_person_gives_it_to_an_order(market: paid_market.World) -> None:
    order = market.order()
    asked(order, "bank_transfer")
    statement_file.book("bank_transfer", csv("2026-04-24T13:00:00+07:00,BK-9,400.00,THB,durian please,,somebody,,,,"))
    line = ledger.lines_in_suspense().get()
    assert (suspense(), state_of(order)) == (40_000, "held")
    assert money_in.suggestions([line]) == {line.pk: [money_in.Suggestion(order.code, has_slip=False)]}
    money_in.assign(line.pk, order.code, by="staff")
    line.refresh_from_db()
    assert (suspense(), state_of(order), line.state, line.decided_by) == (0, "paid", "assigned", "staff")
    with pytest.raises(Conflict):
        money_in.assign(line.pk, order.code, by="staff")
    assert ledger.differences("bank_transfer") == []
    assert ledger.check().faults == ()


def test_an_order_whose_buyer_showed_the_slip_is_proposed_first(
    market: paid_market.World, tmp_path: Path, settings: Any
) -> None:
    settings.FILES_FOLDER = tmp_path
    first, second = market.order(), market.order()
    for order in (first, second):
        asked(order, "bank_transfer")
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(picture, "JPEG")
    files.store(picture.getvalue(), "slip.jpg", subject=first.code, kind="slip", by="anong")
    statement_file.book("bank_transfer", csv("2026-04-24T13:00:00+07:00,BK-9,400.00,THB,,,somebody,,,,"))
    line = ledger.lines_in_suspense().get()
    found = money_in.suggestions([line])[line.pk]
    assert [(one.order, one.has_slip) for one in found] == [(first.code, True), (second.code, False)]


def test_money_that_nobody_knows_is_sent_back_and_told_when_it_was(market: paid_market.World) -> None:
    statement_file.book("bank_transfer", csv("2026-04-24T13:00:00+07:00,BK-9,55.50,THB,,,somebody,,,,"))
    line = ledger.lines_in_suspense().get()
    payments.return_line(line.pk, by="staff", reason="no order")
    back = ledger.back_to_send()
    assert [(row.amount_minor, row.method) for row in back] == [(5_550, "bank_transfer")]
    assert payments.mark_sent_back(back[0].key, bank_reference="OUT-1", by="staff")
    assert not payments.mark_sent_back(back[0].key, bank_reference="OUT-1", by="staff")
    assert ledger.back_to_send() == []
    told = [row.transfer_key for row in ledger.differences("bank_transfer")]
    assert told == [f"sent back:{back[0].key}"], "the next statement has to show it"
    content = csv("2026-04-25T09:00:00+07:00,OUT-1,-55.50,THB,,,somebody,,,,")
    assert [row.sent.name for row in statement_file.read("bank_transfer", content).rows if row.sent] == ["OUT-1"]
    assert statement_file.book("bank_transfer", content) == (0, 0)
    assert ledger.differences("bank_transfer") == []
    assert ledger.check().faults == ()


def test_a_refund_that_the_statement_tells_before_staff_do_is_booked_once(market: paid_market.World) -> None:
    statement_file.book("bank_transfer", csv("2026-04-24T13:00:00+07:00,BK-9,55.50,THB,,,somebody,,,,"))
    payments.return_line(ledger.lines_in_suspense().get().pk, by="staff", reason="no order")
    statement_file.book("bank_transfer", csv("2026-04-25T09:00:00+07:00,OUT-1,-55.50,THB,,,somebody,,,,"))
    assert suspense() == -5_550
    assert payments.mark_sent_back(ledger.back_to_send()[0].key, bank_reference="OUT-1", by="staff")
    assert (suspense(), ledger.back_to_send(), ledger.differences("bank_transfer")) == (0, [], [])
    assert ledger.check().faults == ()


def paid_out(market: paid_market.World) -> ledger.Payout:
    """Let one order be paid by bank transfer and settled, and its grower be paid by the bank's file."""
    order = market.order("THB")
    statement_file.book("bank_transfer", csv(paid_row(asked(order, "bank_transfer"), "BK-1", "100.00")))
    services.ship_orders([order.code])
    services.deliver_orders({order.code: clock.now()})
    paid_market.let_time_pass(hours=49)
    payout.settle_due()
    payments.set_payee_account("somchai", bank="004", number="1234567890", holder="Somchai", by="somchai")
    assert payout.pay_by_file("bank_transfer") == 1
    return ledger.payouts(["somchai"])[0]


def test_payouts_and_those_that_came_back_are_known_again_in_the_statement(market: paid_market.World) -> None:
    """With a partner too reconciling ends empty: the bank prints the payout's code on both ways."""
    sent = paid_out(market)
    assert len(ledger.differences("bank_transfer")) == 1, "the statement has not shown it yet"
    out = f"2026-04-27T09:00:00+07:00,BK-2,-60.00,THB,{sent.code.replace('-', '')},,Somchai,,,,"
    assert statement_file.book("bank_transfer", csv(out)) == (0, 0)
    assert ledger.differences("bank_transfer") == []
    back = csv(f"2026-04-28T09:00:00+07:00,BK-3,60.00,THB,,{sent.code},Somchai,account closed,,,,", header=WITH_NOTE)
    assert [row.sent.came_back for row in statement_file.read("bank_transfer", back).rows if row.sent] == [True]
    assert [statement_file.book("bank_transfer", file) for file in (csv(out), back, back)] == [(0, 0)] * 3
    again = ledger.payouts(["somchai"])[0]
    assert (again.is_returned, again.reason, ledger.differences("bank_transfer")) == (True, "account closed", [])
    assert ledger.owners_to_pay() == ["somchai"]
    assert ledger.check().faults == ()


@pytest.mark.parametrize("amount", ["-60.01", "-59.99", "61.00"])
def test_a_line_of_another_amount_is_not_the_payout(market: paid_market.World, amount: str) -> None:
    sent = paid_out(market)
    assert statement_file.book(
        "bank_transfer", csv(f"2026-04-27T09:00:00+07:00,BK-2,{amount},THB,{sent.code},,x,,,,")
    ) == (0, 1)
    assert len(ledger.differences("bank_transfer")) == 1
    assert not ledger.payouts(["somchai"])[0].is_returned


def test_a_fee_of_the_bank_is_borne_by_the_hub(market: paid_market.World) -> None:
    statement_file.book("bank_transfer", csv("2026-04-24T13:00:00+07:00,BK-9,-35.00,THB,,,the bank,,,,"))
    line = ledger.lines_in_suspense().get()
    payments.bear_line(line.pk, by="staff")
    assert (suspense(), ledger.owed_by(["HUB"]), ledger.differences("bank_transfer")) == (0, {"THB": 3_500}, [])
    with pytest.raises(Conflict):
        payments.bear_line(line.pk, by="staff")
    assert ledger.check().faults == ()


def test_money_that_left_unknown_is_seen_in_suspense_and_pays_no_order(market: paid_market.World) -> None:
    order = market.order("THB")
    statement_file.book("bank_transfer", csv("2026-04-24T13:00:00+07:00,BK-9,-35.00,THB,,,bank fee,,,,"))
    line = ledger.lines_in_suspense().get()
    assert suspense() == -3_500
    with pytest.raises(Refused):
        money_in.assign(line.pk, order.code, by="staff")
    with pytest.raises(Conflict):
        payments.return_line(line.pk, by="staff", reason="x")
    with pytest.raises(NotFound):
        money_in.assign(line.pk, "SO-0000-0000", by="staff")


def test_a_mistyped_reference_pays_nobody(market: paid_market.World) -> None:
    order = market.order("THB")
    way = asked(order)
    wrong = f"{way.ref1[:-1]}{'A' if way.ref1[-1] != 'A' else 'B'}"
    statement_file.book("promptpay", csv(f"2026-04-24T12:05:00+07:00,BK-1,100.00,THB,{wrong},,x,,,,"))
    assert (state_of(order), suspense()) == ("held", 10_000)


def test_a_partner_is_offered_only_what_is_set_up(market: paid_market.World, settings: Any) -> None:
    assert ways_to_pay.methods_of(PARTNER) == ["promptpay", "bank_transfer"]
    settings.PROMPTPAY_BILLER = ""
    assert ways_to_pay.methods_of(PARTNER) == ["bank_transfer"]
    assert Notice.objects.count() == 0


def test_an_exchange_by_the_partner_is_linked_transfers_with_the_days_rate_and_its_spread(
    market: paid_market.World,
) -> None:
    """Pitfall 10: what an exchange costs must not vanish. Duty in yuan is bought with the baht that buyers paid."""
    order = market.order()
    statement_file.book("promptpay", csv(paid_row(asked(order), "BK-1", "400.00")))
    assert exchange_balances() == {"THB": 40_000, "CNY": -10_000}
    rows = "2026-04-25T09:00:00+07:00,FX-1,-400.00,THB,,,,,,,", "2026-04-25T09:00:00+07:00,FX-2,98.00,CNY,,,,,,,"
    assert statement_file.book("promptpay", csv(*rows)) == (0, 2)
    left, came = (ledger.lines_in_suspense().get(reference=name) for name in ("FX-1", "FX-2"))
    for wrong in ((came.pk, left.pk), (left.pk, left.pk)):
        with pytest.raises(Refused):
            money_in.exchange(*wrong, by="staff")
    money_in.exchange(left.pk, came.pk, by="staff")
    (made,) = ledger.exchanges()
    assert (made.sold, made.bought, made.rate) == (Amount(40_000, "THB"), Amount(9_800, "CNY"), Decimal("0.245"))
    assert (made.day, made.spread) == (ledger.DayRate(Decimal("0.25000000"), "test"), Decimal("0.02"))
    assert exchange_balances() == {"THB": 0, "CNY": -200}, "the two yuan that the partner kept are seen, not lost"
    assert (suspense(), ledger.differences("promptpay")) == (0, [])
    with pytest.raises(Conflict):
        money_in.exchange(left.pk, came.pk, by="staff")
    assert ledger.check().faults == ()


def test_an_exchange_on_a_day_without_a_rate_has_no_spread(market: paid_market.World) -> None:
    rows = "2025-04-25T09:00:00+07:00,FX-1,-400.00,THB,,,,,,,", "2025-04-25T09:00:00+07:00,FX-2,98.00,CNY,,,,,,,"
    statement_file.book("promptpay", csv(*rows))
    left, came = (ledger.lines_in_suspense().get(reference=name) for name in ("FX-1", "FX-2"))
    money_in.exchange(left.pk, came.pk, by="staff")
    assert [(one.day, one.spread) for one in ledger.exchanges()] == [(None, None)]


def exchange_balances() -> dict[str, int]:
    return dict(Account.objects.filter(purpose="exchange").values_list("currency", "balance_minor"))
