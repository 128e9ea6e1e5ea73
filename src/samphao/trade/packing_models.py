"""What a packing house writes of a lot: the grades and signatures of its ticket, and its cartons, and where the mass balance stops it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower


class TicketGrade(models.Model):
    """Kilograms of one grade on a ticket; they sum to what it accepted, and the database sees to it."""

    ticket = models.ForeignKey("trade.Ticket", on_delete=models.PROTECT, related_name="grades")
    grade = models.CharField(max_length=20)
    kg = models.DecimalField(max_digits=12, decimal_places=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "grade"], name="ticket_grade_once"),
            models.CheckConstraint(condition=Q(kg__gt=0), name="ticket_grade_weighs"),
        ]

    def __str__(self) -> str:
        return f"{self.grade}: {self.kg} kg"


class TicketSignature(models.Model):
    """One side's name under a ticket: drawn on the telephone, or confirmed by the password of a log-in."""

    class Side(models.TextChoices):
        GROWER = "grower"
        HOUSE = "house"

    class Method(models.TextChoices):
        DRAWN = "drawn"
        PASSWORD = "password"  # noqa: S105 the name of a way to sign

    ticket = models.ForeignKey("trade.Ticket", on_delete=models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=10, choices=Side)
    name = models.CharField(max_length=150, help_text="the log-in, or how somebody without one is called")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    method = models.CharField(max_length=10, choices=Method)
    path = models.TextField(blank=True, help_text="the strokes as an SVG path, in a field of 600 by 200")
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "side"], name="ticket_signed_once_a_side"),
            # One person cannot sign for both: neither under one log-in, nor under one name, nor with one drawing.
            models.UniqueConstraint(fields=["ticket", "user"], name="ticket_two_log_ins"),
            models.UniqueConstraint("ticket", Lower("name"), name="ticket_two_names"),
            models.UniqueConstraint(fields=["ticket", "path"], condition=~Q(path=""), name="ticket_two_drawings"),
            models.CheckConstraint(condition=Q(method="drawn") ^ Q(path=""), name="ticket_drawn_has_strokes"),
            models.CheckConstraint(
                condition=~Q(method="password") | Q(user__isnull=False), name="ticket_password_has_log_in"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="ticket_signature_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.side}: {self.name}"


class Carton(models.Model):
    """A carton that got a label: its number is given once; a lot's cartons hold no more than its ticket accepted."""

    lot = models.ForeignKey("trade.Lot", on_delete=models.PROTECT, related_name="cartons")
    order = models.ForeignKey(
        "trade.Order",
        on_delete=models.PROTECT,
        related_name="cartons",
        null=True,
        help_text="whose it is, where it was packed for one",
    )
    destination = models.CharField(max_length=20)
    sscc = models.CharField(max_length=18, unique=True)
    net_mass_g = models.PositiveIntegerField()
    packed_on = models.DateField()
    printed_at = models.DateTimeField()
    printed_by = models.CharField(max_length=150)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(net_mass_g__gt=0), name="carton_holds_something")]
        indexes = [models.Index(fields=["lot", "destination"])]

    def __str__(self) -> str:
        return self.sscc


class OrderWeight(models.Model):
    """What was packed for an order against what was ordered, and what of its price goes back for what is missing: to the smallest coin."""

    order = models.OneToOneField("trade.Order", on_delete=models.PROTECT, related_name="weight")
    ordered_g = models.PositiveBigIntegerField()
    packed_g = models.PositiveBigIntegerField(help_text="the net mass of its cartons together")
    refund_minor = models.BigIntegerField()
    borne = models.JSONField(default=dict, help_text="what is kept from each receiver's share for it, as with a claim")
    settled_at = models.DateTimeField()
    settled_by = models.CharField(max_length=150)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ordered_g__gt=0, refund_minor__gte=0), name="order_weight_not_negative"),
            # Below that the grower's first share would have to be taken back: it is given up or claimed, not settled by weight.
            models.CheckConstraint(
                condition=Q(packed_g__gte=F("ordered_g") * 6 / 10), name="order_weight_most_is_there"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.packed_g} of {self.ordered_g} g"


class MassStop(models.Model):
    """A ticket that passes what the trees under its orchard's number can bear: nobody is paid for the lot until a person decided."""

    class Outcome(models.TextChoices):
        WAITS = ""
        ALLOWED = "allowed"
        REFUSED = "refused"

    lot = models.OneToOneField("trade.Lot", on_delete=models.PROTECT, related_name="mass_stop")
    gap_number = models.CharField(max_length=60)
    limit_kg = models.DecimalField(max_digits=14, decimal_places=3)
    reached_kg = models.DecimalField(
        max_digits=14, decimal_places=3, help_text="cut under the number up to this lot's ticket"
    )
    made_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default="")
    reason = models.TextField(blank=True)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(reached_kg__gt=F("limit_kg")), name="mass_stop_passes_its_limit"),
            models.CheckConstraint(
                condition=Q(outcome="", reason="", decided_by="", decided_at=None)
                | (Q(decided_at__isnull=False) & ~Q(outcome="") & ~Q(reason="") & ~Q(decided_by="")),
                name="mass_stop_decided_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["made_at"], condition=Q(outcome=""), name="mass_stop_waits")]

    def __str__(self) -> str:
        return f"{self.lot_id}: {self.reached_kg} of {self.limit_kg} kg"
