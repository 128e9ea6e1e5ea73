"""The desks of sellers and packing houses, and the page of impact."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from samphao.accounts import queries as accounts
from samphao.core import files
from samphao.freight import queries as freight
from samphao.insight import queries as insight
from samphao.payments import queries as ledger
from samphao.trade import queries as trade
from samphao.web import files as file_shape
from samphao.web import impact_page
from samphao.web import seller as shape
from samphao.web.templatetags.samphao import in_language_plain
from samphao.web.tower import cities

LOTS_SHOWN, LOADS_SHOWN = 60, 40


@login_required
def seller(request: HttpRequest) -> HttpResponse:
    """Steps to the first export, and the lots of the producer."""
    who = accounts.viewer(request.user)
    if "producer" not in who.kinds:
        raise PermissionDenied
    lots = list(trade.lots_of_producers(who.organisations)[:LOTS_SHOWN])
    earned = ledger.earned_by(who.codes)
    steps = shape.steps(
        lots, accounts.papers_of(who.organisations), accounts.orchards_of(who.organisations), was_paid=bool(earned)
    )
    columns = [
        {"label": _("lot")}, {"label": _("harvest")}, {"label": _("price"), "numeric": True}, {"label": _("sold of"), "numeric": True},
        {"label": _("orders"), "numeric": True}, {"label": _("ticket")},
    ]  # fmt: skip
    return render(request, "web/seller.html", {"steps": steps, "columns": columns, "rows": shape.lot_rows(lots)})


@login_required
def money(request: HttpRequest) -> HttpResponse:
    """Every baht on the way: held, earned, sent."""
    who = accounts.viewer(request.user)
    if not who.codes:
        raise PermissionDenied
    lots = [lot.code for lot in trade.lots_of_producers(who.organisations)[:LOTS_SHOWN]]
    figures = shape.money_figures(ledger.held_for(lots), ledger.earned_by(who.codes))
    columns = [{"label": _("when")}, {"label": _("what")}, {"label": _("lot")}, {"label": _("amount"), "numeric": True}]
    return render(
        request,
        "web/money.html",
        {"figures": figures, "columns": columns, "rows": shape.movement_rows(ledger.movements_of(who.codes))},
    )


@login_required
def packing(request: HttpRequest) -> HttpResponse:
    """The packing house's desk: tickets, lots to test, containers to load."""
    who = accounts.viewer(request.user)
    if "packing_house" not in who.kinds:
        raise PermissionDenied
    lots = list(trade.lots_of_packing_houses(who.organisations)[:LOTS_SHOWN])
    loads = list(freight.loads_stuffed_at(who.codes)[:LOADS_SHOWN])
    to_test = sum(1 for lot in lots if lot.listing.good == "durian-fresh" and not lot.tested_on)
    return render(
        request,
        "web/packing.html",
        {
            "figures": [
                {"label": _("lots"), "value": len(lots)},
                {"label": _("to be weighed"), "value": sum(1 for lot in lots if not hasattr(lot, "ticket"))},
                {"label": _("to be tested"), "value": to_test, "kind": "bad" if to_test else "ok"},
                {"label": _("containers"), "value": len(loads)},
            ],
            "lot_columns": [{"label": _("lot")}, {"label": _("grower")}, {"label": _("harvest")}, {"label": _("accepted + rejected"), "numeric": True}, {"label": _("laboratory")}],
            "lots": shape.packing_rows(lots),
            "load_columns": [{"label": _("container")}, {"label": _("leaves")}, {"label": _("to")}, {"label": _("mass"), "numeric": True}, {"label": _("seal")}, {"label": _("fill")}],
            "loads": shape.loading_rows(loads, cities()),
            "files": file_shape.items(
                files.files_of([lot.code for lot in lots], ["lab_report", "photo"]), request.user.get_username(), names_subject=True,
                kept={(lot.code, "lab_report") for lot in lots if lot.tested_on},
            ),
            "upload": file_shape.upload(
                ["lab_report", "photo"], request.path,
                subjects=[(lot.code, f"{lot.code} · {in_language_plain(lot.listing, 'title')}") for lot in lots],
            ) if lots else {},
        },
    )  # fmt: skip


def impact(request: HttpRequest) -> HttpResponse:
    """Who was reached, what was earned, who got which share: open to everybody."""
    return render(request, "web/impact.html", impact_page.page(insight.impact()))
