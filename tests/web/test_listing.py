"""A seller lists a lot on the pages: question by question, kept as he goes, checked, listed, changed, withdrawn."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from worlds import own_listing
from worlds.own_listing import durian, silk

from samphao.core import events, files
from samphao.core.models import StoredFile
from samphao.trade import services
from samphao.trade.listings import list_lot
from samphao.trade.models import ListingDraft, ListingImport, Lot, Order
from samphao.trade.phrases import harvest_rules
from samphao.web.listing_pages import HARVEST_SOURCES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_reset")]
ANSWERS: dict[str, dict[str, str]] = {
    "kind": {"variety": "monthong", "grade": "a", "size": "", "method": "gap"},
    "place": {"orchard": "ORC"},
    "when": {"harvest_from": "2026-05-02", "harvest_to": "2026-05-04"},
    "amount": {"amount": "2000"},
    "package": {"unit": "kg", "package": "carton", "carton_units": "18", "price": "160", "minimum_units": "36", "from_0": "180", "step_price_0": "150"},
    "photo": {"words": "หวานมัน เนื้อแห้งพอดี"},
    "parties": {"packing_house": "house", "exporter": "exporter"},
}  # fmt: skip


@pytest.fixture
def world(clock_reset: None, tmp_path: Path, settings: Any) -> own_listing.World:
    settings.FILES_FOLDER = tmp_path
    return own_listing.make()


def client_of(name: str, language: str = "en") -> Client:
    from samphao.accounts.models import User

    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(username=name))
    return client


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (60, 40), "gold").save(buffer, "JPEG")
    return buffer.getvalue()


def start(client: Client) -> str:
    answer = client.post("/seller/listings/new/")
    assert answer.status_code == 302
    return re.match(r"/seller/drafts/([^/]+)/good/", answer.headers["Location"])[1]  # type: ignore[index]


def walk(client: Client, *, to: str = "check", **changes: dict[str, str]) -> str:
    """Answer the questions up to one; return the draft's code."""
    code = start(client)
    answer = client.post(f"/seller/drafts/{code}/good/", {"family": "durian"})
    assert "0810.60" in answer.content.decode()
    assert "0811.90" in answer.content.decode()
    answer = client.post(f"/seller/drafts/{code}/good/", {"good": "durian-fresh"})
    for step, given in ANSWERS.items():
        assert answer.headers["Location"].endswith(f"/{step}/"), (step, answer.content.decode())
        if step == to:
            return code
        answer = client.post(f"/seller/drafts/{code}/{step}/", changes.get(step, given))
        assert answer.status_code == 302, re.findall(r'class="err".*?</p>', answer.content.decode(), re.DOTALL)
    return code


def listed(world: own_listing.World, own: Any = None, by: str = "somchai") -> Lot:
    owner = "malee" if by == "malee" else "somchai"
    code = list_lot(own or durian(), producer=world.ids[owner], viewer=world.viewer(by), by=by).lot
    events.deliver()
    return Lot.objects.get(code=code)


def test_eight_answers_make_a_lot_with_prices_and_gates(world: own_listing.World) -> None:
    client = client_of("somchai", "th")
    code = walk(client)
    checked = client.get(f"/seller/drafts/{code}/check/").content.decode()
    for told in ("หมอนทอง", "AC 03-9001-1", "HS 0810.60", "60 %", "48"):
        assert told in checked
    assert not Lot.objects.exists()
    answer = client.post(f"/seller/drafts/{code}/check/")
    lot = Lot.objects.get()
    assert answer.headers["Location"] == f"/seller/lots/{lot.code}/?listed=1"
    waiting = client.get(answer.headers["Location"]).content.decode()
    assert 'http-equiv="refresh"' in waiting
    events.deliver()
    shown = client.get(f"/seller/lots/{lot.code}/").content.decode()
    assert 'http-equiv="refresh"' not in shown
    assert "คุนหมิง" in shown
    assert lot.listing.description_th == "หวานมัน เนื้อแห้งพอดี"
    assert (lot.minimum_units, [(step.from_units, step.price_minor) for step in lot.steps.all()]) == (
        36,
        [(180, 15_000)],
    )
    assert client.post(f"/seller/drafts/{code}/check/").headers["Location"].startswith(f"/seller/lots/{lot.code}/")


def test_an_answer_is_there_after_a_break_and_leads_to_the_next_question(world: own_listing.World) -> None:
    code = walk(client_of("somchai"), to="amount")
    mate = client_of("teammate")
    assert f"/seller/drafts/{code}/amount/" in mate.get("/seller/listings/").content.decode()
    assert 'value="2026-05-02"' in mate.get(f"/seller/drafts/{code}/when/").content.decode()
    assert mate.get(f"/seller/drafts/{code}/check/").headers["Location"].endswith("/amount/")


