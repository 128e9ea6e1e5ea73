"""The gates of a lot become true as time passes: each event judges what it is evidence for, and time alone judges the rest."""

from __future__ import annotations

import threading
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from worlds import judged_lot
from worlds.judged_lot import CUT_ON, FIRST_DAY, LISTED_TO, LOT, OPENS_AT, World

from samphao.accounts.models import Notice, Organisation, Registration
from samphao.core import clock, events
from samphao.customs.models import Permit
from samphao.trade import queries, services
from samphao.trade.models import GateState, Lot, Offer
from samphao.trade.types import GateAnswer, OrderRequest, Placement, TestResult, TicketSpec
from samphao.workflows import gates, judging
from samphao.workflows.gate_evidence import GATES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_reset")]


@pytest.fixture
def world() -> World:
    found = judged_lot.make()
    events.deliver()
    return found


def state(gate: str, destination: str = "KMG", lot: str = LOT) -> GateState:
    return GateState.objects.get(lot__code=lot, destination=destination, gate=gate)


def found(gate: str, rule: str) -> dict[str, Any]:
    return next(row for row in state(gate).findings if row["rule"] == rule)


def offer_of(lot: str) -> Offer:
    return Offer.objects.create(
        lot=Lot.objects.get(code=lot), destination="KMG", kind="household", trade_mode="general", incoterm="DDP", incoterm_place="Kunming",
        lot_units=1, price_minor=12_834, currency="CNY", lines=[], quantity_max=4, priced_at=OPENS_AT, valid_to=OPENS_AT + timedelta(days=40),
        promised_days=8,
    )  # fmt: skip


def order(key: str, offer: Offer) -> Placement:
    buyer, _ = Organisation.objects.get_or_create(
        code="anong", defaults={"kind": "buyer", "legal_form": "person", "country": "CN"}
    )
    return services.place_order(OrderRequest(buyer.pk, key, offer.pk, 1)).placement


def sign() -> None:
    signed_at = datetime.combine(CUT_ON, time(16), clock.BANGKOK)
    services.sign_tickets(
        [TicketSpec(LOT, CUT_ON, Decimal(900), Decimal(20), Decimal("33.5"), signed_at)], through="test"
    )
    events.deliver()


def laboratory_tells(dye: str) -> None:
    services.record_tests([TestResult(LOT, "lab", CUT_ON, dye, Decimal("0.011"))])
    events.deliver()


def test_a_new_lot_is_on_sale_and_has_its_other_gates_before_it(world: World) -> None:
    assert {gate: (state(gate).is_open, state(gate).passed_on) for gate in GATES} == {
        "to_list": (True, None), "to_cut": (True, None), "to_load": (False, None), "to_enter": (False, None),
    }  # fmt: skip
    assert state("to_list").next_due_on == LISTED_TO + timedelta(days=1), (
        "the packing house's listing ends before the sale"
    )
    assert found("to_list", "list-packing-house-gacc")["changes_on"] == (LISTED_TO + timedelta(days=1)).isoformat()
    assert [row["rule"] for row in state("to_load", "BKK").findings] == [
        "load-not-suspended",
        "load-mass-stop",
    ], "no more is asked at home"


def test_the_producer_is_told_in_three_languages_that_his_lot_is_on_sale(world: World) -> None:
    notice = Notice.objects.get(organisation=world.somchai, subject=LOT)
    assert notice.text_en == f"Lot {LOT} is open for sale to Bangkok, Kunming."
    assert "คุนหมิง" in notice.text_th
    assert "昆明" in notice.text_zh
    gates.judge(GATES, [LOT])
    events.deliver()
    assert Notice.objects.filter(subject=LOT).count() == 1, "judging again finds nothing new"


def test_a_listing_that_runs_out_stops_the_sale_and_its_producer_reads_why(world: World) -> None:
    offer = offer_of(LOT)
    assert order("before", offer) is Placement.PLACED
    clock.move_to(OPENS_AT + timedelta(days=10))
    assert judging.judge_due() == 0, "its last day still counts"
    clock.move_to(OPENS_AT + timedelta(days=11))
    assert judging.judge_due() > 0
    assert order("after", offer) is Placement.GATE_SHUT
    assert found("to_list", "list-packing-house-gacc")["found"] == "expired"
    assert state("to_list", "BKK").is_open, "Bangkok does not ask for China's list"

    events.deliver()
    told = Notice.objects.filter(organisation=world.somchai, subject=LOT).latest("id")
    assert told.text_en == (
        f"Lot {LOT} may no longer be sold to Kunming. The gate to list is shut: Packing house listed by China's customs (expired)."
    )
    assert "昆明" in told.text_zh
    assert judging.judge_due() == 0, "a second look finds nothing due"


