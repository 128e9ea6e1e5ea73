"""Lots that fail at the packing house: cut too early, or a residue found. They do not travel, and their buyers get their money back."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop as _

from samphao.accounts import services as accounts
from samphao.freight import services as freight
from samphao.payments import services as payments
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.workflows.notices import found_said

FOR_GOOD = ("load-by2", "load-cadmium", "load-packing-house-gacc")
"""Rules of the gate to load that no later paper can mend for this lot."""


TURNED_AWAY = _(
    "Your order of lot %(lot)s was cancelled and your money is on its way back. The lot failed: %(rule)s (%(found)s)."
)


CANCELLED = _("Your order of lot %(lot)s was cancelled before it was paid. The lot failed: %(rule)s (%(found)s).")


def failing_lots() -> dict[tuple[str, str], str]:
    """Return the rule that each failing lot and destination breaks: it may not be cut, or not be loaded for good."""
    failing = {}
    for place, rules in trade.gate_findings(("to_cut", "to_load")).items():
        broken = [rule for rule in FOR_GOOD if rules.get(rule) is False]
        if rules.get("to_cut") is False:  # a rule that is only unknown turns nobody away
            broken = [rule for rule, is_met in rules.items() if rule.startswith("cut-") and is_met is False] + broken
        if broken:
            failing[place] = broken[0]
    return failing


def turn_away_failing_lots() -> list[str]:
    """Cancel the held and paid orders of every failing lot; return them."""
    return services.turn_away(failing_lots())


def lot_turned_away(payload: dict[str, Any]) -> None:
    """Take the goods out of their loads, return the money, tell each buyer why."""
    orders, lot, rule = payload["orders"], payload["lot"], payload["rule"]
    freight.leave_behind(orders, reason=rule)
    payments.return_payments(orders, dict.fromkeys(orders, lot), reason=rule)
    why = trade.finding_of(lot, payload["destination"], rule)
    named = {field: str(why[field.replace("text", "name")]) for field in accounts.LANGUAGES}
    parties = trade.parties_of(orders)
    for is_paid, message in ((True, TURNED_AWAY), (False, CANCELLED)):
        texts = accounts.in_three_languages(message, lot=lot, rule=named, found=found_said(why["found"]))
        accounts.notify(
            sorted({row.buyer for row in parties if row.is_paid == is_paid}),
            subject=lot,
            key=f"turned-away:{lot}:{payload['destination']}:{orders[0]}:{'paid' if is_paid else 'held'}",
            **texts,
        )
