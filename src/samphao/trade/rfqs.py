"""Requests for quotation and the versions in which sellers and buyer bargain. Each writes a row of its own; none is changed.

A request locks its row before its quotes: of withdrawing and signing, or of two signatures, one comes first and the other reads it.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from samphao.accounts.queries import Viewer
from samphao.core import clock
from samphao.core.codes import encode
from samphao.core.errors import Conflict, NotFound, Refused
from samphao.core.limits import Limit, take
from samphao.core.models import AuditEntry
from samphao.engines.quotes import BORNE_BY_SELLER
from samphao.trade.contract_models import Quote, QuoteVersion, Rfq
from samphao.trade.models import Lot, SurplusCall
from samphao.trade.rfq_types import (
    CERTIFICATES,
    QUOTE_DAYS_MAX,
    STEPS_MAX,
    Door,
    PricedTerms,
    RfqSpec,
    Terms,
)

Side = QuoteVersion.Side
REQUESTS_OF_BUYER = Limit("requests for quotation of a buyer", 20, timedelta(days=1))
VERSIONS_OF_QUOTE = Limit("versions of a quote by one side", 20, timedelta(hours=1))
OPEN_DAYS_MAX = 60
KG_MAX = 5_000_000
PRICE_MAX = 100_000_00
NO_REQUEST = gettext_noop("There is no such request.")
NO_QUOTE = gettext_noop("There is no such quote.")
NO_LOT = gettext_noop("Choose one of your lots of this good that is on sale.")
ONLY_BUYERS = gettext_noop("Requests are made for an organisation that buys.")
CLOSED = gettext_noop("This request takes no quotes any more.")
QUOTED = gettext_noop("You have quoted already: put a new version in your quote.")
MOVED_ON = gettext_noop("This quote has moved on meanwhile: look at its last version.")
YOUR_WORD = gettext_noop("The last version is yours: the other side answers it.")
WRITE_PRICE = gettext_noop("Give each step a price, and a quantity larger than the step before.")
WRITE_DAYS = gettext_noop("Write days: from today on, the last not before the first.")
WRITE_VALIDITY = gettext_noop("A version is valid for at least an hour and at most sixty days.")
WRITE_PARTS = gettext_noop("The parts of the money are whole percent; at least a tenth is left for the arrival.")
WRITE_QUANTITY = gettext_noop("Write a whole number of kilograms.")
NO_TERM = gettext_noop("Choose a term of delivery.")
NO_CERTIFICATE = gettext_noop("Choose certificates from the list.")


def ask_for_quotes(spec: RfqSpec, *, viewer: Viewer, by: str) -> str:
    """Keep a buyer's request and return its code. Whom to tell is decided above."""
    if "buyer" not in viewer.kinds:
        raise Refused(ONLY_BUYERS)
    now = clock.now()
    _check_request(spec)
    if not now < spec.closes_at <= now + timedelta(days=OPEN_DAYS_MAX):
        raise Refused(WRITE_DAYS)
    buyer = viewer.organisations[0]
    take(REQUESTS_OF_BUYER, str(buyer))
    with transaction.atomic():
        call = SurplusCall.objects.filter(code=spec.surplus_call).first() if spec.surplus_call else None
        number = _next_number("trade_rfq")
        request = Rfq.objects.create(
            id=number, code=encode("RQ", number), buyer_id=buyer, good=spec.good, grade=spec.grade.strip(), quantity_kg=spec.quantity_kg,
            carton_kg=spec.carton_kg, package=spec.package.strip(), destination=spec.destination, incoterm=spec.incoterm,
            incoterm_place=spec.incoterm_place.strip(), wanted_from=spec.wanted_from, wanted_by=spec.wanted_by,
            certificates=list(spec.certificates), target_minor=spec.target_minor, currency=spec.currency, wants_samples=spec.wants_samples,
            inspector_id=spec.inspector, said=spec.said.strip(), surplus_call=call, asked_at=now, asked_by=by, closes_at=spec.closes_at,
        )  # fmt: skip
        _audit(by, "rfq.asked", request.code, good=spec.good, kg=spec.quantity_kg)
    return request.code


