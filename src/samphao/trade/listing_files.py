"""Lots by the file: a row is a lot with its listing. What is written out is read in again unchanged.

A file is looked through whole before anything is written; then its rows are written some at a time by the worker, and how far
it came is kept with them, so that a worker that dies goes on where it was. A row is written whole or not at all.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_noop as _

from samphao.accounts.queries import Viewer
from samphao.core import clock, events
from samphao.core.codes import encode
from samphao.core.errors import BadRows, Fault, HubError, NotFound, Refused
from samphao.core.tables import read_numbered_rows
from samphao.trade import phrases
from samphao.trade.events import LotsOffered
from samphao.trade.listings import LotRefused, change_lot, faults_of_change, list_lot, next_number, require_own
from samphao.trade.lot_rules import Known, fault, faults_of
from samphao.trade.models import Listing, ListingImport, Lot
from samphao.trade.queries.listings import as_own, is_own, known_to, lots_of_producer
from samphao.trade.types import ADVANCE_PERCENT, CLAIM_HOURS, TOLERANCE_PCT, LotFault, OwnLot, PayoutSchedule

BYTES_MAX = 5_000_000
ROWS_MAX = 20_000
WRITTEN_AT_ONCE = 100
FAULTS_KEPT = 500


@dataclass(frozen=True, slots=True)
class LotRow:
    """A row of the file. `listing` and `lot` are codes that the hub gave; empty, a new one is made. `price` in baht."""

    good: str
    harvest_from: date
    harvest_to: date
    closes_on: date
    unit: str
    unit_mass_g: int
    carton_units: int
    quantity: int
    price: Decimal
    listing: str = ""
    lot: str = ""
    variety: str = ""
    grade: str = ""
    size: str = ""
    fibre: str = ""
    weave: str = ""
    dye: str = ""
    care: str = ""
    material: str = ""
    roast: str = ""
    method: str = ""
    package: str = ""
    orchard: str = ""
    packing_house: str = ""
    exporter: str = ""
    minimum_units: int = 1
    price_steps: str = ""
    """Such as `100:45.00;500:42.00`: from so many units a unit costs so much."""
    monthly_capacity: int | None = None
    flowering_on: date | None = None
    trees: int | None = None
    title_en: str = ""
    title_th: str = ""
    title_zh: str = ""
    description_en: str = ""
    description_th: str = ""
    description_zh: str = ""
    terms: str = "standard"
    deposit_percent: int = 0
    ticket_percent: int = ADVANCE_PERCENT
    claim_hours: int = CLAIM_HOURS
    tolerance_pct: Decimal = TOLERANCE_PCT
    delivery_days: int | None = None


COLUMNS = ("listing", "lot", *(one.name for one in fields(LotRow) if one.name not in ("listing", "lot")))
OF_THE_LISTING = ("good", "attributes", "title", "description", "monthly_capacity")


@dataclass(frozen=True, slots=True)
class RowFault(Fault):
    """A fault of a row by the rules of a lot; `text` and `values` are its words before they are put together."""

    text: str = ""
    values: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file would do: how many of its rows are new, change a lot or leave it as it is; and all that is wrong."""

    rows: int
    counts: dict[str, int]
    faults: tuple[Fault, ...]


