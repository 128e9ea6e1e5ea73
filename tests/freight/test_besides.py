"""Trucks inside Thailand and bags of the post: what fits, what is numbered, what moves, and what customs never sees."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from samphao.engines import s10
from samphao.freight import services
from samphao.freight.models import Consignment, Load, Shipment
from samphao.freight.postal import cheapest, gross_mass_g
from samphao.freight.types import ShipmentSpec
from samphao.reference import services as reference
from samphao.reference.types import DestinationSpec, PostRateSpec

pytestmark = pytest.mark.django_db
ON = date(2026, 4, 24)
READY = datetime(2026, 5, 1, 18, tzinfo=ZoneInfo("Asia/Bangkok"))
CHANTHABURI, NAN = (12.61, 102.10), (18.78, 100.78)
BANGKOK = DestinationSpec("BKK", "THBKP", "Bangkok", "", "", "TH", "THB", 0.0, 0.0, "")
KUNMING = DestinationSpec("KMG", "CNKMG", "Kunming", "", "", "CN", "CNY", 0.0, 0.0, "")


def rate(product: str, mass_max_g: int, price_minor: int, days_max: int = 10) -> PostRateSpec:
    return PostRateSpec(
        product, product.title(), "EE", "CN", mass_max_g, price_minor, "THB", 3, days_max, None, None, "the tests' own"
    )


RATES = [
    rate("slow", 500, 10_000, 18),
    rate("slow", 2_000, 25_000, 18),
    rate("fast", 1_000, 20_000),
    rate("fast", 30_000, 90_000),
]


@pytest.fixture(autouse=True)
def places() -> None:
    reference.publish_destinations([BANGKOK, KUNMING])
    reference.publish_post_tariff(RATES)


def spec(number: int, mode: str, mass_kg: float, ready_at: datetime = READY, **more: object) -> ShipmentSpec:
    place = BANGKOK if mode == "domestic" else KUNMING
    fields: dict[str, object] = {
        "order_code": f"SO-{number}", "number": number, "lot_code": "LOT", "good": "durian-fresh", "origin": "PKH-1", "door": CHANTHABURI,
        "exporter": "EXP", "importer": "", "destination": place.code, "node": place.node, "entry_nodes": None, "is_chilled": True,
        "is_fresh_fruit": mode == "domestic", "mass_kg": mass_kg, "volume_m3": mass_kg / 310, "ready_at": ready_at,
        "due_at": ready_at + timedelta(days=11), "trade_mode": mode, "service": "slow" if mode == "post" else "",
    }  # fmt: skip
    return ShipmentSpec(**{**fields, **more})  # type: ignore[arg-type]


def test_trucks_gather_what_is_ready_within_three_days_and_never_carry_too_much() -> None:
    shipments = [spec(n, "domestic", 4_000, READY + timedelta(days=n // 2)) for n in range(10)]
    done = services.dispatch_besides(shipments, ON)
    assert set(Counter(Shipment.objects.values_list("load", flat=True)).values()) == {2}
    for load in Load.objects.all():
        assert load.mass_kg <= load.capacity_kg == 9_000
        assert load.plan is None
        assert load.equipment == "truck_9t"
    assert done.trucks == Load.objects.count() == 5
    for shipment in Shipment.objects.select_related("load"):
        assert shipment.load is not None
        assert shipment.ready_at < shipment.load.departs_at < shipment.load.arrives_at < shipment.due_at


def test_goods_of_the_north_gather_elsewhere_than_those_of_the_east() -> None:
    services.dispatch_besides([spec(1, "domestic", 10), spec(2, "domestic", 10, door=NAN)], ON)
    assert set(Load.objects.values_list("origin", flat=True)) == {"THCTI", "THLKR"}


def test_postal_items_get_numbers_that_check_and_bags_that_can_be_lifted() -> None:
    done = services.dispatch_besides([spec(n, "post", 0.9) for n in range(1, 81)], ON)
    numbers = list(Shipment.objects.values_list("item_number", flat=True))
    assert len(set(numbers)) == 80
    assert all(s10.is_valid(number) and number.endswith("TH") for number in numbers)
    assert (done.bags, done.items, done.postage_minor) == (3, 80, 80 * 25_000)
    assert all(load.mass_kg <= 30 for load in Load.objects.all())
    assert set(Load.objects.values_list("equipment", "emission_kg")) == {("post_bag", None)}, "the way is not known"


def test_what_leaves_besides_the_plan_is_delivered_without_any_declaration() -> None:
    services.dispatch_besides([spec(1, "domestic", 10), spec(2, "post", 0.4)], ON)
    assert Consignment.objects.count() == 0
    journey = services.move_to_entry("no-such-plan", seed=1)
    assert (journey.loads, journey.events) == (2, 10)
    assert sorted(services.deliver_loads("no-such-plan")) == ["SO-1", "SO-2"]
    assert set(Load.objects.values_list("state", flat=True)) == {"delivered"}


def test_an_item_whose_step_has_gone_since_it_was_priced_is_told() -> None:
    with pytest.raises(LookupError, match="no step of slow to CN takes the item of order SO-1"):
        services.dispatch_besides([spec(1, "post", 5.0)], ON)
    assert Load.objects.count() == Shipment.objects.count() == 0


@pytest.mark.parametrize(
    ("net_g", "product", "step"),
    [(400, "slow", 500), (434, "slow", 500), (435, "fast", 1_000), (900, "slow", 2_000), (1_800, "fast", 30_000)],
)
def test_an_item_takes_the_cheapest_step_that_holds_it_packed(net_g: int, product: str, step: int) -> None:
    found = cheapest(RATES, net_g)
    assert found is not None
    assert (found.product, found.step_g, found.gross_mass_g) == (product, step, gross_mass_g(net_g))


def test_what_no_step_holds_has_no_postage() -> None:
    assert cheapest(RATES, 27_000) is None
    assert cheapest([], 1) is None
