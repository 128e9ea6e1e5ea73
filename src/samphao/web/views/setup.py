"""The setup of an empty hub: five questions, one a page; nothing is written before the last button."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from samphao.accounts import queries, services
from samphao.core.errors import HubError
from samphao.web import setup_forms as questions
from samphao.web.addresses import network_behind
from samphao.web.middleware import hub_of

CLAIM, ANSWERS, FINISHED = "setup_claim", "setup_answers", "setup_finished"


def _require_not_set_up(request: HttpRequest) -> None:
    if hub_of(request) is not None:
        raise Http404


def _has_claim(request: HttpRequest) -> bool:
    return services.may_set_up(request.session.get(CLAIM, ""))


@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """The one-time address. Looking at it takes nothing; the button takes the token for this browser."""
    _require_not_set_up(request)
    if request.method == "POST":
        claim = services.begin_set_up(request.POST.get("token", ""), network=network_behind(request))
        if claim:
            request.session.cycle_key()
            request.session[CLAIM], request.session[ANSWERS] = claim, {}
            return redirect("setup_step", step=next(iter(questions.STEPS)))
        return render(request, "web/setup/start.html", {"is_refused": True}, status=403)
    context = {"token": request.GET.get("token", ""), "may_go_on": _has_claim(request)}
    return render(request, "web/setup/start.html", context)


@never_cache
def step(request: HttpRequest, step: str) -> HttpResponse:
    _require_not_set_up(request)
    if not _has_claim(request):
        return redirect("setup")
    if step == "check":
        return _check(request)
    if step not in questions.STEPS:
        raise Http404
    given: dict[str, Any] = request.session.get(ANSWERS, {})
    form = questions.STEPS[step](request.POST if request.method == "POST" else None, initial=given)
    if request.method == "POST" and form.is_valid():
        request.session[ANSWERS] = given | form.answers()
        return redirect("setup_step", step=_next(request.session[ANSWERS], step))
    names = list(questions.STEPS)
    number = names.index(step) + 1
    title, why = questions.titles()[step]
    context = {
        "form": form, "title": title, "why": why, "number": number, "count": len(names),
        "back": names[number - 2] if number > 1 else "",
    }  # fmt: skip
    return render(request, "web/setup/question.html", context, status=422 if form.errors else 200)


def _answered(given: dict[str, Any], step: str) -> bool:
    return {"administrator": "username"}.get(step, step) in given


def _next(given: dict[str, Any], step: str) -> str:
    """Return the next question without an answer; whoever came back to change one goes on to the check."""
    names = list(questions.STEPS)
    later = names[names.index(step) + 1 :]
    return next((name for name in [*later, *names] if not _answered(given, name)), "check")


def _check(request: HttpRequest) -> HttpResponse:
    given: dict[str, Any] = request.session.get(ANSWERS, {})
    if missing := [name for name in questions.STEPS if not _answered(given, name)]:
        return redirect("setup_step", step=missing[0])
    if request.method != "POST":
        return render(request, "web/setup/check.html", {"rows": questions.told(given)})
    try:
        username = services.finish_set_up(questions.to_answers(given), claim=request.session[CLAIM])
    except HubError as error:
        errors = [{"message": _(error.title)}]
        return render(request, "web/setup/check.html", {"rows": questions.told(given), "errors": errors}, status=409)
    login(request, queries.log_in_of(username))
    request.session[FINISHED] = True
    for key in (CLAIM, ANSWERS):
        request.session.pop(key, None)
    return redirect("setup_done")


@never_cache
def done(request: HttpRequest) -> HttpResponse:
    """The confirmation, for the browser that finished the setup; it is gone with the session."""
    if not request.session.get(FINISHED):
        raise Http404
    return render(request, "web/setup/done.html", {"hub": hub_of(request)})
