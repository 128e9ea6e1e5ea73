"""Baskets over several sellers, the checkout, and what was ordered at once. A visitor needs no log-in for any of it."""

from __future__ import annotations

import secrets
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from samphao.accounts.queries import viewer
from samphao.core.errors import HubError
from samphao.reference.queries import destination_of
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.services import BasketRefused, Delivery, Shopper
from samphao.trade.types import offer_id
from samphao.web import basket as shape
from samphao.web.addresses import absolute, network_behind
from samphao.web.basket_forms import DeliveryForm
from samphao.web.middleware import hub_of
from samphao.web.numbers import INTEGER_MAX, whole_number
from samphao.web.views.orders import refusal
from samphao.workflows import checkout

TOKEN, PURCHASES = "visitor", "purchases"


def shopper_of(request: HttpRequest) -> Shopper:
    """Return whose baskets these are; what was gathered before signing in goes along."""
    token = request.session.get(TOKEN, "")
    organisations = viewer(request.user).organisations
    if not organisations:
        return Shopper(token=token)
    if token:
        services.take_over_baskets(token, organisations[0])
        del request.session[TOKEN]
    return Shopper(organisations[0])


def basket(request: HttpRequest) -> HttpResponse:
    shown = [shape.basket_page(found, {}) for found in trade.baskets_to_show(shopper_of(request)) if found.lines.all()]
    return render(request, "web/basket.html", {"baskets": shown})


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    lot = request.POST.get("lot", "")
    offer, quantity = (
        offer_id(request.POST.get("offer", "")),
        whole_number(request.POST.get("quantity", ""), INTEGER_MAX),
    )
    if offer is None or not quantity:
        messages.error(request, _("Choose an offer and a whole number."))
        return redirect("lot", code=lot) if lot else redirect("market")
    if not viewer(request.user).organisations and not request.session.get(TOKEN):
        request.session[TOKEN] = secrets.token_urlsafe(24)
    try:
        services.put_in_basket(shopper_of(request), offer, quantity)
    except HubError as error:
        messages.error(request, _(error.title))
        return redirect("lot", code=lot) if lot else redirect("market")
    return redirect("basket")


@require_POST
def change(request: HttpRequest, code: str) -> HttpResponse:
    wanted = {}
    for name, text in request.POST.items():
        line, quantity = whole_number(name.removeprefix("line-")), whole_number(str(text), INTEGER_MAX)
        if name.startswith("line-") and line is not None and quantity is not None:
            wanted[line] = quantity
    if taken_out := whole_number(request.POST.get("remove", "")):
        wanted[taken_out] = 0
    try:
        services.change_basket(shopper_of(request), code, wanted)
    except HubError as error:
        messages.error(request, _(error.title))
    return redirect("basket")


def check_out(request: HttpRequest, code: str) -> HttpResponse:
    """Say where the goods go, see all lines once more, order everything or nothing."""
    shopper = shopper_of(request)
    found = next((one for one in trade.baskets_to_show(shopper) if one.code == code and one.lines.all()), None)
    if found is None:
        ordered = services.purchase_of_basket(shopper, code)  # the form was sent twice
        if ordered:
            return redirect("purchase", code=ordered)
        raise Http404
    place = destination_of(found.destination)
    if place is None:
        raise Http404
    form = DeliveryForm(
        request.POST or None,
        country=place.country,
        language=shape.language(),
        is_visitor=shopper.buyer is None,
        initial={"city": shape.city_of(place.code)},
    )
    refused: dict[int, str] = {}
    if request.method == "POST" and form.is_valid():
        answer = _ordered(request, shopper, code, Delivery(form.address(), form.cleaned_data.get("email", "")))
        if isinstance(answer, str):
            return redirect("purchase", code=answer)
        refused = answer
    page = shape.basket_page(found, refused) | {"form": form, "is_visitor": shopper.buyer is None}
    return render(request, "web/checkout.html", page, status=409 if refused else 200)


def _ordered(request: HttpRequest, shopper: Shopper, code: str, delivery: Delivery) -> str | dict[int, str]:
    """Return the purchase's code, or why offers could not be had."""
    try:
        if shopper.buyer is not None:
            return checkout.check_out(shopper, code, delivery)
        ordered = checkout.check_out_as_visitor(
            shopper,
            code,
            delivery,
            language=shape.language(),
            network=network_behind(request),
            address=partial(absolute, request, "purchase"),
        )
    except BasketRefused as error:
        messages.error(request, _(error.title))
        return shape.refusals(error.refused, refusal)
    except HubError as error:
        messages.error(request, _(error.title))
        return {}
    _remember(request, ordered)
    return ordered


def _remember(request: HttpRequest, code: str) -> None:
    request.session[PURCHASES] = [*request.session.get(PURCHASES, [])[-20:], code]


def _purchase(request: HttpRequest, code: str) -> tuple[Any, bool]:
    """Return the purchase and whether the viewer may open its orders' pages."""
    who = viewer(request.user)
    found = trade.purchase_for(code, organisations=who.organisations, sees_all=who.is_hub)
    if found is not None:
        return found, True
    if code in request.session.get(PURCHASES, []):
        found = trade.purchase_for(code, organisations=(), sees_all=True)
    if found is None:
        raise Http404
    return found, False


def purchase(request: HttpRequest, code: str) -> HttpResponse:
    if checkout.is_way_back(code, request.GET.get("t", "")):
        _remember(request, code)
        return redirect("purchase", code=code)
    found, may_open = _purchase(request, code)
    hub = hub_of(request)
    page = shape.purchase_page(found, may_open=may_open)
    return render(request, "web/purchase.html", page | {"has_no_bank": hub is not None and not hub.pays_by_simulator})


@require_POST
def pay(request: HttpRequest, code: str) -> HttpResponse:
    """Pay all held orders of a purchase at once through the simulator bank; the page says that it is one."""
    found, _may_open = _purchase(request, code)
    hub = hub_of(request)
    if viewer(request.user).organisations and found.buyer_id not in viewer(request.user).organisations:
        raise Http404
    if hub is None or not hub.pays_by_simulator:
        messages.error(request, _("No bank is connected to this hub: it cannot take money."))
    elif checkout.pay_purchase(code):
        messages.success(request, _("The simulator bank reported your payment."))
    else:
        messages.error(request, _("This order can no longer be paid."))
    return redirect("purchase", code=code)
