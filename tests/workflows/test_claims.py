"""A claim from photo to last word: who may take which step, what time does, and what two tabs or a payout cannot do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from worlds import delivered
from worlds.delivered import BUYER, LOT, MATE, OUTSIDER, SELLER, SILK, STAFF, World

from samphao.accounts.models import Notice
from samphao.core import clock, files
from samphao.core.errors import Conflict, HubError, NotFound, Refused
from samphao.core.models import AuditEntry, StoredFile
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.after_sale import Claim, ClaimStep, ProductNote
from samphao.trade.models import Lot, Order
from samphao.trade.types import ClaimAnswer, ClaimSpec
from samphao.workflows import claims, payout
from samphao.workflows.record_access import may_add_file, may_see_file, remove_file

pytestmark = pytest.mark.django_db
ACCEPT = ClaimAnswer("accept")
REFUSE = ClaimAnswer("refuse", reason="They were good when they were packed.")
DISPUTE = ClaimAnswer("dispute", reason="The photos show the mould.")


@pytest.fixture
def world(clock_reset: None, tmp_path: Path, settings: Any) -> World:
    settings.FILES_FOLDER = tmp_path
    return delivered.make()


def offer(claim: Claim) -> ClaimAnswer:
    return ClaimAnswer("offer", claim.asked_minor // 2, "Half of them were good.")


def verdict(amount: int) -> ClaimAnswer:
    return ClaimAnswer("decide", amount, "As the photos show it.")


def state(claim: Claim) -> str:
    claim.refresh_from_db()
    return claim.state


def answer(world: World, claim: Claim, said: ClaimAnswer, by: str = SELLER) -> None:
    claims.answer(claim.code, said, viewer=world.viewer(by), by=by)


def reply(world: World, claim: Claim, said: ClaimAnswer, by: str = BUYER) -> None:
    claims.reply(claim.code, said, viewer=world.viewer(by), by=by)


def decide(world: World, claim: Claim, amount: int, by: str = STAFF) -> None:
    claims.decide(claim.code, verdict(amount), viewer=world.viewer(by), by=by)


def appeal(world: World, claim: Claim, by: str = SELLER) -> None:
    claims.appeal(claim.code, "The photos are of another lot.", viewer=world.viewer(by), by=by)


def told(world: World, party: str, claim: Claim) -> list[Notice]:
    return list(Notice.objects.filter(organisation=world.morning.parties[party], subject=claim.code).order_by("id"))


def disputed(world: World) -> Claim:
    claim = delivered.report(world, delivered.delivered(world), 6)
    answer(world, claim, REFUSE)
    reply(world, claim, DISPUTE)
    return claim


def test_a_claim_is_told_to_grower_and_packing_house_in_their_languages_and_stops_the_payout(world: World) -> None:
    order = delivered.delivered(world)
    claim = delivered.report(world, order, 6)
    assert claim.due_at == claim.opened_at + timedelta(hours=48)
    for party in (SELLER, "house"):
        (notice,) = told(world, party, claim)
        assert "6 of 18" in notice.text_en
        assert "CNY" in notice.text_th
        assert "发霉或腐烂" in notice.text_zh
    delivered.pass_hours(49)
    assert payout.settle_due() == 0, "a claim waits"
    order.refresh_from_db()
    assert (order.state, order.is_claimed) == ("delivered", True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(state="settled")
    assert claims.run_clocks() == 1
    assert payout.settle_due() == 1


def test_buyer_and_teammate_may_claim_and_an_outsider_may_not_know(world: World) -> None:
    order = delivered.delivered(world)
    for name in (OUTSIDER, SELLER, "hub"):
        with pytest.raises(NotFound):
            delivered.report(world, order, 6, by=name)
    claim = delivered.report(world, order, 6, by=MATE)
    assert trade.claim_for(claim.code, world.viewer(BUYER)) is not None
    assert trade.claim_for(claim.code, world.viewer(OUTSIDER)) is None
    assert AuditEntry.objects.filter(subject=claim.code, action="claim.opened", actor=MATE).exists()
    with pytest.raises(NotFound):
        reply(world, claim, DISPUTE, by=OUTSIDER)


def test_only_the_producer_answers_only_the_buyer_replies_and_only_the_hub_decides(world: World) -> None:
    claim = delivered.report(world, delivered.delivered(world), 6)
    for name in (BUYER, MATE, "house", "malee", STAFF, OUTSIDER):
        with pytest.raises(NotFound):
            answer(world, claim, ACCEPT, by=name)
    answer(world, claim, REFUSE)
    for name in (SELLER, "house", STAFF, OUTSIDER):
        with pytest.raises(NotFound):
            reply(world, claim, DISPUTE, by=name)
    reply(world, claim, DISPUTE, by=MATE)
    for name in (SELLER, BUYER, MATE, "house", OUTSIDER):
        with pytest.raises(NotFound):
            decide(world, claim, 1, by=name)
    decide(world, claim, claim.asked_minor)
    for name in (STAFF, "house", OUTSIDER):
        with pytest.raises(NotFound):
            appeal(world, claim, by=name)
    appeal(world, claim)
    assert state(claim) == "appealed"


@pytest.mark.parametrize("units", [0, 19])
def test_no_more_may_be_bad_than_was_bought(world: World, units: int) -> None:
    with pytest.raises(Refused, match="fewer"):
        delivered.report(world, delivered.delivered(world), units)


def test_within_the_tolerance_what_spoils_is_not_claimed_and_what_is_missing_is(world: World) -> None:
    order = delivered.delivered(world, 6)  # 36 fruit: one is 2.8 %
    with pytest.raises(Refused, match="without a claim"):
        delivered.report(world, order, 1)
    assert delivered.report(world, order, 1, "short").state == "open"


def test_a_claim_needs_a_photo_that_is_one(world: World) -> None:
    order = delivered.delivered(world)
    with pytest.raises(Refused, match="at least one photo"):
        delivered.report(world, order, 6, photos=[])
    with pytest.raises(Refused, match="Add photos"):
        delivered.report(world, order, 6, photos=[("bill.pdf", b"%PDF-1.7\n%%EOF\n")])
    assert not Claim.objects.exists()
    assert not Order.objects.get(pk=order.pk).is_claimed
    assert not StoredFile.objects.filter(subject__startswith="CL-").exists(), "nothing half done stays"


def test_after_the_window_nothing_is_claimed(world: World) -> None:
    order = delivered.delivered(world)
    delivered.pass_hours(48)
    with pytest.raises(Refused, match="over"):
        delivered.report(world, order, 6)


def test_what_has_not_come_is_not_claimed(world: World) -> None:
    with pytest.raises(Refused, match="not been delivered"):
        delivered.report(world, delivered.buy(world, "first", 3), 6)


def test_an_order_has_one_claim_and_a_withdrawn_one_makes_room(world: World) -> None:
    order = delivered.delivered(world)
    claim = delivered.report(world, order, 6)
    with pytest.raises(Conflict):
        delivered.report(world, order, 3)
    with pytest.raises(IntegrityError), transaction.atomic():
        claim.pk, claim.code = None, "CL-TWIN"
        claim.save()
    claim = Claim.objects.get()
    claims.withdraw(claim.code, viewer=world.viewer(BUYER), by=BUYER)
    assert not Order.objects.get(pk=order.pk).is_claimed
    assert delivered.report(world, order, 3).state == "open"


def test_the_database_takes_no_claim_that_does_not_fit_its_order(world: World) -> None:
    claim = delivered.report(world, delivered.delivered(world), 6)
    waiting = delivered.buy(world, "second", 1)
    for change in ({"bad_units": 19}, {"currency": "THB"}, {"order": waiting}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Claim.objects.filter(pk=claim.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClaimStep.objects.update(text="something else")


def test_an_unanswered_claim_is_paid_as_it_was_announced(world: World) -> None:
    claim = delivered.report(world, delivered.delivered(world), 6)
    delivered.pass_hours(47.9)
    assert claims.run_clocks() == 0
    delivered.pass_hours(0.2)
    with pytest.raises(Conflict, match="over"):
        answer(world, claim, REFUSE)
    assert claims.run_clocks() == 1
    assert state(claim) == "paid"
    assert claim.agreed_minor == claim.asked_minor
    assert any("As announced" in notice.text_en for notice in told(world, SELLER, claim))
    assert [step.step for step in claim.steps.all()] == ["opened", "unanswered", "paid"]


def test_an_offer_is_taken_by_the_buyer_or_by_the_clock(world: World) -> None:
    first = delivered.report(world, delivered.delivered(world), 6)
    with pytest.raises(Refused, match="less than"):
        answer(world, first, ClaimAnswer("offer", first.asked_minor, "All of it, in an offer."))
    answer(world, first, offer(first))
    assert state(first) == "offered"
    reply(world, first, ClaimAnswer("agree"))
    assert (state(first), first.agreed_minor) == ("paid", first.asked_minor // 2)
    order = delivered.buy(world, "second", 3)
    delivered.deliver(order)
    second = delivered.report(world, order, 6)
    answer(world, second, offer(second))
    delivered.pass_hours(49)
    claims.run_clocks()
    assert (state(second), second.agreed_minor) == ("paid", second.asked_minor // 2)


def test_a_refusal_needs_a_reason_and_stands_when_nobody_asks_the_hub(world: World) -> None:
    claim = delivered.report(world, delivered.delivered(world), 6)
    with pytest.raises(Refused, match="reason"):
        answer(world, claim, ClaimAnswer("refuse", reason="no"))
    answer(world, claim, REFUSE)
    (notice,) = told(world, BUYER, claim)
    assert REFUSE.reason in notice.text_zh
    delivered.pass_hours(49)
    assert claims.run_clocks() == 1
    assert (state(claim), claim.agreed_minor) == ("closed", None)
    assert payout.settle_due() == 1


def test_a_dispute_waits_for_people_and_both_sides_are_told_the_decision(world: World) -> None:
    claim = disputed(world)
    assert told(world, STAFF, claim), "the hub is asked"
    delivered.pass_hours(100)
    assert claims.run_clocks() == 0, "time alone decides no dispute"
    assert [row.code for row in trade.disputes_to_decide()] == [claim.code]
    with pytest.raises(Refused, match="Decide on an amount"):
        decide(world, claim, claim.asked_minor + 1)
    decide(world, claim, 100)
    for party in (BUYER, SELLER):
        assert "As the photos show it." in told(world, party, claim)[-1].text_th
    assert state(claim) == "decided"
    delivered.pass_hours(49)
    claims.run_clocks()
    assert (state(claim), claim.agreed_minor) == ("paid", 100)


def test_there_is_one_appeal_and_its_decision_is_the_last(world: World) -> None:
    claim = disputed(world)
    decide(world, claim, claim.asked_minor)
    appeal(world, claim)
    with pytest.raises(Conflict):
        appeal(world, claim, by=BUYER)
    decide(world, claim, 0)
    assert (state(claim), claim.is_appealed) == ("closed", True)
    with pytest.raises(Conflict):
        appeal(world, claim, by=BUYER)
    steps = [(step.side, step.step) for step in claim.steps.all()]
    assert steps == [("buyer", "opened"), ("seller", "refused"), ("buyer", "disputed"), ("hub", "decided"), ("seller", "appealed"), ("hub", "upheld")]  # fmt: skip
    actions = AuditEntry.objects.filter(subject=claim.code).order_by("id").values_list("action", "actor")
    assert list(actions) == [(f"claim.{step.step}", step.by) for step in claim.steps.all()]


def test_the_hub_does_not_decide_about_itself(world: World) -> None:
    claim = disputed(world)
    Order.objects.filter(pk=claim.order_id).update(buyer=world.morning.parties["hub"])
    with pytest.raises(NotFound):
        decide(world, claim, 1)


def test_evidence_is_seen_by_the_parties_added_by_both_sides_and_kept(world: World) -> None:
    claim = delivered.report(world, delivered.delivered(world), 6)
    (photo,) = files.files_of([claim.code])
    seen = {name for name in (BUYER, MATE, SELLER, "house", "exporter", STAFF, OUTSIDER, "malee") if may_see_file(photo, world.viewer(name))}  # fmt: skip
    assert seen == {BUYER, MATE, SELLER, "house", "exporter", STAFF}
    adds = {name for name in (BUYER, MATE, SELLER, "house", STAFF, OUTSIDER) if may_add_file(claim.code, "photo", world.viewer(name))}  # fmt: skip
    assert adds == {BUYER, MATE, SELLER, "house"}
    with pytest.raises(Refused, match="evidence"):
        remove_file(photo, by=BUYER, viewer=world.viewer(BUYER))
    answer(world, claim, ACCEPT)
    assert not may_add_file(claim.code, "photo", world.viewer(SELLER)), "it is final"


def test_lasting_goods_go_back_within_seven_days_and_fruit_never(world: World) -> None:
    silk, durian = delivered.delivered(world, 1, SILK, "silk"), delivered.delivered(world)
    with pytest.raises(Refused, match="lasting goods"):
        delivered.report(world, durian, 18, "not_wanted")
    delivered.pass_hours(24 * 7)
    with pytest.raises(Refused, match="lasting goods"):
        delivered.report(world, silk, 3, "not_wanted")


def test_a_return_that_is_not_sent_is_closed_and_one_that_nobody_answers_is_refunded(world: World) -> None:
    first, second = delivered.delivered(world, 1, SILK, "one"), delivered.buy(world, "two", 1, SILK)
    delivered.deliver(second)
    kept, sent = (delivered.report(world, order, 3, "not_wanted") for order in (first, second))
    for name in (OUTSIDER, "malee"):
        with pytest.raises(NotFound):
            claims.send_back(sent.code, "EB123456789CN", viewer=world.viewer(name), by=name)
    claims.send_back(sent.code, "EB123456789CN", viewer=world.viewer(MATE), by=MATE)
    delivered.pass_hours(24 * 14 + 1)
    claims.run_clocks()
    assert (state(kept), state(sent)) == ("closed", "sent")
    delivered.pass_hours(24 * 7)
    claims.run_clocks()
    assert state(sent) == "paid"
    note = ProductNote.objects.get(source=sent.code)
    assert (note.kind, note.producer.code) == ("return", "malee")


def test_a_paid_claim_and_many_rejects_are_tasks_of_the_producer_and_a_later_lot_mends_them(world: World) -> None:
    claim = delivered.report(world, delivered.delivered(world), 6)
    answer(world, claim, ACCEPT)
    note = ProductNote.objects.get(source=claim.code)
    assert (note.wrong, note.bad, note.of) == ("mouldy", 6, 18)
    assert note.due_on == (clock.now() + timedelta(days=30)).astimezone(clock.BANGKOK).date()
    for name in (OUTSIDER, "malee", "house"):
        with pytest.raises(NotFound):
            services.mend_with_lot(note.pk, "CPN-LG-0718", viewer=world.viewer(name), by=name)
    for lot in (LOT, SILK):
        with pytest.raises(Refused, match="your own"):
            services.mend_with_lot(note.pk, lot, viewer=world.viewer(SELLER), by=SELLER)
    services.mend_with_lot(note.pk, "CPN-LG-0718", viewer=world.viewer(SELLER), by=SELLER)
    note.refresh_from_db()
    assert note.done_lot.code == "CPN-LG-0718"
    claims.run_clocks()
    assert ProductNote.objects.filter(source=claim.code).count() == 1


# What follows commits for real: two people at once, each on a connection of his own.


@pytest.fixture
def committed(transactional_db: None, clock_reset: None, tmp_path: Path, settings: Any) -> Any:
    settings.FILES_FOLDER = tmp_path
    yield delivered.make()
    clock.reset()
    call_command("flush", verbosity=0, interactive=False)


def together(*works: Callable[[], object]) -> list[object]:
    """Run works at once and return what each gave or how it was refused."""
    ready, found = threading.Barrier(len(works)), [None] * len(works)

    def run(number: int, work: Callable[[], object]) -> None:
        ready.wait()
        try:
            found[number] = work()  # type: ignore[call-overload]
        except HubError as error:
            found[number] = error  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return list(found)


@pytest.mark.django_db(transaction=True)
def test_of_two_tabs_one_opens_the_claim(committed: World) -> None:
    order = delivered.delivered(committed)
    spec, viewer = ClaimSpec(order.code, "mouldy", 6), committed.viewer(BUYER)

    def tab() -> str:
        return claims.open_claim(spec, [delivered.photo()], viewer=viewer, by=BUYER)

    found = together(tab, tab)
    assert sorted(type(one).__name__ for one in found) == ["Conflict", "str"]
    assert Claim.objects.count() == 1


def _settle_now(order: Order) -> list[str]:
    """Let the window of an order's lot be over for who looks from now on, and settle what is due."""
    Lot.objects.filter(pk=order.lot_id).update(claim_hours=0)
    return services.mark_settled(10)


