"""Organisations as files give them, the households of a demo, and log-ins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from django.db import transaction

from samphao.accounts.models import Membership, Orchard, Organisation, Registration, User
from samphao.accounts.types import OrchardSpec, Party, PartyRegistration
from samphao.core.bulk import copy_rows


def register_parties(
    parties: Iterable[Party],
    registrations: Iterable[PartyRegistration],
    orchards: Iterable[OrchardSpec],
    *,
    is_demo: bool,
) -> dict[str, int]:
    """Write organisations with their registrations and orchards; return the id of each code."""
    with transaction.atomic():
        Organisation.objects.bulk_create([_organisation(party, is_demo=is_demo) for party in parties])
        ids = dict(Organisation.objects.values_list("code", "id"))
        Registration.objects.bulk_create(
            [
                Registration(
                    organisation_id=ids[row.organisation],
                    **{key: value for key, value in asdict(row).items() if key != "organisation"},
                )
                for row in registrations
            ]
        )
        Orchard.objects.bulk_create(
            [
                Orchard(
                    producer_id=ids[row.producer],
                    **{key: value for key, value in asdict(row).items() if key != "producer"},
                )
                for row in orchards
            ]
        )
    return ids


def register_missing(parties: Iterable[Party]) -> None:
    """Write the organisations whose code is not there yet; those that are stay as somebody keeps them."""
    Organisation.objects.bulk_create([_organisation(party, is_demo=False) for party in parties], ignore_conflicts=True)


def _organisation(party: Party, *, is_demo: bool) -> Organisation:
    return Organisation(**{key: value for key, value in asdict(party).items() if key != "destination"}, is_demo=is_demo)


def register_households(count: int, *, prefix: str) -> list[int]:
    """Make household buyers of a demo by the thousand; return their ids. They are invented and say so."""
    copy_rows(
        "accounts_organisation",
        (
            "code",
            "kind",
            "legal_form",
            "name_en",
            "name_th",
            "name_zh",
            "country",
            "province_iso",
            "district_code",
            "tax_id",
            "language",
            "is_demo",
        ),
        (
            (
                f"{prefix}{n:05}",
                "buyer",
                "person",
                f"Household {n:05} (demo)",
                "",
                f"示例家庭 {n:05}",
                "CN",
                "",
                "",
                "",
                "zh-hans",
                True,
            )
            for n in range(count)
        ),
    )
    return list(Organisation.objects.filter(code__startswith=prefix).order_by("code").values_list("id", flat=True))


def open_login(
    username: str, password: str, organisation: str, role: str, *, is_staff: bool = False, email: str = ""
) -> None:
    """Make (or reset) a person's log-in with a role in an organisation."""
    user, _ = User.objects.get_or_create(username=username, defaults={"email": email})
    user.set_password(password)
    user.is_staff = user.is_superuser = is_staff
    user.save()
    Membership.objects.get_or_create(
        user=user, organisation=Organisation.objects.get(code=organisation), defaults={"role": role}
    )
