"""Registering as pages show it: one question a page, wrong answers beside their fields, resumed anywhere, decided by the hub."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image
from worlds import new_seller
from worlds.new_seller import ANSWERS

from samphao.accounts import services
from samphao.accounts.models import Application, Delegation, Membership, Organisation, Registration, User
from samphao.accounts.types import NewApplicant
from samphao.core.models import StoredFile

pytestmark = pytest.mark.django_db
QUERIES_MAX = 12  # of a page; the hub's case shows the registers beside the answers
QUERIES_OF_A_CASE = 14


@pytest.fixture
def world() -> new_seller.World:
    return new_seller.make()


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def begun(client: Client, name: str = "fa") -> str:
    answer = client.post(
        "/register/log-in/", {"username": name, "password": "three words here", "phone": "081 234 5678"}
    )
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.url)


def walked(client: Client, path: str, **changed: dict[str, Any]) -> str:
    """Follow the questions with their answers to the check."""
    while not path.endswith("/check/"):
        step = path.split("/")[2]
        answer = client.post(path, ANSWERS[step] | changed.get(step, {}))
        assert answer.status_code == 302, (step, answer.content.decode())
        path = answer.url
    return path


def sent(client: Client) -> Application:
    client.post(walked(client, begun(client)))
    return Application.objects.get()


def test_from_the_first_page_to_the_reference(world: new_seller.World) -> None:
    client = Client()
    assert 'href="/register/log-in/"' in client.get("/register/").content.decode()
    path = begun(client)
    assert path == "/register/kind/"
    check = client.get(walked(client, path)).content.decode()
    assert all(
        text in check for text in ("สวนลำไยฟ้าใส", "1234545678781", "OTOP-55-0001", "12.5 rai, 200 trees", "51150")
    )
    assert client.post("/register/check/").url == "/register/"
    done = client.get("/register/").content.decode()
    row = Application.objects.get()
    assert row.code in done
    assert "Your registration was sent" in done
    assert client.get("/seller/").status_code == 200
    assert client.get("/money/").status_code == 403


def test_it_is_resumed_where_it_was_left(world: new_seller.World) -> None:
    client = Client()
    path = begun(client)
    for _ in range(4):
        step = path.split("/")[2]
        path = client.post(path, ANSWERS[step]).url
    other = Client()
    back = other.post("/sign-in/", {"username": "fa", "password": "three words here"})
    assert back.url == "/register/", "who signs in again comes back to what he has begun"
    page = other.get("/register/").content.decode()
    assert f'href="{path}">Continue</a>' in page
    assert page.count("Completed") == 4
    assert "first choose the province" in page
    assert "Cannot start yet" in page


def test_a_changed_answer_leads_back_to_the_check(world: new_seller.World) -> None:
    client = Client()
    walked(client, begun(client))
    assert client.post("/register/about/", {"about": "ลำไยและลิ้นจี่"}).url == "/register/check/"
    assert "ลำไยและลิ้นจี่" in client.get("/register/check/").content.decode()
    assert client.post("/register/province/", {"province": "TH-22"}).url == "/register/district/"


@pytest.mark.parametrize(
    ("step", "given", "said"),
    [
        ("kind", {}, "Choose one of these."), ("kind", {"kind": "hub"}, "Select a valid choice"), ("name", {"name_en": "Fa"}, "This field is required"),
        ("identity", {"number": "1-2345-45678-78-9"}, "One digit of this number is wrong"),
        ("identity", {"number": "12345"}, "too short or too long"),
        ("number-otop", {"number": "x", "valid_from": "2026-02-02", "valid_to": "2026-02-01"}, "cannot end before it begins"),
        ("number-otop", {"number": "x", "valid_to": "tomorrow"}, "Enter a valid date"),
        ("number-gap", {"number": "x"}, "This field is required"), ("district", {"district": "2201"}, "Select a valid choice"),
        ("contact", {"contact_name": "Fa", "contact_phone": "abc"}, "Write a phone number such as"),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_told_at_its_field_and_kept_in_sight(
    world: new_seller.World, step: str, given: dict[str, Any], said: str
) -> None:
    client = Client()
    walked(client, begun(client))
    answer = client.post(f"/register/{step}/", given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert "There is a problem" in page
    for written in given.values():
        assert str(written) in page


def test_a_day_of_the_buddhist_era_is_understood(world: new_seller.World) -> None:
    client = Client()
    walked(
        client, begun(client), **{"number-otop": {"number": "x", "valid_from": "2569-01-01", "valid_to": "2570-12-31"}}
    )
    assert str(Application.objects.get().numbers.get(scheme="otop").valid_to) == "2027-12-31"


def test_questions_of_others_and_of_nobody_are_shut(world: new_seller.World) -> None:
    assert Client().get("/register/name/").url.startswith("/sign-in/")
    malee = signed_in("malee")
    assert malee.get("/register/name/").url == "/register/"
    assert malee.get("/register/log-in/").url == "/register/"
    client = Client()
    begun(client)
    assert client.get("/register/horoscope/").status_code == 404
    client.post("/register/kind/", ANSWERS["kind"])
    assert client.get("/register/district/").url == "/register/", "asked, but it cannot start yet"
    assert client.get("/register/check/").url == "/register/"


def test_nothing_can_be_changed_after_it_was_sent(world: new_seller.World) -> None:
    client = Client()
    sent(client)
    for path in ("/register/about/", "/register/check/"):
        assert client.get(path).url == "/register/"
        assert client.post(path, {"about": "else"}).url == "/register/"
    assert Application.objects.get().about == "ลำไย 200 ต้น"


def test_too_many_log_ins_from_one_network_are_refused(world: new_seller.World) -> None:
    for number in range(20):
        begun(Client(), f"new{number}")
    answer = Client().post("/register/log-in/", {"username": "one-more", "password": "three words here"})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert not User.objects.filter(username="one-more").exists()


def test_a_name_that_is_taken_and_a_weak_password_are_told(world: new_seller.World) -> None:
    taken = Client().post("/register/log-in/", {"username": "Malee", "password": "three words here"})
    weak = Client().post("/register/log-in/", {"username": "somebody", "password": "123"})
    assert (taken.status_code, weak.status_code) == (422, 422)
    assert "Somebody has this user name already." in taken.content.decode()
    assert "at least 10 characters" in weak.content.decode()


def test_a_buyer_abroad_is_asked_for_his_country_and_its_number(world: new_seller.World) -> None:
    client = Client()
    begun(client, "kunming")
    path = client.post("/register/kind/", {"kind": "importer"}).url
    assert path == "/register/country/"
    path = client.post(path, {"country": "CN"}).url
    for given in (
        {"legal_form": "company"},
        {"name_zh": "云南水果进口公司", "name_en": "Yunnan Fruit"},
        {"about": "水果"},
    ):
        path = client.post(path, given).url
    assert path == "/register/identity/"
    assert "Unified social credit code" in client.get(path).content.decode()
    assert client.post(path, {"number": "911100006000373410"}).status_code == 422
    path = client.post(path, {"number": "91110000600037341L"}).url
    path = client.post(path, {"schemes": []}).url
    assert path == "/register/street/"
    path = client.post(path, {"street": "昆明市 1 号"}).url
    path = client.post(path, {"contact_name": "李", "contact_phone": "+86 871 1234567"}).url
    path = client.post(path, {}).url
    assert path == "/register/check/"
    client.post(path)
    party = Organisation.objects.get(standing="review")
    assert (party.kind, party.country, party.tax_id, party.province_iso) == ("importer", "CN", "91110000600037341L", "")


@pytest.fixture
def picture() -> io.BytesIO:
    found = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(found, "JPEG")
    found.seek(0)
    found.name = "card.jpg"
    return found


def test_papers_are_for_the_applicant_and_the_hub(
    world: new_seller.World, tmp_path: Path, settings: Any, picture: io.BytesIO
) -> None:
    settings.FILES_FOLDER = tmp_path
    client = Client()
    walked(client, begun(client))
    code = Application.objects.get().code
    form = {"subject": code, "kind": "paper", "file": picture, "next": "/register/documents/"}
    assert client.post("/files/new/", form).url == "/register/documents/"
    file = StoredFile.objects.get()
    assert "card.jpg" in client.get("/register/documents/").content.decode()
    address = reverse("file", args=[file.code])
    client.post("/register/check/")
    mate = User.objects.create_user("mate")
    Membership.objects.create(user=mate, organisation=Application.objects.get().organisation, role="member")
    seen = {name: signed_in(name).get(address).status_code for name in ("fa", "nid", "mate", "malee", "prasit")}
    assert seen == {"fa": 200, "nid": 200, "mate": 404, "malee": 404, "prasit": 404}
    assert client.post(reverse("file_remove", args=[file.code])).status_code == 302
    assert StoredFile.objects.exists(), "what was sent stays"
    picture.seek(0)
    assert client.post("/files/new/", form).status_code == 404, "and nothing is added while it is looked at"


def test_the_hub_sees_answers_checks_and_doubles_and_decides(world: new_seller.World) -> None:
    world.people.orchard.tax_id = new_seller.PIN
    world.people.orchard.save()
    client, hub = Client(), signed_in("nid")
    row = sent(client)
    assert row.code in hub.get("/registrations/").content.decode()
    case = hub.get(f"/registrations/{row.code}/").content.decode()
    assert all(
        text in case
        for text in (
            "สวนลำไยฟ้าใส", "written rightly", "format not checked", "The same number is held by ORCHARD.", "needed to approve", "ลำไย 200 ต้น",
        )
    )  # fmt: skip
    decide = f"/registrations/{row.code}/decide/"
    hub.post(decide, {"decision": "ask", "text": "ส่งรูปสวน"})
    page = client.get("/register/").content.decode()
    assert "ส่งรูปสวน" in page
    assert 'href="/register/check/"' in page
    assert "ส่งรูปสวน" in client.get("/notices/").content.decode()
    assert "the hub&#x27;s people ask you something" in client.get("/seller/").content.decode()
    client.post("/register/check/", {"text": "ส่งแล้ว"})
    assert "ส่งแล้ว" in hub.get(f"/registrations/{row.code}/").content.decode()
    refused = hub.post(decide, {"decision": "approve"}, follow=True).content.decode()
    assert "Confirm the number by which the applicant is known" in refused
    pin = Registration.objects.get(scheme="th_pin").pk
    hub.post(decide, {"decision": "approve", "number": [pin]})
    assert Organisation.objects.get(pk=row.organisation_id).standing == "open"
    assert client.get("/money/").status_code == 200
    assert "Your organisation may act on this hub now." in client.get("/register/").content.decode()
    assert "2 numbers wait to be confirmed" in client.get("/seller/").content.decode()
    case = hub.get(f"/registrations/{row.code}/").content.decode()
    assert "Confirm these numbers" in case
    assert ">confirmed<" in case


def test_a_refusal_says_why_and_lets_try_again(world: new_seller.World) -> None:
    client, hub = Client(), signed_in("nid")
    row = sent(client)
    decide = f"/registrations/{row.code}/decide/"
    hub.post(decide, {"decision": "refuse", "text": ""})
    assert Application.objects.get().state == "waiting"
    hub.post(decide, {"decision": "refuse", "text": "ไม่ใช่ผู้ผลิต"})
    assert "ไม่ใช่ผู้ผลิต" in client.get("/register/").content.decode()
    assert client.get("/seller/").status_code == 403
    assert client.post("/register/").url == "/register/kind/"
    assert Application.objects.count() == 2
    assert "Conflict" not in hub.post(decide, {"decision": "approve"}, follow=True).content.decode()
    assert Application.objects.get(pk=row.pk).state == "refused"


@pytest.mark.parametrize("name", ["fa", "malee", "prasit"])
def test_the_queue_is_shut_to_everybody_else(world: new_seller.World, name: str) -> None:
    row = sent(Client())
    client = signed_in(name)
    assert client.get("/registrations/").status_code == 403
    assert client.get(f"/registrations/{row.code}/").status_code == 403
    assert client.post(f"/registrations/{row.code}/decide/", {"decision": "approve"}).status_code == 403


def delegation_form(**changed: Any) -> dict[str, Any]:
    form = {
        "other": "EXPORT",
        "goods": ["silk-fabric"],
        "month_kg_max": "200",
        "valid_from": "2026-01-01",
        "valid_to": "2069-12-31",
    }
    return form | changed


def test_a_producer_asks_an_exporter_agrees_and_the_producer_ends_it(world: new_seller.World) -> None:
    malee, prasit = signed_in("malee"), signed_in("prasit")
    assert "Northern Export Co. (EXPORT)" in malee.get("/delegations/new/").content.decode()
    path = malee.post("/delegations/new/", delegation_form()).url
    assert "waits for an answer" in malee.get(path).content.decode()
    assert ">Agree</button>" not in malee.get(path).content.decode()
    assert ">Agree</button>" in prasit.get(path).content.decode()
    assert "asks you to agree" in prasit.get("/notices/").content.decode()
    prasit.post(f"{path}decide/", {"decision": "accept"})
    assert "in force" in prasit.get("/delegations/").content.decode()
    seller = malee.get("/seller/").content.decode()
    assert 'href="/delegations/"' in seller
    malee.post(f"{path}decide/", {"decision": "end"})
    assert Delegation.objects.get().state == "revoked"


def test_an_exporter_asks_by_code(world: new_seller.World) -> None:
    prasit = signed_in("prasit")
    wrong = prasit.post("/delegations/new/", delegation_form(other="NOBODY"))
    assert wrong.status_code == 422
    assert "There is no such organisation." in wrong.content.decode()
    path = prasit.post("/delegations/new/", delegation_form(other="WEAVERS")).url
    assert ">Agree</button>" in signed_in("malee").get(path).content.decode()


@pytest.mark.parametrize(("changed", "said"), [({"goods": []}, "required"), ({"month_kg_max": ""}, "Set a limit"), ({"valid_to": "2020-01-01"}, "cannot end")])  # fmt: skip
def test_terms_that_cannot_hold_are_told(world: new_seller.World, changed: dict[str, Any], said: str) -> None:
    answer = signed_in("malee").post("/delegations/new/", delegation_form(**changed))
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_teammates_see_a_delegation_but_only_owners_decide(world: new_seller.World) -> None:
    path = signed_in("malee").post("/delegations/new/", delegation_form()).url
    pim = User.objects.create_user("pim")
    Membership.objects.create(user=pim, organisation=world.exporter, role="member")
    for name in ("nok", "pim"):
        client = signed_in(name)
        assert "Only owners of the two organisations decide." in client.get(path).content.decode()
        assert client.post(f"{path}decide/", {"decision": "accept"}).status_code == 403
        assert client.get("/delegations/new/").status_code == 403
    somchai = signed_in("somchai")
    assert somchai.get(path).status_code == 404
    assert somchai.post(f"{path}decide/", {"decision": "end"}).status_code == 404


def test_pages_cost_few_queries_and_no_more_for_many(world: new_seller.World) -> None:
    client, hub, malee = Client(), signed_in("nid"), signed_in("malee")
    row = sent(client)
    malee.post("/delegations/new/", delegation_form())
    looks = [
        (hub, "/registrations/"),
        (hub, f"/registrations/{row.code}/"),
        (client, "/register/"),
        (malee, "/delegations/"),
        (client, "/seller/"),
    ]

    def counts() -> list[int]:
        found = []
        for who, path in looks:
            who.get(path)
            with CaptureQueriesContext(connection) as caught:
                assert who.get(path).status_code == 200
            found.append(len(caught))
        return found

    before = counts()
    for number in range(10):
        name = f"more{number}"
        code = services.begin_registration(
            NewApplicant(name, "three words here", "", "", "th"), network=f"198.51.100.{number}"
        )
        new_seller.answered(code, by=name)
        services.send_registration(by=name)
        with_another = Organisation.objects.create(
            code=f"EX{number}", kind="exporter", legal_form="company", name_en="X", country="TH"
        )
        assert with_another.standing == "open"
        malee.post("/delegations/new/", delegation_form(other=f"EX{number}"))
    assert Delegation.objects.count() == 11
    assert counts() == before
    most = [QUERIES_OF_A_CASE if path.endswith(f"{row.code}/") else QUERIES_MAX for _, path in looks]
    assert [count <= limit for count, limit in zip(before, most, strict=True)] == [True] * len(looks), before
