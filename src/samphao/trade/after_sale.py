"""What may follow a delivery: a claim or a return with its steps, a review, and what a producer takes from them for the next lot."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

FINAL = ("paid", "closed", "withdrawn")


class Claim(models.Model):
    """Bad goods that a buyer reports, or durable goods that go back: until it is final, nobody is paid for its order.

    A trigger compares it with its order (0040): no claim without a delivery, for more units or for more money than were bought.
    """

    class Kind(models.TextChoices):
        BAD_GOODS = "bad_goods"
        RETURN = "return"

    class Wrong(models.TextChoices):
        MOULDY = "mouldy"
        UNRIPE = "unripe"
        CRUSHED = "crushed"
        WRONG_GRADE = "wrong_grade"
        SHORT = "short"
        LATE = "late"
        NOT_WANTED = "not_wanted"

    class Wants(models.TextChoices):
        REFUND = "refund"
        REPLACEMENT = "replacement"

    class State(models.TextChoices):
        OPEN = "open"
        SENT = "sent"
        OFFERED = "offered"
        REFUSED = "refused"
        DISPUTED = "disputed"
        DECIDED = "decided"
        APPEALED = "appealed"
        ACCEPTED = "accepted"
        PAID = "paid"
        CLOSED = "closed"
        WITHDRAWN = "withdrawn"

    code = models.CharField(max_length=14, unique=True)
    order = models.ForeignKey("trade.Order", on_delete=models.PROTECT, related_name="claims")
    kind = models.CharField(max_length=10, choices=Kind)
    wrong = models.CharField(max_length=12, choices=Wrong)
    wants = models.CharField(max_length=12, choices=Wants)
    bad_units = models.PositiveIntegerField(help_text="units of the lot: fruit, kg, pieces, metres")
    said = models.TextField(max_length=1000, blank=True)
    asked_minor = models.BigIntegerField(help_text="what the reported units come to, in the currency of the order")
    agreed_minor = models.BigIntegerField(
        null=True, help_text="offered, decided or accepted; paid when the state says so"
    )
    currency = models.CharField(max_length=3)
    tolerance_pct = models.DecimalField(max_digits=4, decimal_places=1, help_text="as announced when it was opened")
    borne = models.JSONField(
        default=dict, help_text="who bears what was paid: kept from his share, or taken back from him"
    )
    tracking = models.CharField(max_length=40, blank=True, help_text="under which a return travels")
    state = models.CharField(max_length=10, choices=State)
    due_at = models.DateTimeField(null=True, help_text="when time alone moves it on; empty once it is final")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    is_appealed = models.BooleanField(default=False, help_text="there is one appeal")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=~Q(state="withdrawn"), name="claim_once_an_order"),
            models.CheckConstraint(condition=Q(bad_units__gt=0, asked_minor__gt=0), name="claim_of_something"),
            models.CheckConstraint(
                condition=Q(agreed_minor__isnull=True) | Q(agreed_minor__gte=0, agreed_minor__lte=F("asked_minor")),
                name="claim_pays_no_more_than_asked",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=FINAL) & Q(closed_at__isnull=False, due_at__isnull=True))
                | (~Q(state__in=FINAL) & Q(closed_at__isnull=True)),
                name="claim_final_when_closed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("accepted", "paid")) | Q(agreed_minor__gt=0), name="claim_paid_something"
            ),
            models.CheckConstraint(
                condition=(Q(kind="return") & Q(wrong="not_wanted")) | (Q(kind="bad_goods") & ~Q(wrong="not_wanted")),
                name="claim_kind_fits",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="claim_due")]

    def __str__(self) -> str:
        return self.code

    @property
    def is_final(self) -> bool:
        return self.state in FINAL


class ClaimStep(models.Model):
    """One step of a claim, as both sides and the hub see it; never changed."""

    class Side(models.TextChoices):
        BUYER = "buyer"
        SELLER = "seller"
        HUB = "hub"
        CLOCK = "clock"

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    side = models.CharField(max_length=6, choices=Side)
    by = models.CharField(max_length=150)
    step = models.CharField(max_length=12, help_text="opened, sent, accepted, offered, refused, agreed, disputed, ...")
    amount_minor = models.BigIntegerField(null=True)
    text = models.TextField(max_length=1000, blank=True)

    class Meta:
        ordering = ["id"]


class Review(models.Model):
    """What a buyer says of goods that were delivered to him: one an order. A trigger compares it with the order (0041)."""

    class State(models.TextChoices):
        SHOWN = "shown"
        APPEALED = "appealed"
        HIDDEN = "hidden"

    code = models.CharField(max_length=14, unique=True)
    order = models.OneToOneField("trade.Order", on_delete=models.PROTECT, related_name="review")
    listing = models.ForeignKey("trade.Listing", on_delete=models.PROTECT, related_name="reviews")
    buyer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    goods = models.PositiveSmallIntegerField(help_text="1 to 5: the goods themselves")
    as_described = models.PositiveSmallIntegerField()
    packing = models.PositiveSmallIntegerField()
    delivery = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=2000, blank=True)
    language = models.CharField(max_length=10, help_text="of the page on which it was written")
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=150)
    answer = models.TextField(max_length=2000, blank=True)
    answered_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=State, default=State.SHOWN)
    appeal = models.TextField(max_length=1000, blank=True, help_text="why the seller asks the hub to look at it")
    appealed_at = models.DateTimeField(null=True)
    decision = models.TextField(max_length=1000, blank=True, help_text="why the hub hid it, or shows it")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    goods__range=(1, 5), as_described__range=(1, 5), packing__range=(1, 5), delivery__range=(1, 5)
                ),
                name="review_one_to_five",
            ),
            models.CheckConstraint(condition=~Q(state="hidden") | ~Q(decision=""), name="review_hidden_with_a_reason"),
            models.CheckConstraint(
                condition=~Q(state="appealed") | ~Q(appeal=""), name="review_appealed_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ProductNote(models.Model):
    """What went wrong with a lot, as a dated task for its producer; a later lot may be named as the one that mends it."""

    class Kind(models.TextChoices):
        REJECTS = "rejects"
        CLAIM = "claim"
        RETURN = "return"
        LABEL = "label"

    source = models.CharField(
        max_length=60, unique=True, help_text="the ticket, claim or lot and rule that it comes from"
    )
    kind = models.CharField(max_length=8, choices=Kind)
    producer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey("trade.Lot", on_delete=models.PROTECT, related_name="product_notes")
    wrong = models.CharField(
        max_length=40, blank=True, help_text="what a claim was for, or the rule that a label broke"
    )
    bad = models.DecimalField(max_digits=12, decimal_places=3, help_text="kg of rejects, units of a claim or return")
    of = models.DecimalField(max_digits=12, decimal_places=3)
    noted_at = models.DateTimeField()
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=150, blank=True)
    done_lot = models.ForeignKey("trade.Lot", on_delete=models.PROTECT, related_name="mends", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_lot__isnull=True)
                | Q(done_at__isnull=False, done_lot__isnull=False),
                name="product_note_done_by_a_lot",
            ),
            models.CheckConstraint(condition=~Q(done_lot=F("lot")), name="product_note_mended_by_another_lot"),
        ]
        indexes = [models.Index(fields=["producer", "due_on"])]

    def __str__(self) -> str:
        return self.source
