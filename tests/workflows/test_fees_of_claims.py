"""The hub's fee when a claim or a return gives a part of it back: what is taxed and printed is what the hub has."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from worlds import delivered
from worlds.delivered import LOT, SELLER, SILK, World

from samphao.core import clock
from samphao.payments import queries as ledger
from samphao.payments import services as payments
from samphao.payments.models import Account, FeeInvoice, Payment, Transfer
from samphao.reference.models import Tax
from samphao.trade.models import Order
from samphao.trade.types import ClaimAnswer
from samphao.workflows import claims, invoicing, payout

pytestmark = pytest.mark.django_db
RATE = Decimal("0.219")  # yuan for one baht on the morning


@pytest.fixture
def world(clock_reset: None, tmp_path: Path, settings: Any) -> World:
    settings.FILES_FOLDER = tmp_path
    world = delivered.make()
    Tax.objects.filter(country="TH", tax="vat_domestic", applies_to="standard").delete()
    Tax.objects.create(
        country="TH", tax="vat_domestic", kind="ad_valorem", rate_pct=Decimal(7), applies_to="standard", confidence="sourced", conflict=False,
        valid_from=date(2026, 1, 1), valid_to=date(2026, 9, 30), source="test",
    )  # fmt: skip
    return world


def fee(order: Order) -> int:
    return sum(line["receivers"].get("hub", 0) for line in order.offer.lines) * order.quantity


def settle() -> int:
    delivered.pass_hours(49)
    return payout.settle_due()


def owed(purpose: str, owner: str) -> int:
    rows = Account.objects.filter(purpose=purpose, owner=owner, currency="THB")
    return sum(rows.values_list("balance_minor", flat=True))


def returned(world: World, order: Order) -> None:
    claim = delivered.report(world, order, order.lot_units, "not_wanted")
    claims.send_back(claim.code, "EB123456789CN", viewer=world.viewer("baisong"), by="baisong")
    claims.answer(claim.code, ClaimAnswer("accept"), viewer=world.viewer("malee"), by="malee")


def test_a_claim_before_the_fee_is_the_hubs_makes_its_invoice_smaller(world: World) -> None:
    order = delivered.delivered(world)
    claim = delivered.report(world, order, 9)
    claims.answer(claim.code, ClaimAnswer("accept"), viewer=world.viewer(SELLER), by=SELLER)
    assert settle() == 1
    invoice = FeeInvoice.objects.get(order_code=order.code)
    claim.refresh_from_db()
    assert invoice.price_minor == fee(order) - claim.borne["hub"]["kept"] == fee(order) - fee(order) // 2
    assert abs(invoice.gross_minor - round(invoice.price_minor / RATE)) <= 1
    assert invoice.tax_point_on == clock.today(), "the fee became the hub's when the claim was closed"


def test_a_fee_that_went_back_whole_has_no_invoice(world: World) -> None:
    order = delivered.delivered(world)
    claim = delivered.report(world, order, order.lot_units)
    claims.answer(claim.code, ClaimAnswer("accept"), viewer=world.viewer(SELLER), by=SELLER)
    assert settle() == 1
    assert not FeeInvoice.objects.exists()


def test_a_return_after_the_invoice_is_credited_with_its_tax(world: World) -> None:
    order = delivered.delivered(world, 1, SILK)
    assert settle() == 1
    assert invoicing.tax_and_number() == 1
    invoice = FeeInvoice.objects.get()
    tax = invoice.vat_minor or 0
    assert (owed("payable", "revenue-TH"), tax > 0) == (tax, True)
    returned(world, order)
    assert invoicing.tax_and_number() == 1
    note = FeeInvoice.objects.get(kind="credit")
    assert (note.gross_minor, note.vat_minor, note.vat_percent) == (invoice.gross_minor, tax, 7)
    assert (invoice.code, note.code) == ("TIV-2026-04-000001", "TCN-2026-04-000001")
    assert owed("payable", "revenue-TH") == 0, "what is owed for the month is what is printed, less what was credited"
    assert ledger.check().faults == ()
    assert invoicing.tax_and_number() == 0
    with pytest.raises(IntegrityError, match="fee_invoice_once_an_order"), transaction.atomic():
        payments.credit_fee(order.code, 1, clock.today(), reason="again")


def test_tax_that_was_paid_already_is_kept_back_from_the_tax_of_the_next_fees(world: World) -> None:
    order = delivered.delivered(world, 1, SILK)
    settle()
    invoicing.tax_and_number()
    tax = FeeInvoice.objects.get().vat_minor
    payout.send_to_banks()
    returned(world, order)
    invoicing.tax_and_number()
    assert owed("receivable", "revenue-TH") == tax
    other = delivered.delivered(world, key="other")
    settle()
    invoicing.tax_and_number()
    more = FeeInvoice.objects.get(order_code=other.code).vat_minor or 0
    assert owed("receivable", "revenue-TH") + owed("payable", "revenue-TH") == abs(more - (tax or 0))
    assert ledger.check().faults == ()


def test_a_credit_note_waits_for_the_invoice_that_it_names(world: World) -> None:
    order = delivered.delivered(world, 1, SILK)
    settle()
    taxes = list(Tax.objects.all())
    Tax.objects.all().delete()
    returned(world, order)
    assert invoicing.tax_and_number() == 0
    Tax.objects.bulk_create(taxes)
    assert invoicing.tax_and_number() == 2
    assert sorted(row.code for row in FeeInvoice.objects.all()) == ["TCN-2026-04-000001", "TIV-2026-04-000001"]


def test_a_claim_of_an_order_that_was_charged_back_pays_the_buyer_only_what_he_has_not_got(world: World) -> None:
    """His bank took the money back already; then the hub, which bore that, gets what the sellers bear."""
    order = delivered.delivered(world)
    took = order.amount_minor - 1_000
    payments.charge_back("simulator", "B-first", took, key="CB-1", reason="fraud")
    bank, lost = delivered.bank_minor("CNY"), ledger.owed_by(["HUB"])["CNY"]
    claim = delivered.report(world, order, order.lot_units)
    claims.answer(claim.code, ClaimAnswer("accept"), viewer=world.viewer(SELLER), by=SELLER)
    claim.refresh_from_db()
    assert claim.state == "paid"
    assert bank - delivered.bank_minor("CNY") == 1_000
    assert (lost, ledger.owed_by(["HUB"]).get("CNY", 0)) == (took, 0)
    payment = Payment.objects.get(order_code=order.code)
    assert (payment.refunded_minor, payment.recovered_minor) == (order.amount_minor, took)
    assert settle() == 1
    assert delivered.held() == {}
    payments.return_payments([order.code], {order.code: LOT}, reason="again")
    assert Transfer.objects.filter(kind="recovered").count() == 1
    assert ledger.check().faults == ()
