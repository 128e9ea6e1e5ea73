"""Pages of paying and of being paid, the money desk, and the papers: what they say is what the ledger says."""

from __future__ import annotations

import csv
import io
import re
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from django.test import Client
from PIL import Image
from web.test_pages import signed_in
from worlds import paid_market

from samphao.accounts.models import Organisation
from samphao.core import clock
from samphao.core.models import HubSettings
from samphao.engines.emv_qr import bill_of
from samphao.payments import queries as ledger
from samphao.payments import services as payments
from samphao.payments.models import PayeeAccount, Payment, StatementLine
from samphao.trade import services
from samphao.trade.models import Order
from samphao.workflows import invoicing, payout, seller_statement, ways_to_pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def market(clock_reset: None) -> paid_market.World:
    return paid_market.make()


@pytest.fixture
def anong(market: paid_market.World) -> Client:
    return signed_in(market.buyer, "anong")


@pytest.fixture
def staff() -> Client:
    hub = Organisation.objects.create(code="HUB", kind="hub", legal_form="company", name_en="Hub", country="TH")
    return signed_in(hub, "hub")


def settled(market: paid_market.World, quantity: int = 1) -> Order:
    order = market.order(quantity=quantity)
    ways_to_pay.pay_by_simulator(order.code)
    services.ship_orders([order.code])
    services.deliver_orders({order.code: clock.now()})
    paid_market.let_time_pass(hours=49)
    payout.settle_due()
    return order


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().replace("\u00a0", " ").split())


def test_the_page_of_paying_says_how_much_until_when_and_by_what(market: paid_market.World, anong: Client) -> None:
    order = market.order()
    page = text_of(anong.get(f"/orders/{order.code}/pay/"))
    for said in (
        "Pay ¥ 100.00",
        "until <strong>24 Apr 2026 12:15</strong>",
        "฿ 400.00",
        "CNY 0.25 for ฿ 1",
        "no bank pays this code",
        "<svg",
    ):
        assert said in page
    assert bill_of(ways_to_pay.ways(trade_due(order), hub())[0].code).amount_minor == 40_000


def trade_due(order: Order) -> Any:
    from samphao.trade.queries import dues_of

    return dues_of([order.code])[0]


def hub() -> Any:
    from samphao.core.hub import settings

    return settings()


@pytest.mark.parametrize(
    ("how", "state", "said"),
    [
        ("pays", "paid", "The simulator bank reported your payment."),
        ("pays_twice", "paid", "went back"),
        ("pays_too_little", "held", "waits for the rest"),
        ("message_lost", "held", "its message was lost"),
        ("nonsense", "held", "Pay ¥"),
    ],
)
def test_what_the_simulated_buyer_does_is_seen_on_the_page(
    market: paid_market.World, anong: Client, how: str, state: str, said: str
) -> None:
    order = market.order()
    page = text_of(anong.post(f"/orders/{order.code}/pay/", {"how": how}, follow=True))
    again = text_of(anong.get(f"/orders/{order.code}/pay/"))
    assert Order.objects.get(pk=order.pk).state == state
    assert said in page + again


def test_a_hub_with_a_partner_offers_what_is_set_up_and_simulates_nothing(
    market: paid_market.World, anong: Client, settings: Any
) -> None:
    HubSettings.objects.update(payment="partner", payment_partner="Bank of the Example")
    settings.PROMPTPAY_BILLER, settings.BANK_ACCOUNT = "099400016550100", "Bank of the Example, 123-4-56789-0"
    order = market.order("THB")
    page = text_of(anong.get(f"/orders/{order.code}/pay/"))
    for said in ("PromptPay", "Bank transfer", "123-4-56789-0", order.code.replace("-", ""), "Show us the slip"):
        assert said in page
    assert "imulat" not in page
    anong.post(f"/orders/{order.code}/pay/")
    assert not Payment.objects.exists()


def test_only_its_buyer_pays_or_sees_how(market: paid_market.World) -> None:
    order = market.order()
    somchai = signed_in(Organisation.objects.get(code="somchai"), "somchai")
    for method in (somchai.get, somchai.post):
        assert method(f"/orders/{order.code}/pay/").status_code == 404
    assert not Payment.objects.exists()


