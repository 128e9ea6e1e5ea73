"""A person's own pages: signing in, account, password, and a forgotten one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from samphao.accounts import queries, services
from samphao.accounts.types import AccountSpec
from samphao.core.errors import HubError
from samphao.web.addresses import absolute, network_behind
from samphao.web.forms import AccountForm, OwnPasswordForm, ResetForm
from samphao.web.middleware import hub_of

YEAR_S = 365 * 24 * 3600


class SignIn(views.LoginView):
    template_name = "web/account/sign_in.html"
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        """Whoever has begun to register comes back to it."""
        if queries.has_unsent_registration(self.request.user.get_username()):
            return reverse("register")
        return super().get_default_redirect_url()


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Language, e-mail, phone and how one is told."""
    user, hub = request.user, hub_of(request)
    assert user.is_authenticated  # noqa: S101 login_required said so
    by, languages = user.get_username(), hub.languages if hub else ()
    known = {
        "language": user.language, "email": user.email, "phone": user.phone, "wants_email": queries.wants_email(by)
    }  # fmt: skip
    form = AccountForm(request.POST if request.method == "POST" else None, initial=known, languages=languages)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        spec = AccountSpec(given["language"], given["email"], given["phone"], wants_email=given["wants_email"])
        try:
            services.change_account(spec, by=by, password=given["password"])
        except HubError as error:
            form.add_error("password", _(error.title))
        else:
            return _kept(request, spec.language)
    context = {"form": form, "username": by}
    return render(request, "web/account/account.html", context, status=422 if form.errors else 200)


def _kept(request: HttpRequest, language: str) -> HttpResponse:
    with override(language):
        messages.success(request, _("Your account was changed."))
    answer = redirect("account")
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR_S, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return answer


class FormPage:
    """The frame of a page with one form and one button."""

    title: Any = ""
    lede: Any = ""
    button: Any = ""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        frame = {"title": self.title, "lede": self.lede, "button": self.button}
        return super().get_context_data(**more) | frame  # type: ignore[misc,no-any-return]


@method_decorator(login_required, name="dispatch")
class ChangePassword(FormPage, views.PasswordChangeView):
    template_name = "web/account/form.html"
    form_class = OwnPasswordForm
    success_url = reverse_lazy("account")
    title, button = gettext_lazy("Change your password"), gettext_lazy("Change password")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("Your password was changed."))
        return super().form_valid(form)


def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for an e-mail address; the answer is the same whether somebody has it or not."""
    form = ResetForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        address = absolute(request, "password_new", "UID", "TOKEN").replace("UID", "{uid}").replace("TOKEN", "{token}")
        services.send_reset_letters(form.cleaned_data["email"], address=address, network=network_behind(request))
        return redirect("password_sent")
    context = {
        "form": form, "title": _("Forgotten your password?"), "button": _("Send the address"),
        "lede": _("Write the e-mail address of your log-in: an address to set a new password goes there."),
    }  # fmt: skip
    return render(request, "web/account/form.html", context, status=422 if form.errors else 200)


def sent(request: HttpRequest) -> HttpResponse:
    return render(request, "web/account/sent.html")


class NewPassword(FormPage, views.PasswordResetConfirmView):
    """Take a new password from whoever has the address that was sent; it works once."""

    template_name = "web/account/new_password.html"
    title, button = gettext_lazy("A new password"), gettext_lazy("Set the password")

    def get_success_url(self) -> str:
        messages.success(self.request, _("Your new password is set. Sign in with it."))
        return reverse("sign_in")
