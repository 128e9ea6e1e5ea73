"""A seller looks after what he has listed: listings with their versions, lots that are changed, confirmed, withdrawn, copied; files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from samphao.accounts import queries as accounts
from samphao.core import clock, files
from samphao.core.errors import BadRows, HubError, NotAllowed, NotFound
from samphao.reference import queries as reference
from samphao.reference.types import GoodSpec
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.services import LotRefused
from samphao.web import files as file_shape
from samphao.web import listing_pages as shape
from samphao.web import product_notes as note_shape
from samphao.web.change_forms import ChangeForm, ListingWordsForm
from samphao.web.listing_forms import Asked
from samphao.web.numbers import whole_number
from samphao.web.templatetags.samphao import in_language_plain
from samphao.web.views.listing import producer_of, tabs_of
from samphao.workflows.listing import Proceeds, proceeds
from samphao.workflows.record_access import public_photo

VERSIONS_SHOWN = 50


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"viewer": accounts.viewer(request.user), "by": request.user.get_username()}


def _own_lot(request: HttpRequest, code: str) -> Any:
    lot = trade.own_lot_for(code, accounts.viewer(request.user))
    if lot is None:
        raise Http404
    return lot


def _own_listing(request: HttpRequest, code: str) -> Any:
    listing = trade.listing_for(code, accounts.viewer(request.user))
    if listing is None:
        raise Http404
    return listing


def _do(request: HttpRequest, work: Callable[[], object], done: str) -> None:
    """Run a use case and tell what became of it; whose lot it is not finds nothing."""
    try:
        work()
    except (NotAllowed, NotFound):
        raise Http404 from None
    except LotRefused as refused:
        for one in refused.faults:
            messages.error(request, f"{shape.field_name(one.field)}: {_(one.text) % one.values}")
    except HubError as error:
        messages.error(request, _(error.title))
    else:
        messages.success(request, done)


@login_required
def listing(request: HttpRequest, code: str) -> HttpResponse:
    """A listing with its lots, its photos and its versions."""
    found = _own_listing(request, code)
    lots, by = found.lots_by_harvest, request.user.get_username()
    versions = trade.versions_of([code, *(lot.code for lot in lots)])[:VERSIONS_SHOWN]
    columns = [
        {"label": _("lot"), "whole": True},
        {"label": _("harvest"), "wide": True},
        {"label": _("price"), "numeric": True},
        {"label": _("sold of"), "numeric": True},
        {"label": _("state")},
    ]
    version_columns = [
        {"label": _("when"), "whole": True},
        {"label": _("who")},
        {"label": _("lot"), "whole": True},
        {"label": _("what")},
        {"label": _("changed"), "wide": True},
    ]
    context = {
        "listing": found, "title": in_language_plain(found, "title"), "columns": columns, "rows": shape.lot_table(lots, clock.now()),
        "version_columns": version_columns, "versions": shape.version_rows(versions),
        "photos": shape.photos(files.files_of([code], ["photo"]), by), "upload": file_shape.upload(["photo"], request.path, subject=code),
        "last": lots[0] if lots else None, **_notes_of(code),
    }  # fmt: skip
    return render(request, "web/listing/listing.html", context)


def _notes_of(code: str) -> dict[str, Any]:
    columns = [{"label": _("lot"), "whole": True}, {"label": _("what was wrong"), "wide": True}, {"label": _("by when")}, {"label": _("done by lot"), "whole": True}]  # fmt: skip
    return {"notes": note_shape.listing_notes(trade.notes_of_listing(code), clock.today()), "note_columns": columns}


@login_required
@require_POST
def next_lot(request: HttpRequest, code: str) -> HttpResponse:
    """Copy the last lot of a listing into a draft and ask its days."""
    try:
        draft = services.start_next_lot(code, **_who(request), mends=whole_number(request.POST.get("mends", "")))
    except (NotAllowed, NotFound):
        raise Http404 from None
    except HubError as error:
        messages.error(request, _(error.title))
        return redirect("listing", code=code)
    return redirect("listing_question", code=draft, step="when")


@login_required
def own_lot(request: HttpRequest, code: str) -> HttpResponse:
    """A lot as its seller sees it: what is open and what is missing, when he is paid, and what he may do."""
    lot = _own_lot(request, code)
    shown = trade.lot_with_offers(code)
    goods = reference.goods()
    destinations = reference.destinations()
    columns = [
        {"label": _("city"), "whole": True},
        {"label": _("gate to list")},
        {"label": _("price to the door"), "wide": True},
        {"label": _("missing"), "wide": True},
    ]
    now = clock.now()
    context = {
        "lot": lot, "title": in_language_plain(lot.listing, "title"), "rows": shape.lot_rows(lot, goods.get(lot.listing.good), reference.storage_of(lot.listing.good)),
        "tag": shape.lot_tag(lot, now), "columns": columns, "places": shape.place_rows(shown, destinations), "is_judged": lot.is_judged,
        "schedule": shape.schedule_rows(trade.schedule_of(lot), _proceeds_of(lot, goods)), "is_new": request.GET.get("listed") == "1",
        "is_over": lot.withdrawn_at is not None or lot.closes_at <= now, "ordered": lot.held + lot.sold,
    }  # fmt: skip
    return render(request, "web/listing/lot.html", context)


def _proceeds_of(lot: Any, goods: Mapping[str, GoodSpec]) -> Proceeds | None:
    good = goods.get(lot.listing.good)
    if good is None:
        return None
    return proceeds(good, lot.price_minor, lot.quantity, has_house=lot.packing_house_id is not None)


@login_required
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Change what is asked for a lot: price, steps, smallest order, days, who packs and exports."""
    lot = _own_lot(request, code)
    own = trade.as_own(lot)
    form = ChangeForm(request.POST if request.method == "POST" else None, own=own, asked=_asked_of(lot))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_lot(code, replace(own, **form.changes()), **_who(request))
        except LotRefused as refused:
            shape.form_errors(form, refused.faults)
        except HubError as error:
            form.add_error(None, _(error.title))
        else:
            messages.success(request, _("Changed. Prices to the door are worked out anew."))
            return redirect("own_lot", code=code)
    context = {
        "lot": lot,
        "form": form,
        "back": reverse("own_lot", args=[code]),
        "back_text": code,
        "title": _("Change the lot"),
        "why": _("Whoever has ordered keeps the price that he ordered at."),
    }
    return render(request, "web/listing/form.html", context, status=422 if form.errors else 200)


