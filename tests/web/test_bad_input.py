"""Whatever is written into an address or a form, the hub answers; it never breaks."""

from __future__ import annotations

import pytest
from django.test import Client
from worlds import market_morning

from samphao.accounts.models import User
from samphao.trade.models import Order
from samphao.trade.types import offer_code
from samphao.web.numbers import BIGINT_MAX, INTEGER_MAX, whole_number

HUGE = ("99999999999", "9" * 30, "9" * 5000)


@pytest.fixture
def world(db: None) -> market_morning.World:
    return market_morning.make()


def client(name: str = "") -> Client:
    one = Client(headers={"accept-language": "en"})
    if name:
        one.force_login(User.objects.get(username=name))
    return one


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), (" 7 ", 7), ("๓", 3), ("2147483647", 2147483647), ("2147483648", None), ("", None), ("-1", None),
     ("1.5", None), ("1e3", None), ("x", None), ("9" * 5000, None)],
)  # fmt: skip
def test_a_whole_number_is_one_that_a_column_holds(text: str, number: int | None) -> None:
    assert whole_number(text, INTEGER_MAX) == number
    assert whole_number(str(BIGINT_MAX)) == BIGINT_MAX


@pytest.mark.parametrize("quantity", [*HUGE, "-1", "two", ""])
def test_no_quantity_breaks_an_order(world: market_morning.World, quantity: str) -> None:
    before = Order.objects.count()
    offer = world.lots["CTI-MT-0430"].offers.first()
    assert offer
    form = {"offer": offer_code(offer.id), "quantity": quantity, "lot": "CTI-MT-0430", "key": "k"}
    answer = client("anong").post("/orders/new/", form, follow=True)
    assert answer.status_code == 200
    assert "Choose" in answer.content.decode()
    assert Order.objects.count() == before


@pytest.mark.parametrize("number", HUGE)
def test_no_number_breaks_a_page(world: market_morning.World, number: str) -> None:
    anong = client("anong")
    expected = 302 if len(number) < 15 else 404
    assert anong.post("/notices/read/", {"notice": number}).status_code == expected
    assert anong.post(f"/invitations/{number}/withdraw/").status_code == 404
    for path in ("/market/", "/orders/", "/notices/"):
        assert anong.get(path, {"page": number}).status_code == 200, path
    assert client("office").get("/customs/", {"page": number}).status_code == 200
    assert client("importer").get("/importer/", {"page": number, "permits": number}).status_code == 200
    assert client("hub").get("/freight/", {"page": number}).status_code == 200


def test_a_letter_that_no_database_holds_is_refused_before_it(world: market_morning.World) -> None:
    anong = client("anong")
    for path in (
        "/market/?q=a%00b",
        "/market/?good=%00",
        "/market/%00/",
        "/orders/%00/",
        "/files/%00/",
        "/market/?%00=1",
    ):
        answer = anong.get(path)
        assert answer.status_code == 400, path
        assert "could not be read" in answer.content.decode()
    for path, form in (
        ("/orders/new/", {"offer": "OF-\0", "quantity": "1", "key": "\0"}),
        ("/files/new/", {"subject": "SO-\0", "kind": "slip"}),
        ("/setup/", {"token": "\0"}),
    ):
        assert anong.post(path, form).status_code == 400, path
    assert anong.get("/api/v1/lots/a%00b").headers["content-type"] == "application/problem+json"


def test_who_comes_to_order_without_a_form_is_led_to_the_market(world: market_morning.World) -> None:
    assert client("anong").get("/orders/new/").url == "/market/"
    assert client().get("/orders/new/").url == "/sign-in/?next=/orders/new/"


@pytest.mark.parametrize("language", ["en", "th", "zh-hans"])
def test_an_address_that_takes_only_forms_says_so_in_words(world: market_morning.World, language: str) -> None:
    anong = client("anong")
    answer = anong.get("/notices/read/", headers={"accept-language": language})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "<h1>" in answer.content.decode()
