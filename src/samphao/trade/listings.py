"""Sellers write listings and lots: a lot is new, changed, confirmed or withdrawn; each time it is kept who did what.

Gates and prices follow the event `LotsOffered`. What buyers have ordered of a lot stays what it was when they ordered it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from samphao.accounts import queries as accounts
from samphao.accounts.queries import Viewer
from samphao.core import clock, events
from samphao.core.codes import encode
from samphao.core.errors import HubError, NotAllowed, NotFound, Refused
from samphao.core.models import AuditEntry
from samphao.engines.harvest import forecast
from samphao.reference.types import GoodSpec
from samphao.trade import phrases
from samphao.trade.cycle_models import CycleLot
from samphao.trade.delegated import Offered, require_delegation
from samphao.trade.events import LotsOffered
from samphao.trade.lot_rules import Known, end_of, fault, faults_of, last_day
from samphao.trade.models import Listing, Lot, Offer, PriceStep
from samphao.trade.queries.listings import as_own, has_lot, is_own, known_to, may_list_for
from samphao.trade.types import TERMS_2018, LotFault, OwnLot, PayoutSchedule

AFTER_AN_ORDER = frozenset({"orchard", "unit", "unit_mass_g", "carton_units", "schedule"})
DESCRIBES = frozenset({"variety", "grade", "size", "fibre", "weave", "dye", "material", "roast"})
"""Attributes that a buyer has read and paid for."""
SOLD = _("It has been ordered: this stays as the buyers read it. Open a new listing for something else")
OF_CYCLE = frozenset(
    {
        "quantity",
        "closes_on",
        "harvest_from",
        "harvest_to",
        "unit",
        "unit_mass_g",
        "carton_units",
        "flowering_on",
        "trees",
    }
)
"""What the buyers of a cycle were told: how much of the lot is pre-ordered, until when, and by which forecast."""
IN_CYCLE = _(
    "This lot is pre-ordered in an order cycle: its amount, its days and its measures stay as its buyers read them."
)
NOT_FOR_THIS_ONE = _("You may not list for this producer.")
FEWER = _("%(ordered)s are ordered already: less than that cannot be confirmed here")


class LotRefused(HubError):
    """A lot that cannot be offered so: every fault with its field."""

    status, code = 422, "bad-lot"

    def __init__(self, faults: Iterable[LotFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{one.field}: {one.said}" for one in self.faults))


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a lot that was written: its codes, and whether anything changed."""

    listing: str
    lot: str
    is_new: bool
    changed: tuple[str, ...] = ()


def list_lot(
    own: OwnLot, *, producer: int, viewer: Viewer, by: str, listing_code: str = "", known: Known | None = None, tells: bool = True
) -> Written:  # fmt: skip
    """Write a new lot: of the listing under a code, or of a new one. `tells` False: the caller publishes what was offered."""
    require_may_list(viewer, producer)
    known = known or known_to(producer)
    if faults := faults_of(own, known):
        raise LotRefused(faults)
    with transaction.atomic():
        listing = Listing.objects.select_for_update().filter(code=listing_code).first() if listing_code else None
        faults = faults_of_delegate(own, producer, viewer)
        if faults:
            raise LotRefused(faults)
        if listing and (listing.producer_id != producer or listing.good != own.good):
            raise LotRefused(
                [fault("listing", _("%(value)s is another seller's listing, or of another good"), value=listing_code)]
            )
        good = known.goods[own.good]
        if listing is None:
            listing = _new_listing(own, good, producer, listing_code)
        lot = _new_lot(own, listing)
        _require_delegated(lot, viewer)
        _audit(by, "lot.list", lot.code, {"listing": listing.code, "lot": _plain(own)})
        if tells:
            events.publish(LotsOffered([lot.code]))
    return Written(listing.code, lot.code, is_new=True)


