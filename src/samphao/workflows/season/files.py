"""The CSV files of a season: one dataclass a file, columns as fields (examples/season/README.md explains them)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from samphao.accounts.types import OrchardSpec, Party, PartyRegistration
from samphao.core.errors import BadRows, Fault
from samphao.core.tables import read_rows_and_faults, unknown_references
from samphao.customs.types import ImporterTermsSpec, PermitSpec
from samphao.reference.types import DestinationSpec, PostRateSpec
from samphao.trade.types import CropShare, LotSpec


@dataclass(frozen=True, slots=True)
class SeasonFiles:
    """All files of a season, read and checked against each other."""

    organisations: list[Party]
    registrations: list[PartyRegistration]
    orchards: list[OrchardSpec]
    crop_calendar: list[CropShare]
    lots: list[LotSpec]
    destinations: list[DestinationSpec]
    importers: list[ImporterTermsSpec]
    permits: list[PermitSpec]
    post_tariff: list[PostRateSpec]


ROWS: dict[str, type] = {
    "organisations": Party, "registrations": PartyRegistration, "orchards": OrchardSpec, "crop_calendar": CropShare,
    "lots": LotSpec, "destinations": DestinationSpec, "importers": ImporterTermsSpec, "permits": PermitSpec,
    "post_tariff": PostRateSpec,
}  # fmt: skip


def read_season(folder: Path, *, goods: set[str], provinces: set[str]) -> SeasonFiles:
    """Return the season of a folder; raise BadRows with every fault of every file, before anything is written."""
    tables: dict[str, list[object]] = {}
    faults: list[Fault] = []
    for field in fields(SeasonFiles):
        tables[field.name], wrong = read_rows_and_faults(folder / f"{field.name}.csv", ROWS[field.name])
        faults += wrong
    season = SeasonFiles(**tables)  # type: ignore[arg-type]
    if not faults:
        faults = _cross_faults(season, goods, provinces)
    if faults:
        raise BadRows(tuple(faults))
    return season


def _cross_faults(season: SeasonFiles, goods: set[str], provinces: set[str]) -> list[Fault]:
    organisations = {row.code for row in season.organisations}
    orchards = {row.code for row in season.orchards}
    destinations = {row.code for row in season.destinations}
    checks = [
        (
            "organisations.csv",
            "province_iso",
            [row.province_iso for row in season.organisations],
            provinces,
            "the provinces of the reference data",
        ),
        (
            "registrations.csv",
            "organisation",
            [row.organisation for row in season.registrations],
            organisations,
            "organisations.csv",
        ),
        ("orchards.csv", "producer", [row.producer for row in season.orchards], organisations, "organisations.csv"),
        (
            "crop_calendar.csv",
            "good",
            [row.good for row in season.crop_calendar],
            goods,
            "the goods of the reference data",
        ),
        ("lots.csv", "producer", [row.producer for row in season.lots], organisations, "organisations.csv"),
        ("lots.csv", "packing_house", [row.packing_house for row in season.lots], organisations, "organisations.csv"),
        ("lots.csv", "exporter", [row.exporter for row in season.lots], organisations, "organisations.csv"),
        ("lots.csv", "orchard", [row.orchard for row in season.lots], orchards, "orchards.csv"),
        ("lots.csv", "good", [row.good for row in season.lots], goods, "the goods of the reference data"),
        (
            "importers.csv",
            "organisation",
            [row.organisation for row in season.importers],
            organisations,
            "organisations.csv",
        ),
        (
            "importers.csv",
            "destination",
            [row.destination for row in season.importers],
            destinations,
            "destinations.csv",
        ),
        ("permits.csv", "importer", [row.importer for row in season.permits], organisations, "organisations.csv"),
        ("permits.csv", "good", [row.good for row in season.permits], goods, "the goods of the reference data"),
    ]
    faults = [fault for check in checks for fault in unknown_references(*check)]
    faults += [
        Fault("lots.csv", number, "harvest_to", "the harvest ends before it begins", "Exchange the two dates")
        for number, lot in enumerate(season.lots, 2)
        if lot.harvest_to < lot.harvest_from
    ]
    faults += [
        Fault(
            "post_tariff.csv", number, "currency", f"`{rate.currency}` is not THB", "Write the tariff's price in satang"
        )
        for number, rate in enumerate(season.post_tariff, 2)
        if rate.currency != "THB"
    ]
    return (
        faults
        + _repeated("organisations.csv", [row.code for row in season.organisations])
        + _repeated("lots.csv", [row.code for row in season.lots])
    )


def _repeated(file: str, codes: list[str]) -> list[Fault]:
    seen: set[str] = set()
    faults = []
    for number, code in enumerate(codes, 2):
        if code in seen:
            faults.append(Fault(file, number, "code", f"`{code}` stands twice", "Give each row a code of its own"))
        seen.add(code)
    return faults
