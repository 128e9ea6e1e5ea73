"""Reviews: only of delivered goods, only by their buyer, one an order; answer, appeal, and no part in any ranking."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from worlds import delivered
from worlds.delivered import BUYER, MATE, OUTSIDER, SELLER, STAFF, World

from samphao.accounts.models import Notice
from samphao.core.errors import Conflict, NotFound, Refused
from samphao.trade import queries as trade
from samphao.trade import services as trade_services
from samphao.trade.after_sale import Review
from samphao.trade.models import Order
from samphao.trade.types import Stars
from samphao.workflows import reviews

pytestmark = pytest.mark.django_db
GOOD, POOR = Stars(5, 4, 5, 3, "ripe in two days"), Stars(2, 2, 3, 1)


@pytest.fixture
def world(clock_reset: None, tmp_path: Path, settings: Any) -> World:
    settings.FILES_FOLDER = tmp_path
    return delivered.make()


def write(world: World, order: Order, stars: Stars = GOOD, by: str = BUYER) -> Review:
    code = reviews.write(order.code, stars, language="en", viewer=world.viewer(by), by=by)
    return Review.objects.select_related("listing").get(code=code)


def test_buyer_or_teammate_reviews_once_and_nobody_else(world: World) -> None:
    order = delivered.delivered(world)
    for name in (OUTSIDER, SELLER, STAFF, "house"):
        with pytest.raises(NotFound):
            write(world, order, by=name)
    write(world, order, by=MATE)
    with pytest.raises(Conflict):
        write(world, order)
    assert Notice.objects.filter(organisation=world.morning.parties[SELLER], key__startswith="review:").count() == 1


def test_there_are_no_stars_before_the_goods_have_come(world: World) -> None:
    with pytest.raises(Refused, match="delivered"):
        write(world, delivered.buy(world, "first", 1))


@pytest.mark.parametrize("stars", [Stars(0, 1, 1, 1), Stars(1, 6, 1, 1)])
def test_stars_are_one_to_five(world: World, stars: Stars) -> None:
    with pytest.raises(Refused, match="1 to 5"):
        write(world, delivered.delivered(world), stars)


def test_the_database_takes_no_stars_without_a_delivered_order_of_that_buyer_and_listing(world: World) -> None:
    review = write(world, delivered.delivered(world))
    waiting = delivered.buy(world, "second", 1)
    other = world.morning.lots["CPN-LG-0718"].listing
    anong = world.morning.parties[OUTSIDER]
    for change in (
        {"order": waiting},
        {"buyer": anong},
        {"listing": other},
        {"goods": 6},
        {"state": "hidden", "decision": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Review.objects.filter(pk=review.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        review.pk, review.code = None, "RV-TWIN"
        review.save()


def test_averages_count_what_is_shown(world: World) -> None:
    first = delivered.delivered(world)
    second = delivered.buy(world, "second", 1)
    delivered.deliver(second)
    listing = write(world, first).listing
    poor = write(world, second, POOR)
    means = trade.reviews_of_listing(listing.pk, 10)[0]
    assert (means.count, means.goods, means.delivery) == (2, Decimal("3.5"), Decimal(2))
    reviews.appeal(poor.code, "These are words about other goods.", viewer=world.viewer(SELLER), by=SELLER)
    assert trade.reviews_of_listing(listing.pk, 10)[0].count == 2, "an appeal alone hides nothing"
    reviews.decide(poor.code, "It speaks of mangoes.", hides=True, viewer=world.viewer(STAFF), by=STAFF)
    means = trade.reviews_of_listing(listing.pk, 10)[0]
    assert (means.count, means.goods) == (1, Decimal(5))
    assert [row.order_id for row in trade.reviews_of_listing(listing.pk, 10)[1]] == [first.pk]
    reviews.decide(poor.code, "It speaks of these after all.", hides=False, viewer=world.viewer(STAFF), by=STAFF)
    assert trade.reviews_of_listing(listing.pk, 10)[0].count == 2


def test_the_seller_answers_once_and_appeals_once_and_only_the_hub_decides(world: World) -> None:
    review = write(world, delivered.delivered(world), POOR)
    for name in (BUYER, OUTSIDER, "malee", STAFF):
        with pytest.raises(NotFound):
            reviews.answer(review.code, "Thank you.", viewer=world.viewer(name), by=name)
        with pytest.raises(NotFound):
            reviews.appeal(review.code, "It is about other goods.", viewer=world.viewer(name), by=name)
    reviews.answer(review.code, "We are sorry, and pack them better now.", viewer=world.viewer(SELLER), by=SELLER)
    with pytest.raises(Conflict):
        reviews.answer(review.code, "And again.", viewer=world.viewer(SELLER), by=SELLER)
    with pytest.raises(Conflict, match="Nobody has asked"):
        reviews.decide(review.code, "Nobody asked for it.", hides=True, viewer=world.viewer(STAFF), by=STAFF)
    with pytest.raises(Refused, match="reason"):
        reviews.appeal(review.code, "no", viewer=world.viewer(SELLER), by=SELLER)
    reviews.appeal(review.code, "It is about other goods.", viewer=world.viewer(SELLER), by=SELLER)
    with pytest.raises(Conflict):
        reviews.appeal(review.code, "Once more, please.", viewer=world.viewer(SELLER), by=SELLER)
    assert [row.code for row in trade.reviews_appealed()] == [review.code]
    for name in (BUYER, SELLER, OUTSIDER):
        with pytest.raises(NotFound):
            reviews.decide(review.code, "I say it is hidden.", hides=True, viewer=world.viewer(name), by=name)
    reviews.decide(review.code, "It is about these goods.", hides=False, viewer=world.viewer(STAFF), by=STAFF)
    for party in (BUYER, SELLER):
        notices = Notice.objects.filter(organisation=world.morning.parties[party], subject=review.code)
        assert any("It is about these goods." in notice.text_th for notice in notices)


def test_reviews_and_sellers_are_no_part_of_the_markets_order(world: World) -> None:
    trade_services.rebuild_search()
    before = [(hit.lot, hit.terms) for hit in trade.search_lots(trade.Search()).hits]
    assert before
    write(world, delivered.delivered(world), POOR)
    trade_services.rebuild_search()
    assert [(hit.lot, hit.terms) for hit in trade.search_lots(trade.Search()).hits] == before
