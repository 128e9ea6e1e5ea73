"""Suspensions: who may not take part for a while, why, on whose word, and what became of the appeal."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Suspension(models.Model):
    """A packing house, laboratory or orchard that is kept from trade; its statement of reasons is never rewritten."""

    class Scope(models.TextChoices):
        EVERYWHERE = "everywhere"
        CHINA = "CN"

    class Outcome(models.TextChoices):
        UPHELD = "upheld"
        DISMISSED = "dismissed"

    code = models.CharField(max_length=14, unique=True)
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="suspensions", null=True
    )
    orchard = models.ForeignKey("accounts.Orchard", on_delete=models.PROTECT, related_name="suspensions", null=True)
    scope = models.CharField(max_length=10, choices=Scope)
    reasons = models.TextField(help_text="what was found, and which rule it breaks")
    source = models.CharField(max_length=300, help_text="on whose word: a notice, a report, a letter, with its number")
    from_on = models.DateField()
    until_on = models.DateField(null=True, help_text="its last day; empty: until it is lifted")
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    touched = models.JSONField(default=dict, help_text="lots, orders and money that it touched when it was made")
    appeal_until = models.DateTimeField()
    appeal = models.TextField(blank=True)
    appealed_by = models.CharField(max_length=150, blank=True)
    appealed_at = models.DateTimeField(null=True)
    decide_until = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True, help_text="why the appeal was upheld or dismissed")
    lifted_by = models.CharField(max_length=150, blank=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_because = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation=None, orchard__isnull=False) | Q(organisation__isnull=False, orchard=None),
                name="suspension_of_one",
            ),
            models.CheckConstraint(condition=~Q(reasons="") & ~Q(source=""), name="suspension_says_why"),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="suspension_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by="", lifted_because="")
                | (Q(lifted_at__isnull=False) & ~Q(lifted_by="") & ~Q(lifted_because="")),
                name="suspension_lifted_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(appealed_at=None, appeal="", appealed_by="", decide_until=None)
                | (
                    Q(appealed_at__isnull=False, decide_until__isnull=False, appealed_at__lte=F("appeal_until"))
                    & ~Q(appeal="")
                    & ~Q(appealed_by="")
                ),
                name="suspension_appealed_in_time",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, outcome="", decided_by="", decision="")
                | (
                    Q(decided_at__isnull=False, appealed_at__isnull=False)
                    & ~Q(outcome="")
                    & ~Q(decided_by="")
                    & ~Q(decision="")
                ),
                name="suspension_decided_with_reason",
            ),
            # Nobody dismisses the appeal against what he did himself.
            models.CheckConstraint(
                condition=~Q(outcome="dismissed") | ~Q(decided_by=F("made_by")),
                name="suspension_appeal_heard_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="upheld") | Q(lifted_at__isnull=False), name="suspension_upheld_is_lifted"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation"], condition=Q(lifted_at=None), name="suspension_of_party"),
            models.Index(fields=["orchard"], condition=Q(lifted_at=None), name="suspension_of_orchard"),
        ]

    def __str__(self) -> str:
        return self.code
