"""A buyer reports bad fruit with a photo, in Chinese on a telephone; the grower answers in Thai."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from worlds import after_delivery
from worlds.market_morning import World

from samphao.core import files
from samphao.trade.after_sale import Claim
from samphao.trade.models import Order

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("browser"), pytest.mark.allow_hosts(["127.0.0.1", "::1"])]
Open = Callable[..., Any]
NO_SIDEWAYS = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def test_bad_fruit_is_reported_with_a_photo_in_chinese_and_answered_in_thai(
    world: World, opened: Open, tmp_path: Path
) -> None:
    order = Order.objects.get(idempotency_key="came-2")
    photo = tmp_path / "坏果.jpg"
    photo.write_bytes(after_delivery.picture()[1])
    with opened("anong", language="zh-hans", width=360) as context:
        page = context.new_page()
        page.goto(f"/orders/{order.code}/")
        page.get_by_role("link", name="报告坏货（坏果包赔）").click()
        page.get_by_role("button", name="提交报告").click()
        expect(page.locator(".errors")).to_be_focused()
        assert not Claim.objects.filter(order=order).exists(), "without a photo and a number nothing is reported"
        page.get_by_label("发霉或腐烂").check()
        page.get_by_label("数量多少？").fill("8")
        page.get_by_label("照片").set_input_files(photo)
        page.get_by_label("您发现了什么？").fill("果蒂发霉，共八公斤。")
        assert page.evaluate(NO_SIDEWAYS)
        page.get_by_role("button", name="提交报告").click()
        expect(page.locator("h1")).to_contain_text("理赔 CL-")
        expect(page.locator("main")).to_contain_text("等待卖家答复")
        expect(page.locator(".files img")).to_have_count(1)
        assert page.evaluate(NO_SIDEWAYS)
    claim = Claim.objects.get(order=order)
    assert (claim.wrong, claim.bad_units, claim.state) == ("mouldy", 8, "open")
    (kept,) = files.files_of([claim.code])
    assert kept.name == "坏果.jpg"
    with opened("somchai", language="th", width=360) as context:
        page = context.new_page()
        page.goto(f"/claims/{claim.code}/")
        expect(page.locator("main")).to_contain_text("果蒂发霉，共八公斤。")
        page.get_by_role("radio", name="เสนอจำนวนอื่น").check()
        page.locator("input[name=amount]").fill("1")
        page.get_by_role("button", name="ส่งคำตอบ").click()
        expect(page.locator(".errors")).to_be_visible()
        page.locator("textarea[name=reason]").fill("ขึ้นราบางส่วนเท่านั้น")
        page.get_by_role("button", name="ส่งคำตอบ").click()
        expect(page.locator("main")).to_contain_text("มีข้อเสนอ")
        assert page.evaluate(NO_SIDEWAYS)
    claim.refresh_from_db()
    assert (claim.state, claim.agreed_minor) == ("offered", 100)
