"""Who may see the files of a record, and who may add one: decided by the record's code, by the queries that decide for its page.

A new kind of record is a line in RECORDS and its class.
"""

from __future__ import annotations

from typing import Protocol

from samphao.accounts.queries import Viewer
from samphao.core.models import StoredFile
from samphao.customs import queries as customs
from samphao.freight import queries as freight
from samphao.trade import queries as trade

Kind = StoredFile.Kind


class Record(Protocol):
    """Decides for one kind of record."""

    def may_see(self, code: str, kind: str, viewer: Viewer) -> bool: ...

    def may_add(self, code: str, kind: str, viewer: Viewer) -> bool: ...


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


class DeclarationFiles:
    """Papers come from whoever declares: the exporter of an export, the importer of an import."""

    def may_see(self, code: str, kind: str, viewer: Viewer) -> bool:  # noqa: ARG002 every kind alike
        return customs.declaration_for(code, viewer) is not None

    def may_add(self, code: str, kind: str, viewer: Viewer) -> bool:
        found = customs.declaration_for(code, viewer)
        if found is None or kind not in (Kind.PAPER, Kind.PHOTO):
            return False
        declarant = found.importer_id if found.kind == found.Kind.IMPORT else found.exporter_id
        return declarant in viewer.organisations


class LoadFiles:
    """Photos of a container and its seal, by the packing house that stuffs it."""

    def may_see(self, code: str, kind: str, viewer: Viewer) -> bool:  # noqa: ARG002 every kind alike
        load = freight.load_with_goods(code)
        return load is not None and (viewer.is_hub or load.origin in viewer.codes)

    def may_add(self, code: str, kind: str, viewer: Viewer) -> bool:
        load = freight.load_with_goods(code)
        return load is not None and load.origin in viewer.codes and kind in (Kind.PHOTO, Kind.PAPER)


class LotFiles:
    """Reports and photos of a lot: those who handle it see them; its packing house, laboratory and grower add them."""

    def may_see(self, code: str, kind: str, viewer: Viewer) -> bool:  # noqa: ARG002 every kind alike
        return trade.lot_for(code, viewer) is not None

    def may_add(self, code: str, kind: str, viewer: Viewer) -> bool:
        lot = trade.lot_for(code, viewer)
        if lot is None:
            return False
        if lot.packing_house_id in viewer.organisations or lot.laboratory_code in viewer.codes:
            return kind in (Kind.LAB_REPORT, Kind.PHOTO)
        return lot.listing.producer_id in viewer.organisations and kind == Kind.PHOTO


RECORDS: dict[str, Record] = {
    "SO": OrderFiles(), "DX": DeclarationFiles(), "DM": DeclarationFiles(), "LD": LoadFiles(),
}  # fmt: skip
LOTS = LotFiles()  # a lot's code begins as its producer named it


def _record(code: str) -> Record:
    return RECORDS.get(code.partition("-")[0], LOTS)


def may_see_file(file: StoredFile, viewer: Viewer) -> bool:
    return viewer.is_signed_in and _record(file.subject).may_see(file.subject, file.kind, viewer)


def may_add_file(subject: str, kind: str, viewer: Viewer) -> bool:
    return viewer.is_signed_in and _record(subject).may_add(subject, kind, viewer)
