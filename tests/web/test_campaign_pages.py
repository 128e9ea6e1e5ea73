"""The pages of campaigns as a buyer without JavaScript uses them: place, turn, order, waiting list; and what the hub announces."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from worlds import campaign_morning, market_morning

from samphao.accounts.models import User
from samphao.core import clock
from samphao.trade import services
from samphao.trade.campaign_models import Campaign, QueueTicket, WaitingPlace
from samphao.trade.models import Lot, Order
from samphao.trade.types import OrderRequest, offer_code

pytestmark = pytest.mark.django_db
LOT = "CTI-MT-0512"


@pytest.fixture
def morning() -> market_morning.World:
    return market_morning.make()


def client_of(person: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=person))
    return client


def start(*, advance: bool = True) -> None:
    now = clock.now()
    Campaign.objects.update(starts_at=now - timedelta(seconds=1))
    Lot.objects.filter(code=LOT).update(opens_at=now - timedelta(seconds=1))
    if advance:
        campaign_morning.advance()


def page(client: Client, name: str, code: str) -> str:
    answer = client.get(reverse(name, args=[code]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_buyer_takes_a_place_waits_for_his_turn_and_orders_without_a_script(morning: market_morning.World) -> None:
    client, code = client_of("baisong"), morning.campaign
    assert "Take your place now" in page(client, "campaign", code)
    for _ in range(3):
        assert client.post(reverse("campaign_queue", args=[code])).status_code == 302
    baisong = morning.parties["baisong"].pk
    assert QueueTicket.objects.filter(buyer=baisong).count() == 1
    assert "are drawn" in page(client, "campaign_queue", code)
    start(advance=False)
    waiting = page(client, "campaign_queue", code)
    assert "is being drawn" in waiting
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in waiting
    assert reverse("order_place") not in page(client, "campaign", code), "no form to order before one's turn"
    campaign_morning.advance()
    assert "It is your turn" in page(client, "campaign_queue", code)
    sale = page(client, "campaign", code)
    offer, key = re.search(r'name="offer" value="([^"]+)".*?name="key" value="([^"]+)"', sale).groups()  # type: ignore[union-attr]
    form = {"offer": offer, "lot": LOT, "key": key, "quantity": "1"}
    there = client.post(reverse("order_place"), form).headers["Location"]
    again = client.post(reverse("order_place"), form).headers["Location"]
    order = Order.objects.get(buyer=baisong)
    assert there == again == reverse("order", args=[order.code])
    assert order.code in page(client, "campaign", code), "his own hold is named, with the way to pay it"


def test_whoever_is_not_let_through_is_led_to_the_queue_by_the_page_of_the_lot(morning: market_morning.World) -> None:
    start()
    offer = Lot.objects.get(code=LOT).offers.first()
    assert offer is not None
    form = {"offer": offer_code(offer.pk), "lot": LOT, "key": "k", "quantity": "1"}
    answer = client_of("baisong").post(reverse("order_place"), form)
    assert answer.headers["Location"] == reverse("campaign_queue", args=[morning.campaign])
    assert not Order.objects.filter(lot__code=LOT).exists()


def test_a_place_far_behind_says_how_many_are_before_it_and_when_to_look_again(morning: market_morning.World) -> None:
    start()
    QueueTicket.objects.update(number=4_001)
    Campaign.objects.update(numbered=4_001, admitted=1_000)
    text = page(client_of("anong"), "campaign_queue", morning.campaign)
    assert "4,001" in text
    assert "3,000" in text
    assert 'content="4"' in text, "at a thousand a second it is this buyer's turn in about three seconds"


def test_a_buyer_waits_for_a_lot_that_is_sold_out_and_leaves_again(morning: market_morning.World) -> None:
    lot, client = morning.lots["CTI-MT-0430"], client_of("baisong")
    assert reverse("wait", args=[lot.code]) not in page(client, "lot", lot.code), "there is enough"
    Lot.objects.filter(pk=lot.pk).update(quantity=Lot.objects.get(pk=lot.pk).held + Lot.objects.get(pk=lot.pk).sold)
    text = page(client, "lot", lot.code)
    assert reverse("wait", args=[lot.code]) in text
    offer = re.search(r'action="[^"]*/wait/".*?name="offer" value="([^"]+)"', text, re.DOTALL).group(1)  # type: ignore[union-attr]
    client.post(reverse("wait", args=[lot.code]), {"offer": offer, "quantity": "1"})
    place = WaitingPlace.objects.get(buyer=morning.parties["baisong"])
    text = page(client, "lot", lot.code)
    assert "You are the first in the line" in text
    assert reverse("wait", args=[lot.code]) not in text.replace(reverse("wait_leave", args=[lot.code]), "")
    stranger = client_of("somchai")
    stranger.post(reverse("wait_leave", args=[lot.code]), {"place": str(place.pk)})
    place.refresh_from_db()
    assert place.state == "waiting"
    client.post(reverse("wait_leave", args=[lot.code]), {"place": str(place.pk)})
    place.refresh_from_db()
    assert place.state == "left"


@pytest.mark.parametrize("form", [{}, {"offer": "OF-0000-0001", "quantity": "1"}, {"offer": "x", "quantity": "-1"}])
def test_a_form_that_says_nothing_waits_for_nothing(morning: market_morning.World, form: dict[str, str]) -> None:
    answer = client_of("baisong").post(reverse("wait", args=["CTI-MT-0430"]), form, follow=True)
    assert answer.status_code == 200
    assert not WaitingPlace.objects.exists()
    assert morning.campaign


def form_of(**changed: str) -> dict[str, str]:
    now = clock.now().astimezone(clock.BANGKOK)
    usual = {
        "name_th": "ทดสอบ", "name_zh": "测试", "name_en": "A test", "starts_at": f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "ends_at": f"{now + timedelta(hours=2):%Y-%m-%dT%H:%M}", "buyer_limit": "6", "admit_per_s": "500", "lots": "CPN-LG-0718-1",
    }  # fmt: skip
    return usual | changed


def test_the_hub_announces_and_is_told_what_is_wrong(morning: market_morning.World) -> None:
    client, address = client_of("hub"), reverse("campaign_new")
    answer = client.post(address, form_of())
    assert answer.status_code == 422
    assert "CPN-LG-0718-1" in answer.content.decode(), "the lot that is on sale already is named"
    now = clock.now()
    Lot.objects.filter(code="CPN-LG-0718-1").update(opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=2))
    for changed in (
        {"lots": "nothing"},
        {"lots": ""},
        {"buyer_limit": "0"},
        {"starts_at": "2001-01-01T00:00"},
        {"ends_at": "x"},
    ):
        assert client.post(address, form_of(**changed)).status_code == 422, changed
    answer = client.post(address, form_of())
    campaign = Campaign.objects.exclude(code=morning.campaign).get()
    assert answer.headers["Location"] == reverse("campaign", args=[campaign.code])
    assert (campaign.announced_by, campaign.admit_per_s) == ("hub", 500)
    assert Lot.objects.get(code="CPN-LG-0718-1").opens_at == campaign.starts_at


def test_the_interface_hands_out_places_and_passes(morning: market_morning.World) -> None:
    client, address = client_of("anong"), f"/api/v1/campaigns/{morning.campaign}/place"
    before = client.post(address).json()
    assert (before["number"], before["is_admitted"], before["token"]) == (None, False, None)
    start()
    turn = client.post(address).json()
    assert (turn["number"], turn["is_admitted"], turn["ahead"], turn["expires_in_s"]) == (1, True, 0, 600)
    assert turn["token"]
    assert client.post("/api/v1/campaigns/CP-0000-0000/place").status_code == 404
    usual = client.post("/api/v1/counter/token").json()
    assert usual["token"] != turn["token"]
    for _ in range(29):
        client.post("/api/v1/counter/token")
    refused = client.post("/api/v1/counter/token")
    assert (refused.status_code, refused.headers["Content-Type"]) == (429, "application/problem+json")
    assert int(refused.headers["Retry-After"]) >= 1
    nobody = Client()
    assert {nobody.post(address).status_code, nobody.post("/api/v1/counter/token").status_code} == {401}
    shown = nobody.get(f"/api/v1/campaigns/{morning.campaign}").json()
    assert shown["lots"] == {LOT: 1200}


def test_a_campaign_with_eleven_lots_costs_no_query_more_than_with_one(morning: market_morning.World) -> None:
    start()
    client, address = client_of("anong"), reverse("campaign", args=[morning.campaign])

    def count() -> int:
        client.get(address)  # what is kept in memory is kept
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        return len(caught)

    before = count()
    for number in range(0, 20, 2):
        lot = morning.lots[f"CTI-MT-0430-{number}"]
        Campaign.objects.get().lots.create(lot=lot)
        services.place_order(OrderRequest(morning.parties["anong"].pk, f"{number}", lot.offers.all()[0].pk, 1))
    assert "CTI-MT-0430-18" in client.get(address).content.decode()
    assert count() <= before
