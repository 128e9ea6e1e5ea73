from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from samphao.accounts.queries import names_by_code, viewer
from samphao.customs import queries as customs
from samphao.freight import queries as freight
from samphao.trade import queries as trade
from samphao.web import reasons
from samphao.web import tower as shape
from samphao.web.paging import page_of
from samphao.workflows.exceptions import load_exceptions, sales_without_rate

PAGE, EXCEPTIONS = 25, 40


@login_required
def tower(request: HttpRequest) -> HttpResponse:
    """The control tower, for the hub's own people."""
    if not viewer(request.user).is_hub:
        raise PermissionDenied
    found = freight.latest_plan_with_figures()
    if found is None:
        return render(request, "web/tower.html", {"plan": None, "exceptions": _decisions()})
    plan, figures = found
    page = page_of(freight.loads_of(plan), PAGE, request.GET.get("page"), count=figures.containers)
    names, stopped = shape.cities(), load_exceptions(plan)[:EXCEPTIONS]
    parties = names_by_code(
        [*(load.origin for load in page), *(row.owner for row in stopped if isinstance(row.owner, str))]
    )
    return render(
        request,
        "web/tower.html",
        {
            "plan": plan,
            "page": page,
            "load_columns": shape.load_columns(),
            "loads": [shape.load_row(load, names, parties) for load in page],
            "map": shape.flow_map(plan, _("Map of the plan's flows")),
            "certificate": shape.certificate(plan),
            "figures": shape.tower_figures(plan, figures),
            "exceptions": [
                *_decisions(),
                *shape.unpaid_items(sales_without_rate()),
                *shape.exception_items(stopped, names, reasons.names_by_code(), parties),
            ],
        },
    )


def _decisions() -> list[dict[str, Any]]:
    """Return what the hub's people have to decide between buyers and sellers, a line a kind."""
    return shape.decision_items(trade.decisions_waiting())


@login_required
def load(request: HttpRequest, code: str) -> HttpResponse:
    if not viewer(request.user).is_hub:
        raise PermissionDenied
    found = freight.load_with_goods(code)
    if found is None:
        raise Http404
    return render(
        request,
        "web/load.html",
        shape.load_page(found, freight.events_of(found.pk), customs.declarations_of_load(code), _parties(found)),
    )


def _parties(load: Any) -> dict[str, dict[str, str]]:
    rows = load.consignments.all()
    return names_by_code([load.origin, *(code for row in rows for code in (row.exporter, row.importer))])