def test_flowers_and_trees_are_worked_out_and_looked_at_before_going_on(world: own_listing.World) -> None:
    client = client_of("somchai")
    code = walk(client, to="amount")
    answer = client.post(f"/seller/drafts/{code}/amount/", {"amount": "", "flowering_on": "2026-01-02", "trees": "100"})
    assert answer.headers["Location"].endswith("/amount/")
    shown = client.get(answer.headers["Location"]).content.decode()
    assert "between 4,000" in shown
    assert "estimate" in shown
    assert 'value="4000"' in shown
    assert (
        client.post(f"/seller/drafts/{code}/amount/", {"amount": "4000", "flowering_on": "2026-01-02", "trees": "100"})
        .headers["Location"]
        .endswith("/package/")
    )
    assert {rule.source for rule in harvest_rules().values()} == set(HARVEST_SOURCES)


@pytest.mark.parametrize(
    ("step", "given", "field"),
    [
        ("place", {"orchard": "OF-ANOTHER"}, "orchard"),
        ("when", {"harvest_from": "2026-05-04", "harvest_to": "2026-05-02"}, "harvest_to"),
        ("when", {"harvest_from": "2026-01-02", "harvest_to": "2026-01-03"}, "harvest_to"),
        ("amount", {"amount": "", "flowering_on": "", "trees": ""}, "amount"),
        ("package", ANSWERS["package"] | {"price": "0"}, "price"),
        ("package", ANSWERS["package"] | {"step_price_0": "170"}, "from_0"),
        ("package", ANSWERS["package"] | {"step_price_0": ""}, "step_price_0"),
        ("package", ANSWERS["package"] | {"minimum_units": "5000"}, "minimum_units"),
        ("package", ANSWERS["package"] | {"unit": "fruit", "unit_mass_g": ""}, "unit_mass_g"),
        ("parties", {"packing_house": "", "exporter": "exporter"}, "packing_house"),
    ],
)
def test_a_wrong_answer_is_told_beside_its_field_and_not_kept(
    world: own_listing.World, step: str, given: dict[str, str], field: str
) -> None:
    client = client_of("somchai")
    code = walk(client, to=step)
    before = ListingDraft.objects.get().answers
    answer = client.post(f"/seller/drafts/{code}/{step}/", given)
    assert answer.status_code == 422
    assert f'href="#id_{field}' in answer.content.decode()
    assert ListingDraft.objects.get().answers == before


def test_another_seller_finds_none_of_it(world: own_listing.World) -> None:
    code, lot = walk(client_of("somchai")), listed(world)
    malee = client_of("malee")
    listing = lot.listing.code
    gets = (f"/seller/drafts/{code}/check/", f"/seller/listings/{listing}/", f"/seller/listings/{listing}/words/", f"/seller/lots/{lot.code}/", f"/seller/lots/{lot.code}/change/")  # fmt: skip
    posts = (f"/seller/drafts/{code}/discard/", f"/seller/listings/{listing}/next/", f"/seller/lots/{lot.code}/confirm/", f"/seller/lots/{lot.code}/withdraw/")  # fmt: skip
    assert [path for path in gets if malee.get(path).status_code != 404] == []
    assert [path for path in posts if malee.post(path, {"quantity": "1"}).status_code != 404] == []
    assert malee.get("/seller/listings/?of=somchai").status_code == 403
    assert lot.code not in malee.get("/seller/listings/lots.csv").content.decode()


def test_a_photo_is_kept_with_the_draft_and_public_once_it_is_listed(world: own_listing.World) -> None:
    client = client_of("somchai")
    code = walk(client, to="photo")
    wrong = SimpleUploadedFile("paper.pdf", b"%PDF-1.4 no photo", "application/pdf")
    assert client.post(f"/seller/drafts/{code}/photo/", {"photo": wrong}).status_code == 422
    good = SimpleUploadedFile("durian.jpg", picture(), "image/jpeg")
    assert client.post(f"/seller/drafts/{code}/photo/", {"photo": good}).status_code == 302
    file = StoredFile.objects.get()
    address = f"/market/photos/{file.code}/"
    assert Client().get(address).status_code == 404, "nobody sees it before"
    assert client.get(f"/files/{file.code}/").status_code == 200
    assert client_of("malee").get(f"/files/{file.code}/").status_code == 404
    client.post(f"/seller/drafts/{code}/parties/", ANSWERS["parties"])
    client.post(f"/seller/drafts/{code}/check/")
    lot = Lot.objects.get()
    assert Client().get(address).headers["Content-Type"] == "image/jpeg"
    assert Client().get(f"{address}?size=small").headers["Content-Type"] == "image/webp"
    assert address in Client().get(f"/market/{lot.code}/").content.decode()
    assert address in Client().get("/market/").content.decode()


