"""Claims for bad goods and returns: opening one on an order's page, and each side's turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from samphao.accounts.queries import Viewer, viewer
from samphao.core import clock, files
from samphao.core.errors import Conflict, HubError, NotFound
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.types import ClaimSpec
from samphao.web import claims_page as shape
from samphao.web import files as file_shape
from samphao.web import reviews as review_shape
from samphao.web.cards import unit_count
from samphao.web.claims_forms import AmountForm, ClaimForm, ReturnForm
from samphao.web.order_page import quantity_text
from samphao.web.templatetags.samphao import in_language_plain
from samphao.workflows import claims
from samphao.workflows.record_access import may_add_file

PAGE = 25


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """Claims of one's organisations, what is due first; for the hub's people all of them, and what they have to decide."""
    who = viewer(request.user)
    page = Paginator(trade.claims_for(who), PAGE).get_page(request.GET.get("page"))
    waiting: list[dict[str, Any]] = []
    if who.is_hub:
        waiting = shape.dispute_items(trade.disputes_to_decide()) + review_shape.appeal_items(trade.reviews_appealed())
    shown = {"page": page, "columns": shape.claim_columns(), "rows": shape.claim_rows(list(page))}
    return render(request, "web/claims/list.html", shown | {"waiting": waiting, "is_hub": who.is_hub})


def _own_delivered(request: HttpRequest, code: str) -> tuple[Any, Viewer]:
    """Return a delivered order of the buyer who asks; it is nobody else's to claim."""
    who = viewer(request.user)
    order = trade.order_for(code, organisations=who.organisations, sees_all=False)
    if order is None or order.buyer_id not in who.organisations or order.delivered_at is None:
        raise Http404
    return order, who


@login_required
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Report bad goods of an order, with photos."""
    order, who = _own_delivered(request, code)
    if claim := trade.claim_of_order(code):
        return redirect("claim", code=claim.code)
    units = unit_count(order.lot_units, order.lot.unit)
    hint = _("Of %(units)s. Count what is bad.") % {"units": units}
    form = ClaimForm(request.POST or None, request.FILES or None, most=order.lot_units, hint=hint)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        spec = ClaimSpec(code, given["wrong"], given["bad_units"], given["wants"], given["said"])
        opened = _open(form, spec, form.photos_given(), who, request.user.get_username())
        if opened:
            messages.success(request, _("Your claim is kept. The seller has been told."))
            return redirect("claim", code=opened)
    page = {"rules": shape.claim_rules(order), "is_open": trade.may_claim(order, clock.now()), "title": _("Report bad goods"), "button": _("Report it")}  # fmt: skip
    return _form_page(request, order, form, page)


@login_required
def new_return(request: HttpRequest, code: str) -> HttpResponse:
    """Announce that lasting goods go back."""
    order, who = _own_delivered(request, code)
    if claim := trade.claim_of_order(code):
        return redirect("claim", code=claim.code)
    hint = _("Of %(units)s.") % {"units": unit_count(order.lot_units, order.lot.unit)}
    form = ReturnForm(request.POST or None, most=order.lot_units, hint=hint)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        spec = ClaimSpec(code, "not_wanted", given["bad_units"], said=given["said"])
        opened = _open(form, spec, [], who, request.user.get_username())
        if opened:
            messages.success(request, _("Write %(code)s on the parcel and send it.") % {"code": opened})
            return redirect("claim", code=opened)
    page = {"rules": shape.return_rules(order), "is_open": trade.may_return(order, clock.now()), "title": _("Send it back"), "button": _("Get the number of the return")}  # fmt: skip
    return _form_page(request, order, form, page)


def _open(form: Any, spec: ClaimSpec, photos: list[tuple[str, bytes]], who: Viewer, by: str) -> str:
    """Open a claim and return its code; of two tabs the second is led to what the first opened."""
    try:
        return claims.open_claim(spec, photos, viewer=who, by=by)
    except Conflict:
        found = trade.claim_of_order(spec.order)
        if found is not None:
            return found.code
        form.add_error(None, _("This claim has moved on meanwhile: look at its last step."))
    except HubError as error:
        form.add_error(None, _(error.title))
    return ""


def _form_page(request: HttpRequest, order: Any, form: Any, page: dict[str, Any]) -> HttpResponse:
    what = f"{quantity_text(order)} · {in_language_plain(order.lot.listing, 'title')}"
    status = 422 if form.errors else 200
    return render(request, "web/claims/new.html", {"order": order, "form": form, "what": what} | page, status=status)


@login_required
def one(request: HttpRequest, code: str) -> HttpResponse:
    claim, who = _found(request, code)
    return _page(request, claim, who, None)


def _found(request: HttpRequest, code: str) -> tuple[Any, Viewer]:
    who = viewer(request.user)
    claim = trade.claim_for(code, who)
    if claim is None:
        raise Http404
    return claim, who


def _page(request: HttpRequest, claim: Any, who: Viewer, form: AmountForm | None) -> HttpResponse:
    side = trade.side_of(claim, who)
    address, answers = shape.answers_of(claim, side)
    context = shape.claim_page(claim, side)
    if address:
        context |= shape.form_words(address)
        context |= {"form": form or AmountForm(currency=claim.currency, answers=answers), "action": reverse(address, args=[claim.code])}  # fmt: skip
    here = reverse("claim", args=[claim.code])
    kinds = ["photo", "paper"] if may_add_file(claim.code, "photo", who) else []
    context |= {
        "files": file_shape.items(files.files_of([claim.code]), ""),
        "upload": file_shape.upload(kinds, here, subject=claim.code),
    }
    return render(request, "web/claims/one.html", context, status=422 if form is not None and form.errors else 200)


def _act(request: HttpRequest, code: str, side: str, work: Callable[[AmountForm, Viewer, str], None]) -> HttpResponse:
    """Take somebody's turn: who is not on that side learns nothing, a form that lacks something is shown again."""
    claim, who = _found(request, code)
    if side not in (trade.side_of(claim, who), "either"):
        raise Http404
    _address, answers = shape.answers_of(claim, trade.side_of(claim, who))
    if not answers:
        messages.error(request, _("This claim has moved on meanwhile: look at its last step."))
        return redirect("claim", code=code)
    form = AmountForm(request.POST, currency=claim.currency, answers=answers)
    if form.is_valid():
        try:
            work(form, who, request.user.get_username())
        except NotFound:
            raise Http404 from None
        except HubError as error:
            form.add_error(None, _(error.title))
        else:
            messages.success(request, _("Kept. The other side has been told."))
            return redirect("claim", code=code)
    return _page(request, claim, who, form)


