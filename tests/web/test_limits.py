"""Who tries too often is stopped with a page that says when to come again; who knows his password is not."""

from __future__ import annotations

import threading
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from worlds import market_morning, three_people

from samphao.accounts.models import Invitation, Letter, User
from samphao.core.models import HubSettings, LimitUse, StoredFile

pytestmark = pytest.mark.django_db
RIGHT = "three words here"


@pytest.fixture
def world() -> three_people.World:
    return three_people.make()


def at(network: str, language: str = "en") -> Client:
    return Client(headers={"accept-language": language}, REMOTE_ADDR=network)


def signs_in(client: Client, name: str, password: str, path: str = "/sign-in/") -> Any:
    return client.post(path, {"username": name, "password": password})


@pytest.mark.parametrize("path", ["/sign-in/", "/admin/login/"])
def test_after_five_wrong_passwords_the_sixth_is_not_looked_at(world: three_people.World, path: str) -> None:
    client = at("203.0.113.7")
    assert [signs_in(client, "Malee", "guessed", path).status_code for _ in range(5)] == [200] * 5
    refused = signs_in(client, "malee", RIGHT, path)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 180
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Try again in 3 minutes."), ("th", "อีกครั้งใน 3 นาที"), ("zh-hans", "3 分钟后再试")]
)
def test_the_page_says_when_to_come_again(world: three_people.World, language: str, said: str) -> None:
    client = at("203.0.113.7", language)
    for _ in range(5):
        signs_in(client, "malee", "guessed")
    assert said in signs_in(client, "malee", "guessed").content.decode()


def test_a_right_password_counts_for_nothing_and_nobody_shuts_out_another(world: three_people.World) -> None:
    for _ in range(40):
        client = at("203.0.113.7")
        assert signs_in(client, "malee", RIGHT).status_code == 302
    for _ in range(6):
        signs_in(at("198.51.100.1"), "malee", "guessed")
    assert signs_in(at("198.51.100.1"), "malee", RIGHT).status_code == 429
    assert signs_in(at("203.0.113.7"), "malee", RIGHT).status_code == 302


def test_after_refused_clicks_the_others_of_an_office_still_sign_in(world: three_people.World) -> None:
    answers = [signs_in(at("203.0.113.7"), "malee", "guessed").status_code for _ in range(40)]
    assert answers == [200] * 5 + [429] * 35
    assert signs_in(at("203.0.113.7"), "nok", RIGHT).status_code == 302


def test_one_place_does_not_try_many_names_and_many_places_not_one_name(world: three_people.World) -> None:
    answers = [signs_in(at("203.0.113.7"), f"name{number}", "guessed").status_code for number in range(31)]
    assert answers == [200] * 30 + [429]
    answers = [signs_in(at(f"198.51.100.{number}"), "malee", "guessed").status_code for number in range(101)]
    assert answers == [200] * 100 + [429]


@pytest.mark.django_db(transaction=True)
def test_guesses_that_come_at_once_are_counted_one_by_one() -> None:
    three_people.make()
    barrier, answers = threading.Barrier(10), []

    def guess() -> None:
        barrier.wait(10)
        answers.append(signs_in(at("203.0.113.7"), "malee", "guessed").status_code)
        connection.close()

    threads = [threading.Thread(target=guess) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answers) == [200] * 5 + [429] * 5


@pytest.mark.parametrize("page", ["password", "e-mail"])
def test_an_open_session_does_not_guess_its_own_password(world: three_people.World, page: str) -> None:
    nok = at("203.0.113.7")
    nok.force_login(world.nok)

    def asks(password: str) -> Any:
        if page == "password":
            new = {"new_password1": "four words are here", "new_password2": "four words are here"}
            return nok.post("/account/password/", {"old_password": password, **new})
        given = {"language": "en", "email": "other@village.example", "phone": "", "password": password}
        return nok.post("/account/", given)

    assert {asks("guessed").status_code for _ in range(5)} <= {200, 422}
    assert asks(RIGHT).status_code == 429
    found = User.objects.get(username="nok")
    assert (found.email, found.check_password(RIGHT)) == ("nok@village.example", True)


def test_new_passwords_are_asked_for_twenty_times_an_hour_from_one_place(world: three_people.World) -> None:
    answers = [
        at("203.0.113.7").post("/password/", {"email": f"x{number}@y.example"}).status_code for number in range(21)
    ]
    assert answers == [302] * 20 + [429]
    mine = [
        at(f"198.51.100.{number}").post("/password/", {"email": "nok@village.example"}).status_code
        for number in range(9)
    ]
    assert mine == [302] * 9, "a mailbox that has had enough answers as one that nobody has"
    assert Letter.objects.count() == 3


def test_a_mailbox_is_not_flooded_with_invitations_nor_the_world_by_one_person(world: three_people.World) -> None:
    malee = at("203.0.113.7")
    malee.force_login(world.malee)

    def invites(email: str) -> int:
        form = {"of": "WEAVERS", "email": email, "role": "member"}
        return int(malee.post("/organisation/invite/", form).status_code)

    assert [invites("fa@village.example") for _ in range(6)] == [302] * 5 + [429]
    assert Invitation.objects.count() == 5
    assert [invites(f"n{number}@village.example") for number in range(26)] == [302] * 25 + [429]


def test_the_token_of_the_setup_is_guessed_ten_times() -> None:
    HubSettings.objects.all().delete()
    answers = [at("203.0.113.7").post("/setup/", {"token": "guessed"}).status_code for _ in range(11)]
    assert answers == [403] * 10 + [429]
    assert LimitUse.objects.exists()


def test_uploads_have_an_end(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    from samphao.core import files
    from samphao.core.limits import Limit

    settings.FILES_FOLDER = tmp_path
    monkeypatch.setattr(files, "UPLOADS", Limit("uploads: person", 2, timedelta(hours=1)))
    world = market_morning.make()
    anong = at("203.0.113.7")
    anong.force_login(User.objects.get(username="anong"))

    def sends(number: int) -> int:
        content = BytesIO(f"%PDF-1.{number}\n%%EOF\n".encode())
        form = {"subject": world.orders["held"], "kind": "slip", "file": SimpleUploadedFile("a.pdf", content.read())}
        return int(anong.post("/files/new/", form).status_code)

    assert [sends(number) for number in range(3)] == [302, 302, 429]
    assert StoredFile.objects.count() == 2
