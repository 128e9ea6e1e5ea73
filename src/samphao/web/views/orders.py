from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from samphao.accounts.queries import viewer
from samphao.core import files
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.types import KEY_LENGTH_MAX, OrderRequest, Placement, offer_id
from samphao.web import files as file_shape
from samphao.web.claims_section import order_section
from samphao.web.middleware import hub_of
from samphao.web.money_papers import paper_kinds, paper_name
from samphao.web.numbers import INTEGER_MAX, whole_number
from samphao.web.order_page import order_columns, order_page, order_row
from samphao.workflows import suspending
from samphao.workflows.record_access import evidence_of_order

PAGE = 25


def refusal(placement: Placement, left: int) -> str:
    return {
        Placement.KEY_REUSED: _("This form was already sent with another quantity. Open the lot again to order more."),
        Placement.UNKNOWN_OFFER: _("This offer is no longer there."),
        Placement.NOT_OPEN_YET: _("The sale of this lot has not opened yet."),
        Placement.CLOSED: _("The sale of this lot has closed."),
        Placement.GATE_SHUT: _("This lot may not be sold to this destination now. The gates below say why."),
        Placement.SOLD_OUT: _("Only %(left)s are left.") % {"left": left},
        Placement.OVER_LIMIT: _("You may order %(left)s more of this lot.") % {"left": left},
        Placement.BAD_QUANTITY: _("Choose a quantity that this offer sells."),
        Placement.OVER_YEAR_LIMIT: _(
            "One person may have %(left)s more of this good this year by cross-border retail. General trade has no such limit."
        )
        % {"left": left},
        Placement.NO_CORRIDOR: _("This hub does not sell to this country."),
        Placement.NOT_IN_TURN: _("This lot is sold in a campaign: take a place in its queue."),
        Placement.PRICE_EXPIRED: _("This price is no longer valid. Look at the new one below."),
    }[placement]


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    page = Paginator(trade.orders_of_buyers(viewer(request.user).organisations), PAGE).get_page(request.GET.get("page"))
    shown = {"page": page, "columns": order_columns(), "rows": [order_row(order) for order in page]}
    return render(request, "web/orders.html", shown)


@login_required
def place(request: HttpRequest) -> HttpResponse:
    """Place an order by the counter's own statement; the form carries the key, so that sending it twice orders once.

    Whoever comes without a form (back from signing in) is led to the market.
    """
    if request.method != "POST":
        return redirect("market")
    who = viewer(request.user)
    offer, lot = offer_id(request.POST.get("offer", "")), request.POST.get("lot", "")
    quantity = whole_number(request.POST.get("quantity", ""), INTEGER_MAX)
    key = request.POST.get("key", "")[:KEY_LENGTH_MAX] or uuid.uuid4().hex
    if offer is None or quantity is None or not who.organisations:
        messages.error(request, _("Choose an offer and a whole number, signed in for an organisation that buys."))
        return redirect("lot", code=lot) if lot else redirect("market")
    answer = services.place_order(OrderRequest(who.organisations[0], key, offer, quantity))
    if answer.is_order:
        return redirect("order", code=answer.order)
    if campaign := trade.campaign_that_bars(offer, who.organisations[0]):
        return redirect("campaign_queue", code=campaign)
    messages.error(request, refusal(answer.placement, answer.units_left))
    return redirect("lot", code=lot) if lot else redirect("market")


@login_required
def one(request: HttpRequest, code: str) -> HttpResponse:
    who = viewer(request.user)
    order = trade.order_for(code, organisations=who.organisations, sees_all=who.is_hub)
    if order is None:
        raise Http404
    mine = set(who.organisations)
    is_buyer = order.buyer_id in mine
    page = order_page(
        order,
        may_pay=is_buyer,
        sees_declarations=who.is_hub or bool({order.lot.exporter_id, order.offer.importer_id} & mine),
        hub=hub_of(request),
    )
    slips = _slips(request, order, is_buyer=is_buyer, sees=is_buyer or who.is_hub)
    papers = [(reverse("order_paper", args=[code, kind]), paper_name(kind)) for kind in paper_kinds(order, who)]
    may_take_back = is_buyer and order.state == order.State.PAID and suspending.waits_behind(order)
    has_part = order.has_contract and (is_buyer or who.is_hub or order.lot.listing.producer_id in mine)
    more = {
        "papers": papers,
        "may_take_back": may_take_back,
        "contract": trade.contract_of_order(code) if has_part else "",
    }
    return render(request, "web/order.html", page | slips | more | order_section(order, who))


def _slips(request: HttpRequest, order: Any, *, is_buyer: bool, sees: bool) -> dict[str, Any]:
    """Return the payment slips of an order, for its buyer and the hub; other parties do not see that there are any."""
    if not sees:
        return {}
    found = files.files_of([order.code], ["slip"])
    upload = file_shape.upload(["slip"], request.path, subject=order.code) if is_buyer else {"next": request.path}
    return {
        "slips": file_shape.items(found, request.user.get_username(), kept=evidence_of_order(order)),
        "slip_upload": upload,
        "sees_slips": True,
    }
