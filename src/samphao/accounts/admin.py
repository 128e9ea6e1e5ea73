from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth import admin as auth
from django.contrib.auth.models import Group

from samphao.accounts.application_models import Application, ApplicationEntry, ApplicationNumber
from samphao.accounts.delegation_models import Delegation
from samphao.accounts.events import EvidenceChanged
from samphao.accounts.models import (
    Delivery,
    Invitation,
    Letter,
    Membership,
    Notice,
    NoticePreference,
    Orchard,
    Organisation,
    Registration,
    User,
)
from samphao.accounts.suspension_models import (
    Suspension,
)
from samphao.core.admin import Edited, Looked

if TYPE_CHECKING:
    from django.contrib.auth.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

    DjangoUserAdmin = auth.UserAdmin[Any]
else:
    from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

    DjangoUserAdmin = auth.UserAdmin

admin.site.unregister(Group)  # rights hang on memberships, not on groups


@admin.register(User)
class UserAdmin(DjangoUserAdmin, Edited):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    code_field = "username"
    list_display = ("username", "email", "phone", "language", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "language")
    search_fields = ("username", "email", "phone")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email", "phone", "language")}),
        ("May", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("When", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()


@admin.register(Organisation)
class OrganisationAdmin(Edited):
    list_display = ("code", "name_en", "kind", "legal_form", "country", "province_iso", "is_demo")
    list_filter = ("kind", "country", "is_demo")
    search_fields = ("code", "name_en", "name_th", "name_zh", "tax_id")
    readonly_fields = ("is_demo", "standing", "created_at")  # whether it may act is decided on its registration
    ordering = ("code",)


@admin.register(Registration)
class RegistrationAdmin(Edited):
    list_display = ("organisation", "scheme", "number", "status", "valid_from", "valid_to", "source")
    list_filter = ("scheme", "status")
    list_select_related = ("organisation",)
    search_fields = ("number", "organisation__code", "organisation__name_en")
    autocomplete_fields = ("organisation",)
    code_field = "number"

    def happened(self, obj: Registration, before: Registration | None) -> EvidenceChanged:
        # A number that moves to another organisation changes what is known of both.
        return EvidenceChanged(sorted({row.organisation.code for row in (obj, before) if row}), [])


@admin.register(Orchard)
class OrchardAdmin(Edited):
    list_display = ("code", "producer", "province_iso", "area_rai", "trees", "gap_number", "gap_valid_to")
    list_filter = ("province_iso",)
    list_select_related = ("producer",)
    search_fields = ("code", "gap_number", "producer__code", "producer__name_en")
    autocomplete_fields = ("producer",)

    def happened(self, obj: Orchard, before: Orchard | None) -> EvidenceChanged:
        return EvidenceChanged([], sorted({row.code for row in (obj, before) if row}))


@admin.register(Membership)
class MembershipAdmin(Looked):
    """Who belongs where is changed on the organisation's own page, whose service guards the last owner."""

    list_display = ("user", "organisation", "role", "since")
    list_filter = ("role",)
    list_select_related = ("user", "organisation")
    search_fields = ("user__username", "organisation__code", "organisation__name_en")
    ordering = ("-id",)


@admin.register(Invitation)
class InvitationAdmin(Looked):
    list_display = ("email", "organisation", "role", "state", "invited_by", "invited_at", "expires_at", "accepted_by")
    list_filter = ("state", "role")
    list_select_related = ("organisation",)
    search_fields = ("=email", "=organisation__code")
    exclude = ("secret",)
    ordering = ("-id",)


@admin.register(Notice)
class NoticeAdmin(Looked):
    list_display = ("created_at", "organisation", "subject", "text_en")
    list_select_related = ("organisation",)
    search_fields = ("=subject", "=organisation__code")
    ordering = ("-id",)


@admin.register(Delivery)
class DeliveryAdmin(Looked):
    list_display = ("notice", "user", "channel", "state", "attempts", "sent_at", "read_at", "last_error")
    list_filter = ("channel", "state")
    list_select_related = ("notice", "user")
    search_fields = ("=user__username", "=notice__subject")
    ordering = ("-id",)


@admin.register(NoticePreference)
class NoticePreferenceAdmin(Looked):
    list_display = ("user", "channel", "is_on")
    list_filter = ("channel", "is_on")
    list_select_related = ("user",)
    search_fields = ("=user__username",)
    ordering = ("-id",)


@admin.register(Letter)
class LetterAdmin(Looked):
    """Whether a letter went; never what it says, for it may hold the address of a new password."""

    list_display = ("written_at", "purpose", "address", "subject", "state", "attempts", "sent_at", "last_error")
    list_filter = ("purpose", "state")
    search_fields = ("=address",)
    exclude = ("text",)
    ordering = ("-id",)


@admin.register(Application)
class ApplicationAdmin(Looked):
    """Registrations are decided in their queue, whose service tells the applicant and confirms his numbers."""

    list_display = (
        "code",
        "state",
        "kind",
        "legal_form",
        "organisation",
        "applicant",
        "sent_at",
        "decided_by",
        "decided_at",
    )
    list_filter = ("state", "kind", "legal_form")
    list_select_related = ("organisation", "applicant")
    search_fields = ("=code", "=applicant__username", "=organisation__code")
    ordering = ("-id",)


@admin.register(ApplicationNumber)
class ApplicationNumberAdmin(Looked):
    list_display = ("application", "scheme", "number", "valid_from", "valid_to")
    list_filter = ("scheme",)
    list_select_related = ("application",)
    search_fields = ("=number", "=application__code")
    ordering = ("-id",)


@admin.register(ApplicationEntry)
class ApplicationEntryAdmin(Looked):
    list_display = ("at", "application", "what", "actor", "text")
    list_filter = ("what",)
    list_select_related = ("application",)
    search_fields = ("=application__code", "=actor")
    ordering = ("-id",)


@admin.register(Delegation)
class DelegationAdmin(Looked):
    """Who sells for whom is agreed by the two on their own pages."""

    list_display = (
        "code",
        "state",
        "producer",
        "exporter",
        "month_kg_max",
        "month_amount_max_minor",
        "valid_from",
        "valid_to",
    )
    list_filter = ("state",)
    list_select_related = ("producer", "exporter")
    search_fields = ("=code", "=producer__code", "=exporter__code")
    ordering = ("-id",)


@admin.register(Suspension)
class SuspensionAdmin(Looked):
    """Suspending, appealing and lifting have a page of their own, whose services close gates and answer orders."""

    list_display = (
        "code",
        "organisation",
        "orchard",
        "scope",
        "from_on",
        "until_on",
        "made_by",
        "outcome",
        "lifted_at",
    )
    list_filter = ("scope", "outcome", ("lifted_at", admin.EmptyFieldListFilter))
    list_select_related = ("organisation", "orchard")
    search_fields = ("=code", "=organisation__code", "=orchard__code")
    ordering = ("-id",)
