"""What sellers offer, as they see it themselves: drafts, listings, files that are imported."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum

from samphao.accounts import queries as accounts
from samphao.accounts.queries import PartyChoice, SoldFor, Viewer
from samphao.core import clock
from samphao.core.models import AuditEntry
from samphao.reference import queries as reference
from samphao.trade.lot_rules import Known, last_day
from samphao.trade.models import GateState, Listing, ListingDraft, ListingImport, Lot
from samphao.trade.queries.lots import acts_for_producer
from samphao.trade.types import LotSpec, OwnLot, PayoutSchedule


def producers_to_list_for(viewer: Viewer) -> list[PartyChoice]:
    """Return the producers whose lots somebody may list, his own before those for whom he sells, by their names."""
    own = accounts.parties_by_id(viewer.organisations, "producer")
    known = {row.id for row in own}
    others = {row.producer for row in _sold_for(viewer)} - known
    return own + (accounts.parties_by_id(others) if others else [])


def own_producers(viewer: Viewer) -> list[PartyChoice]:
    """Return the producers that somebody belongs to: for whom he sells by delegation is not among them."""
    return accounts.parties_by_id(viewer.organisations, "producer")


def is_own(viewer: Viewer, producer: int) -> bool:
    return producer in viewer.organisations


def may_list_for(viewer: Viewer, producer: int) -> bool:
    """Say whether somebody may list lots of a producer, himself or as an exporter to whom that is delegated."""
    return is_own(viewer, producer) or any(row.producer == producer for row in _sold_for(viewer))


def _sold_for(viewer: Viewer) -> list[SoldFor]:
    return accounts.sold_for(viewer.organisations) if "exporter" in viewer.kinds else []


def _delegated(viewer: Viewer) -> Q:
    """Return which listings somebody has by delegation: of its goods, and of no other exporter."""
    found = Q(pk__in=[])
    for row in _sold_for(viewer):
        others = Lot.objects.filter(listing=OuterRef("pk")).exclude(exporter=row.exporter)
        own = Lot.objects.filter(listing=OuterRef("pk"), exporter=row.exporter)
        found |= Q(Exists(own), ~Exists(others), producer=row.producer, good__in=row.goods)
    return found


def _listings_seen_by(viewer: Viewer) -> Q:
    own = Q(producer__in=viewer.organisations)
    return own | _delegated(viewer) if "exporter" in viewer.kinds else own


def listings_seen_by(viewer: Viewer) -> QuerySet[Listing]:
    """Return the listings that somebody looks after: his own, and those that are delegated to him."""
    return Listing.objects.filter(_listings_seen_by(viewer))


def known_to(producer: int) -> Known:
    """Return what a producer may name when he offers a lot."""
    return Known(
        reference.goods(), {row.code for row in accounts.own_orchards(producer)}, accounts.codes_of_kind("packing_house"),
        accounts.codes_of_kind("exporter"), clock.today(),
    )  # fmt: skip


def draft_for(code: str, viewer: Viewer) -> ListingDraft | None:
    draft = ListingDraft.objects.select_related("producer", "listing", "lot").filter(code=code).first()
    return draft if draft and has_draft(draft, viewer) else None


def has_draft(draft: ListingDraft, viewer: Viewer) -> bool:
    """Whether a draft is somebody's: of his own farm or group, or for whom he sells and begun by him."""
    if is_own(viewer, draft.producer_id):
        return True
    return draft.made_by == viewer.username and may_list_for(viewer, draft.producer_id)


def open_drafts(producer: int, viewer: Viewer) -> QuerySet[ListingDraft]:
    rows = ListingDraft.objects.filter(producer=producer, state="open").select_related("listing")
    if not is_own(viewer, producer):
        rows = rows.filter(made_by=viewer.username)
    return rows.order_by("-changed_at")


def listings_of(producer: int, viewer: Viewer) -> QuerySet[Listing]:
    """Return a producer's listings that somebody has, with their lots, the newest first."""
    return _with_lots().filter(_listings_seen_by(viewer), producer=producer).order_by("-created_at", "-id")


def _with_lots() -> QuerySet[Listing]:
    lots = with_standing(Lot.objects.order_by("-harvest_from", "code"))
    return Listing.objects.select_related("producer").prefetch_related(Prefetch("lots", lots, "lots_by_harvest"))


def with_standing(lots: QuerySet[Lot]) -> QuerySet[Lot]:
    """Annotate lots with whether their gates to list are judged, and whether one is open."""
    gates = GateState.objects.filter(lot=OuterRef("pk"), gate=GateState.Gate.LIST)
    return lots.annotate(is_judged=Exists(gates), is_open_somewhere=Exists(gates.filter(is_open=True)))


def listing_for(code: str, viewer: Viewer) -> Listing | None:
    return _with_lots().filter(_listings_seen_by(viewer), code=code).first()


def own_lot_for(code: str, viewer: Viewer) -> Lot | None:
    """Return a lot to whoever may change it."""
    lot = (
        with_standing(Lot.objects.select_related("listing__producer", "packing_house", "exporter"))
        .prefetch_related("steps")
        .filter(code=code)
        .first()
    )
    return lot if lot and has_lot(lot, viewer) else None


