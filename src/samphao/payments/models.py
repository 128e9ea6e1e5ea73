from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Account(models.Model):
    """One purse in one currency. Assets are debit accounts, what we owe others are credit accounts.

    `balance_minor` is kept by a trigger where `keeps_balance`; the bank's account is everybody's and would be one hot
    row, so its balance is the sum of its entries.
    """

    class Side(models.TextChoices):
        DEBIT = "debit"
        CREDIT = "credit"

    code = models.CharField(max_length=120, unique=True)
    purpose = models.CharField(max_length=30)
    owner = models.CharField(max_length=40, blank=True, help_text="an organisation's code")
    subject = models.CharField(max_length=40, blank=True, help_text="the lot or order whose money it is")
    currency = models.CharField(max_length=3)
    side = models.CharField(max_length=6, choices=Side)
    may_go_negative = models.BooleanField(default=False)
    keeps_balance = models.BooleanField(default=True)
    balance_minor = models.BigIntegerField(default=0, help_text="in the account's own side: what it holds or owes")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(may_go_negative=True) | Q(balance_minor__gte=0), name="account_not_negative"
            ),
            models.UniqueConstraint(fields=["id", "currency"], name="account_currency"),
        ]
        indexes = [models.Index(fields=["owner", "currency"]), models.Index(fields=["subject"])]

    def __str__(self) -> str:
        return self.code


class Transfer(models.Model):
    """Entries that belong together: they sum to zero in each currency, or the database refuses them all."""

    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=120, unique=True, help_text="the same transfer is never posted twice")
    subject = models.CharField(max_length=40, db_index=True)
    at = models.DateTimeField()
    memo = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Entry(models.Model):
    """A debit (positive) or a credit (negative), never changed and never deleted: a trigger forbids both."""

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "entries"
        constraints = [models.CheckConstraint(condition=~Q(amount_minor=0), name="entry_not_zero")]


class Payment(models.Model):
    """Money that a bank told us of, for one order."""

    class State(models.TextChoices):
        RECEIVED = "received"
        RETURNED = "returned"

    order_code = models.CharField(max_length=20, db_index=True)
    method = models.CharField(max_length=30, help_text="the adapter that reported it, such as `simulator`")
    bank_reference = models.CharField(max_length=60)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    received_at = models.DateTimeField(db_default=Now())
    refunded_minor = models.BigIntegerField(default=0, db_default=0, help_text="what of it went back to the payer")
    charged_back_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="what of it the payer's bank took back"
    )
    recovered_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="what of that the hub, which bore it, got back out of the order's money"
    )
    counts_minor = models.BigIntegerField(null=True, help_text="in the order's currency, where it was paid in another")
    counts_currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    applied_at = models.DateTimeField(
        null=True, help_text="when it paid its order; empty while it waits or was too much"
    )
    payer = models.CharField(max_length=120, blank=True, default="", db_default="")
    payer_app = models.CharField(
        max_length=60, blank=True, default="", db_default="", help_text="a foreign wallet, as its bank names it"
    )
    payer_minor = models.BigIntegerField(null=True, help_text="what the wallet took, in the payer's currency")
    payer_currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    payer_rate = models.DecimalField(
        max_digits=18,
        decimal_places=8,
        null=True,
        help_text="the payer's currency for one baht, as the wallet reckoned",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["method", "bank_reference"], name="payment_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_positive"),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("amount_minor")), name="payment_refunded_once"
            ),
            models.CheckConstraint(
                condition=Q(charged_back_minor__gte=0, charged_back_minor__lte=F("refunded_minor")),
                name="payment_charged_back_went_back",
            ),
            models.CheckConstraint(
                condition=Q(recovered_minor__gte=0, recovered_minor__lte=F("charged_back_minor")),
                name="payment_recovered_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | Q(refunded_minor=F("amount_minor")), name="payment_returned_whole"
            ),
            models.CheckConstraint(
                condition=Q(counts_minor__isnull=True, counts_currency="")
                | (Q(counts_minor__gt=0) & ~Q(counts_currency="")),
                name="payment_counts_in_a_currency",
            ),
        ]
        indexes = [
            models.Index(fields=["order_code"], condition=Q(state="received", applied_at=None), name="payment_waiting")
        ]


from samphao.payments.method_models import (  # noqa: E402, F401 Django looks for every table here
    FeeInvoice,
    PartnerEvent,
    PayeeAccount,
    PaymentRequest,
    StatementLine,
)
