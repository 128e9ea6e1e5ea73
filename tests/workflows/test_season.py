"""A small season end to end on the project's own example files: every stage's invariant, and every price line recomputed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Count, Q
from django.test import Client

from samphao.accounts.models import Notice, Organisation, User
from samphao.accounts.services import open_login
from samphao.config.processes import free_port, wait_for_port
from samphao.core import clock
from samphao.core.errors import BadRows
from samphao.core.models import StageResult
from samphao.customs.queries import loads_stopped
from samphao.engines import s10
from samphao.freight.models import Consignment, Load, Plan, Shipment
from samphao.freight.queries import loads_missed
from samphao.freight.through_services import POINTS
from samphao.insight import season as impact
from samphao.payments.models import Payment, Transfer
from samphao.reference import services as reference
from samphao.trade.models import GateState, Order
from samphao.trade.queries import gates_due
from samphao.workflows import order_road
from samphao.workflows.gate_evidence import GATES
from samphao.workflows.missed_departures import NO_LATER
from samphao.workflows.season.files import read_season
from samphao.workflows.season.market_day import OrderMix
from samphao.workflows.season.season import Season
from samphao.workflows.season.stages import run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("season")]
FOLDER = Path(__file__).parents[2] / "examples" / "season"
OPENS_AT = datetime(2026, 4, 24, 9, tzinfo=ZoneInfo("Asia/Bangkok"))
SMALL = OrderMix(households=600, wholesale=120)


@pytest.fixture
def counter_port() -> Iterator[int]:
    database = connection.settings_dict
    url = f"postgresql://{database['USER']}:{database['PASSWORD']}@/{database['NAME']}?host={database['HOST']}&port={database['PORT'] or 5432}"
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "samphao.config.counter:from_environment",
        "--factory",
        "--port",
        str(port),
        "--log-level",
        "error",
    ]
    process = subprocess.Popen(
        command, env={**os.environ, "SAMPHAO_COUNTER_DATABASE": url, "SAMPHAO_SECRET": settings.SECRET_KEY}
    )
    try:
        wait_for_port(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def test_a_season_runs_through_and_its_pages_recompute(counter_port: int, clock_reset: None) -> None:
    reference.publish()
    told: list[StageResult] = []
    season = Season("small", FOLDER, OPENS_AT, counter_port, mix=SMALL)
    run(season, told.append, ((impact.NAME, impact.impact),))
    by_stage = {result.stage: result for result in told}
    assert by_stage["the rush"].count == SMALL.count
    _every_order_has_an_end(SMALL.count)
    _a_short_harvest_was_shared()
    assert all(result.invariant for result in told)

    again: list[StageResult] = []
    run(season, again.append, ((impact.NAME, impact.impact),))
    assert [result.pk for result in again] == [result.pk for result in told], "a second run only tells"

    _every_shipment_is_in_a_load()
    _gates_tell_what_became_of_lots()
    open_login("hub", "irrelevant here", "HUB-EEC", "owner")
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(username="hub"))
    for mode, lines in (("general", 8), ("domestic", 4), ("post", 4), ("cbec", 8)):
        orders = Order.objects.filter(state="settled", offer__trade_mode=mode, currency__in=["CNY", "THB"]).order_by(
            "-amount_minor"
        )[:5]
        assert orders, f"nobody bought in the mode {mode}"
        for order in orders:
            _lines_recompute(client.get(f"/orders/{order.code}/").content.decode(), order, lines)
            paid_at = order_road.road_of(order).settled_at
            assert Transfer.objects.filter(subject=order.lot.code, kind="payout", at=paid_at).exists(), (
                "of its own clock"
            )
    _what_leaves_besides_the_plan()
    _what_customs_kept_is_planned_again_or_refunded()
    assert client.get("/freight/").status_code == 200
    assert client.get(f"/freight/loads/{Load.objects.first().code}/").status_code == 200  # type: ignore[union-attr]


def _every_order_has_an_end(count: int) -> None:
    """Settled, expired, refunded because its lot failed, or stopped at a customs that says why."""
    of_the_rush = Order.objects.filter(lot__of_cycle=None)
    states = Counter(of_the_rush.values_list("state", flat=True))
    assert sum(states.values()) == count
    assert states["settled"] > 0.8 * count
    assert set(states) <= {"settled", "expired", "cancelled", "paid", "shipped"}
    for state, kind in (("paid", "export"), ("shipped", "import")):
        orders = of_the_rush.filter(state=state).values("code")
        loads = set(Load.objects.filter(shipments__order_code__in=orders).values_list("code", flat=True))
        assert loads <= loads_stopped(kind), f"{state} orders wait for no customs"


def _a_short_harvest_was_shared() -> None:
    """The demo's order cycle: deposits are held, all were shortened in proportion, one that was paid whole got the rest back."""
    orders = list(
        Order.objects.exclude(lot__of_cycle=None).select_related("cut", "lot__ticket", "buyer").order_by("id")
    )
    assert len(orders) == 5
    assert orders[0].buyer.code == "BUY-KMG-01", "who signs in as `buyer` sees one"
    lot = orders[0].lot
    assert lot.held + lot.sold <= int(lot.ticket.accepted_kg * 1000) // lot.unit_mass_g
    assert any(hasattr(order, "cut") and order.cut.refund_minor for order in orders)
    for order in orders:
        came = sum(row.counts_minor or row.amount_minor for row in Payment.objects.filter(order_code=order.code))
        assert (came < order.amount_minor) == (order.state == "held")


