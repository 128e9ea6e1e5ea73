"""A contract's money: held before anything, released part by part as each comes true, never twice, never on hope; disputes and ends."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from worlds import delivered, requested
from worlds.requested import BUYER, INSPECTOR, LOTS, MATE, OUTSIDER, STAFF, World

from samphao.accounts.models import Notice
from samphao.core import clock, events
from samphao.core.errors import Conflict, NotFound, Refused
from samphao.payments import queries as ledger
from samphao.payments.models import Transfer
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.contract_models import Contract, ContractStep, Milestone
from samphao.trade.models import Lot, Order, Ticket
from samphao.workflows import claims, contracts, payout, seller_statement
from samphao.workflows.record_access import may_add_file, may_see_files
from samphao.workflows.shares import shares

pytestmark = pytest.mark.django_db
LOT = LOTS["somchai"]
WHY = "As the photos and the report show it."


@pytest.fixture
def world(clock_reset: None) -> World:
    return requested.make()


def states(contract: Contract) -> list[str]:
    return list(contract.milestones.order_by("number").values_list("state", flat=True))


def released(contract: Contract) -> list[int | None]:
    return list(contract.milestones.order_by("number").values_list("released_minor", flat=True))


def seller_minor(contract: Contract) -> int:
    """Return the seller's money in the order, in the order's currency."""
    return sum(
        part.amount_minor
        for part in shares(trade.sales_of_orders([contract.order.code]))
        if part.receiver == "producer"
    )


def held_minor() -> int:
    return ledger.held_for([LOT]).get("CNY", 0)


def payable_minor(owner: str = "somchai") -> int:
    return sum(
        minor for purpose, currency, minor in ledger.balances_of(owner) if (purpose, currency) == ("payable", "THB")
    )


def owed_minor(owner: str = "somchai") -> int:
    return ledger.owed_by([owner]).get("THB", 0)


def arrive(contract: Contract) -> None:
    delivered.deliver(contract.order)


def sound() -> None:
    assert not ledger.check().faults


def test_nothing_is_released_before_the_money_is_held_and_then_the_deposit_is(world: World) -> None:
    contract = requested.signed(world, pay=False)
    assert (contract.state, states(contract), payable_minor()) == ("signed", ["waiting"] * 3, 0)
    with pytest.raises(IntegrityError), transaction.atomic():
        Milestone.objects.filter(contract=contract, number=1).update(
            state="released", released_minor=1, released_at=clock.now(), met_by="hope"
        )
    before = held_minor()
    requested.pay_in(contract)
    contract.refresh_from_db()
    deposit = seller_minor(contract) * 20 // 100
    assert (contract.state, states(contract)) == ("running", ["released", "waiting", "waiting"])
    assert released(contract)[0] == deposit
    assert held_minor() == before + contract.order.amount_minor - deposit
    assert payable_minor() > 0
    sound()


def test_each_part_follows_its_event_and_together_they_are_the_sellers_money(world: World) -> None:
    contract = requested.signed(world)
    requested.sign_ticket()
    assert states(contract) == ["released", "released", "waiting"]
    assert not Order.objects.get(pk=contract.order_id).advanced_at, (
        "the lot's own schedule does not pay it a second time"
    )
    arrive(contract)
    assert payout.settle_due() == 0, "the claim window is open"
    clock.move_to(clock.now() + timedelta(hours=49))
    assert payout.settle_due() == 1
    contract.refresh_from_db()
    assert (contract.state, states(contract)) == ("fulfilled", ["released"] * 3)
    assert sum(part or 0 for part in released(contract)) == seller_minor(contract)
    assert held_minor() == 0
    sound()
    assert payout.settle_due() == contracts.run_contracts() == payout.advance_due() == 0


def test_events_delivered_again_release_nothing_twice(world: World) -> None:
    contract = requested.signed(world)
    count = Transfer.objects.count()
    contracts.orders_paid({"orders": [contract.order.code]})
    requested.sign_ticket()
    contracts.tickets_signed({"lots": [LOT]})
    contracts.run_contracts()
    assert Transfer.objects.count() == count + 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Milestone.objects.filter(contract=contract, number=1).update(state="met", released_minor=None, released_at=None)


def test_a_ticket_that_was_signed_before_the_money_came_counts_when_it_comes(world: World) -> None:
    contract = requested.signed(world, pay=False)
    requested.sign_ticket()
    assert Ticket.objects.filter(lot__code=LOT).exists()
    assert states(contract) == ["waiting"] * 3
    requested.pay_in(contract)
    assert contracts.run_contracts() == 1
    assert states(contract) == ["released", "released", "waiting"]


def test_a_contract_that_is_not_paid_in_time_ends_and_its_goods_are_free(world: World) -> None:
    contract = requested.signed(world, pay=False)
    assert Lot.objects.get(code=LOT).held >= contract.order.lot_units
    clock.move_to(clock.now() + timedelta(hours=73))
    services.expire_holds()
    events.deliver()
    contract.refresh_from_db()
    assert (contract.state, contract.ended_for, states(contract)) == ("ended", "not-paid", ["void"] * 3)
    assert Lot.objects.get(code=LOT).held == 0
    assert Notice.objects.filter(
        subject=contract.code, organisation=world.morning.parties["somchai"], text_en__contains="ended"
    ).exists()


def test_only_the_named_inspector_reports_and_a_pass_releases_his_part(world: World) -> None:
    contract = requested.signed(world, inspected=True)
    assert contract.milestones.get(number=2).trigger == "inspection"
    requested.sign_ticket()
    assert states(contract)[1] == "waiting", "the report is what was agreed, not the ticket"
    for name in (BUYER, "somchai", "house", OUTSIDER, STAFF):
        with pytest.raises(NotFound):
            contracts.report(contract.code, passed=True, said=WHY, viewer=world.viewer(name), by=name)
    contracts.report(contract.code, passed=True, said=WHY, viewer=world.viewer(INSPECTOR), by=INSPECTOR)
    assert states(contract) == ["released", "released", "waiting"]
    with pytest.raises(Conflict):
        contracts.report(contract.code, passed=True, said=WHY, viewer=world.viewer(INSPECTOR), by=INSPECTOR)
    sound()


def test_the_buyers_acceptance_stands_for_the_report(world: World) -> None:
    contract = requested.signed(world, inspected=True)
    for name in ("somchai", INSPECTOR, OUTSIDER, STAFF):
        with pytest.raises(NotFound):
            contracts.accept_inspected(contract.code, viewer=world.viewer(name), by=name)
    contracts.accept_inspected(contract.code, viewer=world.viewer(MATE), by=MATE)
    assert contract.milestones.get(number=2).met_by == "acceptance"
    assert states(contract)[1] == "released"


def test_a_failed_inspection_stops_the_money_until_the_hub_decides(world: World) -> None:
    contract = requested.signed(world, inspected=True)
    contracts.report(
        contract.code, passed=False, said="Two in ten are unripe.", viewer=world.viewer(INSPECTOR), by=INSPECTOR
    )
    contract.refresh_from_db()
    assert contract.state == "disputed"
    assert contract.due_at is not None
    for name in (BUYER, "somchai", INSPECTOR, OUTSIDER):
        with pytest.raises(NotFound):
            contracts.decide(contract.code, goes_on=True, reason=WHY, viewer=world.viewer(name), by=name)
    with pytest.raises(Refused, match="reason"):
        contracts.decide(contract.code, goes_on=True, reason="no", viewer=world.viewer(STAFF), by=STAFF)
    assert [row.code for row in trade.contracts_to_decide()] == [contract.code]
    contracts.decide(contract.code, goes_on=True, reason=WHY, viewer=world.viewer(STAFF), by=STAFF)
    assert contract.milestones.get(number=2).met_by == "decision"
    assert states(contract)[1] == "released"


def test_the_hub_ends_a_contract_and_buyer_and_books_are_as_before(world: World) -> None:
    before, bank = held_minor(), delivered.bank_minor("CNY")
    contract = requested.signed(world)
    sold = Lot.objects.get(code=LOT).sold
    contracts.dispute(contract.code, "The seller sold them to somebody else.", viewer=world.viewer(MATE), by=MATE)
    contracts.decide(contract.code, goes_on=False, reason=WHY, viewer=world.viewer(STAFF), by=STAFF)
    events.deliver()
    contract.refresh_from_db()
    assert (contract.state, states(contract)) == ("ended", ["released", "void", "void"])
    assert held_minor() == before
    assert delivered.bank_minor("CNY") == bank
    assert payable_minor() == 0
    assert Lot.objects.get(code=LOT).sold == sold - contract.order.lot_units
    assert owed_minor() == 0, "what was released was still payable, and was kept back at once"
    sound()


def test_what_was_sent_to_the_sellers_bank_before_the_end_is_owed_by_him(world: World) -> None:
    contract = requested.signed(world)
    paid = payable_minor()
    payout.send_to_banks()
    contracts.dispute(contract.code, WHY, viewer=world.viewer(BUYER), by=BUYER)
    contracts.decide(contract.code, goes_on=False, reason=WHY, viewer=world.viewer(STAFF), by=STAFF)
    events.deliver()
    assert paid - 1 <= owed_minor() <= paid
    sound()


def test_while_a_dispute_waits_neither_ticket_nor_time_releases_anything(world: World) -> None:
    contract = requested.signed(world)
    contracts.dispute(contract.code, WHY, viewer=world.viewer("somchai-mate"), by="somchai-mate")
    requested.sign_ticket()
    assert states(contract) == ["released", "met", "waiting"]
    arrive(contract)
    clock.move_to(clock.now() + timedelta(hours=60))
    assert payout.settle_due() == contracts.run_contracts() == 0
    with pytest.raises(Refused, match="left"):
        contracts.decide(contract.code, goes_on=False, reason=WHY, viewer=world.viewer(STAFF), by=STAFF)
    contracts.decide(contract.code, goes_on=True, reason=WHY, viewer=world.viewer(STAFF), by=STAFF)
    assert states(contract) == ["released", "released", "waiting"]
    assert payout.settle_due() == 1
    sound()


def test_after_the_delivery_a_claim_is_the_dispute_and_its_refund_comes_out_of_the_last_part(world: World) -> None:
    contract = requested.signed(world)
    requested.sign_ticket()
    arrive(contract)
    with pytest.raises(Conflict, match="claim"):
        contracts.dispute(contract.code, WHY, viewer=world.viewer(BUYER), by=BUYER)
    claim = delivered.report(delivered.World(world.morning), contract.order, 30)
    with pytest.raises(Conflict, match="claim waits"):
        contracts.accept_arrival(contract.code, viewer=world.viewer(BUYER), by=BUYER)
    clock.move_to(clock.now() + timedelta(hours=49))
    assert claims.run_clocks() == 1
    claim.refresh_from_db()
    assert claim.state == "paid"
    assert payout.settle_due() == 1
    contract.refresh_from_db()
    kept = claim.borne["producer"]["kept"]
    assert sum(part or 0 for part in released(contract)) == seller_minor(contract) - kept
    assert (contract.state, held_minor()) == ("fulfilled", 0)
    sound()


def test_a_buyer_who_takes_what_came_pays_everybody_at_once(world: World) -> None:
    contract = requested.signed(world)
    with pytest.raises(Conflict):
        contracts.accept_arrival(contract.code, viewer=world.viewer(BUYER), by=BUYER)
    arrive(contract)
    for name in ("somchai", OUTSIDER, STAFF):
        with pytest.raises(NotFound):
            contracts.accept_arrival(contract.code, viewer=world.viewer(name), by=name)
    contracts.accept_arrival(contract.code, viewer=world.viewer(MATE), by=MATE)
    contract.refresh_from_db()
    assert (contract.state, held_minor()) == ("fulfilled", 0)
    assert sum(part or 0 for part in released(contract)) == seller_minor(contract)
    assert contract.milestones.get(number=2).met_by == "delivery", "no ticket was ever signed"
    sound()


def test_a_signed_and_paid_order_is_not_simply_cancelled_by_its_buyer(world: World) -> None:
    contract = requested.signed(world)
    with pytest.raises(Refused, match="contract"):
        services.cancel_as_buyer(contract.order.code, viewer=world.viewer(BUYER), by=BUYER)
    services.cancel_as_seller(
        contract.order.code, "The storm took the fruit.", viewer=world.viewer("somchai"), by="somchai"
    )
    events.deliver()
    contract.refresh_from_db()
    assert (contract.state, contract.ended_for) == ("ended", "cancelled")
    assert held_minor() == 0
    sound()


def test_a_sellers_statement_names_the_order_of_each_part(world: World) -> None:
    contract = requested.signed(world)
    arrive(contract)
    contracts.accept_arrival(contract.code, viewer=world.viewer(BUYER), by=BUYER)
    month = seller_statement.month(["somchai"], "THB", clock.today().replace(day=1))
    named = {row.row.kind: row.orders for row in month.movements}
    assert named["milestone"] == named["payout"] == (contract.order.code,)


def test_who_sees_a_contract_and_its_files(world: World) -> None:
    contract = requested.signed(world, inspected=True)
    seers = (BUYER, MATE, "somchai", "somchai-mate", INSPECTOR, STAFF)
    for name in (*seers, OUTSIDER, "pranee", "house"):
        found = trade.contract_for(contract.code, world.viewer(name))
        assert (found is not None) == (name in seers), name
        assert may_see_files(contract.code, "paper", world.viewer(name)) == (name in seers)
    assert may_add_file(contract.code, "paper", world.viewer(INSPECTOR))
    assert not may_add_file(contract.code, "paper", world.viewer(STAFF))


def test_steps_are_never_changed_and_milestones_are_all_of_the_contract(world: World) -> None:
    contract = requested.signed(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        ContractStep.objects.filter(contract=contract).update(text="otherwise")
    with pytest.raises(IntegrityError), transaction.atomic():
        Milestone.objects.filter(contract=contract, number=3).update(percent=20)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic():
        Contract.objects.filter(pk=contract.pk).update(seller=world.morning.parties["pranee"])


@pytest.mark.django_db(transaction=True)
def test_two_workers_release_a_milestone_once(clock_reset: None) -> None:
    world = requested.make()
    contract = requested.signed(world, inspected=True)
    services.accept_inspected(contract.code, viewer=world.viewer(BUYER), by=BUYER)
    gate, done = threading.Barrier(3), []

    def work() -> None:
        gate.wait()
        done.append(contracts.release_due([contract.code]))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(done) == 1
    assert Transfer.objects.filter(key__startswith=f"milestone:{contract.code}:2:").count() == 1
    sound()
    call_command("flush", interactive=False, verbosity=0)
