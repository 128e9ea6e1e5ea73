"""Pages of what went wrong, in the house's frame; a frame that cannot be made is left out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token

from samphao.trade.types import KEY_LENGTH_MAX


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 Django passes it
    return HttpResponse(_page(request, "400.html"), status=400)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_page(request, "500.html"), status=500)


def _page(request: HttpRequest, template: str) -> str:
    """Render a page with its frame, or without one: what broke the page may break the frame (a database that is away)."""
    try:
        return render_to_string(template, request=request)
    except Exception:  # noqa: BLE001 - this is the last page that can be shown
        return render_to_string(template)


def counter_sentences() -> dict[str, str]:
    """Return each problem of the order counter in the reader's language."""
    return {
        "key-reused": _("This Idempotency-Key was used with another order; send a new key with a new order."),
        "unknown-offer": _("There is no such offer; take its code from the listing."),
        "no-corridor": _("This hub does not sell to the country of this destination."),
        "not-open-yet": _("This lot is not on sale yet."),
        "closed": _("The sale of this lot has closed."),
        "gate-shut": _("This lot may not be sold to this destination now; the listing says which paper is missing."),
        "sold-out": _("Not enough of this lot is left."),
        "over-limit": _("This is more than one buyer may order of this lot."),
        "bad-quantity": _("The quantity is outside what this offer sells at once."),
        "price-expired": _("This price is no longer valid; ask for the listing again."),
        "over-year-limit": _(
            "This is more than one person may have of this good, or spend, in a year of cross-border retail."
        ),
        "not-in-turn": _(
            "This lot is sold in a campaign: take a place in its queue, and order with the pass that you get when it is your turn."
        ),
        "too-many-at-once": _("Too many of your orders wait already. Wait for their answers, then send again."),
        "not-signed-in": _("Send a valid buyer token as `Authorization: Bearer ...`."),
        "no-key": _("Send an Idempotency-Key of 1 to %(most)s characters, new for each order.") % {"most": KEY_LENGTH_MAX},
        "bad-json": _("The body is not JSON."),
        "bad-body": _('The body is an object such as {"offer": "OF-7F3K-2QJ9", "quantity": 2}.'),
        "too-large": _("The order is too large."),
        "busy": _("The counter cannot answer now. Send the same request with the same key again: it will not order twice."),
    }  # fmt: skip


def interface_sentences() -> dict[str, str]:
    """Return each problem of the interface (`core.errors`) in the reader's language."""
    return {
        "bad-request": _("The request could not be read; nothing was changed."),
        "not-allowed": _("It belongs to another organisation, or to a role that you do not hold there."),
        "not-found": _("There is no such record, or it is not yours to see."),
        "conflict": _("What was asked for is decided, used or taken already."),
        "refused": _("The request is well formed, but a rule of trade, customs or carriage forbids it."),
        "bad-rows": _("Rows of the file are wrong; nothing of it was written."),
    }