def test_a_renewed_listing_opens_the_sale_again(world: World) -> None:
    clock.move_to(OPENS_AT + timedelta(days=11))
    judging.judge_due()
    Registration.objects.filter(scheme="gacc_packing_house").update(valid_to=LISTED_TO + timedelta(days=365))
    gates.judge(("to_list",), [LOT])
    assert state("to_list").is_open
    events.deliver()
    assert Notice.objects.filter(subject=LOT).latest("id").text_en == f"Lot {LOT} is open for sale to Kunming."


def test_a_number_that_begins_later_opens_the_gate_on_its_day(world: World) -> None:
    Registration.objects.filter(scheme="exporter_customs").update(valid_from=FIRST_DAY + timedelta(days=3))
    gates.judge(("to_list",), [LOT])
    assert (state("to_list").is_open, state("to_list").next_due_on) == (False, FIRST_DAY + timedelta(days=3))
    clock.move_to(OPENS_AT + timedelta(days=3))
    judging.judge_due()
    assert state("to_list").is_open


def test_a_sale_that_is_over_leaves_its_gate_as_it_was(world: World) -> None:
    clock.move_to(OPENS_AT + timedelta(days=9))
    Lot.objects.filter(code=LOT).update(closes_at=OPENS_AT + timedelta(days=8))
    GateState.objects.filter(lot__code=LOT, gate="to_list").update(next_due_on=FIRST_DAY + timedelta(days=8))
    judging.judge_due()
    kept = state("to_list")
    assert (kept.is_open, kept.passed_on, kept.next_due_on) == (True, FIRST_DAY + timedelta(days=8), None)
    Registration.objects.filter(scheme="gacc_packing_house").update(status="suspended")
    gates.judge(GATES, [LOT])
    assert state("to_list").is_open, "what was listed was listed rightly"
    Lot.objects.filter(code=LOT).update(closes_at=OPENS_AT + timedelta(days=20))
    gates.judge(GATES, [LOT])
    assert not state("to_list").is_open, "a sale that is opened again is judged again"


def test_a_signed_ticket_passes_the_gate_to_cut_and_nothing_undoes_it(world: World) -> None:
    sign()
    cut = state("to_cut")
    assert (cut.is_open, cut.passed_on, cut.next_due_on) == (True, CUT_ON, None)
    assert found("to_cut", "cut-dry-matter-monthong") | {"found": "33.50", "found_on": CUT_ON.isoformat()} == found(
        "to_cut", "cut-dry-matter-monthong"
    )
    GateState.objects.filter(pk=cut.pk).update(next_due_on=FIRST_DAY)
    clock.move_to(OPENS_AT + timedelta(days=300))
    judging.judge_due()
    assert state("to_cut").passed_on == CUT_ON, "that the certificate has ended since is no matter"


def test_a_laboratory_s_result_is_evidence_for_the_gate_to_load(world: World) -> None:
    assert found("to_load", "load-by2")["is_met"] is None
    laboratory_tells("not_detected")
    assert found("to_load", "load-by2") | {
        "found": "not_detected",
        "is_met": True,
        "found_on": CUT_ON.isoformat(),
    } == found("to_load", "load-by2")
    assert found("to_load", "load-lab-listed")["is_met"] is True
    laboratory_tells("detected")
    assert found("to_load", "load-by2")["is_met"] is False


def test_a_lot_that_failed_is_never_sold_again(world: World) -> None:
    laboratory_tells("detected")
    shut = state("to_list")
    assert (shut.is_open, shut.shut_by) == (False, "load-by2")
    assert shut.findings[-1]["found"] == "detected", "the gate shows by which check it is shut"
    assert state("to_list", "BKK").is_open

    gates.judge(GATES, [LOT])
    services.store_gates([GateAnswer(LOT, "KMG", "to_list", is_open=True, findings=())], decided_at=clock.now())
    assert not state("to_list").is_open
    with pytest.raises(IntegrityError), transaction.atomic():
        GateState.objects.filter(pk=shut.pk).update(is_open=True)
    events.deliver()
    told = Notice.objects.filter(organisation=world.somchai, subject=LOT).latest("id").text_en
    assert "Basic Yellow 2 not detected (detected)" in told


