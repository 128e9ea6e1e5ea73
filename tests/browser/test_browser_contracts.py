"""A buyer asks in Chinese on a telephone, a grower quotes in Thai, the buyer compares, signs and pays: the money is held, the first part released."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer
from worlds import market_morning, requested

from samphao.core import clock, events
from samphao.trade.contract_models import Contract, Quote, Rfq

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("browser"), pytest.mark.allow_hosts(["127.0.0.1", "::1"])]
Open = Callable[..., Any]
NO_SIDEWAYS = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def world(hub: LiveServer) -> Iterator[market_morning.World]:
    yield requested.make().morning
    clock.reset()
    call_command("flush", verbosity=0, interactive=False)
    connections.close_all()


def test_from_a_request_in_chinese_over_a_quote_in_thai_to_a_contract_whose_money_is_held(
    world: market_morning.World,
    opened: Open,
) -> None:
    asked = ask_in_chinese(opened)
    for seller, price in (("somchai", "170"), ("pranee", "182.50")):
        quote_in_thai(opened, seller, price, asked)
    quoted = Quote.objects.get(seller__code="somchai")
    contract = sign_and_pay_in_chinese(opened, asked, quoted)
    assert contract.state == "running"
    assert [row.state for row in contract.milestones.all()] == ["released", "waiting", "waiting"]
    with opened("pranee", language="th") as context:
        page = context.new_page()
        assert page.goto(f"/contracts/{contract.code}/").status == 404
        assert page.goto(f"/quotes/{quoted.code}/").status == 404


def let_the_worker_deliver() -> None:
    """Deliver what waits as the worker does: on a connection of its own, so that the pages see it."""

    def deliver() -> None:
        while events.deliver():
            pass
        connection.close()

    worker = threading.Thread(target=deliver)
    worker.start()
    worker.join()


def ask_in_chinese(opened: Open) -> Rfq:
    with opened("baisong", language="zh-hans", width=360) as context:
        page = context.new_page()
        page.goto("/requests/")
        page.get_by_role("link", name="发起询价").click()
        page.locator("input[name=quantity]").fill("50")
        page.get_by_label("件", exact=True).check()
        page.get_by_role("button", name="发送询价").click()
        expect(page.locator(".errors")).to_be_focused()
        assert not Rfq.objects.exists(), "a carton without its kilograms is no quantity"
        page.locator("select[name=good]").select_option("durian-fresh")
        page.locator("input[name=carton_kg]").fill("18")
        page.locator("input[name=wanted_by]").fill((clock.today() + timedelta(days=30)).isoformat())
        page.get_by_label("植物检疫证书").check()
        assert page.evaluate(NO_SIDEWAYS)
        page.get_by_role("button", name="发送询价").click()
        expect(page.locator("main")).to_contain_text("尚无报价")
    asked = Rfq.objects.get()
    assert (asked.quantity_kg, asked.certificates) == (900, ["phytosanitary"])
    return asked


def quote_in_thai(opened: Open, seller: str, price: str, asked: Rfq) -> None:
    with opened(seller, language="th", width=360) as context:
        page = context.new_page()
        page.goto("/requests/")
        page.get_by_role("link", name=asked.code).click()
        page.get_by_role("link", name="เสนอราคา", exact=True).click()
        page.locator("input[name=price]").fill(price)
        page.locator("select[name=incoterm]").select_option("FCA")
        page.locator("input[name=incoterm_place]").fill("ท่าใหม่")
        page.locator("input[name=lead_days]").fill("6")
        page.get_by_label("ใบรับรองสุขอนามัยพืช").check()
        assert page.evaluate(NO_SIDEWAYS)
        page.get_by_role("button", name="ส่งใบเสนอราคา").click()
        expect(page.locator("h1")).to_contain_text("ทุเรียน")
        expect(page.locator("main")).to_contain_text("ถึงมือผู้ซื้อ")
        assert page.evaluate(NO_SIDEWAYS)


def sign_and_pay_in_chinese(opened: Open, asked: Rfq, quoted: Quote) -> Contract:
    with opened("baisong", language="zh-hans", width=360) as context:
        page = context.new_page()
        page.goto(f"/requests/{asked.code}/")
        first = page.locator("#quotes tbody tr").first
        expect(first).to_contain_text("最低价")
        expect(first).to_contain_text(quoted.code)
        assert page.evaluate(NO_SIDEWAYS)
        first.get_by_role("link").click()
        page.get_by_role("link", name="核对并签约").click()
        expect(page.locator("main")).to_contain_text("合同货款已暂存")
        assert page.evaluate(NO_SIDEWAYS)
        page.get_by_role("button", name="签订合同").click()
        expect(page.locator("main")).to_contain_text("等待付款")
        page.get_by_role("link", name="付入").click()
        assert page.evaluate(NO_SIDEWAYS)
        page.get_by_role("button", name="模拟银行").click()
        contract = Contract.objects.get()
        page.wait_for_url(f"**/orders/{contract.order.code}/")
        let_the_worker_deliver()
        page.goto(f"/contracts/{contract.code}/")
        expect(page.locator("main")).to_contain_text("履行中")
        expect(page.locator("main")).to_contain_text("已放款")
        assert page.evaluate(NO_SIDEWAYS)
    contract.refresh_from_db()
    return contract
