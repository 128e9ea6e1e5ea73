"""Around every page: is the hub set up, does it speak the language that was asked for, and what says no where no page does."""

from __future__ import annotations

import gzip
import math
import secrets
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from http.client import responses
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import ngettext

from samphao.core import hub, page
from samphao.core.limits import TooMany

PROBLEM = "application/problem+json"
TEXTS = ("text/", "application/json", PROBLEM, "image/svg+xml")
WITH_NAME = b"\x08"  # the flag of RFC 1952 that a file's name follows the head
OPEN_BEFORE = ("/setup/", "/i18n/")


class Packing:
    """Packs texts on their way; pictures and papers are packed already, and the parts of a stream must not wait for each other.

    Level 4 takes a fourth of the time of the usual level 6 for a twentieth more bytes. A name of random length in the packed
    form hides its length from whoever guesses at secrets by it (BREACH), as in Django's own middleware, which has but level 6.
    """

    LEVEL, LEAST, PADDING = 4, 200, 100

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        is_text = answer.headers.get("Content-Type", "").startswith(TEXTS)
        if not is_text or answer.streaming or len(answer.content) < self.LEAST:
            return answer
        patch_vary_headers(answer, ["Accept-Encoding"])
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            answer.content = self.packed(answer.content)
            answer.headers["Content-Encoding"] = "gzip"
            answer.headers["Content-Length"] = str(len(answer.content))
        return answer

    def packed(self, content: bytes) -> bytes:
        plain = gzip.compress(content, self.LEVEL, mtime=0)
        name = secrets.token_hex(self.PADDING)[: secrets.randbelow(self.PADDING)].encode()
        return plain[:3] + WITH_NAME + plain[4:10] + name + b"\0" + plain[10:]


class HubGate:
    """Leads every page to the setup until it is finished, and keeps pages to the languages that the hub offers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = page.begin()
        settings = request.hub = begun.hub  # type: ignore[attr-defined]
        request.is_clock_moved = begun.is_clock_moved  # type: ignore[attr-defined]
        if settings is None and not request.path.startswith(OPEN_BEFORE):
            if request.path.startswith("/api/"):
                problem = {"type": "/setup/", "title": "This hub is not set up yet.", "status": 503}
                return JsonResponse(problem, status=503, content_type=PROBLEM)
            return redirect("setup")
        if settings and translation.get_language() not in settings.languages:
            translation.activate(settings.languages[0])
            request.LANGUAGE_CODE = settings.languages[0]
        # What is written bears the time at which it is written, not that at which its page was asked for.
        with page.made_from(begun) if request.method in ("GET", "HEAD") else nullcontext():
            return self.get_response(request)


class Refusals:
    """Answers what no page answers itself: too many tries, letters that no database holds, an address of another method.

    Programs get a problem after RFC 9457, people a page in their language.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if request.path.startswith("/api/"):
            return _as_problem(answer)
        if answer.status_code == 405 and not answer.content:
            allowed = answer.headers["Allow"]
            answer = render(request, "405.html", status=405)
            answer.headers["Allow"] = allowed
        return answer

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Refuse NUL before a view takes it to the database. Forms are read after CsrfViewMiddleware, which reads them anyway."""
        values = (*_all_values(request.GET), *(_all_values(request.POST) if request.method == "POST" else ()))
        if "\x00" in request.path or any("\x00" in value for value in values):
            return render(request, "400.html", status=400)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, TooMany):
            return None
        minutes = math.ceil(error.wait_s / 60)
        text = ngettext(
            "This was tried too often. Nothing was changed. Try again in %(minutes)s minute.",
            "This was tried too often. Nothing was changed. Try again in %(minutes)s minutes.",
            minutes,
        ) % {"minutes": minutes}
        answer = render(request, "429.html", {"text": text}, status=429)
        answer.headers["Retry-After"] = str(error.wait_s)
        return answer


def _all_values(given: QueryDict) -> Iterator[str]:
    for name, values in given.lists():
        yield name
        yield from (str(value) for value in values)


def _as_problem(answer: HttpResponse) -> HttpResponse:
    """Turn a refusal that Django made (no such address, another method) into a problem; what is one already stays."""
    if answer.status_code < 400 or answer.headers.get("Content-Type") == PROBLEM:
        return answer
    status = answer.status_code
    found = JsonResponse({"type": "about:blank", "title": responses[status], "status": status}, status=status)
    found.headers["Content-Type"] = PROBLEM
    for name in ("Allow", "Retry-After"):
        if name in answer.headers:
            found.headers[name] = answer.headers[name]
    return found


def hub_of(request: HttpRequest) -> hub.Hub | None:
    """Return the hub's settings as this request found them."""
    found: hub.Hub | None = getattr(request, "hub", None)
    return found
