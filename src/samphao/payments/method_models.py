"""What passes between the hub and those who hold its money: requests, statements, their messages, accounts to pay to."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class PaymentRequest(models.Model):
    """What a buyer was asked to pay by a method: so much in the method's currency pays so much of the order's price."""

    order_code = models.CharField(max_length=20)
    method = models.CharField(max_length=30)
    part = models.CharField(
        max_length=30, blank=True, default="", db_default="", help_text="deposit or balance with its amount; empty: the whole price"
    )  # fmt: skip
    ref1 = models.CharField(max_length=20, help_text="the order's code, capital letters and digits alone")
    ref2 = models.CharField(max_length=20, help_text="the request's own number")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    order_minor = models.BigIntegerField(help_text="what of the order's price it pays")
    order_currency = models.CharField(max_length=3)
    rate = models.DecimalField(
        max_digits=18, decimal_places=8, null=True, help_text="the order's currency for one baht; empty where none is needed"
    )  # fmt: skip
    rate_source = models.CharField(max_length=300, blank=True)
    rate_on = models.DateField(null=True, help_text="the day whose rate it is")
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order_code", "method", "part"], name="payment_request_once"),
            models.UniqueConstraint(fields=["method", "ref1", "ref2"], name="payment_request_references"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0, order_minor__gt=0), name="payment_request_positive"),
            models.CheckConstraint(
                condition=Q(rate__isnull=False) | Q(currency=F("order_currency"), amount_minor=F("order_minor")),
                name="payment_request_rate_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref1} {self.ref2}"


class StatementLine(models.Model):
    """One movement on the account that the hub's partner keeps for it, as the partner tells it. Money that came is positive."""

    class State(models.TextChoices):
        TOLD = "told", "told, not looked at"
        BOOKED = "booked", "in the ledger"
        SUSPENSE = "suspense", "in suspense"
        ASSIGNED = "assigned", "given to an order"
        RETURNED = "returned", "sent back"

    method = models.CharField(max_length=30)
    reference = models.CharField(max_length=120, help_text="the partner's own, the same each time it is told")
    at = models.DateTimeField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    ref1 = models.CharField(max_length=40, blank=True)
    ref2 = models.CharField(max_length=40, blank=True)
    payer = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.TOLD, db_default=State.TOLD)
    transfer_key = models.CharField(
        max_length=120, blank=True, db_default="", default="", help_text="the transfer of the ledger that it is"
    )  # fmt: skip
    order_code = models.CharField(max_length=20, blank=True, db_default="", default="")
    decided_by = models.CharField(max_length=150, blank=True, db_default="", default="")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["method", "reference"], name="statement_line_once"),
            models.UniqueConstraint(
                fields=["transfer_key"], condition=~Q(transfer_key=""), name="statement_line_one_transfer"
            ),
            models.CheckConstraint(condition=~Q(amount_minor=0), name="statement_line_moves_money"),
            models.CheckConstraint(
                condition=~Q(state__in=("assigned", "returned")) | (Q(decided_at__isnull=False) & ~Q(decided_by="")),
                name="statement_line_decided_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["at"]),
            models.Index(fields=["id"], condition=Q(state="suspense"), name="statement_line_suspense"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.reference}"


class PartnerEvent(models.Model):
    """A message from who holds the money: taken once, whatever came first."""

    class State(models.TextChoices):
        WAITING = "waiting", "waits for another message"
        DONE = "done"

    method = models.CharField(max_length=30)
    event_id = models.CharField(max_length=80)
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=120, help_text="the partner's reference of the payment that it tells of")
    payload = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["method", "event_id"], name="partner_event_once")]
        indexes = [models.Index(fields=["method", "about"], condition=Q(state="waiting"), name="partner_event_waiting")]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"


class PayeeAccount(models.Model):
    """Where an organisation is paid: one bank account; who changed it, and when, stays in the audit."""

    owner = models.CharField(max_length=40, unique=True, help_text="an organisation's code")
    bank = models.CharField(max_length=11, help_text="three digits of the Bank of Thailand, or a BIC")
    number = models.CharField(max_length=34)
    holder = models.CharField(max_length=120)
    changed_by = models.CharField(max_length=150)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.owner


class FeeInvoice(models.Model):
    """The tax invoice for the hub's fee in one order, or the credit note for what of it went back after it was written.

    Its number is given later, in order and without gaps; the database sees to it.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", "tax invoice"
        CREDIT = "credit", "credit note"

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.INVOICE, db_default=Kind.INVOICE)
    order_code = models.CharField(max_length=20)
    buyer = models.CharField(max_length=40, help_text="an organisation's code")
    series = models.CharField(max_length=12, help_text="the month of the tax point: 2026-05, of credit notes C2026-05")
    number = models.PositiveIntegerField(null=True)
    tax_point_on = models.DateField()
    gross_minor = models.BigIntegerField(help_text="satang, with the tax in it")
    vat_minor = models.BigIntegerField(null=True, help_text="satang; empty while the rate of the day is not known")
    vat_percent = models.DecimalField(max_digits=8, decimal_places=4, null=True)
    vat_source = models.CharField(max_length=300, blank=True)
    price_minor = models.BigIntegerField(
        help_text="the fee as it stood in the price, tax included, in the price's currency"
    )
    price_currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=18, decimal_places=8, help_text="the price's currency for one baht")
    reason = models.CharField(max_length=200, blank=True, default="", db_default="", help_text="of a credit note")
    numbered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order_code", "kind"], name="fee_invoice_once_an_order"),
            models.UniqueConstraint(fields=["series", "number"], name="fee_invoice_number_once"),
            models.CheckConstraint(condition=Q(gross_minor__gt=0), name="fee_invoice_of_something"),
            models.CheckConstraint(
                condition=Q(vat_minor__isnull=True, vat_percent__isnull=True)
                | Q(vat_minor__gte=0, vat_percent__isnull=False, vat_minor__lte=F("gross_minor")),
                name="fee_invoice_tax_within",
            ),
            models.CheckConstraint(
                condition=Q(number__isnull=True) | Q(vat_minor__isnull=False), name="fee_invoice_tax_before_number"
            ),
            models.CheckConstraint(
                condition=Q(number__isnull=True, numbered_at__isnull=True)
                | Q(number__gte=1, numbered_at__isnull=False),
                name="fee_invoice_numbered_when",
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(number=None), name="fee_invoice_waiting")]

    def __str__(self) -> str:
        return self.code or self.order_code

    @property
    def net_minor(self) -> int | None:
        return None if self.vat_minor is None else self.gross_minor - self.vat_minor

    @property
    def code(self) -> str:
        name = "TCN" if self.kind == self.Kind.CREDIT else "TIV"
        return f"{name}-{self.series.lstrip('C')}-{self.number:06d}" if self.number else ""
