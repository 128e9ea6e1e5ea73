"""Writes of payments: what private modules write is shown here. Every function can be repeated: a transfer's key is posted once."""

from __future__ import annotations

from samphao.payments.asking import ask, reference_of
from samphao.payments.exchanges import book_exchange
from samphao.payments.fee_invoices import credit_fee, number_fee_invoices, record_fees, tax_credits, tax_fees
from samphao.payments.money_back import charge_back, mark_sent_back, refund_order, return_payments
from samphao.payments.partner_events import keep_message, mark_done, signed
from samphao.payments.payee_accounts import set_payee_account
from samphao.payments.payouts import pay_out, return_payout
from samphao.payments.posting import (
    TwoForOneKey,
    UnknownAccount,
    bank,
    exchange,
    held,
    open_accounts,
    payable,
    post,
    receivable,
)
from samphao.payments.receiving import mark_applied, record_payments
from samphao.payments.statements import (
    assign_line,
    bear_line,
    book_sent,
    keep_lines,
    mark_booked,
    put_in_suspense,
    return_line,
)