def change_lot(
    code: str, own: OwnLot, *, viewer: Viewer, by: str, known: Known | None = None, tells: bool = True
) -> Written:
    """Make a lot and its listing say what `own` says; the same again changes nothing. What was ordered keeps its price and its terms."""
    with transaction.atomic():
        lot = _locked(code, viewer)
        before = as_own(lot)
        changed = changes(before, own)
        if not changed:
            return Written(lot.listing.code, code, is_new=False)
        known = known or known_to(lot.listing.producer_id)
        if lot.withdrawn_at is not None:
            raise Refused(_("This lot was withdrawn from sale."))
        if OF_CYCLE & set(changed) and CycleLot.objects.filter(lot=lot).exists():
            raise Refused(IN_CYCLE)
        is_read = Lot.objects.filter(Q(held__gt=0) | Q(sold__gt=0), listing=lot.listing).exists()
        faults = faults_of_change(before, own, known, ordered=lot.held + lot.sold, is_read=is_read)
        if faults := faults + faults_of_delegate(own, lot.listing.producer_id, viewer, before):
            raise LotRefused(faults)
        _apply(own, lot, known.goods[own.good])
        _require_delegated(lot, viewer)
        was, now = _plain(before), _plain(own)
        _audit(
            by,
            "lot.change",
            code,
            {"before": {name: was[name] for name in changed}, "after": {name: now[name] for name in changed}},
        )
        if tells:
            events.publish(LotsOffered([code]))
    return Written(lot.listing.code, code, is_new=False, changed=changed)


def confirm_quantity(code: str, quantity: int, *, viewer: Viewer, by: str) -> None:
    """Say how much a lot really is: what was forecast is counted now. It is never less than what is ordered."""
    with transaction.atomic():
        lot = _locked(code, viewer)
        ordered = lot.held + lot.sold
        if quantity < max(1, ordered):
            raise LotRefused([fault("quantity", FEWER, ordered=ordered)])
        before, lot.quantity, lot.confirmed_at = lot.quantity, quantity, clock.now()
        lot.minimum_units = min(lot.minimum_units, quantity)
        lot.save(update_fields=["quantity", "confirmed_at", "minimum_units"])
        _require_delegated(lot, viewer)
        _audit(by, "lot.confirm", code, {"before": {"quantity": before}, "after": {"quantity": quantity}})


def withdraw_lot(code: str, *, reason: str, viewer: Viewer, by: str) -> None:
    """End a lot's sale now; its orders stay, and are to be delivered. Twice is once."""
    with transaction.atomic():
        lot = _locked(code, viewer)
        if lot.withdrawn_at is None:
            lot.withdrawn_at = clock.now()
            lot.closes_at = min(lot.closes_at, lot.withdrawn_at)
            lot.opens_at = min(lot.opens_at, lot.closes_at)
            lot.save(update_fields=["withdrawn_at", "closes_at", "opens_at"])
            _end_sale(code)
            _audit(by, "lot.withdraw", code, {"reason": reason[:300]})


def replace_offers(lots: Collection[str]) -> int:
    """Make the prices of lots history: nothing is ordered by them any more, and what was ordered keeps them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE trade_offer f SET replaced_at = core_now(), valid_to = least(f.valid_to, core_now())
               FROM trade_lot l WHERE l.id = f.lot_id AND l.code = ANY (%s) AND f.replaced_at IS NULL""",
            [list(lots)],
        )
        return int(cursor.rowcount)


def require_may_list(viewer: Viewer, producer: int) -> None:
    if not may_list_for(viewer, producer):
        raise NotAllowed(NOT_FOR_THIS_ONE)


def require_own(viewer: Viewer, producer: int) -> None:
    if not is_own(viewer, producer):
        raise NotAllowed(NOT_FOR_THIS_ONE)


