"""Every page in every language, on a narrow and a wide screen, by day and by night, as a browser shows it."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.measures import BROKEN, SQUEEZED, TOO_WIDE
from browser.visits import MAPS, Visit, faults_of_table, visits
from django.urls import reverse
from playwright.sync_api import Page, Response
from pytest_django.live_server_helper import LiveServer
from worlds.market_morning import World

# The database's mark lets pytest-django make it; the world itself is committed by its module, for the server to see.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("browser"), pytest.mark.allow_hosts(["127.0.0.1", "::1"])]

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("th", "zh-hans", "en")
WIDTHS = (1280, 360)
Open = Callable[..., Any]
BUDGET, BUDGET_WITH_MAP = 150_000, 220_000
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


class Witness:
    """Notes what a page does that it should not, and what it fetches."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.begin()
        # Live numbers come from the order counter, which has a process of its own: tests/browser/test_browser_campaigns.py.
        page.route("**/counter/live/**", lambda route: route.fulfill(status=204))
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("request", self._asked)
        page.on("requestfailed", lambda asked: self.faults.append(f"request failed: {asked.url}"))
        page.on("response", self._answered)

    def begin(self, expected: str = "") -> None:
        """Forget what was seen; the address `expected` is meant to be refused."""
        self.faults: list[str] = []
        self.answers: list[Response] = []
        self.expected = expected

    def _said(self, message: Any) -> None:
        if message.type == "error" and message.location.get("url") != self.expected:
            self.faults.append(f"console: {message.text}")

    def _asked(self, asked: Any) -> None:
        parts = urlsplit(asked.url)
        if parts.scheme not in ("data", "blob") and parts.hostname not in ("127.0.0.1", "localhost"):
            self.faults.append(f"a request left this machine: {asked.url}")

    def _answered(self, answer: Response) -> None:
        self.answers.append(answer)
        if answer.status >= 400 and answer.url != self.expected:
            self.faults.append(f"{answer.status}: {answer.url}")

    def weight(self) -> dict[str, int]:
        """Return what each answer weighs when a front server packs it, as it must be run; fonts and pictures as they are."""
        weighed = {}
        for answer in self.answers:
            body = answer.body() if answer.status < 300 or answer.url == self.expected else b""
            kind = answer.headers.get("content-type", "")
            is_text = kind.startswith("text/") or any(word in kind for word in ("javascript", "json", "svg"))
            weighed[urlsplit(answer.url).path] = len(gzip.compress(body, 6)) if is_text else len(body)
        return weighed


