"""Somchai may list durian of his own orchard: house, exporter and importer of Kunming are registered; Malee weaves in Nan.

It is 20 April 2026; exchange rates, duties and carriage of that day are known. Somchai has a teammate; Malee is an outsider to him.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from samphao.accounts.models import Membership, Organisation, User
from samphao.accounts.queries import Viewer, viewer
from samphao.reference import services as reference
from samphao.trade.types import OwnLot
from worlds import judged_lot, open_hub

TODAY = judged_lot.FIRST_DAY
HARVEST_FROM, HARVEST_TO = judged_lot.CUT_ON, judged_lot.CUT_ON + timedelta(days=2)


@dataclass(frozen=True)
class World:
    ids: dict[str, int]

    def viewer(self, name: str) -> Viewer:
        return viewer(User.objects.get(username=name))


def make() -> World:
    """Make the parties as `judged_lot` has them, with people who sign in, and a corridor to Kunming and inside Thailand."""
    open_hub.make()
    world = judged_lot.make(lots=0)
    Organisation.objects.filter(code__in=("somchai", "house")).update(province_iso="TH-22", name_th="สวนสมชาย")
    malee = Organisation.objects.create(
        code="malee", kind="producer", legal_form="community_enterprise", name_en="Malee", name_th="มาลี", name_zh="玛丽", country="TH",
        province_iso="TH-55",
    )  # fmt: skip
    for name, organisation, role in (
        ("somchai", world.somchai, "owner"), ("teammate", world.somchai, "member"), ("malee", malee, "owner"),
    ):  # fmt: skip
        user = User.objects.create_user(name, password="village to the world")
        Membership.objects.create(user=user, organisation=organisation, role=role)
    reference.publish_destinations([judged_lot.KUNMING, replace(judged_lot.BANGKOK, node="THBKP")])
    return World(world.ids | {"malee": malee.pk})


def durian(**changes: object) -> OwnLot:
    """Return two tonnes of Monthong by the kilogram, in cartons of 18 kg."""
    values: dict[str, object] = {
        "good": "durian-fresh", "attributes": {"variety": "monthong", "grade": "a"}, "harvest_from": HARVEST_FROM, "harvest_to": HARVEST_TO,
        "closes_on": HARVEST_FROM - timedelta(days=1), "unit": "kg", "unit_mass_g": 1000, "carton_units": 18, "quantity": 2000,
        "price_minor": 16_000, "orchard": "ORC", "packing_house": "house", "exporter": "exporter",
    }  # fmt: skip
    return OwnLot(**(values | changes))  # type: ignore[arg-type]


def silk(**changes: object) -> OwnLot:
    values: dict[str, object] = {
        "good": "silk-fabric", "attributes": {"fibre": "silk", "weave": "nam-lai", "dye": "indigo"}, "harvest_from": date(2026, 5, 1),
        "harvest_to": date(2026, 5, 1), "closes_on": date(2026, 7, 1), "unit": "m", "unit_mass_g": 180, "carton_units": 20, "quantity": 60,
        "price_minor": 120_000, "exporter": "exporter",
    }  # fmt: skip
    return OwnLot(**(values | changes))  # type: ignore[arg-type]
