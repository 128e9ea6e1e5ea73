"""Delegations: a producer lets an exporter sell for it, with limits; either side asks, the other agrees, either ends it."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from samphao.accounts import queries, services
from samphao.accounts.queries import Viewer
from samphao.accounts.types import DelegationTerms
from samphao.core import clock
from samphao.core.errors import HubError, NotAllowed, NotFound
from samphao.web import delegations as shape

SIDES = frozenset({"producer", "exporter"})
PAGE, SEASON_DAYS = 25, 180


def _side(request: HttpRequest) -> Viewer:
    who = queries.viewer(request.user)
    if not who.kinds & SIDES:
        raise PermissionDenied
    return who


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    who = _side(request)
    page = Paginator(queries.delegations_for(who), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "columns": shape.columns(), "rows": shape.rows(page, who.organisations, clock.today())}
    return render(request, "web/delegation/mine.html", context)


@login_required
def ask(request: HttpRequest) -> HttpResponse:
    """Ask the other side to agree: by an owner of a producer or of an exporter."""
    who, by = _side(request), request.user.get_username()
    own = queries.side_owned_by(by)
    if own is None:
        raise PermissionDenied
    today = clock.today()
    proposed = {
        "valid_from": today,
        "valid_to": today + timedelta(days=SEASON_DAYS),
        "other": request.GET.get("with", ""),
    }
    others = queries.exporters() if own.kind == "producer" else None
    form = shape.DelegationForm(request.POST if request.method == "POST" else None, initial=proposed, others=others)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        amount = given["month_amount_max"]
        terms = DelegationTerms(
            tuple(given["goods"]), given["month_kg_max"], amount * 100 if amount else None, given["valid_from"], given["valid_to"]
        )  # fmt: skip
        try:
            code = services.ask_delegation(own.code, given["other"].strip(), terms, by=by)
        except NotAllowed:
            raise PermissionDenied from None
        except HubError as error:
            field = error.details.get("field")
            form.add_error(field if field in form.fields else None, _(error.title))
        else:
            messages.success(request, _("Asked. The other side is told and has to agree."))
            return redirect("delegation", code=code)
    context = {
        "form": form,
        "own": own,
        "is_producer": own.kind == "producer",
        "has_several": len(who.organisations) > 1,
    }
    return render(request, "web/delegation/ask.html", context, status=422 if form.errors else 200)


@login_required
def one(request: HttpRequest, code: str) -> HttpResponse:
    who = queries.viewer(request.user)
    row = queries.delegation_for(code, who)
    if row is None:
        raise Http404
    owned = queries.sides_owned(row, request.user.get_username())
    context = {
        "row": row, "tag": shape.state_tag(row, clock.today()), "facts": shape.facts(row), "may_accept": row.state == "asked" and owned - {row.asked_by_side},
        "may_end": row.state in ("asked", "accepted") and owned, "is_asker": owned == {row.asked_by_side},
        "may_list": row.exporter_id in who.organisations and shape.holds(row, clock.today()),
    }  # fmt: skip
    return render(request, "web/delegation/one.html", context)


@login_required
@require_POST
def decide(request: HttpRequest, code: str) -> HttpResponse:
    by = request.user.get_username()
    acts = {
        "accept": (services.accept_delegation, _("Agreed. It holds from its first day.")),
        "end": (services.end_delegation, _("Ended. It no longer holds.")),
    }
    act, said = acts.get(request.POST.get("decision", ""), (None, ""))
    if act is None:
        raise Http404
    try:
        act(code, by=by)
    except NotAllowed:
        raise PermissionDenied from None
    except NotFound:
        raise Http404 from None
    except HubError as error:
        messages.error(request, _(error.title))
    else:
        messages.success(request, said)
    return redirect("delegation", code=code)
