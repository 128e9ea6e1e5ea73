"""The back office: every table to look at, few to change. What is changed there leaves an audit row.

`Looked` shows rows and changes none: ledger entries, events and audit rows are history, and what services write has rules
that a form does not know. `Edited` is for the few tables that people keep by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Field, Model
from django.forms import ModelForm
from django.http import HttpRequest

from samphao.core.events import DomainEvent, publish
from samphao.core.models import (
    AuditEntry,
    Clock,
    Event,
    HubSettings,
    JobRun,
    LimitUse,
    StageResult,
    StoredFile,
    Summary,
)

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    from unfold.admin import ModelAdmin


class Edited(ModelAdmin):
    """A table that staff keep by hand; nothing is deleted there."""

    list_per_page = 50
    show_full_result_count = False
    actions = None
    code_field = "code"

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        found = super().formfield_for_dbfield(db_field, request, **kwargs)
        if found is not None and db_field.null:
            found.required = False  # what may be unknown in the database may stay empty here
        return found

    def happened(self, obj: Any, before: Any | None) -> DomainEvent | None:  # noqa: ARG002 for those who say something
        """Return what follows from a change of a row, which was `before` if it stood already."""
        return None

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm[Any], change: bool) -> None:
        before = type(obj)._default_manager.filter(pk=obj.pk).first() if change else None  # noqa: SLF001 Django documents it
        super().save_model(request, obj, form, change)
        if event := self.happened(obj, before):
            publish(event)
        AuditEntry.objects.create(
            actor=request.user.get_username(),
            action=f"backoffice.{'change' if change else 'add'}",
            subject=str(getattr(obj, self.code_field, obj.pk))[:80],
            detail={"table": obj._meta.label, "fields": sorted(form.changed_data)},  # noqa: SLF001 Django documents _meta
        )


class Looked(ModelAdmin):
    """A table to look at."""

    list_per_page = 50
    show_full_result_count = False
    actions = None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False


@admin.register(Event)
class EventAdmin(Looked):
    list_display = ("id", "name", "aggregate", "created_at", "delivered_at", "attempts", "last_error")
    list_filter = (("delivered_at", admin.EmptyFieldListFilter), "name")
    search_fields = ("=aggregate", "name")
    ordering = ("-id",)


@admin.register(AuditEntry)
class AuditEntryAdmin(Looked):
    list_display = ("at", "actor", "action", "subject")
    list_filter = ("action",)
    search_fields = ("=subject", "=actor")
    ordering = ("-id",)


@admin.register(StageResult)
class StageResultAdmin(Looked):
    list_display = ("season", "position", "stage", "count", "seconds", "invariant", "finished_at")
    list_filter = ("season",)
    search_fields = ("stage",)


@admin.register(Clock)
class ClockAdmin(Looked):
    list_display = ("id", "shift")


@admin.register(HubSettings)
class HubSettingsAdmin(Edited):
    """What the setup asked, kept up to date by hand; a second row cannot be."""

    list_display = ("name", "languages", "corridors", "payment", "payment_partner", "is_demo", "finished_at")
    fields = ("name", "languages", "corridors", "payment", "payment_partner", "is_demo", "finished_at")
    readonly_fields = ("is_demo", "finished_at")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


@admin.register(Summary)
class SummaryAdmin(Looked):
    list_display = ("name", "counted_at")


@admin.register(JobRun)
class JobRunAdmin(Looked):
    list_display = ("name", "ran_at", "took_s", "did", "failed_at", "last_error")
    ordering = ("name",)


@admin.register(LimitUse)
class LimitUseAdmin(Looked):
    list_display = ("name", "key", "used_until")
    list_filter = ("name",)
    ordering = ("-used_until",)


@admin.register(StoredFile)
class StoredFileAdmin(Looked):
    list_display = ("code", "subject", "kind", "name", "content_type", "size", "uploaded_by", "at")
    list_filter = ("kind", "content_type")
    search_fields = ("=code", "=subject", "=uploaded_by")
    ordering = ("-id",)
