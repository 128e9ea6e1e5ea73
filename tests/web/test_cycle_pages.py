"""A cycle is opened in a few questions; buyers read its terms before they order, and sellers see demand and picks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from worlds import market_morning
from worlds.market_morning import World

from samphao.accounts.models import Membership, User
from samphao.core import clock
from samphao.trade.models import Lot, OrderCycle

pytestmark = pytest.mark.django_db
LOT = "CTI-MT-0514"


@pytest.fixture
def world(clock_reset: None) -> World:
    made = market_morning.make()
    Membership.objects.create(
        user=User.objects.create_user("teammate"), organisation=made.parties["somchai"], role="member"
    )
    return made


def as_(name: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    if name:
        client.force_login(User.objects.get(username=name))
    return client


def page(name: str, address: str, language: str = "en") -> str:
    answer = as_(name, language).get(address)
    assert answer.status_code == 200, (name, address, answer.status_code)
    return answer.content.decode()


def answers(lot: str) -> dict[str, object]:
    now = clock.now().astimezone(clock.BANGKOK)
    first = Lot.objects.get(code=lot).harvest_from

    def moment(days: int) -> str:
        return f"{now + timedelta(days=days):%Y-%m-%dT%H:%M}"

    return {
        "lots": [lot], "opens_at": moment(0), "closes_at": moment(2), "delivery_1": f"{first + timedelta(days=1)}", "safety_pct": 75, "deposit_pct": 20,
        "balance_due_at": moment(4), "lapse_keeps_pct": 0, "shortfall": "first_come",
    }  # fmt: skip


def free_lot() -> str:
    """Give Somchai a lot that nobody has ordered, with its harvest in a week."""
    lot = Lot.objects.get(code="CTI-MT-0430-0")
    lot.harvest_from = clock.today() + timedelta(days=7)
    lot.harvest_to = lot.harvest_from + timedelta(days=7)
    lot.save()
    return lot.code


def test_a_grower_opens_a_cycle_and_a_teammate_and_the_hub_may_too(world: World) -> None:
    lot = free_lot()
    answer = as_("somchai").post("/cycles/new/", answers(lot))
    cycle = OrderCycle.objects.latest("id")
    assert answer.status_code == 302
    assert answer["Location"] == f"/cycles/{cycle.code}/"
    assert (cycle.safety_pct, cycle.shortfall, cycle.made_by) == (75, "first_come", "somchai")
    again = as_("teammate").post("/cycles/new/", answers(lot))
    assert again.status_code == 422, "it is in a cycle already, and is no longer offered to choose"
    assert as_("anong").get("/cycles/new/").status_code == 403
    assert lot not in page("hub", "/cycles/new/")


def test_a_weaver_cannot_put_a_growers_lot_into_a_cycle(world: World) -> None:
    lot = free_lot()
    assert lot not in page("malee", "/cycles/new/")
    answer = as_("malee").post("/cycles/new/", answers(lot))
    assert answer.status_code == 422
    assert not OrderCycle.objects.filter(lots__lot__code=lot).exists()


def test_what_contradicts_itself_is_said_in_a_sentence(world: World) -> None:
    lot = free_lot()
    wrong = answers(lot) | {"balance_due_at": answers(lot)["opens_at"]}
    answer = as_("somchai", "th").post("/cycles/new/", wrong)
    assert answer.status_code == 422
    assert "กำหนดชำระส่วนที่เหลือต้องหลังปิดรอบ" in answer.content.decode()


@pytest.mark.parametrize(
    ("language", "deposit", "short"),
    [
        ("en", "30", "Everybody gets the same share"),
        ("th", "ส่วนที่เหลือก่อน", "ทุกคนได้สัดส่วนเท่ากัน"),
        ("zh-hans", "尾款于", "人人按同一比例"),
    ],
)
def test_a_buyer_reads_the_terms_before_he_orders(world: World, language: str, deposit: str, short: str) -> None:
    for address in (f"/market/{LOT}/?to=KMG", f"/cycles/{world.cycle}/"):
        text = page("", address, language)
        assert deposit in text
        assert short in text


def test_the_order_shows_two_payments_with_their_dates(world: World) -> None:
    text = page("anong", f"/orders/{world.orders['pre_order']}/")
    assert "Your two payments" in text
    assert "deposit paid" in text
    assert "of your deposit is kept then" in text
    cycle = OrderCycle.objects.get(code=world.cycle)
    due = cycle.balance_due_at.astimezone(clock.BANGKOK)
    assert f"{due.day} {due:%b %Y %H:%M}" in text.replace("\u00a0", " ")
    assert "This is the balance" in page("anong", f"/orders/{world.orders['pre_order']}/pay/")
    assert "This is the deposit" in page("anong", f"/orders/{world.orders['to_deposit']}/pay/")


def test_demand_and_picks_are_for_who_grows_and_the_hub_alone(world: World) -> None:
    for name in ("somchai", "teammate", "hub"):
        text = page(name, f"/cycles/{world.cycle}/")
        assert "Demand against forecast" in text
        assert "What to pick" in text
    for name in ("anong", "malee", "baisong", ""):
        text = page(name, f"/cycles/{world.cycle}/")
        assert "What to pick" not in text


def test_pages_ask_a_fixed_number_of_questions(world: World) -> None:
    for name, address in (
        ("hub", f"/cycles/{world.cycle}/"),
        ("somchai", f"/cycles/{world.cycle}/"),
        ("", "/cycles/"),
        ("somchai", "/cycles/new/"),
    ):
        client = as_(name)
        client.get(address)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        assert len(caught) <= 12, (name, address, len(caught))
