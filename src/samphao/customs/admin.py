from __future__ import annotations

from django.contrib import admin

from samphao.accounts.events import EvidenceChanged
from samphao.core.admin import Edited, Looked
from samphao.customs.models import (
    CustomsOffice,
    Declaration,
    EntryInspection,
    EntrySampling,
    GoodsItem,
    ImporterTerms,
    Permit,
    PermitDraw,
    RequiredDocument,
    RiskRule,
)


@admin.register(ImporterTerms)
class ImporterTermsAdmin(Edited):
    list_display = ("importer", "destination", "fee_minor_per_kg", "currency", "source")
    list_filter = ("destination", "currency")
    list_select_related = ("importer",)
    search_fields = ("importer__code", "importer__name_en")
    autocomplete_fields = ("importer",)
    ordering = ("destination", "importer__code")

    def happened(self, obj: ImporterTerms, before: ImporterTerms | None) -> EvidenceChanged:
        return _of_importers(obj, before)


@admin.register(Permit)
class PermitAdmin(Edited):
    """What was drawn is written by imports; only what was granted, and for how long, is kept by hand."""

    list_display = ("number", "importer", "good", "port", "granted_kg", "drawn_kg", "valid_from", "valid_to")
    list_filter = ("good", "port")
    list_select_related = ("importer",)
    search_fields = ("number", "importer__code", "importer__name_en")
    autocomplete_fields = ("importer",)
    readonly_fields = ("drawn_kg",)
    code_field = "number"
    ordering = ("importer__code", "good", "port")

    def happened(self, obj: Permit, before: Permit | None) -> EvidenceChanged:
        return _of_importers(obj, before)


def _of_importers(*rows: ImporterTerms | Permit | None) -> EvidenceChanged:
    return EvidenceChanged(sorted({row.importer.code for row in rows if row}), [])


@admin.register(CustomsOffice)
class CustomsOfficeAdmin(Looked):
    list_display = ("code", "name_en", "name_th", "name_zh", "country", "node", "source")
    list_filter = ("country",)
    search_fields = ("code", "name_en", "name_th", "name_zh")
    ordering = ("code",)


@admin.register(EntrySampling)
class EntrySamplingAdmin(Looked):
    list_display = ("country", "port", "category", "sampled_share", "days", "days_sampled", "finding_share", "source")
    list_filter = ("country",)
    ordering = ("country", "port", "category")


@admin.register(RiskRule)
class RiskRuleAdmin(Looked):
    list_display = ("code", "weight", "is_hard", "name_en", "source")
    list_filter = ("is_hard",)
    search_fields = ("code", "name_en", "name_th", "name_zh")
    ordering = ("code",)


@admin.register(Declaration)
class DeclarationAdmin(Looked):
    """Decisions are made at the officer's desk, with a written reason."""

    list_display = (
        "code",
        "kind",
        "exporter",
        "importer",
        "office",
        "destination",
        "state",
        "lane",
        "score",
        "decided_by",
    )
    list_filter = ("kind", "state", "lane", "destination_country")
    list_select_related = ("exporter", "importer", "office")
    search_fields = ("=code", "=consignment_code", "=load_code", "=container_number")
    ordering = ("-id",)


@admin.register(GoodsItem)
class GoodsItemAdmin(Looked):
    list_display = (
        "declaration",
        "number",
        "good",
        "hs6",
        "packages",
        "net_mass_kg",
        "gross_mass_kg",
        "value_minor",
        "preference",
    )
    list_filter = ("good",)
    list_select_related = ("declaration",)
    search_fields = ("=declaration__code", "good")
    ordering = ("-id",)


@admin.register(RequiredDocument)
class RequiredDocumentAdmin(Looked):
    list_display = ("declaration", "code", "name_en", "step", "issuer", "number", "is_present", "missing_because")
    list_filter = ("is_present", "step", "code")
    list_select_related = ("declaration",)
    search_fields = ("=declaration__code", "number")
    ordering = ("-id",)


@admin.register(EntryInspection)
class EntryInspectionAdmin(Looked):
    list_display = ("declaration", "inspector", "is_sampled", "finding", "started_at", "ended_at")
    list_filter = ("is_sampled",)
    list_select_related = ("declaration",)
    search_fields = ("=declaration__code",)
    ordering = ("-id",)


@admin.register(PermitDraw)
class PermitDrawAdmin(Looked):
    list_display = ("permit", "declaration", "kg", "drawn_at")
    list_select_related = ("permit", "declaration")
    search_fields = ("=permit__number", "=declaration__code")
    ordering = ("-id",)
