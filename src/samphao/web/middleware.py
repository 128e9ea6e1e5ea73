"""Before every page: is the hub set up, and does it speak the language that was asked for."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import translation

from samphao.core import hub

OPEN_BEFORE = ("/setup/", "/i18n/")


class HubGate:
    """Leads every page to the setup until it is finished, and keeps pages to the languages that the hub offers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        settings = hub.settings()
        request.hub = settings  # type: ignore[attr-defined]
        if settings is None and not request.path.startswith(OPEN_BEFORE):
            if request.path.startswith("/api/"):
                problem = {"type": "/setup/", "title": "This hub is not set up yet.", "status": 503}
                return JsonResponse(problem, status=503, content_type="application/problem+json")
            return redirect("setup")
        if settings and translation.get_language() not in settings.languages:
            translation.activate(settings.languages[0])
            request.LANGUAGE_CODE = settings.languages[0]
        return self.get_response(request)


def hub_of(request: HttpRequest) -> hub.Hub | None:
    """Return the hub's settings as this request found them."""
    found: hub.Hub | None = getattr(request, "hub", None)
    return found
