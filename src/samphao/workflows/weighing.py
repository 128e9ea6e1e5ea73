"""Weighing and grading on one telephone: grower and packing house sign one ticket, each by his own password or with his own hand.

The telephone may have no network: the form waits on it under a key, and is sent again until it has arrived once. A time that was
drawn on the telephone is told as so many seconds ago, because the telephone's clock may be wrong and the hub's is its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from samphao.accounts import queries as accounts
from samphao.accounts import services as accounts_services
from samphao.accounts.queries import Viewer
from samphao.core import clock, files
from samphao.core.errors import NotAllowed, NotFound, Refused
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.types import SignatureSpec, SignedTicket
from samphao.workflows import mass_stops

GROWER, HOUSE = SIDES = ("grower", "house")
DRAWN, PASSWORD = "drawn", "password"
STROKES = re.compile(r"(?:M\d{1,4} \d{1,4}(?:L\d{1,4} \d{1,4})*)+")
POINTS_LEAST, PATH_MOST = 12, 20_000
UNSENT_MOST = timedelta(days=14)
PHOTOS_MOST = 12
SIGNED = _(
    "Lot %(lot)s was weighed and graded: %(accepted)s kg accepted, %(rejected)s kg rejected. %(grower)s signed for the grower, %(house)s for the packing house (%(ticket)s). If this is not so, make a claim at once."
)
FOUND_SHORT = _(
    "The ticket %(ticket)s of lot %(lot)s accepted %(accepted)s of %(sold)s units sold: the orders that came last were given up, and their money is on its way back."
)
MAY_NOT = _("Only the grower and the packing house of this lot may sign its ticket.")
NO_SUCH = _("There is no such lot.")
NO_HOUSE = _("This lot names no packing house that could sign.")
WHO = _("Choose who signs on each side.")
NOT_ITS_OWN = _("Who signs must belong to that side.")
SIGN = _("Each side must sign: draw the name, or write the password.")
TOO_SHORT = _("A signature is more than a dot: draw it again.")
NOTHING = _("Write the kilograms of at least one grade, or what was rejected.")
WRONG_KG = _("A grade stands twice, or its kilograms are not more than zero.")
FUTURE = _("The day of the cut cannot be after today.")
OLD = _("The form is older than 14 days: weigh again.")
KEY = _("The form has lost its number: open it again.")


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs for a side, and how: a password, or strokes that were drawn `age_s` seconds before the form was sent."""

    name: str
    password: str = ""
    path: str = ""
    age_s: int = 0


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture, and of which grade or reject."""

    of: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the form on the telephone says."""

    lot: str
    key: str
    cut_on: date
    grades: tuple[tuple[str, Decimal], ...]
    rejected_kg: Decimal
    dry_matter_pct: Decimal | None
    signers: Mapping[str, Signer]
    photos: tuple[Photo, ...] = ()


def may_weigh(lot: Any, viewer: Viewer) -> bool:
    """The grower and the packing house of a lot."""
    return lot.packing_house_id in viewer.organisations or lot.listing.producer_id in viewer.organisations


def people_of_sides(lot: Any) -> dict[str, list[tuple[int, str]]]:
    """Return who can sign for each side; a grower without a log-in signs with his name and his hand."""
    return {
        GROWER: accounts.people_who_sign(lot.listing.producer_id),
        HOUSE: accounts.people_who_sign(lot.packing_house_id),
    }


def sign(form: Weighed, *, by: str, viewer: Viewer) -> str:
    """Keep a ticket that both sides signed, with its photos; return its code. Sent twice it is kept once."""
    lot = trade.lot_by_code(form.lot)
    if lot is None:
        raise NotFound(NO_SUCH)
    if not may_weigh(lot, viewer):
        raise NotAllowed(MAY_NOT)
    if lot.packing_house_id is None:
        raise Refused(NO_HOUSE)
    _require_sense(form)
    now, people = clock.now(), people_of_sides(lot)
    signatures = tuple(_signature(side, form.signers.get(side), people[side], now) for side in SIDES)
    spec = SignedTicket(form.lot, form.key, form.cut_on, form.grades, form.rejected_kg, form.dry_matter_pct, signatures)
    with transaction.atomic():
        mass_stops.lock_numbers([form.lot])
        code = services.sign_ticket(spec, by=by)
        mass_stops.stop_what_passes([form.lot])
        for photo in form.photos:
            files.store(photo.content, f"{photo.of} {photo.name}", subject=code, kind="photo", by=by)
        _tell(lot, spec, code)
    return code


def _require_sense(form: Weighed) -> None:
    names = [grade.strip().lower() for grade, _kg in form.grades]
    if len(set(names)) < len(names) or any(not name for name in names) or any(kg <= 0 for _grade, kg in form.grades):
        raise Refused(WRONG_KG)
    if form.rejected_kg < 0 or not (form.grades or form.rejected_kg):
        raise Refused(NOTHING)
    if not 8 <= len(form.key) <= 80:
        raise Refused(KEY)
    if form.cut_on > clock.today():
        raise Refused(FUTURE)
    if len(form.photos) > PHOTOS_MOST:
        raise Refused(_("At most 12 photos."))


def _signature(side: str, signer: Signer | None, people: Sequence[tuple[int, str]], now: datetime) -> SignatureSpec:
    if signer is None or not signer.name.strip():
        raise Refused(WHO)
    name = signer.name.strip()
    log_ins = {username: number for number, username in people}
    if log_ins and name not in log_ins:
        raise Refused(NOT_ITS_OWN)
    if signer.path:
        return SignatureSpec(side, name, log_ins.get(name), DRAWN, _strokes(signer.path), now - _age(signer.age_s))
    if not signer.password or not log_ins:
        raise Refused(SIGN)
    return SignatureSpec(side, name, accounts_services.confirm_password(name, signer.password), PASSWORD, "", now)


def _strokes(path: str) -> str:
    if len(path) > PATH_MOST or not STROKES.fullmatch(path):
        raise Refused(SIGN)
    if path.count("L") < POINTS_LEAST:
        raise Refused(TOO_SHORT)
    return path


def _age(seconds: int) -> timedelta:
    if not 0 <= seconds <= UNSENT_MOST.total_seconds():
        raise Refused(OLD)
    return timedelta(seconds=seconds)


def _tell(lot: Any, spec: SignedTicket, code: str) -> None:
    """Tell both sides what was signed in their names, once: a signature that was none is found out by it."""
    names = {row.side: row.name for row in spec.signatures}
    said = accounts_services.in_three_languages(
        SIGNED, lot=lot.code, accepted=f"{spec.accepted_kg:,.1f}", rejected=f"{spec.rejected_kg:,.1f}", grower=names[GROWER],
        house=names[HOUSE], ticket=code,
    )  # fmt: skip
    accounts_services.notify(
        sorted({lot.listing.producer_id, lot.packing_house_id}), subject=lot.code, key=f"ticket:{code}", **said
    )
    ticket = trade.ticket_of(lot.code)
    if ticket is not None and (ticket.accepted_units or 0) < (ticket.sold_units or 0):
        short = accounts_services.in_three_languages(
            FOUND_SHORT, ticket=code, lot=lot.code, accepted=f"{ticket.accepted_units:,}", sold=f"{ticket.sold_units:,}"
        )
        told = {lot.listing.producer_id, lot.packing_house_id, *accounts.ids_of_kind("hub")}
        accounts_services.notify(sorted(told), subject=lot.code, key=f"short:{code}", **short)
