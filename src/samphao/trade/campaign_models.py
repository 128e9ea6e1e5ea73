"""A rush campaign, the queue before its counter, and the waiting list of a lot that is sold out."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Campaign(models.Model):
    """Lots whose sale begins at an announced time. `numbered` and `admitted` are how far the queue before the counter has come."""

    code = models.CharField(max_length=14, unique=True)
    name_en = models.CharField(max_length=120)
    name_th = models.CharField(max_length=120, blank=True)
    name_zh = models.CharField(max_length=120, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    buyer_limit = models.PositiveIntegerField(help_text="units of each lot that one buyer may order")
    admit_per_s = models.PositiveIntegerField(default=1000, help_text="buyers let through to the counter in a second")
    numbered = models.PositiveIntegerField(default=0, db_default=0, help_text="the last number given in the queue")
    admitted = models.PositiveIntegerField(default=0, db_default=0, help_text="the last number that may order")
    advanced_at = models.DateTimeField(null=True, help_text="when the queue last moved, in real time")
    announced_at = models.DateTimeField()
    announced_by = models.CharField(max_length=150)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="campaign_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(buyer_limit__gt=0, admit_per_s__gt=0), name="campaign_limits_positive"),
            models.CheckConstraint(condition=Q(admitted__lte=F("numbered")), name="campaign_admits_whom_it_numbered"),
        ]
        indexes = [models.Index(fields=["ends_at", "starts_at"])]

    def __str__(self) -> str:
        return self.code


class CampaignLot(models.Model):
    """A lot of a campaign; a lot is sold in one only."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="lots")
    lot = models.OneToOneField("trade.Lot", on_delete=models.PROTECT, related_name="of_campaign")

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.lot_id}"


class QueueTicket(models.Model):
    """A buyer's one place before the counter in a campaign; `draw` decides among those who came before the same number was given."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="tickets", db_index=False)
    buyer = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    draw = models.BigIntegerField()
    number = models.PositiveIntegerField(null=True)
    taken_at = models.DateTimeField(db_default=Now(), help_text="in real time")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "buyer"], name="queue_one_place_a_buyer"),
            models.UniqueConstraint(fields=["campaign", "number"], name="queue_number_once"),
        ]
        indexes = [models.Index(fields=["campaign"], condition=Q(number=None), name="queue_without_number")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.number}"


class WaitingPlace(models.Model):
    """A buyer's place in the line for units of a lot that come back; first come, first asked."""

    class State(models.TextChoices):
        WAITING = "waiting"
        OFFERED = "offered"
        LEFT = "left"
        CLOSED = "closed"

    lot = models.ForeignKey("trade.Lot", on_delete=models.PROTECT, related_name="+", db_index=False)
    offer = models.ForeignKey("trade.Offer", on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(help_text="selling units of the offer that the buyer would take")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    joined_at = models.DateTimeField()
    order = models.OneToOneField(
        "trade.Order", on_delete=models.PROTECT, related_name="waited", null=True, help_text="the hold that was made for this place"
    )  # fmt: skip
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(
        max_length=20, blank=True, help_text="why a place was closed: what the counter answered"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot", "buyer"], condition=Q(state="waiting"), name="waiting_once_a_buyer"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="waiting_for_something"),
            models.CheckConstraint(condition=Q(state="offered") ^ Q(order=None), name="waiting_offered_is_an_order"),
            models.CheckConstraint(condition=Q(state="waiting") ^ Q(ended_at__isnull=False), name="waiting_ended_when"),
        ]
        indexes = [models.Index(fields=["lot", "id"], condition=Q(state="waiting"), name="waiting_line")]

    def __str__(self) -> str:
        return f"{self.lot_id} {self.buyer_id}"
