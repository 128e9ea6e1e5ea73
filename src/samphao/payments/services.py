"""Writes of payments: what private modules write is shown here. Every function can be repeated: a transfer's key is posted once."""

from __future__ import annotations

from samphao.payments.asking import ask as ask
from samphao.payments.asking import reference_of as reference_of
from samphao.payments.fee_invoices import number_fee_invoices as number_fee_invoices
from samphao.payments.fee_invoices import record_fees as record_fees
from samphao.payments.fee_invoices import tax_fees as tax_fees
from samphao.payments.money_back import charge_back as charge_back
from samphao.payments.money_back import mark_sent_back as mark_sent_back
from samphao.payments.money_back import refund_order as refund_order
from samphao.payments.money_back import return_payments as return_payments
from samphao.payments.partner_events import keep_message as keep_message
from samphao.payments.partner_events import mark_done as mark_done
from samphao.payments.partner_events import signed as signed
from samphao.payments.payee_accounts import set_payee_account as set_payee_account
from samphao.payments.payouts import pay_out as pay_out
from samphao.payments.payouts import return_payout as return_payout
from samphao.payments.posting import TwoForOneKey as TwoForOneKey
from samphao.payments.posting import UnknownAccount as UnknownAccount
from samphao.payments.posting import bank as bank
from samphao.payments.posting import exchange as exchange
from samphao.payments.posting import held as held
from samphao.payments.posting import open_accounts as open_accounts
from samphao.payments.posting import payable as payable
from samphao.payments.posting import post as post
from samphao.payments.posting import receivable as receivable
from samphao.payments.receiving import mark_applied as mark_applied
from samphao.payments.receiving import record_payments as record_payments
from samphao.payments.statements import assign_line as assign_line
from samphao.payments.statements import keep_lines as keep_lines
from samphao.payments.statements import mark_booked as mark_booked
from samphao.payments.statements import put_in_suspense as put_in_suspense
from samphao.payments.statements import return_line as return_line
