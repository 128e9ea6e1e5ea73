"""One orchard's lot of ten durians on sale for Kunming at ¥ 128.34 each; Anong and Baisong want it; Somchai grew it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from samphao.accounts.models import Organisation
from samphao.core import clock
from samphao.trade.models import GateState, Listing, Lot, Offer, TradeMode


@dataclass(frozen=True)
class World:
    somchai: Organisation
    anong: Organisation
    baisong: Organisation
    lot: Lot
    offer: Offer


def make(*, quantity: int = 10, buyer_limit: int | None = None) -> World:
    somchai, anong, baisong = (
        Organisation.objects.create(
            code=code, kind=kind, legal_form="person", name_en=code.title(), country="TH", province_iso="TH-22"
        )
        for code, kind in (("somchai", "producer"), ("anong", "buyer"), ("baisong", "buyer"))
    )
    now = clock.now()
    listing = Listing.objects.create(code="L-1", producer=somchai, good="durian-fresh", title_en="Monthong durian")
    lot = Lot.objects.create(
        code="CTI-MT-0430", listing=listing, harvest_from=date(2026, 4, 30), harvest_to=date(2026, 5, 7), unit="fruit", unit_mass_g=3000, carton_units=6,
        price_minor=49_500, quantity=quantity, opens_at=now - timedelta(hours=1), closes_at=now + timedelta(days=1), buyer_limit=buyer_limit,
    )  # fmt: skip
    GateState.objects.create(lot=lot, destination="KMG", gate="to_list", is_open=True, decided_at=now)
    offer = Offer.objects.create(
        lot=lot, destination="KMG", kind="household", trade_mode=TradeMode.GENERAL, incoterm="DDP", incoterm_place="Kunming", lot_units=1,
        price_minor=12_834, currency="CNY", lines=[], quantity_max=4, priced_at=now, valid_to=now + timedelta(days=1), promised_days=8,
    )  # fmt: skip
    return World(somchai, anong, baisong, lot, offer)


def another_lot(world: World, code: str) -> Offer:
    """Offer a second lot of the same good as the first is offered."""
    listing = Listing.objects.create(
        code=f"L-{code}", producer=world.somchai, good=world.lot.listing.good, title_en="More durian"
    )
    kept = Lot.objects.get(pk=world.lot.pk)
    offer, gate = Offer.objects.get(pk=world.offer.pk), GateState.objects.filter(lot=kept).last()
    kept.pk, kept.code, kept.listing, kept.held = None, code, listing, 0
    kept.save()
    offer.pk, offer.lot = None, kept
    offer.save()
    if gate is not None:
        gate.pk, gate.lot = None, kept
        gate.save()
    return offer