def test_no_other_file_is_public(world: own_listing.World) -> None:
    lot = listed(world)
    report = files.store(picture(), "report.jpg", subject=lot.code, kind="photo", by="somchai")
    assert Client().get(f"/market/photos/{report.code}/").status_code == 404


def test_the_terms_of_2018_are_chosen_shown_and_kept(world: own_listing.World) -> None:
    client = client_of("somchai")
    code = walk(client)
    given = {
        "terms": "terms_2018",
        "deposit_percent": "10",
        "ticket_percent": "60",
        "claim_hours": "48",
        "tolerance_pct": "3.0",
    }
    assert client.post(f"/seller/drafts/{code}/terms/", given).status_code == 422
    assert client.post(f"/seller/drafts/{code}/terms/", given | {"deposit_percent": "25"}).status_code == 302
    assert "25 %" in client.get(f"/seller/drafts/{code}/check/").content.decode()
    client.post(f"/seller/drafts/{code}/check/")
    lot = Lot.objects.get()
    assert (lot.payout_terms, lot.deposit_percent, lot.delivery_days) == ("terms_2018", 25, 7)


def test_a_page_in_chinese_says_what_was_said_in_thai_and_marks_own_words(world: own_listing.World) -> None:
    lot = listed(world, durian(description=("", "หวานมัน", "")))
    page = Client(headers={"accept-language": "zh-hans"}).get(f"/market/{lot.code}/").content.decode()
    assert "鲜榴莲（金枕，A级）" in page
    assert "品种：金枕" in page
    assert '<p lang="th">หวานมัน</p>' in page
    assert "未翻译" in page
    thai = Client(headers={"accept-language": "th"}).get(f"/market/{lot.code}/").content.decode()
    assert "ไม่ได้แปล" not in thai


def test_machines_read_the_offers_that_the_page_shows(world: own_listing.World) -> None:
    lot = listed(world, durian(title=("", "</script><b>ทุเรียน", "")))
    page = Client().get(f"/market/{lot.code}/?to=KMG").content.decode()
    text = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert text
    assert "<" not in text[1]
    data = json.loads(text[1])
    assert (data["@type"], data["sku"], data["category"]) == ("Product", lot.code, "HS 0810.60")
    offer = lot.offers.filter(destination="KMG", replaced_at=None).order_by("id").first()
    assert offer is not None
    assert {f"{one['price']} {one['priceCurrency']}" for one in data["offers"]} >= {
        f"{offer.price_minor / 100:.2f} CNY"
    }
    assert data["offers"][0]["availability"] == "https://schema.org/PreOrder"


def test_a_price_is_changed_and_both_versions_are_shown(world: own_listing.World) -> None:
    lot = listed(world)
    client = client_of("teammate")
    given = {
        "price": "150",
        "minimum_units": "1",
        "closes_on": "2026-05-01",
        "packing_house": "house",
        "exporter": "exporter",
    }
    assert client.post(f"/seller/lots/{lot.code}/change/", given | {"price": "0"}).status_code == 422
    assert client.post(f"/seller/lots/{lot.code}/change/", given).status_code == 302
    page = client.get(f"/seller/listings/{lot.listing.code}/").content.decode()
    assert "16000 → 15000" in page
    assert "teammate" in page


def test_words_are_changed_unless_a_buyer_has_ordered_by_them(world: own_listing.World) -> None:
    lot = listed(world)
    client = client_of("somchai")
    path = f"/seller/listings/{lot.listing.code}/words/"
    given = {"variety": "chanee", "grade": "a", "title_th": "ทุเรียนของเรา"}
    assert client.post(path, given).status_code == 302
    lot.listing.refresh_from_db()
    assert (lot.listing.variety, lot.listing.title_th, lot.listing.title_zh) == (
        "chanee",
        "ทุเรียนของเรา",
        "鲜榴莲（青尼，A级）",
    )
    Lot.objects.update(sold=5)
    assert client.post(path, given | {"variety": "monthong"}).status_code == 422


