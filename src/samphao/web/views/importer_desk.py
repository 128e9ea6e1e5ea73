from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from samphao.accounts.queries import viewer
from samphao.customs import queries as customs
from samphao.trade import queries as trade
from samphao.web import importer_desk as shape
from samphao.web import reasons
from samphao.web.tower import cities

PAGE = 25
HELD = 20


@login_required
def desk(request: HttpRequest) -> HttpResponse:
    """The importer's desk: an importer of record sees its own, the hub's people see all."""
    who = viewer(request.user)
    if not (who.is_hub or "importer" in who.kinds):
        raise PermissionDenied
    mine, every = who.organisations, who.is_hub
    state = request.GET.get("state", "")
    state = state if state in shape.STATES else ""
    names = cities()
    sums, behind = customs.collected(mine, sees_all=every), trade.orders_behind(mine, sees_all=every)
    permits = list(customs.permits_of(mine, sees_all=every))
    permit_page = Paginator(permits, PAGE).get_page(request.GET.get("permits"))
    page = Paginator(customs.imports_of(mine, sees_all=every, state=state), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "web/importer.html",
        {
            "figures": shape.figures(permits, sums, behind),
            "asks": [
                *shape.held_items(
                    customs.imports_of(mine, sees_all=every, state="held")[:HELD], names, reasons.names_by_code()
                ),
                *shape.permit_items(permits, names_importer=every),
            ],
            "permit_columns": shape.permit_columns(),
            "permits": shape.permit_rows(permit_page, names_importer=every),
            "permit_page": permit_page,
            "destination_columns": shape.destination_columns(),
            "destinations": shape.destination_rows(behind, customs.on_their_way(mine, sees_all=every), sums, names),
            "tabs": shape.tabs(state, sums),
            "import_columns": shape.import_columns(),
            "imports": [shape.import_row(row, names) for row in page],
            "page": page,
        },
    )
