"""Who may see the files of a record, who may add one, and which are kept: decided by the record's code, by the queries of its page.

A new kind of record is a line in RECORDS and its class.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from django.db import transaction
from django.utils.translation import gettext_noop

from samphao.accounts import queries as accounts
from samphao.accounts.queries import Viewer
from samphao.core import files
from samphao.core.errors import NotFound, Refused
from samphao.core.models import StoredFile
from samphao.customs import queries as customs
from samphao.freight import queries as freight
from samphao.trade import queries as trade

Kind = StoredFile.Kind
Evidence = tuple[str, str]
"""A record and the kind of its files that somebody has relied on: they stay."""
PAID = gettext_noop("This payment slip is kept: its order was paid.")
SUBMITTED = gettext_noop("This file is kept: its declaration was submitted with it.")
CLAIMED = gettext_noop("This file is kept: it is evidence in a claim.")
SENT = gettext_noop("This file is kept: a registration was sent with it.")
TESTED = gettext_noop("This laboratory report is kept: a gate was decided on its result.")


class Record(Protocol):
    """Decides for one kind of record."""

    def may_see(self, code: str, kind: str, viewer: Viewer) -> bool: ...

    def may_add(self, code: str, kind: str, viewer: Viewer) -> bool: ...

    def kept_because(self, code: str, kind: str, viewer: Viewer) -> str:
        """Return why a file is evidence that stays, or nothing."""


class OrderFiles:
    """A payment slip shows a buyer's account: it is for the buyer and the hub, not for the other parties of the order."""

    def may_see(self, code: str, kind: str, viewer: Viewer) -> bool:
        order = trade.order_for(code, organisations=viewer.organisations, sees_all=viewer.is_hub)
        if order is None:
            return False
        return kind != Kind.SLIP or viewer.is_hub or order.buyer_id in viewer.organisations

    def may_add(self, code: str, kind: str, viewer: Viewer) -> bool:
        order = trade.order_for(code, organisations=viewer.organisations, sees_all=False)
        return order is not None and order.buyer_id in viewer.organisations and kind in (Kind.SLIP, Kind.PHOTO)

    def kept_because(self, code: str, kind: str, viewer: Viewer) -> str:
        order = trade.order_for(code, organisations=viewer.organisations, sees_all=viewer.is_hub)
        return PAID if order is not None and (code, kind) in evidence_of_order(order) else ""


class DeclarationFiles:
    """Papers come from whoever declares: the exporter of an export, the importer of an import."""

    def may_see(self, code: str, kind: str, viewer: Viewer) -> bool:  # noqa: ARG002 every kind alike
        return customs.declaration_for(code, viewer) is not None

    def may_add(self, code: str, kind: str, viewer: Viewer) -> bool:
        found = customs.declaration_for(code, viewer)
        return found is not None and may_add_to_declaration(found, kind, viewer)

    def kept_because(self, code: str, kind: str, viewer: Viewer) -> str:
        found = customs.declaration_for(code, viewer)
        return SUBMITTED if found is not None and (code, kind) in evidence_of_declaration(found) else ""


class LoadFiles:
    """Photos of a container and its seal, by the packing house that stuffs it."""

    def may_see(self, code: str, kind: str, viewer: Viewer) -> bool:  # noqa: ARG002 every kind alike
        load = freight.load_with_goods(code)
        return load is not None and (viewer.is_hub or load.origin in viewer.codes)

    def may_add(self, code: str, kind: str, viewer: Viewer) -> bool:
        load = freight.load_with_goods(code)
        return load is not None and load.origin in viewer.codes and kind in (Kind.PHOTO, Kind.PAPER)

    def kept_because(self, code: str, kind: str, viewer: Viewer) -> str:  # noqa: ARG002 decided by none of them
        return ""


class LotFiles:
    """Reports and photos of a lot: those who handle it see them, and the customs office where it was declared; its packing house,
    laboratory and grower add them, and the exporter whom the grower lets sell for it.
    """

    def may_see(self, code: str, kind: str, viewer: Viewer) -> bool:  # noqa: ARG002 every kind alike
        return trade.lot_for(code, viewer) is not None or customs.has_declared_lot(code, viewer)

    def may_add(self, code: str, kind: str, viewer: Viewer) -> bool:
        return kind in self._kinds_of(trade.lot_for(code, viewer), viewer)

    def access(self, code: str, viewer: Viewer) -> tuple[bool, list[str]]:
        """Return whether somebody sees the files of a lot, and which kinds he adds; two queries at most."""
        lot = trade.lot_for(code, viewer)
        return lot is not None or customs.has_declared_lot(code, viewer), self._kinds_of(lot, viewer)

    def _kinds_of(self, lot: Any, viewer: Viewer) -> list[str]:
        if lot is None:
            return []
        if lot.packing_house_id in viewer.organisations or lot.laboratory_code in viewer.codes:
            return [Kind.LAB_REPORT.value, Kind.PHOTO.value]
        is_producers = lot.listing.producer_id in viewer.organisations or trade.acts_for_producer(
            lot, viewer.organisations
        )
        return [Kind.PHOTO.value] if is_producers else []

    def kept_because(self, code: str, kind: str, viewer: Viewer) -> str:
        lot = trade.lot_for(code, viewer)
        return TESTED if lot is not None and (code, kind) in evidence_of_lots([lot]) else ""