def test_a_lot_is_not_loaded_by_a_house_whose_listing_has_ended(world: World) -> None:
    laboratory_tells("not_detected")
    load = judged_lot.load_it()
    judged_lot.export(world, load)
    judged_lot.seal(load)
    judging.loads_sealed({"loads": [load.code]})
    assert (state("to_load").is_open, state("to_load").passed_on) == (False, None)
    unmet = [row["rule"] for row in state("to_load").findings if row["is_met"] is False]
    assert unmet == ["load-packing-house-gacc"], "it was listed when the lot was, and is not on the day of the seal"


def test_a_lot_that_travelled_shows_every_gate_passed_with_date_and_evidence(world: World) -> None:
    Registration.objects.filter(scheme="gacc_packing_house").update(valid_to=None)
    laboratory_tells("not_detected")
    sign()
    load = judged_lot.load_it()
    judged_lot.export(world, load)
    events.deliver()
    assert found("to_enter", "enter-form-e")["is_met"] is True
    sealed_on = judged_lot.seal(load)
    judging.loads_sealed({"loads": [load.code]})
    assert (state("to_load").is_open, state("to_load").passed_on) == (True, sealed_on)
    assert found("to_load", "load-seal")["found"] == "SM1"
    assert found("to_load", "load-not-by-sea")["is_met"] is True

    judged_lot.enter(world, load)
    events.deliver()
    entered = state("to_enter")
    assert entered.is_open, [row for row in entered.findings if not row["is_met"]]
    assert entered.passed_on is not None
    assert entered.passed_on > sealed_on
    assert found("to_enter", "enter-permit-good")["found"] == "QP-1"
    assert found("to_enter", "enter-permit-kg")["found"] == "900"
    assert found("to_enter", "enter-phyto-container")["found"] == "SMPU0000001"

    Registration.objects.update(status="suspended")
    gates.judge(GATES, [LOT])
    assert {gate: bool(state(gate).passed_on) for gate in GATES[1:]} == {
        "to_cut": True,
        "to_load": True,
        "to_enter": True,
    }


def test_a_gate_waits_for_the_last_load(world: World) -> None:
    laboratory_tells("not_detected")
    first, second = judged_lot.load_it(), judged_lot.load_it(2, order="SO-2")
    judged_lot.export(world, first)
    judged_lot.export(world, second, papers=("phytosanitary-certificate",))
    for load in (first, second):
        judged_lot.seal(load)
    gates.judge(GATES, [LOT])
    assert found("to_load", "load-carton-export-mark")["is_met"] is None, (
        "the cartons of the second are not known to be marked"
    )
    assert found("to_load", "load-seal")["found"] == "SM1 (+1)"
    assert found("to_enter", "enter-phyto")["is_met"] is True
    assert state("to_load").passed_on is None


def test_what_is_held_at_its_entry_says_which_check_it_failed(world: World) -> None:
    laboratory_tells("not_detected")
    load = judged_lot.load_it()
    judged_lot.export(world, load)
    judged_lot.enter(world, load, entry_node="CNNSA", seal_number="ANOTHER")
    events.deliver()
    assert (state("to_enter").is_open, state("to_enter").passed_on) == (False, None)
    inspected = found("to_enter", "enter-inspection")
    assert inspected["is_met"] is False
    assert "No permit of the importer covers these goods" in inspected["found"]
    assert found("to_enter", "enter-seal")["is_met"] is False, "it came under another seal"
    assert found("to_enter", "enter-phyto-container")["is_met"] is False


def test_due_gates_are_judged_in_bounded_batches() -> None:
    judged_lot.make(lots=3)
    clock.move_to(OPENS_AT + timedelta(days=11))
    shut = GateState.objects.filter(gate="to_list", destination="KMG", is_open=False)
    seen = []
    while judged := judging.judge_due(limit=2):
        assert judged == 2, "the gates to list and to load of one lot"
        seen.append(shut.count())
    assert seen == [1, 2, 3]


def test_a_suspension_typed_into_the_back_office_ends_the_sale_within_one_pass(
    world: World, admin_client: Client
) -> None:
    house = Registration.objects.get(organisation=Lot.objects.get(code=LOT).packing_house, scheme="gacc_packing_house")
    assert state("to_list").is_open
    page = f"/admin/accounts/registration/{house.pk}/change/"
    form = {
        "organisation": house.organisation_id, "scheme": house.scheme, "number": house.number, "status": "suspended",
        "valid_from": house.valid_from or "", "valid_to": house.valid_to or "", "source": house.source,
    }  # fmt: skip
    answer = admin_client.post(page, form)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    events.deliver()
    assert judging.judge_due() > 0
    assert not state("to_list").is_open
    assert found("to_list", "list-packing-house-gacc")["found"] == "suspended"


