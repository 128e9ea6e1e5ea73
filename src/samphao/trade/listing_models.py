"""What becomes a listing and its lots: drafts, files that are imported, and prices by quantity."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class PriceStep(models.Model):
    """From so many units a unit of a lot costs less."""

    lot = models.ForeignKey("trade.Lot", on_delete=models.CASCADE, related_name="steps")
    from_units = models.PositiveIntegerField()
    price_minor = models.BigIntegerField(help_text="per unit, in the lot's currency")

    class Meta:
        ordering = ["from_units"]
        constraints = [
            models.UniqueConstraint(fields=["lot", "from_units"], name="price_step_once"),
            models.CheckConstraint(condition=Q(price_minor__gt=0, from_units__gt=1), name="price_step_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.from_units}: {self.price_minor}"


class ListingDraft(models.Model):
    """A lot on its way to be listed: the answers that were given so far. It is listed once."""

    class State(models.TextChoices):
        OPEN = "open"
        LISTED = "listed"
        DISCARDED = "discarded"

    code = models.CharField(max_length=14, unique=True)
    listing_code = models.CharField(
        max_length=14, db_index=True, help_text="of the listing that it becomes or belongs to: its photos lie there"
    )
    producer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    listing = models.ForeignKey(
        "trade.Listing", on_delete=models.CASCADE, related_name="+", null=True, help_text="the one whose next lot it is"
    )
    answers = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    lot = models.OneToOneField("trade.Lot", on_delete=models.PROTECT, related_name="+", null=True)
    mends = models.ForeignKey(
        "trade.ProductNote",
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        help_text="the task that its lot does, once it is listed",
    )
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="listed", lot__isnull=False) | (~Q(state="listed") & Q(lot=None)),
                name="draft_listed_once",
            )
        ]

    def __str__(self) -> str:
        return self.code


class ListingImport(models.Model):
    """A file of lots that somebody gave: looked through, then written some rows at a time; `done` says how far."""

    class State(models.TextChoices):
        CHECKED = "checked"
        RUNNING = "running"
        DONE = "done"
        DROPPED = "dropped"

    code = models.CharField(max_length=14, unique=True)
    producer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=120)
    content = models.BinaryField()
    rows = models.PositiveIntegerField(help_text="that can be read")
    done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict, help_text="how many rows are new, changed and unchanged")
    faults = models.JSONField(default=list, help_text="rows that were refused when they came to be written")
    state = models.CharField(max_length=10, choices=State, default=State.CHECKED)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(state="running"), name="listing_import_running")]
        constraints = [models.CheckConstraint(condition=Q(done__lte=F("rows")), name="listing_import_within_its_rows")]

    def __str__(self) -> str:
        return self.code
