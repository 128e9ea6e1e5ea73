"""Fa wants to sell her village's longan: she registers; Nid of the hub looks at it. Malee's weavers and their exporter are there already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from samphao.accounts import services
from samphao.accounts.models import Application, Membership, Organisation, User
from samphao.accounts.types import NewApplicant
from samphao.reference import services as reference
from worlds import open_hub, three_people

PIN = "1234545678781"  # python-stdnum's own example
FA = NewApplicant("fa", "three words here", "", "+66 81 234 5678", "th")
ANSWERS: dict[str, dict[str, Any]] = {
    "kind": {"kind": "producer"},
    "form": {"legal_form": "person"},
    "name": {"name_th": "สวนลำไยฟ้าใส", "name_en": "Fa Sai longan orchard"},
    "about": {"about": "ลำไย 200 ต้น"},
    "identity": {"number": "1-2345-45678-78-1"},
    "numbers": {"schemes": ["otop", "gap"]},
    "number-otop": {"number": "OTOP-55-0001", "valid_from": date(2026, 1, 1), "valid_to": date(2027, 12, 31)},
    "number-gap": {"number": "กษ 03-9001-99000001", "valid_to": date(2028, 4, 30), "area_rai": Decimal("12.5"), "trees": 200},
    "province": {"province": "TH-51"},
    "district": {"district": "5101"},
    "subdistrict": {"subdistrict": "510103"},
    "street": {"street": "99/9 หมู่ 9"},
    "contact": {"contact_name": "ฟ้า ใจดี", "contact_phone": "+66 81 234 5678"},
    "documents": {},
}  # fmt: skip


@dataclass(frozen=True)
class World:
    people: three_people.World
    hub: Organisation
    exporter: Organisation


def make() -> World:
    open_hub.make()
    reference.publish()
    people = three_people.make()
    hub = _party("HUB", "hub", "The hub", "nid")
    exporter = _party("EXPORT", "exporter", "Northern Export Co.", "prasit")
    return World(people, hub, exporter)


def _party(code: str, kind: str, name: str, owner: str) -> Organisation:
    party = Organisation.objects.create(code=code, kind=kind, legal_form="company", name_en=name, country="TH")
    user = User.objects.create_user(owner, password="three words here", language="th")
    Membership.objects.create(user=user, organisation=party, role=Membership.Role.OWNER)
    return party


def begun(person: NewApplicant = FA) -> str:
    return services.begin_registration(person, network="203.0.113.7")


def answered(code: str = "", *, by: str = "fa", **changed: dict[str, Any]) -> str:
    """Answer every question of a registration; begin it where there is no code yet."""
    code = code or begun()
    for step, given in ANSWERS.items():
        services.save_answer(step, given | changed.get(step, {}), by=by)
    return code


def sent(**changed: dict[str, Any]) -> Application:
    answered(**changed)
    return Application.objects.get(code=services.send_registration(by="fa"))
