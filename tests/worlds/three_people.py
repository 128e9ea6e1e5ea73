"""A weavers' group with an owner, Malee, and a teammate, Nok; Somchai has an organisation of his own and no business there."""

from __future__ import annotations

from dataclasses import dataclass

from samphao.accounts.models import Membership, Organisation, User


@dataclass(frozen=True)
class World:
    weavers: Organisation
    orchard: Organisation
    malee: User
    nok: User
    somchai: User


def make() -> World:
    weavers, orchard = (
        Organisation.objects.create(
            code=code,
            kind="producer",
            legal_form="group",
            name_en=name,
            name_th=thai,
            country="TH",
            province_iso="TH-55",
        )
        for code, name, thai in (
            ("WEAVERS", "Weavers of Nan", "กลุ่มทอผ้าน่าน"),
            ("ORCHARD", "Somchai's orchard", "สวนสมชาย"),
        )
    )
    people = {
        name: User.objects.create_user(name, f"{name}@village.example", "three words here", language=language)
        for name, language in (("malee", "th"), ("nok", "en"), ("somchai", "th"))
    }
    for party, name, role in ((weavers, "malee", "owner"), (weavers, "nok", "member"), (orchard, "somchai", "owner")):
        Membership.objects.create(user=people[name], organisation=party, role=role)
    return World(weavers, orchard, **people)
