"""`samphao bench pages` on a morning at the market: whose pages it finds, and that its counts are those of others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from worlds import after_delivery, contracted, market_morning
from worlds.market_morning import PASSWORD

from samphao.accounts.models import User
from samphao.bench import page_visits, pages
from samphao.bench.page_browser import Browser, CannotSignIn
from samphao.bench.page_visits import Page
from samphao.config import processes
from samphao.core.hub import settings as hub_settings

pytestmark = [pytest.mark.django_db, pytest.mark.allow_hosts(["127.0.0.1"])]
STATIC = Path(str(settings.PACKAGE)) / "web" / "static" / "web"
LOGINS = ("anong", "baisong", "somchai", "malee", "house", "importer", "office", "hub")


@pytest.fixture(scope="module")
def port(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """A server of the benchmark's own kind before the morning, committed once for all tests and swept away behind them."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        world = market_morning.make()
        market_morning.purchase(world)
        market_morning.basket(world)
        after_delivery.add(world)
        contracted.add(world)
        known = connection.settings_dict
        folder = quote(str(known["HOST"]), safe="")
        patch.setenv("DATABASE_URL", f"postgresql://{known['USER']}@/{known['NAME']}?host={folder}")
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))  # where the settings of the tests are
        patch.setattr(pages, "ROUNDS", 1)
        patch.setattr(pages, "WARM_UPS", 1)
        patch.setattr(pages, "LANGUAGES", ("en",))
        with processes.pages("samphao.bench.page_server:application") as port:
            yield port
        call_command("flush", verbosity=0, interactive=False)
        connections.close_all()  # otherwise the database could not be dropped at the end


def measured(port: int, paths: dict[str, str], *names: str) -> pages.Measured:
    return pages.measure([Page(name, path) for name, path in paths.items()], port, dict.fromkeys(names, PASSWORD))


def test_a_page_is_measured_as_everybody_who_may_open_it_and_as_nobody_else(port: int) -> None:
    found = measured(port, {"market": "/market/", "orders": "/orders/", "tower": "/freight/"}, "anong", "hub")
    who = {name: {visit.by for visit in found.visits if visit.name == name} for name in ("market", "orders", "tower")}
    assert who == {"market": {"", "anong", "hub"}, "orders": {"anong", "hub"}, "tower": {"hub"}}
    assert (found.missed, found.broken) == ([], [])
    told = pages.figures(found, 7)
    assert told["orders"] == 7
    assert (told["pages"], told["visits"]) == (3, 6)
    assert told["worst_ms"] >= max(visit.ms for visit in found.visits) - 0.1
    assert "/freight/ (hub)" in pages.table(found.visits)
    json.dumps(told)


def test_its_queries_are_those_that_django_counts(port: int) -> None:
    found = measured(port, {"orders": "/orders/"}, "anong")
    client = Client()
    client.force_login(User.objects.get(username="anong"))
    client.get("/orders/")
    with CaptureQueriesContext(connection) as caught:
        client.get("/orders/")
    assert found.visits[0].queries == len(caught) > 3


def test_a_first_visit_weighs_the_page_with_its_styles_script_fonts_and_drawings(port: int) -> None:
    found = measured(port, {"market": "/market/"})
    browser = Browser(port)
    page = browser.get("/market/", "en")
    fonts = sum(path.stat().st_size for path in (STATIC / "fonts").glob("*.woff2"))
    packed = sum(
        len(browser.get(f"/static/web/{name}", "en").sent) for name in ("samphao.css", "samphao.js", "favicon.svg")
    )
    drawings = {part.split('"')[0] for part in page.text.split('src="/static/web/motifs/')[1:]}
    drawn = sum(len(browser.get(f"/static/web/motifs/{name}", "en").sent) for name in drawings)
    browser.close()
    assert drawings
    assert page.is_packed
    expected = len(page.sent) + fonts + packed + drawn
    assert abs(found.visits[0].bytes - expected) < 250, "the packed form is of random length, by a hundred bytes"
    assert not found.visits[0].has_map


def test_a_page_with_a_map_is_told_apart(port: int) -> None:
    found = measured(port, {"impact": "/impact/", "sign_in": "/sign-in/"}, "hub")
    assert {visit.name: visit.has_map for visit in found.visits} == {"impact": True, "sign_in": False}
    told = pages.figures(found, 1)
    assert told["worst_kb_page"].startswith("/impact/")
    assert told["worst_kb_without_map_page"].startswith("/sign-in/")


def test_what_only_takes_forms_is_told_from_what_nobody_could_open(port: int) -> None:
    found = measured(
        port, {"order_cancel": "/orders/none/cancel/", "sign_out": "/sign-out/", "lot": "/market/none/"}, "anong"
    )
    assert (found.visits, found.forms, found.missed) == ([], ["order_cancel", "sign_out"], ["lot"])


def test_no_page_of_the_hub_is_forgotten(port: int) -> None:
    found = pages.measure(page_visits.pages(), port, dict.fromkeys(LOGINS, PASSWORD))
    assert found.missed == [], "give these a query in OBJECTS of samphao/bench/page_visits.py"
    assert found.broken == []
    known = {str(address.name) for address in page_visits.addresses()}
    assert known == {visit.name for visit in found.visits} | set(found.forms) | page_visits.LEFT_OUT.keys()


def test_more_requests_than_connections_wait_for_each_other(port: int) -> None:
    def status(_number: int) -> int:
        with closing(Browser(port)) as browser:
            return browser.get("/market/", "en").status

    with ThreadPoolExecutor(60) as beside:
        assert set(beside.map(status, range(60))) == {200}


def test_a_log_in_that_is_refused_is_told(port: int) -> None:
    with pytest.raises(CannotSignIn, match="samphao demo"):
        Browser(port, "anong", "another word")


def test_without_a_demo_it_says_which_command_makes_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "of the tests")
    assert not hub_settings().is_demo  # type: ignore[union-attr]
    assert pages.main(["--json"]) == 2
    assert "samphao demo --no-serve" in capsys.readouterr().err
