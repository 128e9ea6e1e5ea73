"""One orchard's lot of ten durians is sold in a campaign that is about to start, at most four to a buyer; Anong and Baisong want it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from samphao.core import clock
from samphao.trade import services
from samphao.trade.campaign_models import Campaign
from samphao.trade.models import Lot
from samphao.trade.types import CampaignSpec
from worlds import two_buyers_one_lot


@dataclass(frozen=True)
class World:
    market: two_buyers_one_lot.World
    code: str

    def start(self) -> None:
        """Let the sale begin, by the hub's clock."""
        now = clock.now()
        Campaign.objects.update(starts_at=now - timedelta(seconds=1))
        Lot.objects.filter(code=self.market.lot.code).update(opens_at=now - timedelta(seconds=1))


def make(*, quantity: int = 10, buyer_limit: int = 4, admit_per_s: int = 1000) -> World:
    market = two_buyers_one_lot.make(quantity=quantity)
    now = clock.now()
    Lot.objects.update(opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=2))
    spec = CampaignSpec(
        "Monthong in a minute", "หมอนทองในหนึ่งนาที", "一分钟抢金枕", now + timedelta(minutes=5), now + timedelta(hours=6), buyer_limit,
        (market.lot.code,), admit_per_s,
    )  # fmt: skip
    return World(market, services.announce_campaign(spec, by="hub"))


def advance(share: float = 1.0) -> int:
    """Move the queue on, as the order counter does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT trade_advance_queues(%s)", [share])
        return int(cursor.fetchone()[0])
