"""Campaigns: what is announced, the sale with its clock and live numbers, the queue before the counter, the waiting list."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from samphao.accounts.queries import viewer
from samphao.core.errors import HubError
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.types import offer_id
from samphao.web import campaigns as shape
from samphao.web import destinations
from samphao.web.campaign_form import CampaignForm, draft
from samphao.web.numbers import INTEGER_MAX, whole_number
from samphao.workflows import surplus


def campaigns(request: HttpRequest) -> HttpResponse:
    found = shape.campaigns_page(trade.campaigns_to_show(), announces=viewer(request.user).is_hub)
    return render(request, "web/campaigns.html", found)


def one(request: HttpRequest, code: str) -> HttpResponse:
    destination, known = destinations.chosen(request)
    campaign = trade.campaign_for(code, destination.code if destination else "")
    if campaign is None:
        raise Http404
    found = shape.campaign_page(campaign, destination, viewer(request.user))
    return render(request, "web/campaign.html", {**found, "destination": destination, "destinations": known})


@login_required
def queue(request: HttpRequest, code: str) -> HttpResponse:
    """Show one's place before the counter; sending the form takes it. However often it is opened, a buyer has one."""
    campaign, who = trade.campaign_named(code), viewer(request.user)
    if campaign is None:
        raise Http404
    if request.method == "POST":
        if not who.organisations:
            raise PermissionDenied
        try:
            services.take_place(code, who.organisations[0], address=request.META.get("REMOTE_ADDR", ""))
        except HubError as error:
            messages.error(request, _(error.title))
            return redirect("campaign", code=code)
        return redirect("campaign_queue", code=code)
    place = trade.place_in_queue(code, who.organisations[0]) if who.organisations else None
    return render(request, "web/campaign_queue.html", shape.queue_page(campaign, place))


@login_required
def announce(request: HttpRequest) -> HttpResponse:
    if not viewer(request.user).is_hub:
        raise PermissionDenied
    form = CampaignForm(request.POST if request.method == "POST" else None, initial=_of_surplus(request))
    if request.method == "POST" and form.is_valid():
        try:
            code = services.announce_campaign(form.spec(), by=request.user.get_username())
        except HubError as error:
            form.add_error(None, shape.told(error))
        else:
            return redirect("campaign", code=code)
    return render(request, "web/campaign_new.html", {"form": form}, status=422 if form.errors else 200)


def _of_surplus(request: HttpRequest) -> dict[str, Any]:
    """Return a campaign for the surplus of a good, where somebody comes from its board."""
    good = request.GET.get("good", "")
    if request.method == "POST" or not good:
        return {}
    try:
        return draft(surplus.campaign_for(good))
    except HubError as error:
        messages.warning(request, _(error.title))
        return {}


@login_required
@require_POST
def wait(request: HttpRequest, code: str) -> HttpResponse:
    """Take a place in the line for a lot that is sold out."""
    who = viewer(request.user)
    offer, quantity = (
        offer_id(request.POST.get("offer", "")),
        whole_number(request.POST.get("quantity", ""), INTEGER_MAX),
    )
    if offer is None or quantity is None or not who.organisations:
        messages.error(request, _("Choose an offer and a whole number, signed in for an organisation that buys."))
        return redirect("lot", code=code)
    try:
        services.join_line(offer, who.organisations[0], quantity)
    except HubError as error:
        messages.error(request, _(error.title))
    else:
        messages.success(
            request, _("You stand in the line. When it is your turn, units are held for you and you are told.")
        )
    return redirect("lot", code=code)


@login_required
@require_POST
def stop_waiting(request: HttpRequest, code: str) -> HttpResponse:
    number = whole_number(request.POST.get("place", ""))
    if number is not None and services.leave_line(number, viewer(request.user).organisations):
        messages.success(request, _("You left the line."))
    return redirect("lot", code=code)
