"""Shape checks of the forms about people: invitations, accounts, passwords."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from samphao.accounts.services import own_password_attempt
from samphao.web.templatetags.samphao import LANGUAGE_TAGS

NAME = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
PHONE = RegexValidator(r"^\+?[0-9 ()-]{6,25}$", _("Write a phone number such as +66 81 234 5678."))


def roles() -> list[tuple[str, Any]]:
    return [
        ("member", _("Member: works for the organisation")),
        ("owner", _("Owner: also decides who belongs to it")),
    ]


def username_field() -> forms.CharField:
    return forms.CharField(
        label=_("User name"), max_length=150, validators=[UnicodeUsernameValidator()],
        help_text=_("Letters, digits and @ . + - _"), widget=forms.TextInput(attrs=NAME),
    )  # fmt: skip


class InviteForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label=_("Role"), choices=roles, widget=forms.RadioSelect, initial="member")


class FirstOwnerForm(forms.Form):
    organisation = forms.CharField(
        label=_("Code of the organisation"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=roles, widget=forms.RadioSelect)


class JoinForm(forms.Form):
    username = username_field()
    password = forms.CharField(
        label=_("Password"), help_text=_("At least 10 characters; three words are a good one"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class AccountForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language"), help_text=_("Of the pages and of what is sent to you"), widget=forms.RadioSelect
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, help_text=_("A forgotten password is replaced by it"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )  # fmt: skip
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        validators=[PHONE],
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    wants_email = forms.BooleanField(label=_("Send me notices by e-mail too"), required=False)
    password = forms.CharField(
        label=_("Password"), required=False, help_text=_("Only if you change the e-mail address"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip

    def __init__(self, *arguments: Any, languages: tuple[str, ...], **named: Any) -> None:
        super().__init__(*arguments, **named)
        field = self.fields["language"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 for the type checker
        field.choices = [(code, LANGUAGE_TAGS[code[:2]][1]) for code, _name in settings.LANGUAGES if code in languages]


class ResetForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))


class OwnPasswordForm(PasswordChangeForm):
    def clean_old_password(self) -> str:
        with own_password_attempt(self.user.get_username()):
            old: str = super().clean_old_password()
        return old
