from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from samphao.accounts import queries, services
from samphao.web import notices as shape
from samphao.web.numbers import whole_number

PAGE = 25


@login_required
def notices(request: HttpRequest) -> HttpResponse:
    """What the hub told the organisations of whoever looks, newest first."""
    who, name = queries.viewer(request.user), request.user.get_username()
    only_unread = request.GET.get("show") == "unread"
    rows = queries.notices_for(who.organisations + who.in_review, name, unread=only_unread)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    unread = queries.unread_count(request.user)
    context = {
        "page": page, "items": [shape.item(row) for row in page], "tabs": shape.tabs(unread, only_unread=only_unread), "unread": unread,
    }  # fmt: skip
    return render(request, "web/notices.html", context)


@login_required
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark one notice read, or all of them."""
    one = request.POST.get("notice", "")
    number = whole_number(one)
    if one and number is None:
        raise Http404
    services.mark_read(request.user.get_username(), None if number is None else [number])
    return redirect("notices")
