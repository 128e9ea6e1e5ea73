"""An order is settled by its final weight: price per kilogram times the kilograms that were packed for it, to the smallest coin.

What is missing goes back to the buyer at once, in proportion from everybody's share; nobody's first share has to be taken back for it,
since an order is not settled by weight of which less was packed than six tenths, or than the share that its grower has by then. More than was ordered asks for nothing.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop as _

from samphao.accounts import services as accounts
from samphao.core.errors import Refused
from samphao.core.money import amount_text
from samphao.engines.weight import refund_minor, split_by_share
from samphao.payments import services as payments
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.queries import OrderToPack
from samphao.workflows import notices
from samphao.workflows.shares import shares

LEAST_PERCENT = 60  # as the table of weights has it
TOO_LITTLE = _(
    "That is too little of what was ordered for a delivery by weight: give the order up, or pack the rest of it."
)
LIGHTER = _(
    "Order %(order)s of lot %(lot)s weighs %(packed)s kg of the %(ordered)s kg that you ordered. You pay what was packed: %(amount)s are on their way back to you."
)


def settle_if_packed(lot: str, order: str, *, by: str) -> int | None:
    """Settle an order whose last carton has its label; return what went back, or None while cartons are missing."""
    found = next(iter(trade.orders_to_pack(lot, 1, order)), None)
    if found is None or found.left:
        return None
    return _settle(found, lot, by)


def _settle(found: OrderToPack, lot: str, by: str) -> int:
    if 100 * found.packed_g < max(LEAST_PERCENT, found.paid_percent) * found.ordered_g:
        raise Refused(TOO_LITTLE)
    back = refund_minor(found.amount_minor, found.ordered_g, found.packed_g)
    with transaction.atomic():
        borne = split_by_share(back, _shares_of(found.order)) if back else {}
        services.weigh_order(found.order, borne, back, by=by)
        if back:
            payments.refund_order(
                found.order, back, found.currency, lot, key=f"weight:{found.order}", reason=f"weight: {found.packed_g} of {found.ordered_g} g"
            )  # fmt: skip
            _tell(found, lot, back)
    return back


def _shares_of(order: str) -> dict[str, int]:
    """Return what each receiver has in an order: together its price."""
    return {part.receiver: part.amount_minor for part in shares(trade.sales_of_orders([order]))}


def kilograms(grams: int, digits: int = 0) -> str:
    """Write grams as kilograms, exactly: no gram is rounded away, at least `digits` behind the point."""
    whole, rest = divmod(grams, 1000)
    behind = f"{rest:03}".rstrip("0").ljust(digits, "0")
    return f"{whole:,}.{behind}" if behind else f"{whole:,}"


def _tell(found: OrderToPack, lot: str, back: int) -> None:
    (row,) = trade.parties_of([found.order])
    accounts.notify_each([
        notices.message(
            row.buyer, found.order, "weight", LIGHTER, order=found.order, lot=lot, packed=kilograms(found.packed_g),
            ordered=kilograms(found.ordered_g), amount=amount_text(back, found.currency),
        )
    ])  # fmt: skip
