"""A page begins with one query; its clock stands, and reference rows are kept until a statement changes one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from samphao.core import clock, hub, page, revisions
from samphao.reference import queries as reference
from samphao.reference import services
from samphao.reference.models import Good

pytestmark = pytest.mark.django_db


def asked(read: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as caught:
        read()
    return len(caught)


def test_a_page_begins_with_the_hub_as_it_is_set_up_by_one_query() -> None:
    with CaptureQueriesContext(connection) as caught:
        begun = page.begin()
    assert len(caught) == 1
    assert begun.hub == hub.settings()


def test_before_the_setup_there_is_no_hub() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_hubsettings SET finished_at = NULL")
    assert page.begin().hub is None


def test_the_clock_of_a_page_stands_and_runs_on_behind_it() -> None:
    begun = page.begin()
    with page.made_from(begun):
        assert clock.now() == clock.now() == begun.now
        assert clock.today() == begun.now.astimezone(clock.BANGKOK).date()
    assert clock.now() > begun.now


def test_a_page_tells_whether_the_clock_was_moved(clock_reset: None) -> None:
    assert not page.begin().is_clock_moved
    clock.move_to(clock.now().replace(year=2031))
    assert page.begin().is_clock_moved
    assert page.begin().now.year == 2031


def test_reference_rows_are_asked_for_once_by_the_pages_of_a_revision() -> None:
    services.publish()
    begun = page.begin()
    with page.made_from(begun):
        first = reference.goods()
        assert asked(reference.goods) == 0
    with page.made_from(page.begin()):
        assert reference.goods() is first
    assert asked(reference.goods) == 1, "outside a page they are read each time"


def test_a_statement_that_changes_a_row_is_seen_by_the_next_page_whoever_made_it() -> None:
    services.publish()
    with page.made_from(page.begin()):
        reference.goods()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reference_good SET name_en = 'another' WHERE code = 'durian-fresh'")
    with page.made_from(page.begin()):
        assert reference.goods()["durian-fresh"].name_en == "another"


def test_what_was_undone_is_not_kept() -> None:
    services.publish()
    before = page.begin().revision
    with pytest.raises(RuntimeError), transaction.atomic():
        Good.objects.filter(code="durian-fresh").update(name_en="undone")
        with page.made_from(page.begin()):
            assert reference.goods()["durian-fresh"].name_en == "undone"
        raise RuntimeError
    assert page.begin().revision == before
    Good.objects.filter(code="durian-fresh").update(name_en="done")
    with page.made_from(page.begin()):
        assert reference.goods()["durian-fresh"].name_en == "done"


def test_where_no_row_was_ever_written_nothing_is_kept() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_revision")
    begun = page.begin()
    assert begun.revision is None
    with page.made_from(begun):
        assert asked(reference.goods) == asked(reference.goods) == 1


def test_answers_are_kept_for_each_question() -> None:
    calls = []

    @revisions.kept
    def read(word: str) -> str:
        calls.append(word)
        return word.upper()

    with revisions.seen(7):
        assert [read("a"), read("b"), read("a")] == ["A", "B", "A"]
    with revisions.seen(8):
        read("a")
    assert calls == ["a", "b", "a"]


def test_every_table_of_reference_rows_tells_when_it_changes() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT event_object_table FROM information_schema.triggers WHERE action_statement LIKE '%core_revised%'"
        )
        told = {row[0] for row in cursor.fetchall()}
    tables = {model._meta.db_table for model in apps.get_app_config("reference").get_models()}
    assert tables - told == set(), "add a trigger to these, as reference/migrations/0016_revision.py does"


def test_what_a_form_sends_is_taken_at_the_time_that_it_is_not_at_the_time_of_a_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stopped = []

    def look(*_: object, **__: object) -> bool:
        stopped.append(clock._stopped.get() is not None)
        return False

    monkeypatch.setattr("samphao.web.views.account.services.send_reset_letters", look)
    Client().post("/password/", {"email": "who@village.example"})
    assert stopped == [False]
