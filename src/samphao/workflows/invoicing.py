"""Tax in the hub's fee: an invoice is written when the fee becomes the hub's, taxed at the rate of that day, and numbered later."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from samphao.core import clock
from samphao.core.money import minor_units
from samphao.engines.duty import half_up
from samphao.payments import queries as ledger
from samphao.payments import services as payments
from samphao.payments.types import Amount, FeeEarned, TaxRate
from samphao.reference import queries as reference
from samphao.trade import queries as trade
from samphao.workflows.claims_money import FeesBack

HOME, REVENUE = "THB", "revenue-TH"
TAX = "vat_domestic"


def fees_earned(orders: Sequence[str], back: FeesBack) -> int:
    """Write the tax invoices of settled orders: a fee becomes the hub's when the claim window has closed (decision 9).

    Of an order of which a claim was paid it becomes the hub's now, when the claim is closed. What went back is no fee.
    """
    rates = lru_cache(maxsize=None)(reference.exchange_rates)
    fees = []
    for row in trade.fees_of(orders):
        rate = rates(row.priced_on)[row.currency].rate
        fee = row.fee_minor - back.minor.get(row.code, 0)
        satang = half_up(Decimal(fee) / minor_units(row.currency) / rate * minor_units(HOME))
        if satang > 0:
            on = clock.today() if row.code in back.claimed else row.claims_end_at.astimezone(clock.BANGKOK).date()
            fees.append(FeeEarned(row.code, row.buyer, on, satang, Amount(fee, row.currency), rate))
    return payments.record_fees(fees)


def tax_fees() -> int:
    """Work out the tax of fees that have none yet. Where no rate of the day has a source they wait: it is unknown, not nought."""
    done = 0
    for on in ledger.days_without_tax():
        rate = reference.tax_on(TAX, "TH", on)
        if rate is not None and rate.percent is not None:
            done += payments.tax_fees(on, TaxRate(rate.percent, rate.source), REVENUE)
    return done + payments.tax_credits(REVENUE)


def tax_and_number() -> int:
    """Tax what can be taxed, then number it, in the order in which it was written; a credit note after the invoice that it corrects."""
    tax_fees()
    return payments.number_fee_invoices() + payments.number_fee_invoices()