def _fruit_is_sealed_where_it_was_packed(plan: Plan) -> None:
    """A container sealed at a packing house carries that house's goods alone; others are sealed at a listed point."""
    for load in Load.objects.filter(plan=plan).prefetch_related("shipments"):
        houses = {shipment.origin for shipment in load.shipments.all()}
        assert load.origin in POINTS or (load.is_whole and houses <= {load.origin}), (load.code, load.origin, houses)


def _every_shipment_is_in_a_load() -> None:
    plan = Plan.objects.get()
    assert (plan.unserved, plan.is_checked) == (0, True)
    assert plan.lower_bound_minor <= plan.cost_minor
    failed = Order.objects.filter(state="cancelled").values("code")
    assert not Shipment.objects.filter(load=None).exclude(order_code__in=failed).exists()
    for load in Load.objects.filter(is_whole=True):
        assert load.mass_kg <= load.capacity_kg + 1e-6
        assert load.volume_m3 <= load.capacity_m3 + 1e-6
        assert load.departs_at < load.arrives_at
    _fruit_is_sealed_where_it_was_packed(plan)
    booked_anew = Load.objects.filter(events__kind="rebooked")
    late = [
        shipment.code
        for shipment in Shipment.objects.select_related("load").exclude(load__in=booked_anew)
        if shipment.load and shipment.load.arrives_at > shipment.due_at
    ]
    early = [
        shipment.code
        for shipment in Shipment.objects.select_related("load")
        if shipment.load and shipment.load.departs_at < shipment.ready_at
    ]
    assert (late, early) == ([], [])


def _gates_tell_what_became_of_lots() -> None:
    """What arrived has passed every gate, one after the other; a lot that failed shows by which check; time has left nothing to judge."""
    states = {
        (row.lot.code, row.destination, row.trade_mode, row.gate): row
        for row in GateState.objects.select_related("lot")
    }
    arrived = (
        Shipment.objects.filter(load__isnull=False)
        .order_by()
        .values_list("lot_code", "destination", "trade_mode")
        .annotate(waiting=Count("load", filter=~Q(load__state="delivered")))
        .filter(waiting=0)
    )
    assert len(arrived) > 100
    for *place, _ in arrived:
        gates = GATES if place[2] != "domestic" else GATES[:3]  # inside Thailand goods enter nowhere
        days = [states[(*place, gate)].passed_on for gate in gates]
        assert None not in days, (place, days)
        assert days[1:] == sorted(days[1:]), (place, days)
    failed = [row for row in states.values() if row.shut_by]
    assert failed
    for row in failed:
        assert [finding["is_met"] for finding in row.findings if finding["rule"] == row.shut_by] == [False], row.shut_by
        was_listed = all(finding["is_met"] for finding in row.findings if finding["rule"] != row.shut_by)
        assert Notice.objects.filter(subject=row.lot.code, key__startswith="delisted").exists() == was_listed
    assert gates_due(clock.today(), 10) == []


