"""Published rules of trade modes as the queries give them: dated, sourced, named in three languages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from samphao.core.errors import BadRows
from samphao.engines.trade_modes import MODES, Sale, decide_modes
from samphao.reference import queries, services
from samphao.reference.types import PostRateSpec

pytestmark = pytest.mark.django_db
ON = date(2026, 4, 24)


@pytest.fixture(autouse=True)
def published() -> None:
    services.publish()


def test_every_mode_has_rules_with_names_and_sources() -> None:
    rules, names = queries.trade_mode_rules(ON)
    assert {rule.condition.gate for rule in rules} == set(MODES)
    for rule in rules:
        assert rule.condition.source
        assert names[rule.condition.code].name_th


def test_a_durian_for_china_is_refused_by_post_with_the_notice_that_forbids_it() -> None:
    rules, _names = queries.trade_mode_rules(ON)
    durian = Sale("durian-fresh", "fresh_fruit", "chilled", is_fresh_fruit=True, country="CN", buyer_kind="household")
    post = decide_modes(rules, durian, on=ON)[2]
    found = {finding.rule.code: finding for finding in post.refusals if finding.is_met is False}
    assert set(found) == {"post-fresh-fruit-cn", "post-no-cold"}
    assert "notice 470" in found["post-fresh-fruit-cn"].rule.source


def test_cross_border_retail_charges_no_duty_and_seven_tenths_of_vat_within_its_limits() -> None:
    taxes = queries.cbec_taxes(ON)
    assert taxes is not None
    assert (taxes.duty.percent, taxes.share_of_tax.percent) == (0, 70)
    assert (taxes.order_limit_minor, taxes.year_limit_minor, taxes.currency) == (500_000, 2_600_000, "CNY")
    assert queries.cbec_taxes(date(2018, 12, 31)) is None, "those limits are not older than 2019"


def test_what_is_known_of_the_list_is_given_and_what_is_not_stays_unknown() -> None:
    goods = queries.cbec_goods(ON)
    assert (goods["rice-hommali"].is_listed, goods["rice-hommali"].limit_g_per_person_year) == (True, 20_000)
    assert goods["durian-fresh"].is_listed is None


def test_unprocessed_produce_is_exempt_at_home_and_silk_is_not() -> None:
    taxes = queries.domestic_taxes("TH", ON)
    assert taxes["durian-fresh"].charge.kind == taxes["rice-hommali"].charge.kind == "exempt"
    assert (taxes["silk-fabric"].charge.percent, taxes["silk-fabric"].registration_minor) == (7, 180_000_000)
    assert "silk-fabric" not in queries.domestic_taxes("TH", date(2026, 10, 1)), "no rate is known after September"


def test_a_currency_is_worth_itself() -> None:
    assert queries.exchange_rates(ON)["THB"].rate == Decimal(1)


def test_a_postal_tariff_is_the_users_own_and_replaces_the_one_before() -> None:
    assert queries.post_rates("CN", ON) == []
    step = PostRateSpec("epacket", "ePacket", "LE", "CN", 500, 22_000, "THB", 7, 14, None, None, "invented")
    services.publish_post_tariff([step, step.__class__(**{**_fields(step), "mass_max_g": 250, "price_minor": 15_000})])
    services.publish_post_tariff([step])
    assert queries.post_rates("CN", ON) == [step]


def _fields(step: PostRateSpec) -> dict[str, object]:
    return {name: getattr(step, name) for name in step.__slots__}


def test_a_rule_with_a_bad_cell_is_told_by_row(tmp_path: object) -> None:
    from pathlib import Path
    from shutil import copytree

    folder = Path(str(tmp_path)) / "data"
    copytree(services.DATA, folder)
    rules = folder / "trade_mode_rules.csv"
    rules.write_text(rules.read_text(encoding="utf-8").replace("2010-09-01", "September", 1), encoding="utf-8")
    with pytest.raises(BadRows, match=r"trade_mode_rules\.csv:"):
        services.publish(folder)