@login_required
@require_POST
def answer(request: HttpRequest, code: str) -> HttpResponse:
    return _act(request, code, "seller", lambda form, who, by: claims.answer(code, form.said(), viewer=who, by=by))


@login_required
@require_POST
def decide(request: HttpRequest, code: str) -> HttpResponse:
    return _act(request, code, "hub", lambda form, who, by: claims.decide(code, form.said(), viewer=who, by=by))


@login_required
@require_POST
def appeal(request: HttpRequest, code: str) -> HttpResponse:
    claim, who = _found(request, code)
    if trade.side_of(claim, who) not in ("buyer", "seller"):
        raise Http404
    return _act(
        request, code, "either", lambda form, who, by: claims.appeal(code, form.said().reason, viewer=who, by=by)
    )


@login_required
@require_POST
def reply(request: HttpRequest, code: str) -> HttpResponse:
    """The buyer's turn: take an offer, ask the hub, withdraw, or say under which number a return travels."""
    claim, who = _found(request, code)
    if trade.side_of(claim, who) != "buyer":
        raise Http404
    by = request.user.get_username()
    if "withdraw" in request.POST:
        return _simply(request, code, lambda: claims.withdraw(code, viewer=who, by=by), _("The claim was withdrawn."))
    if "tracking" in request.POST:
        number = request.POST["tracking"]
        return _simply(request, code, lambda: claims.send_back(code, number, viewer=who, by=by), _("Kept. The other side has been told."))  # fmt: skip
    return _act(request, code, "buyer", lambda form, who, by: claims.reply(code, form.said(), viewer=who, by=by))


def _simply(request: HttpRequest, code: str, work: Callable[[], None], done: str) -> HttpResponse:
    try:
        work()
    except HubError as error:
        messages.error(request, _(error.title))
    else:
        messages.success(request, done)
    return redirect("claim", code=code)


@login_required
@require_POST
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """Give up an order before its goods leave: its buyer in time, its seller with a reason."""
    who, by = viewer(request.user), request.user.get_username()
    order = trade.order_for(code, organisations=who.organisations, sees_all=False)
    is_buyer = order is not None and order.buyer_id in who.organisations
    if order is None or not (is_buyer or order.lot.listing.producer_id in who.organisations):
        raise Http404
    try:
        if is_buyer:
            services.cancel_as_buyer(code, viewer=who, by=by)
        else:
            services.cancel_as_seller(code, request.POST.get("reason", ""), viewer=who, by=by)
    except HubError as error:
        messages.error(request, _(error.title))
    else:
        messages.success(request, _("The order is cancelled. What was paid goes back."))
    return redirect("order", code=code)
