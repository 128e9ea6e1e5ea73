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
