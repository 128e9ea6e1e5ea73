"""The setup as a browser shows it: each question on both screens, by day and by night, and the whole way by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browser.test_browser_pages import LANGUAGES, looked_at
from browser.test_browser_walks import press_enter_for, tab_to
from browser.visits import Visit
from django.db import connections
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from samphao.accounts import services
from samphao.core.models import HubSettings
from samphao.reference import services as reference

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser"), pytest.mark.allow_hosts(["127.0.0.1", "::1"])
]  # fmt: skip
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def sessions() -> dict[str, str]:
    """Nobody has a log-in yet."""
    return {}


@pytest.fixture
def address(hub: LiveServer) -> Iterator[str]:
    """Return the one-time address of a hub that is not set up."""
    reference.publish()
    HubSettings.objects.all().delete()
    yield f"/setup/?token={services.make_set_up_token()}"
    connections.close_all()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_setup_is_walked_by_keyboard_and_fits_every_screen(language: str, address: str, opened: Open) -> None:
    with opened(language=language) as context:
        page: Page = context.new_page()
        faults: list[str] = []

        def look(name: str) -> None:
            faults.extend(f"{name}: {fault}" for fault in looked_at(page, Visit(f"setup-{name}"), language))
            page.set_viewport_size({"width": 360, "height": 900})

        page.goto("/market/")
        look("stranger")
        page.goto(address)
        look("start")
        tab_to(page, page.locator("main button"))
        press_enter_for(page, "/setup/administrator/")
        look("administrator")
        for name, text in (("username", "malee"), ("email", "malee@hub.example"), ("password", "short")):
            tab_to(page, page.locator(f"input[name={name}]"))
            page.keyboard.type(text)
        page.keyboard.press("Enter")
        expect(page.locator(".errors")).to_be_focused()
        look("administrator-wrong")
        page.locator("input[name=password]").focus()
        page.keyboard.type("three words here")
        press_enter_for(page, "/setup/name/")
        look("name")
        tab_to(page, page.locator("input[name=name]"))
        page.keyboard.type("น่านไฮแลนด์ Hub")
        press_enter_for(page, "/setup/languages/")
        for box in range(3):
            page.locator("input[name=languages]").nth(box).check()
        look("languages")
        page.locator("main button").press("Enter")
        page.wait_for_url("**/setup/corridors/")
        for box in range(2):
            page.locator("input[name=corridors]").nth(box).check()
        look("corridors")
        page.locator("main button").press("Enter")
        page.wait_for_url("**/setup/payment/")
        page.locator("input[value=self]").check()
        page.locator("main button").press("Enter")
        expect(page.locator(".errors")).to_be_focused()
        look("payment-refused")
        page.locator("input[value=simulator]").check()
        page.locator("main button").press("Enter")
        page.wait_for_url("**/setup/check/")
        look("check")
        tab_to(page, page.locator("main form button"))
        press_enter_for(page, "/setup/done/")
        look("done")
        assert not faults, "\n".join(faults)
    assert HubSettings.objects.get().name == "น่านไฮแลนด์ Hub"
