"""Baisong asks for 900 kg of durian to Kunming; Somchai, Pranee and Wichai have some. The importer's permit covers 5,000 kg.

It stands on the morning of a day whose rates are known; a carton is six fruit of 3 kg, so 900 kg are 50 cartons.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from samphao.accounts.models import Membership, Organisation, User
from samphao.accounts.queries import Viewer, viewer
from samphao.core import clock, events
from samphao.customs import services as customs
from samphao.customs.types import ImporterTermsSpec, PermitSpec
from samphao.trade.contract_models import Contract
from samphao.trade.models import Lot
from samphao.trade.rfq_types import RfqSpec, Terms
from samphao.trade.types import TicketSpec
from samphao.workflows import requests, ways_to_pay
from worlds import delivered, market_morning

BUYER, MATE, OUTSIDER, STAFF = delivered.BUYER, delivered.MATE, delivered.OUTSIDER, delivered.STAFF
SELLERS = ("somchai", "pranee", "wichai")
LOTS = {"somchai": "CTI-MT-0430", "pranee": "CTI-MT-0601", "wichai": "CTI-MT-0602"}
INSPECTOR = "laboratory"
KG, CARTONS = 900, 50


@dataclass(frozen=True)
class World:
    morning: market_morning.World

    def viewer(self, name: str) -> Viewer:
        return viewer(User.objects.get(username=name))


def make(*, permit_kg: int = 5_000) -> World:
    morning = delivered.make().morning
    for name, thai, chinese in (
        ("pranee", "สวนปราณี (สาธิต)", "巴妮果园（演示）"),
        ("wichai", "สวนวิชัย (สาธิต)", "威猜果园（演示）"),
    ):
        morning.parties[name] = market_morning._party(
            name, "producer", f"{name.title()}'s Orchard (demo)", thai, chinese, "TH-22"
        )
        morning.lots[LOTS[name]] = market_morning._lot(morning.parties, morning.now, LOTS[name], name, *market_morning.GOODS[0][2:])  # fmt: skip
    mate = User.objects.create_user("somchai-mate", password=market_morning.PASSWORD)
    Membership.objects.create(user=mate, organisation=morning.parties["somchai"], role=Membership.Role.MEMBER)
    Lot.objects.filter(code__in=LOTS.values()).update(closes_at=clock.now() + timedelta(days=10))
    ids = dict(Organisation.objects.values_list("code", "id"))
    today = clock.today()
    permit = PermitSpec(
        "importer", "durian-fresh", "CNMHN", permit_kg, today, today + timedelta(days=90), "P-1", "test"
    )
    customs.record_importers([ImporterTermsSpec("importer", "KMG", 60, "CNY", "estimate")], [permit], ids)
    events.deliver()
    return World(morning)


def spec(**more: object) -> RfqSpec:
    now, today = clock.now(), clock.today()
    values: dict[str, object] = {
        "good": "durian-fresh", "quantity_kg": KG, "destination": "KMG", "incoterm": "DAP", "incoterm_place": "Kunming",
        "wanted_from": today + timedelta(days=5), "wanted_by": today + timedelta(days=30), "closes_at": now + timedelta(days=5),
        "currency": "CNY", "certificates": ("gap", "phytosanitary"),
    }  # fmt: skip
    return RfqSpec(**(values | more))  # type: ignore[arg-type]


def terms(price: int = 17_000, **more: object) -> Terms:
    values: dict[str, object] = {
        "steps": ((0, price), (2_000, price - 500)), "incoterm": "FCA", "incoterm_place": "Tha Mai", "lead_days": 6,
        "valid_until": clock.now() + timedelta(days=3), "certificates": ("gap",), "samples": "free", "said": "Cut on the 5th of May.",
    }  # fmt: skip
    return Terms(**(values | more))  # type: ignore[arg-type]


def ask(world: World, **more: object) -> str:
    return requests.ask(spec(**more), viewer=world.viewer(BUYER), by=BUYER)


def quote(world: World, request: str, seller: str = "somchai", price: int = 17_000, **more: object) -> str:
    return requests.quote(request, LOTS[seller], terms(price, **more), viewer=world.viewer(seller), by=seller)


def sign(world: World, quoted: str, number: int = 1, by: str = BUYER) -> Contract:
    return Contract.objects.get(code=requests.sign(quoted, number, viewer=world.viewer(by), by=by))


def signed(world: World, *, pay: bool = True, inspected: bool = False, **more: object) -> Contract:
    """Let Baisong sign Somchai's quote, and pay."""
    request = ask(world, inspector=world.morning.parties[INSPECTOR].pk if inspected else None)
    contract = sign(world, quote(world, request, **more))  # type: ignore[arg-type]
    if pay:
        pay_in(contract)
    contract.refresh_from_db()
    return contract


def pay_in(contract: Contract) -> None:
    assert ways_to_pay.pay_by_simulator(contract.order.code)
    events.deliver()


def sign_ticket(lot: str = LOTS["somchai"]) -> None:
    from samphao.trade import services

    ticket = TicketSpec(lot, date(2026, 5, 5), Decimal(1500), Decimal(12), Decimal("34.1"), clock.now())
    services.sign_tickets([ticket], through="test")
    events.deliver()
