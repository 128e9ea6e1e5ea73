"""What a lot must be to be offered: said once, for pages and for files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext_noop as _

from samphao.core.clock import BANGKOK
from samphao.reference.types import GoodSpec
from samphao.trade import phrases
from samphao.trade.types import DELIVERY_2018, DEPOSIT_2018, LotFault, OwnLot, PayoutSchedule

WINDOW_DAYS_MAX = 120
SALE_DAYS_MAX = 365
STEPS_MAX = 5
QUANTITY_MAX = 1_000_000_000
CLAIM_HOURS_RANGE = (24, 168)
UNITS = ("kg", "fruit", "pc", "m")
MASS_G_MAX = 10_000_000


@dataclass(frozen=True, slots=True)
class Known:
    """What a seller may name: goods, his own orchards, packing houses, exporters."""

    goods: Mapping[str, GoodSpec]
    orchards: Collection[str]
    packing_houses: Collection[str]
    exporters: Collection[str]
    today: date


def end_of(day: date) -> datetime:
    """Return when a sale ends whose last day it is: with the day, in Bangkok."""
    return datetime.combine(day + timedelta(days=1), time(), BANGKOK)


def last_day(closes_at: datetime) -> date:
    return (closes_at - timedelta(microseconds=1)).astimezone(BANGKOK).date()


def faults_of(lot: OwnLot, known: Known) -> list[LotFault]:
    """Return everything that is wrong with a lot as it is offered."""
    good = known.goods.get(lot.good)
    if good is None:
        return [fault("good", _("There is no good named %(value)s"), value=lot.good)]
    return [
        *_of_attributes(lot, good), *_of_parties(lot, good, known), *_of_days(lot, known.today), *_of_amounts(lot, good), *_of_prices(lot),
        *of_schedule(lot.schedule),
    ]  # fmt: skip


def fault(field: str, text: str, **values: str | int) -> LotFault:
    return LotFault(field, text, values)


def _of_attributes(lot: OwnLot, good: GoodSpec) -> Iterator[LotFault]:
    asked = {one.code: one for one in phrases.attributes_of(good.code, good.category)}
    for code, chosen in lot.attributes.items():
        if code not in asked:
            yield fault(code, _("This good is not asked for it: leave it empty"))
        elif chosen not in asked[code].options:
            options = ", ".join(asked[code].options)
            yield fault(code, _("%(value)s is none of these: %(options)s"), value=chosen, options=options)
    for field, texts, most in (("title", lot.title, 200), ("description", lot.description, 2000)):
        for language, text in zip(phrases.LANGUAGES, texts, strict=True):
            if len(text) > most:
                yield fault(f"{field}_{language}", _("Write at most %(most)s characters"), most=most)


def _of_parties(lot: OwnLot, good: GoodSpec, known: Known) -> Iterator[LotFault]:
    if lot.orchard and lot.orchard not in known.orchards:
        yield fault("orchard", _("%(value)s is no orchard of this seller"), value=lot.orchard)
    if good.is_fresh_fruit and not lot.orchard:
        yield fault("orchard", _("Fresh fruit needs the orchard that it grows in"))
    if lot.packing_house and lot.packing_house not in known.packing_houses:
        yield fault("packing_house", _("%(value)s is no packing house of this hub"), value=lot.packing_house)
    if good.is_fresh_fruit and not lot.packing_house:
        yield fault("packing_house", _("Fresh fruit needs a packing house"))
    if lot.exporter and lot.exporter not in known.exporters:
        yield fault("exporter", _("%(value)s is no exporter of this hub"), value=lot.exporter)


def _of_days(lot: OwnLot, today: date) -> Iterator[LotFault]:
    if lot.harvest_to < lot.harvest_from:
        yield fault("harvest_to", _("The last day is before the first"))
    elif (lot.harvest_to - lot.harvest_from).days > WINDOW_DAYS_MAX:
        yield fault("harvest_to", _("A lot is of one harvest: at most %(days)s days"), days=WINDOW_DAYS_MAX)
    if lot.harvest_to < today:
        yield fault("harvest_to", _("This day is past"))
    if lot.closes_on < today:
        yield fault("closes_on", _("This day is past"))
    elif lot.closes_on > lot.harvest_to + timedelta(days=SALE_DAYS_MAX):
        yield fault("closes_on", _("The sale ends within a year of the harvest"))
    if lot.flowering_on and lot.flowering_on >= lot.harvest_from:
        yield fault("flowering_on", _("The flowers come before the harvest"))


def _of_amounts(lot: OwnLot, good: GoodSpec) -> Iterator[LotFault]:
    if lot.unit not in UNITS:
        yield fault("unit", _("%(value)s is none of these: %(options)s"), value=lot.unit, options=", ".join(UNITS))
    elif lot.unit == "fruit" and phrases.fruit_mass_g(good.code) is None:
        yield fault("unit", _("This good is not sold by the fruit"))
    if lot.unit == "kg" and lot.unit_mass_g != 1000:
        yield fault("unit_mass_g", _("A kilogram has 1000 g"))
    for field, value, most in (
        ("quantity", lot.quantity, QUANTITY_MAX), ("unit_mass_g", lot.unit_mass_g, MASS_G_MAX), ("carton_units", lot.carton_units, 1_000_000),
    ):  # fmt: skip
        if not 0 < value <= most:
            yield fault(field, _("Write a number from 1 to %(most)s"), most=most)
    if not 1 <= lot.minimum_units <= max(1, lot.quantity):
        yield fault("minimum_units", _("The smallest order is at least 1 and no more than there is"))
    if lot.monthly_capacity is not None and not 0 < lot.monthly_capacity <= QUANTITY_MAX:
        yield fault("monthly_capacity", _("Write a number from 1 to %(most)s"), most=QUANTITY_MAX)
    if lot.trees is not None and not 0 < lot.trees <= 1_000_000:
        yield fault("trees", _("Write a number from 1 to %(most)s"), most=1_000_000)


def _of_prices(lot: OwnLot) -> Iterator[LotFault]:
    if not 0 < lot.price_minor <= 10**12:
        yield fault("price", _("Write a price above zero"))
    if len(lot.steps) > STEPS_MAX:
        yield fault("price_steps", _("At most %(most)s steps"), most=STEPS_MAX)
    before, price = max(1, lot.minimum_units), lot.price_minor
    for units, step_price in lot.steps:
        if units <= before:
            yield fault("price_steps", _("Each step is for more than the one before and than the smallest order"))
        if not 0 < step_price < price:
            yield fault("price_steps", _("Each step costs less than the one before"))
        before, price = units, step_price


def of_schedule(schedule: PayoutSchedule) -> Iterator[LotFault]:
    """Yield what is wrong with a payout schedule; the database says the same."""
    if not (schedule.deposit_percent >= 0 and schedule.ticket_percent >= 0 and schedule.rest_percent >= 0):
        yield fault("ticket_percent", _("The shares together are at most 100 %%"))
    low, high = CLAIM_HOURS_RANGE
    if not low <= schedule.claim_hours <= high:
        yield fault("claim_hours", _("Buyers have from %(low)s to %(high)s hours"), low=low, high=high)
    if not 0 <= schedule.tolerance_pct <= 20 or schedule.tolerance_pct != round(schedule.tolerance_pct, 1):
        yield fault("tolerance_pct", _("Write a share from 0 to 20 %% with at most one decimal"))
    if schedule.terms not in ("standard", "terms_2018"):
        yield fault(
            "terms", _("%(value)s is none of these: %(options)s"), value=schedule.terms, options="standard, terms_2018"
        )
    elif schedule.terms == "terms_2018" and (
        schedule.deposit_percent < DEPOSIT_2018 or not schedule.delivery_days or schedule.delivery_days > DELIVERY_2018
    ):
        yield fault(
            "deposit_percent",
            _("The terms of 2018 are at least 20 %% when sold and delivery within seven days of the harvest"),
        )
    if schedule.delivery_days is not None and not 1 <= schedule.delivery_days <= 365:
        yield fault("delivery_days", _("Write a number from 1 to %(most)s"), most=365)
