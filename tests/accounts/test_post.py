"""Notices reach people on the page and by e-mail; what is sent goes after the commit, once, again if it failed, in the reader's language."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from worlds import three_people

from samphao.accounts import queries, services
from samphao.accounts.models import Delivery, Letter, Notice, NoticePreference, Organisation, User
from samphao.accounts.services.send_mail import ATTEMPTS_MAX
from samphao.accounts.types import AccountSpec

pytestmark = pytest.mark.django_db
TEXTS = {"text_en": "Your lot is closed.", "text_th": "ล็อตของคุณปิดแล้ว", "text_zh": "您的批次已关闭。"}


class Broken(BaseEmailBackend):
    """A mail server that refuses whatever goes to Nok."""

    def send_messages(self, messages: Any) -> int:
        if any("nok@" in address for message in messages for address in message.to):
            raise OSError("mailbox full")
        return EmailBackend().send_messages(messages)


@pytest.fixture
def world() -> three_people.World:
    return three_people.make()


def forgot() -> None:
    services.send_reset_letters(
        "nok@village.example", address="https://hub.example/{uid}/{token}/", network="203.0.113.7"
    )


def told(world: three_people.World, key: str = "closed") -> int:
    return services.notify([world.weavers.pk, world.orchard.pk], subject="LOT-1", key=key, **TEXTS)


def test_everybody_of_the_organisations_is_told_in_his_language(
    world: three_people.World, mailoutbox: list[Any]
) -> None:
    assert told(world) == 2
    assert Delivery.objects.filter(channel="page", state="sent", read_at=None).count() == 3
    assert mailoutbox == [], "nothing is sent by whoever notifies"
    assert services.send_waiting_mail() == 3
    letters = {message.to[0]: message for message in mailoutbox}
    assert letters["malee@village.example"].body.startswith("ล็อตของคุณปิดแล้ว")
    assert letters["nok@village.example"].body.startswith("Your lot is closed.")
    assert letters["nok@village.example"].subject == "Samphao: LOT-1"
    assert set(Delivery.objects.filter(channel="email").values_list("state", flat=True)) == {"sent"}


def test_the_same_key_is_told_once(world: three_people.World, mailoutbox: list[Any]) -> None:
    assert (told(world), told(world)) == (2, 0)
    services.send_waiting_mail()
    assert services.send_waiting_mail() == 0
    assert len(mailoutbox) == 3


def test_what_is_rolled_back_is_told_to_nobody(world: three_people.World, mailoutbox: list[Any]) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        told(world)
        raise RuntimeError
    assert services.send_waiting_mail() == 0
    assert (mailoutbox, Notice.objects.count()) == ([], 0)


def test_a_person_who_wants_no_e_mail_reads_it_on_the_page(world: three_people.World, mailoutbox: list[Any]) -> None:
    services.change_account(AccountSpec("en", "nok@village.example", "", wants_email=False), by="nok")
    User.objects.filter(username="somchai").update(email="")
    told(world)
    services.send_waiting_mail()
    assert [message.to for message in mailoutbox] == [["malee@village.example"]]
    assert queries.unread_count(world.nok) == 1
    assert NoticePreference.objects.get().is_on is False


def test_a_letter_that_fails_is_tried_again_later_and_does_not_keep_the_others(
    world: three_people.World, mailoutbox: list[Any], settings: Any
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    told(world)
    assert services.send_waiting_mail() == 2
    failed = Delivery.objects.get(channel="email", user=world.nok)
    assert (failed.state, failed.attempts, failed.last_error) == ("waiting", 1, "OSError: mailbox full")
    assert services.send_waiting_mail() == 0, "not before its time"
    Delivery.objects.filter(pk=failed.pk).update(retry_at=None)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert services.send_waiting_mail() == 1
    assert len(mailoutbox) == 3


def test_after_eight_failures_it_is_given_up(world: three_people.World, settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    told(world)
    for _attempt in range(ATTEMPTS_MAX):
        Delivery.objects.update(retry_at=None)
        services.send_waiting_mail()
    failed = Delivery.objects.get(channel="email", user=world.nok)
    assert (failed.state, failed.attempts) == ("given_up", ATTEMPTS_MAX)
    Delivery.objects.update(retry_at=None)
    assert services.send_waiting_mail() == 0


def test_a_letter_that_a_dying_worker_took_is_sent_later_under_the_same_message_id(
    world: three_people.World, mailoutbox: list[Any]
) -> None:
    forgot()
    row = Letter.objects.get()
    services.send_waiting_mail()
    # The worker died between the mail server's yes and the mark: the row waits again, with the text it had.
    Letter.objects.update(state="waiting", retry_at=None, text=row.text)
    services.send_waiting_mail()
    first, second = mailoutbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_the_text_of_a_letter_that_went_is_gone(world: three_people.World) -> None:
    forgot()
    assert "hub.example" in Letter.objects.get().text
    services.send_waiting_mail()
    assert (Letter.objects.get().text, Letter.objects.get().state) == ("", "sent")


def test_the_text_of_a_letter_that_was_given_up_is_gone_and_why_it_was_stays(
    world: three_people.World, settings: Any
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    forgot()
    for attempt in range(ATTEMPTS_MAX):
        assert "hub.example" in Letter.objects.get().text, attempt
        Letter.objects.update(retry_at=None)
        services.send_waiting_mail()
    letter = Letter.objects.get()
    assert (letter.state, letter.text) == ("given_up", "")
    assert (letter.purpose, letter.address, letter.attempts, letter.last_error) == (
        "reset", "nok@village.example", ATTEMPTS_MAX, "OSError: mailbox full",
    )  # fmt: skip
    assert letter.written_at


def test_the_database_keeps_no_text_of_a_letter_that_nobody_has_to_send(world: three_people.World) -> None:
    forgot()
    with pytest.raises(IntegrityError, match="letter_keeps_no_text"), transaction.atomic():
        Letter.objects.update(state="given_up")


def test_a_server_that_is_slow_ends_the_pass_and_what_it_did_not_come_to_waits_uncounted(
    world: three_people.World, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    told(world)
    times = iter([0.0, 1.0, 10_000.0])
    monkeypatch.setattr("samphao.accounts.services.send_mail.time.monotonic", lambda: next(times))
    assert services.send_waiting_mail() == 1
    assert sorted(Delivery.objects.filter(channel="email").values_list("state", "attempts", "retry_at")[1:]) == [
        ("waiting", 0, None)
    ] * 2  # fmt: skip
    monkeypatch.undo()
    assert services.send_waiting_mail() == 2
    assert len(mailoutbox) == 3


def test_a_season_tells_fifty_thousand_households_in_one_statement(world: three_people.World) -> None:
    services.register_households(50_000, prefix="HH")
    ids = list(Organisation.objects.values_list("id", flat=True))
    with CaptureQueriesContext(connection) as caught:
        assert services.notify(ids, subject="SEASON", key="border", **TEXTS) == 50_002
    assert len([query for query in caught if "INSERT" in query["sql"]]) == 1
    assert Notice.objects.count() == 50_002
    assert Delivery.objects.count() == 6, "households without a log-in have nobody to deliver to"


def test_a_notice_is_unread_for_each_person_until_he_reads_it(world: three_people.World) -> None:
    told(world)
    told(world, "again")
    assert [queries.unread_count(user) for user in (world.malee, world.nok, world.somchai)] == [2, 2, 2]
    newest = queries.notices_for([world.weavers.pk], "nok")[0]
    assert services.mark_read("nok", [newest.pk]) == 1
    assert services.mark_read("nok", [newest.pk]) == 0
    assert services.mark_read("malee") == 2
    assert [queries.unread_count(user) for user in (world.malee, world.nok, world.somchai)] == [0, 1, 2]
    assert [row.pk for row in queries.notices_for([world.weavers.pk], "nok", unread=True)] != [newest.pk]


def test_nobody_reads_for_another_organisation(world: three_people.World) -> None:
    told(world)
    theirs = Notice.objects.get(organisation=world.weavers)
    services.mark_read("somchai", [theirs.pk])
    assert Delivery.objects.filter(notice=theirs, read_at__isnull=False).count() == 0


def test_a_list_of_notices_costs_the_same_for_one_and_for_ten(world: three_people.World) -> None:
    costs = []
    for number in range(10):
        told(world, f"n{number}")
        if number in (0, 9):
            with CaptureQueriesContext(connection) as caught:
                rows = queries.notices_for([world.weavers.pk], "nok")
                assert [len(row.own_deliveries) for row in rows] == [2] * (number + 1)
            costs.append(len(caught))
    assert costs == [2, 2]
