"""The surplus board: what ripens in the weeks ahead beyond what buyers take, and who is asked to take it.

Three sources, each named on the page: what producers declared, what buyers took a week in the last quarter, and the crop
calendar for what nobody has declared yet, which is an estimate and is never added to the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
from django.db import transaction
from django.utils.translation import gettext_noop as _

from samphao.accounts import queries as accounts
from samphao.accounts.services import in_three_languages, notify, spoken_day
from samphao.core import clock
from samphao.core.errors import Conflict, Refused
from samphao.engines.surplus import beyond_demand, not_yet_declared
from samphao.reference import queries as reference
from samphao.trade import queries as trade
from samphao.trade import services as trade_services
from samphao.trade.queries import RipeWeek
from samphao.trade.types import CampaignSpec, SurplusFound

BUYERS, PROCESSORS = "buyers", "processors"
WEEKS = 8
PACE_WEEKS = 13
PROCESSING = "food_processing"
"""Scheme of the registration of those who freeze, dry or cook fruit."""
ASKED = _(
    "%(kg)s of %(good)s ripen from %(start)s to %(end)s and are not sold yet. You bought it before: what is on sale stands on the market, or ask its sellers for quotes here."
)
OFFERED = _(
    "%(kg)s of %(good)s ripen from %(start)s to %(end)s and are not sold fresh. You process fruit: what is on sale stands on the market."
)


CAMPAIGN_FROM = timedelta(days=1)
CAMPAIGN_AT = time(10)
CAMPAIGN_LASTS = timedelta(days=1)
CAMPAIGN_LIMIT = 12
CAMPAIGN_NAME = _("%(good)s of the coming weeks")


@dataclass(frozen=True, slots=True)
class Cell:
    """A good in one province and week, kg: declared, not sold yet, beyond what buyers take; and what that is worth, satang."""

    province_iso: str
    week: date
    declared_kg: float
    left_kg: float
    over_kg: float
    over_minor: int


@dataclass(frozen=True, slots=True)
class GoodAhead:
    """The weeks ahead of one good. `undeclared_kg` is the calendar's estimate for the same weeks; `pace_kg` a week."""

    good: str
    pace_kg: float
    cells: tuple[Cell, ...]
    undeclared_kg: float

    @property
    def over_kg(self) -> float:
        return sum(cell.over_kg for cell in self.cells)

    @property
    def over_minor(self) -> int:
        return sum(cell.over_minor for cell in self.cells)


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def board() -> list[GoodAhead]:
    """Return every good that ripens within eight weeks, the largest surplus first; a fixed number of queries."""
    start = monday(clock.today())
    end = start + timedelta(weeks=WEEKS)
    fresh = {good.code for good in reference.goods().values() if good.is_fresh_fruit}
    goods = [good for good in trade.goods_declared(start) if good in fresh]
    since = datetime.combine(start - timedelta(weeks=PACE_WEEKS), datetime.min.time(), clock.BANGKOK)
    taken = trade.taken_kg(goods, since)
    rows: dict[str, list[RipeWeek]] = {}
    for row in trade.ripening(goods, start, end):
        rows.setdefault(row.good, []).append(row)
    undeclared = _undeclared(goods, clock.today(), end)
    found = [
        GoodAhead(good, taken.get(good, 0.0) / PACE_WEEKS, _cells(ripe, start, taken.get(good, 0.0) / PACE_WEEKS), undeclared.get(good, 0.0))
        for good, ripe in rows.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.over_kg, one.good))


