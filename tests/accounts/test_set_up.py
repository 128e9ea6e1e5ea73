"""A hub is set up once, by whoever started it, all at once or not at all."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from samphao.accounts import services
from samphao.accounts.models import Membership, Organisation, User
from samphao.accounts.types import SetUpAnswers
from samphao.core import hub
from samphao.core.errors import Conflict, NotAllowed, Refused
from samphao.core.models import AuditEntry, HubSettings
from samphao.reference.models import Destination

pytestmark = pytest.mark.django_db
HERE = "203.0.113.7"
ANSWERS = SetUpAnswers(
    "malee", "malee@hub.example", make_password("three words here"), "th", "Nan Highland Hub", ("th", "zh-hans"), ("CN", "LA"),
    "simulator",
)  # fmt: skip


@pytest.fixture(autouse=True)
def closed() -> None:
    HubSettings.objects.all().delete()


def begun() -> str:
    token = services.make_set_up_token()
    assert token
    claim = services.begin_set_up(token, network=HERE)
    assert claim
    return claim


def test_five_answers_make_a_hub() -> None:
    assert services.finish_set_up(ANSWERS, claim=begun()) == "malee"
    found = hub.settings()
    assert found == hub.Hub("Nan Highland Hub", ("th", "zh-hans"), frozenset({"CN", "LA"}), "simulator", is_demo=False)
    user = User.objects.get()
    assert user.check_password("three words here")
    assert (user.is_superuser, user.email) == (True, "malee@hub.example")
    assert Membership.objects.get().organisation.kind == Organisation.Kind.HUB
    assert set(Destination.objects.values_list("country", flat=True)) == {"CN", "LA"}
    assert AuditEntry.objects.get().action == "hub.set_up"


def test_a_token_works_once_and_only_the_latest_one() -> None:
    old, new = services.make_set_up_token(), services.make_set_up_token()
    assert old
    assert new
    assert services.begin_set_up(old, network=HERE) is None
    assert services.begin_set_up("", network=HERE) is None
    assert services.begin_set_up(new, network=HERE)
    assert services.begin_set_up(new, network=HERE) is None


def test_only_the_browser_that_took_the_token_may_go_on() -> None:
    claim = begun()
    assert services.may_set_up(claim)
    for stranger in ("", "guessed"):
        assert not services.may_set_up(stranger)
        with pytest.raises(NotAllowed):
            services.finish_set_up(ANSWERS, claim=stranger)
    assert not User.objects.exists()


def test_a_hub_is_set_up_once() -> None:
    claim = begun()
    services.finish_set_up(ANSWERS, claim=claim)
    assert services.make_set_up_token() is None
    assert not services.may_set_up(claim)
    with pytest.raises(Conflict):
        services.finish_set_up(ANSWERS, claim=claim)


def test_what_cannot_be_written_whole_is_not_written_at_all() -> None:
    claim = begun()
    with pytest.raises(IntegrityError), transaction.atomic():
        services.finish_set_up(replace(ANSWERS, corridors=()), claim=claim)
    assert not User.objects.exists()
    assert not Organisation.objects.exists()
    assert not Destination.objects.exists()
    assert hub.settings() is None
    assert services.may_set_up(claim), "it can be tried again"


def test_a_hub_that_holds_money_itself_is_refused_by_service_database_and_back_office() -> None:
    with pytest.raises(Refused, match="licence"):
        services.finish_set_up(replace(ANSWERS, payment="self"), claim=begun())
    services.finish_set_up(ANSWERS, claim=begun())
    row = HubSettings.objects.get()
    row.payment = "self"
    with pytest.raises(ValidationError, match="licence"):
        row.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_no_hub_is_set_up_as_if_a_bank_were_connected() -> None:
    with pytest.raises(Refused, match="real money cannot be taken"):
        services.finish_set_up(replace(ANSWERS, payment="partner"), claim=begun())
    assert not User.objects.exists()
    services.finish_set_up(ANSWERS, claim=begun())
    row = HubSettings.objects.get()
    row.payment, row.payment_partner = "partner", "Bank of the Example"
    with pytest.raises(ValidationError, match="No bank is connected"):
        row.full_clean()


def test_a_demo_makes_its_own_row_and_is_kept_out_of_a_real_hub() -> None:
    services.set_up_demo("Samphao demo", ["th", "zh-hans", "en"])
    found = hub.settings()
    assert found
    assert (found.name, found.is_demo, found.pays_by_simulator) == ("Samphao demo", True, True)
    assert {"CN", "LA", "KH", "MM", "VN"} <= found.corridors
    services.set_up_demo("Samphao demo", ["th"])
    HubSettings.objects.update(is_demo=False)
    with pytest.raises(Refused, match="another"):
        services.set_up_demo("Samphao demo", ["th"])


def test_every_city_of_the_season_lies_in_a_corridor_of_the_demo() -> None:
    services.set_up_demo("Samphao demo", ["th"])
    found = hub.settings()
    assert found
    with (Path(__file__).parents[2] / "examples/season/destinations.csv").open(encoding="utf-8") as file:
        assert {row["country"] for row in csv.DictReader(file)} == found.corridors


def test_there_is_one_row() -> None:
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_hubsettings (id, name, languages, corridors, payment, payment_partner, is_demo, token_digest, claim_digest) VALUES (2, '', '[]', '[]', 'simulator', '', false, '', '')"
        )
