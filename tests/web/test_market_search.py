"""The market's page in three languages: it finds, tells how it read, says why, narrows, and remembers what was missing."""

from __future__ import annotations

import pytest
from django.test import Client
from worlds import market_morning

from samphao.accounts.models import User
from samphao.trade import services
from samphao.trade.models import FruitlessSearch, Listing

pytestmark = pytest.mark.django_db


@pytest.fixture
def morning() -> market_morning.World:
    world = market_morning.make()
    services.rebuild_search()
    return world


def page(address: str, language: str = "en") -> str:
    answer = Client(headers={"accept-language": language}).get(address)
    assert answer.status_code == 200
    return answer.content.decode().replace("\xa0", " ")


@pytest.mark.parametrize(
    ("language", "text", "why"),
    [("en", "longan", "Why here:"), ("th", "ลำไย", "ทำไมอยู่ตรงนี้:"), ("zh-hans", "龙眼", "为什么排在这里：")],
)
def test_each_language_finds_the_lot_and_reads_why_it_stands_there(
    morning: market_morning.World, language: str, text: str, why: str
) -> None:
    shown = page(f"/market/?q={text}", language)
    assert "/market/CPN-LG-0718/" in shown
    assert "/market/UDN-SK-0101/" not in shown
    assert why in shown


def test_the_page_says_how_it_read_what_was_typed(morning: market_morning.World) -> None:
    shown = page("/market/?q=longn")
    assert "Showing longan for longn." in shown
    assert "as_typed=1" in shown
    assert "Nothing found" in page("/market/?q=longn&as_typed=1")


def test_what_is_missing_is_remembered_once_a_look_and_only_that(morning: market_morning.World) -> None:
    page("/market/?q=ระกำ")
    page("/market/?q=longan")
    page("/market/?q=ระกำ&page=2")
    assert list(FruitlessSearch.objects.values_list("text", flat=True)) == ["ระกำ"]


def test_traditional_characters_are_read_and_told(morning: market_morning.World) -> None:
    assert "显示“龙眼”（输入的是“龍眼”）的结果。" in page("/market/?q=龍眼", "zh-hans")


def test_what_is_taken_away_for_want_of_lots_is_named(morning: market_morning.World) -> None:
    assert "Nothing found for: Phuket." in page("/market/?q=longan Phuket")


def test_who_sells_a_good_reads_what_of_it_was_missing_and_the_hub_reads_all(morning: market_morning.World) -> None:
    Listing.objects.filter(producer__code="malee").update(good="silk-fabric")
    for address in (
        "/market/?q=ลำไย นราธิวาส",
        "/market/?q=moonstone",
        "/market/?q=ผ้าไหม ภูเก็ต",
        "/market/?q=ผ้าไหม ภูเก็ต",
    ):
        page(address)
    shown = {}
    for name in ("somchai", "malee", "hub"):
        client = Client()
        client.force_login(User.objects.get(username=name))
        shown[name] = client.get("/seller/looked-for/").content.decode()
    assert ("ลำไย นราธิวาส" in shown["somchai"], "ผ้าไหม ภูเก็ต" in shown["somchai"]) == (True, False)
    assert ("ลำไย นราธิวาส" in shown["malee"], "ผ้าไหม ภูเก็ต" in shown["malee"]) == (False, True)
    assert all(text in shown["hub"] for text in ("ลำไย นราธิวาส", "ผ้าไหม ภูเก็ต", "moonstone"))
    assert all("moonstone" not in shown[name] for name in ("somchai", "malee"))


@pytest.mark.parametrize("language", ["en", "th", "zh-hans"])
def test_the_ways_to_narrow_lead_to_fewer_lots(morning: market_morning.World, language: str) -> None:
    shown = page("/market/narrow/?q=longan", language)
    assert "/market/?q=longan&amp;province=" in shown
    assert "province=TH-" in shown
    narrowed = page("/market/?q=longan&province=TH-55", language)
    assert 'href="/market/?q=longan"' in narrowed  # what was chosen can be taken away


@pytest.mark.parametrize(
    "query", ["good=nix", "province=%27", "month=13", "month=x", "certificate=%3Cb%3E", "page=99999999", "page=-1", "page=x", "here=1", "q=%27%20%26"]
)  # fmt: skip
def test_no_address_breaks_the_page(morning: market_morning.World, query: str) -> None:
    page(f"/market/?{query}")
    page(f"/market/narrow/?{query}")


def test_the_interface_gives_the_terms(morning: market_morning.World) -> None:
    answer = Client().get("/api/v1/market", {"q": "龙眼"}).json()
    assert answer["total"] == len(answer["lots"]) > 0
    assert {lot["good"] for lot in answer["lots"]} == {"longan-fresh"}
    first = answer["lots"][0]
    assert first["points"] == pytest.approx(sum(term["points"] for term in first["terms"]))
    assert Client().get("/api/v1/market", {"month": 13}).status_code == 422
