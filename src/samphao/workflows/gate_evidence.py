"""What is known when a gate is judged: of parties, permits and laboratories, and of what has become of a lot on its way.

Every fact says on which day it was found and when time alone will change it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from samphao.accounts import queries as accounts
from samphao.accounts.queries import SuspensionTime
from samphao.accounts.types import OrchardSpec, PartyRegistration
from samphao.core import clock
from samphao.customs import queries as customs
from samphao.customs.queries import ConsignmentPapers, PermitTime
from samphao.engines.gates import Value
from samphao.freight import queries as freight
from samphao.freight.types import CarriedLot
from samphao.reference.types import DestinationSpec
from samphao.trade.queries import Place
from samphao.trade.types import JudgedLot
from samphao.workflows import mass_balance
from samphao.workflows.mass_balance import LotBalance

DAY = timedelta(days=1)
PHYTO, FORM_E, MARKS, MASS, SULPHUR = "phytosanitary-certificate", "form-e", "seal-and-marks", "vgm", "lab-so2"
PAPERS = (PHYTO, FORM_E, MARKS, MASS, SULPHUR)
LIST, CUT, LOAD, ENTER = GATES = ("to_list", "to_cut", "to_load", "to_enter")
CLEARED = "cleared"
POST = "post"
SPEAKS_FIRST = ("suspended", "valid", "pending", "expired")
"""Of several numbers in one register: a suspension of today is heard before a number that holds."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A measure's value; `shown` stands on pages in its place, `changes_on` is the day on which time alone may change it."""

    value: Value
    shown: str = ""
    found_on: date | None = None
    changes_on: date | None = None


Facts = dict[str, Fact]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the parties behind lots, and of the loads that carry them."""

    registrations: Mapping[tuple[str, str], Sequence[PartyRegistration]] = field(default_factory=dict)
    """By organisation and register."""
    orchards: Mapping[str, OrchardSpec] = field(default_factory=dict)
    importers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By destination."""
    permits: Sequence[PermitTime] = ()
    carried: Mapping[tuple[str, str, str], Sequence[CarriedLot]] = field(default_factory=dict)
    """By lot, destination and trade mode."""
    papers: Mapping[str, ConsignmentPapers] = field(default_factory=dict)
    """By consignment."""
    balances: Mapping[str, LotBalance] = field(default_factory=dict)
    """By lot."""
    suspensions: Mapping[str, Sequence[SuspensionTime]] = field(default_factory=dict)
    """By the code of a party or an orchard."""


def gather(lots: Sequence[JudgedLot], on_the_way: Mapping[str, Collection[Place]]) -> Evidence:
    """Read what is known of lots, and of what goes to places `on_the_way`; a fixed number of queries, fewer where nothing does."""
    importers = customs.importers_by_destination()
    parties = {code for lot in lots for code in (lot.packing_house, lot.exporter, lot.laboratory) if code}
    registrations: dict[tuple[str, str], list[PartyRegistration]] = {}
    for row in accounts.registrations_of(parties.union(*importers.values())):
        registrations.setdefault((row.organisation, row.scheme), []).append(row)
    carried: dict[tuple[str, str, str], list[CarriedLot]] = {}
    papers: Mapping[str, ConsignmentPapers] = {}
    if on_the_way:
        loads = [
            load
            for load in freight.carried_lots(on_the_way)
            if (load.destination, load.trade_mode) in on_the_way[load.lot]
        ]
        for load in loads:
            carried.setdefault((load.lot, load.destination, load.trade_mode), []).append(load)
        papers = customs.papers_of({load.consignment for load in loads if load.consignment}, PAPERS)
    orchards = {lot.orchard for lot in lots if lot.orchard}
    suspensions: dict[str, list[SuspensionTime]] = {}
    for time in accounts.suspensions_of(parties, orchards):
        suspensions.setdefault(time.subject, []).append(time)
    return Evidence(
        registrations, accounts.orchards_by_code(orchards), importers, customs.permit_times({lot.good for lot in lots}), carried, papers,
        mass_balance.of_lots({lot.code for lot in lots}, orchards), suspensions,
    )  # fmt: skip


def of_lot(lot: JudgedLot, gate: str, evidence: Evidence, on: date) -> Facts:
    """Return what is known of a lot itself and of its parties on a day; at its entry only the papers of the way count."""
    if gate == ENTER:
        return {"good": Fact(lot.good)}
    orchard = evidence.orchards.get(lot.orchard)
    tested_on = lot.tested_on
    facts = {
        "today": Fact(on),
        "good": Fact(lot.good),
        "is_admitted": Fact(value=True),
        "gap_valid_to": Fact(orchard.gap_valid_to if orchard else None),
        "harvest_from": Fact(lot.harvest_from),
        "harvest_to": Fact(lot.harvest_to),
        "announced_cutting_on": Fact(None),
        "dry_matter_pct": Fact(lot.dry_matter_pct, found_on=lot.cut_on),
        "lab_by2": Fact(lot.basic_yellow_2 or None, found_on=tested_on),
        "lab_cadmium_mg_kg": Fact(lot.cadmium_mg_kg, found_on=tested_on),
        "registration:gacc_packing_house": _registered([lot.packing_house], "gacc_packing_house", evidence, on),
        "registration:doa_packing_house": _registered([lot.packing_house], "doa_packing_house", evidence, on),
        "registration:exporter_customs": _registered([lot.exporter], "exporter_customs", evidence, on),
    }
    facts |= _masses(evidence.balances.get(lot.code))
    if tested_on:
        facts["registration:laboratory_gacc"] = _registered([lot.laboratory], "laboratory_gacc", evidence, tested_on)
    return facts


