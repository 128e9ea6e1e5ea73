"""Order cycles: what is open, one with its terms, and opening one."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from samphao.accounts.queries import viewer
from samphao.core.errors import HubError
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.web import cycles as shape
from samphao.web.campaigns import told
from samphao.web.cycle_form import CycleForm

LOTS_OFFERED = 20


def cycles(request: HttpRequest) -> HttpResponse:
    return render(request, "web/cycles/list.html", shape.list_page(trade.cycles_to_show(), viewer(request.user)))


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Terms and lots for everybody; demand and picks for who grows, gathers or runs the hub."""
    cycle = trade.cycle_for(code)
    if cycle is None:
        raise Http404
    return render(request, "web/cycles/one.html", shape.one_page(cycle, viewer(request.user)))


@login_required
def new(request: HttpRequest) -> HttpResponse:
    who = viewer(request.user)
    if not shape.may_make(who):
        raise PermissionDenied
    text, chosen = request.GET.get("q", "").strip(), set(request.POST.getlist("lots"))
    found = sorted(
        trade.lots_for_cycle(who, text), key=lambda lot: lot.code not in chosen
    )  # what was chosen stays in sight
    choices = shape.lot_choices(found[: max(LOTS_OFFERED, len(chosen))])
    form = CycleForm(request.POST if request.method == "POST" else None, lots=choices)
    if request.method == "POST" and form.is_valid():
        try:
            code = services.make_cycle(form.spec(), viewer=who, by=request.user.get_username())
        except HubError as error:
            form.add_error(None, told(error))
        else:
            return redirect("cycle", code=code)
    context = {
        "form": form,
        "has_lots": bool(choices),
        "text": text,
        "asks_which": bool(text) or len(found) > LOTS_OFFERED,
    }
    return render(request, "web/cycles/new.html", context, status=422 if form.errors else 200)
