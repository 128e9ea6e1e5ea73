"""Who may open what: every address of the hub and every operation of its interface, for every kind of person.

The table is the promise; the test asks every address as everybody. An address that it does not know fails.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from browser.visits import patterns
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from PIL import Image
from worlds import after_delivery, market_morning
from worlds.market_morning import World

from samphao.accounts.models import Invitation, Membership, User
from samphao.config.api import api
from samphao.core import files
from samphao.core.models import StoredFile
from samphao.trade.after_sale import Claim, Review
from samphao.trade.models import ListingImport, Order

pytestmark = pytest.mark.django_db

# Somchai grew the durian; his teammate works with him; malee and baisong are outsiders to his lots and to Anong's orders.
# Newcomer has sent a registration, finisher has not yet, beginner has begun one: none of them belongs to an organisation that may act.
# The exports are declared at the customs office of `office`; `elsewhere` is an officer of another one.
PEOPLE = (
    "nobody", "somchai", "teammate", "malee", "house", "exporter", "importer", "anong", "baisong", "laboratory", "carrier", "office", "elsewhere", "hub",
    "newcomer", "beginner", "finisher",
)  # fmt: skip
EVERYBODY = frozenset(PEOPLE)
SIGNED_IN = EVERYBODY - {"nobody"}
ACTING = SIGNED_IN - {"newcomer", "beginner", "finisher"}
SIDES = frozenset({"malee", "exporter"})
SELLERS = frozenset({"somchai", "teammate", "malee", "exporter"})
NOBODY: frozenset[str] = frozenset()
PARTIES = frozenset({"somchai", "teammate", "house", "exporter", "importer", "anong", "hub"})
CUSTOMS = frozenset({"exporter", "importer", "office", "hub"})
HUB = frozenset({"hub"})
SHUT = {302, 401, 403, 404}
Arguments = Callable[[World], dict[str, Any]]


@dataclass(frozen=True)
class Door:
    """An address: who may open it, with which arguments, by which method."""

    to: frozenset[str]
    arguments: Arguments = lambda _world: {}
    posts: bool = False
    form: Arguments = lambda _world: {}


def code(text: str) -> Arguments:
    return lambda _world: {"code": text}


PAID: Arguments = lambda world: {"code": world.orders["paid"]}  # noqa: E731 a table of one-liners
WAITS: Arguments = lambda world: {"code": world.declarations["waits"]}  # noqa: E731
SOMCHAI: Arguments = lambda _world: {"code": "somchai", "name": "somchai"}  # noqa: E731

FILE: Arguments = lambda _world: {"code": StoredFile.objects.get(kind="slip").code}  # noqa: E731
LISTING: Arguments = lambda world: {"code": world.lots["CTI-MT-0430"].listing.code}  # noqa: E731
DRAFT: Arguments = lambda world: {"code": world.draft}  # noqa: E731
SLIP = frozenset({"anong", "hub"})

# What came to Anong and what she said of it: Somchai grew the longan, Malee wove the silk that was reviewed.
CLAIM: Arguments = lambda _world: {"code": Claim.objects.get().code}  # noqa: E731
REVIEW: Arguments = lambda _world: {"code": Review.objects.get().code}  # noqa: E731
CAME: Arguments = lambda _world: {"code": Order.objects.get(idempotency_key="came-2").code}  # noqa: E731
POSTED: Arguments = lambda _world: {"code": Order.objects.get(idempotency_key="came-3").code}  # noqa: E731
GROWERS, BUYERS, WEAVERS = frozenset({"somchai", "teammate"}), frozenset({"anong"}), frozenset({"malee"})

DOORS: dict[str, Door] = {
    "home": Door(EVERYBODY),
    "design": Door(EVERYBODY),
    "market": Door(EVERYBODY),
    "lot": Door(EVERYBODY, code("CTI-MT-0430")),
    "impact": Door(EVERYBODY),
    "campaigns": Door(EVERYBODY),
    "campaign": Door(EVERYBODY, lambda world: {"code": world.campaign}),
    "campaign_queue": Door(SIGNED_IN, lambda world: {"code": world.campaign}),
    "campaign_new": Door(HUB),
    "wait": Door(SIGNED_IN, code("CTI-MT-0430"), posts=True),
    "wait_leave": Door(SIGNED_IN, code("CTI-MT-0430"), posts=True),
    "cycles": Door(EVERYBODY),
    "cycle": Door(EVERYBODY, lambda world: {"code": world.cycle}),
    "cycle_new": Door(GROWERS | WEAVERS | frozenset({"exporter", "hub"})),
    "surplus": Door(frozenset({"somchai", "teammate", "malee", "house", "exporter", "office", "elsewhere", "hub"})),
    "surplus_call": Door(HUB, posts=True),
    "problem": Door(EVERYBODY, code("sold-out")),
    "basket": Door(EVERYBODY),
    "basket_add": Door(EVERYBODY, posts=True),
    "basket_change": Door(
        EVERYBODY, lambda world: {"code": market_morning.basket(world)}, posts=True
    ),  # whose it is not is told so
    "basket_check_out": Door(frozenset({"baisong"}), lambda world: {"code": market_morning.basket(world)}),
    "purchase": Door(frozenset({"baisong", "hub"}), lambda world: {"code": market_morning.purchase(world)}),
    "purchase_pay": Door(frozenset({"baisong"}), lambda world: {"code": market_morning.purchase(world)}, posts=True),
    "orders": Door(SIGNED_IN),
    "order": Door(PARTIES, PAID),
    "order_place": Door(SIGNED_IN, posts=True),  # without a form it leads to the market
    "order_cancel": Door(BUYERS | GROWERS, PAID, posts=True),
    "claim_new": Door(BUYERS, CAME),
    "return_new": Door(BUYERS, POSTED),
    "review_new": Door(BUYERS, CAME),
    "claims": Door(SIGNED_IN),
    "claim": Door(PARTIES, CLAIM),
    "claim_answer": Door(GROWERS, CLAIM, posts=True),
    "claim_reply": Door(BUYERS, CLAIM, posts=True),
    "claim_decide": Door(HUB, CLAIM, posts=True),
    "claim_appeal": Door(BUYERS | GROWERS, CLAIM, posts=True),
    "review": Door(BUYERS | WEAVERS | HUB, REVIEW),
    "review_answer": Door(WEAVERS, REVIEW, posts=True),
    "review_appeal": Door(WEAVERS, REVIEW, posts=True),
    "review_decide": Door(HUB, REVIEW, posts=True),
    "product_notes": Door(GROWERS | WEAVERS),
    "product_note_done": Door(GROWERS | WEAVERS, posts=True),
    "order_pay": Door(frozenset({"anong"}), PAID),
    "order_paper": Door(SLIP, lambda world: {"code": world.orders["paid"], "kind": "receipt"}),
    "statement": Door(SIGNED_IN),
    "payee_account": Door(SIGNED_IN - {"teammate", "office", "elsewhere"}),
    "money_desk": Door(HUB),
    "statement_import": Door(HUB),
    "statement_line": Door(HUB, lambda _world: {"number": 1}, posts=True),
    "money_sent": Door(HUB, posts=True),
    "payout_returned": Door(HUB, posts=True),
    "bank_file": Door(HUB, posts=True),
    "partner_messages": Door(NOBODY, lambda _world: {"method": "simulator"}, posts=True),
    "tower": Door(HUB),
    "load": Door(HUB, lambda world: {"code": world.loads[0]}),
    "seller": Door(frozenset({"somchai", "teammate", "malee", "newcomer"})),
    "listings": Door(GROWERS | WEAVERS),
    "listing_new": Door(GROWERS | WEAVERS),
    "listing_file": Door(GROWERS | WEAVERS),
    "listing_file_out": Door(GROWERS | WEAVERS),
    "listing_import": Door(GROWERS, lambda _world: {"code": ListingImport.objects.get().code}),
    "listing": Door(GROWERS, LISTING),
    "listing_words": Door(GROWERS, LISTING),
    "own_lot": Door(GROWERS, code("CTI-MT-0430")),
    "own_lot_change": Door(GROWERS, code("CTI-MT-0430")),
    "own_lot_confirm": Door(GROWERS, code("CTI-MT-0430"), posts=True, form=lambda _world: {"quantity": "1200"}),
    "listing_question": Door(GROWERS, lambda _world: {**DRAFT(_world), "step": "good"}),
    "listing_photo": Door(
        EVERYBODY, lambda world: {"code": StoredFile.objects.get(subject=world.lots["CTI-MT-0430"].listing.code).code}
    ),
    "listing_next_lot": Door(GROWERS, LISTING, posts=True),
    "draft_discard": Door(GROWERS, DRAFT, posts=True),
    "own_lot_withdraw": Door(GROWERS, code("CTI-MT-0430"), posts=True),
    "money": Door(ACTING),
    "packing": Door(frozenset({"house"})),
    "officer": Door(frozenset({"office", "elsewhere", "hub"})),
    "declaration": Door(CUSTOMS, WAITS),
    "declaration_decide": Door(frozenset({"office"}), WAITS, posts=True),
    "importer": Door(frozenset({"importer", "hub"})),
    "setup": Door(NOBODY),
    "setup_step": Door(NOBODY, lambda _world: {"step": "name"}),
    "setup_done": Door(NOBODY),
    "organisation": Door(SIGNED_IN),
    "invite": Door(SIGNED_IN - {"teammate", "office", "elsewhere", "beginner", "finisher"}),
    "first_owner": Door(HUB),
    "leave": Door(SIGNED_IN, posts=True),
    "person": Door(frozenset({"somchai"}), SOMCHAI),
    "withdraw": Door(
        frozenset({"somchai"}),
        lambda _world: {"number": Invitation.objects.get().pk},
        True,
        lambda _world: {"organisation": "somchai"},
    ),
    "invitation": Door(EVERYBODY, lambda world: {"token": world.invitation}),
    "register": Door(EVERYBODY),
    "register_log_in": Door(frozenset({"nobody"})),
    "register_check": Door(frozenset({"finisher"})),
    "register_step": Door(frozenset({"beginner", "finisher"}), lambda _world: {"step": "name"}),
    "registrations": Door(HUB),
    "registration": Door(HUB, lambda world: {"code": world.registration}),
    "registration_decide": Door(HUB, lambda world: {"code": world.registration}, posts=True),
    "delegations": Door(SELLERS),
    "delegation_new": Door(SELLERS - {"teammate"}),
    "delegation": Door(SIDES, lambda world: {"code": world.delegation}),
    "delegation_decide": Door(
        SIDES, lambda world: {"code": world.delegation}, True, lambda _world: {"decision": "end"}
    ),
    "account": Door(SIGNED_IN),
    "password_change": Door(SIGNED_IN),
    "password_forgotten": Door(EVERYBODY),
    "password_sent": Door(EVERYBODY),
    "password_new": Door(EVERYBODY, lambda _world: {"uidb64": "MQ", "token": "used"}),
    "file_add": Door(
        frozenset({"anong"}),
        posts=True,
        form=lambda world: {"subject": world.orders["paid"], "kind": "slip", "next": "/orders/"},
    ),
    "file": Door(SLIP, FILE),
    "file_thumbnail": Door(SLIP, FILE),
    "file_remove": Door(frozenset({"anong"}), FILE, posts=True),
    "notices": Door(SIGNED_IN),
    "notices_read": Door(SIGNED_IN, posts=True),
    "sign_in": Door(EVERYBODY),
    "sign_out": Door(EVERYBODY, posts=True),
}
OPERATIONS: dict[str, tuple[frozenset[str], Arguments]] = {
    "GET /api/v1/lots/{code}": (EVERYBODY, code("CTI-MT-0430")),
    "GET /api/v1/declarations/{code}": (CUSTOMS, WAITS),
    "GET /api/v1/campaigns/{code}": (EVERYBODY, lambda world: {"code": world.campaign}),
    "POST /api/v1/campaigns/{code}/place": (ACTING, lambda world: {"code": world.campaign}),
    "POST /api/v1/counter/token": (ACTING, lambda _world: {}),
}


@pytest.fixture
def morning(tmp_path: Path, settings: Any) -> World:
    """Make the morning, with a teammate of Somchai's and a payment slip that Anong added to her order."""
    settings.FILES_FOLDER = tmp_path
    world = market_morning.make()
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(picture, "JPEG")
    files.store(picture.getvalue(), "slip.jpg", subject=world.orders["paid"], kind="slip", by="anong")
    after_delivery.add(world)
    listing = world.lots["CTI-MT-0430"].listing
    files.store(picture.getvalue(), "durian.jpg", subject=listing.code, kind="photo", by="somchai")
    mate = User.objects.create_user("teammate", password="irrelevant here")
    Membership.objects.create(user=mate, organisation=world.parties["somchai"], role=Membership.Role.MEMBER)
    return world