def test_an_importer_s_permit_that_is_cut_short_in_the_back_office_shuts_the_gate(
    world: World, admin_client: Client
) -> None:
    permits = Permit.objects.filter(good=Lot.objects.get(code=LOT).listing.good)
    assert state("to_list").is_open
    for permit in permits:
        form = {
            "importer": permit.importer_id, "good": permit.good, "port": permit.port, "number": permit.number, "granted_kg": permit.granted_kg,
            "valid_from": permit.valid_from - timedelta(days=99), "valid_to": clock.today() - timedelta(days=1), "source": permit.source,
        }  # fmt: skip
        answer = admin_client.post(f"/admin/customs/permit/{permit.pk}/change/", form)
        assert answer.status_code == 302, answer.content.decode()[:2000]
    events.deliver()
    assert judging.judge_due() > 0
    assert not state("to_list").is_open
    assert {finding["is_met"] for finding in state("to_list").findings if "permit" in finding["rule"]} == {False}


def test_a_suspension_of_the_past_says_nothing_of_today(world: World) -> None:
    house = Registration.objects.get(organisation=Lot.objects.get(code=LOT).packing_house, scheme="gacc_packing_house")
    old = {
        "number": "OLD-1",
        "status": "suspended",
        "valid_from": FIRST_DAY - timedelta(days=800),
        "valid_to": FIRST_DAY - timedelta(days=400),
    }
    Registration.objects.create(organisation=house.organisation, scheme=house.scheme, source="test", **old)
    gates.judge(("to_list",), [LOT])
    assert state("to_list").is_open


def test_one_lot_that_breaks_its_judge_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    judged_lot.make(lots=3)
    clock.move_to(OPENS_AT + timedelta(days=11))
    judge = gates.judge

    def breaks(gate: tuple[str, ...], lots: list[str]) -> None:
        if LOT in lots:
            raise RuntimeError("a row that nobody foresaw")
        judge(gate, lots)

    monkeypatch.setattr(judging, "judge", breaks)
    assert judging.judge_due() > 0
    assert GateState.objects.filter(gate="to_list", destination="KMG", is_open=False).count() == 2
    assert queries.gates_due(clock.today(), 10) == [], "and it is not tried again all day"


def test_a_lot_that_cannot_be_judged_keeps_its_answer_and_stands_in_nobody_s_way(world: World) -> None:
    lot = Lot.objects.get(code=LOT)
    lot.listing.good = "a-good-of-another-table"
    lot.listing.save()
    clock.move_to(OPENS_AT + timedelta(days=11))
    before = state("to_list").decided_at
    assert judging.judge_due() > 0
    assert state("to_list").decided_at == before
    assert queries.gates_due(clock.today(), 10) == []


def test_ten_lots_are_judged_by_as_many_queries_as_one() -> None:
    judged_lot.make(lots=10)
    codes = list(Lot.objects.values_list("code", flat=True))

    def cost(lots: list[str]) -> int:
        with CaptureQueriesContext(connection) as asked:
            gates.judge(GATES, lots)
        return len(asked)

    assert cost(codes) == cost(codes[:1])


@pytest.mark.django_db(transaction=True)
def test_an_order_that_waits_for_a_closing_gate_is_refused() -> None:
    """The gate closes in a transaction that has not committed yet: the order waits, and is refused, not placed before."""
    judged_lot.make()
    offer = offer_of(LOT)
    order("makes the buyer", offer)
    answers: list[Placement] = []

    def late() -> None:
        answers.append(order("late", offer))
        connection.close()

    thread = threading.Thread(target=late)
    with transaction.atomic():
        Registration.objects.filter(scheme="gacc_packing_house").update(status="suspended")
        gates.judge(("to_list",), [LOT])
        thread.start()
        thread.join(1.0)
        assert thread.is_alive(), "the order waits for the lot"
    thread.join(20)
    assert answers == [Placement.GATE_SHUT]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_judge_at_once_the_second_sees_what_the_first_saw() -> None:
    """One judges while a suspension is about to commit: the gate that the suspension shuts is not opened by the older look."""
    judged_lot.make()

    def look() -> None:
        gates.judge(("to_list",), [LOT])
        connection.close()

    thread = threading.Thread(target=look)
    with transaction.atomic():
        Registration.objects.filter(scheme="gacc_packing_house").update(status="suspended")
        gates.judge(("to_list",), [LOT])
        thread.start()
        thread.join(1.0)
        assert thread.is_alive()
    thread.join(20)
    assert not state("to_list").is_open
