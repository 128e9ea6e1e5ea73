"""Requests for quotation: the buyer's list and form, quotes side by side, a seller's quote, the thread, the signature."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from samphao.accounts import queries as accounts
from samphao.accounts.queries import Viewer, viewer
from samphao.core import clock
from samphao.core.errors import HubError, NotFound
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.web import destinations
from samphao.web import rfq_page as shape
from samphao.web.cards import unit_count
from samphao.web.numbers import whole_number
from samphao.web.rfq_forms import RfqForm, TermsForm
from samphao.web.templatetags.samphao import in_language_plain, kg, money
from samphao.workflows import requests

PAGE = 25
KG_MAX = 5_000_000


def told(error: HubError) -> str:
    """Say a refusal in the page's language, with what was found."""
    return (
        _(error.title) % {key: str(value) for key, value in error.details.items()} if error.details else _(error.title)
    )


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """A buyer's requests, and what a seller may quote for; the hub's people see all requests."""
    who = viewer(request.user)
    if not (who.is_hub or {"buyer", "producer"} & who.kinds):
        raise PermissionDenied
    context: dict[str, Any] = {"columns": shape.list_columns(), "may_ask": "buyer" in who.kinds}
    if who.is_hub or "buyer" in who.kinds:
        page = Paginator(trade.requests_of_buyers(who), PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "rows": shape.own_rows(page), "asks": True}
    if "producer" in who.kinds:
        offered = Paginator(trade.requests_for_sellers(who), PAGE).get_page(request.GET.get("offered"))
        context |= {"offered": offered, "offered_rows": shape.seller_rows(offered), "quotes": True}
    return render(request, "web/rfq/list.html", context)


@login_required
def new(request: HttpRequest) -> HttpResponse:
    return _ask(
        request, {"good": request.GET.get("good", ""), "quantity": whole_number(request.GET.get("kg", ""), KG_MAX)}
    )


