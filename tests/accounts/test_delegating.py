"""Malee's weavers and an exporter: one asks, the other agrees, either ends it, and everything else is nobody's business."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from worlds import new_seller

from samphao.accounts import queries, services
from samphao.accounts.models import Delegation, Membership, Notice, Organisation, User
from samphao.accounts.types import DelegationTerms
from samphao.core import clock
from samphao.core.errors import Conflict, NotAllowed, NotFound, Refused
from samphao.core.models import AuditEntry

SILK = "silk-fabric"


@pytest.fixture
def world(db: None) -> new_seller.World:
    """Malee owns the weavers, Nok works with her; Prasit owns the exporter, Pim works there; Somchai is an outsider."""
    made = new_seller.make()
    pim = User.objects.create_user("pim", password="three words here")
    Membership.objects.create(user=pim, organisation=made.exporter, role="member")
    return made


def terms(**changed: Any) -> DelegationTerms:
    today = clock.today()
    return replace(DelegationTerms((SILK,), 200, 5_000_000, today, today + timedelta(days=90)), **changed)


def asked(**changed: Any) -> str:
    return services.ask_delegation("WEAVERS", "EXPORT", terms(**changed), by="malee")


def agreed(**changed: Any) -> str:
    code = asked(**changed)
    services.accept_delegation(code, by="prasit")
    return code


def held(good: str = SILK, on: date | None = None) -> queries.DelegationHeld | None:
    return queries.delegation("WEAVERS", "EXPORT", good, on or clock.today())


def state(code: str) -> str:
    return Delegation.objects.get(code=code).state


def test_what_is_asked_holds_only_when_the_other_side_agrees(world: new_seller.World) -> None:
    code = asked()
    assert held() is None
    services.accept_delegation(code, by="prasit")
    found = held()
    assert found
    assert (found.code, found.goods, found.month_kg_max, found.month_amount_max_minor) == (
        code,
        (SILK,),
        200,
        5_000_000,
    )


def test_the_exporter_may_ask_too(world: new_seller.World) -> None:
    code = services.ask_delegation("EXPORT", "WEAVERS", terms(), by="prasit")
    services.accept_delegation(code, by="malee")
    assert held()


@pytest.mark.parametrize(
    ("kg", "amount", "fits"), [(200, 5_000_000, True), (201, 0, False), (0, 5_000_001, False), (0, 0, True)]
)
def test_both_limits_are_kept(world: new_seller.World, kg: int, amount: int, fits: bool) -> None:
    agreed()
    found = held()
    assert found
    assert found.is_within(kg, amount) is fits


def test_a_limit_that_is_not_set_limits_nothing(world: new_seller.World) -> None:
    agreed(month_kg_max=None)
    found = held()
    assert found
    assert found.is_within(10**9, 5_000_000)


def test_it_holds_from_its_first_day_to_its_last_for_its_goods(world: new_seller.World) -> None:
    today = clock.today()
    agreed(valid_from=today + timedelta(days=2), valid_to=today + timedelta(days=4))
    days = [held(on=today + timedelta(days=n)) is not None for n in range(1, 7)]
    assert days == [False, True, True, True, False, False]
    assert held("durian-fresh", today + timedelta(days=3)) is None


def test_a_new_agreement_replaces_the_old_one(world: new_seller.World) -> None:
    first, second = agreed(), agreed(month_kg_max=50)
    found = held()
    assert found
    assert (state(first), found.code, found.month_kg_max) == ("replaced", second, 50)


def test_what_waits_is_withdrawn_by_asking_again(world: new_seller.World) -> None:
    first, second = asked(), asked(month_kg_max=50)
    assert (state(first), state(second)) == ("withdrawn", "asked")


def test_two_who_ask_each_other_settle_the_first(world: new_seller.World) -> None:
    asked()
    with pytest.raises(Conflict):
        services.ask_delegation("EXPORT", "WEAVERS", terms(), by="prasit")


@pytest.mark.parametrize("name", ["malee", "prasit"])
def test_either_side_ends_it_at_once(world: new_seller.World, name: str) -> None:
    code = agreed()
    services.end_delegation(code, by=name)
    assert (state(code), held()) == ("revoked", None)
    with pytest.raises(Conflict):
        services.end_delegation(code, by=name)


def test_what_was_asked_is_declined_by_one_and_withdrawn_by_the_other(world: new_seller.World) -> None:
    first = asked()
    services.end_delegation(first, by="prasit")
    second = asked()
    services.end_delegation(second, by="malee")
    assert (state(first), state(second)) == ("declined", "withdrawn")


def test_nobody_agrees_with_himself(world: new_seller.World) -> None:
    with pytest.raises(NotAllowed):
        services.accept_delegation(asked(), by="malee")


@pytest.mark.parametrize("change", [
    {"goods": ()}, {"goods": ("moon-cheese",)}, {"month_kg_max": None, "month_amount_max_minor": None}, {"month_kg_max": 0},
    {"month_amount_max_minor": -1}, {"valid_to": date(2020, 1, 1)},
])  # fmt: skip
def test_terms_without_goods_limit_or_time_are_refused(world: new_seller.World, change: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        asked(**change)


def test_only_a_producer_and_an_exporter_agree(world: new_seller.World) -> None:
    with pytest.raises(Refused):
        services.ask_delegation("WEAVERS", "ORCHARD", terms(), by="malee")
    Organisation.objects.filter(code="EXPORT").update(standing="review")
    with pytest.raises(NotFound):
        asked()


def test_one_who_may_no_longer_act_sells_for_nobody(world: new_seller.World) -> None:
    agreed()
    Organisation.objects.filter(code="EXPORT").update(standing="refused")
    assert held() is None


ACTS: dict[str, Callable[[str, str], object]] = {
    "ask": lambda _code, by: services.ask_delegation("WEAVERS", "EXPORT", terms(), by=by),
    "accept": lambda code, by: services.accept_delegation(code, by=by),
    "end": lambda code, by: services.end_delegation(code, by=by),
}


@pytest.mark.parametrize("what", ACTS)
@pytest.mark.parametrize("name", ["nok", "pim", "somchai", "nid"])
def test_teammates_outsiders_and_the_hub_decide_nothing(world: new_seller.World, name: str, what: str) -> None:
    code = asked()
    with pytest.raises((NotAllowed, NotFound)):
        ACTS[what](code, name)
    assert (state(code), Delegation.objects.count()) == ("asked", 1)


def test_both_sides_see_it_and_nobody_else(world: new_seller.World) -> None:
    code = asked()
    seen = {
        name: queries.delegation_for(code, queries.viewer(User.objects.get(username=name))) is not None
        for name in ("malee", "nok", "prasit", "pim", "somchai", "nid")
    }
    assert seen == {"malee": True, "nok": True, "prasit": True, "pim": True, "somchai": False, "nid": False}


def test_the_other_side_is_told_and_all_is_audited(world: new_seller.World) -> None:
    code = agreed()
    services.end_delegation(code, by="malee")
    to = list(Notice.objects.filter(subject=code).order_by("id").values_list("organisation__code", flat=True))
    assert to == ["EXPORT", "WEAVERS", "EXPORT"]
    assert list(AuditEntry.objects.filter(subject=code).order_by("id").values_list("action", flat=True)) == [
        "delegation.ask", "delegation.accept", "delegation.revoked",
    ]  # fmt: skip


@pytest.mark.parametrize("change", [
    {"goods": []}, {"month_kg_max": None, "month_amount_max_minor": None}, {"month_kg_max": 0}, {"valid_to": date(2020, 1, 1)},
    {"state": "asked"}, {"state": "revoked"}, {"state": "declined"},
])  # fmt: skip
def test_the_database_keeps_the_terms_too(world: new_seller.World, change: dict[str, Any]) -> None:
    agreed()
    with pytest.raises(IntegrityError), transaction.atomic():
        Delegation.objects.update(**change)


def test_the_database_lets_only_a_producer_and_an_exporter_agree_and_once(world: new_seller.World) -> None:
    agreed()
    row = Delegation.objects.get()
    for change in ({"producer": world.people.orchard, "exporter": world.hub}, {}):
        copy = {field.attname: getattr(row, field.attname) for field in Delegation._meta.concrete_fields}
        copy |= {"id": None, "code": "DG-COPY"}
        with pytest.raises(IntegrityError), transaction.atomic():
            Delegation.objects.create(**copy | {f"{name}_id": party.pk for name, party in change.items()})
