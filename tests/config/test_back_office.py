"""The back office opens every table of the hub to staff, costs no query a row, and leaves history as it is."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from worlds import after_delivery, market_morning

from samphao.accounts import services as accounts
from samphao.accounts.models import Invitation, Letter, Registration, User
from samphao.accounts.types import AccountSpec
from samphao.core import summaries
from samphao.core.admin import Edited
from samphao.core.models import AuditEntry, Clock, Event, JobRun, StageResult, StoredFile
from samphao.freight.models import Load, MovementEvent
from samphao.payments import services as payments
from samphao.payments.models import Account, Entry, Payment, Transfer
from samphao.payments.types import BankReport
from samphao.trade.after_sale import ClaimStep
from samphao.trade.campaign_models import WaitingPlace
from samphao.trade.models import CropSeason, Order, Ticket

pytestmark = pytest.mark.django_db
HISTORY = (Event, AuditEntry, StageResult, Account, Transfer, Entry, Payment, ClaimStep)
OURS = [model for model in apps.get_models() if model.__module__.startswith("samphao.")]
SAME_QUERY_MAX = 2  # the list's own count and its page; a query a row would come again and again


@pytest.fixture
def staff(tmp_path: Path, settings: Any) -> Client:
    """The morning with a row in every table that it leaves empty, and somebody of the back office."""
    settings.FILES_FOLDER = tmp_path
    world = market_morning.make()
    after_delivery.add(world)
    order = Order.objects.get(code=world.orders["paid"])
    report = BankReport(order.code, "SIM-1", order.amount_minor, order.currency, order.lot.code)
    payments.record_payments("simulator", [report])
    for number in range(3):
        Registration.objects.create(
            organisation=world.parties["house"], scheme="doa", number=f"DOA-{number}", status="valid", source="invented"
        )
        CropSeason.objects.create(
            good="durian-fresh", province_iso=f"TH-2{number}", month=5, share=1, source="invented"
        )
        StageResult.objects.create(season="s", stage=f"{number}", position=number, count=1, seconds=1, invariant="held")
    Ticket.objects.create(
        code="WT-1", lot=order.lot, cut_on=order.lot.harvest_from, delivered_kg=5, accepted_kg=4, rejected_kg=1,
        signed_by_grower_at=world.now, signed_through="page",
    )  # fmt: skip
    summaries.keep("impact", {"producers": 1})
    AuditEntry.objects.create(actor="somebody", action="looked", subject="LD-0-7F3K")
    load = Load.objects.get(code=world.loads[0])
    MovementEvent.objects.create(load=load, kind="sealed", at=world.now, planned_at=world.now, reported_by="simulator")
    User.objects.filter(username="somchai").update(email="somchai@village.example")
    accounts.invite("somchai", "fa@village.example", "member", by="somchai", address="x/{token}")
    accounts.change_account(
        AccountSpec("th", "malee@village.example", "", wants_email=True), by="malee", password=market_morning.PASSWORD
    )
    for number in range(3):
        accounts.notify(
            [world.parties["somchai"].pk], subject=order.code, key=f"n{number}", text_en="x", text_th="x", text_zh="x"
        )
    StoredFile.objects.create(
        code="FL-1", subject=order.code, kind="slip", name="a.pdf", content_type="application/pdf", size=1, sha256="0" * 64,
        uploaded_by="anong", at=world.now,
    )  # fmt: skip
    JobRun.objects.create(name="holds", ran_at=world.now)
    WaitingPlace.objects.create(
        lot=order.lot, offer=order.offer, buyer=world.parties["anong"], quantity=1, joined_at=world.now
    )
    client = Client()
    client.force_login(User.objects.create_superuser("malee-of-the-office", password="irrelevant here"))
    return client


def address(model: type[Model], page: str, *arguments: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


def test_every_table_of_the_hub_is_in_the_back_office() -> None:
    assert [model.__name__ for model in OURS if model not in admin.site._registry] == []


def test_every_list_and_every_row_opens_without_a_query_a_row(staff: Client) -> None:
    opened, slow = set(), {}
    for model in OURS:
        with CaptureQueriesContext(connection) as caught:
            assert staff.get(address(model, "changelist")).status_code == 200, model
        alike = Counter(re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in caught.captured_queries)
        if repeated := [sql[:160] for sql, times in alike.items() if times > SAME_QUERY_MAX]:
            slow[model.__name__] = repeated
        row = model._default_manager.first()
        if row is not None:
            opened.add(model)
            assert staff.get(address(model, "change", row.pk)).status_code == 200, model
            searched = staff.get(address(model, "changelist"), {"q": "x"})
            assert searched.status_code == 200, model
    assert slow == {}
    rare = {
        "CbecGood",
        "ModeState",
        "PostRate",
        "EntrySampling",
        "ImporterTerms",
        "Permit",
        "PermitDraw",
        "Orchard",
        "Basket",
        "BasketLine",
        "Purchase",
        "PurchaseLine",
        "SurplusCall",
        "OrderCut",
        "FeeInvoice",
        "PartnerEvent",
        "PayeeAccount",
        "PaymentRequest",
        "PriceStep",
        "StatementLine",
    }
    assert {model.__name__ for model in OURS if model not in opened} <= rare


@pytest.mark.parametrize("model", HISTORY, ids=lambda model: model.__name__)
def test_history_cannot_be_added_to_changed_or_deleted(staff: Client, model: type[Model]) -> None:
    row = model._default_manager.first()
    assert row is not None
    assert staff.get(address(model, "add")).status_code == 403
    before = model._default_manager.filter(pk=row.pk).values().get()
    assert staff.post(address(model, "change", row.pk), {"memo": "mine"}).status_code == 403
    assert staff.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert model._default_manager.filter(pk=row.pk).values().get() == before


def test_the_clock_is_moved_by_no_form(staff: Client) -> None:
    clock = Clock.objects.get()
    assert staff.post(address(Clock, "change", clock.pk), {"shift": "0"}).status_code == 403


def test_what_staff_change_leaves_an_audit_row(staff: Client) -> None:
    row = Registration.objects.first()
    assert row is not None
    form = {
        "organisation": row.organisation_id, "scheme": row.scheme, "number": row.number, "status": "suspended",
        "valid_from": "", "valid_to": "", "source": row.source,
    }  # fmt: skip
    answer = staff.post(address(Registration, "change", row.pk), form)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    entry = AuditEntry.objects.get(subject=row.number)
    assert (entry.actor, entry.action, entry.detail["fields"]) == (
        "malee-of-the-office",
        "backoffice.change",
        ["status"],
    )


def test_no_secret_address_is_shown(staff: Client) -> None:
    accounts.send_reset_letters(
        "somchai@village.example", address="https://hub.example/{uid}/{token}/", network="203.0.113.7"
    )
    for model in (Letter, Invitation):
        row = model._default_manager.order_by("-id").first()
        assert row is not None
        page = staff.get(address(model, "change", row.pk)).content.decode()
        assert "hub.example" not in page
        assert getattr(row, "secret", "hub.example") not in page


def test_nothing_is_deleted_by_hand() -> None:
    for model in OURS:
        kept = admin.site._registry[model]
        assert not kept.has_delete_permission(None), model  # type: ignore[arg-type]
        assert isinstance(kept, Edited) or not kept.has_change_permission(None), model  # type: ignore[arg-type]


def test_tables_are_called_by_proper_plurals() -> None:
    plural = {str(model._meta.verbose_name_plural) for model in OURS}
    irregular = {
        "audit entries",
        "deliveries",
        "entries",
        "taxes",
        "tax categories",
        "varieties",
        "importer's terms",
        "hub settings",
    }
    assert irregular <= plural
    wrong = [name for name in plural if re.search(r"(?:[^aeiou]ys|xs|ss|chs|shs)$", name)]
    assert wrong == []


def test_the_only_owner_of_an_organisation_is_not_shut_out_by_hand(staff: Client) -> None:
    user = User.objects.get(username="somchai")
    form = {"username": "somchai", "email": user.email, "language": "th"}  # is_active is not ticked
    answer = staff.post(address(User, "change", user.pk), form)
    assert answer.status_code == 200
    assert "make somebody else an owner first" in answer.content.decode()
    assert User.objects.get(username="somchai").is_active


@pytest.mark.parametrize("name", ["somchai", "hub", ""])
def test_who_is_not_staff_does_not_come_in(staff: Client, name: str) -> None:
    client = Client()
    if name:
        client.force_login(User.objects.get(username=name))
    for path in ("/admin/", address(Entry, "changelist"), address(User, "changelist")):
        assert client.get(path).status_code == 302


def test_the_back_office_fetches_nothing_from_elsewhere(staff: Client) -> None:
    for path in ("/admin/", address(User, "changelist"), address(User, "add"), "/admin/login/"):
        page = staff.get(path, follow=True).content.decode()
        assert re.findall(r"""(?:src|href|url\()\s*=?\s*["']?((?:https?:)?//[^"'\s>]+)""", page) == []