@login_required
def of_surplus(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for quotes of what ripens beyond what buyers take: the way on from the notice of a call."""
    call = trade.surplus_call_named(code)
    if call is None:
        raise Http404
    start = max(call.from_week, clock.today())
    return _ask(request, {"good": call.good, "call": code, "wanted_from": start, "wanted_by": max(call.until, start)})


def _ask(request: HttpRequest, filled_in: dict[str, Any]) -> HttpResponse:
    """Show a request's form with what is known already, and keep what is sent."""
    who = viewer(request.user)
    if "buyer" not in who.kinds:
        raise PermissionDenied
    here, known = destinations.chosen(request)
    cities = [(row.code, in_language_plain(row, "city")) for row in known]
    today = clock.today()
    initial = {
        "destination": here.code if here else "", "incoterm": "DAP", "incoterm_place": dict(cities).get(here.code, "") if here else "", "unit": "kg",
        "wanted_from": today + timedelta(days=7), "wanted_by": today + timedelta(days=42), "closes_in": 7,
    } | filled_in  # fmt: skip
    goods = sorted(shape.good_names(trade.goods_to_ask_for()).items(), key=lambda row: row[1])
    labs = [(row.pk, in_language_plain(row)) for row in accounts.names_of_kind("laboratory")]
    given = request.POST if request.method == "POST" else None
    form = RfqForm(given, initial=initial, goods=goods, places=known, cities=cities, inspectors=labs)
    if request.method == "POST" and form.is_valid():
        try:
            code = requests.ask(form.spec(), viewer=who, by=request.user.get_username())
        except HubError as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, _("Your request is kept. Sellers whose goods fit have been told."))
            return redirect("rfq", code=code)
    return render(request, "web/rfq/new.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def one(request: HttpRequest, code: str) -> HttpResponse:
    """The request; its quotes side by side for its buyer, one's own quote for a seller."""
    asked, who = _request(request, code)
    quotes = trade.quotes_of(asked.pk, who)
    is_buyer = asked.buyer_id in who.organisations
    compares = is_buyer or who.is_hub
    quantity = whole_number(request.GET.get("kg", ""), KG_MAX) or asked.quantity_kg
    context: dict[str, Any] = {
        "asked": asked, "tag": shape.state_tag(asked), "rows": shape.request_rows(asked), "compares": compares, "is_buyer": is_buyer,
        "quantity": quantity, "contract": trade.contract_of_request(asked.pk) if compares else "",
        "title": f"{shape.good_name(asked.good)}, {kg(asked.quantity_kg)}",
    }  # fmt: skip
    if compares:
        columns, rows = shape.compared(asked, quotes, quantity)
        context |= {
            "columns": columns,
            "quotes": rows,
            "may_close": is_buyer and asked.state == "open",
            "count": len(quotes),
        }
    else:
        own = next(iter(quotes), None)
        context |= {
            "own": own, "own_tag": shape.quote_tag(own, shape.last_of(own)) if own else None,
            "may_quote": own is None and asked.state == "open" and asked.closes_at > clock.now(),
        }  # fmt: skip
    return render(request, "web/rfq/one.html", context)


@login_required
@require_POST
def close(request: HttpRequest, code: str) -> HttpResponse:
    _request(request, code)
    return _simply(
        request,
        lambda who, by: services.close_request(code, viewer=who, by=by),
        _("The request takes no quotes any more."),
        "rfq",
        code,
    )


@login_required
def quote(request: HttpRequest, code: str) -> HttpResponse:
    """Quote for a request from one's own lot."""
    asked, who = _request(request, code)
    lots = trade.lots_to_quote(asked.good, who)
    if "producer" not in who.kinds or asked.buyer_id in who.organisations:
        raise Http404
    if mine := next(iter(trade.quotes_of(asked.pk, who)), None):
        return redirect("quote", code=mine.code)
    choices = [
        (lot.code, f"{lot.code}: {_('%(left)s left') % {'left': unit_count(lot.left, lot.unit)}}") for lot in lots
    ]
    initial = {
        "incoterm": asked.incoterm,
        "incoterm_place": asked.incoterm_place,
        "valid_days": 7,
        "deposit_percent": 20,
        "checked_percent": 50,
    }
    form = TermsForm(
        request.POST if request.method == "POST" else None, initial=initial, wanted=asked.certificates, lots=choices
    )
    if request.method == "POST" and form.is_valid() and lots:
        try:
            made = requests.quote(
                code, form.cleaned_data["lot"], form.terms(), viewer=who, by=request.user.get_username()
            )
        except NotFound:
            raise Http404 from None
        except HubError as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, _("Your quote is kept. The buyer has been told; other sellers do not see it."))
            return redirect("quote", code=made)
    page = {"asked": asked, "rows": shape.request_rows(asked), "form": form, "has_lots": bool(lots), "title": _("Your quote"), "button": _("Send the quote"), "back": asked.code}  # fmt: skip
    return render(request, "web/rfq/terms.html", page, status=422 if form.errors else 200)


@login_required
def thread(request: HttpRequest, code: str) -> HttpResponse:
    """A quote with all its versions, and what somebody may do now."""
    found, who = _quote(request, code)
    side, last, now = trade.side_in_quote(found, who), shape.last_of(found), clock.now()
    is_open = found.state == "open" and found.rfq.state == "open"
    context = {
        "quote": found, "last": last, "tag": shape.quote_tag(found, last), "terms": shape.version_rows(found, last),
        "door": shape.door_section(found, last, found.rfq.quantity_kg), "steps": shape.thread(found),
        "may_sign": is_open and side not in ("", last.side) and shape.is_valid(last, now) and bool(last.doors),
        "may_answer": is_open and bool(side), "may_withdraw": is_open and side == "seller", "is_buyer": side == "buyer",
        "contract": trade.contract_of_request(found.rfq_id) if found.state == "accepted" else "",
        "title": f"{shape.good_name(found.rfq.good)}, {kg(found.rfq.quantity_kg)}", "seller": in_language_plain(found.seller),
    }  # fmt: skip
    return render(request, "web/rfq/thread.html", context)


