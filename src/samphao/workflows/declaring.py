"""From planned consignments to export declarations: what customs must know of goods, parties, papers and the way they go.

An export declaration is one consignment: one exporter's goods to one importer in one load.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from samphao.core.codes import decode
from samphao.customs import queries as customs
from samphao.customs.types import DeclarationSpec, DocumentNeed, GoodsItemSpec, Transport
from samphao.freight import queries as freight
from samphao.reference import queries as reference
from samphao.reference.queries import DocumentSpec
from samphao.reference.types import GoodSpec
from samphao.trade import queries as trade
from samphao.trade.types import LotFacts

ORIGIN = "TH"
GENERAL = "general"
TARE = Decimal("1.07")  # gross over net mass of cartons: estimate
LATE_SHARE = 0.003  # papers of outside offices that are not there in time: made for the demo
CLAIMS = {"claims_acfta": "acfta", "claims_rcep": "rcep", "claims_atiga": "atiga"}
PAPER_OF = {"acfta": "form-e", "rcep": "rcep-proof", "atiga": "form-d"}
THEMSELVES = {"export-declaration", "import-declaration"}
MADE_HERE = {
    "commercial-invoice": "INV", "packing-list": "PL", "transport-document": "TD", "goods-transition-control": "GTC", "vgm": "VGM", "transit-papers": "TR",
}  # fmt: skip
LABORATORY = ("load-lab-listed", "load-by2", "load-cadmium")
PACKING_HOUSE = ("list-packing-house-gacc", "list-packing-house-doa", "load-packing-house-gacc")


@dataclass(slots=True)
class Goods:
    """The goods of one kind in one consignment, summed over its shipments."""

    grams: int = 0
    packages: int = 0
    value_minor: int = 0
    lots: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class Parcel:
    """A consignment while it is gathered: its goods by kind."""

    code: str
    exporter: str
    importer: str
    load: Any
    trade_mode: str
    goods: dict[str, Goods] = field(default_factory=lambda: defaultdict(Goods))


@dataclass(frozen=True, slots=True)
class Gathered:
    """Declarations to make, and consignments that nobody can declare: an exporter or importer is not known."""

    specs: list[DeclarationSpec]
    undeclared: list[str]


class Gathering:
    """One day's reading of all apps; what is the same for many consignments is read once."""

    def __init__(self, on: date, seed: int) -> None:
        self.on = on
        self.seed = seed
        self.goods = reference.goods()
        self.countries = {row.code: row.country for row in reference.destinations()}
        self.papers = reference.documents(on)
        self.lots = trade.lot_facts()
        self.findings = trade.gate_findings(("to_list", "to_cut", "to_load"))
        self._regimes: dict[str, dict[str, str]] = {}
        self._needed: dict[tuple[str, str, str, frozenset[str], bool], tuple[DocumentSpec, ...]] = {}

    def regime(self, country: str, good: str, trade_mode: str = GENERAL) -> str:
        """Return under which regime the price to the door supposes that the good enters a country."""
        if trade_mode != GENERAL:
            return trade_mode  # cross-border retail claims no preference: it pays no duty within its limits
        if country not in self._regimes:
            self._regimes[country] = {
                code: charges.duty_row.regime for code, charges in customs.import_charges(country, self.on).items()
            }
        return self._regimes[country].get(good, "")

    def papers_for(
        self, good: GoodSpec, country: str, trade_mode: str, modes: frozenset[str], is_transit: bool
    ) -> tuple[DocumentSpec, ...]:
        key = good.code, country, trade_mode, modes, is_transit
        if key not in self._needed:
            regime = self.regime(country, good.code, trade_mode)
            self._needed[key] = tuple(
                paper
                for paper in self.papers
                if paper.code not in THEMSELVES
                and paper.is_for(good, country, trade_mode, modes)
                and _is_asked(paper, regime, is_transit)
            )
        return self._needed[key]


