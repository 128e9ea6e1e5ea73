from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class ImporterTerms(models.Model):
    """For which destination an importer of record works, and its fee."""

    importer = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    destination = models.CharField(max_length=20)
    fee_minor_per_kg = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    source = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["importer", "destination"], name="importer_terms_once")]


class Permit(models.Model):
    """A quarantine permit of an importer: good, port of entry, kilograms; what is drawn never exceeds it."""

    importer = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    number = models.CharField(max_length=60, unique=True)
    good = models.CharField(max_length=40)
    port = models.CharField(max_length=10)
    granted_kg = models.PositiveBigIntegerField()
    drawn_kg = models.PositiveBigIntegerField(default=0)
    valid_from = models.DateField()
    valid_to = models.DateField()
    source = models.CharField(max_length=300)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(granted_kg__gte=F("drawn_kg")), name="permit_not_overdrawn")]
        indexes = [models.Index(fields=["good", "port"])]

    @property
    def left_kg(self) -> int:
        return self.granted_kg - self.drawn_kg
