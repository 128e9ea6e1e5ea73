"""A declaration has its line with reasons; only an officer decides it, once, in writing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from worlds import market_morning

from samphao.accounts.models import Organisation, User
from samphao.accounts.queries import viewer
from samphao.core.errors import Conflict, NotAllowed, NotFound, Refused
from samphao.core.models import AuditEntry, Event
from samphao.customs import queries, services
from samphao.customs.adapters.officer_simulator import WaitingCase, for_people
from samphao.customs.models import Declaration
from samphao.customs.types import Decision, DecisionSpec, SuppliedPaper

pytestmark = pytest.mark.django_db
REASON = "The laboratory's result was seen on paper."


@pytest.fixture
def morning() -> market_morning.World:
    return market_morning.make()


def decide(world: market_morning.World, name: str, *, by: str, reason: str = REASON) -> Declaration:
    spec = DecisionSpec(world.declarations[name], Decision.RELEASE, reason)
    return services.decide(spec, by=by, viewer=viewer(User.objects.get(username=by)))


def test_a_missing_paper_means_the_red_line_and_says_so(morning: market_morning.World) -> None:
    row = Declaration.objects.get(code=morning.declarations["waits"])
    assert (row.lane, row.state) == ("red", "control")
    assert "paper-missing" in [reason["rule"] for reason in row.reasons]
    assert all(reason["source"] for reason in row.reasons)
    assert queries.reasonless() == 0


def test_an_officer_releases_it_with_a_reason_that_stays(morning: market_morning.World) -> None:
    decide(morning, "waits", by="office")
    row = Declaration.objects.get(code=morning.declarations["waits"])
    assert (row.state, row.decided_by, row.decision_reason) == ("released", "office", REASON)
    entry = AuditEntry.objects.get(subject=row.code, action="customs.release")
    assert (entry.actor, entry.detail["before"], entry.detail["reason"]) == ("office", "control", REASON)
    assert Event.objects.filter(name="DeclarationsReleased", payload__declarations=[row.code]).exists()


def test_it_is_decided_once(morning: market_morning.World) -> None:
    decide(morning, "waits", by="office")
    with pytest.raises(Conflict):
        decide(morning, "waits", by="office")


@pytest.mark.parametrize("somebody", ["exporter", "importer", "hub", "anong", "elsewhere"])
def test_nobody_but_an_officer_of_its_office_decides(morning: market_morning.World, somebody: str) -> None:
    with pytest.raises(NotAllowed):
        decide(morning, "waits", by=somebody)
    client = Client()
    client.force_login(User.objects.get(username=somebody))
    code = morning.declarations["waits"]
    answer = client.post(f"/customs/declarations/{code}/decide/", {"decision": "release", "reason": REASON})
    assert answer.status_code == 403
    assert Declaration.objects.get(code=code).state == "control"


def test_a_reason_is_a_sentence(morning: market_morning.World) -> None:
    with pytest.raises(Refused, match="sentence"):
        decide(morning, "waits", by="office", reason=" fine. ")


def test_imports_are_another_country_s_to_decide(morning: market_morning.World) -> None:
    with pytest.raises(NotAllowed):
        decide(morning, "entry", by="office")
    spec = DecisionSpec(morning.declarations["entry"], Decision.RELEASE, REASON)
    with pytest.raises(NotFound):
        services.decide_many([spec], by="simulator", at=morning.now)


def test_an_organisation_that_is_no_office_makes_no_officer(morning: market_morning.World) -> None:
    Organisation.objects.filter(code="CO-THNOK").update(kind="buyer")
    with pytest.raises(NotAllowed):
        decide(morning, "waits", by="office")


def test_each_office_sees_its_own_desk_and_the_hub_all_of_them(morning: market_morning.World) -> None:
    who = {name: viewer(User.objects.get(username=name)) for name in ("office", "elsewhere", "hub", "exporter")}
    waits = morning.declarations["waits"]
    assert {name: [row.code for row in queries.queue(one)] for name, one in who.items()} == {
        "office": [waits], "elsewhere": [], "hub": [waits], "exporter": [],
    }  # fmt: skip
    assert {name: queries.declarations(one, kind="export").count() for name, one in who.items()} == {
        "office": 2, "elsewhere": 0, "hub": 2, "exporter": 0,
    }  # fmt: skip
    assert {name: bool(queries.counts(one)) for name, one in who.items()} == {
        "office": True, "elsewhere": False, "hub": True, "exporter": False,
    }  # fmt: skip
    assert [rule["rule"] for rule, _count in queries.rule_counts(who["office"])] != []
    assert queries.rule_counts(who["elsewhere"]) == []
    assert [name for name, one in who.items() if queries.declaration_for(waits, one)] == ["office", "hub", "exporter"]
    assert [name for name, one in who.items() if queries.may_open_desk(one)] == ["office", "elsewhere", "hub"]
    assert queries.busiest_office() == "CO-THNOK"


def test_what_is_left_to_people_is_left_to_one_office() -> None:
    now = datetime(2026, 4, 24, tzinfo=UTC)

    def case(number: int, office: str, rule: str) -> WaitingCase:
        return WaitingCase(f"DX-{number}", f"LD-{number}", (rule,), (), now + timedelta(hours=number), now, office)

    cases = [case(1, "CO-B", "random"), *(case(n, "CO-A", "random" if n % 2 else "first-export") for n in range(2, 9))]
    assert for_people(cases, 4) == {"DX-2", "DX-3", "DX-4", "DX-5"}
    assert for_people(cases, 100) == {f"DX-{n}" for n in range(2, 9)}
    assert for_people([], 3) == set()


def test_a_paper_that_comes_makes_a_declaration_ready(morning: market_morning.World) -> None:
    code = morning.declarations["waits"]
    asked = DecisionSpec(code, Decision.ASK_DOCUMENTS, "Send the phytosanitary certificate.")
    services.decide(asked, by="office", viewer=viewer(User.objects.get(username="office")))
    at = Declaration.objects.get(code=code).decided_at
    assert at
    paper = SuppliedPaper(code, "phytosanitary-certificate", "PC-2026-0001")
    assert services.supply_papers([paper], by="test", at=at) == [code]
    row = Declaration.objects.get(code=code)
    assert (row.state, row.documents.get().is_present) == ("control", True)


def test_an_import_without_a_permit_is_held_at_entry(morning: market_morning.World) -> None:
    row = Declaration.objects.select_related("inspection").get(code=morning.declarations["entry"])
    assert (row.state, row.inspection.finding) == ("held", "")
    assert "permit" in row.decision_reason


@pytest.mark.parametrize(("somebody", "status"), [("office", 200), ("elsewhere", 404), ("hub", 200), ("exporter", 200), ("importer", 200), ("anong", 404), ("house", 404)])  # fmt: skip
def test_a_declaration_over_the_interface_is_for_its_parties(
    morning: market_morning.World, somebody: str, status: int
) -> None:
    client = Client()
    client.force_login(User.objects.get(username=somebody))
    answer = client.get(f"/api/v1/declarations/{morning.declarations['waits']}")
    assert answer.status_code == status
    if status == 200:
        assert answer.json()["items"][0]["hs6"] == "081060"
