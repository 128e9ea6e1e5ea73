"""Reviews of goods that were delivered: the buyer's words, the seller's answer and appeal, the hub's decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from samphao.accounts.queries import Viewer, viewer
from samphao.core.errors import HubError
from samphao.trade import queries as trade
from samphao.trade.types import Stars
from samphao.web import reviews as shape
from samphao.web.claims_forms import StarsForm
from samphao.web.templatetags.samphao import in_language_plain
from samphao.workflows import reviews


@login_required
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Review an order that was delivered, for its buyer; where it has a review, that is shown."""
    who = viewer(request.user)
    order = trade.order_for(code, organisations=who.organisations, sees_all=False)
    if order is None or order.buyer_id not in who.organisations or order.delivered_at is None:
        raise Http404
    if found := trade.review_of_order(code):
        return redirect("review", code=found.code)
    form = StarsForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        language, by = get_language() or "en", request.user.get_username()
        try:
            made = reviews.write(code, Stars(**form.cleaned_data), language=language, viewer=who, by=by)
        except HubError as error:
            form.add_error(None, _(error.title))
        else:
            messages.success(request, _("Your review is kept and shown with the goods."))
            return redirect("review", code=made)
    context = {"form": form, "order": order, "what": in_language_plain(order.lot.listing, "title")}
    return render(request, "web/claims/review_new.html", context, status=422 if form.errors else 200)


def _found(request: HttpRequest, code: str) -> tuple[Any, Viewer]:
    """Return a review to its buyer, its seller and the hub's people; others read it with the goods."""
    who = viewer(request.user)
    review = trade.review_for(code)
    if review is None or not (who.is_hub or {review.buyer_id, review.listing.producer_id} & set(who.organisations)):
        raise Http404
    return review, who


@login_required
def one(request: HttpRequest, code: str) -> HttpResponse:
    review, who = _found(request, code)
    is_seller = review.listing.producer_id in who.organisations
    return render(request, "web/claims/review.html", shape.review_page(review, is_seller=is_seller, is_hub=who.is_hub))


def _do(request: HttpRequest, code: str, work: Callable[[], None]) -> HttpResponse:
    try:
        work()
    except HubError as error:
        messages.error(request, _(error.title))
    else:
        messages.success(request, _("Kept. The other side has been told."))
    return redirect("review", code=code)


def _sellers(request: HttpRequest, code: str) -> Viewer:
    review, who = _found(request, code)
    if review.listing.producer_id not in who.organisations:
        raise Http404
    return who


@login_required
@require_POST
def answer(request: HttpRequest, code: str) -> HttpResponse:
    who, text, by = _sellers(request, code), request.POST.get("text", ""), request.user.get_username()
    return _do(request, code, lambda: reviews.answer(code, text, viewer=who, by=by))


@login_required
@require_POST
def appeal(request: HttpRequest, code: str) -> HttpResponse:
    who, reason, by = _sellers(request, code), request.POST.get("reason", ""), request.user.get_username()
    return _do(request, code, lambda: reviews.appeal(code, reason, viewer=who, by=by))


@login_required
@require_POST
def decide(request: HttpRequest, code: str) -> HttpResponse:
    _review, who = _found(request, code)
    if not who.is_hub:
        raise Http404
    reason, hides, by = request.POST.get("reason", ""), "hide" in request.POST, request.user.get_username()
    return _do(request, code, lambda: reviews.decide(code, reason, hides=hides, viewer=who, by=by))
