"""A packing house's papers: the ticket on the telephone, labels, the picking list; and for the hub the mass balance."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from samphao.accounts import queries as accounts
from samphao.core import clock, files
from samphao.core.errors import HubError, NotAllowed
from samphao.trade import queries as trade
from samphao.trade.queries import OrderToPack
from samphao.web import files as file_shape
from samphao.web import mass_balance as balance_shape
from samphao.web import packing as shape
from samphao.web.addresses import absolute
from samphao.web.destinations import chosen
from samphao.web.packing_forms import LabelForm, StopForm, TicketForm
from samphao.web.provenance import page as provenance_page
from samphao.web.templatetags.samphao import in_language_plain
from samphao.workflows import labels as labelling
from samphao.workflows import mass_balance, mass_stops, weighing
from samphao.workflows.provenance import provenance_of

STOPS_SHOWN = 50
ORCHARDS_SHOWN = 25
ORDERS_SHOWN = 100


@login_required
def ticket(request: HttpRequest, code: str) -> HttpResponse:
    """The weigh-and-grade ticket of a lot: the form until both have signed, then what they signed."""
    who = accounts.viewer(request.user)
    lot = trade.lot_by_code(code)
    if lot is None or trade.lot_for(code, who) is None:
        raise Http404
    if request.method == "POST":
        return _sign(request, lot, who)
    if (signed := trade.ticket_of(code)) is not None:
        return _signed(request, signed)
    if not weighing.may_weigh(lot, who) or lot.packing_house_id is None:
        raise PermissionDenied
    return _form_page(request, lot, _form(lot), 200)


def _form(lot: Any, request: HttpRequest | None = None) -> TicketForm:
    people = weighing.people_of_sides(lot)
    initial = {"key": uuid.uuid4().hex, "cut_on": lot.cut_on or clock.today(), "dry_matter_pct": lot.dry_matter_pct}
    return TicketForm(request.POST if request else None, initial=initial, grade=lot.listing.grade, people=people)


def _form_page(request: HttpRequest, lot: Any, form: TicketForm, status: int) -> HttpResponse:
    sides = [{**form.side(side), "code": side, "title": shape.side_name(side)} for side in weighing.SIDES]
    context = {"lot": lot, "title": in_language_plain(lot.listing, "title"), "form": form, "sides": sides}
    return render(request, "web/packing/ticket_form.html", context, status=status)


def _sign(request: HttpRequest, lot: Any, who: accounts.Viewer) -> HttpResponse:
    """Take the form, from a page or from the telephone's own store: that one wants its answer as JSON."""
    wants_json = request.headers.get("Accept") == "application/json"
    form, status = _form(lot, request), 422
    if form.is_valid():
        try:
            made = weighing.sign(form.weighed(lot.code, request), by=request.user.get_username(), viewer=who)
        except NotAllowed:
            raise PermissionDenied from None
        except HubError as error:
            form.add_error(None, _(error.title))
            status = error.status
        else:
            address = reverse("ticket", args=[lot.code])
            messages.success(request, _("Signed: ticket %(code)s.") % {"code": made})
            return JsonResponse({"url": address}) if wants_json else redirect(address)
    if wants_json:
        return JsonResponse({"errors": [said for found in form.errors.values() for said in found]}, status=status)
    return _form_page(request, lot, form, status)


def _signed(request: HttpRequest, signed: Any) -> HttpResponse:
    stop = trade.stop_of(signed.lot.code)
    said = [shape.stopped(stop)] if stop else []
    if not stop or stop.outcome == "allowed":
        said.append(shape.settlement(signed))
    context = {
        "ticket": signed, "lot": signed.lot, "title": in_language_plain(signed.lot.listing, "title"), "rows": shape.ticket_rows(signed),
        "signatures": shape.signatures(signed), "said": [one for one in said if one],
        "files": file_shape.items(files.files_of([signed.code]), "", kept=()),
    }  # fmt: skip
    return render(request, "web/packing/ticket.html", context)


