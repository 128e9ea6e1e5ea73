"""What Baisong bought on the morning has come: cartons of durian to Kunming, silk by post to Shanghai; each with its money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

from PIL import Image

from samphao.accounts.models import Membership, User
from samphao.accounts.queries import Viewer, viewer
from samphao.core import clock, events
from samphao.payments import queries as ledger
from samphao.payments import services as payments
from samphao.payments.adapters import simulator
from samphao.payments.types import BankReport
from samphao.trade import services
from samphao.trade.after_sale import Claim
from samphao.trade.models import Order
from samphao.trade.types import ClaimSpec, OrderRequest, TicketSpec
from samphao.workflows import claims
from worlds import market_morning

LOT, SILK = "CTI-MT-0430", "UDN-SK-0102"
BUYER, MATE, SELLER, OUTSIDER, STAFF = "baisong", "baisong-mate", "somchai", "anong", "hub"


@dataclass(frozen=True)
class World:
    morning: market_morning.World

    def viewer(self, name: str) -> Viewer:
        return viewer(User.objects.get(username=name))


def make() -> World:
    """Make the morning of a day whose rates are known, without Anong's paid order; Baisong has a teammate."""
    clock.move_to(datetime(2026, 4, 24, 9, tzinfo=clock.BANGKOK))
    morning = market_morning.make()
    events.deliver()
    anongs = morning.orders["paid"]
    Order.objects.filter(code=anongs).update(state="cancelled")
    payments.return_payments([anongs], {anongs: LOT}, reason="test")
    mate = User.objects.create_user(MATE, password="irrelevant here")
    Membership.objects.create(user=mate, organisation=morning.parties[BUYER], role=Membership.Role.MEMBER)
    return World(morning)


def buy(world: World, key: str, quantity: int, lot: str = LOT) -> Order:
    """Let Baisong order and pay: cartons of durian to Kunming, or a parcel of silk to Shanghai."""
    offers = world.morning.lots[lot].offers
    offer = (
        offers.get(destination="SHA", trade_mode="post")
        if lot == SILK
        else offers.get(destination="KMG", kind="wholesale")
    )
    answer = services.place_order(OrderRequest(world.morning.parties[BUYER].pk, key, offer.pk, quantity))
    assert answer.is_order, answer
    report = BankReport(answer.order, f"B-{key}", answer.amount_minor, answer.currency, lot)
    payments.record_payments(simulator.METHOD, [report])
    events.deliver()
    return Order.objects.select_related("offer").get(code=answer.order)


def sign(*lots: str) -> None:
    services.sign_tickets(
        [TicketSpec(lot, date(2026, 5, 7), Decimal(18000), Decimal(12), Decimal("34.1"), clock.now()) for lot in lots], through="test"
    )  # fmt: skip
    events.deliver()


def deliver(*orders: Order) -> None:
    codes = [order.code for order in orders]
    services.ship_orders(codes)
    services.deliver_orders(dict.fromkeys(codes, clock.now()))
    events.deliver()


def delivered(world: World, quantity: int = 3, lot: str = LOT, key: str = "first") -> Order:
    order = buy(world, key, quantity, lot)
    sign(lot)
    deliver(order)
    order.refresh_from_db()
    return order


def photo(colour: str = "#6b4a2b") -> tuple[str, bytes]:
    buffer = BytesIO()
    Image.new("RGB", (120, 90), colour).save(buffer, "JPEG")
    return "bad.jpg", buffer.getvalue()


def report(
    world: World, order: Order, bad_units: int, wrong: str = "mouldy", *, by: str = BUYER, photos: Sequence[tuple[str, bytes]] | None = None
) -> Claim:  # fmt: skip
    """Let somebody report bad goods, or send some back."""
    shown = ([] if wrong == "not_wanted" else [photo()]) if photos is None else photos
    spec = ClaimSpec(order.code, wrong, bad_units, said="Grey mould at the stem.")
    return Claim.objects.get(code=claims.open_claim(spec, shown, viewer=world.viewer(by), by=by))


def pass_hours(hours: float) -> None:
    clock.move_to(clock.now() + timedelta(hours=hours))


def held(lot: str = LOT) -> dict[str, int]:
    return ledger.held_for([lot])


def bank_minor(currency: str) -> int:
    """Return what the bank holds in a currency, the sum of its entries."""
    rows = [row for row in ledger.check().balances if (row.purpose, row.currency) == ("bank", currency)]
    return sum(row.debit_minor - row.credit_minor for row in rows)
