"""A grower lists a lot in Thai on a telephone, in under three minutes of taps, typing, reading and waiting."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from worlds.market_morning import World

from samphao.core import clock
from samphao.trade.models import Lot

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("browser"), pytest.mark.allow_hosts(["127.0.0.1", "::1"])]
Open = Callable[..., Any]
# Slow thumbs: a tap with finding its target, a typed character, a page that is read. Assumptions, on the slow side of keystroke models.
TAP_S, KEY_S, READ_S = 1.1, 0.4, 3.0
PHOTO_S = 15.0
"""To take a photo and to accept it."""


@dataclass
class Thumb:
    """Uses a page and counts what a person would do on glass; what the pages take is measured."""

    page: Page
    taps: int = 0
    keys: int = 0
    pages: int = 0
    waited_s: float = 0.0
    seen: list[str] = field(default_factory=list)

    def tap(self, where: Locator) -> None:
        self.taps += 1
        where.click()

    def write(self, name: str, text: str) -> None:
        self.taps += 1
        self.keys += len(text)
        self.page.locator(f"[name={name}]").fill(text)

    def day(self, name: str, iso: str) -> None:
        """Choose a day from the telephone's calendar: open it, turn a page, the day, and close."""
        self.taps += 4
        self.page.locator(f"[name={name}]").fill(iso)

    def choose(self, name: str, value: str) -> None:
        self.taps += 2
        self.page.locator(f"select[name={name}]").select_option(value)

    def go(self, where: Locator, to: str) -> None:
        """Tap what leads on and wait for the page, which is then read."""
        began = time.perf_counter()
        self.tap(where)
        self.page.wait_for_url(lambda url: to in urlsplit(url).path + "?" + urlsplit(url).query)
        self.waited_s += time.perf_counter() - began
        self.pages += 1
        self.seen.append(urlsplit(self.page.url).path.rstrip("/").rpartition("/")[2])

    @property
    def took_s(self) -> float:
        return self.taps * TAP_S + self.keys * KEY_S + self.pages * READ_S + self.waited_s


def photo() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (1200, 900), "olive").save(buffer, "JPEG")
    return buffer.getvalue()


def test_a_lot_is_listed_in_thai_on_a_telephone_in_under_three_minutes(world: World, opened: Open) -> None:
    known = set(Lot.objects.values_list("code", flat=True))
    first = clock.today() + timedelta(days=14)
    with opened("somchai", language="th", width=360) as context:
        page: Page = context.new_page()
        page.goto("/seller/")
        thumb = Thumb(page, pages=1)
        forward = page.locator("main form .btn.primary")
        thumb.go(page.locator("main .acts .btn.primary"), "/listings/new/")
        thumb.go(forward, "/good/")
        thumb.write("q", "ทุเรียน")
        expect(page.locator("#goods li:visible")).to_have_count(1)
        thumb.tap(page.locator("#goods li:visible button"))
        expect(page.locator("#goods button").first).to_contain_text("สด")
        thumb.pages += 1
        thumb.go(page.locator("#goods button").first, "/kind/")
        thumb.choose("variety", "monthong")
        thumb.choose("grade", "a")
        thumb.go(forward, "/place/")
        thumb.go(forward, "/when/")  # his only orchard is chosen already
        thumb.day("harvest_from", first.isoformat())
        thumb.day("harvest_to", (first + timedelta(days=2)).isoformat())
        thumb.go(forward, "/amount/")
        thumb.write("amount", "4000")
        thumb.go(forward, "/package/")
        page.locator("[name=unit][value=kg]").check()
        thumb.write("price", "160")
        expect(page.locator("[name=carton_units]")).to_have_value("18")
        thumb.go(forward, "/photo/")
        thumb.taps += 2
        page.locator("[name=photo]").set_input_files(
            {"name": "durian.jpg", "mimeType": "image/jpeg", "buffer": photo()}
        )
        thumb.go(forward, "/parties/")
        thumb.choose("exporter", "exporter")
        thumb.go(forward, "/check/")
        expect(page.locator("main")).to_contain_text("หมอนทอง")
        expect(page.locator("main")).to_contain_text("60 %")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        thumb.go(forward, "listed=1")
        expect(page.locator(".panel .ref")).to_contain_text("LT-")
    (lot,) = Lot.objects.exclude(code__in=known)
    assert (lot.quantity, lot.price_minor, lot.listing.title_zh) == (4000, 16_000, "鲜榴莲（金枕，A级）")
    took = thumb.took_s + PHOTO_S
    assert took < 180, (
        f"{took:.0f} s: {thumb.taps} taps, {thumb.keys} keys, {thumb.pages} pages, {thumb.waited_s:.1f} s of waiting"
    )


def test_a_good_is_found_without_javascript(world: World, opened: Open) -> None:
    with opened("somchai", language="zh-hans", width=360) as context:
        page = context.new_page()
        page.goto(f"/seller/drafts/{world.draft}/good/?q=丝绸")
        expect(page.locator("#goods li")).to_have_count(1)
