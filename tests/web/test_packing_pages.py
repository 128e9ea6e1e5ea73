"""The pages of the packing house and of suspensions, as people use them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from worlds import harvest_sold
from worlds.harvest_sold import HAND, OTHER_HAND, World, buy, offer_of, on_the_day_of_the_cut, weighed
from worlds.judged_lot import CUT_ON, LOT, load_it, seal

from samphao.accounts.models import Membership, Orchard, Organisation, Registration, Suspension, User
from samphao.core import clock, events
from samphao.engines import gs1
from samphao.trade.models import Carton, Listing, Lot, Order, Ticket
from samphao.workflows import labels, weighing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_reset")]
TICKET = f"/packing/lots/{LOT}/ticket/"
LABELS = f"/packing/lots/{LOT}/labels/"


@pytest.fixture
def world() -> World:
    return harvest_sold.make()


def client(name: str = "", language: str = "en") -> Client:
    made = Client(headers={"accept-language": language})
    if name:
        made.force_login(User.objects.get(username=name))
    return made


def form(**changes: Any) -> dict[str, Any]:
    return {
        "key": "a-form-of-the-telephone", "cut_on": CUT_ON.isoformat(), "kg_0": "1360", "kg_1": "340.5", "rejected_kg": "20", "dry_matter_pct": "34.2",
        "name_grower": "somchai", "path_grower": HAND, "age_grower": "90", "name_house": "lek", "path_house": OTHER_HAND, "age_house": "60", **changes,
    }  # fmt: skip


def sign(world: World) -> None:
    on_the_day_of_the_cut()
    weighing.sign(weighed(), by="lek", viewer=world.viewer("lek"))
    events.deliver()


def test_the_form_without_a_script_signs_by_passwords(world: World) -> None:
    on_the_day_of_the_cut()
    page = client("lek").get(TICKET).content.decode()
    assert 'name="password_grower"' in page
    assert re.search(r'<option value="somchai"', page), "those of the grower's side"
    passwords = {
        "path_grower": "",
        "path_house": "",
        "password_grower": "the words of somchai",
        "password_house": "the words of lek",
    }
    answer = client("lek").post(TICKET, form(**passwords))
    assert answer.status_code == 302
    shown = client("mali").get(TICKET).content.decode()
    assert "1,700.5" in shown
    assert "signed by password" in shown
    assert "the words of" not in shown


def test_the_telephone_gets_its_answer_as_json(world: World) -> None:
    on_the_day_of_the_cut()
    as_json = {"Accept": "application/json"}
    wrong = client("lek").post(TICKET, form(kg_0="x"), headers=as_json)
    assert (wrong.status_code, bool(wrong.json()["errors"])) == (422, True)
    one = client("lek").post(TICKET, form(name_house="lek", path_house=HAND), headers=as_json)
    assert (one.status_code, one.json()["errors"]) == (
        422,
        ["Grower and packing house must be two different people: one cannot sign for both."],
    )
    first = client("lek").post(TICKET, form(), headers=as_json)
    assert (first.status_code, first.json()) == (200, {"url": TICKET})
    again = client("lek").post(TICKET, form(), headers=as_json)
    assert again.status_code == 200, "what arrived once is answered again"
    other = client("lek").post(TICKET, form(kg_0="1300"), headers=as_json)
    assert other.status_code == 422
    another = client("lek").post(TICKET, form(key="another-form-of-it"), headers=as_json)
    assert another.status_code == 409
    assert Ticket.objects.count() == 1
    assert OTHER_HAND in client("somchai").get(TICKET).content.decode()


def test_a_form_with_a_fault_keeps_what_was_written(world: World) -> None:
    on_the_day_of_the_cut()
    answer = client("lek").post(TICKET, form(path_house=""))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Each side must sign" in page
    assert 'value="1360"' in page
    assert HAND in page


def test_three_people_at_the_ticket(world: World) -> None:
    for name, before, after in (
        ("lek", 200, 200),
        ("noi", 200, 200),
        ("somchai", 200, 200),
        ("lab", 403, 200),
        ("anong", 404, 404),
    ):
        assert client(name).get(TICKET).status_code == before, name
        if after == 404:
            assert client(name).post(TICKET, form()).status_code == 404
    assert client("lab").post(TICKET, form()).status_code == 403
    assert client().get(TICKET).status_code == 302
    sign(world)
    for name, status in (("lek", 200), ("lab", 200), ("kaew", 200), ("anong", 404)):
        assert client(name).get(TICKET).status_code == status, name


def test_a_grower_without_a_log_in_signs_with_his_name_and_his_hand(world: World) -> None:
    elder = Organisation.objects.create(
        code="elder", kind="producer", legal_form="person", name_en="Elder", country="TH"
    )
    Listing.objects.filter(lots__code=LOT).update(producer=elder)
    on_the_day_of_the_cut()
    page = client("lek").get(TICKET).content.decode()
    assert 'type="text" name="name_grower"' in page
    refused = client("lek").post(TICKET, form(name_grower="สมชาย ใจดี", path_grower="", password_grower="x"))
    assert refused.status_code == 422
    assert client("lek").post(TICKET, form(name_grower="สมชาย ใจดี")).status_code == 302
    assert "สมชาย ใจดี" in client("lek").get(TICKET).content.decode()


def pdf_text(content: bytes) -> bytes:
    assert content.startswith(b"%PDF-")
    return content


def test_labels_have_the_marks_and_numbers_that_are_given_once(world: World) -> None:
    sign(world)
    page = client("lek").get(LABELS).content.decode()
    assert "94 cartons" in page, "1,700 kg in cartons of 18 kg"
    answer = client("lek").post(
        LABELS, {"destination": "KMG", "cartons": "3", "net_kg": "18", "packed_on": CUT_ON.isoformat()}
    )
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    pdf = pdf_text(answer.content)
    assert len(re.findall(rb"/Type ?/Page\b(?!s)", pdf)) == 3
    assert b"283.46" in pdf, "100 mm wide"
    assert b"425.19" in pdf, "150 mm high"
    cartons = list(Carton.objects.order_by("id"))
    assert len({row.sscc for row in cartons}) == 3
    assert all(gs1.is_number(row.sscc) and "9521234" in row.sscc and row.net_mass_g == 18_000 for row in cartons)


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Catch what goes onto the labels, on its way to the typesetter."""
    caught: list[dict[str, Any]] = []
    real = labels.pdf.render

    def render(name: str, data: dict[str, Any]) -> bytes:
        caught.extend(data["labels"])
        return real(name, data)

    monkeypatch.setattr(labels.pdf, "render", render)
    return caught