def has_lot(lot: Lot, viewer: Viewer) -> bool:
    """Whether somebody looks after a lot: its producer, or the exporter who offers it and sells this good for him."""
    return is_own(viewer, lot.listing.producer_id) or acts_for_producer(lot, viewer.organisations)


def may_change_listing(listing_code: str, viewer: Viewer) -> bool:
    """Say whether somebody adds photos under a listing's code: of a listing, or of one that is still a draft."""
    if Listing.objects.filter(_listings_seen_by(viewer), code=listing_code).exists():
        return True
    draft = ListingDraft.objects.filter(listing_code=listing_code, listing=None, lot=None).first()
    return draft is not None and has_draft(draft, viewer)


def is_listed(listing_code: str) -> bool:
    return Listing.objects.filter(code=listing_code).exists()


def as_own(lot: Lot) -> OwnLot:
    """Return a lot as its seller would offer it again: what a page shows to be changed, what a file says of it."""
    listing = lot.listing
    made = ("", "", "") if listing.title_is_made else (listing.title_en, listing.title_th, listing.title_zh)
    return OwnLot(
        listing.good, dict(listing.attributes), lot.harvest_from, lot.harvest_to, last_day(lot.closes_at), lot.unit, lot.unit_mass_g,
        lot.carton_units, lot.quantity, lot.price_minor, lot.minimum_units, tuple((step.from_units, step.price_minor) for step in lot.steps.all()),
        listing.monthly_capacity, lot.orchard_code, lot.packing_house.code if lot.packing_house else "", lot.exporter.code if lot.exporter else "",
        made, (listing.description_en, listing.description_th, listing.description_zh), lot.flowering_on, lot.trees, schedule_of(lot),
    )  # fmt: skip


def schedule_of(lot: Lot) -> PayoutSchedule:
    return PayoutSchedule(
        lot.payout_terms, lot.deposit_percent, lot.ticket_percent, lot.claim_hours, lot.tolerance_pct, lot.delivery_days
    )


@dataclass(frozen=True, slots=True)
class OfferedLot:
    """A lot that is to be priced, with what its seller asks of orders."""

    spec: LotSpec
    steps: tuple[tuple[int, int], ...]
    minimum_units: int
    delivery_days: int | None
    closes_at: datetime


def offered_lots(codes: Collection[str]) -> list[OfferedLot]:
    """Return lots that are on sale still, in the order of their codes; two queries."""
    rows = Lot.objects.select_related("listing__producer", "packing_house", "exporter").prefetch_related("steps")
    rows = rows.filter(code__in=codes, closes_at__gt=clock.now(), withdrawn_at=None).order_by("code")
    return [
        OfferedLot(
            _spec(lot), tuple((step.from_units, step.price_minor) for step in lot.steps.all()), lot.minimum_units, lot.delivery_days,
            lot.closes_at,
        )
        for lot in rows
    ]  # fmt: skip


def _spec(lot: Lot) -> LotSpec:
    listing = lot.listing
    return LotSpec(
        lot.code, listing.producer.code, lot.orchard_code, lot.packing_house.code if lot.packing_house else "",
        lot.exporter.code if lot.exporter else "", listing.good, listing.variety, listing.grade, lot.harvest_from, lot.harvest_to, lot.unit,
        lot.unit_mass_g, lot.carton_units, lot.quantity, lot.price_minor, lot.currency, lot.dry_matter_pct, lot.basic_yellow_2,
        lot.cadmium_mg_kg, lot.tested_on, lot.laboratory_code, listing.title_en, listing.title_th, listing.title_zh,
        is_hot=lot.buyer_limit is not None,
    )  # fmt: skip


def worth_of(producers: Collection[str]) -> dict[str, int]:
    """Return what the lots of sellers are worth whose harvest is this year, satang: a tax begins at a sum of a year."""
    rows = Lot.objects.filter(listing__producer__code__in=producers, harvest_to__year=clock.today().year).order_by()
    sums = rows.values_list("listing__producer__code").annotate(worth=Sum(F("quantity") * F("price_minor")))
    return {code: int(worth or 0) for code, worth in sums}


def versions_of(codes: Sequence[str]) -> list[AuditEntry]:
    """Return what was done to a listing and its lots, by whom, the newest first."""
    return list(AuditEntry.objects.filter(subject__in=codes).order_by("-at", "-id"))


def import_for(code: str, viewer: Viewer) -> ListingImport | None:
    found = ListingImport.objects.select_related("producer").filter(code=code).first()
    return found if found and is_own(viewer, found.producer_id) else None


def imports_of(producers: Collection[int]) -> QuerySet[ListingImport]:
    return ListingImport.objects.filter(producer__in=producers).defer("content").order_by("-made_at", "-id")


def lots_of_producer(producer: int) -> QuerySet[Lot]:
    """Return every lot of a producer as a file lists them; two queries."""
    rows = Lot.objects.select_related("listing", "packing_house", "exporter").prefetch_related("steps")
    return rows.filter(listing__producer=producer).order_by("listing__code", "harvest_from", "code")
