from __future__ import annotations

import uuid
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from samphao.accounts import queries as accounts
from samphao.core import files
from samphao.core.codes import decode
from samphao.freight import queries as freight
from samphao.reference import queries as reference
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.web import destinations, market_page
from samphao.web import files as file_shape
from samphao.web import reviews as review_shape
from samphao.web.campaigns import line_of_lot
from samphao.web.cards import lot_card
from samphao.web.lot_page import lot_page
from samphao.web.lot_words import Shown, photos_of
from samphao.workflows.record_access import evidence_of_lots, lot_files

PAGE = 24


PAGES_OF_CODES = {
    "SO": "order",
    "LD": "load",
    "DX": "declaration",
    "DM": "declaration",
    "CL": "claim",
    "RT": "claim",
    "RV": "review",
}


def address_of(text: str) -> str:
    """Return the page of a reference code that somebody typed; each page decides itself who may see it."""
    prefix, code = text.strip().upper().partition("-")[0], text.strip().upper()
    if prefix not in PAGES_OF_CODES or decode(prefix, code) is None:
        return ""
    return reverse(PAGES_OF_CODES[prefix], args=[code])


def market(request: HttpRequest) -> HttpResponse:
    """Show a page of lots. What nobody has is counted, so that groups can read what is missing."""
    destination, known = destinations.chosen(request)
    if page_of_code := address_of(request.GET.get("q", "")):
        return redirect(page_of_code)
    search = market_page.search_of(request.GET, destination)
    page, found = _page(search, request.GET.get("page"))
    if search.text and not found.is_met and page.number == 1:
        services.record_fruitless_search(search.text, found.goods, address=request.META.get("REMOTE_ADDR", ""))
    lots = trade.lots_found([hit.lot for hit in found.hits], destination.code if destination else "")
    reasons = {hit.lot: market_page.why(hit.terms) for hit in found.hits}
    photos = photos_of(files.files_of([lot.listing.code for lot in lots], ["photo"]))
    return render(
        request,
        "web/market.html",
        {
            "page": page,
            "cards": [{**lot_card(lot, destination, photos), "why": reasons[lot.pk]} for lot in lots],
            "text": search.text,
            "total_text": market_page.total_text(found.total),
            "notes": market_page.notes(search, found),
            "chosen": market_page.chosen(search),
            "narrow_url": market_page.address(search, "market_narrow"),
            "kept": [pair for pair in market_page.parameters(search).items() if pair[0] != "as_typed"],
            "destination": destination,
            "destinations": known,
        },
    )


def _page(search: trade.Search, asked: str | None) -> tuple[Page[int], trade.Found]:
    """Return the page that was asked for, or the last there is."""
    number = int(asked) if asked and asked.isdecimal() and len(asked) < len(str(trade.FURTHEST)) else 1
    found = trade.search_lots(search, offset=max(number - 1, 0) * PAGE, count=PAGE)
    page = Paginator(range(min(found.total, trade.FURTHEST)), PAGE).get_page(number)
    if page.number != number:
        found = trade.search_lots(search, offset=(page.number - 1) * PAGE, count=PAGE)
    return page, found


def narrow(request: HttpRequest) -> HttpResponse:
    """Show what a search can be narrowed by. The market's page fetches this when it is opened; it also stands alone."""
    destination, _known = destinations.chosen(request)
    search = market_page.search_of(request.GET, destination)
    codes = market_page.names_by_code()
    facets = trade.count_facets(
        search, country=destination.country if destination else "", goods=[code for code in codes if "/" not in code and not code.startswith("TH-")],
        provinces=[code for code in codes if code.startswith("TH-")],
    )  # fmt: skip
    return render(
        request,
        "web/market_narrow.html",
        {"groups": market_page.groups(search, facets), "market_url": market_page.address(search)},
    )


def lot(request: HttpRequest, code: str) -> HttpResponse:
    destination, known = destinations.chosen(request)
    found = trade.lot_with_offers(code)
    if found is None:
        raise Http404
    sent = {(load.destination, load.trade_mode) for load in freight.carried_lots([code])}
    viewer = accounts.viewer(request.user)
    sees_files, kinds = lot_files(found, viewer)
    return render(
        request,
        "web/lot.html",
        {
            **(page := lot_page(found, destination, sent, _shown(request, found))),
            **line_of_lot(found, page, destination, viewer),
            "destination": destination,
            "destinations": known,
            "order_key": uuid.uuid4().hex,
            "reviews": review_shape.of_listing(found.listing),
            "files": file_shape.items(
                files.files_of([code]), request.user.get_username(), kept=evidence_of_lots([found])
            )
            if sees_files
            else None,
            "upload": file_shape.upload(kinds, request.path, subject=code),
        },
    )


def _shown(request: HttpRequest, lot: Any) -> Shown:
    """Gather what a lot's page shows beside the lot."""
    listing = lot.listing
    attributes = listing.attributes or {}
    provinces = {row.code_iso: row for row in reference.province_names()}
    return Shown(
        reference.goods().get(listing.good), reference.storage_of(listing.good), provinces.get(listing.producer.province_iso),
        files.files_of([listing.code], ["photo"]), attributes, f"{request.scheme}://{request.get_host()}",
    )  # fmt: skip