def client_of(person: str) -> Client:
    client = Client()
    if person != "nobody":
        client.force_login(User.objects.get(username=person))
    return client


def is_let_in(answer: HttpResponse, door: Door) -> bool:
    """Whether somebody came through: a form's address answers with a redirect too, but not to the sign-in."""
    if answer.status_code == 302:
        away = answer.headers["Location"].startswith(reverse("sign_in"))
        return door.posts and not away
    return answer.status_code not in SHUT


def test_the_table_knows_every_address_and_no_other() -> None:
    assert set(DOORS) == {str(found.name) for found in patterns()}


def test_the_table_knows_every_operation_and_no_other() -> None:
    paths = api.get_openapi_schema()["paths"]
    assert set(OPERATIONS) == {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}


@pytest.mark.parametrize("person", PEOPLE)
def test_everybody_comes_in_where_the_table_says_and_nowhere_else(morning: World, person: str) -> None:
    wrong = {}
    for name, door in DOORS.items():
        if name in ("sign_out", "leave"):
            continue  # they end what the others need: asked last, below
        client = client_of(person)
        address = reverse(name, kwargs=door.arguments(morning))
        answer = client.post(address, door.form(morning)) if door.posts else client.get(address)
        if answer.status_code >= 500 or is_let_in(answer, door) != (person in door.to):
            is_signed_in_already = name in ("sign_in", "password_forgotten") and answer.status_code == 302
            if not (is_signed_in_already and person != "nobody"):
                wrong[name] = answer.status_code
    assert wrong == {}


@pytest.mark.parametrize("person", PEOPLE)
def test_the_interface_answers_where_the_table_says_and_nowhere_else(morning: World, person: str) -> None:
    wrong = {}
    for operation, (to, arguments) in OPERATIONS.items():
        method, _, path = operation.partition(" ")
        status = client_of(person).generic(method, path.format(**arguments(morning))).status_code
        if (status == 200) != (person in to) or (person not in to and status not in SHUT):
            wrong[operation] = status
    assert wrong == {}


@pytest.mark.parametrize("person", [person for person in PEOPLE if person in ACTING])
def test_the_last_owner_cannot_leave_and_everybody_can_sign_out(morning: World, person: str) -> None:
    client = client_of(person)
    organisation = morning.parties["somchai" if person == "teammate" else person]
    client.post(reverse("leave"), {"organisation": organisation.code})
    stays = Membership.objects.filter(user__username=person).exists()
    is_last_owner = person not in ("teammate", "office", "elsewhere")
    assert stays or not is_last_owner
    assert client.post(reverse("sign_out")).status_code == 302
    assert client.get(reverse("account")).status_code == 302
