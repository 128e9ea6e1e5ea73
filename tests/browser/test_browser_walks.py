"""What people do on the pages with a keyboard alone, and what the pages keep for them on the way."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect
from worlds.market_morning import PASSWORD, World

from samphao.trade import services
from samphao.trade.models import Order

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("browser"), pytest.mark.allow_hosts(["127.0.0.1", "::1"])]

Open = Callable[..., Any]
LANGUAGES = {"th": "ไทย", "zh-hans": "中文", "en": "English"}
FOCUS_IS_SEEN = """(e) => {
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const drawn = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  return drawn && box.width > 1 && box.height > 1 && box.top > -1 && box.left > -1 && box.bottom < innerHeight + 1 && box.right < innerWidth + 1;
}"""


def tab_to(page: Page, wanted: Locator, most: int = 60) -> None:
    """Press Tab until `wanted` has the focus; everything on the way shows that it has it."""
    for _press in range(most):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and not focused.evaluate(FOCUS_IS_SEEN):
            page.wait_for_timeout(500)  # it may still be scrolling
            if not focused.evaluate(FOCUS_IS_SEEN):
                pytest.fail(f"has the focus without showing it: {focused.evaluate('(e) => e.outerHTML.slice(0, 200)')}")
        if wanted.evaluate("(e) => e === document.activeElement"):
            return
    pytest.fail(f"{most} presses of Tab do not lead to {wanted}")


def press_enter_for(page: Page, path: str) -> None:
    """Press Enter and wait for the address that has this path; `?` stands for any letter in it."""
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: fnmatchcase(urlsplit(url).path, path))


def test_the_first_tab_offers_to_skip_to_the_page(world: World, opened: Open) -> None:
    with opened() as context:
        page = context.new_page()
        page.goto("/")
        tab_to(page, page.locator("a.skip"), most=1)
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        tab_to(page, page.locator("input[type=search]"), most=1)


@pytest.mark.parametrize("width", [1280, 360])
def test_tab_leads_from_the_skip_link_to_search_and_to_the_order_button(width: int, world: World, opened: Open) -> None:
    with opened("anong", width=width) as context:
        page = context.new_page()
        page.goto("/market/")
        tab_to(page, page.locator("a.skip"), most=1)
        tab_to(page, page.locator("input[type=search]"))
        page.goto("/market/CTI-MT-0430/")
        tab_to(page, page.locator("a.skip"), most=1)
        tab_to(page, page.locator("form[action='/orders/new/'] button").first)


@pytest.mark.parametrize("target", LANGUAGES)
def test_switching_the_language_keeps_the_page_and_its_question(target: str, world: World, opened: Open) -> None:
    start = "th" if target == "en" else "en"
    with opened(language=start) as context:
        page = context.new_page()
        page.goto("/market/?q=durian&to=SHA")
        before = page.get_attribute("html", "lang")
        button = page.get_by_role("button", name=LANGUAGES[target], exact=True)
        tab_to(page, button)
        page.keyboard.press("Enter")
        expect(page.locator("html")).not_to_have_attribute("lang", before or "")
        parts = urlsplit(page.url)
        assert f"{parts.path}?{parts.query}" == "/market/?q=durian&to=SHA"
        assert page.get_attribute("html", "lang") == ("zh-Hans" if target == "zh-hans" else target)
        expect(page.locator("input[type=search]")).to_have_value("durian")
        page.goto("/orders/")
        assert page.get_attribute("html", "lang") == ("zh-Hans" if target == "zh-hans" else target), "the next page too"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_buyer_signs_in_orders_and_pays_by_keyboard_alone(language: str, world: World, opened: Open) -> None:
    known = set(Order.objects.values_list("code", flat=True))
    with opened(language=language, width=360) as context:
        page = context.new_page()
        page.goto("/market/CTI-MT-0430/")
        tab_to(page, page.locator("a[href^='/sign-in/'].btn").first)
        press_enter_for(page, "/sign-in/")
        tab_to(page, page.locator("input[name=username]"))
        page.keyboard.type("baisong")
        tab_to(page, page.locator("input[name=password]"), most=1)
        page.keyboard.type(PASSWORD)
        press_enter_for(page, "/market/CTI-MT-0430/")
        tab_to(page, page.locator("input[name=quantity]").first)
        page.keyboard.press("ArrowUp")
        tab_to(page, page.locator("form[action='/orders/new/'] button").first, most=1)
        press_enter_for(page, "/orders/SO-????-????/")
        tab_to(page, page.locator("a.btn[href$='/pay/']"))
        press_enter_for(page, "/orders/SO-????-????/pay/")
        tab_to(page, page.locator("select[name=how]"))
        tab_to(page, page.locator("form:has(select[name=how]) button"), most=1)
        press_enter_for(page, "/orders/SO-????-????/")
        expect(page.locator(".banner.ok, .banner.success")).to_be_visible()
        expect(page.locator("a[href$='/pay/']")).to_have_count(0)
    (order,) = Order.objects.exclude(code__in=known)
    assert (order.state, order.quantity, order.buyer_id) == ("paid", 2, world.parties["baisong"].pk)


def test_a_wrong_password_is_told_first_and_keeps_the_name(world: World, opened: Open) -> None:
    with opened() as context:
        page = context.new_page()
        page.goto("/sign-in/")
        tab_to(page, page.locator("input[name=username]"))
        page.keyboard.type("anong")
        page.keyboard.press("Tab")
        page.keyboard.type("not the password")
        page.keyboard.press("Enter")
        expect(page.locator(".errors")).to_be_focused()
        expect(page.locator("input[name=username]")).to_have_value("anong")


@pytest.mark.parametrize("width", [1280, 360])
def test_the_market_is_narrowed_in_its_fold_and_a_card_says_why_it_stands_there(
    width: int, world: World, opened: Open
) -> None:
    services.rebuild_search()
    with opened(width=width) as context:
        page = context.new_page()
        page.goto("/market/?q=longan")
        card = page.locator(".card").first
        card.locator("summary").click(timeout=5000)  # the card's own link lies over all of it but this
        expect(card.locator("details")).to_have_attribute("open", "")
        expect(card.locator("details li").first).to_be_visible()
        page.locator("details[data-load] summary").click()
        page.locator('#narrow a[href*="province="]').first.click()
        page.wait_for_url("**/market/?q=longan&province=*")
        expect(page.locator("main .chips a").first).to_be_visible()