def _what_customs_kept_is_planned_again_or_refunded() -> None:
    """No load waits for a departure that has passed; buyers were promised the new arrival, or have their money back."""
    assert loads_missed(1) == []
    kept = Load.objects.filter(state__in=["planned", "held"], consignments__isnull=False)
    for order in Order.objects.filter(code__in=Shipment.objects.filter(load__in=kept).values("order_code")):
        shipment = Shipment.objects.select_related("load").get(order_code=order.code)
        assert shipment.load
        assert (order.state, order.arrival_promised_at) == ("paid", shipment.load.arrives_at)
        assert not shipment.is_chilled
    behind = Shipment.objects.filter(unserved_reason=NO_LATER).values("order_code")
    assert set(Order.objects.filter(code__in=behind).values_list("state", flat=True)) <= {"cancelled"}
    assert not Payment.objects.filter(order_code__in=behind, state="received").exists()


def _what_leaves_besides_the_plan() -> None:
    """Domestic and postal orders are in no consignment; a consignment is of one trade mode, and a postal item has its number."""
    besides = Shipment.objects.filter(trade_mode__in=["domestic", "post"], load__isnull=False)
    assert not besides.exclude(load__plan=None).exists()
    assert not Consignment.objects.filter(load__plan=None).exists()
    assert set(Consignment.objects.values_list("trade_mode", flat=True)) == {"general", "cbec"}
    numbers = list(besides.filter(trade_mode="post").values_list("item_number", flat=True))
    assert len(set(numbers)) == len(numbers)
    assert all(map(s10.is_valid, numbers))


def _lines_recompute(page: str, order: Order, count: int) -> None:
    """Read the lines from the page and work each out again from the numbers that its rule shows."""
    text = page.replace("\u00a0", " ").replace("&nbsp;", " ").replace("&#x27;", "'")
    table = text[text.index('class="deck lines"') :]
    table = table[: table.index("</table>")]
    rows = re.findall(r"<th scope=\"row\"[^>]*>(.*?)</th><td[^>]*>(.*?)</td><td class=\"n\"[^>]*>(.*?)</td>", table)
    lines, foot = rows[:-1], rows[-1]
    assert len(lines) == count
    total = Decimal(0)
    for label, rule, shown in lines:
        if shown == "unknown":
            continue  # said to be so, and not in the price
        formula = rule.split(" · ")[0]
        amount = Decimal(re.sub(r"[^\d.]", "", shown))
        quantity = Decimal(order.quantity)
        if order.quantity != 1:
            formula, _, times = formula.rpartition(" × ")
            assert Decimal(times) == quantity
        assert _work_out(formula) * quantity == amount, (label, rule, shown)
        total += amount
    assert total == Decimal(re.sub(r"[^\d.]", "", foot[2]))


def _work_out(formula: str) -> Decimal:
    """Work out `฿ 165 × 18 kg × 0.219`, `0.3 % × (1.00 + 2.00)` or `0.60 / kg × 18 kg`, rounded half up to two places."""
    formula = re.sub(r" \([A-Za-z].*\)$", "", formula).replace(",", "").replace("฿", "").replace("/ kg", "")
    formula = re.sub(r"\b(kg|fruit|pc|m)\b", "", formula)
    value = Decimal(1)
    for factor in formula.split("×"):
        inner = factor.strip().strip("()")
        if "%" in inner:
            value *= Decimal(inner.replace("%", "").strip()) / 100
        else:
            value *= sum((Decimal(part.strip()) for part in inner.split("+")), Decimal(0))
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_bad_rows_of_a_season_are_all_told_and_nothing_is_written(tmp_path: Path) -> None:
    for path in FOLDER.glob("*.csv"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    lots = (tmp_path / "lots.csv").read_text(encoding="utf-8").split("\n")
    lots[1] = lots[1].replace("PRD-BKK-001", "PRD-NOBODY")
    lots[2] = re.sub(r"2026-\d\d-\d\d", "9 May", lots[2], count=1)
    (tmp_path / "lots.csv").write_text("\n".join(lots), encoding="utf-8")
    lots[3] = lots[3].replace("pc", "piece") + ",one cell too many"
    (tmp_path / "lots.csv").write_text("\n".join(lots), encoding="utf-8")
    with pytest.raises(BadRows) as caught:
        read_season(tmp_path, goods=set(), provinces=set())
    told = str(caught.value).split("\n")
    assert told[0].startswith("lots.csv:3 harvest_from: `9 May` cannot be read. Write a date")
    assert told[1].startswith("lots.csv:4: the row has more cells than the header")
    assert len(told) == 2
    assert Organisation.objects.count() == 0
