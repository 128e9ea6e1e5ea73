"""A campaign in a real browser before the whole hub: its clock where the reader's is wrong, what is left as it sells, the queue's turn."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect
from worlds.market_morning import World
from worlds.running_counter import database_url

from samphao.config.processes import free_port, wait_for_port
from samphao.core import clock
from samphao.trade.campaign_models import Campaign

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("browser"), pytest.mark.allow_hosts(["127.0.0.1", "::1"])]
LOT = "CTI-MT-0512"
# A device whose clock is three hours ahead.
WRONG_CLOCK = "const right = Date.now.bind(Date); Date.now = () => right() + 3 * 3600e3;"
SECONDS = re.compile(r"^(\d\d):(\d\d):(\d\d)$")


@pytest.fixture(scope="module")
def whole_hub(world: World, django_db_blocker: Any) -> Iterator[str]:
    """Yield the address of pages and order counter in a process of their own, as `samphao up` runs them."""
    with django_db_blocker.unblock():
        environment = {
            "DATABASE_URL": database_url(), "SAMPHAO_SECRET": settings.SECRET_KEY, "DJANGO_SETTINGS_MODULE": "samphao.config.settings"
        }  # fmt: skip
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "samphao.config.asgi:application",
        "--port",
        str(port),
        "--log-level",
        "error",
    ]
    process = subprocess.Popen(command, env={**os.environ, **environment})
    wait_for_port(port, process)
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait(20)


@contextmanager
def reader(browser: Browser, address: str, *, session: str = "", script: bool = True) -> Iterator[Page]:
    context = browser.new_context(
        base_url=address, locale="th-TH", viewport={"width": 360, "height": 800}, java_script_enabled=script
    )
    context.set_default_timeout(20_000)
    context.add_init_script(WRONG_CLOCK)
    if session:
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
    yield context.new_page()
    context.close()


def write(statement: LiteralString) -> None:
    """Write where the server's process reads it: the test's own transaction is never committed."""
    with psycopg.connect(database_url(), autocommit=True) as connection:
        connection.execute(statement)


def starts_in(seconds: int) -> None:
    with psycopg.connect(database_url()) as connection:
        connection.execute("UPDATE trade_campaign SET starts_at = core_now() + make_interval(secs => %s)", [seconds])
        connection.execute(
            "UPDATE trade_lot l SET opens_at = c.starts_at FROM trade_campaignlot x JOIN trade_campaign c ON c.id = x.campaign_id WHERE x.lot_id = l.id"
        )


def test_the_countdown_goes_by_the_hubs_clock_and_the_number_left_follows_the_sale(
    whole_hub: str, browser: Browser, world: World
) -> None:
    starts_in(600)
    with reader(browser, whole_hub) as page:
        page.goto(f"/campaigns/{world.campaign}/")
        countdown = page.locator("[data-countdown]")
        expect(page.locator("[data-is-live]")).to_be_visible()
        expect(countdown).to_have_text(SECONDS)
        told = SECONDS.match(countdown.inner_text())
        left = (Campaign.objects.get().starts_at - clock.now()).total_seconds()
        assert told is not None
        shown = int(told[1]) * 3600 + int(told[2]) * 60 + int(told[3])
        assert abs(shown - left) < 20, "three hours are not missing; a busy machine may take its time"
        expect(page.locator(f"[data-left='{LOT}']")).to_have_text("1,200")
        write("UPDATE trade_lot SET held = 345 WHERE code = 'CTI-MT-0512'")
        expect(page.locator(f"[data-left='{LOT}']")).to_have_text("855")
        write("UPDATE trade_lot SET held = 0 WHERE code = 'CTI-MT-0512'")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        # The start is moved near: the page hears of it, and shows the sale by itself.
        page.evaluate("window.before = true")
        starts_in(1)
        page.wait_for_function("window.before === undefined")
        expect(page.locator("[data-sale]")).to_have_attribute("data-state", "running")


def test_the_turn_comes_by_itself_with_a_script_and_is_there_on_looking_again_without(
    whole_hub: str, browser: Browser, world: World, sessions: dict[str, str]
) -> None:
    starts_in(600)
    write("UPDATE trade_queueticket SET number = NULL")
    write("UPDATE trade_campaign SET numbered = 0, admitted = 0, advanced_at = NULL")
    address = f"/campaigns/{world.campaign}/queue/"
    with reader(browser, whole_hub, session=sessions["anong"]) as page:
        page.goto(address)
        expect(page.locator(f"main a[href='/campaigns/{world.campaign}/'].btn")).to_have_count(0)
        starts_in(1)
        expect(page.locator(f"main a[href='/campaigns/{world.campaign}/'].btn")).to_be_visible()
    with reader(browser, whole_hub, session=sessions["baisong"], script=False) as page:
        page.goto(f"/campaigns/{world.campaign}/")
        page.locator(f"form[action='{address}'] button").click()
        deadline = time.monotonic() + 20
        while (
            not page.locator(f"main a[href='/campaigns/{world.campaign}/'].btn").count() and time.monotonic() < deadline
        ):
            page.goto(address)
        page.locator(f"main a[href='/campaigns/{world.campaign}/'].btn").click()
        page.locator("form[action='/orders/new/'] button").first.click()
        assert "/orders/SO-" in page.url
