"""Texts are packed on their way to whoever unpacks them, and never pictures or streams."""

from __future__ import annotations

import gzip

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from samphao.web.middleware import Packing

TEXT = "สำเภา " * 400


def answered(answer: HttpResponse, accepted: str = "gzip, br") -> HttpResponse:
    request = RequestFactory().get("/", headers={"accept-encoding": accepted})
    return Packing(lambda _request: answer)(request)


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/json", "image/svg+xml"])
def test_a_text_is_packed_and_unpacks_to_what_it_was(kind: str) -> None:
    answer = answered(HttpResponse(TEXT, content_type=kind))
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert int(answer.headers["Content-Length"]) == len(answer.content) < len(TEXT.encode()) / 5
    assert gzip.decompress(answer.content).decode() == TEXT


def test_its_length_does_not_give_away_what_is_in_it() -> None:
    packing = Packing(lambda _request: HttpResponse())
    lengths = {len(packing.packed(TEXT.encode())) for _ in range(50)}
    assert len(lengths) > 10
    assert max(lengths) - min(lengths) < Packing.PADDING


def test_whoever_does_not_unpack_gets_it_as_it_is_and_caches_know() -> None:
    answer = answered(HttpResponse(TEXT), "identity")
    assert (answer.content.decode(), answer.headers["Vary"]) == (TEXT, "Accept-Encoding")
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize(
    "answer",
    [
        HttpResponse(TEXT, content_type="image/jpeg"),
        HttpResponse(TEXT, content_type="application/pdf"),
        HttpResponse("short"),
        HttpResponse(status=302, headers={"Location": "/"}),
        StreamingHttpResponse([TEXT], content_type="text/event-stream"),
    ],
)
def test_pictures_papers_streams_and_what_is_short_stay_as_they_are(answer: HttpResponse) -> None:
    assert "Content-Encoding" not in answered(answer).headers


@pytest.mark.django_db
def test_every_page_goes_through_it() -> None:
    answer = Client().get("/sign-in/", headers={"accept-encoding": "gzip"})
    assert b"<!doctype html>" in gzip.decompress(answer.content)
