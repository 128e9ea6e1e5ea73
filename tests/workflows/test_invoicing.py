"""Tax in the hub's fee: worked out at the rate of its day, booked for the revenue office, numbered without gaps and without keeping orders waiting."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from worlds import paid_market

from samphao.core import clock
from samphao.payments import queries as ledger
from samphao.payments import services as payments
from samphao.payments.models import Account, FeeInvoice
from samphao.payments.types import Amount, FeeEarned, TaxRate
from samphao.reference.models import Tax
from samphao.trade import services
from samphao.trade.models import Order
from samphao.workflows import invoicing, payout, ways_to_pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def market(clock_reset: None) -> paid_market.World:
    world = paid_market.make()
    Tax.objects.create(
        country="TH", tax="vat_domestic", kind="ad_valorem", rate_pct=Decimal(7), applies_to="standard", confidence="sourced", conflict=False,
        valid_from=date(2026, 1, 1), valid_to=date(2026, 9, 30), source="test",
    )  # fmt: skip
    return world


def settled(market: paid_market.World, *, currency: str = "CNY", quantity: int = 1) -> Order:
    order = market.order(currency, quantity)
    ways_to_pay.pay_by_simulator(order.code)
    services.ship_orders([order.code])
    services.deliver_orders({order.code: clock.now()})
    paid_market.let_time_pass(hours=49)
    assert payout.settle_due() == 1
    return order


def balance(purpose: str, owner: str) -> int:
    return sum(
        Account.objects.filter(purpose=purpose, owner=owner, currency="THB").values_list("balance_minor", flat=True)
    )


def test_the_fee_carries_tax_that_is_booked_for_the_revenue_office(market: paid_market.World) -> None:
    order = settled(market)
    assert invoicing.tax_and_number() == 1
    invoice = FeeInvoice.objects.get(order_code=order.code)
    assert (invoice.gross_minor, invoice.price_minor, invoice.price_currency) == (4_000, 1_000, "CNY"), (
        "1,000 fen at 0.25 are 4,000 satang"
    )
    assert (invoice.vat_minor, invoice.net_minor) == (262, 3_738), "7/107 of 40.00"
    assert (invoice.series, invoice.number, invoice.code) == ("2026-04", 1, "TIV-2026-04-000001")
    assert (balance("payable", "HUB"), balance("payable", "revenue-TH"), balance("receivable", "HUB")) == (
        3_738,
        262,
        0,
    )
    assert invoicing.tax_and_number() == 0
    assert ledger.check().faults == ()


def test_a_rate_whose_decree_has_run_out_is_unknown_until_a_new_one_is_sourced(market: paid_market.World) -> None:
    clock.move_to(datetime(2026, 10, 1, 3, tzinfo=UTC))
    order = settled(market)
    assert invoicing.tax_and_number() == 0
    invoice = FeeInvoice.objects.get(order_code=order.code)
    assert (invoice.vat_minor, invoice.number, balance("payable", "revenue-TH")) == (None, None, 0)
    with pytest.raises(IntegrityError, match="fee_invoice_tax_before_number"), transaction.atomic():
        FeeInvoice.objects.update(number=1, numbered_at=clock.now())
    payout.send_to_banks()
    Tax.objects.create(
        country="TH", tax="vat_domestic", kind="ad_valorem", rate_pct=Decimal(10), applies_to="standard", confidence="sourced", conflict=False,
        valid_from=date(2026, 10, 1), source="a decree",
    )  # fmt: skip
    assert invoicing.tax_and_number() == 1
    assert balance("receivable", "HUB") == 364, "the fee was sent out already: its tax is kept back from the next"
    settled(market)
    assert balance("receivable", "HUB") == 0
    assert ledger.check().faults == ()


def test_tax_is_kept_for_each_fee_so_that_the_revenue_office_is_paid_what_is_printed(market: paid_market.World) -> None:
    """Pitfall 9: tax that is not kept per line cannot be paid on."""
    for quantity in (1, 3, 7):
        settled(market, quantity=quantity)
    invoicing.tax_and_number()
    printed = [row.vat_minor or 0 for row in FeeInvoice.objects.order_by("id")]
    assert (sum(printed), len(printed)) == (balance("payable", "revenue-TH"), 3)


def fee(number: int, on: date = date(2026, 5, 4)) -> FeeEarned:
    return FeeEarned(f"SO-{number}", "anong", on, 1_070, Amount(1_070, "THB"), Decimal(1))


def numbered() -> list[tuple[str, int]]:
    return list(
        FeeInvoice.objects.filter(number__isnull=False).order_by("series", "number").values_list("series", "number")
    )


def test_numbers_leave_no_gap_and_the_database_sees_to_it(clock_reset: None) -> None:
    """Pitfall 8: a number without gaps is a hot row, so nobody who orders waits for one."""
    payments.record_fees([fee(1), fee(2), fee(3, date(2026, 6, 1))])
    for day in (date(2026, 5, 4), date(2026, 6, 1)):
        payments.tax_fees(day, TaxRate(Decimal(7), "test"), "revenue-TH")
    assert payments.number_fee_invoices() == 3
    assert numbered() == [("2026-05", 1), ("2026-05", 2), ("2026-06", 1)]
    payments.record_fees([fee(4)])
    payments.tax_fees(date(2026, 5, 4), TaxRate(Decimal(7), "test"), "revenue-TH")
    with pytest.raises(IntegrityError, match="leaves a gap"), transaction.atomic():
        FeeInvoice.objects.filter(order_code="SO-4").update(number=5, numbered_at=clock.now())
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        FeeInvoice.objects.filter(order_code="SO-1").update(number=7)
    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
        FeeInvoice.objects.filter(order_code="SO-2").delete()
    assert payments.number_fee_invoices() == 1
    assert numbered()[:3] == [("2026-05", 1), ("2026-05", 2), ("2026-05", 3)]


class Arithmetic(TestCase):
    """Whatever a fee is, its tax is the nearest satang, and never more than the fee."""

    @settings(deadline=None)
    @given(st.integers(1, 10**9), st.decimals("0.01", "30", places=2))
    def test_tax_in_a_fee(self, gross: int, percent: Decimal) -> None:
        payments.record_fees([FeeEarned("SO-X", "anong", date(2026, 5, 4), gross, Amount(gross, "THB"), Decimal(1))])
        payments.tax_fees(date(2026, 5, 4), TaxRate(percent, "test"), "revenue-TH")
        row = FeeInvoice.objects.get()
        exact = Decimal(gross) * percent / (100 + percent)
        assert row.vat_minor is not None
        assert abs(row.vat_minor - exact) <= Decimal("0.5")
        assert 0 <= row.vat_minor <= gross
