"""An organisation's people: who belongs to it, inviting, changing a role, leaving, and accepting an invitation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from samphao.accounts import queries, services
from samphao.accounts.queries import OwnOrganisation
from samphao.accounts.types import NewPerson
from samphao.core import clock
from samphao.core.errors import HubError, NotAllowed, NotFound
from samphao.web import people as shape
from samphao.web.addresses import absolute
from samphao.web.forms import FirstOwnerForm, InviteForm, JoinForm, RoleForm


def _chosen(request: HttpRequest) -> tuple[OwnOrganisation, list[OwnOrganisation]]:
    """Return the organisation that the address asks for, of those that the person belongs to."""
    own = queries.organisations_of(request.user.get_username())
    asked = request.POST.get("of") or request.GET.get("of") or (own[0].code if own else "")
    found = next((one for one in own if one.code == asked), None)
    if found is None:
        raise PermissionDenied
    return found, own


def _back(organisation: str) -> str:
    return f"{reverse('organisation')}?{urlencode({'of': organisation})}"


def _invitations(request: HttpRequest) -> str:
    """Return the address of the page of invitations, with the place of its token in it."""
    return absolute(request, "invitation", "TOKEN").replace("TOKEN", "{token}")


def _do(request: HttpRequest, work: Callable[[], object], done: str) -> bool:
    """Run a use case; tell a refusal in its own words. Who may not do it, or asks for what is not there, gets the status."""
    try:
        work()
    except NotAllowed:
        raise PermissionDenied from None
    except NotFound:
        raise Http404 from None
    except HubError as error:
        messages.error(request, _(error.title))
        return False
    messages.success(request, done)
    return True


@login_required
def organisation(request: HttpRequest) -> HttpResponse:
    if not queries.organisations_of(request.user.get_username()):
        return render(request, "web/people/none.html")
    own, all_own = _chosen(request)
    people = list(queries.people_of(own.code))
    waiting = queries.invitations_waiting(own.code) if own.is_owner else []
    context = {
        "organisation": own,
        "tabs": shape.tabs(own, all_own) if len(all_own) > 1 else [],
        "people": shape.people_rows(people, own, request.user.get_username()),
        "invites_first_owners": own.is_owner and queries.owns_hub(request.user.get_username()),
        "waiting": [
            {"row": row, "address": absolute(request, "invitation", services.invitation_token(row.secret))}
            for row in waiting
        ],
    }
    return render(request, "web/people/organisation.html", context)


@login_required
def invite(request: HttpRequest) -> HttpResponse:
    own, _all_own = _chosen(request)
    if not own.is_owner:
        raise PermissionDenied
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.invite(
                own.code, given["email"], given["role"], by=request.user.get_username(), address=_invitations(request)
            )
        except HubError as error:
            form.add_error("email", _(error.title))
        else:
            messages.success(request, _("The invitation goes to %(email)s. Its address stands below too.") % given)
            return redirect(_back(own.code))
    context = {"form": form, "organisation": own, "back": _back(own.code)}
    return render(request, "web/people/invite.html", context, status=422 if form.errors else 200)


@login_required
def first_owner(request: HttpRequest) -> HttpResponse:
    """Invite the first owner of an organisation that the hub has registered, for owners of the hub."""
    by = request.user.get_username()
    if not queries.owns_hub(by):
        raise PermissionDenied
    form = FirstOwnerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.invite_first_owner(
                given["organisation"].strip(), given["email"], by=by, address=_invitations(request)
            )
        except HubError as error:
            form.add_error("organisation", _(error.title))
        else:
            messages.success(request, _("The invitation goes to %(email)s.") % given)
            return redirect("organisation")
    return render(request, "web/people/first_owner.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    own, _all_own = _chosen(request)
    by = request.user.get_username()
    _do(request, lambda: services.withdraw_invitation(own.code, number, by=by), _("The invitation was withdrawn."))
    return redirect(_back(own.code))


@login_required
def person(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """One person of an organisation, for its owners: another role, or out."""
    own = next((one for one in queries.organisations_of(request.user.get_username()) if one.code == code), None)
    if own is None or not own.is_owner:
        raise PermissionDenied
    found = queries.person_of(code, name)
    if found is None:
        raise Http404
    form = RoleForm(request.POST if request.method == "POST" else None, initial={"role": found.role})
    by = request.user.get_username()
    if request.method == "POST" and "remove" in request.POST:
        _do(
            request,
            lambda: services.remove_person(code, name, by=by),
            _("%(name)s no longer belongs here.") % {"name": name},
        )
        return redirect(_back(code))
    if request.method == "POST" and form.is_valid():
        role = form.cleaned_data["role"]
        _do(request, lambda: services.change_role(code, name, role, by=by), _("The role was changed."))
        return redirect(_back(code))
    context = {"form": form, "organisation": own, "person": found.user, "back": _back(code), "is_self": name == by}
    return render(request, "web/people/person.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    own, all_own = _chosen(request)
    by = request.user.get_username()
    left = _do(request, lambda: services.leave(own.code, by=by), _("You no longer belong to this organisation."))
    return redirect("home" if left and len(all_own) == 1 else "organisation")


@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The page that an invitation leads to: with a log-in one button, without one a name and a password."""
    found = queries.invitation_behind(token)
    if found is None:
        raise Http404
    if found.state != "waiting" or found.expires_at <= clock.now():
        return render(request, "web/people/join_gone.html", {"invitation": found}, status=410)
    context: dict[str, Any] = {"invitation": found, "token": token}
    if request.user.is_authenticated:
        if request.method == "POST":
            return _join(request, token)
        return render(request, "web/people/join.html", context | {"is_other": not found.is_for(request.user)})
    form = JoinForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            code = services.accept_as_new(
                token, NewPerson(given["username"], given["password"], get_language() or "en")
            )
        except HubError as error:
            form.add_error("username", _(error.title))
        else:
            login(request, queries.log_in_of(given["username"]))
            messages.success(request, _("Your log-in is made, and you belong to the organisation now."))
            return redirect(_back(code))
    return render(request, "web/people/join.html", context | {"form": form}, status=422 if form.errors else 200)


def _join(request: HttpRequest, token: str) -> HttpResponse:
    by = request.user.get_username()
    code: list[str] = []
    joined = _do(
        request, lambda: code.append(services.accept_invitation(token, by=by)), _("You belong to the organisation now.")
    )
    return redirect(_back(code[0])) if joined else redirect("invitation", token=token)