def _check_request(spec: RfqSpec) -> None:
    if not 0 < spec.quantity_kg <= KG_MAX:
        raise Refused(WRITE_QUANTITY)
    if spec.carton_kg is not None and not Decimal("0.1") <= spec.carton_kg <= 1000:
        raise Refused(WRITE_QUANTITY)
    if not clock.today() <= spec.wanted_from <= spec.wanted_by:
        raise Refused(WRITE_DAYS)
    if spec.incoterm not in BORNE_BY_SELLER or not spec.incoterm_place.strip():
        raise Refused(NO_TERM)
    if not set(spec.certificates) <= set(CERTIFICATES):
        raise Refused(NO_CERTIFICATE)


def close_request(code: str, *, viewer: Viewer, by: str) -> None:
    """Take no quotes any more, for the buyer; the quotes stay to be read."""
    with transaction.atomic():
        request = _lock_request(code)
        if request is None or request.buyer_id not in viewer.organisations:
            raise NotFound(NO_REQUEST)
        if request.state != Rfq.State.OPEN:
            raise Conflict(CLOSED)
        request.state = Rfq.State.CLOSED
        request.save(update_fields=["state"])
        _audit(by, "rfq.closed", code)


def quote(request: str, lot: str, terms: Terms, priced: PricedTerms, *, viewer: Viewer, by: str) -> str:
    """Answer a request from a lot, for its producer; return the quote's code. `priced` is what the terms come to at the door."""
    _check_terms(terms)
    with transaction.atomic():
        asked = _lock_request(request)
        if asked is None:
            raise NotFound(NO_REQUEST)
        offered = Lot.objects.select_related("listing").filter(code=lot, listing__good=asked.good).first()
        if offered is None or offered.listing.producer_id not in viewer.organisations:
            raise NotFound(NO_LOT)
        _require_open(asked)
        if (
            Quote.objects.filter(rfq=asked, seller=offered.listing.producer_id)
            .exclude(state=Quote.State.WITHDRAWN)
            .exists()
        ):
            raise Conflict(QUOTED)
        number = _next_number("trade_quote")
        made = Quote.objects.create(
            id=number,
            code=encode("QT", number),
            rfq=asked,
            seller_id=offered.listing.producer_id,
            lot=offered,
            quoted_at=clock.now(),
        )
        _put(made, asked, Side.SELLER, terms, priced, by)
    return made.code


def put_version(code: str, terms: Terms, priced: PricedTerms, *, viewer: Viewer, by: str) -> int:
    """Put other terms in a quote, for its seller or the buyer; return the version's number. Both sides' versions stay."""
    _check_terms(terms)
    with transaction.atomic():
        asked, found = lock_quote(code)
        side = side_in_quote(found, viewer)
        if not side:
            raise NotFound(NO_QUOTE)
        _require_open(asked, for_new=False)
        if found.state != Quote.State.OPEN:
            raise Conflict(MOVED_ON)
        take(VERSIONS_OF_QUOTE, f"{code}:{side}")
        return _put(found, asked, side, terms, priced, by)


def withdraw_quote(code: str, *, viewer: Viewer, by: str) -> None:
    """Take a quote back, for its seller, while nobody has signed."""
    with transaction.atomic():
        _asked, found = lock_quote(code)
        if side_in_quote(found, viewer) != Side.SELLER:
            raise NotFound(NO_QUOTE)
        if found.state != Quote.State.OPEN:
            raise Conflict(MOVED_ON)
        found.state = Quote.State.WITHDRAWN
        found.save(update_fields=["state"])
        _audit(by, "quote.withdrawn", code)


def side_in_quote(found: Quote, viewer: Viewer) -> str:
    """Return on which side of a quote somebody is; nothing for everybody else, a competitor above all."""
    if found.rfq.buyer_id in viewer.organisations:
        return Side.BUYER
    return Side.SELLER if found.seller_id in viewer.organisations else ""