def _cells(ripe: list[RipeWeek], start: date, pace_kg: float) -> tuple[Cell, ...]:
    provinces = sorted({row.province_iso for row in ripe})
    left = np.zeros((WEEKS, len(provinces)))
    for row in ripe:
        left[(row.week - start).days // 7, provinces.index(row.province_iso)] = row.left_kg
    over = beyond_demand(left, np.full(WEEKS, pace_kg))
    cells = []
    for row in ripe:
        kg = float(over[(row.week - start).days // 7, provinces.index(row.province_iso)])
        worth = round(row.left_minor * kg / row.left_kg) if row.left_kg else 0
        cells.append(Cell(row.province_iso, row.week, row.declared_kg, row.left_kg, kg, worth))
    return tuple(cells)


def _undeclared(goods: list[str], today: date, end: date) -> Mapping[str, float]:
    """Return what the crop calendar lets expect beside the declared, by good, from today to the end; of this year only."""
    declared = trade.declared_by_month(goods, today.year)
    found: dict[str, float] = {}
    for (good, province), shares in trade.crop_calendar(goods).items():
        months = np.array([declared.get((good, province, month), 0.0) for month in range(1, 13)])
        expected = not_yet_declared(months, np.array(shares), today.month - 1)
        found[good] = found.get(good, 0.0) + sum(
            float(expected[month - 1]) * _part_of_month(today.year, month, today, end) for month in range(1, 13)
        )
    return found


def _part_of_month(year: int, month: int, start: date, end: date) -> float:
    first = date(year, month, 1)
    after = date(year + month // 12, month % 12 + 1, 1)
    days = (min(end, after) - max(start, first)).days
    return max(0, days) / (after - first).days


def call(good: str, kind: str, *, by: str) -> str:
    """Ask past buyers or processors to take a good's surplus of the weeks ahead, once a week; the call is kept, and its code returned.

    Raises
    ------
    Refused
        If the good has no surplus, or nobody is known who could be asked.
    Conflict
        If they have been asked this week already.
    """
    if kind not in (BUYERS, PROCESSORS):
        raise Refused(_("Nobody is known who could be asked."), kind=kind)
    ahead = next((one for one in board() if one.good == good), None)
    if ahead is None or ahead.over_kg < 1:
        raise Refused(_("There is no surplus of this good in the weeks ahead."), good=good)
    receivers = trade.past_buyers(good) if kind == BUYERS else accounts.holders_of(PROCESSING)
    if not receivers:
        raise Refused(_("Nobody is known who could be asked."), good=good)
    start = monday(clock.today())
    until = start + timedelta(weeks=WEEKS)
    found = SurplusFound(good, kind, start, until, Decimal(str(round(ahead.over_kg, 3))), ahead.over_minor)
    with transaction.atomic():
        code = trade_services.open_surplus_call(found, asked=len(receivers), by=by)
        if code is None:
            raise Conflict(_("They have been asked this week already."), good=good)
        notify(receivers, subject=code, key=f"surplus:{code}", **_texts(found))
    return code


def campaign_for(good: str) -> CampaignSpec:
    """Return a campaign for a good's lots of the weeks ahead that are neither on sale nor ordered, to be looked at and announced.

    Raises
    ------
    Refused
        If there is no such good, or none of its lots is free.
    """
    known = reference.goods().get(good)
    start = monday(clock.today())
    lots = trade.lots_for_campaign(good, start, start + timedelta(weeks=WEEKS)) if known else []
    if known is None or not lots:
        raise Refused(
            _("No lot of this good is free for a campaign: those on sale or ordered are not announced any more.")
        )
    names = in_three_languages(
        CAMPAIGN_NAME, good={"text_en": known.name_en, "text_th": known.name_th, "text_zh": known.name_zh}
    )
    starts_at = datetime.combine(clock.today() + CAMPAIGN_FROM, CAMPAIGN_AT, clock.BANGKOK)
    return CampaignSpec(
        names["text_en"], names["text_th"], names["text_zh"], starts_at, starts_at + CAMPAIGN_LASTS, CAMPAIGN_LIMIT,
        tuple(lot.code for lot in lots),
    )  # fmt: skip


def _texts(found: SurplusFound) -> dict[str, str]:
    good = reference.goods()[found.good]
    named = {"text_en": good.name_en, "text_th": good.name_th, "text_zh": good.name_zh}
    kg = f"{found.surplus_kg:,.0f} kg"
    last = found.until - timedelta(days=1)
    message = ASKED if found.kind == BUYERS else OFFERED
    return in_three_languages(message, kg=kg, good=named, start=spoken_day(found.from_week), end=spoken_day(last))
