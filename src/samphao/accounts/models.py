from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models

from samphao.core.clock import HubNow


class User(AbstractUser):
    language = models.CharField(max_length=10, default="th")
    phone = models.CharField(max_length=30, blank=True)

    def clean(self) -> None:
        """Refuse in the back office what the database refuses too: an organisation without anybody who decides."""
        super().clean()
        if self.is_active or not User.objects.filter(pk=self.pk, is_active=True).exists():
            return
        owned = self.memberships.select_related("organisation").filter(role=Membership.Role.OWNER)
        left = [str(row.organisation) for row in owned if not row.organisation.has_owner_besides(self)]
        if left:
            raise ValidationError(
                {"is_active": f"The only active owner of {', '.join(left)}: make somebody else an owner first."}
            )


class Organisation(models.Model):
    """A party: a person, a group without a company number, a cooperative or a company."""

    class Kind(models.TextChoices):
        PRODUCER = "producer"
        PACKING_HOUSE = "packing_house"
        EXPORTER = "exporter"
        IMPORTER = "importer"
        BUYER = "buyer"
        LABORATORY = "laboratory"
        CARRIER = "carrier"
        OFFICE = "office"
        HUB = "hub"

    class Standing(models.TextChoices):
        """Whether it may act: who registered from a page waits until the hub's people have looked."""

        OPEN = "open"
        REVIEW = "review"
        REFUSED = "refused"

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=20, choices=Kind)
    legal_form = models.CharField(max_length=30)
    name_en = models.CharField(max_length=200)
    name_th = models.CharField(max_length=200, blank=True)
    name_zh = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=2)
    province_iso = models.CharField(max_length=6, blank=True, db_index=True)
    district_code = models.CharField(max_length=10, blank=True)
    tax_id = models.CharField(max_length=30, blank=True)
    language = models.CharField(max_length=10, default="th")
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=HubNow())

    standing = models.CharField(max_length=10, choices=Standing, default=Standing.OPEN, db_default=Standing.OPEN)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "code"]),
            models.Index(fields=["tax_id"], condition=~models.Q(tax_id=""), name="organisation_by_tax_id"),
        ]

    def __str__(self) -> str:
        return f"{self.name_en} ({self.code})"

    def has_owner_besides(self, user: User) -> bool:
        """Whether somebody else who can sign in is an owner: a log-in that was shut decides nothing."""
        owners = self.memberships.filter(role=Membership.Role.OWNER, user__is_active=True)
        return owners.exclude(user=user).exists()


class Registration(models.Model):
    """A number that some office gave an organisation, with the time it holds."""

    class Status(models.TextChoices):
        VALID = "valid"
        SUSPENDED = "suspended"
        EXPIRED = "expired"
        PENDING = "pending"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="registrations")
    scheme = models.CharField(max_length=40)
    number = models.CharField(max_length=60)
    status = models.CharField(max_length=10, choices=Status)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "scheme", "number"], name="registration_once")]
        indexes = [models.Index(fields=["number"])]

    def __str__(self) -> str:
        return self.number


class Orchard(models.Model):
    """A plot with a GAP number: what the mass balance and the gate *to list* are decided on."""

    code = models.CharField(max_length=40, unique=True)
    producer = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="orchards")
    name_en = models.CharField(max_length=200)
    name_th = models.CharField(max_length=200, blank=True)
    province_iso = models.CharField(max_length=6)
    district_code = models.CharField(max_length=10, blank=True)
    area_rai = models.DecimalField(max_digits=8, decimal_places=2)
    trees = models.PositiveIntegerField()
    gap_number = models.CharField(max_length=60)
    gap_valid_from = models.DateField(null=True)
    gap_valid_to = models.DateField(null=True)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)

    def __str__(self) -> str:
        return self.code


class Membership(models.Model):
    """What a person may do for an organisation."""

    class Role(models.TextChoices):
        OWNER = "owner"
        MEMBER = "member"
        OFFICER = "officer"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    since = models.DateTimeField(db_default=HubNow())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "organisation"], name="membership_once")]


class Invitation(models.Model):
    """An e-mail address that may join an organisation, once, while it waits and has not run out."""

    class State(models.TextChoices):
        WAITING = "waiting"
        ACCEPTED = "accepted"
        WITHDRAWN = "withdrawn"
        EXPIRED = "expired"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Membership.Role)
    secret = models.CharField(max_length=40, unique=True, help_text="what the signed address of the invitation names")
    invited_by = models.CharField(max_length=150)
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    accepted_by = models.CharField(max_length=150, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"], condition=models.Q(state="waiting"), name="invitation_waits_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting", ended_at=None)
                | (~models.Q(state="waiting") & models.Q(ended_at__isnull=False)),
                name="invitation_ends_when_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.role})"

    def is_for(self, user: User) -> bool:
        """Whether the letter went to this log-in's own address."""
        return user.email.lower() == self.email.lower()


class Channel(models.TextChoices):
    """How a notice reaches a person. LINE is a word that waits for its adapter: nothing is sent there yet."""

    PAGE = "page"
    EMAIL = "email"
    LINE = "line"


class Notice(models.Model):
    """A message to the people of an organisation, in three languages; `Delivery` says whom it reached and how."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="notices")
    subject = models.CharField(max_length=80, help_text="the reference code that it is about")
    key = models.CharField(max_length=120, unique=True, help_text="the same message is never sent twice")
    text_en = models.TextField()
    text_th = models.TextField()
    text_zh = models.TextField()
    created_at = models.DateTimeField(db_default=HubNow())

    class Meta:
        indexes = [models.Index(fields=["organisation", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.subject}: {self.text_en[:60]}"


class NoticePreference(models.Model):
    """Whether a person wants notices by a channel. The page cannot be switched off; e-mail is on until switched off."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notice_preferences")
    channel = models.CharField(max_length=10, choices=Channel)
    is_on = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "channel"], name="notice_preference_once")]


class Outgoing(models.Model):
    """What the worker sends after the commit: tried again, later and later, until it went or is given up."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        GIVEN_UP = "given_up"

    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(db_default=0)
    last_error = models.CharField(max_length=300, db_default="", blank=True)
    retry_at = models.DateTimeField(
        null=True, help_text="not before; while it is being sent, when to suppose that it was not"
    )
    sent_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Delivery(Outgoing):
    """A notice, a person and a channel: when it went, or why not; on the page, when it was read."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel)
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["notice", "user", "channel"], name="delivery_once")]
        indexes = [
            models.Index(fields=["user"], condition=models.Q(channel="page", read_at=None), name="delivery_unread"),
            models.Index(fields=["id"], condition=models.Q(state="waiting"), name="delivery_waiting"),
        ]


class Letter(Outgoing):
    """An e-mail to one address that is no notice: an invitation, a new password. Its text goes when it was sent or given up."""

    purpose = models.CharField(max_length=20)
    address = models.EmailField()
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    written_at = models.DateTimeField(db_default=HubNow())

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(state="waiting"), name="letter_waiting"),
        ]
        # It may hold an address that opens a log-in: it is kept no longer than somebody has to send it.
        constraints = [
            models.CheckConstraint(condition=models.Q(state="waiting") | models.Q(text=""), name="letter_keeps_no_text")
        ]

    def __str__(self) -> str:
        return f"{self.purpose} to {self.address}"


from samphao.accounts.application_models import Application, ApplicationEntry, ApplicationNumber  # noqa: E402, F401
from samphao.accounts.delegation_models import Delegation  # noqa: E402, F401
from samphao.accounts.suspension_models import Suspension  # noqa: E402, F401