def accessibility_faults(page: Page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found = page.evaluate("(options) => axe.run(options)", options)["violations"]
    return [
        f"axe {one['id']}: {one['help']}: " + "; ".join(str(node["html"])[:140] for node in one["nodes"][:3])
        for one in found
    ]


@pytest.fixture(scope="module")
def windows(opened: Open) -> Iterator[Callable[[str, str], Witness]]:
    """Return a window of a person who reads a language, kept for the next page; in English each page starts with nothing stored."""
    with ExitStack() as kept:
        known: dict[tuple[str, str], Witness] = {}

        def window(name: str, language: str) -> Witness:
            if (name, language) not in known or language == "en":
                if earlier := known.pop((name, language), None):
                    earlier.page.context.close()
                known[name, language] = Witness(kept.enter_context(opened(name, language)).new_page())
            page = known[name, language].page
            page.set_viewport_size({"width": WIDTHS[0], "height": 900})
            page.emulate_media(color_scheme="light")
            return known[name, language]

        yield window


def photograph(page: Page, visit: Visit, language: str, width: int, scheme: str) -> None:
    if os.environ.get("SAMPHAO_SHOTS") == "1":
        name = f"{visit.label}-{width}-{language}-{scheme}.png".replace("&", "-")
        page.screenshot(path=ROOT / "screenshots" / name, full_page=True)


FAULTY = """<!doctype html><html lang="en"><title>A page with faults</title><main><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">
<p style="color:#ccc">pale</p><div style="width:2000px">wide</div></main><script>console.error("said"); fetch("http://samphao.example/").catch(() => 0); nothing();</script>"""


def test_the_witness_sees_the_faults_of_a_page_that_has_them(opened: Open) -> None:
    with opened() as context:
        page = context.new_page()
        witness = Witness(page)
        page.set_content(FAULTY, wait_until="networkidle")
        seen = {fault.split(":")[0] for fault in witness.faults}
        assert {"console", "script error", "request failed", "a request left this machine"} <= seen
        assert {"axe image-alt", "axe color-contrast"} <= {
            one.rpartition(": ")[0].split(":")[0] for one in accessibility_faults(page)
        }
        assert "div. (2008 > 1280): wide" in page.evaluate(TOO_WIDE)


SQUEEZING = """<!doctype html><html lang="en"><title>A page that squeezes</title><style>td{width:60px;line-height:20px;overflow-wrap:anywhere}p{width:40px;line-height:20px}</style>
<table style="width:130px;table-layout:fixed"><tr><td>SO-7F3K-2QJ9 and more words</td><td>฿\u00a01,188,000,000.00</td></tr></table><p>Chanthaburi</p>"""


def test_the_measures_see_what_is_squeezed_broken_and_run_over(opened: Open) -> None:
    with opened(width=360) as context:
        page = context.new_page()
        page.set_content(SQUEEZING)
        broken, squeezed = page.evaluate(BROKEN), page.evaluate(SQUEEZED)
        assert "SO-7F3K-2QJ9 in td." in broken
        assert "฿\u00a01,188,000,000.00 in td." in broken
        assert "a column of single words: SO-7F3K-2QJ9 and more words" in squeezed
        assert any(one.startswith("text runs out of its box: p.") for one in squeezed)
        page.set_content(
            "<!doctype html><title>Calm</title><table><tr><td>SO-7F3K-2QJ9 and more words</td></tr></table>"
        )
        assert page.evaluate(BROKEN) == page.evaluate(SQUEEZED) == []


def test_every_address_of_the_hub_has_its_visit() -> None:
    faults = faults_of_table()
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("visit", visits(), ids=lambda visit: visit.label)
def test_a_page_fits_its_screen_and_can_be_read_by_everybody(
    visit: Visit, language: str, hub: LiveServer, world: World, windows: Callable[[str, str], Witness]
) -> None:
    path = visit.path or reverse(visit.name, kwargs=visit.arguments(world))
    asked = f"{path}?{visit.query}" if visit.query else path
    witness = windows(visit.as_, language)
    page = witness.page
    witness.begin(f"{hub.url}{asked}" if visit.status >= 400 else "")
    answer = page.goto(asked, wait_until="load")
    assert answer is not None
    landed = urlsplit(page.url).path
    assert (landed, answer.status) == (path, visit.status), (
        f"`{visit.name}` answered {answer.status} at {landed} to {visit.as_ or 'nobody in particular'}: add it to PAGES in "
        f'tests/browser/visits.py, such as "{visit.name}": (Visit("{visit.name}", as_="hub"),), or to POSTS if only a form is sent there'
    )
    page.evaluate("document.fonts.ready")
    assert page.get_attribute("html", "lang") == ("zh-Hans" if language == "zh-hans" else language)
    faults = looked_at(page, visit, language)
    if language == "en":
        weighed = witness.weight()
        budget = BUDGET_WITH_MAP if visit.name in MAPS else BUDGET
        if sum(weighed.values()) > budget:
            faults.append(f"{sum(weighed.values())} bytes are more than {budget}: {weighed}")
    faults += witness.faults
    assert not faults, "\n".join(faults)


def looked_at(page: Page, visit: Visit, language: str) -> list[str]:
    """Return the faults of a page on both screens by day and by night; axe reads it by day, in English by night too."""
    read = {(360, "dark", "en"), (1280, "light", "en" if visit.speaks_all else language)}
    faults = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            faults += [f"too wide at {width} px, {scheme}: {one}" for one in page.evaluate(TOO_WIDE)]
            if scheme == "light":
                faults += [f"at {width} px broken: {one}" for one in page.evaluate(BROKEN)]
                faults += [f"at {width} px {one}" for one in page.evaluate(SQUEEZED)]
            if (width, scheme, language) in read:
                faults += [f"{width} px, {scheme}: {one}" for one in accessibility_faults(page)]
            photograph(page, visit, language, width, scheme)
    return faults
