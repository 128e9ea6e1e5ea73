"""The next sale of a season: when one has been carried and paid, the lots of the coming weeks are open, for whoever looks at the demo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction

from samphao.accounts import queries as accounts
from samphao.core import clock
from samphao.reference import queries as reference
from samphao.trade import services as trade
from samphao.trade.types import CampaignSpec, LotSpec, SaleWindow
from samphao.workflows import gates, judging
from samphao.workflows.season.files import SeasonFiles
from samphao.workflows.season.offers import Pricer
from samphao.workflows.season.season import Season, require, stage

AHEAD, WINDOW = timedelta(days=12), timedelta(days=5)  # until the first cut, and how long the harvest takes
ON_SALE = timedelta(days=45)
QUANTITY_SHARE = 4  # a quarter of the season's lot: invented, as the season is
STARTS_IN, CAMPAIGN_LOTS, CAMPAIGN_LIMIT = (
    timedelta(minutes=30),
    3,
    12,
)  # soon enough to be seen by whoever looks at the demo


def next_sale(season: Season) -> None:
    """Open, judge and price the lots of what the crop calendar has ripe in the coming weeks."""
    with transaction.atomic(), stage(season, 12, "the next sale") as count:
        while judging.judge_due():
            pass  # time has passed: the sale that was is over
        files, goods, now = season.read(), reference.goods(), clock.now()
        on = now.astimezone(clock.BANGKOK).date()
        lots = list(_lots(files, on + AHEAD))
        ids = accounts.ids_by_code()
        wanted = [lot for lot in lots if lot.packing_house][:CAMPAIGN_LOTS]
        count.count = trade.open_lots(
            [lot for lot in lots if lot not in wanted], [], ids, SaleWindow(now, now + ON_SALE), is_demo=True
        )
        count.count += _campaign(wanted, ids, now)
        pricer = Pricer({row.code: row.province_iso for row in files.organisations}, goods, on)
        offers = trade.store_offers(pricer.offers(lots, files.destinations), ids, priced_at=now, valid_to=now + ON_SALE)
        trade.store_modes(pricer.answers, decided_at=now)
        gates.open_gates([lot.code for lot in lots], pricer.open_modes())
        require(offers > 0, "nothing of the next sale has a price")
        count.figures = {"offers": offers}
        count.invariant = f"{offers:,} prices to the door, open to whoever looks at the demo"


def _campaign(lots: list[LotSpec], ids: Mapping[str, int], now: datetime) -> int:
    """Announce some of the fruit for a moment that is near; return how many lots."""
    if not lots:
        return 0
    starts_at, ends_at = now + STARTS_IN, now + ON_SALE
    opened = trade.open_lots(lots, [], ids, SaleWindow(starts_at, ends_at), is_demo=True)
    names = "First fruit of the next weeks (demo)", "ผลไม้ชุดแรกของสัปดาห์หน้า (สาธิต)", "未来几周的头批鲜果（演示）"
    codes = tuple(lot.code for lot in lots)
    trade.announce_campaign(CampaignSpec(*names, starts_at, ends_at, CAMPAIGN_LIMIT, codes), by="the season")
    return opened


def _lots(files: SeasonFiles, first_cut: date) -> Iterator[LotSpec]:
    """Yield the season's lots again where their good is ripe then, each with a harvest, a quantity and a code of its own."""
    ripe = {
        (row.good, row.province_iso) for row in files.crop_calendar if row.month == first_cut.month and row.share > 0
    }
    provinces = {party.code: party.province_iso for party in files.organisations}
    taken: set[str] = set()
    for lot in files.lots:
        cut = first_cut + timedelta(days=len(taken) % 14)
        code = f"{lot.code.rpartition('-')[0]}-{cut:%m%d}"
        if (lot.good, provinces[lot.producer]) in ripe and code not in taken:
            taken.add(code)
            yield replace(
                lot, code=code, harvest_from=cut, harvest_to=cut + WINDOW, quantity=max(lot.carton_units, lot.quantity // QUANTITY_SHARE),
                is_hot=False, lab_by2="", lab_cadmium_mg_kg=None, lab_on=None,
            )  # fmt: skip
