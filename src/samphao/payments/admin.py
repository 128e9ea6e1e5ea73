"""The ledger is looked at here and written by its services alone: what was posted stays as it was posted."""

from __future__ import annotations

from django.contrib import admin

from samphao.core.admin import Looked
from samphao.payments.models import (
    Account,
    Entry,
    FeeInvoice,
    PartnerEvent,
    PayeeAccount,
    Payment,
    PaymentRequest,
    StatementLine,
    Transfer,
)


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
    list_display = (
        "order_code",
        "method",
        "bank_reference",
        "amount_minor",
        "currency",
        "refunded_minor",
        "state",
        "received_at",
    )
    list_filter = ("state", "method", "currency")
    search_fields = ("=order_code", "=bank_reference")
    ordering = ("-id",)


@admin.register(PaymentRequest)
class PaymentRequestAdmin(Looked):
    list_display = ("order_code", "method", "ref1", "ref2", "amount_minor", "currency", "rate", "asked_at")
    list_filter = ("method", "currency")
    search_fields = ("=order_code", "=ref1", "=ref2")
    ordering = ("-id",)


@admin.register(StatementLine)
class StatementLineAdmin(Looked):
    list_display = ("method", "reference", "at", "amount_minor", "currency", "state", "order_code", "decided_by")
    list_filter = ("method", "state", "currency")
    search_fields = ("=reference", "=order_code", "=ref1")
    ordering = ("-id",)


@admin.register(PartnerEvent)
class PartnerEventAdmin(Looked):
    list_display = ("method", "event_id", "kind", "about", "state", "received_at")
    list_filter = ("method", "kind", "state")
    search_fields = ("=event_id", "=about")
    ordering = ("-id",)


@admin.register(PayeeAccount)
class PayeeAccountAdmin(Looked):
    list_display = ("owner", "bank", "holder", "changed_by", "changed_at")
    search_fields = ("=owner",)
    ordering = ("owner",)


@admin.register(FeeInvoice)
class FeeInvoiceAdmin(Looked):
    list_display = ("order_code", "kind", "series", "number", "tax_point_on", "gross_minor", "vat_minor", "numbered_at")
    list_filter = ("kind", "series")
    search_fields = ("=order_code",)
    ordering = ("-id",)
