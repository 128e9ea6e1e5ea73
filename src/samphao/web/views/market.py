from __future__ import annotations

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from samphao.accounts import queries as accounts
from samphao.core import files
from samphao.core.codes import decode
from samphao.freight import queries as freight
from samphao.reference import queries as reference
from samphao.trade import queries as trade
from samphao.web import destinations, pre_orders
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
    destination, known = destinations.chosen(request)
    if page_of_code := address_of(request.GET.get("q", "")):
        return redirect(page_of_code)
    text, good = request.GET.get("q", "").strip(), request.GET.get("good", "")
    lots = trade.lots_on_sale(
        text=text,
        good=good,
        province_iso=request.GET.get("province", ""),
        destination=destination.code if destination else "",
    )
    page = Paginator(lots, PAGE).get_page(request.GET.get("page"))
    photos = photos_of(files.files_of([lot.listing.code for lot in page], ["photo"]))
    cards = [lot_card(lot, destination, photos) for lot in page]
    return render(
        request,
        "web/market.html",
        {
            "page": page,
            "cards": cards,
            "text": text,
            "good": good,
            "destination": destination,
            "destinations": known,
            "goods": trade.goods_on_sale()[:12],
        },
    )


def lot(request: HttpRequest, code: str) -> HttpResponse:
    destination, known = destinations.chosen(request)
    found = trade.lot_with_offers(code)
    if found is None:
        raise Http404
    sent = {(load.destination, load.trade_mode) for load in freight.carried_lots([code])}
    viewer = accounts.viewer(request.user)
    sees_files, kinds = lot_files(code, viewer)
    return render(
        request,
        "web/lot.html",
        {
            **(page := lot_page(found, destination, sent, _shown(request, found))),
            **line_of_lot(found, page, destination, viewer),
            **pre_orders.lot_section(found),
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
