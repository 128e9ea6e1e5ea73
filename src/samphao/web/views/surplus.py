"""The surplus board: what ripens beyond what buyers take, and the press that asks who would take it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from samphao.accounts import queries as accounts
from samphao.core.errors import HubError
from samphao.trade import queries as trade
from samphao.web import surplus as shape
from samphao.workflows import surplus

CALLS_SHOWN = 30
LOOK = frozenset({"producer", "packing_house", "exporter", "office"})


@login_required
def board(request: HttpRequest) -> HttpResponse:
    """For who grows, packs or exports, for offices and for the hub's people; the sums name no producer."""
    who = accounts.viewer(request.user)
    if not (who.is_hub or LOOK & who.kinds):
        raise PermissionDenied
    calls = trade.surplus_calls(CALLS_SHOWN)
    asked = trade.requests_of_calls([outcome.call.pk for outcome in calls])
    found = shape.page(surplus.board(), calls, asked, asks=who.is_hub)
    found["sees_looked_for"] = who.is_hub or "producer" in who.kinds
    return render(request, "web/surplus.html", found)


@login_required
@require_POST
def call(request: HttpRequest) -> HttpResponse:
    """Ask past buyers or processors, for the hub's people."""
    if not accounts.viewer(request.user).is_hub:
        raise PermissionDenied
    try:
        code = surplus.call(request.POST.get("good", ""), request.POST.get("kind", ""), by=request.user.get_username())
    except HubError as error:
        messages.error(request, _(error.title))
    else:
        messages.success(request, _("They have been told; what they take is counted under %(code)s.") % {"code": code})
    return redirect("surplus")
