"""Registering on a telephone in Thai, from the first page to the reference: by keyboard, and without a line of JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser.conftest import LOCALES
from browser.test_browser_pages import looked_at
from browser.test_browser_walks import press_enter_for, tab_to
from browser.visits import Visit
from django.core.management import call_command
from django.db import connections
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer
from worlds import new_seller
from worlds.new_seller import ANSWERS

from samphao.accounts.models import Application, User

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser"), pytest.mark.allow_hosts(["127.0.0.1", "::1"])
]  # fmt: skip
Open = Callable[..., Any]
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def sessions() -> dict[str, str]:
    """Fa has no log-in yet."""
    return {}


@pytest.fixture
def world(hub: LiveServer, tmp_path: Path, settings: Any) -> Iterator[new_seller.World]:
    settings.FILES_FOLDER = tmp_path
    yield new_seller.make()
    call_command("flush", verbosity=0, interactive=False)
    connections.close_all()


def answer(page: Page, step: str, given: dict[str, Any]) -> None:
    """Answer a question as its form wants it, and press the one filled button."""
    for name, value in given.items():
        field = page.locator(f"main [name={name}]").first
        if isinstance(value, list):
            for one in value:
                page.locator(f"main [name={name}][value={one}]").check()
        elif field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        elif field.get_attribute("type") == "radio":
            page.locator(f"main [name={name}][value={value}]").check()
        else:
            field.fill(str(value))
    page.locator("main form button.primary").press("Enter")


def walk(page: Page, look: Callable[[str], object]) -> None:
    """Go from the log-in to the check, and look at every page on the way."""
    page.goto("/register/")
    look("start")
    tab_to(page, page.locator("main a.btn.primary"))
    press_enter_for(page, "/register/log-in/")
    look("log-in")
    answer(page, "log-in", {"username": "fa", "password": "three words here", "phone": "081 234 5678"})
    for step, given in ANSWERS.items():
        page.wait_for_url(f"**/register/{step}/")
        look(step)
        answer(page, step, given)
    page.wait_for_url("**/register/check/")


def test_the_whole_way_on_a_telephone_in_thai(world: new_seller.World, opened: Open, tmp_path: Path) -> None:
    with opened(language="th", width=PHONE["width"]) as context:
        page: Page = context.new_page()
        faults: list[str] = []

        def look(name: str) -> None:
            faults.extend(f"{name}: {fault}" for fault in looked_at(page, Visit(f"register-{name}"), "th"))
            page.set_viewport_size(PHONE)

        walk(page, look)
        look("check")
        page.goto("/register/identity/")
        answer(page, "identity", {"number": "1-2345-45678-78-9"})
        expect(page.locator(".errors")).to_be_focused()
        look("identity-wrong")
        page.goto("/register/")
        look("tasks")
        page.goto("/register/documents/")
        picture = tmp_path / "card.jpg"
        Image.new("RGB", (400, 300), "green").save(picture)
        page.locator("input[type=file]").set_input_files(picture)
        page.locator("form.upload button").press("Enter")
        expect(page.locator("ul.files li")).to_have_count(1)
        look("documents-one")
        page.goto("/register/check/")
        tab_to(page, page.locator("main form button.primary"))
        press_enter_for(page, "/register/")
        code = Application.objects.get().code
        expect(page.locator(".panel .ref")).to_have_text(code)
        look("sent")
        page.goto("/seller/")
        look("seller")
        assert not faults, "\n".join(faults)


def test_the_whole_way_without_javascript_and_resumed_on_another_telephone(
    world: new_seller.World, browser: Browser, hub: LiveServer
) -> None:
    def telephone() -> Page:
        context = browser.new_context(base_url=hub.url, locale=LOCALES["th"], viewport=PHONE, java_script_enabled=False)
        context.set_default_timeout(10_000)
        return context.new_page()

    first = telephone()
    first.goto("/register/log-in/")
    answer_plainly(first, {"username": "fa", "password": "three words here"})
    for step, given in list(ANSWERS.items())[:9]:
        assert first.url.endswith(f"/register/{step}/")
        answer_plainly(first, given)
    assert first.url.endswith("/register/district/")
    first.context.close()  # the battery is empty in the middle of the cascade

    second = telephone()
    second.goto("/sign-in/")
    answer_plainly(second, {"username": "fa", "password": "three words here"})
    assert second.url.endswith("/register/"), "whoever signs in again comes back to what he has begun"
    second.locator("main a.btn.primary").click()
    for step, given in list(ANSWERS.items())[9:]:
        assert second.url.endswith(f"/register/{step}/")
        answer_plainly(second, given)
    second.locator("main form button.primary").click()
    row = Application.objects.get()
    assert row.code in second.locator("main").inner_text()
    assert (row.state, row.subdistrict_code, row.post_code) == ("waiting", "510103", "51150")
    assert User.objects.get(username="fa").language == "th"
    assert re.search("[ก-ฮ]", second.locator("h1").inner_text())
    second.context.close()


def answer_plainly(page: Page, given: dict[str, Any]) -> None:
    """Answer where no script runs: Playwright's own clicks and typing still do."""
    for name, value in given.items():
        for one in value if isinstance(value, list) else [value]:
            choice = page.locator(f"main [name={name}][value='{one}']")
            select = page.locator(f"main select[name={name}]")
            if select.count():
                select.select_option(str(one))
            elif choice.count() and choice.first.get_attribute("type") in ("radio", "checkbox"):
                choice.first.check()
            else:
                page.locator(f"main [name={name}]").fill(str(one))
    page.locator("main form button.primary").click()