def test_confirming_withdrawing_and_the_next_lot(world: own_listing.World) -> None:
    lot = listed(world)
    client = client_of("somchai")
    client.post(f"/seller/lots/{lot.code}/confirm/", {"quantity": "many"})
    lot.refresh_from_db()
    assert lot.confirmed_at is None
    client.post(f"/seller/lots/{lot.code}/confirm/", {"quantity": "1800"})
    lot.refresh_from_db()
    assert (lot.quantity, lot.confirmed_at is None) == (1800, False)
    client.post(f"/seller/lots/{lot.code}/withdraw/", {"reason": "storm"})
    assert "withdrawn" in client.get(f"/seller/lots/{lot.code}/").content.decode()
    answer = client.post(f"/seller/listings/{lot.listing.code}/next/")
    draft = ListingDraft.objects.get()
    assert answer.headers["Location"] == f"/seller/drafts/{draft.code}/when/"
    days = {"harvest_from": "2026-05-10", "harvest_to": "2026-05-12"}
    assert client.post(f"/seller/drafts/{draft.code}/when/", days).headers["Location"].endswith("/check/")
    client.post(f"/seller/drafts/{draft.code}/check/")
    assert lot.listing.lots.count() == 2
    assert Order.objects.count() == 0


def test_a_discarded_draft_is_gone(world: own_listing.World) -> None:
    client = client_of("somchai")
    code = walk(client)
    client.post(f"/seller/drafts/{code}/discard/")
    assert client.get(f"/seller/drafts/{code}/check/").status_code == 404


def test_a_weaver_is_asked_of_weave_and_dye_and_of_no_orchard(world: own_listing.World) -> None:
    client = client_of("malee")
    code = start(client)
    client.post(f"/seller/drafts/{code}/good/", {"good": "silk-fabric"})
    page = client.get(f"/seller/drafts/{code}/kind/").content.decode()
    for name in ("weave", "dye", "care", "fibre"):
        assert f'name="{name}"' in page
    client.post(f"/seller/drafts/{code}/kind/", {"fibre": "silk", "weave": "nam-lai"})
    assert "made by" in client.get(f"/seller/drafts/{code}/place/").content.decode()
    client.post(f"/seller/drafts/{code}/place/", {"orchard": ""})
    client.post(f"/seller/drafts/{code}/when/", {"harvest_from": "2026-05-01"})
    client.post(f"/seller/drafts/{code}/amount/", {"amount": "60"})
    client.post(f"/seller/drafts/{code}/package/", {"unit_mass_g": "180", "carton_units": "20", "price": "1200"})
    client.post(f"/seller/drafts/{code}/photo/", {})
    client.post(f"/seller/drafts/{code}/parties/", {"packing_house": "", "exporter": "exporter"})
    client.post(f"/seller/drafts/{code}/check/")
    lot = Lot.objects.get()
    assert (lot.unit, lot.quantity, lot.price_minor, lot.listing.title_th) == ("m", 60, 120_000, "ผ้าไหม ไหม ลายน้ำไหล")


def test_search_finds_a_good_in_three_languages(world: own_listing.World) -> None:
    client = client_of("somchai")
    code = start(client)
    for text, wanted in (("หมอนยาง", "rubber"), ("丝绸", "silk"), ("coffee", "coffee"), ("木薯", "cassava")):
        page = client.get(f"/seller/drafts/{code}/good/", {"q": text}).content.decode()
        found = re.findall(r'<button name="(?:good|family)" value="([^"]+)"', page)
        assert found == [wanted], text


def test_a_file_is_looked_through_written_and_given_back(world: own_listing.World) -> None:
    listed(world)
    client = client_of("somchai")
    given = client.get("/seller/listings/lots.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(given)))
    wrong = given.replace("durian-fresh", "no-such-good").encode()
    answer = client.post("/seller/listings/file/", {"file": SimpleUploadedFile("lots.csv", wrong)})
    assert answer.status_code == 422
    assert "no-such-good" in answer.content.decode()
    assert not ListingImport.objects.exists()
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]))
    writer.writeheader()
    writer.writerows([rows[0], rows[0] | {"lot": "", "listing": "", "quantity": "900"}])
    answer = client.post("/seller/listings/file/", {"file": SimpleUploadedFile("lots.csv", buffer.getvalue().encode())})
    path = answer.headers["Location"]
    assert "Write these lots" in client.get(path).content.decode()
    assert client_of("malee").get(path).status_code == 404
    client.post(path, {"do": "start"})
    assert 'http-equiv="refresh"' in client.get(path).content.decode()
    services.import_some()
    done = client.get(path).content.decode()
    assert 'http-equiv="refresh"' not in done
    assert Lot.objects.count() == 2
    assert client.get("/seller/listings/lots.csv").content.decode("utf-8-sig").count("\r\n") == 3


def test_a_silk_lot_is_shown_with_its_words(world: own_listing.World) -> None:
    lot = listed(world, silk(), by="malee")
    page = Client(headers={"accept-language": "en"}).get(f"/market/{lot.code}/").content.decode()
    assert "flowing-water pattern of Nan" in page
    assert "dyed with indigo" in page
    assert "estimate" in page