@pytest.mark.django_db(transaction=True)
def test_a_claim_that_commits_while_the_payout_looks_is_not_paid_over(committed: World) -> None:
    """The payout reads the order before the claim commits, and locks it after: it looks again."""
    order = delivered.delivered(committed)
    spec, viewer = ClaimSpec(order.code, "mouldy", 6), committed.viewer(BUYER)
    with transaction.atomic():
        services.open_claim(spec, viewer=viewer, by=BUYER)
        settled: list[object] = together(lambda: _settle_now(order))
        assert settled == [[]], "a row that is locked is passed over"
    assert services.mark_settled(10) == []
    assert Order.objects.get(pk=order.pk).state == "delivered"


@pytest.mark.django_db(transaction=True)
def test_a_claim_and_the_payout_at_once_end_with_one_of_the_two(committed: World) -> None:
    for number in range(4):
        order = delivered.delivered(committed, key=f"order-{number}")
        spec, viewer = ClaimSpec(order.code, "mouldy", 6), committed.viewer(BUYER)
        together(
            partial(services.open_claim, spec, viewer=viewer, by=BUYER),
            partial(_settle_now, order),
        )
        Lot.objects.filter(pk=order.lot_id).update(claim_hours=48)
        order.refresh_from_db()
        is_claimed = Claim.objects.filter(order=order).exists()
        assert (order.state, order.is_claimed, is_claimed) in {("settled", False, False), ("delivered", True, True)}
