"""A registration of somebody new: his answers as he gives them, and what became of it. Imported by `models`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from samphao.core.clock import HubNow

if TYPE_CHECKING:
    from samphao.accounts.models import Organisation


class Application(models.Model):
    """Who wants to join as what. Every answer is kept when it is given; from the first sending on it has its organisation."""

    class State(models.TextChoices):
        DRAFT = "draft"
        WAITING = "waiting"
        ASKED = "asked"
        APPROVED = "approved"
        REFUSED = "refused"

    UNDECIDED = (State.DRAFT, State.WAITING, State.ASKED)
    OPEN_TO_CHANGE = (State.DRAFT, State.ASKED)

    code = models.CharField(max_length=14, unique=True)
    applicant = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="applications")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    language = models.CharField(max_length=10)
    kind = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True)
    legal_form = models.CharField(max_length=30, blank=True)
    name_th = models.CharField(max_length=200, blank=True)
    name_en = models.CharField(max_length=200, blank=True)
    name_zh = models.CharField(max_length=200, blank=True)
    about = models.CharField(max_length=300, blank=True, help_text="what it grows, makes, sells or buys")
    has_named_schemes = models.BooleanField(default=False, help_text="said which numbers it has, be it none")
    province_iso = models.CharField(max_length=6, blank=True)
    district_code = models.CharField(max_length=10, blank=True)
    subdistrict_code = models.CharField(max_length=10, blank=True)
    post_code = models.CharField(max_length=10, blank=True)
    street = models.CharField(max_length=200, blank=True, help_text="house, village, road; abroad the whole address")
    contact_name = models.CharField(max_length=120, blank=True)
    contact_phone = models.CharField(max_length=30, blank=True)
    has_seen_documents = models.BooleanField(default=False)
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="applications"
    )
    question = models.CharField(max_length=1000, blank=True, help_text="what the hub's people ask")
    reason = models.CharField(max_length=1000, blank=True, help_text="why it was refused")
    begun_at = models.DateTimeField(db_default=HubNow())
    touched_at = models.DateTimeField(db_default=HubNow())
    sent_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["applicant"],
                condition=Q(state__in=("draft", "waiting", "asked")),
                name="application_one_undecided_each",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", organisation=None, sent_at=None)
                | ~Q(
                    Q(state="draft")
                    | Q(kind="")
                    | Q(country="")
                    | Q(legal_form="")
                    | Q(name_th="", name_en="", name_zh="")
                    | Q(contact_name="")
                    | Q(contact_phone="")
                    | Q(street="")
                    | Q(organisation=None)
                    | Q(sent_at=None)
                ),
                name="application_sent_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("approved", "refused"), decided_at__isnull=False, decided_by__gt="")
                | Q(state__in=("draft", "waiting", "asked"), decided_at=None, decided_by=""),
                name="application_decided_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(state="refused", reason=""), name="application_refused_with_reason"),
            models.CheckConstraint(condition=~Q(state="asked", question=""), name="application_asked_something"),
        ]
        indexes = [models.Index(fields=["sent_at"], condition=Q(state="waiting"), name="application_waiting")]

    def __str__(self) -> str:
        return self.code

    @property
    def is_open_to_change(self) -> bool:
        return self.state in self.OPEN_TO_CHANGE

    @property
    def party(self) -> Organisation:
        """Return the organisation, which a registration has from its first sending on."""
        if self.organisation is None:
            raise ValueError(f"{self.code} was not sent")
        return self.organisation


class ApplicationNumber(models.Model):
    """A number that an applicant says he has; empty until he has written it. GAP numbers come with their orchard."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="numbers")
    scheme = models.CharField(max_length=40)
    number = models.CharField(max_length=60, blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    area_rai = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    trees = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "scheme"], name="application_number_once"),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from")),
                name="application_number_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(scheme="gap") | Q(number="") | Q(area_rai__gt=0, trees__gt=0),
                name="application_orchard_has_a_size",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.number}"


class ApplicationEntry(models.Model):
    """What was said about an application, as both sides may read it."""

    class What(models.TextChoices):
        SENT = "sent"
        ANSWERED = "answered"
        ASKED = "asked"
        APPROVED = "approved"
        REFUSED = "refused"
        CONFIRMED = "confirmed"

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="entries")
    at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    what = models.CharField(max_length=10, choices=What)
    text = models.CharField(max_length=1000, blank=True)

    class Meta:
        verbose_name_plural = "application entries"
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.what
