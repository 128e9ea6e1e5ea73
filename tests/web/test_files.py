"""Files of records are handed out and taken by the rules of their record: owner, teammate, other parties, outsiders."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image
from worlds import market_morning

from samphao.accounts.models import Membership, User
from samphao.core.models import AuditEntry, StoredFile
from samphao.trade.models import Lot

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%%EOF\n"
LOT = "CTI-MT-0430"


def jpeg() -> bytes:
    buffer = BytesIO()
    Image.linear_gradient("L").convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> None:
    settings.FILES_FOLDER = tmp_path


@pytest.fixture
def world() -> market_morning.World:
    made = market_morning.make()
    for owner in ("anong", "house", "importer"):
        mate = User.objects.create_user(f"mate-of-{owner}")
        Membership.objects.create(user=mate, organisation=made.parties[owner], role="member")
    Lot.objects.filter(code=LOT).update(laboratory_code="laboratory")
    return made


def client(name: str) -> Client:
    one = Client(headers={"accept-language": "en"})
    if name:
        one.force_login(User.objects.get(username=name))
    return one


def send(name: str, subject: str, kind: str, content: bytes = PDF, called: str = "a.pdf") -> Any:
    form = {"subject": subject, "kind": kind, "next": "/orders/", "file": SimpleUploadedFile(called, content)}
    return client(name).post("/files/new/", form)


def subject_of(world: market_morning.World, record: str) -> str:
    return {
        "order": world.orders["paid"], "lot": LOT, "import": world.declarations["entry"], "export": world.declarations["waits"],
        "load": world.loads[0],
    }[record]  # fmt: skip


@pytest.mark.parametrize(
    ("record", "kind", "may"),
    [
        ("order", "slip", {"anong", "mate-of-anong"}),
        ("lot", "lab_report", {"house", "mate-of-house", "laboratory"}),
        ("lot", "photo", {"house", "mate-of-house", "laboratory", "somchai"}),
        ("import", "paper", {"importer", "mate-of-importer"}),
        ("export", "paper", {"exporter"}),
        ("load", "photo", set()),
        ("lot", "slip", set()),
    ],
)
def test_who_may_add_a_file(world: market_morning.World, record: str, kind: str, may: set[str]) -> None:
    names = {"", *User.objects.values_list("username", flat=True)}
    added = set()
    for name in sorted(names):
        answer = send(name, subject_of(world, record), kind)
        assert answer.status_code in ({302} if name in may | {""} else {404}), name
        if StoredFile.objects.exists():
            added.add(name)
            StoredFile.objects.all().delete()
    assert added == may


@pytest.mark.parametrize(
    ("record", "kind", "by", "may"),
    [
        ("order", "slip", "anong", {"anong", "mate-of-anong", "hub"}),
        (
            "lot",
            "lab_report",
            "house",
            {"house", "mate-of-house", "laboratory", "somchai", "exporter", "office", "hub"},
        ),
        ("import", "paper", "importer", {"importer", "mate-of-importer", "exporter", "hub"}),
        ("export", "paper", "exporter", {"exporter", "importer", "mate-of-importer", "office", "hub"}),
    ],
)
def test_who_may_see_a_file(world: market_morning.World, record: str, kind: str, by: str, may: set[str]) -> None:
    send(by, subject_of(world, record), kind, jpeg(), "photo.jpg")
    file = StoredFile.objects.get()
    for name in User.objects.values_list("username", flat=True):
        for path in (f"/files/{file.code}/", f"/files/{file.code}/thumbnail/"):
            assert client(name).get(path).status_code == (200 if name in may else 404), (name, path)
    assert client("").get(f"/files/{file.code}/").status_code == 302
    assert client("hub").get("/files/FL-0000-0000/").status_code == 404


def test_a_picture_is_shown_and_a_pdf_is_only_ever_downloaded(world: market_morning.World) -> None:
    order = world.orders["paid"]
    send("anong", order, "slip", jpeg(), "ใบโอน.jpg")
    send("anong", order, "slip", PDF, "slip.html")
    picture, paper = StoredFile.objects.order_by("id")
    anong = client("anong")
    shown = anong.get(f"/files/{picture.code}/")
    assert shown["Content-Type"] == "image/jpeg"
    assert shown["Content-Disposition"].startswith("inline; filename*=UTF-8''%E0")
    handed = anong.get(f"/files/{paper.code}/")
    assert handed["Content-Type"] == "application/pdf", "whatever it was called"
    assert handed["Content-Disposition"].startswith("attachment")
    for answer in (shown, handed):
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "private" in answer["Cache-Control"]
    assert anong.get(f"/files/{paper.code}/thumbnail/").status_code == 404


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<script>alert(1)</script>", "neither"),
        (jpeg()[:400], "damaged"),
        (PDF + b"x" * (10 * 1024 * 1024), "larger than 10 MB"),
    ],
    ids=["script", "cut off", "large"],
)
def test_a_file_that_is_refused_is_told_on_the_page_it_came_from(
    world: market_morning.World, content: bytes, said: str
) -> None:
    order = world.orders["paid"]
    anong = client("anong")
    form = {"subject": order, "kind": "slip", "next": f"/orders/{order}/", "file": SimpleUploadedFile("a.jpg", content)}
    answer = anong.post("/files/new/", form, follow=True)
    assert answer.redirect_chain[-1][0] == f"/orders/{order}/"
    assert said in answer.content.decode()
    assert not StoredFile.objects.exists()
    del form["file"]
    assert "Choose a file first." in anong.post("/files/new/", form, follow=True).content.decode()


def test_the_way_back_never_leaves_the_hub(world: market_morning.World) -> None:
    form = {
        "subject": world.orders["paid"],
        "kind": "slip",
        "next": "https://elsewhere.example/",
        "file": SimpleUploadedFile("a.pdf", PDF),
    }
    assert client("anong").post("/files/new/", form).url == "/"


def test_only_whoever_added_a_file_takes_it_away(world: market_morning.World) -> None:
    send("anong", world.orders["held"], "slip")
    code = StoredFile.objects.get().code
    for name in ("mate-of-anong", "hub", "baisong", "somchai"):
        assert client(name).post(f"/files/{code}/remove/").status_code == 404
    assert client("anong").get(f"/files/{code}/remove/").status_code == 405
    assert client("anong").post(f"/files/{code}/remove/", {"next": "/orders/"}).url == "/orders/"
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("record", "kind", "by", "said"),
    [
        ("order", "slip", "anong", "its order was paid"),
        ("export", "paper", "exporter", "its declaration was submitted"),
        ("import", "paper", "importer", "its declaration was submitted"),
        ("lot", "lab_report", "house", "a gate was decided on its result"),
    ],
)
def test_what_somebody_has_relied_on_is_kept_and_told_so(
    world: market_morning.World, record: str, kind: str, by: str, said: str
) -> None:
    subject = subject_of(world, record)
    Lot.objects.filter(code=LOT).update(tested_on=world.now.date())
    send(by, subject, kind)
    page = {"order": f"/orders/{subject}/", "lot": "/packing/"}.get(record, f"/customs/declarations/{subject}/")
    code = StoredFile.objects.get().code
    answer = client(by).post(f"/files/{code}/remove/", {"next": page}, follow=True)
    assert said in answer.content.decode()
    assert StoredFile.objects.get().code == code
    assert not AuditEntry.objects.filter(action="file.remove").exists()
    assert f'action="/files/{code}/remove/"' not in answer.content.decode(), "no button that only refuses"


@pytest.mark.parametrize(("record", "kind", "by"), [("lot", "lab_report", "house"), ("lot", "photo", "somchai")])
def test_what_nobody_has_relied_on_may_go(world: market_morning.World, record: str, kind: str, by: str) -> None:
    send(by, subject_of(world, record), kind)
    client(by).post(f"/files/{StoredFile.objects.get().code}/remove/")
    assert not StoredFile.objects.exists()


def test_files_are_listed_where_they_belong(world: market_morning.World) -> None:
    order, entry = world.orders["paid"], world.declarations["entry"]
    for by, subject, kind in (("anong", order, "slip"), ("house", LOT, "lab_report"), ("importer", entry, "paper")):
        send(by, subject, kind, jpeg(), f"{kind}.jpg")
    codes = {file.kind: file.code for file in StoredFile.objects.all()}

    def shows(name: str, path: str, kind: str) -> bool:
        return f"/files/{codes[kind]}/thumbnail/" in client(name).get(path).content.decode()

    assert shows("anong", f"/orders/{order}/", "slip")
    assert shows("hub", f"/orders/{order}/", "slip")
    assert not shows("somchai", f"/orders/{order}/", "slip"), "a party of the order, but no business of his"
    assert "Payment slips" not in client("somchai").get(f"/orders/{order}/").content.decode()
    assert shows("house", "/packing/", "lab_report")
    assert shows("importer", f"/customs/declarations/{entry}/", "paper")
    assert shows("hub", f"/customs/declarations/{entry}/", "paper")


def test_the_form_stands_only_where_it_may_be_used(world: market_morning.World) -> None:
    order, entry = world.orders["paid"], world.declarations["entry"]
    for name, path, has_form in (
        ("anong", f"/orders/{order}/", True), ("hub", f"/orders/{order}/", False), ("house", "/packing/", True),
        ("importer", f"/customs/declarations/{entry}/", True), ("hub", f"/customs/declarations/{entry}/", False),
    ):  # fmt: skip
        assert ('action="/files/new/"' in client(name).get(path).content.decode()) is has_form, (name, path)


def test_one_and_ten_files_cost_the_same_number_of_queries(world: market_morning.World) -> None:
    path, costs = f"/orders/{world.orders['paid']}/", []
    anong = client("anong")
    for number in range(10):
        send("anong", world.orders["paid"], "slip", PDF.replace(b"1.7", f"1.{number}".encode()))
        if number in (0, 9):
            with CaptureQueriesContext(connection) as caught:
                anong.get(path)
            costs.append(len(caught))
    assert costs[0] == costs[1]
