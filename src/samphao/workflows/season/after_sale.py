"""The season after the sale: tickets and advances, carriage, delivery, payout."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal

import numpy as np
from django.db import transaction

from samphao.core import clock
from samphao.customs import queries as customs
from samphao.freight import queries as freight_queries
from samphao.freight import services as freight
from samphao.payments import queries as ledger
from samphao.payments.adapters import simulator
from samphao.trade import queries as trade
from samphao.trade import services as trade_services
from samphao.trade.types import CLAIM_WINDOW, LotSale, TicketSpec
from samphao.workflows import missed_departures, payout, turning_away
from samphao.workflows.season import laboratory
from samphao.workflows.season.season import Season, drain, require, stage

SIGNED_AT = time(16)  # before what was cut is packed
REJECT_SHARE_MAX = 0.06  # fruit that grading turns away, of what the grower brings: made for the demo


def plan_code(season: Season) -> str:
    return f"{season.name}-1"


def tickets(season: Season) -> None:
    """Weigh and grade each lot that sold; growers get their first share from the money held for it."""
    with transaction.atomic(), stage(season, 6, "tickets and advances") as count:
        tested = laboratory.test_lots(season)
        drain()
        turning_away.turn_away_failing_lots()
        drain()
        away = trade.order_codes_in("cancelled")
        sales = trade.sales_of_lots("paid")
        count.count = trade_services.sign_tickets(
            _tickets(sales, np.random.default_rng(season.seed)), through=simulator.METHOD
        )
        drain()
        checked = ledger.check()
        require(not checked.faults, f"the ledger is wrong: {checked.faults[:3]}")
        advances = ledger.transfers_of("advance")
        count.figures = {"advances": advances, "turned_away": len(away), "tested": len(tested)}
        count.invariant = f"{advances:,} advances, none above the money held for its lot; {len(away):,} orders of failed lots refunded"


def _tickets(sales: list[LotSale], rng: np.random.Generator) -> list[TicketSpec]:
    grams: dict[str, int] = {}
    lots: dict[str, LotSale] = {}
    for sale in sales:
        grams[sale.lot] = grams.get(sale.lot, 0) + sale.mass_g
        lots[sale.lot] = sale
    specs = []
    for lot, mass in sorted(grams.items()):
        accepted = Decimal(mass) / 1000
        rejected = (accepted * Decimal(str(round(float(rng.uniform(0, REJECT_SHARE_MAX)), 4)))).quantize(
            Decimal("0.001")
        )
        cut_on = lots[lot].cut_on
        signed_at = datetime.combine(cut_on, SIGNED_AT, clock.BANGKOK)
        specs.append(TicketSpec(lot, cut_on, accepted, rejected, lots[lot].dry_matter_pct, signed_at))
    return specs


def movements(season: Season) -> None:
    """Move the loads that customs let go along their itineraries on a fast clock, to where they enter their country."""
    with transaction.atomic(), stage(season, 8, "movement events") as count:
        journey = freight.move_to_entry(plan_code(season), season.seed)
        trade_services.ship_orders(freight_queries.orders_in("at_entry"))
        clock.move_to(journey.last_at)
        wrong = freight_queries.events_out_of_order(plan_code(season))
        require(not wrong, f"{wrong} loads went back in time")
        signed = trade.tickets_signed_at()
        early = [lot for lot, at in freight_queries.first_stuffed().items() if at < signed[lot]]
        require(not early, f"lots were stuffed before they were weighed: {early[:3]}")
        count.count = journey.events
        count.figures = {"loads": journey.loads}
        count.invariant = (
            f"{journey.loads:,} loads moved, none before its ticket or its release, no event before the one it follows"
        )


def delivery(season: Season) -> None:
    """Carry on what entered, deliver it, and hold it against what was promised."""
    with transaction.atomic(), stage(season, 10, "delivery") as count:
        journey = freight.move_on(plan_code(season), customs.cleared_loads(), season.seed)
        clock.move_to(max(clock.now(), journey.last_at))  # the post may have taken longer than the last container
        wrong = freight_queries.events_out_of_order(plan_code(season))
        require(not wrong, f"{wrong} loads went back in time")
        orders = freight.deliver_loads(plan_code(season))
        count.count = trade_services.deliver_orders(orders)
        require(count.count == len(orders), f"{len(orders) - count.count} delivered orders were not on their way")
        kept = freight_queries.arrivals(plan_code(season))
        count.figures = {"in_time": kept.in_time, "share_in_time": kept.share_in_time}
        count.invariant = f"{kept.share_in_time:.1%} arrived by the promised day"


def payouts(season: Season) -> None:
    """What customs kept is planned again or refunded; after the claim window everybody gets his share, and the books are closed."""
    with transaction.atomic(), stage(season, 11, "payout") as count:
        clock.move_to(clock.now() + CLAIM_WINDOW)
        planned_again = missed_departures.plan_again()
        drain()
        while settled := payout.settle_due():
            count.count += settled
        paid = payout.send_to_banks()
        checked = ledger.check()
        require(not checked.faults, f"the ledger is wrong: {checked.faults[:3]}")
        rest = {currency: amount for currency, amount in ledger.held_by_currency().items() if amount}
        waiting = trade.by_currency("paid") | trade.by_currency("shipped")
        require(bool(rest) == bool(waiting), f"money is still held although every order was settled: {rest}")
        count.figures = {
            "transfers": checked.transfers,
            "entries": checked.entries,
            "bank_payments": paid,
            "missed_loads": planned_again,
        }
        count.invariant = f"trial balance zero in {len({b.currency for b in checked.balances})} currencies over {checked.entries:,} entries; {planned_again} loads that customs kept are planned again or refunded"
