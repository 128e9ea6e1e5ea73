"""Suspending, and what follows: the list, the preview, the statement of reasons, the appeal, the end; and a buyer who will not wait."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from samphao.accounts import queries as accounts
from samphao.core import files
from samphao.core.errors import HubError, NotAllowed, NotFound
from samphao.web import files as file_shape
from samphao.web import suspending as shape
from samphao.web.suspension_forms import ReasonForm, SuspendForm
from samphao.workflows import suspending

SHOWN = 100
FOUND = 30


@login_required
def suspensions(request: HttpRequest) -> HttpResponse:
    """Who is suspended: all of them for those who may suspend, one's own for everybody else."""
    who = accounts.viewer(request.user)
    may_suspend = accounts.may_suspend(who)
    now = accounts.suspensions(in_force=True) if may_suspend else accounts.suspensions_for(who)
    over = list(accounts.suspensions(in_force=False)[:SHOWN]) if may_suspend else []
    context = {
        "may_suspend": may_suspend,
        "columns": shape.columns(),
        "rows": shape.rows(now[:SHOWN]),
        "over": shape.rows(over),
        "is_hub": who.is_hub,
    }
    return render(request, "web/suspensions/list.html", context)


@login_required
def suspend(request: HttpRequest) -> HttpResponse:
    """Choose who, say why, see what it touches, confirm."""
    who = accounts.viewer(request.user)
    if not accounts.may_suspend(who):
        raise PermissionDenied
    given = request.POST if request.method == "POST" else request.GET
    kind, code, query = given.get("kind", ""), given.get("code", ""), request.GET.get("q", "").strip()
    subject = accounts.subject(kind, code) if code else None
    if subject is None:
        found = (
            [{"row": row, "kind": shape.kind_name(row.kind)} for row in accounts.subjects(query, FOUND)]
            if query
            else []
        )
        return render(request, "web/suspensions/choose.html", {"query": query, "found": found})
    form = SuspendForm(request.POST if request.method == "POST" else None)
    context = {"subject": subject, "kind": shape.kind_name(kind), "form": form}
    if request.method == "POST" and form.is_valid():
        spec, by = form.spec(kind, code), request.user.get_username()
        try:
            if "confirm" in request.POST:
                made, _touched = suspending.suspend(spec, by=by, viewer=who)
                messages.success(
                    request, _("Suspended: %(code)s. Its lots are closed and the buyers are told.") % {"code": made}
                )
                return redirect("suspension", code=made)
            touched = suspending.preview(spec, by=by, viewer=who)
            context["figures"] = shape.touched_figures({name: getattr(touched, name) for name in touched.__slots__})
        except HubError as error:
            form.add_error(None, _(error.title))
    return render(request, "web/suspensions/new.html", context, status=422 if form.errors else 200)


@login_required
def suspension(request: HttpRequest, code: str) -> HttpResponse:
    """A suspension: its reasons, what it touched, its appeal; whoever was suspended appeals here, whoever may lifts or dismisses."""
    who = accounts.viewer(request.user)
    found = accounts.suspension_for(code, who)
    if found is None:
        raise Http404
    if request.method == "POST":
        return _act(request, code, who)
    by = request.user.get_username()
    may_end = accounts.may_suspend(who) and not found.lifted_at
    kinds = ["paper", "photo", "lab_report"] if not found.lifted_at else []
    context = {
        **shape.page(found),
        "appeal_form": ReasonForm(label=_("Why the suspension is wrong")) if accounts.may_appeal(found, by) else None,
        "lift_form": ReasonForm(label=_("Why it is lifted"), prefix="lift") if may_end else None,
        "dismiss_form": ReasonForm(label=_("Why the appeal is dismissed"), prefix="dismiss")
        if may_end and found.appealed_at and not found.decided_at and found.made_by != by else None,
        "files": file_shape.items(files.files_of([code]), by, kept={(code, kind) for kind in kinds}),
        "upload": file_shape.upload(kinds, reverse("suspension", args=[code]), subject=code) if kinds else {},
    }  # fmt: skip
    return render(request, "web/suspensions/one.html", context)


def _act(request: HttpRequest, code: str, who: accounts.Viewer) -> HttpResponse:
    by, what = request.user.get_username(), request.POST.get("what", "")
    prefix = f"{what}-" if what != "appeal" else ""
    why = request.POST.get(f"{prefix}text", "")[:4000]
    work: dict[str, tuple[Callable[[], object], str]] = {
        "appeal": (lambda: suspending.appeal(code, why, by=by), _("Your appeal has arrived.")),
        "lift": (lambda: suspending.lift(code, why, by=by, viewer=who), _("Lifted. Its lots are judged again, and who waited is told.")),
        "dismiss": (lambda: suspending.dismiss(code, why, by=by, viewer=who), _("The appeal is dismissed with your reason.")),
    }  # fmt: skip
    if what not in work:
        raise Http404
    act, done = work[what]
    try:
        act()
    except NotAllowed:
        raise PermissionDenied from None
    except HubError as error:
        messages.error(request, _(error.title))
    else:
        messages.success(request, done)
    return redirect("suspension", code=code)


@login_required
@require_POST
def take_back(request: HttpRequest, code: str) -> HttpResponse:
    """Let a buyer take his money back rather than wait behind a suspension."""
    try:
        suspending.take_money_back(code, by=request.user.get_username(), viewer=accounts.viewer(request.user))
    except NotFound:
        raise Http404 from None
    except HubError as error:
        messages.error(request, _(error.title))
    else:
        messages.success(request, _("The order is cancelled, and your money is on its way back."))
    return redirect("order", code=code)
