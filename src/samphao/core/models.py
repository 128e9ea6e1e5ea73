from __future__ import annotations

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now

from samphao.core.clock import HubNow


class Event(models.Model):
    """The outbox: what happened, written in the transaction in which it happened (`core.events`)."""

    name = models.CharField(max_length=60)
    aggregate = models.CharField(max_length=60, help_text="events of one aggregate are delivered in order")
    payload = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())
    delivered_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(db_default=0)
    last_error = models.TextField(db_default="")
    retry_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(delivered_at=None), name="core_event_waiting"),
        ]


class AuditEntry(models.Model):
    """Who did what to which record; the actor stands by code, so that the row outlives the account."""

    at = models.DateTimeField(db_default=HubNow())
    actor = models.CharField(max_length=80)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=80, db_index=True)
    detail = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "audit entries"


class Clock(models.Model):
    """One row: by how much the hub's clock is moved (`core.clock`)."""

    shift = models.DurationField()

    class Meta:
        db_table = "core_clock"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="core_clock_one_row")]


class StageResult(models.Model):
    """What a stage of a season counted, for the table of `samphao demo` and for idempotent second runs."""

    season = models.CharField(max_length=60)
    stage = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    count = models.BigIntegerField()
    seconds = models.FloatField()
    invariant = models.TextField()
    figures = models.JSONField(default=dict)
    finished_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["season", "stage"], name="core_stage_once")]
        ordering = ["position"]


class StoredFile(models.Model):
    """A picture or PDF that belongs to a record, named by the record's code; its content lies on disk by its digest (`core.files`)."""

    class Kind(models.TextChoices):
        PHOTO = "photo"
        LAB_REPORT = "lab_report"
        SLIP = "slip"
        PAPER = "paper"

    code = models.CharField(max_length=14, unique=True)
    subject = models.CharField(max_length=80, db_index=True, help_text="the reference code of the record")
    kind = models.CharField(max_length=12, choices=Kind)
    name = models.CharField(max_length=120, help_text="as it was called where it came from")
    content_type = models.CharField(max_length=20)
    size = models.PositiveIntegerField(help_text="bytes, as stored")
    sha256 = models.CharField(max_length=64, help_text="of the content as stored")
    thumbnail_sha256 = models.CharField(max_length=64, blank=True)
    uploaded_by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "kind", "sha256"], name="stored_file_once")]
        indexes = [models.Index(fields=["sha256"]), models.Index(fields=["thumbnail_sha256"])]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class JobRun(models.Model):
    """When a periodic job of the worker ran last, and whether it went well (`core.jobs`)."""

    name = models.CharField(max_length=40, primary_key=True)
    ran_at = models.DateTimeField(help_text="by the hub's clock")
    took_s = models.FloatField(null=True)
    did = models.BigIntegerField(null=True, help_text="what the last run counted")
    failed_at = models.DateTimeField(null=True)
    last_error = models.TextField(db_default="", blank=True)

    def __str__(self) -> str:
        return self.name


class LimitUse(models.Model):
    """How far a limit is used up for somebody (`core.limits`)."""

    name = models.CharField(max_length=40)
    key = models.CharField(max_length=64, help_text="digest of whom it counts")
    used_until = models.DateTimeField(help_text="real time, not the hub's clock")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "key"], name="limit_use_once")]
        indexes = [models.Index(fields=["used_until"])]

    def __str__(self) -> str:
        return self.name


class Summary(models.Model):
    """Figures that take too long to count for each visitor, and when they were counted (`core.summaries`)."""

    name = models.CharField(max_length=40, primary_key=True)
    counted_at = models.DateTimeField(db_default=HubNow(), help_text="by the hub's clock")
    figures = models.JSONField()

    class Meta:
        verbose_name_plural = "summaries"

    def __str__(self) -> str:
        return self.name


class HubSettings(models.Model):
    """One row: what this hub is called, speaks, sells to, and who holds buyers' money (`core.hub`)."""

    class Payment(models.TextChoices):
        PARTNER = "partner"
        SIMULATOR = "simulator"
        SELF = "self"

    name = models.CharField(max_length=60, blank=True)
    languages = models.JSONField(default=list)
    corridors = models.JSONField(default=list, help_text="countries that the hub sells to, ISO 3166")
    payment = models.CharField(max_length=10, choices=Payment, default=Payment.SIMULATOR)
    payment_partner = models.CharField(max_length=120, blank=True)
    is_demo = models.BooleanField(default=False)
    token_digest = models.CharField(max_length=64, blank=True, help_text="of the one-time address of the setup")
    claim_digest = models.CharField(max_length=64, blank=True, help_text="of the browser that opened that address")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "hub settings"
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="hub_one_row"),
            models.CheckConstraint(
                condition=models.Q(finished_at=None)
                | ~(models.Q(name="") | models.Q(languages=[]) | models.Q(corridors=[])),
                name="hub_finished_is_complete",
            ),
            models.CheckConstraint(
                condition=~models.Q(payment="partner") | ~models.Q(payment_partner=""), name="hub_partner_has_a_name"
            ),
            # Whoever holds other people's money needs a licence; only a demo, which moves none, may pretend to.
            models.CheckConstraint(
                condition=~models.Q(payment="self") | models.Q(is_demo=True),
                name="hub_holds_no_money_itself",
                violation_error_message="Holding buyers' money needs a licence: name a licensed partner.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        known = {code for code, _ in settings.LANGUAGES}
        if not isinstance(self.languages, list) or not set(self.languages) <= known:
            raise ValidationError({"languages": f"A list of these: {', '.join(sorted(known))}"})
        if not isinstance(self.corridors, list) or not all(
            re.fullmatch("[A-Z]{2}", str(code)) for code in self.corridors
        ):
            raise ValidationError({"corridors": "A list of countries such as CN and LA"})
        if self.payment == self.Payment.PARTNER and not (settings.PROMPTPAY_BILLER or settings.BANK_ACCOUNT):
            wanted = "SAMPHAO_PROMPTPAY_BILLER or SAMPHAO_BANK_ACCOUNT"
            raise ValidationError({"payment": f"No bank is connected: set {wanted} first, or choose the simulator."})