@login_required
def labels(request: HttpRequest, code: str) -> HttpResponse:
    """Labels of a lot's cartons as a PDF; each carton gets a number that is never given again."""
    who = accounts.viewer(request.user)
    lot = trade.lot_by_code(code)
    if lot is None or lot.packing_house_id not in who.organisations:
        raise PermissionDenied
    orders, left = trade.orders_to_pack(code, ORDERS_SHOWN), labelling.cartons_left(lot)
    form = _label_form(request, lot, orders, left)
    if request.method == "POST" and form.is_valid():
        try:
            return _pdf(labelling.print_labels(
                form.run(lot.code), address=absolute(request, "home").rstrip("/"), by=request.user.get_username(), viewer=who
            ), f"labels-{lot.code}.pdf")  # fmt: skip
        except HubError as error:
            form.add_error(None, _(error.title))
    context = {
        "lot": lot, "title": in_language_plain(lot.listing, "title"), "form": form, "left": left, "is_weighed": hasattr(lot, "ticket"),
        "is_demo": labelling.is_demonstration(), "link": labelling.link_of(lot), "order_columns": shape.to_pack_columns(),
        "order_rows": shape.to_pack_rows(orders, lot),
    }  # fmt: skip
    return render(request, "web/packing/labels.html", context, status=422 if form.errors else 200)


def _label_form(request: HttpRequest, lot: Any, orders: list[OrderToPack], left: int) -> LabelForm:
    """Ask for what is left of an order that was chosen, else of the lot."""
    place, cities = chosen(request)
    named = next((row for row in orders if row.order == request.GET.get("order", "")), None)
    whole_g = lot.carton_units * lot.unit_mass_g
    initial = {
        "packed_on": clock.today(), "destination": place.code if place else "", "cartons": min(left, 500) or None, "net_kg": shape.plain_kg(whole_g),
    }  # fmt: skip
    if named:
        rest_g = (named.ordered_g - named.packed_g) // named.left if named.left else whole_g
        initial |= {
            "order": named.order,
            "destination": named.destination,
            "cartons": named.left,
            "net_kg": shape.plain_kg(rest_g),
        }
    posted = request.POST if request.method == "POST" else None
    offered = [(row.order, shape.to_pack_name(row)) for row in orders if row.left]
    return LabelForm(posted, cities=cities, orders=offered, initial=initial)


def _pdf(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )


@login_required
def picking(request: HttpRequest) -> HttpResponse:
    """What is packed of a day's cut, by lot and city, to print."""
    who = accounts.viewer(request.user)
    if "packing_house" not in who.kinds:
        raise PermissionDenied
    days = trade.days_of_picking(who.organisations)
    on = _day(request.GET.get("on", "")) or next(
        (one for one in days if one >= clock.today()), days[-1] if days else clock.today()
    )
    picks = trade.picking(who.organisations, on)
    context = {
        "on": on, "tabs": shape.day_tabs(days, on), "columns": shape.pick_columns(), "rows": shape.pick_rows(picks),
        "foot": shape.pick_foot(picks) if picks else [],
    }  # fmt: skip
    return render(request, "web/packing/picking.html", context)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@login_required
def balance(request: HttpRequest) -> HttpResponse:
    """Every GAP number by how much of what its trees bear is used, and the lots that wait for a decision, for the hub's people and authorities."""
    who = accounts.viewer(request.user)
    if not accounts.may_suspend(who):
        raise PermissionDenied
    form = StopForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            mass_stops.decide(**form.cleaned_data, by=request.user.get_username(), viewer=who)
        except HubError as error:
            form.add_error(None, _(error.title))
        else:
            messages.success(request, _("Decided. Grower, packing house and buyers are told."))
            return redirect("mass_balance")
    found = mass_balance.of_orchards()
    page = Paginator(found, ORCHARDS_SHOWN).get_page(request.GET.get("page"))
    context = {
        "figures": balance_shape.figures(found), "columns": balance_shape.orchard_columns(), "rows": balance_shape.orchard_rows(page), "page": page,
        "rule": balance_shape.rule_text(found), "stops": balance_shape.stop_rows(trade.stops_to_decide(STOPS_SHOWN)), "form": form,
    }  # fmt: skip
    return render(request, "web/packing/balance.html", context, status=422 if form.errors else 200)


def digital_link(request: HttpRequest, gtin: str, code: str) -> HttpResponse:
    """Where the code on a carton leads: the lot's provenance, open to everybody."""
    found = provenance_of(gtin, code)
    if found is None:
        raise Http404
    return render(request, "web/packing/provenance.html", provenance_page(found))
