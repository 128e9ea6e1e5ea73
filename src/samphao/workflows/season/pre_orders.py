"""One order cycle of the demo, by the same services: deposits, one balance paid early, and a harvest that was short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from django.db import transaction

from samphao.accounts import queries as accounts
from samphao.accounts.queries import Viewer
from samphao.core import clock
from samphao.payments import queries as ledger
from samphao.payments.adapters import simulator
from samphao.reference import queries as reference
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.types import CycleTerms, LotSpec, OrderRequest, SaleWindow, TicketSpec
from samphao.workflows import gates, ways_to_pay
from samphao.workflows.season.files import SeasonFiles
from samphao.workflows.season.offers import Pricer
from samphao.workflows.season.season import Season, drain, require, stage

WINDOW, LASTS = (
    timedelta(hours=1),
    timedelta(days=7),
)  # for orders; for the harvest. Short, so that the demo's clock hardly moves
BALANCE_IN, DELIVERED_AFTER = timedelta(days=3), (timedelta(days=4), timedelta(days=6))
CARTONS, HARVESTED_PCT = (
    60,
    70,
)  # forecast in cartons; what the signed ticket finds of what was ordered. Invented, as the season is
WANTED = (12, 9, 6, 4, 1)  # cartons: the first buyer has a log-in in the demo, the second pays his balance early
TRIES = 12
BUYER, CITY = "BUY-KMG-01", "KMG"  # whoever signs in as `buyer` in the demo
SELLER = Viewer((), (), frozenset(), is_hub=True)


def order_cycle(season: Season) -> None:
    """Let a lot be pre-ordered, weigh it short, and share what there is; the balances are still due when the demo opens."""
    with transaction.atomic(), stage(season, 13, "an order cycle (demo)") as count:
        lot = _open(season)
        orders = _pre_order(lot)
        require(len(orders) == len(WANTED), "a pre-order of the demo was refused")
        ways_to_pay.pay_by_simulator(orders[1])
        drain()
        clock.move_to(clock.now() + 2 * WINDOW)
        _weigh_short(lot)
        checked = ledger.check()
        require(not checked.faults, f"the ledger is wrong: {checked.faults[:3]}")
        cuts = trade.cuts_of(orders)
        require(bool(cuts), "nobody was shortened although the harvest was short")
        count.count = len(orders)
        count.figures = {"shortened": len(cuts), "refunded": sum(1 for cut in cuts if cut.refund_minor)}
        count.invariant = f"{len(cuts)} of {len(orders)} pre-orders shortened in proportion, {count.figures['refunded']} refunded in part; the rest wait for their balance"


def _open(season: Season) -> str:
    """Open the first lot of the season's fruit that may be sold to the demo's buyer, anew and in a cycle; return its code."""
    files, now = season.read(), clock.now()
    on = now.astimezone(clock.BANGKOK).date()
    for base in [lot for lot in files.lots if lot.packing_house and lot.unit != "m"][:TRIES]:
        lot = replace(
            base, code=f"{base.code.rpartition('-')[0]}-PRE", harvest_from=on, harvest_to=on + LASTS, quantity=CARTONS * base.carton_units, is_hot=False,
            lab_by2="", lab_cadmium_mg_kg=None, lab_on=None,
        )  # fmt: skip
        if _put_on_sale(files, lot):
            terms = CycleTerms(
                now, now + WINDOW, tuple((now + after).astimezone(clock.BANGKOK).date() for after in DELIVERED_AFTER), 80, 30, now + BALANCE_IN, 50, "pro_rata",
            )  # fmt: skip
            services.make_cycle(services.CycleSpec(terms, (lot.code,)), viewer=SELLER, by="the season")
            drain()
            return lot.code
    require(False, "no fruit of the season may be pre-ordered")
    return ""


def _put_on_sale(files: SeasonFiles, lot: LotSpec) -> bool:
    """Price a lot to the demo's buyer and judge its gates; return whether he may order it."""
    now = clock.now()
    if trade.lot_with_offers(lot.code) is not None:
        return False
    ids, place = accounts.ids_by_code(), next(row for row in files.destinations if row.code == CITY)
    services.open_lots([lot], [], ids, SaleWindow(now, now + 2 * WINDOW), is_demo=True)
    pricer = Pricer(
        {row.code: row.province_iso for row in files.organisations},
        reference.goods(),
        now.astimezone(clock.BANGKOK).date(),
    )
    services.store_offers(pricer.offers([lot], [place]), ids, priced_at=now, valid_to=now + 2 * WINDOW)
    services.store_modes(pricer.answers, decided_at=now)
    gates.open_gates([lot.code], pricer.open_modes())
    return _offer(lot.code) is not None


def _offer(lot: str) -> int | None:
    """Return the offer of a lot by the carton whose gate to list is open."""
    found = trade.lot_with_offers(lot)
    if found is None:
        return None
    is_open = {(row.destination, row.trade_mode) for row in found.gates.all() if row.gate == "to_list" and row.is_open}
    offers = [
        row for row in found.offers.all() if row.kind == "wholesale" and (row.destination, row.trade_mode) in is_open
    ]
    return offers[0].pk if offers else None


def _pre_order(lot: str) -> list[str]:
    """Let buyers order cartons and pay their deposits; return the orders, the demo buyer's first."""
    ids, offer = accounts.ids_by_code(), _offer(lot)
    others = [ids[code] for code in sorted(ids) if code.startswith("BUY-") and code != BUYER]
    buyers: Sequence[int] = [ids[BUYER], *others][: len(WANTED)]
    orders = []
    for number, cartons in enumerate(WANTED):
        answer = services.place_order(
            OrderRequest(buyers[number % len(buyers)], f"pre-order-{lot}-{number}", offer or 0, cartons)
        )
        if answer.is_order and ways_to_pay.pay_by_simulator(answer.order):
            drain()
            orders.append(answer.order)
    return orders


def _weigh_short(lot: str) -> None:
    """Sign a ticket of less than was ordered."""
    found = trade.lot_with_offers(lot)
    units = (found.held + found.sold) * HARVESTED_PCT // 100 if found else 0
    kg = Decimal(units * (found.unit_mass_g if found else 0)) / 1000
    services.sign_tickets([TicketSpec(lot, clock.today(), kg, Decimal(0), None, clock.now())], through=simulator.METHOD)
    drain()
