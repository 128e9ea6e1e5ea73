"""Trade is looked at here; stock, gates and prices are written by services and by the order counter alone."""

from __future__ import annotations

from django.contrib import admin

from samphao.core.admin import Looked
from samphao.trade.models import (
    CropSeason,
    FruitlessSearch,
    GateState,
    Listing,
    Lot,
    ModeState,
    Offer,
    Order,
    SearchRow,
    Ticket,
)


@admin.register(CropSeason)
class CropSeasonAdmin(Looked):
    list_display = ("good", "province_iso", "month", "share", "source")
    list_filter = ("good", "month")
    search_fields = ("good", "province_iso")
    ordering = ("good", "province_iso", "month")


@admin.register(Listing)
class ListingAdmin(Looked):
    list_display = ("code", "producer", "good", "variety", "grade", "title_en", "created_at")
    list_filter = ("good",)
    list_select_related = ("producer",)
    search_fields = ("code", "producer__code", "title_en", "title_th", "title_zh")
    ordering = ("code",)


@admin.register(Lot)
class LotAdmin(Looked):
    list_display = (
        "code",
        "listing",
        "packing_house",
        "exporter",
        "harvest_from",
        "quantity",
        "held",
        "sold",
        "tested_on",
    )
    list_filter = (("tested_on", admin.EmptyFieldListFilter), "unit", "is_demo")
    list_select_related = ("listing", "packing_house", "exporter")
    search_fields = ("code", "listing__code", "=orchard_code")
    ordering = ("code",)


@admin.register(GateState)
class GateStateAdmin(Looked):
    list_display = ("lot", "destination", "gate", "is_open", "passed_on", "next_due_on", "shut_by", "decided_at")
    list_filter = ("gate", "is_open", "destination")
    list_select_related = ("lot",)
    search_fields = ("=lot__code",)
    ordering = ("-id",)


@admin.register(ModeState)
class ModeStateAdmin(Looked):
    list_display = ("lot", "destination", "trade_mode", "is_open", "decided_at")
    list_filter = ("trade_mode", "is_open", "destination")
    list_select_related = ("lot",)
    search_fields = ("=lot__code",)
    ordering = ("-id",)


@admin.register(Offer)
class OfferAdmin(Looked):
    list_display = ("id", "lot", "destination", "kind", "trade_mode", "importer", "price_minor", "currency", "valid_to")
    list_filter = ("kind", "trade_mode", "destination")
    list_select_related = ("lot", "importer")
    search_fields = ("=lot__code",)
    ordering = ("-id",)


@admin.register(Order)
class OrderAdmin(Looked):
    list_display = ("code", "lot", "buyer", "quantity", "amount_minor", "currency", "state", "placed_at", "paid_at")
    list_filter = ("state", "currency")
    list_select_related = ("lot", "buyer")
    search_fields = ("=code", "=lot__code", "=buyer__code")
    ordering = ("-id",)


@admin.register(Ticket)
class TicketAdmin(Looked):
    list_display = (
        "code",
        "lot",
        "cut_on",
        "delivered_kg",
        "accepted_kg",
        "rejected_kg",
        "signed_by_house_at",
        "signed_through",
    )
    list_filter = ("signed_through",)
    list_select_related = ("lot",)
    search_fields = ("=code", "=lot__code")
    ordering = ("-id",)


@admin.register(SearchRow)
class SearchRowAdmin(Looked):
    list_display = ("lot", "good", "variety", "province_iso", "points", "due_at")
    list_filter = ("good",)
    list_select_related = ("lot",)
    search_fields = ("=lot__code",)
    ordering = ("lot",)


@admin.register(FruitlessSearch)
class FruitlessSearchAdmin(Looked):
    list_display = ("day", "text", "count")
    list_filter = ("day",)
    search_fields = ("text",)
    ordering = ("-day", "-count", "text")
