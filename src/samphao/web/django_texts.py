"""Texts of Django's own that its Thai catalogue lacks: named here, they are translated with the pages' texts.

Nothing calls this; the catalogue that holds a text is asked before Django's.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop, ngettext


def texts(number: int) -> tuple[str, ...]:
    """Return what forms about passwords and names may say."""
    return (
        gettext_noop("Your password can’t be a commonly used password."),
        gettext_noop("Enter the same password as before, for verification."),
        gettext_noop("This password is too common."),
        gettext_noop("The two password fields didn’t match."),
        gettext_noop("Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."),
        gettext_noop("Null characters are not allowed."),
        gettext_noop("Enter a valid integer."),
        gettext_noop("Enter a complete value."),
        gettext_noop("This password is entirely numeric."),
        gettext_noop("The password is too similar to the %(verbose_name)s."),
        gettext_noop("File extension “%(extension)s” is not allowed. Allowed extensions are: %(allowed_extensions)s."),
        ngettext(
            "Ensure this value has at least %(limit_value)d character (it has %(show_value)d).",
            "Ensure this value has at least %(limit_value)d characters (it has %(show_value)d).",
            number,
        ),
        ngettext(
            "Ensure that there are no more than %(max)s digit in total.",
            "Ensure that there are no more than %(max)s digits in total.",
            number,
        ),
        ngettext(
            "Ensure that there are no more than %(max)s decimal place.",
            "Ensure that there are no more than %(max)s decimal places.",
            number,
        ),
        ngettext(
            "Your password must contain at least %(min_length)d character.",
            "Your password must contain at least %(min_length)d characters.",
            number,
        ),
        ngettext(
            "This password is too short. It must contain at least %d character.",
            "This password is too short. It must contain at least %d characters.",
            number,
        ),
        ngettext(
            "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
            "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
            number,
        ),
    )