def _masses(balance: LotBalance | None) -> Facts:
    """Return the mass balance of a lot: what was said under its orchard's number up to this lot, against what the trees bear."""
    if balance is None:
        return {name: Fact(None) for name in ("orchard_limit_kg", "lot_accepted_kg")} | {"mass_stop": Fact("none")}

    def of(kg: Decimal | None, most: Decimal | None) -> Fact:
        return Fact(kg, f"{kg:,.0f} / {most:,.0f} kg" if kg is not None and most is not None else "")

    return {
        "orchard_limit_kg": Fact(balance.limit_kg),
        "orchard_declared_kg": of(balance.declared_kg, balance.limit_kg),
        "orchard_cut_kg": of(balance.cut_kg, balance.limit_kg),
        "lot_sold_kg": of(balance.sold_kg, balance.accepted_kg),
        "lot_accepted_kg": Fact(balance.accepted_kg),
        "mass_stop": Fact(balance.stop),
    }


def standing(lot: JudgedLot, country: str, evidence: Evidence, on: date) -> Fact:
    """Return whether somebody behind a lot is suspended for a country on a day, the packing house before laboratory and orchard."""
    parties = (lot.packing_house, lot.laboratory, lot.orchard)
    times = [time for party in parties for time in evidence.suspensions.get(party, ()) if time.is_for(country)]
    now = next((time for time in times if time.is_in_force(on)), None)
    if now is None:
        return Fact("none", changes_on=min((time.from_on for time in times if time.from_on > on), default=None))
    return Fact(now.kind, found_on=now.from_on, changes_on=now.ends_on)


def of_place(lot: JudgedLot, place: DestinationSpec, evidence: Evidence, on: date) -> Facts:
    """Return what is known of the importers of a destination on a day: one of them is enough."""
    importers = evidence.importers.get(place.code, ())
    permits = [row for row in evidence.permits if row.good == lot.good and row.importer in importers]
    return {
        "permit_covers": _in_time([(row.valid_from, row.valid_to) for row in permits], on),
        "registration:gacc_importer": _registered(importers, "gacc_importer", evidence, on),
    }


def _in_time(times: Iterable[tuple[date, date]], on: date) -> Fact:
    now = [ends for starts, ends in times if starts <= on <= ends]
    coming = [starts for starts, _ in times if starts > on]
    return Fact(bool(now), changes_on=max(now) + DAY if now else min(coming, default=None))


def _registered(parties: Sequence[str], scheme: str, evidence: Evidence, on: date) -> Fact:
    """Return the best that some parties have in a register: a number whose time has run out is expired."""
    best = [
        min((_status(row, on) for row in rows), key=lambda fact: SPEAKS_FIRST.index(str(fact.value)))
        for party in parties
        if (rows := evidence.registrations.get((party, scheme)))
    ]
    valid = [fact for fact in best if fact.value == "valid"]
    if valid:
        ends = [fact.changes_on for fact in valid]
        return Fact("valid", changes_on=None if None in ends else max(day for day in ends if day))
    coming = [fact.changes_on for fact in best if fact.changes_on]
    return Fact(best[0].value if best else None, changes_on=min(coming, default=None))


def _status(row: PartyRegistration, on: date) -> Fact:
    """Return what a number is on a day: whatever it was called, it speaks of its own time only."""
    if row.valid_to and row.valid_to < on:
        return Fact("expired")
    if row.valid_from and on < row.valid_from:
        return Fact("pending", changes_on=row.valid_from)
    return Fact(row.status, changes_on=row.valid_to + DAY if row.valid_to else None)


@dataclass(frozen=True, slots=True)
class Journey:
    """The loads that carry a lot's goods for one destination and trade mode, and when every one of them was sealed and let in."""

    loads: Sequence[CarriedLot]
    papers: Sequence[ConsignmentPapers | None]
    sealed_on: date | None
    entered_on: date | None

    def facts(self, gate: str, good: str) -> Facts:
        if not self.loads:
            return {}
        if gate == LOAD:
            return _of_loads(self.loads, self.papers, self.sealed_on)
        if gate == ENTER:
            return _at_hand(self.papers, (PHYTO, FORM_E)) | _of_arrivals(good, self.papers, self.entered_on)
        return {}


