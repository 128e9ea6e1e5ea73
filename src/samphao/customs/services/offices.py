"""Customs offices, rules of the lane and rates of entry sampling, from the files that the package carries."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from django.db import transaction

from samphao.accounts import services as accounts
from samphao.accounts.types import Party
from samphao.core.tables import read_rows
from samphao.customs.models import CustomsOffice, EntrySampling, RiskRule
from samphao.customs.types import OfficeSpec, RiskRuleSpec, SamplingSpec

DATA = Path(__file__).parents[1] / "data"
OWN_COUNTRY = "TH"  # officers of other countries work elsewhere: their offices are simulators here


def publish_offices(folder: Path = DATA) -> None:
    """Write offices, rules and rates; what stands there under the same key is replaced, so it can be repeated.

    An office of this country is an organisation under the same code: who belongs to it is its officer.
    """
    offices = read_rows(folder / "offices.csv", OfficeSpec)
    rules = read_rows(folder / "risk_rules.csv", RiskRuleSpec)
    rates = read_rows(folder / "entry_sampling.csv", SamplingSpec)
    with transaction.atomic():
        CustomsOffice.objects.bulk_create(
            [CustomsOffice(**{**asdict(row), "lanes": row.lanes.split(";")}) for row in offices],
            update_conflicts=True, unique_fields=["code"],
            update_fields=["name_en", "name_th", "name_zh", "country", "node", "lanes", "source"],
        )  # fmt: skip
        accounts.register_missing([_party(row) for row in offices if row.country == OWN_COUNTRY])
        RiskRule.objects.bulk_create(
            [RiskRule(**asdict(row)) for row in rules],
            update_conflicts=True, unique_fields=["code"],
            update_fields=["weight", "is_hard", "name_en", "name_th", "name_zh", "source"],
        )  # fmt: skip
        EntrySampling.objects.all().delete()
        EntrySampling.objects.bulk_create([EntrySampling(**asdict(row)) for row in rates])


def _party(office: OfficeSpec) -> Party:
    return Party(
        office.code,
        "office",
        "government",
        office.name_en,
        office.name_th,
        office.name_zh,
        office.country,
        "",
        "",
        "",
        "th",
    )
