"""A season stage by stage. Each stage writes all or nothing, prints what it counted, and says which invariant it checked."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from samphao.accounts import queries as accounts
from samphao.accounts import services as account_services
from samphao.core import clock, events
from samphao.core.models import StageResult
from samphao.core.tokens import TokenSigner
from samphao.customs import services as customs
from samphao.freight import services as freight
from samphao.payments import queries as ledger
from samphao.payments import services as payments
from samphao.payments.adapters import simulator
from samphao.reference import queries as reference
from samphao.reference import services as reference_services
from samphao.trade import queries as trade
from samphao.trade import services as trade_services
from samphao.trade.types import SaleWindow
from samphao.workflows import gates, shipping
from samphao.workflows.season import after_sale, customs_stages, laboratory, next_sale, pre_orders
from samphao.workflows.season.load import send_all
from samphao.workflows.season.market_day import MarketDay
from samphao.workflows.season.offers import Pricer
from samphao.workflows.season.season import Season, drain, require, stage
from samphao.workflows.trade_modes import HOUSEHOLDS, WHOLESALE

CONNECTIONS = 64
WAVES_MAX = 12
HOUSEHOLD_COUNT = 24_000
HOT_BUYER_LIMIT = 12
REPORTS_AT_ONCE = 5_000
PLAN_DAYS = 32


def lots_and_listings(season: Season) -> None:
    """Write parties, orchards, importers and lots."""
    with transaction.atomic(), stage(season, 1, "lots and listings") as count:
        files = season.read()
        reference_services.publish_destinations(files.destinations)
        reference_services.publish_post_tariff(files.post_tariff)
        ids = account_services.register_parties(files.organisations, files.registrations, files.orchards, is_demo=True)
        customs.record_importers(files.importers, files.permits, ids)
        sale = SaleWindow(season.opens_at, season.opens_at + timedelta(days=2), HOT_BUYER_LIMIT)
        lots = laboratory.untold(files.lots, season.opens_at.date())
        count.count = trade_services.open_lots(lots, files.crop_calendar, ids, sale, is_demo=True)
        figures = trade.market_figures()
        require(figures.provinces == len(reference.province_codes()), f"only {figures.provinces} provinces have a lot")
        count.invariant = f"all {figures.provinces} provinces have a lot"


def prices(season: Season) -> None:
    """Decide the gates and price every lot to every destination."""
    with transaction.atomic(), stage(season, 2, "gates and prices to the door") as count:
        files, goods, on = season.read(), reference.goods(), season.opens_at.date()
        ids = accounts.ids_by_code()
        pricer = Pricer({row.code: row.province_iso for row in files.organisations}, goods, on)
        count.count = trade_services.store_offers(
            pricer.offers(files.lots, files.destinations),
            ids,
            priced_at=season.opens_at,
            valid_to=season.opens_at + timedelta(days=3),
        )
        trade_services.store_modes(pricer.answers, decided_at=season.opens_at)
        answers = gates.open_gates([lot.code for lot in files.lots], pricer.open_modes())
        wrong = trade.offers_whose_lines_do_not_add_up()
        require(not wrong, f"{wrong} offers whose lines do not add up")
        shut = sum(not answer.is_open for answer in answers if answer.gate == "to_list")
        count.figures = {"refused": dict(pricer.reasons()), "shut_to_list": shut, "by_mode": trade.offers_by_mode()}
        count.invariant = "every price is the sum of its lines"


def rush(season: Season) -> None:
    """Send the season's orders to the order counter over HTTP; the refused try another lot, as people do."""
    with stage(season, 3, "the rush") as count:
        files = season.read()
        buyers = {HOUSEHOLDS: _households(), WHOLESALE: accounts.ids_of_kind("buyer", demo_households=False)}
        weights = {
            HOUSEHOLDS: {row.code: row.household_weight for row in files.destinations},
            WHOLESALE: {row.code: row.wholesale_weight for row in files.destinations},
        }
        sold_to = {(offer.kind, offer.destination) for offer in trade.offers_for_sale()}
        weights = {
            kind: {code: weight for code, weight in places.items() if (kind, code) in sold_to}
            for kind, places in weights.items()
        }
        day = MarketDay(season.mix, weights, buyers, season.seed)
        signer = TokenSigner(settings.SECRET_KEY)
        waiting, refused, answered_s = list(day.wishes), 0, 0.0
        statuses: dict[int, int] = {}
        codes: set[str] = set()
        for _ in range(WAVES_MAX):
            wishes = day.choose(waiting, trade.offers_for_sale())
            if not wishes:
                break
            started = time.perf_counter()
            outcome = send_all(season.counter_port, day.requests(wishes, signer, season.name), CONNECTIONS)
            answered_s += time.perf_counter() - started
            codes.update(outcome.orders)
            for status, number in outcome.statuses.items():
                statuses[status] = statuses.get(status, 0) + number
            again = {number for number in outcome.refused if number >= 0}
            refused += len(again)
            waiting = [wish for wish in waiting if wish.number in again]
        figures = trade.rush_figures()
        require(figures.oversold == 0, f"{figures.oversold} lots are oversold")
        require(figures.duplicated == 0, f"{figures.duplicated} keys have two orders")
        lost = len(codes) - figures.orders
        require(lost == 0, f"{lost} answered orders are not in the database")
        count.count = figures.orders
        count.figures = {
            "refused": refused,
            "answers": statuses,
            "orders_per_s": round(sum(statuses.values()) / answered_s),
            "unserved": len(waiting),
        }
        count.invariant = "oversold 0, lost 0, duplicated 0, counted in the database"


