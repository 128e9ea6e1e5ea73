"""Reads of payments: what private modules read is shown here."""

from __future__ import annotations

from samphao.payments.arrivals import (
    applied_to,
    is_known,
    known_lines,
    left_of,
    line_of,
    lines_in_suspense,
    orders_asked_for,
    payments_of,
    requests_of,
    requests_of_orders,
    waiting_payments,
)
from samphao.payments.balances import (
    Movement,
    balances_of,
    check,
    debts_of,
    earned_by,
    first_transfers,
    held_by_currency,
    held_for,
    movements_of,
    owed_by,
    transfers_of,
    was_paid,
)
from samphao.payments.fee_invoices import days_without_tax, fee_papers_of
from samphao.payments.money_out import BackToSend, back_to_send
from samphao.payments.paid_out import Payout, latest_payouts, owners_to_pay, payee_accounts, payouts, payouts_on
from samphao.payments.partner_events import waiting_messages
from samphao.payments.reconciling import (
    Day,
    Difference,
    days,
    differences,
    last_told,
    lines_told,
    methods_with_movements,
)
from samphao.payments.seller_statement import Statement, StatementRow, currencies_of, statement