@login_required
def words(request: HttpRequest, code: str) -> HttpResponse:
    """Change what a listing says: kind, title, own words, capacity."""
    found = _own_listing(request, code)
    if not found.lots_by_harvest:
        raise Http404
    lot = _own_lot(request, found.lots_by_harvest[0].code)
    own = trade.as_own(lot)
    form = ListingWordsForm(request.POST if request.method == "POST" else None, own=own, asked=_asked_of(lot))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_lot(lot.code, replace(own, **form.changes()), **_who(request))
        except LotRefused as refused:
            shape.form_errors(form, refused.faults)
        except HubError as error:
            form.add_error(None, _(error.title))
        else:
            messages.success(request, _("Changed. The version before is kept."))
            return redirect("listing", code=code)
    context = {
        "form": form,
        "back": reverse("listing", args=[code]),
        "back_text": in_language_plain(found, "title"),
        "title": _("Change the words"),
        "why": _("What buyers have ordered by stays: kind and grade cannot change after that."),
    }
    return render(request, "web/listing/form.html", context, status=422 if form.errors else 200)


def _asked_of(lot: Any) -> Asked:
    listing = lot.listing
    good = reference.goods()[listing.good]
    return Asked(
        good, reference.storage_of(good.code), accounts.own_orchards(listing.producer_id), accounts.parties_of_kind("packing_house"),
        accounts.parties_of_kind("exporter"), listing.producer, "", clock.today(), {},
    )  # fmt: skip


@login_required
@require_POST
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    lot = _own_lot(request, code)
    text = request.POST.get("quantity", "").strip()
    if not text.isdecimal() or int(text) > 10**9:
        messages.error(request, _("Write a whole number such as 1200."))
    else:
        _do(
            request,
            lambda: services.confirm_quantity(code, int(text), **_who(request)),
            _("Confirmed: the amount is counted now."),
        )
    return redirect("own_lot", code=lot.code)


@login_required
@require_POST
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    _own_lot(request, code)
    reason = request.POST.get("reason", "").strip()
    _do(
        request,
        lambda: services.withdraw_lot(code, reason=reason, **_who(request)),
        _("Withdrawn from sale. What is ordered is still to be delivered."),
    )
    return redirect("own_lot", code=code)


@login_required
def file_in(request: HttpRequest) -> HttpResponse:
    """Take a file of lots and look it through; what is wrong is told by row and column, and nothing is written."""
    producer, own = producer_of(request, is_own=True)
    errors: list[dict[str, str]] = []
    faults: list[list[Any]] = []
    if request.method == "POST":
        uploaded = request.FILES.get("file")
        if uploaded is None:
            errors = [{"message": _("Choose a file first."), "field_id": "lots-file"}]
        else:
            try:
                code = services.keep_import(uploaded.read(), uploaded.name or "lots.csv", producer.id, **_who(request))
                return redirect("listing_import", code=code)
            except BadRows as refused:
                errors = [
                    {
                        "message": _("Nothing was taken from the file: correct these rows and send it again."),
                        "field_id": "faults",
                    }
                ]
                faults = shape.fault_rows(refused.faults[:200])
            except HubError as error:
                errors = [{"message": _(error.title), "field_id": "lots-file"}]
    context = {
        "producer": producer, "tabs": tabs_of(producer, own), "errors": errors, "faults": faults, "columns": shape.fault_columns(),
        "names": trade.COLUMNS,
    }  # fmt: skip
    return render(request, "web/listing/file.html", context, status=422 if errors else 200)


@login_required
def imported(request: HttpRequest, code: str) -> HttpResponse:
    """A file that was looked through: what it would do, the button that writes it, and how far it is."""
    found = trade.import_for(code, accounts.viewer(request.user))
    if found is None or found.state == "dropped":
        raise Http404
    if request.method == "POST":
        viewer = accounts.viewer(request.user)
        if request.POST.get("do") == "drop":
            services.drop_import(code, viewer=viewer)
            messages.success(request, _("Nothing was written."))
            return redirect("listings")
        services.start_import(code, viewer=viewer)
        return redirect("listing_import", code=code)
    return render(
        request,
        "web/listing/import.html",
        {"found": found, "columns": shape.fault_columns(), **shape.import_page(found)},
    )


@login_required
@require_GET
def file_out(request: HttpRequest) -> HttpResponse:
    """A producer's lots as a file that can be read in again."""
    producer, _own = producer_of(request, is_own=True)
    answer = HttpResponse("\ufeff" + trade.written_out(producer.id), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="lots-{producer.code}.csv"'
    return answer


@require_GET
def photo(request: HttpRequest, code: str) -> HttpResponse:
    """A photo of a listing, for everybody; `size=small` is its thumbnail."""
    file = public_photo(code)
    if file is None:
        raise Http404
    small = files.thumbnail_of(file) if request.GET.get("size") == "small" else None
    content, kind = (small, "image/webp") if small else (files.content_of(file), file.content_type)
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "public, max-age=86400",
    }
    return HttpResponse(content, content_type=kind, headers=headers)
