"""Who is signed in comes by one query with what every page asks of him, and it is what the tables say."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from worlds import three_people

from samphao.accounts import queries, services
from samphao.accounts.models import Delivery, Membership, Organisation, User

pytestmark = pytest.mark.django_db
TEXTS = {"text_en": "x", "text_th": "x", "text_zh": "x"}


@pytest.fixture
def malee() -> User:
    """Malee weaves, and belongs to the hub too; two notices wait for her."""
    people = three_people.make()
    hub = Organisation.objects.create(code="HUB", kind="hub", name_en="Hub", country="TH")
    user = User.objects.get(username="malee")
    Membership.objects.create(user=user, organisation=hub, role=Membership.Role.MEMBER)
    for number in range(3):
        services.notify([people.weavers.pk], subject="S", key=str(number), **TEXTS)
    first = Delivery.objects.filter(user=user, channel="page").order_by("id").first()
    Delivery.objects.filter(pk=first.pk).update(read_at="2026-04-24T00:00Z")  # type: ignore[union-attr]
    return user


def test_it_says_what_the_tables_say(malee: User) -> None:
    with CaptureQueriesContext(connection) as caught:
        seen = queries.signed_in(malee.pk)
        assert seen is not None
        told = queries.viewer(seen), queries.unread_count(seen)
    assert len(caught) == 1
    assert told == (queries.viewer(malee), queries.unread_count(malee))
    assert (told[0].is_hub, told[1]) == (True, 2)
    assert seen == malee


def test_whoever_is_not_active_is_nobody(malee: User) -> None:
    gone = User.objects.create_user("gone", is_active=False)
    assert queries.signed_in(gone.pk) is None
    assert queries.signed_in(0) is None


def test_a_page_sees_at_once_that_somebody_was_taken_out(malee: User) -> None:
    client = Client()
    client.force_login(malee)
    assert client.get("/freight/").status_code == 200
    Membership.objects.filter(user=malee, organisation__code="HUB").delete()
    assert client.get("/freight/").status_code == 403
