"""Trade is looked at here; stock, gates and prices are written by services and by the order counter alone."""

from __future__ import annotations

from django.contrib import admin

from samphao.core.admin import Looked
from samphao.trade.after_sale import Claim, ClaimStep, ProductNote, Review
from samphao.trade.campaign_models import Campaign, CampaignLot, QueueTicket, WaitingPlace
from samphao.trade.cycle_models import CycleLot, OrderCut, OrderCycle, PreOrder
from samphao.trade.models import (
    Basket,
    BasketLine,
    CropSeason,
    GateState,
    Listing,
    ListingDraft,
    ListingImport,
    Lot,
    ModeState,
    Offer,
    Order,
    PriceStep,
    Purchase,
    PurchaseLine,
    SurplusCall,
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


@admin.register(SurplusCall)
class SurplusCallAdmin(Looked):
    list_display = ("code", "good", "kind", "from_week", "surplus_kg", "worth_minor", "asked", "made_at", "made_by")
    list_filter = ("kind", "good")
    search_fields = ("=code",)
    ordering = ("-id",)


@admin.register(Basket)
class BasketAdmin(Looked):
    list_display = ("code", "buyer", "destination", "changed_at")
    list_select_related = ("buyer",)
    search_fields = ("=code", "=buyer__code")
    ordering = ("-id",)


@admin.register(BasketLine)
class BasketLineAdmin(Looked):
    list_display = ("basket", "offer", "quantity")
    list_select_related = ("basket", "offer")
    search_fields = ("=basket__code",)
    ordering = ("-id",)


@admin.register(Purchase)
class PurchaseAdmin(Looked):
    list_display = ("code", "buyer", "amount_minor", "currency", "placed_at")
    list_select_related = ("buyer",)
    search_fields = ("=code", "=buyer__code")
    ordering = ("-id",)


@admin.register(PurchaseLine)
class PurchaseLineAdmin(Looked):
    list_display = ("purchase", "order")
    list_select_related = ("purchase", "order")
    search_fields = ("=purchase__code", "=order__code")


@admin.register(Campaign)
class CampaignAdmin(Looked):
    list_display = (
        "code",
        "name_en",
        "starts_at",
        "ends_at",
        "buyer_limit",
        "admit_per_s",
        "numbered",
        "admitted",
        "announced_by",
    )
    search_fields = ("=code", "name_en", "name_th", "name_zh")
    ordering = ("-id",)


@admin.register(CampaignLot)
class CampaignLotAdmin(Looked):
    list_display = ("campaign", "lot")
    list_select_related = ("campaign", "lot")
    search_fields = ("=campaign__code", "=lot__code")
    ordering = ("-id",)


@admin.register(QueueTicket)
class QueueTicketAdmin(Looked):
    list_display = ("campaign", "buyer", "number", "taken_at")
    list_select_related = ("campaign", "buyer")
    search_fields = ("=campaign__code", "=buyer__code")
    ordering = ("-id",)


@admin.register(WaitingPlace)
class WaitingPlaceAdmin(Looked):
    list_display = ("lot", "buyer", "quantity", "state", "joined_at", "order", "ended_at", "ended_by")
    list_filter = ("state",)
    list_select_related = ("lot", "buyer", "order")
    search_fields = ("=lot__code", "=buyer__code")


@admin.register(Claim)
class ClaimAdmin(Looked):
    list_display = (
        "code",
        "order",
        "kind",
        "wrong",
        "bad_units",
        "asked_minor",
        "agreed_minor",
        "currency",
        "state",
        "due_at",
    )
    list_filter = ("state", "kind", "wrong")
    list_select_related = ("order",)
    search_fields = ("=code", "=order__code")
    ordering = ("-id",)


@admin.register(ClaimStep)
class ClaimStepAdmin(Looked):
    list_display = ("at", "claim", "side", "by", "step", "amount_minor")
    list_filter = ("side", "step")
    list_select_related = ("claim",)
    search_fields = ("=claim__code",)
    ordering = ("-id",)


@admin.register(Review)
class ReviewAdmin(Looked):
    list_display = ("code", "order", "listing", "goods", "as_described", "packing", "delivery", "state", "written_at")
    list_filter = ("state",)
    list_select_related = ("order", "listing")
    search_fields = ("=code", "=order__code")
    ordering = ("-id",)


@admin.register(ProductNote)
class ProductNoteAdmin(Looked):
    list_display = ("source", "kind", "producer", "lot", "bad", "of", "due_on", "done_lot")
    list_filter = ("kind", ("done_at", admin.EmptyFieldListFilter))
    list_select_related = ("producer", "lot", "done_lot")
    search_fields = ("=source", "=lot__code")


@admin.register(ListingDraft)
class ListingDraftAdmin(Looked):
    list_display = ("code", "producer", "listing", "state", "lot", "made_by", "changed_at")
    list_filter = ("state",)
    list_select_related = ("producer", "listing", "lot")
    search_fields = ("=code", "=listing_code", "=producer__code")
    ordering = ("-id",)


@admin.register(ListingImport)
class ListingImportAdmin(Looked):
    list_display = ("code", "producer", "file_name", "state", "done", "rows", "made_by", "made_at")
    list_filter = ("state",)
    list_select_related = ("producer",)
    search_fields = ("=code", "=producer__code")
    ordering = ("-id",)


@admin.register(PriceStep)
class PriceStepAdmin(Looked):
    list_display = ("lot", "from_units", "price_minor")
    list_select_related = ("lot",)
    search_fields = ("=lot__code",)
    ordering = ("-id",)


@admin.register(OrderCycle)
class OrderCycleAdmin(Looked):
    list_display = (
        "code",
        "coordinator",
        "opens_at",
        "closes_at",
        "balance_due_at",
        "deposit_pct",
        "safety_pct",
        "shortfall",
        "made_by",
    )
    list_filter = ("shortfall",)
    list_select_related = ("coordinator",)
    search_fields = ("=code", "=coordinator__code")
    ordering = ("-id",)


@admin.register(CycleLot)
class CycleLotAdmin(Looked):
    list_display = ("cycle", "lot", "forecast_low", "forecast", "forecast_high", "offered")
    list_select_related = ("cycle", "lot")
    search_fields = ("=cycle__code", "=lot__code")
    ordering = ("-id",)


@admin.register(PreOrder)
class PreOrderAdmin(Looked):
    list_display = ("order", "deposit_minor", "taken_at", "balance_due_at", "reminded_at", "closed_at", "kept_minor")
    list_select_related = ("order",)
    search_fields = ("=order__code",)
    ordering = ("-id",)


@admin.register(OrderCut)
class OrderCutAdmin(Looked):
    list_display = (
        "order",
        "quantity_from",
        "quantity_to",
        "amount_from_minor",
        "amount_to_minor",
        "was_paid",
        "cut_at",
    )
    list_select_related = ("order",)
    search_fields = ("=order__code",)
    ordering = ("-id",)
