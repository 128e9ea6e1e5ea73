"""Somchai's 600 Monthong durians are on sale for Kunming, and Anong and Baisong have bought of them; everybody behind the lot has a log-in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from samphao.accounts.models import Membership, Organisation, User
from samphao.accounts.queries import Viewer, viewer
from samphao.core import clock, events
from samphao.payments import services as payments
from samphao.payments.types import BankReport
from samphao.trade import services
from samphao.trade.models import Lot, Offer, Order
from samphao.trade.types import OrderRequest
from samphao.workflows.weighing import Signer, Weighed
from worlds import judged_lot
from worlds.judged_lot import CUT_ON, LOT, OPENS_AT

PEOPLE = {
    "somchai": "somchai",
    "mali": "somchai",
    "lek": "house",
    "noi": "house",
    "lab": "lab",
    "kaew": "hub",
    "dao": "hub",
}
HAND = "M10 10" + "".join(f"L{20 + 5 * step} {40 + step}" for step in range(30))
OTHER_HAND = "M300 20" + "".join(f"L{290 - 5 * step} {90 - step}" for step in range(30))


@dataclass(frozen=True)
class World:
    ids: dict[str, int]
    lot: Lot
    offer: Offer
    anong: Organisation
    baisong: Organisation

    def viewer(self, name: str) -> Viewer:
        return viewer(User.objects.get(username=name))


def make(*, lots: int = 1) -> World:
    made = judged_lot.make(lots=lots)
    hub = Organisation.objects.create(code="hub", kind="hub", legal_form="company", name_en="Hub", country="TH")
    parties = {**{code: Organisation.objects.get(code=code) for code in made.ids}, "hub": hub}
    for name, party in PEOPLE.items():
        user = User.objects.create_user(name, password=f"the words of {name}")
        role = Membership.Role.MEMBER if name in ("mali", "noi") else Membership.Role.OWNER
        Membership.objects.create(user=user, organisation=parties[party], role=role)
    anong, baisong = (
        Organisation.objects.create(code=code, kind="buyer", legal_form="person", name_en=code.title(), country="CN")
        for code in ("anong", "baisong")
    )
    for name, party in (("anong", anong), ("baisong", baisong)):
        Membership.objects.create(user=User.objects.create_user(name, password="x"), organisation=party, role="owner")
    lot = Lot.objects.get(code=LOT)
    offer = offer_of(lot)
    events.deliver()
    return World({**made.ids, "hub": hub.pk}, lot, offer, anong, baisong)


def offer_of(lot: Lot, destination: str = "KMG") -> Offer:
    """Offer single fruit at ¥ 128.34, of which the grower gets ¥ 100."""
    currency = "CNY" if destination == "KMG" else "THB"
    lines = [
        {"kind": "goods", "amount_minor": 10_000, "rule": "x", "source": "test", "valid_on": None, "is_estimate": True, "receivers": {"producer": 10_000}},
        {"kind": "hub_fee", "amount_minor": 2_834, "rule": "x", "source": "test", "valid_on": None, "is_estimate": True, "receivers": {"hub": 2_834}},
    ]  # fmt: skip
    return Offer.objects.create(
        lot=lot, destination=destination, kind="household", trade_mode="general" if destination == "KMG" else "domestic", incoterm="DDP",
        incoterm_place=destination, lot_units=1, price_minor=12_834, currency=currency, lines=lines, quantity_max=600,
        priced_at=OPENS_AT, valid_to=OPENS_AT + timedelta(days=40), promised_days=8,
    )  # fmt: skip


def buy(who: Organisation, key: str, quantity: int, offer: Offer, *, pays: bool = True) -> Order:
    answer = services.place_order(OrderRequest(who.pk, key, offer.pk, quantity))
    assert answer.is_order, answer
    if pays:
        report = BankReport(answer.order, f"B-{key}", answer.amount_minor, answer.currency, offer.lot.code)
        payments.record_payments("simulator", [report])
        events.deliver()
    return Order.objects.get(code=answer.order)


def on_the_day_of_the_cut() -> None:
    clock.move_to(datetime.combine(CUT_ON, time(9), UTC))


def weighed(
    *, key: str = "the-form-of-the-day", accepted: str = "1700", rejected: str = "20", grower: Signer | None = None, house: Signer | None = None, lot: str = LOT
) -> Weighed:  # fmt: skip
    """Two grades and what was rejected, drawn by Somchai and Lek."""
    a = (Decimal(accepted) * Decimal("0.8")).quantize(Decimal("0.001"))
    return Weighed(
        lot, key, CUT_ON, tuple((name, kg) for name, kg in (("A", a), ("B", Decimal(accepted) - a)) if kg), Decimal(rejected), Decimal("34.2"),
        {
            "grower": grower or Signer("somchai", path=HAND, age_s=90),
            "house": house or Signer("lek", path=OTHER_HAND, age_s=60),
        },
    )  # fmt: skip
