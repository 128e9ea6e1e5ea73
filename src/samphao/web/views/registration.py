"""Registering an organisation: a log-in, one question a page, check your answers, a reference; every answer is kept as it is given."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from samphao.accounts import queries, services
from samphao.accounts.types import NewApplicant
from samphao.core import files
from samphao.core.errors import HubError
from samphao.web import files as file_shape
from samphao.web import registration as shape
from samphao.web import registration_forms as questions
from samphao.web.addresses import network_behind
from samphao.web.templatetags.samphao import in_language_plain

FIRST = "kind"


@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """Where a registration begins, is gone on with, and shows what became of it."""
    if not request.user.is_authenticated:
        return render(request, "web/registration/start.html", {"has_log_in": False})
    by = request.user.get_username()
    if request.method == "POST":
        services.begin_another(by=by, network=network_behind(request))
        return redirect("register_step", step=FIRST)
    row = queries.registration_of(by)
    if row is None:
        return render(request, "web/registration/start.html", {"has_log_in": True})
    context: dict[str, Any] = {
        "row": row, "tag": shape.state_tag(row.state), "history": shape.history(queries.entries_of(row)), "name": in_language_plain(row),
    }  # fmt: skip
    if not row.is_open_to_change:
        return render(request, "web/registration/sent.html", context)
    asked = queries.questions_of(row)
    context |= {
        "tasks": shape.tasks(asked, queries.identity_of(row)), "done": sum(one.is_answered for one in asked), "total": len(asked),
        "next": next((one.step for one in asked if not one.is_answered), ""),
    }  # fmt: skip
    return render(request, "web/registration/tasks.html", context)


@never_cache
def log_in(request: HttpRequest) -> HttpResponse:
    """The first page for somebody who has no log-in: a name and a password of his own."""
    if request.user.is_authenticated:
        return redirect("register")
    form = questions.ApplicantForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        person = NewApplicant(
            given["username"], given["password"], given["email"], given["phone"], get_language() or "th"
        )
        try:
            services.begin_registration(person, network=network_behind(request))
        except HubError as error:
            form.add_error(error.details.get("field"), _(error.title))
        else:
            login(request, queries.log_in_of(person.username))
            return redirect("register_step", step=FIRST)
    return render(request, "web/registration/log_in.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@login_required
def step(request: HttpRequest, step: str) -> HttpResponse:
    by = request.user.get_username()
    row = queries.registration_of(by)
    if row is None or not row.is_open_to_change:
        return redirect("register")
    asked = {one.step: one for one in queries.questions_of(row)}
    if step not in asked:
        raise Http404
    if not asked[step].can_start:
        return redirect("register")
    form_class = questions.form_class(step, row)
    form = form_class(request.POST if request.method == "POST" else None, initial=questions.given_before(step, row))
    if request.method == "POST" and form.is_valid():
        try:
            services.save_answer(step, form.cleaned_data, by=by)
        except HubError as error:
            field = error.details.get("field")
            form.add_error(field if field in form.fields else None, _(error.title))
        else:
            return _next(by, step)
    return _question(request, row, step, list(asked), form)


def _next(by: str, step: str) -> HttpResponse:
    """Lead to the next question without an answer; whoever changes one of a complete registration goes on to the check."""
    row = queries.registration_of(by)
    assert row is not None  # noqa: S101 it has just been answered
    asked = queries.questions_of(row)
    at = next((index for index, one in enumerate(asked) if one.step == step), 0)
    later = [one for one in (*asked[at + 1 :], *asked[:at]) if not one.is_answered and one.can_start]
    return redirect("register_step", step=later[0].step) if later else redirect("register_check")


def _question(request: HttpRequest, row: Any, step: str, steps: list[str], form: Any) -> HttpResponse:
    at = steps.index(step)
    context = {
        "form": form, "title": shape.title_of(step, queries.identity_of(row)), "why": shape.why_of(step), "number": at + 1, "count": len(steps),
        "back": steps[at - 1] if at else "", "is_documents": step == "documents",
    }  # fmt: skip
    if step == "documents":
        context |= _files(request, row)
    return render(request, "web/registration/question.html", context, status=422 if form.errors else 200)


def _files(request: HttpRequest, row: Any) -> dict[str, Any]:
    by = request.user.get_username()
    kept = {(row.code, kind) for kind in ("paper", "photo")} if row.sent_at else set()
    return {
        "files": file_shape.items(files.files_of([row.code]), by, kept=kept),
        "upload": file_shape.upload(["paper", "photo"], request.path, subject=row.code)
        if row.is_open_to_change
        else {},
    }


@never_cache
@login_required
def check(request: HttpRequest) -> HttpResponse:
    """Everything that was answered, before it is sent."""
    by = request.user.get_username()
    row = queries.registration_of(by)
    if row is None or not row.is_open_to_change:
        return redirect("register")
    asked = queries.questions_of(row)
    if not all(one.is_answered for one in asked):
        return redirect("register")
    errors = []
    if request.method == "POST":
        try:
            services.send_registration(by=by, text=request.POST.get("text", ""))
        except HubError as error:
            errors = [{"message": _(error.title)}]
        else:
            return redirect("register")
    identity = queries.identity_of(row)
    rows = shape.answers(row, [one.step for one in asked], queries.told_numbers(row), identity)
    context = {
        "row": row,
        "rows": shape.with_ways_back(rows),
        "errors": errors,
        "files": len(files.files_of([row.code])),
    }
    return render(request, "web/registration/check.html", context, status=409 if errors else 200)