def _households() -> list[int]:
    known = accounts.ids_of_kind("buyer", demo_households=True)
    return known or account_services.register_households(HOUSEHOLD_COUNT, prefix="HH")


def payment(season: Season) -> None:
    """The simulator bank reports payments; unpaid holds run out and their stock returns."""
    with stage(season, 4, "payment") as count:
        due = trade.orders_due()
        reports = simulator.reports(due, season.seed)
        simulator.keep_book(reports, clock.now())
        for start in range(0, len(reports), REPORTS_AT_ONCE):
            payments.record_payments(simulator.METHOD, reports[start : start + REPORTS_AT_ONCE])
        drain()
        clock.move_to(clock.now() + timedelta(minutes=16))
        expired = 0
        while gone := trade_services.expire_holds():
            expired += len(gone)
        drain()
        checked = ledger.check()
        require(not checked.faults, f"the ledger is wrong: {checked.faults[:3]}")
        wrong = trade.lots_whose_counts_are_wrong()
        require(not wrong, f"held and sold of {wrong[:3]} differ from their orders")
        held, worth = ledger.held_by_currency(), trade.by_currency("paid")
        require(held == worth, f"held money {held} differs from what paid orders are worth {worth}")
        count.count = checked.transfers
        count.figures = {"expired": expired, "reported_twice": len(reports) - checked.transfers}
        count.invariant = "trial balance zero; held money equals the paid orders, held and sold stock equals theirs"


def shipments_and_plan(season: Season) -> None:
    """Make shipments of the paid orders and consolidate them into containers, with a certificate."""
    with transaction.atomic(), stage(season, 5, "shipments and plan") as count:
        on = season.opens_at.date()
        trade_services.name_cutting_days()
        shipments = shipping.shipments_of(trade.orders_to_ship(), on)
        starts_at = datetime.combine(on, datetime.min.time(), UTC)
        planned = [shipment for shipment in shipments if shipment.is_planned]
        result = freight.plan_shipments(
            f"{season.name}-1", planned, starts_at, PLAN_DAYS, shipping.exchange(on), season.seed
        )
        besides = freight.dispatch_besides([shipment for shipment in shipments if not shipment.is_planned], on)
        require(result.unserved == 0, f"{result.unserved} shipments stay behind")
        count.count = len(shipments)
        count.figures = {
            "containers": result.containers, "fruit_containers": result.fruit_containers, "of_one_house": result.of_one_house, "loads": result.loads, "cost_minor": result.cost_minor, "lower_bound_minor": result.lower_bound_minor,
            "gap": result.gap, "above_best": result.above_best, "solve_s": result.seconds, "mean_fill": result.mean_fill, "trucks": besides.trucks,
            "post_bags": besides.bags, "post_items": besides.items, "truck_minor": besides.truck_minor, "postage_minor": besides.postage_minor,
            "truck_fill": besides.truck_fill,
        }  # fmt: skip
        count.invariant = (
            f"{result.containers} containers, {result.of_one_house} of {result.fruit_containers} of fruit sealed at one packing house; at most"
            f" {result.above_best:.2%} above the best; checked without the planner; besides {besides.trucks} trucks inside Thailand, {besides.items:,} postal items"
        )


Stages = tuple[tuple[str, Callable[[Season], None]], ...]
STAGES: Stages = (
    ("lots and listings", lots_and_listings),
    ("gates and prices to the door", prices),
    ("the rush", rush),
    ("payment", payment),
    ("shipments and plan", shipments_and_plan),
    ("tickets and advances", after_sale.tickets),
    ("export declarations", customs_stages.export_declarations),
    ("movement events", after_sale.movements),
    ("entry inspections", customs_stages.entry_inspections),
    ("delivery", after_sale.delivery),
    ("payout", after_sale.payouts),
    ("the next sale", next_sale.next_sale),
    ("an order cycle (demo)", pre_orders.order_cycle),
)


def run(season: Season, told: Callable[[StageResult], None], more: Stages = ()) -> None:
    """Run the stages that have not run yet, `more` after them, each told as it ends; a second run only tells."""
    done = {result.stage: result for result in StageResult.objects.filter(season=season.name)}
    if not done:
        clock.move_to(season.opens_at)
        events.deliver()
    for name, work in (*STAGES, *more):
        if name not in done:
            work(season)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            done[name] = StageResult.objects.get(season=season.name, stage=name)
        told(done[name])
