"""An exporter offers a grower's goods as far as the two have agreed, and not a kilogram further."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from worlds import market_morning
from worlds.market_morning import World

from samphao.accounts import services as accounts
from samphao.accounts.models import User
from samphao.accounts.queries import viewer
from samphao.accounts.types import DelegationTerms
from samphao.core import clock
from samphao.core.errors import Refused
from samphao.trade.delegated import NOT_AGREED, OTHER_CURRENCY, TOO_MUCH, Offered, require_delegation
from samphao.trade.models import Lot
from samphao.workflows.record_access import may_add_file

pytestmark = pytest.mark.django_db
LONGAN = Offered("somchai", "exporter", "longan-fresh", 1000, 1000, 6_200, "THB", date(2026, 4, 30))


@pytest.fixture
def morning() -> World:
    """The morning with one lot of longan alone: 1,200 kg at 62 baht, harvested from 30 April."""
    made = market_morning.make()
    Lot.objects.exclude(code="CPN-LG-0718").filter(listing__good="longan-fresh").update(harvest_from=date(2027, 1, 1))
    return made


def agreed(good: str = "longan-fresh", **changed: Any) -> str:
    today = min(clock.today(), LONGAN.harvest_from)
    terms = DelegationTerms((good,), 2_200, None, today, max(clock.today(), LONGAN.harvest_from) + timedelta(days=30))
    code = accounts.ask_delegation("somchai", "exporter", replace(terms, **changed), by="somchai")
    accounts.accept_delegation(code, by="exporter")
    return code


def test_up_to_the_limit_and_not_a_kilogram_more(morning: World) -> None:
    code = agreed()
    assert require_delegation(LONGAN) == code
    with pytest.raises(Refused, match=TOO_MUCH):
        require_delegation(replace(LONGAN, quantity=1001))


def test_the_amount_counts_what_stands_there_already(morning: World) -> None:
    agreed(month_kg_max=None, month_amount_max_minor=2_200 * 6_200)
    require_delegation(LONGAN)
    with pytest.raises(Refused, match=TOO_MUCH):
        require_delegation(replace(LONGAN, price_minor=6_201))


def test_another_month_begins_anew(morning: World) -> None:
    agreed(valid_to=date(2027, 12, 31))
    require_delegation(replace(LONGAN, quantity=2_200, harvest_from=date(2026, 5, 1)))


def test_without_an_agreement_for_this_good_nothing_is_offered(morning: World) -> None:
    with pytest.raises(Refused, match=NOT_AGREED):
        require_delegation(LONGAN)
    agreed("durian-fresh")
    with pytest.raises(Refused, match=NOT_AGREED):
        require_delegation(LONGAN)


def test_what_was_ended_holds_no_longer_in_the_same_second(morning: World) -> None:
    code = agreed()
    accounts.end_delegation(code, by="somchai")
    with pytest.raises(Refused, match=NOT_AGREED):
        require_delegation(LONGAN)


def test_a_harvest_after_its_last_day_is_not_covered(morning: World) -> None:
    agreed()
    with pytest.raises(Refused, match=NOT_AGREED):
        require_delegation(replace(LONGAN, harvest_from=date(2030, 1, 1)))


def test_a_limit_in_baht_says_nothing_about_yuan(morning: World) -> None:
    agreed()
    with pytest.raises(Refused, match=OTHER_CURRENCY):
        require_delegation(replace(LONGAN, currency="CNY"))


def test_an_exporter_adds_photos_to_a_lot_only_while_its_grower_lets_it_sell(morning: World) -> None:
    def may(name: str, kind: str = "photo") -> bool:
        return may_add_file("CPN-LG-0718", kind, viewer(User.objects.get(username=name)))

    assert (may("somchai"), may("exporter"), may("malee")) == (True, False, False)
    code = agreed()
    assert (may("somchai"), may("exporter"), may("malee")) == (True, True, False)
    assert not may("exporter", "lab_report")
    accounts.end_delegation(code, by="exporter")
    assert not may("exporter")