def test_what_stands_on_a_label(world: World, printed: list[dict[str, Any]]) -> None:
    sign(world)
    client("lek").post(LABELS, {"destination": "KMG", "cartons": "1", "net_kg": "18", "packed_on": CUT_ON.isoformat()})
    (label,) = printed
    marks = {row["name_en"]: row["value"] for row in label["rows"]}
    assert marks == {
        "Orchard (GAP)": "AC 03-9001-1", "Packing house no.": "house-gacc_packing_house", "Packing house": "House", "Exporter": "Exporter", "Lot": LOT,
        "Packed on": CUT_ON.isoformat(), "Net mass": "18.0 kg", "Units": "6 fruit",
    }  # fmt: skip
    assert label["destination"][0] == "出口中华人民共和国"
    assert (label["product_zh"], label["product_th"]) == ("金枕", "หมอนทอง")
    assert "952" in label["warning"]
    printed.clear()
    client("lek").post(LABELS, {"destination": "BKK", "cartons": "1", "net_kg": "18", "packed_on": CUT_ON.isoformat()})
    assert "CHINA" not in str(printed[0]["destination"]), "goods for Bangkok do not say that they go to China"


def test_a_label_lacks_no_mark(world: World) -> None:
    sign(world)
    run = {"destination": "KMG", "cartons": "1", "net_kg": "18", "packed_on": CUT_ON.isoformat()}
    Registration.objects.filter(organisation__code="house").update(status="expired")
    assert "none is valid today" in client("lek").post(LABELS, run).content.decode()
    Registration.objects.filter(organisation__code="house").update(status="valid")
    Lot.objects.update(orchard_code="")
    assert "GAP number" in client("lek").post(LABELS, run).content.decode()
    assert not Carton.objects.exists()


