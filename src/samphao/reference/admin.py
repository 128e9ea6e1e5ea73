"""Published rows are looked at here and changed by publishing files (`reference.services.publish`)."""

from __future__ import annotations

from django.contrib import admin

from samphao.core.admin import Looked
from samphao.reference.models import (
    CbecGood,
    Destination,
    Document,
    ExchangeRate,
    GateRule,
    Good,
    PostRate,
    PriceRule,
    Province,
    Source,
    TariffRate,
    Tax,
    TaxCategory,
    TradeModeRule,
    TreeYield,
    Variety,
)

DATED = ("valid_from", "valid_to", "source", "checked_on")


@admin.register(Source)
class SourceAdmin(Looked):
    list_display = ("key", "kind", "title")
    list_filter = ("kind",)
    search_fields = ("key", "title")
    ordering = ("key",)


@admin.register(Province)
class ProvinceAdmin(Looked):
    list_display = ("code_iso", "name_en", "name_th", "name_zh", "region", "is_eec", *DATED)
    list_filter = ("region", "is_eec")
    search_fields = ("code_iso", "name_en", "name_th", "name_zh")


@admin.register(Good)
class GoodAdmin(Looked):
    list_display = (
        "code",
        "name_en",
        "hs6",
        "tariff_line_cn",
        "category",
        "temperature_class",
        "is_fresh_fruit",
        *DATED,
    )
    list_filter = ("category", "temperature_class", "is_fresh_fruit")
    search_fields = ("code", "name_en", "name_th", "name_zh", "hs6")


@admin.register(Destination)
class DestinationAdmin(Looked):
    list_display = ("code", "city_en", "city_th", "city_zh", "country", "node", "currency", "source")
    list_filter = ("country",)
    search_fields = ("code", "city_en", "city_th", "city_zh")


@admin.register(Variety)
class VarietyAdmin(Looked):
    list_display = ("good", "code", "name_en", "name_th", "name_zh", "dry_matter_min_pct", *DATED)
    list_filter = ("good",)
    search_fields = ("code", "name_en", "name_th", "name_zh")
    ordering = ("good", "code")


@admin.register(TariffRate)
class TariffRateAdmin(Looked):
    list_display = (
        "destination_country",
        "good",
        "regime",
        "kind",
        "rate_pct",
        "amount_minor_per_kg",
        "confidence",
        *DATED,
    )
    list_filter = ("destination_country", "regime", "confidence")
    search_fields = ("good", "hs6", "tariff_line")
    ordering = ("destination_country", "good", "regime", "id")


@admin.register(Tax)
class TaxAdmin(Looked):
    list_display = ("country", "tax", "kind", "rate_pct", "applies_to", "confidence", "conflict", *DATED)
    list_filter = ("country", "tax", "conflict")
    search_fields = ("country", "tax")
    ordering = ("country", "tax", "id")


@admin.register(TaxCategory)
class TaxCategoryAdmin(Looked):
    list_display = ("country", "tax", "good", "category", "confidence", "conflict", *DATED)
    list_filter = ("country", "tax", "conflict")
    search_fields = ("good",)
    ordering = ("country", "tax", "good", "id")


@admin.register(ExchangeRate)
class ExchangeRateAdmin(Looked):
    list_display = ("base_currency", "quote_currency", "rate", "kind", *DATED)
    list_filter = ("quote_currency", "kind")
    ordering = ("base_currency", "quote_currency", "-valid_from", "id")


@admin.register(PriceRule)
class PriceRuleAdmin(Looked):
    list_display = ("code", "kind", "value", "amount_minor_per_kg", "currency", "base", "good", "destinations", *DATED)
    list_filter = ("code",)
    search_fields = ("code", "good")
    ordering = ("code", "id")


@admin.register(GateRule)
class GateRuleAdmin(Looked):
    list_display = (
        "gate",
        "code",
        "subject",
        "destination",
        "measure",
        "comparator",
        "threshold",
        "confidence",
        *DATED,
    )
    list_filter = ("gate", "destination", "confidence")
    search_fields = ("code", "name_en", "name_th", "name_zh")
    ordering = ("gate", "code", "id")


@admin.register(Document)
class DocumentAdmin(Looked):
    list_display = ("code", "name_en", "destination", "trade_mode", "step", "issuer", "needed", "confidence", *DATED)
    list_filter = ("step", "needed", "confidence")
    search_fields = ("code", "name_en", "name_th", "name_zh")
    ordering = ("code", "id")


@admin.register(TradeModeRule)
class TradeModeRuleAdmin(Looked):
    list_display = ("mode", "code", "good", "category", "destination", "measure", "comparator", "threshold", *DATED)
    list_filter = ("mode", "confidence")
    search_fields = ("code", "name_en", "name_th", "name_zh")
    ordering = ("mode", "id")


@admin.register(CbecGood)
class CbecGoodAdmin(Looked):
    list_display = ("good", "tariff_line", "status", "remark_key", "limit_g_per_person_year", *DATED)
    list_filter = ("status", "confidence")
    search_fields = ("good", "tariff_line")
    ordering = ("good",)


@admin.register(PostRate)
class PostRateAdmin(Looked):
    list_display = ("product", "country", "mass_max_g", "price_minor", "currency", "days_min", "days_max", *DATED)
    list_filter = ("product", "country")
    search_fields = ("product", "name")
    ordering = ("product", "country", "mass_max_g")


@admin.register(TreeYield)
class TreeYieldAdmin(Looked):
    list_display = ("good", "kg_per_tree", "trees_per_rai_max", "confidence", *DATED)
    list_filter = ("confidence",)
    search_fields = ("good",)
    ordering = ("good",)
