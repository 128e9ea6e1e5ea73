"""A buyer's request for quotation, sellers' quotes in dated versions, and the contract that one of them becomes."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Incoterm(models.TextChoices):
    """The terms for goods in containers and on trucks, with what the seller's price includes (`engines.quotes`)."""

    FCA = "FCA"
    CPT = "CPT"
    CIP = "CIP"
    DAP = "DAP"
    DDP = "DDP"


class Rfq(models.Model):
    """What a buyer asks sellers to quote for: so many kg of a good to a city, on a term, by a day."""

    class State(models.TextChoices):
        OPEN = "open"
        CONTRACTED = "contracted"
        CLOSED = "closed"

    code = models.CharField(max_length=14, unique=True)
    buyer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    good = models.CharField(max_length=40, db_index=True)
    grade = models.CharField(max_length=40, blank=True)
    quantity_kg = models.PositiveIntegerField()
    carton_kg = models.DecimalField(
        max_digits=7, decimal_places=3, null=True, help_text="net, of the cartons that are wanted"
    )
    package = models.CharField(max_length=80, blank=True)
    destination = models.CharField(max_length=20)
    incoterm = models.CharField(max_length=3, choices=Incoterm)
    incoterm_place = models.CharField(max_length=80)
    wanted_from = models.DateField()
    wanted_by = models.DateField(help_text="the last day on which the goods may come")
    certificates = models.JSONField(default=list, blank=True)
    target_minor = models.BigIntegerField(null=True, help_text="to the door, for a kg, in the money of the destination")
    currency = models.CharField(max_length=3)
    wants_samples = models.BooleanField(default=False)
    inspector = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="+", null=True, help_text="who inspects the goods"
    )  # fmt: skip
    said = models.TextField(max_length=1000, blank=True)
    surplus_call = models.ForeignKey("trade.SurplusCall", on_delete=models.PROTECT, related_name="requests", null=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=150)
    closes_at = models.DateTimeField(help_text="until when quotes are taken")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity_kg__gt=0), name="rfq_of_something"),
            models.CheckConstraint(condition=Q(wanted_by__gte=F("wanted_from")), name="rfq_days_in_order"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("asked_at")), name="rfq_open_for_a_while"),
            models.CheckConstraint(condition=Q(target_minor=None) | Q(target_minor__gt=0), name="rfq_target_positive"),
        ]
        indexes = [models.Index(fields=["buyer", "-asked_at"]), models.Index(fields=["state", "closes_at"])]

    def __str__(self) -> str:
        return self.code


