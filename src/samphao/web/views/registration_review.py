"""Registrations for the hub's people: the queue, a case, and what they decide."""

from __future__ import annotations

from collections.abc import Callable

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
from samphao.core import files
from samphao.core.errors import HubError, NotAllowed, NotFound
from samphao.web import files as file_shape
from samphao.web import registration as words
from samphao.web import registration_review as shape
from samphao.web.numbers import whole_number
from samphao.web.templatetags.samphao import in_language_plain

PAGE = 25


def _reviewer(request: HttpRequest) -> Viewer:
    who = queries.viewer(request.user)
    if not who.is_hub:
        raise PermissionDenied
    return who


@login_required
def queue(request: HttpRequest) -> HttpResponse:
    who = _reviewer(request)
    state = request.GET.get("state", "waiting")
    state = state if state in shape.STATES else "waiting"
    page = Paginator(queries.registrations_waiting(who, state), PAGE).get_page(request.GET.get("page"))
    context = {
        "tabs": shape.tabs(state, queries.registration_counts(who)), "page": page, "columns": shape.columns(), "rows": shape.rows(page),
    }  # fmt: skip
    return render(request, "web/registration/queue.html", context)


@login_required
def case(request: HttpRequest, code: str) -> HttpResponse:
    """A registration with its answers, papers and numbers, and what the checks say of them."""
    who = _reviewer(request)
    row = queries.registration_for(code, who)
    if row is None or row.state == "draft":
        raise Http404
    identity, told = queries.identity_of(row), queries.told_numbers(row)
    steps = [one.step for one in queries.questions_of(row)]
    plain = [step for step in steps if step not in ("identity", "numbers") and not step.startswith(words.NUMBER)]
    numbers = shape.numbers(told, identity)
    context = {
        "row": row, "name": in_language_plain(row.organisation), "tag": words.state_tag(row.state), "answers": words.answers(row, plain, told, identity),
        "numbers": numbers, "has_waiting": any(one["may_confirm"] for one in numbers), "needs_number": identity and not told,
        "files": file_shape.items(files.files_of([row.code]), ""), "history": words.history(queries.entries_of(row)),
        "may_ask": row.state == "waiting", "may_refuse": row.state in ("waiting", "asked"),
        "is_own": row.organisation_id in who.organisations + who.in_review,
    }  # fmt: skip
    return render(request, "web/registration/case.html", context)


@login_required
@require_POST
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """Take a decision; which one the button says."""
    _reviewer(request)
    by, text = request.user.get_username(), request.POST.get("text", "")
    numbers = [number for one in request.POST.getlist("number") if (number := whole_number(one)) is not None]
    acts: dict[str, tuple[Callable[[], None], str]] = {
        "approve": (lambda: services.approve_application(code, numbers, by=by), _("Approved: the applicant is told.")),
        "confirm": (lambda: services.confirm_numbers(code, numbers, by=by), _("The numbers are confirmed.")),
        "ask": (lambda: services.ask_applicant(code, text, by=by), _("The applicant is asked.")),
        "refuse": (lambda: services.refuse_application(code, text, by=by), _("Refused: the applicant is told why.")),
    }
    act = acts.get(request.POST.get("decision", ""))
    if act is None:
        messages.error(request, _("Choose what you decide."))
        return redirect("registration", code=code)
    try:
        act[0]()
    except NotAllowed:
        raise PermissionDenied from None
    except NotFound:
        raise Http404 from None
    except HubError as error:
        messages.error(request, _(error.title))
    else:
        messages.success(request, act[1])
    return redirect("registration", code=code)
