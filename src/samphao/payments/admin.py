"""The ledger is looked at here and written by its services alone: what was posted stays as it was posted."""

from __future__ import annotations

from django.contrib import admin

from samphao.core.admin import Looked
from samphao.payments.models import Account, Entry, Payment, Transfer


@admin.register(Account)
class AccountAdmin(Looked):
    list_display = ("code", "purpose", "owner", "subject", "currency", "side", "keeps_balance", "balance_minor")
    list_filter = ("purpose", "currency", "side")
    search_fields = ("code", "=owner", "=subject")
    ordering = ("code",)


@admin.register(Transfer)
class TransferAdmin(Looked):
    list_display = ("id", "kind", "subject", "at", "memo", "key")
    list_filter = ("kind",)
    search_fields = ("=subject", "=key")
    ordering = ("-id",)


@admin.register(Entry)
class EntryAdmin(Looked):
    list_display = ("id", "transfer", "account", "amount_minor", "currency")
    list_filter = ("currency",)
    list_select_related = ("transfer", "account")
    search_fields = ("=account__code", "=transfer__subject")
    ordering = ("-id",)


@admin.register(Payment)
class PaymentAdmin(Looked):
    list_display = ("order_code", "method", "bank_reference", "amount_minor", "currency", "state", "received_at")
    list_filter = ("state", "method", "currency")
    search_fields = ("=order_code", "=bank_reference")
    ordering = ("-id",)
