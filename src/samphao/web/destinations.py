"""Which city a visitor buys for: asked for in the address, kept in the session, else the hub's first."""

from __future__ import annotations

from django.http import HttpRequest

from samphao.reference.queries import destinations
from samphao.reference.types import DestinationSpec
from samphao.web.middleware import hub_of

DEFAULT = "KMG"


def chosen(request: HttpRequest) -> tuple[DestinationSpec | None, list[DestinationSpec]]:
    """Return the chosen destination and all of the hub's corridors; no destinations yet gives None."""
    hub = hub_of(request)
    known = [place for place in destinations() if hub is None or place.country in hub.corridors]
    by_code = {destination.code: destination for destination in known}
    asked = request.GET.get("to", "")
    if asked in by_code and asked != request.session.get("destination"):
        request.session["destination"] = asked
    code = asked if asked in by_code else request.session.get("destination", DEFAULT)
    return by_code.get(code) or (known[0] if known else None), known
