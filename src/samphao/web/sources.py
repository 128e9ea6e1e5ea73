"""Sources in the reader's language: what the project itself says of a figure is translated, titles of outside pages stay as they are."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

OWN = frozenset(
    {
        _("estimate: full container at the rates of the reference network, 85 % full"),
        _("Known to the people who compiled the table; no page was checked"),
        _("Estimate of this project"),
        _("illustrative, not a market rate"),
        _("0.3 % of price and freight when the insurance is unknown, from memory"),
        _("estimate"),
        _("The hub's own definition of its trade modes; unknown is never zero"),
        _("the lot's own price"),
        _("invented: illustrative postal tariff, no public rate card was found"),
        _("estimate: great circle x 1.3; 33 THB/km + 2,500 for a truck; 50 km/h; a truck of 9 t, 35 % full"),
    }
)


def source_text(source: str) -> str:
    return gettext(source) if source in OWN else source
