"""What went wrong with a lot is a dated task on the seller's page; the next lot of the listing is linked to it."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from worlds import own_listing
from worlds.own_listing import HARVEST_FROM, durian

from samphao.accounts.models import User
from samphao.core.errors import NotFound
from samphao.trade.after_sale import ProductNote
from samphao.trade.listings import list_lot
from samphao.trade.models import Lot
from samphao.trade.services import answer_draft, note_products, publish_draft, start_next_lot
from samphao.trade.types import NoteSpec

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(clock_reset: None) -> own_listing.World:
    return own_listing.make()


def noted(world: own_listing.World) -> tuple[Lot, ProductNote]:
    """A tenth of Somchai's first lot was turned away when it was graded."""
    lot = Lot.objects.get(
        code=list_lot(durian(), producer=world.ids["somchai"], viewer=world.viewer("somchai"), by="somchai").lot
    )
    note_products([NoteSpec("TK-1", "rejects", lot.code, Decimal(200), Decimal(2000))])
    return lot, ProductNote.objects.get()


def next_lot(world: own_listing.World, draft: str, days: int) -> str:
    first = HARVEST_FROM + timedelta(days=days)
    answers = {
        "harvest_from": first.isoformat(), "harvest_to": (first + timedelta(days=2)).isoformat(),
        "closes_on": (first - timedelta(days=1)).isoformat(),
    }  # fmt: skip
    who = {"viewer": world.viewer("somchai"), "by": "somchai"}
    answer_draft(draft, answers, **who)
    return publish_draft(draft, **who)


def client_of(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def test_the_next_lot_of_the_listing_does_what_the_note_asked(world: own_listing.World) -> None:
    lot, note = noted(world)
    client = client_of("teammate")
    seller = client.get("/seller/").content.decode()
    assert f"/seller/notes/#note-{note.pk}" in seller
    page = client.get("/seller/notes/").content.decode()
    assert f'name="mends" value="{note.pk}"' in page
    answer = client.post(f"/seller/listings/{lot.listing.code}/next/", {"mends": str(note.pk)})
    draft = re.match(r"/seller/drafts/([^/]+)/when/", answer.headers["Location"])[1]  # type: ignore[index]
    assert ProductNote.objects.get().done_lot is None, "a draft mends nothing yet"
    made = next_lot(world, draft, days=14)
    note.refresh_from_db()
    assert (note.done_lot.code, note.done_by) == (made, "somchai")  # type: ignore[union-attr]
    listing = client.get(f"/seller/listings/{lot.listing.code}/").content.decode()
    assert "TK-1" not in listing
    assert listing.count(made) >= 2, "the table of lots, and the note that it does"
    assert f"#note-{note.pk}" not in client.get("/seller/").content.decode()


def test_a_lot_that_was_harvested_before_mends_nothing(world: own_listing.World) -> None:
    lot, note = noted(world)
    Lot.objects.filter(pk=lot.pk).update(harvest_from=HARVEST_FROM + timedelta(days=2))
    draft = start_next_lot(lot.listing.code, viewer=world.viewer("somchai"), by="somchai", mends=note.pk)
    next_lot(world, draft, days=0)
    note.refresh_from_db()
    assert note.done_lot is None


def test_another_sellers_note_cannot_be_taken(world: own_listing.World) -> None:
    lot, note = noted(world)
    with pytest.raises(NotFound):
        start_next_lot(lot.listing.code, viewer=world.viewer("malee"), by="malee", mends=note.pk)
    with pytest.raises(NotFound):
        start_next_lot(lot.listing.code, viewer=world.viewer("somchai"), by="somchai", mends=note.pk + 1)


def test_the_schedule_is_told_in_baht_of_this_lot(world: own_listing.World) -> None:
    """2,000 kg at 160 baht are 320,000 baht; the packing house has its share of them, and 60 % of the rest is due at the ticket."""
    lot, _note = noted(world)
    page = client_of("somchai").get(f"/seller/lots/{lot.code}/").content.decode().replace("\u00a0", " ")
    found = re.findall(r"([\d,]+\.\d\d)", page[page.index("When you are paid") :])
    whole, goods, service = (Decimal(text.replace(",", "")) for text in found[:3])
    assert goods == 320_000
    assert whole == goods - service
    assert f"60 % · ฿ {whole * 60 / 100:,.2f}" in page
    assert f"40 % · ฿ {whole * 40 / 100:,.2f}" in page