def test_a_statement_names_each_movement_with_its_orders_and_adds_up(market: paid_market.World) -> None:
    orders = [settled(market, quantity) for quantity in (1, 2)]
    payout.send_to_banks()
    somchai = signed_in(Organisation.objects.get(code="somchai"), "somchai")
    page = text_of(somchai.get("/money/statement/?month=2026-04"))
    for order in orders:
        assert order.code in page
    rows = list(
        csv.reader(io.StringIO(somchai.get("/money/statement/?month=2026-04&as=csv").content.decode("utf-8-sig")))
    )
    assert [row[1] for row in rows[1:]] == ["opening", "payout", "payout", "payment out", "closing"]
    assert [row[5] for row in rows[2:-1]] == ["240", "480", "-720"]
    assert [row[6] for row in rows[1:]] == ["0", "240", "720", "0", "0"]
    assert {row[3] for row in rows[2:4]} == {order.code for order in orders}
    assert "Nothing moved in this month." in text_of(somchai.get("/money/statement/?month=2026-03"))
    for odd in ("month=2026-13", "month=x", "currency=ZZZ", "month=2026-04&currency=CNY"):
        assert somchai.get(f"/money/statement/?{odd}").status_code == 200


def test_a_movement_names_only_the_orders_that_were_priced_in_its_currency(market: paid_market.World) -> None:
    """Orders of one lot that are settled at the same moment are paid in one transfer for each currency."""
    orders = [market.order(currency) for currency in ("CNY", "THB")]
    for order in orders:
        ways_to_pay.pay_by_simulator(order.code)
    services.ship_orders([order.code for order in orders])
    services.deliver_orders(dict.fromkeys([order.code for order in orders], clock.now()))
    paid_market.let_time_pass(hours=49)
    payout.settle_due()
    found = seller_statement.month(["somchai"], "THB", date(2026, 4, 1))
    assert [(one.orders, one.row.amount_minor) for one in found.movements] == [
        ((orders[0].code,), 24_000),
        ((orders[1].code,), 6_000),
    ]


def test_a_payout_that_came_back_is_payable_again_and_no_longer_paid(market: paid_market.World, staff: Client) -> None:
    """Pitfall 10: a returned payout must never be still paid."""
    settled(market)
    payout.send_to_banks()
    sent = ledger.payouts(["somchai"])[0]
    assert f"{sent.code}" in text_of(staff.get("/money/desk/"))
    for _ in range(2):
        staff.post("/money/desk/returned/", {"key": sent.key, "reason": "account closed"})
    again = ledger.payouts(["somchai"])[0]
    assert (again.is_returned, again.reason) == (True, "account closed")
    assert ledger.earned_by(["somchai"])["THB"][:2] == (24_000, 0)
    assert "came back" in text_of(staff.get("/money/desk/"))
    somchai = text_of(signed_in(Organisation.objects.get(code="somchai"), "somchai").get("/money/"))
    assert "sent back by your bank" in somchai
    paid_market.let_time_pass(days=1)
    payout.send_to_banks()
    assert ledger.earned_by(["somchai"])["THB"][:2] == (24_000, 24_000)
    assert ledger.check().faults == ()


def test_the_desk_shows_a_lost_message_as_a_difference_and_the_statement_mends_it(
    market: paid_market.World, anong: Client, staff: Client
) -> None:
    order = market.order()
    anong.post(f"/orders/{order.code}/pay/", {"how": "message_lost"})
    page = text_of(staff.get("/money/desk/"))
    assert f"SIM-{order.code}" in page
    assert "Where they differ" in page
    content = (
        "booked_at,reference,amount,currency,ref1\n"
        f"{clock.now().isoformat()},SIM-{order.code},400.00,THB,{order.code}\n"
    )
    file = io.BytesIO(content.encode())
    file.name = "statement.csv"
    preview = staff.post("/money/desk/import/", {"method": "simulator", "file": file})
    assert f"pays {order.code}" in text_of(preview)
    assert Order.objects.get(pk=order.pk).state == "held"
    staff.post("/money/desk/import/", {"method": "simulator", "content": content, "book": "1"})
    assert Order.objects.get(pk=order.pk).state == "paid"
    assert "statement and ledger agree" in text_of(staff.get("/money/desk/"))


