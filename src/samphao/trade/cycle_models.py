"""An order cycle: lots that are pre-ordered in a window, with a deposit, a dated balance and a declared rule for a short harvest."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import Exact


class ShortfallRule(models.TextChoices):
    """Who is served when the harvest is less than what was pre-ordered."""

    PRO_RATA = "pro_rata"
    FIRST_COME = "first_come"


class OrderCycle(models.Model):
    """Windows and terms of pre-orders, as buyers read them: the database lets nobody change them afterwards."""

    code = models.CharField(max_length=14, unique=True)
    coordinator = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    delivery_on = ArrayField(models.DateField(), help_text="the days on which it is delivered, the first in front")
    safety_pct = models.PositiveSmallIntegerField(help_text="of the forecast may be pre-ordered")
    deposit_pct = models.PositiveSmallIntegerField(help_text="of the price is paid when ordered; 100: all of it")
    balance_due_at = models.DateTimeField(help_text="the rest is paid before this moment, or the order ends")
    lapse_keeps_pct = models.PositiveSmallIntegerField(
        help_text="of the deposit stays with the producer if the balance is not paid"
    )
    shortfall = models.CharField(max_length=12, choices=ShortfallRule)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=150)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="cycle_closes_after_it_opens"),
            models.CheckConstraint(
                condition=Q(balance_due_at__gte=F("closes_at")), name="cycle_balance_is_due_after_the_close"
            ),
            models.CheckConstraint(
                condition=Q(safety_pct__range=(1, 100), deposit_pct__range=(1, 100), lapse_keeps_pct__range=(0, 100)),
                name="cycle_shares_are_shares",
            ),
            models.CheckConstraint(
                condition=Q(shortfall__in=("pro_rata", "first_come")), name="cycle_declares_its_shortfall"
            ),
            models.CheckConstraint(condition=Q(delivery_on__len__gt=0), name="cycle_has_a_delivery_day"),
        ]
        indexes = [models.Index(fields=["closes_at", "opens_at"])]

    def __str__(self) -> str:
        return self.code


class CycleLot(models.Model):
    """A lot of a cycle, with the forecast that was declared and what of it may be pre-ordered; a lot is in one cycle only."""

    cycle = models.ForeignKey(OrderCycle, on_delete=models.CASCADE, related_name="lots")
    lot = models.OneToOneField("trade.Lot", on_delete=models.PROTECT, related_name="of_cycle")
    forecast_low = models.PositiveBigIntegerField(
        help_text="units; where no interval was made, both ends are the forecast"
    )
    forecast = models.PositiveBigIntegerField()
    forecast_high = models.PositiveBigIntegerField()
    safety_pct = models.PositiveSmallIntegerField()
    offered = models.PositiveBigIntegerField(help_text="units in whole cartons: forecast x safety")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(forecast__range=(F("forecast_low"), F("forecast_high")), offered__gt=0),
                name="cycle_lot_forecast_in_its_interval",
            ),
            models.CheckConstraint(
                condition=Q(offered__lte=F("forecast") * F("safety_pct") / 100),
                name="cycle_lot_offers_within_its_factor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cycle_id} {self.lot_id}"


class PreOrder(models.Model):
    """The deposit of an order of a cycle was paid: its units are held until the balance is due. `closed_at`: what came of an ended one is settled."""

    order = models.OneToOneField("trade.Order", on_delete=models.PROTECT, related_name="pre_order")
    deposit_minor = models.BigIntegerField()
    balance_due_at = models.DateTimeField()
    lapse_keeps_pct = models.PositiveSmallIntegerField()
    taken_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    kept_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="of the deposit, for the producer, when the balance was not paid"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(deposit_minor__gt=0, kept_minor__gte=0)
                & Q(kept_minor__lte=F("deposit_minor") * F("lapse_keeps_pct") / 100),
                name="pre_order_keeps_no_more_than_declared",
            ),
            models.CheckConstraint(condition=Q(kept_minor=0) | Q(closed_at__isnull=False), name="pre_order_kept_when"),
        ]
        indexes = [
            models.Index(fields=["balance_due_at"], condition=Q(reminded_at=None), name="pre_order_to_remind"),
            models.Index(fields=["id"], condition=Q(closed_at=None), name="pre_order_open"),
        ]

    def __str__(self) -> str:
        return str(self.order_id)


class OrderCut(models.Model):
    """An order was shortened, once: the harvest was less than what was ordered. What was paid beyond the new price goes back."""

    order = models.OneToOneField("trade.Order", on_delete=models.PROTECT, related_name="cut")
    quantity_from = models.PositiveIntegerField()
    quantity_to = models.PositiveIntegerField()
    amount_from_minor = models.BigIntegerField()
    amount_to_minor = models.BigIntegerField()
    was_paid = models.BooleanField(help_text="in full: the difference is refunded")
    was_deposited = models.BooleanField(help_text="the grower had his share when sold")
    was_advanced = models.BooleanField(help_text="the grower had his share at the ticket")
    cut_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity_to__gt=0, quantity_to__lt=F("quantity_from"), amount_to_minor__gt=0),
                name="order_cut_takes_some_of_it",
            ),
            models.CheckConstraint(
                condition=Exact(F("amount_from_minor") * F("quantity_to"), F("amount_to_minor") * F("quantity_from")),
                name="order_cut_in_proportion",
            ),
        ]

    def __str__(self) -> str:
        return str(self.order_id)

    @property
    def refund_minor(self) -> int:
        return self.amount_from_minor - self.amount_to_minor if self.was_paid else 0