def test_an_order_is_packed_and_its_buyer_pays_what_the_scale_said(world: World) -> None:
    order = buy(world.anong, "first", 12, world.offer)
    sign(world)
    page = client("lek").get(LABELS).content.decode()
    assert f"{LABELS}?order={order.code}" in page
    filled = client("lek").get(f"{LABELS}?order={order.code}").content.decode()
    assert re.search(rf'value="{order.code}" selected', filled)
    assert re.search(r'name="cartons" value="2"', filled)
    run = {"order": order.code, "destination": "KMG", "cartons": "1", "packed_on": CUT_ON.isoformat()}
    assert client("lek").post(LABELS, {**run, "net_kg": "17.5"}).status_code == 200
    assert re.search(
        r'name="net_kg" value="18.5"', client("lek").get(f"{LABELS}?order={order.code}").content.decode()
    ), "what is left of it"
    assert "too little" in client("lek").post(LABELS, {**run, "net_kg": "2"}).content.decode()
    assert client("lek").post(LABELS, {**run, "net_kg": "17.3"}).status_code == 200
    assert "<h2>Orders that wait" not in client("lek").get(LABELS).content.decode()
    said = client("anong").get(f"/orders/{order.code}/").content.decode().replace("\u00a0", " ")
    assert "34.8 kg were packed of 36 kg that were ordered: ¥ 51.34 went back, and ¥ 1,488.74 are the price." in said


def test_labels_are_for_no_more_fruit_than_was_accepted(world: World) -> None:
    run = {"destination": "KMG", "cartons": "1", "net_kg": "18", "packed_on": CUT_ON.isoformat()}
    assert "weigh and grade it first" in client("lek").post(LABELS, run).content.decode()
    sign(world)
    assert "more fruit" in client("lek").post(LABELS, {**run, "cartons": "95"}).content.decode()
    assert client("lek").post(LABELS, {**run, "cartons": "94"}).status_code == 200
    assert "more fruit" in client("lek").post(LABELS, run).content.decode()
    with pytest.raises(IntegrityError, match="hold more"), transaction.atomic():
        Carton.objects.create(
            lot=Lot.objects.get(code=LOT), destination="KMG", sscc="1" * 18, net_mass_g=18_000, packed_on=CUT_ON, printed_at=clock.now(), printed_by="x"
        )  # fmt: skip
    for name in ("somchai", "anong", "kaew"):
        assert client(name).post(LABELS, run).status_code == 403


def test_a_suspended_house_prints_no_labels(world: World) -> None:
    sign(world)
    suspend_orchard(client("kaew"))
    page = client("lek").post(
        LABELS, {"destination": "KMG", "cartons": "1", "net_kg": "18", "packed_on": CUT_ON.isoformat()}
    )
    assert "suspended" in page.content.decode()
    assert not Carton.objects.exists()


def test_the_picking_list_of_a_day(world: World) -> None:
    lot = Lot.objects.get(code=LOT)
    buy(world.anong, "k", 20, world.offer)
    buy(world.baisong, "b", 13, offer_of(lot, "BKK"))
    sign(world)
    page = client("lek").get(f"/packing/picking/?on={CUT_ON.isoformat()}").content.decode()
    rows = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)) for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL)]
    kunming = next(row for row in rows if "Kunming" in row)
    bangkok = next(row for row in rows if "Bangkok" in row)
    assert (" 4 " in kunming, "60" in kunming) == (True, True), "20 fruit fill four cartons of six"
    assert (" 3 " in bangkok, "39" in bangkok) == (True, True), "13 fruit fill three"
    assert client("lek").get("/packing/picking/?on=no-day").status_code == 200
    assert client("somchai").get("/packing/picking/").status_code == 403


def test_the_desk_says_what_waits_in_the_order_of_the_fruit(world: World) -> None:
    buy(world.anong, "k", 20, world.offer)
    assert "nothing waits" in client("lek").get("/packing/").content.decode()
    on_the_day_of_the_cut()
    page = client("lek").get("/packing/").content.decode()
    assert f'href="{TICKET}"' in page
    steps = re.findall(r'<ul class="tasks">(.*?)</ul>', page, re.DOTALL)[0]
    names = ["Receive, weigh and grade", "Samples for the laboratory", "Pack and label", "Load", "Seal"]
    assert [steps.index(name) for name in names] == sorted(steps.index(name) for name in names)
    sign(world)
    page = client("lek").get("/packing/").content.decode()
    assert f'href="{LABELS}"' in page, "what was weighed is packed next"
    assert "1,720" in page, "what came in"


