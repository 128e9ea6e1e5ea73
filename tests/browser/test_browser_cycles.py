"""A cycle's road on a telephone: a grower opens it, a buyer reads its terms, orders, pays deposit and balance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from worlds.market_morning import World

from samphao.core import clock
from samphao.trade.models import Lot, Order, OrderCycle

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("browser"), pytest.mark.allow_hosts(["127.0.0.1", "::1"])]
Open = Callable[..., Any]
# The grower's words and the buyer's, and a lot for each.
WALKS = {
    "th": ("CTI-MT-0430-2", "เปิดรอบ", "ทุกคนได้สัดส่วนเท่ากัน", "การชำระสองงวดของคุณ", "นี่คือเงินล่วงหน้า", "นี่คือส่วนที่เหลือ"),
    "zh-hans": ("CTI-MT-0430-4", "开设", "人人按同一比例", "您的两笔付款", "这是预付款", "这是尾款"),
}  # fmt: skip


@pytest.fixture(scope="module")
def ripening(world: World) -> World:
    """Let the lots ripen in a week; committed, for the server sees no test's own transaction."""
    first = clock.today() + timedelta(days=7)
    lots = Lot.objects.filter(code__in=[walk[0] for walk in WALKS.values()])
    assert lots.update(harvest_from=first, harvest_to=first + timedelta(days=7)) == len(WALKS)
    return world


def is_within(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} runs over the screen"


def fill_in(page: Page, lot: str) -> None:
    now, first = clock.now().astimezone(clock.BANGKOK), Lot.objects.get(code=lot).harvest_from
    page.check(f"input[name=lots][value='{lot}']")
    for name, days in (("opens_at", 0), ("closes_at", 2), ("balance_due_at", 4)):
        page.fill(f"[name={name}]", f"{now + timedelta(days=days):%Y-%m-%dT%H:%M}")
    page.fill("[name=delivery_1]", f"{first + timedelta(days=1)}")
    for name, share in (("safety_pct", "80"), ("deposit_pct", "30"), ("lapse_keeps_pct", "50")):
        page.fill(f"[name={name}]", share)
    page.check("input[name=shortfall][value=pro_rata]")


@pytest.mark.parametrize("language", WALKS)
def test_a_cycle_from_the_grower_to_the_paid_order(language: str, ripening: World, opened: Open) -> None:
    lot, opens, share, payments, deposit, balance = WALKS[language]
    with opened("somchai", language=language, width=360) as context:
        page = context.new_page()
        page.goto("/cycles/new/")
        fill_in(page, lot)
        is_within(page)
        page.get_by_role("button", name=opens, exact=True).click()
        page.wait_for_url(lambda url: "/cycles/OC-" in url)
        expect(page.locator("#picks")).to_be_visible()
        is_within(page)
    assert OrderCycle.objects.filter(lots__lot__code=lot).exists()
    with opened("anong", language=language, width=360) as context:
        page = context.new_page()
        page.goto(f"/market/{lot}/?to=KMG")
        expect(page.locator("#cycle")).to_contain_text(share)
        is_within(page)
        page.locator("form[action='/orders/new/'] button").first.click()
        page.wait_for_url(lambda url: "/orders/SO-" in url)
        expect(page.locator("#payments")).to_contain_text(payments)
        for said in (deposit, balance):
            page.goto(f"/orders/{Order.objects.filter(lot__code=lot).get().code}/pay/")
            expect(page.locator("main")).to_contain_text(said)
            is_within(page)
            page.locator("main form button.primary").click()
            page.wait_for_load_state()
    order = Order.objects.get(lot__code=lot)
    assert order.state == "paid"
    assert order.pre_order.deposit_minor == -(-order.amount_minor * 30 // 100)