def lock_quote(code: str) -> tuple[Rfq, Quote]:
    """Lock a quote's request, then the quote; raise NotFound."""
    number = Quote.objects.filter(code=code).values_list("rfq__code", flat=True).first()
    asked = _lock_request(number) if number else None
    if asked is None:
        raise NotFound(NO_QUOTE)
    found = Quote.objects.select_for_update(of=("self",)).select_related("rfq", "lot").get(code=code)
    return asked, found


def door_of(version: QuoteVersion, kg: int) -> Door | None:
    """Return what a version comes to at the door for a quantity; None where no step or no price is known."""
    found = [row for row in version.doors if row["from_kg"] <= kg]
    if not found:
        return None
    row = max(found, key=lambda row: row["from_kg"])
    return Door(row["from_kg"], row["kg_minor"], row["unit_minor"], row["door_minor"], tuple(row["lines"]))


def _put(found: Quote, asked: Rfq, side: str, terms: Terms, priced: PricedTerms, by: str) -> int:
    number = found.versions.count() + 1
    QuoteVersion.objects.create(
        quote=found, number=number, side=side, steps=[list(step) for step in terms.steps], incoterm=terms.incoterm,
        incoterm_place=terms.incoterm_place.strip(), lead_days=terms.lead_days, samples=terms.samples, deposit_percent=terms.deposit_percent,
        checked_percent=terms.checked_percent, certificates=sorted(set(terms.certificates) & set(asked.certificates)), said=terms.said.strip(),
        valid_until=terms.valid_until, doors=[_door_row(door) for door in priced.doors], refusals=list(priced.refusals), importer_id=priced.importer,
        trade_mode=priced.trade_mode, entry_node=priced.entry_node, promised_days=priced.promised_days, at=clock.now(), by=by,
    )  # fmt: skip
    _audit(by, "quote.version", found.code, number=number, side=side)
    return number


def _door_row(door: Door) -> dict[str, object]:
    return {
        "from_kg": door.from_kg, "kg_minor": door.kg_minor, "unit_minor": door.unit_minor, "door_minor": door.door_minor, "lines": list(door.lines),
    }  # fmt: skip


def _check_terms(terms: Terms) -> None:
    starts, prices = [start for start, _ in terms.steps], [price for _, price in terms.steps]
    if not 0 < len(starts) <= STEPS_MAX or starts[0] != 0 or starts != sorted(set(starts)):
        raise Refused(WRITE_PRICE)
    if not all(0 < price <= PRICE_MAX for price in prices):
        raise Refused(WRITE_PRICE)
    if terms.incoterm not in BORNE_BY_SELLER or not terms.incoterm_place.strip():
        raise Refused(NO_TERM)
    if terms.samples not in QuoteVersion.Samples.values or not 0 <= terms.lead_days <= 365:
        raise Refused(WRITE_DAYS)
    if terms.deposit_percent < 0 or terms.checked_percent < 0 or terms.arrival_percent < 10:
        raise Refused(WRITE_PARTS)
    now = clock.now()
    if not now + timedelta(hours=1) <= terms.valid_until <= now + timedelta(days=QUOTE_DAYS_MAX):
        raise Refused(WRITE_VALIDITY)


def _require_open(asked: Rfq, *, for_new: bool = True) -> None:
    """Refuse where a request is over; its last day stops new quotes only, not the bargaining in those that are there."""
    if asked.state != Rfq.State.OPEN or (for_new and asked.closes_at <= clock.now()):
        raise Conflict(CLOSED)


def _lock_request(code: str) -> Rfq | None:
    return Rfq.objects.select_for_update(of=("self",)).filter(code=code).first()


def _next_number(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        return int(cursor.fetchone()[0])


def _audit(by: str, action: str, subject: str, **detail: object) -> None:
    AuditEntry.objects.create(at=clock.now(), actor=by, action=action, subject=subject, detail=detail)
