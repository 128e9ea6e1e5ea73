"""The surplus board: what ripens unsold is seen weeks ahead, and whoever is asked is counted with what he takes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from worlds import market_morning, requested

from samphao.accounts.models import Notice, Registration, User
from samphao.core import clock, events
from samphao.core.errors import Conflict, Refused
from samphao.trade import queries as trade
from samphao.trade.models import CropSeason, Lot, Order, SurplusCall
from samphao.trade.services import place_order
from samphao.trade.types import OrderRequest
from samphao.web.records import record_url
from samphao.workflows import surplus

pytestmark = pytest.mark.django_db
LOT = "CTI-MT-0430"


@pytest.fixture
def morning(clock_reset: None) -> market_morning.World:
    clock.move_to(clock.now().replace(year=2026, month=4, day=24, hour=2))
    world = market_morning.make()
    events.deliver()
    return world


def durian() -> surplus.GoodAhead:
    return next(one for one in surplus.board() if one.good == "durian-fresh")


def make_surplus(times: int = 100) -> Lot:
    """Let the durian lot hold far more than anybody has taken, and no other lot of durian anything."""
    Lot.objects.filter(listing__good="durian-fresh").exclude(code=LOT).update(quantity=F("sold") + F("held"))
    lot = Lot.objects.select_related("listing__producer").get(code=LOT)
    lot.quantity *= times
    lot.save(update_fields=["quantity"])
    return lot


def test_what_is_unsold_beyond_the_pace_of_a_quarter_is_too_much_and_worth_the_growers_price(
    morning: market_morning.World,
) -> None:
    lot = make_surplus()
    found = durian()
    left_kg = lot.left * lot.unit_mass_g / 1000
    assert sum(cell.left_kg for cell in found.cells) == pytest.approx(left_kg)
    taken = sum(
        order.lot_units * order.lot.unit_mass_g / 1000
        for order in Order.objects.filter(lot__listing__good="durian-fresh")
        .exclude(state__in=("expired", "cancelled"))
        .select_related("lot")
    )
    assert found.pace_kg == pytest.approx(taken / 13)
    weeks = {cell.week for cell in found.cells if cell.left_kg}
    assert found.over_kg == pytest.approx(left_kg - found.pace_kg * len(weeks))
    assert found.over_minor == pytest.approx(found.over_kg / lot.unit_mass_kg * lot.price_minor, rel=1e-6)


def test_a_lot_that_is_cut_on_one_day_ripens_in_that_week(morning: market_morning.World) -> None:
    lot = make_surplus()
    lot.cut_on = lot.harvest_to
    lot.save(update_fields=["cut_on"])
    assert {cell.week for cell in durian().cells if cell.left_kg} == {surplus.monday(lot.harvest_to)}


def test_the_crop_calendar_is_an_estimate_beside_what_was_declared(morning: market_morning.World) -> None:
    lot = make_surplus(1)
    province = lot.listing.producer.province_iso
    CropSeason.objects.filter(good="durian-fresh").delete()
    for month, share in ((4, "0.2"), (5, "0.5"), (6, "0.3")):
        CropSeason.objects.create(good="durian-fresh", province_iso=province, month=month, share=share, source="test")
    assert durian().undeclared_kg == 0, "April is not over: nothing tells yet how large the crop is"
    clock.move_to(clock.now() + timedelta(days=8))
    declared = lot.quantity * lot.unit_mass_g / 1000
    assert lot.harvest_from.month == 4
    end = surplus.monday(clock.today()) + timedelta(weeks=8)
    june = (min(end, date(2026, 7, 1)) - date(2026, 6, 1)).days / 30
    may = (date(2026, 6, 1) - clock.today()).days / 31
    assert durian().undeclared_kg == pytest.approx(declared / 0.2 * (0.5 * may + 0.3 * june))


def test_past_buyers_are_asked_once_a_week_and_what_they_take_is_counted(morning: market_morning.World) -> None:
    make_surplus()
    code = surplus.call("durian-fresh", surplus.BUYERS, by="hub")
    row = SurplusCall.objects.get(code=code)
    assert row.surplus_kg == Decimal(str(round(durian().over_kg, 3)))
    told = Notice.objects.filter(subject=code)
    assert {notice.organisation_id for notice in told} == set(trade.past_buyers("durian-fresh"))
    assert row.asked == len(told) > 0
    first = told[0]
    assert "durian" in first.text_en.lower()
    assert "榴莲" in first.text_zh
    assert "ทุเรียน" in first.text_th
    with pytest.raises(Conflict):
        surplus.call("durian-fresh", surplus.BUYERS, by="hub")
    assert Notice.objects.filter(subject=code).count() == row.asked

    assert trade.surplus_calls(5)[0].placed_kg == 0
    lot = Lot.objects.get(code=LOT)
    offer = lot.offers.get(destination="KMG", kind="wholesale")
    clock.move_to(clock.now() + timedelta(minutes=1))
    placed = place_order(OrderRequest(morning.parties["baisong"].pk, "since", offer.pk, 2))
    order = Order.objects.get(code=placed.order)
    outcome = trade.surplus_calls(5)[0]
    assert outcome.placed_kg == pytest.approx(order.lot_units * lot.unit_mass_g / 1000)
    assert outcome.placed_minor == order.lot_units * lot.price_minor


def test_processors_are_those_with_a_registration_that_holds(morning: market_morning.World) -> None:
    make_surplus()
    with pytest.raises(Refused, match="Nobody is known"):
        surplus.call("durian-fresh", surplus.PROCESSORS, by="hub")
    for party, valid_to in (("house", None), ("exporter", date(2026, 4, 1))):
        Registration.objects.create(
            organisation=morning.parties[party],
            scheme=surplus.PROCESSING,
            number="1",
            status="valid",
            valid_to=valid_to,
            source="test",
        )
    code = surplus.call("durian-fresh", surplus.PROCESSORS, by="hub")
    assert [notice.organisation for notice in Notice.objects.filter(subject=code)] == [morning.parties["house"]]


def test_a_good_that_buyers_take_is_offered_to_nobody(morning: market_morning.World) -> None:
    Lot.objects.filter(listing__good="longan-fresh").update(quantity=F("sold") + F("held"))
    with pytest.raises(Refused, match="no surplus"):
        surplus.call("longan-fresh", surplus.BUYERS, by="hub")


def test_the_hub_asks_from_the_page_and_growers_only_look(morning: market_morning.World) -> None:
    make_surplus()
    pages = {}
    for person in ("hub", "somchai"):
        client = Client(headers={"accept-language": "en"})
        client.force_login(User.objects.get(username=person))
        pages[person] = client.get("/surplus/").content.decode()
        answer = client.post("/surplus/call/", {"good": "durian-fresh", "kind": "buyers"})
        assert answer.status_code == (302 if person == "hub" else 403)
    assert "Ask past buyers" in pages["hub"]
    assert "Ask past buyers" not in pages["somchai"]
    assert SurplusCall.objects.count() == 1


def test_the_board_costs_as_many_queries_for_one_good_as_for_many(morning: market_morning.World) -> None:
    counts = []
    for times in (1, 100):
        make_surplus(times)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            surplus.board()
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 8


def test_a_call_leads_its_buyers_to_a_filled_in_request_whose_kilograms_the_board_counts(clock_reset: None) -> None:
    world = requested.make()
    make_surplus()
    place_order(
        OrderRequest(
            world.morning.parties["baisong"].pk,
            "before",
            world.morning.lots[LOT].offers.get(destination="KMG", kind="wholesale").pk,
            1,
        )
    )
    code = surplus.call("durian-fresh", "buyers", by="hub")
    client = Client()
    client.force_login(User.objects.get(username="baisong"))
    page = client.get(record_url(code))
    assert page.context["form"].initial["good"] == "durian-fresh"
    assert page.context["form"].initial["call"] == code
    request = requested.ask(world, surplus_call=code)
    call = SurplusCall.objects.get(code=code)
    assert trade.requests_of_calls([call.pk])[call.pk] == trade.CallRequests(1, 0)
    requested.sign(world, requested.quote(world, request))
    assert trade.requests_of_calls([call.pk])[call.pk] == trade.CallRequests(1, requested.KG)
    assert client.get(f"/surplus/{code}/ask/").status_code == 200
    client.force_login(User.objects.get(username="somchai"))
    assert client.get(f"/surplus/{code}/ask/").status_code == 403


def test_a_campaign_of_a_surplus_is_filled_in_with_the_lots_that_are_free_and_can_be_announced(
    morning: market_morning.World,
) -> None:
    with pytest.raises(Refused, match="free for a campaign"):
        surplus.campaign_for("durian-fresh")
    later = clock.now() + timedelta(days=20)
    free = f"{LOT}-0"
    Lot.objects.filter(code=free).update(
        opens_at=later, closes_at=later + timedelta(days=1), held=0, sold=0, quantity=900
    )
    client = Client()
    client.force_login(User.objects.get(username="hub"))
    make_surplus()
    Lot.objects.filter(code=free).update(quantity=900)
    assert "/campaigns/new/?good=durian-fresh" in client.get("/surplus/").content.decode()
    initial = client.get("/campaigns/new/?good=durian-fresh").context["form"].initial
    assert initial["lots"] == free
    assert "榴莲" in initial["name_zh"]
    sent = {
        name: value.strftime("%Y-%m-%dT%H:%M") if name.endswith("_at") else value for name, value in initial.items()
    }
    assert client.post("/campaigns/new/", sent).status_code == 302
    assert Lot.objects.get(code=free).of_campaign.campaign.name_en == initial["name_en"]