NOWHERE = Journey((), (), None, None)


def journey_of(lot: str, place: Place, evidence: Evidence) -> Journey:
    loads = evidence.carried.get((lot, *place))
    if not loads:
        return NOWHERE
    papers = [evidence.papers.get(load.consignment) for load in loads]
    sealed_on = _last([_day(load.sealed_at) for load in loads])
    if place[1] == POST:  # mail needs no declaration of the hub: its post clears it on the way
        return Journey(loads, papers, sealed_on, _last([_day(load.delivered_at) for load in loads]))
    let_in = [row.arrival.on if row and row.arrival and row.arrival.is_cleared else None for row in papers]
    return Journey(loads, papers, sealed_on, _last(let_in))


def _day(at: datetime | None) -> date | None:
    return at.astimezone(clock.BANGKOK).date() if at else None


def _of_loads(loads: Sequence[CarriedLot], papers: Sequence[ConsignmentPapers | None], sealed_on: date | None) -> Facts:
    facts = {"by_sea": Fact(any(load.is_by_sea for load in loads))}
    marks = _numbers(papers, MARKS)
    if marks:
        for mark in ("orchard_number", "packing_house_number", "export_to_prc"):
            facts[f"mark:{mark}"] = Fact(value=True, shown=_several(marks))
    if sealed_on:  # a share of somebody's container is under that one's seal: the paper names it
        seals = [load.seal_number or number for load, number in zip(loads, marks or [""] * len(loads), strict=True)]
        facts["seal_number"] = Fact(_several(seals) if all(seals) else None, found_on=sealed_on)
    at_sea = [row for load, row in zip(loads, papers, strict=True) if load.is_by_sea]
    if masses := _numbers(at_sea, MASS):
        facts["verified_gross_mass_kg"] = Fact(_several(masses))
    return facts | _at_hand(papers, (SULPHUR,))


def _at_hand(papers: Sequence[ConsignmentPapers | None], wanted: Iterable[str]) -> Facts:
    numbers = {paper: _numbers(papers, paper) for paper in wanted}
    return {f"document:{paper}": Fact("valid", shown=_several(found)) for paper, found in numbers.items() if found}


def _of_arrivals(good: str, papers: Sequence[ConsignmentPapers | None], entered_on: date | None) -> Facts:
    """Return what the border saw: papers held against container and seal, permits against good, port, mass and day."""
    here = [(row, row.arrival) for row in papers if row and row.arrival]
    stopped = next((arrival.stopped_because for _, arrival in here if arrival.stopped_because), "")
    facts = {"entry_inspection": Fact(stopped or (CLEARED if entered_on else None), found_on=entered_on)}
    if not here or len(here) < len(papers):
        return {name: fact for name, fact in facts.items() if fact.value}
    seals = _several([arrival.seal_number for _, arrival in here if arrival.seal_number])
    facts["seal_intact"] = Fact(all(row.seal_number == arrival.seal_number for row, arrival in here), seals)
    if _numbers(papers, PHYTO):
        facts["phyto_container_matches"] = Fact(
            all((row.container_number, row.seal_number) == (came.container_number, came.seal_number) for row, came in here),
            _several([arrival.container_number for _, arrival in here if arrival.container_number]),
        )  # fmt: skip
    uses = [(use, arrival) for _, arrival in here for use in arrival.drawn if use.good == good]
    if uses and {id(arrival) for _, arrival in uses} == {id(arrival) for _, arrival in here}:
        last, entry_on = min(((use.valid_to, arrival.on) for use, arrival in uses), key=lambda pair: pair[0] - pair[1])
        facts |= {
            "permit_good": Fact(good, _several([use.number for use, _ in uses])),
            "permit_port": Fact(", ".join(use.port for use, _ in uses), _several([use.port for use, _ in uses])),
            "entry_port": Fact(", ".join(arrival.entry_node for _, arrival in uses)),
            "permit_remaining_kg": Fact(Decimal(sum(use.kg for use, _ in uses))),
            "net_mass_kg": Fact(sum((arrival.net_mass_kg.get(good, Decimal(0)) for _, arrival in here), Decimal(0))),
            "permit_valid_to": Fact(last),
            "entry_on": Fact(entry_on),
        }
    return facts


def _numbers(papers: Sequence[ConsignmentPapers | None], paper: str) -> list[str]:
    """Return the numbers of a paper that every consignment has; nothing where one lacks it."""
    numbers = [row.numbers.get(paper, "") if row else "" for row in papers]
    return numbers if all(numbers) else []


def _several(values: Collection[str]) -> str:
    """Write the first of several numbers, and how many more there are."""
    first, *more = dict.fromkeys(values) or [""]
    return f"{first} (+{len(more)})" if more else first


def _last(days: Sequence[date | None]) -> date | None:
    """Return the last of some days; None while one is to come."""
    return max((day for day in days if day), default=None) if all(days) else None