def _is_asked(paper: DocumentSpec, regime: str, is_transit: bool) -> bool:
    """Whether a paper is asked for: a condition that nobody can answer here asks for nothing."""
    if paper.needed == "to_claim_preference":
        return CLAIMS.get(paper.condition_key) == regime
    if paper.condition_key == "over_third_country":
        return is_transit
    return paper.needed == "mandatory"


def exports_to_declare(on: date, seed: int) -> Gathered:
    """Gather every consignment of the latest plan that has no export declaration yet."""
    plan = freight.latest_plan()
    if plan is None:
        return Gathered([], [])
    gathering = Gathering(on, seed)
    declared = customs.declared_consignments("export")
    parcels = [parcel for parcel in _parcels(plan, gathering.lots) if parcel.code not in declared and parcel.goods]
    undeclared = [parcel.code for parcel in parcels if not (parcel.exporter and parcel.importer)]
    return Gathered([_export(parcel, gathering) for parcel in parcels if parcel.code not in undeclared], undeclared)


def _parcels(plan: Any, lots: Mapping[str, LotFacts]) -> Iterable[Parcel]:
    found = {
        consignment.code: Parcel(
            consignment.code, consignment.exporter, consignment.importer, consignment.load, consignment.trade_mode
        )
        for consignment in freight.consignments_of(plan)
    }
    for shipment in freight.loaded_shipments(plan):
        facts, goods = lots[shipment.lot], found[shipment.consignment].goods[shipment.good]
        units = round(shipment.mass_kg * 1000 / facts.unit_mass_g)
        goods.grams += units * facts.unit_mass_g
        goods.packages += -(-units // facts.carton_units)
        goods.value_minor += units * facts.price_minor
        goods.lots[shipment.lot] = None
    return found.values()


def _export(parcel: Parcel, gathering: Gathering) -> DeclarationSpec:
    load = parcel.load
    country = gathering.countries[load.destination]
    way = transport_of(load, country)
    items = tuple(
        _item(code, goods, country, parcel.trade_mode, gathering) for code, goods in sorted(parcel.goods.items())
    )
    value = sum(item.value_minor for item in items)
    lots = [lot for goods in parcel.goods.values() for lot in goods.lots]
    found = {lot: gathering.findings.get((lot, load.destination), {}) for lot in lots}
    houses = {
        gathering.lots[lot].packing_house
        for lot in lots
        if any(found[lot].get(rule) is False for rule in PACKING_HOUSE)
    }
    return DeclarationSpec(
        decode("CS", parcel.code) or 0, parcel.code, parcel.exporter, parcel.importer, load.destination, country, ORIGIN, "THB",
        value + _carriage_to_exit(load, items), value + _carriage_to_exit(load, items), way, items,
        _papers(parcel, way, items, found, gathering), tuple(sorted(houses)),
        is_exporter_registered=not any(rules.get("list-exporter") is False for rules in found.values()),
    )  # fmt: skip


def _item(code: str, goods: Goods, country: str, trade_mode: str, gathering: Gathering) -> GoodsItemSpec:
    good = gathering.goods[code]
    net = Decimal(goods.grams) / 1000
    return GoodsItemSpec(
        good.code, good.category, good.hs6, "", good.name_en, good.name_th, good.name_zh, goods.packages, net,
        (net * TARE).quantize(Decimal("0.001")), goods.value_minor, PAPER_OF.get(gathering.regime(country, code, trade_mode), ""), tuple(goods.lots),
        needs_permit=good.is_fresh_fruit and country == "CN",
    )  # fmt: skip


def transport_of(load: Any, country: str) -> Transport:
    """Return how a load leaves Thailand, over which countries, and when it enters its own."""
    nodes = freight.nodes()
    through = [nodes[leg["to"]].country for leg in load.legs]  # they begin at home, where a packing house is no node
    out = next(leg for leg in load.legs if nodes[leg["to"]].country != ORIGIN)
    into = next(leg for leg in load.legs if nodes[leg["to"]].country == country)
    return Transport(
        load.code, load.mode, f"{load.equipment} · {load.service}"[:120], load.container_number, load.seal_number, out["from"],
        nodes[out["from"]].country, load.entry_node, tuple(code for code in dict.fromkeys(through) if code not in (ORIGIN, country)),
        not load.is_whole, load.departs_at, datetime.fromisoformat(into["arrives_at"]),
    )  # fmt: skip


def _carriage_to_exit(load: Any, items: Sequence[GoodsItemSpec]) -> int:
    """Return what of the plan's carriage inside Thailand falls on these goods, satang: FOB is the value at the exit."""
    nodes = freight.nodes()
    inland: int = sum(leg["cost_minor"] for leg in load.legs if nodes[leg["to"]].country == ORIGIN)
    mass = float(sum(item.net_mass_kg for item in items))
    whole_kg: float = load.mass_kg if load.is_whole else load.capacity_kg
    return round(inland * mass / whole_kg)


def _papers(
    parcel: Parcel,
    way: Transport,
    items: Sequence[GoodsItemSpec],
    found: Mapping[str, Mapping[str, bool | None]],
    gathering: Gathering,
) -> tuple[DocumentNeed, ...]:
    """Return every paper that the goods need, once, with its number where the evidence for it is there."""
    country = gathering.countries[parcel.load.destination]
    modes = frozenset(leg["mode"] for leg in parcel.load.legs)
    needs: dict[str, DocumentNeed] = {}
    for item in items:
        rules = {lot: found[lot] for lot in item.lot_codes}
        for paper in gathering.papers_for(
            gathering.goods[item.good], country, parcel.trade_mode, modes, bool(way.transit_countries)
        ):
            number, missing = _number(paper.code, parcel, rules, item.good, gathering)
            before = needs.get(paper.code)
            if before is None or (before.number and not number):
                needs[paper.code] = DocumentNeed(
                    paper.code, paper.name_en, paper.name_th, paper.name_zh, paper.step, _issuer(paper), paper.condition or "with every shipment",
                    paper.source, number, missing,
                )  # fmt: skip
    return tuple(needs.values())


def _issuer(paper: DocumentSpec) -> str:
    if paper.code in MADE_HERE:
        return "Samphao, from the order"
    return f"{paper.issuer} (simulator)"


def _number(
    code: str, parcel: Parcel, rules: Mapping[str, Mapping[str, bool | None]], good: str, gathering: Gathering
) -> tuple[str, str]:
    """Return a paper's number, or nothing and why it is missing."""
    tail = parcel.code[3:]
    if code in MADE_HERE:
        return f"{MADE_HERE[code]}-{tail}", ""
    if code == "seal-and-marks":
        return parcel.load.seal_number or f"CONS-{parcel.load.code[3:]}", ""
    if code == "quarantine-permit":
        return "", "a permit covers good, port and kilograms"  # customs gives the number: it keeps the permits
    if code in ("lab-by2-cadmium", "phytosanitary-certificate") and good.startswith("durian"):
        waits = [lot for lot, known in rules.items() if any(known.get(rule, True) is not True for rule in LABORATORY)]
        if waits:
            return "", f"no result of a listed laboratory for {', '.join(waits)}"
    if code == "lab-by2-cadmium":
        laboratories = dict.fromkeys(gathering.lots[lot].laboratory for lot in rules)
        return f"{'/'.join(laboratories)}-{tail}"[:200], ""
    if code == "gap-and-packing-house":
        shut = [lot for lot, known in rules.items() if known.get("to_list") is False]
        return ("", f"the gate to list is shut for {', '.join(shut)}") if shut else (f"GAP-{tail}", "")
    if code == "cutting-or-dry-matter":  # a lot that may not be cut is not in the consignment
        return f"CUT-{tail}", ""
    if _draw(gathering.seed, f"{parcel.code}/{code}") < LATE_SHARE:
        return "", "the office that issues it has not answered yet"
    return f"SIM-{code.upper()[:12]}-{tail}", ""


def _draw(seed: int, text: str) -> float:
    return int.from_bytes(hashlib.blake2b(f"{seed}/{text}".encode(), digest_size=6).digest(), "big") / 2**48
