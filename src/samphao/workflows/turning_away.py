"""Orders that end before their goods leave: the lot fails at the packing house, or no departure brings them in time any more.

Their goods do not travel, buyers get their money back, and what growers were advanced for them is theirs to pay back.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_noop as _

from samphao.accounts import services as accounts
from samphao.core import clock
from samphao.customs import services as customs
from samphao.freight import services as freight
from samphao.payments import services as payments
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.cycle_models import ShortfallRule
from samphao.trade.queries import BrokenRule
from samphao.workflows import balances, notices, payout

RESIDUES = ("load-by2", "load-cadmium")
MATURITY = "cut-dry-matter-"
PACKING_HOUSE = "load-packing-house-gacc"


TURNED_AWAY = _(
    "Your order of lot %(lot)s was cancelled and your money is on its way back. The lot failed: %(rule)s (%(found)s)."
)


CANCELLED = _("Your order of lot %(lot)s was cancelled before it was paid. The lot failed: %(rule)s (%(found)s).")


LEFT_BEHIND = _(
    "Your order %(order)s of lot %(lot)s was cancelled and your money is on its way back. Customs had not released its load when it was to leave, and no later departure arrives while the goods keep."
)
SHORT = _(
    "Your order %(order)s of lot %(lot)s was cancelled and your money is on its way back: the harvest was smaller than what was sold, and who ordered first is served first."
)
SHORT_HELD = _(
    "Your order %(order)s of lot %(lot)s was cancelled: the harvest was smaller than what was sold, and who ordered first is served first."
)
SHARE = _(
    "Your order %(order)s of lot %(lot)s was cancelled and your money is on its way back: the harvest was smaller than what was sold, and your share of it is less than one package."
)
SHARE_HELD = _(
    "Your order %(order)s of lot %(lot)s was cancelled: the harvest was smaller than what was sold, and your share of it is less than one package."
)
WITHDRAWN = _("The goods do not travel: their orders were cancelled.")


def failing_lots(on: date | None = None, lots: Collection[str] | None = None) -> dict[tuple[str, str], str]:
    """Return the rule that each failing lot and destination breaks for good, of `lots` or of those with orders.

    With a day, what still hangs on the tree then is left alone: it may ripen.
    """
    failing: dict[tuple[str, str], str] = {}
    ripe = None if on is None else trade.lots_ripe(on)
    for broken in trade.broken_rules(lots):
        if _is_for_good(broken, ripe is None or broken.lot in ripe):
            failing.setdefault((broken.lot, broken.destination), broken.rule)
    return failing


def _is_for_good(broken: BrokenRule, is_ripe: bool) -> bool:
    """Tell whether no later paper can mend it. A number that has run out may be renewed tomorrow: its gate is shut meanwhile, nobody is turned away."""
    if broken.rule.startswith(MATURITY):
        return is_ripe
    return broken.rule in RESIDUES or (broken.rule == PACKING_HOUSE and broken.found == "suspended")


def turn_away_failing_lots(on: date | None = None) -> list[str]:
    """Cancel the held and paid orders of every failing lot; return them."""
    return services.turn_away(failing_lots(on))


def lots_tested(payload: dict[str, Any]) -> None:
    """End the sale of lots in which a laboratory found what no later paper mends, whether or not anybody has ordered yet."""
    services.turn_away(failing_lots(clock.today(), payload["lots"]))


def turn_away_what_failed() -> list[str]:
    """Cancel the held and paid orders of the lots that have failed by today."""
    return turn_away_failing_lots(clock.today())


def lot_turned_away(payload: dict[str, Any]) -> None:
    """Take the goods out of their loads, return the money, tell each buyer why."""
    orders, lot, rule = payload["orders"], payload["lot"], payload["rule"]
    undo(orders, reason=rule)
    why = trade.finding_of(lot, payload["destination"], rule)
    named = {field: str(why[field.replace("text", "name")]) for field in accounts.LANGUAGES}
    parties = trade.parties_of(orders)
    for is_paid, message in ((True, TURNED_AWAY), (False, CANCELLED)):
        texts = accounts.in_three_languages(message, lot=lot, rule=named, found=notices.found_said(why["found"]))
        accounts.notify(
            sorted({row.buyer for row in parties if row.is_paid == is_paid}),
            subject=lot,
            key=f"turned-away:{lot}:{payload['destination']}:{orders[0]}:{'paid' if is_paid else 'held'}",
            **texts,
        )


def orders_left_behind(payload: dict[str, Any]) -> None:
    """Take the goods out of their load, return the money, tell each buyer why."""
    orders = payload["orders"]
    undo(orders, reason=payload["reason"])
    accounts.notify_each(
        notices.message(row.buyer, row.order, "left-behind", LEFT_BEHIND, order=row.order, lot=row.lot)
        for row in trade.parties_of(orders)
    )


def tickets_signed(payload: dict[str, Any]) -> None:
    """Give up the orders for which what was weighed does not suffice; before growers are advanced for them."""
    services.give_up_what_is_short(payload["lots"])


def orders_short(payload: dict[str, Any]) -> None:
    """Take the goods out of their loads, return the money, tell each buyer why."""
    orders, lot = payload["orders"], payload["lot"]
    undo(orders, reason="shortfall")
    by_share = services.rule_of(lot) == ShortfallRule.PRO_RATA
    paid, held = (SHARE, SHARE_HELD) if by_share else (SHORT, SHORT_HELD)
    accounts.notify_each(
        notices.message(row.buyer, row.order, "short", paid if row.is_paid else held, order=row.order, lot=lot)
        for row in trade.parties_of(orders)
    )


def undo(orders: Sequence[str], *, reason: str) -> None:
    """Take cancelled orders off the road: loads first, then papers, then money: the claim before the refund that it pays for."""
    emptied = freight.leave_behind(orders, reason=reason)
    customs.withdraw(emptied, reason=WITHDRAWN)
    payout.claim_back(orders, reason=reason)
    whole = set(orders) - balances.close(orders, reason=reason)
    payments.return_payments(sorted(whole), trade.lot_codes_of(orders), reason=reason)
