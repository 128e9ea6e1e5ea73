"""Somebody new registers: kept as he goes, sent once, decided by the hub's people, and nobody acts before."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from worlds import new_seller
from worlds.new_seller import ANSWERS, FA, PIN, answered, begun, sent

from samphao.accounts import queries, services
from samphao.accounts.models import (
    Application,
    ApplicationNumber,
    Delivery,
    Membership,
    Notice,
    Orchard,
    Organisation,
    Registration,
    User,
)
from samphao.accounts.types import NewApplicant
from samphao.core import clock
from samphao.core.errors import Conflict, HubError, NotAllowed, NotFound, Refused
from samphao.core.limits import TooMany
from samphao.core.models import AuditEntry, Event


@pytest.fixture
def world(db: None) -> new_seller.World:
    return new_seller.make()


def row() -> Application:
    return Application.objects.get()


def waiting(scheme: str) -> int:
    return Registration.objects.get(scheme=scheme, organisation=row().organisation).pk


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def test_a_log_in_is_made_with_the_registration_and_opens_it(world: new_seller.World) -> None:
    code = begun()
    user = User.objects.get(username="fa")
    assert user.check_password("three words here")
    assert (user.language, user.phone, row().code, row().state) == ("th", FA.phone, code, "draft")
    assert row().organisation is None
    assert queries.viewer(user).organisations == ()


def test_a_name_that_somebody_has_is_refused_whatever_its_case(world: new_seller.World) -> None:
    with pytest.raises(Conflict) as refused:
        begun(NewApplicant("MALEE", "three words here", "", "", "th"))
    assert refused.value.details == {"field": "username"}
    assert not Application.objects.exists()


def test_one_network_begins_only_so_many(world: new_seller.World) -> None:
    for number in range(20):
        begun(NewApplicant(f"new{number}", "three words here", "", "", "th"))
    with pytest.raises(TooMany):
        begun()


def test_somebody_known_begins_one_and_goes_on_with_it(world: new_seller.World) -> None:
    code = services.begin_another(by="somchai", network="203.0.113.7")
    assert services.begin_another(by="somchai", network="203.0.113.7") == code
    assert queries.has_unsent_registration("somchai")


def test_every_answer_is_kept_when_it_is_given(world: new_seller.World) -> None:
    begun()
    steps = [question.step for question in queries.questions_of(row())]
    assert steps[:4] == ["kind", "form", "name", "about"]
    for step, given in list(ANSWERS.items())[:5]:
        services.save_answer(step, given, by="fa")
    assert (row().legal_form, row().name_th, row().numbers.get().number) == ("person", "สวนลำไยฟ้าใส", PIN)
    open_ = [question.step for question in queries.questions_of(row()) if not question.is_answered]
    assert open_ == ["numbers", "province", "district", "subdistrict", "street", "contact", "documents"]
    cannot = [question.step for question in queries.questions_of(row()) if not question.can_start]
    assert cannot == ["district", "subdistrict", "street"]


@pytest.mark.parametrize(
    ("kind", "form", "country", "identity"),
    [
        ("producer", "person", "", "th_pin"), ("producer", "group", "", ""), ("producer", "community_enterprise", "", "community_enterprise"),
        ("producer", "cooperative", "", "dbd"), ("producer", "sme", "", "th_tin"), ("exporter", "company", "", "dbd"),
        ("importer", "company", "CN", "cn_uscc"), ("importer", "company", "VN", "vn_mst"), ("importer", "company", "LA", "tax_id"),
        ("buyer", "person", "CN", ""), ("buyer", "company", "TH", "dbd"),
    ],
)  # fmt: skip
def test_each_form_is_asked_for_its_own_number(
    world: new_seller.World, kind: str, form: str, country: str, identity: str
) -> None:
    begun()
    services.save_answer("kind", {"kind": kind}, by="fa")
    if country:
        services.save_answer("country", {"country": country}, by="fa")
    services.save_answer("form", {"legal_form": form}, by="fa")
    assert queries.identity_of(row()) == identity
    assert ("identity" in [question.step for question in queries.questions_of(row())]) == bool(identity)


@pytest.mark.parametrize(
    ("step", "given", "field"),
    [
        ("kind", {"kind": "hub"}, "kind"), ("kind", {"kind": "office"}, "kind"), ("form", {"legal_form": "company"}, "legal_form"),
        ("name", {"name_en": "Only English"}, "name_th"), ("about", {"about": " "}, "about"), ("identity", {"number": "1234545678789"}, "number"),
        ("numbers", {"schemes": ["doa_packing_house"]}, "schemes"), ("number-gap", {"number": "x", "trees": 3}, "area_rai"),
        ("number-gap", {"number": "x", "area_rai": Decimal(3)}, "trees"),
        ("number-otop", {"number": "x", "valid_from": date(2027, 1, 2), "valid_to": date(2027, 1, 1)}, "valid_to"),
        ("province", {"province": "TH-99"}, "province"), ("district", {"district": "2201"}, "district"), ("subdistrict", {"subdistrict": "510201"}, "subdistrict"),
        ("street", {"street": "x", "post_code": "10110"}, "post_code"), ("street", {"street": ""}, "street"),
        ("contact", {"contact_name": "x"}, "contact_phone"),
    ],
)  # fmt: skip
def test_a_wrong_answer_names_its_field_and_changes_nothing(
    world: new_seller.World, step: str, given: dict[str, Any], field: str
) -> None:
    answered()
    before = Application.objects.values().get(), list(ApplicationNumber.objects.order_by("id").values())
    with pytest.raises(Refused) as refused:
        services.save_answer(step, given, by="fa")
    assert refused.value.details == {"field": field}
    assert (Application.objects.values().get(), list(ApplicationNumber.objects.order_by("id").values())) == before


def test_an_answer_that_is_changed_takes_with_it_what_it_decided(world: new_seller.World) -> None:
    answered()
    services.save_answer("province", {"province": "TH-22"}, by="fa")
    assert (row().district_code, row().subdistrict_code, row().post_code) == ("", "", "")
    services.save_answer("form", {"legal_form": "group"}, by="fa")
    assert set(row().numbers.values_list("scheme", flat=True)) == {"otop", "gap"}, "a group has no number of its own"
    services.save_answer("kind", {"kind": "importer"}, by="fa")
    assert row().legal_form == ""
    services.save_answer("country", {"country": "CN"}, by="fa")
    assert row().province_iso == row().street == ""
    with pytest.raises(NotFound):
        services.save_answer("province", {"province": "TH-22"}, by="fa")


def test_a_post_code_is_chosen_where_a_sub_district_has_several(world: new_seller.World) -> None:
    """Hua Mak has two: which one is asked with the street."""
    answered()
    for step, value in (("province", "TH-10"), ("district", "1006"), ("subdistrict", "100608")):
        services.save_answer(step, {step: value}, by="fa")
    found = queries_post_codes("100608")
    assert len(found) > 1
    assert row().post_code == ""
    with pytest.raises(Refused):
        services.save_answer("street", {"street": "9/9"}, by="fa")
    services.save_answer("street", {"street": "9/9", "post_code": found[1]}, by="fa")
    assert row().post_code == found[1]


def queries_post_codes(code: str) -> tuple[str, ...]:
    from samphao.reference.queries import thai_address

    found = thai_address(code)
    assert found
    return found.post_codes


def test_what_is_not_complete_is_not_sent(world: new_seller.World) -> None:
    begun()
    with pytest.raises(Refused):
        services.send_registration(by="fa")
    assert not Organisation.objects.exclude(code__in=("WEAVERS", "ORCHARD", "HUB", "EXPORT")).exists()


def test_the_database_refuses_a_registration_that_was_sent_incomplete(world: new_seller.World) -> None:
    begun()
    for change in ({"state": "waiting"}, {"state": "waiting", "sent_at": clock.now()}, {"state": "approved"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Application.objects.update(**change)
    sent_row = sent_after_begin()
    for change in (
        {"street": ""},
        {"state": "refused", "decided_at": clock.now(), "decided_by": "nid"},
        {"state": "asked"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Application.objects.filter(pk=sent_row.pk).update(**change)


def sent_after_begin() -> Application:
    answered(row().code)
    services.send_registration(by="fa")
    return row()


def test_what_is_sent_waits_with_its_organisation_and_its_numbers(world: new_seller.World) -> None:
    party = sent().organisation
    assert party is not None
    assert (party.standing, party.kind, party.tax_id, party.province_iso) == ("review", "producer", PIN, "TH-51")
    assert party.code.startswith("PRD-")
    assert dict(party.registrations.values_list("scheme", "status")) == dict.fromkeys(
        ("th_pin", "otop", "gap"), "pending"
    )
    assert party.registrations.get(scheme="otop").valid_to == date(2027, 12, 31)
    assert Membership.objects.get(organisation=party).role == "owner"
    assert Notice.objects.get(organisation=world.hub).text_th == "มีการลงทะเบียนใหม่รอตรวจสอบ: สวนลำไยฟ้าใส"
    assert actions() == ["registration.begin", "registration.send"]


def test_pressed_twice_it_is_sent_once(world: new_seller.World) -> None:
    code = sent().code
    assert services.send_registration(by="fa") == code
    assert row().entries.count() == 1
    assert Organisation.objects.filter(standing="review").count() == 1


def test_who_waits_may_read_but_not_act(world: new_seller.World) -> None:
    party = sent().organisation
    assert party
    who = queries.viewer(User.objects.get(username="fa"))
    assert (who.organisations, who.kinds, who.in_review) == ((), frozenset(), (party.pk,))
    assert who.kinds_in_review == {"producer"}


def test_what_was_sent_cannot_be_changed_until_somebody_asks(world: new_seller.World) -> None:
    code = sent().code
    with pytest.raises(Conflict):
        services.save_answer("about", {"about": "else"}, by="fa")
    services.ask_applicant(code, "ส่งภาพสวนด้วย", by="nid")
    services.save_answer("number-otop", {"number": "OTOP-55-0002"}, by="fa")
    services.send_registration(by="fa", text="ส่งแล้ว")
    assert (row().state, row().question) == ("waiting", "")
    assert [(entry.what, entry.text) for entry in row().entries.all()] == [
        ("sent", ""), ("asked", "ส่งภาพสวนด้วย"), ("answered", "ส่งแล้ว"),
    ]  # fmt: skip
    assert Registration.objects.get(scheme="otop").number == "OTOP-55-0002"
    assert Registration.objects.count() == 3, "the numbers that waited were written anew, not beside"


def test_the_applicant_is_told_in_three_languages(world: new_seller.World) -> None:
    code = sent().code
    services.ask_applicant(code, "ส่งภาพสวนด้วย", by="nid")
    told = Notice.objects.get(organisation=row().organisation)
    assert told.text_th == "เจ้าหน้าที่ของฮับสอบถามเรื่องการลงทะเบียนของคุณ: ส่งภาพสวนด้วย"
    assert told.text_zh.endswith("ส่งภาพสวนด้วย")
    assert Delivery.objects.filter(notice=told, user__username="fa", channel="page").exists()


def approve(*schemes: str, by: str = "nid") -> None:
    services.approve_application(row().code, [waiting(scheme) for scheme in schemes], by=by)


def test_approval_opens_the_organisation_and_confirms_what_was_looked_up(world: new_seller.World) -> None:
    sent()
    gap = Registration.objects.get(scheme="gap").number
    approve("th_pin", "gap")
    party = row().organisation
    assert party
    assert (party.standing, row().state, row().decided_by) == ("open", "approved", "nid")
    assert dict(party.registrations.values_list("scheme", "status")) == {"th_pin": "valid", "otop": "pending"}
    orchard = Orchard.objects.get()
    assert (orchard.gap_number, orchard.gap_valid_to, orchard.trees, orchard.area_rai, orchard.producer, orchard.province_iso) == (
        gap, date(2028, 4, 30), 200, Decimal("12.50"), party, "TH-51",
    )  # fmt: skip
    event = Event.objects.get(name="EvidenceChanged")
    assert event.payload == {"organisations": [party.code], "orchards": [orchard.code]}
    assert queries.viewer(User.objects.get(username="fa")).kinds == {"producer"}
    services.confirm_numbers(row().code, [waiting("otop")], by="nid")
    assert party.registrations.get(scheme="otop").status == "valid"
    assert actions()[-2:] == ["registration.approved", "registration.confirmed"]


def test_who_is_known_by_a_number_is_not_let_in_without_it(world: new_seller.World) -> None:
    sent()
    with pytest.raises(Refused):
        approve("otop", "gap")
    assert row().state == "waiting"


def test_a_group_that_no_register_knows_is_let_in_without_a_number(world: new_seller.World) -> None:
    begun()
    for step in (
        "kind",
        "form",
        "name",
        "about",
        "province",
        "district",
        "subdistrict",
        "street",
        "contact",
        "documents",
    ):
        services.save_answer(step, {"legal_form": "group"} if step == "form" else ANSWERS[step], by="fa")
    services.save_answer("numbers", {"schemes": []}, by="fa")
    services.send_registration(by="fa")
    approve()
    assert row().organisation.standing == "open"


def test_a_refusal_needs_a_reason_and_leaves_nothing_open(world: new_seller.World) -> None:
    code = sent().code
    with pytest.raises(Refused):
        services.refuse_application(code, "  ", by="nid")
    services.refuse_application(code, "ไม่ใช่ผู้ผลิต", by="nid")
    party = row().organisation
    assert party
    assert (party.standing, row().state, row().reason) == ("refused", "refused", "ไม่ใช่ผู้ผลิต")
    who = queries.viewer(User.objects.get(username="fa"))
    assert (who.organisations, who.kinds_in_review, who.in_review) == ((), frozenset(), (party.pk,))
    assert services.begin_another(by="fa", network="203.0.113.7") != code, "he may try again"


def test_the_database_confirms_no_number_before_its_organisation_is_let_in(world: new_seller.World) -> None:
    sent()
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.update(status="valid")


def test_the_same_number_twice_is_pointed_out_to_the_hub(world: new_seller.World) -> None:
    world.people.orchard.tax_id = PIN
    world.people.orchard.save()
    Registration.objects.create(
        organisation=world.people.weavers, scheme="otop", number="OTOP-55-0001", status="valid", source="x"
    )
    also = {number.scheme: number.also for number in queries.told_numbers(sent())}
    assert also == {"th_pin": ("ORCHARD",), "otop": ("WEAVERS",), "gap": ()}


ACTS: dict[str, Callable[[str, str], object]] = {
    "ask": lambda code, by: services.ask_applicant(code, "why?", by=by),
    "refuse": lambda code, by: services.refuse_application(code, "no", by=by),
    "approve": lambda code, by: services.approve_application(code, [waiting("th_pin")], by=by),
    "confirm": lambda code, by: services.confirm_numbers(code, [waiting("th_pin")], by=by),
}


@pytest.mark.parametrize("name", ["fa", "mate", "malee", "nobody"])
@pytest.mark.parametrize("what", ACTS)
def test_only_the_hubs_people_decide(world: new_seller.World, name: str, what: str) -> None:
    """Fa herself, a teammate of hers, an outsider and nobody at all."""
    code = sent().code
    Membership.objects.create(user=User.objects.create_user("mate"), organisation=row().organisation, role="owner")
    with pytest.raises(NotAllowed):
        ACTS[what](code, name)
    assert row().state == "waiting"


def test_nobody_of_the_hub_decides_about_himself(world: new_seller.World) -> None:
    code = sent().code
    Membership.objects.create(user=User.objects.get(username="nid"), organisation=row().organisation, role="member")
    with pytest.raises(NotAllowed):
        ACTS["approve"](code, "nid")


@pytest.mark.parametrize("what", ACTS)
def test_a_draft_is_nobodys_case(world: new_seller.World, what: str) -> None:
    code = answered()
    with pytest.raises(NotFound):
        {
            "ask": lambda: services.ask_applicant(code, "why?", by="nid"),
            "refuse": lambda: services.refuse_application(code, "no", by="nid"),
            "approve": lambda: services.approve_application(code, [], by="nid"),
            "confirm": lambda: services.confirm_numbers(code, [], by="nid"),
        }[what]()


def test_who_sees_a_registration(world: new_seller.World) -> None:
    """The applicant, another owner of the organisation and the hub's people; no member, no outsider; a draft the hub neither."""
    code = answered()

    def sees(name: str) -> bool:
        return queries.registration_for(code, queries.viewer(User.objects.get(username=name))) is not None

    assert [sees(name) for name in ("fa", "malee", "nid")] == [True, False, False]
    services.send_registration(by="fa")
    for name, role in (("co-owner", "owner"), ("mate", "member")):
        Membership.objects.create(user=User.objects.create_user(name), organisation=row().organisation, role=role)
    assert [sees(name) for name in ("fa", "co-owner", "mate", "malee", "nid")] == [True, True, False, False, True]


