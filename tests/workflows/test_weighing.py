"""The weigh-and-grade ticket: two people sign it once, it settles what the lot is, and nobody changes it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import IntegrityError, connection, transaction
from PIL import Image
from worlds import harvest_sold
from worlds.harvest_sold import HAND, OTHER_HAND, World, buy, on_the_day_of_the_cut, weighed
from worlds.judged_lot import LOT

from samphao.accounts.models import Notice
from samphao.core import clock, events, files
from samphao.core.errors import Conflict, NotAllowed, Refused
from samphao.core.limits import TooMany
from samphao.payments import queries as ledger
from samphao.trade import queries as trade
from samphao.trade.models import GateState, Lot, Ticket, TicketGrade, TicketSignature
from samphao.workflows import gates, payout, weighing
from samphao.workflows.record_access import may_add_file, may_see_files
from samphao.workflows.weighing import Photo, Signer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_reset")]


@pytest.fixture
def world() -> World:
    return harvest_sold.make()


def sign(world: World, who: str = "lek", **said: object) -> str:
    on_the_day_of_the_cut()
    return weighing.sign(weighed(**said), by=who, viewer=world.viewer(who))  # type: ignore[arg-type]


def leaves_as_weighed() -> bool | None:
    """Judge the gate to load, and return what it says of in = out + rejected."""
    gates.judge(("to_load",), [LOT])
    findings = GateState.objects.get(lot__code=LOT, destination="KMG", gate="to_load").findings
    return next(row["is_met"] for row in findings if row["rule"] == "load-mass-balance")


def test_both_sign_and_the_grower_gets_his_first_share(world: World) -> None:
    order = buy(world.anong, "first", 10, world.offer)
    code = sign(world)
    events.deliver()
    ticket = Ticket.objects.get(code=code)
    assert (ticket.accepted_kg, ticket.rejected_kg, ticket.delivered_kg) == (1700, 20, 1720)
    assert {row.grade: row.kg for row in ticket.grades.all()} == {"A": Decimal(1360), "B": Decimal(340)}
    assert {(row.side, row.name, row.method) for row in ticket.signatures.all()} == {
        ("grower", "somchai", "drawn"), ("house", "lek", "drawn"),
    }  # fmt: skip
    assert 85 <= (clock.now() - ticket.signed_by_grower_at).total_seconds() <= 100, "the drawing is as old as it is"
    order.refresh_from_db()
    assert order.advanced_at is not None
    assert ledger.earned_by(["somchai"])["THB"].earned_minor > 0
    assert GateState.objects.get(lot__code=LOT, destination="KMG", gate="to_cut").passed_on == ticket.cut_on
    told = Notice.objects.filter(key__startswith=f"ticket:{code}")
    assert {row.organisation.code for row in told} == {"somchai", "house"}
    assert "1,700.0" in told[0].text_zh


def test_the_same_form_sent_again_is_kept_once(world: World) -> None:
    first = sign(world)
    assert sign(world, "somchai") == first, "whoever sends it"
    assert Ticket.objects.count() == 1
    assert Notice.objects.filter(key__startswith="ticket:").count() == 2
    with pytest.raises(Refused, match="other figures"):
        sign(world, accepted="1650")
    with pytest.raises(Conflict, match="make a claim"):
        sign(world, key="another-form-of-the-day")


@pytest.mark.parametrize(
    ("grower", "house"),
    [
        (Signer("lek", path=HAND), Signer("lek", path=OTHER_HAND)),
        (Signer("somchai", path=HAND), Signer("lek", path=HAND)),
        (Signer("somchai", path=HAND), Signer("somchai", path=OTHER_HAND)),
    ],
)
def test_one_person_cannot_sign_for_both(world: World, grower: Signer, house: Signer) -> None:
    with pytest.raises(Refused):
        sign(world, grower=grower, house=house)
    assert not Ticket.objects.exists()


def test_the_database_refuses_one_person_twice_and_a_ticket_without_two(world: World) -> None:
    code = sign(world)
    ticket = Ticket.objects.get(code=code)
    grower = ticket.signatures.get(side="grower")
    for other in (
        {"user": grower.user, "name": "x", "path": "M1 1L2 2"}, {"user": None, "name": "SOMCHAI", "path": "M1 1L2 2"},
        {"user": None, "name": "y", "path": grower.path},
    ):  # fmt: skip
        row = {"ticket": None, "side": "house", "method": "drawn", "signed_at": clock.now(), **other}
        with pytest.raises(IntegrityError), transaction.atomic():
            bare = _bare_ticket(world)
            TicketSignature.objects.create(
                ticket=bare, side="grower", name="somchai", user=grower.user, method="drawn", path=grower.path, signed_at=clock.now()
            )  # fmt: skip
            TicketSignature.objects.create(**{**row, "ticket": bare})
    with pytest.raises(IntegrityError, match="signatures"), transaction.atomic():
        _bare_ticket(world)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _bare_ticket(world: World) -> Ticket:
    """Write a ticket past the service, for another lot."""
    lot = Lot.objects.get(code=LOT)
    other = Lot.objects.create(
        **{
            field.attname: getattr(lot, field.attname)
            for field in Lot._meta.concrete_fields
            if field.name not in ("id", "code")
        },
        code=f"OTHER-{Lot.objects.count()}",
    )
    return Ticket.objects.create(
        code=f"WT-{other.pk}", lot=other, cut_on=lot.harvest_from, delivered_kg=5, accepted_kg=0, rejected_kg=5, signed_by_grower_at=clock.now(),
        signed_through="page",
    )  # fmt: skip


def test_a_signed_ticket_is_never_changed(world: World) -> None:
    ticket = Ticket.objects.get(code=sign(world))
    for change in (
        lambda: Ticket.objects.update(accepted_kg=1, delivered_kg=21), lambda: TicketGrade.objects.update(kg=1),
        lambda: TicketSignature.objects.update(name="x"), lambda: TicketGrade.objects.filter(grade="B")._raw_delete("default"),
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match="claim"), transaction.atomic():
            change()
    with pytest.raises(IntegrityError, match="grades of"), transaction.atomic():
        TicketGrade.objects.create(ticket=ticket, grade="C", kg=100)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_password_signs_too_and_a_wrong_one_does_not(world: World) -> None:
    with pytest.raises(Refused, match="password"):
        sign(world, grower=Signer("somchai", password="guessed"))
    assert not Ticket.objects.exists()
    sign(world, grower=Signer("somchai", password="the words of somchai"))
    assert Ticket.objects.get().signatures.get(side="grower").method == "password"


def test_passwords_cannot_be_guessed_here(world: World) -> None:
    with pytest.raises(TooMany):
        for _try in range(9):
            with pytest.raises(Refused):
                sign(world, grower=Signer("somchai", password="guessed"))


def test_only_grower_and_packing_house_may_send_it_and_each_side_signs_for_itself(world: World) -> None:
    for who in ("somchai", "mali", "lek", "noi"):
        assert weighing.may_weigh(world.lot, world.viewer(who))
    for who in ("anong", "lab", "kaew"):
        with pytest.raises(NotAllowed):
            sign(world, who)
    with pytest.raises(Refused, match="belong"):
        sign(world, house=Signer("mali", path=OTHER_HAND))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"rejected": "-1"}, "kilograms"), ({"accepted": "0", "rejected": "0"}, "kilograms"), ({"key": "short"}, "number"),
        ({"grower": Signer("somchai", path="M1 1L2 2")}, "dot"), ({"grower": Signer("somchai", path='"/><script>')}, "sign"),
        ({"grower": Signer("somchai", path=HAND, age_s=15 * 86_400)}, "14 days"), ({"grower": Signer("somchai")}, "sign"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(world: World, wrong: dict[str, object], said: str) -> None:
    with pytest.raises(Refused, match=said):
        sign(world, **wrong)


def test_photos_belong_to_the_ticket_and_stay(world: World) -> None:
    buffer = BytesIO()
    Image.new("RGB", (60, 40), "olive").save(buffer, "JPEG")
    on_the_day_of_the_cut()
    form = replace(
        weighed(), photos=(Photo("A", "IMG_1.jpg", buffer.getvalue()), Photo("reject", "IMG_2.jpg", buffer.getvalue()))
    )
    code = weighing.sign(form, by="lek", viewer=world.viewer("lek"))
    weighing.sign(form, by="lek", viewer=world.viewer("lek"))
    (kept,) = files.files_of([code])
    assert kept.name == "A IMG_1.jpg", "the same picture twice is one"
    for who, sees in (("somchai", True), ("noi", True), ("anong", False)):
        assert may_see_files(code, "photo", world.viewer(who)) is sees
        assert not may_add_file(code, "photo", world.viewer(who)), "what is signed is signed"


def test_what_was_accepted_is_what_may_be_sold(world: World) -> None:
    buy(world.anong, "first", 10, world.offer)
    sign(world, accepted="1500", rejected="300")
    world.lot.refresh_from_db()
    assert world.lot.quantity == 500, "600 were declared, 1,500 kg make 500"


def test_a_ticket_that_accepts_more_than_was_declared_sells_no_more(world: World) -> None:
    sign(world, accepted="2400")
    world.lot.refresh_from_db()
    assert world.lot.quantity == 600


def test_who_ordered_last_is_given_up_as_it_is_signed_and_nobody_is_paid_for_it(world: World) -> None:
    first = buy(world.anong, "first", 300, world.offer)
    second = buy(world.baisong, "second", 200, world.offer)
    third = buy(world.anong, "third", 50, world.offer)
    code = sign(
        world, accepted="1200", rejected="300"
    )  # 400 fruit for 550 sold: the second order finds 100, the third its 50
    for order, state in ((first, "paid"), (second, "cancelled"), (third, "paid")):
        order.refresh_from_db()
        assert order.state == state, "before any event is delivered"
    assert second.ended_for == "shortfall"
    events.deliver()
    assert payout.advance_due() == 0, "nothing is left to advance"
    second.refresh_from_db()
    assert second.advanced_at is None
    ticket = Ticket.objects.get(code=code)
    assert (ticket.sold_units, ticket.accepted_units) == (550, 400)
    assert Notice.objects.filter(organisation__code="hub", key__startswith="short:").exists()
    assert ledger.held_for([LOT]) == {"CNY": 350 * (12_834 - 6_000)}, (
        "60 % of ¥ 100 is advanced for each fruit that is there"
    )
    assert ledger.check().faults == ()
    assert trade.lots_whose_counts_are_wrong() == []
    told = Notice.objects.get(organisation=world.baisong, key__contains="short")
    assert "smaller than what was sold" in told.text_en
    assert leaves_as_weighed() is True, "350 fruit are left, and 400 were accepted"


def test_a_hold_that_finds_no_fruit_is_given_up_before_it_is_paid(world: World) -> None:
    buy(world.anong, "first", 300, world.offer)
    on_the_day_of_the_cut()
    held = buy(world.baisong, "second", 200, world.offer, pays=False)
    sign(world, accepted="900")
    held.refresh_from_db()
    assert (held.state, held.ended_for) == ("cancelled", "shortfall")
    world.lot.refresh_from_db()
    assert (world.lot.left, world.lot.held) == (0, 0)
