"""Pages answer in three languages, to the right people, with the same number of queries for one row or ten."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from worlds import two_buyers_one_lot

from samphao.accounts.models import Membership, Organisation, User
from samphao.reference.models import Destination
from samphao.trade import services
from samphao.trade.models import GateState, Listing, Lot, ModeState, Offer, Order
from samphao.trade.types import OrderRequest, offer_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> two_buyers_one_lot.World:
    Destination.objects.create(
        code="KMG",
        node="CNKMG",
        city_en="Kunming",
        city_th="คุนหมิง",
        city_zh="昆明",
        country="CN",
        currency="CNY",
        source="",
    )
    return two_buyers_one_lot.make()


def signed_in(organisation: Organisation, name: str) -> Client:
    user = User.objects.create_user(name, password="irrelevant here")
    Membership.objects.create(user=user, organisation=organisation, role="owner")
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/market/",
        "/market/CTI-MT-0430/",
        "/sign-in/",
        "/design/",
        "/problems/sold-out/",
        "/api/v1/docs",
        "/api/v1/openapi.json",
    ],
)
@pytest.mark.parametrize("language", ["th", "zh-hans", "en"])
def test_every_public_page_opens_in_every_language(world: two_buyers_one_lot.World, path: str, language: str) -> None:
    answer = Client(headers={"accept-language": language}).get(path)
    assert answer.status_code == 200
    if not path.startswith("/api"):
        assert f'lang="{"zh-Hans" if language == "zh-hans" else language}"' in answer.content.decode()


def test_the_interface_gives_a_lot_with_its_offers(world: two_buyers_one_lot.World) -> None:
    lot = Client().get("/api/v1/lots/CTI-MT-0430").json()
    assert (lot["left"], lot["offers"][0]["price_minor"], lot["offers"][0]["code"]) == (
        10,
        12_834,
        offer_code(world.offer.id),
    )


def test_a_lot_says_which_ways_to_buy_are_open_and_which_rule_refuses_the_others(
    world: two_buyers_one_lot.World,
) -> None:
    finding = {
        "rule": "post-fresh-fruit-cn", "measure": "is_fresh_fruit", "name_en": "Fresh fruit may not be posted to China", "name_th": "ห้ามส่งผลไม้สด",
        "name_zh": "鲜果不得邮寄进境", "found": "", "is_met": False, "source": "Notice 470", "valid_from": "2021-10-20", "is_estimate": False,
    }  # fmt: skip
    for mode, findings in (("general", []), ("post", [finding])):
        ModeState.objects.create(
            lot=world.lot, destination="KMG", trade_mode=mode, is_open=not findings, findings=findings, decided_at=world.lot.opens_at
        )  # fmt: skip
    page = Client(headers={"accept-language": "en"}).get("/market/CTI-MT-0430/").content.decode().replace("\xa0", " ")
    for words in (
        "Ways to buy for Kunming",
        "Fresh fruit may not be posted to China: not met",
        "Notice 470 · 20 Oct 2021",
    ):
        assert words in page
    assert (
        "鲜果不得邮寄进境"
        in Client(headers={"accept-language": "zh-hans"}).get("/market/CTI-MT-0430/").content.decode()
    )
    modes = Client().get("/api/v1/lots/CTI-MT-0430").json()["modes"]
    assert [(mode["trade_mode"], mode["is_open"], len(mode["findings"])) for mode in modes] == [
        ("general", True, 0), ("post", False, 1),
    ]  # fmt: skip


def test_a_buyer_orders_pays_and_follows_it(world: two_buyers_one_lot.World) -> None:
    anong = signed_in(world.anong, "anong")
    form = {"offer": offer_code(world.offer.id), "quantity": "2", "lot": world.lot.code, "key": "form-1"}
    placed = anong.post("/orders/new/", form)
    assert anong.post("/orders/new/", form).url == placed.url, "sending the form twice orders once"
    assert anong.post(f"{placed.url}pay/", follow=True).status_code == 200
    order = Order.objects.get()
    assert order.state == "paid"
    page = anong.get(placed.url).content.decode()
    assert order.code in page
    assert "256.68" in page


def test_too_much_is_refused_in_words(world: two_buyers_one_lot.World) -> None:
    services.place_order(OrderRequest(world.baisong.id, "all", world.offer.id, 4))
    services.place_order(OrderRequest(world.baisong.id, "more", world.offer.id, 4))
    anong = signed_in(world.anong, "anong")
    form = {"offer": offer_code(world.offer.id), "quantity": "3", "lot": world.lot.code, "key": "form-1"}
    assert "Only 2 are left." in anong.post("/orders/new/", form, follow=True).content.decode()


def test_an_order_is_shown_to_its_parties_and_to_nobody_else(world: two_buyers_one_lot.World) -> None:
    code = services.place_order(OrderRequest(world.anong.id, "k", world.offer.id, 1)).order
    path = f"/orders/{code}/"
    assert signed_in(world.anong, "anong").get(path).status_code == 200
    assert signed_in(world.somchai, "somchai").get(path).status_code == 200
    assert signed_in(world.baisong, "baisong").get(path).status_code == 404
    assert Client().get(path).status_code == 302


def test_only_the_buyer_pays(world: two_buyers_one_lot.World) -> None:
    code = services.place_order(OrderRequest(world.anong.id, "k", world.offer.id, 1)).order
    assert signed_in(world.somchai, "somchai").post(f"/orders/{code}/pay/").status_code == 404
    assert Order.objects.get().state == "held"


def test_ten_lots_cost_as_many_queries_as_one(world: two_buyers_one_lot.World) -> None:
    client = Client()
    client.get("/market/")
    counts = []
    for more in (0, 9):
        for number in range(more):
            listing = Listing.objects.create(
                code=f"L-{number + 2}", producer=world.somchai, good="durian-fresh", title_en="More"
            )
            fields = {
                field: getattr(world.lot, field)
                for field in (
                    "harvest_from",
                    "harvest_to",
                    "unit",
                    "unit_mass_g",
                    "carton_units",
                    "price_minor",
                    "quantity",
                    "opens_at",
                    "closes_at",
                )
            }
            lot = Lot.objects.create(code=f"LOT-{number}", listing=listing, **fields)
            GateState.objects.create(
                lot=lot, destination="KMG", gate="to_list", is_open=True, decided_at=world.lot.opens_at
            )
            Offer.objects.create(
                lot=lot, destination="KMG", kind="household", trade_mode="general", incoterm="DDP", incoterm_place="Kunming", lot_units=1, price_minor=5,
                currency="CNY", lines=[], priced_at=world.lot.opens_at, valid_to=world.lot.closes_at, promised_days=8,
            )  # fmt: skip
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/market/").status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1] <= 12


@pytest.mark.parametrize(
    ("path", "kind"), [("/seller/", "producer"), ("/packing/", "packing_house"), ("/money/", "producer")]
)
def test_a_desk_opens_to_its_own_and_to_nobody_else(world: two_buyers_one_lot.World, path: str, kind: str) -> None:
    own = Organisation.objects.create(
        code=f"own-{kind}", kind=kind, legal_form="person", name_en="Own", country="TH", province_iso="TH-22"
    )
    assert signed_in(own, "own").get(path).status_code == 200
    assert Client().get(path).status_code == 302
    if path != "/money/":
        assert signed_in(world.anong, "anong").get(path).status_code == 403


def test_the_control_tower_is_the_hubs(world: two_buyers_one_lot.World) -> None:
    hub = Organisation.objects.create(code="HUB", kind="hub", legal_form="company", name_en="Hub", country="TH")
    assert signed_in(hub, "hub").get("/freight/").status_code == 200
    assert signed_in(world.somchai, "somchai").get("/freight/").status_code == 403


def test_impact_counts_what_was_paid_and_says_who_was_left_out(world: two_buyers_one_lot.World) -> None:
    anong = signed_in(world.anong, "anong")
    code = services.place_order(OrderRequest(world.anong.id, "k", world.offer.id, 2)).order
    assert ">0<" in anong.get("/impact/").content.decode()
    anong.post(f"/orders/{code}/pay/")
    page = anong.get("/impact/").content.decode()
    assert "990.00" not in page
    assert "990" in page, "two fruit at 495 baht"