@login_required
def counter(request: HttpRequest, code: str) -> HttpResponse:
    """Put another version in a quote."""
    found, who = _quote(request, code)
    side, last, asked = trade.side_in_quote(found, who), shape.last_of(found), found.rfq
    if not side:
        raise Http404
    initial: dict[str, Any] = {
        "price": f"{last.steps[0][1] / 100:.2f}", "incoterm": last.incoterm, "incoterm_place": last.incoterm_place, "lead_days": last.lead_days,
        "samples": last.samples, "certificates": last.certificates, "deposit_percent": last.deposit_percent, "checked_percent": last.checked_percent,
        "valid_days": 7,
    }  # fmt: skip
    for number, (start, price) in enumerate(last.steps[1:3], 2):
        initial |= {f"from_{number}": start, f"price_{number}": f"{price / 100:.2f}"}
    form = TermsForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        wanted=asked.certificates,
        steps=side == "seller",
    )
    if request.method == "POST" and form.is_valid():
        try:
            requests.counter(code, form.terms(), viewer=who, by=request.user.get_username())
        except HubError as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, _("Your version is kept beside the others. The other side has been told."))
            return redirect("quote", code=code)
    page = {"asked": asked, "rows": shape.request_rows(asked), "form": form, "has_lots": True, "title": _("Another version"), "button": _("Send this version"), "back": code, "quote": found}  # fmt: skip
    return render(request, "web/rfq/terms.html", page, status=422 if form.errors else 200)


@login_required
@require_POST
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    _quote(request, code)
    return _simply(
        request,
        lambda who, by: requests.withdraw(code, viewer=who, by=by),
        _("Your quote is withdrawn."),
        "quote",
        code,
    )


@login_required
def sign(request: HttpRequest, code: str) -> HttpResponse:
    """Check everything, then sign; the form carries the version, so that a newer one is never signed unseen."""
    found, who = _quote(request, code)
    side, last = trade.side_in_quote(found, who), shape.last_of(found)
    if not side:
        raise Http404
    if request.method == "POST":
        try:
            number = whole_number(request.POST.get("version", ""), 1000) or 0
            contract = requests.sign(code, number, viewer=who, by=request.user.get_username())
        except NotFound:
            raise Http404 from None
        except HubError as error:
            messages.error(request, told(error))
            return redirect("quote", code=code)
        messages.success(request, _("The contract is signed. Both sides have been told."))
        return redirect("contract", code=contract)
    if found.state != "open" or last.side == side or not last.doors:
        return redirect("quote", code=code)
    door = shape.door_section(found, last, found.rfq.quantity_kg)
    page = {
        "quote": found, "last": last, "terms": shape.version_rows(found, last), "door": door, "milestone_columns": shape.milestone_columns(),
        "milestones": shape.milestone_rows(found, last), "title": f"{shape.good_name(found.rfq.good)}, {kg(found.rfq.quantity_kg)}",
        "importer": in_language_plain(last.importer) if last.importer else "", "other": in_language_plain(found.seller if side == "buyer" else found.rfq.buyer),
        "total": door.get("total", money(0, found.rfq.currency)),
    }  # fmt: skip
    return render(request, "web/rfq/sign.html", page)


def _request(request: HttpRequest, code: str) -> tuple[Any, Viewer]:
    who = viewer(request.user)
    asked = trade.request_for(code, who)
    if asked is None:
        raise Http404
    return asked, who


def _quote(request: HttpRequest, code: str) -> tuple[Any, Viewer]:
    who = viewer(request.user)
    found = trade.quote_for(code, who)
    if found is None:
        raise Http404
    return found, who


def _simply(request: HttpRequest, work: Any, done: str, page: str, code: str) -> HttpResponse:
    try:
        work(viewer(request.user), request.user.get_username())
    except NotFound:
        raise Http404 from None
    except HubError as error:
        messages.error(request, told(error))
    else:
        messages.success(request, done)
    return redirect(page, code=code)
