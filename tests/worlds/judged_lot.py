"""Somchai's 600 Monthong durians are on sale for Kunming and Bangkok: orchard, packing house, exporter, laboratory and importer are registered.

The packing house's listing in China ends on the tenth day of a sale of thirty; the harvest is on the days 12 to 14.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from samphao.accounts import services as accounts
from samphao.accounts.models import Organisation
from samphao.accounts.types import OrchardSpec, Party, PartyRegistration
from samphao.core import clock
from samphao.customs import services as customs
from samphao.customs.models import Declaration
from samphao.customs.types import (
    Decision,
    DecisionSpec,
    DeclarationSpec,
    DocumentNeed,
    GoodsItemSpec,
    ImporterTermsSpec,
    PermitSpec,
    Transport,
)
from samphao.freight.models import Consignment, Load, MovementEvent, Shipment
from samphao.reference import services as reference
from samphao.reference.types import DestinationSpec
from samphao.trade import services as trade
from samphao.trade.types import LotSpec, SaleWindow
from samphao.workflows import gates

LOT = "CTI-MT-0500"
OPENS_AT = datetime(2026, 4, 20, 2, tzinfo=UTC)
FIRST_DAY = date(2026, 4, 20)
LISTED_TO = FIRST_DAY + timedelta(days=10)
CUT_ON = FIRST_DAY + timedelta(days=12)
KUNMING = DestinationSpec("KMG", "CNKMG", "Kunming", "คุนหมิง", "昆明", "CN", "CNY", 1.0, 1.0, "illustrative")
BANGKOK = DestinationSpec("BKK", "THBKK", "Bangkok", "กรุงเทพฯ", "曼谷", "TH", "THB", 1.0, 1.0, "illustrative")
KINDS = {
    "somchai": "producer",
    "house": "packing_house",
    "exporter": "exporter",
    "importer": "importer",
    "lab": "laboratory",
}
SCHEMES = (
    ("house", "gacc_packing_house", LISTED_TO), ("house", "doa_packing_house", None), ("exporter", "exporter_customs", None),
    ("importer", "gacc_importer", None), ("lab", "laboratory_gacc", None),
)  # fmt: skip
PAPERS = ("phytosanitary-certificate", "form-e", "seal-and-marks")


@dataclass(frozen=True)
class World:
    ids: dict[str, int]
    somchai: Organisation


def make(*, lots: int = 1) -> World:
    """Open the lot (and as many others like it) for sale, with its gates judged on the first day."""
    clock.move_to(OPENS_AT)
    reference.publish()
    reference.publish_destinations([KUNMING, BANGKOK])
    ids = accounts.register_parties(
        [
            Party(code, kind, "company", code.title(), code, code, "CN" if code == "importer" else "TH", "", "", "", "th")
            for code, kind in KINDS.items()
        ],
        [PartyRegistration(who, scheme, f"{who}-{scheme}", "valid", None, to, "test") for who, scheme, to in SCHEMES],
        [
            OrchardSpec(
                "ORC", "somchai", "Orchard", "สวน", "TH-22", "2203", Decimal(40), 800, "AC 03-9001-1", date(2024, 1, 1),
                CUT_ON + timedelta(days=2), None, None,
            )
        ],
        is_demo=True,
    )  # fmt: skip
    customs.publish_offices()
    customs.record_importers(
        [ImporterTermsSpec("importer", "KMG", 60, "CNY", "test")],
        [PermitSpec("importer", "durian-fresh", "CNMHN", 100_000, FIRST_DAY, date(2026, 12, 31), "QP-1", "test")],
        ids,
    )
    specs = [
        LotSpec(
            LOT if number == 0 else f"CTI-MT-06{number:02}", "somchai", "ORC", "house", "exporter", "durian-fresh", "Monthong", "A", CUT_ON,
            CUT_ON + timedelta(days=2), "fruit", 3000, 6, 600, 49_500, "THB", Decimal("34.1"), "", None, None, "lab", "Monthong", "หมอนทอง",
            "金枕", is_hot=False,
        )
        for number in range(lots)
    ]  # fmt: skip
    trade.open_lots(specs, [], ids, SaleWindow(OPENS_AT, OPENS_AT + timedelta(days=30)), is_demo=True)
    gates.open_gates([spec.code for spec in specs], {})
    return World(ids, Organisation.objects.get(code="somchai"))


def load_it(number: int = 1, *, order: str = "SO-1") -> Load:
    """Put goods of the lot for Kunming into a container that leaves by road two days after the cut."""
    departs = datetime.combine(CUT_ON + timedelta(days=2), time(6), UTC)
    load = Load.objects.create(
        code=f"LD-{number}", service="x", equipment="container_40_reefer", is_whole=True, origin="house", destination="KMG", importer="importer",
        entry_node="CNMHN", legs=[{"from": "THCTI", "to": "CNKMG", "mode": "road"}], mode="road", departs_at=departs,
        arrives_at=departs + timedelta(days=3), mass_kg=900, volume_m3=3, capacity_kg=18_000, capacity_m3=60, cost_minor=1,
        container_number=f"SMPU000000{number}", seal_number=f"SM{number}",
    )  # fmt: skip
    Consignment.objects.create(
        code=f"CS-{number}", load=load, exporter="exporter", importer="importer", shipments=1, mass_kg=900
    )
    Shipment.objects.create(
        code=f"SH-{order}", order_code=order, lot_code=LOT, good="durian-fresh", origin="house", exporter="exporter", importer="importer",
        destination="KMG", is_chilled=True, mass_kg=900, volume_m3=3, ready_at=departs, due_at=departs + timedelta(days=9), load=load,
    )  # fmt: skip
    return load


def seal(load: Load) -> date:
    """Write that a load was sealed an hour before it left; return the day in Bangkok."""
    at = load.departs_at - timedelta(hours=1)
    MovementEvent.objects.create(load=load, kind="sealed", node="house", at=at, planned_at=at, reported_by="test")
    return at.astimezone(clock.BANGKOK).date()


def export(world: World, load: Load, *, papers: tuple[str, ...] = PAPERS) -> None:
    """Declare a load for export with some papers, and let an officer release it."""
    spec = _spec(load)
    needs = tuple(
        DocumentNeed(code, code, "", "", "enter", "test", "test", "test", f"{code}-{load.pk}") for code in papers
    )
    customs.declare_exports([replace(spec, documents=needs)], world.ids, seed=1, at=clock.now())
    waiting = Declaration.objects.filter(load_code=load.code, state="control").values_list("code", flat=True)
    looked = [DecisionSpec(code, Decision.RELEASE, "Looked at, for the test.") for code in waiting]
    customs.decide_many(looked, by="test", at=clock.now())


def enter(world: World, load: Load, *, seal_number: str = "", entry_node: str = "CNMHN") -> None:
    """Declare a load at its entry: the importer has a permit for Mohan alone."""
    spec = _spec(load)
    way = replace(spec.transport, seal_number=seal_number or load.seal_number, entry_node=entry_node)
    item = replace(spec.items[0], duty_minor=0, vat_minor=9_000)
    customs.declare_imports([replace(spec, items=(item,), currency="CNY", transport=way)], world.ids, seed=1)


def _spec(load: Load) -> DeclarationSpec:
    item = GoodsItemSpec(
        "durian-fresh", "fresh_fruit", "081060", "", "Durian", "ทุเรียน", "榴莲", 50, Decimal(900), Decimal(960), 14_850_000, "form-e", (LOT,),
        needs_permit=True,
    )  # fmt: skip
    way = Transport(
        load.code, "road", "test", load.container_number, load.seal_number, "THNOK", "TH", "CNMHN", ("LA",), is_shared=False,
        departs_at=load.departs_at, enters_at=load.departs_at + timedelta(days=2),
    )  # fmt: skip
    return DeclarationSpec(
        load.pk, f"CS-{load.code[3:]}", "exporter", "importer", "KMG", "CN", "TH", "THB", 14_850_000, 14_850_000, way, (item,)
    )  # fmt: skip
