"""Importers of record and their permits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict

from samphao.customs.models import ImporterTerms, Permit
from samphao.customs.types import ImporterTermsSpec, PermitSpec


def record_importers(
    terms: Iterable[ImporterTermsSpec], permits: Iterable[PermitSpec], organisations: Mapping[str, int]
) -> None:
    """Write for which destinations importers of record work, and the permits that they hold."""
    ImporterTerms.objects.bulk_create(
        [
            ImporterTerms(
                importer_id=organisations[row.organisation],
                **{key: value for key, value in asdict(row).items() if key != "organisation"},
            )
            for row in terms
        ]
    )
    grant_permits(permits, organisations)


def grant_permits(permits: Iterable[PermitSpec], organisations: Mapping[str, int]) -> int:
    """Write permits as their office granted them; return how many."""
    rows = [
        Permit(
            importer_id=organisations[row.importer], number=row.number, good=row.good, port=row.port, granted_kg=row.kg,
            valid_from=row.valid_from, valid_to=row.valid_to, source=row.source,
        )
        for row in permits
    ]  # fmt: skip
    return len(Permit.objects.bulk_create(rows))