def test_the_code_on_a_carton_leads_to_its_lot_and_names_nobody(world: World) -> None:
    sign(world)
    load = load_it()
    seal(load)
    lot = Lot.objects.get(code=LOT)
    path = labels.link_of(lot)
    page = client().get(path).content.decode()
    for said in (
        "AC 03-9001-1",
        "house-gacc_packing_house",
        "34.2",
        "sealed",
        "Kunming",
        "grower and packing house signed one ticket",
    ):
        assert said in page, said
    for name in ("omchai", "lek", "Anong", load.container_number):
        assert name not in page, name
    wrong = path.replace("/01/1", "/01/2", 1)
    for address in (wrong, f"/01/{gs1.gtin('9521234', lot.listing_id + 1)}/10/{LOT}", path + "X", "/01/x/10/y"):
        assert client().get(address).status_code == 404, address


def suspend_orchard(who: Client, **changes: str) -> Any:
    given = {
        "kind": "orchard", "code": "ORC", "scope": "CN", "reasons": "Fruit of other plots under this number.", "source": "Notice 1", "from_on": clock.today().isoformat(),
        "until_on": "", "confirm": "1", **changes,
    }  # fmt: skip
    return who.post("/suspensions/new/", given)


def test_suspending_from_the_page_shows_first_what_it_touches(world: World) -> None:
    order = buy(world.anong, "paid", 20, world.offer)
    hub = client("kaew")
    found = hub.get("/suspensions/new/?q=9001").content.decode()
    assert "kind=orchard&amp;code=ORC" in found
    assert "From" in hub.get("/suspensions/new/?kind=orchard&code=ORC").content.decode()
    seen = hub.post(
        "/suspensions/new/",
        {"kind": "orchard", "code": "ORC", "scope": "CN", "reasons": "Fruit of other plots.", "source": "Notice 1", "from_on": clock.today().isoformat()},
    ).content.decode()  # fmt: skip
    assert "Nothing has happened yet" in seen
    assert "¥\u00a02,566.80" in seen
    assert "฿\u00a09,900" in seen
    assert not Suspension.objects.exists()
    assert suspend_orchard(hub).status_code == 302
    made = Suspension.objects.get()
    page = client("somchai").get(f"/suspensions/{made.code}/").content.decode()
    assert "Fruit of other plots under this number." in page
    assert "Send the appeal" in page
    assert "Send the appeal" not in client("mali").get(f"/suspensions/{made.code}/").content.decode(), (
        "a member does not appeal"
    )
    waiting = client("anong", "zh-hans").get(f"/orders/{order.code}/").content.decode()
    assert "取消并取回货款" in waiting
    assert client("anong").post(f"/orders/{order.code}/take-back/").status_code == 302
    assert Order.objects.get(code=order.code).state == "cancelled"
    assert client("baisong").post(f"/orders/{order.code}/take-back/").status_code == 404


def test_appeal_and_decision_from_the_page(world: World) -> None:
    suspend_orchard(client("kaew"))
    path = f"/suspensions/{Suspension.objects.get().code}/"
    assert client("anong").get(path).status_code == 404
    assert client("anong").post(path, {"what": "appeal", "text": "x"}).status_code == 404
    assert client("mali").post(path, {"what": "appeal", "text": "x"}).status_code == 403
    assert client("somchai").post(path, {"what": "lift", "lift-text": "x"}).status_code == 403
    client("somchai").post(path, {"what": "appeal", "text": "The trees were counted wrongly."})
    assert "Dismiss the appeal" not in client("kaew").get(path).content.decode(), "not by who suspended"
    assert "Dismiss the appeal" in client("dao").get(path).content.decode()
    client("dao").post(path, {"what": "dismiss", "dismiss-text": "They were counted twice."})
    assert "They were counted twice." in client("somchai").get(path).content.decode()
    client("kaew").post(path, {"what": "lift", "lift-text": "The season is over."})
    assert "The season is over." in client("somchai").get(path).content.decode()
    assert client("kaew").post(path, {"what": "nothing"}).status_code == 404


def test_a_suspension_with_a_fault_is_told_beside_the_field(world: World) -> None:
    answer = suspend_orchard(client("kaew"), reasons="")
    assert answer.status_code == 422
    assert not Suspension.objects.exists()
    answer = suspend_orchard(client("kaew"), from_on=(clock.today() + timedelta(days=1)).isoformat())
    assert "begins today" in answer.content.decode()
    for name in ("lek", "somchai", "anong"):
        assert suspend_orchard(client(name)).status_code == 403


