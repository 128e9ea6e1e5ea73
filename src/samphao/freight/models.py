from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from samphao.freight.types import above_best


class Plan(models.Model):
    """A consolidation plan with its certificate: no plan at these prices costs less than `lower_bound_minor`."""

    code = models.CharField(max_length=40, unique=True)
    made_at = models.DateTimeField(db_default=Now())
    starts_at = models.DateTimeField(help_text="hour 0 of the plan")
    currency = models.CharField(max_length=3, default="THB")
    shipments = models.PositiveIntegerField()
    containers = models.PositiveIntegerField()
    unserved = models.PositiveIntegerField()
    seconds = models.FloatField()
    cost_minor = models.BigIntegerField()
    lower_bound_minor = models.BigIntegerField()
    gap = models.FloatField()
    estimate_share = models.FloatField(help_text="share of the cost that rests on estimates")
    prices = models.JSONField(help_text="the plain certificate: volume and mass price of each departure that has one")
    fares = models.JSONField(
        default=dict,
        help_text="the sharper certificate: fares by class of shipments, needs with weights, shares of room by mass",
    )
    is_checked = models.BooleanField(help_text="cost, feasibility and bound were recomputed without the planner's code")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(lower_bound_minor__lte=models.F("cost_minor")), name="plan_bound_below_cost"
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def above_best(self) -> float:
        """How much dearer than the best plan it is at most; `gap` is the share of its own cost that could be saved."""
        return above_best(self.cost_minor, self.lower_bound_minor)


class Load(models.Model):
    """A container, truck or share of one, filled with shipments, on one itinerary."""

    class State(models.TextChoices):
        PLANNED = "planned"
        LOADED = "loaded"
        DECLARED = "declared"
        RELEASED = "released"
        IN_TRANSIT = "in_transit"
        AT_ENTRY = "at_entry"
        ENTERED = "entered"
        DELIVERED = "delivered"
        HELD = "held"
        CANCELLED = "cancelled"

    code = models.CharField(max_length=20, unique=True)
    plan = models.ForeignKey(
        Plan,
        on_delete=models.CASCADE,
        related_name="loads",
        null=True,
        help_text="empty: a truck inside Thailand or a bag of the post, which no plan consolidates",
    )
    service = models.CharField(max_length=120, help_text="the planner's departure")
    equipment = models.CharField(max_length=30)
    is_whole = models.BooleanField(help_text="a whole container; otherwise loose space in somebody's")
    origin = models.CharField(
        max_length=40, help_text="packing house, consolidation point or hub where it is stuffed and sealed"
    )
    destination = models.CharField(max_length=20)
    importer = models.CharField(max_length=40, blank=True)
    entry_node = models.CharField(max_length=10, blank=True)
    legs = models.JSONField(help_text="link, mode, nodes, times, cost and CO2e of each leg")
    mode = models.CharField(max_length=20)
    departs_at = models.DateTimeField()
    arrives_at = models.DateTimeField()
    mass_kg = models.FloatField()
    volume_m3 = models.FloatField()
    capacity_kg = models.FloatField()
    capacity_m3 = models.FloatField()
    cost_minor = models.BigIntegerField()
    emission_kg = models.FloatField(
        null=True, help_text="CO2e, tank-to-wheel, without fuel production; empty where the way is not known"
    )
    container_number = models.CharField(max_length=11, blank=True)
    seal_number = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.PLANNED)

    class Meta:
        indexes = [models.Index(fields=["departs_at"]), models.Index(fields=["destination"])]

    def __str__(self) -> str:
        return self.code

    @property
    def fill(self) -> float:
        """Share of the container that is used, by whichever of mass and volume is nearer its limit."""
        return max(self.mass_kg / self.capacity_kg, self.volume_m3 / self.capacity_m3)


class Shipment(models.Model):
    """Goods of one order, from one seller to one buyer."""

    code = models.CharField(max_length=14, unique=True)
    order_code = models.CharField(max_length=14, unique=True)
    lot_code = models.CharField(max_length=40, db_index=True)
    good = models.CharField(max_length=40)
    origin = models.CharField(max_length=40)
    exporter = models.CharField(max_length=40)
    importer = models.CharField(max_length=40)
    destination = models.CharField(max_length=20)
    is_chilled = models.BooleanField()
    mass_kg = models.FloatField()
    volume_m3 = models.FloatField()
    ready_at = models.DateTimeField()
    due_at = models.DateTimeField()
    load = models.ForeignKey(Load, on_delete=models.SET_NULL, null=True, related_name="shipments")
    unserved_reason = models.CharField(max_length=120, blank=True)
    trade_mode = models.CharField(max_length=10, default="general", db_default="general")
    item_number = models.CharField(
        max_length=13, default="", db_default="", blank=True, help_text="of a postal item, UPU S10"
    )

    def __str__(self) -> str:
        return self.code


class Consignment(models.Model):
    """Goods from one exporter to one importer in one load and trade mode, under one transport contract: one export declaration."""

    code = models.CharField(max_length=14, unique=True)
    load = models.ForeignKey(Load, on_delete=models.CASCADE, related_name="consignments")
    exporter = models.CharField(max_length=40)
    importer = models.CharField(max_length=40)
    trade_mode = models.CharField(max_length=10, default="general", db_default="general")
    shipments = models.PositiveIntegerField()
    mass_kg = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["load", "exporter", "importer", "trade_mode"], name="consignment_once")
        ]

    def __str__(self) -> str:
        return self.code


class MovementEvent(models.Model):
    """What happened to a load, as opposed to what was planned."""

    class Kind(models.TextChoices):
        STUFFED = "stuffed"
        SEALED = "sealed"
        DEPARTED = "departed"
        ARRIVED = "arrived"
        INSPECTED = "inspected"
        DELIVERED = "delivered"
        REBOOKED = "rebooked"

    load = models.ForeignKey(Load, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind)
    node = models.CharField(max_length=40)
    at = models.DateTimeField()
    planned_at = models.DateTimeField(help_text="of a re-booking: the departure that was missed")
    reported_by = models.CharField(max_length=40, help_text="the carrier, simulator or hub that told it")

    class Meta:
        indexes = [models.Index(fields=["load", "at"])]
