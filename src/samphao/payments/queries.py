"""Reads of payments: what private modules read is shown here."""

from __future__ import annotations

from samphao.payments.arrivals import applied_to as applied_to
from samphao.payments.arrivals import is_known as is_known
from samphao.payments.arrivals import known_lines as known_lines
from samphao.payments.arrivals import line_of as line_of
from samphao.payments.arrivals import lines_in_suspense as lines_in_suspense
from samphao.payments.arrivals import orders_asked_for as orders_asked_for
from samphao.payments.arrivals import payments_of as payments_of
from samphao.payments.arrivals import requests_of as requests_of
from samphao.payments.arrivals import requests_of_orders as requests_of_orders
from samphao.payments.arrivals import waiting_payments as waiting_payments
from samphao.payments.balances import Movement as Movement
from samphao.payments.balances import balances_of as balances_of
from samphao.payments.balances import check as check
from samphao.payments.balances import debts_of as debts_of
from samphao.payments.balances import earned_by as earned_by
from samphao.payments.balances import first_transfers as first_transfers
from samphao.payments.balances import held_by_currency as held_by_currency
from samphao.payments.balances import held_for as held_for
from samphao.payments.balances import movements_of as movements_of
from samphao.payments.balances import owed_by as owed_by
from samphao.payments.balances import transfers_of as transfers_of
from samphao.payments.balances import was_paid as was_paid
from samphao.payments.fee_invoices import days_without_tax as days_without_tax
from samphao.payments.fee_invoices import fee_invoice_of as fee_invoice_of
from samphao.payments.fee_invoices import fee_invoices_of as fee_invoices_of
from samphao.payments.money_out import BackToSend as BackToSend
from samphao.payments.money_out import back_to_send as back_to_send
from samphao.payments.paid_out import Payout as Payout
from samphao.payments.paid_out import latest_payouts as latest_payouts
from samphao.payments.paid_out import owners_to_pay as owners_to_pay
from samphao.payments.paid_out import payee_accounts as payee_accounts
from samphao.payments.paid_out import payouts as payouts
from samphao.payments.paid_out import payouts_on as payouts_on
from samphao.payments.partner_events import waiting_messages as waiting_messages
from samphao.payments.reconciling import days as days
from samphao.payments.reconciling import differences as differences
from samphao.payments.reconciling import last_told as last_told
from samphao.payments.reconciling import lines_told as lines_told
from samphao.payments.reconciling import methods_with_movements as methods_with_movements
from samphao.payments.seller_statement import Statement as Statement
from samphao.payments.seller_statement import StatementRow as StatementRow
from samphao.payments.seller_statement import currencies_of as currencies_of
from samphao.payments.seller_statement import statement as statement
