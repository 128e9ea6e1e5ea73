from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from samphao.accounts.queries import Viewer, viewer
from samphao.core import files
from samphao.core.errors import Conflict
from samphao.customs import queries as customs
from samphao.customs import services
from samphao.customs.types import Decision, DecisionSpec
from samphao.web import files as file_shape
from samphao.web import officer as shape
from samphao.web.reasons import names_by_code
from samphao.web.tower import cities
from samphao.workflows.record_access import evidence_of_declaration, may_add_to_declaration

PAGE = 25
QUEUE = 40


@login_required
def desk(request: HttpRequest) -> HttpResponse:
    """The desk of an officer's own customs office; the hub's own people look on at all of them."""
    who = viewer(request.user)
    if not customs.may_open_desk(who):
        raise PermissionDenied
    text, state, rule = (request.GET.get(name, "").strip()[:80] for name in ("q", "state", "rule"))
    state = state if state in shape.STATES else ""
    rows = customs.declarations(who, kind="export", state=state, text=text, rule=rule)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    counts, names, towns = customs.counts(who), names_by_code(), cities()
    return render(
        request,
        "web/officer.html",
        {
            "office": shape.office_names([] if who.is_hub else customs.offices_of(who)),
            "figures": shape.desk_figures(counts),
            "queue": shape.queue_items(customs.queue(who)[:QUEUE], names),
            "count_columns": shape.count_columns(),
            "counts": shape.count_rows(counts),
            "rule_columns": shape.rule_columns(),
            "rules": shape.rule_rows(customs.rule_counts(who)),
            "tabs": shape.tabs(state, counts, text),
            "columns": shape.declaration_columns(),
            "rows": [shape.declaration_row(row, towns) for row in page],
            "page": page,
            "text": text,
        },
    )


@login_required
def declaration(request: HttpRequest, code: str) -> HttpResponse:
    return _page(request, code, viewer(request.user), shape.DecisionForm())


@login_required
@require_POST
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """Take an officer's decision with its written reason; anybody else is refused, here before his form is read, and by the service."""
    who = viewer(request.user)
    found = customs.declaration_for(code, who)
    if found is None or not customs.is_officer_of(found, who):
        raise PermissionDenied
    form = shape.DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, code, who, form)
    spec = DecisionSpec(code, Decision(form.cleaned_data["decision"]), form.cleaned_data["reason"])
    try:
        services.decide(spec, by=request.user.get_username(), viewer=who)
    except Conflict:
        messages.error(request, _("It has been decided already: look at who did, and why."))
    else:
        messages.success(request, _("Your decision and its reason are kept."))
    return redirect("declaration", code=code)


def _page(request: HttpRequest, code: str, who: Viewer, form: shape.DecisionForm) -> HttpResponse:
    found = customs.declaration_for(code, who)
    if found is None:
        raise PermissionDenied  # the same for no such declaration: an outsider learns nothing from it
    page = shape.declaration_page(found, cities(), names_by_code(), may_decide=customs.is_officer_of(found, who))
    sees_desk = customs.may_open_desk(who)
    status = 422 if form.errors else 200
    here = reverse("declaration", args=[code])
    kinds = ["paper", "photo"] if may_add_to_declaration(found, "paper", who) else []
    context = {
        **page, "form": form, "sees_desk": sees_desk, "upload": file_shape.upload(kinds, here, subject=code),
        "files": file_shape.items(files.files_of([code]), request.user.get_username(), kept=evidence_of_declaration(found)),
    }  # fmt: skip
    return render(request, "web/declaration.html", context, status=status)