class Quote(models.Model):
    """One seller's answer to a request, from a lot of his: a thread of versions. Only buyer and this seller read it."""

    class State(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        WITHDRAWN = "withdrawn"

    code = models.CharField(max_length=14, unique=True)
    rfq = models.ForeignKey(Rfq, on_delete=models.PROTECT, related_name="quotes")
    seller = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey("trade.Lot", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    quoted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rfq", "seller"], condition=~Q(state="withdrawn"), name="quote_once_a_seller"),
            models.UniqueConstraint(fields=["rfq"], condition=Q(state="accepted"), name="quote_accepted_once"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.code


class QuoteVersion(models.Model):
    """Terms as one side put them at one time; a counter-offer is another version. Never changed: a trigger forbids it.

    `doors` has for each price step what it comes to at the door on the day of the version: one selling unit, line by line.
    """

    class Side(models.TextChoices):
        SELLER = "seller"
        BUYER = "buyer"

    class Samples(models.TextChoices):
        NONE = "none"
        FREE = "free"
        PAID = "paid"

    quote = models.ForeignKey(Quote, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    side = models.CharField(max_length=6, choices=Side)
    steps = models.JSONField(help_text="[from kg, satang a kg], ascending")
    incoterm = models.CharField(max_length=3, choices=Incoterm)
    incoterm_place = models.CharField(max_length=80)
    lead_days = models.PositiveSmallIntegerField(help_text="from the contract until the goods are packed")
    samples = models.CharField(max_length=4, choices=Samples)
    deposit_percent = models.PositiveSmallIntegerField(
        help_text="of the seller's money, when the contract's money is held"
    )
    checked_percent = models.PositiveSmallIntegerField(help_text="at the signed ticket, or the inspector's report")  # fmt: skip
    certificates = models.JSONField(default=list, help_text="those asked for that the seller promises")
    said = models.TextField(max_length=1000, blank=True)
    valid_until = models.DateTimeField()
    doors = models.JSONField(default=list)
    refusals = models.JSONField(default=list, help_text="why there is no price to the door")
    importer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+", null=True)
    trade_mode = models.CharField(max_length=10, default="general")
    entry_node = models.CharField(max_length=10, blank=True)
    promised_days = models.PositiveSmallIntegerField(default=0, help_text="from packing to the door")
    at = models.DateTimeField()
    by = models.CharField(max_length=150)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["quote", "number"], name="quote_version_once"),
            models.CheckConstraint(condition=Q(valid_until__gt=F("at")), name="quote_valid_for_a_while"),
            models.CheckConstraint(
                condition=Q(deposit_percent__lte=90) & Q(checked_percent__lte=90 - F("deposit_percent")),
                name="quote_keeps_a_tenth_to_the_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quote_id} {self.number}"


class Contract(models.Model):
    """A version that both sides agreed on, with the order that carries it. One request becomes one contract at most."""

    class State(models.TextChoices):
        SIGNED = "signed"
        RUNNING = "running"
        DISPUTED = "disputed"
        FULFILLED = "fulfilled"
        ENDED = "ended"

    code = models.CharField(max_length=14, unique=True)
    rfq = models.OneToOneField(Rfq, on_delete=models.PROTECT, related_name="contract")
    version = models.OneToOneField(QuoteVersion, on_delete=models.PROTECT, related_name="contract")
    order = models.OneToOneField("trade.Order", on_delete=models.PROTECT, related_name="contract")
    offer = models.OneToOneField("trade.Offer", on_delete=models.PROTECT, related_name="contract")
    buyer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    seller = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    inspector = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+", null=True)
    state = models.CharField(max_length=10, choices=State, default=State.SIGNED)
    due_at = models.DateTimeField(null=True, help_text="by when the hub decides a dispute")
    signed_at = models.DateTimeField()
    signed_by = models.CharField(max_length=150)
    ended_for = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state="disputed") ^ Q(due_at=None), name="contract_dispute_has_a_clock"),
            models.CheckConstraint(condition=Q(state="ended") ^ Q(ended_for=""), name="contract_ended_for_something"),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="disputed"), name="contract_disputes")]

    def __str__(self) -> str:
        return self.code


class Milestone(models.Model):
    """A part of the seller's money and what must come true for it. A trigger releases none without money that is held."""

    class Trigger(models.TextChoices):
        MONEY = "money"
        TICKET = "ticket"
        INSPECTION = "inspection"
        ARRIVAL = "arrival"

    class State(models.TextChoices):
        WAITING = "waiting"
        MET = "met"
        RELEASED = "released"
        VOID = "void"

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="milestones")
    number = models.PositiveSmallIntegerField()
    trigger = models.CharField(max_length=10, choices=Trigger)
    percent = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    met_at = models.DateTimeField(null=True)
    met_by = models.CharField(
        max_length=12, blank=True, help_text="money, ticket, report, acceptance, decision, delivery"
    )
    released_minor = models.BigIntegerField(null=True, help_text="in the money of the order")
    released_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="milestone_once"),
            models.CheckConstraint(
                condition=Q(state="released") ^ Q(released_minor=None, released_at=None),
                name="milestone_released_so_much",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("met", "released")) | ~Q(met_by=""), name="milestone_met_by"
            ),
            models.CheckConstraint(condition=Q(percent__gt=0, percent__lte=100), name="milestone_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.number}"


class ContractStep(models.Model):
    """One step of a contract, as its parties and the hub see it; never changed."""

    class Side(models.TextChoices):
        BUYER = "buyer"
        SELLER = "seller"
        INSPECTOR = "inspector"
        HUB = "hub"
        CLOCK = "clock"

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    side = models.CharField(max_length=9, choices=Side)
    by = models.CharField(max_length=150)
    step = models.CharField(max_length=12)
    amount_minor = models.BigIntegerField(null=True)
    text = models.TextField(max_length=1000, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.step}"
