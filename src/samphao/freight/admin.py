"""Plans carry a certificate over all their loads, so none is changed by hand here."""

from __future__ import annotations

from django.contrib import admin

from samphao.core.admin import Looked
from samphao.freight.models import Consignment, Load, MovementEvent, Plan, Shipment


@admin.register(Plan)
class PlanAdmin(Looked):
    list_display = (
        "code",
        "made_at",
        "shipments",
        "containers",
        "unserved",
        "cost_minor",
        "lower_bound_minor",
        "gap",
        "is_checked",
    )
    list_filter = ("is_checked",)
    search_fields = ("code",)
    ordering = ("-id",)


@admin.register(Load)
class LoadAdmin(Looked):
    list_display = (
        "code",
        "plan",
        "equipment",
        "origin",
        "destination",
        "mode",
        "departs_at",
        "arrives_at",
        "mass_kg",
        "state",
    )
    list_filter = ("state", "mode", "is_whole", "destination")
    list_select_related = ("plan",)
    search_fields = ("=code", "=container_number", "=seal_number")
    ordering = ("-id",)


@admin.register(Shipment)
class ShipmentAdmin(Looked):
    list_display = (
        "code",
        "order_code",
        "lot_code",
        "exporter",
        "importer",
        "destination",
        "mass_kg",
        "due_at",
        "load",
    )
    list_filter = ("destination", "is_chilled")
    list_select_related = ("load",)
    search_fields = ("=code", "=order_code", "=lot_code")
    ordering = ("-id",)


@admin.register(Consignment)
class ConsignmentAdmin(Looked):
    list_display = ("code", "load", "exporter", "importer", "shipments", "mass_kg")
    list_select_related = ("load",)
    search_fields = ("=code", "=load__code", "=exporter", "=importer")
    ordering = ("-id",)


@admin.register(MovementEvent)
class MovementEventAdmin(Looked):
    list_display = ("at", "load", "kind", "planned_at", "reported_by")
    list_filter = ("kind", "reported_by")
    list_select_related = ("load",)
    search_fields = ("=load__code",)
    ordering = ("-id",)