def test_a_file_with_faults_says_which_and_books_the_good_rows_if_told_to(
    market: paid_market.World, staff: Client
) -> None:
    content = "booked_at,reference,amount,currency\n2026-04-24T09:00:00+07:00,A,1.005,THB\n2026-04-24T09:00:00+07:00,B,5.00,THB\n"
    seen = staff.post("/money/desk/import/", {"method": "simulator", "content": content})
    assert seen.status_code == 422
    assert "statement.csv:2 amount" in text_of(seen)
    assert (
        staff.post("/money/desk/import/", {"method": "simulator", "content": content, "book": "1"}).status_code == 302
    )
    assert not StatementLine.objects.exists()
    staff.post("/money/desk/import/", {"method": "simulator", "content": content, "book": "1", "keep_good": "1"})
    assert StatementLine.objects.get().state == "suspense"
    assert staff.post("/money/desk/import/", {"method": "nobody", "content": content}).status_code == 302


def test_money_in_suspense_is_given_to_an_order_on_the_page(
    market: paid_market.World, anong: Client, staff: Client
) -> None:
    order = market.order()
    anong.get(f"/orders/{order.code}/pay/")
    content = "booked_at,reference,amount,currency,payer\n2026-04-24T12:05:00+07:00,B,400.00,THB,somebody\n"
    staff.post("/money/desk/import/", {"method": "simulator", "content": content, "book": "1"})
    page = text_of(staff.get("/money/desk/"))
    assert f"Waiting for just this much: {order.code}" in page
    number = StatementLine.objects.get().pk
    assert "There is no such order." in text_of(
        staff.post(f"/money/desk/lines/{number}/", {"what": "assign", "order": "SO-1"}, follow=True)
    )
    staff.post(f"/money/desk/lines/{number}/", {"what": "assign", "order": order.code.lower()})
    assert Order.objects.get(pk=order.pk).state == "paid"
    told = text_of(staff.post(f"/money/desk/lines/{number}/", {"what": "return"}, follow=True))
    assert "Somebody has decided about this line already." in told


def test_what_left_is_an_exchange_or_a_cost_as_staff_say(market: paid_market.World, staff: Client) -> None:
    head = "booked_at,reference,amount,currency,payer\n"
    rows = (("FX-1", "-400.00", "THB"), ("FX-2", "98.00", "CNY"), ("FEE", "-35.00", "THB"))
    content = head + "".join(
        f"2026-04-24T12:05:00+07:00,{name},{amount},{currency},\n" for name, amount, currency in rows
    )
    staff.post("/money/desk/import/", {"method": "simulator", "content": content, "book": "1"})
    left, came, fee = (StatementLine.objects.get(reference=name) for name, _amount, _currency in rows)
    assert "It was exchanged for" in text_of(staff.get("/money/desk/"))
    staff.post(f"/money/desk/lines/{left.pk}/", {"what": "exchange", "other": str(came.pk)})
    staff.post(f"/money/desk/lines/{fee.pk}/", {"what": "cost"})
    page = text_of(staff.get("/money/desk/"))
    for said in ("Currencies exchanged by the partner", "0.245000", "rate of the day", "2.00 %"):
        assert said in page, said
    assert "It was exchanged for" not in page
    assert ledger.lines_in_suspense().count() == 0
    for other in ("x", "", "999999999999999999999"):
        answer = staff.post(f"/money/desk/lines/{left.pk}/", {"what": "exchange", "other": other}, follow=True)
        assert "There is no such line." in text_of(answer)


def test_the_bank_file_pays_whoever_said_where_and_leaves_out_what_came_back(
    market: paid_market.World, staff: Client, settings: Any
) -> None:
    settled(market)
    HubSettings.objects.update(payment="partner", payment_partner="Bank of the Example")
    settings.BANK_ACCOUNT = "Bank of the Example, 123-4-56789-0"
    staff.post("/money/desk/bank-file/")
    assert ledger.payouts(["somchai"]) == [], "nobody knows where he is paid"
    somchai = signed_in(Organisation.objects.get(code="somchai"), "somchai")
    bad = somchai.post("/money/account/", {"bank": "4", "number": "12 34", "holder": ""})
    assert bad.status_code == 422
    somchai.post("/money/account/", {"bank": "004", "number": "1234567890", "holder": "=Somchai"})
    assert PayeeAccount.objects.get().number == "1234567890"
    assert "1234567890" not in text_of(somchai.get("/money/account/"))
    staff.post("/money/desk/bank-file/")
    staff.post("/money/desk/bank-file/")
    sent = ledger.payouts(["somchai"])
    assert [row.amount_minor for row in sent] == [24_000]
    path = f"/money/desk/bank-file/?day={sent[0].at.astimezone(clock.BANGKOK).date()}"
    rows = list(csv.DictReader(io.StringIO(staff.get(path).content.decode("utf-8-sig"))))
    assert [(row["reference"], row["amount"], row["currency"], row["bank"], row["account"]) for row in rows] == [
        (sent[0].code, "240", "THB", "004", "1234567890")
    ]
    payments.return_payout(sent[0].key, clock.now(), reason="closed")
    assert len(staff.get(path).content.decode().splitlines()) == 1
    assert staff.get("/money/desk/bank-file/?day=x").status_code == 404