def test_evidence_of_a_suspension_is_for_both_sides_and_stays(world: World) -> None:
    from samphao.workflows.record_access import may_add_file, may_see_files

    suspend_orchard(client("kaew"))
    code = Suspension.objects.get().code
    for name, sees in (("kaew", True), ("somchai", True), ("mali", True), ("lek", False), ("anong", False)):
        assert may_see_files(code, "paper", world.viewer(name)) is sees, name
        assert may_add_file(code, "paper", world.viewer(name)) is sees, name


def test_orchards_by_use_and_the_grower_sees_his_own(world: World) -> None:
    page = client("kaew").get("/mass-balance/").content.decode()
    assert "AC 03-9001-1" in page
    assert "Estimate of this project" in page
    own = client("somchai").get("/seller/").content.decode()
    assert "AC 03-9001-1" in own
    for name in ("somchai", "lek", "anong"):
        assert client(name).get("/mass-balance/").status_code == 403
    Organisation.objects.filter(code="exporter").update(kind="office")
    Membership.objects.create(
        user=User.objects.create_user("inspector"),
        organisation=Organisation.objects.get(code="exporter"),
        role="officer",
    )
    assert client("inspector").get("/mass-balance/").status_code == 403
    Registration.objects.create(
        organisation=Organisation.objects.get(code="exporter"), scheme="suspending_authority", number="1", status="valid", source="test"
    )  # fmt: skip
    assert client("inspector").get("/mass-balance/").status_code == 200
    assert client("inspector").get("/suspensions/new/").status_code == 200


def test_the_ticket_says_what_became_of_the_orders_it_was_too_small_for(world: World) -> None:
    buy(world.anong, "first", 300, world.offer)
    second = buy(world.baisong, "second", 200, world.offer)
    on_the_day_of_the_cut()
    weighing.sign(weighed(accepted="1200"), by="lek", viewer=world.viewer("lek"))
    events.deliver()
    page = client("lek").get(TICKET).content.decode()
    assert "100 fruit are short" in page
    assert "their money is on its way back" in page
    assert Order.objects.get(code=second.code).state == "cancelled"
    assert (
        "The harvest was smaller than what was sold"
        in client("baisong").get(f"/orders/{second.code}/").content.decode()
    )


def test_the_hub_decides_about_a_stopped_lot_on_the_page_of_the_mass_balance(world: World) -> None:
    order = buy(world.anong, "first", 10, world.offer)
    Orchard.objects.filter(code="ORC").update(trees=10)
    on_the_day_of_the_cut()
    weighing.sign(weighed(accepted="1700"), by="lek", viewer=world.viewer("lek"))
    events.deliver()
    page = client("kaew").get("/mass-balance/").content.decode()
    assert "1,720\u00a0kg" in page
    assert "1,500\u00a0kg" in page
    assert "this lot waits for a decision" in client("somchai").get(TICKET).content.decode()
    assert client("lek").post("/mass-balance/", {"lot": LOT, "outcome": "allowed", "reason": "x"}).status_code == 403
    refused = client("kaew").post("/mass-balance/", {"lot": LOT, "outcome": "allowed", "reason": ""})
    assert refused.status_code == 422
    assert 'id="id_reason"' in refused.content.decode()
    assert (
        client("kaew").post("/mass-balance/", {"lot": LOT, "outcome": "allowed", "reason": "Counted."}).status_code
        == 302
    )
    assert Order.objects.get(code=order.code).advanced_at is not None
    assert "Let it go on" not in client("kaew").get("/mass-balance/").content.decode()
    assert "Counted." in client("somchai").get(TICKET).content.decode()


def test_what_people_write_is_data_and_never_markup_of_a_label(world: World) -> None:
    from samphao.core import pdf

    label = {
        "warning": "", "product_zh": "#panic()", "product_en": "$x$ *b*", "product_th": "ทุเรียน", "rows": [], "destination": [], "sscc": "0",
        "bars": [1, 1], "qr": '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
    }  # fmt: skip
    assert pdf.render("carton_label", {"labels": [label]}) == pdf.render("carton_label", {"labels": [label]})
