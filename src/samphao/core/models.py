from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


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

    at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=80)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=80, db_index=True)
    detail = models.JSONField(default=dict)


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
