"""Customs offices, rules of the lane and rates of entry sampling, from the files that the package carries."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from django.db import transaction

from samphao.core.tables import read_rows
from samphao.customs.models import CustomsOffice, EntrySampling, RiskRule
from samphao.customs.types import OfficeSpec, RiskRuleSpec, SamplingSpec

DATA = Path(__file__).parents[1] / "data"


def publish_offices(folder: Path = DATA) -> None:
    """Write offices, rules and rates; what stands there under the same key is replaced, so it can be repeated."""
    offices = read_rows(folder / "offices.csv", OfficeSpec)
    rules = read_rows(folder / "risk_rules.csv", RiskRuleSpec)
    rates = read_rows(folder / "entry_sampling.csv", SamplingSpec)
    with transaction.atomic():
        CustomsOffice.objects.bulk_create(
            [CustomsOffice(**{**asdict(row), "lanes": row.lanes.split(";")}) for row in offices],
            update_conflicts=True, unique_fields=["code"],
            update_fields=["name_en", "name_th", "name_zh", "country", "node", "lanes", "source"],
        )  # fmt: skip
        RiskRule.objects.bulk_create(
            [RiskRule(**asdict(row)) for row in rules],
            update_conflicts=True, unique_fields=["code"],
            update_fields=["weight", "is_hard", "name_en", "name_th", "name_zh", "source"],
        )  # fmt: skip
        EntrySampling.objects.all().delete()
        EntrySampling.objects.bulk_create([EntrySampling(**asdict(row)) for row in rates])