def faults_of_delegate(own: OwnLot, producer: int, viewer: Viewer, before: OwnLot | None = None) -> list[LotFault]:
    """Return what an exporter may not say of a producer's lot: he sells it himself, and the producer is paid as the hub has it."""
    if is_own(viewer, producer):
        return []
    found = []
    if own.exporter not in viewer.codes:
        found.append(fault("exporter", _("Whoever lists for a producer is the exporter of the lot")))
    if own.schedule not in (PayoutSchedule(), TERMS_2018) and (before is None or own.schedule != before.schedule):
        found.append(fault("terms", _("Another payout schedule is the producer's to choose")))
    return found


def _require_delegated(lot: Lot, viewer: Viewer) -> None:
    """Refuse what goes beyond what a producer has delegated, the lot as it is written now among it."""
    producer, exporter = lot.listing.producer, lot.exporter
    if not is_own(viewer, producer.pk):
        require_delegation(
            Offered(
                producer.code, exporter.code if exporter else "", lot.listing.good, 0, lot.unit_mass_g, lot.price_minor, lot.currency,
                lot.harvest_from,
            )
        )  # fmt: skip


def _locked(code: str, viewer: Viewer) -> Lot:
    """Return a lot that somebody may change, locked as orders of it lock it."""
    lot = (
        Lot.objects.select_for_update(no_key=True, of=("self",))
        .select_related("listing__producer", "packing_house", "exporter")
        .filter(code=code)
        .first()
    )
    if lot is None or not has_lot(lot, viewer):
        raise NotFound(_("There is no such lot of yours."))
    return lot


def faults_of_change(before: OwnLot, own: OwnLot, known: Known, *, ordered: int, is_read: bool) -> list[LotFault]:
    """Return what would be wrong, and what buyers have relied on; what is as it was is not asked again.

    `ordered` units of the lot are ordered; `is_read`: some lot of its listing is, so that its attributes were read and paid for.
    """
    changed = changes(before, own)
    touched = _touched(before, own, changed)
    faults = [one for one in faults_of(own, known) if one.field in touched]
    if "good" in changed:
        faults.append(fault("good", _("A lot stays of its good: open a new listing for another")))
    if "quantity" in changed and own.quantity < ordered:
        faults.append(fault("quantity", FEWER, ordered=ordered))
    kept = (AFTER_AN_ORDER & set(changed) if ordered else set()) | (DESCRIBES & touched if is_read else set())
    faults += [fault(field, SOLD) for field in sorted(kept)]
    return list({(one.field, one.text): one for one in faults}.values())


def changes(before: OwnLot, own: OwnLot) -> tuple[str, ...]:
    return tuple(one.name for one in fields(OwnLot) if getattr(before, one.name) != getattr(own, one.name))


def _touched(before: OwnLot, own: OwnLot, changed: Collection[str]) -> set[str]:
    """Return the fields that changed by the names that faults give them."""
    named = {"price_minor": "price", "steps": "price_steps"}
    found = {named.get(name, name) for name in changed}
    found |= {
        f"{name}_{language}" for name in ("title", "description") if name in changed for language in phrases.LANGUAGES
    }
    keys = {*before.attributes, *own.attributes}
    found |= {key for key in keys if before.attributes.get(key) != own.attributes.get(key)}
    return found | ({one.name for one in fields(own.schedule)} if "schedule" in changed else set())


def _apply(own: OwnLot, lot: Lot, good: GoodSpec) -> None:
    listing = lot.listing
    _say(listing, own, good)
    listing.save()
    closes_at = lot.closes_at
    _fill(lot, own)
    if own.closes_on == last_day(closes_at):
        lot.closes_at = closes_at  # to the minute, as it was
    lot.save()
    lot.steps.all().delete()
    _write_steps(lot, own)


def _new_listing(own: OwnLot, good: GoodSpec, producer: int, code: str) -> Listing:
    number = next_number("trade_listing")
    listing = Listing(id=number, code=code or encode("LS", number), producer_id=producer, good=own.good)
    _say(listing, own, good)
    listing.save(force_insert=True)
    return listing


