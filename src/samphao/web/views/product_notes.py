"""A producer's tasks from rejects, claims, returns and labels."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from samphao.accounts.queries import Viewer, viewer
from samphao.core import clock
from samphao.core.errors import HubError
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.web import product_notes as shape
from samphao.web.numbers import whole_number

NOTES_SHOWN, LOTS_OFFERED = 60, 60


def _producer(request: HttpRequest) -> Viewer:
    who = viewer(request.user)
    if "producer" not in who.kinds:
        raise PermissionDenied
    return who


@login_required
def notes(request: HttpRequest) -> HttpResponse:
    who = _producer(request)
    lots = trade.lots_that_may_mend(who.organisations, LOTS_OFFERED)
    found = trade.product_notes_of(who.organisations, NOTES_SHOWN)
    return render(request, "web/claims/notes.html", {"items": shape.items(found, lots, clock.today())})


@login_required
@require_POST
def done(request: HttpRequest) -> HttpResponse:
    """Name the lot that mends what a note says."""
    who = _producer(request)
    note, lot = whole_number(request.POST.get("note", "")), request.POST.get("lot", "")
    try:
        services.mend_with_lot(note or 0, lot, viewer=who, by=request.user.get_username())
    except HubError as error:
        messages.error(request, _(error.title))
    else:
        messages.success(request, _("Done by lot %(lot)s.") % {"lot": lot})
    return redirect("product_notes")
