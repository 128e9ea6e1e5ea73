"""Owners decide who belongs to an organisation; an invitation works once; the last owner stays, whatever happens at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from worlds import three_people

from samphao.accounts import queries, services
from samphao.accounts.models import Delivery, Invitation, Letter, Membership, Notice, User
from samphao.accounts.types import AccountSpec, NewPerson
from samphao.core import clock
from samphao.core.errors import Conflict, HubError, NotAllowed, NotFound, Refused
from samphao.core.models import AuditEntry

ADDRESS = "https://hub.example/invitations/{token}/"
FA = NewPerson("fa", "three words here", "zh-hans")


@pytest.fixture
def world(db: None) -> three_people.World:
    return three_people.make()


def invited(role: str = "member", email: str = "Fa@Village.Example") -> str:
    made = services.invite("WEAVERS", email, role, by="malee", address=ADDRESS)
    return services.invitation_token(made.secret)


def roles() -> dict[str, str]:
    return dict(Membership.objects.filter(organisation__code="WEAVERS").values_list("user__username", "role"))


def test_an_owner_invites_and_the_letter_holds_the_address(world: three_people.World) -> None:
    token = invited()
    letter = Letter.objects.get()
    assert (letter.address, letter.purpose, letter.state, letter.language) == (
        "fa@village.example",
        "invitation",
        "waiting",
        "th",
    )
    assert f"https://hub.example/invitations/{token}/" in letter.text
    assert "กลุ่มทอผ้าน่าน" in letter.subject
    assert AuditEntry.objects.get().detail == {"email": "fa@village.example", "role": "member"}


def test_a_letter_speaks_the_language_of_whoever_has_the_address(world: three_people.World) -> None:
    User.objects.create_user("fa", "fa@village.example", "three words here", language="zh-hans")
    invited()
    assert Letter.objects.get().language == "zh-hans"
    assert "邀请" in Letter.objects.get().subject


@pytest.mark.parametrize("name", ["nok", "somchai", "nobody"])
@pytest.mark.parametrize("what", ["invite", "withdraw", "change_role", "remove"])
def test_teammates_and_outsiders_decide_nothing(world: three_people.World, name: str, what: str) -> None:
    invited()
    before = roles()
    waiting = Invitation.objects.get()
    acts: dict[str, Callable[[], object]] = {
        "invite": lambda: services.invite("WEAVERS", "x@village.example", "owner", by=name, address=ADDRESS),
        "withdraw": lambda: services.withdraw_invitation("WEAVERS", waiting.pk, by=name),
        "change_role": lambda: services.change_role("WEAVERS", "nok", "owner", by=name),
        "remove": lambda: services.remove_person("WEAVERS", "malee", by=name),
    }
    with pytest.raises(NotAllowed):
        acts[what]()
    assert roles() == before
    assert Invitation.objects.get().state == "waiting"


def test_an_owner_of_another_organisation_withdraws_nothing_of_this_one(world: three_people.World) -> None:
    invited()
    with pytest.raises(NotFound):
        services.withdraw_invitation("ORCHARD", Invitation.objects.get().pk, by="somchai")


def test_somebody_new_joins_with_a_name_and_a_password(world: three_people.World) -> None:
    assert services.accept_as_new(invited(), FA) == "WEAVERS"
    fa = User.objects.get(username="fa")
    assert (fa.email, fa.language, fa.check_password("three words here")) == ("fa@village.example", "zh-hans", True)
    assert roles() == {"malee": "owner", "nok": "member", "fa": "member"}
    notice = Notice.objects.get()
    assert notice.text_en == "fa has joined the organisation, invited by malee."
    assert "fa" in notice.text_th
    assert notice.text_zh != notice.text_en
    assert set(Delivery.objects.filter(channel="page").values_list("user__username", flat=True)) == {
        "malee",
        "nok",
        "fa",
    }


def test_somebody_with_a_log_in_joins_with_it(world: three_people.World) -> None:
    services.accept_invitation(invited("owner", "Somchai@Village.example"), by="somchai")
    assert roles()["somchai"] == "owner"
    assert [one.code for one in queries.organisations_of("somchai")] == ["ORCHARD", "WEAVERS"]


@pytest.mark.parametrize("email", ["somebody.else@village.example", ""])
def test_an_invitation_is_not_for_a_log_in_with_another_address(world: three_people.World, email: str) -> None:
    User.objects.filter(username="somchai").update(email=email)
    token = invited("owner")
    with pytest.raises(Refused, match="another e-mail address"):
        services.accept_invitation(token, by="somchai")
    assert "somchai" not in roles()
    services.accept_as_new(token, FA)


def test_an_invitation_works_once(world: three_people.World) -> None:
    token = invited()
    services.accept_as_new(token, FA)
    with pytest.raises(Conflict, match="works once"):
        services.accept_invitation(token, by="somchai")
    with pytest.raises(Conflict, match="works once"):
        services.accept_as_new(token, NewPerson("other", "three words here", "en"))
    assert not User.objects.filter(username="other").exists()


def test_inviting_again_renews_and_the_old_address_is_dead(world: three_people.World) -> None:
    old, new = invited(), invited("owner")
    with pytest.raises(Conflict, match="withdrawn"):
        services.accept_as_new(old, FA)
    services.accept_as_new(new, FA)
    assert roles()["fa"] == "owner"


def test_a_withdrawn_invitation_and_one_that_ran_out_are_dead(world: three_people.World, clock_reset: None) -> None:
    first = invited()
    services.withdraw_invitation("WEAVERS", Invitation.objects.get().pk, by="malee")
    second = invited()
    clock.move_to(clock.now() + timedelta(days=7, minutes=1))
    with pytest.raises(Conflict, match="withdrawn"):
        services.accept_as_new(first, FA)
    with pytest.raises(Conflict, match="run out"):
        services.accept_as_new(second, FA)
    assert services.expire_invitations() == 1
    assert services.expire_invitations() == 0
    assert AuditEntry.objects.filter(action="organisation.expire").count() == 1
    assert sorted(Invitation.objects.values_list("state", flat=True)) == ["expired", "withdrawn"]


@pytest.mark.parametrize("token", ["", "x", "secret:forged"])
def test_a_forged_address_is_no_invitation(world: three_people.World, token: str) -> None:
    with pytest.raises(NotFound):
        services.accept_as_new(token, FA)
    assert queries.invitation_behind(token) is None


def test_a_taken_name_is_told_and_the_invitation_goes_on_waiting(world: three_people.World) -> None:
    token = invited()
    with pytest.raises(Conflict, match="user name"):
        services.accept_as_new(token, NewPerson("Malee", "three words here", "en"))
    services.accept_as_new(token, FA)


def test_who_belongs_already_is_not_invited_again(world: three_people.World) -> None:
    with pytest.raises(Conflict, match="already"):
        invited(email="NOK@village.example")
    token = invited()
    User.objects.filter(username="nok").update(email="fa@village.example")
    with pytest.raises(Conflict, match="already"):
        services.accept_invitation(token, by="nok")


def test_roles_change_and_people_leave_with_an_audit_row(world: three_people.World) -> None:
    services.change_role("WEAVERS", "nok", "owner", by="malee")
    services.change_role("WEAVERS", "malee", "member", by="nok")
    services.leave("WEAVERS", by="malee")
    assert roles() == {"nok": "owner"}
    assert list(AuditEntry.objects.order_by("id").values_list("actor", "action")) == [
        ("malee", "organisation.change_role"), ("nok", "organisation.change_role"), ("malee", "organisation.leave"),
    ]  # fmt: skip


def test_the_last_owner_cannot_leave_be_demoted_or_be_removed(world: three_people.World) -> None:
    for act in (
        lambda: services.leave("WEAVERS", by="malee"),
        lambda: services.change_role("WEAVERS", "malee", "member", by="malee"),
        lambda: services.remove_person("WEAVERS", "malee", by="malee"),
    ):
        with pytest.raises(Refused, match="at least one owner"):
            act()
    assert roles() == {"malee": "owner", "nok": "member"}


def test_an_owner_whose_log_in_was_shut_is_none(world: three_people.World) -> None:
    services.change_role("WEAVERS", "nok", "owner", by="malee")
    User.objects.filter(username="nok").update(is_active=False)
    for act in (
        lambda: services.leave("WEAVERS", by="malee"),
        lambda: services.change_role("WEAVERS", "malee", "member", by="malee"),
        lambda: services.remove_person("WEAVERS", "malee", by="malee"),
    ):
        with pytest.raises(Refused, match="at least one owner"):
            act()
    services.remove_person("WEAVERS", "nok", by="malee")
    assert roles() == {"malee": "owner"}


def test_the_log_in_of_the_last_owner_is_not_shut(world: three_people.World) -> None:
    with pytest.raises(ValidationError, match="Weavers of Nan"):
        shut("malee").full_clean()
    with pytest.raises(IntegrityError, match="without an owner"), transaction.atomic(), connection.cursor() as cursor:
        shut("malee").save()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    shut("nok").full_clean()
    shut("nok").save()
    services.change_account(AccountSpec("th", "malee@village.example", "", wants_email=True), by="malee")
    with pytest.raises(IntegrityError, match="without an owner"), transaction.atomic(), connection.cursor() as cursor:
        Membership.objects.filter(user__username="nok").update(role="owner")
        Membership.objects.filter(user__username="malee").delete()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def shut(username: str) -> User:
    user = User.objects.get(username=username)
    user.is_active = False
    return user


def test_who_has_belonged_since_when_is_told_by_the_hubs_clock(world: three_people.World, clock_reset: None) -> None:
    clock.move_to(datetime(2031, 5, 1, tzinfo=UTC))
    services.accept_as_new(invited(), FA)
    assert Membership.objects.get(user__username="fa").since.year == 2031


@pytest.mark.parametrize("role", ["officer", "king", ""])
def test_nobody_is_made_what_an_owner_may_not_give(world: three_people.World, role: str) -> None:
    with pytest.raises(Refused):
        services.change_role("WEAVERS", "nok", role, by="malee")
    with pytest.raises(Refused):
        services.invite("WEAVERS", "x@village.example", role, by="malee", address=ADDRESS)


def test_the_database_itself_keeps_an_owner(world: three_people.World) -> None:
    for statement in ("UPDATE accounts_membership SET role = 'member'", "DELETE FROM accounts_membership"):
        with (
            pytest.raises(IntegrityError, match="without an owner"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"{statement} WHERE user_id = %s", [world.malee.pk])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert roles()["malee"] == "owner"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["service", "table", "shut log-in"])
def test_two_last_owners_who_leave_at_once_do_not_both_go(how: str) -> None:
    three_people.make()
    services.change_role("WEAVERS", "nok", "owner", by="malee")
    barrier, went = threading.Barrier(2), []

    def go(name: str) -> None:
        try:
            barrier.wait(10)
            if how == "service":
                services.leave("WEAVERS", by=name)
            elif how == "shut log-in":
                shut(name).save()
            else:
                Membership.objects.filter(organisation__code="WEAVERS", user__username=name).update(role="member")
            went.append(name)
        except (HubError, IntegrityError):
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=[name]) for name in ("malee", "nok")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(went) == 1
    assert Membership.objects.filter(organisation__code="WEAVERS", role="owner", user__is_active=True).count() == 1