def _say(listing: Listing, own: OwnLot, good: GoodSpec) -> None:
    """Put a listing's words: what its seller wrote himself, and by template what he did not."""
    names = {"en": good.name_en, "th": good.name_th, "zh": good.name_zh}
    made = phrases.title(names, own.good, good.category, own.attributes)
    for language, title, text in zip(phrases.LANGUAGES, own.title, own.description, strict=True):
        setattr(listing, f"title_{language}", title or made[language][:200])
        setattr(listing, f"description_{language}", text)
    listing.title_is_made = not any(own.title)
    listing.attributes = own.attributes
    listing.variety, listing.grade = own.attributes.get("variety", ""), own.attributes.get("grade", "").upper()
    listing.monthly_capacity = own.monthly_capacity


def _new_lot(own: OwnLot, listing: Listing) -> Lot:
    number = next_number("trade_lot")
    is_demo = accounts.parties_by_id([listing.producer_id])[0].is_demo
    lot = Lot(id=number, code=encode("LT", number), listing=listing, opens_at=clock.now(), is_demo=is_demo)
    _fill(lot, own)
    lot.save(force_insert=True)
    _write_steps(lot, own)
    return lot


def _fill(lot: Lot, own: OwnLot) -> None:
    ids = accounts.ids_by_code()
    lot.orchard_code, lot.packing_house_id, lot.exporter_id = (
        own.orchard,
        ids.get(own.packing_house),
        ids.get(own.exporter),
    )
    lot.harvest_from, lot.harvest_to, lot.closes_at = own.harvest_from, own.harvest_to, end_of(own.closes_on)
    if lot.cut_on and not own.harvest_from <= lot.cut_on <= own.harvest_to:
        lot.cut_on = None  # it is named anew
    lot.unit, lot.unit_mass_g, lot.carton_units = own.unit, own.unit_mass_g, own.carton_units
    lot.quantity, lot.price_minor, lot.minimum_units = own.quantity, own.price_minor, own.minimum_units
    lot.flowering_on, lot.trees = own.flowering_on, own.trees
    lot.forecast_low, lot.forecast_high = _forecast_units(own)
    schedule = own.schedule
    lot.payout_terms, lot.deposit_percent, lot.ticket_percent = (
        schedule.terms,
        schedule.deposit_percent,
        schedule.ticket_percent,
    )
    lot.claim_hours, lot.tolerance_pct, lot.delivery_days = (
        schedule.claim_hours,
        schedule.tolerance_pct,
        schedule.delivery_days,
    )


def _forecast_units(own: OwnLot) -> tuple[int | None, int | None]:
    """Return the interval of the harvest in units, where flowers and trees were given and a rule is known."""
    rule = phrases.harvest_rules().get((own.good, own.attributes.get("variety", "")))
    if rule is None or own.flowering_on is None or not own.trees:
        return None, None
    found = forecast(own.flowering_on, own.trees, rule)
    return found.kg_low * 1000 // own.unit_mass_g, found.kg_high * 1000 // own.unit_mass_g


def _write_steps(lot: Lot, own: OwnLot) -> None:
    PriceStep.objects.bulk_create(PriceStep(lot=lot, from_units=units, price_minor=price) for units, price in own.steps)


def _end_sale(code: str) -> None:
    from samphao.trade.services import end_sales

    Offer.objects.filter(lot__code=code, valid_to__gt=clock.now()).update(valid_to=clock.now())
    end_sales([code])


def next_number(table: str) -> int:
    """Return the next number of a table's rows, of which their codes are made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        return int(cursor.fetchone()[0])


def _plain(own: OwnLot) -> dict[str, Any]:
    """Return a lot's values as the log keeps them."""
    return {name: _text(value) for name, value in asdict(own).items()}


def _text(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _text(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_text(one) for one in value]
    return value if value is None or isinstance(value, str | int | bool) else str(value)


def _audit(by: str, action: str, subject: str, detail: dict[str, Any]) -> None:
    AuditEntry.objects.create(at=clock.now(), actor=by, action=action, subject=subject, detail=detail)
