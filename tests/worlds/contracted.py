"""On the morning Anong asks for longan: Somchai has quoted for one request, another is a contract that runs, inspected by the laboratory,
and nobody has quoted for the silk.

The prices to the door are the morning's own lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from samphao.accounts.models import User
from samphao.accounts.queries import Viewer, viewer
from samphao.core import clock
from samphao.payments.services import record_payments
from samphao.payments.types import BankReport
from samphao.trade import services
from samphao.trade.contract_models import Contract
from samphao.trade.models import Lot
from samphao.trade.rfq_types import Door, PricedTerms, RfqSpec, Terms
from samphao.trade.types import SurplusFound
from samphao.workflows.surplus import monday
from worlds.market_morning import World, price_lines

LOT = "CPN-LG-0718"


@dataclass(frozen=True)
class Things:
    request: str
    quote: str
    contract: str
    order: str


def add(world: World) -> Things:
    buyer, seller = who("anong"), who("somchai")
    request = services.ask_for_quotes(spec(world), viewer=buyer, by="anong")
    quote = services.quote(request, LOT, terms(), priced(world), viewer=seller, by="somchai")
    other = services.ask_for_quotes(spec(world), viewer=buyer, by="anong")
    chosen = services.quote(other, LOT, terms(), priced(world), viewer=seller, by="somchai")
    services.put_version(chosen, terms(7_200), priced(world), viewer=buyer, by="anong")
    code, _is_new = services.sign_contract(chosen, 2, viewer=seller, by="somchai")
    order = Contract.objects.select_related("order").get(code=code).order
    record_payments("simulator", [BankReport(order.code, "B-contract", order.amount_minor, order.currency, LOT)])
    services.mark_paid([order.code])
    services.start_contracts([order.code])
    later = clock.now() + timedelta(days=40)
    Lot.objects.filter(code="UDN-SK-0102").update(closes_at=later)
    silk = spec(
        world, good="silk-mudmee", quantity_kg=3, grade="", incoterm="FCA", inspector=None, certificates=("otop",), closes_at=later
    )  # fmt: skip
    services.ask_for_quotes(silk, viewer=buyer, by="anong")
    weeks = monday(clock.today()), monday(clock.today()) + timedelta(weeks=8)
    services.open_surplus_call(
        SurplusFound("longan-fresh", "buyers", *weeks, Decimal(4_200), 26_000_000), asked=2, by="hub"
    )
    return Things(request, quote, code, order.code)


def who(name: str) -> Viewer:
    return viewer(User.objects.get(username=name))


def spec(world: World, **more: Any) -> RfqSpec:
    today = clock.today()
    values: dict[str, Any] = {
        "good": "longan-fresh", "quantity_kg": 100, "destination": "KMG", "incoterm": "DAP", "incoterm_place": "昆明王家营西铁路口岸冷链交货区",
        "wanted_from": today, "wanted_by": today + timedelta(days=30), "closes_at": clock.now() + timedelta(days=5), "currency": "CNY",
        "grade": "AA", "certificates": ("gap", "phytosanitary", "residue_test"), "target_minor": 3_200, "wants_samples": True,
        "inspector": world.parties["laboratory"].pk, "said": "要早上采的，果径大于二十六毫米。",
    }  # fmt: skip
    return RfqSpec(**(values | more))


def terms(price: int = 7_600) -> Terms:
    return Terms(
        ((0, price), (1_000, price - 400)), "FCA", "โป่งน้ำร้อน จันทบุรี", 4, clock.now() + timedelta(days=6), "free", 20, 50,
        ("gap", "phytosanitary"), "ตัดเช้า คัดขนาดเอเอ ส่งขึ้นตู้เย็นวันเดียวกัน",
    )  # fmt: skip


def priced(world: World) -> PricedTerms:
    lot = world.lots[LOT]
    lines = tuple(price_lines(lot, lot.carton_units, "CNY"))
    door = sum(line["amount_minor"] for line in lines)
    doors = (Door(0, 7_600, lot.price_minor, door, lines), Door(1_000, 7_200, lot.price_minor, door, lines))
    return PricedTerms(doors, (), "CNY", world.parties["importer"].pk, "general", "CNMHN", 5)
