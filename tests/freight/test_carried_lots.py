"""Which loads carry a lot, and when each was sealed and delivered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from worlds import market_morning

from samphao.freight import queries
from samphao.freight.models import Load, MovementEvent, Shipment

pytestmark = pytest.mark.django_db


def test_a_carried_lot_says_when_its_own_load_was_sealed_and_delivered(clock_reset: None) -> None:
    world = market_morning.make()
    carried = Shipment.objects.get()
    first, second, other = (Load.objects.get(code=code) for code in world.loads)
    carried.pk, carried.code, carried.order_code, carried.load = None, "SH-2", "SO-2", second
    carried.save()
    sealed, delivered = world.now + timedelta(days=5), world.now + timedelta(days=9)
    for load, kind, at in (
        (first, "stuffed", sealed - timedelta(hours=1)),
        (first, "sealed", sealed - timedelta(minutes=5)),
        (first, "sealed", sealed),
        (first, "rebooked", sealed + timedelta(days=1)),
        (first, "delivered", delivered),
        (other, "sealed", delivered),
        (other, "delivered", delivered + timedelta(days=1)),
    ):
        MovementEvent.objects.create(load=load, kind=kind, node="THCTI", at=at, planned_at=at, reported_by="a test")

    found = queries.carried_lots([carried.lot_code, "no-such-lot"])
    assert [(row.load, row.sealed_at, row.delivered_at) for row in found] == [
        (first.code, sealed, delivered),
        (second.code, None, None),
    ]
    assert {row.consignment for row in found} == {"CS-0001-TEST", "CS-0002-TEST"}
