"""What every page's frame needs: navigation to pages that exist, the account menu, the demo banner."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samphao.accounts.queries import Viewer, unread_count, viewer
from samphao.customs.queries import may_open_desk
from samphao.web.middleware import hub_of


def shell(request: HttpRequest) -> dict[str, Any]:
    return {"shell": SimpleLazyObject(lambda: _shell(request))}


# For each page of the bar: who may see it. Pages of customs join when their address exists.
DESKS: tuple[tuple[str, frozenset[str], bool], ...] = (
    ("orders", frozenset({"buyer"}), False),
    ("seller", frozenset({"producer"}), False),
    ("money", frozenset({"producer", "packing_house"}), False),
    ("money_desk", frozenset(), True),
    ("packing", frozenset({"packing_house"}), False),
    ("tower", frozenset(), True),
    ("surplus", frozenset({"exporter"}), True),
    ("officer", frozenset({"office"}), True),
    ("importer", frozenset({"importer"}), False),
    ("registrations", frozenset(), True),
)


def _desk_name(name: str) -> str:
    return {
        "orders": _("My orders"),
        "seller": _("First export"),
        "money": _("Money"),
        "money_desk": _("Money desk"),
        "packing": _("Packing house"),
        "tower": _("Freight"),
        "surplus": _("Surplus"),
        "officer": _("Customs"),
        "importer": _("Importer"),
        "registrations": _("Registrations"),
    }[name]


def _account(request: HttpRequest, who: Viewer) -> dict[str, Any]:
    """The account menu, and how many notices wait to be read."""
    links = [
        {"label": _("Notices"), "url": reverse("notices")},
        {"label": _("Claims and returns"), "url": reverse("claims")},
        {"label": _("Your organisation"), "url": reverse("organisation")},
        {"label": _("Your account"), "url": reverse("account")},
    ]
    if not who.organisations:
        links.insert(1, {"label": _("Your registration"), "url": reverse("register")})
    if who.kinds & {"producer", "exporter"}:
        links.insert(2, {"label": _("Who sells for whom"), "url": reverse("delegations")})
    if request.user.is_staff:
        links.append({"label": _("Back office"), "url": reverse("admin:index")})
    unread = unread_count(request.user)
    return {
        "name": request.user.get_username(), "links": links, "sign_out_url": reverse("sign_out"), "notices_url": reverse("notices"),
        "unread": unread, "unread_label": ngettext("%(n)s unread notice", "%(n)s unread notices", unread) % {"n": unread},
    }  # fmt: skip


def _shell(request: HttpRequest) -> dict[str, Any]:
    here, hub = request.path, hub_of(request)
    if hub is None:
        return {"hub_name": "Samphao", "home_url": reverse("setup")}
    who = viewer(request.user)
    items = [(_("Market"), reverse("market"))]
    if "buyer" in who.kinds or request.session.get("visitor"):
        items.append((_("Basket"), reverse("basket")))
    items += [(_("Campaigns"), reverse("campaigns")), (_("Order cycles"), reverse("cycles"))]
    for name, kinds, for_hub in DESKS:
        if name == "officer" and not may_open_desk(who):
            continue  # an office need not be one of customs
        shown_to = who.kinds | who.kinds_in_review if name == "seller" else who.kinds
        if kinds & shown_to or (for_hub and who.is_hub):
            with suppress(NoReverseMatch):
                items.append((_desk_name(name), reverse(name)))
    items.append((_("Impact"), reverse("impact")))
    nav = [{"label": label, "url": url, "current": here.startswith(url)} for label, url in items]
    account = None
    if request.user.is_authenticated:
        account = _account(request, who)
    return {
        "hub_name": hub.name,
        "home_url": reverse("home"),
        "nav": nav,
        "account": account,
        "sign_in_url": f"{reverse('sign_in')}?next={here}",
        "demo": hub.is_demo or request.is_clock_moved,  # type: ignore[attr-defined]  # HubGate set it
        "footer": [{"label": _("Data and interface (API)"), "url": reverse("api-1:openapi-view")}],
    }
