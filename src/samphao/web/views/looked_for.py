"""What shoppers looked for and the market had not."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from samphao.accounts.queries import viewer
from samphao.trade import queries as trade
from samphao.web import market_page

ROWS_SHOWN = 100


@login_required
def looked_for(request: HttpRequest) -> HttpResponse:
    """For the hub's people, and for producers of the goods that the words mean."""
    who = viewer(request.user)
    if not (who.is_hub or "producer" in who.kinds):
        raise PermissionDenied
    page = market_page.looked_for(trade.looked_for(who, ROWS_SHOWN))
    return render(request, "web/looked_for.html", {**page, "sees_all": who.is_hub})
