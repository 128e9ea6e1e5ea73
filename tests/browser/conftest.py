"""A real browser before a real server on a real database, all on this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from pytest_django.live_server_helper import LiveServer
from worlds import after_delivery, contracted, market_morning

ROOT = Path(__file__).resolve().parents[2]
FLAGS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"]
LOCALES = {"th": "th-TH", "zh-hans": "zh-CN", "en": "en-GB"}
# Nothing moves and no caret blinks: what is photographed and measured is the page at rest.
STILL = """
const still = new CSSStyleSheet();
still.replaceSync("*,*::before,*::after{animation:none!important;transition:none!important;caret-color:transparent!important;scroll-behavior:auto!important}");
document.adoptedStyleSheets = [still];
"""
Open = Callable[..., AbstractContextManager[BrowserContext]]


def chromium() -> str:
    """Return a Chromium of this machine, or fail: a browser test that is skipped proves nothing."""
    given = os.environ.get("SAMPHAO_CHROMIUM")
    unpacked = ROOT / ".samphao" / "chromium" / "chromium"
    if given and Path(given).is_file():
        return given
    found = shutil.which("chromium") or shutil.which("chromium-browser") or (str(unpacked) if unpacked.exists() else "")
    if given or not found:
        pytest.fail(
            (f"SAMPHAO_CHROMIUM names {given}, which is no file. " if given else "No Chromium was found. ")
            + "Run scripts/browser, or `apt-get install chromium fonts-thai-tlwg fonts-noto-cjk` as root, or set SAMPHAO_CHROMIUM.",
            pytrace=False,
        )
    return found


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch:
        # Playwright's synchronous interface keeps an event loop running, in which Django would refuse its database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with sync_playwright() as playwright:
            launched = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            yield launched
            launched.close()


@pytest.fixture(scope="package")
def hub(browser: Browser, django_db_setup: None, django_db_blocker: Any) -> Iterator[LiveServer]:
    """The hub's pages with their static files, on a port of this machine."""
    with django_db_blocker.unblock():
        server = LiveServer("127.0.0.1")
        yield server
        server.stop()


@pytest.fixture(scope="module")
def world(hub: LiveServer) -> Iterator[market_morning.World]:
    """The morning, committed once for a module's tests, and swept away behind them."""
    made = market_morning.make()
    market_morning.add_files(made)
    market_morning.purchase(made)
    market_morning.basket(made)
    after_delivery.add(made)
    contracted.add(made)
    yield made
    call_command("flush", verbosity=0, interactive=False)
    connections.close_all()  # otherwise the database could not be dropped at the end


@pytest.fixture(scope="module")
def sessions(world: market_morning.World) -> dict[str, str]:
    """Return the session of each person of the world; made before a test's own transaction begins."""
    from samphao.accounts.models import User

    kept: dict[str, str] = {}
    for user in User.objects.all():
        client = Client()
        client.force_login(user)
        kept[user.username] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return kept


@pytest.fixture(scope="module")
def opened(browser: Browser, hub: LiveServer, sessions: dict[str, str]) -> Open:
    """Return a way to open a fresh browser of somebody who reads a language, with an empty cache."""

    @contextmanager
    def open_as(
        name: str = "", language: str = "en", width: int = 1280, scheme: str = "light"
    ) -> Iterator[BrowserContext]:
        context = browser.new_context(
            base_url=hub.url, locale=LOCALES[language], viewport={"width": width, "height": 900}, color_scheme=scheme,
            reduced_motion="reduce", timezone_id="Asia/Bangkok",
        )  # fmt: skip
        context.set_default_timeout(10_000)
        context.add_init_script(STILL)
        if name:
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": sessions[name], "url": hub.url}
            context.add_cookies([cookie])
        yield context
        context.close()

    return open_as