def may_add_to_declaration(declaration: Any, kind: str, viewer: Viewer) -> bool:
    """Whether somebody adds files to a declaration that he sees."""
    is_import = declaration.kind == declaration.Kind.IMPORT
    declarant = declaration.importer_id if is_import else declaration.exporter_id
    return declarant in viewer.organisations and kind in (Kind.PAPER, Kind.PHOTO)


class ClaimFiles:
    """Photos and papers of a claim or a return: seen by all its parties, added by the two sides while it is not final; all stay."""

    def may_see(self, code: str, kind: str, viewer: Viewer) -> bool:  # noqa: ARG002 every kind alike
        return trade.claim_for(code, viewer) is not None

    def may_add(self, code: str, kind: str, viewer: Viewer) -> bool:
        claim = trade.claim_for(code, viewer)
        if claim is None or claim.is_final or kind not in (Kind.PHOTO, Kind.PAPER):
            return False
        lot = claim.order.lot
        sides = {claim.order.buyer_id, lot.listing.producer_id, lot.packing_house_id, lot.exporter_id}
        return bool(sides & set(viewer.organisations))

    def kept_because(self, code: str, kind: str, viewer: Viewer) -> str:  # noqa: ARG002 whatever somebody showed
        return CLAIMED


class RegistrationFiles:
    """What an applicant shows of himself: for him, the owners of his organisation and the hub's people; what was sent stays."""

    def may_see(self, code: str, kind: str, viewer: Viewer) -> bool:  # noqa: ARG002 every kind alike
        return accounts.registration_for(code, viewer) is not None

    def may_add(self, code: str, kind: str, viewer: Viewer) -> bool:
        found = accounts.registration_for(code, viewer)
        if found is None or found.applicant.username != viewer.username:
            return False
        return found.is_open_to_change and kind in (Kind.PAPER, Kind.PHOTO)

    def kept_because(self, code: str, kind: str, viewer: Viewer) -> str:  # noqa: ARG002 every kind alike
        found = accounts.registration_for(code, viewer)
        return SENT if found is not None and found.sent_at else ""


class ListingFiles:
    """Photos that buyers see: of a listing, or of one that is still a draft; whoever may list adds them."""

    def may_see(self, code: str, kind: str, viewer: Viewer) -> bool:  # noqa: ARG002 photos alone are kept here
        return trade.is_listed(code) or self.may_add(code, Kind.PHOTO, viewer)

    def may_add(self, code: str, kind: str, viewer: Viewer) -> bool:
        return kind == Kind.PHOTO and trade.may_change_listing(code, viewer)

    def kept_because(self, code: str, kind: str, viewer: Viewer) -> str:  # noqa: ARG002 decided by none of them
        return ""


def evidence_of_order(order: Any) -> set[Evidence]:
    return {(order.code, Kind.SLIP.value)} if order.paid_at else set()


def evidence_of_declaration(declaration: Any) -> set[Evidence]:
    return {(declaration.code, kind) for kind in Kind.values} if declaration.submitted_at else set()


def evidence_of_lots(lots: Iterable[Any]) -> set[Evidence]:
    """The gate to load reads what was found on the day of the test: with that day the report is its proof."""
    return {(lot.code, Kind.LAB_REPORT.value) for lot in lots if lot.tested_on}


RECORDS: dict[str, Record] = {
    "SO": OrderFiles(), "DX": DeclarationFiles(), "DM": DeclarationFiles(), "LD": LoadFiles(), "LS": ListingFiles(), "L": ListingFiles(),
    "CL": ClaimFiles(), "RT": ClaimFiles(), "RG": RegistrationFiles(),
}  # fmt: skip
LOTS = LotFiles()  # a lot's code begins as its producer named it


def _record(code: str) -> Record:
    return RECORDS.get(code.partition("-")[0], LOTS)


def public_photo(code: str) -> StoredFile | None:
    """Return a photo of a listing, which everybody may see; no other file is public."""
    file = files.file_by_code(code)
    is_photo = file is not None and file.kind == Kind.PHOTO and isinstance(_record(file.subject), ListingFiles)
    return file if file is not None and is_photo and trade.is_listed(file.subject) else None


def may_see_file(file: StoredFile, viewer: Viewer) -> bool:
    return may_see_files(file.subject, file.kind, viewer)


def may_see_files(subject: str, kind: str, viewer: Viewer) -> bool:
    return viewer.is_signed_in and _record(subject).may_see(subject, kind, viewer)


def may_add_file(subject: str, kind: str, viewer: Viewer) -> bool:
    return viewer.is_signed_in and _record(subject).may_add(subject, kind, viewer)


def lot_files(code: str, viewer: Viewer) -> tuple[bool, list[str]]:
    """Return whether somebody sees the files of a lot, and which kinds he adds."""
    return LOTS.access(code, viewer) if viewer.is_signed_in else (False, [])


def remove_file(file: StoredFile, *, by: str, viewer: Viewer) -> None:
    """Take a file away: whoever added it, unless somebody has relied on it since."""
    if file.uploaded_by != by:
        raise NotFound(gettext_noop("There is no such file."))
    with transaction.atomic():
        if why := _record(file.subject).kept_because(file.subject, file.kind, viewer):
            raise Refused(why)
        files.remove(file.code, by=by)
