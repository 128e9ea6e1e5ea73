"""Requests, quotes and contracts over HTTP: forms that refuse, a version that is never signed unseen, what each side's page offers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from worlds import requested
from worlds.requested import BUYER, INSPECTOR, LOTS, World

from samphao.accounts.models import User
from samphao.core import clock
from samphao.trade.contract_models import Contract, Quote, Rfq
from samphao.workflows import contracts

pytestmark = pytest.mark.django_db
REASON = "As the report and the photos show it."


@pytest.fixture
def world(clock_reset: None) -> World:
    return requested.make()


def client_of(person: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(username=person))
    return client


def page(person: str, name: str, code: str) -> str:
    answer = client_of(person).get(reverse(name, args=[code]))
    assert answer.status_code == 200
    return str(answer.content.decode())


def wanted(**more: object) -> dict[str, object]:
    today = clock.today()
    given: dict[str, object] = {
        "good": "durian-fresh", "quantity": 50, "unit": "carton", "carton_kg": "18", "destination": "KMG", "incoterm": "DAP", "incoterm_place": "Kunming",
        "wanted_from": today.isoformat(), "wanted_by": (today + timedelta(days=30)).isoformat(), "closes_in": 7, "certificates": ["gap"],
        "target": "52.50",
    }  # fmt: skip
    return given | more


def offered(**more: object) -> dict[str, object]:
    given: dict[str, object] = {
        "lot": LOTS["somchai"], "price": "170", "from_2": 2000, "price_2": "165", "incoterm": "FCA", "incoterm_place": "Tha Mai", "lead_days": 6,
        "valid_days": 3, "samples": "free", "deposit_percent": 20, "checked_percent": 50, "certificates": ["gap"],
    }  # fmt: skip
    return given | more


def test_cartons_and_a_target_become_kilograms_and_minor_units(world: World) -> None:
    answer = client_of(BUYER).post(reverse("rfq_new"), wanted())
    asked = Rfq.objects.get()
    assert answer["Location"] == reverse("rfq", args=[asked.code])
    assert (asked.quantity_kg, asked.target_minor, asked.currency) == (900, 5_250, "CNY")
    assert "CNY" in page("pranee", "rfq", asked.code) or "¥" in page("pranee", "rfq", asked.code)


@pytest.mark.parametrize(
    "wrong", [{"carton_kg": ""}, {"quantity": "many"}, {"good": "dragon"}, {"wanted_by": "2020-01-01"}, {"certificates": ["fame"]}, {"closes_in": 0}]
)  # fmt: skip
def test_a_request_that_cannot_be_is_shown_again_with_what_is_wrong(world: World, wrong: dict[str, object]) -> None:
    answer = client_of(BUYER).post(reverse("rfq_new"), wanted(**wrong))
    assert answer.status_code == 422
    assert not Rfq.objects.exists()


def test_a_seller_quotes_in_steps_and_the_buyer_compares_at_another_quantity(world: World) -> None:
    request = requested.ask(world)
    assert client_of("somchai").post(reverse("rfq_quote", args=[request]), offered(from_2="")).status_code == 422
    assert client_of("somchai").post(reverse("rfq_quote", args=[request]), offered()).status_code == 302
    requested.quote(world, request, "pranee", 16_900, steps=((0, 16_900),), certificates=())
    compared = client_of(BUYER).get(reverse("rfq", args=[request]), {"kg": 900})
    rows = compared.context["quotes"]
    assert [row[0] for row in rows] == ["1", "2"]
    assert "cheapest" in rows[1][6]["note"], "the cheaper one lacks a certificate that was asked for"
    assert "without GAP" in rows[1][6]["text"]
    steps = client_of(BUYER).get(reverse("rfq", args=[request]), {"kg": 3000}).context["quotes"][0]
    assert "165" in steps[3]["text"]


def test_a_version_that_came_meanwhile_is_not_signed_unseen(world: World) -> None:
    code = requested.quote(world, requested.ask(world))
    sign = reverse("quote_sign", args=[code])
    buyer = client_of(BUYER)
    assert buyer.get(sign).status_code == 200
    changed = offered(price="190", from_2="", price_2="")
    assert client_of("somchai").post(reverse("quote_counter", args=[code]), changed).status_code == 302
    answer = buyer.post(sign, {"version": 1}, follow=True)
    assert "has moved on meanwhile" in answer.content.decode()
    assert not Contract.objects.exists()
    assert buyer.post(sign, {"version": 2}).status_code == 302
    contract = Contract.objects.get()
    assert buyer.post(sign, {"version": 2})["Location"] == reverse("contract", args=[contract.code]), "a second tab"
    assert Contract.objects.count() == 1


def test_a_quote_over_its_time_offers_no_signature(world: World) -> None:
    code = requested.quote(world, requested.ask(world))
    assert reverse("quote_sign", args=[code]) in page(BUYER, "quote", code)
    clock.move_to(clock.now() + timedelta(days=4))
    shown = page(BUYER, "quote", code)
    assert "no longer valid" in shown
    assert reverse("quote_sign", args=[code]) not in shown
    client_of(BUYER).post(reverse("quote_sign", args=[code]), {"version": 1})
    assert not Contract.objects.exists()


def test_without_a_permit_the_refusal_says_how_many_kilograms_are_left(clock_reset: None) -> None:
    world = requested.make(permit_kg=100)
    code = requested.quote(world, requested.ask(world))
    answer = client_of(BUYER).post(reverse("quote_sign", args=[code]), {"version": 1}, follow=True)
    assert "100 kg are left" in answer.content.decode()


def test_the_pages_of_a_contract_give_each_side_its_turn(world: World) -> None:
    contract = requested.signed(world, inspected=True)
    say, accept = reverse("contract_say", args=[contract.code]), reverse("contract_accept", args=[contract.code])
    assert "Passed: the goods are as agreed" in page(INSPECTOR, "contract", contract.code)
    assert accept in page(BUYER, "contract", contract.code)
    assert accept not in page("somchai", "contract", contract.code)
    assert client_of(INSPECTOR).post(say, {"answer": "failed", "reason": "short"}).status_code == 422
    assert client_of(INSPECTOR).post(say, {"answer": "failed", "reason": "Two of ten are unripe."}).status_code == 302
    assert "Two of ten are unripe." in page(BUYER, "contract", contract.code)
    assert client_of("pranee").post(say, {"answer": "goes_on", "reason": REASON}).status_code == 404
    assert client_of("somchai").post(say, {"answer": "goes_on", "reason": REASON}).status_code == 302, "it has no turn"
    contract.refresh_from_db()
    assert contract.state == "disputed"
    assert contract.code in client_of("hub").get(reverse("contracts")).content.decode()
    assert "1 contract is disputed." in client_of("hub").get(reverse("tower")).content.decode()
    assert client_of("hub").post(say, {"answer": "ends", "reason": REASON}).status_code == 302
    contract.refresh_from_db()
    assert contract.state == "running", "the order's end is delivered with its event"
    assert contract.order.__class__.objects.get(pk=contract.order_id).state == "cancelled"


def test_the_money_of_a_contract_sums_to_the_price_to_the_door(world: World) -> None:
    contract = requested.signed(world)
    shown = client_of("somchai").get(reverse("contract", args=[contract.code])).context
    assert shown["figures"][0]["value"] == shown["amount"]
    assert len(shown["money"]) >= 5
    assert [row[3]["tag"]["label"] for row in shown["milestones"]] == ["released", "waits", "waits"]
    requested.sign_ticket()
    contracts.run_contracts()
    again = client_of("somchai").get(reverse("contract", args=[contract.code])).context
    assert [row[3]["tag"]["label"] for row in again["milestones"]] == ["released", "released", "waits"]


def test_a_quote_belongs_to_its_request(world: World) -> None:
    requested.quote(world, requested.ask(world))
    assert Quote.objects.get().rfq.good == "durian-fresh"
    assert client_of("malee").get(reverse("rfq_quote", args=[Rfq.objects.get().code])).status_code == 404