@pytest.mark.parametrize("language", ["en", "th", "zh-hans"])
@pytest.mark.parametrize("kind", ["receipt", "invoice", "tax-invoice", "credit-note"])
def test_papers_are_pdfs_in_the_readers_language_that_say_the_right_amounts(
    market: paid_market.World, anong: Client, kind: str, language: str, tmp_path: Path
) -> None:
    from samphao.reference import services as reference

    reference.publish()
    Organisation.objects.filter(code="anong").update(
        name_en='#panic("x") *Anong* $1$ <b> \\', name_th="ร้านผลไม้อนงค์ ทุเรียนหมอนทอง", name_zh="阿侬水果店"
    )
    order = settled(market)
    payments.credit_fee(order.code, 500, date(2026, 5, 2), reason="test")
    invoicing.tax_and_number()
    answer = anong.get(f"/orders/{order.code}/papers/{kind}/", headers={"accept-language": language})
    assert answer.headers["Content-Type"] == "application/pdf"
    (tmp_path / "paper.pdf").write_bytes(answer.content)
    said = " ".join(
        subprocess.run(
            ["pdftotext", "-layout", str(tmp_path / "paper.pdf"), "-"], capture_output=True, text=True, check=True
        )
        .stdout.replace("\u00a0", " ")
        .split()
    )
    expected = {
        "receipt": ["฿ 456.63", "¥ 100.00", f"RC-{order.code}"],
        "invoice": ["¥ 60.00", "¥ 100.00", "081060", f"CI-{order.code}"],
        "tax-invoice": ["TIV-2026-04-000001", "฿ 42.67", "฿ 2.99", "฿ 45.66"],
        "credit-note": [
            "TCN-2026-05-000001",
            "TIV-2026-04-000001",
            "฿ 42.67",
            "฿ 21.34",
            "฿ 21.33",
            "฿ 1.49",
            "฿ 22.83",
        ],
    }[kind]
    for text in expected:
        assert text in said, said
    if language == "en":
        assert '#panic("x") *Anong* $1$ <b>' in said, "what people wrote is printed as it stands"


def test_there_is_no_paper_before_the_money_and_no_tax_invoice_before_its_number(
    market: paid_market.World, anong: Client
) -> None:
    order = market.order()
    assert "has not been paid" in text_of(anong.get(f"/orders/{order.code}/papers/receipt/", follow=True))
    ways_to_pay.pay_by_simulator(order.code)
    assert "numbered shortly after" in text_of(anong.get(f"/orders/{order.code}/papers/tax-invoice/", follow=True))
    page = text_of(anong.get(f"/orders/{order.code}/"))
    assert re.findall(r"/papers/([a-z-]+)/", page) == ["receipt", "invoice"]
    somchai = signed_in(Organisation.objects.get(code="somchai"), "somchai")
    assert somchai.get(f"/orders/{order.code}/papers/receipt/").status_code == 404
    assert somchai.get(f"/orders/{order.code}/papers/invoice/").status_code == 200
    assert somchai.get(f"/orders/{order.code}/papers/anything/").status_code == 404


def test_the_code_on_the_page_is_read_by_a_camera(market: paid_market.World) -> None:
    import segno

    order = market.order()
    code = ways_to_pay.ways(trade_due(order), hub())[0].code
    drawn = io.BytesIO()
    segno.make(code, error="m", micro=False).save(drawn, kind="png", scale=3, border=4)
    assert bill_of(zxingcpp.read_barcodes(Image.open(drawn))[0].text).ref1 == order.code.replace("-", "")


def test_a_message_to_the_hub_is_answered_without_a_form_and_refused_unsigned(market: paid_market.World) -> None:
    client = Client(enforce_csrf_checks=True)
    for method, status in (("simulator", 403), ("promptpay", 403), ("nobody", 404)):
        answer = client.post(f"/payments/{method}/messages/", b"{}", content_type="application/json")
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert client.get("/payments/simulator/messages/").status_code == 405
