"""A campaign and its queue: announced ahead, one place a buyer, drawn fairly, let through as fast as the counter can take."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from worlds import campaign_morning, two_buyers_one_lot

from samphao.accounts.models import Organisation
from samphao.core import clock
from samphao.core.errors import Conflict, HubError, NotAllowed, NotFound, Refused
from samphao.core.limits import TooMany
from samphao.core.tokens import TokenSigner
from samphao.trade import campaigns, queries, services
from samphao.trade.campaign_models import Campaign, QueueTicket
from samphao.trade.models import Lot
from samphao.trade.types import CampaignSpec, OrderRequest, Placement

pytestmark = pytest.mark.django_db


def crowd(count: int) -> list[int]:
    return [
        Organisation.objects.create(code=f"c{n}", kind="buyer", legal_form="person", name_en=f"c{n}", country="CN").pk
        for n in range(count)
    ]


def take_all(code: str, buyers: list[int]) -> None:
    for number, buyer in enumerate(buyers):
        services.take_place(code, buyer, address=f"10.0.{number // 50}.1")


def spec(**changed: Any) -> CampaignSpec:
    now = clock.now()
    usual: dict[str, Any] = {
        "name_en": "x", "name_th": "x", "name_zh": "x", "starts_at": now + timedelta(minutes=5), "ends_at": now + timedelta(hours=1),
        "buyer_limit": 4, "lots": ("CTI-MT-0430",),
    }  # fmt: skip
    return CampaignSpec(**(usual | changed))


def test_its_lots_open_and_close_with_it_and_keep_its_limit() -> None:
    world = campaign_morning.make(buyer_limit=3)
    lot, campaign = Lot.objects.get(), Campaign.objects.get()
    assert (lot.opens_at, lot.closes_at, lot.buyer_limit) == (campaign.starts_at, campaign.ends_at, 3)
    anong = world.market.anong.pk
    early = services.place_order(OrderRequest(anong, "k", world.market.offer.pk, 1))
    assert early.placement is Placement.NOT_OPEN_YET


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"starts_at": timedelta(0)}, Refused),
        ({"ends_at": timedelta(minutes=4)}, Refused),
        ({"lots": ()}, Refused),
        ({"lots": tuple(f"L{n}" for n in range(51))}, Refused),
        ({"lots": ("CTI-MT-0430", "nothing")}, NotFound),
    ],
)
def test_what_cannot_be_announced_is_refused_and_leaves_nothing(changed: dict[str, Any], error: type[HubError]) -> None:
    two_buyers_one_lot.make()
    Lot.objects.update(opens_at=clock.now() + timedelta(days=1), closes_at=clock.now() + timedelta(days=2))
    now = clock.now()
    changed = {name: now + value if isinstance(value, timedelta) else value for name, value in changed.items()}
    with pytest.raises(error):
        services.announce_campaign(spec(**changed), by="hub")
    assert not Campaign.objects.exists()


def test_a_lot_on_sale_or_in_another_campaign_is_not_announced() -> None:
    two_buyers_one_lot.make()
    with pytest.raises(Conflict):
        services.announce_campaign(spec(), by="hub")
    Lot.objects.update(opens_at=clock.now() + timedelta(days=1), closes_at=clock.now() + timedelta(days=2))
    services.announce_campaign(spec(), by="hub")
    with pytest.raises(Conflict):
        services.announce_campaign(spec(), by="hub")


def test_before_the_start_a_place_has_no_number_and_nobody_is_let_through() -> None:
    world = campaign_morning.make()
    place = services.take_place(world.code, world.market.anong.pk, address="10.0.0.1")
    assert campaign_morning.advance() == 0
    assert (place.number, place.ahead, place.is_admitted) == (None, None, False)
    with pytest.raises(NotAllowed):
        services.pass_for(place)


def test_a_buyer_has_one_place_and_his_draw_whatever_he_reloads() -> None:
    world = campaign_morning.make()
    anong = world.market.anong.pk
    for _ in range(10):
        services.take_place(world.code, anong, address="10.0.0.1")
    before = QueueTicket.objects.get().draw
    QueueTicket.objects.all().delete()
    services.take_place(world.code, anong, address="10.0.0.2")
    assert QueueTicket.objects.get().draw == before, "taking a place anew draws nothing new"
    with pytest.raises(IntegrityError, match="queue_one_place_a_buyer"), transaction.atomic():
        QueueTicket.objects.create(campaign=Campaign.objects.get(), buyer_id=anong, draw=-(2**62))


def test_who_came_before_the_start_is_drawn_and_who_comes_later_stands_behind() -> None:
    world = campaign_morning.make(admit_per_s=1)
    early, late = crowd(40), [world.market.anong.pk, world.market.baisong.pk]
    take_all(world.code, early)
    world.start()
    campaign_morning.advance()
    take_all(world.code, late)
    campaign_morning.advance()
    by_number = list(QueueTicket.objects.order_by("number").values_list("buyer", flat=True))
    assert sorted(by_number[:40]) == early
    assert by_number[:40] != early, "the first to come is not the first in the queue"
    drawn = list(QueueTicket.objects.filter(buyer__in=early).order_by("draw").values_list("buyer", flat=True))
    assert by_number[:40] == drawn
    assert set(by_number[40:]) == set(late)


def test_buyers_are_let_through_as_fast_as_the_campaign_says_and_slower_when_the_counter_is_pressed() -> None:
    world = campaign_morning.make(admit_per_s=10)
    take_all(world.code, crowd(35))
    world.start()
    assert campaign_morning.advance(0.0) == 0, "a counter that is full lets nobody through"
    Campaign.objects.update(advanced_at=None)
    assert campaign_morning.advance() == 10
    assert campaign_morning.advance() == 0, "no time has passed"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE trade_campaign SET advanced_at = clock_timestamp() - interval '1 hour'")
    assert campaign_morning.advance(0.5) == 5, "a pause is not made up for"
    assert Campaign.objects.get().admitted == 15


def test_the_database_lets_nobody_through_who_has_no_number() -> None:
    campaign_morning.make()
    with pytest.raises(IntegrityError, match="campaign_admits_whom_it_numbered"), transaction.atomic():
        Campaign.objects.update(admitted=1)


def test_a_pass_is_for_its_buyer_and_its_sale() -> None:
    world = campaign_morning.make()
    anong = world.market.anong.pk
    services.take_place(world.code, anong, address="10.0.0.1")
    world.start()
    campaign_morning.advance()
    place = queries.place_in_queue(world.code, anong)
    assert place is not None
    found = TokenSigner(settings.SECRET_KEY).read(services.pass_for(place))
    assert found is not None
    assert (found.buyer, found.sale) == (anong, Campaign.objects.get().pk)


def test_a_page_sends_whoever_is_not_let_through_to_the_queue_and_sells_to_whoever_is() -> None:
    world = campaign_morning.make()
    anong, offer = world.market.anong.pk, world.market.offer.pk
    world.start()
    assert services.place_order(OrderRequest(anong, "a", offer, 1)).placement is Placement.NOT_IN_TURN
    services.take_place(world.code, anong, address="10.0.0.1")
    assert services.place_order(OrderRequest(anong, "b", offer, 1)).placement is Placement.NOT_IN_TURN
    campaign_morning.advance()
    assert services.place_order(OrderRequest(anong, "c", offer, 4)).placement is Placement.PLACED
    assert services.place_order(OrderRequest(anong, "d", offer, 1)).placement is Placement.OVER_LIMIT


def test_the_place_ends_with_the_campaign() -> None:
    world = campaign_morning.make()
    Campaign.objects.update(starts_at=clock.now() - timedelta(hours=2), ends_at=clock.now() - timedelta(hours=1))
    with pytest.raises(Conflict):
        services.take_place(world.code, world.market.anong.pk, address="10.0.0.1")


def test_one_address_takes_only_so_many_places_and_a_buyer_only_so_many_passes() -> None:
    world = campaign_morning.make()
    buyers = crowd(campaigns.PLACES_OF_ADDRESS.count + 1)
    for buyer in buyers[:-1]:
        services.take_place(world.code, buyer, address="203.0.113.9")
    with pytest.raises(TooMany):
        services.take_place(world.code, buyers[-1], address="203.0.113.9")
    services.take_place(world.code, buyers[0], address="203.0.113.9")  # he has his place: looking again costs nothing
    services.take_place(world.code, buyers[-1], address="203.0.113.10")
    for _ in range(campaigns.PASSES_OF_BUYER.count):
        services.hand_out_pass(buyers[0], address="203.0.113.9")
    with pytest.raises(TooMany):
        services.hand_out_pass(buyers[0], address="203.0.113.9")