def written_out(producer: int) -> str:
    """Return a producer's lots as a file."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for lot in lots_of_producer(producer):
        writer.writerow(_as_cells(lot))
    return buffer.getvalue()


def check_file(content: bytes, name: str, producer: int) -> Checked:
    """Look a file through without writing anything."""
    rows, faults = _read(content, name)
    before = Before(producer)
    counts: Counter[str] = Counter()
    said: dict[str, tuple[int, OwnLot]] = {}
    seen: set[str] = set()
    for number, row in rows:
        own, wrong = _own_of(row)
        outcome, more = before.outcome_of(row, own) if not wrong else ("", [])
        wrong += more
        if row.lot and row.lot in seen:
            wrong.append(fault("lot", _("%(value)s stands twice in this file"), value=row.lot))
        seen.add(row.lot)
        if row.listing:
            first, like = said.setdefault(row.listing, (number, own))
            wrong += [
                fault(part, _("Row %(row)s says something else of the same listing"), row=first)
                for part in OF_THE_LISTING
                if getattr(like, part) != getattr(own, part)
            ]
        faults += [RowFault(name, number, one.field, one.said, "", one.text, one.values) for one in wrong]
        counts[outcome] += not wrong
    return Checked(len(rows), {key: counts[key] for key in ("new", "changed", "unchanged")}, tuple(faults))


def keep_import(content: bytes, name: str, producer: int, *, viewer: Viewer, by: str) -> str:
    """Keep a file that is right, for its sender to look at before it is written; return its code. Raise BadRows with all that is wrong."""
    require_own(viewer, producer)
    if len(content) > BYTES_MAX:
        raise Refused(_("The file is larger than 5 MB: send it in parts."))
    checked = check_file(content, name, producer)
    if checked.faults:
        raise BadRows(checked.faults)
    if not checked.rows:
        raise Refused(_("The file has no row below its header."))
    number = next_number("trade_listingimport")
    row = ListingImport(
        id=number, code=encode("IM", number), producer_id=producer, file_name=name[:120], content=content, rows=checked.rows, counts=checked.counts,
        made_by=by, made_at=clock.now(),
    )  # fmt: skip
    row.save(force_insert=True)
    return row.code


def start_import(code: str, *, viewer: Viewer) -> None:
    """Let the worker write a file; twice is once."""
    _turn(code, ListingImport.State.RUNNING, viewer)
    events.wake_worker()


def drop_import(code: str, *, viewer: Viewer) -> None:
    """Forget a file that was only looked at."""
    _turn(code, ListingImport.State.DROPPED, viewer)


def import_some(limit: int = WRITTEN_AT_ONCE) -> int:
    """Write the next rows of the oldest file that runs; return how many. What is written and how far it came commit together."""
    with transaction.atomic():
        running = ListingImport.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            state=ListingImport.State.RUNNING
        )
        found = running.order_by("id").first()
        if found is None:
            return 0
        rows, faults = _read(bytes(found.content), found.file_name)
        if faults:
            raise BadRows(tuple(faults))
        part = rows[found.done : found.done + limit]
        known, offered = known_to(found.producer_id), []
        for number, row in part:
            try:
                with transaction.atomic():
                    offered += _write(row, found, known)
            except HubError as error:
                found.faults += _told(number, error)
        found.faults = found.faults[:FAULTS_KEPT]
        found.done += len(part)
        if found.done >= found.rows:
            found.state = ListingImport.State.DONE
        found.save(update_fields=["faults", "done", "state"])
        events.publish_in_parts(LotsOffered, offered)
    return len(part)


def _turn(code: str, state: ListingImport.State, viewer: Viewer) -> None:
    with transaction.atomic():
        found = ListingImport.objects.select_for_update(of=("self",)).defer("content").filter(code=code).first()
        if found is None or not is_own(viewer, found.producer_id):
            raise NotFound(_("There is no such file of yours."))
        if found.state == ListingImport.State.CHECKED:
            found.state = state
            found.save(update_fields=["state"])


def _write(row: LotRow, found: ListingImport, known: Known) -> list[str]:
    """Write a row by the rules of today and return the lot if something of it is new. Its sender's right was asked when he pressed."""
    own, wrong = _own_of(row)
    if wrong:
        raise LotRefused(wrong)
    viewer = Viewer((found.producer_id,), (), frozenset({"producer"}), is_hub=False)
    if row.lot:
        written = change_lot(row.lot, own, viewer=viewer, by=found.made_by, known=known, tells=False)
        return [written.lot] if written.changed else []
    return [
        list_lot(
            own, producer=found.producer_id, viewer=viewer, by=found.made_by, listing_code=row.listing, known=known, tells=False
        ).lot
    ]  # fmt: skip


def _told(number: int, error: HubError) -> list[dict[str, object]]:
    if isinstance(error, LotRefused):
        return [
            {"row": number, "column": one.field, "wrong": one.said, "text": one.text, "values": one.values}
            for one in error.faults
        ]
    return [{"row": number, "column": "", "wrong": error.title, "text": error.title, "values": {}}]


