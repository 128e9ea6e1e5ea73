"""Pages of organisations, accounts and notices: what owner, teammate and outsider see and may do."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from worlds import three_people

from samphao.accounts import services
from samphao.accounts.models import Invitation, Letter, Membership, Organisation, User
from samphao.core.errors import NotAllowed

pytestmark = pytest.mark.django_db
TEXTS = {"text_en": "Your lot is closed.", "text_th": "ล็อตของคุณปิดแล้ว", "text_zh": "您的批次已关闭。"}


@pytest.fixture
def world() -> three_people.World:
    return three_people.make()


def client_of(user: User | None, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    if user:
        client.force_login(user)
    return client


def page_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def test_owner_teammate_and_outsider_before_an_organisation(world: three_people.World) -> None:
    services.invite("WEAVERS", "fa@village.example", "member", by="malee", address="x/{token}")
    owner, teammate, outsider = map(client_of, (world.malee, world.nok, world.somchai))
    page = page_of(owner, "/organisation/")
    assert "nok@village.example" in page
    assert "fa@village.example" in page
    assert "http://testserver/invitations/" in page
    page = page_of(teammate, "/organisation/")
    assert "nok" in page
    assert "malee@village.example" not in page, "a teammate sees who, not how to reach them"
    assert "fa@village.example" not in page
    assert "WEAVERS" not in page_of(outsider, "/organisation/")
    assert outsider.get("/organisation/?of=WEAVERS").status_code == 403
    assert client_of(None).get("/organisation/").status_code == 302


@pytest.mark.parametrize("path", ["/organisation/invite/?of=WEAVERS", "/organisation/WEAVERS/people/nok/"])
def test_only_an_owner_opens_the_pages_that_change_people(world: three_people.World, path: str) -> None:
    assert client_of(world.malee).get(path).status_code == 200
    for user in (world.nok, world.somchai):
        assert client_of(user).get(path).status_code == 403
        assert client_of(user).post(path, {"email": "x@y.example", "role": "owner", "of": "WEAVERS"}).status_code == 403
    assert client_of(None).get(path).status_code == 302


def test_only_an_owner_withdraws(world: three_people.World) -> None:
    services.invite("WEAVERS", "fa@village.example", "member", by="malee", address="x/{token}")
    path = f"/invitations/{Invitation.objects.get().pk}/withdraw/"
    assert client_of(world.nok).post(path, {"of": "WEAVERS"}).status_code == 403
    assert client_of(world.somchai).post(path, {"of": "WEAVERS"}).status_code == 403
    assert client_of(world.somchai).post(path, {"of": "ORCHARD"}).status_code == 404
    assert client_of(world.malee).get(path).status_code == 405
    client_of(world.malee).post(path, {"of": "WEAVERS"})
    assert Invitation.objects.get().state == "withdrawn"


def test_from_an_invitation_to_a_new_log_in(world: three_people.World, mailoutbox: list[Any]) -> None:
    client_of(world.malee).post(
        "/organisation/invite/", {"of": "WEAVERS", "email": "fa@village.example", "role": "member"}
    )
    services.send_waiting_mail()
    path = re.search(r"http://testserver(/invitations/\S+/)", mailoutbox[0].body)
    assert path
    fa = client_of(None, "zh-hans")
    page_of(fa, path[1])
    assert fa.post(path[1], {"username": "fa", "password": "short"}).status_code == 422
    assert fa.post(path[1], {"username": "nok", "password": "three words here"}).status_code == 422
    assert fa.post(path[1], {"username": "fa", "password": "three words here"}).url == "/organisation/?of=WEAVERS"
    assert "fa" in page_of(fa, "/organisation/")
    assert User.objects.get(username="fa").language == "zh-hans"
    for used in (client_of(None), client_of(world.somchai)):
        for answer in (used.get(path[1]), used.post(path[1], {"username": "again", "password": "three words here"})):
            assert answer.status_code == 410, "it works once"
            assert "Ask for a new one" in answer.content.decode()
    assert not User.objects.filter(username="again").exists()


def test_the_hub_invites_the_first_owner_of_an_organisation_that_has_none(world: three_people.World) -> None:
    hub = Organisation.objects.create(code="HUB", kind="hub", name_en="The hub", country="TH")
    Membership.objects.create(user=world.somchai, organisation=hub, role="owner")
    Membership.objects.filter(organisation__code="WEAVERS", user=world.malee).delete()
    form, path = {"organisation": "WEAVERS", "email": "fa@village.example"}, "/organisation/first-owner/"
    client = client_of(world.somchai)
    assert path in page_of(client, "/organisation/?of=HUB")
    for outsider in (world.malee, world.nok):
        assert client_of(outsider).post(path, form).status_code == 403
        with pytest.raises(NotAllowed):
            services.invite_first_owner("WEAVERS", "fa@village.example", by=outsider.username, address="x/{token}")
    assert client.post(path, {**form, "organisation": "NOBODY"}).status_code == 422
    assert client.post(path, form).status_code == 302
    made = Invitation.objects.get()
    assert (made.organisation.code, made.role, made.email) == ("WEAVERS", "owner", "fa@village.example")
    fa = client_of(None)
    fa.post(
        f"/invitations/{services.invitation_token(made.secret)}/", {"username": "fa", "password": "three words here"}
    )
    assert Membership.objects.get(user__username="fa").role == "owner"
    assert client.post(path, form).status_code == 422, "it has an owner now"


def test_from_an_invitation_with_a_log_in(world: three_people.World) -> None:
    made = services.invite("WEAVERS", "somchai@village.example", "owner", by="malee", address="x/{token}")
    path = f"/invitations/{services.invitation_token(made.secret)}/"
    somchai = client_of(world.somchai)
    assert "signed in as somchai" in page_of(somchai, path)
    assert somchai.post(path).url == "/organisation/?of=WEAVERS"
    page = page_of(somchai, "/organisation/?of=WEAVERS")
    assert "Somchai&#x27;s orchard" in page, "both organisations are offered"
    assert client_of(None).get("/invitations/forged/").status_code == 404


def test_an_invitation_opened_by_somebody_else_says_so_and_lets_nobody_in(world: three_people.World) -> None:
    made = services.invite("WEAVERS", "fa@village.example", "owner", by="malee", address="x/{token}")
    path = f"/invitations/{services.invitation_token(made.secret)}/"
    somchai = client_of(world.somchai)
    page = page_of(somchai, path)
    assert "You are signed in as somchai, whose e-mail address is another." in page
    assert "Join the organisation" not in page
    assert "another e-mail address" in somchai.post(path, follow=True).content.decode()
    assert not Membership.objects.filter(user=world.somchai, organisation=world.weavers).exists()
    assert somchai.post("/sign-out/", {"next": path}).url == path
    assert "Make a log-in and join" in page_of(somchai, path)


def test_a_role_is_changed_somebody_is_taken_out_and_somebody_leaves(world: three_people.World) -> None:
    malee, nok = client_of(world.malee), client_of(world.nok)
    malee.post("/organisation/WEAVERS/people/nok/", {"role": "owner"})
    assert Membership.objects.get(user=world.nok).role == "owner"
    nok.post("/organisation/WEAVERS/people/malee/", {"remove": "1"})
    assert not Membership.objects.filter(user=world.malee).exists()
    assert "You belong to no organisation yet" in page_of(malee, "/organisation/")
    answer = nok.post("/organisation/leave/", {"of": "WEAVERS"}, follow=True)
    assert "at least one owner" in answer.content.decode()
    assert Membership.objects.filter(user=world.nok).exists()
    assert nok.post("/organisation/leave/", {"of": "ORCHARD"}).status_code == 403
    assert nok.get("/organisation/WEAVERS/people/nobody/").status_code == 404


def test_one_and_ten_people_cost_the_same_number_of_queries(world: three_people.World) -> None:
    malee, costs = client_of(world.malee), []
    for number in range(10):
        if number in (0, 9):
            with CaptureQueriesContext(connection) as caught:
                page_of(malee, "/organisation/")
            costs.append(len(caught))
        user = User.objects.create_user(f"person{number}")
        Membership.objects.create(user=user, organisation=world.weavers, role="member")
    assert costs[0] == costs[1]


def test_the_account_page_keeps_language_phone_and_channels(world: three_people.World) -> None:
    nok = client_of(world.nok)
    assert "LINE" in page_of(nok, "/account/")
    given = {"language": "zh-hans", "email": "nok@village.example", "phone": "+66 81 000 0000", "password": ""}
    answer = nok.post("/account/", given)
    assert answer.cookies["django_language"].value == "zh-hans"
    assert 'lang="zh-Hans"' in page_of(nok, "/account/")
    nok_now = User.objects.get(username="nok")
    assert (nok_now.language, nok_now.phone) == ("zh-hans", "+66 81 000 0000")
    assert nok.post("/account/", given | {"phone": "call me"}).status_code == 422
    assert nok.post("/account/", given | {"email": "other@village.example"}).status_code == 422
    assert nok.post("/account/", given | {"language": "xx"}).status_code == 422
    assert client_of(None).get("/account/").status_code == 302


def test_the_password_is_changed_by_whoever_knows_it(world: three_people.World) -> None:
    nok = client_of(world.nok)
    page_of(nok, "/account/password/")
    new = {"new_password1": "four words are here", "new_password2": "four words are here"}
    assert nok.post("/account/password/", {"old_password": "guessed", **new}).status_code == 200
    assert nok.post("/account/password/", {"old_password": "three words here", **new}).url == "/account/"
    assert Client().login(username="nok", password="four words are here")
    assert client_of(None).get("/account/password/").status_code == 302


@pytest.mark.parametrize("email", ["nok@village.example", "stranger@village.example"])
def test_asking_for_a_new_password_answers_everybody_alike(world: three_people.World, email: str) -> None:
    answer = client_of(None).post("/password/", {"email": email}, follow=True)
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())
    assert "If a log-in has this e-mail address" in text
    assert email not in text
    assert [path for path, _status in answer.redirect_chain] == ["/password/sent/"]
    assert Letter.objects.count() == (1 if email.startswith("nok") else 0)


def test_a_forgotten_password_is_replaced_once(world: three_people.World, mailoutbox: list[Any]) -> None:
    client_of(None).post("/password/", {"email": "nok@village.example"})
    services.send_waiting_mail()
    path = re.search(r"http://testserver(/password/\S+/)", mailoutbox[0].body)
    assert path
    client = client_of(None)
    form = client.get(path[1], follow=True)
    assert "Set the password" in form.content.decode()
    where = form.redirect_chain[-1][0]
    new = {"new_password1": "four words are here", "new_password2": "four words are here"}
    assert "Your new password is set" in client.post(where, new, follow=True).content.decode()
    assert Client().login(username="nok", password="four words are here")
    assert "does not work any more" in page_of(client_of(None), path[1])


def test_links_begin_with_the_hubs_own_address_where_it_is_set(world: three_people.World, settings: Any) -> None:
    settings.HUB_URL = "https://hub.example"
    client_of(None).post("/password/", {"email": "nok@village.example"})
    assert "https://hub.example/password/" in Letter.objects.get().text


@pytest.mark.parametrize(("language", "text"), [("th", "text_th"), ("zh-hans", "text_zh"), ("en", "text_en")])
def test_notices_are_read_in_the_pages_language(world: three_people.World, language: str, text: str) -> None:
    services.notify([world.weavers.pk], subject="SO-1", key="k", **TEXTS)
    nok = client_of(world.nok, language)
    page = page_of(nok, "/notices/")
    assert TEXTS[text] in page
    assert "/orders/SO-1/" in page


def test_unread_notices_are_counted_on_every_page_until_they_are_read(world: three_people.World) -> None:
    services.notify([world.weavers.pk], subject="SO-1", key="a", **TEXTS)
    services.notify([world.weavers.pk], subject="SO-1", key="b", **TEXTS)
    nok, outsider = client_of(world.nok), client_of(world.somchai)
    assert "2 unread notices" in page_of(nok, "/market/")
    assert "unread notice" not in page_of(outsider, "/market/")
    assert TEXTS["text_en"] not in page_of(outsider, "/notices/")
    one = re.search(r'name="notice" value="(\d+)"', page_of(nok, "/notices/"))
    assert one
    outsider.post("/notices/read/", {"notice": one[1]})
    assert "2 unread notices" in page_of(nok, "/market/")
    nok.post("/notices/read/", {"notice": one[1]})
    assert "1 unread notice" in page_of(nok, "/market/")
    nok.post("/notices/read/")
    assert "unread notice" not in page_of(nok, "/notices/")
    assert "Nothing to read" in page_of(nok, "/notices/?show=unread")
    assert client_of(None).get("/notices/").status_code == 302
    assert nok.get("/notices/read/").status_code == 405


def test_what_became_of_an_e_mail_stands_beside_its_notice(world: three_people.World) -> None:
    services.notify([world.weavers.pk], subject="SO-1", key="a", **TEXTS)
    nok = client_of(world.nok)
    assert "e-mail on its way" in page_of(nok, "/notices/")
    services.send_waiting_mail()
    assert "e-mail sent" in page_of(nok, "/notices/")
