"""An exporter lists lots of a grower who lets it, as far as the two have agreed, and nothing else of his."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from worlds import own_listing
from worlds.own_listing import durian

from samphao.accounts import services as accounts
from samphao.accounts.models import Membership, Organisation, User
from samphao.accounts.types import DelegationTerms
from samphao.core import clock
from samphao.core.errors import NotAllowed, NotFound, Refused
from samphao.trade import queries
from samphao.trade.delegated import TOO_MUCH
from samphao.trade.listings import LotRefused, change_lot, confirm_quantity, list_lot
from samphao.trade.models import Lot
from samphao.trade.services import keep_import, start_draft
from samphao.trade.types import TERMS_2018, PayoutSchedule

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(clock_reset: None) -> own_listing.World:
    """Somchai lets the exporter sell up to five tonnes of durian a month for him; a trader has nothing agreed with him."""
    made = own_listing.make()
    trader = Organisation.objects.create(
        code="trader", kind="exporter", legal_form="company", name_en="Trader", country="TH"
    )
    for name, organisation in (("exporter", Organisation.objects.get(code="exporter")), ("trader", trader)):
        user = User.objects.create_user(name, password="village to the world")
        Membership.objects.create(user=user, organisation=organisation, role="owner")
    return made


def agree(kg: int = 5000) -> str:
    today = clock.today()
    terms = DelegationTerms(("durian-fresh",), kg, None, today, today + timedelta(days=120))
    code = accounts.ask_delegation("somchai", "exporter", terms, by="somchai")
    accounts.accept_delegation(code, by="exporter")
    return code


def by_exporter(world: own_listing.World, own: Any = None, name: str = "exporter") -> Lot:
    own = own or durian()
    return Lot.objects.get(code=list_lot(own, producer=world.ids["somchai"], viewer=world.viewer(name), by=name).lot)


def test_without_an_agreement_nobody_lists_for_another(world: own_listing.World) -> None:
    with pytest.raises(NotAllowed):
        by_exporter(world)
    agree()
    with pytest.raises(NotAllowed):
        by_exporter(world, name="trader")
    assert not Lot.objects.exists()


def test_up_to_the_limit_of_the_month_and_not_a_kilogram_more(world: own_listing.World) -> None:
    agree(5000)
    lot = by_exporter(world, durian(quantity=4000))
    by_exporter(world, durian(quantity=1000, attributes={"variety": "monthong", "grade": "b"}))
    with pytest.raises(Refused, match=TOO_MUCH):
        by_exporter(world, durian(quantity=1, minimum_units=1))
    with pytest.raises(Refused, match=TOO_MUCH):
        confirm_quantity(lot.code, 4001, viewer=world.viewer("exporter"), by="exporter")
    with pytest.raises(Refused, match=TOO_MUCH):
        change_lot(lot.code, durian(quantity=4001), viewer=world.viewer("exporter"), by="exporter")
    assert Lot.objects.get(pk=lot.pk).quantity == 4000
    confirm_quantity(lot.code, 4500, viewer=world.viewer("somchai"), by="somchai")  # his own fruit is his to say


def test_another_good_another_exporter_and_another_schedule_are_refused(world: own_listing.World) -> None:
    agree()
    with pytest.raises(Refused):
        by_exporter(world, durian(good="longan-fresh", attributes={}))
    for changed in ({"exporter": ""}, {"schedule": PayoutSchedule(ticket_percent=10)}):
        with pytest.raises(LotRefused):
            by_exporter(world, durian(**changed))
    lot = by_exporter(world, durian(schedule=TERMS_2018))
    assert (lot.exporter_id, lot.deposit_percent) == (world.ids["exporter"], 20)


def test_what_was_ended_ends_the_looking_after_too(world: own_listing.World) -> None:
    code = agree()
    lot = by_exporter(world)
    assert queries.own_lot_for(lot.code, world.viewer("exporter"))
    accounts.end_delegation(code, by="somchai")
    viewer = world.viewer("exporter")
    assert queries.own_lot_for(lot.code, viewer) is None
    assert queries.listing_for(lot.listing.code, viewer) is None
    with pytest.raises(NotFound):
        change_lot(lot.code, replace(durian(), price_minor=1), viewer=viewer, by="exporter")


def test_the_producers_other_lots_drafts_and_files_stay_his(world: own_listing.World) -> None:
    agree()
    own = {"viewer": world.viewer("somchai"), "by": "somchai"}
    his = list_lot(durian(exporter="trader"), producer=world.ids["somchai"], **own)
    draft = start_draft(world.ids["somchai"], **own)
    viewer = world.viewer("exporter")
    assert queries.own_lot_for(his.lot, viewer) is None
    assert queries.listing_for(his.listing, viewer) is None
    assert not queries.may_change_listing(his.listing, viewer)
    assert queries.draft_for(draft, viewer) is None
    assert list(queries.listings_of(world.ids["somchai"], viewer)) == []
    with pytest.raises(NotAllowed):
        keep_import(b"good\n", "lots.csv", world.ids["somchai"], viewer=viewer, by="exporter")


def test_the_pages_of_an_exporter_who_lists_for_a_grower(world: own_listing.World) -> None:
    client = Client()
    client.force_login(User.objects.get(username="exporter"))
    assert client.get("/seller/listings/").status_code == 403
    agree()
    lot = by_exporter(world)
    page = client.get("/seller/listings/?of=somchai").content.decode()
    assert lot.listing.code in page
    assert "lots.csv" not in page
    assert client.get("/seller/listings/lots.csv?of=somchai").status_code == 403
    for path in (
        f"/seller/listings/{lot.listing.code}/",
        f"/seller/lots/{lot.code}/",
        f"/seller/lots/{lot.code}/change/",
    ):
        assert client.get(path).status_code == 200, path
