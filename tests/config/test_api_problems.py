"""Programs are refused with problems after RFC 9457, and the description says so."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from ninja.errors import ValidationError
from worlds import market_morning

from samphao.accounts.models import User
from samphao.config.api import api
from samphao.core import errors
from samphao.core.errors import HubError

PROBLEM = "application/problem+json"


def is_problem(answer: Any, status: int) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    found: dict[str, Any] = answer.json()
    assert found["status"] == status
    assert found["title"]
    assert found["type"] == "about:blank" or found["type"].startswith("/problems/")
    return found


@pytest.mark.django_db
def test_what_is_not_there_not_yours_or_not_asked_for_so_is_a_problem() -> None:
    world = market_morning.make()
    waits = world.declarations["waits"]
    stranger, anong = Client(), Client()
    anong.force_login(User.objects.get(username="anong"))
    is_problem(stranger.get(f"/api/v1/declarations/{waits}"), 401)
    is_problem(anong.get(f"/api/v1/declarations/{waits}"), 404)
    found = is_problem(stranger.get("/api/v1/lots/NO-SUCH-LOT"), 404)
    assert stranger.get(f"{found['type']}/").status_code == 200, "it leads to a page"
    assert is_problem(stranger.get("/api/v1/no-such-operation"), 404)["type"] == "about:blank"
    refused = stranger.post("/api/v1/lots/CTI-MT-0430")
    is_problem(refused, 405)
    assert refused.headers["Allow"] == "GET"
    assert stranger.get("/api/v1/lots/CTI-MT-0430").headers["content-type"].startswith("application/json")


@pytest.mark.django_db
def test_every_refusal_has_its_page() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, HubError)]
    assert len(kinds) == 6
    for kind in kinds:
        assert Client().get(f"/problems/{kind.code}/").status_code == 200, kind


def test_what_does_not_fit_says_where() -> None:
    handler = api._exception_handlers[ValidationError]
    answer = handler(None, ValidationError([{"loc": ["query", "page"], "msg": "not a number"}]))  # type: ignore[arg-type]
    assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)
    assert b"not a number" in answer.content


def test_the_description_names_the_problems_of_every_operation() -> None:
    schema = api.get_openapi_schema()
    assert "Problem" in schema["components"]["schemas"]
    for path, methods in schema["paths"].items():
        for operation in methods.values():
            wanted = {404, 405, 422} | ({401} if operation.get("security") else set())
            for status in wanted:
                content = operation["responses"][status]["content"]
                assert content == {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}, path