def test_the_queue_is_the_hubs_alone(world: new_seller.World) -> None:
    code = sent().code
    people = {name: queries.viewer(User.objects.get(username=name)) for name in ("nid", "fa", "malee")}
    assert [one.code for one in queries.registrations_waiting(people["nid"])] == [code]
    assert queries.registration_counts(people["nid"]) == {"waiting": 1}
    for name in ("fa", "malee"):
        assert list(queries.registrations_waiting(people[name])) == []
        assert queries.registration_counts(people[name]) == {}


def test_a_draft_that_nobody_goes_on_with_is_forgotten(world: new_seller.World) -> None:
    answered()
    assert services.forget_drafts() == 0
    Application.objects.update(touched_at=clock.now() - timedelta(days=services.DRAFT_DAYS + 1))
    assert services.forget_drafts() == 1
    assert not Application.objects.exists()
    assert not ApplicationNumber.objects.exists()


def test_what_was_sent_is_never_forgotten(world: new_seller.World) -> None:
    sent()
    Application.objects.update(touched_at=clock.now() - timedelta(days=services.DRAFT_DAYS + 1))
    assert services.forget_drafts() == 0


@pytest.mark.django_db(transaction=True)
def test_two_of_the_hub_decide_once() -> None:
    world = new_seller.make()
    Membership.objects.create(user=User.objects.create_user("nun"), organisation=world.hub, role="member")
    code, pin = sent().code, waiting("th_pin")
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def decide(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
            outcomes.append("done")
        except HubError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    acts = (
        lambda: services.approve_application(code, [pin], by="nid"),
        lambda: services.refuse_application(code, "no", by="nun"),
    )
    threads = [threading.Thread(target=decide, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict", "done"]
    assert {"approved": "open", "refused": "refused"}[row().state] == row().organisation.standing