class Before:
    """What a producer has before a file is written: says of each row what it would do."""

    def __init__(self, producer: int) -> None:
        self._known = known_to(producer)
        lots = list(lots_of_producer(producer))
        self._lots = {lot.code: (lot, as_own(lot)) for lot in lots}
        self._goods = {lot.listing.code: lot.listing.good for lot in lots}
        self._read = {lot.listing.code for lot in lots if lot.held + lot.sold}
        self._twins = {_key(own): code for code, (_lot, own) in self._lots.items()}

    def outcome_of(self, row: LotRow, own: OwnLot) -> tuple[str, list[LotFault]]:
        """Return what a row does, and why it cannot."""
        if row.lot:
            if row.lot not in self._lots:
                return "", [fault("lot", _("%(value)s is no lot of this seller"), value=row.lot)]
            return self._change(row, own, *self._lots[row.lot])
        if row.listing and row.listing not in self._goods:
            return "", [fault("listing", _("%(value)s is no listing of this seller"), value=row.listing)]
        if row.listing and self._goods[row.listing] != row.good:
            return "", [fault("good", _("The listing is of %(value)s"), value=self._goods[row.listing])]
        if twin := self._twins.get(_key(own)):
            text = _("The same lot is listed already: write its code, %(value)s, or take the row out")
            return "", [fault("lot", text, value=twin)]
        return "new", faults_of(own, self._known)

    def _change(self, row: LotRow, own: OwnLot, lot: Lot, before: OwnLot) -> tuple[str, list[LotFault]]:
        listing = lot.listing.code
        if row.listing and row.listing != listing:
            return "", [fault("listing", _("The lot belongs to %(value)s"), value=listing)]
        if before == own:
            return "unchanged", []
        if lot.withdrawn_at is not None:
            return "", [fault("lot", _("%(value)s was withdrawn from sale"), value=lot.code)]
        is_read = listing in self._read
        return "changed", faults_of_change(before, own, self._known, ordered=lot.held + lot.sold, is_read=is_read)


def _key(own: OwnLot) -> str:
    return repr(replace(own, attributes=dict(sorted(own.attributes.items()))))


def _read(content: bytes, name: str) -> tuple[list[tuple[int, LotRow]], list[Fault]]:
    with tempfile.TemporaryDirectory(prefix="samphao-") as folder:
        path = Path(folder) / "lots.csv"
        path.write_bytes(content)
        rows, faults = read_numbered_rows(path, LotRow)
    faults = [replace(one, file=name) for one in faults]
    if len(rows) > ROWS_MAX:
        faults.append(Fault(name, 0, "", f"the file has more than {ROWS_MAX:,} rows", "Send it in parts"))
    return rows, faults


def _own_of(row: LotRow) -> tuple[OwnLot, list[LotFault]]:
    steps, wrong = _steps_of(row.price_steps)
    price = _satang(row.price)
    if price is None:
        wrong.append(fault("price", _("Write baht with at most two decimals")))
    chosen = {name: text for name in phrases.attribute_names() if (text := getattr(row, name))}
    schedule = PayoutSchedule(
        row.terms or "standard",
        row.deposit_percent,
        row.ticket_percent,
        row.claim_hours,
        row.tolerance_pct,
        row.delivery_days,
    )
    own = OwnLot(
        row.good, chosen, row.harvest_from, row.harvest_to, row.closes_on, row.unit, row.unit_mass_g, row.carton_units, row.quantity, price or 0,
        row.minimum_units, tuple(steps), row.monthly_capacity, row.orchard, row.packing_house, row.exporter,
        (row.title_en, row.title_th, row.title_zh), (row.description_en, row.description_th, row.description_zh), row.flowering_on, row.trees,
        schedule,
    )  # fmt: skip
    return own, wrong


def _steps_of(text: str) -> tuple[list[tuple[int, int]], list[LotFault]]:
    steps: list[tuple[int, int]] = []
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        units, mark, price = part.partition(":")
        satang = _satang(Decimal(price)) if mark and units.strip().isdecimal() and _is_number(price) else None
        if satang is None:
            return [], [
                fault(
                    "price_steps", _("`%(value)s` cannot be read: write steps such as 100:45.00;500:42.00"), value=part
                )
            ]
        steps.append((int(units), satang))
    return steps, []


def _is_number(text: str) -> bool:
    whole, _point, rest = text.strip().partition(".")
    return whole.isdecimal() and (not rest or rest.isdecimal())


def _satang(baht: Decimal) -> int | None:
    satang = baht * 100
    return int(satang) if satang == int(satang) else None


def _baht(satang: int) -> str:
    return f"{Decimal(satang) / 100:.2f}"


def _as_cells(lot: Lot) -> dict[str, object]:
    own = as_own(lot)
    listing: Listing = lot.listing
    cells: dict[str, object] = {name: getattr(own, name) for name in COLUMNS if hasattr(own, name)}
    cells |= {name: own.attributes.get(name, "") for name in phrases.attribute_names()}
    cells |= {one.name: getattr(own.schedule, one.name) for one in fields(PayoutSchedule)}
    cells |= dict(_by_language("title", own.title)) | dict(_by_language("description", own.description))
    steps = ";".join(f"{units}:{_baht(price)}" for units, price in own.steps)
    cells |= {"listing": listing.code, "lot": lot.code, "price": _baht(own.price_minor), "price_steps": steps}
    return {name: "" if value is None else value for name, value in cells.items()}


def _by_language(stem: str, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    for language, text in zip(phrases.LANGUAGES, texts, strict=True):
        yield f"{stem}_{language}", text
