"""The ticket on one telephone, in Thai at 360 px: drawn by two people, kept while there is no network, arrived once."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, Route, expect
from worlds.market_morning import World

from samphao.core.models import StoredFile
from samphao.trade.models import Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("browser"), pytest.mark.allow_hosts(["127.0.0.1", "::1"])]
Open = Callable[..., Any]
KEPT = "ไม่มีเครือข่าย"


def open_form(context: Any, lot: str) -> Page:
    page = context.new_page()
    page.goto(reverse("ticket", args=[lot]))
    return page


def draw(page: Page, side: str, *, slope: int) -> None:
    """Draw a name with the finger that a mouse is."""
    sheet = page.locator(f"[data-sign={side}]")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    page.mouse.down()
    for step in range(1, 25):
        page.mouse.move(box["x"] + 20 + step * 10, box["y"] + box["height"] / 2 + slope * (step % 5))
    page.mouse.up()


def fill(page: Page) -> None:
    page.fill("[name=kg_0]", "812.5")
    page.fill("[name=rejected_kg]", "30")
    draw(page, "grower", slope=4)
    draw(page, "house", slope=-6)


def test_two_people_sign_on_one_telephone_of_360_pixels(world: World, opened: Open) -> None:
    lot = "CTI-MT-0430-4"
    with opened("house", language="th", width=360) as context:
        page = open_form(context, lot)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        fill(page)
        page.locator("button.primary").click()
        expect(page.locator("h1")).to_contain_text("ใบชั่งและคัดเกรด")
        expect(page.locator("svg.sign path")).to_have_count(2)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert page.evaluate("Object.keys(localStorage).length") == 0, "what has arrived is not kept"
    ticket = Ticket.objects.get(lot__code=lot)
    assert {row.side: row.method for row in ticket.signatures.all()} == {"grower": "drawn", "house": "drawn"}
    assert str(ticket.accepted_kg) == "812.500"


def test_without_a_network_the_form_waits_and_goes_when_it_is_back(world: World, opened: Open) -> None:
    lot = "CTI-MT-0430-6"
    picture = BytesIO()
    Image.new("RGB", (2000, 1500), "#8a9a3b").save(picture, "JPEG")
    with opened("house", language="th", width=360) as context:
        page = open_form(context, lot)
        page.set_input_files(
            "[name=photo_kg_0]", {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}
        )
        context.set_offline(True)
        fill(page)
        page.locator("button.primary").click()
        expect(page.locator("#ticket-said")).to_contain_text(KEPT)
        assert not Ticket.objects.filter(lot__code=lot).exists()

        other = context.new_page()  # the page was closed, the telephone was put away; the desk tells of it later
        page.close()
        context.set_offline(False)
        other.goto(reverse("packing"))
        expect(other.locator("#unsent a")).to_have_text(lot)
        other.locator("#unsent a").click()
        expect(other.locator("h1")).to_contain_text("ใบชั่งและคัดเกรด")
        expect(other.locator("svg.sign path")).to_have_count(2)
    ticket = Ticket.objects.get(lot__code=lot)
    (photo,) = StoredFile.objects.filter(subject=ticket.code)
    assert photo.name.startswith("A photo")
    assert photo.size < 200_000, "made smaller for the telephone's store"


def test_the_network_comes_back_under_the_open_page(world: World, opened: Open) -> None:
    lot = "CTI-MT-0430-8"
    with opened("somchai", language="th", width=360) as context:
        page = open_form(context, lot)
        context.set_offline(True)
        fill(page)
        page.locator("button.primary").click()
        expect(page.locator("#ticket-said")).to_contain_text(KEPT)
        context.set_offline(False)
        expect(page.locator("svg.sign[aria-label] path")).to_have_count(2)
    assert Ticket.objects.filter(lot__code=lot).count() == 1


def test_an_answer_that_is_lost_makes_no_second_ticket(world: World, opened: Open) -> None:
    lot = "CTI-MT-0430-10"

    def lose(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        route.fetch(max_redirects=0)  # it has arrived,
        route.abort()  # but the telephone never hears of it

    with opened("house", language="th", width=360) as context:
        page = open_form(context, lot)
        fill(page)
        page.route("**/ticket/", lose)
        page.locator("button.primary").click()
        expect(page.locator("#ticket-said")).to_contain_text(KEPT)
        assert Ticket.objects.filter(lot__code=lot).count() == 1
        page.unroute("**/ticket/")
        page.locator("button.primary").click()
        expect(page.locator("svg.sign[aria-label] path")).to_have_count(2)
    assert Ticket.objects.filter(lot__code=lot).count() == 1


def test_a_password_is_not_kept_on_the_telephone(world: World, opened: Open) -> None:
    with opened("house", language="th", width=360) as context:
        page = open_form(context, "CTI-MT-0430")
        page.fill("[name=kg_0]", "100")
        page.fill("[name=password_grower]", "a secret of somebody")
        draw(page, "house", slope=3)
        context.set_offline(True)
        page.locator("button.primary").click()
        expect(page.locator("#ticket-said")).to_contain_text("ลงชื่อด้วยนิ้ว")
        assert "a secret of somebody" not in page.evaluate("JSON.stringify(localStorage)")


def test_what_the_hub_refuses_is_told_in_thai_and_the_form_stays(world: World, opened: Open) -> None:
    with opened("house", language="th", width=360) as context:
        page = open_form(context, "CTI-MT-0430")
        draw(page, "grower", slope=4)
        draw(page, "house", slope=-6)
        page.locator("button.primary").click()
        expect(page.locator("#ticket-said .errors")).to_contain_text("น้ำหนัก")
        page.fill("[name=kg_0]", "55")
        page.reload()
        expect(page.locator("[name=kg_0]")).to_have_value("55")
        assert page.locator("[name=path_grower]").input_value().startswith("M")
