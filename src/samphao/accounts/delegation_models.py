"""What a producer lets an exporter do for it. Imported by `models`."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from samphao.core.clock import HubNow


class Delegation(models.Model):
    """An exporter may sell a producer's goods, up to a limit a month, until a day; asked for by one side, accepted by the other."""

    class State(models.TextChoices):
        ASKED = "asked"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"
        REVOKED = "revoked"
        REPLACED = "replaced"

    class Side(models.TextChoices):
        PRODUCER = "producer"
        EXPORTER = "exporter"

    code = models.CharField(max_length=14, unique=True)
    producer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="delegations_given")
    exporter = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="delegations_held")
    goods = models.JSONField(default=list, help_text="codes of goods")
    month_kg_max = models.PositiveIntegerField(null=True)
    month_amount_max_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, default="THB")
    valid_from = models.DateField()
    valid_to = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_by_side = models.CharField(max_length=10, choices=Side)
    asked_by = models.CharField(max_length=150)
    asked_at = models.DateTimeField(db_default=HubNow())
    accepted_by = models.CharField(max_length=150, blank=True)
    accepted_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=150, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["producer", "exporter"], condition=Q(state="accepted"), name="delegation_accepted_once"
            ),
            models.UniqueConstraint(
                fields=["producer", "exporter"], condition=Q(state="asked"), name="delegation_asked_once"
            ),
            models.CheckConstraint(condition=~Q(producer=F("exporter")), name="delegation_to_somebody_else"),
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="delegation_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(goods=[]), name="delegation_names_goods"),
            models.CheckConstraint(
                condition=(Q(month_kg_max__gt=0) | Q(month_kg_max=None))
                & (Q(month_amount_max_minor__gt=0) | Q(month_amount_max_minor=None))
                & ~Q(month_kg_max=None, month_amount_max_minor=None),
                name="delegation_has_a_limit",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", accepted_at=None, ended_at=None)
                | Q(state="accepted", accepted_at__isnull=False, ended_at=None)
                | Q(state__in=("declined", "withdrawn"), accepted_at=None, ended_at__isnull=False)
                | Q(state__in=("revoked", "replaced"), accepted_at__isnull=False, ended_at__isnull=False),
                name="delegation_dates_fit_its_state",
            ),
        ]

    def __str__(self) -> str:
        return self.code
