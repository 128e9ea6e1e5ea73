"""Whatever a program sends to the API, it gets an answer that the API's own description foresees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
from worlds import market_morning

from samphao.accounts.models import User

pytestmark = pytest.mark.django_db


# 404 is no gap in the description: what a code names may not be there, and errors are problems after RFC 9457.
CHECKED = (not_a_server_error, response_schema_conformance, content_type_conformance, response_headers_conformance)


@pytest.fixture(autouse=True)
def connection_kept() -> Iterator[None]:
    """A request that ends closes its connection; here that is the test's own, with all that was written."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def calls() -> Iterator[Any]:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    for found in schema.get_all_operations():
        yield found.ok()


@pytest.mark.parametrize("person", ["nobody", "anong", "hub"])
def test_any_call_is_answered_as_the_description_says(person: str) -> None:
    market_morning.make()
    client = Client()
    if person != "nobody":
        client.force_login(User.objects.get(username=person))
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    seen: Counter[str] = Counter()
    for operation in calls():

        @given(case=operation.as_strategy())
        @settings(
            max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
        )
        def call(case: schemathesis.Case) -> None:
            answer = case.call(
                cookies=cookies, headers={"Accept-Encoding": "identity"}
            )  # packed answers are not unpacked here
            seen[case.operation.label] += 1
            case.validate_response(answer, checks=CHECKED)
            if answer.status_code >= 400:
                assert "json" in answer.headers["content-type"][0], answer.status_code

        call()
    assert len(seen) == sum(1 for _ in calls())
    assert min(seen.values()) > 3
