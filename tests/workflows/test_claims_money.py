"""The money of claims: exactly what was agreed goes to the buyer, the shares bear it by the rule, the ledger stays at zero."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from worlds import delivered
from worlds.delivered import LOT, SELLER, SILK, World

from samphao.accounts.models import Notice
from samphao.core.errors import Refused
from samphao.payments import queries as ledger
from samphao.payments import services as payments
from samphao.payments.models import Payment, Transfer
from samphao.reference.models import ExchangeRate
from samphao.trade.after_sale import Claim
from samphao.trade.models import Order
from samphao.trade.types import ClaimAnswer
from samphao.workflows import claims, payout
from samphao.workflows.claims_money import BEARERS, split, who_bears

pytestmark = pytest.mark.django_db
ACCEPT = ClaimAnswer("accept")


@pytest.fixture
def world(clock_reset: None, tmp_path: Path, settings: Any) -> World:
    settings.FILES_FOLDER = tmp_path
    return delivered.make()


def accept(world: World, claim: Claim) -> None:
    claims.answer(claim.code, ACCEPT, viewer=world.viewer(SELLER), by=SELLER)


def refunded(order: Order) -> int:
    """Return what left the bank for an order, from the entries of its refunds."""
    rows = Transfer.objects.filter(kind="refund", subject=order.code)
    return sum(entry.amount_minor for row in rows for entry in row.entries.all() if entry.amount_minor > 0)


def share(order: Order, receiver: str) -> int:
    return sum(line["receivers"].get(receiver, 0) for line in order.offer.lines) * order.quantity


def earned(owner: str) -> int:
    sums = ledger.earned_by([owner]).get("THB")
    return sums.earned_minor if sums else 0


def settle() -> int:
    delivered.pass_hours(49)
    return payout.settle_due()


@given(
    st.integers(1, 10**9), st.integers(1, 10**9), st.sampled_from(sorted(BEARERS)),
    st.fixed_dictionaries({name: st.integers(0, 10**9) for name in ("producer", "packing_house", "carrier", "hub", "customs")}),
)  # fmt: skip
def test_what_is_borne_is_the_refund_and_no_seller_bears_more_than_his_share(
    refund: int, more: int, wrong: str, of: dict[str, int]
) -> None:
    base = max(refund + more - 1, of["hub"], refund)
    borne = who_bears(refund, base, of, BEARERS[wrong])
    assert sum(borne.values()) == refund
    assert all(amount > 0 for amount in borne.values())
    assert all(amount <= of[name] for name, amount in borne.items() if name != "hub")
    parts = split(borne, {name: amount // 3 for name, amount in of.items()})
    assert {name: row["kept"] + row["taken_back"] for name, row in parts.items()} == borne
    assert all(0 <= row["kept"] <= of.get(name, 0) // 3 for name, row in parts.items())


def test_the_example_of_the_documents_is_computed() -> None:
    borne = who_bears(450_00, 900_00, {"producer": 500_00, "hub": 9_00, "carrier": 391_00}, BEARERS["mouldy"])
    assert split(borne, {"producer": 200_00, "hub": 9_00}) == {
        "hub": {"kept": 4_50, "taken_back": 0},
        "producer": {"kept": 200_00, "taken_back": 245_50},
    }


def test_a_small_claim_is_kept_from_what_the_grower_would_get_and_nothing_is_taken_back(world: World) -> None:
    order = delivered.delivered(world)
    bank = delivered.bank_minor("CNY")
    claim = delivered.report(world, order, 2)
    assert claim.asked_minor == round(order.amount_minor * 2 / 18)
    accept(world, claim)
    claim.refresh_from_db()
    assert (claim.state, refunded(order)) == ("paid", claim.asked_minor)
    assert bank - delivered.bank_minor("CNY") == claim.asked_minor, "exactly, in the buyer's currency"
    fee = share(order, "hub") * claim.asked_minor // order.amount_minor
    assert claim.borne == {
        "hub": {"kept": fee, "taken_back": 0},
        "producer": {"kept": claim.asked_minor - fee, "taken_back": 0},
    }
    assert ledger.owed_by([SELLER]) == {}
    before, advanced = earned(SELLER), earned("house")
    assert settle() == 1
    assert delivered.held() == {}
    assert ledger.check().faults == ()
    rest = share(order, "producer") - (claim.asked_minor - fee)
    assert abs(earned(SELLER) - round(rest * 100 / 21.9)) <= 3, "the advance and the rest, less what the claim cost"
    assert before < earned(SELLER)
    assert earned("house") > advanced


def test_a_claim_beyond_what_is_held_of_the_share_makes_the_advance_a_debt(world: World) -> None:
    order = delivered.delivered(world)
    advance = earned(SELLER)
    claim = delivered.report(world, order, 12)
    accept(world, claim)
    claim.refresh_from_db()
    back = claim.borne["producer"]["taken_back"]
    assert back > 0
    owed = ledger.owed_by([SELLER]).get("THB", 0) + ledger.earned_by([SELLER])["THB"].kept_back_minor
    assert abs(owed - round(back * 100 / 21.9)) <= 1
    assert owed < advance
    notice = Notice.objects.get(organisation=world.morning.parties[SELLER], key__startswith="claim-share:")
    assert order.code in notice.text_th
    assert settle() == 1
    assert delivered.held() == {}
    assert ledger.check().faults == ()


def test_a_whole_order_that_is_bad_costs_the_sellers_their_shares_and_the_hub_the_rest(world: World) -> None:
    order = delivered.delivered(world)
    claim = delivered.report(world, order, order.lot_units)
    accept(world, claim)
    claim.refresh_from_db()
    assert refunded(order) == order.amount_minor
    borne = {name: row["kept"] + row["taken_back"] for name, row in claim.borne.items()}
    assert borne["producer"] == share(order, "producer")
    assert borne["packing_house"] == share(order, "packing_house")
    spent = share(order, "carrier") + share(order, "customs") + share(order, "insurer") + share(order, "importer")
    assert borne["hub"] == share(order, "hub") + spent, "carriage and taxes were spent: the hub bears them"
    assert settle() == 1
    assert delivered.held() == {}
    assert ledger.check().faults == ()
    assert ledger.owed_by(["HUB"])["THB"] > 0


def test_late_goods_are_borne_by_the_carrier_and_not_by_the_grower(world: World) -> None:
    order = delivered.delivered(world)
    claim = delivered.report(world, order, 1, "late")
    accept(world, claim)
    claim.refresh_from_db()
    assert set(claim.borne) == {"hub", "carrier"}
    assert claim.borne["carrier"]["kept"] == min(share(order, "carrier"), claim.asked_minor - share(order, "hub") * claim.asked_minor // order.amount_minor)  # fmt: skip


def test_orders_of_one_lot_do_not_pay_for_each_other(world: World) -> None:
    first, second = delivered.buy(world, "first", 3), delivered.buy(world, "second", 5)
    delivered.sign(LOT)
    delivered.deliver(first, second)
    accept(world, delivered.report(world, first, 18))
    assert settle() == 2
    assert delivered.held() == {}
    expected = share(second, "packing_house")  # the first order's share went to its buyer
    assert abs(earned("house") - round(expected * 100 / 21.9)) <= 2
    assert ledger.check().faults == ()


def test_more_than_was_paid_never_goes_back(world: World) -> None:
    order = delivered.delivered(world)
    accept(world, delivered.report(world, order, 12))
    delivered.pass_hours(1)
    with pytest.raises(Refused, match="More would go back"):
        payments.refund_order(order.code, order.amount_minor, "CNY", LOT, key="again", reason="test")
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.filter(order_code=order.code).update(refunded_minor=order.amount_minor + 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.update(agreed_minor=order.amount_minor + 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.update(asked_minor=order.amount_minor + 1)


def test_what_is_left_after_a_partial_refund_is_all_that_a_return_of_the_payment_sends_back(world: World) -> None:
    order = delivered.buy(world, "first", 3)
    delivered.deliver(order)
    accept(world, delivered.report(world, order, 2))
    bank = delivered.bank_minor("CNY")
    assert payments.return_payments([order.code], {order.code: LOT}, reason="test") == 1
    assert bank - delivered.bank_minor("CNY") == order.amount_minor - refunded(order)
    payment = Payment.objects.get(order_code=order.code)
    assert (payment.refunded_minor, payment.state) == (order.amount_minor, "returned")


def test_a_refund_waits_while_the_rate_of_its_price_is_unknown_and_comes_when_it_is_published(world: World) -> None:
    order = delivered.buy(world, "first", 3)
    delivered.sign(LOT)
    delivered.deliver(order)
    rates = list(ExchangeRate.objects.all())
    ExchangeRate.objects.all().delete()
    claim = delivered.report(world, order, 18)
    accept(world, claim)
    claim.refresh_from_db()
    assert (claim.state, refunded(order)) == ("accepted", 0)
    delivered.pass_hours(60)
    assert claims.run_clocks() == 0
    assert payout.settle_due() == 0, "nobody is paid for it meanwhile"
    ExchangeRate.objects.bulk_create(rates)
    assert claims.run_clocks() == 1
    claim.refresh_from_db()
    assert (claim.state, refunded(order)) == ("paid", order.amount_minor)


def test_a_return_gives_back_goods_and_fee_and_is_taken_back_from_who_was_paid_already(world: World) -> None:
    order = delivered.delivered(world, 1, SILK)
    assert settle() == 1
    assert delivered.held(SILK) == {}
    claim = delivered.report(world, order, 3, "not_wanted")
    goods = share(order, "producer") + share(order, "packing_house")
    assert claim.asked_minor == goods + share(order, "hub")
    assert claim.code.startswith("RT-")
    weavers = world.viewer("malee")
    claims.send_back(claim.code, "EB123456789CN", viewer=world.viewer("baisong"), by="baisong")
    claims.answer(claim.code, ACCEPT, viewer=weavers, by="malee")
    assert refunded(order) == claim.asked_minor
    assert delivered.held(SILK) == {}
    assert ledger.check().faults == ()
    debt = ledger.owed_by(["malee"]).get("THB", 0) + ledger.earned_by(["malee"])["THB"].kept_back_minor
    assert abs(debt - round(goods * 100 / 21.9)) <= 1


@settings(
    max_examples=15, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_whatever_happens_to_orders_of_a_lot_the_ledger_is_zero_and_nobody_gets_back_more_than_he_paid(
    world: World, data: st.DataObject
) -> None:
    with transaction.atomic():
        _random_season(world, data)
        transaction.set_rollback(True)


def _random_season(world: World, data: st.DataObject) -> None:
    quantities = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    orders = [delivered.buy(world, f"key-{number}", quantity) for number, quantity in enumerate(quantities)]
    if data.draw(st.booleans(), "is weighed before"):
        delivered.sign(LOT)
    delivered.deliver(*orders)
    paid = {order.code: order.amount_minor for order in orders}
    opened = []
    for order in orders:
        if data.draw(st.booleans(), "is claimed"):
            wrong = data.draw(st.sampled_from(["mouldy", "crushed", "short", "late", "wrong_grade"]))
            opened.append(delivered.report(world, order, data.draw(st.integers(1, order.lot_units)), wrong))
    delivered.pass_hours(data.draw(st.sampled_from([1, 30, 47])))
    for claim in opened:
        _answer(world, claim, data)
        payout.settle_due()
        assert ledger.check().faults == ()
    for _day in range(5):
        delivered.pass_hours(25)
        claims.run_clocks()
        payout.settle_due()
        payout.send_to_banks()
    assert ledger.check().faults == ()
    assert set(Order.objects.filter(code__in=paid).values_list("state", flat=True)) == {"settled"}
    assert delivered.held() == {}
    for claim in opened:
        claim.refresh_from_db()
        assert claim.is_final
        order = Order.objects.get(pk=claim.order_id)
        assert refunded(order) == (claim.agreed_minor or 0) <= paid[order.code]
        borne = sum(row["kept"] + row["taken_back"] for row in claim.borne.values())
        assert borne == (claim.agreed_minor or 0)


def _answer(world: World, claim: Claim, data: st.DataObject) -> None:
    """Let the seller, and after a refusal perhaps buyer and hub, say something to a claim, or nobody."""
    seller, buyer, staff = world.viewer(SELLER), world.viewer("baisong"), world.viewer("hub")
    step = data.draw(st.sampled_from(["accept", "offer", "refuse", "dispute", "nothing"]))
    half = max(1, claim.asked_minor // 2)
    if step == "accept":
        claims.answer(claim.code, ACCEPT, viewer=seller, by=SELLER)
    elif step == "offer" and half < claim.asked_minor:
        claims.answer(claim.code, ClaimAnswer("offer", half, "Half of them were good."), viewer=seller, by=SELLER)
    elif step in ("refuse", "dispute"):
        claims.answer(claim.code, ClaimAnswer("refuse", reason="They were good when packed."), viewer=seller, by=SELLER)
        if step == "dispute":
            claims.reply(claim.code, ClaimAnswer("dispute", reason="The photos show them."), viewer=buyer, by="baisong")
            verdict = data.draw(st.integers(0, claim.asked_minor))
            claims.decide(claim.code, ClaimAnswer("decide", verdict, "As the photos show it."), viewer=staff, by="hub")
