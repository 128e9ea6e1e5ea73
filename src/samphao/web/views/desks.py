"""The desks of sellers and packing houses, and the page of impact."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from samphao.accounts import queries as accounts
from samphao.core import clock, files
from samphao.freight import queries as freight
from samphao.insight import queries as insight
from samphao.payments import queries as ledger
from samphao.trade import queries as trade
from samphao.web import files as file_shape
from samphao.web import impact_page, packing_desk
from samphao.web import product_notes as note_shape
from samphao.web import seller as shape
from samphao.web.templatetags.samphao import in_language_plain
from samphao.web.tower import cities
from samphao.workflows.payout import has_the_rest
from samphao.workflows.record_access import evidence_of_lots

LOTS_SHOWN, LOADS_SHOWN, NOTES_SHOWN = 60, 40, 10


@login_required
def seller(request: HttpRequest) -> HttpResponse:
    """Steps to the first export, and the lots of the producer."""
    who = accounts.viewer(request.user)
    if "producer" not in who.kinds | who.kinds_in_review:
        raise PermissionDenied
    lots = list(trade.lots_of_producers(who.organisations)[:LOTS_SHOWN])
    known = who.organisations + who.in_review
    papers, orchards = accounts.papers_of(known), accounts.orchards_of(known)
    standing = shape.Standing(
        may_act="producer" in who.kinds,
        registration=accounts.registration_state(who.username, "producer"),
        has_exporter=accounts.has_delegation(who.organisations),
        has_the_rest=has_the_rest(who),
    )
    steps = shape.steps(lots, papers, orchards, standing)
    columns = [
        {"label": _("lot"), "whole": True}, {"label": _("harvest"), "whole": True, "wide": True}, {"label": _("price"), "numeric": True}, {"label": _("sold of"), "numeric": True},
        {"label": _("orders"), "numeric": True}, {"label": _("ticket")},
    ]  # fmt: skip
    notes = [note for note in trade.product_notes_of(who.organisations, NOTES_SHOWN) if note.done_at is None]
    context = {
        "steps": steps, "columns": columns, "rows": shape.lot_rows(lots), "notes": note_shape.tasks(notes, clock.today()),
        "may_act": standing.may_act,
    }  # fmt: skip
    return render(request, "web/seller.html", context)


@login_required
def money(request: HttpRequest) -> HttpResponse:
    """Every baht on the way: held, earned, sent."""
    who = accounts.viewer(request.user)
    if not who.codes:
        raise PermissionDenied
    held = ledger.held_for(trade.lot_codes_of_producers(who.organisations))
    figures = shape.money_figures(held, ledger.earned_by(who.codes), ledger.owed_by(who.codes))
    columns = [
        {"label": _("when"), "whole": True}, {"label": _("what"), "wide": True}, {"label": _("lot"), "whole": True}, {"label": _("amount"), "numeric": True},
    ]  # fmt: skip
    return render(
        request,
        "web/money.html",
        {
            "figures": figures, "columns": columns, "rows": shape.movement_rows(ledger.movements_of(who.codes)),
            "debts": shape.movement_rows(ledger.debts_of(who.codes)),
            "may_set_account": any(one.is_owner for one in accounts.organisations_of(request.user.get_username())),
        },
    )  # fmt: skip


@login_required
def packing(request: HttpRequest) -> HttpResponse:
    """The packing house's desk: tickets, lots to test, containers with its lots."""
    who = accounts.viewer(request.user)
    if "packing_house" not in who.kinds:
        raise PermissionDenied
    lots = packing_desk.what_waits_first(trade.lots_of_packing_houses(who.organisations)[:LOTS_SHOWN])
    loads = list(freight.containers_of(who.codes, [lot.code for lot in lots])[:LOADS_SHOWN])
    return render(
        request,
        "web/packing.html",
        {
            "figures": packing_desk.figures(lots, loads),
            "lot_columns": packing_desk.lot_columns(),
            "lots": packing_desk.lot_rows(lots),
            "load_columns": packing_desk.load_columns(),
            "loads": packing_desk.load_rows(loads, cities(), accounts.names_by_code(load.origin for load in loads)),
            "files": file_shape.items(
                files.files_of([lot.code for lot in lots], ["lab_report", "photo"]), request.user.get_username(), names_subject=True,
                kept=evidence_of_lots(lots),
            ),
            "upload": file_shape.upload(
                ["lab_report", "photo"], request.path, subject=lots[0].code,
                subjects=[(lot.code, f"{lot.code} · {in_language_plain(lot.listing, 'title')}") for lot in lots],
            ) if lots else {},
        },
    )  # fmt: skip


def impact(request: HttpRequest) -> HttpResponse:
    """Who was reached, what was earned, who got which share: open to everybody."""
    return render(request, "web/impact.html", impact_page.page(*insight.impact_counted()))
