"""The setup leads whoever started the hub through five questions, and shuts behind him."""

from __future__ import annotations

import pytest
from django.test import Client
from worlds import two_buyers_one_lot

from samphao.accounts import services
from samphao.accounts.models import User
from samphao.core.models import HubSettings
from samphao.trade.models import Order
from samphao.trade.types import offer_code

pytestmark = pytest.mark.django_db
GIVEN = {
    "administrator": {"username": "malee", "email": "malee@hub.example", "password": "three words here"},
    "name": {"name": "Nan Highland Hub"},
    "languages": {"languages": ["zh-hans", "th"]},
    "corridors": {"corridors": ["CN"]},
    "payment": {"payment": "simulator"},
}


@pytest.fixture
def closed() -> None:
    HubSettings.objects.all().delete()


def begun() -> Client:
    client = Client()
    token = services.make_set_up_token()
    assert "Start now" in client.get("/setup/", {"token": token}).content.decode()
    answer = client.post("/setup/", {"token": token})
    assert answer.url == "/setup/administrator/"
    return client


def answer_all(client: Client, **changed: dict[str, object]) -> None:
    path = "/setup/administrator/"
    while not path.endswith("/check/"):
        step = path.split("/")[2]
        answer = client.post(path, GIVEN[step] | changed.get(step, {}))
        assert answer.status_code == 302, answer.content.decode()
        path = answer.url


@pytest.mark.parametrize("path", ["/", "/market/", "/orders/", "/admin/", "/sign-in/", "/impact/", "/no-such-page/"])
def test_every_page_leads_to_the_setup_until_it_is_finished(closed: None, path: str) -> None:
    answer = Client().get(path)
    assert (answer.status_code, answer.url) == (302, "/setup/")


def test_programs_are_told_that_the_hub_is_not_open(closed: None) -> None:
    answer = Client().get("/api/v1/lots/CTI-MT-0430")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")


@pytest.mark.parametrize("language", ["th", "zh-hans", "en"])
def test_a_stranger_sees_no_question_and_learns_no_token(closed: None, language: str) -> None:
    services.make_set_up_token()
    stranger = Client(headers={"accept-language": language})
    page = stranger.get("/setup/")
    assert page.status_code == 200
    assert '<form method="post" action="/setup/"' not in page.content.decode()
    for step in (*GIVEN, "check"):
        assert stranger.get(f"/setup/{step}/").url == "/setup/"
        assert stranger.post(f"/setup/{step}/", GIVEN.get(step, {})).url == "/setup/"
    assert stranger.post("/setup/", {"token": "guessed"}).status_code == 403
    assert not User.objects.exists()


def test_five_questions_a_check_and_a_confirmation(closed: None) -> None:
    client = begun()
    answer_all(client)
    assert not User.objects.exists(), "nothing is written before the check"
    page = client.get("/setup/check/").content.decode()
    assert all(
        text in page for text in ("malee@hub.example", "Nan Highland Hub", "中文, ไทย", "China", "no real money moves")
    )
    assert "three words here" not in page
    assert "three words here" not in str(dict(client.session)), "the session holds the hash alone"
    answer = client.post("/setup/check/")
    assert answer.url == "/setup/done/"
    done = client.get("/setup/done/", headers={"accept-language": "th"}).content.decode()
    assert "Nan Highland Hub" in done
    assert client.get("/admin/").status_code == 200, "signed in as administrator"


def test_an_answer_can_be_changed_before_it_is_confirmed(closed: None) -> None:
    client = begun()
    answer_all(client)
    assert client.post("/setup/name/", {"name": "Another name"}).url == "/setup/check/"
    assert "Another name" in client.get("/setup/check/").content.decode()


def test_what_is_missing_is_asked_before_the_check(closed: None) -> None:
    client = begun()
    client.post("/setup/name/", GIVEN["name"])
    assert client.get("/setup/check/").url == "/setup/administrator/"
    assert client.post("/setup/check/").url == "/setup/administrator/"


@pytest.mark.parametrize(
    ("step", "wrong", "said"),
    [
        ("administrator", {"username": "a b", "email": "x", "password": "short"}, "at least 10 characters"),
        ("name", {"name": " "}, "required"),
        ("languages", {"languages": []}, "required"),
        ("languages", {"languages": ["xx"]}, "not one of the available"),
        ("corridors", {"corridors": ["ZZ"]}, "not one of the available"),
        ("payment", {"payment": "self"}, "needs a licence"),
        ("payment", {"payment": "partner"}, "real money cannot be taken"),
    ],
)
def test_a_wrong_answer_is_asked_again_with_the_reason(
    closed: None, step: str, wrong: dict[str, object], said: str
) -> None:
    answer = begun().post(f"/setup/{step}/", wrong)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_the_setup_is_gone_once_it_is_finished(closed: None) -> None:
    client = begun()
    answer_all(client)
    client.post("/setup/check/")
    for other in (client, Client()):
        for path in ("/setup/", "/setup/name/", "/setup/check/"):
            assert other.get(path).status_code == 404
            assert other.post(path, {}).status_code == 404
    assert Client().get("/setup/done/").status_code == 404


def test_pages_use_the_answers(closed: None) -> None:
    client = begun()
    answer_all(client)
    client.post("/setup/check/")
    page = Client(headers={"accept-language": "en"}).get("/market/")
    html = page.content.decode()
    assert 'lang="zh-Hans"' in html, "English is not offered: the first language is"
    assert "Nan Highland Hub</title>" in html
    assert ">English<" not in html
    assert 'value="CAN"' in html
    assert 'value="VTE"' not in html, "Laos is no corridor of this hub"


def test_the_question_of_payment_says_that_no_bank_is_connected(closed: None) -> None:
    page = begun().get("/setup/payment/").content.decode()
    assert "connected to no bank and no payment service" in page


def test_a_hub_without_the_simulator_takes_no_money_and_tells_nobody_to_pay() -> None:
    world = two_buyers_one_lot.make()
    HubSettings.objects.update(payment="partner", payment_partner="Bank of the Example")
    from web.test_pages import signed_in

    anong = signed_in(world.anong, "anong")
    form = {"offer": offer_code(world.offer.id), "quantity": "1", "lot": world.lot.code, "key": "k"}
    placed = anong.post("/orders/new/", form)
    page = anong.get(placed.url).content.decode()
    assert "No bank is connected to this hub: pay nothing." in page
    assert "Bank of the Example" not in page
    assert "/pay/" not in page
    assert "cannot take money" in anong.post(f"{placed.url}pay/", follow=True).content.decode()
    assert Order.objects.get().state == "held"
