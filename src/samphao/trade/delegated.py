"""An exporter acts for a producer: only as far as the two have agreed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_noop

from samphao.accounts.services import lock_delegation
from samphao.core import clock
from samphao.core.errors import Refused
from samphao.trade.queries.lots import offered_for

NOT_AGREED = gettext_noop("The producer has not agreed that this exporter sells this good for it.")
TOO_MUCH = gettext_noop("That is more than the producer and the exporter have agreed for this month.")
OTHER_CURRENCY = gettext_noop("The producer and the exporter have agreed in another currency.")


@dataclass(frozen=True, slots=True)
class Offered:
    """What an exporter wants to offer for a producer."""

    producer: str
    exporter: str
    good: str
    quantity: int
    unit_mass_g: int
    price_minor: int
    currency: str
    harvest_from: date


def require_delegation(offered: Offered) -> str:
    """Return the delegation under which goods may be offered, or refuse; call it in the transaction that offers them.

    The limits are of a month of harvest: what stands there already counts, sold or not.
    """
    held = lock_delegation(offered.producer, offered.exporter, offered.good, clock.today())
    if held is None or held.valid_to < offered.harvest_from:
        raise Refused(NOT_AGREED)
    if held.currency != offered.currency:
        raise Refused(OTHER_CURRENCY)
    kg, amount = offered_for(offered.producer, offered.exporter, held.goods, offered.harvest_from, held.currency)
    kg += -(-offered.quantity * offered.unit_mass_g // 1000)
    if not held.is_within(kg, amount + offered.quantity * offered.price_minor):
        raise Refused(TOO_MUCH)
    return held.code
